//! What the host sets once and the modem keeps, read from its commands and told in its answers.

use heapless::Vec;
use mbim_wire::bytes::Bytes;
use mbim_wire::list::RefList;
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::tlv::{Tlv, TlvList, TlvType};
use mbim_wire::{Encode, Status, Uuid, View, Writer};

use super::super::super::super::collect;
use super::super::super::super::modem::denylist::{DENIED, Denied, DeniedAs};
use super::super::super::super::modem::settings::{
    ConfigurationState, Drx, ELEMENTS, Element, LogLevel, Logging, Mico, RegistrationParameters,
};
use super::super::super::super::modem::wake::{WAKE_LEN, WakeCause};
use super::super::super::answers::{Sink, Source};
use super::super::super::requests::{INVALID, Refused};

/// Bytes of the longest structure in the TLV of a wake reason, with padding.
const WAKE_TLV: usize = WAKE_LEN + 32;

/// Version of the structures that say which one they are.
const VERSION: u32 = 1;

/// Reads a denylist. Its state is the modem's to say.
pub(super) fn denylist(body: &[u8]) -> Result<Vec<Denied, DENIED>, Refused> {
    let mut list = Vec::new();
    let providers: RefList<'_, ext::NetworkDenylistProviderView<'_>> =
        ext::NetworkDenylistSetView::new(body).providers()?;
    for provider in providers.iter() {
        let provider = provider?;
        let kind = match provider.network_denylist_type {
            ext::NetworkDenylistType::SIM => DeniedAs::Sim,
            ext::NetworkDenylistType::NETWORK => DeniedAs::Network,
            _ => return Err(INVALID),
        };
        let code = |code: u32| u16::try_from(code).ok().filter(|code| *code < 1_000).ok_or(INVALID);
        let denied = Denied { mcc: code(provider.mcc)?, mnc: code(provider.mnc)?, kind };
        list.push(denied).map_err(|_| Refused(Status::MEMORY_FULL))?;
    }
    Ok(list)
}

/// Reads how to log.
pub(super) fn logging(body: &[u8]) -> Result<Logging, Refused> {
    let set = ext::ModemLoggingConfigSetView::new(body).read()?;
    if set.version != VERSION || set.max_segment_size == 0 {
        return Err(INVALID);
    }
    let level = match set.level_config {
        ext::ModemLoggingLevel::PROD => LogLevel::Field,
        ext::ModemLoggingLevel::LAB_VERBOSE => LogLevel::LabVerbose,
        ext::ModemLoggingLevel::LAB_MEDIUM => LogLevel::LabMedium,
        ext::ModemLoggingLevel::LAB_LOW => LogLevel::LabLow,
        ext::ModemLoggingLevel::OEM => LogLevel::Oem,
        _ => return Err(INVALID),
    };
    Ok(Logging { segment: set.max_segment_size, flush: set.max_flush_time, level })
}

/// Reads what to ask for when registering.
pub(super) fn registration_parameters(body: &[u8]) -> Result<RegistrationParameters, Refused> {
    let set = ext::RegistrationParametersSetView::new(body).read()?;
    let mut elements = Vec::new();
    for tlv in set.unnamed_ies.iter() {
        let tlv = tlv?;
        let data = Vec::from_slice(tlv.data).map_err(|_| Refused(Status::MEMORY_FULL))?;
        elements.push(Element { kind: tlv.kind.0, data }).map_err(|_| Refused(Status::MEMORY_FULL))?;
    }
    let ladn = match set.ladn_info {
        ext::LadnInfo::NOT_NEEDED => false,
        ext::LadnInfo::REQUESTED => true,
        _ => return Err(INVALID),
    };
    let default_session = match set.default_pdu_activation_hint {
        ext::DefaultPduActivationHint::UNLIKELY => false,
        ext::DefaultPduActivationHint::LIKELY => true,
        _ => return Err(INVALID),
    };
    Ok(RegistrationParameters {
        mico: match set.mico_mode {
            ext::MicoMode::DISABLED => Mico::Off,
            ext::MicoMode::ENABLED => Mico::On,
            ext::MicoMode::UNSUPPORTED => Mico::Unsupported,
            ext::MicoMode::DEFAULT => Mico::Default,
            _ => return Err(INVALID),
        },
        drx: match set.drx_cycle {
            ext::DrxCycle::NOT_SPECIFIED => Drx::Unspecified,
            ext::DrxCycle::NOT_SUPPORTED => Drx::Unsupported,
            ext::DrxCycle::CYCLE_32 => Drx::Frames(32),
            ext::DrxCycle::CYCLE_64 => Drx::Frames(64),
            ext::DrxCycle::CYCLE_128 => Drx::Frames(128),
            ext::DrxCycle::CYCLE_256 => Drx::Frames(256),
            _ => return Err(INVALID),
        },
        ladn,
        default_session,
        registers_again: set.re_register_if_needed,
        elements,
    })
}

impl Source<'_> {
    pub(super) fn denylist(&self, sink: Sink<'_>) {
        let denial = self.modem.denial();
        let mut state = ext::NetworkDenylistState::empty();
        if denial.sim {
            state |= ext::NetworkDenylistState::SIM_PROVIDER_ACTUATED;
        }
        if denial.network {
            state |= ext::NetworkDenylistState::NETWORK_PROVIDER_ACTUATED;
        }
        let providers = self.modem.denylist().iter().map(|denied| ext::NetworkDenylistProvider {
            mcc: u32::from(denied.mcc),
            mnc: u32::from(denied.mnc),
            network_denylist_type: match denied.kind {
                DeniedAs::Sim => ext::NetworkDenylistType::SIM,
                DeniedAs::Network => ext::NetworkDenylistType::NETWORK,
            },
        });
        sink(&ext::NetworkDenylistInfo {
            network_denylist_state: state,
            providers: (&*collect::<_, DENIED>(providers)).into(),
            ..Default::default()
        });
    }

    pub(super) fn logging(&self, sink: Sink<'_>) {
        let logging = self.modem.logging();
        sink(&ext::ModemLoggingConfigInfo {
            version: VERSION,
            max_segment_size: logging.segment,
            max_flush_time: logging.flush,
            level_config: match logging.level {
                LogLevel::Field => ext::ModemLoggingLevel::PROD,
                LogLevel::LabVerbose => ext::ModemLoggingLevel::LAB_VERBOSE,
                LogLevel::LabMedium => ext::ModemLoggingLevel::LAB_MEDIUM,
                LogLevel::LabLow => ext::ModemLoggingLevel::LAB_LOW,
                LogLevel::Oem => ext::ModemLoggingLevel::OEM,
            },
        });
    }

    /// The answer and the indication have the same layout.
    pub(super) fn configuration(&self, state: ConfigurationState, sink: Sink<'_>) {
        let (_, name) = self.modem.configuration();
        sink(&ext::ModemConfigurationInfo {
            configuration_status: match state {
                ConfigurationState::Unknown => ext::ModemConfigurationStatus::UNKNOWN,
                ConfigurationState::Started => ext::ModemConfigurationStatus::STARTED,
                ConfigurationState::Completed => ext::ModemConfigurationStatus::COMPLETED,
            },
            configuration_name: name.into(),
            ..Default::default()
        });
    }

    pub(super) fn registration_parameters(&self, sink: Sink<'_>) {
        let parameters = self.modem.registration_parameters();
        let elements = parameters.elements.iter();
        let elements: Vec<Tlv<'_>, ELEMENTS> =
            collect(elements.map(|element| Tlv { kind: TlvType(element.kind), data: &element.data }));
        sink(&ext::RegistrationParametersInfo {
            mico_mode: match parameters.mico {
                Mico::Off => ext::MicoMode::DISABLED,
                Mico::On => ext::MicoMode::ENABLED,
                Mico::Unsupported => ext::MicoMode::UNSUPPORTED,
                Mico::Default => ext::MicoMode::DEFAULT,
            },
            drx_cycle: match parameters.drx {
                Drx::Unspecified => ext::DrxCycle::NOT_SPECIFIED,
                Drx::Frames(32) => ext::DrxCycle::CYCLE_32,
                Drx::Frames(64) => ext::DrxCycle::CYCLE_64,
                Drx::Frames(128) => ext::DrxCycle::CYCLE_128,
                Drx::Frames(_) => ext::DrxCycle::CYCLE_256,
                Drx::Unsupported => ext::DrxCycle::NOT_SUPPORTED,
            },
            ladn_info: if parameters.ladn { ext::LadnInfo::REQUESTED } else { ext::LadnInfo::NOT_NEEDED },
            default_pdu_activation_hint: if parameters.default_session {
                ext::DefaultPduActivationHint::LIKELY
            } else {
                ext::DefaultPduActivationHint::UNLIKELY
            },
            re_register_if_needed: parameters.registers_again,
            unnamed_ies: TlvList::new(&elements),
        });
    }

    pub(super) fn wake_reason(&self, sink: Sink<'_>) {
        // Asked for only where there is one.
        let Some(wake) = self.modem.wake() else {
            return sink(&ext::WakeReasonInfo::default());
        };
        let (wake_type, session, kind) = match wake.cause {
            WakeCause::Answer { .. } => (ext::WakeType::CID_RESPONSE, 0, TlvType::WAKE_COMMAND),
            WakeCause::Indication { .. } => (ext::WakeType::CID_INDICATION, 0, TlvType::WAKE_COMMAND),
            WakeCause::Packet { session, .. } => (ext::WakeType::PACKET, session, TlvType::WAKE_PACKET),
        };
        let mut told = |data: &[u8]| {
            sink(&ext::WakeReasonInfo { wake_type, session_id: u32::from(session), wake_tlv: Tlv { kind, data } });
        };
        // Structures of their own, with offsets counted from the start of the data.
        let mut buffer = [0; WAKE_TLV];
        let mut writer = Writer::new(&mut buffer);
        let fixed = match wake.cause {
            WakeCause::Answer { service, cid } | WakeCause::Indication { service, cid } => {
                let command = ext::WakeCommand { service: Uuid(service), cid, payload: Bytes(&wake.data) };
                writer.structure(&command);
                command.fixed_len()
            }
            WakeCause::Packet { filter, size, .. } => {
                let packet =
                    ext::WakePacket { filter_id: filter, original_packet_size: size, packet: Bytes(&wake.data) };
                writer.structure(&packet);
                packet.fixed_len()
            }
        };
        // The padding belongs to the TLV, which counts it apart.
        let length = fixed.saturating_add(wake.data.len());
        told(writer.finish().ok().and_then(|bytes| bytes.get(..length)).unwrap_or_default());
    }
}
