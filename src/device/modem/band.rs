//! Bands: which one a channel is in, and sets of them.
//!
//! A channel number means something only together with a technology, and above the second generation in nearly all cases one
//! band alone. The tables are those of the 3GPP specifications named beside them.

use super::network::Technologies;

/// A band, by the number that the specifications of its technology give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Band {
    /// GSM, by MHz: 450, 480, 750, 850, 900, 1800 or 1900.
    Gsm(u16),
    /// UMTS, from 1.
    Umts(u16),
    /// LTE, from 1.
    Lte(u16),
    /// 5G, from 1.
    Nr(u16),
}

/// First and last channel of an LTE downlink band, the band, and the frequency of the first channel in units of 100 kHz
/// (TS 36.101 table 5.7.3-1).
const LTE: &[(u32, u32, u16, u32)] = &[
    (0, 599, 1, 21_100),
    (600, 1199, 2, 19_300),
    (1200, 1949, 3, 18_050),
    (1950, 2399, 4, 21_100),
    (2400, 2649, 5, 8690),
    (2750, 3449, 7, 26_200),
    (3450, 3799, 8, 9250),
    (3800, 4149, 9, 18_449),
    (4150, 4749, 10, 21_100),
    (4750, 4949, 11, 14_759),
    (5010, 5179, 12, 7290),
    (5180, 5279, 13, 7460),
    (5280, 5379, 14, 7580),
    (5730, 5849, 17, 7340),
    (5850, 5999, 18, 8600),
    (6000, 6149, 19, 8750),
    (6150, 6449, 20, 7910),
    (6450, 6599, 21, 14_959),
    (8040, 8689, 25, 19_300),
    (8690, 9039, 26, 8590),
    (9210, 9659, 28, 7580),
    (9770, 9869, 30, 23_500),
    (37_750, 38_249, 38, 25_700),
    (38_250, 38_649, 39, 18_800),
    (38_650, 39_649, 40, 23_000),
    (39_650, 41_589, 41, 24_960),
    (41_590, 43_589, 42, 34_000),
    (43_590, 45_589, 43, 36_000),
    (55_240, 56_739, 48, 35_500),
    (66_436, 67_335, 66, 21_100),
    (68_586, 68_935, 71, 6170),
];

/// First and last channel of a UMTS downlink band (TS 25.101 table 5.1A, the general rule).
const UMTS: &[(u32, u32, u16)] = &[
    (10_562, 10_838, 1),
    (9662, 9938, 2),
    (1162, 1513, 3),
    (1537, 1738, 4),
    (4357, 4458, 5),
    (2237, 2563, 7),
    (2937, 3088, 8),
    (9237, 9387, 9),
    (3712, 3787, 11),
    (712, 763, 19),
];

/// First and last channel of a GSM band (TS 45.005 §2); those of 1900 MHz are also channels of 1800 MHz.
const GSM: &[(u32, u32, u16)] = &[
    (0, 124, 900),
    (128, 251, 850),
    (259, 293, 450),
    (306, 340, 480),
    (438, 511, 750),
    (512, 885, 1800),
    (955, 1023, 900),
];

/// First and last channel of a 5G downlink band (TS 38.104 table 5.4.2.3-1); of bands that share channels the smallest comes
/// first.
const NR: &[(u32, u32, u16)] = &[
    (422_000, 434_000, 1),
    (386_000, 398_000, 2),
    (361_000, 376_000, 3),
    (173_800, 178_800, 5),
    (524_000, 538_000, 7),
    (185_000, 192_000, 8),
    (158_200, 164_200, 20),
    (151_600, 160_600, 28),
    (514_000, 524_000, 38),
    (460_000, 480_000, 40),
    (499_200, 537_999, 41),
    (123_400, 130_400, 71),
    (620_000, 653_333, 78),
    (653_334, 680_000, 77),
    (693_334, 733_333, 79),
    (2_016_667, 2_070_832, 258),
    (2_070_833, 2_084_999, 261),
    (2_054_166, 2_104_165, 257),
    (2_229_166, 2_279_165, 260),
];

fn of_three(table: &[(u32, u32, u16)], channel: u32) -> Option<u16> {
    let found = table.iter().find(|(first, last, _)| (*first..=*last).contains(&channel));
    found.map(|(_, _, band)| *band)
}

fn lte(channel: u32) -> Option<&'static (u32, u32, u16, u32)> {
    LTE.iter().find(|(first, last, ..)| (*first..=*last).contains(&channel))
}

impl Band {
    /// The band of a channel, where the number says it. 5G beside LTE is taken for the LTE that it stands beside.
    ///
    /// ```
    /// use wwan::device::modem::{band::Band, network::Technologies};
    ///
    /// assert_eq!(Band::of(Technologies::LTE, 1300), Some(Band::Lte(3)));
    /// assert_eq!(Band::of(Technologies::LTE, 700_000), None);
    /// ```
    #[must_use]
    pub fn of(technology: Technologies, channel: u32) -> Option<Self> {
        match technology {
            t if t.intersects(Technologies::NR_SA) => of_three(NR, channel).map(Self::Nr),
            t if t.intersects(Technologies::LTE | Technologies::NR_NSA) => lte(channel).map(|row| Self::Lte(row.2)),
            t if t.intersects(Technologies::THIRD) => of_three(UMTS, channel).map(Self::Umts),
            t if t.intersects(Technologies::SECOND) => of_three(GSM, channel).map(Self::Gsm),
            _ => None,
        }
    }
}

/// Middle of the downlink carrier with a channel number, in Hz, where the number says it.
pub(super) fn carrier(technology: Technologies, channel: u32) -> Option<u64> {
    let number = u64::from(channel);
    if technology.intersects(Technologies::NR_SA) {
        // TS 38.104 §5.4.2.1.
        return Some(match number.checked_sub(600_000) {
            None => number.saturating_mul(5_000),
            Some(above) => above.saturating_mul(15_000).saturating_add(3_000_000_000),
        });
    }
    if technology.intersects(Technologies::LTE | Technologies::NR_NSA) {
        let steps = lte(channel).map(|(first, _, _, low)| channel.saturating_sub(*first).saturating_add(*low));
        return steps.map(|steps| u64::from(steps).saturating_mul(100_000));
    }
    if technology.intersects(Technologies::THIRD) {
        // TS 25.101 §5.4.3, the general rule.
        return Some(number.saturating_mul(200_000));
    }
    // TS 45.005 §2.
    let behind = |first: u64, base: u64| number.saturating_sub(first).saturating_mul(200_000).saturating_add(base);
    match channel {
        0..=124 => Some(behind(0, 935_000_000)),
        512..=885 => Some(behind(512, 1_805_200_000)),
        _ => None,
    }
}

bitflags::bitflags! {
    /// Bands of GSM.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct GsmBands: u8 {
        /// 450 MHz.
        const GSM_450 = 1 << 0;
        /// 480 MHz.
        const GSM_480 = 1 << 1;
        /// 750 MHz.
        const GSM_750 = 1 << 2;
        /// 850 MHz.
        const GSM_850 = 1 << 3;
        /// 900 MHz.
        const GSM_900 = 1 << 4;
        /// 1800 MHz.
        const GSM_1800 = 1 << 5;
        /// 1900 MHz.
        const GSM_1900 = 1 << 6;
    }
}

impl GsmBands {
    /// The band with so many MHz.
    #[must_use]
    pub const fn of(mhz: u16) -> Self {
        match mhz {
            450 => Self::GSM_450,
            480 => Self::GSM_480,
            750 => Self::GSM_750,
            850 => Self::GSM_850,
            900 => Self::GSM_900,
            1800 => Self::GSM_1800,
            1900 => Self::GSM_1900,
            _ => Self::empty(),
        }
    }
}

/// A set of numbered bands, from 1 to 64 times `N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BandSet<const N: usize>(pub [u64; N]);

impl<const N: usize> Default for BandSet<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> BandSet<N> {
    /// These bands; what has no place is left out.
    #[must_use]
    pub fn of(bands: &[u16]) -> Self {
        let mut set = Self::default();
        for band in bands {
            set.insert(*band);
        }
        set
    }

    fn place(band: u16) -> Option<(usize, u64)> {
        let bit = band.checked_sub(1)?;
        Some((usize::from(bit >> 6), 1u64.wrapping_shl(u32::from(bit & 63))))
    }

    /// Adds a band; one that has no place is left out.
    pub fn insert(&mut self, band: u16) {
        if let Some((word, bit)) = Self::place(band) {
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    /// Whether a band is in the set.
    #[must_use]
    pub fn contains(&self, band: u16) -> bool {
        let found = Self::place(band).and_then(|(word, bit)| Some(self.0.get(word)? & bit != 0));
        found.unwrap_or(false)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The bands, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        let all = u16::try_from(N).unwrap_or(0).saturating_mul(64);
        let set = *self;
        (1..=all).filter(move |band| set.contains(*band))
    }

    /// Those of both sets.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word &= other;
        }
        self
    }
}

/// Bands of all technologies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// GSM.
    pub gsm: GsmBands,
    /// UMTS.
    pub umts: BandSet<1>,
    /// LTE.
    pub lte: BandSet<4>,
    /// 5G alone.
    pub nr_sa: BandSet<8>,
    /// 5G beside LTE.
    pub nr_nsa: BandSet<8>,
}

impl Default for Bands {
    /// Those of a modem that is sold everywhere.
    fn default() -> Self {
        let nr = BandSet::of(&[1, 2, 3, 5, 7, 8, 20, 28, 38, 40, 41, 71, 77, 78, 79]);
        Self {
            gsm: GsmBands::GSM_850 | GsmBands::GSM_900 | GsmBands::GSM_1800 | GsmBands::GSM_1900,
            umts: BandSet::of(&[1, 2, 3, 4, 5, 8]),
            lte: BandSet::of(&[1, 2, 3, 4, 5, 7, 8, 12, 13, 17, 20, 25, 26, 28, 38, 39, 40, 41, 66, 71]),
            nr_sa: nr,
            nr_nsa: nr,
        }
    }
}

impl Bands {
    /// Whether a band is among them; 5G counts as 5G alone.
    #[must_use]
    pub fn contains(&self, band: Band) -> bool {
        match band {
            Band::Gsm(mhz) => self.gsm.intersects(GsmBands::of(mhz)),
            Band::Umts(band) => self.umts.contains(band),
            Band::Lte(band) => self.lte.contains(band),
            Band::Nr(band) => self.nr_sa.contains(band),
        }
    }

    /// Those of these technologies.
    pub(super) fn of_technologies(mut self, technologies: Technologies) -> Self {
        if !technologies.intersects(Technologies::SECOND) {
            self.gsm = GsmBands::empty();
        }
        if !technologies.intersects(Technologies::THIRD) {
            self.umts = BandSet::default();
        }
        if !technologies.intersects(Technologies::LTE | Technologies::NR_NSA) {
            self.lte = BandSet::default();
        }
        if !technologies.contains(Technologies::NR_SA) {
            self.nr_sa = BandSet::default();
        }
        if !technologies.contains(Technologies::NR_NSA) {
            self.nr_nsa = BandSet::default();
        }
        self
    }

    /// Those of both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            gsm: self.gsm & other.gsm,
            umts: self.umts.and(&other.umts),
            lte: self.lte.and(&other.lte),
            nr_sa: self.nr_sa.and(&other.nr_sa),
            nr_nsa: self.nr_nsa.and(&other.nr_nsa),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_have_the_frequencies_of_the_specifications() {
        for (technology, channel, mhz) in [
            (Technologies::LTE, 300, Some(2140.0)),
            (Technologies::LTE, 1300, Some(1815.0)),
            (Technologies::LTE, 6300, Some(806.0)),
            (Technologies::LTE, 39_150, Some(2350.0)),
            (Technologies::LTE, 700_000, None),
            (Technologies::NR_SA, 632_628, Some(3489.42)),
            (Technologies::NR_SA, 156_490, Some(782.45)),
            (Technologies::HSUPA, 10_562, Some(2112.4)),
            (Technologies::EDGE, 62, Some(947.4)),
            (Technologies::GPRS, 700, Some(1842.8)),
            (Technologies::GPRS, 300, None),
        ] {
            #[allow(clippy::as_conversions, clippy::cast_precision_loss)]
            let found = carrier(technology, channel).map(|hz| hz as f64 / 1e6);
            assert_eq!(found, mhz, "{technology:?} {channel}");
        }
    }

    #[test]
    fn channels_are_in_the_bands_of_the_specifications() {
        for (technology, channel, band) in [
            (Technologies::LTE, 0, Some(Band::Lte(1))),
            (Technologies::LTE, 1949, Some(Band::Lte(3))),
            (Technologies::NR_NSA, 6300, Some(Band::Lte(20))),
            (Technologies::LTE, 39_150, Some(Band::Lte(40))),
            (Technologies::NR_SA, 632_628, Some(Band::Nr(78))),
            (Technologies::NR_SA, 660_000, Some(Band::Nr(77))),
            (Technologies::HSUPA, 10_663, Some(Band::Umts(1))),
            (Technologies::UMTS, 2950, Some(Band::Umts(8))),
            (Technologies::GPRS, 62, Some(Band::Gsm(900))),
            (Technologies::EDGE, 700, Some(Band::Gsm(1800))),
            (Technologies::EDGE, 300, None),
        ] {
            assert_eq!(Band::of(technology, channel), band, "{technology:?} {channel}");
        }
    }

    #[test]
    fn sets_hold_what_has_a_place() {
        let set = BandSet::<4>::of(&[1, 64, 65, 256, 257, 0]);
        assert_eq!(set.0, [1 | 1 << 63, 1, 0, 1 << 63]);
        assert!(set.iter().eq([1, 64, 65, 256]));
        assert!(!set.contains(257));
        assert!(!set.contains(0));
        assert_eq!(set.and(&BandSet::of(&[64, 66])), BandSet::of(&[64]));
    }
}
