//! Cases of `charset.jsonl`.

use at_wire::sms::{Reference, Split};
use at_wire::text::charset::Charset;
use at_wire::text::name::{NetworkDescription, PlmnScheme};
use at_wire::text::{Alphabet, CbsCoding, Coding, Septets, Text, alpha, fill_bits, pack, packed_len};
use at_wire::ussd::{self, UssdString};
use at_wire::{DecodeError, EncodeError, Writer};
use serde_json::{Value, json};

use super::{Case, Outcome, equal, hex, matches, unhex, written};

pub(super) fn run(case: &Case<'_>) -> Outcome {
    match case.item {
        Some("encoded_name") => encoded_name(case),
        Some("gsm7_unpacked") => gsm7_unpacked(case),
        Some("gsm7_packed") => gsm7_packed(case),
        Some("ucs2be_to_gsm7") => ucs2be_to_gsm7(case),
        Some("sim_alpha") => sim_alpha(case),
        Some("ucs2_hex_string") => ucs2_hex_string(case),
        Some("convertible") => convertible(case),
        Some("sms_text_split") => sms_text_split(case),
        _ => case.unknown(),
    }
}

fn encoded_name(case: &Case<'_>) -> Outcome {
    let scheme = u8::try_from(case.number("scheme").ok_or("no scheme")?).unwrap();
    type Read = fn(u8, &[u8]) -> Result<Text<'_>, DecodeError>;
    type Write = fn(u8, Text<'_>, &mut Writer<'_>);
    let (read, write, names): (Read, Write, &[(u8, &str)]) = match case.text("scheme_enum") {
        Some("QmiNasPlmnEncodingScheme") => (
            |scheme, octets| PlmnScheme(scheme).read(octets),
            |scheme, name, writer| PlmnScheme(scheme).write(name, writer),
            &[(PlmnScheme::GSM7.0, "gsm"), (PlmnScheme::UCS2_LE.0, "ucs2le")],
        ),
        Some("QmiNasNetworkDescriptionEncoding") => (
            |scheme, octets| NetworkDescription(scheme).read(octets),
            |scheme, name, writer| NetworkDescription(scheme).write(name, writer),
            &[
                (NetworkDescription::UNSPECIFIED.0, "unspecified"),
                (NetworkDescription::ASCII7.0, "ascii7"),
                (NetworkDescription::UNICODE.0, "unicode"),
                (NetworkDescription::GSM7.0, "gsm"),
                (255, "unknown"),
            ],
        ),
        other => return Err(format!("unknown enumeration {other:?}")),
    };
    if case.direction == "reject" {
        return Case::refused(read(scheme, &case.bytes));
    }
    let name = names.iter().find(|(known, _)| *known == scheme).map(|(_, name)| *name);
    if case.reads() {
        let text = read(scheme, &case.bytes).map_err(|error| error.to_string())?;
        case.compare(&json!({
            "scheme_enum": case.expect["scheme_enum"], "scheme": scheme, "scheme_name": name, "utf8": text.to_string(),
        }))?;
        // The other role writes the same.
        let ours = written(|writer| write(scheme, text.to_string().as_str().into(), writer))?;
        return equal("written", &hex(&ours), &hex(&case.bytes));
    }
    if case.direction == "build" {
        let ours = written(|writer| write(scheme, case.text("utf8").unwrap().into(), writer))?;
        return equal("bytes", &hex(&ours), &hex(&case.bytes));
    }
    case.unknown()
}

fn gsm7_unpacked(case: &Case<'_>) -> Outcome {
    let text = Text::unpacked(&case.bytes, Alphabet::DEFAULT);
    match case.direction {
        "parse" | "roundtrip" | "build" => {
            case.compare(&json!({ "utf8": text.to_string() }))?;
            let utf8: Text<'_> = case.text("utf8").unwrap().into();
            let ours = written(|writer| utf8.write_unpacked(writer, Alphabet::DEFAULT))?;
            if case.writes() { equal("bytes", &hex(&ours), &hex(&case.bytes)) } else { Ok(()) }
        }
        "reject" if !case.has_bytes() => {
            let utf8: Text<'_> = case.expect["build_from"]["utf8"].as_str().ok_or("no text")?.into();
            Case::refused(written(|writer| utf8.write_unpacked(writer, Alphabet::DEFAULT)))
        }
        _ => case.unknown(),
    }
}

/// Packed septets: with their number, or by the rules for texts without one.
fn gsm7_packed(case: &Case<'_>) -> Outcome {
    let bytes = &case.bytes;
    let fill = fill_bits(case.number("preceding_octets").unwrap_or(0));
    let carriage_return = match case.text("padding") {
        None => false,
        Some("carriage_return") => true,
        Some(other) => return Err(format!("unknown padding {other}")),
    };
    let count = case.number("septets").unwrap_or(usize::MAX);
    let septets = |count| Septets::new(bytes, fill, count);
    let text = |count| Text::septets(septets(count), Alphabet::DEFAULT).to_string();
    let ussd = UssdString { coding: CbsCoding::GSM7, octets: bytes }.text().map_err(|error| error.to_string())?;
    let unpacked = |count| hex(&septets(count).collect::<Vec<_>>());
    if case.reads() {
        case.compare(&json!({
            "septets": septets(count).len(),
            "utf8": if carriage_return { ussd.to_string() } else { text(count) },
            "unpacked": unpacked(count),
            "packed_length": bytes.len(),
            "padding": case.expect["padding"],
            "preceding_octets": case.expect["preceding_octets"],
            "unpacked_with_cr_rule": ussd.to_string(),
            "unpacked_as_sms_8_septets": text(8),
            "unpacked_8_septets_hex": unpacked(8),
            "unpacked_7_septets_hex": unpacked(7),
        }))?;
    }
    if case.writes() {
        let mut count = 0;
        let ours = match (case.text("utf8"), case.text("unpacked")) {
            (Some(utf8), _) if carriage_return => {
                count = Alphabet::DEFAULT.septets(utf8.chars()).unwrap();
                written(|writer| ussd::write_gsm7(utf8.into(), writer))?
            }
            (Some(utf8), _) => {
                written(|writer| count = Text::from(utf8).write_septets(writer, fill, Alphabet::DEFAULT))?
            }
            (None, Some(unpacked)) => {
                let unpacked = unhex(unpacked)?;
                written(|writer| count = pack(writer, fill, unpacked))?
            }
            (None, None) => return Err("neither utf8 nor unpacked".into()),
        };
        equal("bytes", &hex(&ours), &hex(bytes))?;
        if let Some(theirs) = case.number("septets") {
            equal("septets", &count, &theirs)?;
        }
        if let Some(theirs) = case.number("packed_length") {
            equal("packed_length", &ours.len(), &theirs)?;
            if !carriage_return {
                equal("packed_len", &packed_len(count, fill), &theirs)?;
            }
        }
        if let Some(theirs) = case.text("unpacked_with_cr_rule") {
            equal("unpacked_with_cr_rule", &ussd.to_string().as_str(), &theirs)?;
        }
    }
    if case.reads() || case.writes() { Ok(()) } else { case.unknown() }
}

fn ucs2be_to_gsm7(case: &Case<'_>) -> Outcome {
    let text = Text::utf16_be(&case.bytes);
    match (case.direction, Alphabet::DEFAULT.septets(text.chars())) {
        ("reject", Err(EncodeError::Unencodable { index, .. })) => {
            let read = text.chars().take(index).map(|c| c.len_utf16() * 2).sum::<usize>();
            case.compare(&json!({ "bytes_read_before_error": read }))
        }
        ("reject", other) => Err(format!("{other:?}")),
        ("parse", Ok(_)) => {
            let ours = written(|writer| text.write_unpacked(writer, Alphabet::DEFAULT))?;
            case.compare(&json!({ "hex": hex(&ours), "gsm7": hex(&ours), "utf8": text.to_string() }))
        }
        _ => case.unknown(),
    }
}

fn sim_alpha(case: &Case<'_>) -> Outcome {
    let read = alpha::read(&case.bytes);
    match case.direction {
        "parse" => {
            let text = read.map_err(|error| error.to_string())?;
            case.compare(&json!({ "utf8": text.to_string(), "valid": true }))?;
            // What we write ourselves reads the same, and is no longer.
            let ours = written(|writer| alpha::write(text, writer))?;
            equal("read again", &alpha::read(&ours).map(|again| again.to_string()), &Ok(text.to_string()))?;
            if ours.len() > case.bytes.len() { Err(format!("{} octets written", ours.len())) } else { Ok(()) }
        }
        "reject" => Case::refused(read),
        _ => case.unknown(),
    }
}

fn ucs2_hex_string(case: &Case<'_>) -> Outcome {
    let string = case.vector["text"].as_str().ok_or("no text")?;
    if case.direction == "reject" {
        return Case::refused(Charset::Ucs2.text(string.as_bytes()));
    }
    if case.reads() {
        let text = Charset::Ucs2.text(string.as_bytes()).map_err(|error| error.to_string())?;
        case.compare(&json!({ "utf8": text.to_string() }))?;
    }
    if case.writes() {
        let ours = written(|writer| Charset::Ucs2.write(case.text("utf8").unwrap().into(), writer))?;
        equal("string", &ours.as_slice(), &string.as_bytes())?;
    }
    Ok(())
}

fn convertible(case: &Case<'_>) -> Outcome {
    let utf8 = case.vector["input"]["utf8"].as_str().ok_or("no input")?;
    let contains = |charset: Charset| charset.contains(utf8.into());
    let in_one_unit = utf8.chars().all(|c| c.len_utf16() == 1);
    case.compare(&json!({ "to": {
        "gsm7": contains(Charset::Gsm),
        "ira": contains(Charset::Ira),
        "iso-8859-1": contains(Charset::Latin1),
        "ucs2": contains(Charset::Ucs2) && in_one_unit,
        "utf16": contains(Charset::Ucs2),
        "utf8": contains(Charset::Utf8),
        "cp437": contains(Charset::Cp437),
        "cp850": contains(Charset::Cp850),
    }}))
}

fn sms_text_split(case: &Case<'_>) -> Outcome {
    let utf8 = case.vector["input"]["utf8"].as_str().ok_or("no input")?;
    let split = Split::new(utf8, Reference::Narrow(1)).map_err(|error| error.to_string())?;
    let parts: Vec<&str> = split.iter().map(|part| part.text).collect();
    equal("number of parts", &usize::from(split.parts()), &parts.len())?;
    let limit = match split.coding() {
        Coding::Gsm7 => json!({ "septets": split.room() }),
        _ => json!({ "bytes": split.room() * 2 }),
    };
    let alphabet = if split.coding() == Coding::Gsm7 { "gsm7" } else { "utf16be" };
    if !case.writes() {
        return case.unknown();
    }
    let ours: Value = json!({ "alphabet": alphabet, "parts": parts, "limit": limit });
    matches("parts", &ours["parts"], &case.expect["parts"])?;
    case.compare(&ours)
}
