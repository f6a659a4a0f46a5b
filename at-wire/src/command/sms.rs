//! Short messages (27.005). The PDUs are those of [`sms`](mod@crate::sms).

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::input;
use crate::parameter::{Choice, Field, Fields, Rest, Str, Value, Word, parameters_of};

/// Ctrl-Z, which ends a message behind the prompt.
pub const END_OF_MESSAGE: u8 = 0x1a;
/// Escape, which gives the message up.
pub const CANCEL: u8 = 0x1b;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Format: 0 PDU, 1 text (27.005 §3.2.3).
    cmgf = "+CMGF" [timeout = 10] { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Message service (27.005 §3.2.1).
    csms = "+CSMS" [timeout = 10] { set(service: u8) -> (mt: u8, mo: u8, bm: u8); read -> (service: u8, mt: u8, mo: u8, bm: u8); test -> <'a>(service: Choice<'a>); }
    /// Memories for reading, writing, receiving (27.005 §3.2.2).
    cpms = "+CPMS" [timeout = 10] {
        set<'a>(mem1: Str<'a>, mem2: Option<Str<'a>>, mem3: Option<Str<'a>>) -> (used1: u16, total1: u16, used2: Option<u16>, total2: Option<u16>, used3: Option<u16>, total3: Option<u16>);
        read -> <'a>(mem1: Str<'a>, used1: u16, total1: u16, mem2: Option<Str<'a>>, used2: Option<u16>, total2: Option<u16>, mem3: Option<Str<'a>>, used3: Option<u16>, total3: Option<u16>);
        test -> <'a>(mem1: Choice<'a>, mem2: Choice<'a>, mem3: Choice<'a>);
    }
    /// Service centre (27.005 §3.3.1).
    csca = "+CSCA" [timeout = 10, personal = true] { set<'a>(sca: Str<'a>, tosca: Option<u8>); read -> <'a>(sca: Str<'a>, tosca: Option<u8>); test; }
    /// Header in text mode (27.005 §3.3.2).
    csmp = "+CSMP" { set<'a>(fo: Option<u8>, vp: Option<Word<'a>>, pid: Option<u8>, dcs: Option<u8>); read -> <'a>(fo: u8, vp: Option<Word<'a>>, pid: Option<u8>, dcs: Option<u8>); test; }
    /// Shows the header in text mode (27.005 §3.3.3).
    csdh = "+CSDH" { set(show: u8); read -> (show: u8); test -> <'a>(show: Choice<'a>); }
    /// Cell broadcast (27.005 §3.3.4).
    cscb = "+CSCB" { set<'a>(mode: u8, mids: Option<Str<'a>>, dcss: Option<Str<'a>>); read -> <'a>(mode: u8, mids: Option<Str<'a>>, dcss: Option<Str<'a>>); test -> <'a>(mode: Choice<'a>); }
    /// How new messages are told (27.005 §3.4.1).
    cnmi = "+CNMI" { set(mode: Option<u8>, mt: Option<u8>, bm: Option<u8>, ds: Option<u8>, bfr: Option<u8>); read -> (mode: u8, mt: u8, bm: u8, ds: u8, bfr: u8); test -> <'a>(mode: Choice<'a>, mt: Choice<'a>, bm: Choice<'a>, ds: Choice<'a>, bfr: Choice<'a>); }
    /// Acknowledges a message (27.005 §4.7).
    cnma = "+CNMA" [prompt = Prompt::Greater, timeout = 30] { execute; set(n: u8, length: Option<u8>); test -> <'a>(n: Choice<'a>); }
    /// Sends a message in a PDU (27.005 §4.3); `length` counts octets behind the service centre.
    cmgs = "+CMGS" [prompt = Prompt::Greater, timeout = 300, abortable = true, personal = true] { set(length: u8) -> <'a>(mr: u8, ack: Option<Word<'a>>); test; }
    /// Sends a message as text (27.005 §3.5.1).
    cmgs_text = "+CMGS" [prompt = Prompt::Greater, timeout = 300, abortable = true, personal = true] { set<'a>(da: Str<'a>, toda: Option<u8>) -> <'a>(mr: u8, scts: Option<Str<'a>>); }
    /// Sends a stored message (27.005 §3.5.2).
    cmss = "+CMSS" [timeout = 300, abortable = true, personal = true] { set<'a>(index: u16, da: Option<Str<'a>>, toda: Option<u8>) -> <'a>(mr: u8, ack: Option<Word<'a>>); test; }
    /// Stores a message in a PDU (27.005 §4.4).
    cmgw = "+CMGW" [prompt = Prompt::Greater, timeout = 30, personal = true] { set(length: u8, stat: Option<u8>) -> (index: u16); test; }
    /// Stores a message as text (27.005 §3.5.3).
    cmgw_text = "+CMGW" [prompt = Prompt::Greater, timeout = 30, personal = true] { execute -> (index: u16); set<'a>(address: Str<'a>, kind: Option<u8>, stat: Option<Str<'a>>) -> (index: u16); }
    /// Sends a command (27.005 §4.5).
    cmgc = "+CMGC" [prompt = Prompt::Greater, timeout = 300, abortable = true] { set(length: u8) -> <'a>(mr: u8, ack: Option<Word<'a>>); test; }
    /// Deletes (27.005 §3.5.4).
    cmgd = "+CMGD" [timeout = 30] { set(index: u16, flag: Option<u8>); test -> <'a>(index: Choice<'a>, flag: Choice<'a>); }
    /// Lists messages as PDUs (27.005 §4.1); the PDU is the next line.
    cmgl = "+CMGL" [timeout = 60, two_lines = true, personal = true] { execute -> <'a>(index: u16, stat: u8, alpha: Option<Str<'a>>, length: Option<u8>); set(stat: u8) -> <'a>(index: u16, stat: u8, alpha: Option<Str<'a>>, length: Option<u8>); test -> <'a>(stat: Choice<'a>); }
    /// Lists messages as text (27.005 §3.4.2); the text are the next lines.
    cmgl_text = "+CMGL" [timeout = 60, two_lines = true, personal = true] { set<'a>(stat: Str<'a>) -> <'a>(index: u16, stat: Str<'a>, address: Str<'a>, alpha: Option<Str<'a>>, scts: Option<Str<'a>>, kind: Option<u8>, length: Option<u8>); }
    /// Reads a message as a PDU (27.005 §4.2); the PDU is the next line.
    cmgr = "+CMGR" [timeout = 20, two_lines = true, personal = true] { set(index: u16) -> <'a>(stat: u8, alpha: Option<Str<'a>>, length: Rest<'a>); test; }
    /// Reads a received message as text (27.005 §3.4.3).
    cmgr_text = "+CMGR" [timeout = 20, two_lines = true, personal = true] { set(index: u16) -> <'a>(stat: Str<'a>, oa: Str<'a>, alpha: Option<Str<'a>>, scts: Option<Str<'a>>, tooa: Option<u8>, fo: Option<u8>, pid: Option<u8>, dcs: Option<u8>, sca: Option<Str<'a>>, tosca: Option<u8>, length: Option<u8>); }
    /// Keeps the link for more messages (27.005 §3.5.6).
    cmms = "+CMMS" { set(n: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Saves settings (27.005 §3.3.5).
    csas = "+CSAS" { execute; set(profile: u8); test; }
    /// Restores settings (27.005 §3.3.6).
    cres = "+CRES" { execute; set(profile: u8); test; }
}

/// Appends a PDU in hexadecimal digits, with the character that ends it behind the prompt.
pub fn write_pdu(octets: &[u8], writer: &mut crate::Writer<'_>) {
    for octet in octets {
        for nibble in [octet.wrapping_shr(4), octet & 0x0f] {
            let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase();
            writer.byte(u8::try_from(digit).unwrap_or(b'0'));
        }
    }
    writer.byte(END_OF_MESSAGE);
}

/// Appends a text for text mode, with the character that ends it. A text that holds a control character which would end
/// it early or give it up is refused; line feeds stay.
pub fn write_text(text: &[u8], writer: &mut crate::Writer<'_>) {
    if text.iter().any(|byte| matches!(byte, 0 | 8 | &END_OF_MESSAGE | &CANCEL)) {
        writer.poison(crate::EncodeError::Value { field: "text" });
    }
    writer.bytes(text);
    writer.byte(END_OF_MESSAGE);
}

/// A memory for messages (27.005 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Memory {
    /// `SM`: the card.
    Card,
    /// `ME`: the device.
    Equipment,
    /// `MT`: both.
    Both,
    /// `BM`: cell broadcast.
    Broadcast,
    /// `SR`: status reports.
    StatusReports,
    /// `TA`: the modem.
    Adaptor,
}

impl Memory {
    /// All of them with their names.
    pub const ALL: [(Self, &str); 6] = [
        (Self::Card, "SM"),
        (Self::Equipment, "ME"),
        (Self::Both, "MT"),
        (Self::Broadcast, "BM"),
        (Self::StatusReports, "SR"),
        (Self::Adaptor, "TA"),
    ];

    /// The memory of a name; `None` for makers' own.
    #[must_use]
    pub fn of(name: Str<'_>) -> Option<Self> {
        let known = |(_, known): &&(Self, &str)| known.as_bytes() == name.0;
        Self::ALL.iter().find(known).map(|(memory, _)| *memory)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(memory, _)| *memory == self).map_or("", |(_, name)| name)
    }
}

impl<'a> cpms::TestAnswer<'a> {
    /// The memories for reading (0), writing (1) and receiving (2). One maker has all lists in another pair of
    /// parentheses, some leave lists out, which then are empty.
    pub fn memories(&self, purpose: usize) -> impl Iterator<Item = Memory> + 'a {
        let nested = self.mem1.fields().field().raw.starts_with(b"(");
        let list = match purpose {
            _ if nested => Choice(self.mem1.fields().nth(purpose).unwrap_or_default().raw),
            0 => self.mem1,
            1 => self.mem2,
            _ => self.mem3,
        };
        list.fields().filter_map(|field| Memory::of(Str(field.unquoted())))
    }
}

/// The channels or coding schemes of `+CSCB`: numbers and ranges.
///
/// # Errors
///
/// The first that is none.
pub fn channels(list: Str<'_>) -> impl Iterator<Item = Result<(u32, u32), DecodeError>> + '_ {
    let text = list.as_str().unwrap_or("?");
    input::numbers(text).take(if text.trim().is_empty() { 0 } else { usize::MAX })
}

/// A line of `+CMGL`, `+CMGR`, `+CMT`, `+CBM` or `+CDS` in PDU mode.
///
/// ```
/// use at_wire::command::sms::PduLine;
///
/// let line = PduLine::parse("+CMGR", b"+CMGR: 0,,22 0791448720003023")?;
/// assert_eq!((line.stat, line.length, line.pdu), (Some(0), Some(22), Some(&b"0791448720003023"[..])));
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PduLine<'a> {
    /// Its place in the memory: only `+CMGL` tells it.
    pub index: Option<u16>,
    /// 0 received and not read, 1 received and read, 2 not sent, 3 sent; URCs do not tell it.
    pub stat: Option<u8>,
    /// What the phonebook calls the sender.
    pub alpha: Option<Str<'a>>,
    /// Octets of the PDU without the service centre; some modems leave it out or count the service centre too, so that
    /// the PDU itself is to be trusted.
    pub length: Option<u8>,
    /// The PDU in hexadecimal digits, if it stands in this line and not in the next.
    pub pdu: Option<&'a [u8]>,
}

impl<'a> PduLine<'a> {
    /// Reads a line called `name`.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    pub fn parse(name: &str, line: &'a [u8]) -> Result<Self, DecodeError> {
        let mut fields = parameters_of(name, line).ok_or(DecodeError::new(DecodeErrorKind::Value, "name", 0))?;
        let index = if name == "+CMGL" { Some(fields.value("index")?) } else { None };
        let stat = if matches!(name, "+CMGL" | "+CMGR") { Some(fields.value("stat")?) } else { None };
        // The name may be missing with its comma, in URCs and in answers of some modems.
        let alpha = if fields.count() > 1 { fields.value("alpha")? } else { None };
        let last = fields.field();
        let end = last.raw.iter().position(u8::is_ascii_whitespace).unwrap_or(last.raw.len());
        let (length, pdu) = last.raw.split_at_checked(end).unwrap_or((last.raw, &[]));
        let error = |kind| DecodeError::new(kind, "length", last.offset);
        let length = Option::read(Field { raw: length, offset: last.offset }).map_err(error)?;
        let pdu = Some(pdu.trim_ascii()).filter(|pdu| !pdu.is_empty());
        Ok(Self { index, stat, alpha, length, pdu })
    }
}

/// The first line of a message in text mode (27.005 §3.4): of `+CMGL`, `+CMGR`, `+CMT`, `+CBM` or `+CDS`. The text is in
/// the lines behind it.
///
/// Which kind of message it is shows in the number and the form of the parameters; those of the header that `+CSDH`
/// switches are in `rest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TextLine<'a> {
    /// A received message, or one to be sent: `stat` tells which.
    Message {
        /// The sender or addressee.
        address: Str<'a>,
        /// What the phonebook calls it.
        alpha: Option<Str<'a>>,
        /// When the service centre got it: `yy/MM/dd,hh:mm:ss±zz`; not for messages to be sent.
        scts: Option<Str<'a>>,
        /// The rest of the header.
        rest: Rest<'a>,
    },
    /// A status report.
    StatusReport {
        /// First octet.
        fo: u8,
        /// Message reference.
        mr: u8,
        /// The addressee.
        ra: Option<Str<'a>>,
        /// Its type.
        tora: Option<u8>,
        /// When the service centre got the message.
        scts: Str<'a>,
        /// When it was delivered, or given up.
        dt: Str<'a>,
        /// The status.
        st: u8,
    },
    /// A command to the service centre.
    Command {
        /// First octet.
        fo: u8,
        /// The command.
        ct: u8,
        /// The rest of the header.
        rest: Rest<'a>,
    },
    /// A cell broadcast page.
    Broadcast {
        /// Serial number.
        sn: u16,
        /// Message identifier.
        mid: u16,
        /// Coding scheme; `+CMGL` does not tell it.
        dcs: Option<u8>,
        /// The page.
        page: u8,
        /// Of so many.
        pages: u8,
    },
}

impl<'a> TextLine<'a> {
    /// Reads a line called `name`, and what it says of the place and state of a stored message.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    pub fn parse(name: &str, line: &'a [u8]) -> Result<(Option<u16>, Option<Str<'a>>, Self), DecodeError> {
        let mut fields = parameters_of(name, line).ok_or(DecodeError::new(DecodeErrorKind::Value, "name", 0))?;
        let index = if name == "+CMGL" { Some(fields.value("index")?) } else { None };
        let stat = if matches!(name, "+CMGL" | "+CMGR") { Some(fields.value("stat")?) } else { None };
        Ok((index, stat, Self::header(fields)?))
    }

    fn header(mut fields: Fields<'a>) -> Result<Self, DecodeError> {
        let number = |field: Field<'_>| !field.is_quoted() && u16::read(field).is_ok();
        let all = fields;
        let at = |index: usize| { all }.nth(index).unwrap_or_default();
        let count = fields.count();
        // An address stands in quotes, if a modem writes any; the first octet never does.
        if !number(at(0)) || !number(at(1)) && !at(1).is_empty() || at(1).is_empty() {
            let (address, alpha) = (fields.value("address")?, fields.value("alpha")?);
            // A message to be sent has no time stamp, and the type of its address may stand there.
            let scts = if number(at(2)) { None } else { fields.value("scts")? };
            return Ok(Self::Message { address, alpha, scts, rest: fields.value("rest")? });
        }
        let numbers = (0..count).all(|index| number(at(index)));
        match count {
            // Cell broadcast: numbers alone, which for a command would be a length and digits behind.
            4 if numbers => Ok(Self::Broadcast {
                sn: fields.value("sn")?,
                mid: fields.value("mid")?,
                dcs: None,
                page: fields.value("page")?,
                pages: fields.value("pages")?,
            }),
            5 if numbers => Ok(Self::Broadcast {
                sn: fields.value("sn")?,
                mid: fields.value("mid")?,
                dcs: Some(fields.value("dcs")?),
                page: fields.value("page")?,
                pages: fields.value("pages")?,
            }),
            7 if number(at(6)) && !number(at(4)) => Ok(Self::StatusReport {
                fo: fields.value("fo")?,
                mr: fields.value("mr")?,
                ra: fields.value("ra")?,
                tora: fields.value("tora")?,
                scts: fields.value("scts")?,
                dt: fields.value("dt")?,
                st: fields.value("st")?,
            }),
            _ => Ok(Self::Command { fo: fields.value("fo")?, ct: fields.value("ct")?, rest: fields.value("rest")? }),
        }
    }
}
