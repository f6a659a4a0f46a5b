//! What packing and unpacking have to agree about beside the order of things: choices, which are packed as places here.

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
