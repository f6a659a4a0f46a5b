//! A host with a modem on its USB, over the protocol of USB/IP, in virtual time.

use std::collections::{BTreeMap, VecDeque};

use virtual_modem::usb::{Gadget, Kind, Speed};
use virtual_modem::usbip::urbs::Urbs;
use virtual_modem::{InProcessError, Room, Scenario};
use wwan::channel::blocking::MessageChannel;
use wwan::time::Instant;

use super::usb_host::{Replies, Reply, bulk_in, bulk_out, control_in, control_out, setup};

/// Bytes that a bulk transfer to the host has room for.
const ROOM: u32 = 32 * 1024;

/// A host that has enumerated nothing yet.
pub(crate) struct UsbHost<'m> {
    pub(crate) gadget: Gadget<'m>,
    pub(crate) now: Instant,
    pub(crate) urbs: Urbs,
    pub(crate) replies: Replies,
    pub(crate) done: BTreeMap<u32, (i32, Vec<u8>)>,
    next: u32,
    attachment: Option<u32>,
    /// The control interface and its interrupt endpoint, with the transfer that waits there.
    control: u16,
    notify: u32,
    notified: Option<u32>,
    to_fetch: u32,
}

impl<'m> UsbHost<'m> {
    pub(crate) fn new(kind: Kind, scenario: &'m Scenario, room: &'m mut Room) -> Self {
        let now = Instant(0);
        let (control, notify) = if kind == Kind::Qmi { (4, 9) } else { (0, 1) };
        Self {
            gadget: Gadget::new(now, kind, Speed::High, scenario, room),
            now,
            urbs: Urbs::new(),
            replies: Replies::default(),
            done: BTreeMap::new(),
            next: 0,
            attachment: Some(0),
            control,
            notify,
            notified: None,
            to_fetch: 0,
        }
    }

    /// Lets the device do what it can now.
    pub(crate) fn run(&mut self) {
        self.gadget.run(self.now);
        let attachment = self.gadget.attachment();
        if std::mem::replace(&mut self.attachment, attachment) == attachment {
            self.urbs.advance(self.now, &mut self.gadget, &mut |_| {});
        } else {
            // As doors do.
            self.urbs.gone(&mut |_| {});
        }
        self.replies.extend(self.urbs.output());
        self.urbs.sent(usize::MAX);
        while let Some(reply) = self.replies.next() {
            if let Reply::Submit { number, status, data, .. } = reply {
                self.done.insert(number, (status, data));
            }
        }
        assert!(self.replies.is_empty());
    }

    pub(crate) fn tell(&mut self, frame: impl FnOnce(u32) -> Vec<u8>) -> u32 {
        self.next += 1;
        let frame = frame(self.next);
        self.replies.sent(&frame);
        self.urbs.receive(&frame, &mut |_| {}).unwrap();
        self.run();
        self.next
    }

    /// A control transfer; control transfers never wait.
    pub(crate) fn control(
        &mut self,
        request_type: u8,
        request: u8,
        value: u16,
        index: u16,
        data: &[u8],
    ) -> Result<Vec<u8>, i32> {
        let length = u16::try_from(data.len()).unwrap();
        let setup = setup(request_type, request, value, index, length);
        let number = self.tell(|number| {
            if request_type & 0x80 != 0 { control_in(number, setup) } else { control_out(number, setup, data) }
        });
        let (status, data) = self.done.remove(&number).expect("an answer at once");
        if status == 0 { Ok(data) } else { Err(status) }
    }

    pub(crate) fn set_configuration(&mut self, value: u16) {
        self.control(0x00, 9, value, 0, &[]).unwrap();
    }

    pub(crate) fn set_interface(&mut self, interface: u16, setting: u16) {
        self.control(0x01, 11, setting, interface, &[]).unwrap();
    }

    /// Lets time pass until the device has something to do, but not beyond `until`; whether there was time.
    pub(crate) fn pass(&mut self, until: Instant) -> bool {
        let at = self.gadget.poll_at(self.now).min(until);
        assert!(at > self.now || at == until, "the device wants to do at {at:?} what it could have done");
        let moved = at > self.now;
        self.now = self.now.max(at);
        self.run();
        moved
    }

    pub(crate) fn bulk_out(&mut self, endpoint: u32, data: &[u8]) {
        let number = self.tell(|number| bulk_out(number, endpoint, super::usb_host::ZERO_PACKET, data));
        assert_eq!(self.done.remove(&number).map(|(status, _)| status), Some(0), "taken at once");
    }

    /// A transfer from an endpoint, within so many milliseconds.
    pub(crate) fn bulk_in(&mut self, endpoint: u32, within: u64) -> Vec<u8> {
        let number = self.tell(|number| bulk_in(number, endpoint, 0, ROOM));
        let until = Instant(self.now.0 + within);
        loop {
            if let Some((status, data)) = self.done.remove(&number) {
                assert_eq!(status, 0);
                return data;
            }
            assert!(self.pass(until), "nothing from endpoint {endpoint} within {within} ms");
        }
    }

    /// Notifications that have come since the last look; keeps a transfer waiting for the next.
    fn notifications(&mut self) -> VecDeque<Vec<u8>> {
        let mut all = VecDeque::new();
        loop {
            if let Some(number) = self.notified {
                let Some((status, data)) = self.done.remove(&number) else { return all };
                assert_eq!(status, 0);
                all.push_back(data);
            }
            let notify = self.notify;
            self.notified = Some(self.tell(|number| bulk_in(number, notify, 0, 64)));
        }
    }
}

impl MessageChannel for &mut UsbHost<'_> {
    type Error = InProcessError;

    fn send(&mut self, message: &[u8]) -> Result<(), InProcessError> {
        let control = self.control;
        self.control(0x21, 0, 0, control, message).map_err(|_| InProcessError::Unplugged)?;
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, InProcessError> {
        loop {
            for notification in self.notifications() {
                if notification[..2] == [0xa1, 1] {
                    self.to_fetch += 1;
                }
            }
            if self.to_fetch > 0 {
                self.to_fetch -= 1;
                let control = self.control;
                let message = self.control(0xa1, 1, 0, control, &[0; 4096]).map_err(|_| InProcessError::Unplugged)?;
                if message.is_empty() {
                    continue;
                }
                buf[..message.len()].copy_from_slice(&message);
                return Ok(Some(message.len()));
            }
            if !self.pass(deadline) {
                return Ok(None);
            }
        }
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        self.now
    }
}
