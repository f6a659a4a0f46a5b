//! The files of the card (ETSI TS 102 221 §13, 3GPP TS 31.102, 31.103): what there is, who may read and write it, and what
//! is in it. Contents come from the [`Sim`] each time they are read; only what was written is kept beside it.

use core::fmt::Write;

use at_wire::phonebook as adn;
use at_wire::sms::{Address, parameters};
use heapless::Vec;

use super::super::super::collect;
use super::super::Text;
use super::super::phonebook::NAME;
use super::super::sim::Sim;
use super::super::sms::{Number, is_number};
use super::{Bytes, Sw, put, tlv};

/// What was written into files at most, each record of its own.
pub const WRITTEN: usize = 16;
/// Longest content that can be written.
pub(super) const WRITABLE: usize = 64;
/// USIM (3GPP TS 31.110), with the codes of a country and of a provider that nobody has.
pub const USIM: [u8; 16] = [0xa0, 0, 0, 0, 0x87, 0x10, 0x02, 0xff, 0xff, 0xff, 0xff, 0x89, 0x03, 0x02, 0, 0];
/// ISIM, the same.
pub const ISIM: [u8; 16] = [0xa0, 0, 0, 0, 0x87, 0x10, 0x04, 0xff, 0xff, 0xff, 0xff, 0x89, 0x03, 0x02, 0, 0];
/// ISD-R: what manages the profiles of an embedded SIM (GSMA SGP.02 §2.2.3).
pub const ISD_R: [u8; 16] = [0xa0, 0, 0, 0x05, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 0x01, 0];

/// File identifier of the root.
pub const MF: u16 = 0x3f00;
/// File identifier of the application in use.
pub const CURRENT_APPLICATION: u16 = 0x7fff;

/// Who may do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Access {
    /// Everybody.
    Always,
    /// Who knows the first PIN.
    Pin1,
    /// Who knows the second PIN.
    Pin2,
    /// The maker of the card only.
    Maker,
}

/// A directory, or an application, which is the root of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directory {
    Root,
    Telecom,
    Usim,
    Isim,
    IsdR,
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Layout {
    /// A directory.
    Directory,
    /// So many bytes.
    Bytes(u8),
    /// Records of `len` bytes, `count` of them.
    Records {
        /// Bytes of each.
        len: u8,
        /// How many.
        count: u8,
    },
}

/// Who keeps what is written into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeper {
    /// The card, as it was written.
    Card,
    /// The phonebook: one record for each of its entries.
    Phonebook,
    /// The card, and the device knows the service centre in it.
    ServiceCentre,
}

/// A file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) directory: Directory,
    pub(super) id: u16,
    /// Short identifier, 0 if it has none.
    pub(super) short: u8,
    layout: Layout,
    pub(super) read: Access,
    pub(super) update: Access,
    keeper: Keeper,
    /// Writes what is in it, or in its record (from 1 on); what is missing is filled up with FF.
    content: fn(&Sim, u8, &mut Bytes),
}

const fn bytes(directory: Directory, id: u16, short: u8, len: u8, content: fn(&Sim, u8, &mut Bytes)) -> File {
    let (read, update) = (Access::Pin1, Access::Maker);
    File { directory, id, short, layout: Layout::Bytes(len), read, update, keeper: Keeper::Card, content }
}

const fn records(
    directory: Directory,
    id: u16,
    short: u8,
    (len, count): (u8, u8),
    content: fn(&Sim, u8, &mut Bytes),
) -> File {
    File { layout: Layout::Records { len, count }, ..bytes(directory, id, short, 0, content) }
}

impl File {
    const fn read(self, read: Access) -> Self {
        Self { read, ..self }
    }

    const fn update(self, update: Access) -> Self {
        Self { update, ..self }
    }

    const fn kept_by(self, keeper: Keeper) -> Self {
        Self { keeper, ..self }
    }
}

/// The access rules, in the order of the records of EF-ARR: who reads, who writes.
const RULES: [(Access, Access); 6] = [
    (Access::Always, Access::Maker),
    (Access::Pin1, Access::Maker),
    (Access::Pin1, Access::Pin1),
    (Access::Always, Access::Pin1),
    (Access::Pin1, Access::Pin2),
    (Access::Pin2, Access::Maker),
];

/// All files. Short messages (6F3C) are not on the card: they are in the store of the device. The phonebook has its old
/// place alone (7F10/6F3A), without that of its further files (7F10/5F3A).
pub(super) static FILES: &[File] = {
    use Access::{Always, Pin1, Pin2};
    use Directory::{Isim, Root, Telecom, Usim};
    &[
        records(Root, 0x2f00, 0x1e, (38, 2), directory).read(Always),
        bytes(Root, 0x2f05, 0x05, 10, |_, _, to| put(to, b"en")).read(Always).update(Pin1),
        records(Root, 0x2f06, 0x06, (24, 6), |_, record, to| rule(record, to)).read(Always),
        bytes(Root, 0x2fe2, 0x02, 10, |sim, _, to| digits(&sim.iccid, to)).read(Always),
        records(Telecom, 0x6f06, 0x06, (24, 6), |_, record, to| rule(record, to)).read(Always),
        records(Telecom, 0x6f3a, 0, (0, 0), entry).update(Pin1).kept_by(Keeper::Phonebook),
        bytes(Usim, 0x6f05, 0x02, 6, |_, _, to| put(to, b"en")).read(Always).update(Pin1),
        records(Usim, 0x6f06, 0x17, (24, 6), |_, record, to| rule(record, to)).read(Always),
        bytes(Usim, 0x6f07, 0x07, 9, |sim, _, to| imsi(&sim.imsi, to)),
        bytes(Usim, 0x6f08, 0x08, 33, |_, _, to| put(to, &[7])).update(Pin1),
        bytes(Usim, 0x6f09, 0x09, 33, |_, _, to| put(to, &[7])).update(Pin1),
        bytes(Usim, 0x6f31, 0x12, 1, |_, _, to| put(to, &[2])),
        bytes(Usim, 0x6f38, 0x04, 12, |_, _, to| put(to, &SERVICES)),
        records(Usim, 0x6f40, 0, (24, 4), number),
        records(Usim, 0x6f42, 0, (40, 1), |_, _, _| {}).update(Pin1).kept_by(Keeper::ServiceCentre),
        bytes(Usim, 0x6f46, 0, 17, |sim, _, to| operator(&sim.home_name, to)).read(Always),
        bytes(Usim, 0x6f56, 0x05, 1, |_, _, to| put(to, &[0])).update(Pin2),
        bytes(Usim, 0x6f5b, 0x0f, 6, |_, _, to| put(to, &[0xf0, 0, 0, 0xf0, 0, 0])).update(Pin1),
        bytes(Usim, 0x6f60, 0x0a, 40, |_, _, to| networks(None, to)).update(Pin1),
        bytes(Usim, 0x6f61, 0x11, 40, |_, _, to| networks(None, to)),
        bytes(Usim, 0x6f62, 0x13, 5, |sim, _, to| networks(Some(&sim.home), to)),
        bytes(Usim, 0x6f73, 0x0c, 14, packet_location).update(Pin1),
        bytes(Usim, 0x6f78, 0x06, 2, access_class),
        bytes(Usim, 0x6f7b, 0x0d, 12, |_, _, _| {}).update(Pin1),
        bytes(Usim, 0x6f7e, 0x0b, 11, location).update(Pin1),
        bytes(Usim, 0x6fad, 0x03, 4, |sim, _, to| put(to, &[0, 0, 0, mnc_len(sim)])).read(Always),
        records(Usim, 0x6fb7, 0x01, (4, 2), emergency_number).read(Always),
        bytes(Usim, 0x6fe3, 0x1e, 18, evolved_location).update(Pin1),
        bytes(Isim, 0x6f02, 0x02, 80, |sim, _, to| identity(sim, "", true, to)),
        bytes(Isim, 0x6f03, 0x05, 64, |sim, _, to| identity(sim, "", false, to)),
        records(Isim, 0x6f04, 0x04, (80, 1), |sim, _, to| identity(sim, "sip:", true, to)),
        records(Isim, 0x6f06, 0x06, (24, 6), |_, record, to| rule(record, to)).read(Always),
        bytes(Isim, 0x6f07, 0x07, 2, |_, _, to| put(to, &[0, 0])),
        bytes(Isim, 0x6fad, 0x03, 3, |_, _, to| put(to, &[0, 0, 0])).read(Always),
    ]
};

/// EF-UST: SMS parameters (12), provider name (19), preferred networks of the user (20), own numbers (21), GSM access (27),
/// preferred networks of the operator (42), home networks (43), EPS mobility (85).
const SERVICES: [u8; 12] = [0, 1 << 3, 1 << 2 | 1 << 3 | 1 << 4, 1 << 2, 0, 1 << 1 | 1 << 2, 0, 0, 0, 0, 1 << 4, 0];

impl Directory {
    /// Identifier of the application.
    pub(super) const fn application(self) -> Option<&'static [u8; 16]> {
        match self {
            Self::Usim => Some(&USIM),
            Self::Isim => Some(&ISIM),
            Self::IsdR => Some(&ISD_R),
            Self::Root | Self::Telecom => None,
        }
    }

    /// Identifier below the directory that holds it.
    pub(super) const fn id(self) -> u16 {
        match self {
            Self::Root => MF,
            Self::Telecom => 0x7f10,
            Self::Usim | Self::Isim | Self::IsdR => CURRENT_APPLICATION,
        }
    }

    /// Whether it is on the card: the files belong to the profile of an embedded SIM.
    pub(super) const fn exists(self, sim: &Sim) -> bool {
        match self {
            Self::Root => true,
            Self::IsdR => sim.esim,
            Self::Telecom | Self::Usim | Self::Isim => sim.profile || !sim.esim,
        }
    }

    /// What the card says of it when it is selected: a FCP template (ETSI TS 102 221 §11.1.1.3), or for ISD-R, which is no
    /// file, what GlobalPlatform has instead.
    pub(super) fn describe(self, sim: &Sim, to: &mut Bytes) {
        let mut inner = Bytes::new();
        if self == Self::IsdR {
            tlv(&mut inner, &[0x84], &ISD_R);
            tlv(&mut inner, &[0xa5], &[0x9f, 0x65, 0x01, 0xff]);
            return tlv(to, &[0x6f], &inner);
        }
        tlv(&mut inner, &[0x82], &[0x78, 0x21]);
        tlv(&mut inner, &[0x83], &self.id().to_be_bytes());
        if let Some(application) = self.application() {
            tlv(&mut inner, &[0x84], application);
        }
        tlv(&mut inner, &[0xa5], &[0x80, 0x01, 0x71]);
        tlv(&mut inner, &[0x8a], &[0x05]);
        tlv(&mut inner, &[0x8b], &[0x2f, 0x06, 0x01]);
        let enabled = |code: &super::super::sim::Code, bit| if code.enabled { bit } else { 0 };
        let status = enabled(&sim.pin1, 0x80) | enabled(&sim.pin2, 0x40);
        tlv(&mut inner, &[0xc6], &[0x90, 0x01, status, 0x83, 0x01, 0x01, 0x83, 0x01, 0x81]);
        tlv(to, &[0x62], &inner);
    }
}

impl File {
    /// Number of the access rule.
    fn rule(&self) -> u8 {
        let rules = RULES.iter().zip(1_u8..);
        let mut fitting = rules.filter(|((read, update), _)| (*read, *update) == (self.read, self.update));
        fitting.next().map_or(0, |(_, number)| number)
    }

    /// How it is laid out: the phonebook as that of the card asks for.
    pub(super) fn layout(&self, sim: &Sim) -> Layout {
        match self.keeper {
            Keeper::Phonebook => Layout::Records {
                len: adn_name(sim).saturating_add(ADN_NUMBER),
                count: u8::try_from(sim.phonebook.capacity()).unwrap_or(u8::MAX),
            },
            _ => self.layout,
        }
    }

    /// Whether it is on the card.
    pub(super) fn exists(&self, sim: &Sim) -> bool {
        self.directory.exists(sim) && (self.keeper != Keeper::Phonebook || sim.phonebook.capacity() > 0)
    }

    /// The FCP template.
    pub(super) fn describe(&self, sim: &Sim, to: &mut Bytes) {
        let mut inner = Bytes::new();
        let size = match self.layout(sim) {
            Layout::Records { len, count } => {
                tlv(&mut inner, &[0x82], &[0x42, 0x21, 0, len, count]);
                u16::from(len).saturating_mul(u16::from(count))
            }
            Layout::Bytes(len) => {
                tlv(&mut inner, &[0x82], &[0x41, 0x21]);
                u16::from(len)
            }
            Layout::Directory => 0,
        };
        tlv(&mut inner, &[0x83], &self.id.to_be_bytes());
        tlv(&mut inner, &[0x8a], &[0x05]);
        let [high, low] = match self.directory {
            Directory::Root => [0x2f, 0x06],
            _ => [0x6f, 0x06],
        };
        tlv(&mut inner, &[0x8b], &[high, low, self.rule()]);
        tlv(&mut inner, &[0x80], &size.to_be_bytes());
        match self.short {
            0 => tlv(&mut inner, &[0x88], &[]),
            short => tlv(&mut inner, &[0x88], &[short.wrapping_shl(3)]),
        }
        tlv(to, &[0x62], &inner);
    }

    /// What is in the file, or in a record of it; record 0 stands for a file of bytes.
    pub(super) fn content(&self, sim: &Sim, record: u8) -> Bytes {
        let len = match self.layout(sim) {
            Layout::Bytes(len) | Layout::Records { len, .. } => usize::from(len),
            Layout::Directory => 0,
        };
        let mut content = Bytes::new();
        match sim.written.find(self, record) {
            Some(written) => put(&mut content, written),
            None => (self.content)(sim, record, &mut content),
        }
        let _ = content.resize(len, 0xff);
        if self.keeper == Keeper::ServiceCentre && centre_of(&content) != sim.written.centre {
            let centre = Some(&sim.written.centre).filter(|centre| !centre.is_empty());
            // A number of the device fits a record.
            let _ = parameters::set_service_centre(&mut content, centre.map(|centre| Address::number(centre)));
        }
        content
    }

    /// Replaces it, or a part of it that begins at `offset`.
    pub(super) fn write(&self, sim: &mut Sim, record: u8, offset: usize, data: &[u8]) -> Result<(), Sw> {
        let mut content = self.content(sim, record);
        let end = offset.checked_add(data.len()).ok_or(Sw::WRONG_LENGTH)?;
        content.get_mut(offset..end).ok_or(Sw::WRONG_LENGTH)?.copy_from_slice(data);
        match self.keeper {
            Keeper::Card => {}
            Keeper::Phonebook => return write_entry(sim, record, &content),
            Keeper::ServiceCentre => sim.written.centre = centre_of(&content),
        }
        sim.written.store(self, record, &content)
    }
}

/// Finds a file of a directory.
pub(super) fn find(sim: &Sim, directory: Directory, id: u16) -> Option<&'static File> {
    FILES.iter().find(|file| (file.directory, file.id) == (directory, id) && file.exists(sim))
}

/// Finds it by its short identifier.
pub(super) fn find_short(sim: &Sim, directory: Directory, short: u8) -> Option<&'static File> {
    let mut files = FILES.iter().filter(|file| file.short != 0 && file.exists(sim));
    files.find(|file| (file.directory, file.short) == (directory, short))
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    directory: Directory,
    id: u16,
    record: u8,
    bytes: Vec<u8, WRITABLE>,
}

/// What was written into files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Written {
    contents: Vec<Content, WRITTEN>,
    /// The phonebook was written, and the device does not know yet.
    pub(super) phonebook: bool,
    /// The service centre that the device knows, while the card is at work.
    pub(super) centre: Number,
}

impl Written {
    fn find(&self, file: &File, record: u8) -> Option<&[u8]> {
        let mut all = self.contents.iter();
        let wanted = (file.directory, file.id, record);
        all.find(|content| (content.directory, content.id, content.record) == wanted).map(|content| &*content.bytes)
    }

    fn store(&mut self, file: &File, record: u8, bytes: &[u8]) -> Result<(), Sw> {
        let bytes = Vec::from_slice(bytes).map_err(|_| Sw::NO_MEMORY)?;
        let content = Content { directory: file.directory, id: file.id, record, bytes };
        let wanted = (content.directory, content.id, content.record);
        let mut all = self.contents.iter_mut();
        match all.find(|content| (content.directory, content.id, content.record) == wanted) {
            Some(found) => found.bytes = content.bytes,
            None => self.contents.push(content).map_err(|_| Sw::NO_MEMORY)?,
        }
        Ok(())
    }
}

// What is in the files.

/// Digits with the first one in the low half of a byte (ITU-T E.118, 3GPP TS 24.008 §10.5.4.7).
pub(super) fn digits(text: &str, to: &mut Bytes) {
    let mut all = text.chars().filter_map(|c| c.to_digit(10)).filter_map(|digit| u8::try_from(digit).ok());
    while let Some(low) = all.next() {
        let high = all.next().unwrap_or(0x0f);
        put(to, &[high.wrapping_shl(4) | low]);
    }
}

/// EF-IMSI (3GPP TS 31.102 §4.2.2).
fn imsi(text: &str, to: &mut Bytes) {
    // The half byte in front says whether the number of digits is odd.
    let mark = if text.len() % 2 == 1 { '9' } else { '1' };
    let mut marked = Text::<16>::new();
    let _ = marked.push(mark).and_then(|()| marked.push_str(text));
    let len = marked.len().div_ceil(2);
    put(to, &[u8::try_from(len).unwrap_or(0)]);
    digits(&marked, to);
}

/// EF-DIR: an application and its name (ETSI TS 102 221 §13.1).
fn directory(_: &Sim, record: u8, to: &mut Bytes) {
    let (application, name) = if record == 1 { (&USIM, "USIM") } else { (&ISIM, "ISIM") };
    let mut inner = Bytes::new();
    tlv(&mut inner, &[0x4f], application);
    tlv(&mut inner, &[0x50], name.as_bytes());
    tlv(to, &[0x61], &inner);
}

/// EF-ARR: an access rule (ETSI TS 102 221 §9.2.4).
fn rule(record: u8, to: &mut Bytes) {
    let place = usize::from(record).saturating_sub(1);
    let Some((read, update)) = RULES.get(place) else { return };
    for (mode, access) in [(0x01, read), (0x02, update)] {
        tlv(to, &[0x80], &[mode]);
        let key = match access {
            Access::Always => {
                tlv(to, &[0x90], &[]);
                continue;
            }
            Access::Pin1 => 0x01,
            Access::Pin2 => 0x81,
            Access::Maker => 0x0a,
        };
        tlv(to, &[0xa4], &[0x83, 0x01, key, 0x95, 0x01, 0x08]);
    }
}

fn mnc_len(sim: &Sim) -> u8 {
    if sim.home.len() > 5 { 3 } else { 2 }
}

/// MCC and MNC in three bytes (3GPP TS 24.008 §10.5.1.13).
fn plmn(text: &str) -> [u8; 3] {
    let digit = |at: usize| text.as_bytes().get(at).map_or(0x0f, |c| c.wrapping_sub(b'0') & 0x0f);
    let pair = |high: usize, low: usize| digit(high).wrapping_shl(4) | digit(low);
    [pair(1, 0), pair(5, 2), pair(4, 3)]
}

/// A list of networks with access technologies (3GPP TS 31.102 §4.2.5): one with all of them, or none.
fn networks(home: Option<&str>, to: &mut Bytes) {
    if let Some(home) = home {
        put(to, &plmn(home));
        put(to, &[0xc8, 0x80]);
    }
    while to.len() < 40 {
        put(to, &[0xff, 0xff, 0xff, 0, 0]);
    }
}

fn location(sim: &Sim, _: u8, to: &mut Bytes) {
    put(to, &[0xff; 4]);
    put(to, &plmn(&sim.home));
    put(to, &[0, 0, 0xff, 1]);
}

fn packet_location(sim: &Sim, _: u8, to: &mut Bytes) {
    put(to, &[0xff; 7]);
    put(to, &plmn(&sim.home));
    put(to, &[0, 0, 0xff, 1]);
}

fn evolved_location(sim: &Sim, _: u8, to: &mut Bytes) {
    put(to, &[0xff; 12]);
    put(to, &plmn(&sim.home));
    put(to, &[0, 0, 1]);
}

/// EF-ACC: the class of the last digit of the IMSI (3GPP TS 31.102 §4.2.15).
fn access_class(sim: &Sim, _: u8, to: &mut Bytes) {
    let digit = sim.imsi.chars().last().and_then(|c| c.to_digit(10)).unwrap_or(0);
    put(to, &1_u16.wrapping_shl(digit).to_be_bytes());
}

/// EF-SPN (3GPP TS 31.102 §4.2.12): in the default alphabet where that agrees with ASCII, else in UCS-2.
fn operator(name: &str, to: &mut Bytes) {
    put(to, &[1]);
    let plain = |c: char| c.is_ascii_alphanumeric() || " !\"#%&'()*+,-./:;<=>?".chars().any(|same| same == c);
    if name.chars().all(plain) {
        put(to, &collect::<_, 16>(name.bytes()));
    } else {
        put(to, &[0x80]);
        for unit in name.encode_utf16().take(7) {
            put(to, &unit.to_be_bytes());
        }
    }
}

/// EF-MSISDN: a number without a name (3GPP TS 31.102 §4.2.26).
fn number(sim: &Sim, record: u8, to: &mut Bytes) {
    let Some(number) = sim.numbers.get(usize::from(record).saturating_sub(1)) else { return };
    let mut coded = Bytes::new();
    digits(number, &mut coded);
    put(to, &[0xff; 10]);
    let len = coded.len().saturating_add(1).min(11);
    put(to, &[u8::try_from(len).unwrap_or(1), if number.starts_with('+') { 0x91 } else { 0x81 }]);
    put(to, coded.get(..10).unwrap_or(&coded));
}

/// Bytes of a record of the phonebook behind the name.
const ADN_NUMBER: u8 = 14;

/// Bytes of a name in the phonebook: room for the longest in UCS-2.
fn adn_name(sim: &Sim) -> u8 {
    sim.phonebook.max_name().saturating_mul(2).saturating_add(1)
}

/// EF-ADN: an entry of the phonebook (3GPP TS 31.102 §4.4.2.3).
fn entry(sim: &Sim, record: u8, to: &mut Bytes) {
    let Some(entry) = sim.phonebook.entry(record.into()) else { return };
    let mut coded = [0xff; 255];
    let len = usize::from(adn_name(sim).saturating_add(ADN_NUMBER));
    // What the phonebook has taken fits.
    if let Some(coded) = coded.get_mut(..len) {
        let _ = adn::Entry::new(&entry.name, &entry.number).write(coded);
        put(to, coded);
    }
}

/// Writes an entry, or deletes it if the record is free.
fn write_entry(sim: &mut Sim, record: u8, content: &[u8]) -> Result<(), Sw> {
    let Some(entry) = adn::Entry::read(content).map_err(|_| Sw::WRONG_DATA)? else {
        if sim.phonebook.entry(record.into()).is_some() {
            sim.phonebook.erase(record.into()).map_err(|_| Sw::NO_RECORD)?;
            sim.written.phonebook = true;
        }
        return Ok(());
    };
    let mut name = Text::<NAME>::new();
    let mut number = Text::<24>::new();
    for character in entry.name.chars() {
        name.push(character).map_err(|_| Sw::WRONG_DATA)?;
    }
    for character in entry.number.chars() {
        number.push(character).map_err(|_| Sw::WRONG_DATA)?;
    }
    sim.phonebook.write(Some(record.into()), &number, &name).map_err(|_| Sw::WRONG_DATA)?;
    sim.written.phonebook = true;
    Ok(())
}

/// The service centre in a record of EF-SMSP, empty if there is none that can be used.
fn centre_of(record: &[u8]) -> Number {
    let mut number = Number::new();
    let Ok(Some(centre)) = parameters::service_centre(record) else { return number };
    if write!(number, "{centre}").is_err() || !is_number(&number) {
        number.clear();
    }
    number
}

/// EF-ECC: a number for emergencies, of no particular kind.
fn emergency_number(_: &Sim, record: u8, to: &mut Bytes) {
    digits(if record == 1 { "112" } else { "911" }, to);
    put(to, &[0xff, 0]);
}

/// What the ISIM knows: domain and identities made of the IMSI (3GPP TS 23.003 §13).
fn identity(sim: &Sim, scheme: &str, with_user: bool, to: &mut Bytes) {
    let mut text = Text::<78>::new();
    let (mcc, mnc) = sim.home.split_at_checked(3).unwrap_or_default();
    let (user, at) = if with_user { (sim.imsi.as_str(), "@") } else { ("", "") };
    let _ = write!(text, "{scheme}{user}{at}ims.mnc{mnc:0>3}.mcc{mcc}.3gppnetwork.org");
    tlv(to, &[0x80], text.as_bytes());
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_rule_a_place_and_no_more_content_than_room() {
        let sim = Sim::default();
        let mut writable = 0;
        for file in FILES {
            assert_ne!(file.rule(), 0, "{file:?}");
            let same = FILES.iter().filter(|other| (other.directory, other.id) == (file.directory, file.id));
            assert_eq!(same.count(), 1, "{file:?}");
            let same = FILES.iter().filter(|other| (other.directory, other.short) == (file.directory, file.short));
            assert!(file.short == 0 || same.count() == 1, "{file:?}");
            let (len, count) = match file.layout(&sim) {
                Layout::Bytes(len) => (len, 1),
                Layout::Records { len, count } => (len, count),
                Layout::Directory => panic!("{file:?}"),
            };
            for record in 1..=count {
                let mut content = Bytes::new();
                (file.content)(&sim, record, &mut content);
                let cut = usize::from(len);
                // Lists of networks fill whatever there is.
                assert!(content.len() <= cut || file.id == 0x6f62, "{file:?}");
            }
            if file.update != Access::Maker {
                assert!(usize::from(len) <= WRITABLE, "{file:?}");
                writable += if file.keeper == Keeper::Phonebook { 0 } else { usize::from(count) };
            }
        }
        assert!(writable <= WRITTEN);
    }

    #[test]
    fn numbers_are_coded_as_the_specifications_show() {
        assert_eq!(plmn("00101"), [0x00, 0xf1, 0x10]);
        assert_eq!(plmn("310260"), [0x13, 0x00, 0x62]);
        let mut to = Bytes::new();
        imsi("001010123456789", &mut to);
        assert_eq!(&*to, &[0x08, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98]);
        let mut to = Bytes::new();
        digits("8900101000000000017", &mut to);
        assert_eq!(&*to, &[0x98, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xf7]);
    }
}
