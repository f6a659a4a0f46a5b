//! Looking for networks: all at once, or one after the other as they are found.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::nas as wire;

use super::super::super::call::{Call, On, Outcome, Refused, Step};
use super::super::super::tell::Tell;
use super::terms::{Plmn, interfaces, scanned};
use super::{Client, refused};
use crate::device::modem::network::{NETWORKS, Network, RegistrationState, Technologies};
use crate::device::modem::{Failure, Modem};

/// Entries of a list with one for each technology of a network.
const ENTRIES: usize = 4 * NETWORKS;

/// A scan whose networks are told as they are found.
#[derive(Clone, Copy, Debug)]
pub(in super::super::super) struct Incremental {
    transaction: u16,
    wanted: Technologies,
    aborted: bool,
}

fn status(modem: &Modem, place: u8, network: &Network) -> wire::NetworkStatus {
    use wire::NetworkStatus as Status;
    let either = |on, yes, no| if on { yes } else { no };
    let registration = modem.registration();
    let serving = registration.is_registered() && registration.network == Some(place);
    let refused = registration.state == RegistrationState::Denied && registration.network == Some(place);
    either(serving, Status::CURRENT_SERVING, Status::AVAILABLE)
        | either(modem.is_home(&network.plmn), Status::HOME, Status::ROAMING)
        | either(network.forbidden || refused, Status::FORBIDDEN, Status::NOT_FORBIDDEN)
        | either(modem.is_preferred(&network.plmn), Status::PREFERRED, Status::NOT_PREFERRED)
}

/// The networks that were found, each with the technologies that were looked for.
fn found(modem: &Modem, wanted: Technologies) -> impl Iterator<Item = (u8, &Network, Technologies)> {
    let device = modem.usable_technologies();
    modem.found_networks().filter_map(move |(place, network)| {
        let technologies = network.technologies & device & wanted;
        (!technologies.is_empty()).then_some((place, network, technologies))
    })
}

fn begin(call: &mut Call<'_, '_>) -> Result<crate::device::modem::Ticket, Refused> {
    let origin = call.origin();
    call.modem.request_scan(call.now, origin).map_err(refused)
}

pub(super) fn whole(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = scanned(call.request::<wire::network_scan::Message>().network_type()?)?;
    let ticket = begin(call)?;
    call.state::<Client>()?.scan = Some(call.asked.transaction);
    call.wait(ticket, wanted.bits(), scanned_all)
}

fn scanned_all(call: &mut Call<'_, '_>, wanted: u32, outcome: Result<(), Failure>) -> Outcome {
    call.state::<Client>()?.scan = None;
    let wanted = Technologies::from_bits_retain(wanted);
    if let Err(failure) = outcome {
        return Err(refused(failure));
    }
    call.answer::<wire::network_scan::Message>(|r, modem| {
        let mut networks: Vec<wire::NetworkInformation<'_>, NETWORKS> = Vec::new();
        let mut interfaces_of: Vec<wire::RadioAccessTechnology, ENTRIES> = Vec::new();
        let mut digits: Vec<wire::MncPcsDigitIncludeStatus, NETWORKS> = Vec::new();
        for (place, network, technologies) in found(modem, wanted) {
            let plmn = Plmn::of(&network.plmn);
            let Plmn { mcc, mnc, .. } = plmn;
            let network_status = status(modem, place, network);
            let description = network.name.as_str().into();
            let _ = networks.push(wire::NetworkInformation { mcc, mnc, network_status, description });
            let _ = digits.push(plmn.digits());
            for radio_interface in &interfaces(technologies) {
                let _ = interfaces_of.push(wire::RadioAccessTechnology { mcc, mnc, radio_interface: *radio_interface });
            }
        }
        r.network_information(networks.as_slice().into());
        r.radio_access_technology(interfaces_of.as_slice().into());
        r.mnc_pcs_digit_include_status(digits.as_slice().into());
        r.network_scan_result(wire::NetworkScanResult::SUCCESS);
    })
}

/// Answered at once; the networks come in indications.
pub(super) fn incremental(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = scanned(call.request::<wire::incremental_network_scan::Message>().network_type()?)?;
    if call.state::<Client>()?.incremental.is_some() {
        return Err(Refused(ProtocolError::DEVICE_IN_USE));
    }
    let ticket = begin(call)?;
    let transaction = call.asked.transaction;
    if let Err(error) = call.later(On::Modem(ticket), 0, ended) {
        call.modem.abandon(call.now, ticket);
        return Err(error);
    }
    call.state::<Client>()?.incremental = Some(Incremental { transaction, wanted, aborted: false });
    Ok(Step::Success)
}

fn put(modem: &Modem, wanted: Technologies, put: impl FnOnce(&[wire::ScannedNetwork<'_>])) {
    let mut list: Vec<wire::ScannedNetwork<'_>, ENTRIES> = Vec::new();
    for (place, network, technologies) in found(modem, wanted) {
        let Plmn { mcc, mnc, three_digits } = Plmn::of(&network.plmn);
        for radio_interface in &interfaces(technologies) {
            let _ = list.push(wire::ScannedNetwork {
                mcc,
                mnc,
                network_status: status(modem, place, network),
                radio_interface: *radio_interface,
                includes_pcs_digit: three_digits,
                description: network.name.as_str().into(),
            });
        }
    }
    put(&list);
}

fn ended(call: &mut Call<'_, '_>, _: u32, outcome: Result<(), Failure>) -> Outcome {
    let Some(scan) = call.state::<Client>()?.incremental.take() else {
        return Ok(Step::Answered);
    };
    let whole = outcome.is_ok() && !scan.aborted;
    call.indicate::<wire::incremental_network_scan_indication::Message>(|r, modem| {
        r.status(match scan.aborted {
            true => wire::IncrementalNetworkScanStatus::ABORTED,
            false => wire::IncrementalNetworkScanStatus::COMPLETE,
        });
        if whole {
            put(modem, scan.wanted, |list| {
                r.network_information(list.into());
            });
        }
    });
    Ok(Step::Answered)
}

/// Another network was found.
pub(super) fn tell(t: &mut Tell<'_, '_>) {
    let scan = t.state::<Client>().and_then(|client| client.incremental);
    let Some(scan) = scan.filter(|scan| !scan.aborted) else { return };
    t.send::<wire::incremental_network_scan_indication::Message>(|r, modem| {
        r.status(wire::IncrementalNetworkScanStatus::PARTIAL);
        put(modem, scan.wanted, |list| {
            r.network_information(list.into());
        });
    });
}

/// Calls a scan of this client off.
pub(super) fn abort(call: &mut Call<'_, '_>) -> Outcome {
    let transaction = call.request::<wire::abort::Message>().transaction_id()?;
    let client = call.state::<Client>()?;
    if client.scan == Some(transaction) {
        client.scan = None;
        call.abort(transaction);
        return Ok(Step::Success);
    }
    let incremental = client.incremental.as_mut().filter(|scan| scan.transaction == transaction && !scan.aborted);
    let Some(scan) = incremental else {
        return Err(Refused(ProtocolError::INVALID_TRANSACTION_ID));
    };
    scan.aborted = true;
    call.modem.stop_scan(call.now);
    Ok(Step::Success)
}
