//! Cases of `sms.jsonl`: short messages of 3GPP and 3GPP2, cell broadcast.

use at_wire::catalogue::{Centre, cdma_to_json, page_to_json, tpdu_to_json};
use at_wire::sms::broadcast::{Assembler, Channels, PAGE_LEN, Page, PageBuffer, Progress};
use at_wire::sms::cdma;
use at_wire::sms::{
    Address, DataCoding, DateTime, Deliver, Direction, Element, MAX_USER_DATA, PartSet, Pdu, Reference,
    RelativeValidity, Split, Status, StatusReport, Submit, Timestamp, Tpdu, TypeOfAddress, UserData, UserDataHeader,
    Validity,
};
use at_wire::text::{Coding, Language};
use serde_json::{Value, json};

use super::{Case, Outcome, equal, hex, unhex};

pub(super) fn run(case: &Case<'_>) -> Outcome {
    match (case.text("standard"), case.item) {
        (None | Some("3gpp"), None) => tpdu(case),
        (Some("3gpp2"), None) => cdma(case),
        (_, Some("tpdu_address")) => tpdu_address(case),
        (_, Some("smsc_address")) => smsc_address(case),
        (_, Some("split_text")) => split_text(case),
        (_, Some("cbs")) => cbs(case),
        (_, Some("cbs_assembly")) => cbs_assembly(case),
        (_, Some("cbs_topic_ranges")) => cbs_topic_ranges(case),
        _ => case.unknown(),
    }
}

/// The message in the octets of a case.
struct Whole<'a> {
    octets: &'a [u8],
    tpdu: Tpdu<'a>,
}

/// How the octets of a case are to be read.
fn how(case: &Case<'_>) -> (Direction, Centre) {
    let direction = match (case.expect["outgoing"] == true, case.text("type")) {
        (true, _) => Direction::ToServiceCentre,
        (false, Some("submit_report")) => Direction::ToMobile,
        _ => Direction::Stored,
    };
    let alone = case.expect["smsc_present"] == false || case.number("tpdu_length") == Some(case.bytes.len());
    (direction, if alone { Centre::Missing } else { Centre::InFront })
}

fn read<'a>(case: &'a Case<'_>) -> Result<Whole<'a>, String> {
    let error = |error: at_wire::DecodeError| error.to_string();
    let (direction, centre) = how(case);
    if centre == Centre::Missing {
        return Ok(Whole { octets: &case.bytes, tpdu: Tpdu::parse(&case.bytes, direction).map_err(error)? });
    }
    let pdu = Pdu::parse(&case.bytes, direction).map_err(error)?;
    let length = Pdu::tpdu_len(&case.bytes).map_err(error)?;
    Ok(Whole { octets: &case.bytes[case.bytes.len() - length..], tpdu: pdu.tpdu })
}

/// Everything of a message by the names of the vectors.
fn described(case: &Case<'_>) -> Result<Value, String> {
    let language = |key| case.number(key).map(|n| Language(u8::try_from(n).unwrap()));
    let languages = language("locking_shift_language").zip(language("single_shift_language"));
    let (direction, centre) = how(case);
    let mut ours = tpdu_to_json(&case.bytes, direction, centre, languages).map_err(|error| error.to_string())?;
    ours["outgoing"] = case.expect["outgoing"].clone();
    Ok(ours)
}

fn tpdu(case: &Case<'_>) -> Outcome {
    match case.direction {
        "reject" if case.has_bytes() => return Case::refused(read(case).map(drop)),
        "nocrash" => {
            let _ = described(case);
            return Ok(());
        }
        "parse" | "roundtrip" | "build" => {}
        _ => return case.unknown(),
    }
    // What is to be built is read first: its bytes are asserted, so that what they mean can be compared too.
    let whole = read(case)?;
    let ours = described(case)?;
    case.compare(&ours)?;
    for key in ["concat", "ports"] {
        if case.asserts(key) && case.expect.get(key).is_none() && !ours[key].is_null() {
            return Err(format!("{key}: {}, expected none", ours[key]));
        }
    }
    let mut buffer = [0xa5; 1024];
    let again = whole.tpdu.write(&mut buffer).map_err(|error| format!("writing again: {error}"))?;
    equal("written again", &hex(again), &hex(whole.octets))?;
    // Whatever `expect` says in full can be built from it, even if nobody asks for it; but not zones that are no
    // digits.
    let by_the_book = |time: Timestamp| time.date_time().is_none_or(|digits| Timestamp::from(digits) == time);
    let in_full = case.expect.get("first_octet").is_some()
        && match whole.tpdu {
            Tpdu::Deliver(message) => by_the_book(message.service_centre_timestamp),
            Tpdu::StatusReport(message) => {
                by_the_book(message.service_centre_timestamp) && by_the_book(message.discharge_time)
            }
            _ => true,
        }
        && (case.text("type") == Some("status_report") || case.expect.get("udl").is_some());
    if case.writes() || in_full {
        let built = build(case)?;
        equal("bytes", &hex(&built), &hex(&case.bytes))?;
    }
    Ok(())
}

/// An address of `expect`, as kind and digits or name.
fn described_address(value: &Value) -> Option<(TypeOfAddress, String)> {
    let kind = u8::try_from(value["type_of_address"].as_u64()?).ok()?;
    Some((TypeOfAddress(kind), value["address"].as_str()?.into()))
}

fn address_of((kind, value): &(TypeOfAddress, String)) -> Address<'_> {
    if kind.is_alphanumeric() { Address::name(value) } else { Address::digits_of(*kind, value) }
}

fn described_timestamp(value: &Value) -> Timestamp {
    let number = |key: &str| u8::try_from(value[key].as_u64().unwrap_or(0)).unwrap();
    Timestamp::from(DateTime {
        year: number("year"),
        month: number("month"),
        day: number("day"),
        hour: number("hour"),
        minute: number("minute"),
        second: number("second"),
        quarter_hours: i8::try_from(value["timezone_quarters"].as_i64().unwrap_or(0)).unwrap(),
    })
}

/// Builds the message that the case describes, from nothing but its values.
fn build(case: &Case<'_>) -> Result<Vec<u8>, String> {
    let expect = case.expect;
    let from = &expect["build_from"];
    let byte = |key: &str| u8::try_from(case.number(key).unwrap_or(0)).unwrap();
    let first = byte("first_octet");
    let text = from["text"].as_str().or(case.text("text")).unwrap_or("");
    let octets = unhex(case.text("data_hex").unwrap_or(""))?;
    let udh: Vec<(u8, Vec<u8>)> = expect["udh"].as_array().map_or(Ok(Vec::new()), |elements| {
        elements
            .iter()
            .map(|element| Ok((element["iei"].as_u64().unwrap() as u8, unhex(element["hex"].as_str().unwrap())?)))
            .collect::<Result<_, String>>()
    })?;
    let elements: Vec<Element<'_>> = udh.iter().map(|(id, data)| Element::Other { id: *id, data }).collect();
    let validity = match (from["validity_minutes"].as_u64(), case.number("validity_relative")) {
        (Some(minutes), _) => Validity::Relative(RelativeValidity::of_minutes(u32::try_from(minutes).unwrap())),
        (None, Some(span)) => Validity::Relative(RelativeValidity(u8::try_from(span).unwrap())),
        (None, None) => Validity::Default,
    };
    // What is built of plain values finds the coding itself.
    let mut data_coding = DataCoding(byte("dcs"));
    if from.is_object() {
        data_coding = Split::new(text, Reference::Narrow(0)).map_err(|error| error.to_string())?.data_coding();
        if let Some(class) = from["class"].as_u64() {
            data_coding = data_coding.with_class(u8::try_from(class).unwrap());
        }
    }
    let mut user_data = match data_coding.coding() {
        Coding::Octets => UserData::of_octets(&octets),
        _ => UserData::of_text(text.into()),
    };
    if !elements.is_empty() {
        user_data = user_data.with_header(UserDataHeader::new(&elements));
    }
    let plain_number = |key: &str| from[key].as_str().map(Address::number);
    let described = |key: &str| described_address(&expect[key]).unwrap_or_default();
    let (to, sender, recipient) = (described("to"), described("from"), described("recipient"));
    let tpdu = match case.text("type") {
        Some("submit") => Tpdu::Submit(Submit {
            reject_duplicates: first & 0x04 != 0,
            status_report: first & 0x20 != 0,
            reply_path: first & 0x80 != 0,
            message_reference: byte("message_reference"),
            destination_address: plain_number("to").unwrap_or(address_of(&to)),
            protocol_identifier: byte("pid"),
            data_coding,
            validity,
            user_data,
        }),
        Some("deliver") => Tpdu::Deliver(Deliver {
            more_messages: first & 0x04 == 0,
            loop_prevention: first & 0x08 != 0,
            status_report: first & 0x20 != 0,
            reply_path: first & 0x80 != 0,
            originating_address: address_of(&sender),
            protocol_identifier: byte("pid"),
            data_coding,
            service_centre_timestamp: described_timestamp(&expect["timestamp"]),
            user_data,
        }),
        Some("status_report") => Tpdu::StatusReport(StatusReport {
            more_messages: first & 0x04 == 0,
            loop_prevention: first & 0x08 != 0,
            for_command: first & 0x20 != 0,
            message_reference: byte("message_reference"),
            recipient_address: address_of(&recipient),
            service_centre_timestamp: described_timestamp(&expect["timestamp"]),
            discharge_time: described_timestamp(&expect["discharge"]),
            status: Status(byte("status")),
            parameters: None,
        }),
        other => return Err(format!("cannot build {other:?}")),
    };
    let centre = described_address(&expect["smsc"]);
    let service_centre = if from.is_object() { plain_number("smsc") } else { centre.as_ref().map(address_of) };
    let mut buffer = [0xa5; Pdu::MAX_LEN];
    let alone = case.number("tpdu_length") == Some(case.bytes.len());
    let built = if alone { tpdu.write(&mut buffer) } else { Pdu { service_centre, tpdu }.write(&mut buffer) };
    built.map(|octets| octets.to_vec()).map_err(|error| error.to_string())
}

/// An address as it stands in a TPDU: behind first octet and reference of a SUBMIT.
fn tpdu_address(case: &Case<'_>) -> Outcome {
    if !case.writes() {
        return case.unknown();
    }
    let number = case.expect["build_from"]["address"].as_str().ok_or("no address")?;
    let submit = Submit { destination_address: Address::number(number), ..Submit::default() };
    let mut buffer = [0xa5; 64];
    let octets = Tpdu::Submit(submit).write(&mut buffer).map_err(|error| error.to_string())?;
    equal("bytes", &hex(&octets[2..octets.len() - 3]), &hex(&case.bytes))?;
    case.compare(&json!({ "type_of_address": octets[3], "address": number }))
}

/// The address of a service centre in front of a TPDU.
fn smsc_address(case: &Case<'_>) -> Outcome {
    if !case.writes() {
        return case.unknown();
    }
    let number = case.expect["build_from"]["address"].as_str().ok_or("no address")?;
    let service_centre = Some(Address::number(number));
    let mut buffer = [0xa5; 64];
    let pdu = Pdu { service_centre, tpdu: Tpdu::Submit(Submit::default()) };
    let octets = pdu.write(&mut buffer).map_err(|error| error.to_string())?;
    let length = Pdu::tpdu_len(octets).map_err(|error| error.to_string())?;
    equal("bytes", &hex(&octets[..octets.len() - length]), &hex(&case.bytes))?;
    case.compare(&json!({ "type_of_address": octets[1], "address": number }))
}

fn split_text(case: &Case<'_>) -> Outcome {
    let text: String = match (case.text("text"), case.expect["text_runs"].as_array()) {
        (Some(text), _) => text.into(),
        (None, Some(runs)) => {
            runs.iter().map(|run| run[0].as_str().unwrap().repeat(run[1].as_u64().unwrap() as usize)).collect()
        }
        _ => return Err("no text".into()),
    };
    let reference = match case.number("reference_bits") {
        Some(16) => Reference::Wide(0x1234),
        _ => Reference::Narrow(0x56),
    };
    let split = Split::new(&text, reference);
    if case.direction == "reject" {
        return Case::refused(split);
    }
    let split = split.map_err(|error| error.to_string())?;
    let to = case.text("to").unwrap_or("+15551234");
    let mut joined = String::new();
    let mut parts: Option<PartSet> = None;
    for part in split.iter() {
        let tpdu = Tpdu::Submit(Submit {
            destination_address: Address::number(to),
            data_coding: split.data_coding(),
            user_data: part.user_data,
            ..Submit::default()
        });
        let mut buffer = [0xa5; Pdu::MAX_LEN];
        let octets = Pdu::of(tpdu).write(&mut buffer).map_err(|error| error.to_string())?;
        let read = Pdu::parse(octets, Direction::ToServiceCentre).map_err(|error| error.to_string())?;
        let Tpdu::Submit(read) = read.tpdu else { return Err("no SUBMIT".into()) };
        let concatenation = read.user_data.header().concatenation();
        if split.parts() > 1 {
            let concatenation = concatenation.ok_or("no concatenation")?;
            equal("sequence", &concatenation.sequence, &part.number)?;
            equal("reference", &concatenation.reference, &reference)?;
            match &mut parts {
                Some(parts) => equal("new", &parts.insert(concatenation), &true)?,
                None => parts = PartSet::new(concatenation),
            }
        }
        joined.extend(read.user_data.text().ok_or("no text")?.chars());
        equal("to", &read.destination_address.to_string().as_str(), &to)?;
    }
    equal("complete", &parts.is_none_or(|parts| parts.is_complete()), &true)?;
    equal("joined", &joined, &text)?;
    let longest = split.iter().map(|part| part.text.chars().count()).max();
    case.compare(&json!({
        "to": to, "text": text, "text_runs": case.expect["text_runs"],
        "reference_bits": case.expect["reference_bits"],
        "segments": split.parts(),
        "alphabet": if split.data_coding().coding() == Coding::Ucs2 { "ucs2" } else { "gsm7" },
        "characters_per_segment": longest,
    }))?;
    assert!(split.room() <= MAX_USER_DATA * 8 / 7);
    Ok(())
}

fn cbs(case: &Case<'_>) -> Outcome {
    let page = Page::parse(&case.bytes);
    if case.direction == "reject" {
        return Case::refused(page.map(drop));
    }
    let page = page.map_err(|error| error.to_string())?;
    case.compare(&page_to_json(&page))?;
    let mut octets = [0xa5; PAGE_LEN];
    let octets = page.write(&mut octets).map_err(|error| error.to_string())?;
    equal("octets", &hex(octets), &hex(&case.bytes))?;
    if case.writes() {
        let mut content = [0xa5; 82];
        Page::write_content(case.text("text").unwrap().into(), page.coding, &mut content).map_err(|e| e.to_string())?;
        equal("content", &hex(&content), &hex(page.content))?;
    }
    Ok(())
}

/// Joins pages whose numbers the case sets; versions that are not newer must change nothing.
fn cbs_assembly(case: &Case<'_>) -> Outcome {
    let given = case.expect["pages_given_as"].as_array().ok_or("no pages")?;
    let total = u8::try_from(case.number("pages").ok_or("no number of pages")?).unwrap();
    let update = u8::try_from(case.number("update").ok_or("no update number")?).unwrap();
    let page = |n: usize, of: &Value, update: u8| -> Result<Vec<u8>, String> {
        let which = match of.as_str() {
            Some("first") => 0,
            Some("second") => 1,
            other => return Err(format!("page of {other:?}")),
        };
        let mut octets = unhex(case.vector["hexes"][which].as_str().ok_or("no hex")?)?;
        octets[1] = octets[1] & 0xf0 | update;
        octets[5] = u8::try_from(n << 4).unwrap() | total;
        Ok(octets)
    };
    let mut memory = [PageBuffer::EMPTY; 15];
    let mut assembler = Assembler::new(&mut memory);
    let mut push = |octets: &[u8]| {
        let page = Page::parse(octets).map_err(|error| error.to_string())?;
        assembler.push(&page).map_err(|error| error.to_string())
    };
    // An older version whose pages are replaced by the one in question.
    push(&page(1, &"first".into(), update - 1)?)?;
    for (n, entry) in given.iter().enumerate() {
        let number = entry["page"].as_u64().unwrap() as usize;
        let octets = page(number, &entry["of"], update)?;
        let progress = push(&octets)?;
        let whole = if n + 1 == given.len() { Progress::Whole } else { Progress::More };
        equal("progress", &progress, &whole)?;
        equal("twice", &push(&octets)?, &Progress::Known)?;
        equal("older", &push(&page(number, &entry["of"], update - 3)?)?, &Progress::Known)?;
    }
    let text: String = assembler.chars().collect();
    let (pages, update) = assembler.pages().fold((0, 0), |(count, _), page| {
        assert_eq!(page.page, count + 1);
        (count + 1, page.serial_number.update_number())
    });
    case.compare(&json!({
        "text": text, "pages": pages, "update": update, "pages_given_as": case.expect["pages_given_as"],
    }))
}

fn cbs_topic_ranges(case: &Case<'_>) -> Outcome {
    let list = case.vector["text"].as_str().ok_or("no text")?;
    let mut buffer = [Channels::default(); 64];
    // The original knows numbers up to 999 only.
    let channels = Channels::parse_list(list, 999, &mut buffer);
    match case.direction {
        "reject" => Case::refused(channels),
        "parse" | "roundtrip" => {
            let channels = channels.map_err(|error| error.to_string())?;
            let minimal: Vec<String> = channels.iter().map(|channels| channels.to_string()).collect();
            for (before, after) in channels.iter().zip(channels.iter().skip(1)) {
                assert!(before.last + 1 < after.first, "{before} {after} could be one");
            }
            let minimal = minimal.join(",");
            case.compare(&json!({ "valid": true, "ranges": minimal, "minimized": minimal, "text": minimal }))
        }
        _ => case.unknown(),
    }
}

fn cdma(case: &Case<'_>) -> Outcome {
    let message = cdma::Message::parse(&case.bytes);
    match case.direction {
        "reject" => return Case::refused(message.and_then(|message| touch(&message))),
        "nocrash" => {
            if let Ok(message) = &message {
                let _ = touch(message);
            }
            return case.compare(&json!({ "accepted": message.is_ok() }));
        }
        "parse" | "build" | "roundtrip" => {}
        _ => return case.unknown(),
    }
    let error = |error: at_wire::DecodeError| error.to_string();
    case.compare(&cdma_to_json(&message.map_err(error)?).map_err(error)?)?;
    if case.writes() {
        let from = if case.expect["build_from"].is_object() { &case.expect["build_from"] } else { case.expect };
        let mut buffer = [0xa5; 255];
        let outgoing = cdma::Outgoing {
            number: from["to"].as_str().ok_or("no receiver")?,
            text: from["text"].as_str().ok_or("no text")?.into(),
            ..cdma::Outgoing::default()
        };
        let ours = outgoing.write(&mut buffer).map_err(|error| error.to_string())?;
        equal("bytes", &hex(ours), &hex(&case.bytes))?;
    }
    Ok(())
}

/// Reads everything.
fn touch(message: &cdma::Message<'_>) -> Result<(), at_wire::DecodeError> {
    message.teleservice_id()?;
    message.message_identifier()?;
    if let Some(data) = message.user_data()? {
        let _ = data.text().map(Iterator::count);
    }
    message.originating_address()?.map(|address| address.to_string());
    message.destination_address()?.map(|address| address.to_string());
    Ok(())
}
