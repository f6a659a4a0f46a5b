//! FOX: what Foxconn's modems have: versions, and the FCC lock that wants proof.

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, fox::*};

use super::super::Config;
use super::super::call::{Call, Outcome, Refused, Step};
use super::dms::{FOXCONN, foxconn_version};
use super::{Served, Service, keeps_nothing, leaves_nothing, tells_nothing};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::FOX,
    version: (1, 0),
    messages: &[
        Served::of::<get_firmware_version::Message>(version),
        Served::of::<set_fcc_authentication::Message>(unlock),
    ],
    offered: foxconn,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

fn foxconn(config: &Config) -> bool {
    config.vendor == FOXCONN
}

fn version(call: &mut Call<'_, '_>) -> Outcome {
    let kind = call.request::<get_firmware_version::Message>().version_type()?;
    let version = foxconn_version(call.modem, kind.0).ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    call.answer::<get_firmware_version::Message>(|r, _| {
        r.version(version.as_str().into());
    })
}

fn unlock(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_fcc_authentication::Message>();
    let (word, number) = (request.magic_string()?, request.magic_number()?);
    let word = word.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    call.modem.prove_unlock((word, number)).map_err(|_| Refused(ProtocolError::AUTHENTICATION_FAILED))?;
    Ok(Step::Success)
}
