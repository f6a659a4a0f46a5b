//! WMS: short messages and cell broadcast.
//!
//! The store of the modem is shown as two storages, card and device, with indexes from 0. The modem carries messages in one
//! way, 3GPP or CDMA, and refuses the other mode.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, wms::*};

use super::super::call::{Call, Outcome, Refused, Step, reset, supported};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::broadcast::{Channels, RANGES};
use crate::device::modem::event::Change;
use crate::device::modem::network::RegistrationState;
use crate::device::modem::sms::{
    Content, Format, MESSAGES, Message, MessageEvent, MessageStatus, PDU_LEN, Receipt, Routed, Storage, Which,
};
use crate::device::modem::{Failure, Modem, Reason};

mod cdma;

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::WMS,
    version: (1, 10),
    messages: &[
        Served::of::<reset::Message>(reset),
        Served::of::<set_event_report::Message>(event_report),
        Served::of::<get_supported_messages::Message>(supported),
        Served::of::<raw_send::Message>(send),
        Served::of::<raw_write::Message>(write),
        Served::of::<raw_read::Message>(read),
        Served::of::<modify_tag::Message>(mark),
        Served::of::<delete::Message>(erase),
        Served::of::<get_message_protocol::Message>(protocol),
        Served::of::<list_messages::Message>(list),
        Served::of::<set_routes::Message>(set_routing),
        Served::of::<get_routes::Message>(routing),
        Served::of::<send_ack::Message>(acknowledge),
        Served::of::<set_broadcast_activation::Message>(activate_broadcasts),
        Served::of::<set_broadcast_config::Message>(set_channels),
        Served::of::<get_broadcast_config::Message>(channels),
        Served::of::<send_from_memory_storage::Message>(send_stored),
        Served::of::<indication_register::Message>(register),
        Served::of::<get_transport_network_registration_status::Message>(transport),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    new_messages: bool,
    transport: bool,
}

fn event_report(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<set_event_report::Message>().new_mt_message_indicator()?;
    if let Some(wanted) = wanted {
        call.state::<Client>()?.new_messages = wanted.report;
    }
    Ok(Step::Success)
}

fn register(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<indication_register::Message>().report_transport_network_registration_status()?;
    if let Some(wanted) = wanted {
        call.state::<Client>()?.transport = wanted;
    }
    Ok(Step::Success)
}

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Some(client) = tell.state::<Client>().copied() else { return };
    match *change {
        Change::Registration(registration) if client.transport => {
            tell.send::<transport_network_registration_status_indication::Message>(|r, _| {
                r.registration_status(status(registration.state));
            });
        }
        Change::Messages(event) if client.new_messages => tell_message(tell, event),
        Change::Page(number) if client.new_messages => tell_page(tell, number),
        _ => {}
    }
}

fn tell_message(tell: &mut Tell<'_, '_>, event: MessageEvent) {
    match event {
        MessageEvent::Arrived { index, .. } => tell.send::<event_report_indication::Message>(|r, modem| {
            r.mt_message(MtMessage {
                storage_type: storage_type(modem.message_storage(index)),
                memory_index: u32::from(index).saturating_sub(1),
            });
            r.message_mode(mode(modem)).sms_on_ims(false);
        }),
        MessageEvent::Flash(number) => hand_over(tell, number, AckIndicator::DO_NOT_SEND),
        MessageEvent::ToAcknowledge(number) => hand_over(tell, number, AckIndicator::SEND),
        MessageEvent::ServiceCentre => tell.send::<smsc_address_indication::Message>(|r, modem| {
            let number = modem.service_centre();
            let kind = if number.starts_with('+') { b"145" } else { b"129" };
            r.address(SmscAddress { kind: kind.into(), digits: number.into() });
        }),
        MessageEvent::Ready(_) | MessageEvent::Full | MessageEvent::NotAcknowledged | MessageEvent::Changed => {}
    }
}

fn hand_over(tell: &mut Tell<'_, '_>, number: u32, ack_indicator: AckIndicator) {
    // One that is gone has come again, and is told of then.
    let Some(content) = tell.modem.flash(number) else { return };
    tell.send::<event_report_indication::Message>(|r, modem| {
        with_raw(content, |format, raw| {
            r.transfer_route_mt_message(TransferRouteMtMessage {
                ack_indicator,
                transaction_id: number,
                format,
                raw_data: raw.into(),
            });
        });
        r.message_mode(mode(modem)).sms_on_ims(false);
    });
}

fn tell_page(tell: &mut Tell<'_, '_>, number: u32) {
    let Some(page) = tell.modem.page(number) else { return };
    tell.send::<event_report_indication::Message>(|r, modem| {
        let raw = page.bytes.as_slice();
        if page.is_warning() {
            r.message_mode(mode(modem))
                .etws_message(EtwsMessage { notification_type: NotificationType::SECONDARY_GSM, raw_data: raw.into() });
            if let Some(plmn) = modem.serving_network().and_then(|network| plmn(&network.plmn)) {
                r.etws_plmn_information(plmn);
            }
            return;
        }
        r.transfer_route_mt_message(TransferRouteMtMessage {
            ack_indicator: AckIndicator::DO_NOT_SEND,
            transaction_id: number,
            format: MessageFormat::GSM_WCDMA_BROADCAST,
            raw_data: raw.into(),
        });
        r.message_mode(mode(modem));
    });
}

fn plmn(plmn: &str) -> Option<EtwsPlmnInformation> {
    let (mcc, mnc) = plmn.split_at_checked(3)?;
    Some(EtwsPlmnInformation { mcc: mcc.parse().ok()?, mnc: mnc.parse().ok()? })
}

// How the modem's words are said here.

fn mode(modem: &Modem) -> MessageMode {
    match modem.message_format() {
        Format::Pdu => MessageMode::GSM_WCDMA,
        Format::Cdma => MessageMode::CDMA,
    }
}

/// The mode must be the modem's; where none is named, it is.
fn check_mode(call: &Call<'_, '_>, wanted: Option<MessageMode>) -> Result<(), Refused> {
    match wanted {
        None => Ok(()),
        Some(wanted) if wanted == mode(call.modem) => Ok(()),
        Some(wanted) if wanted.name().is_some() => Err(Refused(ProtocolError::DEVICE_UNSUPPORTED)),
        Some(_) => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

fn storage_type(storage: Storage) -> StorageType {
    match storage {
        Storage::Card => StorageType::UIM,
        Storage::Device => StorageType::NV,
    }
}

fn storage(wanted: StorageType) -> Result<Storage, Refused> {
    match wanted {
        StorageType::UIM => Ok(Storage::Card),
        StorageType::NV => Ok(Storage::Device),
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

fn tag(status: MessageStatus) -> MessageTagType {
    match status {
        MessageStatus::New => MessageTagType::MT_NOT_READ,
        MessageStatus::Old => MessageTagType::MT_READ,
        MessageStatus::Draft => MessageTagType::MO_NOT_SENT,
        MessageStatus::Sent => MessageTagType::MO_SENT,
    }
}

fn message_status(tag: MessageTagType) -> Result<MessageStatus, Refused> {
    match tag {
        MessageTagType::MT_NOT_READ => Ok(MessageStatus::New),
        MessageTagType::MT_READ => Ok(MessageStatus::Old),
        MessageTagType::MO_NOT_SENT => Ok(MessageStatus::Draft),
        MessageTagType::MO_SENT => Ok(MessageStatus::Sent),
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

/// Lends a message as it is carried.
fn with_raw(content: &Content, then: impl FnOnce(MessageFormat, &[u8])) {
    match content {
        Content::Pdu(pdu) => then(MessageFormat::GSM_WCDMA_POINT_TO_POINT, pdu),
        Content::Cdma(message) => then(MessageFormat::CDMA, &cdma::write(message)),
    }
}

fn content(format: MessageFormat, raw: &[u8]) -> Result<Content, Refused> {
    match format {
        MessageFormat::GSM_WCDMA_POINT_TO_POINT if raw.len() > PDU_LEN => {
            Err(Refused(ProtocolError::ARGUMENT_TOO_LONG))
        }
        MessageFormat::GSM_WCDMA_POINT_TO_POINT => Ok(Content::pdu(raw)?),
        MessageFormat::CDMA => {
            let message = cdma::read(raw).ok_or(Refused(ProtocolError::WMS_ENCODING))?;
            Ok(Content::Cdma(message))
        }
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

/// Why a message cannot be sent, stored or found.
fn refused(failure: Failure) -> Refused {
    match failure.reason {
        Reason::Invalid => Refused(ProtocolError::WMS_ENCODING),
        _ => failure.into(),
    }
}

/// The message with an index in a storage.
fn find(modem: &Modem, wanted: StorageType, index: u32) -> Result<(u8, &Message), Refused> {
    let storage = storage(wanted)?;
    modem.usable_store()?;
    let place = u8::try_from(index).ok().filter(|place| *place < modem.message_capacity());
    let index = place.and_then(|place| place.checked_add(1)).ok_or(Refused(ProtocolError::INVALID_INDEX))?;
    let mut messages = modem.messages().filter(|(other, _)| *other == index);
    let found = messages.next().filter(|_| modem.message_storage(index) == storage);
    found.ok_or(Refused(ProtocolError::NO_ENTRY))
}

// The store.

fn write(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<raw_write::Message>().raw_message_data()?;
    let storage = storage(data.storage_type)?;
    let content = content(data.format, data.raw_data.bytes)?;
    let status = match (&content, call.modem.message_format()) {
        (Content::Pdu(pdu), Format::Pdu) => written(pdu)?,
        (Content::Cdma(message), Format::Cdma) if message.date.is_empty() => MessageStatus::Draft,
        (Content::Cdma(_), Format::Cdma) => MessageStatus::New,
        _ => return Err(Refused(ProtocolError::WMS_ENCODING)),
    };
    let message = Message { status, content };
    let index = call.modem.store_message_in(call.now, call.origin(), storage, message)?;
    call.answer::<raw_write::Message>(|r, _| {
        r.memory_index(u32::from(index).saturating_sub(1));
    })
}

/// What is to become of a message that a host stores: the type of the unit behind the service centre's address says from
/// where it comes (3GPP TS 23.040 §9.2.3.1).
fn written(pdu: &[u8]) -> Result<MessageStatus, Refused> {
    let unit = pdu.split_first().and_then(|(len, rest)| rest.get(usize::from(*len)));
    match unit.map(|first| first & 3) {
        Some(1) => Ok(MessageStatus::Draft),
        Some(0 | 2) => Ok(MessageStatus::New),
        _ => Err(Refused(ProtocolError::WMS_T_PDU_TYPE)),
    }
}

fn read(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<raw_read::Message>();
    let (id, wanted) = (request.message_memory_storage_id()?, request.message_mode()?);
    check_mode(call, wanted)?;
    find(call.modem, id.storage_type, id.memory_index)?;
    call.answer::<raw_read::Message>(|r, modem| {
        if let Ok((_, message)) = find(modem, id.storage_type, id.memory_index) {
            with_raw(&message.content, |format, raw| {
                let message_tag = tag(message.status);
                r.raw_message_data(StoredMessage { message_tag, format, raw_data: raw.into() });
            });
        }
    })
}

fn mark(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<modify_tag::Message>();
    let (wanted, mode) = (request.message_tag()?, request.message_mode()?);
    check_mode(call, mode)?;
    let status = message_status(wanted.message_tag)?;
    let (index, _) = find(call.modem, wanted.storage_type, wanted.memory_index)?;
    call.modem.mark_message(call.now, call.origin(), index, status)?;
    Ok(Step::Success)
}

fn erase(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<delete::Message>();
    let (from, index) = (request.memory_storage()?, request.memory_index()?);
    let (wanted, mode) = (request.message_tag()?, request.message_mode()?);
    check_mode(call, mode)?;
    let storage = storage(from)?;
    let status = wanted.map(message_status).transpose()?;
    call.modem.usable_store()?;
    let place = index.map(|index| find(call.modem, from, index).map(|(index, _)| index)).transpose()?;
    let modem = &call.modem;
    let gone: Vec<u8, MESSAGES> = crate::device::collect(
        modem
            .messages()
            .filter(|(other, message)| {
                place.is_none_or(|place| place == *other)
                    && status.is_none_or(|status| status == message.status)
                    && modem.message_storage(*other) == storage
            })
            .map(|(index, _)| index),
    );
    if gone.is_empty() && place.is_some() {
        return Err(Refused(ProtocolError::NO_ENTRY));
    }
    for index in &gone {
        call.modem.delete_messages(call.now, call.origin(), Which::Index(u32::from(*index)))?;
    }
    Ok(Step::Success)
}

fn list(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<list_messages::Message>();
    let (from, wanted, mode) = (request.storage_type()?, request.message_tag()?, request.message_mode()?);
    check_mode(call, mode)?;
    let storage = storage(from)?;
    if wanted.is_some_and(|wanted| wanted.name().is_none()) {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    call.modem.usable_store()?;
    call.answer::<list_messages::Message>(|r, modem| {
        let listed = modem.messages().filter(|(index, message)| {
            modem.message_storage(*index) == storage && wanted.is_none_or(|wanted| wanted == tag(message.status))
        });
        let listed: Vec<MessageInfo, MESSAGES> = crate::device::collect(listed.map(|(index, message)| MessageInfo {
            memory_index: u32::from(index).saturating_sub(1),
            message_tag: tag(message.status),
        }));
        r.message_list(listed.as_slice().into());
    })
}

fn protocol(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_message_protocol::Message>(|r, modem| {
        r.message_protocol(match modem.message_format() {
            Format::Pdu => MessageProtocol::WCDMA,
            Format::Cdma => MessageProtocol::CDMA,
        });
    })
}

// Routes.

const CLASSES: [(MessageClass, Routed); 6] = [
    (MessageClass::_0, Routed::Class0),
    (MessageClass::_1, Routed::Class1),
    (MessageClass::_2, Routed::Class2),
    (MessageClass::_3, Routed::Class3),
    (MessageClass::NONE, Routed::NoClass),
    (MessageClass::CDMA, Routed::Cdma),
];

fn set_routing(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_routes::Message>();
    let (list, reports) = (request.route_list()?, request.transfer_status_report()?);
    let invalid = Refused(ProtocolError::INVALID_ARGUMENT);
    let mut routes = call.modem.message_routes();
    for route in list {
        let class = CLASSES.iter().find(|(class, _)| *class == route.message_class);
        let (_, routed) = class.filter(|_| route.message_type == MessageType::POINT_TO_POINT).ok_or(invalid)?;
        let receipt = match route.receipt_action {
            ReceiptAction::DISCARD => Receipt::Discard,
            ReceiptAction::STORE_AND_NOTIFY => Receipt::Store(storage(route.storage)?),
            ReceiptAction::TRANSFER_ONLY => Receipt::HandOver,
            ReceiptAction::TRANSFER_AND_ACK => Receipt::HandOverToAcknowledge,
            _ => return Err(invalid),
        };
        routes.set(*routed, receipt);
    }
    routes.reports = match reports {
        None => false,
        Some(TransferIndication::CLIENT) => true,
        Some(_) => return Err(invalid),
    };
    call.modem.set_message_routes(routes);
    Ok(Step::Success)
}

fn routing(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_routes::Message>(|r, modem| {
        let routes = modem.message_routes();
        let here = |class: &MessageClass| (*class == MessageClass::CDMA) == (modem.message_format() == Format::Cdma);
        let classes = CLASSES.iter().filter(|(class, _)| here(class));
        let list: Vec<Route, 6> = crate::device::collect(classes.map(|(class, routed)| {
            let (storage, receipt_action) = match routes.get(*routed) {
                Receipt::Discard => (StorageType::NONE, ReceiptAction::DISCARD),
                Receipt::Store(storage) => (storage_type(storage), ReceiptAction::STORE_AND_NOTIFY),
                Receipt::HandOver => (StorageType::NONE, ReceiptAction::TRANSFER_ONLY),
                Receipt::HandOverToAcknowledge => (StorageType::NONE, ReceiptAction::TRANSFER_AND_ACK),
            };
            Route { message_type: MessageType::POINT_TO_POINT, message_class: *class, storage, receipt_action }
        }));
        r.route_list(list.as_slice().into());
        if routes.reports {
            r.transfer_status_report(TransferIndication::CLIENT);
        }
    })
}

fn acknowledge(call: &mut Call<'_, '_>) -> Outcome {
    let information = call.request::<send_ack::Message>().information()?;
    let wanted = match information.message_protocol {
        MessageProtocol::CDMA => Format::Cdma,
        MessageProtocol::WCDMA => Format::Pdu,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    if wanted != call.modem.message_format() {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    match call.modem.acknowledge_message(call.now, information.transaction_id, information.success) {
        Ok(()) => Ok(Step::Success),
        // Too late: the network does not wait any more.
        Err(_) => call.refuse::<send_ack::Message>(ProtocolError::ACK_NOT_SENT, |r, _| {
            r.failure_cause(AckFailureCause::NETWORK_RELEASED_LINK);
        }),
    }
}

// Cell broadcast.

fn activate_broadcasts(call: &mut Call<'_, '_>) -> Outcome {
    let activation = call.request::<set_broadcast_activation::Message>().activation()?;
    check_mode(call, Some(activation.message_mode))?;
    call.modem.activate_broadcasts(activation.activate);
    Ok(Step::Success)
}

fn set_channels(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_broadcast_config::Message>();
    let (mode, channels) = (request.message_mode()?, request.channels()?);
    check_mode(call, Some(mode))?;
    let channels = channels.ok_or(Refused(ProtocolError::MISSING_ARGUMENT))?;
    let ranges = channels.iter();
    let ranges = ranges.map(|range| Channels { from: range.start, to: range.end, selected: range.selected });
    call.modem.set_broadcast_channels(ranges).map_err(|failure| match failure.reason {
        Reason::Full => Refused(ProtocolError::INSUFFICIENT_RESOURCES),
        _ => failure.into(),
    })?;
    Ok(Step::Success)
}

fn channels(call: &mut Call<'_, '_>) -> Outcome {
    let mode = call.request::<get_broadcast_config::Message>().message_mode()?;
    check_mode(call, Some(mode))?;
    call.answer::<get_broadcast_config::Message>(|r, modem| {
        let ranges = modem.broadcast_channels().iter();
        let channels: Vec<BroadcastChannel, RANGES> = crate::device::collect(ranges.map(|range| BroadcastChannel {
            start: range.from,
            end: range.to,
            selected: range.selected,
        }));
        let activated = modem.broadcasts_active();
        r.config(BroadcastConfig { activated, channels: channels.as_slice().into() });
    })
}

// Sending.

fn send(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<raw_send::Message>().raw_message_data()?;
    let content = content(data.format, data.raw_data.bytes)?;
    let (ticket, reference) = call.modem.request_send(call.now, call.origin(), &content).map_err(refused)?;
    call.wait(ticket, u32::from(reference), |call, reference, outcome| match outcome {
        Ok(()) => call.answer::<raw_send::Message>(|r, _| {
            r.message_id(u16::try_from(reference).unwrap_or(0));
        }),
        Err(Failure { reason: Reason::Refused, cause }) => {
            call.refuse::<raw_send::Message>(ProtocolError::WMS_CAUSE_CODE, |r, modem| {
                match modem.message_format() {
                    Format::Pdu => r.gsm_wcdma_cause_info(rp_cause(cause)),
                    Format::Cdma => {
                        r.cdma_cause_code(CdmaCauseCode::NETWORK_OTHER).cdma_error_class(CdmaErrorClass::PERMANENT)
                    }
                };
                r.message_delivery_failure_type(failure_type(cause));
            })
        }
        Err(failure) => Err(refused(failure)),
    })
}

fn rp_cause(cause: u32) -> GsmWcdmaCauseInfo {
    GsmWcdmaCauseInfo {
        rp_cause: GsmUmtsRpCause(u16::try_from(cause).unwrap_or(0)),
        tp_cause: GsmUmtsTpCause::UNSPECIFIED_ERROR,
    }
}

/// Whether it makes sense to send again (3GPP TS 24.011 annex E).
fn failure_type(cause: u32) -> MessageDeliveryFailureType {
    match cause {
        27 | 38 | 41 | 42 | 47 => MessageDeliveryFailureType::TEMPORARY,
        _ => MessageDeliveryFailureType::PERMANENT,
    }
}

fn send_stored(call: &mut Call<'_, '_>) -> Outcome {
    let information = call.request::<send_from_memory_storage::Message>().information()?;
    check_mode(call, Some(information.message_mode))?;
    let (index, message) = find(call.modem, information.storage_type, information.memory_index)?;
    let content = message.content.clone();
    let (ticket, reference) = call.modem.request_send(call.now, call.origin(), &content).map_err(refused)?;
    let context = u32::from(u16::from_le_bytes([reference, index]));
    call.wait(ticket, context, |call, context, outcome| {
        let [reference, index, ..] = context.to_le_bytes();
        match outcome {
            Ok(()) => {
                // It may have been deleted meanwhile.
                let _ = call.modem.mark_message(call.now, call.origin(), index, MessageStatus::Sent);
                call.answer::<send_from_memory_storage::Message>(|r, _| {
                    r.message_id(reference.into());
                })
            }
            Err(Failure { reason: Reason::Refused, cause }) => {
                call.refuse::<send_from_memory_storage::Message>(ProtocolError::WMS_CAUSE_CODE, |r, modem| {
                    match modem.message_format() {
                        Format::Pdu => r.gsm_wcdma_cause_info(rp_cause(cause)),
                        Format::Cdma => {
                            r.cdma_cause_code(CdmaCauseCode::NETWORK_OTHER).cdma_error_class(CdmaErrorClass::PERMANENT)
                        }
                    };
                    r.message_delivery_failure_type(failure_type(cause));
                })
            }
            Err(failure) => Err(refused(failure)),
        }
    })
}

// The network.

fn status(state: RegistrationState) -> NwRegistration {
    match state {
        RegistrationState::Home | RegistrationState::Partner | RegistrationState::Roaming => {
            NwRegistration::STATUS_FULL_SERVICE
        }
        RegistrationState::Searching => NwRegistration::STATUS_IN_PROCESS,
        RegistrationState::Denied => NwRegistration::STATUS_FAILURE,
        RegistrationState::Deregistered => NwRegistration::STATUS_NO_SERVICE,
    }
}

fn transport(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_transport_network_registration_status::Message>(|r, modem| {
        r.registration_status(status(modem.registration().state));
    })
}
