//! What is received, and when a change of it is worth an indication.
//!
//! Each measure of each technology has a delta, or thresholds: the client is told when the measure has moved so far since it was
//! told last, or lies on the other side of a threshold. All is counted in tenths of a decibel.

use heapless::Vec;
use qmi_wire::list::List;
use qmi_wire::service::nas as wire;
use qmi_wire::{DecodeError, ProtocolError};

use super::super::super::call::{Call, Outcome, Refused, Step};
use super::super::super::tell::Tell;
use super::Client;
use super::terms::{INVALID, active_band, dbm, half_decibels_below, interface, narrow, tenths};
use crate::device::modem::Modem;
use crate::device::modem::band::Band;
use crate::device::modem::network::{RegistrationState, Signal, Technologies};

/// Measures.
const MEASURES: usize = 11;
/// Thresholds that a client can have, of all measures together.
const THRESHOLDS: usize = 32;
/// Thresholds of one list.
const LIST: usize = 16;
/// What there is nothing of.
const NONE: i16 = i16::MIN;
/// Stands for a measure of 5G that is not made because 5G is not in use beside LTE.
const NOT_USED: i16 = i16::MIN;

/// A measure: its place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    GsmRssi,
    WcdmaRssi,
    WcdmaEcio,
    WcdmaRscp,
    LteRssi,
    LteSnr,
    LteRsrq,
    LteRsrp,
    NrSnr,
    NrRsrp,
    NrRsrq,
}

const ALL: [Measure; MEASURES] = [
    Measure::GsmRssi,
    Measure::WcdmaRssi,
    Measure::WcdmaEcio,
    Measure::WcdmaRscp,
    Measure::LteRssi,
    Measure::LteSnr,
    Measure::LteRsrq,
    Measure::LteRsrp,
    Measure::NrSnr,
    Measure::NrRsrp,
    Measure::NrRsrq,
];

impl Measure {
    fn bit(self) -> u16 {
        let place = ALL.iter().position(|measure| *measure == self).and_then(|place| u32::try_from(place).ok());
        place.map_or(0, |place| 1_u16.wrapping_shl(place))
    }
}

/// All measures, in tenths; those that are not made are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super::super) struct Values([i16; MEASURES]);

impl Values {
    pub(super) const NONE: Self = Self([NONE; MEASURES]);

    pub(super) fn of(modem: &Modem) -> Self {
        let signal = modem.signal();
        let technology = heard(modem);
        let mut values = [NONE; MEASURES];
        let lte = technology.intersects(Technologies::LTE | Technologies::NR_NSA);
        let nr = technology.intersects(Technologies::FIFTH);
        let third = technology.intersects(Technologies::THIRD);
        let second = technology.intersects(Technologies::SECOND);
        for (value, measure) in values.iter_mut().zip(ALL) {
            let (made, measured) = match measure {
                Measure::GsmRssi => (second, signal.rssi),
                Measure::WcdmaRssi => (third, signal.rssi),
                Measure::WcdmaEcio => (third, signal.ecno()),
                Measure::WcdmaRscp => (third, signal.rscp()),
                Measure::LteRssi => (lte, signal.rssi),
                Measure::LteSnr => (lte, signal.snr),
                Measure::LteRsrq => (lte, signal.rsrq),
                Measure::LteRsrp => (lte, signal.rsrp),
                Measure::NrSnr => (nr, signal.snr),
                Measure::NrRsrp => (nr, signal.rsrp),
                Measure::NrRsrq => (nr, signal.rsrq),
            };
            *value = measured.filter(|_| made).map_or(NONE, tenths);
        }
        Self(values)
    }
}

/// What a client wants to be told of.
#[derive(Clone, Debug)]
pub(in super::super::super) struct Thresholds {
    /// Measures that the threshold belongs to, one bit each, and the threshold.
    list: Vec<(u16, i16), THRESHOLDS>,
    /// Deltas of the measures that have no thresholds.
    deltas: [u16; MEASURES],
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { list: Vec::new(), deltas: [50; MEASURES] }
    }
}

impl Thresholds {
    /// Replaces the thresholds of these measures, which then have no delta.
    fn set_list(&mut self, measures: &[Measure], values: &[i16]) -> Result<(), Refused> {
        let bits = measures.iter().fold(0, |bits, measure| bits | measure.bit());
        self.forget(bits);
        for (delta, measure) in self.deltas.iter_mut().zip(ALL) {
            if measure.bit() & bits != 0 {
                *delta = 0;
            }
        }
        for value in values {
            self.list.push((bits, *value)).map_err(|_| Refused(ProtocolError::INSUFFICIENT_RESOURCES))?;
        }
        Ok(())
    }

    fn set_delta(&mut self, measure: Measure, wanted: u16) -> Result<(), Refused> {
        if wanted == 0 {
            return Err(INVALID);
        }
        self.forget(measure.bit());
        for (delta, each) in self.deltas.iter_mut().zip(ALL) {
            if each == measure {
                *delta = wanted;
            }
        }
        Ok(())
    }

    fn forget(&mut self, bits: u16) {
        for (of, _) in &mut self.list {
            *of &= !bits;
        }
        self.list.retain(|(of, _)| *of != 0);
    }

    /// Whether what is measured now is worth telling to who was told something else before.
    fn matters(&self, before: &Values, after: &Values) -> bool {
        let values = before.0.iter().zip(after.0).zip(self.deltas).zip(ALL);
        values.into_iter().any(|(((before, after), delta), measure)| {
            if (*before == NONE) != (after == NONE) {
                return true;
            }
            let crossed = self.list.iter().filter(|(of, _)| of & measure.bit() != 0);
            let mut crossed = crossed.filter(|(_, threshold)| (before < threshold) != (after < *threshold));
            (delta != 0 && before.abs_diff(after) >= delta) || crossed.next().is_some()
        })
    }
}

/// The technology whose signal is measured: of the network that the device is with, or that has refused it.
fn heard(modem: &Modem) -> Technologies {
    let technology = modem.serving_technology();
    if technology.is_empty() { modem.registration().available.best() } else { technology }
}

/// Gathers a list of thresholds in tenths.
fn thresholds<T: Copy>(list: impl Iterator<Item = T>, in_tenths: impl Fn(T) -> i16) -> Result<Vec<i16, LIST>, Refused> {
    let mut values = Vec::new();
    for value in list {
        values.push(in_tenths(value)).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
    }
    Ok(values)
}

pub(super) fn config(call: &mut Call<'_, '_>) -> Outcome {
    use Measure::{GsmRssi, LteRsrp, LteRsrq, LteRssi, LteSnr, WcdmaEcio, WcdmaRscp, WcdmaRssi};
    let request = call.request::<wire::config_signal_info::Message>();
    let mut wanted = call.state::<Client>()?.thresholds.clone();
    let mut any = request.lte_report()?.is_some();
    // Those of technologies that the device does not have change nothing, but are thresholds.
    any |= request.sinr_threshold()?.is_some() || request.io_threshold()?.is_some();
    let byte = |value: i8| tenths(value.into());
    let lists: [(&[Measure], Option<Vec<i16, LIST>>); 6] = [
        (
            &[GsmRssi, WcdmaRssi, LteRssi],
            request.rssi_threshold()?.map(|list| thresholds(list.iter(), byte)).transpose()?,
        ),
        // Half decibels below zero.
        (
            &[WcdmaEcio],
            request.ecio_threshold()?.map(|list| thresholds(list.iter(), |v: i16| v.saturating_mul(-5))).transpose()?,
        ),
        (&[LteSnr], request.lte_snr_threshold()?.map(|list| thresholds(list.iter(), |v: i16| v)).transpose()?),
        (&[LteRsrq], request.rsrq_threshold()?.map(|list| thresholds(list.iter(), byte)).transpose()?),
        (&[LteRsrp], request.rsrp_threshold()?.map(|list| thresholds(list.iter(), tenths)).transpose()?),
        (&[WcdmaRscp], request.rscp_threshold()?.map(|list| thresholds(list.iter(), byte)).transpose()?),
    ];
    for (measures, list) in &lists {
        if let Some(list) = list {
            any = true;
            wanted.set_list(measures, list)?;
        }
    }
    if !any {
        return Err(Refused(ProtocolError::NO_THRESHOLDS_PROVIDED));
    }
    call.state::<Client>()?.thresholds = wanted;
    Ok(Step::Success)
}

pub(super) fn config_v2(call: &mut Call<'_, '_>) -> Outcome {
    type Lists<'a> = Result<Option<List<'a, i16>>, DecodeError>;
    let request = call.request::<wire::config_signal_info_v2::Message>();
    let mut wanted = call.state::<Client>()?.thresholds.clone();
    let mut any = request.lte_report()?.is_some() || request.nr5g_report()?.is_some();
    let of: [(Measure, Lists<'_>, Result<Option<u16>, DecodeError>); MEASURES] = [
        (Measure::GsmRssi, request.gsm_rssi_threshold_list(), request.gsm_rssi_delta()),
        (Measure::WcdmaRssi, request.wcdma_rssi_threshold_list(), request.wcdma_rssi_delta()),
        (Measure::WcdmaEcio, request.wcdma_ecio_threshold_list(), request.wcdma_ecio_delta()),
        (Measure::WcdmaRscp, request.wcdma_rscp_threshold_list(), request.wcdma_rscp_delta()),
        (Measure::LteRssi, request.lte_rssi_threshold_list(), request.lte_rssi_delta()),
        (Measure::LteSnr, request.lte_snr_threshold_list(), request.lte_snr_delta()),
        (Measure::LteRsrq, request.lte_rsrq_threshold_list(), request.lte_rsrq_delta()),
        (Measure::LteRsrp, request.lte_rsrp_threshold_list(), request.lte_rsrp_delta()),
        (Measure::NrSnr, request.nr5g_snr_threshold_list(), request.nr5g_snr_delta()),
        (Measure::NrRsrp, request.nr5g_rsrp_threshold_list(), request.nr5g_rsrp_delta()),
        (Measure::NrRsrq, request.nr5g_rsrq_threshold_list(), request.nr5g_rsrq_delta()),
    ];
    for (measure, list, delta) in of {
        if let Some(list) = list? {
            any = true;
            wanted.set_list(&[measure], &thresholds(list.iter(), |value: i16| value)?)?;
        }
        // A delta counts for more than thresholds beside it.
        if let Some(delta) = delta? {
            any = true;
            wanted.set_delta(measure, delta)?;
        }
    }
    let others = [
        request.cdma_rssi_delta()?.is_some() || request.cdma_rssi_threshold_list()?.is_some(),
        request.cdma_ecio_delta()?.is_some() || request.cdma_ecio_threshold_list()?.is_some(),
        request.hdr_rssi_delta()?.is_some() || request.hdr_rssi_threshold_list()?.is_some(),
        request.hdr_ecio_delta()?.is_some() || request.hdr_ecio_threshold_list()?.is_some(),
        request.hdr_sinr_delta()?.is_some() || request.hdr_sinr_threshold_list()?.is_some(),
        request.hdr_io_delta()?.is_some() || request.hdr_io_threshold_list()?.is_some(),
    ];
    if !any && !others.contains(&true) {
        return Err(Refused(ProtocolError::NO_THRESHOLDS_PROVIDED));
    }
    call.state::<Client>()?.thresholds = wanted;
    Ok(Step::Success)
}

/// Writes what response and indication have alike.
macro_rules! put_signal {
    ($r:ident, $modem:ident) => {{
        let (signal, technology) = ($modem.signal(), heard($modem));
        let rssi = dbm(signal.rssi);
        let ratio = signal.rsrq.unwrap_or(0);
        match interface(technology) {
            _ if signal.rssi.is_none() => {}
            wire::RadioInterface::GSM => {
                $r.gsm_signal_strength(rssi);
            }
            wire::RadioInterface::UMTS => {
                $r.wcdma_signal_strength(wire::WcdmaSignalStrength { rssi, ecio: half_decibels_below(ratio) });
                if let Some(rscp) = signal.rscp() {
                    // Sent without its sign.
                    $r.wcdma_rscp(rscp.saturating_neg());
                }
            }
            wire::RadioInterface::LTE => {
                $r.lte_signal_strength(wire::LteSignalStrength {
                    rssi,
                    rsrq: i8::try_from(ratio).unwrap_or(i8::MIN),
                    rsrp: signal.rsrp.unwrap_or(NONE),
                    snr: signal.snr.map_or(NONE, tenths),
                });
            }
            _ => {}
        }
        if signal.rssi.is_some() && $modem.technologies().intersects(Technologies::FIFTH) && !technology.is_empty() {
            let used = technology.intersects(Technologies::FIFTH);
            let measured = |value: Option<i16>| value.filter(|_| used).unwrap_or(NOT_USED);
            let snr = measured(signal.snr.map(tenths));
            $r.signal_strength_5g(wire::SignalStrength5g { rsrp: measured(signal.rsrp), snr });
            $r.signal_strength_extended_5g(measured(signal.rsrq));
        }
    }};
}

pub(super) fn info(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_signal_info::Message>(|r, modem| put_signal!(r, modem))
}

/// The interface before Signal Info.
pub(super) fn strength(call: &mut Call<'_, '_>) -> Outcome {
    use wire::SignalStrengthRequest as Mask;
    let mask = call.request::<wire::get_signal_strength::Message>().request_mask()?.unwrap_or(Mask::NONE);
    call.answer::<wire::get_signal_strength::Message>(|r, modem| {
        let Signal { rssi, error_rate, rsrp, rsrq, snr } = modem.signal();
        let technology = heard(modem);
        let radio_interface = interface(technology);
        let long_term = technology.intersects(Technologies::LTE | Technologies::FIFTH);
        let strength = dbm(rssi);
        r.signal_strength(wire::SignalStrength { strength, radio_interface });
        let Some(rssi) = rssi else { return };
        r.strength_list((&[wire::StrengthEntry { strength, radio_interface }]).into());
        if mask.contains(Mask::RSSI) {
            let rssi = u8::try_from(rssi.saturating_neg()).unwrap_or(u8::MAX);
            r.rssi_list((&[wire::RssiEntry { rssi, radio_interface }]).into());
        }
        if let Some(ratio) = rsrq.filter(|_| mask.contains(Mask::ECIO) && technology.intersects(Technologies::THIRD)) {
            let ecio = u8::try_from(half_decibels_below(ratio)).unwrap_or(u8::MAX);
            r.ecio_list((&[wire::EcioEntry { ecio, radio_interface }]).into());
        }
        if let Some(rate) = error_rate.filter(|_| mask.contains(Mask::ERROR_RATE)) {
            r.error_rate_list((&[wire::ErrorRate { rate: rate.into(), radio_interface }]).into());
        }
        if let Some(rsrq) = rsrq.filter(|_| mask.contains(Mask::RSRQ) && long_term) {
            r.rsrq(wire::RsrqEntry { rsrq: i8::try_from(rsrq).unwrap_or(i8::MIN), radio_interface });
        }
        if let Some(snr) = snr.filter(|_| mask.contains(Mask::LTE_SNR) && long_term) {
            r.lte_snr(tenths(snr));
        }
        if let Some(rsrp) = rsrp.filter(|_| mask.contains(Mask::LTE_RSRP) && long_term) {
            r.lte_rsrp(rsrp);
        }
    })
}

// The event report, which came before thresholds by measure.

/// What a client wants event reports of, and what it was told in them.
#[derive(Clone, Debug, Default)]
pub(in super::super::super) struct Events {
    strength: Option<Vec<i8, 5>>,
    rssi: Option<u8>,
    ecio: Option<u8>,
    ecio_thresholds: Option<Vec<i16, 10>>,
    error_rate: bool,
    snr: Option<u8>,
    rsrp: Option<u8>,
    band: bool,
    reject: bool,
    told: Option<Reported>,
}

/// What was told in event reports.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reported {
    signal: Signal,
    technology: Technologies,
    channel: Option<u32>,
    rejected: u32,
}

impl Reported {
    fn of(modem: &Modem) -> Self {
        let registration = modem.registration();
        Self {
            signal: modem.signal(),
            technology: heard(modem),
            channel: modem.serving_network().map(|network| network.cell.channel),
            rejected: if registration.state == RegistrationState::Denied { registration.cause } else { 0 },
        }
    }
}

/// The delta of an indicator that is on.
fn delta(indicator: Option<(bool, u8)>, before: Option<u8>) -> Result<Option<u8>, Refused> {
    match indicator {
        None => Ok(before),
        Some((false, _)) => Ok(None),
        Some((true, 0)) => Err(INVALID),
        Some((true, delta)) => Ok(Some(delta)),
    }
}

fn switched<T, const N: usize>(on: bool, list: impl Iterator<Item = T>) -> Result<Option<Vec<T, N>>, Refused> {
    let mut values = Vec::new();
    for value in list {
        values.push(value).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
    }
    match (on, values.is_empty()) {
        (false, _) => Ok(None),
        (true, true) => Err(Refused(ProtocolError::NO_THRESHOLDS_PROVIDED)),
        (true, false) => Ok(Some(values)),
    }
}

pub(super) fn set_event_report(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::set_event_report::Message>();
    let told = Reported::of(call.modem);
    let mut events = call.state::<Client>()?.events.clone();
    if let Some(wanted) = request.signal_strength_indicator()? {
        events.strength = switched(wanted.report, wanted.thresholds.iter())?;
    }
    if let Some(wanted) = request.ecio_threshold()? {
        events.ecio_thresholds = switched(wanted.report, wanted.thresholds.iter())?;
    }
    events.rssi = delta(request.rssi_indicator()?.map(|i| (i.report, i.rssi_delta)), events.rssi)?;
    events.ecio = delta(request.ecio_indicator()?.map(|i| (i.report, i.ecio_delta)), events.ecio)?;
    events.snr = delta(request.lte_snr_delta()?.map(|i| (i.report, i.snr_delta)), events.snr)?;
    events.rsrp = delta(request.lte_rsrp_delta()?.map(|i| (i.report, i.rsrp_delta)), events.rsrp)?;
    events.error_rate = request.error_rate_indicator()?.unwrap_or(events.error_rate);
    events.band = request.rf_band_information()?.unwrap_or(events.band);
    events.reject = request.registration_reject_reason()?.unwrap_or(events.reject);
    // Those of other technologies: read, so that nonsense is refused, and of no effect.
    request.io_indicator()?;
    request.sinr_indicator()?;
    request.sinr_threshold()?;
    events.told = Some(told);
    call.state::<Client>()?.events = events;
    Ok(Step::Success)
}

/// Moved by so much, or one of both is missing.
fn moved(before: Option<i16>, after: Option<i16>, delta: u16) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => before.abs_diff(after) >= delta,
        (before, after) => before != after,
    }
}

fn crossed(before: Option<i16>, after: Option<i16>, thresholds: impl Iterator<Item = i16>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return before != after };
    thresholds.into_iter().any(|threshold| (before < threshold) != (after < threshold))
}

fn tell_events(t: &mut Tell<'_, '_>) {
    let now = Reported::of(t.modem);
    let Some(client) = t.state::<Client>() else { return };
    let Some(before) = client.events.told else { return };
    let events = &client.events;
    let (was, is) = (before.signal, now.signal);
    let third = now.technology.intersects(Technologies::THIRD);
    let long_term = now.technology.intersects(Technologies::LTE | Technologies::FIFTH);
    let by = |delta: Option<u8>, before, after| delta.is_some_and(|delta| moved(before, after, delta.into()));
    let strength = events.strength.as_ref();
    let strength = strength.is_some_and(|list| crossed(was.rssi, is.rssi, list.iter().map(|v| i16::from(*v))));
    let halves = |ratio: Option<i16>| ratio.map(half_decibels_below);
    let ecio_list = events.ecio_thresholds.as_ref();
    let ecio = third
        && (by(events.ecio, halves(was.rsrq), halves(is.rsrq))
            || ecio_list.is_some_and(|list| crossed(halves(was.rsrq), halves(is.rsrq), list.iter().copied())));
    let rssi = by(events.rssi, was.rssi, is.rssi);
    let snr = long_term && by(events.snr, was.snr, is.snr);
    let rsrp = long_term && by(events.rsrp, was.rsrp, is.rsrp);
    let error_rate = events.error_rate && was.error_rate != is.error_rate;
    let band = events.band && (before.channel, before.technology) != (now.channel, now.technology);
    let rejected = events.reject && now.rejected != 0 && before.rejected != now.rejected;
    // What was not told now goes on counting from where it was told.
    if let Some(told) = &mut client.events.told {
        told.signal.rssi = if rssi || strength { is.rssi } else { told.signal.rssi };
        told.signal.rsrq = if ecio { is.rsrq } else { told.signal.rsrq };
        told.signal.snr = if snr { is.snr } else { told.signal.snr };
        told.signal.rsrp = if rsrp { is.rsrp } else { told.signal.rsrp };
        told.signal.error_rate = is.error_rate;
        (told.channel, told.technology, told.rejected) = (now.channel, now.technology, now.rejected);
    }
    if ![strength, rssi, ecio, snr, rsrp, error_rate, band, rejected].contains(&true) {
        return;
    }
    let radio_interface = interface(now.technology);
    t.send::<wire::event_report_indication::Message>(|r, modem| {
        if strength {
            r.signal_strength(wire::SignalStrength { strength: dbm(is.rssi), radio_interface });
        }
        if band {
            let channel = now.channel.unwrap_or(0);
            let band = Band::of(now.technology, channel).and_then(active_band);
            let active_channel = narrow(channel, u16::MAX);
            let list = band.map(|active_band_class| wire::RfBandInformation {
                radio_interface,
                active_band_class,
                active_channel,
            });
            r.rf_band_information(list.as_slice().into());
        }
        if rejected {
            let cause = u16::try_from(modem.registration().cause).unwrap_or(111);
            let service_domain = wire::NetworkServiceDomain::CS_PS;
            r.registration_reject_reason(wire::RegistrationRejectReason { service_domain, reject_cause: cause });
        }
        if rssi {
            let rssi = is.rssi.map_or(u8::MAX, |dbm| u8::try_from(dbm.saturating_neg()).unwrap_or(u8::MAX));
            r.rssi(wire::RssiReport { rssi, radio_interface });
        }
        if let Some(ratio) = is.rsrq.filter(|_| ecio) {
            let ecio = u8::try_from(half_decibels_below(ratio)).unwrap_or(u8::MAX);
            r.ecio(wire::EcioReport { ecio, radio_interface });
        }
        if let Some(rate) = is.error_rate.filter(|_| error_rate) {
            r.error_rate(wire::ErrorRate { rate: rate.into(), radio_interface });
        }
        if let Some(snr) = is.snr.filter(|_| snr) {
            r.lte_snr(tenths(snr));
        }
        if let Some(rsrp) = is.rsrp.filter(|_| rsrp) {
            r.lte_rsrp(rsrp);
        }
    });
}

pub(super) fn tell(t: &mut Tell<'_, '_>) {
    tell_events(t);
    let values = Values::of(t.modem);
    let Some(client) = t.state::<Client>() else { return };
    if client.registered.signal_info && client.thresholds.matters(&client.told, &values) {
        client.told = values;
        t.send::<wire::signal_info_indication::Message>(|r, modem| put_signal!(r, modem));
    }
}

// The radio's own measures.

/// What the device would send with, in tenths of dBm: it makes up for what is lost on the way, as far as it can (the open loop of
/// 3GPP TS 36.213 §5.1.1.1, with 10 resource blocks and a target of -106 dBm).
fn transmit_power(rsrp: i16) -> i32 {
    const MOST: i16 = 23;
    let power = (-78_i16).saturating_sub(rsrp).clamp(-40, MOST);
    i32::from(power).saturating_mul(10)
}

pub(super) fn tx_rx(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<wire::get_tx_rx_info::Message>().radio_interface()?;
    let technology = call.modem.serving_technology();
    let known =
        [wire::RadioInterface::GSM, wire::RadioInterface::UMTS, wire::RadioInterface::LTE, wire::RadioInterface::_5GNR];
    if !known.contains(&wanted) {
        return Err(INVALID);
    }
    if technology.is_empty() || interface(technology) != wanted {
        return Err(Refused(ProtocolError::INFORMATION_UNAVAILABLE));
    }
    call.answer::<wire::get_tx_rx_info::Message>(|r, modem| {
        let signal = modem.signal();
        let in_tenths = |value: Option<i16>| i32::from(value.unwrap_or(0)).saturating_mul(10);
        let third = technology.intersects(Technologies::THIRD);
        let newer = technology.intersects(Technologies::LTE | Technologies::FIFTH);
        // Each further antenna receives a little less.
        macro_rules! chain {
            ($call:ident, $kind:ident, $number:literal, $less:literal) => {
                if modem.backoff().antennas.len() > $number {
                    let measured = |on: bool, value| if on { in_tenths(value).saturating_sub($less) } else { 0 };
                    r.$call(wire::$kind {
                        is_radio_tuned: true,
                        rx_power: measured(true, signal.rssi),
                        ecio: measured(third, signal.ecno()),
                        rscp: measured(third, signal.rscp()),
                        rsrp: measured(newer, signal.rsrp),
                        phase: 0,
                    });
                }
            };
        }
        chain!(rx_chain_0_info, RxChain0Info, 0, 0);
        chain!(rx_chain_1_info, RxChain1Info, 1, 5);
        chain!(rx_chain_2_info, RxChain2Info, 2, 10);
        chain!(rx_chain_3_info, RxChain3Info, 3, 15);
        let is_in_traffic = modem.is_transmitting();
        let tx_power = if is_in_traffic { transmit_power(signal.rsrp.unwrap_or(-95)) } else { 0 };
        r.tx_info(wire::TxInfo { is_in_traffic, tx_power });
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn values(rssi: i16, rsrp: i16) -> Values {
        let mut values = Values::NONE;
        values.0[4] = rssi;
        values.0[7] = rsrp;
        values
    }

    #[test]
    fn thresholds_and_deltas_decide() {
        let mut wanted = Thresholds::default();
        let told = values(-730, -950);
        assert!(!wanted.matters(&told, &values(-779, -950)));
        assert!(wanted.matters(&told, &values(-780, -950)));
        assert!(wanted.matters(&told, &values(-730, NONE)), "a measure is not made any more");
        wanted.set_list(&[Measure::LteRssi, Measure::GsmRssi], &[-800, -1000]).unwrap();
        assert!(!wanted.matters(&told, &values(-800, -950)), "a threshold counts as above");
        assert!(wanted.matters(&told, &values(-801, -950)));
        assert!(!wanted.matters(&values(-801, -950), &values(-1000, -950)));
        assert!(wanted.matters(&values(-801, -950), &values(-800, -950)), "upwards too");
        wanted.set_delta(Measure::LteRssi, 10).unwrap();
        assert!(wanted.matters(&told, &values(-740, -950)));
        assert_eq!(wanted.list.len(), 2, "those of the other measure stay");
        wanted.set_list(&[Measure::GsmRssi], &[]).unwrap();
        assert!(wanted.list.is_empty());
        assert_eq!(wanted.set_delta(Measure::LteRsrp, 0), Err(INVALID));
    }

    #[test]
    fn power_makes_up_for_loss_as_far_as_it_can() {
        assert_eq!(transmit_power(-95), 170);
        assert_eq!(transmit_power(-120), 230);
        assert_eq!(transmit_power(-30), -400);
    }
}
