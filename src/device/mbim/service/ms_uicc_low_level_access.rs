//! MS UICC Low Level Access (Microsoft): the host speaks with the card, on logical channels of its own, and reads and
//! writes files by name.
//!
//! The channels that a host opens are its own: others cannot use them, and they are closed when it closes the function.

use heapless::Vec;
use mbim_wire::bytes::{Bytes, BytesLengthFirst, RestUnpadded};
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect::PinType;
use mbim_wire::service::ms_uicc_low_level_access as wire;
use mbim_wire::text::Utf8;
use mbim_wire::{Status, View, Writer};

use super::super::super::collect;
use super::super::super::modem::card::{
    ATR, Access, Answer, Application, CAPABILITIES, COMMAND, CURRENT_APPLICATION, Capabilities, ChannelFailure,
    FileAction, FileInfo, FileStep, Layout, MF, Sw, USIM,
};
use super::super::super::modem::{Modem, Text};
use super::super::Core;
use super::super::answers::{Sink, Source, Subject as AnySubject, status};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Outcome, Refused, Step, done, stored};
use crate::time::Instant;

/// Version of the structures about applications and files.
const VERSION: u32 = 1;
/// Bytes of an application identifier that are taken.
const APPLICATION_ID: usize = 32;
/// File identifiers in a path.
const PATH: usize = 8;
/// No application is active.
const NO_APPLICATION: u32 = u32::MAX;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::MS_UICC_LOW_LEVEL_ACCESS,
    commands: COMMANDS,
    subscribed: false,
    offered: |_, _| true,
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => query(core, now, modem, id, request.body),
        (Some(id), _) => set(core, now, modem, id, request.body),
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Atr = wire::Atr: query;
    OpenChannel = wire::OpenChannel: set;
    CloseChannel = wire::CloseChannel: set;
    Apdu = wire::Apdu: set;
    TerminalCapability = wire::TerminalCapability: query set;
    Reset = wire::Reset: query set;
    ApplicationList = wire::ApplicationList: query;
    FileStatus = wire::FileStatus: query;
    ReadBinary = wire::ReadBinary: query set;
    ReadRecord = wire::ReadRecord: query set;
}

/// What an answer is about. What the card has said is kept, because it says it only once.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    Atr,
    /// The channel, 0 if none was opened.
    Opened(u8, Answer),
    Closed(Sw),
    Exchanged(Answer),
    TerminalCapability,
    PassThrough,
    Applications(&'static [Application]),
    Status(Sw, Option<FileInfo>),
    Binary(Answer),
    Record(Answer),
}

fn query(core: &Core<'_>, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    match id {
        Id::Atr => {
            modem.atr(now)?;
            done(Subject::Atr)
        }
        Id::TerminalCapability => done(Subject::TerminalCapability),
        Id::Reset => done(Subject::PassThrough),
        Id::ApplicationList => done(Subject::Applications(modem.applications(now)?)),
        Id::FileStatus => {
            let query = wire::FileStatusQueryView::new(body).read()?;
            let file = Named::read(query.version, query.application_id, query.file_path)?;
            let outcome = modem.file(now, by, file.application, &file.path, "", FileAction::Look)?;
            let subject = Subject::Status(outcome.answer.sw, outcome.info);
            Ok(Step::Done(file_status(outcome.step, outcome.answer.sw, Status::READ_FAILURE), subject.into()))
        }
        Id::ReadBinary => access_binary(core, now, modem, body, false),
        Id::ReadRecord => access_record(core, now, modem, body, false),
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
}

fn set(core: &Core<'_>, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    match id {
        Id::OpenChannel => {
            let set = wire::OpenChannelSetView::new(body).read()?;
            let p2 = u8::try_from(set.select_p2_arg).map_err(|_| INVALID)?;
            if set.app_id.0.len() > APPLICATION_ID {
                return Err(INVALID);
            }
            let opened = modem.open_channel(now, by, set.app_id.0, p2, set.channel_group);
            let failed = |status, sw| Ok(Step::Done(status, Subject::Opened(0, Answer::status(sw)).into()));
            match opened {
                Ok((channel, answer)) => done(Subject::Opened(channel, answer)),
                Err(ChannelFailure::Card(failure)) => Err(Refused(status(failure))),
                Err(ChannelFailure::NoneLeft(sw)) => failed(Status::MS_NO_LOGICAL_CHANNELS, sw),
                Err(ChannelFailure::Select(sw)) => failed(Status::MS_SELECT_FAILED, sw),
                Err(ChannelFailure::NotOpened) => failed(Status::MS_INVALID_LOGICAL_CHANNEL, Sw::NO_CHANNEL),
            }
        }
        Id::CloseChannel => {
            let set = wire::CloseChannelSetView::new(body).read()?;
            let closed = match u8::try_from(set.channel) {
                Ok(0) => modem.close_channels(now, by, set.channel_group).map_err(ChannelFailure::Card),
                Ok(channel) => modem.close_channel(now, by, channel),
                Err(_) => Err(ChannelFailure::NotOpened),
            };
            match closed {
                Ok(()) => done(Subject::Closed(Sw::OK)),
                Err(ChannelFailure::Card(failure)) => Err(Refused(status(failure))),
                Err(_) => Ok(Step::Done(Status::MS_INVALID_LOGICAL_CHANNEL, Subject::Closed(Sw::NO_CHANNEL).into())),
            }
        }
        Id::Apdu => {
            let set = wire::ApduSetView::new(body).read()?;
            let (_, rest) = set.command.0.split_first().ok_or(INVALID)?;
            let channel = u8::try_from(set.channel).unwrap_or(u8::MAX);
            let class = class_byte(channel, set.secure_messaging, set.class_byte_type)?;
            let mut command = Vec::<u8, COMMAND>::new();
            command.push(class).map_err(|_| INVALID)?;
            command.extend_from_slice(rest).map_err(|_| INVALID)?;
            modem.atr(now)?;
            if !modem.has_channel(by, channel) {
                return Err(Refused(Status::MS_INVALID_LOGICAL_CHANNEL));
            }
            done(Subject::Exchanged(modem.exchange(now, by, &command)?))
        }
        Id::TerminalCapability => {
            let mut capabilities = Capabilities::new();
            for object in wire::TerminalCapabilityListView::new(body).terminal_capability()?.iter() {
                let object = without_padding(object?.terminal_capability_data.0);
                if object.is_empty() {
                    return Err(INVALID);
                }
                let object = Vec::from_slice(object).map_err(|_| Refused(Status::PARAMETER_TOO_LONG))?;
                capabilities.push(object).map_err(|_| Refused(Status::MEMORY_FULL))?;
            }
            modem.set_terminal_capabilities(capabilities);
            done(Subject::TerminalCapability)
        }
        Id::Reset => {
            let pass_through = match wire::ResetSetView::new(body).pass_through_action()? {
                wire::UiccPassThroughAction::DISABLE => false,
                wire::UiccPassThroughAction::ENABLE => true,
                _ => return Err(INVALID),
            };
            modem.reset_card(now, pass_through)?;
            done(Subject::PassThrough)
        }
        Id::ReadBinary => access_binary(core, now, modem, body, true),
        Id::ReadRecord => access_record(core, now, modem, body, true),
        Id::Atr | Id::ApplicationList | Id::FileStatus => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
}

/// Some hosts pad an object to four bytes, and count that in its size; its own length says better where it ends.
fn without_padding(object: &[u8]) -> &[u8] {
    let len = object.get(1).map_or(0, |len| usize::from(*len).saturating_add(2));
    match object.split_at_checked(len) {
        Some((object @ [_, ..], [0] | [0, 0] | [0, 0, 0])) => object,
        _ => object,
    }
}

/// The class byte: the channel and the protection in the way of ISO 7816-4 (0X, 4X), or in that of ETSI TS 102 221 for
/// its own commands (8X, CX).
fn class_byte(channel: u8, messaging: wire::UiccSecureMessaging, kind: wire::UiccClassByteType) -> Result<u8, Refused> {
    let protected = match messaging {
        wire::UiccSecureMessaging::NONE => false,
        wire::UiccSecureMessaging::NO_HDR_AUTH => true,
        _ => return Err(INVALID),
    };
    let kind = match kind {
        wire::UiccClassByteType::INTER_INDUSTRY => 0x00,
        wire::UiccClassByteType::EXTENDED => 0x80,
        _ => return Err(INVALID),
    };
    Ok(match channel.checked_sub(4) {
        None => kind | channel | if protected { 0x08 } else { 0 },
        Some(further @ 0..=15) => kind | 0x40 | further | if protected { 0x20 } else { 0 },
        Some(_) => return Err(Refused(Status::MS_INVALID_LOGICAL_CHANNEL)),
    })
}

/// A file as a host names it.
struct Named<'a> {
    application: &'a [u8],
    path: Vec<u8, { 2 * PATH }>,
}

impl<'a> Named<'a> {
    /// A path begins with 3F00 or 7FFF. The specification says that it consists of numbers of 16 bits, but not in which
    /// order their bytes stand, so the beginning decides.
    fn read(version: u32, application: Bytes<'a>, path: Bytes<'a>) -> Result<Self, Refused> {
        if version != VERSION || application.0.len() > APPLICATION_ID || !path.0.len().is_multiple_of(2) {
            return Err(INVALID);
        }
        let mut path = Vec::from_slice(path.0).map_err(|_| INVALID)?;
        let starts = |with: [u8; 2]| path.starts_with(&with);
        let (root, application_root) = (MF.to_be_bytes(), CURRENT_APPLICATION.to_be_bytes());
        if starts(MF.to_le_bytes()) || starts(CURRENT_APPLICATION.to_le_bytes()) {
            for id in path.chunks_exact_mut(2) {
                id.reverse();
            }
        } else if !starts(root) && !starts(application_root) {
            return Err(INVALID);
        }
        Ok(Self { application: application.0, path })
    }
}

/// The status for what became of a file. What the card said is told in any case.
fn file_status(step: FileStep, sw: Sw, failure: Status) -> Status {
    match step {
        FileStep::Selected => Status::MS_SELECT_FAILED,
        FileStep::Code => Status::PIN_FAILURE,
        _ if sw == Sw::OK => Status::SUCCESS,
        _ => failure,
    }
}

fn failure(write: bool) -> Status {
    if write { Status::WRITE_FAILURE } else { Status::READ_FAILURE }
}

fn access_binary(core: &Core<'_>, now: Instant, modem: &mut Modem, body: &[u8], write: bool) -> Outcome {
    let query = wire::ReadBinaryQueryView::new(body).read()?;
    let file = Named::read(query.version, query.application_id, query.file_path)?;
    let code: Text<16> = stored(*query.local_pin)?;
    let action = match (write, query.data.0) {
        (false, _) => FileAction::ReadBytes { offset: query.read_offset, count: query.read_size },
        (true, []) => return Err(INVALID),
        (true, data) => FileAction::WriteBytes { offset: query.read_offset, data },
    };
    let outcome = modem.file(now, core.config.origin, file.application, &file.path, &code, action)?;
    let status = file_status(outcome.step, outcome.answer.sw, failure(write));
    Ok(Step::Done(status, Subject::Binary(outcome.answer).into()))
}

fn access_record(core: &Core<'_>, now: Instant, modem: &mut Modem, body: &[u8], write: bool) -> Outcome {
    let query = wire::ReadRecordQueryView::new(body).read()?;
    let file = Named::read(query.version, query.application_id, query.file_path)?;
    let code: Text<16> = stored(*query.local_pin)?;
    let action = match (write, query.data.0) {
        (false, _) => FileAction::ReadRecord(query.record_number),
        (true, []) => return Err(INVALID),
        (true, data) => FileAction::WriteRecord(query.record_number, data),
    };
    let outcome = modem.file(now, core.config.origin, file.application, &file.path, &code, action)?;
    let status = file_status(outcome.step, outcome.answer.sw, failure(write));
    Ok(Step::Done(status, Subject::Record(outcome.answer).into()))
}

impl From<Subject> for AnySubject {
    fn from(subject: Subject) -> Self {
        Self::Uicc(subject)
    }
}

/// Status words as one number: the first one in the low byte.
fn number(sw: Sw) -> u32 {
    u32::from(sw.0.swap_bytes())
}

fn condition(access: Access) -> PinType {
    match access {
        Access::Always => PinType::UNKNOWN,
        Access::Pin1 => PinType::PIN1,
        Access::Pin2 => PinType::PIN2,
        Access::Maker => PinType::ADM,
    }
}

fn status_info(sw: Sw, info: Option<FileInfo>) -> wire::FileStatusInfo {
    let mut told = wire::FileStatusInfo {
        version: VERSION,
        status_word1: u32::from(sw.first()),
        status_word2: u32::from(sw.second()),
        ..Default::default()
    };
    let Some(info) = info else { return told };
    told.file_accessibility = wire::UiccFileAccessibility::SHAREABLE;
    told.access_condition_read = condition(info.read);
    told.access_condition_update = condition(info.update);
    told.access_condition_activate = PinType::ADM;
    told.access_condition_deactivate = PinType::ADM;
    told.file_type = wire::UiccFileType::WORKING_EF;
    match info.layout {
        Layout::Directory => told.file_type = wire::UiccFileType::DF_OR_ADF,
        Layout::Bytes(len) => {
            told.file_structure = wire::UiccFileStructure::TRANSPARENT;
            (told.file_item_count, told.file_item_size) = (1, u32::from(len));
        }
        Layout::Records { len, count } => {
            told.file_structure = wire::UiccFileStructure::LINEAR;
            (told.file_item_count, told.file_item_size) = (u32::from(count), u32::from(len));
        }
    }
    told
}

/// Bytes of a structure with its data.
fn length(of: &wire::UiccApplication<'_>) -> usize {
    let mut writer = Writer::new(&mut []);
    writer.structure(of);
    writer.len()
}

impl Source<'_> {
    pub(in super::super) fn tell_uicc(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Atr => sink(&wire::AtrInfo { atr: ATR.into() }),
            Subject::Opened(channel, answer) => sink(&wire::OpenChannelInfo {
                status: number(answer.sw),
                channel: u32::from(channel),
                response: answer.data().into(),
            }),
            Subject::Closed(sw) => sink(&wire::CloseChannelInfo { status: number(sw) }),
            Subject::Exchanged(answer) => {
                sink(&wire::ApduInfo { status: number(answer.sw), response: BytesLengthFirst(answer.data()) });
            }
            Subject::TerminalCapability => {
                let objects = self.modem.terminal_capabilities().iter();
                let objects = objects
                    .map(|object| wire::TerminalCapabilityInfo { terminal_capability_data: RestUnpadded(object) });
                sink(&wire::TerminalCapabilityList {
                    terminal_capability: (&*collect::<_, CAPABILITIES>(objects)).into(),
                    ..Default::default()
                });
            }
            Subject::PassThrough => {
                let status = if self.modem.pass_through() {
                    wire::UiccPassThroughStatus::ENABLED
                } else {
                    wire::UiccPassThroughStatus::DISABLED
                };
                sink(&wire::ResetInfo { pass_through_status: status });
            }
            Subject::Applications(applications) => self.applications(applications, sink),
            Subject::Status(sw, info) => sink(&status_info(sw, info)),
            Subject::Binary(answer) => sink(&wire::ReadBinaryInfo {
                version: VERSION,
                status_word1: u32::from(answer.sw.first()),
                status_word2: u32::from(answer.sw.second()),
                data: Bytes(answer.data()),
            }),
            Subject::Record(answer) => sink(&wire::ReadRecordInfo {
                version: VERSION,
                status_word1: u32::from(answer.sw.first()),
                status_word2: u32::from(answer.sw.second()),
                data: Bytes(answer.data()),
            }),
        }
    }

    fn applications(&self, applications: &[Application], sink: Sink<'_>) {
        let told = applications.iter().map(|application| wire::UiccApplication {
            application_type: if application.id == USIM {
                wire::UiccApplicationType::USIM
            } else {
                wire::UiccApplicationType::ISIM
            },
            application_id: Bytes(application.id),
            application_name: Utf8(application.name),
            pin_key_reference_count: u32::try_from(application.pins.len()).unwrap_or(0),
            pin_key_references: Bytes(application.pins),
        });
        let told: Vec<_, 4> = collect(told);
        let bytes = told.iter().map(length).fold(0, usize::saturating_add);
        sink(&wire::ApplicationListInfo {
            version: VERSION,
            active_application_index: if told.is_empty() { NO_APPLICATION } else { 0 },
            application_list_size_bytes: u32::try_from(bytes).unwrap_or(0),
            applications: (&*told).into(),
            ..Default::default()
        });
    }
}
