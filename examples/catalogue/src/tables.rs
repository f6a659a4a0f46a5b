//! What packing and unpacking have to agree about beside the order of things: choices, which are packed as places here.

use at_wire::catalogue::FieldInfo;
use at_wire::message::{Calls, Form, Prompt};
use at_wire::parameter::{Choice, Given, Hex, Kept, Octets, Rest, Str, Word};
use mbim_wire::catalogue::Kind;
use qmi_wire::catalogue::Scalar;

/// Number types of QMI.
pub(crate) const SCALARS: [Scalar; 16] = [
    Scalar::U8,
    Scalar::U16,
    Scalar::U32,
    Scalar::U64,
    Scalar::I8,
    Scalar::I16,
    Scalar::I32,
    Scalar::I64,
    Scalar::F32,
    Scalar::F64,
    Scalar::U16Be,
    Scalar::U32Be,
    Scalar::U64Be,
    Scalar::I16Be,
    Scalar::I32Be,
    Scalar::I64Be,
];

/// Formats of MBIM that have no parameters.
pub(crate) const PLAIN: [Kind; 20] = [
    Kind::U16,
    Kind::U32,
    Kind::U64,
    Kind::I32,
    Kind::Bool,
    Kind::Count,
    Kind::Uuid,
    Kind::Ipv4,
    Kind::Ipv6,
    Kind::RefIpv4,
    Kind::RefIpv6,
    Kind::Utf8,
    Kind::Bytes,
    Kind::BytesLengthFirst,
    Kind::PrefixedBytes,
    Kind::Rest,
    Kind::RestUnpadded,
    Kind::Tlv,
    Kind::TlvNumbers,
    Kind::TlvList,
];

/// Prompts of AT commands.
pub(crate) const PROMPTS: [Prompt; 5] = [Prompt::None, Prompt::Greater, Prompt::At, Prompt::Connect, Prompt::Download];

/// What AT commands have to do with calls.
pub(crate) const CALLS: [Calls; 3] = [Calls::None, Calls::End, Calls::Connect];

/// Forms of AT commands.
pub(crate) const FORMS: [Form; 5] = [Form::Execute, Form::Read, Form::Set, Form::Test, Form::Unsolicited];

at_wire::at_urcs! {
    /// Not one that a modem sends.
    pub NAMES;

    /// What can be a parameter of AT. Its entry in the catalogue knows how each is read.
    Parameters<'a> = "" (
        u8: u8, u16: u16, u32: u32, u64: u64, i8: i8, i16: i16, i32: i32,
        maybe_u8: Option<u8>, maybe_u16: Option<u16>, maybe_u32: Option<u32>, maybe_u64: Option<u64>,
        maybe_i16: Option<i16>,
        text: Str<'a>, word: Word<'a>, choice: Choice<'a>, rest: Rest<'a>, octets: Octets<'a>,
        maybe_text: Option<Str<'a>>, maybe_word: Option<Word<'a>>, maybe_rest: Option<Rest<'a>>,
        maybe_octets: Option<Octets<'a>>, given_text: Given<Str<'a>>, kept_u8: Kept<u8>,
        hex_u32: Hex<u32>, hex_u64: Hex<u64>, maybe_hex_u32: Option<Hex<u32>>, maybe_hex_u64: Option<Hex<u64>>,
    );
}

/// Types of parameters of AT.
pub(crate) fn parameters() -> &'static [FieldInfo] {
    URC_CATALOGUE.iter().flat_map(|entry| entry.forms).next().map_or(&[], |form| form.answer())
}
