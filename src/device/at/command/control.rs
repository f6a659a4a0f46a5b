//! The equipment: functionality, codes, indicators, clock, battery (3GPP TS 27.007 §7.4, §7.5, §8).

use core::fmt::Write as _;

use at_wire::command::{equipment as wire, services};
use at_wire::parameter::Str;
use at_wire::policy::Form;

use super::super::call::{Call, Outcome, Step};
use super::super::failure::{INVALID, NOT_SUPPORTED, Refused};
use super::super::tell::Tell;
use super::{Served, network};
use crate::device::modem::clock::Date;
use crate::device::modem::event::Change;
use crate::device::modem::management::OperatingMode;
use crate::device::modem::sim::Lock;
use crate::device::modem::voice::{CallState, Supplementary};
use crate::device::modem::{Modem, Reason, Text};

pub(super) static SERVED: &[Served] = &[
    Served::new("+CFUN", "(0,1,4),(0,1)", functionality),
    Served::new("+CPIN", "", code),
    Served::new("+CPINR", "", attempts),
    Served::new("+CLCK", "(\"SC\",\"FD\",\"PN\",\"AO\",\"OI\",\"OX\",\"AI\",\"IR\",\"AB\",\"AG\",\"AC\")", lock),
    Served::new("+CPWD", "(\"SC\",8),(\"P2\",8)", password),
    Served::whole("+CIND", indicator),
    Served::new("+CCLK", "", clock),
    Served::new("+CBC", "(0-3),(0-100)", battery),
];

fn functionality(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let fun = match call.modem.operating_mode() {
                OperatingMode::Online => 1,
                OperatingMode::Offline | OperatingMode::ShuttingDown => 0,
                _ if call.modem.is_minimal() => 0,
                _ => 4,
            };
            call.say_number(fun)
        }
        Form::Set => {
            let request = call.request::<wire::cfun::Set>()?;
            let (now, by) = (call.now, call.origin());
            match (request.fun, request.rst.unwrap_or(0)) {
                (0 | 1 | 4, 1) => {
                    // The result is sent before the modem goes.
                    call.modem.request_restart(now);
                    Ok(Step::Done)
                }
                (fun @ (0 | 1 | 4), 0) => {
                    let ticket = call.modem.request_radio(now, by, fun == 1)?;
                    call.wait(ticket, fun.into(), |call, fun, outcome| {
                        outcome?;
                        call.modem.set_minimal(fun == 0);
                        Ok(Step::Done)
                    })
                }
                _ => Err(INVALID),
            }
        }
        _ => Err(NOT_SUPPORTED),
    }
}

/// For commands that have nothing to say when the modem is done.
pub(super) fn done(_: &mut Call<'_, '_>, _: u32, outcome: Result<(), crate::device::modem::Failure>) -> Outcome {
    outcome?;
    Ok(Step::Done)
}

// Codes.

/// What `+CPIN` calls the code that is needed.
pub(super) fn needed(modem: &Modem) -> Result<&'static str, Refused> {
    let status = modem.lock()?;
    Ok(match status.lock {
        _ if !status.locked => "READY",
        Lock::Pin1 => "SIM PIN",
        Lock::Pin2 => "SIM PIN2",
        Lock::Puk1 => "SIM PUK",
        Lock::Puk2 => "SIM PUK2",
        Lock::Network => "PH-NET PIN",
    })
}

fn code(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let word = needed(call.modem)?;
            call.answer(&wire::cpin::ReadAnswer { code: super::general::word(word) })
        }
        Form::Set => {
            let request = call.request::<wire::cpin::Set<'_>>()?;
            let pin: Text<16> = call.plain(request.pin)?;
            let status = call.modem.lock()?;
            let (now, by) = (call.now, call.origin());
            match (status.lock, request.newpin) {
                // There is nothing to enter.
                _ if !status.locked => return Err(Refused::Cme(3)),
                (lock @ (Lock::Puk1 | Lock::Puk2), Some(new)) => {
                    let new: Text<16> = call.plain(new)?;
                    call.modem.unblock(now, by, lock, &pin, &new)?;
                }
                (Lock::Puk1, None) => return Err(Refused::Cme(12)),
                (Lock::Puk2, None) => return Err(Refused::Cme(18)),
                (lock, _) => call.modem.enter_code(now, by, lock, &pin)?,
            }
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

/// Tries that are left, of one code or of all (27.007 §8.65).
fn attempts(call: &mut Call<'_, '_>) -> Outcome {
    let chosen: Option<Text<16>> = match call.form() {
        Form::Execute => None,
        Form::Set => Some(call.plain(call.request::<wire::cpinr::Set<'_>>()?.sel_code)?),
        _ => return Err(NOT_SUPPORTED),
    };
    call.modem.lock()?;
    let Some(sim) = call.modem.sim() else { return Err(Reason::SimAbsent.into()) };
    let (pin1, pin2) = (&sim.pin1, &sim.pin2);
    let rows = [
        ("SIM PIN", pin1.pin_attempts, 3),
        ("SIM PUK", pin1.puk_attempts, 10),
        ("SIM PIN2", pin2.pin_attempts, 3),
        ("SIM PUK2", pin2.puk_attempts, 10),
    ];
    let is_meant = |name: &str| match chosen.as_deref() {
        // All that begin so.
        Some(pattern) => pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start)),
        None => true,
    };
    for (name, left, default) in rows.into_iter().filter(|(name, ..)| is_meant(name)) {
        call.answer(&wire::cpinr::ExecuteAnswer {
            code: super::general::word(name),
            retries: left,
            default_retries: Some(default),
        })?;
    }
    Ok(Step::Done)
}

/// The network's services that `+CLCK` bars.
fn barring(facility: &str) -> Option<Supplementary> {
    Some(match facility {
        "AO" | "OI" | "OX" => Supplementary::BarOutgoing,
        "AI" | "IR" => Supplementary::BarIncoming,
        _ => return None,
    })
}

fn lock(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<services::clck::Set<'_>>()?;
    let mut facility: Text<4> = call.plain(request.facility)?;
    facility.make_ascii_uppercase();
    let password: Text<16> = request.password.map_or_else(|| Ok(Text::new()), |password| call.plain(password))?;
    let (now, by) = (call.now, call.origin());
    if request.mode > 2 {
        return Err(INVALID);
    }
    if facility == "SC" {
        call.modem.lock()?;
    }
    match (facility.as_str(), request.mode) {
        ("SC", 2) => {
            let on = call.modem.sim().is_some_and(|sim| sim.pin1.enabled);
            call.say_number(u8::from(on))
        }
        ("SC", mode @ (0 | 1)) => {
            let present = call.modem.sim().is_some_and(|sim| sim.pin1.enabled);
            if mode == 0 && !present {
                return Ok(Step::Done);
            }
            call.modem.enable_code(now, by, Lock::Pin1, &password, mode == 1)?;
            Ok(Step::Done)
        }
        ("PN", 2) => {
            let on = call.modem.sim().is_some_and(|sim| sim.network_lock.is_some());
            call.say_number(u8::from(on))
        }
        ("PN", 0) => {
            call.modem.enter_code(now, by, Lock::Network, &password)?;
            Ok(Step::Done)
        }
        ("FD" | "PF" | "PU" | "PP" | "PC" | "PS", 2) => call.say_number(0),
        ("AB" | "AG" | "AC", 0) => {
            for service in [Supplementary::BarOutgoing, Supplementary::BarIncoming] {
                call.modem.set_supplementary(now, service, false)?;
            }
            Ok(Step::Done)
        }
        (facility, mode) => {
            let service = barring(facility).ok_or(NOT_SUPPORTED)?;
            match mode {
                2 => {
                    let on = u8::from(call.modem.supplementary(service));
                    let class = request.class.unwrap_or(7);
                    call.say(&mut |line| {
                        line.integer(on.into());
                        line.integer(class.into());
                    })?;
                }
                0 | 1 => call.modem.set_supplementary(now, service, mode == 1)?,
                _ => return Err(INVALID),
            }
            Ok(Step::Done)
        }
    }
}

fn password(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<services::cpwd::Set<'_>>()?;
    let facility: Text<4> = call.plain(request.facility)?;
    let old: Text<16> = request.old.map_or_else(|| Ok(Text::new()), |old| call.plain(old))?;
    let new: Text<16> = call.plain(request.new)?;
    let lock = match facility.as_str() {
        "SC" => Lock::Pin1,
        "P2" => Lock::Pin2,
        _ => return Err(NOT_SUPPORTED),
    };
    call.modem.change_code(call.now, call.origin(), lock, &old, &new)?;
    Ok(Step::Done)
}

// Indicators.

/// What `+CIND` tells, in the order of [`NAMES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Indicators {
    battery: u8,
    signal: u8,
    service: u8,
    message: u8,
    call: u8,
    roam: u8,
    full: u8,
    call_setup: u8,
    held: u8,
}

/// The names, with what each can be.
const NAMES: &str = "(\"battchg\",(0-5)),(\"signal\",(0-5)),(\"service\",(0,1)),(\"message\",(0,1)),(\"call\",(0,1)),\
                     (\"roam\",(0,1)),(\"smsfull\",(0,1)),(\"callsetup\",(0-3)),(\"callheld\",(0-2))";

pub(in super::super) fn indicators(modem: &Modem) -> Indicators {
    let registration = modem.registration();
    let bars = match network::strength(modem.signal()) {
        99 => 0,
        strength => strength.saturating_add(5).checked_div(6).unwrap_or(0).min(5),
    };
    let any = |fits: fn(CallState) -> bool| modem.calls().iter().any(|call| fits(call.state));
    let held = any(|state| state == CallState::Held);
    let active = any(|state| state == CallState::Active);
    let new =
        |message: &crate::device::modem::sms::Message| message.status == crate::device::modem::sms::MessageStatus::New;
    Indicators {
        battery: modem.power().battery.map_or(0, |percent| percent.saturating_add(19) / 20).min(5),
        signal: bars,
        service: u8::from(registration.is_registered()),
        message: u8::from(modem.messages().any(|(_, message)| new(message))),
        call: u8::from(active || held),
        roam: u8::from(network::is_roaming(&registration)),
        full: u8::from(modem.messages_full()),
        call_setup: match () {
            () if any(|state| matches!(state, CallState::Incoming | CallState::Waiting)) => 1,
            () if any(|state| state == CallState::Dialling) => 2,
            () if any(|state| state == CallState::Alerting) => 3,
            () => 0,
        },
        held: match (held, active) {
            (true, true) => 1,
            (true, false) => 2,
            _ => 0,
        },
    }
}

impl Indicators {
    fn all(self) -> [u8; 9] {
        [
            self.battery,
            self.signal,
            self.service,
            self.message,
            self.call,
            self.roam,
            self.full,
            self.call_setup,
            self.held,
        ]
    }
}

fn indicator(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let values = indicators(call.modem).all();
            call.say(&mut |line| values.iter().for_each(|value| line.integer((*value).into())))?;
            Ok(Step::Done)
        }
        Form::Test => call.say_raw(NAMES),
        // Only a host that shows them itself could set them.
        Form::Set => Ok(Step::Done),
        Form::Execute => Err(NOT_SUPPORTED),
    }
}

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let concerns = matches!(
        change,
        Change::Registration(_)
            | Change::Signal(_)
            | Change::Call(_)
            | Change::Messages(_)
            | Change::Power(_)
            | Change::Location
            | Change::Radio(_)
    );
    if concerns {
        tell_indicators(tell);
    }
}

/// Tells what no event has told of, such as that a message was read.
pub(super) fn later(tell: &mut Tell<'_, '_>) {
    if tell.settings().values.cmer_mode > 0 && tell.core.config.urcs {
        tell_indicators(tell);
    }
}

fn tell_indicators(tell: &mut Tell<'_, '_>) {
    let values = tell.settings().values;
    let wanted = values.cmer_mode > 0 && values.cmer_ind > 0;
    let new = indicators(tell.modem);
    let old = core::mem::replace(&mut tell.core.told.indicators, new);
    // Each with its number in the list.
    let changes = (1_u8..).zip(old.all().into_iter().zip(new.all()));
    for (number, (_, value)) in changes.filter(|(_, (old, new))| wanted && old != new) {
        tell.urc("+CIEV", &mut |line| {
            line.integer(number.into());
            line.integer(value.into());
        });
    }
}

// Clock and battery.

/// `26/11/22,12:30:00+08`; without the zone the year is whole, as 27.007 §8.41 has it.
pub(in super::super) fn date_text(date: Date, zone: bool) -> Text<24> {
    let mut text: Text<24> = Text::new();
    if !zone {
        let _ = write!(text, "{:02}", date.year / 100 % 100);
    }
    let two = |value: u8| [value / 10 % 10, value % 10].map(|digit| char::from(b'0'.saturating_add(digit)));
    let year = u8::try_from(date.year % 100).unwrap_or(0);
    let parts =
        [(year, '/'), (date.month, '/'), (date.day, ','), (date.hour, ':'), (date.minute, ':'), (date.second, ' ')];
    for (value, behind) in parts {
        for digit in two(value) {
            let _ = text.push(digit);
        }
        if behind != ' ' {
            let _ = text.push(behind);
        }
    }
    if zone {
        let _ = text.push_str(&network::quarters(date.zone));
    }
    text
}

/// Reads such a text; without a zone it is that of `present`.
fn date_of(text: &str, present: Date) -> Option<Date> {
    let number = |at: usize| {
        let digits = text.get(at..at.checked_add(2)?)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
        digits.parse::<u8>().ok()
    };
    let separators = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'/' | b',' | b':'));
    if !separators.map(|(at, _)| at).eq([2, 5, 8, 11, 14]) {
        return None;
    }
    let zone = match text.get(17..)? {
        "" => present.zone,
        zone => zone.parse::<i8>().ok().filter(|_| zone.starts_with(['+', '-']))?,
    };
    let date = Date {
        year: u16::from(number(0)?).saturating_add(2000),
        month: number(3)?,
        day: number(6)?,
        hour: number(9)?,
        minute: number(12)?,
        second: number(15)?,
        zone,
        ..present
    };
    date.is_valid().then_some(date)
}

fn clock(call: &mut Call<'_, '_>) -> Outcome {
    let present = call.modem.date(call.now);
    match call.form() {
        Form::Read => {
            let text = date_text(present, true);
            call.say(&mut |line| line.quoted(text.as_bytes()))?;
            Ok(Step::Done)
        }
        Form::Set => {
            let time: Str<'_> = call.request::<wire::cclk::Set<'_>>()?.time;
            let time: Text<24> = call.plain(time)?;
            let date = date_of(&time, present).ok_or(INVALID)?;
            call.modem.set_date(call.now, date);
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn battery(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    let power = call.modem.power();
    let (status, level) = match power.battery {
        None => (2_u8, 0),
        Some(_) if power.fault => (3, 0),
        Some(level) => (u8::from(power.charging), level),
    };
    call.say(&mut |line| {
        line.integer(status.into());
        line.integer(level.into());
    })?;
    Ok(Step::Done)
}
