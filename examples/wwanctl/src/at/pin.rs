//! `pin`: codes of the SIM and locks of the modem.

use at_wire::command::equipment::{Lock as Wanted, cpin};
use at_wire::command::services::clck;
use at_wire::parameter::Str;
use serde_json::{Map, Value, json};
use wwan::procedure::at::{PinOperation, SimState, Stop};

use super::{Modem, status};
use crate::args::{Code, Pin};
use crate::commands::{
    self,
    report::{self, Report},
};
use crate::error::Fail;
use crate::output::{Output, clean};

/// Locks of the modem, named like those of MBIM: the facility of `+CLCK` (27.007 §7.4), and what `+CPIN?` says when the
/// code of the lock, or its unblocking code, is needed.
const LOCKS: [(&str, &str, Wanted, Wanted); 4] = [
    ("network", "PN", Wanted::NetworkPin, Wanted::NetworkPuk),
    ("network-subset", "PU", Wanted::SubsetPin, Wanted::SubsetPuk),
    ("service-provider", "PP", Wanted::ProviderPin, Wanted::ProviderPuk),
    ("corporate", "PC", Wanted::CorporatePin, Wanted::CorporatePuk),
];

/// What a code is for.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The PIN of the SIM, or its second one; or what unblocks it.
    Own { second: bool, unblocks: bool },
    /// A lock of the modem: its facility, and how its code is asked for.
    Lock { facility: &'static str, wanted: Wanted },
}

pub(super) fn run(modem: &mut Modem, pin: &Pin, out: &mut Output) -> Result<(), Fail> {
    let patience = modem.patience();
    let before = modem.client.sim(patience)?;
    if before == SimState::NotInserted && !matches!(pin, Pin::Status) {
        return Err(Stop::Sim(before).into());
    }
    match pin {
        Pin::Status => {}
        Pin::List => return list(modem, out),
        Pin::Enter { code } => enter(modem, code, before)?,
        Pin::Change { code, new } => {
            let (second, old) = own(modem, code, false)?;
            let new = given(modem, new)?;
            modem.client.pin(PinOperation::Change(&old, &new), second, patience)?;
        }
        Pin::Enable { code } => {
            let (second, pin) = own(modem, code, false)?;
            modem.client.pin(PinOperation::Protect(true, &pin), second, patience)?;
        }
        Pin::Disable { code } => {
            let (second, pin) = own(modem, code, false)?;
            modem.client.pin(PinOperation::Protect(false, &pin), second, patience)?;
        }
        Pin::Unblock { code, new } => {
            let (second, puk) = own(modem, code, true)?;
            let new = given(modem, new)?;
            if !second && before != SimState::Locked(Wanted::SimPuk) {
                // The command would take it for the PIN.
                let reason = format!("{before}, and no PUK: AT can unblock the PIN only while the PUK is asked for");
                return Err(Fail::Refused { reason, hint: None });
            }
            modem.client.pin(PinOperation::Unblock(&puk, &new), second, patience)?;
        }
    }
    let patience = modem.patience();
    let sim = modem.client.sim(patience)?;
    let after = status::pin(modem, sim)?;
    let mut report = Report::default();
    report::lock(&mut report.table, &after);
    report.put("pin", after);
    report.print(out)
}

fn kind(name: &str) -> Result<Kind, Fail> {
    let own = |second, unblocks| Ok(Kind::Own { second, unblocks });
    match name {
        "pin1" => return own(false, false),
        "pin2" => return own(true, false),
        "puk1" => return own(false, true),
        "puk2" => return own(true, true),
        _ => {}
    }
    let lock = name.rsplit_once('-').and_then(|(lock, code)| {
        let (_, facility, pin, puk) = LOCKS.iter().find(|(known, ..)| *known == lock)?;
        match code {
            "pin" => Some(Kind::Lock { facility, wanted: *pin }),
            "puk" => Some(Kind::Lock { facility, wanted: *puk }),
            _ => None,
        }
    });
    lock.ok_or_else(|| {
        let locks: Vec<String> = LOCKS.iter().map(|(name, ..)| format!("{name}-pin, {name}-puk")).collect();
        Fail::Usage(format!(
            "no code is called {}; there are pin1, pin2, puk1, puk2, {}",
            clean(name),
            locks.join(", ")
        ))
    })
}

/// A code of the command line.
fn given(modem: &mut Modem, code: &str) -> Result<String, Fail> {
    commands::code(&mut || modem.check(), code)
}

/// A code of the SIM itself: whether it is about the second PIN, and the code.
fn own(modem: &mut Modem, code: &Code, unblocking: bool) -> Result<(bool, String), Fail> {
    match kind(&code.kind)? {
        Kind::Own { second, unblocks } if unblocks == unblocking => Ok((second, given(modem, &code.code)?)),
        _ => Err(Fail::Usage(format!("this cannot be done with {}", clean(&code.kind)))),
    }
}

fn enter(modem: &mut Modem, code: &Code, state: SimState) -> Result<(), Fail> {
    match kind(&code.kind)? {
        Kind::Own { unblocks: true, .. } => {
            Err(Fail::Usage(format!("`wwanctl pin unblock` takes {} with a new PIN", clean(&code.kind))))
        }
        Kind::Own { second, .. } => {
            let pin = given(modem, &code.code)?;
            let patience = modem.patience();
            // A code that is not needed is not tried.
            Ok(modem.client.pin(PinOperation::Verify(&pin), second, patience)?)
        }
        Kind::Lock { facility, wanted } => {
            let key = given(modem, &code.code)?;
            let key = Str(key.as_bytes());
            if state == SimState::Locked(wanted) {
                modem.client.send(&cpin::Set { pin: key, newpin: None })?;
            } else if code.kind.ends_with("-puk") {
                let reason = "AT takes this code only while the modem asks for it".to_owned();
                return Err(Fail::Refused { reason, hint: None });
            } else {
                modem.client.send(&clck::Set {
                    facility: Str(facility.as_bytes()),
                    mode: 0,
                    password: Some(key),
                    class: None,
                })?;
            }
            Ok(())
        }
    }
}

fn list(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let attempts = modem.client.attempts()?;
    let mut report = Report::default();
    let mut codes = Map::new();
    let mut put = |report: &mut Report, name: &str, on: Option<bool>, left: Option<u8>| {
        let mode = match on {
            Some(true) => "enabled",
            Some(false) => "disabled",
            None => "not_supported",
        };
        let left_text = left.map_or_else(String::new, |left| format!("{left} attempts left"));
        report.table.row(name, report::joined(&[mode.replace('_', " "), left_text]));
        let key = format!("pin_desc_{}", name.replace('-', "_"));
        codes.insert(key, json!({ "pin_mode": mode, "remaining_attempts": left }));
    };
    for (name, facility, left) in [("pin1", "SC", attempts.pin1), ("pin2", "P2", attempts.pin2)] {
        let on = facility_state(modem, facility)?;
        put(&mut report, name, on, left);
    }
    for (name, facility, ..) in LOCKS {
        let on = facility_state(modem, facility)?;
        put(&mut report, &format!("{name}-pin"), on, None);
    }
    report.put("pin_list", Value::Object(codes));
    report.print(out)
}

/// Whether a lock is on; `None` if the modem does not have it.
fn facility_state(modem: &mut Modem, facility: &str) -> Result<Option<bool>, Fail> {
    let question = clck::Set { facility: Str(facility.as_bytes()), mode: 2, password: None, class: None };
    let answer = report::refused(modem.client.send(&question).map_err(Fail::from).map(|answer| {
        let states = answer.all::<clck::SetAnswer>().filter_map(Result::ok);
        states.map(|state| state.status != 0).reduce(|one, other| one || other)
    }))?;
    Ok(answer.unwrap_or(None))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_named_as_over_mbim() {
        assert!(matches!(kind("pin2").unwrap(), Kind::Own { second: true, unblocks: false }));
        assert!(matches!(
            kind("network-subset-puk").unwrap(),
            Kind::Lock { facility: "PU", wanted: Wanted::SubsetPuk }
        ));
        for wrong in ["", "pin", "pin3", "network", "network-pun", "-pin"] {
            assert!(matches!(kind(wrong), Err(Fail::Usage(_))), "{wrong}");
        }
    }
}
