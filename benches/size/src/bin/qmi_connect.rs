//! Open, online, unlock, register, connect in both families, settings, indications, over QMI; blocking.
#![no_std]
#![no_main]

use wwan::client::qmi::blocking::Client;
use wwan::session::qmi::{ClientSlot, Session, Slot};
use wwan_size::qmi_connect::{Buffers, connect, report};
use wwan_size::{Modem, memory};

wwan_size::record_size!(ram = size_of::<Client<'static, Modem>>());
wwan_size::record_size!(client = size_of::<Client<'static, Modem>>());
wwan_size::record_size!(session = size_of::<Session<'static>>());
wwan_size::record_size!(slot = size_of::<Slot>());
wwan_size::record_size!(client_slot = size_of::<ClientSlot>());

wwan_size::probe!({
    let (config, memory) = memory::<Buffers>().lend();
    report(connect(Client::new(Modem, config, memory)));
});
