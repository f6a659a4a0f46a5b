//! SSC: the sensor core. Its number has 16 bits, so only frames for such numbers reach it
//! ([`Config::wide`](super::super::Config::wide)).
//!
//! The device has no sensors: whatever a host asks of them is refused by the sensor core, which is there to say so.

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, ssc::*};

use super::super::Config;
use super::super::call::{Call, Outcome, Refused};
use super::{Served, Service, keeps_nothing, leaves_nothing, tells_nothing};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::SSC,
    version: (1, 0),
    messages: &[Served::of::<control::Message>(ask)],
    offered: reachable,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

fn reachable(config: &Config) -> bool {
    config.wide
}

fn ask(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<control::Message>();
    let (_, kind) = (request.data()?, request.report_type()?);
    if kind.is_some_and(|kind| kind > ReportType::LARGE) {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    Err(Refused(ProtocolError::NOT_SUPPORTED))
}
