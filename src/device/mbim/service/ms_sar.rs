//! MS SAR (Microsoft): less transmit power near a body, and whether the modem transmits.

use heapless::Vec;
use mbim_wire::message::CommandType;
use mbim_wire::service::ms_sar as wire;
use mbim_wire::{Status, View};

use super::super::super::collect;
use super::super::super::modem::Modem;
use super::super::super::modem::event::Change;
use super::super::super::modem::sar::{ANTENNAS, Antenna};
use super::super::answers::{Sink, Source};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Outcome, Refused, done};

/// Stands for all antennas in a set.
const ALL: u32 = u32::MAX;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::MS_SAR,
    commands: COMMANDS,
    subscribed: false,
    offered: |_, _| true,
    execute: |_, _, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(Id::Config), CommandType::QUERY) => done(Subject::Config),
        (Some(Id::Config), _) => set_config(modem, request.body),
        (Some(Id::Transmission), CommandType::QUERY) => done(Subject::Transmission(modem.is_transmitting())),
        (Some(Id::Transmission), _) => set_transmission(modem, request.body),
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, change| match change {
        Change::Transmission(on) => Some((Id::Transmission.cid(), Subject::Transmission(on).into())),
        _ => None,
    },
    state: |modem, cid, _| {
        let told = cid == Id::Transmission.cid() && modem.transmission_reporting().0;
        told.then(|| Subject::Transmission(modem.is_transmitting()).into())
    },
};

served! {
    Config = wire::Config: query set;
    Transmission = wire::TransmissionStatus: query set indicated;
}

/// What an answer or indication is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    Config,
    /// Whether the modem transmits.
    Transmission(bool),
}

fn set_config(modem: &mut Modem, body: &[u8]) -> Outcome {
    let set = wire::ConfigSetView::new(body).read()?;
    let by_host = match set.mode {
        wire::SarControlMode::DEVICE => false,
        wire::SarControlMode::OS => true,
        _ => return Err(INVALID),
    };
    let on = match set.backoff_state {
        wire::SarBackoffState::DISABLED => false,
        wire::SarBackoffState::ENABLED => true,
        _ => return Err(INVALID),
    };
    // The last of several entries for an antenna counts.
    let mut antennas: Vec<Antenna, ANTENNAS> = modem.backoff().antennas.clone();
    for state in set.config_states.iter() {
        let state = state?;
        let mut found = false;
        for antenna in &mut antennas {
            if state.antenna_index == ALL || state.antenna_index == antenna.antenna {
                antenna.backoff = state.backoff_index;
                found = true;
            }
        }
        if !found {
            return Err(INVALID);
        }
    }
    modem.set_backoff(by_host, on, &antennas)?;
    done(Subject::Config)
}

fn set_transmission(modem: &mut Modem, body: &[u8]) -> Outcome {
    let set = wire::TransmissionStatusSetView::new(body).read()?;
    let tells = match set.channel_notification {
        wire::TransmissionNotificationStatus::DISABLED => false,
        wire::TransmissionNotificationStatus::ENABLED => true,
        _ => return Err(INVALID),
    };
    modem.set_transmission_reporting(tells, set.hysteresis_timer)?;
    done(Subject::Transmission(modem.is_transmitting()))
}

impl Source<'_> {
    pub(in super::super) fn tell_sar(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Config => self.sar_config(sink),
            Subject::Transmission(on) => {
                let (tells, hysteresis_timer) = self.modem.transmission_reporting();
                sink(&wire::TransmissionStatusInfo {
                    channel_notification: if tells {
                        wire::TransmissionNotificationStatus::ENABLED
                    } else {
                        wire::TransmissionNotificationStatus::DISABLED
                    },
                    transmission_status: if on {
                        wire::TransmissionState::ACTIVE
                    } else {
                        wire::TransmissionState::INACTIVE
                    },
                    hysteresis_timer,
                });
            }
        }
    }

    fn sar_config(&self, sink: Sink<'_>) {
        let backoff = self.modem.backoff();
        let states: Vec<_, ANTENNAS> =
            collect(backoff.antennas.iter().map(|antenna| wire::SarConfigState {
                antenna_index: antenna.antenna,
                backoff_index: antenna.backoff,
            }));
        sink(&wire::ConfigInfo {
            mode: if backoff.by_host { wire::SarControlMode::OS } else { wire::SarControlMode::DEVICE },
            backoff_state: if backoff.on { wire::SarBackoffState::ENABLED } else { wire::SarBackoffState::DISABLED },
            wifi_integration: if self.modem.shares_antennas() {
                wire::SarWifiHardwareState::INTEGRATED
            } else {
                wire::SarWifiHardwareState::NOT_INTEGRATED
            },
            config_states: (&*states).into(),
            ..Default::default()
        });
    }
}
