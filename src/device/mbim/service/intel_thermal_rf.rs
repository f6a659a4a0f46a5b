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

/// Nothing is measured.
const UNKNOWN: u32 = 0xFFFF_FFFF;

/// The codes of 5G measurements (3GPP TS 38.133 §10.1.6, §10.1.11, §10.1.16); RSSI as in Basic Connect.
fn value(frequency: Frequency) -> wire::IntelRfimFrequencyValue {
    let code = |value: Option<i16>, lowest: i16| {
        value.map_or(UNKNOWN, |value| u32::try_from(value.saturating_sub(lowest)).unwrap_or(0))
    };
    let signal = frequency.signal;
    wire::IntelRfimFrequencyValue {
        serving_cell_info: match frequency.role {
            FrequencyUse::Serving => wire::IntelServingCellInfo::PCELL,
            FrequencyUse::RadioOff => wire::IntelServingCellInfo::RADIO_OFF,
        },
        center_frequency: frequency.center,
        bandwidth: frequency.bandwidth,
        rsrp: code(signal.rsrp, -156),
        rsrq: code(signal.rsrq, -43),
        sinr: code(signal.snr, -23),
        rssi: code(signal.rssi, -113),
        connection_status: frequency.connected,
    }
}

impl Source<'_> {
    pub(in super::super) fn tell_intel_thermal_rf(&self, Subject(frequency): Subject, sink: Sink<'_>) {
        let values: Vec<_, 1> = collect(frequency.map(value));
        sink(&wire::RfimInfo { rfim_frequency_values: (&*values).into(), ..Default::default() });
    }
}
