//! Packs tables; the build script's half. All numbers are of variable length: seven bits in a byte, the lowest first, the
//! eighth bit in all but the last.

use core::mem::discriminant;
use std::collections::HashMap;

use crate::tables::{CALLS, FORMS, PLAIN, PROMPTS, SCALARS, parameters};

/// Things told apart by what they are, each known by its place in the order in which they came.
#[derive(Default)]
struct Places {
    all: Vec<Vec<u8>>,
    known: HashMap<Vec<u8>, usize>,
}

impl Places {
    fn of(&mut self, thing: Vec<u8>) -> usize {
        let next = self.all.len();
        let all = &mut self.all;
        *self.known.entry(thing).or_insert_with_key(|thing| {
            all.push(thing.clone());
            next
        })
    }
}

/// A row that is being packed.
#[derive(Default)]
struct Row(Vec<u8>);

impl Row {
    fn number(&mut self, n: impl TryInto<u64>) {
        let mut n = n.try_into().unwrap_or(u64::MAX);
        loop {
            let more = n >> 7;
            let low = u8::try_from(n & 0x7f).unwrap_or(0);
            self.0.push(if more == 0 { low } else { low | 0x80 });
            if more == 0 {
                return;
            }
            n = more;
        }
    }

    /// A number, or nothing, which is 0.
    fn maybe(&mut self, n: Option<usize>) {
        self.number(n.map_or(0, |n| n.saturating_add(1)));
    }
}

/// Everything that is referred to.
#[derive(Default)]
struct Packer {
    texts: Places,
    values: Places,
    structures: Places,
}

impl Packer {
    fn text(&mut self, text: &str) -> usize {
        self.texts.of(text.as_bytes().to_vec())
    }

    fn maybe_text(&mut self, text: Option<&str>) -> Option<usize> {
        text.map(|text| self.text(text))
    }

    /// All texts, then what refers to them.
    fn finish(self, services: Row) -> Vec<u8> {
        let mut out = Row::default();
        out.number(self.texts.all.len());
        for text in self.texts.all {
            out.number(text.len());
            out.0.extend(text);
        }
        for rows in [self.values.all, self.structures.all] {
            out.number(rows.len());
            out.0.extend(rows.concat());
        }
        out.0.extend(services.0);
        out.0
    }
}

/// Tables of MBIM.
pub(crate) mod mbim {
    use super::*;
    use mbim_wire::catalogue::{Kind, SERVICES, StructInfo, ValueInfo};

    pub(crate) fn pack() -> Result<Vec<u8>, String> {
        let mut packer = Packer::default();
        let mut out = Row::default();
        out.number(SERVICES.len());
        for service in SERVICES {
            out.number(packer.text(service.name));
            out.0.extend(service.uuid.0);
            out.number(service.commands.len());
            for command in service.commands {
                out.number(packer.text(command.declared_name()));
                out.number(command.cid);
                out.number(command.version);
                for form in [command.query, command.set] {
                    let form = form.map(|(sent, answer)| Ok((packer.structure(sent)?, packer.structure(answer)?)));
                    match form.transpose().map_err(|kind: Kind| format!("{}: {kind:?}", service.name))? {
                        Some((sent, answer)) => {
                            out.maybe(Some(sent));
                            out.number(answer);
                        }
                        None => out.maybe(None),
                    }
                }
                let notification = command.notification.map(|body| packer.structure(body)).transpose();
                out.maybe(notification.map_err(|kind| format!("{}: {kind:?}", service.name))?);
            }
        }
        Ok(packer.finish(out))
    }

    impl Packer {
        fn mbim_value(&mut self, info: &ValueInfo) -> usize {
            let mut row = Row::default();
            row.number(self.text(info.name));
            row.number(self.text(info.repr));
            row.number(info.values.len());
            for (name, n) in info.values {
                row.number(self.text(name));
                row.number(*n);
            }
            self.values.of(row.0)
        }

        /// A structure, those inside it before it; the error is a format that cannot be packed.
        fn structure(&mut self, info: &StructInfo) -> Result<usize, Kind> {
            let mut row = Row::default();
            row.number(self.text(info.name));
            row.number(info.fields.len());
            for field in info.fields {
                let (ident, wire) = field.declared_name();
                row.number(self.text(ident));
                row.maybe(self.maybe_text(wire));
                row.number(u8::from(field.personal));
                row.number(field.offset);
                self.mbim_kind(&field.kind, &mut row)?;
            }
            Ok(self.structures.of(row.0))
        }

        fn mbim_kind(&mut self, kind: &Kind, row: &mut Row) -> Result<(), Kind> {
            if let Some(place) = PLAIN.iter().position(|plain| discriminant(plain) == discriminant(kind)) {
                row.number(place);
                return Ok(());
            }
            let mut put = |numbers: &[usize]| numbers.iter().for_each(|n| row.number(*n));
            match kind {
                Kind::Enum(values) => put(&[20, self.mbim_value(values)]),
                Kind::Flags(values) => put(&[21, self.mbim_value(values)]),
                Kind::Text { max } => put(&[22, *max]),
                Kind::SizedBytes { back } => put(&[23, *back]),
                Kind::InlineBytes { back } => put(&[24, *back]),
                Kind::FixedBytes { len } => put(&[25, *len]),
                Kind::TextList { back } => put(&[26, *back]),
                Kind::RefList { of, back } => put(&[27, *back, self.structure(of)?]),
                Kind::RefArray { of, back } => {
                    put(&[28, *back]);
                    self.mbim_kind(of, row)?;
                }
                Kind::Array { of, back } => {
                    put(&[29, *back]);
                    self.mbim_kind(of, row)?;
                }
                Kind::Struct(of) => put(&[30, self.structure(of)?]),
                Kind::RefStruct(of) => put(&[31, self.structure(of)?]),
                Kind::RefSequence(of) => put(&[32, self.structure(of)?]),
                Kind::TlvText { max } => put(&[33, *max]),
                Kind::When { of, back, value } => {
                    put(&[34, *back]);
                    row.number(*value);
                    self.mbim_kind(of, row)?;
                }
                other => return Err(*other),
            }
            Ok(())
        }
    }
}

/// Tables of QMI.
pub(crate) mod qmi {
    use super::*;
    use qmi_wire::catalogue::{Kind, Length, SERVICES, Scalar, StructInfo, TlvInfo, ValueInfo};

    pub(crate) fn pack() -> Vec<u8> {
        let mut packer = Packer::default();
        let mut out = Row::default();
        out.number(SERVICES.len());
        for service in SERVICES {
            out.number(packer.text(service.name));
            out.number(service.service.0);
            out.number(service.messages.len());
            for message in service.messages {
                out.number(packer.text(message.name));
                out.number(message.id);
                out.maybe(message.vendor.map(usize::from));
                out.number(u8::from(message.abortable));
                out.maybe(message.input.map(<[TlvInfo]>::len));
                out.number(message.output.len());
                for tlv in message.input.unwrap_or_default().iter().chain(message.output) {
                    packer.tlv(tlv, &mut out);
                }
            }
        }
        packer.finish(out)
    }

    impl Packer {
        fn tlv(&mut self, tlv: &TlvInfo, row: &mut Row) {
            let (word, when) = tlv.presence();
            row.number(tlv.tlv);
            row.number(self.text(&tlv.name()));
            row.number(self.text(word));
            row.maybe(self.maybe_text(when));
            row.number(u8::from(tlv.personal));
            self.qmi_kind(&tlv.kind, row);
        }

        fn qmi_value(&mut self, info: &ValueInfo) -> usize {
            let mut row = Row::default();
            row.number(self.text(info.name));
            row.maybe(self.maybe_text(info.wire));
            row.number(info.values.len());
            for (name, n) in info.values {
                row.number(self.text(name));
                row.number(n.cast_unsigned());
            }
            self.values.of(row.0)
        }

        fn fields(&mut self, info: &StructInfo) -> usize {
            let mut row = Row::default();
            row.number(self.text(info.name));
            row.number(info.fields.len());
            for field in info.fields {
                row.number(self.text(field.name));
                row.number(u8::from(field.personal));
                self.qmi_kind(&field.kind, &mut row);
            }
            self.structures.of(row.0)
        }

        fn qmi_kind(&mut self, kind: &Kind, row: &mut Row) {
            let scalar = |scalar: &Scalar| SCALARS.iter().position(|known| known == scalar).unwrap_or(usize::MAX);
            let length = |length: &Length| match length {
                Length::Rest => [0, 0],
                Length::Prefix(width) => [1, usize::from(*width)],
                Length::Fixed(n) => [2, usize::from(*n)],
            };
            let mut put = |numbers: &[usize]| numbers.iter().for_each(|n| row.number(*n));
            match kind {
                Kind::Number(of) => put(&[0, scalar(of)]),
                Kind::Uint(width) => put(&[1, *width]),
                Kind::Bool(of) => put(&[2, scalar(of)]),
                Kind::Enum(values, of) => put(&[3, self.qmi_value(values), scalar(of)]),
                Kind::Flags(values, of) => put(&[4, self.qmi_value(values), scalar(of)]),
                Kind::Ipv4 => put(&[5]),
                Kind::Ipv6 => put(&[6]),
                Kind::Text { length: of, max } => {
                    put(&[7]);
                    put(&length(of));
                    row.number(*max);
                }
                Kind::Array { count, of } => {
                    put(&[8]);
                    put(&length(count));
                    self.qmi_kind(of, row);
                }
                Kind::Segment => put(&[9]),
                Kind::Struct(of) => put(&[10, self.fields(of)]),
                Kind::Tail(of) => {
                    put(&[11]);
                    self.qmi_kind(of, row);
                }
            }
        }
    }
}

/// Tables of AT.
pub(crate) mod at {
    use super::*;
    use at_wire::catalogue::{FieldInfo, all};

    pub(crate) fn pack() -> Result<Vec<u8>, String> {
        let mut packer = Packer::default();
        let mut out = Row::default();
        out.number(all().count());
        for info in all() {
            out.number(packer.text(info.name));
            out.number(packer.text(info.doc));
            out.maybe(info.command.map(|command| usize::from(command.timeout)));
            if let Some(command) = info.command {
                let prompt = PROMPTS.iter().position(|known| *known == command.prompt);
                out.number(prompt.ok_or_else(|| format!("{}: {:?}", info.name, command.prompt))?);
                let calls = CALLS.iter().position(|known| *known == command.calls);
                out.number(calls.ok_or_else(|| format!("{}: {:?}", info.name, command.calls))?);
                let properties =
                    [command.abortable, command.bare, command.two_lines, command.multiline, command.personal];
                properties.into_iter().for_each(|property| out.number(u8::from(property)));
            }
            out.number(info.forms.len());
            for form in info.forms {
                let number = FORMS.iter().position(|known| *known == form.form);
                out.number(number.ok_or_else(|| format!("{}: {:?}", info.name, form.form))?);
                out.number(form.parameters().len());
                out.number(form.fields.len());
                for field in form.fields {
                    out.number(packer.text(field.name));
                    out.number(kind(field).ok_or_else(|| format!("{} {}: {}", info.name, field.name, field.kind()))?);
                }
            }
        }
        Ok(packer.finish(out))
    }

    fn kind(field: &FieldInfo) -> Option<usize> {
        let kind = field.kind();
        parameters().iter().position(|known| known.kind() == kind)
    }
}
