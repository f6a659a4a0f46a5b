//! `cells`: the serving cell and its neighbours, of every technology that the modem tells of.

use mbim_wire::catalogue::Value;
use mbim_wire::service::ms_basic_connect_extensions as ext;

use super::report::Report;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

/// Cells of each kind that are asked for.
const MOST: u32 = 15;

pub(crate) fn run(modem: &mut Modem, out: &mut Output) -> Result<After, Fail> {
    modem.negotiate_highest()?;
    let mut params = serde_json::json!({
        "MaxGsmCount": MOST, "MaxUmtsCount": MOST, "MaxTdscdmaCount": MOST, "MaxLteCount": MOST, "MaxCdmaCount": MOST,
    });
    if let (3.., Value::Object(map)) = (modem.version, &mut params) {
        map.insert("MaxNrCount".into(), MOST.into());
    }
    let found = modem.ask_with::<ext::BaseStationsInfo>(&params)?;
    tell(found, out)?;
    Ok(After::AsFound)
}

/// Prints the cells of each kind.
pub(crate) fn tell(found: Value, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    if let Value::Object(kinds) = &found {
        for (kind, cells) in kinds {
            let serving = kind.contains("serving");
            let cells = match cells {
                Value::Array(cells) => cells.as_slice(),
                Value::Object(_) => core::slice::from_ref(cells),
                _ => continue,
            };
            for cell in cells {
                if let Value::Object(fields) = cell {
                    let technology = kind.split('_').next().unwrap_or_default().to_ascii_uppercase();
                    let what = if serving { "serving" } else { "neighbour" };
                    let known = fields.iter().filter(|(_, value)| is_known(value));
                    let known: Vec<String> = known.map(|(name, value)| field(name, value)).collect();
                    report.table.row(&format!("{technology} {what}"), known.join(", "));
                }
            }
        }
    }
    if report.table.is_empty() {
        report.table.row("Cells", "none");
    }
    report.put("base_stations_info", found);
    report.print(out)
}

/// What the modem does not know has all bits set, or is empty.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let (value, half) = (number.as_u64(), u64::from(u32::MAX));
            value != Some(half) && value != Some(u64::MAX) && number.as_i64() != Some(-1)
        }
        Value::String(text) => !text.is_empty(),
        Value::Null => false,
        _ => true,
    }
}

fn field(name: &str, value: &Value) -> String {
    let value = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    format!("{} {value}", name.replace('_', " "))
}
