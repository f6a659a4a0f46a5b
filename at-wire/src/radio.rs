//! Generations, bands and signal strengths: what modes, bands and levels mean that commands tell as numbers.

use core::fmt;

/// Generations of mobile networks, as a set.
///
/// ```
/// use at_wire::radio::Generations;
///
/// let both = Generations::G2 | Generations::G4;
/// assert!(both.contains(Generations::G4) && !both.contains(Generations::G3));
/// assert_eq!(both.to_string(), "2g 4g");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Generations(u8);

impl Generations {
    /// None.
    pub const NONE: Self = Self(0);
    /// GSM and its kin.
    pub const G2: Self = Self(1);
    /// UMTS.
    pub const G3: Self = Self(2);
    /// LTE.
    pub const G4: Self = Self(4);
    /// NR.
    pub const G5: Self = Self(8);
    /// GSM and UMTS.
    pub const G2_G3: Self = Self(3);
    /// GSM and LTE.
    pub const G2_G4: Self = Self(5);
    /// UMTS and LTE.
    pub const G3_G4: Self = Self(6);
    /// GSM, UMTS and LTE.
    pub const G2_G3_G4: Self = Self(7);
    /// All.
    pub const ALL: Self = Self(15);

    /// The single ones, oldest first.
    pub const EACH: [Self; 4] = [Self::G2, Self::G3, Self::G4, Self::G5];

    /// Whether all of `others` are in the set.
    #[must_use]
    pub const fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those in either set.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those in both sets.
    #[must_use]
    pub const fn common(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The single ones in the set, oldest first.
    pub fn iter(self) -> impl Iterator<Item = Self> {
        Self::EACH.into_iter().filter(move |one| self.contains(*one))
    }
}

impl core::ops::BitOr for Generations {
    type Output = Self;

    fn bitor(self, others: Self) -> Self {
        self.and(others)
    }
}

impl fmt::Display for Generations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (one, name) in Self::EACH.into_iter().zip(["2g", "3g", "4g", "5g"]) {
            if self.contains(one) {
                f.write_str(between)?;
                f.write_str(name)?;
                between = " ";
            }
        }
        Ok(())
    }
}

/// Which generations may be used, and which of them first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Modes {
    /// Those that may be used.
    pub allowed: Generations,
    /// The one that is tried first; empty if the modem decides.
    pub preferred: Generations,
}

impl Modes {
    /// These, in the order that the modem likes.
    #[must_use]
    pub const fn any(allowed: Generations) -> Self {
        Self { allowed, preferred: Generations::NONE }
    }

    /// These, `preferred` first.
    #[must_use]
    pub const fn first(allowed: Generations, preferred: Generations) -> Self {
        Self { allowed, preferred }
    }
}

/// An entry of a table that gives sets of generations their numbers in a maker's command.
pub(crate) type Numbered = (u8, Generations);

/// The number of a set in `table`.
pub(crate) fn number_of(table: &[Numbered], generations: Generations) -> Option<u8> {
    table.iter().find(|(_, known)| *known == generations).map(|(number, _)| *number)
}

/// The set with a number in `table`.
pub(crate) fn of_number(table: &[Numbered], number: u8) -> Option<Generations> {
    table.iter().find(|(known, _)| *known == number).map(|(_, generations)| *generations)
}

/// The modes that a command with two parameters can set: which generations, and which first; and what they are
/// numbered there. For `+URAT`, `+XACT` and their like.
pub(crate) fn combinations<'t>(
    allowed: impl Iterator<Item = Generations> + Clone + 't,
    preferred: impl Iterator<Item = Generations> + Clone + 't,
) -> impl Iterator<Item = Modes> + 't {
    let plain = allowed.clone().map(Modes::any);
    let several = allowed.filter(|generations| generations.count() > 1);
    let first = several.flat_map(move |allowed| {
        let preferred = preferred.clone();
        preferred.filter(move |one| allowed.contains(*one)).map(move |one| Modes::first(allowed, one))
    });
    plain.chain(first)
}

/// A frequency band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Band {
    /// GSM (3GPP TS 45.005), by its frequency in MHz: 850, 900, 1800, 1900.
    Gsm(u16),
    /// UTRA (3GPP TS 25.101), by its number.
    Utran(u8),
    /// E-UTRA (3GPP TS 36.101), by its number.
    Eutran(u8),
}

impl Band {
    /// The generation that it belongs to.
    #[must_use]
    pub const fn generation(self) -> Generations {
        match self {
            Self::Gsm(_) => Generations::G2,
            Self::Utran(_) => Generations::G3,
            Self::Eutran(_) => Generations::G4,
        }
    }

    /// The band with a number in `+UACT` and `+XACT`: the frequency for GSM, the band's number for UTRA, and 100 more
    /// than it for E-UTRA.
    #[must_use]
    pub fn of_number(number: u16) -> Option<Self> {
        match number {
            850 | 900 | 1800 | 1900 => Some(Self::Gsm(number)),
            1..=99 => u8::try_from(number).ok().map(Self::Utran),
            101..=299 => number.checked_sub(100).and_then(|band| u8::try_from(band).ok()).map(Self::Eutran),
            _ => None,
        }
    }

    /// Its number there.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Gsm(frequency) => frequency,
            Self::Utran(band) => band.into(),
            Self::Eutran(band) => u16::from(band).saturating_add(100),
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gsm(frequency) => write!(f, "gsm-{frequency}"),
            Self::Utran(band) => write!(f, "utran-{band}"),
            Self::Eutran(band) => write!(f, "eutran-{band}"),
        }
    }
}

/// The numbers of the bits that are set, from `first` for the lowest: bands in a mask.
pub fn bits(mask: u64, first: u8) -> impl Iterator<Item = u8> {
    (first..)
        .zip(0..64_u32)
        .filter(move |(_, bit)| mask.checked_shr(*bit).is_some_and(|mask| mask & 1 == 1))
        .map(|(n, _)| n)
}

/// A level that is `step` tenths of a decibel for each unit above `lowest` tenths; `None` above `limit`, where it is
/// said to be unknown.
fn level(value: u8, limit: u8, lowest: i16, step: i16) -> Option<i16> {
    let units = i16::from(value).checked_mul(step)?;
    (value <= limit).then(|| lowest.saturating_add(units))
}

/// The `rssi` of `+CSQ` in tenths of a dBm (27.007 §8.5): −1130 and below to −510 and above; from 100 on the RSCP of
/// TD-SCDMA. `None` for 99, unknown.
#[must_use]
pub fn csq_rssi(rssi: u8) -> Option<i16> {
    match rssi {
        100..=191 => level(rssi.saturating_sub(100), 91, -1160, 10),
        _ => level(rssi, 31, -1130, 20),
    }
}

/// The `rxlev` of `+CESQ` in tenths of a dBm (27.007 §8.69); `None` for 99, unknown.
#[must_use]
pub fn rxlev(rxlev: u8) -> Option<i16> {
    level(rxlev, 63, -1110, 10)
}

/// The `rscp` of `+CESQ` in tenths of a dBm; `None` for 255, unknown.
#[must_use]
pub fn rscp(rscp: u8) -> Option<i16> {
    level(rscp, 96, -1210, 10)
}

/// The `ecno` of `+CESQ` in tenths of a dB; `None` for 255, unknown.
#[must_use]
pub fn ecno(ecno: u8) -> Option<i16> {
    level(ecno, 49, -245, 5)
}

/// The `rsrq` of `+CESQ` in tenths of a dB; `None` for 255, unknown.
#[must_use]
pub fn rsrq(rsrq: u8) -> Option<i16> {
    level(rsrq, 34, -200, 5)
}

/// The `rsrp` of `+CESQ` in tenths of a dBm; `None` for 255, unknown.
#[must_use]
pub fn rsrp(rsrp: u8) -> Option<i16> {
    level(rsrp, 97, -1410, 10)
}

/// The `ss_rsrq` of `+CESQ` in tenths of a dB; `None` for 255, unknown.
#[must_use]
pub fn ss_rsrq(ss_rsrq: u8) -> Option<i16> {
    level(ss_rsrq, 126, -435, 5)
}

/// The `ss_rsrp` of `+CESQ` in tenths of a dBm; `None` for 255, unknown.
#[must_use]
pub fn ss_rsrp(ss_rsrp: u8) -> Option<i16> {
    level(ss_rsrp, 126, -1570, 10)
}

/// The `ss_sinr` of `+CESQ` in tenths of a dB; `None` for 255, unknown.
#[must_use]
pub fn ss_sinr(ss_sinr: u8) -> Option<i16> {
    level(ss_sinr, 127, -235, 5)
}

/// The technologies that a name such as `WCDMA` or `HSPA+` stands for, by generation; modems write them freely.
///
/// ```
/// use at_wire::radio::{Generations, generation_of};
///
/// assert_eq!(generation_of("WCDMA"), Generations::G3);
/// assert_eq!(generation_of("LTE"), Generations::G4);
/// ```
#[must_use]
pub fn generation_of(name: &str) -> Generations {
    const NAMES: &[(&str, Generations)] = &[
        ("GSM", Generations::G2),
        ("GPRS", Generations::G2),
        ("EDGE", Generations::G2),
        ("UMTS", Generations::G3),
        ("WCDMA", Generations::G3),
        ("UTRAN", Generations::G3),
        ("HSDPA", Generations::G3),
        ("HSUPA", Generations::G3),
        ("HSPA", Generations::G3),
        ("LTE", Generations::G4),
        ("EUTRAN", Generations::G4),
        ("E-UTRAN", Generations::G4),
        ("NR", Generations::G5),
        ("5G", Generations::G5),
    ];
    let name = name.trim();
    let plain = name.strip_suffix('+').unwrap_or(name);
    let known = NAMES.iter().find(|(known, _)| plain.eq_ignore_ascii_case(known));
    known.map_or(Generations::NONE, |(_, generation)| *generation)
}
