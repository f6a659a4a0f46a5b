//! Walks the catalogue.

use mbim_wire::catalogue::{Kind, SERVICES, StructInfo};

/// All structures that commands reach.
pub(crate) fn structures() -> Vec<&'static StructInfo> {
    let mut found = Vec::new();
    for command in SERVICES.iter().flat_map(|service| service.commands) {
        let pairs = [command.query, command.set].into_iter().flatten().flat_map(|(sent, answered)| [sent, answered]);
        pairs.chain(command.notification).for_each(|info| add(info, &mut found));
    }
    found
}

fn add(info: &'static StructInfo, found: &mut Vec<&'static StructInfo>) {
    if !found.iter().any(|known| core::ptr::eq(*known, info)) {
        found.push(info);
        info.fields.iter().filter_map(|field| inner(&field.kind)).for_each(|info| add(info, found));
    }
}

/// The structure that a format holds one or more of.
pub(crate) fn inner(kind: &Kind) -> Option<&'static StructInfo> {
    match kind {
        Kind::RefList { of, .. } | Kind::Struct(of) | Kind::RefStruct(of) | Kind::RefSequence(of) => Some(of),
        Kind::RefArray { of, .. } | Kind::Array { of, .. } | Kind::When { of, .. } => inner(of),
        _ => None,
    }
}
