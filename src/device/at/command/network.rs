//! Registration, operators, signal, the network's time (3GPP TS 27.007 §7.2, §7.3, §8.5, §8.69, §8.40, §8.41, §10.1.20).

use at_wire::command::network as wire;
use at_wire::parameter::LineWriter;
use at_wire::policy::Form;
use heapless::Vec;

use super::super::Core;
use super::super::call::{Call, Outcome, Step};
use super::super::dialect::RegistrationForm;
use super::super::failure::{INVALID, NOT_SUPPORTED, Refused};
use super::super::tell::Tell;
use super::Served;
use crate::device::modem::event::Change;
use crate::device::modem::network::{
    Cell, NETWORKS, Network, PREFERRED, Provider, Registration, RegistrationState, Selection, Signal, Technologies,
};
use crate::device::modem::{Failure, Modem, Reason, Text};

pub(super) static SERVED: &[Served] = &[
    Served::new("+CREG", "(0-3)", |call| registration(call, Domain::Circuit)),
    Served::new("+CGREG", "(0-5)", |call| registration(call, Domain::Packet)),
    Served::new("+CEREG", "(0-5)", |call| registration(call, Domain::Lte)),
    Served::new("+C5GREG", "(0-5)", |call| registration(call, Domain::FifthGeneration)),
    Served::whole("+COPS", operator),
    Served::new("+COPN", "", names),
    Served::whole("+CPOL", preferred),
    Served::new("+CSQ", "(0-31,99),(0-7,99)", quality),
    Served::new(
        "+CESQ",
        "(0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255),(0-126,255),(0-126,255),(0-127,255)",
        extended_quality,
    ),
    Served::new("+CPSB", "", |_| Err(NOT_SUPPORTED)),
    Served::new("+CSCON", "(0,1)", connection),
    Served::new("+CIREG", "(0-2)", ims),
    Served::new("+CIREP", "(0,1)", ims_network),
    Served::new("+CPSMS", "(0-2),(),(),(),()", power_saving),
    Served::new("+CEDRXS", "(0-3),(2-5),(\"0000\"-\"1111\")", idle_cycles),
    Served::new("+CEDRXRDP", "", idle_cycle_granted),
];

/// What a registration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Domain {
    Circuit,
    Packet,
    Lte,
    FifthGeneration,
}

impl Domain {
    const ALL: [Self; 4] = [Self::Circuit, Self::Packet, Self::Lte, Self::FifthGeneration];

    fn name(self) -> &'static str {
        match self {
            Self::Circuit => "+CREG",
            Self::Packet => "+CGREG",
            Self::Lte => "+CEREG",
            Self::FifthGeneration => "+C5GREG",
        }
    }

    /// How much is told, as the host has set it.
    fn setting(self, core: &Core<'_>) -> u32 {
        let values = &core.settings.values;
        match self {
            Self::Circuit => values.creg,
            Self::Packet => values.cgreg,
            Self::Lte => values.cereg,
            Self::FifthGeneration => values.c5greg,
        }
    }
}

/// What `+CREG` and its sisters tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Registered {
    stat: u8,
    cause: u32,
    /// Area, cell and technology, if registered.
    place: Option<(u32, u64, u8)>,
}

impl Registered {
    fn of(modem: &Modem, domain: Domain) -> Self {
        let registration = modem.registration();
        let technology = modem.serving_technology();
        let serves = match domain {
            Domain::Circuit => true,
            // LTE and what follows have registrations of their own.
            Domain::Packet => technology.intersects(Technologies::SECOND | Technologies::THIRD),
            Domain::Lte => technology.intersects(Technologies::FOURTH | Technologies::NR_NSA),
            Domain::FifthGeneration => technology.intersects(Technologies::NR_SA),
        };
        let packet = domain != Domain::Circuit;
        let stat = match registration.state {
            RegistrationState::Home | RegistrationState::Partner | RegistrationState::Roaming if !serves => 0,
            RegistrationState::Home | RegistrationState::Partner | RegistrationState::Roaming
                if domain == Domain::Packet && !super::packet::is_attached(modem) =>
            {
                0
            }
            RegistrationState::Home => 1,
            RegistrationState::Partner | RegistrationState::Roaming => 5,
            RegistrationState::Searching => 2,
            RegistrationState::Denied => 3,
            _ => 0,
        };
        let cause = match stat {
            3 => registration.cause,
            0 if packet && serves => modem.packet_service().cause,
            _ => 0,
        };
        let place = modem.serving_network().filter(|_| matches!(stat, 1 | 5)).map(|network| {
            let Cell { lac, tac, id, .. } = network.cell;
            let older = technology.intersects(Technologies::SECOND | Technologies::THIRD);
            (if older { lac } else { tac }, id, serving_access(modem))
        });
        Self { stat, cause, place }
    }

    /// Those of all domains.
    pub(in super::super) fn all(modem: &Modem) -> [Self; 4] {
        Domain::ALL.map(|domain| Self::of(modem, domain))
    }
}

/// The number of a technology (27.007 §7.2, `AcT`).
pub(super) fn access(technology: Technologies) -> u8 {
    match () {
        () if technology.contains(Technologies::NR_SA) => 11,
        () if technology.contains(Technologies::NR_NSA) => 13,
        () if technology.contains(Technologies::LTE) => 7,
        () if technology.contains(Technologies::HSDPA | Technologies::HSUPA) => 6,
        () if technology.contains(Technologies::HSUPA) => 5,
        () if technology.contains(Technologies::HSDPA) => 4,
        () if technology.contains(Technologies::UMTS) => 2,
        () if technology.contains(Technologies::EDGE) => 3,
        () => 0,
    }
}

/// The number of the technology in use.
pub(super) fn serving_access(modem: &Modem) -> u8 {
    let serving = modem.serving_technology();
    // Up and down are one together.
    let both = Technologies::HSDPA | Technologies::HSUPA;
    let here = modem.registration().available;
    access(if both.intersects(serving) && here.contains(both) { both } else { serving })
}

/// The technologies that a number asks for.
fn technologies(access: u8) -> Option<Technologies> {
    Some(match access {
        0 | 1 | 3 | 8 => Technologies::SECOND,
        2 | 4..=6 => Technologies::THIRD,
        7 | 9 => Technologies::FOURTH,
        10..=12 => Technologies::NR_SA,
        13 => Technologies::NR_NSA,
        _ => return None,
    })
}

/// A number in hexadecimal digits, at least so many, in the dialect's form.
fn digits(line: &mut LineWriter<'_, '_>, value: u64, least: usize, form: RegistrationForm) {
    let mut text: Text<16> = Text::new();
    let least = if form == RegistrationForm::Short { 1 } else { least };
    let mut shown = false;
    for place in (0..16_usize).rev() {
        let shift = u32::try_from(place).unwrap_or(0).saturating_mul(4);
        let nibble = u32::try_from(value.wrapping_shr(shift) & 0x0f).unwrap_or(0);
        shown |= nibble != 0 || place < least;
        if shown {
            let _ = text.push(char::from_digit(nibble, 16).unwrap_or('0').to_ascii_uppercase());
        }
    }
    match form {
        RegistrationForm::Bare => line.word(text.as_bytes()),
        _ => line.quoted(text.as_bytes()),
    }
}

/// Writes a registration as far as `n` wants it told.
fn write(line: &mut LineWriter<'_, '_>, domain: Domain, told: &Registered, n: u32, core: &Core<'_>) {
    let form = core.config.dialect.registration;
    line.integer(told.stat.into());
    let tells_cause = matches!((n, domain), (3 | 5, _)) && told.cause != 0;
    let timers = core.kept.power_saving.filter(|_| n >= 4 && matches!(domain, Domain::Packet | Domain::Lte));
    if n < 2 {
        return;
    }
    match told.place {
        Some((area, cell, act)) => {
            let wide = domain == Domain::FifthGeneration;
            digits(line, area.into(), if wide { 6 } else { 4 }, form);
            if form == RegistrationForm::Release8 && domain == Domain::Lte {
                digits(line, 0, 2, form);
            }
            digits(line, cell, if wide { 10 } else { 8 }, form);
            line.integer(act.into());
        }
        None if tells_cause => (0..3).for_each(|_| line.skip()),
        None => return,
    }
    match domain {
        Domain::Packet if told.place.is_some() => digits(line, 0, 2, form),
        Domain::Packet => line.skip(),
        // No slices.
        Domain::FifthGeneration if told.place.is_some() => {
            line.integer(0);
            line.quoted(b"");
        }
        Domain::FifthGeneration => (0..2).for_each(|_| line.skip()),
        Domain::Circuit | Domain::Lte => {}
    }
    if tells_cause {
        line.integer(0);
        line.integer(told.cause.into());
    } else if timers.is_some() {
        (0..2).for_each(|_| line.skip());
    }
    if let Some((periodic, active)) = timers {
        line.quoted(&active);
        line.quoted(&periodic);
    }
}

fn registration(call: &mut Call<'_, '_>, domain: Domain) -> Outcome {
    match call.form() {
        Form::Read => {
            let told = Registered::of(call.modem, domain);
            let n = domain.setting(call.core);
            // The writer borrows the core; what the line needs of it is read before.
            let core = &*call.core;
            let (name, lead) = (call.name, core.lead());
            let mut text: Vec<u8, 128> = Vec::new();
            let _ = text.resize_default(128);
            let mut writer = at_wire::Writer::new(&mut text);
            writer.bytes(name.as_bytes());
            let mut line = LineWriter::answer(&mut writer, lead);
            line.integer(n.into());
            write(&mut line, domain, &told, n, core);
            let written: Vec<u8, 128> = Vec::from_slice(writer.finish()?).map_err(|_| INVALID)?;
            call.line(&mut |writer| writer.bytes(&written))?;
            Ok(Step::Done)
        }
        _ => call.stored(),
    }
}

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::Registration(_) | Change::PacketService(_) | Change::Location | Change::Radio(_) => {
            for (place, domain) in Domain::ALL.into_iter().enumerate() {
                tell_registration(tell, place, domain);
            }
        }
        Change::Ims => {
            let new = is_ims_registered(tell.modem);
            let old = core::mem::replace(&mut tell.core.told.ims, new);
            if old != new && tell.settings().values.cireg > 0 {
                tell.urc("+CIREGU", &mut |line| line.integer(new.into()));
            }
        }
        Change::Session(_) => {
            let new = is_connected(tell.modem);
            let old = core::mem::replace(&mut tell.core.told.connected, new);
            if old != new && tell.settings().values.cscon > 0 {
                tell.urc("+CSCON", &mut |line| line.integer(new.into()));
            }
        }
        Change::Date(date) => {
            let (zone, daylight) = (date.zone, date.daylight);
            let zone = quarters(zone);
            match tell.settings().values.ctzr {
                1 => tell.urc("+CTZV", &mut |line| line.quoted(zone.as_bytes())),
                n @ (2 | 3) => {
                    let date = if n == 3 { date.universal() } else { *date };
                    let time = super::control::date_text(date, false);
                    tell.urc(if n == 3 { "+CTZEU" } else { "+CTZE" }, &mut |line| {
                        line.quoted(zone.as_bytes());
                        line.integer(daylight.into());
                        line.quoted(time.as_bytes());
                    });
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// A time zone, `+08`.
pub(super) fn quarters(zone: i8) -> Text<4> {
    let mut text = Text::new();
    let size = zone.unsigned_abs();
    let _ = text.push(if zone < 0 { '-' } else { '+' });
    for digit in [size / 10 % 10, size % 10] {
        let _ = text.push(char::from(b'0'.saturating_add(digit)));
    }
    text
}

fn tell_registration(tell: &mut Tell<'_, '_>, place: usize, domain: Domain) {
    let new = Registered::of(tell.modem, domain);
    let Some(told) = tell.core.told.registered.get_mut(place) else { return };
    let old = core::mem::replace(told, new);
    let n = domain.setting(tell.core);
    let changed = match n {
        0 => false,
        1 => old.stat != new.stat,
        _ => (old.stat, old.place) != (new.stat, new.place) || (n == 3 || n == 5) && old.cause != new.cause,
    };
    if changed {
        tell_line(tell.core, domain, &new, n);
    }
}

/// Tells of a registration, as far as `n` wants it told.
fn tell_line(core: &mut Core<'_>, domain: Domain, told: &Registered, n: u32) {
    let mut text: Vec<u8, 128> = Vec::new();
    let _ = text.resize_default(128);
    let mut writer = at_wire::Writer::new(&mut text);
    write(&mut LineWriter::answer(&mut writer, b""), domain, told, n, core);
    let Ok(written) = writer.finish() else { return };
    let written: Vec<u8, 128> = Vec::from_slice(written).unwrap_or_default();
    core.urc_line(domain.name(), &mut |line| line.parameters(&written));
}

/// Tells what the network has granted anew, or taken back.
pub(super) fn later(tell: &mut Tell<'_, '_>) {
    tell_packet_timers(tell);
    tell_idle_cycle(tell);
}

/// Packet timers: with the values 4 and 5 of the registrations that have them (27.007 §10.1.22).
fn tell_packet_timers(tell: &mut Tell<'_, '_>) {
    let granted = tell.core.kept.power_saving;
    if core::mem::replace(&mut tell.core.kept.power_saving_told, granted) == granted {
        return;
    }
    for domain in [Domain::Packet, Domain::Lte] {
        let n = domain.setting(tell.core);
        let told = Registered::of(tell.modem, domain);
        if n >= 4 && told.place.is_some() && tell.core.config.urcs {
            tell_line(tell.core, domain, &told, n);
        }
    }
}

/// The extended idle cycle: with mode 2 of `+CEDRXS` (27.007 §7.40).
fn tell_idle_cycle(tell: &mut Tell<'_, '_>) {
    let cycles = &tell.core.kept.idle_cycles;
    let (granted, wanted) = (cycles.granted(tell.modem), cycles.mode == 2);
    if core::mem::replace(&mut tell.core.kept.idle_cycle_told, granted) != granted && wanted {
        tell.urc("+CEDRXP", &mut |line| write_idle_cycle(line, granted));
    }
}

// Operators.

fn operator(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => serving(call),
        Form::Set => choose(call),
        Form::Test => {
            let ticket = call.modem.request_scan(call.now, call.origin())?;
            call.wait_abortable(ticket, 0, |call, _, outcome| {
                match outcome {
                    Ok(()) => {}
                    Err(failure) if failure.reason == Reason::NoNetworks => {}
                    Err(failure) => return Err(failure.into()),
                }
                list(call)
            })
        }
        Form::Execute => Err(NOT_SUPPORTED),
    }
}

fn mode(modem: &Modem) -> u8 {
    if modem.host_is_down() { 2 } else { u8::from(modem.registration().manual) }
}

fn short(name: &str) -> &str {
    let end = name.char_indices().nth(8).map_or(name.len(), |(end, _)| end);
    name.get(..end).unwrap_or(name)
}

fn serving(call: &mut Call<'_, '_>) -> Outcome {
    let mode = mode(call.modem);
    let format = call.settings().operator_format;
    let charset = call.settings().charset;
    let act = serving_access(call.modem);
    let network = call.modem.serving_network().map(|network| (network.plmn.clone(), network.name.clone()));
    call.say(&mut |line| {
        line.integer(mode.into());
        if let Some((plmn, name)) = &network {
            line.integer(format.into());
            match format {
                0 => Call::write_text(charset, name, line),
                1 => Call::write_text(charset, short(name), line),
                // Digits stay digits, as with most modems.
                _ => line.quoted(plmn.as_bytes()),
            }
            line.integer(act.into());
        }
    })?;
    Ok(Step::Done)
}

fn is_plmn(name: &str) -> bool {
    matches!(name.len(), 5 | 6) && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The PLMN of a network that the host names.
fn named(call: &Call<'_, '_>, name: &str, format: u8) -> Result<Text<6>, Refused> {
    if format == 2 {
        return Text::try_from(name).map_err(|_| INVALID);
    }
    let fits = |network: &&Network| match format {
        0 => network.name == *name,
        _ => short(&network.name) == name,
    };
    let found = call.modem.networks().iter().find(fits);
    found.map(|network| network.plmn.clone()).ok_or(Reason::NotVisible.into())
}

fn choose(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::cops::Set<'_>>()?;
    let format = request.format.unwrap_or(call.settings().operator_format);
    if format > 2 {
        return Err(INVALID);
    }
    let preferred = match request.act {
        Some(act) => technologies(act).ok_or(INVALID)?,
        None => Technologies::empty(),
    };
    let (now, by) = (call.now, call.origin());
    match request.mode {
        0 => {
            let ticket = call.modem.request_registration(now, by, Selection::Automatic, preferred)?;
            call.settings().operator_format = format;
            call.wait_abortable(ticket, 0, registered)
        }
        1 | 4 => {
            let name: Text<40> = match request.oper {
                // Digits are read as digits, as they are told, whatever the character set.
                Some(name) => match call.plain::<40>(name) {
                    Ok(plmn) if format == 2 && is_plmn(&plmn) => plmn,
                    _ => call.text(name)?,
                },
                None => return Err(INVALID),
            };
            let plmn = named(call, &name, format)?;
            let ticket = call.modem.request_registration(now, by, Selection::Manual(plmn), preferred)?;
            let context = if request.mode == 4 { 4 } else { 1 };
            call.wait_abortable(ticket, context, registered)
        }
        2 => {
            call.modem.host_shuts_down(now);
            Ok(Step::Done)
        }
        3 => {
            call.settings().operator_format = format;
            Ok(Step::Done)
        }
        _ => Err(INVALID),
    }
}

fn registered(call: &mut Call<'_, '_>, mode: u32, outcome: Result<(), Failure>) -> Outcome {
    match outcome {
        Ok(()) => Ok(Step::Done),
        // The network asked for is not to be had: any other will do.
        Err(_) if mode == 4 => {
            let none = Technologies::empty();
            let ticket = call.modem.request_registration(call.now, call.origin(), Selection::Automatic, none)?;
            call.wait_abortable(ticket, 0, registered)
        }
        Err(failure) => Err(failure.into()),
    }
}

fn list(call: &mut Call<'_, '_>) -> Outcome {
    let serving = call.modem.registration().network;
    let able = call.modem.technologies();
    let mut networks: Vec<(u8, Text<6>, Text<40>, u8), NETWORKS> = Vec::new();
    for (place, network) in call.modem.visible_networks() {
        let stat = match () {
            () if serving == Some(place) => 2,
            () if network.forbidden => 3,
            () => 1,
        };
        let act = access((network.technologies & able).best());
        let _ = networks.push((stat, network.plmn.clone(), network.name.clone(), act));
    }
    let (charset, lead) = (call.settings().charset, call.core.lead());
    call.line(&mut |writer| {
        writer.bytes(b"+COPS");
        writer.bytes(lead);
        for (stat, plmn, name, act) in &networks {
            writer.bytes(b"(");
            let mut line = LineWriter::answer(writer, b"");
            line.integer((*stat).into());
            Call::write_text(charset, name, &mut line);
            Call::write_text(charset, short(name), &mut line);
            line.quoted(plmn.as_bytes());
            line.integer((*act).into());
            writer.bytes(b"),");
        }
        writer.bytes(if networks.is_empty() { b",,(0-4),(0-2)" } else { b",(0-4),(0-2)" });
    })?;
    Ok(Step::Done)
}

fn names(call: &mut Call<'_, '_>) -> Outcome {
    let mut known: Vec<(Text<6>, Text<40>), NETWORKS> = Vec::new();
    for network in call.modem.networks() {
        let _ = known.push((network.plmn.clone(), network.name.clone()));
    }
    let charset = call.settings().charset;
    for (plmn, name) in &known {
        call.say(&mut |line| {
            line.quoted(plmn.as_bytes());
            Call::write_text(charset, name, line);
        })?;
    }
    Ok(Step::Done)
}

fn preferred(call: &mut Call<'_, '_>) -> Outcome {
    super::sim::usable(call)?;
    let mut list: Vec<Provider, PREFERRED> = Vec::from_slice(call.modem.preferred_providers()).unwrap_or_default();
    match call.form() {
        Form::Test => call.say_raw("(1-8),(2)"),
        Form::Read => {
            for (index, provider) in (1_u8..).zip(&list) {
                let has = |technologies| i64::from(provider.technologies.intersects(technologies));
                call.say(&mut |line| {
                    line.integer(index.into());
                    line.integer(2);
                    line.quoted(provider.plmn.as_bytes());
                    line.integer(has(Technologies::SECOND));
                    line.integer(0);
                    line.integer(has(Technologies::THIRD));
                    line.integer(has(Technologies::FOURTH));
                    line.integer(has(Technologies::FIFTH));
                })?;
            }
            Ok(Step::Done)
        }
        Form::Set => {
            let request = call.request::<wire::cpol::Set<'_>>()?;
            // From 1 on; none is behind the last.
            let place = match request.index {
                Some(index) => Some(usize::from(index).checked_sub(1).ok_or(INVALID)?),
                None => None,
            };
            if place.is_some_and(|place| place >= PREFERRED) {
                return Err(Reason::InvalidIndex.into());
            }
            let Some(oper) = request.oper else {
                // No more than an index deletes; no more than a format chooses it.
                if let Some(place) = place {
                    let gone = crate::device::take_at(&mut list, place);
                    gone.ok_or(Refused::from(Reason::InvalidIndex))?;
                    call.modem.set_preferred_providers(call.origin(), list);
                }
                return Ok(Step::Done);
            };
            let plmn: Text<6> = call.plain(oper)?;
            if request.format.unwrap_or(2) != 2 || !is_plmn(&plmn) {
                return Err(INVALID);
            }
            let mut provider = Provider::new(&plmn, &plmn);
            let wanted = [
                (request.gsm, Technologies::SECOND),
                (request.utran, Technologies::THIRD),
                (request.e_utran, Technologies::FOURTH),
                (request.ng_ran, Technologies::FIFTH),
            ];
            if wanted.iter().all(|(wanted, _)| wanted.is_none()) {
                provider.technologies = Technologies::all();
            } else {
                for (_, technology) in wanted.into_iter().filter(|(wanted, _)| *wanted == Some(1)) {
                    provider.technologies |= technology;
                }
            }
            match place.and_then(|place| list.get_mut(place)) {
                Some(old) => *old = provider,
                None => list.push(provider).map_err(|_| Refused::from(Reason::Full))?,
            }
            call.modem.set_preferred_providers(call.origin(), list);
            Ok(Step::Done)
        }
        Form::Execute => Err(NOT_SUPPORTED),
    }
}

// Signal.

/// `rssi` of `+CSQ`: 0 to 31 is −113 to −51 dBm, 99 unknown.
pub(super) fn strength(signal: Signal) -> u8 {
    signal.rssi.map_or(99, |dbm| level(dbm, -113, 2, 31))
}

/// Steps above the lowest.
fn level(value: i16, lowest: i16, step: i16, highest: u8) -> u8 {
    let steps = value.saturating_sub(lowest).checked_div(step).unwrap_or(0);
    u8::try_from(steps.max(0)).unwrap_or(highest).min(highest)
}

fn quality(call: &mut Call<'_, '_>) -> Outcome {
    let signal = call.modem.signal();
    let ber = match call.modem.serving_technology().intersects(Technologies::SECOND) {
        true => signal.error_rate.unwrap_or(99),
        // There is none outside the second generation.
        false => 99,
    };
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    call.answer(&wire::csq::ExecuteAnswer { rssi: strength(signal), ber: Some(ber) })
}

fn extended_quality(call: &mut Call<'_, '_>) -> Outcome {
    let signal = call.modem.signal();
    let technology = call.modem.serving_technology();
    let second = technology.intersects(Technologies::SECOND);
    let third = technology.intersects(Technologies::THIRD);
    let lte = technology.intersects(Technologies::FOURTH | Technologies::NR_NSA);
    let nr = technology.intersects(Technologies::NR_SA);
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    let measured = |here: bool, value: Option<i16>, lowest: i16, highest: u8| {
        value.filter(|_| here).map_or(255, |value| level(value, lowest, 1, highest))
    };
    // Halves of decibels.
    let doubled = |value: Option<i16>| value.map(|value| value.saturating_mul(2));
    let has_nr = call.modem.technologies().intersects(Technologies::NR_SA);
    call.answer(&wire::cesq::ExecuteAnswer {
        rxlev: signal.rssi.filter(|_| second).map_or(99, |rssi| level(rssi, -111, 1, 63)),
        ber: signal.error_rate.filter(|_| second).unwrap_or(99),
        rscp: measured(third, signal.rsrp, -121, 96),
        ecno: measured(third, doubled(signal.rsrq), -49, 49),
        rsrq: measured(lte, doubled(signal.rsrq), -40, 34),
        rsrp: measured(lte, signal.rsrp, -141, 97),
        ss_rsrq: has_nr.then(|| measured(nr, doubled(signal.rsrq), -87, 126)),
        ss_rsrp: has_nr.then(|| measured(nr, signal.rsrp, -157, 126)),
        ss_sinr: has_nr.then(|| measured(nr, doubled(signal.snr), -47, 127)),
    })
}

// The rest.

pub(in super::super) fn is_connected(modem: &Modem) -> bool {
    modem.sessions().next().is_some()
}

fn connection(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Read {
        return call.stored();
    }
    let (n, mode) = (call.settings().values.cscon, u8::from(is_connected(call.modem)));
    call.say(&mut |line| {
        line.integer(n.into());
        line.integer(mode.into());
    })?;
    Ok(Step::Done)
}

pub(in super::super) fn is_ims_registered(modem: &Modem) -> bool {
    matches!(modem.ims().0, crate::device::modem::ims::ImsState::Registered)
}

fn ims(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Read {
        return call.stored();
    }
    let (n, registered) = (call.settings().values.cireg, u8::from(is_ims_registered(call.modem)));
    call.say(&mut |line| {
        line.integer(n.into());
        line.integer(registered.into());
    })?;
    Ok(Step::Done)
}

fn ims_network(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Read {
        return call.stored();
    }
    let (n, voice) = (call.settings().values.cirep, u8::from(call.modem.ims_network()));
    call.say(&mut |line| {
        line.integer(n.into());
        line.integer(voice.into());
    })?;
    Ok(Step::Done)
}

/// Bits in a string.
fn bits<const N: usize>(call: &Call<'_, '_>, string: at_wire::parameter::Str<'_>) -> Result<[u8; N], Refused> {
    let bits: Text<N> = call.plain(string)?;
    let bits: [u8; N] = bits.as_bytes().try_into().map_err(|_| INVALID)?;
    if bits.iter().all(|bit| matches!(bit, b'0' | b'1')) { Ok(bits) } else { Err(INVALID) }
}

fn power_saving(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Set => {
            let request = call.request::<at_wire::command::equipment::cpsms::Set<'_>>()?;
            let timer = |string: Option<_>, usual| string.map_or(Ok(usual), |string| bits(call, string));
            let timers = (timer(request.tau, *b"00000001")?, timer(request.active, *b"00000010")?);
            call.core.kept.power_saving = match request.mode.unwrap_or(0) {
                0 | 2 => None,
                1 => Some(timers),
                _ => return Err(INVALID),
            };
            Ok(Step::Done)
        }
        Form::Read => {
            let kept = call.core.kept.power_saving;
            call.say(&mut |line| {
                line.integer(i64::from(kept.is_some()));
                if let Some((periodic, active)) = kept {
                    (0..2).for_each(|_| line.skip());
                    line.quoted(&periodic);
                    line.quoted(&active);
                }
            })?;
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

/// Extended idle cycles that were asked for (`+CEDRXS`).
#[derive(Clone, Debug, Default)]
pub(super) struct IdleCycles {
    /// 0 off, 1 on, 2 on and told.
    mode: u8,
    /// For the technologies 2 (GSM) to 5 (NB-IoT).
    requested: [Option<[u8; 4]>; 4],
}

/// A technology, and the cycle there.
pub(super) type IdleCycle = (u8, [u8; 4]);

impl IdleCycles {
    /// The number of the first technology.
    const FIRST: u8 = 2;
    /// 20.48 s in LTE.
    const USUAL: [u8; 4] = *b"0010";
    /// How long the device listens then: 5.12 s in LTE. Only that has it.
    const PAGING_WINDOW: &[u8] = b"0011";
    const LTE: u8 = 4;

    /// What the network grants: what was asked for, where the device is attached.
    fn granted(&self, modem: &Modem) -> Option<IdleCycle> {
        if self.mode == 0 || !super::packet::is_attached(modem) {
            return None;
        }
        let technology = match modem.serving_technology() {
            serving if serving.intersects(Technologies::FOURTH) => Self::LTE,
            serving if serving.intersects(Technologies::THIRD) => 3,
            serving if serving.intersects(Technologies::SECOND) => 2,
            _ => return None,
        };
        let place = technology.checked_sub(Self::FIRST)?;
        Some((technology, (*self.requested.get(usize::from(place))?)?))
    }
}

/// What was asked for, what the network grants, and the time the device listens; 0 without.
fn write_idle_cycle(line: &mut LineWriter<'_, '_>, granted: Option<IdleCycle>) {
    let Some((technology, cycle)) = granted else { return line.integer(0) };
    line.integer(technology.into());
    line.quoted(&cycle);
    line.quoted(&cycle);
    if technology == IdleCycles::LTE {
        line.quoted(IdleCycles::PAGING_WINDOW);
    }
}

fn idle_cycles(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Set => {
            let request = call.request::<at_wire::command::equipment::cedrxs::Set<'_>>()?;
            // Without any parameter all is forgotten, as with mode 3.
            let is_empty = call.fields().rest().trim_ascii().is_empty();
            let mode = request.mode.unwrap_or(if is_empty { 3 } else { 0 });
            if mode > 3 {
                return Err(INVALID);
            }
            let mut cycles = core::mem::take(&mut call.core.kept.idle_cycles);
            let stored = store_cycle(call, &mut cycles, request.act_type, request.requested);
            call.core.kept.idle_cycles = if mode == 3 && stored.is_ok() { IdleCycles::default() } else { cycles };
            stored?;
            if mode < 3 {
                call.core.kept.idle_cycles.mode = mode;
            }
            Ok(Step::Done)
        }
        Form::Read => {
            let requested = call.core.kept.idle_cycles.requested;
            for (technology, cycle) in (IdleCycles::FIRST..).zip(requested) {
                let Some(cycle) = cycle else { continue };
                call.say(&mut |line| {
                    line.integer(technology.into());
                    line.quoted(&cycle);
                })?;
            }
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn store_cycle(
    call: &Call<'_, '_>,
    cycles: &mut IdleCycles,
    technology: Option<u8>,
    cycle: Option<at_wire::parameter::Str<'_>>,
) -> Result<(), Refused> {
    let Some(technology) = technology else { return if cycle.is_none() { Ok(()) } else { Err(INVALID) } };
    let place = technology.checked_sub(IdleCycles::FIRST).ok_or(INVALID)?;
    let kept = cycles.requested.get_mut(usize::from(place)).ok_or(INVALID)?;
    *kept = match cycle {
        Some(cycle) => Some(bits(call, cycle)?),
        None => Some(kept.unwrap_or(IdleCycles::USUAL)),
    };
    Ok(())
}

fn idle_cycle_granted(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    let granted = call.core.kept.idle_cycles.granted(call.modem);
    call.say(&mut |line| write_idle_cycle(line, granted))?;
    Ok(Step::Done)
}

/// Whether the device is registered, for indicators.
pub(super) fn is_roaming(registration: &Registration) -> bool {
    matches!(registration.state, RegistrationState::Partner | RegistrationState::Roaming)
}
