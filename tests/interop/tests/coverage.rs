//! `docs/coverage.md` says of every declared message in which forms and versions it exists, whether the function role
//! serves it, and by what it is tested. The page is written from the declarations and the lists that the tests use:
//! `WWAN_RECORD=1 cargo test -p wwan-interop --test coverage` writes it, without the variable the test compares.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc)] // a test for hosts

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;
use wwan::device::mbim::{Served, served_commands};
use wwan::mbim_wire::Uuid;
use wwan::mbim_wire::catalogue::{CommandInfo, SERVICES, ServiceInfo};
use wwan_interop::dissector::{COMPLAINTS, NOT_SHOWN};
use wwan_interop::mbimcli::listed;

const HEAD: &str = "\
# Coverage

Written by a test from the declarations; do not edit. Every declared message is besides, without a column here: built in
one role and read in the other with random values, byte for byte; read from every truncation and from random bytes; listed
by `wwanctl catalogue`, read by `wwanctl decode`, and sent by `wwanctl mbim`.

- **Forms**: Q query, S set, N notification, each with its answer.
- **Versions**: of Microsoft's extensions, one for each layout.
- **Function**: forms that the function role serves, N for indications; a dash where a modem has nothing to say to it yet.
- **Vectors**: byte-exact cases of other implementations, in `mbim-wire/tests/vectors`.
- **mbimcli**: its actions that are played on the virtual modem.
- **tshark**: `all` where it shows every value that was written without a complaint, `part` where it does not know, or
  complains of, some of it; `tests/interop/src/dissector.rs` has the reasons.
";

/// How many cases of the vectors concern each command.
fn vectors() -> BTreeMap<(String, u64), usize> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mbim-wire/tests/vectors/mbim.jsonl");
    let mut found = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let expect = &case["expect"];
        if let (Some(uuid), Some(cid)) = (expect["service_uuid"].as_str(), expect["cid"].as_u64()) {
            let count: &mut usize = found.entry((uuid.to_owned(), cid)).or_default();
            *count = count.saturating_add(1);
        }
    }
    assert!(!found.is_empty());
    found
}

fn forms(query: bool, set: bool, notification: bool) -> String {
    let forms = [(query, 'Q'), (set, 'S'), (notification, 'N')];
    forms.into_iter().filter(|(there, _)| *there).map(|(_, form)| form).collect()
}

fn served(uuid: Uuid, cid: u32) -> Option<Served> {
    served_commands().find(|(service, served)| (*service, served.cid) == (uuid, cid)).map(|(_, served)| served)
}

fn tshark(service: &ServiceInfo, command: &CommandInfo) -> &'static str {
    let name = format!("{} {} ", service.name, command.name());
    // Entries are for a form, a version, or for several commands.
    let concerns = |entry: &str| name.starts_with(entry) || entry.starts_with(&name);
    let mut entries = COMPLAINTS.iter().map(|(entry, _)| *entry).chain(NOT_SHOWN.iter().copied());
    if entries.any(concerns) { "part" } else { "all" }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let vectors = vectors();
    let mut totals = [0_usize; 4];
    for service in SERVICES {
        if service.commands.is_empty() {
            continue;
        }
        write!(page, "\n## {}\n\n`{}`\n\n", service.name, service.uuid).unwrap();
        page.push_str("| CID | Command | Forms | Versions | Function | Vectors | mbimcli | tshark |\n");
        page.push_str("|--:|---|---|---|---|--:|---|---|\n");
        let mut cids: Vec<_> = service.commands.iter().map(|command| command.cid).collect();
        cids.dedup();
        for cid in cids {
            let layouts: Vec<_> = service.commands.iter().filter(|command| command.cid == cid).collect();
            let any = |form: fn(&CommandInfo) -> bool| layouts.iter().any(|command| form(command));
            let all = forms(any(|c| c.query.is_some()), any(|c| c.set.is_some()), any(|c| c.notification.is_some()));
            let versions: Vec<_> = layouts.iter().map(|command| format!("{}.0", command.version)).collect();
            let function = served(service.uuid, cid).map(|s| forms(s.query, s.set, s.indicated)).unwrap_or_default();
            let cases = vectors.get(&(service.uuid.to_string(), u64::from(cid))).copied().unwrap_or(0);
            let actions = listed().filter(|action| action.asks == Ok((service.name, cid)));
            let actions: Vec<_> = actions.map(|action| action.name).collect();
            let first = layouts.first().unwrap();
            let counted = [true, !function.is_empty(), cases > 0, !actions.is_empty()];
            for (total, counts) in totals.iter_mut().zip(counted) {
                *total = total.saturating_add(usize::from(counts));
            }
            writeln!(
                page,
                "| {cid} | {} | {all} | {} | {} | {cases} | {} | {} |",
                first.name(),
                versions.join(", "),
                dash(&function),
                dash(&actions.join(", ")),
                tshark(service, first),
            )
            .unwrap();
        }
    }
    let [commands, function, cases, actions] = totals;
    write!(
        page,
        "\n## Totals\n\n{commands} commands; {function} served by the function role, {cases} in the vectors, {actions} asked by \
         mbimcli.\n"
    )
    .unwrap();
    page
}

#[test]
fn the_coverage_page_is_what_the_declarations_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/coverage.md");
    let page = page();
    if env::var_os("WWAN_RECORD").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    for (number, (there, expected)) in (1_usize..).zip(there.lines().zip(page.lines())) {
        assert_eq!(there, expected, "line {number} of docs/coverage.md; WWAN_RECORD=1 writes it anew");
    }
    assert_eq!(there.len(), page.len(), "docs/coverage.md is shorter or longer; WWAN_RECORD=1 writes it anew");
}
