//! What the tests share: a client with its memory.
#![allow(dead_code)] // each test program uses its part

#[cfg(feature = "usb")]
pub(crate) mod usb_host;
#[cfg(feature = "usb")]
pub(crate) mod usb_modem;

use virtual_modem::Scenario;
use wwan::channel::blocking::MessageChannel;
use wwan::client::Link;
use wwan::client::mbim::{Client, Memory, blocking};
use wwan::session::mbim::{Config, Memory as SessionMemory, Slot};

/// The memory of a client.
pub(crate) struct Buffers {
    transfer: Vec<u8>,
    indications: Vec<u8>,
    slots: [Slot; 4],
    command: Vec<u8>,
    answer: Vec<u8>,
    indication: Vec<u8>,
}

impl Buffers {
    pub(crate) fn new() -> Self {
        Self {
            transfer: vec![0; 4096],
            indications: vec![0; 16 * 1024],
            slots: [Slot::FREE; 4],
            command: vec![0; 4096],
            answer: vec![0; 8192],
            indication: vec![0; 8192],
        }
    }

    fn lend(&mut self, max_control_transfer: u32) -> (Config, Memory<'_>) {
        let mut config = Config::default();
        config.max_control_transfer = max_control_transfer;
        let memory = Memory {
            transfer: &mut self.transfer,
            indications: &mut self.indications,
            session: SessionMemory {
                slots: &mut self.slots,
                command: &mut self.command,
                answer: &mut self.answer,
                indication: &mut self.indication,
            },
        };
        (config, memory)
    }

    pub(crate) fn client_over<L: Link>(&mut self, link: L, max_control_transfer: u32) -> Client<'_, L> {
        let (config, memory) = self.lend(max_control_transfer);
        Client::new(link, config, memory)
    }

    pub(crate) fn client<C: MessageChannel>(&mut self, channel: C) -> blocking::Client<'_, C> {
        let longest = u32::try_from(channel.max_message()).unwrap();
        let (config, memory) = self.lend(longest);
        blocking::Client::new(channel, config, memory)
    }
}

pub(crate) fn scenario(name: &str) -> Scenario {
    *Scenario::load(name).unwrap_or_else(|error| panic!("{error}"))
}
