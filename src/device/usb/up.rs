//! Transfers from the host, taken apart into packets as was agreed.

use mbim_wire::ntb::{Ntb, Receiver, Receiver16, Receiver32, Rules, Stream};
#[cfg(feature = "qmi")]
use qmi_wire::{link, qmap};

use super::{DataCounters, Event, Sink, count};
#[cfg(feature = "qmi")]
use crate::checksum;

/// How packets lie in transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unpacking {
    /// NTB16.
    Ntb16,
    /// NTB32.
    Ntb32,
    /// An IP packet in each, behind so many bytes.
    #[cfg(feature = "qmi")]
    RawIp(usize),
    /// An Ethernet frame in each, behind so many bytes.
    #[cfg(feature = "qmi")]
    Ethernet(usize),
    /// QMAP.
    #[cfg(feature = "qmi")]
    Qmap(qmap::Version),
}

/// The way from the host.
#[derive(Debug)]
pub(super) struct Up<'s> {
    unpacking: Option<Unpacking>,
    ntb16: Receiver16,
    ntb32: Receiver32,
    /// What blocks from the host keep to.
    rules: Rules,
    /// Room for a packet whose checksum is still to be computed.
    #[cfg_attr(not(feature = "qmi"), allow(dead_code))] // a host of MBIM computes them itself
    packet: &'s mut [u8],
}

impl<'s> Up<'s> {
    pub(super) const fn new(rules: Rules, packet: &'s mut [u8]) -> Self {
        Self { unpacking: None, ntb16: Receiver16::new(), ntb32: Receiver32::new(), rules, packet }
    }

    /// Starts anew, or stops with `None`.
    pub(super) fn open(&mut self, unpacking: Option<Unpacking>) {
        self.unpacking = unpacking;
        (self.ntb16, self.ntb32) = (Receiver16::new(), Receiver32::new());
    }

    /// Takes one transfer apart.
    pub(super) fn transfer(&mut self, function: u8, transfer: &[u8], counters: &mut DataCounters, sink: Sink<'_>) {
        // An empty one only ends the transfer before it.
        if transfer.is_empty() {
            return;
        }
        count(&mut counters.up_transfers);
        match self.unpacking {
            Some(Unpacking::Ntb16) => block(&mut self.ntb16, &self.rules, function, transfer, counters, sink),
            Some(Unpacking::Ntb32) => block(&mut self.ntb32, &self.rules, function, transfer, counters, sink),
            #[cfg(feature = "qmi")]
            Some(Unpacking::RawIp(skip)) => match transfer.get(skip..) {
                Some(packet) if link::IpVersion::of(packet).is_some() => {
                    counters.up(packet);
                    sink(Event::Datagram { function, session: 0, packet });
                }
                _ => count(&mut counters.up_refused),
            },
            #[cfg(feature = "qmi")]
            Some(Unpacking::Ethernet(skip)) => match transfer.get(skip..) {
                Some(frame) if frame.len() >= link::Ethernet::LEN => {
                    counters.up(frame);
                    sink(Event::Frame { function, frame });
                }
                _ => count(&mut counters.up_refused),
            },
            #[cfg(feature = "qmi")]
            Some(Unpacking::Qmap(version)) => self.qmap(version, function, transfer, counters, sink),
            None => count(&mut counters.up_refused),
        }
    }

    #[cfg(feature = "qmi")]
    fn qmap(
        &mut self,
        version: qmap::Version,
        function: u8,
        transfer: &[u8],
        counters: &mut DataCounters,
        sink: Sink<'_>,
    ) {
        for frame in qmap::Frames::new(transfer, version, qmap::Direction::Uplink) {
            let Ok(frame) = frame else {
                count(&mut counters.up_refused);
                continue;
            };
            let mux_id = frame.mux_id;
            match frame.body {
                qmap::Body::Command(command) => sink(Event::QmapCommand { function, mux_id, command }),
                qmap::Body::Packet { bytes: packet, checksum: qmap::Checksum::None } => {
                    counters.up(packet);
                    sink(Event::Datagram { function, session: mux_id, packet });
                }
                // The host leaves its checksum to the modem.
                qmap::Body::Packet { bytes, .. } => match completed(self.packet, bytes) {
                    Some(packet) => {
                        counters.up(packet);
                        sink(Event::Datagram { function, session: mux_id, packet });
                    }
                    None => count(&mut counters.up_refused),
                },
            }
        }
    }
}

/// A copy of a packet with its checksum.
#[cfg(feature = "qmi")]
fn completed<'b>(room: &'b mut [u8], packet: &[u8]) -> Option<&'b [u8]> {
    let place = room.get_mut(..packet.len())?;
    place.iter_mut().zip(packet).for_each(|(place, byte)| *place = *byte);
    checksum::complete(place)?;
    Some(place)
}

fn block<const WIDE: bool>(
    receiver: &mut Receiver<WIDE>,
    rules: &Rules,
    function: u8,
    transfer: &[u8],
    counters: &mut DataCounters,
    sink: Sink<'_>,
) {
    // Whoever reads need not insist on every rule, but hosts are judged by this.
    if Ntb::<WIDE>::parse(transfer).is_ok_and(|ntb| ntb.check(rules).is_err()) {
        count(&mut counters.up_against_rules);
    }
    let before = *receiver.counters();
    if let Ok(datagrams) = receiver.receive(transfer) {
        for datagram in datagrams {
            counters.up(datagram.bytes);
            sink(match datagram.stream {
                Stream::Ips(session) => Event::Datagram { function, session, packet: datagram.bytes },
                Stream::Dss(stream) => Event::Stream { function, stream, data: datagram.bytes },
            });
        }
    }
    let after = receiver.counters();
    let refused = |now: u32, then: u32| now.saturating_sub(then);
    for (now, then) in [
        (after.refused_blocks, before.refused_blocks),
        (after.refused_datagrams, before.refused_datagrams),
        (after.unknown_ndps, before.unknown_ndps),
    ] {
        counters.up_refused = counters.up_refused.saturating_add(refused(now, then));
    }
    counters.up_sequence_gaps =
        counters.up_sequence_gaps.saturating_add(refused(after.sequence_gaps, before.sequence_gaps));
}
