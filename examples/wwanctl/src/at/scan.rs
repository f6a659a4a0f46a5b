//! `scan`: the networks in reach.

use at_wire::command::general::cimi;
use serde_json::{Map, Value, json};
use wwan::client::at::Error;
use wwan::procedure::at::FoundNetwork;

use super::{Modem, parts};
use crate::commands::scan;
use crate::error::Fail;
use crate::output::{Output, note};

/// Networks that are listed at most, one entry for each radio of each.
const MOST: usize = 64;

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let imsi = subscriber(modem)?;
    let scan = modem.client.scan::<MOST>()?;
    if scan.lost() > 0 {
        note(&format!("{} more entries are left out", scan.lost()));
    }
    let networks: Vec<_> = scan.found().iter().map(|network| shown(network, imsi.as_deref())).collect();
    scan::tell(&json!({ "providers_count": networks.len(), "providers": networks }), out)
}

/// Whose SIM it is, which tells the network at home from others; `None` if that is not told.
fn subscriber(modem: &mut Modem) -> Result<Option<String>, Fail> {
    match modem.client.send(&cimi::Execute {}) {
        Ok(answer) => {
            let told = answer.all::<cimi::ExecuteAnswer<'_>>().find_map(Result::ok);
            Ok(told.map(|told| String::from_utf8_lossy(told.imsi.0).into_owned()))
        }
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn shown(network: &FoundNetwork, imsi: Option<&str>) -> Value {
    let plmn = network.plmn.map(|plmn| plmn.to_string()).unwrap_or_default();
    let mut states = match network.stat {
        Some(1) => vec!["visible"],
        Some(2) => vec!["registered"],
        Some(3) => vec!["visible", "forbidden"],
        _ => Vec::new(),
    };
    if !plmn.is_empty() && imsi.is_some_and(|imsi| imsi.starts_with(&plmn)) {
        states.push("home");
    }
    let mut shown = Map::new();
    shown.insert("provider_id".into(), plmn.into());
    shown.insert("provider_name".into(), network.name.as_str().into());
    shown.insert("provider_state".into(), states.into());
    shown.insert("radio_interface".into(), parts::data_classes(network.act).first().copied().into());
    Value::Object(shown)
}
