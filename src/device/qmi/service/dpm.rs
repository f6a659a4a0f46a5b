//! DPM: opening ports of the data path on devices whose packets do not travel beside the control messages.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{DataEndpointType, Service as Wire, dpm::*};
use qmi_wire::text::Str;

use super::super::call::{Call, Outcome, Refused, Step};
use super::{Served, Service, always, keeps_nothing, leaves_nothing, tells_nothing};
use crate::device::modem::Text;
use crate::device::modem::data_path::{DataPort, PORTS, PortKind};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::DPM,
    version: (1, 0),
    messages: &[Served::of::<open_port::Message>(open), Served::of::<close_port::Message>(close)],
    offered: always,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

fn port(
    kind: PortKind,
    (endpoint, interface): (DataEndpointType, u32),
    pipes: (u32, u32),
    name: Str<'_>,
) -> Result<DataPort, Refused> {
    if endpoint == DataEndpointType::UNKNOWN || endpoint.name().is_none() {
        return Err(Refused(ProtocolError::INTERFACE_NOT_FOUND));
    }
    let name = name.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    let name = Text::try_from(name).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
    Ok(DataPort { kind, endpoint: endpoint.0, interface, pipes, name })
}

fn open(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<open_port::Message>();
    let control = request.control_ports()?;
    let hardware = request.hardware_data_ports()?;
    let software = request.software_data_ports()?;
    if control.is_none() && hardware.is_none() && software.is_none() {
        return Err(Refused(ProtocolError::MISSING_ARGUMENT));
    }
    let mut ports: Vec<DataPort, PORTS> = Vec::new();
    let mut add = |port: DataPort| ports.push(port).map_err(|_| Refused(ProtocolError::INSUFFICIENT_RESOURCES));
    for one in control.iter().flatten() {
        add(port(PortKind::Control, (one.endpoint_type, one.interface_number), (0, 0), one.port_name)?)?;
    }
    for one in hardware.iter().flatten() {
        let pipes = (one.tx_endpoint_number, one.rx_endpoint_number);
        add(port(PortKind::Hardware, (one.endpoint_type, one.interface_number), pipes, Str::default())?)?;
    }
    for one in software.iter().flatten() {
        add(port(PortKind::Software, (one.endpoint_type, one.interface_number), (0, 0), one.port_name)?)?;
    }
    let opened = call.modem.open_data_ports(&ports);
    opened.map_err(|_| Refused(ProtocolError::INSUFFICIENT_RESOURCES))?;
    Ok(Step::Success)
}

fn close(call: &mut Call<'_, '_>) -> Outcome {
    match call.modem.close_data_ports() {
        true => Ok(Step::Success),
        false => Err(Refused(ProtocolError::NO_EFFECT)),
    }
}
