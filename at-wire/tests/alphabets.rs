//! The 7-bit alphabets against what the specification says about them, and every code there and back.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::text::{Alphabet, Code, ESCAPE, Language, Text};

const LANGUAGES: [Language; 14] = [
    Language::NONE,
    Language::TURKISH,
    Language::SPANISH,
    Language::PORTUGUESE,
    Language::BENGALI,
    Language::GUJARATI,
    Language::HINDI,
    Language::KANNADA,
    Language::MALAYALAM,
    Language::ORIYA,
    Language::PUNJABI,
    Language::TAMIL,
    Language::TELUGU,
    Language::URDU,
];

fn read(alphabet: Alphabet, septets: &[u8]) -> String {
    Text::unpacked(septets, alphabet).to_string()
}

/// Every character that an alphabet can express is read back from the code that it gets; every code without that
/// character has another character, a blank, or an equal one.
#[test]
fn there_and_back() {
    for locking in LANGUAGES {
        for single in [Language::NONE, locking, Language::HINDI] {
            let alphabet = Alphabet::new(locking, single);
            let mut known = 0;
            for number in 0..0x2300 {
                let Some(character) = char::from_u32(number) else { continue };
                let Some(code) = alphabet.code(character) else { continue };
                let septets = [ESCAPE, code.septet];
                let septets = if code.escaped { &septets[..] } else { &septets[1..] };
                assert_eq!(read(alphabet, septets), character.to_string(), "{alphabet:?} {code:?}");
                assert_eq!(code.septets(), septets.len());
                known += 1;
            }
            // Nobody can write without blanks, digits and line ends.
            for character in " 0123456789\n\r".chars() {
                assert!(alphabet.code(character).is_some_and(|code| !code.escaped), "{alphabet:?} {character:?}");
            }
            assert!(known > 100, "{alphabet:?} has {known} characters");
            for septet in (0..0x80).filter(|septet| *septet != ESCAPE) {
                for septets in [&[septet][..], &[ESCAPE, septet]] {
                    let text = read(alphabet, septets);
                    assert_eq!(text.chars().count(), 1);
                    let character = text.chars().next().unwrap();
                    assert!(alphabet.code(character).is_some(), "{alphabet:?} {septets:?} {character:?}");
                }
            }
        }
    }
}

#[test]
fn number_of_characters() {
    let count = |alphabet: Alphabet, escaped| {
        let codes = (0..0x2300).filter_map(char::from_u32).filter_map(|character| alphabet.code(character));
        codes.filter(|code| code.escaped == escaped).count()
    };
    // Of 128 codes one is the escape; the rest of the Indic tables has gaps.
    let locking = |language| count(Alphabet::new(language, Language::NONE), false);
    assert_eq!(locking(Language::NONE), 127);
    assert_eq!(locking(Language::TURKISH), 127);
    assert_eq!(locking(Language::SPANISH), 127, "has no table");
    assert_eq!(locking(Language::PORTUGUESE), 127);
    assert_eq!(locking(Language::HINDI), 127);
    assert_eq!(locking(Language::URDU), 127);
    assert_eq!(count(Alphabet::DEFAULT, true), 10);
}

/// Single characters, read off the printed tables: in locking shift, and behind an escape in single shift.
#[test]
fn printed_tables() {
    let cases = [
        (Language::TURKISH, "\x04\x07\x0b\x0c\x1c\x1d\x40\x60", "€ıĞğŞşİç", "GIScgis", "ĞİŞçğış"),
        (Language::SPANISH, "", "", "\x09AIOUaiou", "çÁÍÓÚáíóú"),
        (Language::PORTUGUESE, "\x04\x12\x15\x17\x14\x16\x40\x7d", "êª∞\\À^Í`", "\x05\x1f[\\{|\x7f", "êÊÃÕãõâ"),
        (Language::BENGALI, "\x00\x2f\x40\x7f", "ঁনব\u{9f1}", "\x1c\x24\x34\x18", "২\u{9df}৺*"),
        (Language::GUJARATI, "\x00\x2f\x60\x7f", "ઁનૐ\u{af1}", "\x19\x1c\x25", "।૦૯"),
        (Language::HINDI, "\x00\x3c\x5f\x7f", "ँऩ्ॿ", "\x1c\x25\x2c\x3a", "०९\u{958}ॱ"),
        (Language::KANNADA, "\x01\x23\x24\x25\x3d", "ಂಠಡಢಪ", "\x1c\x26\x2a<", "೦ೞೲ["),
        (Language::MALAYALAM, "\x01\x2c\x2d\x2e\x2f\x7f", "ം,ധ.ന൹", "\x26\x2e\x34", "൰ൺൿ"),
        (Language::ORIYA, "\x00\x2f\x3d\x60", "ଁନପୖ", "\x20\x25\x26\x2c", "୪୯\u{b5c}ୱ"),
        (Language::PUNJABI, "\x00\x09\x3b\x60", "ਁ ;ੑ", "\x1c\x26\x2d", "੦\u{a59}ੵ"),
        (Language::TAMIL, "\x01\x2f\x3c\x60\x7f", "ஂநனௐ௹", "\x24\x25\x26\x2e", "௮௯௳௺"),
        (Language::TELUGU, "\x00\x2f\x48\x60", "ఁన ౕ", "\x1c\x26\x32e", "౦ౘ౿€"),
        (Language::URDU, "\x00\x08\x2f\x5c\x7f", "اۂژ\u{64d}ٰ", "\x1c\x26\x33?", "۰،؟۔"),
    ];
    for (language, codes, characters, escaped, shifted) in cases {
        // An escape in front of the next character would be a code of the single shift table.
        let codes: Vec<u8> = codes.bytes().filter(|code| *code != ESCAPE).collect();
        assert_eq!(read(Alphabet::new(language, Language::NONE), &codes), characters, "{language:?} locking");
        let escaped: Vec<u8> = escaped.bytes().flat_map(|code| [ESCAPE, code]).collect();
        assert_eq!(read(Alphabet::new(Language::NONE, language), &escaped), shifted, "{language:?} single");
    }
}

/// What the specification wants of codes that are not defined (§6.2.1.1).
#[test]
fn undefined_codes() {
    assert_eq!(read(Alphabet::DEFAULT, b"\x1bAb"), "Ab", "no such code behind an escape");
    assert_eq!(read(Alphabet::DEFAULT, b"a\x1b"), "a ", "an escape at the end");
    assert_eq!(read(Alphabet::DEFAULT, b"\x1b\x1ba"), " a", "two escapes");
    assert_eq!(read(Alphabet::new(Language::TAMIL, Language::TAMIL), b"\x00a"), " a", "a gap");
    assert_eq!(read(Alphabet::DEFAULT, b"\x80\xff"), "@à", "bits beyond the septet");
    assert_eq!(Alphabet::new(Language(14), Language(200)), Alphabet::DEFAULT, "languages that nobody knows");
    // What is in both tables takes one septet.
    let both = Alphabet::new(Language::TURKISH, Language::TURKISH);
    assert_eq!(both.code('ş'), Some(Code { septet: 0x1d, escaped: false }));
    assert_eq!(Alphabet::DEFAULT.code('ç'), None, "only the capital letter is there");
    assert_eq!(Alphabet::DEFAULT.code('\0'), None);
}
