//! The card (27.007 §8).

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::parameter::{Choice, Octets, Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Generic access (27.007 §8.17); `length` counts digits.
    csim = "+CSIM" [timeout = 20, personal = true] { set<'a>(length: u16, command: Octets<'a>) -> <'a>(length: u16, response: Octets<'a>); test; }
    /// Restricted access (27.007 §8.18): 176 reads a file, 178 a record, 214 and 220 write, 192 asks, 242 status.
    crsm = "+CRSM" [timeout = 20, personal = true] {
        set<'a>(command: u8, fileid: Option<u16>, p1: Option<u8>, p2: Option<u8>, p3: Option<u8>, data: Option<Octets<'a>>, pathid: Option<Str<'a>>)
            -> <'a>(sw1: u8, sw2: u8, response: Option<Octets<'a>>);
        test;
    }
    /// Opens a logical channel (27.007 §8.45).
    ccho = "+CCHO" [bare = true, timeout = 20] { set<'a>(dfname: Octets<'a>) -> (sessionid: u8); test; }
    /// Closes it (27.007 §8.46).
    cchc = "+CCHC" [timeout = 20] { set(sessionid: u8); test; }
    /// Generic access on it (27.007 §8.43).
    cgla = "+CGLA" [timeout = 20, personal = true] { set<'a>(sessionid: u8, length: u16, command: Octets<'a>) -> <'a>(length: u16, response: Octets<'a>); test; }
    /// Restricted access on it (27.007 §8.44).
    crla = "+CRLA" [timeout = 20, personal = true] {
        set<'a>(sessionid: u8, command: u8, fileid: Option<u16>, p1: Option<u8>, p2: Option<u8>, p3: Option<u8>, data: Option<Octets<'a>>, pathid: Option<Str<'a>>)
            -> <'a>(sw1: u8, sw2: u8, response: Option<Octets<'a>>);
        test;
    }
    /// Applications on the card (27.007 §8.49).
    cuad = "+CUAD" { execute -> <'a>(response: Octets<'a>); set<'a>(option: u8, aid: Option<Octets<'a>>) -> <'a>(response: Octets<'a>); test; }
    /// Selects a card slot (27.007).
    csus = "+CSUS" { set(slot: u8); read -> (slot: u8); test -> <'a>(slot: Choice<'a>); }
    /// Serial number of the card, as many modems have it.
    ccid = "+CCID" [bare = true, personal = true] { execute -> <'a>(iccid: Str<'a>); read -> <'a>(iccid: Str<'a>); }
    /// Serial number of the card under another name (in wide use).
    iccid = "+ICCID" [bare = true, personal = true] { execute -> <'a>(iccid: Str<'a>); read -> <'a>(iccid: Str<'a>); }
    /// Starts the toolkit's terminal (27.007 §12.2).
    cusata = "+CUSATA" { set(ack: u8, timer: Option<u16>); test; }
    /// The toolkit profiles (27.007 §12.2).
    cusatd = "+CUSATD" { set(mode: Option<u8>, download: Option<u8>); read -> (mode: u8, download: u8); test; }
    /// Sends an envelope (27.007 §12.2).
    cusate = "+CUSATE" { set<'a>(command: Octets<'a>) -> <'a>(response: Octets<'a>, more: Option<Rest<'a>>); test; }
    /// Reads a profile (27.007 §12.2).
    cusatr = "+CUSATR" { set(profile: u8) -> <'a>(profile: u8, octets: Octets<'a>); test; }
    /// Sends a terminal response (27.007 §12.2).
    cusatt = "+CUSATT" { set<'a>(response: Octets<'a>); test; }
    /// Writes a profile (27.007 §12.2).
    cusatw = "+CUSATW" { set<'a>(profile: u8, octets: Option<Octets<'a>>); test; }
    /// Authentication by EAP (27.007 §8.47).
    ceap = "+CEAP" [personal = true] { set<'a>(aid: Octets<'a>, eap: Octets<'a>, mode: Option<u8>, df: Option<Octets<'a>>) -> <'a>(sessionid: u8, status: u8, response: Octets<'a>); test; }
    /// Parameters of it (27.007 §8.48).
    cerp = "+CERP" [personal = true] { set(sessionid: u8, parameter: u8) -> <'a>(parameter: u8, value: Octets<'a>); test; }
    /// Serial number of the card under another name (in wide use).
    ciccid = "+CICCID" [bare = true, personal = true] { execute -> <'a>(iccid: Str<'a>); read -> <'a>(iccid: Str<'a>); }
    /// Serial number of the card under ZTE's name (in wide use).
    zgeticcid = "+ZGETICCID" [personal = true] { execute -> <'a>(iccid: Str<'a>); read -> <'a>(iccid: Str<'a>); }
    /// Toolkit of some modems (in wide use).
    stkc = "+STKC" { set<'a>(parameters: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test; }
}

/// The two octets that end what a card answers (3GPP TS 31.101 §10.2, ISO 7816-4 §5.1.3).
///
/// ```
/// use at_wire::command::sim::StatusWord;
///
/// assert_eq!(StatusWord(0x63c2).retries_left(), Some(2));
/// assert_eq!(StatusWord(0x6983).meaning(), "authentication method blocked");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// The last two octets of an answer to `+CSIM` or `+CGLA`; its `length` is not looked at, as modems count it
    /// differently.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Length`] if there are less.
    pub fn of(response: Octets<'_>) -> Result<Self, DecodeError> {
        let error = DecodeError::new(DecodeErrorKind::Length, "status_word", 0);
        match response {
            Octets::Digits(digits) => {
                let word = digits.last_chunk::<4>().and_then(|digits| core::str::from_utf8(digits).ok());
                word.and_then(|digits| u16::from_str_radix(digits, 16).ok()).map(Self).ok_or(error)
            }
            Octets::Raw(octets) => octets.last_chunk().map(|word| Self(u16::from_be_bytes(*word))).ok_or(error),
        }
    }

    /// The two octets, as `+CRSM` tells them in two parameters.
    #[must_use]
    pub fn of_octets(sw1: u8, sw2: u8) -> Self {
        Self(u16::from_be_bytes([sw1, sw2]))
    }

    /// Whether the command was executed; some answers of this kind say that more can be fetched.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self.0, 0x9000..=0x91ff | 0x9e00..=0x9fff | 0x6100..=0x61ff)
    }

    /// How often a password may still be tried, as the answer to an empty or wrong one says.
    #[must_use]
    pub fn retries_left(self) -> Option<u8> {
        matches!(self.0, 0x63c0..=0x63cf).then(|| crate::codec::low(self.0) & 0x0f)
    }

    /// What it means, roughly.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self.0 {
            0x9000..=0x90ff => "success",
            0x9100..=0x91ff => "success, a toolkit command waits",
            0x6100..=0x61ff | 0x9e00..=0x9fff => "success, more can be fetched",
            0x63c0..=0x63cf => "verification failed, tries are left",
            0x6300 => "verification failed",
            0x6200..=0x63ff => "warning",
            0x6400..=0x65ff => "execution error",
            0x6700 => "wrong length",
            0x6982 => "security status not satisfied",
            0x6983 => "authentication method blocked",
            0x6984 => "referenced data invalidated",
            0x6985 => "conditions of use not satisfied",
            0x6a80 => "incorrect parameters in the data",
            0x6a81 => "function not supported",
            0x6a82 => "file not found",
            0x6a83 => "record not found",
            0x6a86 => "incorrect parameters",
            0x6a88 => "referenced data not found",
            0x6d00..=0x6dff => "instruction not supported",
            0x6e00..=0x6eff => "class not supported",
            0x9300..=0x93ff => "toolkit is busy",
            0x9862 => "authentication error",
            _ => "unknown",
        }
    }
}
