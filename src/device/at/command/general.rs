//! V.250 and identification: registers, profiles, who the modem is (ITU-T V.250 §6.1 and §6.2, 3GPP TS 27.007 §5).

use at_wire::command::general as wire;
use at_wire::parameter::{Str, Word};
use at_wire::policy::Form;
use at_wire::text::charset::Charset;

use super::super::call::{Call, Outcome, Step};
use super::super::failure::{INVALID, NOT_ALLOWED, NOT_SUPPORTED, Refused};
use super::super::settings::Settings;
use super::super::{Event, Multiplexing};
use super::{Served, names_of};
use crate::device::modem::network::Technologies;
use crate::device::modem::{Text, text};

pub(super) static SERVED: &[Served] = &[
    Served::whole("E", |call| switch(call, |settings, on| settings.echo = on)),
    Served::whole("Q", |call| switch(call, |settings, on| settings.quiet = on)),
    Served::whole("V", |call| switch(call, |settings, on| settings.verbose = on)),
    Served::whole("X", |call| number(call, 4, |settings, n| settings.progress = n)),
    Served::whole("&C", |call| number(call, 1, |settings, n| settings.carrier_detect = n)),
    Served::whole("&D", |call| number(call, 2, |settings, n| settings.terminal_ready = n)),
    Served::whole("&F", factory),
    Served::whole("Z", reset),
    Served::whole("&W", store),
    Served::whole("&V", view),
    Served::whole("I", information),
    // What there is no hardware for is taken and does nothing.
    Served::whole("L", |call| number(call, 3, |_, _| {})),
    Served::whole("M", |call| number(call, 3, |_, _| {})),
    Served::whole("P", |call| number(call, 0, |_, _| {})),
    Served::whole("T", |call| number(call, 0, |_, _| {})),
    Served::whole("&K", |call| number(call, 6, |_, _| {})),
    Served::whole("&S", |call| number(call, 1, |_, _| {})),
    Served::whole("&Y", |call| number(call, 0, |_, _| {})),
    Served::whole("\\Q", |call| number(call, 3, |_, _| {})),
    Served::whole("S0", |call| register(call, 0)),
    Served::whole("S1", |call| register(call, 1)),
    Served::whole("S2", |call| register(call, 2)),
    Served::whole("S3", |call| register(call, 3)),
    Served::whole("S4", |call| register(call, 4)),
    Served::whole("S5", |call| register(call, 5)),
    Served::whole("S6", |call| register(call, 6)),
    Served::whole("S7", |call| register(call, 7)),
    Served::whole("S8", |call| register(call, 8)),
    Served::whole("S10", |call| register(call, 10)),
    Served::whole("S12", |call| register(call, 12)),
    Served::new("+GMI", "", manufacturer),
    Served::new("+CGMI", "", manufacturer),
    Served::new("+GMM", "", model),
    Served::new("+CGMM", "", model),
    Served::new("+GMR", "", revision),
    Served::new("+CGMR", "", revision),
    Served::new("+GSN", "", serial),
    Served::new("+CGSN", "(0-3)", serial),
    Served::new("+GCAP", "", capabilities),
    Served::new("+GOI", "", |call| execute(call, |call| call.say_identity("wwan"))),
    Served::new("+CIMI", "", subscriber),
    Served::whole("+CSCS", charset),
    Served::new("+WS46", "(12,22,25,28-31,35-42)", systems),
    Served::new("+CLAC", "", all_commands),
    Served::new("+CEER", "", report),
    Served::new("+IPR", "(0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600,3000000)", rate),
    Served::whole("+CMUX", multiplex),
];

/// For commands that only execute.
fn execute(call: &mut Call<'_, '_>, then: impl FnOnce(&mut Call<'_, '_>) -> Outcome) -> Outcome {
    if call.form() == Form::Execute { then(call) } else { Err(NOT_SUPPORTED) }
}

fn number(call: &mut Call<'_, '_>, highest: u8, set: fn(&mut Settings, u8)) -> Outcome {
    let number = call.number()?;
    if number > highest {
        return Err(Refused::Error);
    }
    set(call.settings(), number);
    Ok(Step::Done)
}

fn switch(call: &mut Call<'_, '_>, set: fn(&mut Settings, bool)) -> Outcome {
    let on = match call.number()? {
        0 => false,
        1 => true,
        _ => return Err(Refused::Error),
    };
    set(call.settings(), on);
    Ok(Step::Done)
}

fn factory(call: &mut Call<'_, '_>) -> Outcome {
    if call.number()? > 1 {
        return Err(Refused::Error);
    }
    *call.settings() = Settings::factory(&call.core.config.dialect);
    super::sms::settings_changed(call);
    Ok(Step::Done)
}

/// `Z` ends calls too.
fn reset(call: &mut Call<'_, '_>) -> Outcome {
    if call.number()? > 1 {
        return Err(Refused::Error);
    }
    call.core.hang_up(call.now, call.modem, true);
    *call.settings() = call.core.profile;
    super::sms::settings_changed(call);
    Ok(Step::Done)
}

fn store(call: &mut Call<'_, '_>) -> Outcome {
    if call.number()? > 1 {
        return Err(Refused::Error);
    }
    call.core.profile = *call.settings();
    Ok(Step::Done)
}

fn view(call: &mut Call<'_, '_>) -> Outcome {
    let settings = *call.settings();
    call.line(&mut |writer| {
        let flags = [(b'E', settings.echo), (b'Q', settings.quiet), (b'V', settings.verbose)];
        for (letter, on) in flags {
            writer.bytes(&[letter, if on { b'1' } else { b'0' }, b' ']);
        }
        writer.bytes(&[b'X', b'0'.saturating_add(settings.progress), b' ']);
        writer.bytes(&[b'&', b'C', b'0'.saturating_add(settings.carrier_detect), b' ']);
        writer.bytes(&[b'&', b'D', b'0'.saturating_add(settings.terminal_ready)]);
    })?;
    Ok(Step::Done)
}

/// A register: read as three digits (V.250 §5.3.2).
fn register(call: &mut Call<'_, '_>, number: usize) -> Outcome {
    match call.form() {
        Form::Read => {
            let told = &call.core.told;
            let value = match number {
                // Rings are counted while it rings.
                1 if told.ring_at.is_some() => told.rings,
                _ => call.core.settings.register(number),
            };
            let digits = [value / 100, value / 10 % 10, value % 10].map(|digit| b'0'.saturating_add(digit));
            call.line(&mut |writer| writer.bytes(&digits))?;
        }
        Form::Set => {
            let value = call.fields().value::<Option<u8>>("value").map_err(|_| Refused::Error)?;
            if !call.settings().set_register(number, value.unwrap_or(0)) {
                return Err(Refused::Error);
            }
        }
        // The register is chosen for what follows, which names it again.
        Form::Execute => {}
        Form::Test => return Err(Refused::Error),
    }
    Ok(Step::Done)
}

fn information(call: &mut Call<'_, '_>) -> Outcome {
    let identity = call.modem.identity().clone();
    match call.number()? {
        0 => {
            for text in [&identity.manufacturer[..], &identity.model, &identity.firmware] {
                call.line(&mut |writer| writer.bytes(text.as_bytes()))?;
            }
        }
        1..=9 => call.line(&mut |writer| writer.bytes(identity.model.as_bytes()))?,
        _ => return Err(Refused::Error),
    }
    Ok(Step::Done)
}

fn manufacturer(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.modem.identity().manufacturer.clone();
    execute(call, |call| call.say_identity(&text))
}

fn model(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.modem.identity().model.clone();
    execute(call, |call| call.say_identity(&text))
}

fn revision(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.modem.identity().firmware.clone();
    execute(call, |call| call.say_identity(&text))
}

fn serial(call: &mut Call<'_, '_>) -> Outcome {
    let imei = call.modem.identity().imei.clone();
    let kind = match call.form() {
        Form::Execute => None,
        Form::Set => Some(call.request::<wire::cgsn::Set>()?.snt),
        _ => return Err(NOT_SUPPORTED),
    };
    let version = call.modem.management().imei_version.clone();
    let text: Text<20> = match kind {
        None | Some(0) => return call.say_identity(&imei),
        Some(1) => text(&imei),
        Some(2) => {
            // Without the check digit, and with the version.
            let mut number = text::<20>(imei.get(..14).unwrap_or(&imei));
            let _ = number.push_str(&version);
            number
        }
        Some(3) => text(&version),
        Some(_) => return Err(INVALID),
    };
    call.say(&mut |line| line.quoted(text.as_bytes()))?;
    Ok(Step::Done)
}

fn capabilities(call: &mut Call<'_, '_>) -> Outcome {
    let lte = call.modem.technologies().intersects(Technologies::FOURTH);
    let text = if lte { "+CGSM,+CLTE,+DS,+ES" } else { "+CGSM,+DS,+ES" };
    execute(call, |call| call.say_raw(text))
}

fn subscriber(call: &mut Call<'_, '_>) -> Outcome {
    super::sim::usable(call)?;
    let imsi = call.modem.sim().map(|sim| sim.imsi.clone()).unwrap_or_default();
    execute(call, |call| call.say_identity(&imsi))
}

fn charset(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Set => {
            let request = call.request::<wire::cscs::Set<'_>>()?;
            let present = call.settings().charset;
            // The name may be written in the set that is to be left.
            let direct = Charset::from_name(request.chset.as_str().unwrap_or_default());
            let coded = || {
                let name: Text<16> = call.text(request.chset).ok()?;
                Charset::from_name(&name)
            };
            let chosen = direct.or_else(|| Some(present).filter(|set| *set == Charset::Ucs2).and_then(|_| coded()));
            let sets = &call.core.config.dialect.charsets;
            let chosen = chosen.filter(|chosen| sets.is_empty() || sets.contains(chosen));
            call.settings().charset = chosen.ok_or(INVALID)?;
            Ok(Step::Done)
        }
        Form::Read => {
            let name = call.settings().charset.name();
            call.answer(&wire::cscs::ReadAnswer { chset: Str::from(name) })
        }
        Form::Test => {
            let mut list: Text<80> = Text::new();
            let sets = call.core.config.dialect.charsets.clone();
            let sets = if sets.is_empty() { &Charset::ALL[..] } else { &sets };
            for set in sets {
                let lead = if list.is_empty() { '(' } else { ',' };
                let _ = core::fmt::write(&mut list, format_args!("{lead}\"{}\"", set.name()));
            }
            let _ = list.push(')');
            call.say_raw(&list)
        }
        Form::Execute => Err(NOT_SUPPORTED),
    }
}

/// The numbers of `+WS46` (3GPP TS 27.007 §5.9), and what they allow.
const SYSTEMS: &[(u8, Technologies)] = &[
    (12, Technologies::SECOND),
    (22, Technologies::THIRD),
    (25, Technologies::SECOND.union(Technologies::THIRD).union(Technologies::FOURTH)),
    (28, Technologies::FOURTH),
    (29, Technologies::SECOND.union(Technologies::THIRD)),
    (30, Technologies::SECOND.union(Technologies::FOURTH)),
    (31, Technologies::THIRD.union(Technologies::FOURTH)),
    (35, Technologies::all()),
    (36, Technologies::FIFTH),
    (37, Technologies::FOURTH.union(Technologies::FIFTH)),
    (38, Technologies::THIRD.union(Technologies::FOURTH).union(Technologies::FIFTH)),
    (39, Technologies::SECOND.union(Technologies::FOURTH).union(Technologies::FIFTH)),
    (40, Technologies::THIRD.union(Technologies::FIFTH)),
    (41, Technologies::SECOND.union(Technologies::THIRD).union(Technologies::FIFTH)),
    (42, Technologies::SECOND.union(Technologies::FIFTH)),
];

fn systems(call: &mut Call<'_, '_>) -> Outcome {
    let able = call.modem.technologies();
    match call.form() {
        Form::Read => {
            let usable = call.modem.usable_technologies();
            let fits = |(_, meant): &&(u8, Technologies)| *meant & able == usable && usable != able;
            // All that the modem has.
            let n = SYSTEMS.iter().find(fits).map_or(35, |(n, _)| *n);
            call.answer(&wire::ws46::ReadAnswer { n })
        }
        Form::Set => {
            let n = call.request::<wire::ws46::Set>()?.n;
            let (_, meant) = SYSTEMS.iter().find(|(number, _)| *number == n).ok_or(INVALID)?;
            call.modem.set_usable_technologies(call.now, *meant & able)?;
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn all_commands(call: &mut Call<'_, '_>) -> Outcome {
    let dialect = call.core.config.dialect.clone();
    execute(call, |call| {
        for name in names_of(&dialect) {
            call.line(&mut |writer| writer.bytes(name.as_bytes()))?;
        }
        Ok(Step::Done)
    })
}

/// Why the last call ended (3GPP TS 27.007 §6.10): the number of 24.008.
fn report(call: &mut Call<'_, '_>) -> Outcome {
    let cause = call.core.kept.last_cause;
    execute(call, |call| call.say_number(cause))
}

fn rate(call: &mut Call<'_, '_>) -> Outcome {
    let before = call.settings().values.ipr;
    let done = call.stored()?;
    let rate = call.settings().values.ipr;
    if rate != before {
        call.core.happened(Event::Rate(rate));
    }
    Ok(done)
}

fn multiplex(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Set => {
            let request = call.request::<wire::cmux::Set>()?;
            if !call.core.config.multiplexer {
                return Err(NOT_ALLOWED);
            }
            let default = Multiplexing::DEFAULT;
            let limit = call.core.frame_limit;
            let usual = if request.mode == 1 { 64 } else { default.frame_size };
            let frame_size = request.n1.unwrap_or(usual.min(limit));
            let within = |value: Option<u8>, least: u8, most: u8| value.is_none_or(|n| (least..=most).contains(&n));
            let timers = within(request.t1, 1, 255) && within(request.t2, 2, 255) && within(request.t3, 1, 255);
            let counts = within(request.n2, 0, 100) && within(request.k, 1, 7) && within(request.port_speed, 1, 8);
            let modes = request.mode <= 1 && request.subset.unwrap_or(0) == 0;
            if !modes || !timers || !counts || !(1..=limit).contains(&frame_size) {
                return Err(INVALID);
            }
            call.core.multiplexing = Multiplexing {
                advanced: request.mode == 1,
                frame_size,
                acknowledgement: request.t1.unwrap_or(default.acknowledgement),
                retransmissions: request.n2.unwrap_or(default.retransmissions),
                response: request.t2.unwrap_or(default.response),
                wake_up: request.t3.unwrap_or(default.wake_up),
            };
            Ok(Step::Multiplex)
        }
        Form::Read => {
            let present = call.core.multiplexing;
            call.answer(&wire::cmux::ReadAnswer {
                mode: u8::from(present.advanced),
                subset: Some(0),
                port_speed: Some(5),
                n1: Some(present.frame_size),
                t1: Some(present.acknowledgement),
                n2: Some(present.retransmissions),
                t2: Some(present.response),
                t3: Some(present.wake_up),
                k: None,
            })
        }
        Form::Test => {
            let mut sizes: Text<16> = Text::new();
            let _ = core::fmt::write(&mut sizes, format_args!("(1-{})", call.core.frame_limit));
            call.say(&mut |line| {
                line.parameters(b"(0-1),(0),(1-8)");
                line.parameters(sizes.as_bytes());
                line.parameters(b"(1-255),(0-100),(2-255),(1-255),(1-7)");
            })?;
            Ok(Step::Done)
        }
        Form::Execute => Err(NOT_SUPPORTED),
    }
}

/// Words without quotes, as codes are.
pub(super) fn word(text: &str) -> Word<'_> {
    Word(text.as_bytes())
}
