//! What the tests share: a client with its memory.
#![allow(dead_code)] // each test program uses its part

use virtual_modem::Scenario;
use wwan::channel::blocking::MessageChannel;
use wwan::client::mbim::{Client, Memory};
use wwan::client::{Blocking, Link};
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

    pub(crate) fn client_over<L: Link>(&mut self, link: L, max_control_transfer: u32) -> Client<'_, L> {
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
        Client::new(link, config, memory)
    }

    pub(crate) fn client<C: MessageChannel>(&mut self, channel: C) -> Client<'_, Blocking<C>> {
        let longest = u32::try_from(channel.max_message()).unwrap();
        self.client_over(Blocking(channel), longest)
    }
}

pub(crate) fn scenario(name: &str) -> Scenario {
    Scenario::load(name).unwrap_or_else(|error| panic!("{error}"))
}
