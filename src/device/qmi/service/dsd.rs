//! DSD: which network carries data, and which access point is used for what.

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, dsd as wire};

use super::super::call::{Call, Outcome, Refused, Step};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::Modem;
use crate::device::modem::apn_types::ApnTypes;
use crate::device::modem::band::Band;
use crate::device::modem::event::Change;
use crate::device::modem::network::{PacketState, Technologies};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::DSD,
    version: (1, 0),
    messages: &[
        Served::of::<wire::get_system_status::Message>(system_status),
        Served::of::<wire::system_status_change::Message>(register),
        Served::of::<wire::get_apn_info::Message>(apn_info),
        Served::of::<wire::set_apn_type::Message>(set_apn_type),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for, and what it was told.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    registered: bool,
    told: Option<System>,
}

/// What carries data: nothing is served by more than one.
type System = Option<wire::AvailableSystem>;

fn system(modem: &Modem) -> System {
    use wire::{RadioAccessTechnology as Rat, SoMask};
    let technology = modem.packet_service().technology;
    if modem.packet_service().state != PacketState::Attached {
        return None;
    }
    let network = modem.serving_network()?;
    let is_tdd = matches!(Band::of(technology, network.cell.channel), Some(Band::Lte(33..=53)));
    let lte = if is_tdd { SoMask::_3GPP_SO_MASK_LTE_TDD } else { SoMask::_3GPP_SO_MASK_LTE_FDD };
    let (rat, so_mask) = match technology {
        Technologies::GPRS => (Rat::_3GPP_GERAN, SoMask::_3GPP_SO_MASK_GPRS),
        Technologies::EDGE => (Rat::_3GPP_GERAN, SoMask::_3GPP_SO_MASK_EDGE),
        Technologies::UMTS => (Rat::_3GPP_WCDMA, SoMask::_3GPP_SO_MASK_WCDMA),
        Technologies::HSDPA => (Rat::_3GPP_WCDMA, SoMask::_3GPP_SO_MASK_HSDPA),
        Technologies::HSUPA => {
            (Rat::_3GPP_WCDMA, SoMask::_3GPP_SO_MASK_HSDPA | SoMask::_3GPP_SO_MASK_HSUPA | SoMask::_3GPP_SO_MASK_HSPA)
        }
        Technologies::LTE if network.carriers.is_empty() => (Rat::_3GPP_LTE, lte),
        Technologies::LTE => (Rat::_3GPP_LTE, lte | SoMask::_3GPP_SO_MASK_LTE_CA_DL),
        // The 5G carrier is what data goes over; the LTE cell only leads there.
        Technologies::NR_NSA => (Rat::_3GPP5G, SoMask::_3GPP_SO_MASK5G_NSA | SoMask::_3GPP_SO_MASK5G_SUB6),
        Technologies::NR_SA => {
            let bands = match Band::of(technology, network.cell.channel) {
                Some(Band::Nr(257..)) => SoMask::_3GPP_SO_MASK5G_MMWAVE,
                _ => SoMask::_3GPP_SO_MASK5G_SUB6,
            };
            (Rat::_3GPP5G, SoMask::_3GPP_SO_MASK5G_SA | bands)
        }
        _ => return None,
    };
    Some(wire::AvailableSystem { technology: wire::DataSystemNetworkType::_3GPP, rat, so_mask })
}

fn system_status(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_system_status::Message>(|r, modem| {
        r.available_systems(system(modem).as_slice().into());
    })
}

fn register(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::system_status_change::Message>();
    let wanted = request.register_indication()?;
    let now = system(call.modem);
    let client = call.state::<Client>()?;
    client.registered = wanted.unwrap_or(client.registered);
    client.told = Some(now);
    Ok(Step::Success)
}

fn tell(t: &mut Tell<'_, '_>, change: &Change) {
    if !matches!(change, Change::PacketService(_) | Change::Location) {
        return;
    }
    let now = system(t.modem);
    let Some(client) = t.state::<Client>() else { return };
    if client.registered && client.told.replace(now) != Some(now) {
        t.send::<wire::system_status_indication::Message>(|r, _| {
            r.available_systems(now.as_slice().into());
        });
    }
}

fn types(preference: wire::ApnTypePreference) -> ApnTypes {
    // The bits are the same.
    ApnTypes::from_bits_truncate(u16::try_from(preference.bits() & 0x3ff).unwrap_or(0))
}

fn apn_info(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<wire::get_apn_info::Message>().apn_type()?;
    let bit = if wanted.0 < 10 { 1_u64.wrapping_shl(wanted.0) } else { 0 };
    let wanted = types(wire::ApnTypePreference::from_bits_retain(bit));
    if wanted.is_empty() {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    if call.modem.apn_for(wanted).is_none() {
        return Err(Refused(ProtocolError::NO_ENTRY));
    }
    call.answer::<wire::get_apn_info::Message>(|r, modem| {
        r.apn_name(modem.apn_for(wanted).unwrap_or_default().into());
    })
}

fn set_apn_type(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::set_apn_type::Message>();
    let info = request.apn_type()?;
    let mask = request.apn_type_preference_mask()?.unwrap_or(info.kind);
    let apn = info.name.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    call.modem.set_apn_types(apn, types(info.kind & mask))?;
    Ok(Step::Success)
}
