//! The signal in MBIM's codes, and when a change of it is worth an indication (MBIM 1.0 §10.5.11).

use mbim_wire::service::basic_connect::SignalStateSet;

use super::super::modem::network::Signal;
use crate::time::{Instant, Millis};

/// Code of an unknown strength or error rate.
pub(super) const UNKNOWN: u32 = 99;
const UNKNOWN_RSRP: u32 = 127;
const UNKNOWN_SNR: u32 = 128;

/// Seconds between indications, unless the host says otherwise.
const INTERVAL: u32 = 30;
/// Changes that are indicated at once, unless the host says otherwise.
const RSSI_THRESHOLD: u32 = 3;
const ERROR_RATE_THRESHOLD: u32 = 2;
const RSRP_THRESHOLD: u32 = 6;
/// A threshold that does not matter.
const OFF: u32 = u32::MAX;

/// `n` means -113 + 2n dBm for n in 0 to 31.
pub(super) fn rssi(dbm: Option<i16>) -> u32 {
    dbm.map_or(UNKNOWN, |dbm| {
        let steps = dbm.saturating_add(113).div_euclid(2);
        u32::try_from(steps).unwrap_or(0).min(31)
    })
}

/// Unknown, in the codes of `+CESQ`.
pub(super) const UNKNOWN_CODE: u32 = 255;

/// `value` in steps from `lowest` on: the code of that is `first`, below it 0, and `last` from the highest step on.
pub(super) fn code(value: Option<i16>, lowest: i16, first: u32, last: u32) -> u32 {
    value.map_or(UNKNOWN_CODE, |value| {
        let above = u32::try_from(value.saturating_sub(lowest)).ok();
        above.map_or(0, |above| above.saturating_add(first).min(last))
    })
}

/// RSRP as in `+CESQ` (3GPP TS 27.007 §8.69): 1 from -140 dBm on, 97 from -44 dBm on.
pub(super) fn rsrp_code(dbm: Option<i16>) -> u32 {
    code(dbm, -140, 1, 97)
}

/// RSRQ as in `+CESQ`, in half decibels: 1 from -19.5 dB on, 34 from -3 dB on.
pub(super) fn rsrq_code(db: Option<i16>) -> u32 {
    code(db.map(|db| db.saturating_mul(2)), -39, 1, 34)
}

/// RSCP as in `+CESQ`: 1 from -120 dBm on, 96 from -25 dBm on.
pub(super) fn rscp_code(dbm: Option<i16>) -> u32 {
    code(dbm, -120, 1, 96)
}

/// Ec/No as in `+CESQ`, in half decibels: 1 from -24 dB on, 49 from 0 dB on.
pub(super) fn ecno_code(db: Option<i16>) -> u32 {
    code(db.map(|db| db.saturating_mul(2)), -48, 1, 49)
}

/// A signal in codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coded {
    pub(super) rssi: u32,
    pub(super) error_rate: u32,
    pub(super) rsrp: u32,
    pub(super) snr: u32,
}

impl Coded {
    pub(super) fn of(signal: Signal) -> Self {
        let rsrp = |dbm: i16| u32::try_from(dbm.saturating_add(157)).unwrap_or(0).min(126);
        let snr = |db: i16| u32::try_from(db.saturating_mul(2).saturating_add(47)).unwrap_or(0);
        Self {
            rssi: rssi(signal.rssi),
            error_rate: signal.error_rate.map_or(UNKNOWN, |rate| u32::from(rate.min(7))),
            rsrp: signal.rsrp.map_or(UNKNOWN_RSRP, rsrp),
            snr: signal.snr.map_or(UNKNOWN_SNR, |db| snr(db).min(127)),
        }
    }
}

/// When to indicate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reporting {
    /// Seconds after which a change is indicated that crossed no threshold.
    pub(super) interval: u32,
    pub(super) rssi_threshold: u32,
    pub(super) error_rate_threshold: u32,
    /// What the host was told last.
    told: Coded,
    /// When a small change is to be told.
    pub(super) due: Option<Instant>,
}

impl Reporting {
    pub(super) fn new(signal: Signal) -> Self {
        Self {
            interval: INTERVAL,
            rssi_threshold: RSSI_THRESHOLD,
            error_rate_threshold: ERROR_RATE_THRESHOLD,
            told: Coded::of(signal),
            due: None,
        }
    }

    /// The host chooses; 0 stands for the default.
    pub(super) fn set(&mut self, wanted: &SignalStateSet) {
        let or_default = |wanted: u32, default: u32| if wanted == 0 { default } else { wanted };
        self.interval = or_default(wanted.signal_strength_interval, INTERVAL);
        self.rssi_threshold = or_default(wanted.rssi_threshold, RSSI_THRESHOLD);
        self.error_rate_threshold = or_default(wanted.error_rate_threshold, ERROR_RATE_THRESHOLD);
    }

    /// The host was told.
    pub(super) fn tell(&mut self, signal: Signal) {
        self.told = Coded::of(signal);
        self.due = None;
    }

    /// Whether a new signal is to be told now; if not, it may become due later.
    pub(super) fn notice(&mut self, now: Instant, signal: Signal) -> bool {
        let (before, after) = (self.told, Coded::of(signal));
        let crossed = |a: u32, b: u32, threshold: u32| threshold != OFF && a.abs_diff(b) >= threshold;
        if crossed(before.rssi, after.rssi, self.rssi_threshold)
            || crossed(before.error_rate, after.error_rate, self.error_rate_threshold)
            || (self.rssi_threshold != OFF && crossed(before.rsrp, after.rsrp, RSRP_THRESHOLD))
        {
            return true;
        }
        if before == after || self.interval == OFF {
            self.due = None;
        } else if self.due.is_none() {
            self.due = Some(now + Millis::from_secs(self.interval));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_specification() {
        assert_eq!(rssi(Some(-113)), 0);
        assert_eq!(rssi(Some(-130)), 0);
        assert_eq!(rssi(Some(-73)), 20);
        assert_eq!(rssi(Some(-51)), 31);
        assert_eq!(rssi(Some(-40)), 31);
        assert_eq!(rssi(None), 99);
        let coded = Coded::of(Signal { rsrp: Some(-157), snr: Some(-23), ..Signal::default() });
        assert_eq!((coded.rsrp, coded.snr), (0, 1));
        let coded = Coded::of(Signal::NONE);
        assert_eq!((coded.rssi, coded.error_rate, coded.rsrp, coded.snr), (99, 99, 127, 128));
    }

    #[test]
    fn small_changes_wait_for_the_interval_and_large_ones_do_not() {
        let mut signal = Signal { rsrp: None, ..Signal::default() };
        let mut reporting = Reporting::new(signal);
        signal.rssi = Some(-75);
        assert!(!reporting.notice(Instant(1_000), signal));
        assert_eq!(reporting.due, Some(Instant(31_000)));
        assert!(!reporting.notice(Instant(2_000), signal));
        assert_eq!(reporting.due, Some(Instant(31_000)), "the first change starts the time");
        signal.rssi = Some(-79);
        assert!(reporting.notice(Instant(3_000), signal));
        reporting.set(&SignalStateSet {
            signal_strength_interval: 5,
            rssi_threshold: u32::MAX,
            error_rate_threshold: 0,
        });
        signal.rssi = Some(-113);
        assert!(!reporting.notice(Instant(4_000), signal));
    }
}
