//! Short messages as PDUs and as text: sending, the store, what arrives (3GPP TS 27.005).

use at_wire::Writer;
use at_wire::command::sms as wire;
use at_wire::parameter::{Field, LineWriter, Str, Word};
use at_wire::policy::Form;
use at_wire::sms::{
    Address, DataCoding, Direction, Pdu, RelativeValidity, Submit, Timestamp, Tpdu, UserData, UserDataHeader, Validity,
    broadcast,
};
use at_wire::text::charset::Charset;
use at_wire::text::{Coding, Text as Coded, hex};
use heapless::Vec;

use super::super::Core;
use super::super::call::{Call, Outcome, Step, write_coded};
use super::super::failure::{INVALID, NOT_SUPPORTED, Refused};
use super::super::settings::{Memory, Settings};
use super::super::tell::Tell;
use super::Served;
use super::call::kind;
use crate::device::modem::broadcast::{Channels, RANGES};
use crate::device::modem::event::Change;
use crate::device::modem::sms::{
    Content, MESSAGES, Message, MessageEvent, MessageStatus, PDU_LEN, Receipt, Routed, Routes, Storage, Which,
};
use crate::device::modem::{Failure, Modem, Reason, Text};

pub(super) static SERVED: &[Served] = &[
    Served::whole("+CSMS", service).message(),
    Served::whole("+CPMS", memory).message(),
    Served::whole("+CMGF", format).message(),
    Served::whole("+CSDH", |call| call.stored()).message(),
    Served::new("+CSCA", "", centre).message(),
    Served::new("+CSMP", "", text_parameters).message(),
    Served::new("+CSCB", "(0,1)", channels).message(),
    Served::whole("+CNMI", indications).message(),
    Served::new("+CNMA", "(0-2)", acknowledge).message(),
    Served::new("+CMGS", "", send).message(),
    Served::new("+CMSS", "", send_stored).message(),
    Served::new("+CMGW", "", write).message(),
    Served::new("+CMGC", "", |_| Err(NOT_SUPPORTED)).message(),
    Served::whole("+CMGL", list).message(),
    Served::new("+CMGR", "", read).message(),
    Served::whole("+CMGD", delete).message(),
    Served::new("+CSAS", "(0)", save).message(),
    Served::new("+CRES", "(0)", restore).message(),
];

/// An index that no message can have.
const NO_INDEX: Refused = Refused::Cms(321);
/// A text, or what belongs to it, that cannot be.
const NO_TEXT: Refused = Refused::Cms(305);

type Octets = Vec<u8, PDU_LEN>;

fn pdu_of(content: &Content) -> Option<&[u8]> {
    match content {
        Content::Pdu(octets) => Some(octets),
        Content::Cdma(_) => None,
    }
}

// Memories.

fn name_of(memory: Memory) -> &'static str {
    match memory {
        Memory::Card => "SM",
        Memory::Device => "ME",
        Memory::Both => "MT",
    }
}

fn storage_name(storage: Storage) -> &'static str {
    match storage {
        Storage::Card => "SM",
        Storage::Device => "ME",
    }
}

fn is_in(modem: &Modem, memory: Memory, index: u8) -> bool {
    match memory {
        Memory::Both => true,
        Memory::Card => modem.message_storage(index) == Storage::Card,
        Memory::Device => modem.message_storage(index) == Storage::Device,
    }
}

/// Messages in a memory, and how many there can be.
fn usage(modem: &Modem, memory: Memory) -> (usize, u8) {
    let used = modem.messages().filter(|(index, _)| is_in(modem, memory, *index)).count();
    (used, modem.message_capacity())
}

fn memory(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Test => return call.say_raw("(\"SM\",\"ME\",\"MT\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")"),
        Form::Execute => return Err(NOT_SUPPORTED),
        Form::Read => call.modem.usable_store()?,
        Form::Set => {
            call.modem.usable_store()?;
            let request = call.request::<wire::cpms::Set<'_>>()?;
            let mut memories = call.settings().memories;
            for (place, name) in memories.iter_mut().zip([Some(request.mem1), request.mem2, request.mem3]) {
                let Some(name) = name else { continue };
                let name: Text<4> = call.plain(name)?;
                *place = match name.as_str() {
                    "SM" => Memory::Card,
                    "ME" => Memory::Device,
                    "MT" => Memory::Both,
                    _ => return Err(Refused::Cms(302)),
                };
            }
            if matches!(memories, [_, Memory::Both, _] | [.., Memory::Both]) {
                return Err(Refused::Cms(302));
            }
            let moved = memories != call.settings().memories;
            call.settings().memories = memories;
            if moved {
                route(&call.core.settings, call.modem);
            }
        }
    }
    let named = call.form() == Form::Read;
    let memories = call.settings().memories;
    let usages = memories.map(|memory| usage(call.modem, memory));
    call.say(&mut |line| {
        for (memory, (used, total)) in memories.iter().zip(usages) {
            if named {
                line.quoted(name_of(*memory).as_bytes());
            }
            line.integer(i64::try_from(used).unwrap_or(0));
            line.integer(total.into());
        }
    })?;
    Ok(Step::Done)
}

// What holds for all messages.

fn service(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Test => return call.say_raw("(0,1)"),
        Form::Read => {
            let service = call.settings().message_service;
            call.say(&mut |line| {
                line.integer(service.into());
                (0..3).for_each(|_| line.integer(1));
            })?;
        }
        Form::Set => {
            let service = call.request::<wire::csms::Set>()?.service;
            if service > 1 {
                return Err(INVALID);
            }
            call.settings().message_service = service;
            if call.core.kept.routes {
                route(&call.core.settings, call.modem);
            }
            call.say(&mut |line| (0..3).for_each(|_| line.integer(1)))?;
        }
        Form::Execute => return Err(NOT_SUPPORTED),
    }
    Ok(Step::Done)
}

/// Whether messages are PDUs or text.
fn format(call: &mut Call<'_, '_>) -> Outcome {
    if call.core.config.dialect.pdu_mode {
        return call.stored();
    }
    match call.form() {
        Form::Test => call.say_raw("(1)"),
        Form::Set if call.request::<wire::cmgf::Set>()?.mode != 1 => Err(Refused::Cms(303)),
        _ => call.stored(),
    }
}

fn centre(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            call.modem.usable_store()?;
            let number: Text<21> = crate::device::modem::text(call.modem.service_centre());
            call.answer(&wire::csca::ReadAnswer { sca: number.as_str().into(), tosca: Some(kind(&number)) })
        }
        Form::Set => {
            let request = call.request::<wire::csca::Set<'_>>()?;
            let number: Text<21> = address(call, request.sca, request.tosca)?;
            call.modem.set_service_centre(call.now, call.origin(), &number)?;
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn text_parameters(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let values = call.settings().text_parameters;
            call.say(&mut |line| values.iter().for_each(|value| line.integer((*value).into())))?;
        }
        Form::Set => {
            let request = call.request::<wire::csmp::Set<'_>>()?;
            let validity =
                request.vp.map(|Word(digits)| at_wire::parameter::Value::read(Field { raw: digits, offset: 0 }));
            let validity: Option<u8> = validity.transpose().map_err(|_| NO_TEXT)?;
            let wanted = [request.fo, validity, request.pid, request.dcs];
            let places = call.settings().text_parameters.iter_mut().zip(wanted);
            for (place, value) in places.filter_map(|(place, value)| Some((place, value?))) {
                *place = value;
            }
        }
        _ => return Err(NOT_SUPPORTED),
    }
    Ok(Step::Done)
}

/// Cell broadcast: which channels are wanted (27.005 §3.3.4).
fn channels(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let mut list: Text<160> = Text::new();
            for range in call.modem.broadcast_channels().iter().filter(|range| range.selected) {
                let comma = if list.is_empty() { "" } else { "," };
                let written = match range.from == range.to {
                    true => core::fmt::write(&mut list, format_args!("{comma}{}", range.from)),
                    false => core::fmt::write(&mut list, format_args!("{comma}{}-{}", range.from, range.to)),
                };
                if written.is_err() {
                    break;
                }
            }
            call.say(&mut |line| {
                line.integer(0);
                line.quoted(list.as_bytes());
                line.quoted(b"");
            })?;
        }
        Form::Set => {
            let request = call.request::<wire::cscb::Set<'_>>()?;
            let list: Text<160> = request.mids.map_or_else(|| Ok(Text::new()), |mids| call.plain(mids))?;
            let selected = match request.mode {
                0 => true,
                1 => false,
                _ => return Err(INVALID),
            };
            let mut ranges: Vec<Channels, 16> = Vec::new();
            // By octets: a search in a text would link panics into firmware.
            let parts = list.as_bytes();
            let parts = parts.strip_suffix(b",").unwrap_or(parts).split(|byte| *byte == b',');
            for part in parts.filter(|_| !list.is_empty()) {
                let hyphen = part.iter().position(|byte| *byte == b'-');
                let (from, to) = match hyphen.and_then(|at| part.split_at_checked(at)) {
                    Some((from, [_, to @ ..])) => (from, to),
                    _ => (part, part),
                };
                let number = |digits: &[u8]| {
                    let digits = core::str::from_utf8(digits).ok();
                    digits.and_then(|digits| digits.trim().parse::<u16>().ok()).ok_or(NO_TEXT)
                };
                let range = Channels { from: number(from)?, to: number(to)?, selected };
                ranges.push(range).map_err(|_| Refused::from(Reason::Full))?;
            }
            call.modem.set_broadcast_channels(ranges.iter().copied())?;
            call.modem.activate_broadcasts(selected);
        }
        _ => return Err(NOT_SUPPORTED),
    }
    Ok(Step::Done)
}

/// What `+CSAS` keeps (27.005 §3.3.5); a restart does not end it.
#[derive(Clone, Debug)]
pub(in super::super) struct Saved {
    text_parameters: [u8; 4],
    centre: Text<21>,
    channels: Vec<Channels, RANGES>,
    active: bool,
}

/// Fails unless the profile is the only one there is; without a number it is.
fn only_profile(call: &Call<'_, '_>) -> Result<(), Refused> {
    match call.form() {
        Form::Execute => Ok(()),
        Form::Set if call.request::<wire::csas::Set>()?.profile == 0 => Ok(()),
        Form::Set => Err(INVALID),
        Form::Read | Form::Test => Err(NOT_SUPPORTED),
    }
}

fn save(call: &mut Call<'_, '_>) -> Outcome {
    only_profile(call)?;
    call.modem.usable_store()?;
    call.core.saved = Some(Saved {
        text_parameters: call.core.settings.text_parameters,
        centre: crate::device::modem::text(call.modem.service_centre()),
        channels: crate::device::collect(call.modem.broadcast_channels().iter().copied()),
        active: call.modem.broadcasts_active(),
    });
    Ok(Step::Done)
}

fn restore(call: &mut Call<'_, '_>) -> Outcome {
    only_profile(call)?;
    call.modem.usable_store()?;
    let Some(saved) = call.core.saved.clone() else { return Ok(Step::Done) };
    if !saved.centre.is_empty() {
        call.modem.set_service_centre(call.now, call.origin(), &saved.centre)?;
    }
    call.modem.set_broadcast_channels(saved.channels.iter().copied())?;
    call.modem.activate_broadcasts(saved.active);
    call.settings().text_parameters = saved.text_parameters;
    Ok(Step::Done)
}

fn indications(call: &mut Call<'_, '_>) -> Outcome {
    let done = call.stored()?;
    if call.form() == Form::Set {
        call.core.kept.routes = true;
        route(&call.core.settings, call.modem);
    }
    Ok(done)
}

/// `Z` and `&F` have set everything back.
pub(super) fn settings_changed(call: &mut Call<'_, '_>) {
    if call.core.kept.routes {
        route(&call.core.settings, call.modem);
    }
}

/// The host is gone that may have had messages handed over: they go where they go by themselves. Says whether it had.
pub(in super::super) fn routes_end(core: &mut Core<'_>, modem: &mut Modem) -> bool {
    let had = core::mem::take(&mut core.kept.routes);
    if had {
        modem.set_message_routes(Routes::default());
    }
    had
}

/// Another host is gone; this one still wants messages as it has said, if it has.
pub(in super::super) fn routes_stay(core: &Core<'_>, modem: &mut Modem) {
    if core.kept.routes {
        route(&core.settings, modem);
    }
}

/// Tells the modem where messages go that arrive.
fn route(settings: &Settings, modem: &mut Modem) {
    let values = settings.values;
    let storage = match settings.memories {
        [.., Memory::Device] => Storage::Device,
        _ => Storage::Card,
    };
    let over = if settings.message_service == 1 { Receipt::HandOverToAcknowledge } else { Receipt::HandOver };
    let stored = Receipt::Store(storage);
    let mut routes = Routes::default();
    for routed in [Routed::NoClass, Routed::Class1] {
        routes.set(routed, if values.cnmi_mt == 2 { over } else { stored });
    }
    // Those of class 2 are for the card.
    routes.set(Routed::Class2, Receipt::Store(Storage::Card));
    routes.set(Routed::Class3, if values.cnmi_mt >= 2 { over } else { stored });
    routes.set(Routed::Class0, Receipt::HandOver);
    routes.reports = values.cnmi_ds != 2;
    modem.set_message_routes(routes);
}

fn acknowledge(call: &mut Call<'_, '_>) -> Outcome {
    let (taken, length) = match call.form() {
        Form::Execute => (true, None),
        Form::Set => {
            let request = call.request::<wire::cnma::Set>()?;
            match request.n {
                0 | 1 => (true, request.length),
                2 => (false, request.length),
                _ => return Err(INVALID),
            }
        }
        _ => return Err(NOT_SUPPORTED),
    };
    if call.modem.unacknowledged_message().is_none() {
        return Err(Refused::Cms(340));
    }
    if length.is_some_and(|length| length > 0) {
        // What the network is told with it does not matter here.
        return call.prompt(u32::from(taken), |call, taken, _| acknowledged(call, taken == 1));
    }
    acknowledged(call, taken)
}

fn acknowledged(call: &mut Call<'_, '_>, taken: bool) -> Outcome {
    let number = call.modem.unacknowledged_message().ok_or(Refused::Cms(340))?;
    call.modem.acknowledge_message(call.now, number, taken).map_err(|_| Refused::Cms(340))?;
    Ok(Step::Done)
}

// Sending and writing.

/// A number as hosts write it: in the character set, or plain.
fn address(call: &Call<'_, '_>, string: Str<'_>, kind: Option<u8>) -> Result<Text<21>, Refused> {
    // By octets: a search in a text would link panics into firmware.
    fn digits(number: &str) -> impl Iterator<Item = u8> {
        number.bytes().skip_while(|byte| *byte == b'+')
    }
    let is_number = |number: &str| digits(number).all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'));
    let plain: Result<Text<84>, _> = call.plain(string);
    let coded: Result<Text<84>, _> = call.text(string);
    let ucs2 = call.core.settings.charset == Charset::Ucs2;
    // Four digits for each of the number's, if the set is UCS-2 and all of it reads as a number.
    let number = match (plain, coded) {
        (_, Ok(coded)) if ucs2 && is_number(&coded) => coded,
        (Ok(plain), _) => plain,
        (Err(refused), _) => return Err(refused),
    };
    let mut address: Text<21> = Text::new();
    if kind == Some(145) && !number.starts_with("+") {
        let _ = address.push('+');
    }
    address.push_str(&number).map_err(|_| NO_TEXT)?;
    if digits(&address).next().is_none() || !is_number(&address) {
        return Err(NO_TEXT);
    }
    Ok(address)
}

/// The octets that were sent behind the prompt, which must be as many as announced behind the service centre.
fn octets(call: &Call<'_, '_>, length: u8) -> Result<Octets, Refused> {
    const NO_PDU: Refused = Refused::Cms(304);
    let mut digits: Vec<u8, { PDU_LEN * 2 }> = Vec::new();
    for byte in call.payload.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        digits.push(*byte).map_err(|_| NO_PDU)?;
    }
    let mut buf = [0; PDU_LEN];
    let octets = hex::decode(&digits, &mut buf).map_err(|_| NO_PDU)?;
    if Pdu::tpdu_len(octets).ok() != Some(usize::from(length)) {
        return Err(NO_PDU);
    }
    Vec::from_slice(octets).map_err(|_| NO_PDU)
}

/// The message that a text to a number is, as `+CSMP` wants it.
fn submit(settings: &Settings, to: &str, said: &[u8]) -> Result<Octets, Refused> {
    let [first, validity, protocol_identifier, coding] = settings.text_parameters;
    let data_coding = DataCoding(coding);
    let has_header = first & 0x40 != 0;
    if first & 0x03 != 0x01 {
        return Err(NO_TEXT);
    }
    let mut buf = [0; PDU_LEN * 2];
    let user_data = match data_coding.coding() {
        // Septets behind a header begin between two octets; such texts are sent as PDUs.
        Coding::Gsm7 if has_header => return Err(NO_TEXT),
        Coding::Gsm7 => UserData::of_text(settings.charset.text(said).map_err(|_| NO_TEXT)?),
        // Anything else comes as octets in digits.
        other => {
            let mut digits: Vec<u8, { PDU_LEN * 2 }> = Vec::new();
            for byte in said.iter().filter(|byte| !byte.is_ascii_whitespace()) {
                digits.push(*byte).map_err(|_| NO_TEXT)?;
            }
            let mut octets: &[u8] = hex::decode(&digits, &mut buf).map_err(|_| NO_TEXT)?;
            let mut header = UserDataHeader::NONE;
            if has_header {
                let (length, rest) = octets.split_first().ok_or(NO_TEXT)?;
                let (elements, rest) = rest.split_at_checked((*length).into()).ok_or(NO_TEXT)?;
                (header, octets) = (UserDataHeader::parse(elements), rest);
            }
            let user_data = match other {
                Coding::Ucs2 => UserData::of_text(Coded::utf16_be(octets)),
                _ => UserData::of_octets(octets),
            };
            user_data.with_header(header)
        }
    };
    let message = Submit {
        reject_duplicates: first & 0x04 != 0,
        status_report: first & 0x20 != 0,
        reply_path: first & 0x80 != 0,
        destination_address: Address::number(to),
        protocol_identifier,
        data_coding,
        validity: match first & 0x18 {
            0x10 => Validity::Relative(RelativeValidity(validity)),
            _ => Validity::Default,
        },
        user_data,
        ..Submit::default()
    };
    let mut buf = [0; PDU_LEN];
    let octets = Pdu::of(Tpdu::Submit(message)).write(&mut buf).map_err(|_| NO_TEXT)?;
    Vec::from_slice(octets).map_err(|_| NO_TEXT)
}

fn in_text(call: &mut Call<'_, '_>) -> bool {
    call.settings().values.cmgf == 1
}

fn send(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    if in_text(call) {
        // What is wrong with it is said before the host types the text.
        let request = call.request::<wire::cmgs_text::Set<'_>>().map_err(|_| NO_TEXT)?;
        address(call, request.da, request.toda)?;
    } else {
        let length = call.request::<wire::cmgs::Set>().map_err(|_| Refused::Cms(304))?.length;
        if usize::from(length) > 164 {
            return Err(Refused::Cms(304));
        }
    }
    call.modem.usable_store()?;
    call.prompt(0, |call, _, _| {
        let octets = match in_text(call) {
            true => {
                let request = call.request::<wire::cmgs_text::Set<'_>>()?;
                let to = address(call, request.da, request.toda)?;
                submit(&call.core.settings, &to, call.payload)?
            }
            false => {
                let length = call.request::<wire::cmgs::Set>()?.length;
                octets(call, length)?
            }
        };
        transmit(call, octets)
    })
}

fn transmit(call: &mut Call<'_, '_>, octets: Octets) -> Outcome {
    let (ticket, reference) = call.modem.request_send(call.now, call.origin(), &Content::Pdu(octets))?;
    call.wait(ticket, reference.into(), |call, reference, outcome: Result<(), Failure>| {
        outcome?;
        call.say_number(reference)
    })
}

fn send_stored(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<wire::cmss::Set<'_>>()?;
    let index = u8::try_from(request.index).map_err(|_| NO_INDEX)?;
    let memory = call.settings().memories[1];
    call.modem.usable_store()?;
    let found = call.modem.messages().find(|(other, _)| *other == index && is_in(call.modem, memory, *other));
    let (_, message) = found.ok_or(NO_INDEX)?;
    let stored: Octets = Vec::from_slice(pdu_of(&message.content).ok_or(NOT_SUPPORTED)?).unwrap_or_default();
    let octets = match request.da {
        None => stored,
        Some(to) => {
            // The same message to somebody else.
            let to = address(call, to, request.toda)?;
            let mut pdu = Pdu::parse(&stored, Direction::Stored).map_err(|_| Refused::Cms(304))?;
            let Tpdu::Submit(message) = &mut pdu.tpdu else { return Err(Refused::Cms(302)) };
            message.destination_address = Address::number(&to);
            let mut buf = [0; PDU_LEN];
            Vec::from_slice(pdu.write(&mut buf)?).map_err(|_| NO_TEXT)?
        }
    };
    let content = Content::Pdu(octets);
    let (ticket, reference) = call.modem.request_send(call.now, call.origin(), &content)?;
    let context = u32::from(reference) | u32::from(index).wrapping_shl(8);
    call.wait(ticket, context, |call, context, outcome: Result<(), Failure>| {
        outcome?;
        let [reference, index, ..] = context.to_le_bytes();
        let _ = call.modem.mark_message(call.now, call.origin(), index, MessageStatus::Sent);
        call.say_number(reference)
    })
}

fn status_of(number: u8) -> Result<MessageStatus, Refused> {
    Ok(match number {
        0 => MessageStatus::New,
        1 => MessageStatus::Old,
        2 => MessageStatus::Draft,
        3 => MessageStatus::Sent,
        _ => return Err(INVALID),
    })
}

/// A status as a number and in words.
fn told(status: MessageStatus) -> (u8, &'static str) {
    match status {
        MessageStatus::New => (0, "REC UNREAD"),
        MessageStatus::Old => (1, "REC READ"),
        MessageStatus::Draft => (2, "STO UNSENT"),
        MessageStatus::Sent => (3, "STO SENT"),
    }
}

fn status_named(name: &str) -> Result<MessageStatus, Refused> {
    let statuses = [MessageStatus::New, MessageStatus::Old, MessageStatus::Draft, MessageStatus::Sent];
    statuses.into_iter().find(|status| told(*status).1.eq_ignore_ascii_case(name)).ok_or(NO_TEXT)
}

/// Number and status of a text that is to be written.
fn draft(call: &Call<'_, '_>) -> Result<(Text<21>, MessageStatus), Refused> {
    if call.form() == Form::Execute {
        return Ok((Text::new(), MessageStatus::Draft));
    }
    let request = call.request::<wire::cmgw_text::Set<'_>>().map_err(|_| NO_TEXT)?;
    let status = match request.stat {
        None => MessageStatus::Draft,
        Some(name) => status_named(&call.plain::<12>(name)?)?,
    };
    if matches!(status, MessageStatus::New | MessageStatus::Old) {
        // Received ones are written as PDUs.
        return Err(Refused::Cms(303));
    }
    let to = if request.address.0.is_empty() { Text::new() } else { address(call, request.address, request.kind)? };
    Ok((to, status))
}

fn write(call: &mut Call<'_, '_>) -> Outcome {
    match (call.form(), in_text(call)) {
        (Form::Execute | Form::Set, true) => {
            draft(call)?;
        }
        (Form::Set, false) => {
            let request = call.request::<wire::cmgw::Set>().map_err(|_| Refused::Cms(304))?;
            status_of(request.stat.unwrap_or(2))?;
        }
        _ => return Err(NOT_SUPPORTED),
    }
    call.modem.usable_store()?;
    call.prompt(0, |call, _, _| {
        let (octets, status) = match in_text(call) {
            true => {
                let (to, status) = draft(call)?;
                (submit(&call.core.settings, &to, call.payload)?, status)
            }
            false => {
                let request = call.request::<wire::cmgw::Set>()?;
                (octets(call, request.length)?, status_of(request.stat.unwrap_or(2))?)
            }
        };
        Pdu::parse(&octets, Direction::Stored).map_err(|_| Refused::Cms(304))?;
        let storage = match call.settings().memories {
            [_, Memory::Device, _] => Storage::Device,
            _ => Storage::Card,
        };
        let message = Message { status, content: Content::Pdu(octets) };
        let index = call.modem.store_message_in(call.now, call.origin(), storage, message)?;
        call.say_number(index)
    })
}

// Reading and deleting.

/// An address as it is told: number and type, or name.
fn tell_address(address: &Address<'_>, charset: Charset, line: &mut LineWriter<'_, '_>) {
    let mut number: Text<24> = Text::new();
    if address.type_of_address().number_type() == 1 {
        let _ = number.push('+');
    }
    match address.text() {
        Some(name) => {
            for character in name.chars() {
                let _ = number.push(character);
            }
            Call::write_text(charset, &number, line);
        }
        None => {
            for digit in address.digits() {
                let _ = number.push(digit);
            }
            line.quoted(number.as_bytes());
        }
    }
}

fn stamp(stamp: &Timestamp) -> Text<24> {
    let mut text: Text<24> = Text::new();
    if let Some(date) = stamp.date_time() {
        let zone = super::network::quarters(date.quarter_hours);
        let two = [date.year, date.month, date.day, date.hour, date.minute, date.second];
        for (value, behind) in two.into_iter().zip(["/", "/", ",", ":", ":", &zone]) {
            for digit in [value / 10 % 10, value % 10] {
                let _ = text.push(char::from(b'0'.saturating_add(digit)));
            }
            let _ = text.push_str(behind);
        }
    }
    text
}

/// What a message says, as text mode shows it: text if it can be shown so, else octets in digits (27.005 §3.1).
fn write_data(pdu: &[u8], user_data: &UserData<'_>, coding: DataCoding, charset: Charset, writer: &mut Writer<'_>) {
    let plain = !user_data.header().is_some() && coding.coding() == Coding::Gsm7;
    match user_data.text().filter(|_| plain) {
        Some(text) => write_coded(charset, text, writer),
        None => {
            // The octets stand at the end of the PDU.
            let length = usize::from(user_data.length(coding).unwrap_or(0));
            let octets = match coding.coding() {
                Coding::Gsm7 => length.saturating_mul(7).div_ceil(8),
                _ => length,
            };
            let tail = pdu.get(pdu.len().saturating_sub(octets)..).unwrap_or_default();
            hex::Hex(tail).write(writer);
        }
    }
}

/// The first octet of the message in a PDU.
fn first_octet(octets: &[u8]) -> u8 {
    let at = Pdu::tpdu_len(octets).ok().and_then(|length| octets.len().checked_sub(length));
    at.and_then(|at| octets.get(at)).copied().unwrap_or(0)
}

/// The parameters of a message in text mode, behind its index or status.
struct Shown<'m> {
    message: &'m Message,
    settings: &'m Settings,
    /// Whether `+CMGR` shows it, which says more than `+CMGL`.
    whole: bool,
    /// First octet.
    first: u8,
}

impl Shown<'_> {
    fn header(&self, pdu: &Pdu<'_>, line: &mut LineWriter<'_, '_>) {
        let charset = self.settings.charset;
        let more = self.settings.values.csdh == 1;
        let (_, status) = told(self.message.status);
        line.quoted(status.as_bytes());
        let length = |user_data: &UserData<'_>, coding| user_data.length(coding).unwrap_or(0);
        match &pdu.tpdu {
            Tpdu::Deliver(message) => {
                tell_address(&message.originating_address, charset, line);
                line.skip();
                line.quoted(stamp(&message.service_centre_timestamp).as_bytes());
                if more {
                    line.integer(message.originating_address.type_of_address().0.into());
                    if self.whole {
                        line.integer(self.first.into());
                        line.integer(message.protocol_identifier.into());
                        line.integer(message.data_coding.0.into());
                        self.centre(pdu, line);
                    }
                    line.integer(length(&message.user_data, message.data_coding).into());
                }
            }
            Tpdu::Submit(message) => {
                tell_address(&message.destination_address, charset, line);
                line.skip();
                if !self.whole {
                    line.skip();
                }
                if more {
                    line.integer(message.destination_address.type_of_address().0.into());
                    if self.whole {
                        line.integer(self.first.into());
                        line.integer(message.protocol_identifier.into());
                        line.integer(message.data_coding.0.into());
                        match message.validity {
                            Validity::Relative(RelativeValidity(span)) => line.integer(span.into()),
                            _ => line.skip(),
                        }
                        self.centre(pdu, line);
                    }
                    line.integer(length(&message.user_data, message.data_coding).into());
                }
            }
            _ => report(pdu, self.first, charset, line),
        }
    }

    fn centre(&self, pdu: &Pdu<'_>, line: &mut LineWriter<'_, '_>) {
        match &pdu.service_centre {
            Some(centre) => {
                tell_address(centre, self.settings.charset, line);
                line.integer(centre.type_of_address().0.into());
            }
            None => {
                line.quoted(b"");
                line.integer(129);
            }
        }
    }

    fn data(&self, octets: &[u8], pdu: &Pdu<'_>, writer: &mut Writer<'_>) {
        let coding = match &pdu.tpdu {
            Tpdu::Deliver(message) => message.data_coding,
            Tpdu::Submit(message) => message.data_coding,
            _ => return,
        };
        if let Some(user_data) = pdu.tpdu.user_data() {
            write_data(octets, user_data, coding, self.settings.charset, writer);
        }
    }
}

/// A status report in text mode.
fn report(pdu: &Pdu<'_>, first: u8, charset: Charset, line: &mut LineWriter<'_, '_>) {
    let Tpdu::StatusReport(report) = &pdu.tpdu else { return };
    line.integer(first.into());
    line.integer(report.message_reference.into());
    tell_address(&report.recipient_address, charset, line);
    line.integer(report.recipient_address.type_of_address().0.into());
    line.quoted(stamp(&report.service_centre_timestamp).as_bytes());
    line.quoted(stamp(&report.discharge_time).as_bytes());
    line.integer(report.status.0.into());
}

/// Shows one message: a line, and what it says on the next.
fn show(call: &mut Call<'_, '_>, index: u8, message: &Message, listed: bool) -> Result<(), Refused> {
    let octets = pdu_of(&message.content).ok_or(NOT_SUPPORTED)?;
    let settings = *call.settings();
    let parsed = Pdu::parse(octets, Direction::Stored).ok();
    match parsed.filter(|_| settings.values.cmgf == 1) {
        Some(pdu) => {
            let shown = Shown { message, settings: &settings, whole: !listed, first: first_octet(octets) };
            call.say(&mut |line| {
                if listed {
                    line.integer(index.into());
                }
                shown.header(&pdu, line);
            })?;
            if !matches!(pdu.tpdu, Tpdu::StatusReport(_)) {
                call.line(&mut |writer| shown.data(octets, &pdu, writer))?;
            }
        }
        None => {
            let length = Pdu::tpdu_len(octets).unwrap_or(0);
            let (status, _) = told(message.status);
            call.say(&mut |line| {
                if listed {
                    line.integer(index.into());
                }
                line.integer(status.into());
                line.skip();
                line.integer(i64::try_from(length).unwrap_or(0));
            })?;
            call.line(&mut |writer| hex::Hex(octets).write(writer))?;
        }
    }
    Ok(())
}

fn list(call: &mut Call<'_, '_>) -> Outcome {
    match (call.form(), in_text(call)) {
        (Form::Test, true) => call.say_raw("(\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"),
        (Form::Test, false) => call.say_raw("(0-4)"),
        (Form::Read, _) => Err(NOT_SUPPORTED),
        (Form::Execute | Form::Set, _) => {
            call.modem.usable_store()?;
            list_from(call, 0, Ok(()))
        }
    }
}

/// Which messages are to be listed; `None`: all.
fn wanted(call: &mut Call<'_, '_>) -> Result<Option<MessageStatus>, Refused> {
    let is_text = in_text(call);
    match (call.form(), is_text) {
        (Form::Execute, _) => Ok(Some(MessageStatus::New)),
        (_, true) => {
            let name: Text<12> = call.plain(call.request::<wire::cmgl_text::Set<'_>>()?.stat)?;
            if name.eq_ignore_ascii_case("ALL") { Ok(None) } else { status_named(&name).map(Some) }
        }
        (_, false) => match call.request::<wire::cmgl::Set>()?.stat {
            4 => Ok(None),
            number => status_of(number).map(Some),
        },
    }
}

/// Lists on behind the message with this index.
fn list_from(call: &mut Call<'_, '_>, behind: u32, _: Result<(), Failure>) -> Outcome {
    let wanted = wanted(call)?;
    let [memory, ..] = call.settings().memories;
    let modem = &*call.modem;
    let meant = modem.messages().filter(|(index, message)| {
        u32::from(*index) > behind
            && is_in(modem, memory, *index)
            && wanted.is_none_or(|wanted| message.status == wanted)
            && pdu_of(&message.content).is_some()
    });
    let meant: Vec<u8, MESSAGES> = crate::device::collect(meant.map(|(index, _)| index));
    let mut told = behind;
    for index in meant.iter().copied() {
        if !call.core.has_room() {
            return call.when_room(told, list_from);
        }
        let found = call.modem.messages().find(|(other, _)| *other == index).map(|(_, message)| message.clone());
        if let Some(message) = found {
            show(call, index, &message, true)?;
        }
        call.modem.read_messages(call.now, Which::Index(index.into()))?;
        told = index.into();
    }
    Ok(Step::Done)
}

fn read(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    call.modem.usable_store()?;
    let index = call.request::<wire::cmgr::Set>()?.index;
    let capacity = call.modem.message_capacity();
    let index = u8::try_from(index).ok().filter(|index| (1..=capacity).contains(index)).ok_or(NO_INDEX)?;
    let [memory, ..] = call.settings().memories;
    let found = call.modem.messages().find(|(other, _)| *other == index && is_in(call.modem, memory, *other));
    // An empty place is no error.
    let Some(message) = found.map(|(_, message)| message.clone()) else { return Ok(Step::Done) };
    show(call, index, &message, false)?;
    call.modem.read_messages(call.now, Which::Index(index.into()))?;
    Ok(Step::Done)
}

fn delete(call: &mut Call<'_, '_>) -> Outcome {
    let capacity = call.modem.message_capacity();
    match call.form() {
        Form::Test => {
            let mut text: Text<24> = Text::new();
            let _ = core::fmt::write(&mut text, format_args!("(1-{capacity}),(0-4)"));
            call.say_raw(&text)
        }
        Form::Set => {
            call.modem.usable_store()?;
            let request = call.request::<wire::cmgd::Set>()?;
            let [memory, ..] = call.settings().memories;
            let flag = request.flag.unwrap_or(0);
            let modem = &*call.modem;
            let goes = |index: u8, status: MessageStatus| match flag {
                0 => u16::from(index) == request.index,
                1 => status == MessageStatus::Old,
                2 => matches!(status, MessageStatus::Old | MessageStatus::Sent),
                3 => status != MessageStatus::New,
                _ => true,
            };
            if flag > 4 {
                return Err(INVALID);
            }
            if flag == 0 && !(1..=u16::from(capacity)).contains(&request.index) {
                return Err(NO_INDEX);
            }
            let meant = modem
                .messages()
                .filter(|(index, message)| is_in(modem, memory, *index) && goes(*index, message.status));
            let meant: Vec<u8, MESSAGES> = crate::device::collect(meant.map(|(index, _)| index));
            for index in meant.iter().copied() {
                call.modem.delete_messages(call.now, call.origin(), Which::Index(index.into()))?;
            }
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

// What the host is told.

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::Messages(MessageEvent::Arrived { index, .. }) => stored(tell, *index),
        Change::Messages(MessageEvent::Flash(number) | MessageEvent::ToAcknowledge(number)) => {
            let Some(octets) = tell.modem.flash(*number).and_then(pdu_of) else { return };
            let octets: Octets = Vec::from_slice(octets).unwrap_or_default();
            handed_over(tell, &octets);
        }
        // Nobody is there to take messages: no more of them are handed over (27.005 §3.4.4).
        Change::Messages(MessageEvent::NotAcknowledged) if tell.core.kept.routes => {
            let settings = &mut tell.core.settings;
            if settings.message_service == 1 {
                (settings.values.cnmi_mt, settings.values.cnmi_ds) = (0, 0);
                route(settings, tell.modem);
            }
        }
        Change::Page(number) if tell.settings().values.cnmi_bm == 2 => {
            let Some(page) = tell.modem.page(*number) else { return };
            let bytes = page.bytes.clone();
            let text = tell.settings().values.cmgf == 1;
            match broadcast::Page::parse(&bytes).ok().filter(|_| text) {
                Some(page) => tell_page(tell, &page),
                None => {
                    let length = i64::try_from(bytes.len()).unwrap_or(0);
                    tell.urc_with("+CBM", &mut |line| line.integer(length), &mut |writer| {
                        hex::Hex(&bytes).write(writer)
                    });
                }
            }
        }
        _ => {}
    }
}

/// A page of cell broadcast in text mode (27.005 §3.4.1).
fn tell_page(tell: &mut Tell<'_, '_>, page: &broadcast::Page<'_>) {
    let charset = tell.settings().charset;
    let plain = page.coding.coding() == Coding::Gsm7 && !page.coding.has_header();
    let text = page.text().ok().filter(|_| plain);
    tell.urc_with(
        "+CBM",
        &mut |line| {
            line.integer(page.serial_number.0.into());
            line.integer(page.message_identifier.into());
            line.integer(page.coding.0.into());
            line.integer(page.page.into());
            line.integer(page.pages.into());
        },
        &mut |writer| match text {
            Some(text) => write_coded(charset, text, writer),
            None => hex::Hex(page.content).write(writer),
        },
    );
}

fn is_report(octets: &[u8]) -> bool {
    matches!(Pdu::parse(octets, Direction::ToMobile), Ok(Pdu { tpdu: Tpdu::StatusReport(_), .. }))
}

fn stored(tell: &mut Tell<'_, '_>, index: u8) {
    let values = tell.settings().values;
    let found = tell.modem.messages().find(|(other, _)| *other == index);
    let report = found.and_then(|(_, message)| pdu_of(&message.content)).is_some_and(is_report);
    let storage = storage_name(tell.modem.message_storage(index));
    let name = match report {
        true if values.cnmi_ds == 2 => "+CDSI",
        false if values.cnmi_mt > 0 => "+CMTI",
        _ => return,
    };
    tell.urc(name, &mut |line| {
        line.quoted(storage.as_bytes());
        line.integer(index.into());
    });
}

fn handed_over(tell: &mut Tell<'_, '_>, octets: &[u8]) {
    let settings = *tell.settings();
    let values = settings.values;
    let Ok(pdu) = Pdu::parse(octets, Direction::ToMobile) else { return };
    let length = i64::try_from(Pdu::tpdu_len(octets).unwrap_or(0)).unwrap_or(0);
    let text = values.cmgf == 1;
    match &pdu.tpdu {
        Tpdu::StatusReport(_) if values.cnmi_ds != 1 => {}
        Tpdu::StatusReport(_) if text => tell.urc("+CDS", &mut |line| {
            report(&pdu, first_octet(octets), settings.charset, line);
        }),
        Tpdu::StatusReport(_) => {
            tell.urc_with("+CDS", &mut |line| line.integer(length), &mut |writer| hex::Hex(octets).write(writer));
        }
        Tpdu::Deliver(message) if values.cnmi_mt >= 2 && text => {
            let more = values.csdh == 1;
            tell.urc_with(
                "+CMT",
                &mut |line| {
                    tell_address(&message.originating_address, settings.charset, line);
                    line.skip();
                    line.quoted(stamp(&message.service_centre_timestamp).as_bytes());
                    if more {
                        line.integer(message.originating_address.type_of_address().0.into());
                        line.integer(first_octet(octets).into());
                        line.integer(message.protocol_identifier.into());
                        line.integer(message.data_coding.0.into());
                        match &pdu.service_centre {
                            Some(centre) => {
                                tell_address(centre, settings.charset, line);
                                line.integer(centre.type_of_address().0.into());
                            }
                            None => (0..2).for_each(|_| line.skip()),
                        }
                        let length = message.user_data.length(message.data_coding).unwrap_or(0);
                        line.integer(length.into());
                    }
                },
                &mut |writer| write_data(octets, &message.user_data, message.data_coding, settings.charset, writer),
            );
        }
        Tpdu::Deliver(_) if values.cnmi_mt >= 2 => {
            tell.urc_with(
                "+CMT",
                &mut |line| {
                    line.skip();
                    line.integer(length);
                },
                &mut |writer| hex::Hex(octets).write(writer),
            );
        }
        _ => {}
    }
}
