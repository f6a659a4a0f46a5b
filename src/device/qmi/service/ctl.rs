//! CTL: which services there are, clients coming and going.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, ctl::*};

use super::super::call::{Call, Outcome, Refused, Step};
use super::{SERVICES, Served, Service, always, keeps_nothing, leaves_nothing, offered, tells_nothing};
use crate::device::modem::data_path::{FormatRequest, Link};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::CTL,
    version: (1, 5),
    messages: &[
        Served::of::<set_instance_id::Message>(instance_id),
        Served::of::<get_version_info::Message>(version_info),
        Served::of::<allocate_cid::Message>(allocate),
        Served::of::<release_cid::Message>(release),
        Served::of::<set_data_format::Message>(data_format),
        Served::of::<sync::Message>(sync_clients),
        Served::of::<internal_allocate_cid_qrtr::Message>(allocate_wide),
        Served::of::<internal_release_cid_qrtr::Message>(release_wide),
    ],
    offered: always,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

/// Services at most.
const MAX: usize = 32;

const _: () = assert!(SERVICES.len() <= MAX);

/// There is one host, so the link has the number of the instance.
fn instance_id(call: &mut Call<'_, '_>) -> Outcome {
    let id = call.request::<set_instance_id::Message>().id()?;
    call.answer::<set_instance_id::Message>(|r, _| {
        r.link_id(id.into());
    })
}

fn version_info(call: &mut Call<'_, '_>) -> Outcome {
    // The list has 8 bits for the service.
    let services = offered(call.config()).filter(|service| service.service.0 <= 0xff);
    let entries = services.map(|service| ServiceInfo {
        service: service.service.into(),
        major_version: service.version.0,
        minor_version: service.version.1,
    });
    let list: Vec<ServiceInfo, MAX> = crate::device::collect(entries);
    call.answer::<get_version_info::Message>(|r, _| {
        r.service_list(list.as_slice().into());
    })
}

fn new_client(call: &mut Call<'_, '_>, wire: Wire) -> Result<u8, Refused> {
    let service = Service::find(wire, call.config()).filter(|service| service.service != Wire::CTL);
    let service = service.ok_or(Refused(ProtocolError::INVALID_SERVICE_TYPE))?;
    let limit = call.config().clients_per_service;
    Ok(call.core.clients.allocate(service, limit)?)
}

fn allocate(call: &mut Call<'_, '_>) -> Outcome {
    let service = call.request::<allocate_cid::Message>().service()?;
    let cid = new_client(call, service.value)?;
    call.answer::<allocate_cid::Message>(|r, _| {
        r.allocation_info(AllocationInfo { service, cid });
    })
}

fn end_client(call: &mut Call<'_, '_>, service: Wire, cid: u8) -> Result<(), Refused> {
    let (now, core) = (call.now, &mut *call.core);
    match core.release(now, call.modem, service, cid) {
        true => Ok(()),
        false => Err(Refused(ProtocolError::INVALID_CLIENT_ID)),
    }
}

fn release(call: &mut Call<'_, '_>) -> Outcome {
    let client = call.request::<release_cid::Message>().release_info()?;
    end_client(call, client.service.value, client.cid)?;
    call.answer::<release_cid::Message>(|r, _| {
        r.release_info(client);
    })
}

fn is_wide(call: &Call<'_, '_>) -> Result<(), Refused> {
    if call.config().wide { Ok(()) } else { Err(Refused(ProtocolError::INVALID_QMI_COMMAND)) }
}

fn allocate_wide(call: &mut Call<'_, '_>) -> Outcome {
    is_wide(call)?;
    let service = call.request::<internal_allocate_cid_qrtr::Message>().service()?;
    let cid = new_client(call, service)?;
    call.answer::<internal_allocate_cid_qrtr::Message>(|r, _| {
        r.allocation_info(WideAllocationInfo { service, cid });
    })
}

fn release_wide(call: &mut Call<'_, '_>) -> Outcome {
    is_wide(call)?;
    let client = call.request::<internal_release_cid_qrtr::Message>().release_info()?;
    end_client(call, client.service, client.cid)?;
    call.answer::<internal_release_cid_qrtr::Message>(|r, _| {
        r.release_info(client);
    })
}

fn data_format(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_data_format::Message>();
    let (format, protocol) = (request.format()?, request.protocol()?);
    if !call.config().data_format {
        return Err(Refused(ProtocolError::NOT_SUPPORTED));
    }
    let qos_header = match format {
        DataFormat::QOS_FLOW_HEADER_ABSENT => false,
        DataFormat::QOS_FLOW_HEADER_PRESENT => true,
        _ => return Err(Refused(ProtocolError::INVALID_DATA_FORMAT)),
    };
    let link = match protocol {
        None => None,
        Some(DataLinkProtocol::_802_3) => Some(Link::Ethernet),
        Some(DataLinkProtocol::RAW_IP) => Some(Link::RawIp),
        Some(_) => return Err(Refused(ProtocolError::INVALID_DATA_FORMAT)),
    };
    let wanted = FormatRequest { link, qos_header: Some(qos_header), ..FormatRequest::default() };
    let granted = call.modem.set_data_format(&wanted)?;
    call.answer::<set_data_format::Message>(|r, _| {
        r.protocol(match granted.link {
            Link::Ethernet => DataLinkProtocol::_802_3,
            Link::RawIp => DataLinkProtocol::RAW_IP,
        });
    })
}

fn sync_clients(call: &mut Call<'_, '_>) -> Outcome {
    call.core.release_all(call.now, call.modem);
    Ok(Step::Success)
}
