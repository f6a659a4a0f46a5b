//! Finds a modem's functions by the descriptors of the device: which interfaces speak MBIM, QMI or AT, in which of their
//! settings, and over which endpoints.
//!
//! MBIM says what it is (MBIM 1.0 §6); its data interface stands in the union descriptor or, where that is missing, in the
//! association of the interfaces. A function that is NCM as well has MBIM in another setting of the same interfaces. QMI has
//! no class: [`quirk`] knows its interfaces, and for devices that it does not know there is a guess. Serial
//! ports are those of CDC ACM and the vendors' own.

use heapless::Vec;
use mbim_wire::usb::descriptor::{
    Class, Configuration, Descriptor, Descriptors, Device, Endpoint, Interface, InterfaceAssociation, Mbim,
    MbimExtended, NetworkCapabilities, Union,
};

use super::quirk::{self, Quirks, Role};

/// The most functions of a configuration that are listed. Modems have up to eight.
pub const MAX_FUNCTIONS: usize = 12;

/// How much of a configuration is looked at, in bytes. Those of modems have 100 to 700.
pub const MAX_CONFIGURATION: usize = 4096;

/// wMaxControlMessage of a function that does not say: what all take at least (MBIM 1.0 §6.4) is less than what any needs, so
/// this is Linux' size.
const DEFAULT_CONTROL_MESSAGE: u16 = 4096;

/// The least wMaxControlMessage that the specification allows.
const LEAST_CONTROL_MESSAGE: u16 = 64;

/// The data transfer class.
const CDC_DATA: u8 = 0x0a;
/// Class and subclass of CDC ACM.
const ACM: (u8, u8) = (0x02, 0x02);
/// The vendor's own class.
const VENDOR: u8 = 0xff;

/// The two bulk pipes of a data interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataPipes {
    /// The interface that they belong to.
    pub interface: u8,
    /// The setting of it that has them.
    pub alternate: u8,
    /// Whether it has other settings, so that one has to be chosen.
    pub has_alternates: bool,
    /// To the host.
    pub input: Endpoint,
    /// To the device.
    pub output: Endpoint,
}

/// A function that speaks MBIM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MbimFunction {
    /// Its control interface.
    pub control: u8,
    /// The setting of it that is MBIM.
    pub control_alternate: u8,
    /// Whether the interface has other settings, as that of an NCM function has: the setting has to be chosen before
    /// anything else.
    pub control_has_alternates: bool,
    /// Where it says that answers are there. Functions without are asked from time to time.
    pub notification: Option<Endpoint>,
    /// Its data interface.
    pub data: DataPipes,
    /// The longest control message or fragment in bytes (wMaxControlMessage); 64 at least.
    pub max_control_message: u16,
    /// The longest datagram in bytes (wMaxSegmentSize), 0 if it does not say.
    pub max_segment_size: u16,
    /// The longest IP packet in bytes (wMTU), if it says so.
    pub mtu: Option<u16>,
    /// How many commands it takes before it has answered the first, if it says so.
    pub max_outstanding_commands: Option<u8>,
    /// The requests that it answers beside those that all do.
    pub capabilities: NetworkCapabilities,
    /// What the device wants beside the specification.
    pub quirks: Quirks,
}

/// A function that speaks QMI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct QmiFunction {
    /// Its control interface: the interface number that WDA and WDS want in endpoint descriptions, too.
    pub control: u8,
    /// Where it says that answers are there.
    pub notification: Endpoint,
    /// The pipes of packets; as a rule of the same interface.
    pub data: DataPipes,
    /// It is a guess: ask for the version of its control service, and give up after two seconds.
    pub guessed: bool,
    /// What the device wants; [`Quirks::DTR`] concerns it.
    pub quirks: Quirks,
}

/// A serial port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SerialFunction {
    /// The interface that requests about the line go to.
    pub control: u8,
    /// Where it tells changes of the line.
    pub notification: Option<Endpoint>,
    /// The pipes of bytes.
    pub data: DataPipes,
    /// It is one of CDC ACM, and not a vendor's own.
    pub acm: bool,
    /// What it is for.
    pub role: Role,
}

/// A function of a modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Function {
    /// It speaks MBIM.
    Mbim(MbimFunction),
    /// It speaks QMI.
    Qmi(QmiFunction),
    /// A serial port.
    Serial(SerialFunction),
}

impl Function {
    /// How much a host gains by it: MBIM before QMI that is known, before QMI that is a guess, before a serial port.
    const fn rank(&self) -> u8 {
        match self {
            Self::Mbim(_) => 4,
            Self::Qmi(QmiFunction { guessed: false, .. }) => 3,
            Self::Serial(_) => 2,
            Self::Qmi(_) => 1,
        }
    }
}

/// What is there beside, or instead of, the functions of a modem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Others {
    /// Mass storage: a device that has nothing else may hold a modem that has to be switched over first, as program CDs of
    /// USB sticks have.
    pub storage: bool,
    /// Vendors' own interfaces that are no function of a modem, as far as is known.
    pub vendor: u8,
    /// Functions beyond [`MAX_FUNCTIONS`].
    pub left_out: u8,
}

/// A device, as one of its configurations shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Modem {
    /// The vendor.
    pub vendor_id: u16,
    /// The product.
    pub product_id: u16,
    /// The configuration to set.
    pub configuration: u8,
    /// Its functions, MBIM first, then QMI, then the serial ports in the order of their interfaces.
    pub functions: Vec<Function, MAX_FUNCTIONS>,
    /// What else there is.
    pub others: Others,
}

impl Modem {
    /// The MBIM functions.
    pub fn mbim(&self) -> impl Iterator<Item = &MbimFunction> {
        self.functions.iter().filter_map(|function| if let Function::Mbim(mbim) = function { Some(mbim) } else { None })
    }

    /// The QMI functions.
    pub fn qmi(&self) -> impl Iterator<Item = &QmiFunction> {
        self.functions.iter().filter_map(|function| if let Function::Qmi(qmi) = function { Some(qmi) } else { None })
    }

    /// The serial ports that may answer AT: those that are known to do so before those of which nothing is known.
    pub fn at(&self) -> impl Iterator<Item = &SerialFunction> {
        let with = |role| {
            self.functions.iter().filter_map(move |function| match function {
                Function::Serial(serial) if serial.role == role => Some(serial),
                _ => None,
            })
        };
        with(Role::At).chain(with(Role::Unknown))
    }

    /// Whether this configuration serves a host better than `other` does.
    #[must_use]
    pub fn is_better_than(&self, other: &Self) -> bool {
        let rank = |modem: &Self| modem.functions.iter().map(Function::rank).max().unwrap_or(0);
        rank(self) > rank(other)
    }

    /// Lists what one configuration has: `bytes` are its descriptor and all that follow it.
    ///
    /// Descriptors that make no sense are passed over; a device may be wrong in what a host does not need.
    #[must_use]
    #[inline(never)]
    pub fn look(device: &Device, bytes: &[u8]) -> Self {
        let head = Configuration::parse(bytes).unwrap_or_default();
        let length = usize::from(head.total_length).min(MAX_CONFIGURATION).min(bytes.len());
        let view = View { device, bytes: bytes.get(..length).unwrap_or_default() };
        let mut modem = Self {
            vendor_id: device.vendor_id,
            product_id: device.product_id,
            configuration: head.value,
            functions: Vec::new(),
            others: Others::default(),
        };
        view.settings().filter_map(|setting| view.mbim(&setting)).for_each(|mbim| modem.add(Function::Mbim(mbim)));
        view.settings().filter_map(|setting| view.qmi(&setting)).for_each(|qmi| modem.add(Function::Qmi(qmi)));
        if modem.functions.is_empty() {
            view.guessed_qmi().into_iter().for_each(|qmi| modem.add(Function::Qmi(qmi)));
        }
        let modems = !modem.functions.is_empty() || quirk::is_maker(device.vendor_id);
        for setting in view.settings().filter(|setting| setting.interface.alternate_setting == 0) {
            let class = setting.interface.class;
            if modem.has(setting.interface.number) {
            } else if let Some(serial) = view.serial(&setting, modems) {
                modem.add(Function::Serial(serial));
            } else if class.class == VENDOR {
                modem.others.vendor = modem.others.vendor.saturating_add(1);
            } else if class.class == 0x08 {
                modem.others.storage = true;
            }
        }
        modem
    }

    fn add(&mut self, function: Function) {
        if self.functions.push(function).is_err() {
            self.others.left_out = self.others.left_out.saturating_add(1);
        }
    }

    /// Whether a function has that interface.
    fn has(&self, number: u8) -> bool {
        self.functions.iter().any(|function| {
            let (control, data) = match function {
                Function::Mbim(mbim) => (mbim.control, mbim.data.interface),
                Function::Qmi(qmi) => (qmi.control, qmi.data.interface),
                Function::Serial(serial) => (serial.control, serial.data.interface),
            };
            control == number || data == number
        })
    }
}

/// Finds the configuration that serves a host best, and what it has; `None` if there are no configurations. Between equals
/// the first one wins, which is the one that the device prefers.
///
/// A device may offer different modems in its configurations, such as one with QMI and one with MBIM.
#[must_use]
pub fn find<'a>(device: &Device, configurations: impl IntoIterator<Item = &'a [u8]>) -> Option<Modem> {
    let found = configurations.into_iter().map(|bytes| Modem::look(device, bytes));
    found.reduce(|best, next| if next.is_better_than(&best) { next } else { best })
}

/// One setting of an interface, and the descriptors that belong to it.
#[derive(Clone, Copy)]
struct Setting<'a> {
    interface: Interface,
    bytes: &'a [u8],
}

impl<'a> Setting<'a> {
    fn descriptors(&self) -> impl Iterator<Item = Descriptor<'a>> + use<'a> {
        Descriptors::new(self.bytes).filter_map(Result::ok)
    }

    /// The first endpoint of a bulk pipe, or of an interrupt pipe, in that direction. Those without a number or without room
    /// for a byte are none.
    #[inline(never)]
    fn endpoint(&self, bulk: bool, to_host: bool) -> Option<Endpoint> {
        self.descriptors().find_map(|descriptor| {
            let Descriptor::Endpoint(endpoint) = descriptor else {
                return None;
            };
            // The bits above tell of transactions in a microframe, which concern the controller of these pipes only.
            let endpoint = Endpoint { max_packet_size: endpoint.max_packet_size & 0x07ff, ..endpoint };
            let size = endpoint.max_packet_size;
            // Packets of bulk pipes have 8, 16, 32, 64, 512 or 1024 bytes.
            let fits = if bulk { endpoint.is_bulk() && size.is_power_of_two() } else { endpoint.is_interrupt() };
            (fits && endpoint.is_in() == to_host && size != 0 && endpoint.address & 0x0f != 0).then_some(endpoint)
        })
    }

    fn interrupt(&self) -> Option<Endpoint> {
        self.endpoint(false, true)
    }

    fn bulk(&self) -> Option<(Endpoint, Endpoint)> {
        Some((self.endpoint(true, true)?, self.endpoint(true, false)?))
    }

    fn union(&self) -> Option<Union> {
        self.descriptors().find_map(|descriptor| match descriptor {
            Descriptor::Union(union) if union.control_interface == self.interface.number => Some(union),
            _ => None,
        })
    }

    fn is_of(&self, number: u8) -> bool {
        self.interface.number == number
    }
}

/// Which class a data interface has to be of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Any,
    CdcData,
    MbimData,
}

impl Wanted {
    fn fits(self, class: Class) -> bool {
        match self {
            Self::Any => true,
            Self::CdcData => class.class == CDC_DATA,
            Self::MbimData => class == Class::MBIM_DATA,
        }
    }
}

/// The configuration of a device.
#[derive(Clone, Copy)]
struct View<'a> {
    device: &'a Device,
    bytes: &'a [u8],
}

impl<'a> View<'a> {
    fn settings(&self) -> Settings<'a> {
        Settings { bytes: self.bytes, descriptors: Descriptors::new(self.bytes), next: None }
    }

    fn settings_of(&self, number: u8) -> impl Iterator<Item = Setting<'a>> {
        self.settings().filter(move |setting| setting.is_of(number))
    }

    /// Settings with the number 0: as many as there are interfaces.
    fn interfaces(&self) -> usize {
        self.settings().filter(|setting| setting.interface.alternate_setting == 0).count()
    }

    /// The association of two interfaces that begins with this one.
    fn association(&self, number: u8) -> Option<InterfaceAssociation> {
        Descriptors::new(self.bytes).filter_map(Result::ok).find_map(|descriptor| match descriptor {
            Descriptor::InterfaceAssociation(association)
                if association.first_interface == number && association.count == 2 =>
            {
                Some(association)
            }
            _ => None,
        })
    }

    /// The bulk pipes of that interface, in the first setting that has them and fits.
    #[inline(never)]
    fn pipes(&self, number: u8, wanted: Wanted) -> Option<DataPipes> {
        let has_alternates = self.settings_of(number).nth(1).is_some();
        self.settings_of(number).filter(|setting| wanted.fits(setting.interface.class)).find_map(|setting| {
            let (input, output) = setting.bulk()?;
            let alternate = setting.interface.alternate_setting;
            Some(DataPipes { interface: number, alternate, has_alternates, input, output })
        })
    }

    /// The data interface of a control interface: by the union, else by an association of two, else the next one if it
    /// says that it is data.
    #[inline(never)]
    fn data_of(&self, setting: &Setting<'_>, wanted: Wanted) -> Option<DataPipes> {
        let number = setting.interface.number;
        let next = number.checked_add(1)?;
        // In a function that is NCM as well the descriptors may stand in the other setting.
        let union = setting.union().or_else(|| self.settings_of(number).find_map(|setting| setting.union()));
        let by_union = union.map(|union| union.subordinate_interface).filter(|data| *data != number);
        let by_association = self.association(number).map(|_| next);
        let by_class = if wanted == Wanted::Any { Wanted::CdcData } else { wanted };
        [by_union.zip(Some(wanted)), by_association.zip(Some(wanted)), Some((next, by_class))]
            .into_iter()
            .flatten()
            .find_map(|(data, wanted)| self.pipes(data, wanted))
    }

    #[inline(never)]
    fn mbim(&self, setting: &Setting<'_>) -> Option<MbimFunction> {
        let Interface { number, alternate_setting, class, .. } = setting.interface;
        if class != Class::MBIM_CONTROL {
            return None;
        }
        let control_has_alternates = self.settings_of(number).nth(1).is_some();
        // Beside NCM only the class tells which setting of the data interface is that of MBIM.
        let data = self
            .data_of(setting, Wanted::MbimData)
            .or_else(|| if control_has_alternates { None } else { self.data_of(setting, Wanted::Any) })?;
        let (mut mbim, mut extended): (Option<Mbim>, Option<MbimExtended>) = (None, None);
        for setting in core::iter::once(*setting).chain(self.settings_of(number)) {
            for descriptor in setting.descriptors() {
                match descriptor {
                    Descriptor::Mbim(found) => mbim = mbim.or(Some(found)),
                    Descriptor::MbimExtended(found) => extended = extended.or(Some(found)),
                    _ => {}
                }
            }
        }
        let max_control_message = mbim.map_or(DEFAULT_CONTROL_MESSAGE, |mbim| mbim.max_control_message);
        Some(MbimFunction {
            control: number,
            control_alternate: alternate_setting,
            control_has_alternates,
            notification: setting.interrupt().or_else(|| self.settings_of(number).find_map(|s| s.interrupt())),
            data,
            max_control_message: max_control_message.max(LEAST_CONTROL_MESSAGE),
            max_segment_size: mbim.map_or(0, |mbim| mbim.max_segment_size),
            mtu: extended.map(|extended| extended.mtu),
            max_outstanding_commands: extended.map(|extended| extended.max_outstanding_command_messages),
            capabilities: mbim.map_or(NetworkCapabilities::empty(), |mbim| mbim.network_capabilities),
            quirks: self.quirks(),
        })
    }

    fn quirks(&self) -> Quirks {
        quirk::quirks(self.device.vendor_id, self.device.product_id, self.device.usb_version)
    }

    /// A QMI function over that interface, whatever says that it is one.
    #[inline(never)]
    fn qmi_over(&self, setting: &Setting<'_>) -> Option<QmiFunction> {
        let number = setting.interface.number;
        let union = setting.union().map(|union| union.subordinate_interface).filter(|data| *data != number);
        let pair = union.and_then(|data| self.pipes(data, Wanted::Any));
        // A union whose numbers do not fit means nothing.
        let data = pair.or_else(|| self.pipes(number, Wanted::Any))?;
        let notification = setting.interrupt()?;
        Some(QmiFunction { control: number, notification, data, guessed: false, quirks: self.quirks() })
    }

    #[inline(never)]
    fn qmi(&self, setting: &Setting<'_>) -> Option<QmiFunction> {
        let Interface { number, alternate_setting: 0, class, .. } = setting.interface else {
            return None;
        };
        let Device { vendor_id, product_id, .. } = *self.device;
        let known = quirk::known_qmi(vendor_id, product_id, number, class, self.interfaces())?;
        if known.by_number && class.class != VENDOR {
            return None;
        }
        // Diagnostics share the class with QMI, but have no notifications: an interface of two endpoints is no QMI.
        let mut function = self.qmi_over(setting)?;
        function.quirks.set(Quirks::DTR, known.dtr || function.quirks.contains(Quirks::DTR));
        Some(function)
    }

    /// In a device that nothing is known of: the interface with three endpoints whose class is the vendor's all through, if
    /// there is only one of them; else the last one behind two serial ports or more.
    #[inline(never)]
    fn guessed_qmi(&self) -> Option<QmiFunction> {
        let vendors = |setting: &Setting<'_>| {
            let Interface { alternate_setting, class, .. } = setting.interface;
            alternate_setting == 0 && class.class == VENDOR && !quirk::is_debugger(class)
        };
        let candidates = || self.settings().filter(vendors).filter(|setting| self.qmi_over(setting).is_some());
        let mut plain = candidates().filter(|setting| setting.interface.class == Class::new(VENDOR, 0xff, 0xff));
        let guess = match (plain.next(), plain.next()) {
            (Some(only), None) => Some(only),
            _ => candidates().last().filter(|guess| {
                let before = |setting: &Setting<'_>| setting.interface.number < guess.interface.number;
                self.settings().filter(vendors).filter(before).count() >= 2
            }),
        }?;
        let mut function = self.qmi_over(&guess)?;
        function.guessed = true;
        function.quirks |= Quirks::DTR; // harmless where it is not needed
        Some(function)
    }

    /// A serial port with that interface as its control interface. Vendors' own ones count only in a device that `modems`.
    #[inline(never)]
    fn serial(&self, setting: &Setting<'_>, modems: bool) -> Option<SerialFunction> {
        let Interface { number, class, .. } = setting.interface;
        let acm = (class.class, class.subclass) == ACM;
        let (data, role) = if acm {
            // Some have all endpoints in one interface; the call management descriptor names the other one, too.
            let data = setting.bulk().and_then(|_| self.pipes(number, Wanted::Any));
            let data = data.or_else(|| self.data_of(setting, Wanted::CdcData));
            let by_call_management = || self.pipes(setting.call_management()?, Wanted::CdcData);
            (data.or_else(by_call_management)?, Role::Unknown)
        } else if class.class == VENDOR && modems && !quirk::is_debugger(class) {
            let role = quirk::role(self.device.vendor_id, self.device.product_id, number, class);
            (self.pipes(number, Wanted::Any)?, role)
        } else {
            return None;
        };
        // Protocol 1 of CDC ACM: AT commands of V.250 (CDC PSTN 1.2 §5.3).
        let role = if acm && (1..=6).contains(&class.protocol) { Role::At } else { role };
        Some(SerialFunction { control: number, notification: setting.interrupt(), data, acm, role })
    }
}

impl Setting<'_> {
    /// bDataInterface of the call management functional descriptor (CDC PSTN 1.2 §5.3.1).
    fn call_management(&self) -> Option<u8> {
        self.descriptors().find_map(|descriptor| match descriptor {
            Descriptor::CallManagement(management) => Some(management.data_interface),
            _ => None,
        })
    }
}

/// Iterates over the settings of interfaces in a configuration.
struct Settings<'a> {
    bytes: &'a [u8],
    descriptors: Descriptors<'a>,
    /// The one whose end is being looked for, and where its descriptors begin.
    next: Option<(Interface, usize)>,
}

impl<'a> Iterator for Settings<'a> {
    type Item = Setting<'a>;

    fn next(&mut self) -> Option<Setting<'a>> {
        loop {
            let at = self.descriptors.offset();
            let descriptor = self.descriptors.next();
            let begun = match descriptor {
                Some(Ok(Descriptor::Interface(interface))) => Some((interface, self.descriptors.offset())),
                Some(Ok(Descriptor::InterfaceAssociation(_))) => None,
                None => None,
                Some(_) => continue,
            };
            let ended = core::mem::replace(&mut self.next, begun);
            if let Some((interface, start)) = ended {
                let bytes = self.bytes.get(start..at).unwrap_or_default();
                return Some(Setting { interface, bytes });
            }
            let _ = descriptor?; // an error of it is passed over, too
        }
    }
}
