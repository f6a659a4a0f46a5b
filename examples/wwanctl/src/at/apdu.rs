//! `apdu`: the card and the applications on it.

use at_wire::command::sim::cuad;
use at_wire::parameter::Octets;
use at_wire::text::hex;
use serde_json::{Value, json};
use wwan::apdu::USIM;

use super::Modem;
use crate::args::Apdu;
use crate::commands::apdu::{check, exchange};
use crate::commands::report::Report;
use crate::error::Fail;
use crate::output::Output;

/// Kinds of applications by how their identifiers begin (ETSI TS 101 220 annex E, 3GPP2).
const KINDS: [(&[u8], &str); 3] = [
    (&[0xa0, 0, 0, 0, 0x87, 0x10, 0x02], "usim"),
    (&[0xa0, 0, 0, 0, 0x87, 0x10, 0x04], "isim"),
    (&[0xa0, 0, 0, 0x03, 0x43, 0x10, 0x02], "csim"),
];

pub(super) fn run(modem: &mut Modem, apdu: &Apdu, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    let done = match apdu {
        Apdu::List => list(modem, &mut report),
        Apdu::Atr => Err(Fail::Usage("apdu atr: AT has no command that tells it".to_owned())),
        Apdu::Send { aid, commands } => send(modem, aid.as_deref(), commands, &mut report),
    };
    // What the card has said until then is worth reading even if the rest failed.
    if !report.table.is_empty() {
        report.print(out)?;
    }
    done
}

/// The object at the front of `bytes`: its tag, its value, and what is behind it (ETSI TS 101 220 §7.1).
fn object(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = match rest {
        [0x81, length, rest @ ..] | [length @ 0..=0x7f, rest @ ..] => (usize::from(*length), rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((*tag, value, rest))
}

/// The objects in `bytes`, with what fills up records left out.
fn objects(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    core::iter::from_fn(move || {
        while let Some((0xff, rest)) = bytes.split_first() {
            bytes = rest;
        }
        let (tag, value, rest) = object(bytes)?;
        bytes = rest;
        Some((tag, value))
    })
}

fn list(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    modem.ready_sim()?;
    modem.settle::<cuad::Execute>()?;
    let answer = modem.client.send(&cuad::Execute {})?;
    let mut directory = Vec::new();
    for told in answer.all::<cuad::ExecuteAnswer<'_>>().filter_map(Result::ok) {
        if let Octets::Digits(digits) = told.response {
            let mut octets = vec![0; digits.len()];
            let octets = hex::decode(digits, &mut octets).map_err(|error| Fail::Data(format!("AT+CUAD: {error}")))?;
            directory.extend_from_slice(octets);
        }
    }
    let applications: Vec<Value> = applications(&directory).collect();
    for application in &applications {
        let text = |key: &str| application.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = text("application_type").to_ascii_uppercase();
        report.table.row(
            &kind,
            crate::commands::report::joined(&[text("application_id").to_owned(), text("application_name").to_owned()]),
        );
    }
    if report.table.is_empty() {
        report.table.row("Applications", "none");
    }
    report.put("application_list", json!({ "applications": applications }));
    Ok(())
}

/// The applications in the directory of a card (ETSI TS 102 221 §13.1).
fn applications(directory: &[u8]) -> impl Iterator<Item = Value> {
    objects(directory).filter(|(tag, _)| *tag == 0x61).filter_map(|(_, template)| {
        let find = |wanted| objects(template).find(|(tag, _)| *tag == wanted).map(|(_, value)| value);
        let id = find(0x4f)?;
        let kind = KINDS.iter().find(|(start, _)| id.starts_with(start)).map_or("unknown", |(_, kind)| kind);
        let name = find(0x50).map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
        Some(json!({
            "application_type": kind, "application_id": mbim_wire::catalogue::hex(id), "application_name": name,
        }))
    })
}

fn send(modem: &mut Modem, aid: Option<&[u8]>, commands: &[Vec<u8>], report: &mut Report) -> Result<(), Fail> {
    check(commands)?;
    modem.ready_card()?;
    let channel = modem.client.open_channel(aid.unwrap_or(USIM))?;
    let done = exchange(commands, report, |command, response| {
        Ok(modem.client.transmit(channel, command, response).map(|(words, said)| (words, said.len()))?)
    });
    let closed = modem.client.close_channel(channel);
    done.and(closed.map_err(Fail::from))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_read_whatever_fills_them() {
        let record = [&[0x61, 0x0f, 0x4f, 0x07][..], KINDS[0].0, b"\x50\x04USIM", &[0xff; 10]].concat();
        let other = [0x61, 0x04, 0x4f, 0x02, 0xa0, 0x01];
        let read: Vec<Value> = applications(&[&record[..], &other].concat()).collect();
        assert_eq!(read[0]["application_type"], "usim");
        assert_eq!(read[0]["application_name"], "USIM");
        assert_eq!(read[1]["application_id"], "a001");
        // What is cut off, or no object, ends it.
        for broken in [&record[..6], &[0x61, 0x82, 1, 0], &[0x61], &[0xff; 3], &[]] {
            assert_eq!(applications(broken).count(), 0, "{broken:x?}");
        }
    }
}
