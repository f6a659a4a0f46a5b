//! From a modem that says nothing to a connection with addresses, over QMI: the sequence behind the budget of design.md.

use qmi_wire::service::{nas, wds};
use wwan::channel::blocking::MessageChannel;
use wwan::client::Link;
use wwan::client::qmi::blocking::Client as Blocking;
use wwan::client::qmi::{Client, ConnectRequest, Error, Memory, Selection};
use wwan::procedure::qmi::connect::session_end;
use wwan::procedure::qmi::{IpType, Settings};
use wwan::session::qmi::{ClientSlot, Config, Slot};
use wwan::time::Millis;

use crate::{put, put_bytes, text, word};

/// The caller's buffers.
pub struct Buffers {
    slots: [Slot; 3],
    clients: [ClientSlot; 6],
    request: [u8; 512],
    transfer: [u8; 2048],
    indications: [u8; 512],
}

impl Buffers {
    /// Lends them.
    pub fn lend(&mut self) -> (Config, Memory<'_>) {
        let memory = Memory {
            transfer: &mut self.transfer,
            indications: &mut self.indications,
            session: wwan::session::qmi::Memory {
                slots: &mut self.slots,
                clients: &mut self.clients,
                request: &mut self.request,
            },
        };
        (Config::default(), memory)
    }
}

macro_rules! sequence {
    ($name:ident, $client:ident, $bound:ident, [$($asynchronous:ident)?] [$($wait:tt)*]) => {
            /// Connects, and reports what happens meanwhile until the connection is lost.
pub $($asynchronous)? fn $name<C: $bound>(mut client: $client<'_, C>) -> Result<(), Error<C::Error>> {
    client.open() $($wait)*?;
    match client.unlock(text(), Millis(word())) $($wait)* {
        Ok(entered) => put(u32::from(entered)),
        Err(error) => return Err(error),
    }
    client.register(Selection::Automatic, Millis(word())) $($wait)*?;
    client.ask::<nas::register_indications::Message>(|request| {
        request.signal_info(true).system_info(true);
    }) $($wait)*?;
    let request = ConnectRequest {
        apn: text(),
        user_name: text(),
        password: text(),
        authentication: wds::Authentication::from_bits_retain(word() as u8),
        ip_type: if word() == 0 { IpType::V4 } else { IpType::V4V6 },
        ..Default::default()
    };
    let connected = client.connect(&request) $($wait)*?;
    if connected.has_ipv4() {
        addresses(&client.settings(0, wds::IpFamily::IPV4) $($wait)*?);
    }
    if connected.has_ipv6() {
        addresses(&client.settings(0, wds::IpFamily::IPV6) $($wait)*?);
    }
    loop {
        let until = client.now() + Millis(word());
        let Some(told) = client.next_indication(until) $($wait)*? else {
            continue;
        };
        if let Some(signal) = told.read::<nas::signal_info_indication::Message>() {
            put(signal.lte_signal_strength()?.map_or(0, |lte| lte.rsrp as u32));
        } else if let Some(reason) = session_end(&told) {
            put(reason.verbose.map_or(0, |verbose| verbose.reason as u32));
            break;
        } else {
            put(u32::from(told.id()));
        }
    }
    client.disconnect(0) $($wait)*?;
    client.close() $($wait)*
}
    };
}

sequence!(connect, Blocking, MessageChannel, [] []);
sequence!(connect_async, Client, Link, [async] [.await]);

/// Everything an IP stack wants to know.
fn addresses(settings: &Settings<'_>) {
    if let Some(ipv4) = settings.ipv4() {
        let [first, second] = ipv4.dns;
        put_bytes(&ipv4.address.octets());
        put(u32::from(ipv4.prefix_length));
        for address in [ipv4.gateway, first, second] {
            address.iter().for_each(|address| put_bytes(&address.octets()));
        }
    }
    if let Some(ipv6) = settings.ipv6() {
        let [first, second] = ipv6.dns;
        put_bytes(ipv6.address);
        put(u32::from(ipv6.prefix_length));
        for address in [ipv6.gateway, first, second] {
            address.iter().for_each(|address| put_bytes(*address));
        }
    }
    put(settings.mtu().unwrap_or(0));
}

/// What a program does with an error: it gives the reason to somebody.
#[inline(never)]
pub fn report<E>(result: Result<(), Error<E>>) {
    let Err(error) = result else { return };
    match error {
        Error::Refused(refusal) => {
            put(u32::from(refusal.error.0));
            let verbose = refusal.end_reason.and_then(|reason| reason.verbose);
            put(verbose.map_or(0, |verbose| verbose.reason as u32));
        }
        Error::Locked(lock) => put(u32::from(lock.remaining_attempts.unwrap_or(0))),
        Error::Failed { message: Some(message), .. } => put(u32::from(message.id)),
        Error::Decode(error) => put(u32::from(error.tlv)),
        _ => put(1),
    }
}
