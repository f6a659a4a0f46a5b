//! The transfers that a host has under way, sans-IO: bytes from the host in, bytes for it out, and a [`Device`] between.
//!
//! Transfers of an endpoint are done in the order in which they came. One that the device does not take or fill now waits,
//! and holds up none of another endpoint; the host can take it back.

use std::collections::VecDeque;

use mbim_wire::usb::class_request::Setup;
use wwan::time::Instant;

use super::wire::{Command, MAX_TRANSFER, Submit, TransferFlags, WireError, status, write_submitted, write_unlinked};

/// Transfers that can be under way. Linux has about 70 for each interface.
pub const URBS: usize = 1024;
/// Bytes of transfers to the device that can be under way.
pub const URB_BYTES: usize = 16 * 1024 * 1024;
/// Bytes for the host that may wait. Above that nothing is fetched from the device.
pub const WAITING: usize = 1024 * 1024;

/// The endpoint, or the request, stalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stalled;

/// A USB device, as its bus sees it.
pub trait Device {
    /// A whole control transfer: `out` goes to the device, or bytes come into `reply`.
    ///
    /// # Errors
    ///
    /// [`Stalled`].
    fn control(&mut self, now: Instant, setup: &Setup, out: &[u8], reply: &mut [u8]) -> Result<usize, Stalled>;

    /// A whole transfer to the device; `false`: not now.
    ///
    /// # Errors
    ///
    /// [`Stalled`].
    fn transfer_out(&mut self, now: Instant, endpoint: u8, transfer: &[u8]) -> Result<bool, Stalled>;

    /// A transfer from the device, as much of it as fits, the rest next time; `None`: not now. What is no multiple of the
    /// packet size ends the transfer, and so does a call that has zero bytes.
    ///
    /// # Errors
    ///
    /// [`Stalled`].
    fn transfer_in(&mut self, now: Instant, endpoint: u8, buf: &mut [u8]) -> Result<Option<usize>, Stalled>;

    /// Bytes of a packet of an endpoint, 0 if there is no such endpoint now.
    fn packet_size(&self, endpoint: u8) -> usize;
}

/// What somebody who watches is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done<'a> {
    /// A control transfer: its bytes, whichever way.
    Control(&'a Setup, Result<&'a [u8], i32>),
    /// A transfer on another endpoint.
    Transfer(u8, Result<&'a [u8], i32>),
    /// So many bytes had come when the host took a transfer back.
    Unlinked(u8, usize),
}

/// A transfer under way.
#[derive(Debug)]
struct Urb {
    number: u32,
    endpoint: u8,
    flags: TransferFlags,
    length: usize,
    setup: Setup,
    /// To the device: what is to be sent. To the host: what has come already.
    data: Vec<u8>,
}

impl Urb {
    /// Whether its bytes go to the host.
    const fn to_host(&self) -> bool {
        let direction = if self.endpoint == 0 { self.setup.request_type } else { self.endpoint };
        direction >= 0x80
    }

    /// Bytes that it keeps from the host.
    fn kept(&self) -> usize {
        if self.to_host() { 0 } else { self.data.len() }
    }

    /// Whether a transfer of so many bytes ends with a full packet, so that only another packet shows its end.
    const fn is_open_ended(count: usize, packet: usize) -> bool {
        match count.checked_rem(packet) {
            Some(over) => over == 0 && count > 0,
            None => false,
        }
    }

    /// Tries it; `None`: not now.
    fn attempt(&mut self, now: Instant, device: &mut impl Device, unended: &mut u16, buffer: &mut [u8]) -> Option<i32> {
        match (self.endpoint, self.to_host()) {
            (0, to_host) => Some(self.control(now, device, to_host, unended, buffer)),
            (_, true) => self.bring(now, device, buffer),
            (_, false) => self.hand_over(now, device, unended),
        }
    }

    fn control(
        &mut self,
        now: Instant,
        device: &mut impl Device,
        to_host: bool,
        unended: &mut u16,
        buffer: &mut [u8],
    ) -> i32 {
        let wanted = usize::from(self.setup.length).min(self.length);
        if !to_host && self.data.len() != usize::from(self.setup.length) {
            return status::EPIPE;
        }
        // Bytes to the device do not come back, whatever it writes.
        let room = if to_host { buffer.get_mut(..wanted).unwrap_or_default() } else { &mut [] };
        let out = if to_host { &[][..] } else { &self.data };
        let result = device.control(now, &self.setup, out, room);
        // Whoever sets up interfaces and endpoints begins anew.
        if !to_host && self.setup.request_type & 0x60 == 0 {
            *unended = 0;
        }
        match result {
            Err(Stalled) => status::EPIPE,
            Ok(_) if !to_host => status::OK,
            Ok(count) => {
                self.data.extend(buffer.iter().take(count.min(wanted)));
                self.ended()
            }
        }
    }

    fn hand_over(&mut self, now: Instant, device: &mut impl Device, unended: &mut u16) -> Option<i32> {
        let mask = 1_u16.wrapping_shl(u32::from(self.endpoint & 0x0f));
        // The packet that ends the transfer before it, sent on its own.
        if self.data.is_empty() && *unended & mask != 0 {
            *unended &= !mask;
            return Some(status::OK);
        }
        match device.transfer_out(now, self.endpoint, &self.data) {
            Err(Stalled) => Some(status::EPIPE),
            Ok(false) => None,
            Ok(true) => {
                let packet = device.packet_size(self.endpoint);
                let open =
                    Self::is_open_ended(self.data.len(), packet) && !self.flags.contains(TransferFlags::ZERO_PACKET);
                *unended = if open { *unended | mask } else { *unended & !mask };
                Some(status::OK)
            }
        }
    }

    fn bring(&mut self, now: Instant, device: &mut impl Device, buffer: &mut [u8]) -> Option<i32> {
        // Each round has one byte more at least, or is the last.
        loop {
            let room = self.length.saturating_sub(self.data.len());
            if room == 0 {
                return Some(status::OK);
            }
            let room = buffer.get_mut(..room)?;
            let count = match device.transfer_in(now, self.endpoint, room) {
                Err(Stalled) => return Some(status::EPIPE),
                Ok(None) => return None,
                Ok(Some(count)) => count,
            };
            self.data.extend(room.iter().take(count));
            if !Self::is_open_ended(count, device.packet_size(self.endpoint)) {
                return Some(self.ended());
            }
        }
    }

    /// The transfer to the host has come to its end.
    fn ended(&self) -> i32 {
        let short = self.data.len() < self.length;
        if short && self.flags.contains(TransferFlags::SHORT_NOT_OK) { status::EREMOTEIO } else { status::OK }
    }

    /// Tells the host, and whoever watches.
    fn over(&self, status: i32, out: &mut Vec<u8>, watch: &mut Watch<'_>) {
        let failed = status != status::OK && status != status::EREMOTEIO;
        let data = if failed { &[][..] } else { &self.data };
        write_submitted(out, self.number, status, data.len(), if self.to_host() { data } else { &[] });
        let result = if failed { Err(status) } else { Ok(data) };
        watch(match self.endpoint {
            0 => Done::Control(&self.setup, result),
            endpoint => Done::Transfer(endpoint, result),
        });
    }
}

/// Somebody who watches.
pub type Watch<'w> = dyn FnMut(Done<'_>) + 'w;

/// One host and its transfers.
#[derive(Debug)]
pub struct Urbs {
    inbox: Vec<u8>,
    outbox: Vec<u8>,
    /// In the order in which they came.
    waiting: VecDeque<Urb>,
    /// Bytes of them that go to the device.
    bytes: usize,
    /// Endpoints whose last transfer to the device ended with a full packet and nothing that ends it.
    unended: u16,
    /// Where transfers from the device are put.
    buffer: Vec<u8>,
}

impl Default for Urbs {
    fn default() -> Self {
        Self::new()
    }
}

impl Urbs {
    /// A host that has asked for nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            inbox: Vec::new(),
            outbox: Vec::new(),
            waiting: VecDeque::new(),
            bytes: 0,
            unended: 0,
            buffer: vec![0; MAX_TRANSFER],
        }
    }

    /// Bytes from the host. [`advance`](Self::advance) does what they ask.
    ///
    /// # Errors
    ///
    /// [`WireError`]: the connection must end.
    pub fn receive(&mut self, bytes: &[u8], watch: &mut Watch<'_>) -> Result<(), WireError> {
        self.inbox.extend_from_slice(bytes);
        let inbox = std::mem::take(&mut self.inbox);
        let mut rest = inbox.as_slice();
        while let Some((command, length)) = Command::parse(rest)? {
            rest = rest.get(length..).unwrap_or_default();
            match command {
                Command::Submit(submit) => self.submit(&submit)?,
                Command::Unlink { number, victim } => self.unlink(number, victim, watch),
            }
        }
        self.inbox.extend_from_slice(rest);
        Ok(())
    }

    fn submit(&mut self, submit: &Submit<'_>) -> Result<(), WireError> {
        let Submit { number, endpoint, flags, length, setup, data } = *submit;
        let bytes = self.bytes.saturating_add(data.len());
        if self.waiting.len() >= URBS || bytes > URB_BYTES {
            return Err(WireError::TooMany);
        }
        self.bytes = bytes;
        self.waiting.push_back(Urb { number, endpoint, flags, length, setup, data: data.to_vec() });
        Ok(())
    }

    fn unlink(&mut self, number: u32, victim: u32, watch: &mut Watch<'_>) {
        let place = self.waiting.iter().position(|urb| urb.number == victim);
        let Some(urb) = place.and_then(|place| self.waiting.remove(place)) else {
            // It was answered already.
            write_unlinked(&mut self.outbox, number, status::OK);
            return;
        };
        self.bytes = self.bytes.saturating_sub(urb.kept());
        write_unlinked(&mut self.outbox, number, status::ECONNRESET);
        watch(Done::Unlinked(urb.endpoint, if urb.to_host() { urb.data.len() } else { 0 }));
    }

    /// Does all transfers that the device can do now.
    pub fn advance(&mut self, now: Instant, device: &mut impl Device, watch: &mut Watch<'_>) {
        // What is done for a later transfer may be what an earlier one waits for.
        while self.pass(now, device, watch) {}
    }

    /// Tries each endpoint in turn; whether anything was done.
    fn pass(&mut self, now: Instant, device: &mut impl Device, watch: &mut Watch<'_>) -> bool {
        let (mut any, mut held_up, mut place) = (false, 0_u32, 0_usize);
        while self.outbox.len() < WAITING {
            let Some(urb) = self.waiting.get_mut(place) else { break };
            let lane = u32::from(urb.endpoint & 0x0f).saturating_add(if urb.endpoint >= 0x80 { 16 } else { 0 });
            let mask = 1_u32.wrapping_shl(lane);
            let kept = urb.kept();
            if held_up & mask == 0 {
                if let Some(status) = urb.attempt(now, device, &mut self.unended, &mut self.buffer) {
                    urb.over(status, &mut self.outbox, watch);
                    self.bytes = self.bytes.saturating_sub(kept);
                    self.waiting.remove(place);
                    any = true;
                    continue;
                }
                held_up |= mask;
            }
            place = place.saturating_add(1);
        }
        any
    }

    /// The device is gone: no transfer can be done any more.
    pub fn gone(&mut self, watch: &mut Watch<'_>) {
        for urb in self.waiting.drain(..) {
            urb.over(status::ESHUTDOWN, &mut self.outbox, watch);
        }
        self.bytes = 0;
    }

    /// Bytes for the host.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.outbox
    }

    /// The host has got so many of them.
    pub fn sent(&mut self, count: usize) {
        drop(self.outbox.drain(..count.min(self.outbox.len())));
    }

    /// Transfers under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.waiting.len()
    }
}
