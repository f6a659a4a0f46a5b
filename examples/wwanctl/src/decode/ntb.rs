//! `decode ntb`: blocks of MBIM's data plane, one behind the other.

use mbim_wire::catalogue::{Value, hex};
use mbim_wire::ntb::{Format, Ndp, Ntb, Ntb16, Ntb32, NtbError, Stream};
use serde_json::json;

use super::{outline, print};
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(bytes: &[u8], out: &mut Output) -> Result<(), Fail> {
    let mut documents = Vec::new();
    let mut complaint = Ok(());
    let mut rest = bytes;
    // Behind a block there may be zeros that end its transfer.
    while complaint.is_ok() && (rest.iter().any(|byte| *byte != 0) || (rest.len() == bytes.len())) {
        let offset = bytes.len().saturating_sub(rest.len());
        let failed = |error: NtbError| {
            let text = error.to_string();
            Fail::Data(if offset == 0 { text } else { format!("block at byte {offset}: {text}") })
        };
        let shown = match Format::of_block(rest) {
            Some(Format::Ntb32) => Ntb32::parse(rest).map(|ntb| document(&ntb)),
            _ => Ntb16::parse(rest).map(|ntb| document(&ntb)),
        };
        match shown {
            Ok((document, length, wrong)) => {
                // What can be read is shown beside what cannot.
                complaint = wrong.map_or(Ok(()), |error| Err(failed(error)));
                documents.push(document);
                rest = rest.get(length..).unwrap_or_default();
            }
            Err(error) => complaint = Err(failed(error)),
        }
    }
    if out.json {
        print(documents, out)?;
        return complaint;
    }
    let mut lines = Vec::new();
    for document in &documents {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        outline(document, 0, &mut lines);
    }
    if !lines.is_empty() {
        out.lines(&lines.join("\n"))?;
    }
    complaint
}

/// A block, how long it is, and the first of its datagrams that is wrong.
fn document<const WIDE: bool>(ntb: &Ntb<'_, WIDE>) -> (Value, usize, Option<NtbError>) {
    let document = json!({
        "format": if WIDE { "NTB32" } else { "NTB16" },
        "sequence": ntb.sequence(),
        "block_length": ntb.bytes().len(),
        "ndps": ntb.ndps().map(|ndp| table(ntb, &ndp)).collect::<Value>(),
    });
    (document, ntb.bytes().len(), ntb.datagrams().find_map(Result::err))
}

fn table<const WIDE: bool>(ntb: &Ntb<'_, WIDE>, ndp: &Ndp<'_, WIDE>) -> Value {
    let (stream, session) = match ndp.stream() {
        Some(Stream::Ips(id)) => ("IPS", Some(id)),
        Some(Stream::Dss(id)) => ("DSS", Some(id)),
        None => ("unknown", None),
    };
    // Of an entry that points out of the block, there are no bytes.
    let bytes = |index: usize, length: usize| ntb.bytes().get(index..)?.get(..length).map(hex);
    let datagrams = ndp.entries().map_while(Result::ok).map(
        |entry| json!({ "index": entry.index, "length": entry.length, "datagram": bytes(entry.index, entry.length) }),
    );
    json!({
        "index": ndp.index(),
        "signature": format!("{:#010x}", ndp.signature),
        "stream": stream,
        "session_id": session,
        "length": ndp.length(),
        "datagrams": datagrams.collect::<Value>(),
    })
}
