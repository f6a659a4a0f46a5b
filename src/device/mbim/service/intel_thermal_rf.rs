//! Intel Thermal RF: the frequencies in use, which other radios of the host may want to avoid.

use heapless::Vec;
use mbim_wire::message::CommandType;
use mbim_wire::service::intel_thermal_rf as wire;
use mbim_wire::{Status, View};

use super::super::super::collect;
use super::super::super::modem::event::Change;
use super::super::super::modem::vendor::{Frequency, FrequencyUse};
use super::super::VendorServices;
use super::super::answers::{Sink, Source};
use super::super::commands::{Served, Service, served};
use super::super::requests::{Refused, done};
use super::super::signal::{code, rsrp_code, rsrq_code, rssi};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::INTEL_THERMAL_RF,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.vendor_services.contains(VendorServices::INTEL_THERMAL_RF),
    execute: |_, _, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(Id::Rfim), CommandType::QUERY) => done(Subject(modem.frequency())),
        (Some(Id::Rfim), _) => {
            modem.tell_frequencies(wire::RfimSetView::new(request.body).activation_state()?);
            done(Subject(modem.frequency()))
        }
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, change| match change {
        Change::Frequencies(frequency) => Some((Id::Rfim.cid(), Subject(frequency).into())),
        _ => None,
    },
    state: |modem, cid, _| {
        (cid == Id::Rfim.cid() && modem.tells_frequencies()).then(|| Subject(modem.frequency()).into())
    },
};

served! {
    Rfim = wire::Rfim: query set indicated;
}

/// What an answer or indication is about: the frequency in use.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Subject(Option<Frequency>);

/// RSRP, RSRQ and SINR in the codes of `+CESQ` (3GPP TS 27.007 §8.69; SINR in half decibels, 1 from -23 dB on), RSSI in that
/// of `+CSQ`.
fn value(frequency: Frequency) -> wire::IntelRfimFrequencyValue {
    let signal = frequency.signal;
    wire::IntelRfimFrequencyValue {
        serving_cell_info: match frequency.role {
            FrequencyUse::Serving => wire::IntelServingCellInfo::PCELL,
            FrequencyUse::RadioOff => wire::IntelServingCellInfo::RADIO_OFF,
        },
        center_frequency: frequency.center,
        bandwidth: frequency.bandwidth,
        rsrp: rsrp_code(signal.rsrp),
        rsrq: rsrq_code(signal.rsrq),
        sinr: code(signal.snr.map(|db| db.saturating_mul(2)), -46, 1, 127),
        rssi: rssi(signal.rssi),
        connection_status: frequency.connected,
    }
}

impl Source<'_> {
    pub(in super::super) fn tell_intel_thermal_rf(&self, Subject(frequency): Subject, sink: Sink<'_>) {
        let values: Vec<_, 1> = collect(frequency.map(value));
        sink(&wire::RfimInfo { rfim_frequency_values: (&*values).into(), ..Default::default() });
    }
}
