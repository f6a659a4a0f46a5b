//! The packet domain (27.007 §10).

use crate::parameter::{Choice, Rest, Str, Word};

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
    cgdata = "+CGDATA" [timeout = 180, abortable = true] { set<'a>(l2p: Str<'a>, cids: Rest<'a>); test -> <'a>(l2p: Choice<'a>); }
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
