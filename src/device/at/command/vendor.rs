//! What only the modems of some makers have; the dialect says whose.

use at_wire::policy::Form;

use super::super::call::{Call, Outcome, Step};
use super::super::failure::NOT_SUPPORTED;
use super::super::tell::Tell;
use super::{Maker, Served, control, network};
use crate::device::modem::Modem;
use crate::device::modem::event::Change;
use crate::device::modem::network::Technologies;
use crate::device::modem::sim::ReadyState;
use crate::device::modem::sms::MessageEvent;

pub(super) static SERVED: &[Served] = &[
    Served::whole("^SYSINFO", system).of(Maker::Huawei),
    Served::whole("^HCSQ", signal).of(Maker::Huawei),
    Served::whole("^CPIN", codes).of(Maker::Huawei),
    Served::whole("+QSIMSTAT", card).of(Maker::Quectel),
    Served::whole("+QPINC", tries).of(Maker::Quectel),
    Served::whole("+QNWINFO", serving).of(Maker::Quectel),
    Served::whole("^SMSO", off).of(Maker::Cinterion),
    Served::whole("+QPOWD", off).of(Maker::Quectel),
];

/// Huawei's numbers for systems: mode and submode.
fn system_of(modem: &Modem) -> (u8, u8) {
    match network::serving_access(modem) {
        _ if !modem.registration().is_registered() => (0, 0),
        0 => (3, 1),
        3 => (3, 3),
        2 => (5, 4),
        4 => (5, 5),
        5 => (5, 6),
        6 => (5, 7),
        _ => (17, 17),
    }
}

fn has_card(modem: &Modem) -> bool {
    matches!(modem.ready_state(), ReadyState::Initialized | ReadyState::NotActivated)
}

fn system(call: &mut Call<'_, '_>) -> Outcome {
    if !matches!(call.form(), Form::Execute | Form::Read) {
        return Err(NOT_SUPPORTED);
    }
    let registration = call.modem.registration();
    let (mode, submode) = system_of(call.modem);
    let service = if registration.is_registered() { 2_u8 } else { 0 };
    let domain = if registration.is_registered() { 3_u8 } else { 0 };
    let roaming = u8::from(network::is_roaming(&registration));
    let card = if has_card(call.modem) { 1_u8 } else { 255 };
    call.say(&mut |line| {
        for number in [service, domain, roaming, mode, card] {
            line.integer(number.into());
        }
        line.skip();
        line.integer(submode.into());
    })?;
    Ok(Step::Done)
}

fn signal(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Read {
        return Err(NOT_SUPPORTED);
    }
    let signal = call.modem.signal();
    let lte = call.modem.serving_technology().intersects(Technologies::FOURTH);
    let above = |value: Option<i16>, lowest: i16| {
        value.map_or(255, |value| u8::try_from(value.saturating_sub(lowest).clamp(0, 97)).unwrap_or(255))
    };
    call.say(&mut |line| match (signal.rssi, lte) {
        (None, _) => line.quoted(b"NOSERVICE"),
        (rssi, true) => {
            line.quoted(b"LTE");
            line.integer(above(rssi, -121).into());
            line.integer(above(signal.rsrp, -141).into());
            line.integer(above(signal.snr, -20).into());
            line.integer(above(signal.rsrq, -20).into());
        }
        (rssi, false) => {
            line.quoted(b"WCDMA");
            line.integer(above(rssi, -121).into());
            line.integer(above(signal.rsrp, -121).into());
            line.integer(above(signal.rsrq, -32).into());
        }
    })?;
    Ok(Step::Done)
}

fn codes(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Read {
        return Err(NOT_SUPPORTED);
    }
    let word = control::needed(call.modem)?;
    let tries = call
        .modem
        .sim()
        .map(|sim| [sim.pin1.puk_attempts, sim.pin1.pin_attempts, sim.pin2.puk_attempts, sim.pin2.pin_attempts]);
    call.say(&mut |line| {
        line.word(word.as_bytes());
        line.skip();
        tries.into_iter().flatten().for_each(|left| line.integer(left.into()));
    })?;
    Ok(Step::Done)
}

fn tries(call: &mut Call<'_, '_>) -> Outcome {
    if !matches!(call.form(), Form::Execute | Form::Read) {
        return Err(NOT_SUPPORTED);
    }
    call.modem.lock()?;
    let rows = call.modem.sim().map(|sim| {
        [("SC", sim.pin1.pin_attempts, sim.pin1.puk_attempts), ("P2", sim.pin2.pin_attempts, sim.pin2.puk_attempts)]
    });
    for (name, pin, puk) in rows.into_iter().flatten() {
        call.say(&mut |line| {
            line.quoted(name.as_bytes());
            line.integer(pin.into());
            line.integer(puk.into());
        })?;
    }
    Ok(Step::Done)
}

fn card(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let inserted = u8::from(call.modem.sim().is_some());
            call.say(&mut |line| {
                line.integer(0);
                line.integer(inserted.into());
            })?;
            Ok(Step::Done)
        }
        Form::Set => Ok(Step::Done),
        _ => Err(NOT_SUPPORTED),
    }
}

fn serving(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    let name: &[u8] = match network::serving_access(call.modem) {
        0 => b"GSM",
        3 => b"EDGE",
        2 => b"WCDMA",
        4..=6 => b"HSPA+",
        7 => b"FDD LTE",
        _ => b"NR5G",
    };
    let network = call.modem.serving_network().map(|network| (network.plmn.clone(), network.cell.channel));
    call.say(&mut |line| match &network {
        Some((plmn, channel)) => {
            line.quoted(name);
            line.quoted(plmn.as_bytes());
            line.skip();
            line.integer((*channel).into());
        }
        None => line.word(b"No Service"),
    })?;
    Ok(Step::Done)
}

/// Off: a modem whose power stays comes back.
fn off(call: &mut Call<'_, '_>) -> Outcome {
    if !matches!(call.form(), Form::Execute | Form::Set) {
        return Err(NOT_SUPPORTED);
    }
    call.modem.request_restart(call.now);
    Ok(Step::Done)
}

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    match tell.core.config.dialect.maker {
        Maker::Huawei => huawei(tell, change),
        Maker::Quectel => quectel(tell, change),
        Maker::Cinterion | Maker::None => {}
    }
}

fn huawei(tell: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::Registration(registration) => {
            let (mode, submode) = system_of(tell.modem);
            let service = if registration.is_registered() { 2_u8 } else { 0 };
            tell.urc("^SRVST", &mut |line| line.integer(service.into()));
            tell.urc("^MODE", &mut |line| {
                line.integer(mode.into());
                line.integer(submode.into());
            });
        }
        Change::Signal(signal) => {
            let rssi = network::strength(*signal);
            tell.urc("^RSSI", &mut |line| line.integer(rssi.into()));
        }
        Change::Subscriber(state) => {
            let usable = if *state == ReadyState::Initialized { 1_u8 } else { 255 };
            tell.urc("^SIMST", &mut |line| line.integer(usable.into()));
        }
        Change::Messages(MessageEvent::Full) => tell.urc("^SMMEMFULL", &mut |line| line.quoted(b"SM")),
        _ => {}
    }
}

fn quectel(tell: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::Subscriber(_) => {
            let word = match tell.modem.ready_state() {
                ReadyState::Absent => "NOT INSERTED",
                _ => control::needed(tell.modem).unwrap_or("NOT READY"),
            };
            tell.urc("+CPIN", &mut |line| line.word(word.as_bytes()));
        }
        Change::Messages(MessageEvent::Ready(true)) => {
            tell.urc("+QIND", &mut |line| line.word(b"SMS DONE"));
            tell.urc("+QIND", &mut |line| line.word(b"PB DONE"));
        }
        Change::Messages(MessageEvent::Full) => tell.urc("+QIND", &mut |line| {
            line.quoted(b"smsfull");
            line.quoted(b"SM");
        }),
        _ => {}
    }
}
