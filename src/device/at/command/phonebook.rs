//! Phonebooks (3GPP TS 27.007 §8.11 to §8.14): the entries of the card, its own and the emergency numbers, and the last
//! calls.

use at_wire::command::phonebook as wire;
use at_wire::parameter::{Fields, Str};
use at_wire::policy::Form;
use heapless::Vec;

use super::super::call::{Call, Outcome, Step};
use super::super::failure::{INVALID, NOT_ALLOWED, NOT_SUPPORTED, Refused};
use super::super::tell::Tell;
use super::Served;
use super::call::kind;
use crate::device::modem::event::Change;
use crate::device::modem::phonebook::{ENTRIES, Entry, NAME, NUMBER, is_number};
use crate::device::modem::voice::{CallEvent, CallState};
use crate::device::modem::{Failure, Reason, Text, text};

pub(super) static SERVED: &[Served] = &[
    Served::new("+CPBS", "(\"SM\",\"DC\",\"EN\",\"LD\",\"MC\",\"ON\",\"RC\")", memory),
    Served::whole("+CPBR", read),
    Served::whole("+CPBF", find),
    Served::whole("+CPBW", write),
];

/// A phonebook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Storage {
    /// `SM`: the card.
    #[default]
    Card,
    /// `ON`: the numbers of the card itself. They are read only, as all that follow are.
    Own,
    /// `EN`: emergency numbers.
    Emergency,
    /// `DC`: who was called last.
    Dialled,
    /// `LD`: the same, as cards call it.
    LastDialled,
    /// `RC`: whose calls were answered.
    Received,
    /// `MC`: whose calls were not.
    Missed,
}

impl Storage {
    const ALL: [Self; 7] =
        [Self::Card, Self::Own, Self::Emergency, Self::Dialled, Self::LastDialled, Self::Received, Self::Missed];

    const fn name(self) -> &'static str {
        match self {
            Self::Card => "SM",
            Self::Own => "ON",
            Self::Emergency => "EN",
            Self::Dialled => "DC",
            Self::LastDialled => "LD",
            Self::Received => "RC",
            Self::Missed => "MC",
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|storage| storage.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

/// Emergency numbers that every telephone has (3GPP TS 22.101 §10.1.1).
const EMERGENCY: [&str; 2] = ["112", "911"];

/// Calls that are remembered of each kind.
const CALLS: usize = 10;

/// A number of more digits than there is room for.
const TOO_LONG: Refused = Refused::Cme(26);

type Numbers = Vec<Text<NUMBER>, CALLS>;

/// The phonebook that the host has chosen, and the last calls, the newest first. They are forgotten at a restart.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    storage: Storage,
    dialled: Numbers,
    received: Numbers,
    missed: Numbers,
    /// Calls that were answered and go on, one bit each.
    answered: u8,
}

fn remember(numbers: &mut Numbers, number: &str) {
    let old = core::mem::take(numbers);
    *numbers = crate::device::collect(core::iter::once(text(number)).chain(old.iter().cloned()));
}

/// Keeps account of calls.
pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Change::Call(CallEvent::State(id, state)) = change else { return };
    let Some(call) = tell.modem.calls().iter().find(|call| call.id == *id) else { return };
    let kept = &mut tell.core.kept.phonebook;
    let bit = 1_u8.wrapping_shl(u32::from(*id));
    match state {
        CallState::Dialling => remember(&mut kept.dialled, &call.number),
        CallState::Active => kept.answered |= bit,
        CallState::Ended(_) => {
            let answered = kept.answered & bit != 0;
            kept.answered &= !bit;
            if call.incoming && !call.number.is_empty() {
                remember(if answered { &mut kept.received } else { &mut kept.missed }, &call.number);
            }
        }
        _ => {}
    }
}

/// Entries there can be, and the longest number and name.
fn limits(call: &Call<'_, '_>) -> Result<(u16, u8, u8), Refused> {
    if call.core.kept.phonebook.storage == Storage::Card {
        let book = call.modem.phonebook()?;
        return Ok((book.capacity(), book.max_number(), book.max_name()));
    }
    Ok((u16::try_from(CALLS).unwrap_or(u16::MAX), 20, 18))
}

/// What is in the phonebook that the host has chosen.
fn entries(call: &Call<'_, '_>) -> Result<Vec<Entry, ENTRIES>, Refused> {
    entries_of(call, call.core.kept.phonebook.storage)
}

fn entries_of(call: &Call<'_, '_>, storage: Storage) -> Result<Vec<Entry, ENTRIES>, Refused> {
    let kept = &call.core.kept.phonebook;
    let mut list: Numbers = Vec::new();
    match storage {
        Storage::Card => {
            let book = call.modem.phonebook()?;
            return Ok(crate::device::collect(book.entries().iter().cloned()));
        }
        Storage::Own => {
            super::sim::usable(call)?;
            let numbers = call.modem.sim().map(|sim| sim.numbers.as_slice()).unwrap_or_default();
            list = crate::device::collect(numbers.iter().map(|number| text(number)));
        }
        Storage::Emergency => {
            let told = call.modem.network_emergency_numbers().iter().map(|told| text(&told.number));
            list = crate::device::collect(EMERGENCY.into_iter().map(text).chain(told));
        }
        Storage::Dialled | Storage::LastDialled => list.clone_from(&kept.dialled),
        Storage::Received => list.clone_from(&kept.received),
        Storage::Missed => list.clone_from(&kept.missed),
    }
    let entry = |(index, number): (u16, &Text<NUMBER>)| Entry { index, number: number.clone(), name: Text::new() };
    Ok(crate::device::collect((1..).zip(&list).map(entry)))
}

fn memory(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let (total, ..) = limits(call)?;
            let used = u16::try_from(entries(call)?.len()).unwrap_or(u16::MAX);
            let name = call.core.kept.phonebook.storage.name();
            call.answer(&wire::cpbs::ReadAnswer { storage: Str::from(name), used: Some(used), total: Some(total) })
        }
        Form::Set => {
            let mut name: Text<4> = call.plain(call.request::<wire::cpbs::Set<'_>>()?.storage)?;
            name.make_ascii_uppercase();
            let storage = Storage::named(name.as_bytes()).ok_or(NOT_SUPPORTED)?;
            if storage == Storage::Card {
                call.modem.phonebook()?;
            }
            call.core.kept.phonebook.storage = storage;
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn say(call: &mut Call<'_, '_>, entry: &Entry) -> Outcome {
    let charset = call.settings().charset;
    call.say(&mut |line| {
        line.integer(entry.index.into());
        line.quoted(entry.number.as_bytes());
        line.integer(kind(&entry.number).into());
        Call::write_text(charset, &entry.name, line);
    })?;
    Ok(Step::Done)
}

fn read(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Test => {
            let (total, number, name) = limits(call)?;
            let mut range: Text<16> = Text::new();
            let _ = core::fmt::write(&mut range, format_args!("(1-{total})"));
            call.say(&mut |line| {
                line.parameters(range.as_bytes());
                line.integer(number.into());
                line.integer(name.into());
            })?;
            Ok(Step::Done)
        }
        Form::Set => read_from(call, 0, Ok(())),
        _ => Err(NOT_SUPPORTED),
    }
}

/// Reads on behind the entry with this index.
fn read_from(call: &mut Call<'_, '_>, behind: u32, _: Result<(), Failure>) -> Outcome {
    let request = call.request::<wire::cpbr::Set>()?;
    let (total, ..) = limits(call)?;
    let (first, last) = (request.index1, request.index2.unwrap_or(request.index1));
    if first == 0 || first > total || last > total || last < first {
        return Err(Reason::InvalidIndex.into());
    }
    let entries = entries(call)?;
    let wanted =
        entries.iter().filter(|entry| (first..=last).contains(&entry.index) && u32::from(entry.index) > behind);
    let mut told = behind;
    for entry in wanted {
        if !call.core.has_room() {
            return call.when_room(told, read_from);
        }
        say(call, entry)?;
        told = entry.index.into();
    }
    Ok(Step::Done)
}

fn find(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Test => {
            let (_, number, name) = limits(call)?;
            call.say(&mut |line| {
                line.integer(number.into());
                line.integer(name.into());
            })?;
            Ok(Step::Done)
        }
        Form::Set => {
            let wanted: Text<NAME> = call.text(call.request::<wire::cpbf::Set<'_>>()?.findtext)?;
            let is_start =
                |name: &str| name.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(&wanted));
            let mut found = false;
            for entry in entries(call)?.iter().filter(|entry| is_start(&entry.name)) {
                say(call, entry)?;
                found = true;
            }
            if found { Ok(Step::Done) } else { Err(Refused::Cme(22)) }
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn write(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Test => {
            let (total, number, name) = limits(call)?;
            let mut range: Text<16> = Text::new();
            let _ = core::fmt::write(&mut range, format_args!("(1-{total})"));
            call.say(&mut |line| {
                line.parameters(range.as_bytes());
                line.integer(number.into());
                line.parameters(b"(129,145)");
                line.integer(name.into());
            })?;
            Ok(Step::Done)
        }
        Form::Set => {
            let request = call.request::<wire::cpbw::Set<'_>>()?;
            if call.core.kept.phonebook.storage != Storage::Card {
                return Err(NOT_ALLOWED);
            }
            let (now, by) = (call.now, call.origin());
            let index = request.index.map(u32::from);
            if request.number.is_none() && request.text.is_none() {
                // An index alone deletes; what is empty stays so.
                let index = index.ok_or(INVALID)?;
                let (total, ..) = limits(call)?;
                if index == 0 || index > u32::from(total) {
                    return Err(Reason::InvalidIndex.into());
                }
                return match call.modem.erase_phonebook(now, by, Some(index)) {
                    Ok(()) => Ok(Step::Done),
                    Err(failure) if failure.reason == Reason::InvalidIndex => Ok(Step::Done),
                    Err(failure) => Err(failure.into()),
                };
            }
            let mut number: Text<{ NUMBER + 1 }> = match request.number {
                Some(number) => call.plain(number).map_err(|_| TOO_LONG)?,
                None => Text::new(),
            };
            let name: Text<NAME> = request.text.map_or_else(|| Ok(Text::new()), |text| call.text(text))?;
            if request.kind == Some(145) && !number.starts_with('+') && !number.is_empty() {
                let mut international = Text::new();
                let _ = international.push('+');
                international.push_str(&number).map_err(|_| TOO_LONG)?;
                number = international;
            }
            if !is_number(&number) {
                return Err(Refused::Cme(27));
            }
            let (_, most, _) = limits(call)?;
            if number.bytes().filter(|byte| *byte != b'+').count() > usize::from(most) {
                return Err(TOO_LONG);
            }
            call.modem.write_phonebook(now, by, index, &number, &name)?;
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

/// The number behind `D>`: by index in the memory that is chosen, by memory and index, or by name (27.007 §6.3).
pub(super) fn number_of(call: &Call<'_, '_>, entry: &[u8]) -> Result<Text<NUMBER>, Refused> {
    let not_found = Refused::Cme(22);
    // How the number is shown, and a closed group, do not matter.
    let mut entry = entry;
    while let [front @ .., b'I' | b'i' | b'G' | b'g'] = entry {
        entry = front.trim_ascii_end();
    }
    let field = Fields::new(entry).field();
    if field.is_quoted() {
        let name: Text<NAME> = call.text(Str(field.unquoted()))?;
        let mut entries = call.modem.phonebook()?.entries().iter();
        return entries.find(|entry| entry.name == name).map(|entry| entry.number.clone()).ok_or(not_found);
    }
    let named = entry.split_at_checked(2).and_then(|(name, rest)| Some((Storage::named(name)?, rest)));
    let (storage, digits) = named.unwrap_or((call.core.kept.phonebook.storage, entry));
    let digits = core::str::from_utf8(digits.trim_ascii()).ok();
    let index: u16 = digits.and_then(|digits| digits.parse().ok()).ok_or(not_found)?;
    let entries = entries_of(call, storage)?;
    entries.iter().find(|entry| entry.index == index).map(|entry| entry.number.clone()).ok_or(not_found)
}
