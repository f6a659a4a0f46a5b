//! The model's terms in the service's numbers, and back.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::nas as wire;

use super::super::super::call::Refused;
use crate::device::modem::Text;
use crate::device::modem::band::Band;
use crate::device::modem::network::Technologies;
use crate::device::modem::preferences::NEWEST_FIRST;

pub(super) const INVALID: Refused = Refused(ProtocolError::INVALID_ARGUMENT);

/// Whatever the device can do.
pub(super) const fn any() -> Technologies {
    Technologies::all()
}

/// The radio interface that a technology belongs to. 5G beside LTE is LTE to this service.
pub(in super::super) fn interface(technology: Technologies) -> wire::RadioInterface {
    match technology {
        t if t.intersects(Technologies::NR_SA) => wire::RadioInterface::_5GNR,
        t if t.intersects(Technologies::LTE | Technologies::NR_NSA) => wire::RadioInterface::LTE,
        t if t.intersects(Technologies::THIRD) => wire::RadioInterface::UMTS,
        t if t.intersects(Technologies::SECOND) => wire::RadioInterface::GSM,
        _ => wire::RadioInterface::NONE,
    }
}

/// The technologies of a radio interface; any, if it says none.
pub(super) fn technologies(interface: wire::RadioInterface) -> Technologies {
    match interface {
        wire::RadioInterface::GSM => Technologies::SECOND,
        wire::RadioInterface::UMTS => Technologies::THIRD,
        wire::RadioInterface::LTE => Technologies::LTE | Technologies::NR_NSA,
        wire::RadioInterface::_5GNR => Technologies::NR_SA,
        _ => any(),
    }
}

/// The radio interfaces that technologies belong to, newest first.
pub(super) fn interfaces(technologies: Technologies) -> Vec<wire::RadioInterface, 4> {
    let mut list = Vec::new();
    for each in [Technologies::NR_SA, Technologies::LTE, Technologies::THIRD, Technologies::SECOND] {
        if technologies.intersects(each) {
            let _ = list.push(interface(each));
        }
    }
    list
}

/// What a host may choose to look for.
pub(super) fn scanned(mask: Option<wire::NetworkScanType>) -> Result<Technologies, Refused> {
    use wire::NetworkScanType as Type;
    let Some(mask) = mask else { return Ok(any()) };
    let pairs = [
        (Type::GSM, Technologies::SECOND),
        (Type::UMTS, Technologies::THIRD),
        (Type::LTE, Technologies::LTE | Technologies::NR_NSA),
        (Type::_5GNR, Technologies::NR_SA),
    ];
    let wanted =
        pairs.iter().filter(|(bit, _)| mask.contains(*bit)).fold(Technologies::empty(), |all, (_, t)| all | *t);
    if mask.is_empty() { Err(INVALID) } else { Ok(wanted) }
}

/// Technologies as modes.
pub(super) fn modes(technologies: Technologies) -> wire::RatModePreference {
    use wire::RatModePreference as Mode;
    let bits = [Mode::_5GNR, Mode::LTE, Mode::UMTS, Mode::GSM];
    let pairs = NEWEST_FIRST.iter().zip(bits).filter(|(generation, _)| technologies.intersects(**generation));
    pairs.fold(Mode::empty(), |all, (_, bit)| all | bit)
}

/// Technologies of modes.
pub(super) fn of_modes(modes: wire::RatModePreference) -> Technologies {
    use wire::RatModePreference as Mode;
    let bits = [Mode::_5GNR, Mode::LTE, Mode::UMTS, Mode::GSM];
    let pairs = NEWEST_FIRST.iter().zip(bits).filter(|(_, bit)| modes.contains(*bit));
    let all = pairs.fold(Technologies::empty(), |all, (generation, _)| all | *generation);
    // 5G beside LTE needs LTE.
    if all.contains(Technologies::LTE) { all } else { all.difference(Technologies::NR_NSA) }
}

/// MCC and MNC as numbers, and whether the MNC has three digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Plmn {
    pub(in super::super) mcc: u16,
    pub(in super::super) mnc: u16,
    pub(in super::super) three_digits: bool,
}

fn number(digits: &str) -> u16 {
    digits.parse().unwrap_or(0)
}

impl Plmn {
    pub(in super::super) fn of(digits: &str) -> Self {
        let (mcc, mnc) = digits.split_at_checked(3).unwrap_or((digits, ""));
        Self { mcc: number(mcc), mnc: number(mnc), three_digits: mnc.len() > 2 }
    }

    pub(super) fn digits(self) -> wire::MncPcsDigitIncludeStatus {
        wire::MncPcsDigitIncludeStatus { mcc: self.mcc, mnc: self.mnc, includes_pcs_digit: self.three_digits }
    }
}

/// MCC and MNC as digits; an MNC above 99 has three in any case.
pub(super) fn plmn(mcc: u16, mnc: u16, three_digits: bool) -> Result<Text<6>, Refused> {
    use core::fmt::Write as _;
    let mut digits = Text::new();
    let written = match three_digits || mnc > 99 {
        true => write!(digits, "{mcc:03}{mnc:03}"),
        false => write!(digits, "{mcc:03}{mnc:02}"),
    };
    if written.is_err() || mcc > 999 || mnc > 999 {
        return Err(INVALID);
    }
    Ok(digits)
}

/// MCC and MNC as digits of three bytes each; a missing third digit is 0xFF.
pub(super) fn fixed(digits: &str) -> ([u8; 3], [u8; 3]) {
    let mut bytes = digits.bytes();
    let mut next = || bytes.next().unwrap_or(0xff);
    let mcc = [next(), next(), next()];
    (mcc, [next(), next(), next()])
}

/// MCC and MNC in three bytes of digits (3GPP TS 24.008 §10.5.1.13).
pub(super) fn bcd(digits: &str) -> [u8; 3] {
    let mut digits = digits.bytes().map(|c| c.wrapping_sub(b'0') & 0xf);
    let mut next = || digits.next().unwrap_or(0xf);
    let [c1, c2, c3, n1, n2, n3] = [next(), next(), next(), next(), next(), next()];
    [c2 << 4 | c1, n3 << 4 | c3, n2 << 4 | n1]
}

/// A number in its lowest bytes; all ones if it does not fit, which means that it is not known.
pub(super) fn narrow<T: TryFrom<u32>>(value: u32, unknown: T) -> T {
    T::try_from(value).unwrap_or(unknown)
}

/// Decibels in steps of a tenth.
pub(super) fn tenths(value: i16) -> i16 {
    value.saturating_mul(10)
}

/// Strength in dBm in a byte.
pub(super) fn dbm(value: Option<i16>) -> i8 {
    value.map_or(-125, |dbm| i8::try_from(dbm).unwrap_or(i8::MIN))
}

/// A ratio that is never above zero, in negative half decibels.
pub(super) fn half_decibels_below(value: i16) -> i16 {
    value.saturating_mul(-2)
}

/// Bands of LTE and 5G as the service numbers them, beside their own numbers.
const LTE: &[(u16, u16)] = &[
    (17, 134),
    (18, 143),
    (19, 144),
    (20, 145),
    (21, 146),
    (23, 152),
    (24, 147),
    (25, 148),
    (26, 153),
    (27, 164),
    (28, 158),
    (29, 159),
    (30, 160),
    (31, 165),
    (32, 154),
    (41, 149),
    (42, 150),
    (43, 151),
    (46, 163),
    (47, 166),
    (48, 167),
    (66, 161),
    (71, 168),
];

const NR: &[(u16, wire::ActiveBand)] = &[
    (1, wire::ActiveBand::NR5G1),
    (2, wire::ActiveBand::NR5G2),
    (3, wire::ActiveBand::NR5G3),
    (5, wire::ActiveBand::NR5G5),
    (7, wire::ActiveBand::NR5G7),
    (8, wire::ActiveBand::NR5G8),
    (20, wire::ActiveBand::NR5G20),
    (28, wire::ActiveBand::NR5G28),
    (38, wire::ActiveBand::NR5G38),
    (40, wire::ActiveBand::NR5G40),
    (41, wire::ActiveBand::NR5G41),
    (71, wire::ActiveBand::NR5G71),
    (77, wire::ActiveBand::NR5G77),
    (78, wire::ActiveBand::NR5G78),
    (79, wire::ActiveBand::NR5G79),
    (257, wire::ActiveBand::NR5G257),
    (258, wire::ActiveBand::NR5G258),
    (260, wire::ActiveBand::NR5G260),
    (261, wire::ActiveBand::NR5G261),
];

/// A band by the service's number; `None` if it has none.
pub(super) fn active_band(band: Band) -> Option<wire::ActiveBand> {
    use wire::ActiveBand as Active;
    Some(match band {
        Band::Gsm(450) => Active::GSM450,
        Band::Gsm(480) => Active::GSM480,
        Band::Gsm(750) => Active::GSM750,
        Band::Gsm(850) => Active::GSM850,
        Band::Gsm(900) => Active::GSM900_PRIMARY,
        Band::Gsm(1800) => Active::GSM_DCS1800,
        Band::Gsm(1900) => Active::GSM_PCS1900,
        Band::Gsm(_) => return None,
        Band::Umts(1) => Active::WCDMA2100,
        Band::Umts(2) => Active::WCDMA_PCS1900,
        Band::Umts(3) => Active::WCDMA_DCS1800,
        Band::Umts(4) => Active::WCDMA1700_US,
        Band::Umts(5) => Active::WCDMA850,
        Band::Umts(6) => Active::WCDMA800,
        Band::Umts(7) => Active::WCDMA2600,
        Band::Umts(8) => Active::WCDMA900,
        Band::Umts(9) => Active::WCDMA1700_JAPAN,
        Band::Umts(11) => Active::WCDMA1500_JAPAN,
        Band::Umts(19) => Active::WCDMA850_JAPAN,
        Band::Umts(_) => return None,
        Band::Lte(band @ 1..=14) => Active(band.saturating_add(119)),
        Band::Lte(band @ 33..=40) => Active(band.saturating_add(102)),
        Band::Lte(band) => Active(LTE.iter().find(|(known, _)| *known == band)?.1),
        Band::Nr(band) => NR.iter().find(|(known, _)| *known == band)?.1,
    })
}

/// Width of a channel, in kHz, by the service's number.
pub(super) fn bandwidth(technology: Technologies, khz: u32) -> wire::DlBandwidth {
    use wire::DlBandwidth as Width;
    if technology.intersects(Technologies::NR_SA) {
        return match khz {
            5_000 => Width::_5GNR5,
            10_000 => Width::_5GNR10,
            15_000 => Width::_5GNR15,
            20_000 => Width::_5GNR20,
            25_000 => Width::_5GNR25,
            30_000 => Width::_5GNR30,
            40_000 => Width::_5GNR40,
            50_000 => Width::_5GNR50,
            60_000 => Width::_5GNR60,
            70_000 => Width::_5GNR70,
            80_000 => Width::_5GNR80,
            90_000 => Width::_5GNR90,
            100_000 => Width::_5GNR100,
            200_000 => Width::_5GNR200,
            400_000 => Width::_5GNR400,
            _ => Width::UNKNOWN,
        };
    }
    if technology.intersects(Technologies::LTE | Technologies::NR_NSA) {
        return match khz {
            1_400 => Width::_1_4,
            3_000 => Width::_3,
            5_000 => Width::_5,
            10_000 => Width::_10,
            15_000 => Width::_15,
            20_000 => Width::_20,
            _ => Width::UNKNOWN,
        };
    }
    match khz {
        200 => Width::GSM02,
        5_000 => Width::WCDMA5,
        10_000 => Width::WCDMA10,
        _ => Width::UNKNOWN,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_numbers_and_digits() {
        assert_eq!(Plmn::of("00101"), Plmn { mcc: 1, mnc: 1, three_digits: false });
        assert_eq!(Plmn::of("310026"), Plmn { mcc: 310, mnc: 26, three_digits: true });
        assert_eq!(plmn(1, 1, false).unwrap(), "00101");
        assert_eq!(plmn(310, 26, true).unwrap(), "310026");
        assert_eq!(plmn(310, 410, false).unwrap(), "310410");
        assert!(plmn(1000, 1, false).is_err());
        assert!(plmn(1, 1000, false).is_err());
        assert_eq!(fixed("90170"), (*b"901", [b'7', b'0', 0xff]));
        // From a live network: 214-03.
        assert_eq!(bcd("21403"), [0x12, 0xf4, 0x30]);
        assert_eq!(bcd("310260"), [0x13, 0x00, 0x62]);
    }

    #[test]
    fn every_band_of_the_device_has_a_number() {
        let bands = crate::device::modem::band::Bands::default();
        let numbered = |band| active_band(band).unwrap_or_else(|| panic!("{band:?}")).name().is_some();
        assert!(bands.lte.iter().all(|band| numbered(Band::Lte(band))));
        assert!(bands.umts.iter().all(|band| numbered(Band::Umts(band))));
        assert!(bands.nr_sa.iter().all(|band| numbered(Band::Nr(band))));
        assert_eq!(active_band(Band::Lte(3)), Some(wire::ActiveBand::EUTRAN3));
        assert_eq!(active_band(Band::Lte(38)), Some(wire::ActiveBand::EUTRAN38));
    }
}
