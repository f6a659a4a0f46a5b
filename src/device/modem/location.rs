//! Positioning: a receiver of satellites at a place that may move, in virtual time.
//!
//! Whoever wants positions switches the receiver on; it is on while anybody does. The first position takes as long as the
//! receiver's knowledge lets it ([`Delays`]): where it was, what time it is, where the satellites are.
//! From then on there is one each second, and every second faces see [`Positioning::Second`].
//!
//! Angles are counted in units so small that whole numbers do: the same calls lead to the same bytes on every machine.

use core::fmt::Write as _;
use core::net::{Ipv4Addr, Ipv6Addr};

use heapless::Vec;

use super::super::collect;
use super::clock::Date;
use super::event::{Change, Origin};
use super::management::OperatingMode;
use super::{Delays, Failure, Modem, Reason, Text, text};
use crate::time::{Instant, Millis};

/// Places of a path.
pub const WAYPOINTS: usize = 16;
/// Satellites in view.
pub const SATELLITES: usize = 16;
/// Those who want positions at the same time.
pub const USERS: usize = 24;
/// Servers that help with positioning: one of each kind.
pub const SERVERS: usize = 4;
/// Bytes of a server's address as text.
pub const URL: usize = 128;
/// Bytes of one sentence, line end included (NMEA 0183 allows 82).
pub const SENTENCE: usize = 96;

/// Time between positions.
const SECOND: Millis = Millis(1000);
/// For how long the receiver remembers where the satellites are.
const HOT: Millis = Millis::from_secs(7200);
/// Hours for which orbits that were loaded are good.
const ORBITS_LAST: u16 = 168;

/// Sines of 0 to 90 degrees, times 10000.
const SINES: [u16; 91] = [
    0, 175, 349, 523, 698, 872, 1045, 1219, 1392, 1564, 1736, 1908, 2079, 2250, 2419, 2588, 2756, 2924, 3090, 3256,
    3420, 3584, 3746, 3907, 4067, 4226, 4384, 4540, 4695, 4848, 5000, 5150, 5299, 5446, 5592, 5736, 5878, 6018, 6157,
    6293, 6428, 6561, 6691, 6820, 6947, 7071, 7193, 7314, 7431, 7547, 7660, 7771, 7880, 7986, 8090, 8192, 8290, 8387,
    8480, 8572, 8660, 8746, 8829, 8910, 8988, 9063, 9135, 9205, 9272, 9336, 9397, 9455, 9511, 9563, 9613, 9659, 9703,
    9744, 9781, 9816, 9848, 9877, 9903, 9925, 9945, 9962, 9976, 9986, 9994, 9998, 10_000,
];

/// Sine, times 10000, of an angle in tenths of a degree.
fn sine(tenths: i64) -> i64 {
    let tenths = tenths.rem_euclid(3600);
    let (half, sign) = if tenths < 1800 { (tenths, 1) } else { (tenths.saturating_sub(1800), -1) };
    let quarter = if half <= 900 { half } else { 1800_i64.saturating_sub(half) };
    let at = |degree: i64| usize::try_from(degree).ok().and_then(|degree| SINES.get(degree)).copied().unwrap_or(10_000);
    let (below, above) = (i64::from(at(quarter / 10)), i64::from(at((quarter / 10).saturating_add(1))));
    let between = above.saturating_sub(below).saturating_mul(quarter % 10) / 10;
    below.saturating_add(between).saturating_mul(sign)
}

fn cosine(tenths: i64) -> i64 {
    sine(tenths.saturating_add(900))
}

/// Direction of a movement, in tenths of a degree from north over east.
fn direction(north: i64, east: i64) -> u16 {
    let (n, e) = (north.saturating_abs(), east.saturating_abs());
    let mut angle = 0_i64;
    while angle < 900 && sine(angle).saturating_mul(n) < cosine(angle).saturating_mul(e) {
        angle = angle.saturating_add(1);
    }
    let angle = match (north >= 0, east >= 0) {
        (true, true) => angle,
        (false, true) => 1800_i64.saturating_sub(angle),
        (false, false) => angle.saturating_add(1800),
        (true, false) => 3600_i64.saturating_sub(angle),
    };
    u16::try_from(angle.rem_euclid(3600)).unwrap_or(0)
}

fn root(square: i64) -> i64 {
    i64::try_from(square.unsigned_abs().isqrt()).unwrap_or(i64::MAX)
}

fn degrees(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

/// A place on earth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Place {
    /// Degrees north of the equator, times ten million; ±90 degrees.
    pub latitude: i32,
    /// Degrees east of Greenwich, times ten million; ±180 degrees.
    pub longitude: i32,
    /// Height above the sea, in centimetres.
    pub altitude: i32,
}

impl Place {
    /// Whether there is such a place.
    #[must_use]
    pub fn is_valid(self) -> bool {
        (-900_000_000..=900_000_000).contains(&self.latitude)
            && (-1_800_000_000..=1_800_000_000).contains(&self.longitude)
    }

    /// So many centimetres north and east of here.
    fn moved(self, north: i64, east: i64) -> Self {
        // A degree of latitude is 111.32 km; a degree of longitude shrinks with the cosine.
        let latitude = i64::from(self.latitude).saturating_add(north.saturating_mul(8983) / 10_000);
        let shrunk = cosine(i64::from(self.latitude) / 1_000_000).max(1);
        let east = east.saturating_mul(8983).checked_div(shrunk).unwrap_or(0);
        let longitude = i64::from(self.longitude).saturating_add(east);
        Self { latitude: degrees(latitude), longitude: degrees(longitude), altitude: self.altitude }
    }

    /// Centimetres north and east from here to there, for places near each other.
    fn to(self, other: Self) -> (i64, i64) {
        let apart = |one: i32, other: i32| i64::from(other).saturating_sub(i64::from(one));
        let north = apart(self.latitude, other.latitude).saturating_mul(10_000) / 8983;
        let shrunk = cosine(i64::from(self.latitude) / 1_000_000);
        let east = apart(self.longitude, other.longitude).saturating_mul(shrunk) / 8983;
        (north, east)
    }
}

/// A place, and when it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Waypoint {
    /// When, counted from power-on.
    pub at: Millis,
    /// Where.
    pub place: Place,
}

/// How the modem moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Track {
    /// It does not.
    #[default]
    Still,
    /// Clockwise around [`LocationSetup::place`], beginning in the north.
    Circle {
        /// Distance, in metres.
        radius: u32,
        /// Time for one round.
        period: Millis,
    },
    /// Along [`LocationSetup::path`], straight and evenly, in the order of time; it stays at the last place.
    Path,
}

/// Which requests for positions are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EngineLock {
    /// None.
    #[default]
    None,
    /// Those of the device and its host.
    Device,
    /// Those of the network.
    Network,
    /// All.
    All,
}

/// How positions are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FixMode {
    /// As the device likes: from satellites alone.
    #[default]
    Default,
    /// By the device with data of the network.
    DeviceWithHelp,
    /// By the network.
    Network,
    /// By the device alone.
    Alone,
    /// From the cell.
    Cell,
    /// From cells and whatever the network knows.
    Wide,
}

bitflags::bitflags! {
    /// Kinds of NMEA sentences.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Sentences: u32 {
        /// The position.
        const GGA = 1 << 0;
        /// The least that navigation needs.
        const RMC = 1 << 1;
        /// Satellites in view.
        const GSV = 1 << 2;
        /// Satellites in use.
        const GSA = 1 << 3;
        /// Direction and speed.
        const VTG = 1 << 4;
    }

    /// What the receiver knows.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Knowledge: u32 {
        /// Where the satellites are, from themselves.
        const EPHEMERIS = 1 << 0;
        /// Where they are, from a file.
        const ORBITS = 1 << 1;
        /// Roughly where the receiver is.
        const POSITION = 1 << 2;
        /// The time.
        const TIME = 1 << 3;
    }
}

/// A server that helps with positioning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Its kind, a number that the host chooses: one server of each kind is kept.
    pub kind: u32,
    /// IPv4 address and port.
    pub v4: Option<(Ipv4Addr, u16)>,
    /// IPv6 address and port.
    pub v6: Option<(Ipv6Addr, u16)>,
    /// Address as text.
    pub url: Text<URL>,
}

/// What a positioning session is like if its client does not say (older interfaces have one for all).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Tracking {
    /// 0: by the device alone, 1: with help, 2: by the network.
    pub operation: u8,
    /// Seconds until a position that is not found is given up.
    pub timeout: u8,
    /// Seconds between positions.
    pub interval: u32,
    /// Metres that a position may be wrong by.
    pub accuracy: u32,
}

impl Default for Tracking {
    fn default() -> Self {
        Self { operation: 0, timeout: 255, interval: 1, accuracy: 30 }
    }
}

/// The receiver at power-on, and what it will see.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocationSetup {
    /// There is a receiver.
    pub fitted: bool,
    /// Where it is, or the middle of where it moves.
    pub place: Place,
    /// How it moves.
    pub track: Track,
    /// The places of [`Track::Path`].
    pub path: Vec<Waypoint, WAYPOINTS>,
    /// How far the sea is above the ellipsoid there, in centimetres.
    pub geoid: i32,
    /// Satellites in view, at most [`SATELLITES`]; four are needed for a position.
    pub satellites: u8,
    /// Greatest file of orbits, in bytes.
    pub max_file: u32,
    /// Greatest part of such a file.
    pub max_part: u32,
    /// Where such files are.
    pub orbit_servers: Vec<Text<64>, 3>,
}

impl Default for LocationSetup {
    fn default() -> Self {
        Self {
            fitted: true,
            place: Place { latitude: 484_000_000, longitude: 99_900_000, altitude: 47_800 },
            track: Track::Still,
            path: Vec::new(),
            geoid: 4_700,
            satellites: 12,
            max_file: 65_536,
            max_part: 1024,
            orbit_servers: collect([
                text("http://xtra1.example.net/xtra2.bin"),
                text("http://xtra2.example.net/xtra2.bin"),
            ]),
        }
    }
}

/// How a position was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FixSource {
    /// From satellites.
    Satellites,
    /// From the cell.
    Cell,
}

/// A position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fix {
    /// How it was found.
    pub source: FixSource,
    /// Where.
    pub place: Place,
    /// Height above the ellipsoid, in centimetres.
    pub ellipsoid: i32,
    /// Speed over ground, in centimetres per second.
    pub speed: u32,
    /// Direction of the movement, in tenths of a degree from north over east.
    pub heading: u16,
    /// How wrong it may be, in decimetres.
    pub uncertainty: u32,
    /// Dilution of precision, times ten: of the position, horizontal, vertical.
    pub dilution: (u16, u16, u16),
    /// Satellites in use.
    pub satellites: u8,
    /// Milliseconds of UTC since 1970.
    pub utc: u64,
}

/// A system of satellites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Constellation {
    /// GPS: numbers 1 to 32.
    Gps,
    /// GLONASS: numbers 65 to 96.
    Glonass,
}

/// A satellite in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Satellite {
    /// Its system.
    pub system: Constellation,
    /// Its number, as in NMEA sentences.
    pub number: u8,
    /// Degrees above the horizon.
    pub elevation: u8,
    /// Degrees from north over east.
    pub azimuth: u16,
    /// Signal to noise, in dB-Hz; 0 before it is found.
    pub signal: u8,
    /// The position depends on it.
    pub used: bool,
}

/// What happened with positioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Positioning {
    /// The receiver was switched on or off.
    Engine(bool),
    /// The receiver looked for a position: see [`Modem::fix`].
    Second(Instant),
    /// The receiver would like to be told what it does not know.
    Wants(Wanted),
    /// The older interface can be used.
    Ready,
}

/// What the receiver asks its host for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Wanted {
    /// The time.
    Time,
    /// A file of orbits.
    Orbits,
    /// A rough position.
    Position,
}

/// Somebody who wants positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct User {
    by: Origin,
    /// Number that the face chose.
    number: u32,
}

/// A file that is loaded part by part.
#[derive(Clone, Copy, Debug)]
struct Load {
    size: u32,
    parts: u16,
    /// Number of the part that came last.
    part: u16,
    received: u32,
}

/// The receiver while it is on.
#[derive(Clone, Copy, Debug)]
struct Engine {
    next: Instant,
    /// When it knows where it is, if satellites are in view.
    fixed_at: Instant,
}

#[derive(Debug)]
pub(super) struct Location {
    setup: LocationSetup,
    powered_at: Instant,
    users: Vec<User, USERS>,
    engine: Option<Engine>,
    lock: EngineLock,
    mode: FixMode,
    sentences: Sentences,
    servers: Vec<Server, SERVERS>,
    tracking: Tracking,
    /// The older interface is on, and begins by itself.
    service: bool,
    auto: bool,
    knows: Knowledge,
    /// When it last knew where it was.
    last_fix: Option<Instant>,
    /// Until when the loaded orbits are good: beginning, in milliseconds of UTC.
    orbits_from: Option<u64>,
    load: Option<Load>,
}

const SENTENCES: Sentences = Sentences::all();

impl Location {
    pub(super) fn new(setup: LocationSetup, now: Instant) -> Self {
        Self {
            setup,
            powered_at: now,
            users: Vec::new(),
            engine: None,
            lock: EngineLock::None,
            mode: FixMode::Default,
            sentences: SENTENCES,
            servers: Vec::new(),
            tracking: Tracking::default(),
            service: false,
            auto: false,
            knows: Knowledge::empty(),
            last_fix: None,
            orbits_from: None,
            load: None,
        }
    }

    /// Switches the receiver off without a word; what it knows and how it is set stays.
    pub(super) fn power_off(&mut self) {
        self.users.clear();
        self.engine = None;
        self.service = false;
        self.load = None;
    }

    /// Sets everything that a host sets as it was delivered.
    pub(super) fn restore(&mut self) {
        self.lock = EngineLock::None;
        self.mode = FixMode::Default;
        self.sentences = SENTENCES;
        self.servers.clear();
        self.tracking = Tracking::default();
        self.auto = false;
        self.forget(Knowledge::all());
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.engine.map(|engine| engine.next)
    }

    fn forget(&mut self, what: Knowledge) {
        self.knows.remove(what);
        if what.contains(Knowledge::ORBITS) {
            self.orbits_from = None;
        }
        if what.intersects(Knowledge::EPHEMERIS) {
            self.last_fix = None;
        }
    }

    /// How long the first position takes.
    fn first_fix(&self, now: Instant, delays: &Delays) -> Millis {
        let recent = self.last_fix.is_some_and(|at| now - at < HOT);
        match () {
            () if matches!(self.mode, FixMode::Cell | FixMode::Wide) => delays.fix_cell,
            () if recent && self.knows.contains(Knowledge::EPHEMERIS) => delays.fix_hot,
            () if self.knows.contains(Knowledge::ORBITS) => delays.fix_warm,
            () if self.knows.contains(Knowledge::TIME | Knowledge::POSITION) => delays.fix_warm,
            () => delays.fix_cold,
        }
    }

    /// Where the modem is, its speed in cm/s, and its direction.
    fn movement(&self, now: Instant) -> (Place, u32, u16) {
        let since = now.since(self.powered_at);
        let centre = self.setup.place;
        match self.setup.track {
            Track::Still => (centre, 0, 0),
            Track::Circle { radius, period } => {
                let (time, period) = (i64::from(since.0), i64::from(period.0.max(1)));
                let radius = i64::from(radius).saturating_mul(100);
                let angle = (time.checked_rem(period).unwrap_or(0)).saturating_mul(3600).checked_div(period);
                let angle = angle.unwrap_or(0);
                let north = cosine(angle).saturating_mul(radius) / 10_000;
                let east = sine(angle).saturating_mul(radius) / 10_000;
                let speed = radius.saturating_mul(6283).checked_div(period).unwrap_or(0);
                let heading = u16::try_from(angle.saturating_add(900).rem_euclid(3600)).unwrap_or(0);
                (centre.moved(north, east), u32::try_from(speed).unwrap_or(u32::MAX), heading)
            }
            Track::Path => on_path(centre, &self.setup.path, since),
        }
    }

    fn satellites(&self, now: Instant) -> Vec<Satellite, SATELLITES> {
        let count = u32::from(self.setup.satellites).min(16);
        let minutes = now.since(self.powered_at).0 / 60_000;
        let fixed = self.engine.is_some_and(|engine| engine.fixed_at <= now);
        collect((0..count).map(|n| {
            // A third of them are of the second system. All wander, evenly.
            let second = n % 3 == 2;
            let azimuth = n.wrapping_mul(137).wrapping_add(15).wrapping_add(minutes) % 360;
            let elevation = n.wrapping_mul(29) % 75;
            let elevation = u8::try_from(elevation).unwrap_or(0).saturating_add(10);
            let number = u8::try_from(n.wrapping_mul(5) % 24).unwrap_or(0).saturating_add(2);
            Satellite {
                system: if second { Constellation::Glonass } else { Constellation::Gps },
                number: if second { number.saturating_add(64) } else { number },
                elevation,
                azimuth: u16::try_from(azimuth).unwrap_or(0),
                signal: if self.engine.is_some() { (elevation / 3).saturating_add(20) } else { 0 },
                used: fixed && count >= 4,
            }
        }))
    }
}

fn on_path(centre: Place, points: &[Waypoint], since: Millis) -> (Place, u32, u16) {
    let next = points.iter().position(|point| point.at > since);
    let (from, to) = match next {
        // Before the first one, and behind the last, the modem stands.
        None => return (points.last().map_or(centre, |point| point.place), 0, 0),
        Some(0) => return (points.first().map_or(centre, |point| point.place), 0, 0),
        Some(next) => match (points.get(next.saturating_sub(1)), points.get(next)) {
            (Some(from), Some(to)) => (from, to),
            _ => return (centre, 0, 0),
        },
    };
    let whole = i64::from(to.at.0.saturating_sub(from.at.0).max(1));
    let part = i64::from(since.0.saturating_sub(from.at.0));
    let between = |from: i32, to: i32| {
        let (from, to) = (i64::from(from), i64::from(to));
        let step = to.saturating_sub(from).saturating_mul(part).checked_div(whole).unwrap_or(0);
        degrees(from.saturating_add(step))
    };
    let place = Place {
        latitude: between(from.place.latitude, to.place.latitude),
        longitude: between(from.place.longitude, to.place.longitude),
        altitude: between(from.place.altitude, to.place.altitude),
    };
    let (north, east) = from.place.to(to.place);
    let distance = root(north.saturating_mul(north).saturating_add(east.saturating_mul(east)));
    let speed = distance.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    (place, u32::try_from(speed).unwrap_or(u32::MAX), direction(north, east))
}

impl Modem {
    /// Whether there is a receiver.
    #[must_use]
    pub fn has_receiver(&self) -> bool {
        self.location.setup.fitted
    }

    /// Whether the receiver is on.
    #[must_use]
    pub fn is_positioning(&self) -> bool {
        self.location.engine.is_some()
    }

    /// Somebody wants positions, under a number that its face chose; asking twice is asking once.
    ///
    /// # Errors
    ///
    /// [`Reason::NotSupported`] without a receiver; [`Reason::NotAllowed`] if the lock is closed; [`Reason::RadioOff`] if the
    /// device is offline; [`Reason::Full`] if too many want positions.
    pub fn start_positioning(&mut self, now: Instant, by: Origin, number: u32) -> Result<(), Failure> {
        self.poll(now);
        if !self.location.setup.fitted {
            return Err(Reason::NotSupported.into());
        }
        if matches!(self.location.lock, EngineLock::Device | EngineLock::All) {
            return Err(Reason::NotAllowed.into());
        }
        if matches!(self.operating_mode(), OperatingMode::Offline | OperatingMode::ShuttingDown) {
            return Err(Reason::RadioOff.into());
        }
        let user = User { by, number };
        if !self.location.users.contains(&user) {
            self.location.users.push(user).map_err(|_| Failure::from(Reason::Full))?;
        }
        self.switch_engine(now, by);
        Ok(())
    }

    /// Somebody wants no more positions. Whether it had wanted some.
    pub fn stop_positioning(&mut self, now: Instant, by: Origin, number: u32) -> bool {
        self.poll(now);
        let user = User { by, number };
        let before = self.location.users.len();
        self.location.users.retain(|other| *other != user);
        let wanted = self.location.users.len() < before;
        self.switch_engine(now, by);
        wanted
    }

    /// A face wants no more positions.
    pub(super) fn stop_positioning_of(&mut self, now: Instant, by: Origin) {
        self.location.users.retain(|user| user.by != by);
        self.switch_engine(now, by);
    }

    /// The receiver goes on or off, as it is wanted.
    fn switch_engine(&mut self, now: Instant, by: Origin) {
        let older = self.location.service && self.location.auto;
        let wanted = older || !self.location.users.is_empty();
        match (wanted, self.location.engine) {
            (true, None) => {
                let fixed_at = now + self.location.first_fix(now, &self.delays);
                self.location.engine = Some(Engine { next: now + SECOND, fixed_at });
                self.log.push(by, Change::Positioning(Positioning::Engine(true)));
                for (knows, wants) in [
                    (Knowledge::TIME, Wanted::Time),
                    (Knowledge::ORBITS, Wanted::Orbits),
                    (Knowledge::POSITION, Wanted::Position),
                ] {
                    if !self.location.knows.intersects(knows | Knowledge::EPHEMERIS) {
                        self.log.push(Origin::WORLD, Change::Positioning(Positioning::Wants(wants)));
                    }
                }
            }
            (false, Some(_)) => {
                self.location.engine = None;
                self.log.push(by, Change::Positioning(Positioning::Engine(false)));
            }
            _ => {}
        }
    }

    pub(super) fn location_due(&mut self, at: Instant) {
        let Some(engine) = &mut self.location.engine else {
            return;
        };
        engine.next = at + SECOND;
        if self.fix(at).is_some_and(|fix| fix.source == FixSource::Satellites) {
            self.location.last_fix = Some(at);
            self.location.knows |= Knowledge::EPHEMERIS | Knowledge::POSITION | Knowledge::TIME;
        }
        self.log.push(Origin::WORLD, Change::Positioning(Positioning::Second(at)));
    }

    /// The position that the receiver knows at a time; `None` while it knows none.
    #[must_use]
    pub fn fix(&self, at: Instant) -> Option<Fix> {
        let location = &self.location;
        location.engine.filter(|engine| engine.fixed_at <= at)?;
        let (place, speed, heading) = location.movement(at);
        let utc = self.utc_millis(at);
        let ellipsoid = |place: Place| place.altitude.saturating_add(location.setup.geoid);
        if matches!(location.mode, FixMode::Cell | FixMode::Wide) {
            self.serving_network()?;
            return Some(Fix {
                source: FixSource::Cell,
                place: location.setup.place,
                ellipsoid: ellipsoid(location.setup.place),
                speed: 0,
                heading: 0,
                uncertainty: 10_000,
                dilution: (0, 0, 0),
                satellites: 0,
                utc,
            });
        }
        if location.mode == FixMode::Network {
            self.serving_network()?;
        }
        let satellites = location.setup.satellites.min(16);
        let horizontal: u16 = match satellites {
            0..=3 => return None,
            4..=5 => 25,
            6..=8 => 13,
            _ => 8,
        };
        Some(Fix {
            source: FixSource::Satellites,
            place,
            ellipsoid: ellipsoid(place),
            speed,
            heading,
            uncertainty: u32::from(horizontal).saturating_mul(4),
            dilution: (horizontal.saturating_add(5), horizontal, horizontal.saturating_add(3)),
            satellites,
            utc,
        })
    }

    /// The satellites in view.
    #[must_use]
    pub fn satellites(&self, at: Instant) -> Vec<Satellite, SATELLITES> {
        self.location.satellites(at)
    }

    /// So many satellites are in view from now on.
    pub fn set_satellites(&mut self, now: Instant, count: u8) {
        self.poll(now);
        let had = self.location.setup.satellites;
        self.location.setup.satellites = count.min(16);
        let opens = had < 4 && count >= 4;
        if let Some(engine) = self.location.engine.filter(|_| opens) {
            // A sky that opens again: the receiver looks again, from what it knows.
            let fixed_at = now + self.location.first_fix(now, &self.delays);
            self.location.engine = Some(Engine { fixed_at, ..engine });
        }
    }

    /// Puts the modem somewhere else, where it stands still.
    pub fn set_place(&mut self, now: Instant, place: Place) {
        self.poll(now);
        self.location.setup.place = place;
        self.location.setup.track = Track::Still;
    }

    // Settings.

    /// Which requests are refused.
    #[must_use]
    pub fn engine_lock(&self) -> EngineLock {
        self.location.lock
    }

    /// Says which requests are refused; positioning that is under way ends, if it is among them.
    pub fn set_engine_lock(&mut self, now: Instant, by: Origin, lock: EngineLock) {
        self.poll(now);
        self.location.lock = lock;
        if matches!(lock, EngineLock::Device | EngineLock::All) {
            self.end_positioning(now, by);
        }
        self.switch_engine(now, by);
    }

    /// Nobody gets positions any more.
    pub(super) fn end_positioning(&mut self, now: Instant, by: Origin) {
        self.location.users.clear();
        self.location.service = false;
        self.switch_engine(now, by);
    }

    /// How positions are found.
    #[must_use]
    pub fn fix_mode(&self) -> FixMode {
        self.location.mode
    }

    /// Says how positions are found.
    pub fn set_fix_mode(&mut self, mode: FixMode) {
        self.location.mode = mode;
    }

    /// Kinds of sentences that are told.
    #[must_use]
    pub fn sentences(&self) -> Sentences {
        self.location.sentences
    }

    /// Says which kinds of sentences are told.
    pub fn set_sentences(&mut self, sentences: Sentences) {
        self.location.sentences = sentences;
    }

    /// The server of a kind.
    #[must_use]
    pub fn location_server(&self, kind: u32) -> Option<&Server> {
        self.location.servers.iter().find(|server| server.kind == kind)
    }

    /// Sets the server of a kind: what is not said of it stays.
    ///
    /// # Errors
    ///
    /// [`Reason::Full`] if there are too many kinds.
    pub fn set_location_server(&mut self, server: Server) -> Result<(), Failure> {
        let known = self.location.servers.iter_mut().find(|known| known.kind == server.kind);
        let Some(known) = known else {
            return self.location.servers.push(server).map_err(|_| Reason::Full.into());
        };
        known.v4 = server.v4.or(known.v4);
        known.v6 = server.v6.or(known.v6);
        if !server.url.is_empty() {
            known.url = server.url;
        }
        Ok(())
    }

    /// What sessions are like whose clients do not say.
    #[must_use]
    pub fn tracking(&self) -> Tracking {
        self.location.tracking
    }

    /// Says what sessions are like whose clients do not say.
    pub fn set_tracking(&mut self, tracking: Tracking) {
        self.location.tracking = tracking;
    }

    /// The older interface: whether it is on, and whether it positions by itself.
    #[must_use]
    pub fn location_service(&self) -> (bool, bool) {
        (self.location.service, self.location.auto)
    }

    /// Switches the older interface, and whether it positions by itself while it is on.
    ///
    /// # Errors
    ///
    /// As [`start_positioning`](Self::start_positioning).
    pub fn set_location_service(&mut self, now: Instant, by: Origin, on: bool, auto: bool) -> Result<(), Failure> {
        self.poll(now);
        if !self.location.setup.fitted {
            return Err(Reason::NotSupported.into());
        }
        if on && matches!(self.location.lock, EngineLock::Device | EngineLock::All) {
            return Err(Reason::NotAllowed.into());
        }
        let was = core::mem::replace(&mut self.location.service, on);
        self.location.auto = auto;
        if on && !was {
            self.log.push(Origin::WORLD, Change::Positioning(Positioning::Ready));
        }
        self.switch_engine(now, by);
        Ok(())
    }

    // What the receiver knows.

    /// What the receiver knows.
    #[must_use]
    pub fn location_knowledge(&self) -> Knowledge {
        self.location.knows
    }

    /// A host tells the time or a rough position, which makes the first position come sooner.
    pub fn teach_location(&mut self, now: Instant, what: Knowledge) {
        self.poll(now);
        self.location.knows |= what & (Knowledge::TIME | Knowledge::POSITION);
        self.hurry(now);
    }

    /// The receiver forgets.
    pub fn forget_location(&mut self, now: Instant, what: Knowledge) {
        self.poll(now);
        self.location.forget(what);
    }

    /// A position that is looked for comes sooner, if the receiver now knows more.
    fn hurry(&mut self, now: Instant) {
        let sooner = now + self.location.first_fix(now, &self.delays);
        if let Some(engine) = &mut self.location.engine {
            engine.fixed_at = engine.fixed_at.min(sooner);
        }
    }

    /// Where files of orbits are, and how large they and their parts may be.
    #[must_use]
    pub fn orbit_source(&self) -> (&[Text<64>], u32, u32) {
        let setup = &self.location.setup;
        (&setup.orbit_servers, setup.max_file, setup.max_part)
    }

    /// From when on the loaded orbits are good, in milliseconds of UTC since 1970, and for how many hours.
    #[must_use]
    pub fn orbits(&self) -> Option<(u64, u16)> {
        self.location.orbits_from.map(|from| (from, ORBITS_LAST))
    }

    /// A host loads a part of a file of orbits; parts are counted from 1 and come in order. The model counts bytes and does
    /// not keep them.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`] for files or parts that are too large; [`Reason::Invalid`] for a part out of order, or a file
    /// that is not as long as was said. The file is given up then.
    pub fn load_orbits(
        &mut self,
        now: Instant,
        (size, parts): (u32, u16),
        part: u16,
        len: usize,
    ) -> Result<(), Failure> {
        self.poll(now);
        let (_, max_file, max_part) = self.orbit_source();
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        let load = self.location.load.take();
        if size > max_file || len > max_part {
            return Err(Reason::TooLong.into());
        }
        let load = match load {
            _ if part == 1 => Load { size, parts, part: 0, received: 0 },
            Some(load) if load.size == size && load.parts == parts => load,
            _ => return Err(Reason::Invalid.into()),
        };
        let received = load.received.saturating_add(len);
        let complete = part == parts;
        let in_order = load.part.checked_add(1) == Some(part) && part <= parts;
        if !in_order || len == 0 || received > size || complete != (received == size) {
            return Err(Reason::Invalid.into());
        }
        if complete {
            self.location.orbits_from = Some(self.utc_millis(now));
            self.location.knows |= Knowledge::ORBITS;
            self.hurry(now);
        } else {
            self.location.load = Some(Load { part, received, ..load });
        }
        Ok(())
    }

    // NMEA.

    /// Writes the sentences of a second (NMEA 0183), each with its line end, and hands them out one by one.
    pub fn nmea(&self, at: Instant, wanted: Sentences, tell: &mut dyn FnMut(&str)) {
        let fix = self.fix(at);
        let utc = Date::from_unix(self.utc_millis(at) / 1000);
        let satellites = self.satellites(at);
        if wanted.contains(Sentences::GSV) {
            for (talker, system) in [("GP", Constellation::Gps), ("GL", Constellation::Glonass)] {
                satellites_in_view(talker, system, &satellites, tell);
            }
        }
        if wanted.contains(Sentences::GGA) {
            sentence("GPGGA", tell, |s| position(s, utc, fix));
        }
        if wanted.contains(Sentences::VTG) {
            sentence("GPVTG", tell, |s| movement(s, fix));
        }
        if wanted.contains(Sentences::RMC) {
            sentence("GPRMC", tell, |s| least(s, utc, fix));
        }
        if wanted.contains(Sentences::GSA) {
            for system in [Constellation::Gps, Constellation::Glonass] {
                sentence("GNGSA", tell, |s| satellites_in_use(s, system, &satellites, fix));
            }
        }
    }
}

/// A sentence in the making.
type Sentence = heapless::String<SENTENCE>;

/// Makes a sentence: its name, its fields, the exclusive or of all characters between `$` and `*`.
fn sentence(name: &str, tell: &mut dyn FnMut(&str), fill: impl FnOnce(&mut Sentence) -> core::fmt::Result) {
    let mut text = Sentence::new();
    if write!(text, "${name},").is_err() || fill(&mut text).is_err() {
        return;
    }
    let check = text.bytes().skip(1).fold(0, |check, byte| check ^ byte);
    if write!(text, "*{check:02X}\r\n").is_ok() {
        tell(&text);
    }
}

/// Minutes of degrees times ten million, and the letter of the half of the earth.
fn minutes(s: &mut Sentence, value: i32, letters: (char, char)) -> core::fmt::Result {
    let size = u64::from(value.unsigned_abs());
    // Times ten thousand; what is beyond is cut off.
    let minutes = (size % 10_000_000).saturating_mul(60) / 1000;
    let letter = if value < 0 { letters.1 } else { letters.0 };
    write!(s, "{:02}.{:04},{letter},", minutes / 10_000, minutes % 10_000)
}

fn place(s: &mut Sentence, fix: Option<Fix>) -> core::fmt::Result {
    let Some(fix) = fix else {
        return s.write_str(",,,,");
    };
    let Place { latitude, longitude, .. } = fix.place;
    write!(s, "{:02}", latitude.unsigned_abs() / 10_000_000)?;
    minutes(s, latitude, ('N', 'S'))?;
    write!(s, "{:03}", longitude.unsigned_abs() / 10_000_000)?;
    minutes(s, longitude, ('E', 'W'))
}

fn time(s: &mut Sentence, utc: Date) -> core::fmt::Result {
    write!(s, "{:02}{:02}{:02}.00,", utc.hour, utc.minute, utc.second)
}

/// Centimetres as metres with one decimal.
fn metres(s: &mut Sentence, centimetres: i32) -> core::fmt::Result {
    let sign = if centimetres < 0 { "-" } else { "" };
    let size = centimetres.unsigned_abs();
    write!(s, "{sign}{}.{}", size / 100, size % 100 / 10)
}

fn tenths(s: &mut Sentence, value: u32) -> core::fmt::Result {
    write!(s, "{}.{}", value / 10, value % 10)
}

/// Centimetres per second as tenths of a knot, which is 1852 m in an hour.
fn knots(speed: u32) -> u32 {
    u32::try_from(u64::from(speed).saturating_mul(360) / 1852).unwrap_or(u32::MAX)
}

fn position(s: &mut Sentence, utc: Date, fix: Option<Fix>) -> core::fmt::Result {
    time(s, utc)?;
    place(s, fix)?;
    let Some(fix) = fix else {
        return s.write_str("0,,,,,,,,");
    };
    // Quality 1 is a fix of satellites, 6 an estimate.
    let quality = if fix.source == FixSource::Satellites { 1 } else { 6 };
    write!(s, "{quality},{:02},", fix.satellites.min(12))?;
    tenths(s, u32::from(fix.dilution.1))?;
    s.write_str(",")?;
    metres(s, fix.place.altitude)?;
    s.write_str(",M,")?;
    metres(s, fix.ellipsoid.saturating_sub(fix.place.altitude))?;
    s.write_str(",M,,")
}

fn movement(s: &mut Sentence, fix: Option<Fix>) -> core::fmt::Result {
    let Some(fix) = fix else {
        return s.write_str(",T,,M,,N,,K,N");
    };
    tenths(s, u32::from(fix.heading))?;
    s.write_str(",T,,M,")?;
    tenths(s, knots(fix.speed))?;
    s.write_str(",N,")?;
    tenths(s, u32::try_from(u64::from(fix.speed).saturating_mul(36) / 100).unwrap_or(u32::MAX))?;
    write!(s, ",K,{}", mode(fix.source))
}

fn mode(source: FixSource) -> char {
    if source == FixSource::Satellites { 'A' } else { 'E' }
}

fn least(s: &mut Sentence, utc: Date, fix: Option<Fix>) -> core::fmt::Result {
    time(s, utc)?;
    s.write_str(if fix.is_some() { "A," } else { "V," })?;
    place(s, fix)?;
    match fix {
        None => s.write_str(",,")?,
        Some(fix) => {
            tenths(s, knots(fix.speed))?;
            s.write_str(",")?;
            tenths(s, u32::from(fix.heading))?;
            s.write_str(",")?;
        }
    }
    write!(s, "{:02}{:02}{:02},,,", utc.day, utc.month, utc.year % 100)?;
    s.write_char(fix.map_or('N', |fix| mode(fix.source)))
}

fn satellites_in_use(
    s: &mut Sentence,
    system: Constellation,
    satellites: &[Satellite],
    fix: Option<Fix>,
) -> core::fmt::Result {
    let fix = fix.filter(|fix| fix.source == FixSource::Satellites);
    s.write_str(if fix.is_some() { "A,3," } else { "A,1," })?;
    let mut used = satellites.iter().filter(|satellite| satellite.used && satellite.system == system);
    for _ in 0..12 {
        match used.next().filter(|_| fix.is_some()) {
            Some(satellite) => write!(s, "{:02},", satellite.number)?,
            None => s.write_char(',')?,
        }
    }
    let Some(fix) = fix else {
        return s.write_str(",,");
    };
    let (position, horizontal, vertical) = fix.dilution;
    tenths(s, u32::from(position))?;
    s.write_char(',')?;
    tenths(s, u32::from(horizontal))?;
    s.write_char(',')?;
    tenths(s, u32::from(vertical))
}

fn satellites_in_view(talker: &str, system: Constellation, satellites: &[Satellite], tell: &mut dyn FnMut(&str)) {
    let here = || satellites.iter().filter(|satellite| satellite.system == system);
    let count = here().count();
    let name = if talker == "GP" { "GPGSV" } else { "GLGSV" };
    let sentences = count.div_ceil(4).max(1);
    for number in 0..sentences {
        sentence(name, tell, |s| {
            write!(s, "{sentences},{},{count:02}", number.saturating_add(1))?;
            for satellite in here().skip(number.saturating_mul(4)).take(4) {
                write!(s, ",{:02},{:02},{:03},", satellite.number, satellite.elevation, satellite.azimuth)?;
                if satellite.signal > 0 {
                    write!(s, "{:02}", satellite.signal)?;
                }
            }
            Ok(())
        });
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc, clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::*;

    fn modem(location: LocationSetup) -> Modem {
        Modem::new(Instant(0), Setup { location, ..Setup::default() })
    }

    fn sentences(modem: &Modem, at: u64, wanted: Sentences) -> std::vec::Vec<std::string::String> {
        let mut all = std::vec::Vec::new();
        modem.nmea(Instant(at), wanted, &mut |sentence| all.push(sentence.into()));
        all
    }

    #[test]
    fn a_position_takes_its_time_and_comes_sooner_the_second_time() {
        let mut modem = modem(LocationSetup::default());
        modem.start_positioning(Instant(1000), Origin(1), 7).unwrap();
        modem.poll(Instant(8000));
        assert!(modem.is_positioning());
        assert_eq!(modem.fix(Instant(8000)), None);
        modem.poll(Instant(9000));
        let fix = modem.fix(Instant(9000)).unwrap();
        assert_eq!((fix.place.latitude, fix.place.longitude, fix.satellites), (484_000_000, 99_900_000, 12));
        assert_eq!(fix.utc, 1_767_225_609_000);
        assert!(modem.stop_positioning(Instant(9500), Origin(1), 7));
        assert!(!modem.stop_positioning(Instant(9500), Origin(1), 7));
        assert!(!modem.is_positioning());
        assert_eq!(modem.fix(Instant(9500)), None);
        modem.start_positioning(Instant(10_000), Origin(1), 7).unwrap();
        assert!(modem.fix(Instant(11_000)).is_some(), "hot");
        modem.forget_location(Instant(12_000), Knowledge::all());
        modem.stop_positioning(Instant(12_000), Origin(1), 7);
        modem.teach_location(Instant(12_000), Knowledge::TIME | Knowledge::POSITION);
        modem.start_positioning(Instant(12_000), Origin(1), 7).unwrap();
        assert!(modem.fix(Instant(14_999)).is_none());
        assert!(modem.fix(Instant(15_000)).is_some(), "warm");
    }

    #[test]
    fn sentences_have_the_fields_and_checksums_of_the_standard() {
        let mut modem = modem(LocationSetup::default());
        modem.start_positioning(Instant(0), Origin(1), 1).unwrap();
        let early = sentences(&modem, 1000, Sentences::GGA | Sentences::RMC | Sentences::VTG);
        assert_eq!(
            early,
            [
                "$GPGGA,000001.00,,,,,0,,,,,,,,*49\r\n",
                "$GPVTG,,T,,M,,N,,K,N*2C\r\n",
                "$GPRMC,000001.00,V,,,,,,,010126,,,N*78\r\n"
            ]
        );
        let all = sentences(&modem, 10_000, Sentences::all());
        for sentence in &all {
            assert!(sentence.len() <= 82, "{sentence}");
            let (body, check) = sentence.trim_end().strip_prefix('$').unwrap().split_once('*').unwrap();
            let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
            assert_eq!(std::format!("{sum:02X}"), check, "{sentence}");
        }
        let find = |name: &str| all.iter().find(|sentence| sentence.starts_with(name)).unwrap();
        assert!(find("$GPGGA").starts_with("$GPGGA,000010.00,4824.0000,N,00959.4000,E,1,12,0.8,478.0,M,47.0,M,,*"));
        assert!(find("$GPRMC").starts_with("$GPRMC,000010.00,A,4824.0000,N,00959.4000,E,0.0,0.0,010126,,,A*"));
        assert!(find("$GNGSA").starts_with("$GNGSA,A,3,02,07,17,22,"));
        let in_view = all.iter().filter(|sentence| sentence.starts_with("$GPGSV,2,")).count();
        assert_eq!(in_view, 2, "eight of GPS, four in each sentence");
    }

    #[test]
    fn a_circle_is_round_and_a_path_is_straight() {
        let place = Place { latitude: 0, longitude: 0, altitude: 0 };
        let track = Track::Circle { radius: 1000, period: Millis(40_000) };
        let round = modem(LocationSetup { place, track, ..LocationSetup::default() });
        for (at, north, east, heading) in
            [(0, 89_830, 0, 900), (10_000, 0, 89_830, 1800), (20_000, -89_830, 0, 2700), (30_000, 0, -89_830, 0)]
        {
            let (place, speed, direction) = round.location.movement(Instant(at));
            assert_eq!((place.latitude, place.longitude, direction), (north, east, heading), "{at}");
            assert_eq!(speed, 15_707, "2 pi 1000 m in 40 s");
        }
        let mut path = Vec::new();
        let there = Place { latitude: 0, longitude: 8983, altitude: 1000 };
        path.push(Waypoint { at: Millis(1000), place }).unwrap();
        path.push(Waypoint { at: Millis(11_000), place: there }).unwrap();
        let straight = modem(LocationSetup { track: Track::Path, path, ..LocationSetup::default() });
        assert_eq!(straight.location.movement(Instant(0)), (place, 0, 0));
        let halfway = Place { latitude: 0, longitude: 4491, altitude: 500 };
        assert_eq!(straight.location.movement(Instant(6000)), (halfway, 1000, 900), "100 m in 10 s, to the east");
        assert_eq!(straight.location.movement(Instant(99_000)), (there, 0, 0));
        assert_eq!(direction(-1, -1), 2250);
        assert_eq!(direction(1, -1), 3150);
        assert_eq!(direction(-5, 0), 1800);
    }

    #[test]
    fn without_satellites_there_is_no_position_but_the_cell_has_one() {
        let mut modem = modem(LocationSetup { satellites: 3, ..LocationSetup::default() });
        modem.start_positioning(Instant(0), Origin(1), 1).unwrap();
        modem.poll(Instant(60_000));
        assert_eq!(modem.fix(Instant(60_000)), None);
        modem.set_fix_mode(FixMode::Cell);
        assert_eq!(modem.fix(Instant(60_000)).unwrap().source, FixSource::Cell);
        modem.set_fix_mode(FixMode::Default);
        modem.set_satellites(Instant(60_000), 6);
        assert_eq!(modem.fix(Instant(60_000)), None);
        assert_eq!(modem.fix(Instant(68_000)).unwrap().dilution.1, 13);
        modem.set_engine_lock(Instant(70_000), Origin(1), EngineLock::All);
        assert!(!modem.is_positioning());
        assert_eq!(modem.start_positioning(Instant(70_000), Origin(1), 1).unwrap_err().reason, Reason::NotAllowed);
    }

    #[test]
    fn files_of_orbits_come_in_order_and_make_the_first_position_come_sooner() {
        let mut modem = modem(LocationSetup::default());
        let at = Instant(5000);
        assert_eq!(modem.load_orbits(at, (70_000, 70), 1, 1000).unwrap_err().reason, Reason::TooLong);
        assert_eq!(modem.load_orbits(at, (2000, 2), 2, 1000).unwrap_err().reason, Reason::Invalid);
        modem.load_orbits(at, (2000, 2), 1, 1024).unwrap();
        assert_eq!(modem.load_orbits(at, (2000, 2), 2, 1024).unwrap_err().reason, Reason::Invalid);
        modem.load_orbits(at, (2000, 2), 1, 1024).unwrap();
        modem.load_orbits(at, (2000, 2), 2, 976).unwrap();
        assert_eq!(modem.orbits(), Some((1_767_225_605_000, 168)));
        modem.start_positioning(at, Origin(1), 1).unwrap();
        assert!(modem.fix(Instant(8000)).is_some());
    }
}
