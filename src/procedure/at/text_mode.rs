//! Short messages as text (27.005 §3), for modems that have no PDU mode, or one that does not work.
//!
//! What is read is put together to the PDUs that it was, so that everything behind it is the same for both modes. Texts
//! stand between the lines of an answer and may look like any of them, `OK` included. The character sets UCS-2 and HEX avoid
//! that: then texts are digits. In GSM an octet is a septet, and the length in the header counts them. Where a modem has
//! none of these, an octet is one septet or two, so that the length only shows that a text may not be complete yet: then
//! nothing goes out for a while, and if more comes, the message is given up, and counted. A modem that
//! tells no length either (`+CSDH`) leaves nothing to know: then a line of a text that says `OK` ends the answer.

use at_wire::command::sms::{TextLine, cmgf, cmgl_text, cmgr_text, cmgs_text, cpms, csdh, csmp};
use at_wire::framer::{Announcement, Announcements, Delimiter, Length};
use at_wire::message::Line as _;
use at_wire::parameter::{Fields, LineWriter, Rest, Str, parameters_of};
use at_wire::result::{Cause, FinalResult};
use at_wire::sms::{
    Address, DataCoding, Deliver, Direction, Pdu, RelativeValidity, Status, StatusReport, Submit, Timestamp, Tpdu,
    TypeOfAddress, UserData, Validity,
};
use at_wire::text::charset::Charset;
use at_wire::text::{Alphabet, Coding, Text, hex};
use at_wire::time::Clock;
use at_wire::{EncodeError, Writer};
use heapless::{String, Vec};

use super::charset::{Chosen, Turn};
use super::sms::StoredText;
use super::{Outcome, Procedure, Question, Step, Stop, ask, ask_own, ask_with, fail, missing, type_of_number};
use crate::session::at::Exchange;
use crate::sms::{Sending, Stored, TextMessage};
use crate::time::{Instant, Millis};

/// The longest text behind a header, or a prompt: 160 characters of four digits each.
const TEXT: usize = 640;
/// Places of a memory that are listed.
const PLACES: u16 = 512;
/// Octets that have a bit for each place.
const BITS: usize = 64;
/// The longest number or name: eleven characters of up to three octets, or 20 digits and a sign.
const NUMBER: usize = 40;

/// What 27.005 §3.1 calls the states of messages, as they are numbered in PDU mode; the last are all of them.
const STATES: [&str; 5] = ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"];

/// First octet of a message (23.040 §9.2.2).
mod first {
    pub(super) const NO_MORE: u8 = 0x04;
    pub(super) const LOOP_PREVENTION: u8 = 0x08;
    pub(super) const VALIDITY: u8 = 0x18;
    pub(super) const REPORT: u8 = 0x20;
    pub(super) const HEADER: u8 = 0x40;
    pub(super) const REPLY_PATH: u8 = 0x80;
}

/// How a modem writes messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum MessageFormat {
    /// As PDUs: for [`SendText`](super::SendText), [`ReadTexts`](super::ReadTexts).
    #[default]
    Pdu,
    /// As text: for [`SendTextMode`], [`ReadTextMode`].
    Text,
}

/// Finds out whether a modem has the PDU mode, and leaves it chosen; else the text mode.
#[derive(Clone, Copy, Debug, Default)]
pub struct FindMessageFormat {
    format: MessageFormat,
}

impl FindMessageFormat {
    /// Finds out.
    #[must_use]
    pub const fn new() -> Self {
        Self { format: MessageFormat::Pdu }
    }

    /// The format.
    #[must_use]
    pub const fn format(&self) -> MessageFormat {
        self.format
    }
}

impl Procedure for FindMessageFormat {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                self.format = MessageFormat::Pdu;
                ask_with::<cmgf::Set>("0")
            }
            Outcome::Done => Step::Done,
            Outcome::Refused(_) if self.format == MessageFormat::Pdu => {
                self.format = MessageFormat::Text;
                ask_with::<cmgf::Set>("1")
            }
            outcome => fail(cmgf::NAME, outcome),
        }
    }
}

/// Appends a string in a character set, between quotes.
fn write_coded(charset: Charset, text: &str, line: &mut LineWriter<'_, '_>) {
    let mut buffer = [0; 4 * NUMBER];
    let mut writer = Writer::new(&mut buffer);
    charset.write(text.into(), &mut writer);
    match writer.finish() {
        Ok(octets) => line.quoted(octets),
        // Refused: a bare word with a quote in it spoils the line.
        Err(_) => line.word(b"\""),
    }
}

/// Whether a modem may have refused a command for how its parameters are written.
fn is_misread(result: FinalResult<'_>) -> bool {
    match result.resolved() {
        FinalResult::Error => true,
        FinalResult::Cms(Cause::Number(number)) => matches!(number, 302..=305 | 500),
        FinalResult::Cme(Cause::Number(number)) => matches!(number, 3 | 4 | 24..=27 | 50 | 100),
        _ => false,
    }
}

/// Whether nothing is at a place (27.005 §3.2.5, 27.007 §9.2).
fn is_nowhere(result: FinalResult<'_>) -> bool {
    matches!(result.resolved(), FinalResult::Cms(Cause::Number(321)) | FinalResult::Cme(Cause::Number(21 | 22)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Format,
    Header,
    Storage,
    Room,
    Parameters,
    List,
    Message(u16),
    /// The rest of that message passes.
    Rest(u16),
}

/// How long the rest of a message may take that was given up.
const REST: Millis = Millis(1_000);

/// Sends a text in text mode, in as many parts as it takes. It leaves the text mode and its parameters (`+CSMP`) chosen.
///
/// A text that one message holds goes as it is if the modem has a character set with all of its characters; all others,
/// and those of several parts, go in UCS-2, because a text in text mode cannot have a header in front of it: a long one
/// takes more parts than in PDU mode.
///
/// When it was broken off or has failed, following it again goes on with the first part that was not acknowledged.
#[derive(Debug)]
pub struct SendTextMode<'a> {
    sending: Sending<'a>,
    charset: Chosen,
    payload: Vec<u8, TEXT>,
    at: At,
    reference: u8,
    /// The modem may not want the number in the character set.
    plain: bool,
}

impl<'a> SendTextMode<'a> {
    /// Sends that, and puts the numbers that delivery reports will refer to into `references`, one for each part, as far
    /// as there is room.
    ///
    /// # Errors
    ///
    /// A text that is too long, or a number that is none.
    pub fn new(message: TextMessage<'a>, references: &'a mut [u32]) -> Result<Self, EncodeError> {
        let mut sending = Sending::new(message, references)?;
        if sending.parts() > 1 {
            sending.use_ucs2()?;
        }
        Ok(Self { sending, charset: Chosen::new(), payload: Vec::new(), at: At::Format, reference: 0, plain: false })
    }

    /// How many parts it takes, as far as that is known: it may become more when the modem has told its character sets.
    #[must_use]
    pub fn parts(&self) -> u8 {
        self.sending.parts()
    }

    /// How many of them the network has accepted.
    #[must_use]
    pub const fn sent(&self) -> u8 {
        self.sending.sent()
    }

    fn submit(&self) -> Option<Submit<'_>> {
        match Pdu::parse(self.sending.pdu(), Direction::Stored) {
            Ok(Pdu { tpdu: Tpdu::Submit(submit), .. }) => Some(submit),
            _ => None,
        }
    }

    /// Puts down what goes behind the prompt; whether it can.
    fn load(&mut self, charset: Charset) -> bool {
        let mut buffer = [0; TEXT];
        let mut writer = Writer::new(&mut buffer);
        let Some(submit) = self.submit() else { return false };
        let data = submit.user_data;
        match data.text() {
            Some(text) if is_septets(submit.data_coding) && !data.header().is_some() => {
                charset.write(text, &mut writer);
            }
            _ => {
                // The octets stand at the end of the PDU.
                let length = usize::from(data.length(submit.data_coding).unwrap_or(0));
                let pdu = self.sending.pdu();
                hex::Hex(pdu.get(pdu.len().saturating_sub(length)..).unwrap_or_default()).write(&mut writer);
            }
        }
        let written: Vec<u8, TEXT> = match writer.finish() {
            Ok(octets) => Vec::from_slice(octets).unwrap_or_default(),
            Err(_) => return false,
        };
        // What ends the text, calls it off, or is lost on the way.
        let fits = written.iter().all(|byte| !matches!(byte, 0..=9 | 11..=0x1f));
        self.payload = written;
        fits
    }

    /// The next part, from its parameters on.
    fn part(&mut self) -> Step {
        let charset = self.charset.get();
        if !self.load(charset) && (self.sending.use_ucs2().is_err() || !self.load(charset)) {
            return Step::Fail(Stop::NoRoom { needed: TEXT });
        }
        self.at = At::Parameters;
        ask_own::<csmp::Set<'_>>()
    }
}

impl Procedure for SendTextMode<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        if matches!(outcome, Outcome::Begin) && self.sent() >= self.parts() {
            return Step::Done;
        }
        let mut charset = self.charset.clone();
        let outcome = match charset.turn(outcome, |found| !self.load(found)) {
            Turn::Set(step) => {
                self.charset = charset;
                return step;
            }
            Turn::Procedure(outcome) => outcome,
        };
        self.charset = charset;
        let step = match (self.at, outcome) {
            (_, Outcome::Begin) => {
                (self.at, self.plain) = (At::Format, false);
                ask_with::<cmgf::Set>("1")
            }
            (At::Format, Outcome::Done) => self.part(),
            (At::Format, outcome) => fail(cmgf::NAME, outcome),
            (At::Parameters, Outcome::Done) => {
                (self.at, self.reference) = (At::Message(0), 0);
                ask_own::<cmgs_text::Set<'_>>()
            }
            (At::Parameters, outcome) => fail(csmp::NAME, outcome),
            (_, Outcome::Done) => match self.sending.accepted(self.reference.into()) {
                Ok(true) => self.part(),
                Ok(false) => Step::Done,
                Err(_) => Step::Fail(Stop::NoRoom { needed: Pdu::MAX_LEN }),
            },
            (_, Outcome::Refused(result))
                if !self.plain && self.charset.get() == Charset::Ucs2 && is_misread(result) =>
            {
                // The set is for texts only, to some.
                self.plain = true;
                ask_own::<cmgs_text::Set<'_>>()
            }
            (_, outcome) => fail(cmgs_text::NAME, outcome),
        };
        self.charset.leave(step)
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        if self.charset.is_asking() {
            return self.charset.parameters(line);
        }
        let Some(submit) = self.submit() else { return };
        if self.at == At::Parameters {
            // The first octet of the PDU, behind the length 0 of the service centre.
            line.integer(self.sending.pdu().get(1).copied().unwrap_or(0x11).into());
            match submit.validity {
                Validity::Default => line.skip(),
                Validity::Relative(RelativeValidity(span)) => line.integer(span.into()),
                Validity::Absolute(stamp) => line.quoted(time_text(&stamp).as_bytes()),
                Validity::Enhanced(enhanced) => {
                    let mut buffer = [0; 14];
                    let mut writer = Writer::new(&mut buffer);
                    hex::Hex(&enhanced.0).write(&mut writer);
                    line.quoted(writer.finish().unwrap_or_default());
                }
            }
            line.integer(submit.protocol_identifier.into());
            line.integer(submit.data_coding.0.into());
            return;
        }
        let number = self.sending.number();
        match self.charset.get() {
            charset @ (Charset::Ucs2 | Charset::Hex) if !self.plain => write_coded(charset, number, line),
            _ => line.quoted(number.as_bytes()),
        }
        line.integer(type_of_number(number).into());
    }

    fn payload(&self) -> &[u8] {
        &self.payload
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if self.charset.is_asking() {
            return self.charset.line(line);
        }
        if let (At::Message(_), Some(mut fields)) = (self.at, parameters_of(cmgs_text::NAME, line)) {
            self.reference = fields.value("mr").unwrap_or(0);
        }
    }
}

/// A time as text mode writes it; empty for what is no time.
fn time_text(stamp: &Timestamp) -> String<24> {
    let mut text = String::new();
    if let Some(time) = stamp.date_time() {
        let sign = if time.quarter_hours < 0 { '-' } else { '+' };
        let zone = time.quarter_hours.unsigned_abs();
        let (year, month, day, hour, minute, second) =
            (time.year, time.month, time.day, time.hour, time.minute, time.second);
        let _ = core::fmt::write(
            &mut text,
            format_args!("{year:02}/{month:02}/{day:02},{hour:02}:{minute:02}:{second:02}{sign}{zone:02}"),
        );
    }
    text
}

/// A time of text mode; none reads as zeros, as PDUs have it.
fn stamp(text: Option<Str<'_>>) -> Timestamp {
    let clock = text.and_then(|text| Clock::parse(text.0).ok());
    clock.map_or_else(Timestamp::default, |clock| Timestamp::from(clock.time))
}

fn is_septets(coding: DataCoding) -> bool {
    coding.coding() == Coding::Gsm7 && !coding.is_compressed()
}

/// What the header says of a message, until its text is there.
#[derive(Clone, Debug, Default)]
struct Head {
    /// Sender or receiver.
    address: String<NUMBER>,
    /// Its type, if it is told.
    kind: Option<u8>,
    /// When it was received; none for messages to be sent.
    stamp: Option<Timestamp>,
    first: Option<u8>,
    protocol_identifier: u8,
    data_coding: Option<DataCoding>,
    validity: Option<u8>,
    centre: String<NUMBER>,
    /// Septets of a text, else octets.
    length: Option<u8>,
}

/// A number or name, as far as there is room. In UCS-2 modems write numbers as they are, or in the set.
fn address(string: Str<'_>, kind: Option<u8>, charset: Charset) -> String<NUMBER> {
    fn is_number(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || b"*#+abc".contains(&byte))
    }
    let collect = |text: Text<'_>| {
        let mut collected: String<NUMBER> = String::new();
        for character in text.chars() {
            let _ = collected.push(character);
        }
        collected
    };
    let plain = string.as_str().unwrap_or_default();
    let coded = charset.text(string.0).map(collect);
    let is_name = kind.is_some_and(|kind| TypeOfAddress(kind).is_alphanumeric());
    match coded {
        Ok(coded) if is_name || is_number(&coded) || !is_number(plain) => coded,
        _ => collect(plain.into()),
    }
}

impl Head {
    /// Reads the rest of a header, behind the time of a received message, or the name of another.
    fn message(address_: Str<'_>, scts: Option<Str<'_>>, received: bool, rest: Rest<'_>, charset: Charset) -> Self {
        let mut fields = Fields::new(rest.0);
        let kind: Option<u8> = fields.value("type").unwrap_or(None);
        let mut head = Self {
            address: address(address_, kind, charset),
            kind,
            stamp: received.then(|| stamp(scts)),
            ..Self::default()
        };
        // `+CMGL` tells the type and the length alone.
        if fields.count() <= 1 {
            head.length = fields.value("length").unwrap_or(None);
            return head;
        }
        head.first = fields.value("fo").unwrap_or(None);
        head.protocol_identifier = fields.value("pid").unwrap_or(0);
        head.data_coding = fields.value("dcs").unwrap_or(None).map(DataCoding);
        if !received {
            head.validity = fields.value("vp").unwrap_or(None);
        }
        let centre: Option<Str<'_>> = fields.value("sca").unwrap_or(None);
        let kind: Option<u8> = fields.value("tosca").unwrap_or(None);
        head.centre = centre.map_or_else(String::new, |centre| address(centre, kind, charset));
        head.length = fields.value("length").unwrap_or(None);
        head
    }

    /// Whether what follows the header is text in the character set, and not octets in digits.
    fn is_text(&self) -> bool {
        let coding = self.data_coding.unwrap_or_default();
        is_septets(coding) && self.first.unwrap_or(0) & first::HEADER == 0
    }

    /// How many septets or octets `data` is.
    fn measure(&self, data: &[u8], charset: Charset) -> usize {
        if !self.is_text() {
            return data.len() / 2;
        }
        let Ok(text) = charset.text(data) else { return 0 };
        let septets = |character| Alphabet::DEFAULT.septets(core::iter::once(character)).unwrap_or(1);
        text.chars().fold(0, |sum, character| septets(character).saturating_add(sum))
    }

    /// Whether all of the text is there; unknown without a length.
    fn is_complete(&self, data: &[u8], charset: Charset) -> bool {
        self.length.is_some_and(|length| self.measure(data, charset) >= usize::from(length))
    }

    fn address(&self) -> Address<'_> {
        let digits = self.address.strip_prefix('+').unwrap_or(&self.address);
        match self.kind.map(TypeOfAddress) {
            Some(kind) if kind.is_alphanumeric() => Address::name(&self.address),
            Some(kind) if kind.0 & 0x80 != 0 => Address::digits_of(kind, digits),
            _ if digits.bytes().all(|byte| byte.is_ascii_digit() || b"*#abc".contains(&byte)) => {
                Address::number(&self.address)
            }
            _ => Address::name(&self.address),
        }
    }

    /// The message without what it says.
    fn tpdu<'t>(&'t self, data_coding: DataCoding, user_data: UserData<'t>) -> Tpdu<'t> {
        let first = self.first.unwrap_or(first::NO_MORE);
        match self.stamp {
            Some(service_centre_timestamp) => Tpdu::Deliver(Deliver {
                more_messages: first & first::NO_MORE == 0,
                loop_prevention: first & first::LOOP_PREVENTION != 0,
                status_report: first & first::REPORT != 0,
                reply_path: first & first::REPLY_PATH != 0,
                originating_address: self.address(),
                protocol_identifier: self.protocol_identifier,
                data_coding,
                service_centre_timestamp,
                user_data,
            }),
            None => Tpdu::Submit(Submit {
                reject_duplicates: false,
                status_report: first & first::REPORT != 0,
                reply_path: first & first::REPLY_PATH != 0,
                destination_address: self.address(),
                protocol_identifier: self.protocol_identifier,
                data_coding,
                validity: match self.validity {
                    Some(span) if first & first::VALIDITY == 0x10 => Validity::Relative(RelativeValidity(span)),
                    _ => Validity::Default,
                },
                user_data,
                ..Submit::default()
            }),
        }
    }

    fn write<'b>(&self, tpdu: Tpdu<'_>, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let centre = (!self.centre.is_empty()).then(|| Address::number(&self.centre));
        match (Pdu { service_centre: centre, tpdu }.write(buffer), centre) {
            // A service centre that is no number is of no use.
            (Err(_), Some(_)) => {}
            (Err(error), None) => return Err(error),
            (Ok(octets), _) => {
                let length = octets.len();
                return buffer.get_mut(..length).ok_or(EncodeError::BufferTooSmall { needed: length });
            }
        }
        Pdu::of(tpdu).write(buffer)
    }

    /// The PDU of a message with this text.
    fn pdu<'b>(&self, data: &[u8], charset: Charset, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let said = self.data_coding.unwrap_or_default();
        let mut octets = [0; TEXT / 2];
        let octets = if self.is_text() { None } else { hex::decode(data.trim_ascii(), &mut octets).ok() };
        let Some(octets) = octets else {
            let text = charset.text(data).ok()?;
            let is_plain = Alphabet::DEFAULT.septets(text.chars()).is_ok();
            let data_coding = match is_septets(said) {
                septets if septets == is_plain => said,
                _ => DataCoding::new(if is_plain { Coding::Gsm7 } else { Coding::Ucs2 }),
            };
            return self.write(self.tpdu(data_coding, UserData::of_text(text)), buffer).ok().map(|octets| &*octets);
        };
        // What was sent, octet by octet: behind the message without it, which ends with its length.
        let empty = match said.coding() {
            Coding::Gsm7 | Coding::Ucs2 if !said.is_compressed() => UserData::default(),
            _ => UserData::of_octets(&[]),
        };
        let start = self.write(self.tpdu(said, empty), buffer).ok()?.len();
        let length = match self.length {
            Some(length) if is_septets(said) => length,
            _ if is_septets(said) => u8::try_from(octets.len().checked_mul(8)? / 7).ok()?,
            _ => u8::try_from(octets.len()).ok()?,
        };
        let end = start.checked_add(octets.len())?;
        buffer.get_mut(start..end)?.copy_from_slice(octets);
        *buffer.get_mut(start.checked_sub(1)?)? = length;
        let first_at = usize::from(*buffer.first()?).checked_add(1)?;
        *buffer.get_mut(first_at)? |= self.first.unwrap_or(0) & first::HEADER;
        buffer.get(..end)
    }
}

/// What a header says.
enum Header {
    /// A message, whose text follows.
    Message(Head),
    /// A status report, which is complete.
    Report(StatusReport<'static>, String<NUMBER>, Option<u8>),
    /// Nothing that a message of a memory is.
    Other,
}

impl Header {
    fn of(line: TextLine<'_>, received: bool, charset: Charset) -> Self {
        match line {
            TextLine::Message { address, scts, rest, .. } => {
                Self::Message(Head::message(address, scts, received, rest, charset))
            }
            TextLine::StatusReport { fo, mr, ra, tora, scts, dt, st } => {
                let report = StatusReport {
                    more_messages: fo & first::NO_MORE == 0,
                    loop_prevention: fo & first::LOOP_PREVENTION != 0,
                    for_command: fo & first::REPORT != 0,
                    message_reference: mr,
                    service_centre_timestamp: stamp(Some(scts)),
                    discharge_time: stamp(Some(dt)),
                    status: Status(st),
                    ..StatusReport::default()
                };
                Self::Report(report, ra.map_or_else(String::new, |ra| address(ra, tora, charset)), tora)
            }
            _ => Self::Other,
        }
    }
}

/// The PDU of a status report.
fn report_pdu<'b>(report: StatusReport<'_>, number: &str, kind: Option<u8>, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let head = Head { address: String::try_from(number).ok()?, kind, ..Head::default() };
    let report = StatusReport { recipient_address: head.address(), ..report };
    Pdu::of(Tpdu::StatusReport(report)).write(buffer).ok().map(|octets| &*octets)
}

/// The PDU of a message that a modem in text mode has told of by itself: a line of `+CMT` and the text behind it, or of
/// `+CDS`, whose text is empty. `None` for anything else, cell broadcasts among it, and for what cannot be put together.
/// The text is in the character set that `+CSCS` says.
///
/// ```
/// use wwan::at_wire::sms::{Direction, Pdu, Tpdu};
/// use wwan::at_wire::text::charset::Charset;
/// use wwan::procedure::at::delivered_pdu;
///
/// let line = br#"+CMT: "+4917012345",,"26/11/22,21:30:00+04""#;
/// let mut buffer = [0; 176];
/// let pdu = delivered_pdu(line, b"hello, world", Charset::Ira, &mut buffer).unwrap();
/// let Ok(Pdu { tpdu: Tpdu::Deliver(message), .. }) = Pdu::parse(pdu, Direction::ToMobile) else { panic!() };
/// assert_eq!(message.user_data.text().unwrap(), "hello, world");
/// assert_eq!(message.service_centre_timestamp.to_string(), "2026-11-22T21:30:00+01");
/// ```
#[must_use]
pub fn delivered_pdu<'b>(line: &[u8], text: &[u8], charset: Charset, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    // In front of a PDU there are two parameters at most.
    let is = |name: &&str| parameters_of(name, line).is_some_and(|fields| fields.count() > 2);
    let name = ["+CMT", "+CDS"].into_iter().find(is)?;
    let (_, _, told) = TextLine::parse(name, line).ok()?;
    match Header::of(told, true, charset) {
        Header::Message(head) => head.pdu(text, charset, buffer),
        Header::Report(report, number, kind) => report_pdu(report, &number, kind, buffer),
        Header::Other => None,
    }
}

/// A bit for each place.
#[derive(Clone, Copy, Debug)]
struct Places([u8; BITS]);

impl Places {
    fn bit(&mut self, place: u16) -> Option<(&mut u8, u8)> {
        let mask = 1_u8.wrapping_shl(u32::from(place & 7));
        self.0.get_mut(usize::from(place / 8)).map(|octet| (octet, mask))
    }

    /// Whether there is room for it.
    fn insert(&mut self, place: u16) -> bool {
        self.bit(place).map(|(octet, mask)| *octet |= mask).is_some()
    }

    fn contains(&mut self, place: u16) -> bool {
        self.bit(place).is_some_and(|(octet, mask)| *octet & mask != 0)
    }
}

/// Reads stored messages in text mode, and hands each out as it comes, put together to the service centre and TPDU that it
/// was. It leaves the text mode and the whole header (`+CSDH`) chosen.
///
/// The list tells which places of the memory have messages, up to place 511; each of them is then read by itself, which
/// tells how it is coded. Where texts may be taken for answers, the places are tried one by one instead. What the modem's
/// character set lacks arrives as whatever the modem puts in its place; UCS-2, HEX or GSM is chosen as long as it lasts if
/// the modem has it. Delete none before all are read.
pub struct ReadTextMode<'f> {
    which: Stored,
    storage: &'f str,
    take: &'f mut dyn FnMut(StoredText, &[u8]),
    charset: Chosen,
    at: At,
    /// The places that have messages, and those that were not read before.
    places: Places,
    unread: Places,
    /// How many places the memory has, and how many of them are taken, if they are tried one by one.
    room: Option<(u16, u16)>,
    taken: u16,
    head: Option<(Head, u8)>,
    data: Vec<u8, TEXT>,
    /// Something of the text was too much.
    full: bool,
    lines: bool,
    /// The modem wants states in its character set.
    coded: bool,
    found: u32,
    unreadable: u32,
}

impl core::fmt::Debug for ReadTextMode<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ReadTextMode").field("which", &self.which).field("found", &self.found).finish_non_exhaustive()
    }
}

/// The length is the last parameter (27.005 §3.4.2, §3.4.3); without `+CSDH` it is not there, and nothing is counted.
static LIST: Exchange = Exchange {
    announcements: Announcements::new(&[Announcement {
        name: cmgl_text::NAME,
        length: Length::Parameter(6),
        delimiter: Delimiter::LineEnd,
    }]),
    ..Exchange::of::<cmgl_text::Set<'static>>()
};
static READ: Exchange = Exchange {
    announcements: Announcements::new(&[Announcement {
        name: cmgr_text::NAME,
        length: Length::Parameter(10),
        delimiter: Delimiter::LineEnd,
    }]),
    ..Exchange::of::<cmgr_text::Set>()
};

impl<'f> ReadTextMode<'f> {
    /// Reads those, from the memory that is called so (27.005 §3.1: `SM` the card, `ME` the modem, `MT` both), or from the
    /// one that is selected if the name is empty.
    pub fn new(which: Stored, storage: &'f str, take: &'f mut dyn FnMut(StoredText, &[u8])) -> Self {
        Self {
            which,
            storage,
            take,
            charset: Chosen::measurable(),
            at: At::Format,
            room: None,
            taken: 0,
            places: Places([0; BITS]),
            unread: Places([0; BITS]),
            head: None,
            data: Vec::new(),
            full: false,
            lines: false,
            coded: false,
            found: 0,
            unreadable: 0,
        }
    }

    /// How many were handed out.
    #[must_use]
    pub const fn found(&self) -> u32 {
        self.found
    }

    /// How many could not be read: cell broadcasts and commands to the service centre, which are no short messages, and
    /// what is at places from 512 on, are counted, too.
    #[must_use]
    pub const fn unreadable(&self) -> u32 {
        self.unreadable
    }

    fn spoil(&mut self) {
        self.unreadable = self.unreadable.saturating_add(1);
    }

    fn begin(&mut self) -> Step {
        match self.which {
            Stored::At(index) => match u16::try_from(index) {
                Ok(index) => self.read(index),
                Err(_) => missing(cmgr_text::NAME),
            },
            _ if self.is_measurable() => {
                self.at = At::List;
                Step::Ask(Question { exchange: &LIST, parameters: None })
            }
            _ => {
                self.at = At::Room;
                ask::<cpms::Read>()
            }
        }
    }

    /// Whether the end of a text shows in its octets.
    fn is_measurable(&self) -> bool {
        matches!(self.charset.get(), Charset::Ucs2 | Charset::Hex | Charset::Gsm)
    }

    /// Whether such a message was asked for.
    fn is_wanted(&self, stat: u8) -> bool {
        match self.which {
            Stored::New => stat == 0,
            Stored::Old => stat == 1,
            Stored::Draft => stat == 2,
            Stored::Sent => stat == 3,
            Stored::All | Stored::At(_) => true,
        }
    }

    fn read(&mut self, index: u16) -> Step {
        (self.at, self.head, self.full, self.lines) = (At::Message(index), None, false, false);
        self.data.clear();
        match self.is_measurable() {
            true => Step::Ask(Question { exchange: &READ, parameters: None }),
            false => ask_own::<cmgr_text::Set>(),
        }
    }

    /// The message behind the place `from`, if any is left.
    fn next(&mut self, from: u16) -> Step {
        if let Some((total, used)) = self.room {
            // Some count from 0.
            return if from > total || self.taken >= used { Step::Done } else { self.read(from) };
        }
        let mut places = self.places;
        match (from..PLACES).find(|place| places.contains(*place)) {
            Some(place) => self.read(place),
            None => Step::Done,
        }
    }

    /// The state of a message, by its name or number.
    fn state(&self, told: Option<Str<'_>>) -> u8 {
        let told = told.unwrap_or(Str(b""));
        let is = |name: &str| {
            told.0.eq_ignore_ascii_case(name.as_bytes())
                || self.charset.get().text(told.0).is_ok_and(|text| text == *name)
        };
        let named = STATES.iter().take(4).position(|name| is(name));
        let number = || told.as_str().and_then(|digit| digit.parse().ok()).filter(|state| *state < 4);
        named.and_then(|state| u8::try_from(state).ok()).or_else(number).unwrap_or(1)
    }

    fn hand_out(&mut self, index: u16, stat: u8, pdu: impl FnOnce(&mut [u8]) -> Option<&[u8]>) {
        let mut buffer = [0; Pdu::MAX_LEN];
        // It has become a read one when it was listed.
        let stat = if stat == 1 && self.unread.contains(index) { 0 } else { stat };
        match pdu(&mut buffer) {
            Some(pdu) => {
                self.found = self.found.saturating_add(1);
                (self.take)(StoredText { index: index.into(), stat }, pdu);
            }
            None => self.spoil(),
        }
    }

    /// Whether what ended the answer may have been part of the text, as the length tells; it may also be that the modem has
    /// put one septet in the place of two.
    fn is_short(&self) -> bool {
        let charset = self.charset.get();
        let is_short = |(head, _): &(Head, u8)| head.length.is_some() && !head.is_complete(&self.data, charset);
        !self.is_measurable() && self.head.as_ref().is_some_and(is_short)
    }

    /// The message under way has ended.
    fn finish(&mut self, index: u16) {
        let Some((head, stat)) = self.head.take() else { return };
        self.taken = self.taken.saturating_add(1);
        if !self.is_wanted(stat) {
            return;
        }
        let charset = self.charset.get();
        // Of an escaped character one octet is there and two were counted: so much of the line end came along.
        while head.length.is_some_and(|length| head.measure(&self.data, charset) > usize::from(length))
            && matches!(self.data.last(), Some(b'\r' | b'\n'))
        {
            let _ = self.data.pop();
        }
        if self.full {
            return self.spoil();
        }
        let data = core::mem::take(&mut self.data);
        self.hand_out(index, stat, |buffer| head.pdu(&data, charset, buffer));
    }

    fn header(&mut self, index: u16, line: &[u8]) {
        let Ok((_, stat, told)) = TextLine::parse(cmgr_text::NAME, line) else { return self.spoil() };
        let stat = self.state(stat);
        match Header::of(told, stat < 2, self.charset.get()) {
            Header::Message(head) => self.head = Some((head, stat)),
            Header::Report(report, number, kind) => {
                self.taken = self.taken.saturating_add(1);
                if !self.is_wanted(stat) {
                    return;
                }
                self.hand_out(index, stat, |buffer| report_pdu(report, &number, kind, buffer));
            }
            Header::Other => {
                self.taken = self.taken.saturating_add(1);
                self.spoil();
            }
        }
    }

    fn more(&mut self, bytes: &[u8], is_line: bool) {
        let charset = self.charset.get();
        let Some((head, _)) = &self.head else { return };
        // What comes behind it is of nobody.
        if is_line && head.is_complete(&self.data, charset) {
            return;
        }
        let in_digits = !head.is_text() || matches!(charset, Charset::Ucs2 | Charset::Hex);
        if is_line && core::mem::replace(&mut self.lines, true) && !in_digits {
            self.full |= self.data.push(b'\n').is_err();
        }
        for byte in bytes.iter().filter(|byte| !(in_digits && byte.is_ascii_whitespace())) {
            self.full |= self.data.push(*byte).is_err();
        }
    }
}

impl Procedure for ReadTextMode<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        let outcome = match self.charset.turn(outcome, |_| true) {
            Turn::Set(step) => return step,
            Turn::Procedure(outcome) => outcome,
        };
        let step = match (self.at, outcome) {
            (_, Outcome::Begin) => {
                (self.at, self.found, self.unreadable, self.coded) = (At::Format, 0, 0, false);
                (self.places, self.unread) = (Places([0; BITS]), Places([0; BITS]));
                (self.room, self.taken) = (None, 0);
                ask_with::<cmgf::Set>("1")
            }
            (At::Format, Outcome::Done) => {
                self.at = At::Header;
                ask_with::<csdh::Set>("1")
            }
            // A modem without it tells no lengths.
            (At::Header, Outcome::Done | Outcome::Refused(_)) if !self.storage.is_empty() => {
                self.at = At::Storage;
                ask_own::<cpms::Set<'_>>()
            }
            (At::Header, Outcome::Done | Outcome::Refused(_)) | (At::Storage, Outcome::Done) => self.begin(),
            (At::List, Outcome::Done) => self.next(0),
            (At::List, Outcome::Refused(result))
                if !self.coded && self.charset.get() == Charset::Ucs2 && is_misread(result) =>
            {
                self.coded = true;
                self.begin()
            }
            (At::Room, Outcome::Done) if self.room.is_some() => self.next(0),
            (At::Room, Outcome::Done) => missing(cpms::NAME),
            (At::Message(index), Outcome::Done | Outcome::Refused(_)) if self.is_short() => {
                self.at = At::Rest(index);
                Step::Wait(now + REST)
            }
            // Nothing is there; some do not have place 0.
            (At::Message(index), Outcome::Refused(result)) if self.room.is_some() && is_nowhere(result) => {
                self.next(index.saturating_add(1))
            }
            (At::Message(index) | At::Rest(index), Outcome::Done | Outcome::Rested) => {
                self.finish(index);
                match self.which {
                    // An empty place answers with nothing but OK.
                    Stored::At(_) if self.found == 0 && self.unreadable == 0 => missing(cmgr_text::NAME),
                    Stored::At(_) => Step::Done,
                    _ => self.next(index.saturating_add(1)),
                }
            }
            (At::Format, outcome) => fail(cmgf::NAME, outcome),
            (At::Header, outcome) => fail(csdh::NAME, outcome),
            (At::Storage, outcome) => fail(cpms::NAME, outcome),
            (At::Room, outcome) => fail(cpms::NAME, outcome),
            (At::List, outcome) => fail(cmgl_text::NAME, outcome),
            (_, outcome) => fail(cmgr_text::NAME, outcome),
        };
        self.charset.leave(step)
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        match (self.at, self.which) {
            _ if self.charset.is_asking() => self.charset.parameters(line),
            (At::Storage, _) => line.quoted(self.storage.as_bytes()),
            (At::Message(index), _) => line.integer(index.into()),
            (_, which) => {
                let [new, old, draft, sent, all] = STATES;
                let name = match which {
                    Stored::New => new,
                    Stored::Old => old,
                    Stored::Draft => draft,
                    Stored::Sent => sent,
                    Stored::All | Stored::At(_) => all,
                };
                if self.coded { write_coded(Charset::Ucs2, name, line) } else { line.quoted(name.as_bytes()) }
            }
        }
    }

    fn line(&mut self, line: &[u8], second: bool) {
        match self.at {
            _ if self.charset.is_asking() => self.charset.line(line),
            At::Message(_) if second => self.more(line, true),
            At::Message(index) => self.header(index, line),
            At::Room => {
                let Ok(told) = cpms::ReadAnswer::parse(line) else { return };
                // A number is left to stand behind the last place.
                self.room = Some((told.total1.min(u16::MAX - 1), told.used1));
            }
            At::List if !second => {
                let Ok((Some(index), stat, _)) = TextLine::parse(cmgl_text::NAME, line) else { return self.spoil() };
                if !self.places.insert(index) {
                    return self.spoil();
                }
                if self.state(stat) == 0 {
                    let _ = self.unread.insert(index);
                }
            }
            _ => {}
        }
    }

    fn told(&mut self, _: &[u8], _: bool) -> bool {
        // It was part of the text: all that came behind is lost.
        self.full |= matches!(self.at, At::Rest(_));
        false
    }

    fn data(&mut self, bytes: &[u8]) {
        if matches!(self.at, At::Message(_)) && !self.charset.is_asking() {
            self.more(bytes, false);
        }
    }
}
