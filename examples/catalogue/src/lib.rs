//! The catalogues of all messages, packed into a few kilobytes: for programs that show and make any message and must stay
//! small. Static tables of the same content are twenty times as large.
//!
//! The declarations in the wire crates are the only source: the build script packs the tables that they make of themselves,
//! and the first who asks has them unpacked. Hand them to whatever ends in `_by` in the wire crates' `catalogue`.

mod tables;
mod unpack;

/// The services of MBIM: what `mbim_wire::catalogue::SERVICES` has.
#[must_use]
pub fn mbim() -> &'static [&'static mbim_wire::catalogue::ServiceInfo] {
    unpack::mbim::services()
}

/// The services of QMI: what `qmi_wire::catalogue::SERVICES` has.
#[must_use]
pub fn qmi() -> &'static [&'static qmi_wire::catalogue::ServiceInfo] {
    unpack::qmi::services()
}

/// The commands and URCs of AT: what `at_wire::catalogue::all` has.
#[must_use]
pub fn at() -> &'static [at_wire::catalogue::Info] {
    unpack::at::entries()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a table holds, as text; functions, if there are any, left out.
    fn told(services: &dyn core::fmt::Debug) -> Vec<String> {
        let text = format!("{services:#?}");
        let is_function = |line: &&str| line.trim_start().starts_with("rewrite: ");
        text.lines().filter(|line| !is_function(line)).map(str::to_owned).collect()
    }

    #[track_caller]
    fn same(unpacked: &[String], declared: &[String]) {
        let differs = unpacked.iter().zip(declared).find(|(unpacked, declared)| unpacked != declared);
        assert_eq!(differs, None);
        assert_eq!(unpacked.len(), declared.len());
        assert!(declared.len() > 300);
    }

    #[test]
    fn what_is_unpacked_is_what_was_declared() {
        same(&told(&mbim()), &told(&mbim_wire::catalogue::SERVICES));
        // Names of TLVs are packed as in the catalogue, not as declared.
        let rows = |services: &[&qmi_wire::catalogue::ServiceInfo]| {
            let all = services.iter().flat_map(|service| service.messages.iter().map(|message| service.row(message)));
            all.map(|row| row.to_string()).collect::<Vec<_>>()
        };
        same(&rows(qmi()), &rows(qmi_wire::catalogue::SERVICES));
        let named = |line: String| !line.trim_start().starts_with("name: ") && !line.contains("is_ident: ");
        let told = |services| told(services).into_iter().filter(|line| named(line.clone())).collect::<Vec<_>>();
        same(&told(&qmi()), &told(&qmi_wire::catalogue::SERVICES));
    }

    #[test]
    fn so_are_the_commands_and_urcs_of_at() {
        let rows = |entries: &mut dyn Iterator<Item = &'static at_wire::catalogue::Info>| {
            entries.map(|info| format!("{:?} {:?} {}", info.doc, info.command, info.describe())).collect::<Vec<_>>()
        };
        same(&rows(&mut at().iter()), &rows(&mut at_wire::catalogue::all()));
        // What is read by an entry is read alike.
        for line in [&b"+CREG: 1,\"00C3\",\"0001\",7"[..], b"+CMTI: \"SM\",3", b"+CMTI: ,,", b"+XNOBODY: 1"] {
            let unpacked = at_wire::catalogue::decode_by(at(), line, None);
            assert_eq!(unpacked, at_wire::catalogue::decode(line, None));
        }
    }
}
