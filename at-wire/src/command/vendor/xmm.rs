//! Intel XMM and its relatives.

use crate::codec::EncodeError;
use crate::command::vendor::ublox::numbered_bands;
use crate::parameter::{Choice, Kept, Rest};
use crate::radio::{Generations, Modes, Numbered, combinations, number_of};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Technologies, preference and bands.
    xact = "+XACT" [timeout = 60] { set<'a>(act: Option<u8>, preferred1: Option<u8>, preferred2: Kept<u8>, bands: Rest<'a>); read -> <'a>(act: u8, preferred1: Option<u8>, preferred2: Option<u8>, bands: Rest<'a>); test -> <'a>(act: Choice<'a>, preferred1: Choice<'a>, preferred2: Choice<'a>, bands: Rest<'a>); }
    /// Signal.
    xcesq = "+XCESQ" { read -> (n: u8, rxlev: u8, ber: u8, rscp: u8, ecno: u8, rsrq: u8, rsrp: u8, rssnr: i16); set(n: u8); test; }
    /// Positioning.
    xlcslsr = "+XLCSLSR" { set<'a>(transport: u8, mode: u8, rest: Rest<'a>); test -> <'a>(transport: Choice<'a>, mode: Choice<'a>, client_id: Choice<'a>, client_id_type: Choice<'a>, mlc_number: Choice<'a>, mlc_number_type: Choice<'a>, interval: Choice<'a>, service_type_id: Choice<'a>, pseudonym: Choice<'a>, loc_response_type: Choice<'a>, nmea_mask: Choice<'a>, gnss_type: Choice<'a>); }
    /// Data channel of a context.
    xdatachannel = "+XDATACHANNEL" { set<'a>(rest: Rest<'a>); read -> <'a>(rest: Rest<'a>); test; }
    /// DNS servers.
    xdns = "+XDNS" { set<'a>(cid: u8, mode: u8, rest: Rest<'a>); read -> <'a>(cid: u8, rest: Rest<'a>); test; }
    /// Tries left.
    xpincnt = "+XPINCNT" { execute -> (pin: u8, pin2: u8, puk: u8, puk2: u8); }
}

/// The technologies by their number in `+XACT`.
const ALLOWED: &[Numbered] = &[
    (0, Generations::G2),
    (1, Generations::G3),
    (2, Generations::G4),
    (3, Generations::G2_G3),
    (4, Generations::G3_G4),
    (5, Generations::G2_G4),
    (6, Generations::G2_G3_G4),
];

/// Those that can be preferred there.
const PREFERRED: &[Numbered] = &[(0, Generations::G2), (1, Generations::G3), (2, Generations::G4)];

impl<'a> xact::Set<'a> {
    /// The command that sets `modes`, if there are any, and `bands` by their numbers, if there are any; see
    /// [`write_numbers`](super::ublox::write_numbers).
    ///
    /// # Errors
    ///
    /// [`EncodeError::Value`] for modes that have no number.
    pub fn of(modes: Modes, bands: Rest<'a>) -> Result<Self, EncodeError> {
        let number = |table, generations: Generations, field| match generations.is_empty() {
            true => Ok(None),
            false => number_of(table, generations).map(Some).ok_or(EncodeError::Value { field }),
        };
        Ok(Self {
            act: number(ALLOWED, modes.allowed, "act")?,
            preferred1: number(PREFERRED, modes.preferred, "preferred1")?,
            preferred2: Kept(None),
            bands,
        })
    }
}

impl<'a> xact::TestAnswer<'a> {
    /// The modes that can be set: those of which the device has bands.
    pub fn modes(&self) -> impl Iterator<Item = Modes> + 'a {
        let has = numbered_bands(self.bands).fold(Generations::NONE, |all, band| all | band.generation());
        let offered = |choice: Choice<'a>, table: &'static [Numbered]| {
            let known = table.iter().filter(move |(number, _)| choice.contains((*number).into()));
            known.map(|(_, generations)| *generations).filter(move |generations| has.contains(*generations))
        };
        combinations(offered(self.act, ALLOWED), offered(self.preferred1, PREFERRED))
    }
}

/// Parameters of `+XLCSLSR`: positions over the user plane of the network.
pub const TRANSPORT_SUPL: u8 = 1;
/// No transport: the device finds its position alone.
pub const TRANSPORT_INVALID: u8 = 2;
/// The network assists, the device computes.
pub const MODE_MS_BASED: u8 = 2;
/// No assistance.
pub const MODE_STANDALONE: u8 = 3;
/// Positions come as NMEA lines.
pub const RESPONSE_NMEA: u8 = 1;
/// GPS and GLONASS.
pub const GNSS_GPS_GLONASS: u8 = 0;
