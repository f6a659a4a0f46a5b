//! How one modem's AT differs from another's, as data.
//!
//! Hosts are written for what modems of a maker say, in all its variants. A scenario chooses them one by one, or those of
//! a [`Maker`] at once.

use at_wire::text::charset::Charset;
use heapless::Vec;

use crate::device::modem::{Text, text};

/// Lines that the modem says when it has started.
pub const BOOT_LINES: usize = 4;

/// When what the modem tells of itself is told, if a command is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum UrcOrder {
    /// Behind the result that ends the line.
    #[default]
    AfterResult,
    /// In front of that result, behind the answers.
    BeforeResult,
    /// As soon as it happens, while a command waits: between the lines that it answers with, and never inside one.
    AtOnce,
}

/// How `+CREG` and its sisters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RegistrationForm {
    /// As the specification has it: areas and cells as strings, four and eight digits.
    #[default]
    Quoted,
    /// Digits without quotes.
    Bare,
    /// Without zeros in front.
    Short,
    /// `+CEREG` with a routing area between area and cell, as release 8 had it.
    Release8,
}

/// Whose names the modem has beside those of the specifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Maker {
    /// Nobody's.
    #[default]
    None,
    /// Huawei: `^MODE`, `^RSSI`, `^SRVST`, `^SIMST`, `^ICCID?`, `^SYSINFO`, `^CPIN?`.
    Huawei,
    /// Quectel: `RDY`, `+QIND`, `+QCCID`, `+QSIMSTAT`, `+QCSQ`.
    Quectel,
    /// Cinterion: `^SYSSTART`, `^SMONI` and the like.
    Cinterion,
}

/// How the modem speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// Whose names there are.
    pub maker: Maker,
    /// Commands are echoed from the start (`E1`).
    pub echo: bool,
    /// A blank follows the colon of answers.
    pub blank: bool,
    /// `+CMEE` at the start: 0, 1 or 2.
    pub cmee: u8,
    /// `X` at the start: 0 to 4.
    pub progress: u8,
    /// How registration is written.
    pub registration: RegistrationForm,
    /// When URCs are told.
    pub urcs: UrcOrder,
    /// What follows `CONNECT` from `X1` on; empty: nothing.
    pub connect: Text<16>,
    /// Identities are answered with the name of the command in front.
    pub prefixed_identity: bool,
    /// The blank of the prompt `> ` is left out.
    pub bare_prompt: bool,
    /// Messages can be had as PDUs (`+CMGF=0`), else as text only.
    pub pdu_mode: bool,
    /// The character sets that `+CSCS` takes, the one in front chosen at the start; empty: all, and IRA chosen.
    pub charsets: Vec<Charset, { Charset::ALL.len() }>,
    /// What is said when the modem has started, line by line.
    pub boot: Vec<Text<32>, BOOT_LINES>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            maker: Maker::None,
            echo: true,
            blank: true,
            cmee: 0,
            progress: 0,
            registration: RegistrationForm::Quoted,
            urcs: UrcOrder::AfterResult,
            connect: Text::new(),
            prefixed_identity: false,
            bare_prompt: false,
            pdu_mode: true,
            charsets: Vec::new(),
            boot: Vec::new(),
        }
    }
}

impl Dialect {
    /// What modems of a maker are like.
    ///
    /// ```
    /// use wwan::device::at::{Dialect, Maker};
    ///
    /// assert_eq!(Dialect::of(Maker::Quectel).boot[0], "RDY");
    /// ```
    #[must_use]
    pub fn of(maker: Maker) -> Self {
        let boot: &[&str] = match maker {
            Maker::None => &[],
            Maker::Huawei => &["^SYSSTART"],
            Maker::Quectel => &["RDY", "+CFUN: 1"],
            Maker::Cinterion => &["^SYSSTART"],
        };
        Self {
            maker,
            // Huawei's leave the blank out.
            blank: maker != Maker::Huawei,
            boot: crate::device::collect(boot.iter().map(|line| text(line))),
            ..Self::default()
        }
    }
}
