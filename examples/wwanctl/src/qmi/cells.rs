//! `cells`: the serving cell and its neighbours, in the shape that they have over MBIM as far as they are the same.

use serde_json::{Map, Value, json};
use wwan::qmi_wire::service::nas::{
    GeranInfoV2, IntrafrequencyLteInfoV2, IntrafrequencyLteInfoV2Cell, Nr5gCellInformation, UmtsInfoV2,
    get_cell_location_info as location,
};

use super::Modem;
use crate::commands::cells;
use crate::error::Fail;
use crate::output::Output;

/// The kinds of cells, which are always told, as over MBIM.
const KINDS: &[(&str, bool)] = &[
    ("gsm_serving_cell", false),
    ("umts_serving_cell", false),
    ("lte_serving_cell", false),
    ("gsm_neighboring_cells", true),
    ("umts_neighboring_cells", true),
    ("lte_neighboring_cells", true),
    ("nr_serving_cells", true),
];

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let answer = modem.client.ask::<location::Message>(|_| {})?;
    let mut found = Map::new();
    for (kind, many) in KINDS {
        found.insert((*kind).to_owned(), if *many { json!([]) } else { Value::Null });
    }
    if let Some(info) = answer.geran_info_v2()? {
        gsm(&mut found, &info);
    }
    if let Some(info) = answer.umts_info_v2()? {
        umts(&mut found, &info, answer.umts_cell_id()?);
    }
    if let Some(info) = answer.intrafrequency_lte_info_v2()? {
        lte(&mut found, &info, answer.lte_info_timing_advance()?);
    }
    for frequency in answer.interfrequency_lte_info()?.iter().flat_map(|info| info.frequency.iter()) {
        for cell in frequency.cell.iter() {
            let cell = json!({
                "earfcn": frequency.eutra_absolute_rf_channel_number, "physical_cell_id": cell.physical_cell_id,
                "rsrp": tenths(cell.rsrp), "rsrq": tenths(cell.rsrq),
            });
            add(&mut found, "lte_neighboring_cells", cell);
        }
    }
    for frequency in answer.lte_info_neighboring_gsm()?.iter().flat_map(|info| info.frequency.iter()) {
        for cell in frequency.cell.iter() {
            let code = cell.cell_id_valid.then_some(cell.base_station_identity_code);
            let cell = json!({
                "arfcn": cell.geran_absolute_rf_channel_number, "base_station_id": code,
                "rssi_dbm": tenths(cell.rssi),
            });
            add(&mut found, "gsm_neighboring_cells", cell);
        }
    }
    for frequency in answer.lte_info_neighboring_wcdma()?.iter().flat_map(|info| info.frequency.iter()) {
        for cell in frequency.cell.iter() {
            let cell = json!({
                "uarfcn": frequency.utra_absolute_rf_channel_number,
                "primary_scrambling_code": cell.primary_scrambling_code, "rscp": tenths(cell.cpich_rscp),
                "ecno_db": tenths(cell.cpich_ecno),
            });
            add(&mut found, "umts_neighboring_cells", cell);
        }
    }
    if let Some(info) = answer.nr5g_cell_information()? {
        nr(&mut found, &info, answer.nr5g_arfcn()?);
    }
    cells::tell(Value::Object(found), out)
}

fn add(found: &mut Map<String, Value>, kind: &str, cell: Value) {
    if let Some(Value::Array(cells)) = found.get_mut(kind) {
        cells.push(cell);
    }
}

/// dB or dBm from tenths, whole where they are.
fn tenths(value: i16) -> Value {
    match value {
        i16::MIN => Value::Null,
        value if value % 10 == 0 => (value / 10).into(),
        value => (f64::from(value) / 10.0).into(),
    }
}

/// What is not known has all bits set.
fn known(value: u32) -> Option<u32> {
    Some(value).filter(|value| *value != u32::MAX)
}

/// The digits of a network: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1.
fn plmn([a, b, c]: [u8; 3]) -> String {
    let digits = [a & 0xf, a >> 4, b & 0xf, c & 0xf, c >> 4, b >> 4];
    digits.into_iter().filter_map(|digit| char::from_digit(digit.into(), 10)).collect()
}

fn gsm(found: &mut Map<String, Value>, info: &GeranInfoV2<'_>) {
    let serving = json!({
        "provider_id": plmn(info.plmn), "location_area_code": info.lac, "cell_id": known(info.cell_id),
        "timing_advance": known(info.timing_advance), "arfcn": info.geran_absolute_rf_channel_number,
        "base_station_id": info.base_station_identity_code, "rx_level": info.rx_level,
    });
    found.insert("gsm_serving_cell".into(), serving);
    for cell in info.cell.iter() {
        let cell = json!({
            "provider_id": plmn(cell.plmn), "location_area_code": cell.lac, "cell_id": known(cell.cell_id),
            "arfcn": cell.geran_absolute_rf_channel_number, "base_station_id": cell.base_station_identity_code,
            "rx_level": cell.rx_level,
        });
        add(found, "gsm_neighboring_cells", cell);
    }
}

fn umts(found: &mut Map<String, Value>, info: &UmtsInfoV2<'_>, id: Option<u32>) {
    let ecno = |ecio: i16| f64::from(ecio) / -2.0;
    let serving = json!({
        "provider_id": plmn(info.plmn), "location_area_code": info.lac,
        "cell_id": id.unwrap_or_else(|| info.cell_id.into()), "uarfcn": info.utra_absolute_rf_channel_number,
        "primary_scrambling_code": info.primary_scrambling_code, "rscp": info.rscp, "ecno_db": ecno(info.ecio),
    });
    found.insert("umts_serving_cell".into(), serving);
    for cell in info.cell.iter() {
        let cell = json!({
            "uarfcn": cell.utra_absolute_rf_channel_number, "primary_scrambling_code": cell.primary_scrambling_code,
            "rscp": cell.rscp, "ecno_db": ecno(cell.ecio),
        });
        add(found, "umts_neighboring_cells", cell);
    }
}

fn lte(found: &mut Map<String, Value>, info: &IntrafrequencyLteInfoV2<'_>, advance: Option<u32>) {
    let channel = info.eutra_absolute_rf_channel_number;
    // The cell that serves is among those of its channel.
    let is_serving = |cell: &IntrafrequencyLteInfoV2Cell| cell.physical_cell_id == info.serving_cell_id;
    let own = info.cell.iter().find(is_serving);
    let serving = json!({
        "provider_id": plmn(info.plmn), "cell_id": known(info.global_cell_id), "earfcn": channel,
        "physical_cell_id": info.serving_cell_id, "tac": info.tracking_area_code,
        "rsrp": own.as_ref().map(|cell| tenths(cell.rsrp)), "rsrq": own.as_ref().map(|cell| tenths(cell.rsrq)),
        "timing_advance": advance.and_then(known),
    });
    found.insert("lte_serving_cell".into(), serving);
    for cell in info.cell.iter().filter(|cell| !is_serving(cell)) {
        let cell = json!({
            "earfcn": channel, "physical_cell_id": cell.physical_cell_id, "rsrp": tenths(cell.rsrp),
            "rsrq": tenths(cell.rsrq),
        });
        add(found, "lte_neighboring_cells", cell);
    }
}

fn nr(found: &mut Map<String, Value>, info: &Nr5gCellInformation, channel: Option<u32>) {
    let [a, b, c] = info.tracking_area_code;
    let cell = json!({
        "provider_id": plmn(info.plmn), "nci": info.global_cell_id, "physical_cell_id": info.physical_cell_id,
        "nrarfcn": channel, "tac": u32::from_be_bytes([0, a, b, c]), "rsrp_dbm": tenths(info.rsrp),
        "rsrq_db": tenths(info.rsrq), "snr_db": tenths(info.snr),
    });
    add(found, "nr_serving_cells", cell);
}
