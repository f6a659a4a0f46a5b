//! Getting service: registration, its state in any generation, signal, and looking for networks.

use heapless::{String, Vec};
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::nas;
use qmi_wire::text::Fixed;
use qmi_wire::{Builder as _, DecodeError, EncodeError, Message as _, ProtocolError, TlvSet, View as _};

use super::{
    Empty, MessageId, Outcome, Procedure, Request, Step, Stop, ask, decode, fail, is_unsupported, put_byte, rest,
};
use crate::time::Instant;

/// A mobile country code and network code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plmn {
    /// Country.
    pub mcc: u16,
    /// Network.
    pub mnc: u16,
    /// The network code has three digits, be the first one 0.
    pub three_digits: bool,
}

impl Plmn {
    /// Reads five or six digits.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let (mcc, mnc) = digits.as_bytes().split_at_checked(3)?;
        Self::of(mcc, mnc)
    }

    /// Reads the digits of both codes; behind two digits there may be filler.
    fn of(mcc: &[u8], mnc: &[u8]) -> Option<Self> {
        let digits = mnc.iter().take_while(|digit| digit.is_ascii_digit()).count();
        let known = matches!(mnc, [_, _] | [_, _, b'0'..=b'9' | b' ' | b'F' | 0 | 0xff]) && digits >= 2;
        let mnc = mnc.get(..digits).filter(|_| known)?;
        Some(Self { mcc: number(mcc)?, mnc: number(mnc)?, three_digits: digits == 3 })
    }
}

impl Plmn {
    /// Both codes, as most messages have them.
    fn bytes(self) -> [u8; 4] {
        let ([c0, c1], [n0, n1]) = (self.mcc.to_le_bytes(), self.mnc.to_le_bytes());
        [c0, c1, n0, n1]
    }
}

/// Up to three digits.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |number, digit| {
        let digit = Some(digit.wrapping_sub(b'0')).filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

impl core::fmt::Display for Plmn {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let width = if self.three_digits || self.mnc > 99 { 3 } else { 2 };
        write!(f, "{:03}{:0width$}", self.mcc, self.mnc)
    }
}

qmi_wire::wire_struct! {
    /// What the system informations of GSM, UMTS, TD-SCDMA, LTE and 5G have in common. Behind it follow fields of their own.
    pub struct System<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Where the modem is registered.
        domain: nas::NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// What the network offers.
        service_capability: nas::NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming.
        roaming_status: nas::RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// The network is forbidden.
        forbidden: bool,
        /// Whether `lac` counts.
        lac_valid: bool,
        /// Location area code.
        lac: u16,
        /// Whether `cid` counts.
        cid_valid: bool,
        /// Cell.
        cid: u32,
        /// Whether the reject counts.
        registration_reject_info_valid: bool,
        /// Where the network refused to register it.
        registration_reject_domain: nas::NetworkServiceDomain,
        /// Why.
        registration_reject_cause: nas::RejectCause,
        /// Whether `mcc` and `mnc` count.
        network_id_valid: bool,
        /// Country, in digits.
        mcc: Fixed<'a, 3>,
        /// Network, in digits.
        mnc: Fixed<'a, 3>,
    }
}

/// The registration, in any generation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Registration {
    /// Whether it is registered.
    pub state: nas::RegistrationState,
    /// It is attached to packet service.
    pub attached: bool,
    /// It is not at home.
    pub roaming: bool,
    /// Emergency calls only.
    pub limited: bool,
    /// The radio that serves; 5G only if it stands alone.
    pub radio: nas::RadioInterface,
    /// Beside LTE the cell has 5G (non-standalone). Whether it is in use shows in the signal.
    pub nsa: bool,
    /// The network.
    pub plmn: Option<Plmn>,
    /// Its name, as far as there is room and it can be read as text.
    pub name: String<32>,
    /// Location area, in GSM and UMTS.
    pub lac: Option<u16>,
    /// Tracking area, in LTE.
    pub tac: Option<u16>,
    /// Cell.
    pub cell: Option<u32>,
    /// Why the network refused, if it did.
    pub reject: Option<nas::RejectCause>,
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            state: nas::RegistrationState::UNKNOWN,
            attached: false,
            roaming: false,
            limited: false,
            radio: nas::RadioInterface::NONE,
            nsa: false,
            plmn: None,
            name: String::new(),
            lac: None,
            tac: None,
            cell: None,
            reject: None,
        }
    }
}

/// Where Get System Info and its indication have status and information of each radio, best radio first. The numbers
/// differ from 0x24 on.
struct Place {
    radio: nas::RadioInterface,
    /// Status and information in the answer.
    answer: (u8, u8),
    /// The same in the indication.
    told: (u8, u8),
}

const PLACES: [Place; 5] = [
    Place { radio: nas::RadioInterface::_5GNR, answer: (0x4a, 0x4b), told: (0x4c, 0x4d) },
    Place { radio: nas::RadioInterface::LTE, answer: (0x14, 0x19), told: (0x14, 0x19) },
    Place { radio: nas::RadioInterface::UMTS, answer: (0x13, 0x18), told: (0x13, 0x18) },
    Place { radio: nas::RadioInterface::TD_SCDMA, answer: (0x24, 0x25), told: (0x25, 0x26) },
    Place { radio: nas::RadioInterface::GSM, answer: (0x12, 0x17), told: (0x12, 0x17) },
];

impl Registration {
    /// Whether there is service, at home or roaming.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.state == nas::RegistrationState::REGISTERED && !self.limited
    }

    /// Reads an answer to Get Serving System.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the mandatory part cannot be read.
    pub fn from_serving_system(tlvs: TlvSet<'_>) -> Result<Self, DecodeError> {
        let answer = nas::get_serving_system::Response::from_tlvs(tlvs);
        let serving = answer.serving_system()?;
        let mut this = Self {
            state: serving.registration_state,
            attached: serving.ps_attach_state == nas::AttachState::ATTACHED,
            // Of all roaming indicators this is the one in which 0 means roaming.
            roaming: answer.roaming_indicator().ok().flatten() == Some(nas::RoamingIndicatorStatus::ON),
            radio: serving.radio_interfaces.iter().last().unwrap_or(nas::RadioInterface::NONE),
            lac: answer.lac_3gpp().ok().flatten(),
            tac: answer.lte_tac().ok().flatten(),
            cell: answer.cid_3gpp().ok().flatten(),
            ..Self::default()
        };
        if let Ok(Some(plmn)) = answer.current_plmn() {
            let digits = answer.mnc_pcs_digit_include_status().ok().flatten();
            this.plmn = Some(Plmn {
                mcc: plmn.mcc,
                mnc: plmn.mnc,
                three_digits: digits.is_some_and(|digits| digits.includes_pcs_digit),
            });
            for c in plmn.description.to_str().unwrap_or("").chars() {
                if this.name.push(c).is_err() {
                    break;
                }
            }
        }
        Ok(this)
    }

    /// Adds what Get System Info or its indication tells, which knows all generations: of the best radio that has service,
    /// or of the first that has any to tell of.
    pub fn add_system_info(&mut self, tlvs: TlvSet<'_>) {
        let told = tlvs.message() == nas::system_info_indication::Message::ID;
        let mut best = None;
        for place in &PLACES {
            let (status, information) = if told { place.told } else { place.answer };
            let Ok(Some(status)) = tlvs.get::<nas::ServiceStatus>(status) else { continue };
            let info = tlvs.get::<System<'_>>(information).ok().flatten();
            let usable = matches!(
                status,
                nas::ServiceStatus::AVAILABLE | nas::ServiceStatus::LIMITED | nas::ServiceStatus::LIMITED_REGIONAL
            );
            match best {
                Some((_, best, _)) if best >= (status == nas::ServiceStatus::AVAILABLE, usable) => {}
                _ => best = Some((place.radio, (status == nas::ServiceStatus::AVAILABLE, usable), info)),
            }
        }
        let Some((radio, (available, usable), info)) = best else { return };
        let nsa = if told { 0x50 } else { 0x4e };
        self.nsa = radio == nas::RadioInterface::LTE && tlvs.get::<bool>(nsa).ok().flatten() == Some(true);
        self.limited = usable && !available;
        if usable {
            self.radio = radio;
        }
        if available {
            self.state = nas::RegistrationState::REGISTERED;
        } else if self.state == nas::RegistrationState::UNKNOWN {
            self.state = nas::RegistrationState::NOT_REGISTERED;
        }
        let Some(info) = info else { return };
        if info.domain_valid && available {
            use nas::NetworkServiceDomain as Domain;
            self.attached = matches!(info.domain, Domain::PS | Domain::CS_PS);
        }
        if info.roaming_status_valid {
            self.roaming = info.roaming_status == nas::RoamingStatus::ON;
        }
        if info.network_id_valid {
            self.plmn = Plmn::of(info.mcc.bytes, info.mnc.bytes).or(self.plmn);
        }
        self.lac = Some(info.lac).filter(|_| info.lac_valid).or(self.lac);
        self.cell = Some(info.cid).filter(|_| info.cid_valid).or(self.cell);
        self.reject = Some(info.registration_reject_cause)
            .filter(|cause| info.registration_reject_info_valid && *cause != nas::RejectCause::NONE);
        if self.reject.is_some() && !available {
            self.state = nas::RegistrationState::REGISTRATION_DENIED;
        }
    }
}

/// Reads the registration: from Get Serving System, and what Get System Info adds. One of them is enough.
#[derive(Clone, Debug, Default)]
pub struct ReadRegistration {
    registration: Registration,
    /// The first question had an answer.
    served: bool,
    second: bool,
}

impl ReadRegistration {
    /// Reads it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The registration.
    #[must_use]
    pub const fn registration(&self) -> &Registration {
        &self.registration
    }
}

impl Procedure for ReadRegistration {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let serving = MessageId::of::<nas::get_serving_system::Message>();
        let system = MessageId::of::<nas::get_system_info::Message>();
        match (outcome, self.second) {
            (Outcome::Begin, _) => {
                *self = Self::default();
                return ask(serving, &Empty);
            }
            (Outcome::Answer(tlvs), false) => match Registration::from_serving_system(tlvs) {
                Ok(registration) => (self.registration, self.served) = (registration, true),
                Err(error) => return decode(error),
            },
            (Outcome::Refused(..), false) => {}
            (Outcome::Answer(tlvs), true) => {
                self.registration.add_system_info(tlvs);
                return Step::Done;
            }
            (Outcome::Refused(..), true) if self.served => return Step::Done,
            (outcome, _) => return fail(if self.second { system } else { serving }, outcome),
        }
        self.second = true;
        ask(system, &Empty)
    }
}

/// Which network to register with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Selection {
    /// The modem chooses.
    Automatic,
    /// This one, until the modem restarts.
    Manual(Plmn),
}

/// Registers with a network and waits until there is packet service. Who is registered already, and leaves the choice to
/// the modem, is done.
#[derive(Clone, Copy, Debug)]
pub struct Register {
    selection: Selection,
    end: Instant,
    at: Registering,
    /// How often in a row the network was found to have refused: it does so at other cells too while the modem searches.
    denied: u8,
    /// The firmware has no Get Serving System.
    modern: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registering {
    /// Reads what is.
    Before,
    /// Asks for it by the preference, or with the older message.
    Preferring,
    Initiating,
    /// Waits for it.
    Waiting,
    /// Asks why the network refuses.
    Reason,
}

/// As much of the registration as [`Register`] needs; reading all of it would make it several times as large.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Glance {
    /// Registered, and attached to packet service.
    Serves,
    /// The network refuses: the cause, or 0.
    Denied(u8),
    Neither,
}

impl Glance {
    /// Get Serving System: state, CS, PS at the start; the codes of the network in 0x12.
    fn at_serving_system(tlvs: TlvSet<'_>, wanted: Option<Plmn>) -> Self {
        let plmn = tlvs.find(0x12).and_then(<[u8]>::first_chunk);
        match tlvs.find(0x01) {
            Some([state, _, ps, ..])
                if *state == nas::RegistrationState::REGISTERED.0
                    && *ps == nas::AttachState::ATTACHED.0
                    && wanted.is_none_or(|wanted| plmn == Some(&wanted.bytes())) =>
            {
                Self::Serves
            }
            Some([state, ..]) if *state == nas::RegistrationState::REGISTRATION_DENIED.0 => Self::Denied(0),
            _ => Self::Neither,
        }
    }

    /// Get System Info: the domain at the start of a [`System`], the reject at 16, which are fixed.
    #[inline(never)]
    fn at_system_info(tlvs: TlvSet<'_>) -> Self {
        let mut glance = Self::Neither;
        for place in &PLACES {
            let (status, system) = place.answer;
            let system = tlvs.find(system).unwrap_or_default();
            match tlvs.find(status) {
                // Circuit-switched service alone carries no data.
                Some([2, ..]) if system.get(..2) == Some(&[1, nas::NetworkServiceDomain::CS.0]) => {}
                Some([2, ..]) => return Self::Serves,
                _ => match system.get(16..19) {
                    Some(&[1, _, cause]) if cause != 0 => glance = Self::Denied(cause),
                    _ => {}
                },
            }
        }
        glance
    }
}

impl Register {
    /// Waits until `end` at most.
    #[must_use]
    pub const fn new(selection: Selection, end: Instant) -> Self {
        Self { selection, end, at: Registering::Before, denied: 0, modern: false }
    }

    /// What is asked.
    #[inline(never)]
    fn message(&self) -> &'static MessageId {
        match self.at {
            Registering::Preferring => MessageId::of::<nas::set_system_selection_preference::Message>(),
            Registering::Initiating => MessageId::of::<nas::initiate_network_register::Message>(),
            Registering::Before | Registering::Waiting if !self.modern => {
                MessageId::of::<nas::get_serving_system::Message>()
            }
            _ => MessageId::of::<nas::get_system_info::Message>(),
        }
    }
}

/// How often a refusal of the network is seen before it counts.
const DENIALS: u8 = 5;

impl Request for Register {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let plmn = match self.selection {
            Selection::Automatic => None,
            Selection::Manual(plmn) => Some(plmn),
        };
        let (manual, Plmn { three_digits, .. }) = (u8::from(plmn.is_some()), plmn.unwrap_or_default());
        let [c0, c1, n0, n1] = plmn.unwrap_or_default().bytes();
        let [radio] = nas::RadioInterface::UNKNOWN.0.to_le_bytes();
        let choice = [manual, c0, c1, n0, n1, radio];
        let older = self.at == Registering::Initiating;
        if older {
            // Automatic, or manual: NetworkRegisterType counts from 1.
            put_byte(&mut message, 0x01, nas::NetworkRegisterType::AUTOMATIC.0.wrapping_add(manual));
            if plmn.is_some() {
                // As ManualRegistrationInfo3gpp.
                let [_, choice @ ..] = &choice;
                message.put_bytes(0x10, choice);
            }
        } else if self.at == Registering::Preferring {
            // Automatic, or manual, as NetworkSelectionPreferenceInfo.
            let [choice @ .., _] = &choice;
            message.put_bytes(0x16, choice);
            put_byte(&mut message, 0x17, nas::ChangeDuration::POWER_CYCLE.0);
        } else {
            return message.finish();
        }
        if three_digits {
            put_byte(&mut message, if older { 0x12 } else { 0x1a }, 1);
        }
        message.finish()
    }
}

impl Procedure for Register {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let waits = self.at == Registering::Waiting;
        self.at = match (outcome, self.at) {
            (Outcome::Begin, _) => {
                self.denied = 0;
                Registering::Before
            }
            (Outcome::Rested, at) => at,
            (Outcome::Answer(tlvs), Registering::Before | Registering::Waiting) => {
                let wanted = match self.selection {
                    Selection::Manual(plmn) => Some(plmn),
                    Selection::Automatic => None,
                };
                let glance =
                    if self.modern { Glance::at_system_info(tlvs) } else { Glance::at_serving_system(tlvs, wanted) };
                // The modem may be at the right network without being bound to it.
                if glance == Glance::Serves && (waits || wanted.is_none()) {
                    return Step::Done;
                }
                if waits {
                    let denied = matches!(glance, Glance::Denied(_));
                    self.denied = if denied { self.denied.saturating_add(1) } else { 0 };
                    if !denied || (self.denied < DENIALS && self.end > now) {
                        return rest(now, self.end);
                    }
                    Registering::Reason
                } else {
                    Registering::Preferring
                }
            }
            (Outcome::Answer(tlvs), Registering::Reason) => {
                return Step::Fail(Stop::Denied(match Glance::at_system_info(tlvs) {
                    Glance::Denied(cause) => Some(nas::RejectCause(cause)),
                    _ => None,
                }));
            }
            (_, Registering::Reason) => return Step::Fail(Stop::Denied(None)),
            (Outcome::Refused(error, _), Registering::Before) if is_unsupported(error) && !self.modern => {
                self.modern = true;
                Registering::Before
            }
            (Outcome::Answer(_) | Outcome::Refused(ProtocolError::NO_EFFECT, _), _) => Registering::Waiting,
            (Outcome::Refused(..), Registering::Preferring) => Registering::Initiating,
            (outcome, _) => return fail(self.message(), outcome),
        };
        ask(self.message(), self)
    }
}

/// The signal of the radios that have one. Absent is what the modem does not tell, and what it marks as not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Signal {
    /// GSM: RSSI in dBm.
    pub gsm: Option<i8>,
    /// UMTS: RSSI in dBm.
    pub wcdma_rssi: Option<i8>,
    /// UMTS: Ec/Io in units of -0.5 dB.
    pub wcdma_ecio: Option<i16>,
    /// LTE: RSSI in dBm.
    pub lte_rssi: Option<i8>,
    /// LTE: RSRQ in dB.
    pub lte_rsrq: Option<i8>,
    /// LTE: RSRP in dBm.
    pub lte_rsrp: Option<i16>,
    /// LTE: SNR in 0.1 dB.
    pub lte_snr: Option<i16>,
    /// 5G: RSRP in dBm.
    pub nr5g_rsrp: Option<i16>,
    /// 5G: RSRQ in dB.
    pub nr5g_rsrq: Option<i16>,
    /// 5G: SNR in 0.1 dB.
    pub nr5g_snr: Option<i16>,
    /// CDMA 1x: RSSI in dBm.
    pub cdma: Option<i8>,
    /// EV-DO: RSSI in dBm.
    pub hdr: Option<i8>,
}

impl Signal {
    /// Reads Get Signal Info or its indication, which agree in all numbers used here.
    #[must_use]
    pub fn from_info(tlvs: TlvSet<'_>) -> Self {
        let info = nas::get_signal_info::Response::from_tlvs(tlvs);
        let (lte, wcdma) = (info.lte_signal_strength().ok().flatten(), info.wcdma_signal_strength().ok().flatten());
        let nr5g = info.signal_strength_5g().ok().flatten();
        // The markers of what was not measured.
        let short = |value: Option<i16>| value.filter(|value| *value != i16::MIN);
        let byte = |value: Option<i8>| value.filter(|value| *value != i8::MIN && *value != 0);
        Self {
            gsm: byte(info.gsm_signal_strength().ok().flatten()),
            wcdma_rssi: byte(wcdma.map(|wcdma| wcdma.rssi)),
            wcdma_ecio: short(wcdma.map(|wcdma| wcdma.ecio)),
            lte_rssi: byte(lte.map(|lte| lte.rssi)),
            lte_rsrq: byte(lte.map(|lte| lte.rsrq)),
            lte_rsrp: short(lte.map(|lte| lte.rsrp)),
            lte_snr: short(lte.map(|lte| lte.snr)),
            nr5g_rsrp: short(nr5g.map(|nr5g| nr5g.rsrp)),
            nr5g_rsrq: short(info.signal_strength_extended_5g().ok().flatten()),
            nr5g_snr: short(nr5g.map(|nr5g| nr5g.snr)),
            cdma: byte(info.cdma_signal_strength().ok().flatten().map(|cdma| cdma.rssi)),
            hdr: byte(info.hdr_signal_strength().ok().flatten().map(|hdr| hdr.rssi)),
        }
    }

    /// Reads Get Signal Strength, of older firmware.
    #[must_use]
    pub fn from_strength(tlvs: TlvSet<'_>) -> Self {
        use nas::RadioInterface as Radio;
        let answer = nas::get_signal_strength::Response::from_tlvs(tlvs);
        let mut signal = Self::default();
        let mut take = |radio, strength: i8| {
            let place = match radio {
                Radio::GSM => &mut signal.gsm,
                Radio::UMTS => &mut signal.wcdma_rssi,
                Radio::LTE => &mut signal.lte_rssi,
                Radio::CDMA1X => &mut signal.cdma,
                Radio::CDMA1XEVDO => &mut signal.hdr,
                _ => return,
            };
            *place = Some(strength).filter(|strength| *strength != i8::MIN && *strength != 0);
        };
        if let Ok(entry) = answer.signal_strength() {
            take(entry.radio_interface, entry.strength);
        }
        for entry in answer.strength_list().ok().flatten().unwrap_or_default().iter() {
            take(entry.radio_interface, entry.strength);
        }
        signal.lte_rsrq = answer.rsrq().ok().flatten().map(|entry| entry.rsrq);
        signal.lte_rsrp = answer.lte_rsrp().ok().flatten();
        signal.lte_snr = answer.lte_snr().ok().flatten();
        signal
    }
}

/// Reads the signal: from Get Signal Info, or of older firmware from Get Signal Strength.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadSignal {
    signal: Signal,
    older: bool,
}

impl ReadSignal {
    /// Reads it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The signal.
    #[must_use]
    pub const fn signal(&self) -> Signal {
        self.signal
    }
}

/// Asks for all values of the older message.
struct Strengths;

impl Request for Strengths {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        use nas::SignalStrengthRequest as Wanted;
        let mut request = nas::get_signal_strength::RequestBuilder::continuing(message);
        request.request_mask(Wanted::RSSI | Wanted::ECIO | Wanted::RSRQ | Wanted::LTE_SNR | Wanted::LTE_RSRP);
        request.finish()
    }
}

impl Procedure for ReadSignal {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let strength = MessageId::of::<nas::get_signal_strength::Message>();
        match (outcome, self.older) {
            (Outcome::Begin, _) => {
                *self = Self::default();
                ask(MessageId::of::<nas::get_signal_info::Message>(), &Empty)
            }
            (Outcome::Answer(tlvs), false) => {
                self.signal = Signal::from_info(tlvs);
                Step::Done
            }
            (Outcome::Refused(..), false) => {
                self.older = true;
                ask(strength, &Strengths)
            }
            (Outcome::Answer(tlvs), true) => {
                self.signal = Signal::from_strength(tlvs);
                Step::Done
            }
            (outcome, _) => fail(strength, outcome),
        }
    }
}

/// A network that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FoundNetwork {
    /// Which.
    pub plmn: Plmn,
    /// Its name, as far as it can be read as text.
    pub name: String<32>,
    /// What it is to this SIM.
    #[cfg_attr(feature = "defmt", defmt(Debug2Format))]
    pub status: nas::NetworkStatus,
    /// The radio, one entry each.
    pub radio: nas::RadioInterface,
}

/// Looks for networks, which takes minutes; when given up, the modem is told to stop. Finds at most `N`, and says how many
/// there were.
#[derive(Clone, Debug)]
pub struct Scan<const N: usize> {
    types: Option<nas::NetworkScanType>,
    networks: Vec<FoundNetwork, N>,
    found: usize,
}

impl<const N: usize> Scan<N> {
    /// Looks for networks of those radios; `None`: as the modem likes.
    #[must_use]
    pub const fn new(types: Option<nas::NetworkScanType>) -> Self {
        Self { types, networks: Vec::new(), found: 0 }
    }

    /// The networks, one entry for each radio of each.
    #[must_use]
    pub fn networks(&self) -> &[FoundNetwork] {
        &self.networks
    }

    /// How many entries there were, be there room for them or not.
    #[must_use]
    pub const fn found(&self) -> usize {
        self.found
    }

    fn push(&mut self, plmn: Plmn, name: &str, status: nas::NetworkStatus, radio: nas::RadioInterface) {
        self.found = self.found.saturating_add(1);
        let mut text = String::new();
        for c in name.chars() {
            if text.push(c).is_err() {
                break;
            }
        }
        let _ = self.networks.push(FoundNetwork { plmn, name: text, status, radio });
    }

    /// Three lists side by side: networks, their radios, and how many digits their codes have.
    fn read(&mut self, tlvs: TlvSet<'_>) -> Result<(), DecodeError> {
        let answer = nas::network_scan::Response::from_tlvs(tlvs);
        let radios = answer.radio_access_technology()?.unwrap_or_default();
        let digits = answer.mnc_pcs_digit_include_status()?.unwrap_or_default();
        let networks = answer.network_information()?.unwrap_or_default();
        for (nth, network) in networks.iter().enumerate() {
            let (mcc, mnc) = (network.mcc, network.mnc);
            let three_digits = digits.iter().any(|d| (d.mcc, d.mnc) == (mcc, mnc) && d.includes_pcs_digit);
            let plmn = Plmn { mcc, mnc, three_digits };
            let name = network.description.to_str().unwrap_or("");
            // A network has an entry for each of its radios, or one entry and several radios in the other list.
            let before = networks.iter().take(nth).filter(|other| (other.mcc, other.mnc) == (mcc, mnc)).count();
            let last = !networks.iter().skip(nth).skip(1).any(|other| (other.mcc, other.mnc) == (mcc, mnc));
            let mut own = radios.iter().filter(|radio| (radio.mcc, radio.mnc) == (mcc, mnc)).skip(before);
            let first = own.next().map_or(nas::RadioInterface::UNKNOWN, |radio| radio.radio_interface);
            self.push(plmn, name, network.network_status, first);
            for radio in own.filter(|_| last) {
                self.push(plmn, name, network.network_status, radio.radio_interface);
            }
        }
        Ok(())
    }
}

impl<const N: usize> Request for Scan<N> {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = nas::network_scan::RequestBuilder::continuing(message);
        if let Some(types) = self.types {
            request.network_type(types);
        }
        request.finish()
    }
}

impl<const N: usize> Procedure for Scan<N> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<nas::network_scan::Message>();
        match outcome {
            Outcome::Begin => {
                self.networks.clear();
                self.found = 0;
                ask(message, self)
            }
            Outcome::Answer(tlvs) => {
                let result = nas::network_scan::Response::from_tlvs(tlvs).network_scan_result();
                match result {
                    Ok(None | Some(nas::NetworkScanResult::SUCCESS)) => {}
                    _ => return Step::Fail(Stop::NotReached),
                }
                match self.read(tlvs) {
                    Ok(()) => Step::Done,
                    Err(error) => decode(error),
                }
            }
            outcome => fail(message, outcome),
        }
    }
}
