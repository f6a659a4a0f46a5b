//! The packet domain (27.007 §10).

use core::net::IpAddr;

use crate::address;
use crate::codec::{DecodeError, DecodeErrorKind};
use crate::parameter::{Choice, Rest, Str, Word, parameters_of};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Defines a context (27.007 §10.1.1); without a type it is deleted. What newer releases append is in `rest`.
    cgdcont = "+CGDCONT" {
        set<'a>(cid: u8, pdp_type: Option<Str<'a>>, apn: Option<Str<'a>>, pdp_addr: Option<Str<'a>>, d_comp: Option<u8>, h_comp: Option<u8>, ipv4_addr_alloc: Option<u8>, request_type: Option<u8>, pcscf_discovery: Option<u8>, im_cn_signalling: Option<u8>, nslpi: Option<u8>, secure_pco: Option<u8>, ipv4_mtu_discovery: Option<u8>, local_addr_ind: Option<u8>, non_ip_mtu_discovery: Option<u8>, rest: Rest<'a>);
        read -> <'a>(cid: u8, pdp_type: Str<'a>, apn: Option<Str<'a>>, pdp_addr: Option<Str<'a>>, d_comp: Option<u8>, h_comp: Option<u8>, ipv4_addr_alloc: Option<u8>, request_type: Option<u8>, pcscf_discovery: Option<u8>, im_cn_signalling: Option<u8>, nslpi: Option<u8>, secure_pco: Option<u8>, ipv4_mtu_discovery: Option<u8>, local_addr_ind: Option<u8>, non_ip_mtu_discovery: Option<u8>, rest: Rest<'a>);
        test -> <'a>(cid: Choice<'a>, pdp_type: Str<'a>, pdp_addr: Option<Str<'a>>, rest: Rest<'a>);
    }
    /// Defines a secondary context (27.007 §10.1.2).
    cgdscont = "+CGDSCONT" { set(cid: u8, p_cid: Option<u8>, d_comp: Option<u8>, h_comp: Option<u8>, im_cn_signalling: Option<u8>); read -> (cid: u8, p_cid: u8, d_comp: Option<u8>, h_comp: Option<u8>, im_cn_signalling: Option<u8>); test; }
    /// Traffic flow templates (27.007 §10.1.3).
    cgtft = "+CGTFT" { set<'a>(cid: u8, filter: Option<u8>, precedence: Option<u8>, rest: Rest<'a>); read -> <'a>(cid: u8, filter: u8, precedence: u8, rest: Rest<'a>); test; }
    /// Requested quality of release 97 (27.007 §10.1.4).
    cgqreq = "+CGQREQ" { set(cid: u8, precedence: Option<u8>, delay: Option<u8>, reliability: Option<u8>, peak: Option<u8>, mean: Option<u8>); read -> (cid: u8, precedence: u8, delay: u8, reliability: u8, peak: u8, mean: u8); test; }
    /// Least quality of release 97 (27.007 §10.1.5).
    cgqmin = "+CGQMIN" { set(cid: u8, precedence: Option<u8>, delay: Option<u8>, reliability: Option<u8>, peak: Option<u8>, mean: Option<u8>); read -> (cid: u8, precedence: u8, delay: u8, reliability: u8, peak: u8, mean: u8); test; }
    /// Requested quality of release 99 (27.007 §10.1.6).
    cgeqreq = "+CGEQREQ" { set<'a>(cid: u8, class: Option<u8>, max_ul: Option<u32>, max_dl: Option<u32>, gbr_ul: Option<u32>, gbr_dl: Option<u32>, order: Option<u8>, max_sdu: Option<u16>, rest: Rest<'a>); read -> <'a>(cid: u8, class: u8, rest: Rest<'a>); test; }
    /// Least quality of release 99 (27.007 §10.1.7).
    cgeqmin = "+CGEQMIN" { set<'a>(cid: u8, class: Option<u8>, max_ul: Option<u32>, max_dl: Option<u32>, gbr_ul: Option<u32>, gbr_dl: Option<u32>, order: Option<u8>, max_sdu: Option<u16>, rest: Rest<'a>); read -> <'a>(cid: u8, class: u8, rest: Rest<'a>); test; }
    /// Negotiated quality of release 99 (27.007 §10.1.8).
    cgeqneg = "+CGEQNEG" { set(cid: u8) -> <'a>(cid: u8, class: u8, rest: Rest<'a>); test; }
    /// Quality of service in LTE (27.007 §10.1.26), kbit/s.
    cgeqos = "+CGEQOS" { set(cid: u8, qci: Option<u8>, dl_gbr: Option<u32>, ul_gbr: Option<u32>, dl_mbr: Option<u32>, ul_mbr: Option<u32>); read -> (cid: u8, qci: u8, dl_gbr: Option<u32>, ul_gbr: Option<u32>, dl_mbr: Option<u32>, ul_mbr: Option<u32>); test; }
    /// What the network gave (27.007 §10.1.27).
    cgeqosrdp = "+CGEQOSRDP" { execute -> (cid: u8, qci: u8, dl_gbr: Option<u32>, ul_gbr: Option<u32>, dl_mbr: Option<u32>, ul_mbr: Option<u32>, dl_ambr: Option<u32>, ul_ambr: Option<u32>); set(cid: u8) -> (cid: u8, qci: u8, dl_gbr: Option<u32>, ul_gbr: Option<u32>, dl_mbr: Option<u32>, ul_mbr: Option<u32>, dl_ambr: Option<u32>, ul_ambr: Option<u32>); test; }
    /// Quality of service in 5G (27.007).
    c5gqos = "+C5GQOS" { set(cid: u8, qi: Option<u8>, dl_gfbr: Option<u32>, ul_gfbr: Option<u32>, dl_mfbr: Option<u32>, ul_mfbr: Option<u32>); read -> (cid: u8, qi: u8, dl_gfbr: Option<u32>, ul_gfbr: Option<u32>, dl_mfbr: Option<u32>, ul_mfbr: Option<u32>); test; }
    /// What the network gave (27.007).
    c5gqosrdp = "+C5GQOSRDP" { execute -> <'a>(cid: u8, qi: u8, rest: Rest<'a>); set(cid: u8) -> <'a>(cid: u8, qi: u8, rest: Rest<'a>); test; }
    /// Authentication (27.007 §10.1.31): 0 none, 1 PAP, 2 CHAP.
    cgauth = "+CGAUTH" [personal = true] { set<'a>(cid: u8, auth_prot: Option<u8>, userid: Option<Str<'a>>, password: Option<Str<'a>>); read -> <'a>(cid: u8, auth_prot: Option<u8>, userid: Option<Str<'a>>, password: Option<Str<'a>>); test; }
    /// Attach (27.007 §10.1.9).
    cgatt = "+CGATT" [timeout = 180, abortable = true] { set(state: u8); read -> (state: u8); test -> <'a>(state: Choice<'a>); }
    /// Activates contexts (27.007 §10.1.10).
    cgact = "+CGACT" [timeout = 180, abortable = true] { set<'a>(state: u8, cids: Rest<'a>); read -> (cid: u8, state: u8); test -> <'a>(state: Choice<'a>); }
    /// Modifies contexts (27.007 §10.1.11).
    cgcmod = "+CGCMOD" [timeout = 180] { set<'a>(cids: Rest<'a>); test; }
    /// Enters data (27.007 §10.1.12).
    cgdata = "+CGDATA" [calls = Calls::Connect, timeout = 180, abortable = true] { set<'a>(l2p: Str<'a>, cids: Rest<'a>); test -> <'a>(l2p: Choice<'a>); }
    /// Addresses (27.007 §10.1.14).
    cgpaddr = "+CGPADDR" { execute -> <'a>(cid: u8, address: Option<Str<'a>>, address_6: Option<Str<'a>>); set<'a>(cids: Rest<'a>) -> <'a>(cid: u8, address: Option<Str<'a>>, address_6: Option<Str<'a>>); test; }
    /// Dynamic parameters of contexts (27.007 §10.1.23).
    cgcontrdp = "+CGCONTRDP" {
        execute -> <'a>(cid: u8, bearer_id: u8, apn: Option<Str<'a>>, address_and_mask: Option<Str<'a>>, gateway: Option<Str<'a>>, dns_primary: Option<Str<'a>>, dns_secondary: Option<Str<'a>>, pcscf_primary: Option<Str<'a>>, pcscf_secondary: Option<Str<'a>>, rest: Rest<'a>);
        set(cid: u8) -> <'a>(cid: u8, bearer_id: u8, apn: Option<Str<'a>>, address_and_mask: Option<Str<'a>>, gateway: Option<Str<'a>>, dns_primary: Option<Str<'a>>, dns_secondary: Option<Str<'a>>, pcscf_primary: Option<Str<'a>>, pcscf_secondary: Option<Str<'a>>, rest: Rest<'a>);
        test;
    }
    /// Dynamic parameters of secondary contexts (27.007 §10.1.24).
    cgscontrdp = "+CGSCONTRDP" { execute -> (cid: u8, p_cid: u8, bearer_id: u8, im_cn_signalling: Option<u8>); set(cid: u8) -> (cid: u8, p_cid: u8, bearer_id: u8, im_cn_signalling: Option<u8>); test; }
    /// Dynamic traffic flow templates (27.007 §10.1.25).
    cgtftrdp = "+CGTFTRDP" { execute -> <'a>(cid: u8, filter: u8, precedence: u8, rest: Rest<'a>); set(cid: u8) -> <'a>(cid: u8, filter: u8, precedence: u8, rest: Rest<'a>); test; }
    /// Event reporting (27.007 §10.1.19).
    cgerep = "+CGEREP" { set(mode: Option<u8>, bfr: Option<u8>); read -> (mode: u8, bfr: Option<u8>); test -> <'a>(mode: Choice<'a>, bfr: Choice<'a>); }
    /// Class (27.007 §10.1.17).
    cgclass = "+CGCLASS" { set<'a>(class: Str<'a>); read -> <'a>(class: Str<'a>); test -> <'a>(classes: Choice<'a>); }
    /// Service for short messages (27.007 §10.1.21).
    cgsms = "+CGSMS" { set(service: u8); read -> (service: u8); test -> <'a>(service: Choice<'a>); }
    /// Answers a request of the network (27.007 §10.1.15).
    cgans = "+CGANS" [timeout = 60] { set<'a>(response: Option<u8>, l2p: Option<Str<'a>>, cid: Option<u8>); test; }
    /// Answers requests by itself (27.007 §10.1.16).
    cgauto = "+CGAUTO" { set(n: u8); read -> (n: u8); test; }
    /// Format of IPv6 addresses (27.007).
    cgpiaf = "+CGPIAF" { set(format: u8, subnet: Option<u8>, zeros: Option<u8>, compress: Option<u8>); read -> (format: u8, subnet: u8, zeros: u8, compress: u8); test; }
    /// Rate control of an APN (27.007).
    cgapnrc = "+CGAPNRC" { execute -> <'a>(cid: u8, rest: Rest<'a>); set(cid: u8) -> <'a>(cid: u8, rest: Rest<'a>); test; }
    /// Reports data over the control plane (27.007 §10.1.44).
    crtdcp = "+CRTDCP" { set(reporting: u8); read -> (reporting: u8); test; }
    /// Sends data over the control plane (27.007 §10.1.43).
    csodcp = "+CSODCP" [timeout = 60, personal = true] { set<'a>(cid: u8, length: u16, data: Str<'a>, rai: Option<u8>, kind: Option<u8>); test; }
    /// No more data for a while (27.007).
    cnmpsd = "+CNMPSD" { execute; test; }
    /// Slices (27.007 §10.1.53).
    c5gnssai = "+C5GNSSAI" { set<'a>(length: Option<u8>, nssai: Option<Str<'a>>); read -> <'a>(length: u8, nssai: Str<'a>); test; }
    /// What the network gave (27.007 §10.1.54).
    c5gnssairdp = "+C5GNSSAIRDP" { execute -> <'a>(rest: Rest<'a>); set<'a>(kind: Option<u8>, plmn: Option<Word<'a>>) -> <'a>(rest: Rest<'a>); test; }
    /// Preferred slices (27.007 §10.1).
    c5gpnssai = "+C5GPNSSAI" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Preferred slices as the network knows them (27.007 §10.1).
    c5gpnssairdp = "+C5GPNSSAIRDP" { execute -> <'a>(answer: Rest<'a>); set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Asks for rules of route selection (27.007 §10.1).
    c5gurspqry = "+C5GURSPQRY" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Short messages in 5G (27.007 §10.1).
    c5gusms = "+C5GUSMS" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007 §10.1).
    cabtsr = "+CABTSR" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007 §10.1).
    cabtrdp = "+CABTRDP" { execute -> <'a>(answer: Rest<'a>); set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Measurement configuration of an application (27.007 §8).
    capplevmc = "+CAPPLEVMC" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Measurement report of an application (27.007 §8).
    capplevmr = "+CAPPLEVMR" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Local octet stream PAD (27.007 §10.1.13).
    cgclosp = "+CGCLOSP" { set<'a>(parameters: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Deletes contexts that are not active (27.007 §10.1.29).
    cgdel = "+CGDEL" { execute -> <'a>(cids: Rest<'a>); set(cid: u8) -> <'a>(cids: Rest<'a>); test; }
    /// As the specification has it (27.007 §10.1).
    cglnkpr = "+CGLNKPR" { set(cid: u8) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test; }
    /// Initial activation of a context (27.007 §10.1.42).
    cipca = "+CIPCA" { set(n: u8, attach_without_pdn: Option<u8>); read -> (n: u8, attach_without_pdn: Option<u8>); test -> <'a>(n: Choice<'a>, attach_without_pdn: Choice<'a>); }
    /// Local data networks (27.007 §10.1).
    cladn = "+CLADN" { execute -> <'a>(answer: Rest<'a>); set(n: u8); read -> <'a>(parameters: Rest<'a>); test; }
    /// Emergency services of the network (27.007 §10.1).
    cnem = "+CNEM" { set(reporting: u8); read -> <'a>(parameters: Rest<'a>); test -> <'a>(reporting: Choice<'a>); }
    /// Reports policies of the device (27.007 §10.1).
    cruepolicyu = "+CRUEPOLICYU" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Sends policies of the device (27.007 §10.1).
    csuepolicy = "+CSUEPOLICY" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
}

/// Whether an APN that a modem tells is the one that was asked for: alike but for case, or with the operator's
/// identifier appended (`.mnc001.mcc214.gprs`, 3GPP TS 23.003 §9.1).
#[must_use]
pub fn is_same_apn(told: &str, requested: &str) -> bool {
    let Some((start, rest)) = told.split_at_checked(requested.len()) else { return false };
    if !start.eq_ignore_ascii_case(requested) {
        return false;
    }
    rest.is_empty() || !requested.is_empty() && starts_ignoring_case(rest, ".mnc")
}

fn starts_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}

/// The type of a context (27.007 §10.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PdpType {
    /// `IP`.
    Ipv4,
    /// `IPV6`.
    Ipv6,
    /// `IPV4V6`.
    Ipv4v6,
    /// `PPP`.
    Ppp,
    /// `X.25`.
    X25,
    /// `OSPIH`.
    Ospih,
    /// `Non-IP`.
    NonIp,
    /// `Ethernet`.
    Ethernet,
    /// `Unstructured`.
    Unstructured,
}

impl PdpType {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Ipv4v6,
        Self::Ppp,
        Self::X25,
        Self::Ospih,
        Self::NonIp,
        Self::Ethernet,
        Self::Unstructured,
    ];

    /// The name in commands.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "IP",
            Self::Ipv6 => "IPV6",
            Self::Ipv4v6 => "IPV4V6",
            Self::Ppp => "PPP",
            Self::X25 => "X.25",
            Self::Ospih => "OSPIH",
            Self::NonIp => "Non-IP",
            Self::Ethernet => "Ethernet",
            Self::Unstructured => "Unstructured",
        }
    }

    /// The type of a name, in either case; some modems write `IPV4`.
    #[must_use]
    pub fn of(name: Str<'_>) -> Option<Self> {
        let same = |known: &&str| name.0.eq_ignore_ascii_case(known.as_bytes());
        let known = Self::ALL.into_iter().find(|known| same(&known.name()));
        known.or_else(|| Some("IPV4").filter(same).map(|_| Self::Ipv4))
    }
}

/// What `+CGCONTRDP` tells of a context (27.007 §10.1.23), read as modems of all releases write it: the mask glued to
/// the address or, before release 9.4, a parameter of its own; IPv6 addresses as sixteen numbers or with colons; what
/// is empty or all zeros left out.
///
/// ```
/// use at_wire::command::packet::DynamicContext;
///
/// let line = b"+CGCONTRDP: 1,5,\"web\",\"10.0.0.9.255.255.255.252\",\"10.0.0.10\",\"9.9.9.9\"";
/// let context = DynamicContext::parse(line)?;
/// assert_eq!(context.address, Some("10.0.0.9".parse()?));
/// assert_eq!(context.prefix, Some(30));
/// assert_eq!(context.dns, [Some("9.9.9.9".parse()?), None]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DynamicContext<'a> {
    /// The context.
    pub cid: u8,
    /// The bearer's identity.
    pub bearer_id: Option<u8>,
    /// The APN, with the operator's identifier if the modem appends it.
    pub apn: Option<Str<'a>>,
    /// The address.
    pub address: Option<IpAddr>,
    /// The length of the address's prefix, if a mask was told.
    pub prefix: Option<u8>,
    /// The gateway.
    pub gateway: Option<IpAddr>,
    /// Name servers.
    pub dns: [Option<IpAddr>; 2],
    /// Servers of the IMS.
    pub pcscf: [Option<IpAddr>; 2],
    /// The largest packet of IPv4, in bytes.
    pub ipv4_mtu: Option<u16>,
}

impl<'a> DynamicContext<'a> {
    /// Reads a line of the answer; a context with addresses of both families has two.
    ///
    /// # Errors
    ///
    /// As [`Line::parse`](crate::message::Line::parse) of the answer.
    pub fn parse(line: &'a [u8]) -> Result<Self, DecodeError> {
        let mut fields =
            parameters_of(cgcontrdp::NAME, line).ok_or(DecodeError::new(DecodeErrorKind::Value, "name", 0))?;
        let (cid, bearer_id) = (fields.value("cid")?, fields.value("bearer_id")?);
        let apn = fields.value::<Option<Str<'a>>>("apn")?.filter(|apn| !apn.0.is_empty());
        let first = address::masked(fields.field().unquoted());
        let mut second = fields.field();
        let mut prefix = first.and_then(|first| first.prefix);
        if first.is_some() && prefix.is_none() {
            // A mask in a field of its own; an address that starts like one is no gateway anybody has.
            if let Some(IpAddr::V4(mask)) =
                address::ip(second.unquoted()).filter(|_| second.unquoted().starts_with(b"255."))
            {
                prefix = address::prefix_of(&mask.octets());
                second = fields.field();
            }
        }
        let gateway = address::ip(second.unquoted());
        let mut next = || address::ip(fields.field().unquoted());
        let (dns, pcscf) = ([next(), next()], [next(), next()]);
        // IM signalling and LIPA stand between.
        let _ = (fields.field(), fields.field());
        let ipv4_mtu = fields.value("ipv4_mtu").unwrap_or(None);
        Ok(Self {
            cid,
            bearer_id,
            apn,
            address: first.map(|first| first.address),
            prefix,
            gateway,
            dns,
            pcscf,
            ipv4_mtu,
        })
    }
}

/// The context for a connection, and what is with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ContextChoice {
    /// It is defined with the APN and type wanted.
    Reuse(u8),
    /// It is not defined.
    Define(u8),
    /// All are defined otherwise; this is the last of them.
    Overwrite(u8),
}

impl ContextChoice {
    /// The context.
    #[must_use]
    pub const fn cid(self) -> u8 {
        match self {
            Self::Reuse(cid) | Self::Define(cid) | Self::Overwrite(cid) => cid,
        }
    }
}

/// Chooses a context for an APN and type: one that is defined so, else one that is free, else the last.
///
/// `tests` are the lines that answered `+CGDCONT=?`, `reads` those that answered `+CGDCONT?`. A modem that answers
/// neither gets context 1.
pub fn choose_context<'a>(
    apn: &str,
    pdp_type: PdpType,
    mut tests: impl Iterator<Item = cgdcont::TestAnswer<'a>>,
    reads: impl Iterator<Item = cgdcont::ReadAnswer<'a>> + Clone,
) -> ContextChoice {
    let same = reads.clone().find(|read| {
        let told = read.apn.as_ref().and_then(Str::as_str).unwrap_or("");
        PdpType::of(read.pdp_type) == Some(pdp_type) && is_same_apn(told, apn)
    });
    if let Some(same) = same {
        return ContextChoice::Reuse(same.cid);
    }
    let range =
        tests.find(|test| PdpType::of(test.pdp_type) == Some(pdp_type)).and_then(|test| test.cid.ranges().next());
    let Some((low, high)) = range else { return ContextChoice::Overwrite(1) };
    let bound = |number: i64| u8::try_from(number).unwrap_or(u8::MAX);
    let (low, high) = (bound(low), bound(high));
    let free = (low..=high).find(|cid| !reads.clone().any(|read| read.cid == *cid));
    free.map_or(ContextChoice::Overwrite(high), ContextChoice::Define)
}
