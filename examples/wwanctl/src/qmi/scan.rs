//! `scan`: the networks in reach.

use serde_json::json;

use super::{Modem, parts};
use crate::commands::scan;
use crate::error::Fail;
use crate::output::{Output, note};

/// Networks that are listed at most, one entry for each radio of each.
const MOST: usize = 64;

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let scan = modem.client.scan::<MOST>(None)?;
    let more = scan.found().saturating_sub(scan.networks().len());
    if more > 0 {
        note(&format!("{more} more entries are left out"));
    }
    let networks: Vec<_> = scan
        .networks()
        .iter()
        .map(|network| {
            let radio = network.radio;
            json!({
                "provider_id": network.plmn.to_string(),
                "provider_name": network.name.as_str(),
                "provider_state": parts::provider_state(network.status),
                "radio_interface": radio.name().map(str::to_ascii_lowercase),
            })
        })
        .collect();
    scan::tell(&json!({ "providers_count": networks.len(), "providers": networks }), out)
}
