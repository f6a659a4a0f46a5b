//! What waits to be told on an interrupt pipe (MBIM 1.0 §8.3, NCM 1.0 §6.3, CDC PSTN 1.2 §6.5).

use mbim_wire::usb::notification::{Notification, SerialState};

/// Notifications of one pipe. Of states only the latest is told: nothing grows if the host never asks.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// RESPONSE_AVAILABLE, so many times.
    responses: u16,
    speed: Option<(u32, u32)>,
    connection: Option<bool>,
    serial: Option<SerialState>,
    /// The one that is leaving, and how much of it has left.
    leaving: heapless::Vec<u8, { Notification::MAX_LEN }>,
    left: usize,
}

impl Notices {
    /// Tells of one more message.
    pub(super) fn response(&mut self) {
        self.responses = self.responses.saturating_add(1);
    }

    /// Messages can be fetched without having been told of: no more is told than there are.
    pub(super) fn at_most(&mut self, messages: u16) {
        self.responses = self.responses.min(messages);
    }

    /// Tells the latest state; `false` if this cannot be told.
    pub(super) fn state(&mut self, notification: Notification) -> bool {
        match notification {
            Notification::ConnectionSpeedChange { downlink, uplink } => self.speed = Some((downlink, uplink)),
            Notification::NetworkConnection { connected } => self.connection = Some(connected),
            Notification::SerialState(state) => self.serial = Some(state),
            _ => return false,
        }
        true
    }

    /// The next one. The speed comes before the connection that it is the speed of (NCM 1.0 §7.1).
    fn next(&mut self) -> Option<Notification> {
        if self.responses > 0 {
            self.responses = self.responses.saturating_sub(1);
            return Some(Notification::ResponseAvailable);
        }
        let speed =
            self.speed.take().map(|(downlink, uplink)| Notification::ConnectionSpeedChange { downlink, uplink });
        speed
            .or_else(|| self.connection.take().map(|connected| Notification::NetworkConnection { connected }))
            .or_else(|| self.serial.take().map(Notification::SerialState))
    }

    /// The next transfer to the host, of the unit with that control interface. A buffer that is too small gets the rest
    /// with the next one.
    pub(super) fn transfer(&mut self, interface: u8, buf: &mut [u8]) -> Option<usize> {
        if self.left >= self.leaving.len() {
            let mut bytes = [0; Notification::MAX_LEN];
            let notification = self.next()?;
            let written = notification.write(interface.into(), &mut bytes).ok()?;
            self.leaving = crate::device::collect(written.iter().copied());
            self.left = 0;
        }
        let rest = self.leaving.get(self.left..)?;
        buf.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        let count = rest.len().min(buf.len());
        self.left = self.left.saturating_add(count);
        Some(count)
    }
}
