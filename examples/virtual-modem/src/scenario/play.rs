//! Reads what happens in a scenario and what goes wrong: its events, faults, and the chance of faults.

use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect::BASIC_CONNECT;
use mbim_wire::{Status, Uuid};
use qmi_wire::ProtocolError;
use wwan::channel::Direction;
use wwan::channel::fault::{Fault, Rates, Scripted};
use wwan::device::mbim::{self, Effect};
use wwan::device::modem::flow::{Flow, FlowState};
use wwan::device::modem::network::{Cell, Signal};
use wwan::device::modem::wake::{WAKE_LEN, Wake, WakeCause};
use wwan::device::qmi;

use super::calls::{broadcast, call, refresh};
use super::device::{alert, place, power, satellites};
use super::extras::proactive;
use super::messages::{check, hex};
use super::read::{Hex, Keys, Make, Problem, Read, Table, Words, ipv4, ipv6};
use super::{Action, Chance, Event};

const FLOW_STATES: &Words<FlowState> =
    &[("activated", FlowState::Activated), ("suspended", FlowState::Suspended), ("gone", FlowState::Gone)];

/// What happens: the values of `do`, whose parameters stand beside it.
const ACTIONS: &Words<Make<Action>> = &[
    ("insert-sim", |table| Ok(Action::InsertSim { slot: table.get("slot")? })),
    ("remove-sim", |table| Ok(Action::RemoveSim { slot: table.get("slot")? })),
    ("lose-signal", |_| Ok(Action::LoseSignal)),
    ("restore-signal", |_| Ok(Action::RestoreSignal)),
    ("signal", |table| {
        let mut signal = Signal::NONE;
        table.need("signal", &mut signal)?;
        Ok(Action::SetSignal(signal))
    }),
    ("network-deregisters", |table| Ok(Action::NetworkDeregisters { cause: number(table, "cause")? })),
    ("lose-packet-service", |table| Ok(Action::LosePacketService { cause: number(table, "cause")? })),
    ("restore-packet-service", |_| Ok(Action::RestorePacketService)),
    ("refuse-ims", |table| {
        let reason: Option<String> = table.get("reason")?;
        Ok(Action::RefuseIms { refuses: table.must("refuses")?, reason: reason.unwrap_or_default() })
    }),
    ("network-deactivates", |table| {
        Ok(Action::NetworkDeactivates { session: number(table, "session")?, cause: number(table, "cause")? })
    }),
    ("change-dns", |table| {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        table.replace("dns4", &mut v4, usize::MAX, ipv4)?;
        table.replace("dns6", &mut v6, usize::MAX, ipv6)?;
        Ok(Action::ChangeDns { session: number(table, "session")?, v4, v6 })
    }),
    ("hardware-radio", |table| Ok(Action::HardwareRadio { on: table.must("on")? })),
    ("configure", |table| Ok(Action::Configure { name: table.must("configuration")? })),
    ("pco", |table| {
        let Hex(options) = table.must("pco")?;
        Ok(Action::Pco { session: number(table, "session")?, options })
    }),
    ("flow", |table| {
        let state = table.choice("state", FLOW_STATES)?.unwrap_or(FlowState::Activated);
        Ok(Action::Flow(Flow { id: table.must("flow")?, session: number(table, "session")?, state }))
    }),
    ("flows-known", |table| Ok(Action::FlowsKnown(table.must("on")?))),
    ("cell", |table| Ok(Action::SetCell(table.must::<Cell>("cell")?))),
    ("traffic", |table| Ok(Action::Traffic { session: number(table, "session")?, octets: table.must("octets")? })),
    ("wake", |table| table.must_table("wake", wake).map(Action::Wake)),
    ("proactive-command", |table| table.must_table("proactive", proactive).map(Action::Proactive)),
    ("carrier-policy", |table| table.must("policy").map(|Hex(policy)| Action::CarrierPolicy(policy))),
    ("reboot", |_| Ok(Action::Reboot)),
    ("unplug", |_| Ok(Action::Unplug)),
    ("plug", |_| Ok(Action::Plug)),
    ("mute", |_| Ok(Action::Mute)),
    ("unmute", |_| Ok(Action::Unmute)),
    ("sms", sms),
    ("call", call),
    ("end-call", |table| Ok(Action::EndCall { call: table.get("call")? })),
    ("hold-call", |table| Ok(Action::HoldCall { call: table.must("call")?, on: table.get("on")?.unwrap_or(true) })),
    ("refresh", refresh),
    ("broadcast", broadcast),
    ("ussd", |table| {
        let question = table.get("question")?.unwrap_or(false);
        Ok(Action::NetworkUssd { text: table.must("text")?, question })
    }),
    ("end-ussd", |_| Ok(Action::EndUssd)),
    ("other-ussd-client", |_| Ok(Action::OtherUssdClient)),
    ("place", place),
    ("satellites", satellites),
    ("power", power),
    ("oma-alert", alert),
    ("date", |table| table.must("clock").map(Action::SetDate)),
];

/// A number that is 0 if it is not said.
fn number<T: Read + Default>(table: &mut Table<'_>, key: &'static str) -> Result<T, Problem> {
    Ok(table.get(key)?.unwrap_or_default())
}

/// An event; `at` is in milliseconds since power-on.
pub(super) fn event(table: &mut Table<'_>) -> Result<Event, Problem> {
    let at = table.must("at")?;
    let action = table.must_choose("do", ACTIONS)?;
    Ok(Event { at, action: action(table)? })
}

/// A message: `pdu`, or `from` and `text`.
fn sms(table: &mut Table<'_>) -> Result<Action, Problem> {
    if let Some(pdu) = table.get::<String>("pdu")? {
        let message = "`pdu` is no message that can arrive, in hexadecimal digits";
        return hex(&pdu).map(Action::ReceivePdu).ok_or_else(|| table.problem(message));
    }
    let (from, text, class) = (table.get::<String>("from")?, table.get::<String>("text")?, table.get("class")?);
    table.finish()?;
    let from = from.ok_or_else(|| table.missing("from"))?;
    let text = text.ok_or_else(|| table.missing("text"))?;
    check(&from, &text, class).map_err(|message| table.problem(&message))?;
    Ok(Action::ReceiveText { from, text, class })
}

/// What wakes the host: a message of a device service, or a packet.
fn wake(table: &mut Table<'_>) -> Result<Wake, Problem> {
    let (service, cid, indication) = (table.get("service")?, table.get("cid")?, table.get("indication")?);
    let (session, filter, size) = (table.get("session")?, table.get("filter")?, table.get("size")?);
    let Hex(data) = table.must("data")?;
    table.finish()?;
    let cause = match (service, cid, indication, session, filter, size) {
        (Some(Uuid(service)), Some(cid), Some(true), None, None, None) => WakeCause::Indication { service, cid },
        (Some(Uuid(service)), Some(cid), _, None, None, None) => WakeCause::Answer { service, cid },
        (None, None, None, session, filter, size) => WakeCause::Packet {
            session: session.unwrap_or(0),
            filter: filter.unwrap_or(0),
            size: size.unwrap_or(u32::try_from(data.len()).unwrap_or(u32::MAX)),
        },
        _ => return Err(table.problem("either `service` and `cid`, or a packet's `session`, `filter` and `size`")),
    };
    Wake::new(cause, &data).ok_or_else(|| table.problem(&format!("at most {WAKE_LEN} bytes fit")))
}

const WAYS: &Words<Direction> = &[("to-modem", Direction::Sent), ("from-modem", Direction::Received)];

/// What happens to a message: the values of `do`, whose parameters stand beside it.
const FAULTS: &Words<Make<Fault>> = &[
    ("lose", |_| Ok(Fault::Lose)),
    ("duplicate", |_| Ok(Fault::Duplicate)),
    ("corrupt", |table| Ok(Fault::Corrupt { at: table.must("offset")?, with: table.must("xor")? })),
    ("truncate", |table| Ok(Fault::Truncate { to: table.must("to")? })),
    ("delay", |table| Ok(Fault::Delay(table.must("by")?))),
    ("reorder", |_| Ok(Fault::Reorder)),
];

pub(super) fn fault(table: &mut Table<'_>) -> Result<Scripted, Problem> {
    let direction = table.must_choose("way", WAYS)?;
    let number = table.must::<u32>("nth")?.checked_sub(1);
    let number = number.ok_or_else(|| table.problem_at("nth", "messages are counted from 1"))?;
    let fault = table.must_choose("do", FAULTS)?;
    Ok(Scripted { direction, number, fault: fault(table)? })
}

const FORMS: &Words<CommandType> = &[("query", CommandType::QUERY), ("set", CommandType::SET)];

/// What happens to a command: one of `refuse`, `delay` and `swallow`.
pub(super) fn command(table: &mut Table<'_>) -> Result<mbim::Fault, Problem> {
    let (service, name) = (table.get::<String>("service")?, table.must::<String>("name")?);
    let kind = table.choice("form", FORMS)?;
    let (refuse, delay) = (table.get("refuse")?, table.get("delay")?);
    let (mut swallow, mut once) = (false, false);
    table.put("swallow", &mut swallow)?;
    table.put("once", &mut once)?;
    table.finish()?;
    let service = wwan_catalogue::mbim().iter().find(|candidate| match &service {
        None => candidate.uuid == BASIC_CONNECT,
        Some(name) => is_name(candidate.name, name),
    });
    let service = service.ok_or_else(|| table.problem_at("service", "no service of that name"))?;
    let command = service.commands.iter().find(|command| is_name(&command.name(), &name));
    let command = command
        .ok_or_else(|| table.problem_at("name", &format!("no command of that name in service {}", service.name)))?;
    let effect = match (refuse, delay, swallow) {
        (Some(status), None, false) => Effect::Refuse(Status(status)),
        (None, Some(delay), false) => Effect::Delay(delay),
        (None, None, true) => Effect::Swallow,
        _ => return Err(table.problem("one of `refuse`, `delay` and `swallow` is wanted")),
    };
    Ok(mbim::Fault { service: service.uuid, cid: command.cid, kind, effect, once })
}

/// What happens to a QMI message: one of `refuse`, `delay` and the others.
pub(super) fn message(table: &mut Table<'_>) -> Result<qmi::Fault, Problem> {
    let (service, name) = (table.must::<String>("service")?, table.must::<String>("name")?);
    let (refuse, delay) = (table.get::<String>("refuse")?, table.get("delay")?);
    let mut once = false;
    table.put("once", &mut once)?;
    let mut effects = Vec::new();
    for (key, effect) in [
        ("swallow", qmi::Effect::Swallow),
        ("withhold", qmi::Effect::Withhold),
        ("wrong-transaction", qmi::Effect::WrongTransaction),
        ("no-result", qmi::Effect::NoResult),
        ("duplicate", qmi::Effect::Duplicate),
    ] {
        if table.get(key)? == Some(true) {
            effects.push(effect);
        }
    }
    table.finish()?;
    if let Some(refuse) = refuse {
        let error =
            (1..=u16::MAX).map(ProtocolError).find(|error| error.name().is_some_and(|name| is_name(name, &refuse)));
        let error = error.ok_or_else(|| table.problem_at("refuse", &format!("no error is called {refuse:?}")))?;
        effects.push(qmi::Effect::Refuse(error));
    }
    effects.extend(delay.map(qmi::Effect::Delay));
    let [effect] = effects[..] else {
        let all = "`refuse`, `delay`, `swallow`, `withhold`, `wrong-transaction`, `no-result` and `duplicate`";
        return Err(table.problem(&format!("one of {all} is wanted")));
    };
    let service = wwan_catalogue::qmi().iter().find(|candidate| is_name(candidate.name, &service));
    let service = service.ok_or_else(|| table.problem_at("service", "no service of that name"))?;
    let named = service.message_by_name(&name, effect == qmi::Effect::Withhold);
    let named = named.ok_or_else(|| {
        let kind = if effect == qmi::Effect::Withhold { "indication" } else { "request" };
        table.problem_at("name", &format!("no {kind} of that name in service {}", service.name))
    })?;
    Ok(qmi::Fault { service: service.service, message: named.id, effect, once })
}

/// Whether two names are the same but for case, spaces and hyphens.
fn is_name(one: &str, other: &str) -> bool {
    let plain = |c: &char| c.is_ascii_alphanumeric();
    let one = one.chars().filter(plain).map(|c| c.to_ascii_lowercase());
    one.eq(other.chars().filter(plain).map(|c| c.to_ascii_lowercase()))
}

impl Keys for Chance {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("seed", &mut self.seed)?;
        table.put("to-modem", &mut self.to_modem)?;
        table.put("from-modem", &mut self.from_modem)
    }
}

/// So many of 1000 messages.
impl Keys for Rates {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("lose", &mut self.lose)?;
        table.put("duplicate", &mut self.duplicate)?;
        table.put("corrupt", &mut self.corrupt)?;
        table.put("truncate", &mut self.truncate)?;
        table.put("reorder", &mut self.reorder)?;
        table.put("delay", &mut self.delay)?;
        table.put("delay-up-to", &mut self.delay_up_to)
    }
}
