//! ATDS: AT&T's commands for the signal, the cell, the networks and the radio technologies.

use heapless::Vec;
use mbim_wire::message::CommandType;
use mbim_wire::service::atds as wire;
use mbim_wire::{Status, View};

use super::super::super::collect;
use super::super::super::modem::Modem;
use super::super::super::modem::network::{NETWORKS, Registration, Signal, Technologies};
use super::super::answers::{NR, Sink, Source, cut};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Later, Outcome, Refused, Step, done};
use super::super::signal::{UNKNOWN, code, ecno_code, rscp_code, rsrp_code, rsrq_code, rssi};
use super::super::{Core, VendorServices};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::ATDS,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.vendor_services.contains(VendorServices::ATDS),
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => query(core, now, modem, id),
        (Some(Id::Rat), _) => {
            let usable = match wire::RatModeView::new(request.body).mode()? {
                wire::AtdsRatMode::AUTOMATIC => Technologies::all(),
                wire::AtdsRatMode::_2G_ONLY => SECOND,
                wire::AtdsRatMode::_3G_ONLY => THIRD,
                wire::AtdsRatMode::_4G_ONLY => Technologies::LTE,
                _ => return Err(INVALID),
            };
            modem.set_usable_technologies(now, usable)?;
            done(Subject::Rat)
        }
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Signal = wire::Signal: query;
    Location = wire::Location: query;
    Operators = wire::Operators: query;
    Rat = wire::Rat: query set;
    Registration = wire::RegisterState: query;
}

const SECOND: Technologies = Technologies::GPRS.union(Technologies::EDGE);
const THIRD: Technologies = Technologies::UMTS.union(Technologies::HSDPA).union(Technologies::HSUPA);

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    Signal(Signal),
    Location,
    Operators,
    Rat,
    Registration(Registration),
}

fn query(core: &Core<'_>, now: Instant, modem: &mut Modem, id: Id) -> Outcome {
    done(match id {
        Id::Signal => Subject::Signal(modem.signal()),
        Id::Location => Subject::Location,
        Id::Operators => {
            let ticket = modem.request_scan(now, core.config.origin)?;
            return Ok(Step::Wait(ticket, Later::Operators));
        }
        Id::Rat => Subject::Rat,
        Id::Registration => Subject::Registration(modem.registration()),
    })
}

/// 3GPP TS 27.007 §8.69, `+CESQ`: a cell of one technology has no measures of another. The signal to noise ratio from
/// -5 dB (0) to 30 dB (35).
fn coded(signal: Signal, serving: Technologies) -> wire::SignalInfo {
    let of = |here: bool| if here { signal } else { Signal::NONE };
    let (third, newer) = (of(serving.intersects(THIRD)), of(!serving.intersects(SECOND | THIRD)));
    wire::SignalInfo {
        rssi: rssi(signal.rssi),
        error_rate: signal.error_rate.map_or(UNKNOWN, |rate| u32::from(rate.min(7))),
        rscp: rscp_code(third.rscp()),
        ecno: ecno_code(third.ecno()),
        rsrq: rsrq_code(newer.rsrq),
        rsrp: rsrp_code(newer.rsrp),
        rssnr: code(newer.snr, -5, 0, 35),
    }
}

fn mode(technologies: Technologies) -> wire::AtdsProviderPlmnMode {
    match () {
        () if technologies.intersects(Technologies::LTE | NR) => wire::AtdsProviderPlmnMode::LTE,
        () if technologies.intersects(THIRD) => wire::AtdsProviderPlmnMode::UTRAN,
        () => wire::AtdsProviderPlmnMode::GSM,
    }
}

impl Source<'_> {
    pub(in super::super) fn tell_atds(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Signal(signal) => sink(&coded(signal, self.modem.serving_technology())),
            Subject::Location => {
                let cell = self.modem.serving_network().map(|network| network.cell);
                sink(&wire::LocationInfo {
                    lac: cell.map_or(u32::MAX, |cell| cell.lac),
                    tac: cell.map_or(u32::MAX, |cell| cell.tac),
                    cell_id: cell.map_or(u32::MAX, |cell| u32::try_from(cell.id).unwrap_or(u32::MAX)),
                });
            }
            Subject::Operators => {
                let networks = self.modem.visible_networks().map(|(_, network)| network);
                let providers: Vec<_, NETWORKS> = collect(networks.map(|network| wire::AtdsProvider {
                    provider_id: network.plmn.as_str().into(),
                    provider_state: self.provider_state(&network.plmn),
                    provider_name: cut(&network.name, 20).into(),
                    plmn_mode: mode(network.technologies),
                    rssi: rssi(Some(network.rssi)),
                    error_rate: UNKNOWN,
                }));
                sink(&wire::OperatorsInfo { providers: (&*providers).into(), ..Default::default() });
            }
            Subject::Rat => {
                let usable = self.modem.usable_technologies();
                let only = |technologies: Technologies| technologies.contains(usable);
                let mode = match () {
                    () if usable == self.modem.technologies() => wire::AtdsRatMode::AUTOMATIC,
                    () if only(SECOND) => wire::AtdsRatMode::_2G_ONLY,
                    () if only(THIRD) => wire::AtdsRatMode::_3G_ONLY,
                    () if only(Technologies::LTE) => wire::AtdsRatMode::_4G_ONLY,
                    () => wire::AtdsRatMode::AUTOMATIC,
                };
                sink(&wire::RatMode { mode });
            }
            // As Basic Connect tells it in MBIM 1.0.
            Subject::Registration(registration) => {
                let info = self.plain_registration(registration);
                sink(&wire::RegisterStateInfo {
                    nw_error: info.nw_error,
                    register_state: info.register_state,
                    register_mode: info.register_mode,
                    available_data_classes: info.available_data_classes,
                    current_cellular_class: info.current_cellular_class,
                    provider_id: info.provider_id,
                    provider_name: info.provider_name,
                    roaming_text: info.roaming_text,
                    registration_flag: info.registration_flag,
                });
            }
        }
    }
}
