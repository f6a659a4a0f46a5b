//! Altair (Sony).

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::parameter::{Hex, Octets, Rest, Str, Value, Word, parameters_of};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Context.
    cginfo = "%CGINFO" { execute -> (cid: u8); read -> (cid: u8); set<'a>(name: Str<'a>, n: Option<u8>) -> <'a>(cid: u8, rest: Rest<'a>); }
    /// Settings by name.
    getcfg = "%GETCFG" { set<'a>(name: Str<'a>) -> <'a>(value: Rest<'a>); read -> <'a>(value: Rest<'a>); }
    /// Sets by name.
    setcfg = "%SETCFG" { set<'a>(name: Str<'a>, value: Rest<'a>); }
    /// Protocol options of a context.
    pcoinfo = "%PCOINFO" { set(mode: u8, cid: Option<u8>) -> <'a>(mode: u8, cid: u8, id: Word<'a>, value: Octets<'a>); }
    /// State.
    statcm = "%STATCM" { execute -> (state: u8); set(mode: u8); }
    /// Connects the network interface.
    dpdnact = "%DPDNACT" [timeout = 60] { set(state: u8); }
}

/// The LTE bands in the list that `%GETCFG` tells; numbers that are none are passed over.
pub fn bands(list: Rest<'_>) -> impl Iterator<Item = u8> {
    let mut last = 0;
    let numbers = list.fields().filter_map(|field| u8::read(field).ok());
    numbers.filter(move |band| {
        let new = *band != last;
        last = *band;
        new && (1..=44).contains(band)
    })
}

/// Protocol configuration options of a context, as `%PCOINFO` tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PcoInfo<'a> {
    /// The context.
    pub cid: u8,
    /// The container's identifier (3GPP TS 24.008 §10.5.6.3).
    pub container: u16,
    /// What is in it.
    pub content: Octets<'a>,
}

/// The identifiers of containers whose content each operator defines for itself.
pub const OPERATOR_CONTAINERS: core::ops::RangeInclusive<u16> = 0xff00..=0xffff;

/// The contexts that these devices connect.
pub const CONTEXTS: [u8; 2] = [1, 3];

impl<'a> PcoInfo<'a> {
    /// Reads the line, a URC or an answer: the parameters are a mode, the context, the container and its content; in
    /// some lines the mode is missing.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    pub fn parse(line: &'a [u8]) -> Result<Self, DecodeError> {
        let error = DecodeError::new(DecodeErrorKind::Value, "name", 0);
        let mut fields = parameters_of(pcoinfo::NAME, line).ok_or(error)?;
        if fields.count() > 3 {
            let _mode: u8 = fields.value("mode")?;
        }
        let cid = fields.value("cid")?;
        let Hex(container) = fields.value("container")?;
        Ok(Self { cid, container, content: fields.value("content")? })
    }

    /// Whether it is what an operator tells the device of a subscription.
    #[must_use]
    pub fn is_of_operator(&self) -> bool {
        OPERATOR_CONTAINERS.contains(&self.container) && CONTEXTS.contains(&self.cid)
    }

    /// Appends it as an information element with its identifier (3GPP TS 24.008 §10.5.6.3).
    pub fn write_element(&self, writer: &mut crate::Writer<'_>) {
        let mut buffer = [0; 251];
        let content = match self.content.octets(&mut buffer) {
            Ok(content) => content,
            Err(error) => return writer.poison(error),
        };
        let length = crate::codec::byte(content.len());
        writer.bytes(&[0x27, length.saturating_add(4), 0x80]);
        writer.bytes(&self.container.to_be_bytes());
        writer.byte(length);
        writer.bytes(content);
    }
}
