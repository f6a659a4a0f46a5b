//! GMS: Telit's messages to try the way to the modem with.

use qmi_wire::service::{Service as Wire, gms::*};

use super::super::call::{Call, Outcome, Step};
use super::{Served, Service, keeps_nothing, leaves_nothing, tells_nothing};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::GMS,
    version: (1, 0),
    messages: &[Served::of::<test_set_value::Message>(set_values), Served::of::<test_get_value::Message>(values)],
    offered: super::gas::telit,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

fn set_values(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<test_set_value::Message>();
    let values = (request.test_mandatory_value()?, request.test_optional_value()?);
    call.modem.set_test_values(values);
    Ok(Step::Success)
}

fn values(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<test_get_value::Message>(|r, modem| {
        let (mandatory, optional) = modem.test_values();
        r.test_mandatory_value(mandatory);
        if let Some(optional) = optional {
            r.test_optional_value(optional);
        }
    })
}
