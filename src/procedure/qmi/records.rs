//! Records of files on the card, and what they hold: the phonebook (EF-ADN) and the service centre (EF-SMSP).
//!
//! QMI has no messages for either, so they are read and written where the card has them (3GPP TS 31.102 §4.2.27, §4.4.2.3).

use at_wire::EncodeError as ContentError;
use at_wire::phonebook::Entry;
use at_wire::sms::{Address, parameters};
use heapless::{String, Vec};
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::uim;
use qmi_wire::{Builder as _, DecodeError, EncodeError, ProtocolError, TlvSet, View as _};

use super::{MessageId, Outcome, Procedure, Request, Step, Stop, ask, decode, fail};
use crate::time::Instant;

/// Root, directory of telephony, the application in use; what is below the first two and the last.
const ROOT: u16 = 0x3f00;
const TELECOM: u16 = 0x7f10;
const APPLICATION: u16 = 0x7fff;
/// Directory of the phonebook, and the file in it that names all others.
const PHONEBOOK: u16 = 0x5f3a;
const REFERENCE: u16 = 0x4f30;
/// Longest record.
const LONGEST: usize = 255;
/// Shortest record of a file that is looked for here: a number without a name, or parameters without one.
const SHORTEST: u16 = 14;

/// A file: its identifier, and those of the directories between the root and it; 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Place {
    directory: u16,
    inner: u16,
    file: u16,
}

impl Place {
    const fn new(directory: u16, inner: u16, file: u16) -> Self {
        Self { directory, inner, file }
    }

    /// Calls `put` with the session and the file of a request.
    fn fill(self, put: impl FnOnce(uim::Session<'_>, uim::File<'_>)) {
        let session_type = uim::SessionType::PRIMARY_GW_PROVISIONING;
        let mut path = Vec::<u8, 6>::new();
        for id in [ROOT, self.directory, self.inner].into_iter().filter(|id| *id != 0) {
            let _ = path.extend_from_slice(&id.to_le_bytes());
        }
        let file = uim::File { file_id: self.file, file_path: path.as_slice().into() };
        put(uim::Session { session_type, application_identifier: (&[]).into() }, file);
    }
}

/// A file of records on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Records {
    place: Place,
    /// Bytes of a record.
    pub len: u8,
    /// Records, numbered from 1 on.
    pub count: u8,
}

/// Whether the card has no such file.
fn is_missing(error: ProtocolError, tlvs: TlvSet<'_>) -> bool {
    error == ProtocolError::SIM_FILE_NOT_FOUND || matches!(tlvs.find(0x10), Some([0x6a, 0x82] | [0x94, 0x04]))
}

/// Looks what a file is like.
struct Look(Place);

impl Request for Look {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = uim::get_file_attributes::RequestBuilder::continuing(message);
        self.0.fill(|session, file| {
            request.session(session).file(file);
        });
        request.finish()
    }
}

/// The records of a file as the answer tells them; `None` if they are of no use here.
fn attributes(place: Place, tlvs: TlvSet<'_>) -> Result<Option<Records>, DecodeError> {
    let Some(told) = uim::get_file_attributes::Response::from_tlvs(tlvs).file_attributes()? else { return Ok(None) };
    // Some firmware leaves the count out.
    let count = match told.record_count {
        0 => told.file_size.checked_div(told.record_size).unwrap_or(0),
        count => count,
    };
    // Records have numbers up to 254.
    let count = u8::try_from(count).unwrap_or(u8::MAX).min(254);
    let len = u8::try_from(told.record_size).ok().filter(|_| told.record_size >= SHORTEST && count > 0);
    Ok(len.map(|len| Records { place, len, count }))
}

/// Reads a record; its bytes are in the last answer, see [`bytes`](Self::bytes).
#[derive(Clone, Copy, Debug)]
pub struct ReadRecord {
    place: Place,
    number: u8,
    /// 0 for all there is.
    len: u8,
}

impl ReadRecord {
    /// Reads that one, from 1 on.
    #[must_use]
    pub const fn new(records: Records, number: u8) -> Self {
        Self { place: records.place, number, len: records.len }
    }

    /// The record in an answer; empty if there is none.
    ///
    /// # Errors
    ///
    /// A field that cannot be read.
    pub fn bytes(tlvs: TlvSet<'_>) -> Result<&[u8], DecodeError> {
        let read = uim::read_record::Response::from_tlvs(tlvs).read_result()?;
        Ok(read.map_or(&[][..], |read| read.bytes))
    }
}

impl Request for ReadRecord {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = uim::read_record::RequestBuilder::continuing(message);
        self.place.fill(|session, file| {
            let (record_number, record_length) = (self.number.into(), self.len.into());
            request.session(session).file(file).record(uim::RecordSelector { record_number, record_length });
        });
        request.finish()
    }
}

const READ: &MessageId = MessageId::of::<uim::read_record::Message>();

impl Procedure for ReadRecord {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => ask(READ, self),
            Outcome::Answer(_) => Step::Done,
            outcome => fail(READ, outcome),
        }
    }
}

/// Writes a record.
#[derive(Clone)]
struct Writing {
    place: Place,
    number: u8,
    record: Vec<u8, LONGEST>,
}

impl Writing {
    /// Bytes for a record of that file, all unused.
    fn new(records: Records) -> Self {
        let mut record = Vec::new();
        let _ = record.resize(usize::from(records.len), 0xff);
        Self { place: records.place, number: 0, record }
    }
}

impl Request for Writing {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = uim::write_record::RequestBuilder::continuing(message);
        self.place.fill(|session, file| {
            let record = uim::WriteRecord { record_number: self.number.into(), record: self.record.as_slice().into() };
            request.session(session).file(file).write_record(record);
        });
        request.finish()
    }
}

const WRITE: &MessageId = MessageId::of::<uim::write_record::Message>();

/// Finds the phonebook of the card: in the directory of telephony, else where EF-PBR says, of whose records the first counts.
#[derive(Clone, Debug)]
pub struct FindPhonebook {
    at: Finding,
    look: Option<Place>,
    found: Option<Records>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Old,
    /// EF-PBR of the card, which all applications share, or of the application.
    Reference(u16),
    /// What it names.
    Named(u16),
}

impl Default for FindPhonebook {
    fn default() -> Self {
        Self::new()
    }
}

impl FindPhonebook {
    /// Looks for it.
    #[must_use]
    pub const fn new() -> Self {
        Self { at: Finding::Old, look: None, found: None }
    }

    /// The phonebook, if there is one: its records are read by [`Entry::read`].
    #[must_use]
    pub const fn found(&self) -> Option<Records> {
        self.found
    }

    /// On to the next place.
    fn advance(&mut self) -> bool {
        self.at = match self.at {
            Finding::Old => Finding::Reference(TELECOM),
            Finding::Reference(TELECOM) | Finding::Named(TELECOM) => Finding::Reference(APPLICATION),
            _ => return false,
        };
        self.look = None;
        true
    }

    fn take(&mut self, tlvs: TlvSet<'_>) -> Result<bool, DecodeError> {
        if let Finding::Reference(directory) = self.at {
            return Ok(match entries_file(ReadRecord::bytes(tlvs)?) {
                Some(file) => {
                    self.at = Finding::Named(directory);
                    self.look = Some(Place::new(directory, PHONEBOOK, file));
                    true
                }
                None => self.advance(),
            });
        }
        self.found = match self.look {
            Some(place) => attributes(place, tlvs)?,
            None => None,
        };
        Ok(self.found.is_none() && self.advance())
    }
}

/// The file of the entries that a record of EF-PBR names (3GPP TS 31.102 §4.4.2.1): tag C0 in the template A8.
fn entries_file(record: &[u8]) -> Option<u16> {
    let mut rest = record;
    // Each round takes two bytes at least.
    while let [tag @ 0xa8..=0xaa, len, more @ ..] = rest {
        let (mut inner, behind) = more.split_at_checked(usize::from(*len))?;
        while let ([name, len, more @ ..], 0xa8) = (inner, tag) {
            let (value, behind) = more.split_at_checked(usize::from(*len))?;
            if let (0xc0, [high, low, ..]) = (name, value) {
                return Some(u16::from_be_bytes([*high, *low]));
            }
            inner = behind;
        }
        rest = behind;
    }
    None
}

impl Request for FindPhonebook {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        match (self.at, self.look) {
            (Finding::Reference(directory), _) => {
                let place = Place::new(directory, PHONEBOOK, REFERENCE);
                ReadRecord { place, number: 1, len: 0 }.write(message)
            }
            (_, Some(place)) => Look(place).write(message),
            (_, None) => message.finish(),
        }
    }
}

impl Procedure for FindPhonebook {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = match self.at {
            Finding::Reference(_) => READ,
            _ => MessageId::of::<uim::get_file_attributes::Message>(),
        };
        let goes_on = match outcome {
            Outcome::Begin => {
                *self = Self { look: Some(Place::new(TELECOM, 0, 0x6f3a)), ..Self::new() };
                true
            }
            Outcome::Answer(tlvs) => match self.take(tlvs) {
                Ok(goes_on) => goes_on,
                Err(error) => return decode(error),
            },
            Outcome::Refused(error, tlvs) if is_missing(error, tlvs) => self.advance(),
            outcome => return fail(message, outcome),
        };
        match (goes_on, self.at) {
            (false, _) => Step::Done,
            (true, Finding::Reference(_)) => ask(READ, self),
            (true, _) => ask(MessageId::of::<uim::get_file_attributes::Message>(), self),
        }
    }
}

/// Writes an entry into the phonebook, at a place or into the first free record, or deletes it.
#[derive(Clone)]
pub struct WriteEntry {
    records: Records,
    index: Option<u8>,
    at: u8,
    searching: bool,
    writing: Writing,
}

/// Without the entry: it is personal.
impl core::fmt::Debug for WriteEntry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WriteEntry").field("records", &self.records).field("at", &self.at).finish_non_exhaustive()
    }
}

impl WriteEntry {
    /// Writes `entry` at `index`, from 1 on, whatever is there, or into the first record that is free.
    ///
    /// # Errors
    ///
    /// An entry that does not fit or cannot be written: see [`Entry::write`].
    pub fn new(phonebook: Records, index: Option<u8>, entry: &Entry<'_>) -> Result<Self, ContentError> {
        let mut written = Self { index, ..Self::erase(phonebook, 0) };
        entry.write(&mut written.writing.record)?;
        Ok(written)
    }

    /// Deletes the entry at `index`, from 1 on; one that is free stays so.
    #[must_use]
    pub fn erase(phonebook: Records, index: u8) -> Self {
        let writing = Writing::new(phonebook);
        Self { records: phonebook, index: Some(index), at: 0, searching: false, writing }
    }

    /// Where it was written.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.at
    }
}

impl Request for WriteEntry {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        ReadRecord::new(self.records, self.at).write(message)
    }
}

impl Procedure for WriteEntry {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => (self.at, self.searching) = (self.index.unwrap_or(1), self.index.is_none()),
            Outcome::Answer(_) if !self.searching => return Step::Done,
            Outcome::Answer(tlvs) => match ReadRecord::bytes(tlvs).map(Entry::read) {
                Ok(Ok(None)) => self.searching = false,
                // What cannot be read is somebody's all the same.
                Ok(_) if self.at < self.records.count => self.at = self.at.saturating_add(1),
                Ok(_) => return Step::Fail(Stop::NoRoom { needed: usize::from(self.at).saturating_add(1) }),
                Err(error) => return decode(error),
            },
            outcome => return fail(if self.searching { READ } else { WRITE }, outcome),
        }
        if self.searching {
            return ask(READ, self);
        }
        self.writing.number = self.at;
        ask(WRITE, &self.writing)
    }
}

/// Reads the service centre for short messages that the card has, or sets it.
#[derive(Clone)]
pub struct ServiceCentre<'a> {
    wanted: Option<&'a str>,
    number: String<24>,
    at: Centre,
    place: Place,
    writing: Option<Writing>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Centre {
    Looking,
    Reading,
    Writing,
}

/// Without the number.
impl core::fmt::Debug for ServiceCentre<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ServiceCentre").field("at", &self.at).finish_non_exhaustive()
    }
}

impl<'a> ServiceCentre<'a> {
    /// Of the USIM, and of a SIM.
    const PLACES: [Place; 2] = [Place::new(APPLICATION, 0, 0x6f42), Place::new(TELECOM, 0, 0x6f42)];

    /// Reads it.
    #[must_use]
    pub const fn read() -> Self {
        let [place, _] = Self::PLACES;
        Self { wanted: None, number: String::new(), at: Centre::Looking, place, writing: None }
    }

    /// Sets it: digits, with `+` in front of an international number; an empty one takes it out. The rest of the record
    /// stays.
    ///
    /// # Errors
    ///
    /// A number that is none, or has more than 20 digits.
    pub fn set(number: &'a str) -> Result<Self, ContentError> {
        if !number.is_empty() {
            parameters::set_service_centre(&mut [0xff; 28], Some(Address::number(number)))?;
        }
        Ok(Self { wanted: Some(number), ..Self::read() })
    }

    /// The number, empty if the card has none.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Notes what a record says; an error says nothing.
    fn note(&mut self, record: &[u8]) {
        self.number.clear();
        if let Ok(Some(address)) = parameters::service_centre(record) {
            // There is room for all that an address can have.
            let _ = core::fmt::Write::write_fmt(&mut self.number, format_args!("{address}"));
        }
    }

    fn take(&mut self, tlvs: TlvSet<'_>) -> Result<bool, Stop> {
        let message = match self.at {
            Centre::Looking => {
                let records = attributes(self.place, tlvs)?.ok_or(Stop::NotReached)?;
                self.writing = Some(Writing { number: 1, ..Writing::new(records) });
                self.at = Centre::Reading;
                return Ok(true);
            }
            Centre::Reading => ReadRecord::bytes(tlvs)?,
            Centre::Writing => return Ok(false),
        };
        self.note(message);
        let (Some(wanted), Some(writing)) = (self.wanted, &mut self.writing) else { return Ok(false) };
        let mut record = Vec::from_slice(message).map_err(|_| Stop::NoRoom { needed: message.len() })?;
        let centre = (!wanted.is_empty()).then(|| Address::number(wanted));
        // The number was tried before: the record is too short.
        parameters::set_service_centre(&mut record, centre).map_err(|_| Stop::NotReached)?;
        writing.record = record;
        self.at = Centre::Writing;
        self.number.clear();
        let _ = self.number.push_str(wanted);
        Ok(true)
    }
}

impl Request for ServiceCentre<'_> {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        match (self.at, &self.writing) {
            (Centre::Reading, Some(writing)) => {
                let len = u8::try_from(writing.record.len()).unwrap_or(0);
                ReadRecord { place: self.place, number: 1, len }.write(message)
            }
            (Centre::Writing, Some(writing)) => writing.write(message),
            _ => Look(self.place).write(message),
        }
    }
}

impl Procedure for ServiceCentre<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = |at| match at {
            Centre::Looking => MessageId::of::<uim::get_file_attributes::Message>(),
            Centre::Reading => READ,
            Centre::Writing => WRITE,
        };
        let [first, second] = Self::PLACES;
        match outcome {
            Outcome::Begin => (self.at, self.place, self.writing) = (Centre::Looking, first, None),
            Outcome::Answer(tlvs) => match self.take(tlvs) {
                Ok(true) => {}
                Ok(false) => return Step::Done,
                Err(stop) => return Step::Fail(stop),
            },
            Outcome::Refused(error, tlvs)
                if is_missing(error, tlvs) && (self.at, self.place) == (Centre::Looking, first) =>
            {
                self.place = second;
            }
            outcome => return fail(message(self.at), outcome),
        }
        ask(message(self.at), self)
    }
}
