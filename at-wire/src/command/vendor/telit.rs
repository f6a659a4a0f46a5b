//! Telit.

use crate::codec::EncodeError;
use crate::parameter::{Choice, Rest, Str, Word};
use crate::radio::{Band, bits};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Network time.
    cclk = "#CCLK" { read -> <'a>(time: Rest<'a>); }
    /// Bands, see [`Bands`].
    bnd = "#BND" { set(band: u8, umts: Option<u8>, lte: Option<u64>, td_scdma: Option<u8>, lte_high: Option<u64>); read -> (band: u8, umts: Option<u8>, lte: Option<u64>, td_scdma: Option<u8>, lte_high: Option<u64>); test -> <'a>(band: Choice<'a>, umts: Choice<'a>, lte: Choice<'a>, td_scdma: Choice<'a>, lte_high: Choice<'a>); }
    /// Card state and its URC.
    qss = "#QSS" { set(mode: u8); read -> (mode: u8, status: u8); test; }
    /// Versions of the software package.
    swpkgv = "#SWPKGV" [bare = true] { execute -> <'a>(text: Rest<'a>); }
    /// Serial number of the card.
    ccid = "#CCID" [personal = true] { execute -> <'a>(iccid: Word<'a>); }
    /// Tries left.
    pct = "#PCT" { execute -> (retries: u8); }
    /// Switches off.
    shdn = "#SHDN" [timeout = 15] { execute; }
    /// Restarts.
    reboot = "#REBOOT" { execute; }
    /// Radio state.
    rfsts = "#RFSTS" { execute -> <'a>(rest: Rest<'a>); }
    /// Network interface of the device.
    ncm = "#NCM" [timeout = 60] { set<'a>(mode: u8, cid: Option<u8>, user: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); test; }
    /// Network interface by USB: connects.
    ecm = "#ECM" [timeout = 60] { set(cid: u8, did: u8); read -> (cid: u8, state: u8); test; }
    /// Disconnects it.
    ecmd = "#ECMD" [timeout = 60] { set(did: u8); test; }
    /// Sends on a socket behind a prompt.
    ssend = "#SSEND" [prompt = Prompt::Greater, timeout = 60] { set(conn_id: u8); test; }
    /// Sends counted bytes on a socket behind a prompt.
    ssendext = "#SSENDEXT" [prompt = Prompt::Greater, timeout = 60] { set(conn_id: u8, length: u16); test; }
    /// Reads from a socket; the bytes are on the next line.
    srecv = "#SRECV" { set(conn_id: u8, max: u16) -> (conn_id: u8, length: u16); test; }
}

/// What a device has of what `#BND` sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(clippy::struct_excessive_bools)] // each is a property of its own
pub struct Bands {
    /// GSM.
    pub gsm: bool,
    /// UMTS.
    pub utran: bool,
    /// LTE.
    pub eutran: bool,
    /// The numbers of UMTS bands are those of the newer table.
    pub newer_utran: bool,
    /// There is a second mask, for LTE bands from 65 on, behind a parameter for TD-SCDMA.
    pub high_eutran: bool,
}

/// The sets of GSM bands by their number: frequencies in MHz.
const GSM: &[(u8, &[u16])] = &[
    (0, &[900, 1800]),
    (1, &[900, 1900]),
    (2, &[850, 1800]),
    (3, &[850, 1900]),
    (4, &[900, 1800, 1900]),
    (5, &[850, 900, 1800, 1900]),
];

/// The sets of UMTS bands by their number, as far as they are known; 12 and 13 of the older table.
const UTRAN: &[(u8, &[u8])] = &[
    (0, &[1]),
    (1, &[2]),
    (2, &[5]),
    (3, &[1, 2, 5]),
    (4, &[2, 5]),
    (5, &[8]),
    (6, &[1, 8]),
    (7, &[4]),
    (8, &[1, 5]),
    (9, &[1, 5, 8]),
    (10, &[2, 4, 5]),
    (12, &[6]),
    (13, &[3]),
    (25, &[19]),
];

/// Those of the newer table that differ.
const UTRAN_NEWER: &[(u8, &[u8])] = &[(12, &[1, 3, 5, 8]), (13, &[3])];

/// An entry of the tables for UMTS.
fn utran(newer: bool) -> impl Iterator<Item = &'static (u8, &'static [u8])> {
    let replaced = move |number: u8| newer && UTRAN_NEWER.iter().any(|(known, _)| *known == number);
    let old = UTRAN.iter().filter(move |(number, _)| !replaced(*number));
    old.chain(UTRAN_NEWER.iter().filter(move |_| newer))
}

impl Bands {
    /// The bands that are set. Numbers that are in no table are passed over.
    pub fn read(self, answer: bnd::ReadAnswer) -> impl Iterator<Item = Band> {
        self.all(
            move |number| answer.band == number,
            move |number| answer.umts == Some(number),
            answer.lte.unwrap_or(0),
            answer.lte_high.unwrap_or(0),
        )
    }

    /// The bands that can be set, each once.
    pub fn test(self, answer: bnd::TestAnswer<'_>) -> impl Iterator<Item = Band> {
        let mask = |choice: Choice<'_>| {
            let masks = choice.ranges().map(|(_, high)| u64::try_from(high).unwrap_or(0));
            masks.fold(0, |all, mask| all | mask)
        };
        self.all(
            move |number| answer.band.contains(number.into()),
            move |number| answer.umts.contains(number.into()),
            mask(answer.lte),
            mask(answer.lte_high),
        )
    }

    fn all(
        self,
        gsm: impl Fn(u8) -> bool,
        umts: impl Fn(u8) -> bool,
        lte: u64,
        lte_high: u64,
    ) -> impl Iterator<Item = Band> {
        let has_gsm = move |frequency: u16| GSM.iter().any(|(number, set)| gsm(*number) && set.contains(&frequency));
        let gsm = [900, 1800, 1900, 850].into_iter().filter(move |frequency| self.gsm && has_gsm(*frequency));
        let has_utran =
            move |band: u8| utran(self.newer_utran).any(|(number, set)| umts(*number) && set.contains(&band));
        let utran = (1..=26).filter(move |band| self.utran && has_utran(*band));
        let low = bits(lte, 1).filter(move |_| self.eutran);
        let high = bits(lte_high, 65).filter(move |_| self.eutran && self.high_eutran);
        gsm.map(Band::Gsm).chain(utran.map(Band::Utran)).chain(low.chain(high).map(Band::Eutran))
    }

    /// The command that sets `bands`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Value`] if a generation that the device has gets no band, or no number of its table stands for
    /// just those wanted.
    pub fn set(self, bands: &[Band]) -> Result<bnd::Set, EncodeError> {
        let mut gsm =
            bands.iter().filter_map(|band| if let Band::Gsm(frequency) = band { Some(*frequency) } else { None });
        let mut umts = bands.iter().filter_map(|band| if let Band::Utran(band) = band { Some(*band) } else { None });
        let lte = |first: u8| {
            bands.iter().fold(0_u64, |mask, band| match band {
                Band::Eutran(band) => {
                    let bit = band.checked_sub(first).and_then(|bit| 1_u64.checked_shl(bit.into()));
                    mask | bit.unwrap_or(0)
                }
                _ => mask,
            })
        };
        let mut set = bnd::Set { band: 0, umts: None, lte: None, td_scdma: None, lte_high: None };
        if self.gsm {
            let same = |(_, known): &&(u8, &[u16])| same(known, &mut gsm.clone());
            set.band = GSM.iter().find(same).map(|(number, _)| *number).ok_or(EncodeError::Value { field: "band" })?;
        }
        let _ = gsm.next();
        if self.utran {
            let number =
                utran(self.newer_utran).find(|(_, known)| same(known, &mut umts.clone())).map(|(number, _)| *number);
            set.umts = Some(number.ok_or(EncodeError::Value { field: "umts" })?);
        }
        let _ = umts.next();
        if self.eutran {
            let (low, high) = (lte(1) & 0xffff_ffff, if self.high_eutran { lte(65) } else { 0 });
            if low == 0 && high == 0 {
                return Err(EncodeError::Value { field: "lte" });
            }
            set.umts = set.umts.or(Some(0));
            set.lte = Some(low);
            if self.high_eutran {
                (set.td_scdma, set.lte_high) = (Some(0), Some(high));
            }
        }
        Ok(set)
    }
}

/// Whether two sets have the same members.
fn same<T: PartialEq + Copy>(known: &[T], wanted: &mut (impl Iterator<Item = T> + Clone)) -> bool {
    wanted.clone().next().is_some()
        && wanted.clone().all(|one| known.contains(&one))
        && known.iter().all(|one| wanted.clone().any(|other| other == *one))
}
