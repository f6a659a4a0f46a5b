//! Unpacks tables, into the types that the wire crates have for them. What was unpacked stays for as long as the program
//! runs: its parts refer to each other, as those of static tables do.

use std::sync::OnceLock;

use crate::tables::{CALLS, FORMS, PLAIN, PROMPTS, SCALARS, parameters};

/// Reads what was packed. `None` from any of its methods means that the bytes are not what was packed.
#[derive(Debug)]
struct Reader {
    bytes: &'static [u8],
    texts: &'static [&'static str],
}

impl Reader {
    /// The texts, which stand at the beginning, are read at once.
    fn new(packed: &[u8]) -> Option<Self> {
        let bytes = miniz_oxide::inflate::decompress_to_vec(packed).ok()?.leak();
        let mut reader = Self { bytes, texts: &[] };
        let texts = reader.list(|reader| {
            let len = reader.size()?;
            core::str::from_utf8(reader.take(len)?).ok()
        })?;
        reader.texts = texts;
        Some(reader)
    }

    fn take(&mut self, len: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut n = 0_u64;
        let mut shift = 0;
        loop {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            n |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(n);
            }
            shift = shift.checked_add(7)?;
        }
    }

    /// A number of a narrower type.
    fn small<T: TryFrom<u64>>(&mut self) -> Option<T> {
        self.number()?.try_into().ok()
    }

    fn size(&mut self) -> Option<usize> {
        self.small()
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.number()? != 0)
    }

    /// A number, or nothing, which is 0.
    fn maybe(&mut self) -> Option<Option<usize>> {
        Some(self.size()?.checked_sub(1))
    }

    /// As many as the number in front says.
    fn list<T>(&mut self, one: impl FnMut(&mut Self) -> Option<T>) -> Option<&'static [T]> {
        let n = self.size()?;
        self.row(n, one)
    }

    fn row<T>(&mut self, n: usize, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<&'static [T]> {
        let mut all = Vec::with_capacity(n);
        for _ in 0..n {
            all.push(one(self)?);
        }
        Some(all.leak())
    }

    fn text_place(&mut self) -> Option<&'static &'static str> {
        self.texts.get(self.size()?)
    }

    fn text(&mut self) -> Option<&'static str> {
        self.text_place().copied()
    }

    fn maybe_text_place(&mut self) -> Option<Option<&'static &'static str>> {
        match self.maybe()? {
            Some(place) => self.texts.get(place).map(Some),
            None => Some(None),
        }
    }

    fn maybe_text(&mut self) -> Option<Option<&'static str>> {
        self.maybe_text_place().map(|text| text.copied())
    }
}

/// The services as they are handed out.
fn refer<T>(services: Option<&'static [T]>) -> &'static [&'static T] {
    services.unwrap_or_default().iter().collect::<Vec<_>>().leak()
}

/// Tables of MBIM.
pub(crate) mod mbim {
    use super::*;
    use mbim_wire::Uuid;
    use mbim_wire::catalogue::{CommandInfo, FieldInfo, Kind, ServiceInfo, StructInfo, ValueInfo, field_info};

    pub(crate) fn services() -> &'static [&'static ServiceInfo] {
        static SERVICES: OnceLock<&[&ServiceInfo]> = OnceLock::new();
        SERVICES.get_or_init(|| refer(unpack(include_bytes!(concat!(env!("OUT_DIR"), "/mbim")))))
    }

    fn unpack(packed: &[u8]) -> Option<&'static [ServiceInfo]> {
        let mut reader = Reader::new(packed)?;
        let values = reader.list(|reader| {
            let (name, repr) = (reader.text()?, reader.text()?);
            Some(ValueInfo { name, repr, values: reader.list(|reader| Some((reader.text()?, reader.number()?)))? })
        })?;
        let mut known = Structures { values, all: Vec::new() };
        for _ in 0..reader.size()? {
            let one = known.read(&mut reader)?;
            known.all.push(Box::leak(Box::new(one)));
        }
        reader.list(|reader| {
            let name = reader.text()?;
            let uuid = Uuid(reader.take(16)?.try_into().ok()?);
            Some(ServiceInfo { name, uuid, commands: reader.list(|reader| known.command(reader))? })
        })
    }

    /// What fields and commands refer to.
    struct Structures {
        values: &'static [ValueInfo],
        all: Vec<&'static StructInfo>,
    }

    impl Structures {
        fn at(&self, place: usize) -> Option<&'static StructInfo> {
            self.all.get(place).copied()
        }

        fn one(&self, reader: &mut Reader) -> Option<&'static StructInfo> {
            self.at(reader.size()?)
        }

        fn command(&self, reader: &mut Reader) -> Option<CommandInfo> {
            let mut info = CommandInfo::new(reader.text()?, reader.small()?, reader.small()?);
            for form in [&mut info.query, &mut info.set] {
                if let Some(sent) = reader.maybe()? {
                    *form = Some((self.at(sent)?, self.one(reader)?));
                }
            }
            if let Some(body) = reader.maybe()? {
                info.notification = Some(self.at(body)?);
            }
            Some(info)
        }

        /// A structure; those inside it were before it.
        fn read(&self, reader: &mut Reader) -> Option<StructInfo> {
            let name = reader.text()?;
            let fields: &[FieldInfo] = reader.list(|reader| {
                let (ident, wire) = (reader.text()?, reader.maybe_text()?);
                let (personal, offset) = (reader.flag()?, reader.size()?);
                Some(field_info(ident, wire, personal, offset, self.kind(reader)?))
            })?;
            Some(StructInfo::unpacked(name, fields))
        }

        fn kind(&self, reader: &mut Reader) -> Option<Kind> {
            let choice = reader.size()?;
            if let Some(plain) = PLAIN.get(choice) {
                return Some(*plain);
            }
            let first = reader.size()?;
            let values = || self.values.get(first);
            let boxed = |reader: &mut Reader| self.kind(reader).map(|kind| &*Box::leak(Box::new(kind)));
            Some(match choice {
                20 => Kind::Enum(values()?),
                21 => Kind::Flags(values()?),
                22 => Kind::Text { max: first },
                23 => Kind::SizedBytes { back: first },
                24 => Kind::InlineBytes { back: first },
                25 => Kind::FixedBytes { len: first },
                26 => Kind::TextList { back: first },
                27 => Kind::RefList { of: self.one(reader)?, back: first },
                28 => Kind::RefArray { of: boxed(reader)?, back: first },
                29 => Kind::Array { of: boxed(reader)?, back: first },
                30 => Kind::Struct(self.at(first)?),
                31 => Kind::RefStruct(self.at(first)?),
                32 => Kind::RefSequence(self.at(first)?),
                33 => Kind::TlvText { max: first },
                34 => {
                    let value = reader.small()?;
                    Kind::When { of: boxed(reader)?, back: first, value }
                }
                _ => return None,
            })
        }
    }
}

/// Tables of QMI.
pub(crate) mod qmi {
    use super::*;
    use qmi_wire::catalogue::{
        FieldInfo, Kind, Length, MessageInfo, Scalar, ServiceInfo, StructInfo, TlvInfo, ValueInfo,
    };
    use qmi_wire::service::Service;

    pub(crate) fn services() -> &'static [&'static ServiceInfo] {
        static SERVICES: OnceLock<&[&ServiceInfo]> = OnceLock::new();
        SERVICES.get_or_init(|| refer(unpack(include_bytes!(concat!(env!("OUT_DIR"), "/qmi")))))
    }

    fn unpack(packed: &[u8]) -> Option<&'static [ServiceInfo]> {
        let mut reader = Reader::new(packed)?;
        let values = reader.list(|reader| {
            let (name, wire) = (reader.text()?, reader.maybe_text()?);
            let value = |reader: &mut Reader| Some((reader.text()?, reader.number()?.cast_signed()));
            Some(ValueInfo { name, wire, values: reader.list(value)? })
        })?;
        let mut known = Structures { values, all: Vec::new() };
        for _ in 0..reader.size()? {
            let one = known.read(&mut reader)?;
            known.all.push(Box::leak(Box::new(one)));
        }
        reader.list(|reader| {
            let (name, service) = (reader.text()?, Service(reader.small()?));
            Some(ServiceInfo { name, service, messages: reader.list(|reader| known.message(reader))? })
        })
    }

    fn scalar(reader: &mut Reader) -> Option<Scalar> {
        SCALARS.get(reader.size()?).copied()
    }

    fn length(reader: &mut Reader) -> Option<Length> {
        Some(match (reader.size()?, reader.number()?) {
            (0, _) => Length::Rest,
            (1, width) => Length::Prefix(width.try_into().ok()?),
            (2, n) => Length::Fixed(n.try_into().ok()?),
            _ => return None,
        })
    }

    /// What TLVs and fields refer to.
    struct Structures {
        values: &'static [ValueInfo],
        all: Vec<&'static StructInfo>,
    }

    impl Structures {
        fn message(&self, reader: &mut Reader) -> Option<MessageInfo> {
            let (name, id) = (reader.text()?, reader.small()?);
            let vendor = reader.maybe()?.and_then(|vendor| vendor.try_into().ok());
            let abortable = reader.flag()?;
            let (input, output) = (reader.maybe()?, reader.size()?);
            let tlv = |reader: &mut Reader| self.tlv(reader);
            let input = match input {
                Some(n) => Some(reader.row(n, tlv)?),
                None => None,
            };
            Some(MessageInfo { name, id, vendor, abortable, input, output: reader.row(output, tlv)? })
        }

        fn tlv(&self, reader: &mut Reader) -> Option<TlvInfo> {
            let (tlv, name) = (reader.small()?, reader.text()?);
            let (word, when) = (reader.text_place()?, reader.maybe_text_place()?);
            Some(TlvInfo::unpacked(tlv, name, word, when, reader.flag()?, self.kind(reader)?))
        }

        /// A structure; those inside it were before it.
        fn read(&self, reader: &mut Reader) -> Option<StructInfo> {
            let name = reader.text()?;
            let field = |reader: &mut Reader| {
                let (name, personal) = (reader.text()?, reader.flag()?);
                Some(FieldInfo { name, personal, kind: self.kind(reader)? })
            };
            Some(StructInfo { name, fields: reader.list(field)? })
        }

        fn kind(&self, reader: &mut Reader) -> Option<Kind> {
            let boxed = |reader: &mut Reader| self.kind(reader).map(|kind| &*Box::leak(Box::new(kind)));
            Some(match reader.size()? {
                0 => Kind::Number(scalar(reader)?),
                1 => Kind::Uint(reader.size()?),
                2 => Kind::Bool(scalar(reader)?),
                3 => Kind::Enum(self.values.get(reader.size()?)?, scalar(reader)?),
                4 => Kind::Flags(self.values.get(reader.size()?)?, scalar(reader)?),
                5 => Kind::Ipv4,
                6 => Kind::Ipv6,
                7 => Kind::Text { length: length(reader)?, max: reader.small()? },
                8 => Kind::Array { count: length(reader)?, of: boxed(reader)? },
                9 => Kind::Segment,
                10 => Kind::Struct(self.all.get(reader.size()?).copied()?),
                11 => Kind::Tail(boxed(reader)?),
                _ => return None,
            })
        }
    }
}

/// Tables of AT.
pub(crate) mod at {
    use super::*;
    use at_wire::catalogue::{FieldInfo, FormInfo, Info};
    use at_wire::message::CommandInfo;

    pub(crate) fn entries() -> &'static [Info] {
        static ENTRIES: OnceLock<&[Info]> = OnceLock::new();
        ENTRIES.get_or_init(|| unpack(include_bytes!(concat!(env!("OUT_DIR"), "/at"))).unwrap_or_default())
    }

    fn unpack(packed: &[u8]) -> Option<&'static [Info]> {
        let mut reader = Reader::new(packed)?;
        // Neither values nor structures.
        let (0, 0) = (reader.size()?, reader.size()?) else { return None };
        reader.list(|reader| {
            let (name, doc) = (reader.text()?, reader.text()?);
            let command = match reader.maybe()? {
                Some(timeout) => Some(CommandInfo {
                    name,
                    timeout: timeout.try_into().ok()?,
                    prompt: *PROMPTS.get(reader.size()?)?,
                    calls: *CALLS.get(reader.size()?)?,
                    abortable: reader.flag()?,
                    bare: reader.flag()?,
                    two_lines: reader.flag()?,
                    multiline: reader.flag()?,
                    personal: reader.flag()?,
                }),
                None => None,
            };
            Some(Info { name, doc, command, forms: reader.list(form)? })
        })
    }

    fn form(reader: &mut Reader) -> Option<FormInfo> {
        Some(FormInfo {
            form: *FORMS.get(reader.size()?)?,
            count: reader.small()?,
            fields: reader.list(|reader| {
                let name = reader.text()?;
                Some(FieldInfo { name, of: parameters().get(reader.size()?)?.of })
            })?,
        })
    }
}
