//! Serial ports: bytes both ways, the lines that the host drives, and those that it is told of (CDC PSTN 1.2 §6).

use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::serial::{ControlLines, LineCoding, SerialRequest};

use super::layout::{Role, Unit};
use super::notices::Notices;
use super::{Event, Sink, Stall, answer};
use crate::ring::Ring;

/// One port.
#[derive(Debug)]
pub(super) struct Port<'s> {
    pub(super) unit: &'static Unit,
    /// Bytes to the host.
    pub(super) out: Ring<'s>,
    pub(super) notices: Notices,
    lines: ControlLines,
    coding: LineCoding,
    /// The modem takes nothing more from the host.
    pub(super) held: bool,
    /// The last packet was full: an empty one ends the transfer unless bytes come.
    open_ended: bool,
}

impl<'s> Port<'s> {
    pub(super) fn new(unit: &'static Unit, memory: &'s mut [u8]) -> Self {
        Self {
            unit,
            out: Ring::new(memory),
            notices: Notices::default(),
            lines: ControlLines::empty(),
            coding: LineCoding::USUAL,
            held: false,
            open_ended: false,
        }
    }

    /// As after SET_CONFIGURATION. The host has let its lines go.
    pub(super) fn reset(&mut self, port: u8, sink: Sink<'_>) {
        self.out.clear();
        self.notices = Notices::default();
        (self.coding, self.open_ended) = (LineCoding::USUAL, false);
        self.set_lines(port, ControlLines::empty(), sink);
    }

    pub(super) const fn lines(&self) -> ControlLines {
        self.lines
    }

    fn set_lines(&mut self, port: u8, lines: ControlLines, sink: Sink<'_>) {
        if core::mem::replace(&mut self.lines, lines) != lines {
            let (dtr, rts) = (lines.contains(ControlLines::DTR), lines.contains(ControlLines::RTS));
            sink(Event::Line { port, dtr, rts });
        }
    }

    /// A class request to the port's control interface. A port that is vendor-specific knows the lines only.
    pub(super) fn request(
        &mut self,
        port: u8,
        setup: &Setup,
        out: &[u8],
        reply: &mut [u8],
        sink: Sink<'_>,
    ) -> Result<usize, Stall> {
        match SerialRequest::parse(setup).map_err(|_| Stall)? {
            SerialRequest::SetControlLineState(lines) => {
                self.set_lines(port, lines & (ControlLines::DTR | ControlLines::RTS), sink);
                Ok(0)
            }
            _ if self.unit.role != Role::Acm => Err(Stall),
            SerialRequest::SetLineCoding => {
                let coding = LineCoding::parse(out).map_err(|_| Stall)?;
                if coding.stop_bits > 2 || coding.parity > 4 || !matches!(coding.data_bits, 5..=8 | 16) {
                    return Err(Stall);
                }
                self.coding = coding;
                sink(Event::LineCoding { port, coding });
                Ok(0)
            }
            SerialRequest::GetLineCoding { length } if usize::from(length) >= LineCoding::LEN => {
                answer(setup, reply, &self.coding.to_bytes())
            }
            SerialRequest::SendBreak { millis } => {
                sink(Event::Break { port, millis });
                Ok(0)
            }
            _ => Err(Stall),
        }
    }

    /// Bytes to the host. Where they fill a packet and none follow, an empty packet does.
    pub(super) fn transfer(&mut self, packet_size: u16, buf: &mut [u8]) -> Option<usize> {
        let count = self.out.pop(buf);
        if count == 0 {
            return core::mem::take(&mut self.open_ended).then_some(0);
        }
        self.open_ended = count.is_multiple_of(packet_size.into());
        Some(count)
    }
}
