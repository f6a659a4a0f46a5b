//! What hosts can set: registers of V.250, and the parameters of 3GPP that the modem only has to remember.
//!
//! [`stored!`] is the table of the latter. Each row is one command with its parameters: where each is kept, what it is at
//! the start, and what it may be, in the words of the answer to the test command.

use at_wire::parameter::Choice;
use at_wire::text::charset::Charset;

use super::dialect::Dialect;

/// A parameter of a stored command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    /// What it may be.
    pub(super) allowed: &'static str,
    pub(super) default: u32,
    pub(super) get: fn(&Values) -> u32,
    pub(super) put: fn(&mut Values, u32),
}

impl Parameter {
    pub(super) fn allows(&self, value: u32) -> bool {
        Choice(self.allowed.as_bytes()).contains(i64::from(value))
    }
}

/// A command that sets and reads parameters and does nothing else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
}

macro_rules! stored {
    ($($name:literal { $($field:ident: $default:literal in $allowed:literal;)* })*) => {
        /// The parameters, each under the name of its command.
        #[derive(Clone, Copy, Debug)]
        pub(super) struct Values {
            $($(pub(super) $field: u32,)*)*
        }

        impl Default for Values {
            fn default() -> Self {
                Self { $($($field: $default,)*)* }
            }
        }

        /// All commands of this kind.
        pub(super) static STORED: &[Stored] = &[$(Stored {
            name: $name,
            parameters: &[$(Parameter {
                allowed: $allowed,
                default: $default,
                get: |values| values.$field,
                put: |values, value| values.$field = value,
            },)*],
        },)*];
    };
}

stored! {
    // V.250.
    "+IPR" { ipr: 0 in "(0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600,3000000)"; }
    "+ICF" { icf_format: 3 in "(0-6)"; icf_parity: 3 in "(0-3)"; }
    "+IFC" { ifc_te: 2 in "(0-2)"; ifc_ta: 2 in "(0-2)"; }
    "+ILRR" { ilrr: 0 in "(0,1)"; }
    "+DR" { dr: 0 in "(0,1)"; }
    "+ES" { es_orig: 3 in "(0-7)"; es_fallback: 0 in "(0-4)"; es_answer: 2 in "(0-6)"; }
    "+FCLASS" { fclass: 0 in "(0)"; }
    // General.
    "+CMEE" { cmee: 0 in "(0-2)"; }
    "+CRC" { crc: 0 in "(0,1)"; }
    "+CR" { cr: 0 in "(0,1)"; }
    "+CBST" { cbst_speed: 7 in "(0,7,12,14,65,71,75)"; cbst_name: 0 in "(0,1)"; cbst_ce: 1 in "(0-3)"; }
    "+CVHU" { cvhu: 0 in "(0-2)"; }
    "+CSTA" { csta: 129 in "(129,145)"; }
    // Calls and supplementary services.
    "+CLIP" { clip: 0 in "(0,1)"; }
    "+COLP" { colp: 0 in "(0,1)"; }
    "+CDIP" { cdip: 0 in "(0,1)"; }
    "+CNAP" { cnap: 0 in "(0,1)"; }
    "+CLIR" { clir: 0 in "(0-2)"; }
    "+CCWA" { ccwa: 0 in "(0,1)"; }
    "+CSSN" { cssn_mo: 0 in "(0,1)"; cssn_mt: 0 in "(0,1)"; }
    "+CMUT" { cmut: 0 in "(0,1)"; }
    "+CLVL" { clvl: 4 in "(0-7)"; }
    "+CRSL" { crsl: 4 in "(0-7)"; }
    "+CALM" { calm: 0 in "(0-2)"; }
    "+CVIB" { cvib: 0 in "(0,1)"; }
    "+CSIL" { csil: 0 in "(0,1)"; }
    "+VTD" { vtd: 1 in "(0-255)"; }
    "+CUSD" { cusd: 0 in "(0-2)"; }
    // Networks.
    "+CREG" { creg: 0 in "(0-3)"; }
    "+CGREG" { cgreg: 0 in "(0-5)"; }
    "+CEREG" { cereg: 0 in "(0-5)"; }
    "+C5GREG" { c5greg: 0 in "(0-5)"; }
    "+CTZR" { ctzr: 0 in "(0-3)"; }
    "+CTZU" { ctzu: 1 in "(0,1)"; }
    "+CPLS" { cpls: 0 in "(0)"; }
    "+CSCON" { cscon: 0 in "(0,1)"; }
    "+CNEC" { cnec: 0 in "(0-31)"; }
    "+CEMODE" { cemode: 2 in "(0-3)"; }
    "+CEUS" { ceus: 1 in "(0,1)"; }
    "+CEVDP" { cevdp: 3 in "(1-4)"; }
    "+CIREG" { cireg: 0 in "(0-2)"; }
    "+CIREP" { cirep: 0 in "(0,1)"; }
    // The equipment.
    "+CMER" {
        cmer_mode: 0 in "(0-3)"; cmer_keyp: 0 in "(0)"; cmer_disp: 0 in "(0)"; cmer_ind: 0 in "(0-2)"; cmer_bfr: 0 in "(0,1)";
    }
    // Packet domain.
    "+CGEREP" { cgerep_mode: 0 in "(0-2)"; cgerep_bfr: 0 in "(0,1)"; }
    "+CGSMS" { cgsms: 3 in "(0-3)"; }
    "+CGAUTO" { cgauto: 0 in "(0)"; }
    "+CGPIAF" {
        cgpiaf_format: 0 in "(0,1)"; cgpiaf_subnet: 0 in "(0,1)"; cgpiaf_zeros: 0 in "(0,1)"; cgpiaf_compress: 0 in "(0,1)";
    }
    "+CRTDCP" { crtdcp: 0 in "(0,1)"; }
    // Messages.
    "+CMGF" { cmgf: 0 in "(0,1)"; }
    "+CSDH" { csdh: 0 in "(0,1)"; }
    "+CMMS" { cmms: 0 in "(0-2)"; }
    "+CNMI" {
        cnmi_mode: 0 in "(0-3)"; cnmi_mt: 0 in "(0-3)"; cnmi_bm: 0 in "(0,2)"; cnmi_ds: 0 in "(0-2)"; cnmi_bfr: 0 in "(0,1)";
    }
}

/// A memory for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// `SM`.
    Card,
    /// `ME`.
    Device,
    /// `MT`: both.
    Both,
}

/// Registers with a number, from 0 on; see [`Settings::register`].
pub(super) const REGISTERS: usize = 13;

/// What they are at the start (V.250 §6).
const FACTORY: [u8; REGISTERS] = [0, 0, 43, 13, 10, 8, 2, 60, 2, 6, 14, 95, 50];

/// Everything that `Z` and `&F` set back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) echo: bool,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
    /// `X`.
    pub(super) progress: u8,
    /// `&C`.
    pub(super) carrier_detect: u8,
    /// `&D`.
    pub(super) terminal_ready: u8,
    registers: [u8; REGISTERS],
    pub(super) charset: Charset,
    pub(super) values: Values,
    /// `+COPS=3`: how operators are named.
    pub(super) operator_format: u8,
    /// `+CSMS`.
    pub(super) message_service: u8,
    /// `+CSMP`: first octet, validity, protocol identifier, coding.
    pub(super) text_parameters: [u8; 4],
    /// `+CPMS`: for reading and deleting, for writing and sending, for receiving.
    pub(super) memories: [Memory; 3],
}

impl Settings {
    /// As the modem is delivered.
    pub(super) fn factory(dialect: &Dialect) -> Self {
        let values =
            Values { cmee: u32::from(dialect.cmee.min(2)), cmgf: u32::from(!dialect.pdu_mode), ..Values::default() };
        Self {
            echo: dialect.echo,
            quiet: false,
            verbose: true,
            progress: dialect.progress.min(4),
            carrier_detect: 1,
            terminal_ready: 0,
            registers: FACTORY,
            charset: dialect.charsets.first().copied().unwrap_or_default(),
            values,
            operator_format: 0,
            message_service: 0,
            text_parameters: [17, 167, 0, 0],
            memories: [Memory::Card; 3],
        }
    }

    /// A register.
    pub(super) fn register(&self, number: usize) -> u8 {
        self.registers.get(number).copied().unwrap_or(0)
    }

    /// Sets a register; `false` if there is none of that number, or it cannot have the value.
    pub(super) fn set_register(&mut self, number: usize, value: u8) -> bool {
        let allowed = match number {
            2..=5 => 0..=127,
            6 => 2..=10,
            7 => 1..=255,
            10 => 1..=254,
            _ => 0..=255,
        };
        match self.registers.get_mut(number) {
            Some(place) if allowed.contains(&value) => *place = value,
            _ => return false,
        }
        true
    }

    /// S3: ends lines.
    pub(super) fn end(&self) -> u8 {
        self.register(3)
    }

    /// S4: follows it.
    pub(super) fn format(&self) -> u8 {
        self.register(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_allowed() {
        for stored in STORED {
            assert!(stored.parameters.iter().all(|parameter| parameter.allows(parameter.default)), "{stored:?}");
            let values = Values::default();
            assert!(stored.parameters.iter().all(|parameter| (parameter.get)(&values) == parameter.default));
        }
    }
}
