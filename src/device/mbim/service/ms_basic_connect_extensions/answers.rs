//! What Microsoft's extensions of Basic Connect tell, in the layout of the version agreed upon.

use heapless::Vec;
use mbim_wire::Uuid;
use mbim_wire::field::Inline;
use mbim_wire::list::{RefSequence, RefStruct};
use mbim_wire::service::basic_connect::{self as bc, NwError};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::tlv::TlvNumbers;

use super::super::super::super::collect;
use super::super::super::super::modem::bearer::Context;
use super::super::super::super::modem::network::{
    NETWORKS, PacketService, PacketState, RegistrationState, Technologies,
};
use super::super::super::super::modem::sim::SlotState;
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
    SlotInfo(SlotState),
    Pco(u8),
    BaseStations,
    Location,
    Version(ext::VersionInfo),
}

fn slot_state(state: SlotState) -> ext::UiccSlotState {
    use ext::UiccSlotState as Wire;
    match state {
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

/// A level as its distance from `-base`; 0 below.
fn coded_level(level: i16, base: i16) -> u32 {
    u32::try_from(level.saturating_add(base)).unwrap_or(0)
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
                number_of_slots: 1,
                concurrency: 1,
                modem_id: self.modem.identity().imei.parse().unwrap_or(1),
            }),
            Subject::ExtDeviceCaps => self.ext_device_caps(sink),
            Subject::SlotMappings => sink(&ext::DeviceSlotMappingsInfo {
                slot_map: (&[ext::Slot { slot: 0 }][..]).into(),
                ..Default::default()
            }),
            Subject::SlotInfo(state) => sink(&ext::SlotInfoStatusInfo { slot_index: 0, state: slot_state(state) }),
            Subject::Pco(session) => sink(&ext::PcoInfo {
                pco_value: Inline::Value(ext::PcoValue {
                    session_id: u32::from(session),
                    pco_data_type: ext::PcoType::COMPLETE,
                    pco_data_buffer: self.modem.pco(session).into(),
                    ..Default::default()
                }),
            }),
            Subject::BaseStations => self.base_stations(sink),
            Subject::Location => {
                let cell = self.modem.serving_network().map(|network| network.cell);
                sink(&ext::LocationInfoStatusInfo {
                    location_area_code: cell.map_or(u32::MAX, |cell| cell.lac),
                    tracking_area_code: cell.map_or(u32::MAX, |cell| cell.tac),
                    cell_id: cell.map_or(u32::MAX, |cell| u32::try_from(cell.id).unwrap_or(u32::MAX)),
                });
            }
            Subject::Version(version) => sink(&version),
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

    fn base_stations(&self, sink: Sink<'_>) {
        let Some(network) = self.modem.serving_network() else {
            if self.version < V3 {
                return sink(&ext::BaseStationsInfoInfo::default());
            }
            return sink(&ext::BaseStationsInfoInfoV3::default());
        };
        let technology = (network.technologies & self.modem.technologies()).best();
        let signal = self.modem.signal();
        let cell = network.cell;
        let decibel = |n: Option<i16>| n.map_or(-1, i32::from);
        let id = |bits: u32| u32::try_from(cell.id).unwrap_or(u32::MAX) & u32::MAX.unbounded_shr(bits);
        let umts = technology.intersects(Technologies::UMTS | Technologies::HSDPA | Technologies::HSUPA);
        let umts = umts.then(|| ext::CellInfoServingUmts {
            provider_id: network.plmn.as_str().into(),
            location_area_code: cell.lac,
            cell_id: id(4),
            frequency_info_ul: u32::MAX,
            frequency_info_dl: u32::MAX,
            frequency_info_nt: u32::MAX,
            uarfcn: cell.channel,
            primary_scrambling_code: cell.physical,
            rscp: signal.rssi.map_or(0, i32::from),
            ecno: 1,
            path_loss: u32::MAX,
        });
        let gsm = technology.intersects(Technologies::GPRS | Technologies::EDGE);
        let gsm = gsm.then(|| ext::CellInfoServingGsm {
            provider_id: network.plmn.as_str().into(),
            location_area_code: cell.lac,
            cell_id: id(16),
            timing_advance: u32::MAX,
            arfcn: cell.channel,
            base_station_id: cell.physical,
            rx_level: signal.rssi.map_or(u32::MAX, |rssi| coded_level(rssi, 110)),
        });
        let anchored = technology.intersects(Technologies::LTE | Technologies::NR_NSA);
        let lte = anchored.then(|| ext::CellInfoServingLte {
            provider_id: network.plmn.as_str().into(),
            cell_id: id(4),
            earfcn: cell.channel,
            physical_cell_id: cell.physical,
            tac: cell.tac,
            rsrp: decibel(signal.rsrp),
            rsrq: decibel(signal.rsrq),
            timing_advance: u32::MAX,
        });
        let lte = lte.map_or(RefStruct::NONE, RefStruct::new);
        let umts = umts.map_or(RefStruct::NONE, RefStruct::new);
        let gsm = gsm.map_or(RefStruct::NONE, RefStruct::new);
        if self.version < V3 {
            return sink(&ext::BaseStationsInfoInfo {
                system_type: data_class(technology),
                gsm_serving_cell: gsm,
                umts_serving_cell: umts,
                lte_serving_cell: lte,
                ..Default::default()
            });
        }
        let nr = [ext::CellInfoServingNr {
            provider_id: network.plmn.as_str().into(),
            nci: cell.id,
            physical_cell_id: cell.physical,
            nrarfcn: cell.channel,
            tac: cell.tac,
            rsrp: signal.rsrp.map_or(u32::MAX, |rsrp| coded_level(rsrp, 156)),
            rsrq: signal.rsrq.map_or(u32::MAX, |rsrq| coded_level(rsrq, 43)),
            sinr: signal.snr.map_or(u32::MAX, |snr| coded_level(snr, 23)),
            timing_advance: u64::MAX,
        }];
        let nr = if technology == Technologies::NR_SA { &nr[..] } else { &[] };
        sink(&ext::BaseStationsInfoInfoV3 {
            system_type: data_class_v3(technology),
            system_sub_type: data_subclass(technology),
            gsm_serving_cell: gsm,
            umts_serving_cell: umts,
            lte_serving_cell: lte,
            nr_serving_cells: RefSequence::new(nr),
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
