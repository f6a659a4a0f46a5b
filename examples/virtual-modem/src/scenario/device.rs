//! The tables of a scenario for the device itself: how it is managed, its firmware, its place, operators' configurations.

use toml::de::DeValue;
use wwan::device::modem::Text;
use wwan::device::modem::carrier_config::{CarrierConfig, CarrierConfigSetup, ConfigKind};
use wwan::device::modem::firmware::{FirmwareSetup, Image, ImageKind};
use wwan::device::modem::location::{LocationSetup, Place, Track, Waypoint};
use wwan::device::modem::management::{ManagementSetup, Power};
use wwan::device::modem::oma::{OmaAlert, OmaKind, OmaSetup};
use wwan::time::Millis;

use super::Action;
use super::read::{Digits, Hex, Keys, Node, Problem, Read, Table, Words, value, wanted};

/// An address of six bytes.
fn address(table: &mut Table<'_>, key: &'static str) -> Result<Option<[u8; 6]>, Problem> {
    let Some(Hex(bytes)) = table.get(key)? else {
        return Ok(None);
    };
    bytes.try_into().map(Some).map_err(|_| table.problem_at(key, "six bytes are wanted"))
}

impl Keys for ManagementSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("hardware", &mut self.hardware)?;
        table.put("sku", &mut self.sku)?;
        table.put("imei-version", &mut Digits::<2, 2>(&mut self.imei_version))?;
        table.put("meid", &mut self.meid)?;
        table.put("esn", &mut self.esn)?;
        table.put("service-code", &mut Digits::<6, 6>(&mut self.service_code))?;
        table.put("user-code", &mut Digits::<4, 4>(&mut self.user_code))?;
        self.wlan_mac = address(table, "wlan-mac")?.or(self.wlan_mac);
        self.bluetooth_mac = address(table, "bluetooth-mac")?.or(self.bluetooth_mac);
        table.put("composition", &mut self.compositions.current)?;
        let most = self.compositions.supported.capacity();
        table.replace("compositions", &mut self.compositions.supported, most, value::<u32>)?;
        table.put("unlock-text", &mut self.unlock_text)?;
        table.put("unlock-number", &mut self.unlock_number)?;
        table.put("power", &mut self.power)?;
        if let Some(version) = table.get("prl")? {
            self.prl = Some((version, false));
        }
        Ok(())
    }
}

impl Keys for Power {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("external", &mut self.external)?;
        if let Some(charge) = table.get("battery")? {
            if charge > 100 {
                return Err(table.problem_at("battery", "a battery holds at most 100 percent"));
            }
            self.battery = Some(charge);
        }
        table.put("charging", &mut self.charging)?;
        table.put("fault", &mut self.fault)
    }
}

const IMAGES: &Words<ImageKind> = &[("modem", ImageKind::Modem), ("pri", ImageKind::Pri)];

impl Keys for FirmwareSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("room", &mut self.room)?;
        table.put("boot", &mut self.boot)?;
        table.put("package", &mut self.package)?;
        table.put("carrier", &mut self.carrier)?;
        table.put("carrier-id", &mut self.carrier_id)?;
        let most = self.images.capacity();
        table.replace_tables("images", &mut self.images, most, |table| {
            let kind = table.must_choose("kind", IMAGES)?;
            let (slot, build) = (table.must("slot")?, table.must::<Text<32>>("build")?);
            let mut id = [0; 16];
            for (place, byte) in id.iter_mut().zip(build.bytes()) {
                *place = byte;
            }
            Ok(Image::new(kind, slot, id, &build))
        })
    }
}

const CONFIGS: &Words<ConfigKind> = &[("platform", ConfigKind::Platform), ("software", ConfigKind::Software)];

impl Keys for CarrierConfigSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("room", &mut self.room)?;
        let most = self.configs.capacity();
        if table.has("configs") {
            self.active = None;
        }
        table.replace_tables("configs", &mut self.configs, most, |table| {
            let kind = table.must_choose("kind", CONFIGS)?;
            let (Hex(id), name) = (table.must("id")?, table.must::<Text<48>>("description")?);
            if id.is_empty() || id.len() > 32 {
                return Err(table.problem_at("id", "1 to 32 bytes are wanted"));
            }
            let mut config = CarrierConfig::new(kind, &id, &name);
            table.put("version", &mut config.version)?;
            table.put("size", &mut config.size)?;
            Ok(config)
        })?;
        if let Some(active) = table.get("active")? {
            self.active = Some(active).filter(|active| *active < self.configs.len());
            if self.active.is_none() {
                return Err(table.problem_at("active", "there is no such configuration"));
            }
        }
        Ok(())
    }
}

/// Degrees times ten million, from a number with a fraction.
struct Degrees<'a>(&'a mut i32);

impl Read for Degrees<'_> {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        let said = match node.get_ref() {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) => number.as_str(),
            _ => return Err(wanted(node, "degrees, with a fraction")),
        };
        let (sign, size) = said.strip_prefix('-').map_or((1, said), |size| (-1, size));
        let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
        let digits: String = whole.chars().chain(fraction.chars().chain("0000000".chars()).take(7)).collect();
        let number = digits.parse::<i32>().map_err(|_| wanted(node, "degrees, with up to seven decimals"))?;
        *self.0 = number.saturating_mul(sign);
        Ok(())
    }
}

impl Keys for Place {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("latitude", &mut Degrees(&mut self.latitude))?;
        table.put("longitude", &mut Degrees(&mut self.longitude))?;
        // In metres.
        if let Some(altitude) = table.get::<i32>("altitude")? {
            self.altitude = altitude.saturating_mul(100);
        }
        if !self.is_valid() {
            return Err(table.problem("there is no such place on earth"));
        }
        Ok(())
    }
}

impl Keys for LocationSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("fitted", &mut self.fitted)?;
        self.place.keys(table)?;
        table.put("satellites", &mut self.satellites)?;
        let (radius, period): (Option<u32>, Option<Millis>) =
            (table.get("circle-radius")?, table.get("circle-period")?);
        match (radius, period) {
            (None, None) => {}
            (Some(radius), Some(period)) => self.track = Track::Circle { radius, period },
            _ => return Err(table.problem("a circle has `circle-radius` and `circle-period`")),
        }
        let (most, start) = (self.path.capacity(), self.place);
        let mut last = Millis(0);
        table.each_table("path", most, &mut |table| {
            let mut place = start;
            place.keys(table)?;
            let at: Millis = table.must("at")?;
            if at < last {
                return Err(table.problem_at("at", "places come in the order of time"));
            }
            last = at;
            let _ = self.path.push(Waypoint { at, place });
            Ok(())
        })?;
        if !self.path.is_empty() {
            self.track = Track::Path;
        }
        Ok(())
    }
}

impl Keys for OmaSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("server", &mut self.server)?;
        table.put("provisioning", &mut self.features.provisioning)?;
        table.put("prl", &mut self.features.prl)?;
        table.put("activation", &mut self.features.activation)
    }
}

/// Somebody takes the modem elsewhere.
pub(super) fn place(table: &mut Table<'_>) -> Result<Action, Problem> {
    let mut place = Place::default();
    place.keys(table)?;
    Ok(Action::SetPlace(place))
}

/// So many satellites are in view.
pub(super) fn satellites(table: &mut Table<'_>) -> Result<Action, Problem> {
    Ok(Action::SetSatellites(table.must("count")?))
}

/// The power comes from elsewhere.
pub(super) fn power(table: &mut Table<'_>) -> Result<Action, Problem> {
    let mut power = Power::default();
    power.keys(table)?;
    Ok(Action::SetPower(power))
}

/// The operator's server asks whether a session may begin.
pub(super) fn alert(table: &mut Table<'_>) -> Result<Action, Problem> {
    let (kind, session) = (table.must("kind")?, table.must("session")?);
    if kind > OmaKind::LAST {
        return Err(table.problem_at("kind", "there is no such kind of session"));
    }
    Ok(Action::OmaAlert(OmaAlert { kind: OmaKind(kind), session }))
}
