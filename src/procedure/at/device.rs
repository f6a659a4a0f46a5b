//! The device itself: who it is, how much of it is on, and starting it anew.

use at_wire::command::equipment::cfun;
use at_wire::command::general::{cgmi, cgmm, cgmr, cgsn, cimi, gmi, gmm, gmr, gsn};
use at_wire::command::sim::{ccid, crsm, iccid};
use at_wire::command::vendor::quectel::qccid;
use at_wire::identity::{Iccid, SerialNumber, serial_numbers};
use at_wire::message::Line as _;
use at_wire::parameter::{Fields, LineWriter, parameters_of};
use heapless::String;

use super::{Outcome, Procedure, Refusal, Step, Stop, ask, ask_own, ask_with, copy, fail, missing, rest};
use crate::session::at::Failure;
use crate::time::Instant;

/// Who a modem and its SIM are. What it does not tell is empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Manufacturer.
    pub manufacturer: String<48>,
    /// Model.
    pub model: String<48>,
    /// Version of the firmware.
    pub revision: String<64>,
    /// IMEI: fifteen digits.
    pub imei: String<15>,
    /// IMEI with the version of the software instead of the check digit: sixteen digits.
    pub imeisv: String<16>,
    /// Version of the software: two digits.
    pub svn: String<2>,
    /// The serial number, of devices that have another than the IMEI.
    pub serial: String<32>,
    /// Identity of the subscriber: six to fifteen digits.
    pub imsi: String<15>,
    /// Serial number of the card.
    pub iccid: Option<Iccid>,
}

/// Without numbers: they are personal.
impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Identity")
            .field("manufacturer", &self.manufacturer)
            .field("model", &self.model)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// What a command is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Manufacturer,
    Model,
    Revision,
    Serial,
    ImeiSv,
    Svn,
    Imsi,
    Iccid,
}

/// Reads [`Identity`]. For each part there are several commands, of which the first that answers counts.
///
/// A command that is answered by nothing but OK is asked twice: some modems drop the line when they have a URC to tell.
#[derive(Clone, Debug)]
pub struct ReadIdentity {
    identity: Identity,
    at: u8,
    again: bool,
    device_only: bool,
}

impl Default for ReadIdentity {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadIdentity {
    /// Reads all of it.
    #[must_use]
    pub fn new() -> Self {
        Self { identity: Identity::default(), at: 0, again: false, device_only: false }
    }

    /// Asks for nothing that is on the card, which may still be starting.
    #[must_use]
    pub fn of_device() -> Self {
        Self { device_only: true, ..Self::new() }
    }

    /// What was found.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The commands in order.
    fn command(at: u8) -> Option<(Item, Step)> {
        Some(match at {
            0 => (Item::Manufacturer, ask::<cgmi::Execute>()),
            1 => (Item::Manufacturer, ask::<gmi::Execute>()),
            2 => (Item::Model, ask::<cgmm::Execute>()),
            3 => (Item::Model, ask::<gmm::Execute>()),
            4 => (Item::Revision, ask::<cgmr::Execute>()),
            5 => (Item::Revision, ask::<gmr::Execute>()),
            6 => (Item::Serial, ask::<cgsn::Execute>()),
            7 => (Item::Serial, ask_with::<cgsn::Set>("1")),
            8 => (Item::Serial, ask::<gsn::Execute>()),
            9 => (Item::ImeiSv, ask_with::<cgsn::Set>("2")),
            10 => (Item::Svn, ask_with::<cgsn::Set>("3")),
            11 => (Item::Imsi, ask::<cimi::Execute>()),
            12 => (Item::Iccid, ask::<ccid::Execute>()),
            13 => (Item::Iccid, ask::<ccid::Read>()),
            14 => (Item::Iccid, ask::<iccid::Execute>()),
            15 => (Item::Iccid, ask::<qccid::Execute>()),
            // READ BINARY of EF_ICCID.
            16 => (Item::Iccid, ask_with::<crsm::Set<'_>>("176,12258,0,0,10")),
            _ => return None,
        })
    }

    fn has(&self, item: Item) -> bool {
        let identity = &self.identity;
        match item {
            Item::Manufacturer => !identity.manufacturer.is_empty(),
            Item::Model => !identity.model.is_empty(),
            Item::Revision => !identity.revision.is_empty(),
            Item::Serial => !identity.imei.is_empty(),
            Item::ImeiSv => !identity.imeisv.is_empty(),
            Item::Svn => !identity.svn.is_empty(),
            Item::Imsi => !identity.imsi.is_empty(),
            Item::Iccid => identity.iccid.is_some(),
        }
    }

    /// The next command whose answer is not known yet.
    fn ask(&mut self) -> Step {
        while let Some((item, step)) = Self::command(self.at) {
            if self.device_only && matches!(item, Item::Imsi | Item::Iccid) {
                break;
            }
            if !self.has(item) {
                return step;
            }
            self.at = self.at.saturating_add(1);
        }
        Step::Done
    }
}

/// A line without the name of its command, quotes, and the word that some put in front of revisions.
fn plain<'a>(name: &str, line: &'a [u8]) -> &'a [u8] {
    let text = match parameters_of(name, line) {
        Some(fields) => fields.rest(),
        None => line,
    };
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    match text.split_at_checked(9) {
        Some((head, rest)) if head.eq_ignore_ascii_case(b"Revision:") => rest.trim_ascii(),
        _ => text,
    }
}

fn are_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

impl Procedure for ReadIdentity {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        let name = match Self::command(self.at) {
            Some((_, Step::Ask(question))) => question.exchange.info.name,
            _ => "",
        };
        match outcome {
            Outcome::Begin => (self.identity, self.at, self.again) = (Identity::default(), 0, false),
            Outcome::Done if self.again || Self::command(self.at).is_none_or(|(item, _)| self.has(item)) => {
                (self.at, self.again) = (self.at.saturating_add(1), false);
            }
            Outcome::Done => self.again = true,
            Outcome::Refused(_) => (self.at, self.again) = (self.at.saturating_add(1), false),
            outcome => return fail(name, outcome),
        }
        self.ask()
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let Some((item, Step::Ask(question))) = Self::command(self.at) else { return };
        let text = plain(question.exchange.info.name, line);
        if self.has(item) || text.is_empty() {
            return;
        }
        let identity = &mut self.identity;
        match item {
            Item::Manufacturer => copy(&mut identity.manufacturer, text),
            Item::Model => copy(&mut identity.model, text),
            Item::Revision => copy(&mut identity.revision, text),
            Item::Serial => {
                let words = core::str::from_utf8(text).unwrap_or_default();
                for number in serial_numbers(words) {
                    match number {
                        SerialNumber::Imei(imei) => copy(&mut identity.imei, imei.as_bytes()),
                        _ => copy(&mut identity.serial, text),
                    }
                }
                if identity.imei.is_empty() && identity.serial.is_empty() {
                    copy(&mut identity.serial, text);
                }
            }
            Item::ImeiSv if text.len() == 16 && are_digits(text) => copy(&mut identity.imeisv, text),
            Item::Svn if text.len() <= 2 && are_digits(text) => copy(&mut identity.svn, text),
            Item::Imsi if (6..=15).contains(&text.len()) && are_digits(text) => copy(&mut identity.imsi, text),
            Item::Iccid => {
                let digits = match crsm::SetAnswer::parse(line) {
                    // Only the file's content: the status words are no serial number.
                    Ok(_) => Fields::new(text).nth(2).map(|field| field.unquoted()).unwrap_or_default(),
                    Err(_) => text,
                };
                identity.iccid = Iccid::parse(digits).ok();
            }
            _ => {}
        }
    }
}

/// How much of the device is on, as a functionality of `+CFUN` (27.007 §8.2). Makers have more numbers than these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Power(pub u8);

impl Power {
    /// The least: neither radio nor SIM.
    pub const MINIMUM: Self = Self(0);
    /// Everything.
    pub const FULL: Self = Self(1);
    /// The SIM, but no radio.
    pub const RADIO_OFF: Self = Self(4);
}

/// Reads how much of the device is on.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadPower {
    power: Option<Power>,
}

impl ReadPower {
    /// Reads it.
    #[must_use]
    pub const fn new() -> Self {
        Self { power: None }
    }

    /// What was found.
    #[must_use]
    pub fn power(&self) -> Power {
        self.power.unwrap_or_default()
    }
}

/// Some answer with more than the functionality.
fn functionality(line: &[u8]) -> Option<Power> {
    parameters_of(cfun::NAME, line)?.value("fun").ok().map(Power)
}

impl Procedure for ReadPower {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (outcome, self.power) {
            (Outcome::Begin, _) => {
                self.power = None;
                ask::<cfun::Read>()
            }
            (Outcome::Done, Some(_)) => Step::Done,
            (Outcome::Done, None) => missing(cfun::NAME),
            (outcome, _) => fail(cfun::NAME, outcome),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        self.power = functionality(line).or(self.power);
    }
}

/// Sets how much of the device is on, if it is not set already, and waits until the modem says so. A modem without
/// functionality 4 turns its radio off by 0.
#[derive(Clone, Copy, Debug)]
pub struct SetPower {
    wanted: Power,
    asked: Power,
    now: Option<Power>,
    end: Instant,
    setting: bool,
    set: bool,
}

impl SetPower {
    /// Sets it, and waits until `end` at most.
    #[must_use]
    pub const fn new(power: Power, end: Instant) -> Self {
        Self { wanted: power, asked: power, now: None, end, setting: false, set: false }
    }

    /// What is set in the end.
    #[must_use]
    pub const fn power(&self) -> Power {
        self.asked
    }

    fn read(&mut self) -> Step {
        (self.setting, self.now) = (false, None);
        ask::<cfun::Read>()
    }
}

impl Procedure for SetPower {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                *self = Self::new(self.wanted, self.end);
                self.read()
            }
            Outcome::Rested | Outcome::Told => self.read(),
            Outcome::Done if self.setting => {
                self.set = true;
                self.read()
            }
            Outcome::Done if self.now == Some(self.asked) => Step::Done,
            Outcome::Done if self.set => rest(now, self.end),
            Outcome::Done => {
                self.setting = true;
                ask_own::<cfun::Set>()
            }
            Outcome::Refused(_) if self.setting && self.asked == Power::RADIO_OFF => {
                self.asked = Power::MINIMUM;
                ask_own::<cfun::Set>()
            }
            // A modem that cannot be asked can still be told.
            Outcome::Refused(_) if !self.setting && !self.set => {
                self.setting = true;
                ask_own::<cfun::Set>()
            }
            Outcome::Refused(_) if !self.setting => Step::Done,
            outcome => fail(cfun::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        line.integer(self.asked.0.into());
    }

    fn line(&mut self, line: &[u8], _: bool) {
        self.now = functionality(line).or(self.now);
    }
}

/// Starts the device anew. Afterwards the session has to be opened again: the modem has forgotten all settings.
///
/// A modem that starts at once and answers no more has done so, too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Restart {
    /// The radio was turned off first.
    radio_off: bool,
    turning_off: bool,
    /// It does not start anew with the radio off either: that is turned on again.
    refusal: Option<Refusal>,
}

impl Restart {
    /// Starts it anew.
    #[must_use]
    pub const fn new() -> Self {
        Self { radio_off: false, turning_off: false, refusal: None }
    }
}

impl Procedure for Restart {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (outcome, self.refusal) {
            (Outcome::Begin, _) => *self = Self::new(),
            (_, Some(refusal)) => return Step::Fail(Stop::Refused(refusal)),
            (Outcome::Done, _) if self.turning_off => self.turning_off = false,
            (Outcome::Failed(Failure::Timeout), _) if self.turning_off => return fail(cfun::NAME, outcome),
            (Outcome::Done | Outcome::Failed(Failure::Timeout | Failure::Restarted), _) => return Step::Done,
            // Some start anew only with the radio off.
            (Outcome::Refused(_), _) if !self.radio_off => {
                (self.radio_off, self.turning_off) = (true, true);
                return ask_with::<cfun::Set>("4");
            }
            (Outcome::Refused(result), _) if !self.turning_off => {
                self.refusal = Some(Refusal::new(cfun::NAME, result));
                return ask_with::<cfun::Set>("1");
            }
            _ => return fail(cfun::NAME, outcome),
        }
        ask_with::<cfun::Set>("1,1")
    }
}
