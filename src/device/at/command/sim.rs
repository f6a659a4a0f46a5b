//! The card: APDUs, files, logical channels, its number (3GPP TS 27.007 §8.17, §8.18, §8.43 to §8.46).

use at_wire::command::sim as wire;
use at_wire::parameter::{Octets, Str};
use at_wire::policy::Form;
use heapless::Vec;

use super::super::call::{Call, Outcome, Step};
use super::super::failure::{INVALID, NOT_SUPPORTED, Refused};
use super::{Maker, Served};
use crate::device::modem::card::{Answer, COMMAND, CURRENT_APPLICATION, Layout, MF, Sw};
use crate::device::modem::card::{ChannelFailure, FileAction, FileInfo, FileStep};
use crate::device::modem::sim::ReadyState;
use crate::device::modem::{Reason, Text};

pub(super) static SERVED: &[Served] = &[
    Served::new("+CSIM", "", generic),
    Served::new("+CRSM", "", restricted),
    Served::new("+CCHO", "", open),
    Served::new("+CCHC", "", close),
    Served::new("+CGLA", "", on_channel),
    Served::new("+CUAD", "", applications),
    Served::whole("+CSUS", slot),
    Served::new("+CCID", "", number),
    Served::new("+ICCID", "", number),
    Served::whole("^ICCID", number).of(Maker::Huawei),
    Served::whole("+QCCID", number).of(Maker::Quectel),
];

/// Fails unless the subscriber's data can be read.
pub(super) fn usable(call: &Call<'_, '_>) -> Result<(), Refused> {
    match call.modem.ready_state() {
        ReadyState::Initialized | ReadyState::NotActivated => Ok(()),
        ReadyState::Absent => Err(Reason::SimAbsent.into()),
        ReadyState::Locked => Err(Reason::CodeRequired.into()),
        ReadyState::NotInitialized => Err(Reason::NotReady.into()),
        _ => Err(Reason::SimBad.into()),
    }
}

type Bytes = Vec<u8, COMMAND>;

fn octets(octets: Octets<'_>) -> Result<Bytes, Refused> {
    let mut buf = [0; COMMAND * 2];
    let bytes = octets.octets(&mut buf)?;
    Vec::from_slice(bytes).map_err(|_| INVALID)
}

/// An APDU; `length` counts its digits.
fn command(length: u16, digits: Octets<'_>) -> Result<Bytes, Refused> {
    let bytes = octets(digits)?;
    if usize::from(length) != bytes.len().saturating_mul(2) { Err(INVALID) } else { Ok(bytes) }
}

/// An answer with its status words, in digits.
fn tell(call: &mut Call<'_, '_>, answer: &Answer) -> Outcome {
    let mut bytes: Vec<u8, 260> = Vec::new();
    let _ = bytes.extend_from_slice(answer.data());
    let _ = bytes.extend_from_slice(&answer.sw.0.to_be_bytes());
    let length = u16::try_from(bytes.len().saturating_mul(2)).unwrap_or(u16::MAX);
    call.answer(&wire::csim::SetAnswer { length, response: Octets::Raw(&bytes) })
}

fn generic(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<wire::csim::Set<'_>>()?;
    let command = command(request.length, request.command)?;
    let answer = call.modem.apdu(call.now, call.origin(), &command)?;
    tell(call, &answer)
}

fn on_channel(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<wire::cgla::Set<'_>>()?;
    let mut command = command(request.length, request.command)?;
    if !call.modem.has_channel(call.origin(), request.sessionid) {
        return Err(Reason::InvalidIndex.into());
    }
    // The channel stands in the class.
    if let Some(class) = command.first_mut() {
        *class = *class & 0xfc | request.sessionid & 0x03;
    }
    let answer = call.modem.apdu(call.now, call.origin(), &command)?;
    tell(call, &answer)
}

fn channel_failure(failure: ChannelFailure) -> Refused {
    match failure {
        ChannelFailure::Card(failure) => failure.into(),
        ChannelFailure::NoneLeft(_) => Reason::Full.into(),
        ChannelFailure::Select(_) => Refused::Cme(22),
        ChannelFailure::NotOpened => Reason::InvalidIndex.into(),
    }
}

fn open(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let name = octets(call.request::<wire::ccho::Set<'_>>()?.dfname)?;
    let opened = call.modem.open_channel(call.now, call.origin(), &name, 0, 0);
    let (channel, _) = opened.map_err(channel_failure)?;
    call.answer(&wire::ccho::SetAnswer { sessionid: channel })
}

fn close(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let channel = call.request::<wire::cchc::Set>()?.sessionid;
    call.modem.close_channel(call.now, call.origin(), channel).map_err(channel_failure)?;
    Ok(Step::Done)
}

/// Where a file is if no path is given: those of the root by their first byte, the others in the application.
fn path_of(file: u16, given: Option<Str<'_>>, call: &Call<'_, '_>) -> Result<Vec<u8, 16>, Refused> {
    let mut path = Vec::new();
    let [high, _] = file.to_be_bytes();
    match given {
        Some(digits) => {
            let text: Text<32> = call.plain(digits)?;
            let mut buf = [0; 16];
            let bytes = at_wire::text::hex::decode(text.as_bytes(), &mut buf).map_err(|_| INVALID)?;
            if !bytes.starts_with(&MF.to_be_bytes()) && !bytes.starts_with(&CURRENT_APPLICATION.to_be_bytes()) {
                let _ = path.extend_from_slice(&MF.to_be_bytes());
            }
            path.extend_from_slice(bytes).map_err(|_| INVALID)?;
        }
        None if matches!(high, 0x2f | 0x3f | 0x7f) => {
            let _ = path.extend_from_slice(&MF.to_be_bytes());
        }
        None => {
            let _ = path.extend_from_slice(&CURRENT_APPLICATION.to_be_bytes());
        }
    }
    if file != MF {
        path.extend_from_slice(&file.to_be_bytes()).map_err(|_| INVALID)?;
    }
    Ok(path)
}

/// READ BINARY and the like (27.007 §8.18).
mod ins {
    pub(super) const READ_BINARY: u8 = 176;
    pub(super) const READ_RECORD: u8 = 178;
    pub(super) const GET_RESPONSE: u8 = 192;
    pub(super) const UPDATE_BINARY: u8 = 214;
    pub(super) const UPDATE_RECORD: u8 = 220;
    pub(super) const STATUS: u8 = 242;
}

fn restricted(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<wire::crsm::Set<'_>>()?;
    let (p1, p2, p3) = (request.p1.unwrap_or(0), request.p2.unwrap_or(0), request.p3.unwrap_or(0));
    if request.command == ins::STATUS {
        return status(call, Sw::OK, &[]);
    }
    let file = request.fileid.ok_or(INVALID)?;
    let path = path_of(file, request.pathid, call)?;
    let data = request.data.map_or_else(|| Ok(Bytes::new()), octets)?;
    let offset = u32::from(u16::from_be_bytes([p1, p2]));
    let action = match request.command {
        ins::READ_BINARY => FileAction::ReadBytes { offset, count: p3.into() },
        ins::READ_RECORD => FileAction::ReadRecord(p1.into()),
        ins::GET_RESPONSE => FileAction::Look,
        ins::UPDATE_BINARY => FileAction::WriteBytes { offset, data: &data },
        ins::UPDATE_RECORD => FileAction::WriteRecord(p1.into(), &data),
        _ => return Err(NOT_SUPPORTED),
    };
    if matches!(request.command, ins::UPDATE_BINARY | ins::UPDATE_RECORD) && usize::from(p3) != data.len() {
        return Err(INVALID);
    }
    let application = call.modem.applications(call.now)?.first().map_or(&[][..], |first| first.id);
    let outcome = call.modem.file(call.now, call.origin(), application, &path, "", action)?;
    match (outcome.step, request.command) {
        // The fifteen octets of the older cards, or as many as the card has to say (FCP, ETSI TS 102 221 §11.1.1.3).
        (FileStep::Acted, ins::GET_RESPONSE)
            if outcome.answer.sw == Sw::OK && matches!(request.p3, None | Some(15)) =>
        {
            let described = outcome.info.map(|info| described(file, info));
            status(call, Sw::OK, described.as_ref().map_or(&[], |bytes| bytes.as_slice()))
        }
        _ => status(call, outcome.answer.sw, outcome.answer.data()),
    }
}

/// What a file is like, as cards of the second generation say it (3GPP TS 51.011 §9.2.1): hosts read it so.
fn described(file: u16, info: FileInfo) -> Vec<u8, 15> {
    let (size, structure, record) = match info.layout {
        Layout::Bytes(size) => (u16::from(size), 0, 0),
        Layout::Records { len, count, .. } => (u16::from(len).saturating_mul(count.into()), 1, len),
        Layout::Directory => (0, 0, 0),
    };
    let kind = if info.layout == Layout::Directory { 2 } else { 4 };
    let ([size_high, size_low], [high, low]) = (size.to_be_bytes(), file.to_be_bytes());
    let octets = [0, 0, size_high, size_low, high, low, kind, 0, 0, 0, 0, 1, 2, structure, record];
    Vec::from_slice(&octets).unwrap_or_default()
}

fn status(call: &mut Call<'_, '_>, sw: Sw, data: &[u8]) -> Outcome {
    call.answer(&wire::crsm::SetAnswer {
        sw1: sw.first(),
        sw2: sw.second(),
        response: (!data.is_empty()).then_some(Octets::Raw(data)),
    })
}

/// The application directory as its records hold it (ETSI TS 102 221 §13.1).
fn applications(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    let list = call.modem.applications(call.now)?;
    let mut records: Vec<u8, 128> = Vec::new();
    for application in list {
        let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap_or(0);
        let (id, name) = (application.id, application.name.as_bytes());
        let inner = length(id).saturating_add(length(name)).saturating_add(4);
        for part in [&[0x61, inner, 0x4f, length(id)][..], id, &[0x50, length(name)], name] {
            let _ = records.extend_from_slice(part);
        }
    }
    call.answer(&wire::cuad::ExecuteAnswer { response: Octets::Raw(&records) })
}

fn slot(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let slot = call.modem.active_slot().slot;
            call.say_number(slot)
        }
        Form::Set => {
            let slot = call.request::<wire::csus::Set>()?.slot;
            let ticket = call.modem.request_slot(call.now, call.origin(), slot.into())?;
            call.wait(ticket, 0, super::control::done)
        }
        Form::Test => {
            let highest = call.modem.slots().saturating_sub(1);
            let mut list: Text<8> = Text::new();
            let _ = list.push_str("(0-");
            let _ = list.push(char::from(b'0'.saturating_add(highest)));
            let _ = list.push(')');
            call.say_raw(&list)
        }
        Form::Execute => Err(NOT_SUPPORTED),
    }
}

fn number(call: &mut Call<'_, '_>) -> Outcome {
    if !matches!(call.form(), Form::Execute | Form::Read) {
        return Err(NOT_SUPPORTED);
    }
    let Some(iccid) = call.modem.sim().map(|sim| sim.iccid.clone()) else { return Err(Reason::SimAbsent.into()) };
    call.say(&mut |line| line.word(iccid.as_bytes()))?;
    Ok(Step::Done)
}
