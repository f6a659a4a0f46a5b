//! u-blox.

use crate::codec::EncodeError;
use crate::command::equipment::Power;
use crate::parameter::{Choice, Rest, Str, Value};
use crate::radio::{Band, Generations, Modes, Numbered, combinations, number_of, of_number};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Tries left.
    upincnt = "+UPINCNT" { execute -> (pin: u8, pin2: u8, puk: u8, puk2: u8); }
    /// USB profile.
    uusbconf = "+UUSBCONF" { set<'a>(profile: u8, class: Option<Str<'a>>); read -> <'a>(profile: u8, class: Option<Str<'a>>, audio: Option<Str<'a>>, product: Option<Str<'a>>); test; }
    /// Router or bridge.
    ubmconf = "+UBMCONF" { set(mode: u8); read -> (mode: u8); test; }
    /// Addresses of the interface.
    uipaddr = "+UIPADDR" { set(cid: u8) -> <'a>(cid: u8, interface: Option<Str<'a>>, ipv4_address: Option<Str<'a>>, ipv4_netmask: Option<Str<'a>>, ipv6_address: Option<Str<'a>>, ipv6_link_local: Option<Str<'a>>); read -> <'a>(cid: u8, interface: Option<Str<'a>>, ipv4_address: Option<Str<'a>>, ipv4_netmask: Option<Str<'a>>, ipv6_address: Option<Str<'a>>, ipv6_link_local: Option<Str<'a>>); test; }
    /// Technologies, and which are preferred.
    urat = "+URAT" { set(act: u8, preferred: Option<u8>, preferred2: Option<u8>); read -> (act: u8, preferred: Option<u8>, preferred2: Option<u8>); test -> <'a>(act: Choice<'a>, preferred: Choice<'a>); }
    /// Bands by their frequency.
    ubandsel = "+UBANDSEL" { set<'a>(bands: Rest<'a>); read -> <'a>(bands: Rest<'a>); test -> <'a>(bands: Choice<'a>); }
    /// Technology and bands.
    uact = "+UACT" { set<'a>(act: Option<u8>, rssi: Option<u8>, rscp: Option<u8>, bands: Rest<'a>); read -> <'a>(act: Option<u8>, rssi: Option<u8>, rscp: Option<u8>, bands: Rest<'a>); test -> <'a>(act: Choice<'a>, rssi: Choice<'a>, rscp: Choice<'a>, gsm: Choice<'a>, utran: Choice<'a>, eutran: Choice<'a>, rest: Rest<'a>); }
    /// Authentication of a context.
    uauthreq = "+UAUTHREQ" [personal = true] { set<'a>(cid: u8, auth: u8, user: Option<Str<'a>>, password: Option<Str<'a>>); test -> <'a>(cid: Choice<'a>, auth: Choice<'a>); }
    /// Bytes counted.
    ugcntrd = "+UGCNTRD" { execute -> (cid: u8, session_tx: u64, session_rx: u64, total_tx: u64, total_rx: u64); set(cid: u8) -> (cid: u8, session_tx: u64, session_rx: u64, total_tx: u64, total_rx: u64); }
    /// Switches off.
    cpwroff = "+CPWROFF" [timeout = 40] { execute; }
    /// Power saving.
    upsv = "+UPSV" { set(mode: u8, timeout: Option<u16>); read -> (mode: u8, timeout: Option<u16>); test; }
    /// Creates a socket.
    usocr = "+USOCR" { set(protocol: u8, local_port: Option<u16>) -> (socket: u8); test; }
    /// Connects a socket.
    usoco = "+USOCO" [timeout = 120] { set<'a>(socket: u8, address: Str<'a>, port: u16); test; }
    /// Writes to a socket, the bytes behind the prompt.
    usowr = "+USOWR" [prompt = Prompt::At, timeout = 120] { set(socket: u8, length: u16) -> (socket: u8, length: u16); }
    /// Reads from a socket; the bytes are counted, in quotes.
    usord = "+USORD" [timeout = 10] { set(socket: u8, length: u16) -> <'a>(socket: u8, length: u16, data: Option<Str<'a>>); }
    /// Stores a certificate or key, its bytes behind the prompt.
    usecmng = "+USECMNG" [prompt = Prompt::Greater, timeout = 60, personal = true] { set<'a>(operation: u8, kind: Option<u8>, name: Option<Str<'a>>, size: Option<u16>, password: Option<Str<'a>>) -> <'a>(operation: u8, kind: u8, name: Str<'a>, hash: Option<Str<'a>>); test; }
    /// Writes a file, its bytes behind the prompt.
    udwnfile = "+UDWNFILE" [prompt = Prompt::Greater, timeout = 60] { set<'a>(name: Str<'a>, size: u32, tag: Option<Str<'a>>); }
    /// Reads a part of a file; the bytes are counted, in quotes.
    urdblock = "+URDBLOCK" [timeout = 30] { set<'a>(name: Str<'a>, offset: u32, size: u32) -> <'a>(name: Str<'a>, size: u32, data: Option<Str<'a>>); }
    /// Closes a socket.
    usocl = "+USOCL" [timeout = 120] { set(socket: u8); }
}

/// How much of the device is on, by a functionality of `+CFUN`: 19 is the lowest here, with the card off too.
#[must_use]
pub const fn power(fun: u8) -> Option<Power> {
    match fun {
        0 | 19 => Some(Power::Low),
        _ => Power::of(fun),
    }
}

/// The technologies by their number in `+URAT`.
const ALLOWED: &[Numbered] = &[
    (0, Generations::G2),
    (1, Generations::G2_G3),
    (2, Generations::G3),
    (3, Generations::G4),
    (4, Generations::G2_G3_G4),
    (5, Generations::G2_G4),
    (6, Generations::G3_G4),
];

/// Those that can be preferred there.
const PREFERRED: &[Numbered] = &[(0, Generations::G2), (2, Generations::G3), (3, Generations::G4)];

impl urat::Set {
    /// The command that sets `modes`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Value`] for modes that have no number.
    pub fn of(modes: Modes) -> Result<Self, EncodeError> {
        let act = number_of(ALLOWED, modes.allowed).ok_or(EncodeError::Value { field: "act" })?;
        let preferred = match modes.preferred.is_empty() {
            true => None,
            false => Some(number_of(PREFERRED, modes.preferred).ok_or(EncodeError::Value { field: "preferred" })?),
        };
        Ok(Self { act, preferred, preferred2: None })
    }
}

impl urat::ReadAnswer {
    /// The modes that are set.
    #[must_use]
    pub fn modes(&self) -> Option<Modes> {
        let allowed = of_number(ALLOWED, self.act)?;
        let preferred = self.preferred.filter(|_| allowed.count() > 1);
        let preferred = preferred.and_then(|number| of_number(PREFERRED, number)).unwrap_or_default();
        Some(Modes { allowed, preferred })
    }
}

impl<'a> urat::TestAnswer<'a> {
    /// The modes that can be set.
    pub fn modes(&self) -> impl Iterator<Item = Modes> + 'a {
        let (act, preferred) = (self.act, self.preferred);
        let offered = |choice: Choice<'a>, table: &'static [Numbered]| {
            table
                .iter()
                .filter(move |(number, _)| choice.contains((*number).into()))
                .map(|(_, generations)| *generations)
        };
        combinations(offered(act, ALLOWED), offered(preferred, PREFERRED))
    }
}

/// The bands at each frequency of `+UBANDSEL`; which of them a device has depends on its model.
const FREQUENCIES: &[(u16, &[Band])] = &[
    (700, &[Band::Eutran(13), Band::Eutran(17), Band::Eutran(28)]),
    (800, &[Band::Utran(6), Band::Eutran(20)]),
    (850, &[Band::Gsm(850), Band::Utran(5), Band::Eutran(5)]),
    (900, &[Band::Gsm(900), Band::Utran(8), Band::Eutran(8)]),
    (1500, &[Band::Eutran(11)]),
    (1700, &[Band::Utran(4), Band::Eutran(4)]),
    (1800, &[Band::Gsm(1800), Band::Utran(3), Band::Eutran(3)]),
    (1900, &[Band::Gsm(1900), Band::Utran(2), Band::Eutran(2)]),
    (2100, &[Band::Utran(1), Band::Eutran(1)]),
    (2600, &[Band::Eutran(7)]),
];

/// What the radio of a model has, as far as its bands by frequency are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Model {
    /// How the name of the model starts.
    pub name: &'static str,
    /// UMTS bands.
    pub utran: &'static [u8],
    /// LTE bands.
    pub eutran: &'static [u8],
}

/// The models that are known here; all have the four bands of GSM.
pub const MODELS: &[Model] = &[
    Model { name: "SARA-G3", utran: &[], eutran: &[] },
    Model { name: "SARA-U2", utran: &[1, 2, 5, 8], eutran: &[] },
    Model { name: "LISA-U2", utran: &[1, 2, 4, 5, 6, 8], eutran: &[] },
    Model { name: "TOBY-R2", utran: &[1, 2, 5, 8], eutran: &[2, 4, 5, 12] },
];

impl Model {
    /// The model of a name that the device tells.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| name.starts_with(model.name))
    }

    /// Whether it has a band.
    #[must_use]
    pub fn has(&self, band: Band) -> bool {
        match band {
            Band::Gsm(_) => true,
            Band::Utran(number) => self.utran.contains(&number),
            Band::Eutran(number) => self.eutran.contains(&number),
        }
    }

    /// The bands at the frequencies of an answer to `+UBANDSEL?`.
    pub fn bands<'a>(&self, answer: ubandsel::ReadAnswer<'a>) -> impl Iterator<Item = Band> + use<'a> {
        let model = *self;
        let frequencies = answer.bands.fields().filter_map(|field| u16::read(field).ok());
        let at =
            |wanted: u16| FREQUENCIES.iter().find(|(known, _)| *known == wanted).map_or(&[][..], |(_, bands)| *bands);
        frequencies.flat_map(move |frequency| at(frequency).iter().copied()).filter(move |band| model.has(*band))
    }
}

/// The frequencies of `bands` in MHz, each once, for `+UBANDSEL`.
pub fn frequencies(bands: &[Band]) -> impl Iterator<Item = u16> {
    let wanted = |known: &[Band]| known.iter().any(|band| bands.contains(band));
    FREQUENCIES.iter().filter(move |(_, known)| wanted(known)).map(|(frequency, _)| *frequency)
}

/// Appends numbers with commas between: the bands of `+UBANDSEL`, `+UACT` and `+XACT`.
pub fn write_numbers(numbers: impl Iterator<Item = u16>, writer: &mut crate::Writer<'_>) {
    let mut line = crate::parameter::LineWriter::command(writer, crate::parameter::Escaping::None, b"");
    numbers.for_each(|number| number.write(&mut line));
}

/// The bands in parameters that are their numbers, see [`Band::of_number`], in parentheses or without, one or several
/// ranges. Numbers that are none are passed over.
pub fn numbered_bands(parameters: Rest<'_>) -> impl Iterator<Item = Band> {
    let groups = parameters.fields();
    groups.flat_map(|group| group.group()).filter_map(|field| Band::of_number(u16::read(field).ok()?))
}

/// How a context is authenticated (`+UAUTHREQ`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Authentication {
    /// Not at all.
    None,
    /// PAP.
    Pap,
    /// CHAP.
    Chap,
    /// As the network wants.
    Automatic,
}

impl Authentication {
    /// All of them, with their numbers.
    pub const ALL: [(Self, u8); 4] = [(Self::None, 0), (Self::Pap, 1), (Self::Chap, 2), (Self::Automatic, 3)];

    /// Those that the answer to `+UAUTHREQ=?` offers.
    pub fn offered(answer: uauthreq::TestAnswer<'_>) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |(_, number)| answer.auth.contains((*number).into())).map(|(kind, _)| kind)
    }
}

/// What the network interface of the device is (`+UBMCONF`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Networking {
    /// The device routes between the host and the network: 1.
    Router,
    /// The host has the address itself: 2.
    Bridge,
}

impl ubmconf::ReadAnswer {
    /// What is set.
    #[must_use]
    pub const fn networking(&self) -> Option<Networking> {
        match self.mode {
            1 => Some(Networking::Router),
            2 => Some(Networking::Bridge),
            _ => None,
        }
    }
}
