//! The 7-bit alphabets (3GPP TS 23.038 §6.2.1 and Annex A): the default one with its extension, and the national tables
//! that a message may put in the place of either.

use core::fmt;

use super::tables;
use crate::codec::EncodeError;

/// The code that announces a code of the extension table.
pub const ESCAPE: u8 = 0x1b;

/// National language identifier (3GPP TS 23.038 §6.2.1.2.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Language(pub u8);

impl Language {
    /// None: the default alphabet, the default extension table.
    pub const NONE: Self = Self(0);
    /// Turkish.
    pub const TURKISH: Self = Self(1);
    /// Spanish; has no locking shift table.
    pub const SPANISH: Self = Self(2);
    /// Portuguese.
    pub const PORTUGUESE: Self = Self(3);
    /// Bengali.
    pub const BENGALI: Self = Self(4);
    /// Gujarati.
    pub const GUJARATI: Self = Self(5);
    /// Hindi.
    pub const HINDI: Self = Self(6);
    /// Kannada.
    pub const KANNADA: Self = Self(7);
    /// Malayalam.
    pub const MALAYALAM: Self = Self(8);
    /// Oriya.
    pub const ORIYA: Self = Self(9);
    /// Punjabi.
    pub const PUNJABI: Self = Self(10);
    /// Tamil.
    pub const TAMIL: Self = Self(11);
    /// Telugu.
    pub const TELUGU: Self = Self(12);
    /// Urdu.
    pub const URDU: Self = Self(13);
}

/// What stands in the place of the default alphabet.
#[derive(Debug)]
struct LockingShift {
    language: Language,
    codes: Codes,
}

/// 128 characters; each form takes the least memory for some alphabets.
#[derive(Debug)]
enum Codes {
    /// The default alphabet but for these.
    Differences(&'static [(u8, u16)]),
    /// ASCII below 0x80, from there on the 128 characters from this one on.
    Page(u16, &'static [u8; 128]),
    /// As they are.
    Whole(&'static [u16; 128]),
}

/// What stands in the place of the default extension table, or rather in front of it: where a national table has
/// nothing of its own it is equal to the default one.
#[derive(Debug)]
struct SingleShift {
    language: Language,
    own: &'static [(u8, u16)],
    /// Whether the capital letters and the signs common to the languages of South Asia are there.
    common: bool,
}

/// The default alphabet (§6.2.1).
static DEFAULT_CODES: [u16; 128] = codes(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);

/// The characters of `text`, all of which take one or two bytes of UTF-8.
// The compiler runs this, and refuses what goes wrong.
#[allow(clippy::indexing_slicing, clippy::panic, clippy::as_conversions, clippy::arithmetic_side_effects)]
const fn codes(text: &str) -> [u16; 128] {
    let bytes = text.as_bytes();
    let mut codes = [0; 128];
    let (mut code, mut at) = (0, 0);
    while at < bytes.len() {
        let first = bytes[at] as u16;
        if first < 0x80 {
            codes[code] = first;
            at += 1;
        } else {
            assert!(first & 0xe0 == 0xc0, "a character of more than two bytes");
            codes[code] = (first & 0x1f) << 6 | (bytes[at + 1] & 0x3f) as u16;
            at += 2;
        }
        code += 1;
    }
    assert!(code == 128, "an alphabet has 128 characters");
    codes
}

/// The default extension table (§6.2.1.1).
static EXTENSION: &[(u8, u16)] = &[
    (0x0a, 0x0c),
    (0x14, 0x5e),
    (0x28, 0x7b),
    (0x29, 0x7d),
    (0x2f, 0x5c),
    (0x3c, 0x5b),
    (0x3d, 0x7e),
    (0x3e, 0x5d),
    (0x40, 0x7c),
    (0x65, 0x20ac),
];

/// What the single shift tables of Bengali to Urdu have in common, besides the capital letters.
static COMMON: &[(u8, u16)] = &[
    (0x00, 0x40),
    (0x01, 0xa3),
    (0x02, 0x24),
    (0x03, 0xa5),
    (0x04, 0xbf),
    (0x05, 0x22),
    (0x06, 0xa4),
    (0x07, 0x25),
    (0x08, 0x26),
    (0x09, 0x27),
    (0x0b, 0x2a),
    (0x0c, 0x2b),
    (0x0e, 0x2d),
    (0x0f, 0x2f),
    (0x10, 0x3c),
    (0x11, 0x3d),
    (0x12, 0x3e),
    (0x13, 0xa1),
    (0x15, 0xa1),
    (0x16, 0x5f),
    (0x17, 0x23),
    (0x18, 0x2a),
];

static NO_LOCKING: LockingShift = LockingShift { language: Language::NONE, codes: Codes::Differences(&[]) };
static NO_SINGLE: SingleShift = SingleShift { language: Language::NONE, own: &[], common: false };

macro_rules! locking_shifts {
    ($($name:ident = $codes:expr;)*) => {
        fn locking_shift(language: Language) -> &'static LockingShift {
            $(static $name: LockingShift = LockingShift { language: Language::$name, codes: $codes };)*
            match language {
                $(Language::$name => &$name,)*
                _ => &NO_LOCKING,
            }
        }
    };
}

macro_rules! single_shifts {
    ($($name:ident = $own:expr, $common:literal;)*) => {
        fn single_shift(language: Language) -> &'static SingleShift {
            $(static $name: SingleShift = SingleShift { language: Language::$name, own: $own, common: $common };)*
            match language {
                $(Language::$name => &$name,)*
                _ => &NO_SINGLE,
            }
        }
    };
}

locking_shifts! {
    TURKISH = Codes::Differences(tables::TURKISH_LOCKING);
    PORTUGUESE = Codes::Differences(tables::PORTUGUESE_LOCKING);
    BENGALI = Codes::Page(0x0980, &tables::BENGALI_LOCKING);
    GUJARATI = Codes::Page(0x0a80, &tables::GUJARATI_LOCKING);
    HINDI = Codes::Page(0x0900, &tables::HINDI_LOCKING);
    KANNADA = Codes::Page(0x0c80, &tables::KANNADA_LOCKING);
    MALAYALAM = Codes::Page(0x0d00, &tables::MALAYALAM_LOCKING);
    ORIYA = Codes::Page(0x0b00, &tables::ORIYA_LOCKING);
    PUNJABI = Codes::Page(0x0a00, &tables::PUNJABI_LOCKING);
    TAMIL = Codes::Page(0x0b80, &tables::TAMIL_LOCKING);
    TELUGU = Codes::Page(0x0c00, &tables::TELUGU_LOCKING);
    URDU = Codes::Whole(&tables::URDU_LOCKING);
}

single_shifts! {
    TURKISH = tables::TURKISH_SINGLE, false;
    SPANISH = tables::SPANISH_SINGLE, false;
    PORTUGUESE = tables::PORTUGUESE_SINGLE, false;
    BENGALI = tables::BENGALI_SINGLE, true;
    GUJARATI = tables::GUJARATI_SINGLE, true;
    HINDI = tables::HINDI_SINGLE, true;
    KANNADA = tables::KANNADA_SINGLE, true;
    MALAYALAM = tables::MALAYALAM_SINGLE, true;
    ORIYA = tables::ORIYA_SINGLE, true;
    PUNJABI = tables::PUNJABI_SINGLE, true;
    TAMIL = tables::TAMIL_SINGLE, true;
    TELUGU = tables::TELUGU_SINGLE, true;
    URDU = tables::URDU_SINGLE, true;
}

fn find(pairs: &[(u8, u16)], code: u8) -> Option<u16> {
    pairs.iter().find(|(known, _)| *known == code).map(|(_, character)| *character)
}

impl LockingShift {
    /// The character of a code, 0 if there is none.
    fn get(&self, code: u8) -> u16 {
        let at = usize::from(code);
        match self.codes {
            Codes::Differences(pairs) => {
                find(pairs, code).or_else(|| DEFAULT_CODES.get(at).copied()).unwrap_or_default()
            }
            Codes::Page(base, codes) => match codes.get(at) {
                Some(&low) if low >= 0x80 => base.saturating_add(u16::from(low & 0x7f)),
                Some(&ascii) => u16::from(ascii),
                None => 0,
            },
            Codes::Whole(codes) => codes.get(at).copied().unwrap_or_default(),
        }
    }

    fn code(&self, character: u16) -> Option<u8> {
        let at = match self.codes {
            Codes::Differences(pairs) => {
                if let Some((code, _)) = pairs.iter().find(|(_, known)| *known == character) {
                    return Some(*code);
                }
                DEFAULT_CODES.iter().position(|known| *known == character)
            }
            Codes::Page(base, codes) => {
                let byte = match u8::try_from(character) {
                    Ok(ascii) if ascii.is_ascii() => Some(ascii),
                    _ => u8::try_from(character.checked_sub(base)?).ok()?.checked_add(0x80),
                };
                codes.iter().position(|known| Some(*known) == byte)
            }
            Codes::Whole(codes) => codes.iter().position(|known| *known == character),
        };
        // The escape is no character, and one of the default alphabet may have another one in its place.
        let code = u8::try_from(at?).ok()?;
        if code != ESCAPE && self.get(code) == character { Some(code) } else { None }
    }
}

impl SingleShift {
    fn get(&self, code: u8) -> Option<u16> {
        let common = || match code {
            _ if !self.common => None,
            0x41..=0x5a => Some(u16::from(code)),
            _ => find(COMMON, code),
        };
        find(self.own, code).or_else(common).or_else(|| find(EXTENSION, code))
    }

    fn code(&self, character: u16) -> Option<u8> {
        let common = if self.common { COMMON } else { &[] };
        let mut known = self.own.iter().chain(common).chain(EXTENSION);
        // A table in front may have another character in its place.
        let listed = known.find(|(code, known)| *known == character && self.get(*code) == Some(character));
        let capital = || u8::try_from(character).ok().filter(|code| self.get(*code) == Some(character));
        listed.map(|(code, _)| *code).or_else(|| if self.common { capital() } else { None })
    }
}

/// A 7-bit alphabet: what the codes mean, and what they mean behind an escape.
///
/// Reading never fails, as the specification demands: a code that the extension table does not have means what it means
/// without the escape; an escape at the end, two escapes, and codes without a character are a blank.
///
/// ```
/// use at_wire::text::{Alphabet, Code, Language};
///
/// assert_eq!(Alphabet::DEFAULT.code('€'), Some(Code { septet: 0x65, escaped: true }));
/// assert_eq!(Alphabet::DEFAULT.code('ğ'), None);
/// let turkish = Alphabet::new(Language::TURKISH, Language::NONE);
/// assert_eq!(turkish.code('ğ'), Some(Code { septet: 0x0c, escaped: false }));
/// ```
#[derive(Clone, Copy)]
pub struct Alphabet {
    locking: &'static LockingShift,
    single: &'static SingleShift,
}

/// The code of a character: one septet, or two with the escape in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Code {
    /// The septet.
    pub septet: u8,
    /// Whether [`ESCAPE`] stands in front.
    pub escaped: bool,
}

impl Code {
    /// Septets that it takes: 1 or 2.
    #[must_use]
    pub const fn septets(self) -> usize {
        if self.escaped { 2 } else { 1 }
    }
}

impl Alphabet {
    /// The default alphabet with its extension.
    pub const DEFAULT: Self = Self { locking: &NO_LOCKING, single: &NO_SINGLE };

    /// The alphabet that a message with these shifts is written in. A language without the table in question, known or
    /// not, stands for the default (§6.2.1.2.4).
    #[must_use]
    pub fn new(locking: Language, single: Language) -> Self {
        Self { locking: locking_shift(locking), single: single_shift(single) }
    }

    /// The language of the locking shift table, [`Language::NONE`] for the default alphabet.
    #[must_use]
    pub fn locking(&self) -> Language {
        self.locking.language
    }

    /// The language of the single shift table, [`Language::NONE`] for the default extension.
    #[must_use]
    pub fn single(&self) -> Language {
        self.single.language
    }

    /// The same locking shift table with the default extension.
    pub(crate) fn without_single(self) -> Self {
        Self { single: &NO_SINGLE, ..self }
    }

    /// The code of a character, the shorter one if there are two.
    #[must_use]
    pub fn code(&self, character: char) -> Option<Code> {
        let character = u16::try_from(u32::from(character)).ok().filter(|character| *character != 0)?;
        match self.locking.code(character) {
            Some(septet) => Some(Code { septet, escaped: false }),
            None => self.single.code(character).map(|septet| Code { septet, escaped: true }),
        }
    }

    /// The next character of a text in septets.
    pub fn next_char(&self, septets: &mut impl Iterator<Item = u8>) -> Option<char> {
        let character = match septets.next()? & 0x7f {
            ESCAPE => match septets.next().map(|code| code & 0x7f) {
                None | Some(ESCAPE) => 0x20,
                Some(code) => self.single.get(code).unwrap_or_else(|| self.locking.get(code)),
            },
            code => self.locking.get(code),
        };
        let character = if character == 0 { 0x20 } else { character };
        Some(char::from_u32(u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Septets that a text takes.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Unencodable`] for the first character that the alphabet does not have.
    pub fn septets(&self, text: impl IntoIterator<Item = char>) -> Result<usize, EncodeError> {
        let mut septets = 0_usize;
        for (index, character) in text.into_iter().enumerate() {
            let code = self.code(character).ok_or(EncodeError::Unencodable { character, index })?;
            septets = septets.saturating_add(code.septets());
        }
        Ok(septets)
    }

    /// The septets of a text, escapes included, up to the first character that the alphabet does not have.
    pub fn encode(self, text: impl Iterator<Item = char>) -> impl Iterator<Item = u8> {
        text.map_while(move |character| self.code(character)).flat_map(|code| {
            let escape = if code.escaped { Some(ESCAPE) } else { None };
            escape.into_iter().chain([code.septet])
        })
    }
}

impl Default for Alphabet {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl PartialEq for Alphabet {
    fn eq(&self, other: &Self) -> bool {
        (self.locking(), self.single()) == (other.locking(), other.single())
    }
}

impl Eq for Alphabet {}

impl fmt::Debug for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alphabet").field("locking", &self.locking()).field("single", &self.single()).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Alphabet {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Alphabet {{ locking: {=u8}, single: {=u8} }}", self.locking().0, self.single().0);
    }
}
