//! The phonebook (3GPP TS 27.007 §8.11 to §8.14): entries of the card.

use at_wire::command::phonebook as wire;
use at_wire::parameter::{Fields, Str};
use at_wire::policy::Form;

use super::super::call::{Call, Outcome, Step};
use super::super::failure::{INVALID, NOT_SUPPORTED, Refused};
use super::Served;
use super::call::kind;
use crate::device::modem::phonebook::{Entry, NAME, NUMBER};
use crate::device::modem::{Failure, Reason, Text};

pub(super) static SERVED: &[Served] = &[
    Served::new("+CPBS", "(\"SM\")", memory),
    Served::whole("+CPBR", read),
    Served::whole("+CPBF", find),
    Served::whole("+CPBW", write),
];

/// Entries there can be, and the longest number and name.
fn limits(call: &Call<'_, '_>) -> Result<(u16, u8, u8), Refused> {
    let book = call.modem.phonebook()?;
    Ok((book.capacity(), book.max_number(), book.max_name()))
}

fn memory(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let (total, ..) = limits(call)?;
            let used = call.modem.phonebook()?.entries().len();
            let used = u16::try_from(used).unwrap_or(u16::MAX);
            call.answer(&wire::cpbs::ReadAnswer { storage: Str::from("SM"), used: Some(used), total: Some(total) })
        }
        Form::Set => {
            let storage: Text<4> = call.plain(call.request::<wire::cpbs::Set<'_>>()?.storage)?;
            call.modem.phonebook()?;
            if storage.eq_ignore_ascii_case("SM") { Ok(Step::Done) } else { Err(NOT_SUPPORTED) }
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
    let entries = call.modem.phonebook()?.entries().iter();
    let wanted = entries.filter(|entry| (first..=last).contains(&entry.index) && u32::from(entry.index) > behind);
    let wanted: heapless::Vec<Entry, { crate::device::modem::phonebook::ENTRIES }> =
        crate::device::collect(wanted.cloned());
    let mut told = behind;
    for entry in &wanted {
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
            let entries = call.modem.phonebook()?.entries().iter();
            let found: heapless::Vec<Entry, { crate::device::modem::phonebook::ENTRIES }> =
                crate::device::collect(entries.filter(|entry| is_start(&entry.name)).cloned());
            if found.is_empty() {
                return Err(Refused::Cme(22));
            }
            for entry in &found {
                say(call, entry)?;
            }
            Ok(Step::Done)
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
            let mut number: Text<{ NUMBER + 1 }> =
                request.number.map_or_else(|| Ok(Text::new()), |number| call.plain(number))?;
            let name: Text<NAME> = request.text.map_or_else(|| Ok(Text::new()), |text| call.text(text))?;
            if request.kind == Some(145) && !number.starts_with('+') && !number.is_empty() {
                let mut international = Text::new();
                let _ = international.push('+');
                international.push_str(&number).map_err(|_| Refused::Cme(26))?;
                number = international;
            }
            call.modem.write_phonebook(now, by, index, &number, &name)?;
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

/// The number behind `D>`: by index, by memory and index, or by name.
pub(super) fn number_of(call: &Call<'_, '_>, entry: &[u8]) -> Result<Text<NUMBER>, Refused> {
    let entries = call.modem.phonebook()?.entries();
    let not_found = Refused::Cme(22);
    let field = Fields::new(entry).field();
    let found = if field.is_quoted() {
        let name: Text<NAME> = call.text(Str(field.unquoted()))?;
        entries.iter().find(|entry| entry.name == name)
    } else {
        let digits = entry.strip_prefix(b"SM").unwrap_or(entry).trim_ascii();
        let index: u16 = core::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(not_found)?;
        entries.iter().find(|entry| entry.index == index)
    };
    found.map(|entry| entry.number.clone()).ok_or(not_found)
}
