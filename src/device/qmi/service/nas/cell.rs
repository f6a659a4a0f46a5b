//! Cells, bands and carriers.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::nas as wire;

use super::super::super::call::{Call, Outcome, Refused};
use super::terms::{active_band, bandwidth, bcd, interface, narrow, tenths};
use crate::device::modem::Modem;
use crate::device::modem::band::Band;
use crate::device::modem::bearer::SessionState;
use crate::device::modem::network::{
    CARRIERS, NEIGHBOURS, Neighbour, Network, PacketState, RegistrationState, Signal, Technologies,
};
use crate::device::modem::settings::Drx;

const UNAVAILABLE: Refused = Refused(ProtocolError::INFORMATION_UNAVAILABLE);

/// Timing advance that is not known.
const NO_ADVANCE: u32 = u32::MAX;

fn is_active(modem: &Modem) -> bool {
    modem.sessions().any(|session| session.state == SessionState::Active)
}

fn value(of: Option<i16>) -> i16 {
    of.map_or(0, tenths)
}

/// GSM level 0 to 63: 0 below -110 dBm.
fn level(rssi: Option<i16>) -> u16 {
    rssi.map_or(0, |dbm| u16::try_from(dbm.saturating_add(111)).unwrap_or(0).min(63))
}

/// Neighbours of a technology, with their channels in 16 bits.
fn near(modem: &Modem, of: Technologies) -> impl Iterator<Item = (u16, &Neighbour)> {
    let all = modem.neighbours().iter().filter(move |cell| cell.technology.intersects(of));
    all.filter_map(|cell| Some((u16::try_from(cell.cell.channel).ok()?, cell)))
}

const LONG_TERM: Technologies = Technologies::LTE.union(Technologies::NR_NSA);

/// Places in which channels begin: those of neighbours that have no neighbour of the same channel before them.
fn channels(modem: &Modem, of: Technologies, but: Option<u16>) -> Vec<u16, NEIGHBOURS> {
    let mut channels: Vec<u16, NEIGHBOURS> = Vec::new();
    for (channel, _) in near(modem, of) {
        if Some(channel) != but && !channels.contains(&channel) {
            let _ = channels.push(channel);
        }
    }
    channels
}

fn lte_cell(physical: u32, signal: Signal) -> wire::IntrafrequencyLteInfoV2Cell {
    wire::IntrafrequencyLteInfoV2Cell {
        physical_cell_id: narrow(physical, u16::MAX),
        rsrq: value(signal.rsrq),
        rsrp: value(signal.rsrp),
        rssi: value(signal.rssi),
        cell_selection_rx_level: signal.rsrp.map_or(0, |rsrp| rsrp.saturating_add(128)),
    }
}

fn put_lte(r: &mut wire::get_cell_location_info::ResponseBuilder<'_>, modem: &Modem, network: &Network) {
    let cell = network.cell;
    let ue_in_idle = !is_active(modem);
    let own: u16 = narrow(cell.channel, u16::MAX);
    let mut cells: Vec<_, { NEIGHBOURS + 1 }> = Vec::new();
    let _ = cells.push(lte_cell(cell.physical, modem.signal()));
    for (_, neighbour) in near(modem, LONG_TERM).filter(|(channel, _)| *channel == own) {
        let _ = cells.push(lte_cell(neighbour.cell.physical, neighbour.signal));
    }
    r.intrafrequency_lte_info_v2(wire::IntrafrequencyLteInfoV2 {
        ue_in_idle,
        plmn: bcd(&network.plmn),
        tracking_area_code: narrow(cell.tac, u16::MAX),
        global_cell_id: u32::try_from(cell.id).unwrap_or(u32::MAX),
        eutra_absolute_rf_channel_number: own,
        serving_cell_id: narrow(cell.physical, u16::MAX),
        cell_reselection_priority: 5,
        s_non_intra_search_threshold: 8,
        serving_cell_low_threshold: 6,
        s_intra_search_threshold: 58,
        cell: cells.as_slice().into(),
    });

    let others = channels(modem, LONG_TERM, Some(own));
    let mut by_channel: Vec<(u16, Vec<wire::InterfrequencyLteInfoCell, NEIGHBOURS>), NEIGHBOURS> = Vec::new();
    for other in &others {
        let cells = near(modem, LONG_TERM).filter(|(channel, _)| channel == other).map(|(_, neighbour)| {
            let cell = lte_cell(neighbour.cell.physical, neighbour.signal);
            wire::InterfrequencyLteInfoCell {
                physical_cell_id: cell.physical_cell_id,
                rsrq: cell.rsrq,
                rsrp: cell.rsrp,
                rssi: cell.rssi,
                cell_selection_rx_level: cell.cell_selection_rx_level,
            }
        });
        let _ = by_channel.push((*other, crate::device::collect(cells)));
    }
    let frequencies = by_channel.iter().map(|(channel, cells)| wire::InterfrequencyLteInfoFrequency {
        eutra_absolute_rf_channel_number: *channel,
        cell_selection_rx_level_low_threshold: 8,
        cell_selection_rx_level_high_threshold: 10,
        cell_reselection_priority: 4,
        cell: cells.as_slice().into(),
    });
    let frequencies: Vec<_, NEIGHBOURS> = crate::device::collect(frequencies);
    r.interfrequency_lte_info(wire::InterfrequencyLteInfo { ue_in_idle, frequency: frequencies.as_slice().into() });

    let gsm = near(modem, Technologies::SECOND).map(|(channel, neighbour)| wire::LteInfoNeighboringGsmCell {
        geran_absolute_rf_channel_number: channel,
        band_is_1900: false,
        cell_id_valid: true,
        base_station_identity_code: u8::try_from(neighbour.cell.physical & 0x3f).unwrap_or(0),
        rssi: value(neighbour.signal.rssi),
        cell_selection_rx_level: neighbour.signal.rssi.map_or(0, |rssi| rssi.saturating_add(105)),
    });
    let gsm: Vec<_, NEIGHBOURS> = crate::device::collect(gsm);
    let frequency = [wire::LteInfoNeighboringGsmFrequency {
        cell_reselection_priority: 1,
        cell_reselection_high_threshold: 12,
        cell_reselection_low_threshold: 6,
        ncc_permitted: 0xff,
        cell: gsm.as_slice().into(),
    }];
    let frequency = frequency.get(..usize::from(!gsm.is_empty())).unwrap_or_default();
    r.lte_info_neighboring_gsm(wire::LteInfoNeighboringGsm { ue_in_idle, frequency: frequency.into() });

    let mut by_channel: Vec<(u16, Vec<wire::LteInfoNeighboringWcdmaCell, NEIGHBOURS>), NEIGHBOURS> = Vec::new();
    for other in &channels(modem, Technologies::THIRD, None) {
        let cells = near(modem, Technologies::THIRD).filter(|(channel, _)| channel == other);
        let cells = cells.map(|(_, neighbour)| wire::LteInfoNeighboringWcdmaCell {
            primary_scrambling_code: narrow(neighbour.cell.physical, u16::MAX),
            cpich_rscp: value(neighbour.signal.rscp()),
            cpich_ecno: value(neighbour.signal.ecno()),
            cell_selection_rx_level: neighbour.signal.rscp().map_or(0, |rscp| rscp.saturating_add(115)),
        });
        let _ = by_channel.push((*other, crate::device::collect(cells)));
    }
    let frequencies = by_channel.iter().map(|(channel, cells)| wire::LteInfoNeighboringWcdmaFrequency {
        utra_absolute_rf_channel_number: *channel,
        cell_reselection_priority: 3,
        cell_reselection_high_threshold: 12,
        cell_reselection_low_threshold: 6,
        cell: cells.as_slice().into(),
    });
    let frequencies: Vec<_, NEIGHBOURS> = crate::device::collect(frequencies);
    r.lte_info_neighboring_wcdma(wire::LteInfoNeighboringWcdma {
        ue_in_idle,
        frequency: frequencies.as_slice().into(),
    });
    // Known only while something is sent.
    r.lte_info_timing_advance(if ue_in_idle { NO_ADVANCE } else { 1 });
}

fn put_umts(r: &mut wire::get_cell_location_info::ResponseBuilder<'_>, modem: &Modem, network: &Network) {
    let (cell, signal) = (network.cell, modem.signal());
    let own: u16 = narrow(cell.channel, u16::MAX);
    let cells = near(modem, Technologies::THIRD).map(|(channel, neighbour)| wire::UmtsInfoV2Cell {
        utra_absolute_rf_channel_number: channel,
        primary_scrambling_code: narrow(neighbour.cell.physical, u16::MAX),
        rscp: neighbour.signal.rscp().unwrap_or(0),
        ecio: neighbour.signal.ecno().unwrap_or(0),
    });
    let cells: Vec<_, NEIGHBOURS> = crate::device::collect(cells);
    let gsm = near(modem, Technologies::SECOND).map(|(channel, neighbour)| {
        let code = neighbour.cell.physical;
        wire::NeighboringGeran {
            geran_absolute_rf_channel_number: channel,
            network_color_code: u8::try_from(code.wrapping_shr(3) & 7).unwrap_or(0),
            base_station_color_code: u8::try_from(code & 7).unwrap_or(0),
            rssi: neighbour.signal.rssi.unwrap_or(0),
        }
    });
    let gsm: Vec<_, NEIGHBOURS> = crate::device::collect(gsm);
    r.umts_info_v2(wire::UmtsInfoV2 {
        cell_id: u16::try_from(cell.id & 0xffff).unwrap_or(u16::MAX),
        plmn: bcd(&network.plmn),
        lac: narrow(cell.lac, u16::MAX),
        utra_absolute_rf_channel_number: own,
        primary_scrambling_code: narrow(cell.physical, u16::MAX),
        rscp: signal.rscp().unwrap_or(0),
        ecio: signal.ecno().unwrap_or(0),
        cell: cells.as_slice().into(),
        neighboring_geran: gsm.as_slice().into(),
    });
    r.umts_cell_id(u32::try_from(cell.id).unwrap_or(u32::MAX));
    let lte = near(modem, LONG_TERM).map(|(channel, neighbour)| wire::UmtsInfoNeighboringLteFrequency {
        eutra_absolute_rf_channel_number: channel,
        physical_cell_id: narrow(neighbour.cell.physical, u16::MAX),
        rsrp: f32::from(neighbour.signal.rsrp.unwrap_or(0)),
        rsrq: f32::from(neighbour.signal.rsrq.unwrap_or(0)),
        cell_selection_rx_level: neighbour.signal.rsrp.map_or(0, |rsrp| rsrp.saturating_add(128)),
        is_tdd: matches!(Band::of(Technologies::LTE, channel.into()), Some(Band::Lte(33..=53))),
    });
    let lte: Vec<_, NEIGHBOURS> = crate::device::collect(lte);
    r.umts_info_neighboring_lte(wire::UmtsInfoNeighboringLte {
        rrc_state: if is_active(modem) { wire::WcdmaRrcState::CELL_DCH } else { wire::WcdmaRrcState::DISCONNECTED },
        frequency: lte.as_slice().into(),
    });
}

fn put_gsm(r: &mut wire::get_cell_location_info::ResponseBuilder<'_>, modem: &Modem, network: &Network) {
    let cell = network.cell;
    let code = |physical: u32| u8::try_from(physical & 0x3f).unwrap_or(0);
    let cells = near(modem, Technologies::SECOND).map(|(channel, neighbour)| wire::GeranInfoV2Cell {
        cell_id: u32::try_from(neighbour.cell.id).unwrap_or(u32::MAX),
        plmn: bcd(&neighbour.plmn),
        lac: narrow(neighbour.cell.lac, u16::MAX),
        geran_absolute_rf_channel_number: channel,
        base_station_identity_code: code(neighbour.cell.physical),
        rx_level: level(neighbour.signal.rssi),
    });
    let cells: Vec<_, NEIGHBOURS> = crate::device::collect(cells);
    r.geran_info_v2(wire::GeranInfoV2 {
        cell_id: u32::try_from(cell.id).unwrap_or(u32::MAX),
        plmn: bcd(&network.plmn),
        lac: narrow(cell.lac, u16::MAX),
        geran_absolute_rf_channel_number: narrow(cell.channel, u16::MAX),
        base_station_identity_code: code(cell.physical),
        timing_advance: if is_active(modem) { 2 } else { NO_ADVANCE },
        rx_level: level(modem.signal().rssi),
        cell: cells.as_slice().into(),
    });
}

fn put_nr(r: &mut wire::get_cell_location_info::ResponseBuilder<'_>, modem: &Modem, network: &Network) {
    let (cell, signal) = (network.cell, modem.signal());
    let [_, a, b, c] = cell.tac.to_be_bytes();
    r.nr5g_arfcn(cell.channel);
    r.nr5g_cell_information(wire::Nr5gCellInformation {
        plmn: bcd(&network.plmn),
        tracking_area_code: [a, b, c],
        global_cell_id: cell.id,
        physical_cell_id: narrow(cell.physical, u16::MAX),
        rsrq: value(signal.rsrq),
        rsrp: value(signal.rsrp),
        snr: value(signal.snr),
    });
}

pub(super) fn location(call: &mut Call<'_, '_>) -> Outcome {
    let technology = call.modem.serving_technology();
    if technology.is_empty() {
        return Err(UNAVAILABLE);
    }
    call.answer::<wire::get_cell_location_info::Message>(|r, modem| {
        let Some(network) = modem.serving_network() else { return };
        match interface(technology) {
            wire::RadioInterface::GSM => put_gsm(r, modem, network),
            wire::RadioInterface::UMTS => put_umts(r, modem, network),
            wire::RadioInterface::LTE => put_lte(r, modem, network),
            _ => put_nr(r, modem, network),
        }
    })
}

pub(super) fn rf_band(call: &mut Call<'_, '_>) -> Outcome {
    let technology = call.modem.serving_technology();
    let serving = call.modem.serving_network().map(|network| (network.cell.channel, network.bandwidth(technology)));
    let band = serving.and_then(|(channel, _)| Band::of(technology, channel)).and_then(active_band);
    let (Some((channel, width)), Some(active_band_class)) = (serving, band) else {
        // The list is there in any case.
        return call.refuse::<wire::get_rf_band_information::Message>(
            ProtocolError::INFORMATION_UNAVAILABLE,
            |r, _| {
                r.list((&[]).into());
            },
        );
    };
    let radio_interface = interface(technology);
    call.answer::<wire::get_rf_band_information::Message>(|r, _| {
        let active_channel = narrow(channel, u16::MAX);
        r.list((&[wire::RfBand { radio_interface, active_band_class, active_channel }]).into());
        let extended = wire::ExtendedRfBand { radio_interface, active_band_class, active_channel: channel };
        r.extended_list((&[extended]).into());
        let bandwidth = bandwidth(technology, width);
        r.bandwidth_list((&[wire::RfBandwidth { radio_interface, bandwidth }]).into());
    })
}

/// How often the device listens while it sleeps: what it asked for, or what the network tells everybody.
pub(super) fn drx(call: &mut Call<'_, '_>) -> Outcome {
    let Some(network) = call.modem.serving_network() else { return Err(UNAVAILABLE) };
    let frames = match call.modem.registration_parameters().drx {
        Drx::Frames(frames) => frames,
        _ => network.paging,
    };
    let info = match frames {
        32 => wire::Drx::CN6_T32,
        64 => wire::Drx::CN7_T64,
        128 => wire::Drx::CN8_T128,
        256 => wire::Drx::CN9_T256,
        _ => wire::Drx::UNKNOWN,
    };
    call.answer::<wire::get_drx::Message>(|r, _| {
        r.info(info);
    })
}

pub(super) fn carriers(call: &mut Call<'_, '_>) -> Outcome {
    let technology = call.modem.serving_technology();
    if !technology.intersects(LONG_TERM) {
        return Err(UNAVAILABLE);
    }
    call.answer::<wire::get_lte_cphy_ca_info::Message>(|r, modem| {
        let Some(network) = modem.serving_network() else { return };
        let band = |channel| {
            let band = Band::of(Technologies::LTE, channel).and_then(active_band);
            band.unwrap_or(wire::ActiveBand(0xffff))
        };
        let cell = network.cell;
        r.phy_ca_agg_pcell_info(wire::PhyCaAggPcellInfo {
            physical_cell_id: narrow(cell.physical, u16::MAX),
            rx_channel: narrow(cell.channel, u16::MAX),
            dl_bandwidth: bandwidth(Technologies::LTE, network.bandwidth(technology)),
            lte_band: band(cell.channel),
        });
        // They are added when there is something to send.
        let state = if is_active(modem) { wire::ScellState::ACTIVATED } else { wire::ScellState::DECONFIGURED };
        let cells = (1..).zip(&network.carriers).map(|(cell_index, carrier)| wire::PhyCaAggSecondaryCell {
            physical_cell_id: narrow(carrier.physical, u16::MAX),
            rx_channel: narrow(carrier.channel, u16::MAX),
            dl_bandwidth: bandwidth(Technologies::LTE, carrier.bandwidth),
            lte_band: band(carrier.channel),
            state,
            cell_index,
        });
        let cells: Vec<_, CARRIERS> = crate::device::collect(cells);
        if let Some(first) = cells.first() {
            r.dl_bandwidth(first.dl_bandwidth);
            r.phy_ca_agg_scell_info(wire::PhyCaAggScellInfo {
                physical_cell_id: first.physical_cell_id,
                rx_channel: first.rx_channel,
                dl_bandwidth: first.dl_bandwidth,
                lte_band: first.lte_band,
                state,
            });
            r.scell_index(first.cell_index);
        }
        r.phy_ca_agg_secondary_cells(cells.as_slice().into());
    })
}

/// 5G beside LTE.
pub(super) fn endc(call: &mut Call<'_, '_>) -> Outcome {
    if !call.modem.technologies().contains(Technologies::NR_NSA) {
        return Err(Refused(ProtocolError::NOT_SUPPORTED));
    }
    call.answer::<wire::get_endc_config::Message>(|r, modem| {
        r.enabled(modem.usable_technologies().contains(Technologies::NR_NSA));
        r.immediate_scg_release(false);
    })
}

/// Sierra Wireless: the state of the device in short.
pub(super) fn swi_status(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::swi_get_status::Message>(|r, modem| {
        let registration = modem.registration();
        let technology = modem.serving_technology();
        r.common_info_v2(wire::CommonInfoV2 {
            temperature: 35,
            modem_mode: match modem.radio().is_on() {
                true => wire::SwiModemMode::ONLINE,
                false => wire::SwiModemMode::LOW_POWER,
            },
            system_mode: match interface(technology) {
                wire::RadioInterface::GSM => wire::SwiSystemMode::GSM,
                wire::RadioInterface::UMTS => wire::SwiSystemMode::WCDMA,
                wire::RadioInterface::LTE => wire::SwiSystemMode::LTE,
                _ => wire::SwiSystemMode::NO_SERVICE,
            },
            ims_registration_state: match modem.ims_voice() {
                true => wire::SwiImsRegState::FULL_SRV,
                false => wire::SwiImsRegState::NO_SRV,
            },
            packet_service_state: match modem.packet_service().state {
                PacketState::Attached => wire::SwiPsState::ATTACHED,
                _ => wire::SwiPsState::DETACHED,
            },
        });
        let Some(network) = modem.serving_network().filter(|_| technology.intersects(LONG_TERM)) else { return };
        let channel = network.cell.channel;
        let band = Band::of(Technologies::LTE, channel).and_then(active_band).unwrap_or_default();
        let rx_channel: u16 = narrow(channel, u16::MAX);
        r.lte_info(wire::LteInfo {
            band: band.into(),
            bandwidth: bandwidth(technology, network.bandwidth(technology)).into(),
            rx_channel,
            // Of paired bands (3GPP TS 36.101 table 5.7.3-1).
            tx_channel: if rx_channel < 36_000 { rx_channel.saturating_add(18_000) } else { rx_channel },
            emm_state: match registration.state {
                RegistrationState::Searching => wire::SwiEmmState::REG_INITIATED,
                _ if registration.is_registered() => wire::SwiEmmState::REGISTERED,
                _ => wire::SwiEmmState::DEREGISTERED,
            },
            emm_sub_state: 0,
            emm_connection_state: wire::SwiEmmConnectionState::RRC_IDLE,
        });
    })
}
