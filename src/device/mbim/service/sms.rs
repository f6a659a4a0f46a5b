//! SMS: short messages, stored, read, sent and deleted (MBIM 1.0 §10.5).

use heapless::Vec;
use mbim_wire::bytes::Bytes;
use mbim_wire::field::When;
use mbim_wire::list::RefList;
use mbim_wire::message::CommandType;
use mbim_wire::service::sms as wire;
use mbim_wire::{Count, Status, View};

use super::super::super::modem::event::Change;
use super::super::super::modem::sms::{
    CDMA_LEN, CdmaMessage, Content, Format, Listing, MESSAGES, MessageEvent, MessageStatus, Number, Which,
};
use super::super::super::modem::{Modem, Text};
use super::super::Core;
use super::super::answers::{Sink, Source, Subject as AnySubject};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Later, Outcome, Refused, Step, done, stored};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::SMS,
    commands: COMMANDS,
    subscribed: true,
    offered: |offer, _| offer.modem.has_messages(),
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => query(now, modem, id, request.body),
        (Some(id), _) => set(core, now, modem, id, request.body),
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication,
    state,
};

served! {
    Configuration = wire::Configuration: query set indicated;
    Read = wire::Read: query indicated;
    Send = wire::Send: set;
    Delete = wire::Delete: set;
    StoreStatus = wire::MessageStoreStatus: query indicated;
}

/// What an answer or indication of the service is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    /// Whether the store can be used.
    Configuration(bool),
    Read(Listing),
    /// A message that goes to the screen.
    Flash(u32),
    Reference(u8),
    /// The index of a new message, and whether the store is full.
    StoreStatus(Option<u8>, bool),
}

fn indication(own: bool, change: Change) -> Option<(u32, AnySubject)> {
    let Change::Messages(event) = change else { return None };
    let (id, subject) = match event {
        MessageEvent::ServiceCentre if own => return None,
        MessageEvent::ServiceCentre => (Id::Configuration, Subject::Configuration(true)),
        MessageEvent::Ready(ready) => (Id::Configuration, Subject::Configuration(ready)),
        MessageEvent::Arrived { index, full } => (Id::StoreStatus, Subject::StoreStatus(Some(index), full)),
        MessageEvent::Full => (Id::StoreStatus, Subject::StoreStatus(None, true)),
        MessageEvent::Flash(number) | MessageEvent::ToAcknowledge(number) => (Id::Read, Subject::Flash(number)),
        MessageEvent::NotAcknowledged | MessageEvent::Changed => return None,
    };
    Some((id.cid(), subject.into()))
}

fn state(modem: &Modem, cid: u32, _: u32) -> Option<AnySubject> {
    let subject = match Id::of(cid)? {
        Id::Configuration => Subject::Configuration(modem.messages_ready()),
        Id::StoreStatus if modem.messages_ready() => store_status(modem),
        _ => return None,
    };
    Some(subject.into())
}

/// The first message that nobody has read.
fn store_status(modem: &Modem) -> Subject {
    let mut new = modem.messages().filter(|(_, message)| message.status == MessageStatus::New);
    Subject::StoreStatus(new.next().map(|(index, _)| index), modem.messages_full())
}

fn query(now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    done(match id {
        Id::Configuration => Subject::Configuration(modem.messages_ready()),
        Id::Read => {
            let query = wire::ReadQueryView::new(body).read()?;
            let which = which(query.flag, query.message_index)?;
            format(modem, query.format)?;
            Subject::Read(modem.read_messages(now, which)?)
        }
        Id::StoreStatus => {
            modem.usable_store()?;
            store_status(modem)
        }
        Id::Send | Id::Delete => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
    })
}

fn set(core: &Core<'_>, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    match id {
        Id::Configuration => {
            let set = wire::ConfigurationSetView::new(body).read()?;
            let number: Number = stored(*set.sc_address)?;
            format(modem, set.format)?;
            modem.usable_store()?;
            if !number.is_empty() {
                modem.set_service_centre(now, by, &number)?;
            }
            done(Subject::Configuration(true))
        }
        Id::Send => {
            let content = sent(modem, body)?;
            let (ticket, reference) = modem.request_send(now, by, &content)?;
            Ok(Step::Wait(ticket, Later::MessageSent(reference)))
        }
        Id::Delete => {
            let set = wire::DeleteSetView::new(body).read()?;
            modem.delete_messages(now, by, which(set.flag, set.message_index)?)?;
            Ok(Step::Done(Status::SUCCESS, AnySubject::Empty))
        }
        Id::Read | Id::StoreStatus => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
}

/// A message in another format than the network's cannot be carried.
fn format(modem: &Modem, wanted: wire::SmsFormat) -> Result<(), Refused> {
    if wanted.name().is_none() {
        return Err(INVALID);
    }
    if wanted == wire_format(modem.message_format()) { Ok(()) } else { Err(Refused(Status::SMS_FORMAT_NOT_SUPPORTED)) }
}

fn wire_format(format: Format) -> wire::SmsFormat {
    match format {
        Format::Pdu => wire::SmsFormat::PDU,
        Format::Cdma => wire::SmsFormat::CDMA,
    }
}

fn which(flag: wire::SmsFlag, index: u32) -> Result<Which, Refused> {
    Ok(match flag {
        wire::SmsFlag::ALL => Which::All,
        wire::SmsFlag::INDEX => Which::Index(index),
        wire::SmsFlag::NEW => Which::Status(MessageStatus::New),
        wire::SmsFlag::OLD => Which::Status(MessageStatus::Old),
        wire::SmsFlag::SENT => Which::Status(MessageStatus::Sent),
        wire::SmsFlag::DRAFT => Which::Status(MessageStatus::Draft),
        _ => return Err(INVALID),
    })
}

/// The message that the host wants to send.
fn sent(modem: &Modem, body: &[u8]) -> Result<Content, Refused> {
    let set = wire::SendSetView::new(body).read()?;
    format(modem, set.format)?;
    if let Some(record) = set.pdu_message.0 {
        return Ok(Content::pdu(record.read()?.pdu_data.0)?);
    }
    let record = set.cdma_message.0.ok_or(INVALID)?.read()?;
    if record.encoding.name().is_none() {
        return Err(Refused(Status::SMS_ENCODING_NOT_SUPPORTED));
    }
    if record.language.name().is_none() {
        return Err(Refused(Status::SMS_LANG_NOT_SUPPORTED));
    }
    let text = record.encoded_message.0;
    Ok(Content::Cdma(CdmaMessage {
        number: stored(*record.address)?,
        date: Text::new(),
        // Their names are known, so they are small.
        encoding: u8::try_from(record.encoding.0).unwrap_or(0),
        language: u8::try_from(record.language.0).unwrap_or(0),
        text: Vec::from_slice(text).map_err(|_| Refused(Status::PARAMETER_TOO_LONG))?,
        characters: record.encoded_message_size_in_characters,
    }))
}

impl Subject {
    /// Makes the information buffer and lends it to `sink`.
    pub(in super::super) fn tell(self, source: &Source<'_>, sink: Sink<'_>) {
        let modem = source.modem;
        match self {
            Self::Configuration(ready) => sink(&wire::ConfigurationInfo {
                sms_storage_state: if ready {
                    wire::SmsStorageState::INITIALIZED
                } else {
                    wire::SmsStorageState::NOT_INITIALIZED
                },
                format: wire_format(modem.message_format()),
                max_messages: u32::from(modem.message_capacity()),
                cdma_short_message_size: match modem.message_format() {
                    Format::Pdu => 0,
                    Format::Cdma => u32::try_from(CDMA_LEN).unwrap_or(0),
                },
                sc_address: modem.service_centre().into(),
            }),
            Self::Read(listing) => {
                let messages = modem.messages().filter(|(index, _)| listing.contains(*index));
                tell_messages(
                    modem.message_format(),
                    sink,
                    messages.map(|(index, message)| {
                        let status = if listing.was_unread(index) { MessageStatus::New } else { message.status };
                        (index, status, &message.content)
                    }),
                );
            }
            Self::Flash(number) => {
                // One that is gone leaves an empty list.
                let message = modem.flash(number).map(|content| (0, MessageStatus::New, content));
                tell_messages(modem.message_format(), sink, message.into_iter());
            }
            Self::Reference(reference) => sink(&wire::SendInfo { message_reference: u32::from(reference) }),
            Self::StoreStatus(new, full) => {
                let mut flag = wire::SmsStatusFlag::empty();
                flag.set(wire::SmsStatusFlag::MESSAGE_STORE_FULL, full);
                flag.set(wire::SmsStatusFlag::NEW_MESSAGE, new.is_some());
                sink(&wire::MessageStoreStatusInfo { flag, message_index: u32::from(new.unwrap_or(0)) });
            }
        }
    }
}

fn message_status(status: MessageStatus) -> wire::SmsStatus {
    match status {
        MessageStatus::New => wire::SmsStatus::NEW,
        MessageStatus::Old => wire::SmsStatus::OLD,
        MessageStatus::Draft => wire::SmsStatus::DRAFT,
        MessageStatus::Sent => wire::SmsStatus::SENT,
    }
}

fn tell_messages<'a>(format: Format, sink: Sink<'_>, messages: impl Iterator<Item = (u8, MessageStatus, &'a Content)>) {
    let (mut pdus, mut fields) = (Vec::<_, MESSAGES>::new(), Vec::<_, MESSAGES>::new());
    for (index, status, content) in messages {
        let (message_index, message_status) = (u32::from(index), message_status(status));
        // Each list has room for the whole store.
        match content {
            Content::Pdu(pdu) => {
                let _ = pdus.push(wire::SmsPduReadRecord { message_index, message_status, pdu_data: Bytes(pdu) });
            }
            Content::Cdma(message) => {
                let _ = fields.push(wire::SmsCdmaReadRecord {
                    message_index,
                    message_status,
                    address: message.number.as_str().into(),
                    timestamp: message.date.as_str().into(),
                    encoding: wire::SmsCdmaEncoding(u32::from(message.encoding)),
                    language: wire::SmsCdmaLang(u32::from(message.language)),
                    encoded_message: Bytes(&message.text),
                    encoded_message_size_in_characters: message.characters,
                });
            }
        }
    }
    sink(&wire::ReadInfo {
        format: wire_format(format),
        messages_count: Count::AUTO,
        pdu_messages: When((format == Format::Pdu).then(|| RefList::new(&pdus))),
        cdma_messages: When((format == Format::Cdma).then(|| RefList::new(&fields))),
    });
}
