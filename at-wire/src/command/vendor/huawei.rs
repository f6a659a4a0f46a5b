//! Huawei and `HiSilicon`.

use core::net::{IpAddr, Ipv4Addr};

use crate::address;
use crate::parameter::{Choice, Fields, Hex, Rest, Str, Value, Word};
use crate::radio::{Generations, Modes};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Network interface: connects, disconnects.
    ndisdup = "^NDISDUP" [timeout = 60, personal = true] { set<'a>(cid: u8, connect: u8, apn: Option<Str<'a>>, user: Option<Str<'a>>, password: Option<Str<'a>>, auth: Option<u8>); test; }
    /// State of the network interface, per address family.
    ndisstatqry = "^NDISSTATQRY" { set(cid: u8) -> <'a>(states: Rest<'a>); read -> <'a>(states: Rest<'a>); test; }
    /// Addresses, as eight digits with the bytes reversed.
    dhcp = "^DHCP" { read -> (address: Hex<u32>, netmask: Hex<u32>, gateway: Hex<u32>, server: Hex<u32>, dns_primary: Hex<u32>, dns_secondary: Hex<u32>, max_rx_rate: Option<u64>, max_tx_rate: Option<u64>); }
    /// Service, registration and card.
    sysinfo = "^SYSINFO" { execute -> (srv_status: u8, srv_domain: u8, roam_status: u8, sys_mode: u8, sim_state: u8, lock_state: Option<u8>, sys_submode: Option<u8>); }
    /// The same, with names.
    sysinfoex = "^SYSINFOEX" { execute -> <'a>(srv_status: u8, srv_domain: u8, roam_status: u8, sim_state: u8, lock_state: Option<u8>, sys_mode: u8, sys_mode_name: Option<Str<'a>>, sys_submode: Option<u8>, sys_submode_name: Option<Str<'a>>); }
    /// Mode, CDMA devices: 2, 4 or 8.
    prefmode = "^PREFMODE" { set(mode: u8); read -> (mode: u8); test -> <'a>(modes: Choice<'a>); }
    /// Mode, order, bands, roaming and domain.
    syscfg = "^SYSCFG" [timeout = 30] { set(mode: u8, acqorder: u8, band: Hex<u32>, roam: u8, srvdomain: u8); read -> (mode: u8, acqorder: u8, band: Hex<u32>, roam: u8, srvdomain: u8); test -> <'a>(mode: Choice<'a>, acqorder: Choice<'a>, band: Choice<'a>, roam: Choice<'a>, srvdomain: Choice<'a>); }
    /// The same with LTE.
    syscfgex = "^SYSCFGEX" [timeout = 30] { set<'a>(acqorder: Str<'a>, band: Word<'a>, roam: u8, srvdomain: u8, lte_band: Word<'a>, reserved: Rest<'a>); read -> <'a>(acqorder: Str<'a>, band: Hex<u64>, roam: u8, srvdomain: u8, lte_band: Option<Hex<u64>>); test -> <'a>(acqorder: Choice<'a>, band: Choice<'a>, roam: Choice<'a>, srvdomain: Choice<'a>, lte_band: Choice<'a>); }
    /// Signal per technology.
    hcsq = "^HCSQ" { read -> <'a>(sysmode: Str<'a>, value1: u8, value2: Option<u8>, value3: Option<u8>, value4: Option<u8>); }
    /// Network time: `yy/MM/dd,hh:mm:ss±zz,dst`.
    nwtime = "^NWTIME" { read -> <'a>(time: Rest<'a>); }
    /// Clock.
    time = "^TIME" { read -> <'a>(time: Rest<'a>); }
    /// Serial ports and what they are for.
    getportmode = "^GETPORTMODE" { execute -> <'a>(ports: Rest<'a>); read -> <'a>(ports: Rest<'a>); }
    /// Which interfaces the device has.
    setport = "^SETPORT" { set<'a>(ports: Str<'a>); read -> <'a>(ports: Rest<'a>); test; }
    /// Password state and tries left.
    cpin = "^CPIN" { read -> <'a>(code: Word<'a>, which: Option<u8>, puk: Option<u8>, pin: Option<u8>, puk2: Option<u8>, pin2: Option<u8>); }
    /// Which events are told.
    curc = "^CURC" { set(mode: u8); read -> (mode: u8); test; }
    /// Radio switches: hardware, software.
    rfswitch = "^RFSWITCH" { set(state: u8); read -> (hardware: u8, software: u8); test; }
    /// Serial number of the card.
    iccid = "^ICCID" [personal = true] { read -> <'a>(iccid: Str<'a>); }
    /// Authentication of a context.
    authdata = "^AUTHDATA" [personal = true] { set<'a>(cid: u8, auth: u8, plmn: Option<Str<'a>>, password: Option<Str<'a>>, user: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); test; }
    /// Voice over the device.
    cvoice = "^CVOICE" { set(state: u8); read -> <'a>(state: u8, rest: Rest<'a>); }
    /// Restarts.
    reset = "^RESET" { execute; }
}

/// Whether the network interface is connected, for an address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InterfaceState {
    /// 0 no, 1 yes, 2 on the way up, 3 on the way down.
    pub state: u8,
    /// Why not, if told.
    pub error: Option<u16>,
    /// Whether it is about IPv6; a modem that does not say so means IPv4.
    pub ipv6: bool,
}

impl InterfaceState {
    /// Whether data can be sent.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.state == 1
    }
}

/// The states in the parameters of `^NDISSTATQRY` or `^NDISSTAT`: four parameters for each family, in one line or
/// several. Ends where they are none.
pub fn interface_states(states: Rest<'_>) -> impl Iterator<Item = InterfaceState> {
    let mut fields = states.fields();
    core::iter::from_fn(move || {
        let state = u8::read(fields.next()?).ok()?;
        let error = Option::read(fields.field()).ok().flatten();
        let _reserved = fields.field();
        Some(InterfaceState { state, error, ipv6: fields.field().unquoted().eq_ignore_ascii_case(b"IPV6") })
    })
}

impl dhcp::ReadAnswer {
    /// An address of the answer: its first octet stands last.
    #[must_use]
    pub fn ipv4(digits: Hex<u32>) -> Ipv4Addr {
        Ipv4Addr::from(digits.0.to_le_bytes())
    }

    /// The length of the address's prefix.
    #[must_use]
    pub fn prefix(&self) -> Option<u8> {
        address::prefix_of(&self.netmask.0.to_le_bytes())
    }

    /// The name servers that are told.
    pub fn dns(&self) -> impl Iterator<Item = IpAddr> {
        let servers = [self.dns_primary, self.dns_secondary];
        servers.into_iter().filter(|server| server.0 != 0).map(|server| Self::ipv4(server).into())
    }
}

/// The modes of a number of `^PREFMODE`.
#[must_use]
pub const fn prefmode_modes(mode: u8) -> Option<Modes> {
    match mode {
        2 => Some(Modes::first(Generations::G2_G3, Generations::G2)),
        4 => Some(Modes::first(Generations::G2_G3, Generations::G3)),
        8 => Some(Modes::any(Generations::G2_G3)),
        _ => None,
    }
}

/// The modes of the two numbers of `^SYSCFG`; the order counts only where there are two.
#[must_use]
pub const fn syscfg_modes(mode: u8, acqorder: u8) -> Option<Modes> {
    match (mode, acqorder) {
        (2, 1) => Some(Modes::first(Generations::G2_G3, Generations::G2)),
        (2, 2) => Some(Modes::first(Generations::G2_G3, Generations::G3)),
        (2, _) => Some(Modes::any(Generations::G2_G3)),
        (13, _) => Some(Modes::any(Generations::G2)),
        (14, _) => Some(Modes::any(Generations::G3)),
        _ => None,
    }
}

impl<'a> syscfg::TestAnswer<'a> {
    /// The combinations of mode and order that can be set and mean something.
    pub fn modes(&self) -> impl Iterator<Item = (u8, u8, Modes)> + 'a {
        let (modes, orders) = (self.mode, self.acqorder);
        let known = [(2, 0), (2, 1), (2, 2), (13, 0), (14, 0)].into_iter();
        let offered =
            move |(mode, order): &(u8, u8)| modes.contains((*mode).into()) && orders.contains((*order).into());
        known.filter(offered).filter_map(|(mode, order)| Some((mode, order, syscfg_modes(mode, order)?)))
    }
}

/// The bands of a list such as `((400000,"WCDMA2100"),(3fffffff,"All bands"))`, in one mask. The entry for all bands
/// does not count: it says nothing of those that there are.
#[must_use]
pub fn bands(list: Choice<'_>) -> u64 {
    let masks = list.fields().filter_map(|band| Hex::<u64>::read(band.group().field()).ok());
    masks.filter(|mask| !is_all_bands(mask.0)).fold(0, |all, mask| all | mask.0)
}

/// Whether a mask means all bands.
#[must_use]
pub const fn is_all_bands(mask: u64) -> bool {
    matches!(mask, 0x3fff_ffff | 0x7fff_ffff_ffff_ffff)
}

/// The technologies of an order of `^SYSCFGEX`, two digits for each: 01 GSM, 02 UMTS, 03 LTE, 08 NR. 00 stands for all
/// of `automatic`, in the order that the modem likes; `None` for 99, which changes nothing, and for what is unknown.
#[must_use]
pub fn acquisition_modes(order: Str<'_>, automatic: Generations) -> Option<Modes> {
    let mut modes = Modes::default();
    for technology in order.0.chunks(2) {
        let generation = match technology {
            b"00" => return Some(Modes::any(automatic)),
            b"01" => Generations::G2,
            b"02" => Generations::G3,
            b"03" => Generations::G4,
            b"08" => Generations::G5,
            _ => return None,
        };
        if modes.allowed.is_empty() {
            modes.preferred = generation;
        }
        modes.allowed = modes.allowed | generation;
    }
    match modes.allowed.count() {
        0 => None,
        1 => Some(Modes::any(modes.allowed)),
        _ => Some(modes),
    }
}

impl<'a> syscfgex::TestAnswer<'a> {
    /// The technologies that the orders on offer name, which is what 00 stands for.
    #[must_use]
    pub fn generations(&self) -> Generations {
        let orders = self.acqorder.fields();
        let named = orders.filter_map(|order| acquisition_modes(Str(order.unquoted()), Generations::NONE));
        named.fold(Generations::NONE, |all, modes| all | modes.allowed)
    }

    /// The orders on offer, with what they mean.
    pub fn modes(&self) -> impl Iterator<Item = (Str<'a>, Modes)> + 'a {
        let automatic = self.generations();
        let orders = self.acqorder.fields().map(|order| Str(order.unquoted()));
        orders.filter_map(move |order| Some((order, acquisition_modes(order, automatic)?)))
    }
}

/// What a port of the device is for, as `^GETPORTMODE` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Port {
    /// `MDM`: AT and data.
    Modem,
    /// `PCUI`: AT beside a connection.
    Pcui,
    /// `NDIS`, `RNDIS`: network interface.
    Net,
    /// `DIAG` and its kin: not for AT.
    Diag,
    /// `GPS`.
    Gps,
    /// `BT`.
    Bluetooth,
    /// `C_SHELL`, `A_SHELL`: not for AT.
    Shell,
    /// `CDROM`.
    Cdrom,
    /// `SD`, `MASS` and its kin.
    Storage,
}

impl Port {
    /// The kind of a name, in either case.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<Self> {
        const NAMES: &[(&str, Port)] = &[
            ("MDM", Port::Modem),
            ("PCUI", Port::Pcui),
            ("NDIS", Port::Net),
            ("RNDIS", Port::Net),
            ("DIAG", Port::Diag),
            ("3G_DIAG", Port::Diag),
            ("4G_DIAG", Port::Diag),
            ("GPS", Port::Gps),
            ("BT", Port::Bluetooth),
            ("C_SHELL", Port::Shell),
            ("A_SHELL", Port::Shell),
            ("CDROM", Port::Cdrom),
            ("SD", Port::Storage),
            ("MASS", Port::Storage),
            ("MASS_TWO", Port::Storage),
        ];
        NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, port)| *port)
    }
}

/// The ports in an answer to `^GETPORTMODE`, each with the number of its interface. Those that are unknown, and the type
/// of the device in front, are left out.
pub fn ports(answer: getportmode::ReadAnswer<'_>) -> impl Iterator<Item = (Port, u8)> {
    answer.ports.fields().filter_map(|field| {
        let at = field.raw.iter().position(|byte| *byte == b':')?;
        let (name, number) = field.raw.split_at_checked(at)?;
        let mut number = Fields::new(number.get(1..)?);
        Some((Port::of(name.trim_ascii())?, number.value("number").ok()?))
    })
}
