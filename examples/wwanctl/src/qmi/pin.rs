//! `pin`: codes of the SIM and locks of the modem.

use serde_json::{Value, json};
use wwan::client::qmi::{Error, Lock};
use wwan::procedure::qmi::{Code as Needed, PinInfo, PinOperation, SimState};
use wwan::qmi_wire::service::uim::{
    CardApplicationPersonalizationFeature as Feature, DepersonalizationInfo, DepersonalizationOperation as Operation,
    PinState, depersonalization,
};

use super::{Modem, parts};
use crate::args::{Code, Pin};
use crate::commands::{
    self,
    report::{self, Report},
};
use crate::error::{ENTER_PIN, ENTER_PUK, Fail};
use crate::output::{Output, clean};

/// The kinds of codes, named like those of MBIM: a PIN by its number, or a lock and whether it is its unblocking code.
const KINDS: [(&str, Kind); 14] = [
    ("pin1", Kind::Pin { second: false, unblocks: false }),
    ("pin2", Kind::Pin { second: true, unblocks: false }),
    ("puk1", Kind::Pin { second: false, unblocks: true }),
    ("puk2", Kind::Pin { second: true, unblocks: true }),
    ("network-pin", Kind::Lock(Feature::GW_NETWORK, Operation::DEACTIVATE)),
    ("network-subset-pin", Kind::Lock(Feature::GW_NETWORK_SUBSET, Operation::DEACTIVATE)),
    ("service-provider-pin", Kind::Lock(Feature::GW_SERVICE_PROVIDER, Operation::DEACTIVATE)),
    ("corporate-pin", Kind::Lock(Feature::GW_CORPORATE, Operation::DEACTIVATE)),
    ("device-sim-pin", Kind::Lock(Feature::GW_UIM, Operation::DEACTIVATE)),
    ("network-puk", Kind::Lock(Feature::GW_NETWORK, Operation::UNBLOCK)),
    ("network-subset-puk", Kind::Lock(Feature::GW_NETWORK_SUBSET, Operation::UNBLOCK)),
    ("service-provider-puk", Kind::Lock(Feature::GW_SERVICE_PROVIDER, Operation::UNBLOCK)),
    ("corporate-puk", Kind::Lock(Feature::GW_CORPORATE, Operation::UNBLOCK)),
    ("device-sim-puk", Kind::Lock(Feature::GW_UIM, Operation::UNBLOCK)),
];

#[derive(Clone, Copy, Debug)]
enum Kind {
    Pin { second: bool, unblocks: bool },
    Lock(Feature, Operation),
}

pub(super) fn run(modem: &mut Modem, pin: &Pin, out: &mut Output) -> Result<(), Fail> {
    let patience = modem.patience();
    let before = modem.client.sim(patience)?.state;
    if before == SimState::NotInserted && !matches!(pin, Pin::Status) {
        return Err(Error::Sim(before).into());
    }
    match pin {
        Pin::Status => {}
        Pin::List => return list(modem, out),
        Pin::Enter { code } => enter(modem, code, before)?,
        Pin::Change { code, new } => {
            let (second, old) = own(modem, code, false)?;
            let new = given(modem, new)?;
            modem.client.pin(PinOperation::Change(&old, &new), second)?;
        }
        Pin::Enable { code } => {
            let (second, pin) = own(modem, code, false)?;
            modem.client.pin(PinOperation::Protect(true, &pin), second)?;
        }
        Pin::Disable { code } => {
            let (second, pin) = own(modem, code, false)?;
            modem.client.pin(PinOperation::Protect(false, &pin), second)?;
        }
        Pin::Unblock { code, new } => {
            let (second, puk) = own(modem, code, true)?;
            let new = given(modem, new)?;
            modem.client.pin(PinOperation::Unblock(&puk, &new), second)?;
        }
    }
    let patience = modem.patience();
    let after = parts::pin(&modem.client.sim(patience)?);
    let mut report = Report::default();
    report::lock(&mut report.table, &after);
    report.put("pin", after);
    report.print(out)
}

fn kind(name: &str) -> Result<Kind, Fail> {
    let found = KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
    found.ok_or_else(|| {
        let known = KINDS.map(|(name, _)| name).join(", ");
        Fail::Usage(format!("no code is called {}; there are {known}", clean(name)))
    })
}

/// A code of the command line.
fn given(modem: &mut Modem, code: &str) -> Result<String, Fail> {
    commands::code(&mut || modem.check(), code)
}

/// A code of the SIM itself: whether it is about the second PIN, and the code.
fn own(modem: &mut Modem, code: &Code, unblocking: bool) -> Result<(bool, String), Fail> {
    match kind(&code.kind)? {
        Kind::Pin { second, unblocks } if unblocks == unblocking => Ok((second, given(modem, &code.code)?)),
        _ => Err(Fail::Usage(format!("this cannot be done with {}", clean(&code.kind)))),
    }
}

fn enter(modem: &mut Modem, code: &Code, state: SimState) -> Result<(), Fail> {
    match kind(&code.kind)? {
        Kind::Pin { unblocks: true, .. } => {
            Err(Fail::Usage(format!("`wwanctl pin unblock` takes {} with a new PIN", clean(&code.kind))))
        }
        Kind::Pin { second, unblocks: false } => {
            let pin = given(modem, &code.code)?;
            // A code that is not needed is not tried.
            if second || matches!(state, SimState::Locked(Needed::Pin1 | Needed::Puk1)) {
                modem.client.pin(PinOperation::Verify(&pin), second)?;
            }
            Ok(())
        }
        Kind::Lock(feature, operation) => {
            let key = given(modem, &code.code)?;
            let done = modem.client.ask::<depersonalization::Message>(|request| {
                request.info(DepersonalizationInfo { feature, operation, control_key: key.as_str().into() });
            });
            let refused = match done {
                Ok(_) => return Ok(()),
                Err(Error::Refused(refusal)) => refusal,
                Err(error) => return Err(error.into()),
            };
            let left = modem.client.last_answer().get(0x10).ok().flatten();
            let left = left.map(|[key, unblocking]: [u8; 2]| match operation {
                Operation::UNBLOCK => unblocking,
                _ => key,
            });
            let left = left.map_or_else(String::new, |left| format!(", {left} attempts left"));
            Err(Fail::Refused { reason: format!("{}{left}", super::refused(&refused)), hint: None })
        }
    }
}

fn list(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let patience = modem.patience();
    let sim = modem.client.sim(patience)?;
    let mut report = Report::default();
    let mut codes = serde_json::Map::new();
    for (name, pin) in [("pin1", sim.pin1), ("pin2", sim.pin2)] {
        let mode = mode(pin);
        let left = json!(pin.attempts);
        let text = format!("{}, {left} attempts left", mode.replace('_', " "));
        report.table.row(name, if mode == "not_supported" { "not supported".to_owned() } else { text });
        codes.insert(format!("pin_desc_{name}"), json!({ "pin_mode": mode, "remaining_attempts": left }));
    }
    report.put("pin_list", Value::Object(codes));
    report.print(out)
}

/// Whether a PIN is asked for.
const fn mode(pin: PinInfo) -> &'static str {
    match pin.state {
        PinState::DISABLED => "disabled",
        PinState::NOT_INITIALIZED => "not_supported",
        _ => "enabled",
    }
}

/// What to do about a lock.
pub(super) const fn hint(lock: &Lock) -> &'static str {
    match lock {
        Lock { code: Needed::Puk1 | Needed::Puk2, .. } => ENTER_PUK,
        Lock { code: Needed::Personalization(_) | Needed::PersonalizationPuk(_), .. } => {
            "whoever sold the modem has the code: `wwanctl pin enter --type network-pin CODE`"
        }
        Lock { wrong: true, .. } => {
            "`wwanctl pin status` tells how many attempts are left; the last one leads to the PUK"
        }
        Lock { remaining_attempts: Some(1), .. } => {
            "the last attempt is never used unasked: `wwanctl pin enter PIN` uses it"
        }
        _ => ENTER_PIN,
    }
}
