//! What modems tell of themselves: 3GPP's in [`standard`], makers' in [`vendor`], a module for each.

pub mod standard;
pub mod vendor;

use crate::parameter::{Fields, Value};

/// URCs in PDU mode whose second line belongs to them.
pub const TWO_LINES: &[&str] = &["+CMT", "+CBM", "+CDS"];

/// What `+CGEV` tells (27.007 §10.1.19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PacketEvent<'a> {
    /// `NW DETACH`, `ME DETACH`.
    Detach(Origin),
    /// `NW CLASS`, `ME CLASS`, and the class.
    Class(Origin, &'a [u8]),
    /// `REJECT`: a request of the network was turned down.
    Reject(PdpContext<'a>),
    /// `NW REACT`: the network asks to activate again.
    Reactivate(PdpContext<'a>),
    /// `DEACT` in its old form, with type and address.
    DeactivatePdp(Origin, PdpContext<'a>),
    /// `DEACT` of a secondary context.
    Deactivate(Origin, Secondary),
    /// `ACT` of a secondary context.
    Activate(Origin, Secondary),
    /// `PDN ACT`: a context, and the reason or WLAN offload.
    ActivatePdn(Origin, u8, Option<u8>),
    /// `PDN DEACT`.
    DeactivatePdn(Origin, u8),
    /// `MODIFY`: context, what changed, whether it needs an answer.
    Modify(Origin, u8, u8, u8),
    /// Anything else, as it stands there.
    Other(&'a [u8]),
}

/// Who caused a packet event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Origin {
    /// `NW`.
    Network,
    /// `ME`.
    Equipment,
}

/// A context by type and address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PdpContext<'a> {
    /// `IP`, `IPV6`…
    pub pdp_type: &'a [u8],
    /// The address.
    pub pdp_addr: &'a [u8],
    /// The context, if told.
    pub cid: Option<u8>,
}

/// A secondary context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Secondary {
    /// The primary context.
    pub p_cid: u8,
    /// The context.
    pub cid: u8,
    /// 0 informs, 1 needs an answer.
    pub event_type: u8,
}

impl<'a> PacketEvent<'a> {
    /// Reads what stands behind `+CGEV:`.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Self {
        let text = text.trim_ascii();
        Self::known(text).unwrap_or(Self::Other(text))
    }

    fn known(text: &'a [u8]) -> Option<Self> {
        if let Some(rest) = text.strip_prefix(b"REJECT ") {
            return pdp(rest).map(Self::Reject);
        }
        let (origin, rest) = match text.split_at_checked(3)? {
            (b"NW ", rest) => (Origin::Network, rest),
            (b"ME ", rest) => (Origin::Equipment, rest),
            _ => return None,
        };
        if rest == b"DETACH" {
            return Some(Self::Detach(origin));
        }
        if let Some(class) = rest.strip_prefix(b"CLASS ") {
            return Some(Self::Class(origin, Fields::new(class).field().unquoted()));
        }
        if let Some(rest) = rest.strip_prefix(b"REACT ") {
            return pdp(rest).map(Self::Reactivate);
        }
        if let Some(rest) = rest.strip_prefix(b"PDN ACT ") {
            let mut fields = Fields::new(rest);
            let cid = fields.value("cid").ok()?;
            return Some(Self::ActivatePdn(origin, cid, fields.value("reason").ok().flatten()));
        }
        if let Some(rest) = rest.strip_prefix(b"PDN DEACT ") {
            return Fields::new(rest).value("cid").ok().map(|cid| Self::DeactivatePdn(origin, cid));
        }
        if let Some(rest) = rest.strip_prefix(b"DEACT ") {
            // A number in front makes it the secondary form.
            return match rest.trim_ascii().first()?.is_ascii_digit() {
                true => secondary(rest).map(|context| Self::Deactivate(origin, context)),
                false => pdp(rest).map(|context| Self::DeactivatePdp(origin, context)),
            };
        }
        if let Some(rest) = rest.strip_prefix(b"ACT ") {
            return secondary(rest).map(|context| Self::Activate(origin, context));
        }
        let mut fields = Fields::new(rest.strip_prefix(b"MODIFY ")?);
        let (cid, change) = (fields.value("cid").ok()?, fields.value("change_reason").ok()?);
        Some(Self::Modify(origin, cid, change, fields.value("event_type").ok()?))
    }
}

fn pdp(text: &[u8]) -> Option<PdpContext<'_>> {
    let mut fields = Fields::new(text);
    let (kind, address) = (fields.field(), fields.field());
    let cid = Option::<u8>::read(fields.field()).ok()?;
    Some(PdpContext { pdp_type: kind.unquoted(), pdp_addr: address.unquoted(), cid })
}

fn secondary(text: &[u8]) -> Option<Secondary> {
    let mut fields = Fields::new(text);
    let (p_cid, cid) = (fields.value("p_cid").ok()?, fields.value("cid").ok()?);
    Some(Secondary { p_cid, cid, event_type: fields.value("event_type").ok()? })
}
