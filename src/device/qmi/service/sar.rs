//! SAR: less transmit power near a body. A state is a row of the maker's table of backoffs, for all antennas; state 0 is full
//! power.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, sar as wire};

use super::super::call::{Call, Outcome, Refused, Step};
use super::{Served, Service, always, keeps_nothing, leaves_nothing, tells_nothing};
use crate::device::modem::sar::{ANTENNAS, Antenna};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::SAR,
    version: (1, 0),
    messages: &[Served::of::<wire::rf_set_state::Message>(set_state), Served::of::<wire::rf_get_state::Message>(state)],
    offered: always,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

/// States that the service has numbers for.
const STATES: u32 = 21;

fn set_state(call: &mut Call<'_, '_>) -> Outcome {
    let state = call.request::<wire::rf_set_state::Message>().state()?;
    if state.0 >= STATES {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let mut antennas: Vec<Antenna, ANTENNAS> = call.modem.backoff().antennas.clone();
    for antenna in &mut antennas {
        antenna.backoff = state.0;
    }
    call.modem.set_backoff(true, state.0 != 0, &antennas)?;
    Ok(Step::Success)
}

fn state(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::rf_get_state::Message>(|r, modem| {
        let backoff = modem.backoff();
        // Antennas that differ can only be set through another face: the strongest reduction stands for all.
        let rows = backoff.antennas.iter().map(|antenna| antenna.backoff).max();
        r.state(wire::RfState(rows.filter(|_| backoff.on).unwrap_or(0)));
    })
}
