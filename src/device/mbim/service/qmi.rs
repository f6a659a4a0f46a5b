//! QMI over MBIM (Qualcomm): frames of the other protocol inside commands and indications.
//!
//! A command brings a frame to the QMI function that the MBIM function was given, and the frame that answers it is the
//! command's answer, whenever it comes; several may be under way. Indications go to a host that has subscribed to them. The
//! clients of the QMI function end with the session between host and function.

use mbim_wire::field::Raw;
use mbim_wire::message::{COMMAND_HEADER_LEN, CommandType, write_command_done, write_indicate_status};
use mbim_wire::service::qmi as wire;
use mbim_wire::{Command as _, EncodeError, Status};
use qmi_wire::frame::{BROADCAST, Flags, Kind, QMUX_MARKER, frame_len};
use qmi_wire::service::Service as QmiService;

use super::super::super::modem::Modem;
use super::super::super::{qmi, take_at};
use super::super::commands::{Request, Served, Service, served};
use super::super::requests::{Outcome, Refused, Step};
use super::super::{Core, Effect, Wait, count};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::QMI,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.tunnels_qmi,
    execute,
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Msg = wire::Msg: set indicated;
}

/// The longest frame that is certain to find room in the queue beside others, in bytes.
const LONGEST: usize = 4096;

/// The function inside.
#[derive(Debug)]
pub(in super::super) struct Tunnel<'s> {
    pub(in super::super) function: qmi::Function<'s>,
    /// A delayed command: its answer, and what comes behind it, leave no earlier.
    pub(in super::super) held: Option<Instant>,
}

/// What a response has in common with its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Key {
    service: u8,
    client: u8,
    transaction: u16,
    id: u16,
}

impl Key {
    /// The key of a frame, and what the frame is.
    fn of(frame: &[u8]) -> Option<(Self, Kind)> {
        let &[QMUX_MARKER, _, _, _, service, client, flags, ref rest @ ..] = frame else {
            return None;
        };
        let number = QmiService(u16::from(service));
        let (transaction, id) = match (number, rest) {
            (QmiService::CTL, [transaction, low, high, ..]) => (u16::from(*transaction), [*low, *high]),
            (QmiService::CTL, _) => return None,
            (_, [t0, t1, low, high, ..]) => (u16::from_le_bytes([*t0, *t1]), [*low, *high]),
            _ => return None,
        };
        let key = Self { service, client, transaction, id: u16::from_le_bytes(id) };
        Some((key, Flags(flags).kind(number)))
    }
}

fn execute(core: &mut Core<'_>, now: Instant, modem: &mut Modem, request: Request<'_>) -> Outcome {
    if (Id::of(request.cid), request.kind) != (Some(Id::Msg), CommandType::SET) {
        return Err(Refused(Status::NO_DEVICE_SUPPORT));
    }
    let frame = request.body;
    // What the function inside would not answer must not wait for an answer.
    let is_answered = |(key, kind): &(Key, Kind)| {
        let is_addressed = if key.service == 0 { key.client == 0 } else { key.client != BROADCAST };
        is_addressed && *kind == Kind::Request && frame_len(frame) == Ok(frame.len())
    };
    let (key, _) = Key::of(frame).filter(is_answered).ok_or(Refused(Status::INVALID_PARAMETERS))?;
    let tunnel = core.tunnel.as_mut().ok_or(Refused(Status::NO_DEVICE_SUPPORT))?;
    tunnel.function.receive(now, modem, frame);
    Ok(Step::Qmi(key))
}

impl Core<'_> {
    /// Passes on what the QMI function has to say, as long as there is room. While the MBIM function is closed, nobody
    /// hears it.
    pub(in super::super) fn tell_qmi(&mut self, now: Instant, modem: &mut Modem, is_open: bool) {
        let (uuid, cid) = (wire::QMI, wire::Msg::CID);
        let Self { tunnel: Some(tunnel), queue, transactions, subscriptions, counters, faults, .. } = self else {
            return;
        };
        if !is_open {
            while tunnel.function.transmit(now, modem).is_some() {}
            return;
        }
        if tunnel.held.is_some_and(|at| at > now) {
            return;
        }
        tunnel.held = None;
        let mut is_silent = false;
        while queue.is_empty()
            || queue.capacity().saturating_sub(queue.used()) >= LONGEST.saturating_add(COMMAND_HEADER_LEN)
        {
            let Some(frame) = tunnel.function.transmit(now, modem) else {
                is_silent = true;
                break;
            };
            let written = match Key::of(frame) {
                Some((key, Kind::Response)) => {
                    let waits = |fits: fn(Key, Key) -> bool| {
                        move |transaction: &super::super::Transaction| match transaction.wait {
                            Wait::Qmi(asked) => fits(asked, key),
                            _ => false,
                        }
                    };
                    // A modem that answers wrongly answers all the same.
                    let place = transactions.iter().position(waits(|asked, key| asked == key)).or_else(|| {
                        let alike = |asked: Key, key: Key| Key { transaction: key.transaction, ..asked } == key;
                        transactions.iter().position(waits(alike))
                    });
                    let Some(transaction) = place.and_then(|place| take_at(transactions, place)) else {
                        count(&mut counters.qmi_unasked);
                        continue;
                    };
                    let id = transaction.asked.transaction_id;
                    match queue.push(|buf| write_command_done(buf, id, uuid, cid, Status::SUCCESS, &Raw(frame))) {
                        Err(EncodeError::BufferTooSmall { .. }) => {
                            count(&mut counters.answers_too_long);
                            queue.push(|buf| write_command_done(buf, id, uuid, cid, Status::FAILURE, &Raw(&[])))
                        }
                        other => other,
                    }
                }
                Some((_, Kind::Indication)) if subscriptions.wants(uuid, cid) => {
                    let withheld = faults
                        .iter()
                        .position(|fault| (fault.service, fault.cid, fault.effect) == (uuid, cid, Effect::Withhold));
                    if let Some(place) = withheld {
                        if faults.get(place).is_some_and(|fault| fault.once) {
                            take_at(faults, place);
                        }
                        count(&mut counters.swallowed);
                        continue;
                    }
                    let indicated = queue.push(|buf| write_indicate_status(buf, uuid, cid, &Raw(frame)));
                    count(if indicated.is_ok() { &mut counters.indications } else { &mut counters.indications_lost });
                    Ok(())
                }
                _ => Ok(()),
            };
            if written.is_err() {
                count(&mut counters.lost);
            }
        }
        // Clients take with them what they have asked: the commands must not wait for answers that never come.
        let has_gone = |transaction: &super::super::Transaction| match transaction.wait {
            Wait::Qmi(Key { service, client, .. }) => {
                let mut clients = tunnel.function.clients();
                service != 0 && !clients.any(|(of, cid)| (of.0, cid) == (u16::from(service), client))
            }
            _ => false,
        };
        while is_silent && queue.capacity().saturating_sub(queue.used()) >= COMMAND_HEADER_LEN {
            let Some(gone) = transactions.iter().position(has_gone).and_then(|place| take_at(transactions, place))
            else {
                return;
            };
            let id = gone.asked.transaction_id;
            if queue.push(|buf| write_command_done(buf, id, uuid, cid, Status::FAILURE, &Raw(&[]))).is_err() {
                count(&mut counters.lost);
            }
        }
    }
}
