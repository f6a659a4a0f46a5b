//! The commands about secrets: PINs (ETSI TS 102 221 §11.1.9 to 11.1.13), on the same codes and attempts that hosts have
//! commands of their own for, and AUTHENTICATE (3GPP TS 31.102 §7.1).

use super::super::auth::Rejected;
use super::super::sim::{Code, Sim, is_pin};
use super::super::{Reason, Text, text};
use super::files::{Access, Directory};
use super::{Apdu, Bytes, Reply, Sw, ins, put};

/// Whether the codes entered so far allow it.
pub(super) fn allowed(sim: &Sim, access: Access) -> Result<(), Sw> {
    let known = |code: &Code| !code.enabled || code.verified;
    match access {
        Access::Always => Ok(()),
        Access::Pin1 if known(&sim.pin1) => Ok(()),
        Access::Pin2 if known(&sim.pin2) => Ok(()),
        _ => Err(Sw::SECURITY),
    }
}

/// Compares a code with what is entered, as hosts' own commands do.
pub(super) fn verify(code: &mut Code, entered: &str) -> Result<(), Sw> {
    if code.is_blocked() {
        return Err(Sw::BLOCKED);
    }
    let outcome = code.verify(entered);
    outcome.map_err(|failure| match failure.reason {
        Reason::Invalid => Sw::WRONG_DATA,
        _ => Sw::attempts(code.pin_attempts),
    })
}

/// A code of up to eight digits, filled up with FF.
fn entered(bytes: &[u8]) -> Result<Text<8>, Sw> {
    let mut digits = bytes.split(|byte| *byte == 0xff);
    let code = digits.next().unwrap_or_default();
    let is_filled = digits.all(<[u8]>::is_empty);
    let code = core::str::from_utf8(code).ok().filter(|code| is_filled && is_pin(code));
    Ok(text(code.ok_or(Sw::WRONG_DATA)?))
}

fn two(data: &[u8]) -> Result<(Text<8>, Text<8>), Sw> {
    let (first, second) = data.split_at_checked(8).filter(|_| data.len() == 16).ok_or(Sw::WRONG_LENGTH)?;
    Ok((entered(first)?, entered(second)?))
}

fn one(data: &[u8]) -> Result<Text<8>, Sw> {
    if data.len() == 8 { entered(data) } else { Err(Sw::WRONG_LENGTH) }
}

/// One of the five commands about PINs.
pub(super) fn execute(sim: &mut Sim, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
    let data = apdu.content()?;
    if apdu.p1 != 0 {
        return Err(Sw::WRONG_PARAMETERS);
    }
    let (code, is_first) = match apdu.p2 {
        0x01 => (&mut sim.pin1, true),
        0x81 => (&mut sim.pin2, false),
        _ => return Err(Sw::NO_REFERENCE),
    };
    match apdu.instruction {
        ins::VERIFY if data.is_empty() && code.is_blocked() => Err(Sw::BLOCKED),
        ins::VERIFY if data.is_empty() => Err(Sw::attempts(code.pin_attempts)),
        ins::UNBLOCK if data.is_empty() && code.puk_attempts == 0 => Err(Sw::BLOCKED),
        ins::UNBLOCK if data.is_empty() => Err(Sw::attempts(code.puk_attempts)),
        ins::UNBLOCK => {
            let (puk, pin) = two(data)?;
            if code.puk_attempts == 0 {
                return Err(Sw::BLOCKED);
            }
            code.unblock(&puk, &pin).map_err(|_| Sw::attempts(code.puk_attempts))?;
            Ok(Reply::Done)
        }
        ins::ENABLE | ins::DISABLE if !is_first => Err(Sw::NO_REFERENCE),
        ins::ENABLE if code.enabled => Err(Sw::CONDITIONS),
        ins::VERIFY | ins::CHANGE | ins::DISABLE if !code.enabled => Err(Sw::DISABLED),
        ins::VERIFY => verify(code, &one(data)?).map(|()| Reply::Done),
        ins::CHANGE => {
            let (old, new) = two(data)?;
            verify(code, &old)?;
            code.pin = new;
            Ok(Reply::Done)
        }
        _ => {
            verify(code, &one(data)?)?;
            code.enabled = apdu.instruction == ins::ENABLE;
            Ok(Reply::Done)
        }
    }
}

/// A field with its length in front, and the rest.
fn field(bytes: &[u8]) -> Result<(&[u8; 16], &[u8]), Sw> {
    match bytes {
        [16, rest @ ..] => rest.split_first_chunk().ok_or(Sw::WRONG_LENGTH),
        _ => Err(Sw::WRONG_DATA),
    }
}

fn sized(to: &mut Bytes, bytes: &[u8]) {
    put(to, &[u8::try_from(bytes.len()).unwrap_or(0)]);
    put(to, bytes);
}

/// AUTHENTICATE in the application that is selected.
pub(super) fn authenticate(sim: &mut Sim, application: Option<Directory>, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
    let data = apdu.content()?;
    let is_usim = match application.filter(|directory| directory.exists(sim)) {
        Some(Directory::Usim) => true,
        Some(Directory::Isim) => false,
        _ => return Err(Sw::CONDITIONS),
    };
    allowed(sim, Access::Pin1)?;
    let mut answer = Bytes::new();
    match (apdu.p1, apdu.p2) {
        (0, 0x80) if is_usim => {
            let (rand, rest) = field(data)?;
            if !rest.is_empty() {
                return Err(Sw::WRONG_LENGTH);
            }
            let triplet = sim.secrets.authenticate_gsm(rand);
            sized(&mut answer, &triplet.sres);
            sized(&mut answer, &triplet.kc);
        }
        (0, 0x81) => {
            let (rand, rest) = field(data)?;
            let (autn, rest) = field(rest)?;
            if !rest.is_empty() {
                return Err(Sw::WRONG_LENGTH);
            }
            match sim.secrets.authenticate(rand, autn) {
                Ok(vector) => {
                    put(&mut answer, &[0xdb]);
                    sized(&mut answer, &vector.res);
                    sized(&mut answer, &vector.ck);
                    sized(&mut answer, &vector.ik);
                    if is_usim {
                        sized(&mut answer, &vector.triplet().kc);
                    }
                }
                Err(Rejected::Sync(auts)) => {
                    put(&mut answer, &[0xdc]);
                    sized(&mut answer, &auts);
                }
                Err(_) => return Err(Sw::WRONG_MAC),
            }
        }
        _ => return Err(Sw::WRONG_PARAMETERS),
    }
    Ok(Reply::Waiting(answer))
}
