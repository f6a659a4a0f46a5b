//! `docs/coverage.md`, `docs/coverage-qmi.md` and `docs/coverage-at.md` say of every declared message in which forms it
//! exists, whether the function role serves it, and by what it is used or tested. The pages are written from the
//! declarations, the sources and the lists that the tests use: `WWAN_RECORD=1 cargo test -p wwan-interop coverage` writes them, without the
//! variable the tests compare.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;
use wwan::at_wire::catalogue as at;
use wwan::at_wire::message::Form;
use wwan::device::mbim::{Served, served_commands};
use wwan::device::qmi::served_messages;
use wwan::mbim_wire::Uuid;
use wwan::mbim_wire::catalogue::{CommandInfo, SERVICES, ServiceInfo};
use wwan::qmi_wire::catalogue as qmi;
use wwan_interop::dissector::{COMPLAINTS, NOT_SHOWN};
use wwan_interop::mbimcli::listed;
use wwan_interop::qmicli;

const HEAD: &str = "\
# Coverage of MBIM

QMI and AT have pages of their own ([QMI](coverage-qmi.md), [AT](coverage-at.md)). Written by a test from the declarations;
do not edit. Every declared message is besides, without a column here: built in one role and read in the other with random values, byte for byte; read
from every truncation and from random bytes; listed by `wwanctl catalogue`, read by `wwanctl decode`, and sent by
`wwanctl mbim`.

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

const QMI_HEAD: &str = "\
# Coverage of QMI

MBIM and AT have pages of their own ([MBIM](coverage.md), [AT](coverage-at.md)). Written by a test from the declarations and
the sources; do not edit. Every declared message is besides, without a column here: listed by `wwanctl catalogue`, read by `wwanctl decode`, and sent by
`wwanctl qmi`; read from every truncation and from random bytes.

- **Codec**: TLVs of the request, and of the response beside the result; of an indication its TLVs. Both roles read and
  write them.
- **Host**: a session, a procedure or a client of the host role uses it; every other exchange is one call of `ask`.
- **Function**: the function role serves the exchange, or sends the indication.
- **qmicli**: its options that are played on the virtual modem.
- Numbers of messages that only devices of one maker have are followed by the maker's USB number.
";

/// What the sources in a folder, or in a file, say.
fn sources(at: &Path, found: &mut String) {
    if at.is_dir() {
        let mut within: Vec<_> = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()).collect();
        within.sort();
        return within.iter().for_each(|at| sources(at, found));
    }
    if let Ok(text) = fs::read_to_string(at) {
        found.push_str(&text);
    }
}

/// The sources at some paths of this repository, without comments.
fn code(paths: &[&str]) -> String {
    let mut found = String::new();
    for path in paths {
        sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path), &mut found);
    }
    assert!(!found.is_empty(), "{paths:?}");
    found.lines().filter(|line| !line.trim_start().starts_with("//")).fold(String::new(), |all, line| all + line + "\n")
}

/// Whether `text` has `name` as a whole word.
fn names(text: &str, name: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(name).any(|(at, _)| {
        let after = &text[at.saturating_add(name.len())..];
        !goes_on(text[..at].chars().next_back()) && !goes_on(after.chars().next())
    })
}

/// Whether the host role names a message: with its service, or by itself after a `use` of the service's.
fn host_uses(host: &str, service: &str, module: &str) -> bool {
    let of_service = format!("{service}::{module}");
    let listed = |list: &str| list.split('}').next().unwrap_or_default().split(',').any(|name| name.trim() == module);
    names(host, &of_service)
        || host
            .match_indices(&format!("service::{service}::{{"))
            .any(|(at, start)| listed(&host[at.saturating_add(start.len())..]))
        || host.contains(&format!("service::{of_service};"))
}

/// Whether a message has that number, in devices of that maker. A function may keep to one maker what is declared for all.
fn is_of(message: &qmi::MessageInfo, id: u16, vendor: Option<u16>) -> bool {
    message.id == id && (message.vendor.is_none() || message.vendor == vendor)
}

fn qmi_page() -> String {
    let mut page = QMI_HEAD.to_owned();
    let host = code(&[
        "src/procedure/qmi.rs",
        "src/procedure/qmi",
        "src/session/qmi.rs",
        "src/session/qmi",
        "src/client/qmi",
        "src/client/at_over_qmi.rs",
    ]);
    let core = code(&["src/device/qmi/mod.rs"]);
    let (mut totals, mut indications) = ([0_usize; 4], [0_usize; 3]);
    for service in qmi::SERVICES {
        if service.messages.is_empty() {
            continue;
        }
        write!(page, "\n## {}\n\n`{:#04x}`\n\n", service.name, service.service.0).unwrap();
        page.push_str("| Message | Name | Kind | Codec | Host | Function | qmicli |\n|---|---|---|---|---|---|---|\n");
        let here = service.name.to_ascii_lowercase();
        let declared = code(&[&format!("qmi-wire/src/service/{here}.rs")]);
        let function = code(&[&format!("src/device/qmi/service/{here}"), &format!("src/device/qmi/service/{here}.rs")]);
        for message in service.messages {
            let is_indication = message.input.is_none();
            let title = format!("{:?} = {:#06x}", message.name, message.id);
            let lines = declared.lines().filter(|line| line.contains(&title));
            let mut modules = lines.filter_map(|line| line.trim().strip_prefix("pub mod ")?.split(' ').next());
            let module = modules.find(|module| module.ends_with("_indication") == is_indication);
            let module = module.unwrap_or_else(|| panic!("{} {title} in the source", service.name));
            let hosts = host_uses(&host, &here, module);
            let serves = if is_indication {
                names(&function, module) || names(&core, &format!("{here}::{module}"))
            } else {
                served_messages().any(|(of, id, vendor)| of == service.service && is_of(message, id, vendor))
            };
            let asks = Ok((service.name, message.id));
            let options: Vec<_> = match is_indication {
                true => Vec::new(),
                false => qmicli::listed().filter(|action| action.asks == asks).map(|action| action.name).collect(),
            };
            let codec = match message.input {
                None => format!("{}", message.output.len()),
                Some(input) => format!("{}, {}", input.len(), message.output.len()),
            };
            let counted = [true, hosts, serves, !options.is_empty()];
            let totals = if is_indication { &mut indications[..] } else { &mut totals[..] };
            for (total, counts) in totals.iter_mut().zip(counted) {
                *total = total.saturating_add(usize::from(counts));
            }
            let mark = |is: bool| if is { "yes" } else { "-" };
            let vendor = message.vendor.map(|vendor| format!(" ({vendor:#06x})")).unwrap_or_default();
            writeln!(
                page,
                "| {:#06x}{vendor} | {} | {} | {codec} | {} | {} | {} |",
                message.id,
                message.name,
                if is_indication { "indication" } else { "exchange" },
                mark(hosts),
                mark(serves),
                dash(&options.join(", ")),
            )
            .unwrap();
        }
    }
    // Nothing that the function serves is left out.
    for (service, id, vendor) in served_messages() {
        let is_it = |message: &qmi::MessageInfo| message.input.is_some() && is_of(message, id, vendor);
        let declared = qmi::service(service).is_some_and(|service| service.messages.iter().any(is_it));
        assert!(declared, "{service:?} {id:#06x} of vendor {vendor:04x?} is served, but is in no row");
    }
    let [exchanges, hosts, function, options] = totals;
    let [told, heard, sent] = indications;
    write!(
        page,
        "\n## Totals\n\n{exchanges} exchanges; {function} served by the function role, {hosts} used by the host role, \
         {options} asked by qmicli. {told} indications; {sent} sent by the function role, {heard} taken by the host role.\n"
    )
    .unwrap();
    page
}

const AT_HEAD: &str = "\
# Coverage of AT

MBIM and QMI have pages of their own ([MBIM](coverage.md), [QMI](coverage-qmi.md)). Written by a test from the declarations
and the sources; do not edit. Every declared command is besides, without a column here: read and written in both roles; fed
with random bytes; listed by `at_wire::catalogue`.

- **Forms**: E execute, R read, S set, T test, as they are declared.
- **Source**: where it is specified, if that is known and not a maker's own.
- **Host**: a session, a procedure or a client of the host role sends it; every other command is one call of `send`.
- **Function**: the function role serves it, a maker's own in its dialect.
";

/// The tables of commands: what they are called here, and the file that declares each.
fn at_groups() -> Vec<(String, String, &'static [at::Info])> {
    use wwan::at_wire::command as c;
    let standard: [(&str, &str, &'static [at::Info]); 13] = [
        ("V.250 and general", "general", c::general::CATALOGUE),
        ("Calls", "call", c::call::CATALOGUE),
        ("Supplementary services", "services", c::services::CATALOGUE),
        ("Network", "network", c::network::CATALOGUE),
        ("Equipment", "equipment", c::equipment::CATALOGUE),
        ("Card", "sim", c::sim::CATALOGUE),
        ("Packet domain", "packet", c::packet::CATALOGUE),
        ("Phonebook", "phonebook", c::phonebook::CATALOGUE),
        ("Short messages", "sms", c::sms::CATALOGUE),
        ("Groups", "group", c::group::CATALOGUE),
        ("Location", "location", c::location::CATALOGUE),
        ("Broadcast", "broadcast", c::broadcast::CATALOGUE),
        ("CDMA", "cdma", c::cdma::CATALOGUE),
    ];
    let mut groups: Vec<_> =
        standard.into_iter().map(|(title, file, table)| (title.to_owned(), format!("{file}.rs"), table)).collect();
    // The makers' tables are in the order of their modules.
    let modules = code(&["at-wire/src/command/vendor/mod.rs"]);
    let makers = modules.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for (maker, table) in makers.zip(c::vendor::CATALOGUES) {
        let file = format!("vendor/{maker}.rs");
        let titled =
            fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../at-wire/src/command").join(&file));
        let title = titled.unwrap().lines().next().unwrap().trim_start_matches("//! ").trim_end_matches('.').to_owned();
        groups.push((title, file, table));
    }
    let listed: usize = groups.iter().map(|(.., table)| table.len()).sum();
    assert_eq!(listed, c::CATALOGUES.iter().map(|table| table.len()).sum::<usize>(), "tables without a group");
    groups
}

/// Whether the host role sends a command: by its type, or as text.
fn host_sends(host: &str, module: &str, name: &str) -> bool {
    let typed = ["Execute", "Read", "Set", "Test", "INFO", "NAME"].iter();
    let as_text = |start: &str| {
        let text = format!("{start}{name}");
        host.match_indices(&text).any(|(at, _)| {
            let next = host[at.saturating_add(text.len())..].chars().next();
            // Digits follow only basic commands.
            !next.is_some_and(|c| c.is_ascii_alphabetic() || (name.starts_with('+') && c.is_ascii_digit()))
        })
    };
    let is_word = name.starts_with(|c: char| !c.is_ascii_alphabetic());
    let written = !name.is_empty() && (as_text("b\"AT") || is_word && as_text("b\""));
    written || typed.into_iter().any(|form| names(host, &format!("{module}::{form}")))
}

fn at_page() -> String {
    let mut page = AT_HEAD.to_owned();
    let host = code(&["src/procedure/at.rs", "src/procedure/at", "src/session/at.rs", "src/client/at"]);
    let served: Vec<_> = wwan::device::at::served_commands().collect();
    let mut totals = [0_usize; 3];
    let mut found = Vec::new();
    for (title, file, table) in at_groups() {
        write!(
            page,
            "\n## {title}\n\n| Command | What | Forms | Source | Host | Function |\n|---|---|---|---|---|---|\n"
        )
        .unwrap();
        let declared = code(&[&format!("at-wire/src/command/{file}")]);
        for info in table {
            let title = format!(" = {:?}", info.name);
            let module = declared.lines().find_map(|line| {
                let (module, _) = line.split_once(&title)?;
                Some(module.trim())
            });
            let module = module.unwrap_or_else(|| panic!("{} in {file}", info.name));
            let letter = |form: &at::FormInfo| match form.form {
                Form::Execute => 'E',
                Form::Read => 'R',
                Form::Set => 'S',
                Form::Test => 'T',
                Form::Unsolicited => panic!("{} is a URC", info.name),
            };
            let forms: String = info.forms.iter().map(letter).collect();
            // A line without any command is served by being a line.
            let serves = info.name.is_empty() || served.contains(&info.name);
            let hosts = host_sends(&host, module, info.name);
            for (total, counts) in totals.iter_mut().zip([true, hosts, serves]) {
                *total = total.saturating_add(usize::from(counts));
            }
            found.push(info.name);
            let mark = |is: bool| if is { "yes" } else { "-" };
            writeln!(
                page,
                "| `{}` | {} | {forms} | {} | {} | {} |",
                if info.name.is_empty() { "AT" } else { info.name },
                info.summary(),
                info.source().unwrap_or("-"),
                mark(hosts),
                mark(serves),
            )
            .unwrap();
        }
    }
    // What the function serves and nothing declares, it reads by itself.
    let own: Vec<_> = served.iter().filter(|name| !found.contains(name)).map(|name| format!("`{name}`")).collect();
    page.push_str(
        "\n## URCs\n\nThe names that are declared; a host listens to those of 3GPP and of the modem it has.\n\n",
    );
    let mut urcs = 0_usize;
    let tables =
        std::iter::once(&wwan::at_wire::urc::standard::URC_CATALOGUE).chain(wwan::at_wire::urc::vendor::CATALOGUES);
    let modules = code(&["at-wire/src/urc/vendor/mod.rs"]);
    let makers = modules.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for (of, table) in std::iter::once("3GPP").chain(makers).zip(tables) {
        let mut names: Vec<_> = table.iter().map(|info| format!("`{}`", info.name)).collect();
        names.dedup();
        urcs = urcs.saturating_add(names.len());
        writeln!(page, "- **{of}**: {}", names.join(" ")).unwrap();
    }
    let [commands, hosts, function] = totals;
    write!(
        page,
        "\n## Totals\n\n{commands} commands; {hosts} sent by the host role, {function} served by the function role, which \
         serves {} besides. {urcs} URCs.\n",
        dash(&own.join(" ")),
    )
    .unwrap();
    page
}

fn compare(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if env::var_os("WWAN_RECORD").is_some() {
        fs::write(&path, page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    for (number, (there, expected)) in (1_usize..).zip(there.lines().zip(page.lines())) {
        assert_eq!(there, expected, "line {number} of docs/{name}; WWAN_RECORD=1 writes it anew");
    }
    assert_eq!(there.len(), page.len(), "docs/{name} is shorter or longer; WWAN_RECORD=1 writes it anew");
}

#[test]
fn the_coverage_page_is_what_the_declarations_say() {
    compare("coverage.md", &page());
}

#[test]
fn the_page_of_qmi_is_what_the_declarations_and_the_sources_say() {
    compare("coverage-qmi.md", &qmi_page());
}

#[test]
fn the_page_of_at_is_what_the_declarations_and_the_sources_say() {
    compare("coverage-at.md", &at_page());
}
