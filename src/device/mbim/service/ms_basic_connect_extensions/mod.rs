//! Microsoft's extensions of Basic Connect: what the host asks for; `answers` holds what it is told.

use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::{Status, View};

use super::super::super::modem::Modem;
use super::super::super::modem::bearer::{Context, Purpose};
use super::super::super::modem::card::APPLICATIONS;
use super::super::super::modem::event::Change;
use super::super::answers::Subject as AnySubject;
use super::super::commands::{Served, Service, served};
use super::super::requests::{Common, INVALID, Later, Outcome, Refused, done, ip_kind, wait_or_tell};
use super::super::{Core, MBIM_VERSION, Negotiation, V1, V2, V3};
use super::basic_connect;
use crate::time::Instant;

mod answers;
mod settings;

use answers::Neighbours;
pub(in super::super) use answers::Subject;

pub(in super::super) static SERVICE: Service = Service {
    uuid: ext::MS_BASIC_CONNECT_EXTENSIONS,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, cid| cid != Id::Version.cid() || offer.config.extended_version >= V2,
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => query(core, modem, id, request.body),
        (Some(id), _) => set(core, now, modem, id, request.body),
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication,
    state,
};

served! {
    ExtContexts = ext::ProvisionedContexts: query set indicated;
    Denylist = ext::NetworkDenylist: query set indicated;
    AttachContexts = ext::LteAttachConfiguration: query set indicated;
    AttachInfo = ext::LteAttachInfo: query indicated;
    SysCaps = ext::SysCaps: query;
    ExtDeviceCaps = ext::DeviceCaps: query;
    SlotMappings = ext::DeviceSlotMappings: query set;
    SlotInfo = ext::SlotInfoStatus: query indicated;
    Pco = ext::Pco: query indicated;
    DeviceReset = ext::DeviceReset: set;
    BaseStations = ext::BaseStationsInfo: query;
    Location = ext::LocationInfoStatus: query indicated;
    Logging = ext::ModemLoggingConfig: query set indicated;
    PinEx = ext::PinEx: query set;
    Version = ext::Version: query;
    Configuration = ext::ModemConfiguration: query indicated since_v3;
    RegistrationParameters = ext::RegistrationParameters: query set since_v3;
    WakeReason = ext::WakeReason: query since_v3;
}

fn indication(own: bool, change: Change) -> Option<(u32, AnySubject)> {
    let (id, subject) = match change {
        Change::AttachContexts | Change::Contexts(_) | Change::Logging if own => return None,
        Change::Slot(slot) => (Id::SlotInfo, Subject::SlotInfo(slot)),
        Change::Attach(packet) => (Id::AttachInfo, Subject::AttachInfo(packet)),
        Change::Pco(session) => (Id::Pco, Subject::Pco(session)),
        Change::Location => (Id::Location, Subject::Location),
        Change::AttachContexts => (Id::AttachContexts, Subject::AttachContexts),
        Change::Denylist if !own => (Id::Denylist, Subject::Denylist),
        Change::Logging => (Id::Logging, Subject::Logging),
        Change::Configuration(state) => (Id::Configuration, Subject::Configuration(state)),
        Change::Contexts(_) => (Id::ExtContexts, Subject::ExtContexts),
        _ => return None,
    };
    Some((id.cid(), subject.into()))
}

fn state(modem: &Modem, cid: u32, slot: u32) -> Option<AnySubject> {
    let subject = match Id::of(cid)? {
        Id::SlotInfo => Subject::SlotInfo(modem.slot(slot)?),
        Id::AttachInfo => Subject::AttachInfo(modem.packet_service()),
        Id::Location => Subject::Location,
        Id::ExtContexts => Subject::ExtContexts,
        Id::AttachContexts => Subject::AttachContexts,
        Id::Denylist => Subject::Denylist,
        Id::Logging => Subject::Logging,
        Id::Configuration => Subject::Configuration(modem.configuration().0),
        _ => return None,
    };
    Some(subject.into())
}

fn query(core: &mut Core<'_>, modem: &Modem, id: Id, body: &[u8]) -> Outcome {
    done(match id {
        Id::ExtContexts => Subject::ExtContexts,
        Id::AttachContexts => Subject::AttachContexts,
        Id::AttachInfo => Subject::AttachInfo(modem.packet_service()),
        Id::SysCaps => Subject::SysCaps,
        Id::ExtDeviceCaps => Subject::ExtDeviceCaps,
        Id::SlotMappings => Subject::SlotMappings,
        Id::SlotInfo => {
            let slot = ext::SlotInfoStatusQueryView::new(body).slot_index()?;
            Subject::SlotInfo(modem.slot(slot).ok_or(INVALID)?)
        }
        Id::Pco => {
            let session = ext::PcoQueryView::new(body).pco_value()?.read()?.session_id;
            Subject::Pco(modem.session(session)?.session)
        }
        Id::BaseStations => {
            let most = if core.negotiation.version < V3 {
                let most = ext::BaseStationsInfoQueryView::new(body).read()?;
                [most.max_gsm_count, most.max_umts_count, most.max_lte_count, 0]
            } else {
                let most = ext::BaseStationsInfoQueryV3View::new(body).read()?;
                [most.max_gsm_count, most.max_umts_count, most.max_lte_count, most.max_nr_count]
            };
            let [gsm, umts, lte, nr] = most.map(|most| u8::try_from(most).unwrap_or(u8::MAX));
            Subject::BaseStations(Neighbours { gsm, umts, lte, nr })
        }
        Id::Location => Subject::Location,
        Id::Version => {
            let host = ext::VersionQueryView::new(body).read()?;
            Subject::Version(negotiate(core, host))
        }
        Id::Denylist => Subject::Denylist,
        Id::Logging => Subject::Logging,
        Id::PinEx => {
            let query = ext::PinExQueryView::new(body).read()?;
            if query.version != 1 {
                return Err(INVALID);
            }
            application(query.app_id.0)?;
            return done(basic_connect::Subject::Pin(modem.lock()?));
        }
        Id::Configuration => Subject::Configuration(modem.configuration().0),
        Id::RegistrationParameters => Subject::RegistrationParameters,
        Id::WakeReason => {
            // There is no word for "nothing".
            modem.wake().ok_or(Refused(Status::FAILURE))?;
            Subject::WakeReason
        }
        Id::DeviceReset => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
    })
}

fn set(core: &Core<'_>, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    match id {
        Id::ExtContexts => set_ext_contexts(core, modem, body),
        Id::AttachContexts => set_attach_contexts(core, modem, body),
        Id::SlotMappings => {
            let slots = ext::DeviceSlotMappingsSetView::new(body).slot_map()?;
            let mut slots = slots.iter();
            // There is one executor.
            let (Some(slot), None) = (slots.next(), slots.next()) else {
                return Err(INVALID);
            };
            let ticket = modem.request_slot(now, by, slot?.slot);
            wait_or_tell(modem, ticket, Later::SlotMappings)
        }
        Id::DeviceReset => {
            modem.request_restart(now);
            done(AnySubject::Empty)
        }
        Id::Denylist => {
            modem.set_denylist(now, by, settings::denylist(body)?);
            done(Subject::Denylist)
        }
        Id::Logging => {
            modem.set_logging(by, settings::logging(body)?);
            done(Subject::Logging)
        }
        Id::PinEx => set_pin(core, now, modem, body),
        Id::RegistrationParameters => {
            modem.set_registration_parameters(now, settings::registration_parameters(body)?)?;
            done(Subject::RegistrationParameters)
        }
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
}

/// The codes of an application are those of the card: both have the same first and second PIN.
fn set_pin(core: &Core<'_>, now: Instant, modem: &mut Modem, body: &[u8]) -> Outcome {
    let set = ext::PinExSetView::new(body).read()?;
    application(set.app_id.0)?;
    let pin =
        bc::PinSet { pin_type: set.pin_type, pin_operation: set.pin_operation, pin: set.pin, new_pin: set.new_pin };
    if set.pin_operation == bc::PinOperation::ENTER && set.pin.is_empty() {
        return done(basic_connect::pin_state(modem, set.pin_type)?);
    }
    core.set_pin(now, modem, &pin)
}

/// Whether there is an application of that identifier, or of one that begins so; without an identifier it is the card.
fn application(aid: &[u8]) -> Result<(), Refused> {
    let known = APPLICATIONS.iter().any(|application| application.id.starts_with(aid));
    if known { Ok(()) } else { Err(INVALID) }
}

/// Agrees upon versions (MBIMEx 2.0), unless it is too late for that.
fn negotiate(core: &mut Core<'_>, host: ext::VersionInfo) -> ext::VersionInfo {
    if core.negotiation.open {
        let own = core.config.extended_version;
        // No version is below the first, whatever the host says.
        let version = host.mbim_extended_version.min(own).max(V1);
        core.negotiation = Negotiation { version, open: false };
    }
    ext::VersionInfo {
        mbim_version: host.mbim_version.min(MBIM_VERSION),
        mbim_extended_version: core.negotiation.version,
    }
}

fn set_ext_contexts(core: &Core<'_>, modem: &mut Modem, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    let set = ext::ProvisionedContextsSetView::new(body).read()?;
    let purpose = Purpose(set.context_type.0);
    match set.operation {
        ext::ContextOperation::DEFAULT => {
            let known = set.state.name().is_some() && set.roaming.name().is_some();
            if !known || set.media_type.name().is_none() || set.source.name().is_none() {
                return Err(INVALID);
            }
            let common = Common {
                access_string: *set.access_string,
                user_name: *set.user_name,
                password: *set.password,
                compression: set.compression,
                auth_protocol: set.auth_protocol,
            };
            let context = Context {
                purpose,
                ip: ip_kind(set.ip_type)?,
                disabled: set.state == ext::ContextState::DISABLED,
                roaming: set.roaming.0,
                media: set.media_type.0,
                source: set.source.0,
                ..common.read()?
            };
            modem.store_context(by, context)?;
        }
        ext::ContextOperation::DELETE => modem.delete_contexts(by, purpose)?,
        ext::ContextOperation::RESTORE_FACTORY => modem.restore_contexts(by),
        _ => return Err(INVALID),
    }
    done(Subject::ExtContexts)
}

fn set_attach_contexts(core: &Core<'_>, modem: &mut Modem, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    let view = ext::LteAttachConfigurationSetView::new(body);
    let list = view.configurations()?;
    match view.operation()? {
        ext::LteAttachContextOperation::RESTORE_FACTORY => modem.set_attach_contexts(by, None),
        ext::LteAttachContextOperation::DEFAULT => {
            // Home, partner, others: all three, in any order.
            if list.len() != 3 {
                return Err(INVALID);
            }
            let mut contexts = [None, None, None];
            for element in list.iter() {
                let element = element?;
                let common = Common {
                    access_string: *element.access_string,
                    user_name: *element.user_name,
                    password: *element.password,
                    compression: element.compression,
                    auth_protocol: element.auth_protocol,
                };
                let context = Context { ip: ip_kind(element.ip_type)?, source: element.source.0, ..common.read()? };
                let place = usize::try_from(element.roaming.0).map_err(|_| INVALID)?;
                *contexts.get_mut(place).ok_or(INVALID)? = Some(context);
            }
            let [Some(home), Some(partner), Some(others)] = contexts else {
                return Err(INVALID);
            };
            modem.set_attach_contexts(by, Some([home, partner, others]));
        }
        _ => return Err(INVALID),
    }
    done(Subject::AttachContexts)
}
