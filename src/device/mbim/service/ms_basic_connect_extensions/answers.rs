//! What Microsoft's extensions of Basic Connect tell, in the layout of the version agreed upon.

use core::fmt::Write as _;

use heapless::{String, Vec};
use mbim_wire::Uuid;
use mbim_wire::field::Inline;
use mbim_wire::list::{RefSequence, RefStruct};
use mbim_wire::service::basic_connect::{self as bc, NwError};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::tlv::TlvNumbers;

use super::super::super::super::collect;
use super::super::super::super::modem::bearer::Context;
use super::super::super::super::modem::network::{
    NEIGHBOURS, NETWORKS, PacketService, PacketState, RegistrationState, Signal, Technologies,
};
use super::super::super::super::modem::settings::ConfigurationState;
use super::super::super::super::modem::sim::{SlotState, SlotStatus};
use super::super::super::V3;
use super::super::super::answers::{
    NR, Sink, Source, auth_protocol, compression, data_class, data_class_v3, data_subclass, ip_type,
};

/// What an answer or indication of the extensions is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super::super) enum Subject {
    ExtContexts,
    AttachContexts,
    AttachInfo(PacketService),
    SysCaps,
    ExtDeviceCaps,
    SlotMappings,
    SlotInfo(SlotStatus),
    Pco(u8),
    /// With so many cells nearby.
    BaseStations(Neighbours),
    Location,
    Version(ext::VersionInfo),
    Denylist,
    Logging,
    Configuration(ConfigurationState),
    RegistrationParameters,
    WakeReason,
}

/// Cells nearby that a host wants to hear of, at most.
#[derive(Clone, Copy, Debug)]
pub(in super::super::super) struct Neighbours {
    pub(super) gsm: u8,
    pub(super) umts: u8,
    pub(super) lte: u8,
    pub(super) nr: u8,
}

fn slot_state(state: SlotState) -> ext::UiccSlotState {
    use ext::UiccSlotState as Wire;
    match state {
        SlotState::Off => Wire::OFF,
        SlotState::OffEmpty => Wire::OFF_EMPTY,
        SlotState::Empty => Wire::EMPTY,
        SlotState::NotReady => Wire::NOT_READY,
        SlotState::Active => Wire::ACTIVE,
        SlotState::Error => Wire::ERROR,
        SlotState::ActiveEsim => Wire::ACTIVE_ESIM,
        SlotState::NoProfile => Wire::ACTIVE_ESIM_NO_PROFILES,
    }
}

fn context_element_v2(context: &Context) -> ext::ProvisionedContextElementV2<'_> {
    ext::ProvisionedContextElementV2 {
        context_id: context.id,
        context_type: Uuid(context.purpose.0),
        ip_type: ip_type(context.ip),
        state: if context.disabled { ext::ContextState::DISABLED } else { ext::ContextState::ENABLED },
        roaming: ext::ContextRoamingControl(context.roaming),
        media_type: ext::ContextMediaType(context.media),
        source: ext::ContextSource(context.source),
        access_string: context.apn.as_str().into(),
        user_name: context.user.as_str().into(),
        password: context.password.as_str().into(),
        compression: compression(context.compression),
        auth_protocol: auth_protocol(context.auth),
    }
}

fn attach_element(context: &Context, place: u32) -> ext::LteAttachConfigurationElement<'_> {
    ext::LteAttachConfigurationElement {
        ip_type: ip_type(context.ip),
        roaming: ext::LteAttachContextRoamingControl(place),
        source: ext::ContextSource(context.source),
        access_string: context.apn.as_str().into(),
        user_name: context.user.as_str().into(),
        password: context.password.as_str().into(),
        compression: compression(context.compression),
        auth_protocol: auth_protocol(context.auth),
    }
}

const GSM: Technologies = Technologies::GPRS.union(Technologies::EDGE);
const UMTS: Technologies = Technologies::UMTS.union(Technologies::HSDPA).union(Technologies::HSUPA);

/// The lowest bits of a cell identity: so many as the technology has.
fn low(id: u64, bits: u32) -> u32 {
    let mask = u64::MAX.unbounded_shr(u64::BITS.saturating_sub(bits));
    u32::try_from(id & mask).unwrap_or(u32::MAX)
}

/// RSCP that is not known.
const NO_RSCP: i32 = 0;
/// Ec/No that is not known.
const NO_ECNO: i32 = 1;

fn decibel(n: Option<i16>) -> i32 {
    n.map_or(-1, i32::from)
}

/// A level as its distance from `-base`; 0 below, all ones if it is not known.
fn level(level: Option<i16>, base: i16) -> u32 {
    level.map_or(u32::MAX, |level| u32::try_from(level.saturating_add(base)).unwrap_or(0))
}

fn rx_level(signal: Signal) -> u32 {
    level(signal.rssi, 110)
}

/// A cell identity as text.
fn decimal(id: u64) -> String<16> {
    let mut text = String::new();
    // 36 bits are eleven digits; of a longer one the text is left empty.
    if write!(text, "{id}").is_err() {
        text.clear();
    }
    text
}

impl Source<'_> {
    /// Makes the information buffer and lends it to `sink`.
    pub(in super::super::super) fn tell_extensions(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::ExtContexts => {
                let contexts: Vec<_, NETWORKS> = collect(self.modem.contexts().iter().map(context_element_v2));
                sink(&ext::ProvisionedContextsInfo { provisioned_contexts: (&*contexts).into(), ..Default::default() });
            }
            Subject::AttachContexts => {
                let contexts = self.modem.attach_contexts().iter().zip(0..);
                let contexts = contexts.map(|(context, place)| attach_element(context, place));
                sink(&ext::LteAttachConfigurationInfo {
                    configurations: (&*collect::<_, 3>(contexts)).into(),
                    ..Default::default()
                });
            }
            Subject::AttachInfo(packet) => self.attach_info(packet, sink),
            Subject::SysCaps => sink(&ext::SysCapsInfo {
                number_of_executors: 1,
                number_of_slots: u32::from(self.modem.slots()),
                concurrency: 1,
                modem_id: self.modem.identity().imei.parse().unwrap_or(1),
            }),
            Subject::ExtDeviceCaps => self.ext_device_caps(sink),
            Subject::SlotMappings => sink(&ext::DeviceSlotMappingsInfo {
                slot_map: (&[ext::Slot { slot: u32::from(self.modem.active_slot().slot) }][..]).into(),
                ..Default::default()
            }),
            Subject::SlotInfo(slot) => {
                sink(&ext::SlotInfoStatusInfo { slot_index: u32::from(slot.slot), state: slot_state(slot.state) })
            }
            Subject::Pco(session) => sink(&ext::PcoInfo {
                pco_value: Inline::Value(ext::PcoValue {
                    session_id: u32::from(session),
                    pco_data_type: ext::PcoType::COMPLETE,
                    pco_data_buffer: self.modem.pco(session).into(),
                    ..Default::default()
                }),
            }),
            Subject::BaseStations(most) => self.base_stations(most, sink),
            Subject::Location => {
                let cell = self.modem.serving_network().map(|network| network.cell);
                sink(&ext::LocationInfoStatusInfo {
                    location_area_code: cell.map_or(u32::MAX, |cell| cell.lac),
                    tracking_area_code: cell.map_or(u32::MAX, |cell| cell.tac),
                    cell_id: cell.map_or(u32::MAX, |cell| u32::try_from(cell.id).unwrap_or(u32::MAX)),
                });
            }
            Subject::Version(version) => sink(&version),
            Subject::Denylist => self.denylist(sink),
            Subject::Logging => self.logging(sink),
            Subject::Configuration(state) => self.configuration(state, sink),
            Subject::RegistrationParameters => self.registration_parameters(sink),
            Subject::WakeReason => self.wake_reason(sink),
        }
    }

    fn ext_device_caps(&self, sink: Sink<'_>) {
        let identity = self.modem.identity();
        if self.version < V3 {
            return sink(&ext::DeviceCapsInfo {
                device_type: bc::DeviceType::EMBEDDED,
                cellular_class: bc::CellularClass::GSM,
                voice_class: self.voice_class(),
                sim_class: self.sim_class(),
                data_class: self.data_class(),
                sms_caps: self.sms_caps(),
                control_caps: self.control_caps(),
                max_sessions: self.modem.max_sessions(),
                custom_data_class: self.config.custom_data_class.as_str().into(),
                device_id: identity.imei.as_str().into(),
                firmware_info: identity.firmware.as_str().into(),
                hardware_info: identity.model.as_str().into(),
                executor_index: 0,
            });
        }
        let (technologies, custom) = self.technologies();
        let custom = if custom { bc::DataClassV3::CUSTOM } else { bc::DataClassV3::empty() };
        let subclass = u64::from(data_subclass(technologies).bits());
        // Bands that most devices have.
        let lte = if technologies.contains(Technologies::LTE) { &[1, 3, 7, 8, 20][..] } else { &[] };
        let nr = if technologies.intersects(NR) { &[1, 28, 78][..] } else { &[] };
        sink(&ext::DeviceCapsInfoV3 {
            device_type: bc::DeviceType::EMBEDDED,
            cellular_class: bc::CellularClass::GSM,
            voice_class: self.voice_class(),
            sim_class: self.sim_class(),
            data_class: data_class_v3(technologies) | custom,
            sms_caps: self.sms_caps(),
            control_caps: self.control_caps(),
            data_subclass: ext::DataSubclass64::from_bits_retain(subclass),
            max_sessions: self.modem.max_sessions(),
            executor_index: 0,
            wcdma_band_class: u32::from(technologies.contains(Technologies::UMTS)),
            lte_band_class: TlvNumbers::new(lte),
            nr_band_class: TlvNumbers::new(nr),
            custom_data_class: self.config.custom_data_class.as_str().into(),
            device_id: identity.imei.as_str().into(),
            firmware_info: identity.firmware.as_str().into(),
            hardware_info: identity.model.as_str().into(),
        });
    }

    fn base_stations(&self, most: Neighbours, sink: Sink<'_>) {
        let near = |kinds: Technologies, most: u8| {
            let neighbours = self.modem.neighbours().iter();
            neighbours.filter(move |neighbour| neighbour.technology.intersects(kinds)).take(usize::from(most))
        };
        let gsm_near: Vec<_, NEIGHBOURS> = collect(near(GSM, most.gsm).map(|cell| ext::CellInfoNeighboringGsm {
            provider_id: cell.plmn.as_str().into(),
            location_area_code: cell.cell.lac,
            cell_id: low(cell.cell.id, 16),
            arfcn: cell.cell.channel,
            base_station_id: cell.cell.physical,
            rx_level: rx_level(cell.signal),
        }));
        let umts_near: Vec<_, NEIGHBOURS> = collect(near(UMTS, most.umts).map(|cell| ext::CellInfoNeighboringUmts {
            provider_id: cell.plmn.as_str().into(),
            location_area_code: cell.cell.lac,
            cell_id: low(cell.cell.id, 28),
            uarfcn: cell.cell.channel,
            primary_scrambling_code: cell.cell.physical,
            rscp: cell.signal.rscp().map_or(NO_RSCP, i32::from),
            ecno: cell.signal.ecno().map_or(NO_ECNO, i32::from),
            path_loss: u32::MAX,
        }));
        let lte_near: Vec<_, NEIGHBOURS> =
            collect(near(Technologies::LTE, most.lte).map(|cell| ext::CellInfoNeighboringLte {
                provider_id: cell.plmn.as_str().into(),
                cell_id: low(cell.cell.id, 28),
                earfcn: cell.cell.channel,
                physical_cell_id: cell.cell.physical,
                tac: cell.cell.tac,
                rsrp: decibel(cell.signal.rsrp),
                rsrq: decibel(cell.signal.rsrq),
            }));
        let serving = self.modem.serving_network();
        let technology = serving.map(|network| (network.technologies & self.modem.technologies()).best());
        let technology = technology.unwrap_or_default();
        let signal = self.modem.signal();
        let gsm = serving.filter(|_| technology.intersects(GSM)).map(|network| ext::CellInfoServingGsm {
            provider_id: network.plmn.as_str().into(),
            location_area_code: network.cell.lac,
            cell_id: low(network.cell.id, 16),
            timing_advance: u32::MAX,
            arfcn: network.cell.channel,
            base_station_id: network.cell.physical,
            rx_level: rx_level(signal),
        });
        let umts = serving.filter(|_| technology.intersects(UMTS)).map(|network| ext::CellInfoServingUmts {
            provider_id: network.plmn.as_str().into(),
            location_area_code: network.cell.lac,
            cell_id: low(network.cell.id, 28),
            frequency_info_ul: u32::MAX,
            frequency_info_dl: u32::MAX,
            frequency_info_nt: u32::MAX,
            uarfcn: network.cell.channel,
            primary_scrambling_code: network.cell.physical,
            rscp: signal.rscp().map_or(NO_RSCP, i32::from),
            ecno: signal.ecno().map_or(NO_ECNO, i32::from),
            path_loss: u32::MAX,
        });
        // 5G beside LTE is anchored in an LTE cell.
        let anchored = technology.intersects(Technologies::LTE | Technologies::NR_NSA);
        let lte = serving.filter(|_| anchored).map(|network| ext::CellInfoServingLte {
            provider_id: network.plmn.as_str().into(),
            cell_id: low(network.cell.id, 28),
            earfcn: network.cell.channel,
            physical_cell_id: network.cell.physical,
            tac: network.cell.tac,
            rsrp: decibel(signal.rsrp),
            rsrq: decibel(signal.rsrq),
            timing_advance: u32::MAX,
        });
        let gsm = gsm.map_or(RefStruct::NONE, RefStruct::new);
        let umts = umts.map_or(RefStruct::NONE, RefStruct::new);
        let lte = lte.map_or(RefStruct::NONE, RefStruct::new);
        if self.version < V3 {
            return sink(&ext::BaseStationsInfoInfo {
                system_type: data_class(technology),
                gsm_serving_cell: gsm,
                umts_serving_cell: umts,
                lte_serving_cell: lte,
                gsm_neighboring_cells: RefSequence::new(&gsm_near),
                umts_neighboring_cells: RefSequence::new(&umts_near),
                lte_neighboring_cells: RefSequence::new(&lte_near),
                ..Default::default()
            });
        }
        let nr = serving.filter(|_| technology == Technologies::NR_SA).map(|network| ext::CellInfoServingNr {
            provider_id: network.plmn.as_str().into(),
            nci: network.cell.id,
            physical_cell_id: network.cell.physical,
            nrarfcn: network.cell.channel,
            tac: network.cell.tac,
            rsrp: level(signal.rsrp, 156),
            rsrq: level(signal.rsrq, 43),
            sinr: level(signal.snr, 23),
            timing_advance: u64::MAX,
        });
        let near_5g = || near(NR, most.nr);
        let ids: Vec<String<16>, NEIGHBOURS> = collect(near_5g().map(|cell| decimal(cell.cell.id)));
        let nr_near: Vec<_, NEIGHBOURS> = collect(near_5g().zip(&ids).map(|(cell, id)| ext::CellInfoNeighboringNr {
            system_sub_type: data_subclass(cell.technology),
            provider_id: cell.plmn.as_str().into(),
            cell_id: id.as_str().into(),
            physical_cell_id: cell.cell.physical,
            tac: cell.cell.tac,
            rsrp: level(cell.signal.rsrp, 156),
            rsrq: level(cell.signal.rsrq, 43),
            sinr: level(cell.signal.snr, 23),
        }));
        sink(&ext::BaseStationsInfoInfoV3 {
            system_type: data_class_v3(technology),
            system_sub_type: data_subclass(technology),
            gsm_serving_cell: gsm,
            umts_serving_cell: umts,
            lte_serving_cell: lte,
            gsm_neighboring_cells: RefSequence::new(&gsm_near),
            umts_neighboring_cells: RefSequence::new(&umts_near),
            lte_neighboring_cells: RefSequence::new(&lte_near),
            nr_serving_cells: RefSequence::new(nr.as_slice()),
            nr_neighbor_cells: RefSequence::new(&nr_near),
            ..Default::default()
        });
    }

    fn attach_info(&self, packet: PacketService, sink: Sink<'_>) {
        let anchored = Technologies::LTE.union(NR);
        let attached = packet.state == PacketState::Attached && packet.technology.intersects(anchored);
        let [home, partner, others] = self.modem.attach_contexts();
        let context = match self.modem.registration().state {
            RegistrationState::Partner => partner,
            RegistrationState::Roaming => others,
            _ => home,
        };
        let element = attach_element(context, 0);
        let mut info = ext::LteAttachInfoInfoV3 { nw_error: NwError(packet.cause), ..Default::default() };
        if attached {
            info = ext::LteAttachInfoInfoV3 {
                lte_attach_state: ext::LteAttachState::ATTACHED,
                nw_error: NwError(packet.cause),
                ip_type: element.ip_type,
                access_string: element.access_string,
                user_name: element.user_name,
                password: element.password,
                compression: element.compression,
                auth_protocol: element.auth_protocol,
            };
        }
        if self.version < V3 {
            return sink(&ext::LteAttachInfoInfo {
                lte_attach_state: info.lte_attach_state,
                ip_type: info.ip_type,
                access_string: info.access_string,
                user_name: info.user_name,
                password: info.password,
                compression: info.compression,
                auth_protocol: info.auth_protocol,
            });
        }
        sink(&info);
    }
}
