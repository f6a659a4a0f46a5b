//! NAS: registration, networks, signal, preferences.
//!
//! | file | holds |
//! |---|---|
//! | `mod` (here) | what is served, what clients register for, which change is told to whom |
//! | `system` | registration, packet service and cells: serving system, system information, refusals |
//! | `signal` | what is received, and when a change of it is worth an indication |
//! | `preference` | technologies, bands, the choice of a network, preferred networks |
//! | `scan` | looking for networks |
//! | `names` | names of networks, and the time that they tell |
//! | `cell` | cells, bands, carriers |
//! | `terms` | the model's terms in the service's numbers |

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, nas as wire};

use super::super::call::{Call, Outcome, Refused, Step, reset, supported};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::event::Change;
use crate::device::modem::network::{PacketState, Selection};
use crate::device::modem::{Failure, Reason};

mod cell;
mod names;
mod preference;
mod scan;
mod signal;
mod system;
pub(super) mod terms;

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::NAS,
    version: (1, 25),
    messages: &[
        Served::of::<wire::reset::Message>(reset),
        Served::of::<wire::abort::Message>(scan::abort),
        Served::of::<wire::set_event_report::Message>(signal::set_event_report),
        Served::of::<wire::register_indications::Message>(register_indications),
        Served::of::<wire::get_supported_messages::Message>(supported),
        Served::of::<wire::get_signal_strength::Message>(signal::strength),
        Served::of::<wire::network_scan::Message>(scan::whole),
        Served::of::<wire::initiate_network_register::Message>(register),
        Served::of::<wire::attach_detach::Message>(attach_detach),
        Served::of::<wire::get_serving_system::Message>(system::serving),
        Served::of::<wire::get_home_network::Message>(names::home),
        Served::of::<wire::get_preferred_networks::Message>(preference::preferred_networks),
        Served::of::<wire::set_preferred_networks::Message>(preference::set_preferred_networks),
        Served::of::<wire::set_technology_preference::Message>(preference::set_technology),
        Served::of::<wire::get_technology_preference::Message>(preference::technology),
        Served::of::<wire::get_rf_band_information::Message>(cell::rf_band),
        Served::of::<wire::set_system_selection_preference::Message>(preference::set_selection),
        Served::of::<wire::get_system_selection_preference::Message>(preference::selection),
        Served::of::<wire::get_operator_name::Message>(names::operator),
        Served::of::<wire::get_cell_location_info::Message>(cell::location),
        Served::of::<wire::get_plmn_name::Message>(names::plmn),
        Served::of::<wire::get_system_info::Message>(system::info),
        Served::of::<wire::get_signal_info::Message>(signal::info),
        Served::of::<wire::config_signal_info::Message>(signal::config),
        Served::of::<wire::get_tx_rx_info::Message>(signal::tx_rx),
        Served::of::<wire::force_network_search::Message>(force_search),
        Served::of::<wire::config_signal_info_v2::Message>(signal::config_v2),
        Served::of::<wire::get_network_time::Message>(names::time),
        Served::of::<wire::incremental_network_scan::Message>(scan::incremental),
        Served::of::<wire::get_drx::Message>(cell::drx),
        Served::of::<wire::get_lte_cphy_ca_info::Message>(cell::carriers),
        Served::of::<wire::get_endc_config::Message>(cell::endc),
        Served::of::<wire::swi_get_status::Message>(cell::swi_status),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for, and what it was told.
#[derive(Clone, Debug)]
pub(in super::super) struct Client {
    registered: Registered,
    events: signal::Events,
    thresholds: signal::Thresholds,
    told: signal::Values,
    told_system: Option<system::Summary>,
    /// The transaction of the scan that is to be answered.
    scan: Option<u16>,
    incremental: Option<scan::Incremental>,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            registered: Registered { serving_system: true, ..Registered::default() },
            events: signal::Events::default(),
            thresholds: signal::Thresholds::default(),
            told: signal::Values::NONE,
            told_system: None,
            scan: None,
            incremental: None,
        }
    }
}

/// Indications that a client wants. Those of the serving system come without being asked for.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // they are switches of the host, one by one
struct Registered {
    serving_system: bool,
    network_time: bool,
    system_info: bool,
    signal_info: bool,
    name: bool,
    reject: bool,
    /// A refusal is told by the indication of that alone.
    reject_alone: bool,
}

fn register_indications(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::register_indications::Message>();
    let reject = request.network_reject_information()?;
    let wanted = [
        request.serving_system_events()?,
        request.network_time()?,
        request.system_info()?,
        request.signal_info()?,
        request.current_plmn_name()?,
        reject.map(|reject| reject.enable_network_reject_indications),
        reject.map(|reject| reject.supress_system_info_indications),
    ];
    let signal = signal::Values::of(call.modem);
    let summary = system::Summary::of(call.modem);
    let client = call.state::<Client>()?;
    let kept = &mut client.registered;
    let switches = [
        &mut kept.serving_system,
        &mut kept.network_time,
        &mut kept.system_info,
        &mut kept.signal_info,
        &mut kept.name,
        &mut kept.reject,
        &mut kept.reject_alone,
    ];
    for (switch, wanted) in switches.into_iter().zip(wanted) {
        *switch = wanted.unwrap_or(*switch);
    }
    // Who registers asks for the state itself; from here on, changes are told.
    client.told = signal;
    client.told_system = Some(summary);
    Ok(Step::Success)
}

fn tell(t: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::Registration(registration) => {
            let alone = system::tell_reject(t, *registration);
            system::tell(t, alone);
            names::tell(t);
            signal::tell(t);
        }
        Change::PacketService(packet) => {
            let alone = system::tell_packet_reject(t, *packet);
            system::tell(t, alone);
            signal::tell(t);
        }
        Change::Location | Change::Subscriber(_) | Change::Radio(_) | Change::Ims => system::tell(t, false),
        Change::Signal(_) => signal::tell(t),
        Change::Date(date) => names::tell_time(t, *date),
        Change::NetworkFound(_) => scan::tell(t),
        _ => {}
    }
}

/// The words that this service has for failures.
fn refused(failure: Failure) -> Refused {
    match failure.reason {
        Reason::RadioOff => Refused(ProtocolError::INCOMPATIBLE_STATE),
        Reason::NotAllowed => Refused(ProtocolError::ACCESS_DENIED),
        Reason::Refused => Refused(ProtocolError::NETWORK_UNSUPPORTED),
        _ => failure.into(),
    }
}

/// The request is answered when the modem has registered, or cannot.
fn register(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::initiate_network_register::Message>();
    let manual = request.manual_registration_info_3gpp()?;
    let three_digits = request.mnc_pcs_digit_include_status()?.unwrap_or(false);
    let kept = match request.change_duration()? {
        Some(wire::ChangeDuration::PERMANENT) => true,
        None | Some(wire::ChangeDuration::POWER_CYCLE) => false,
        Some(_) => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let (selection, technologies) = match (request.action()?, manual) {
        (wire::NetworkRegisterType::AUTOMATIC, _) => (Selection::Automatic, terms::any()),
        (wire::NetworkRegisterType::MANUAL, Some(manual)) => {
            let plmn = terms::plmn(manual.mcc, manual.mnc, three_digits)?;
            (Selection::Manual(plmn), terms::technologies(manual.radio_interface))
        }
        (wire::NetworkRegisterType::MANUAL, None) => return Err(Refused(ProtocolError::MISSING_ARGUMENT)),
        _ => return Err(Refused(ProtocolError::INVALID_REGISTER_ACTION)),
    };
    let stays = call.modem.registration().is_registered()
        && call.modem.preferences().selection == selection
        && call.modem.serving_technology().intersects(technologies);
    if stays {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    let origin = call.origin();
    let preferred = if technologies == terms::any() { call.modem.registration().preferred } else { technologies };
    let ticket = call.modem.request_registration(call.now, origin, selection, preferred).map_err(refused)?;
    if kept {
        call.modem.keep_selection();
    }
    call.wait(ticket, 0, |_, _, outcome| outcome.map(|()| Step::Success).map_err(refused))
}

fn attach_detach(call: &mut Call<'_, '_>) -> Outcome {
    let action = call.request::<wire::attach_detach::Message>().action()?;
    let origin = call.origin();
    let attached = call.modem.packet_service().state;
    let ticket = match action {
        wire::PsAttachAction::ATTACH if attached == PacketState::Attached => {
            return Err(Refused(ProtocolError::NO_EFFECT));
        }
        wire::PsAttachAction::DETACH if attached == PacketState::Detached => {
            return Err(Refused(ProtocolError::NO_EFFECT));
        }
        wire::PsAttachAction::ATTACH => call.modem.request_attach(call.now, origin),
        wire::PsAttachAction::DETACH => call.modem.request_detach(call.now, origin),
        _ => return Err(Refused(ProtocolError::INVALID_PS_ATTACH_ACTION)),
    };
    call.wait(ticket.map_err(refused)?, 0, |_, _, outcome| outcome.map(|()| Step::Success).map_err(refused))
}

fn force_search(call: &mut Call<'_, '_>) -> Outcome {
    call.modem.search_again(call.now).map_err(refused)?;
    Ok(Step::Success)
}
