//! Modems on USB without the kernel's drivers: this program has the device to itself, by usbfs, and moves the packets too.
//! Without the feature `usb` there is none of it, and the program is smaller.
//!
//! | file | holds |
//! |---|---|
//! | `name` | how a device is named |
//! | `door` | the function that commands speak to |
//! | `pump` | packets between the function's data pipes and a network interface |
//! | `tun` | that interface |

#[cfg(feature = "usb")]
mod door;
mod name;
#[cfg(feature = "usb")]
mod pump;
#[cfg(feature = "usb")]
mod tun;

#[cfg(feature = "usb")]
mod there {
    use mbim_wire::catalogue::Value;
    use serde_json::json;

    use super::door::{self, Packets};
    use super::name::Name;
    use super::pump::{Counters, Direction, Pump};
    use super::tun::{self, Settings, Tun};
    use crate::args::Protocol;
    use crate::error::Fail;
    use crate::output::note;

    pub(crate) use super::door::{Data, Reached, UsbDoor};

    /// Reaches the modem of that name.
    pub(crate) fn reach(name: &str, protocol: Protocol) -> Result<Reached, Fail> {
        door::open(&Name::parse(name)?, protocol)
    }

    /// Whether an interface of that name can be made.
    pub(crate) fn check(tun: &str) -> Result<(), Fail> {
        tun::check_name(tun)?;
        tun::check_permission(tun)
    }

    /// The modems on USB, for a list.
    pub(crate) fn modems() -> Vec<Value> {
        let found = door::modems().unwrap_or_default();
        let one = |(info, modem): &(wwan::usb::nusb::DeviceInfo, wwan::usb::Modem)| {
            let functions = modem.functions.iter().filter_map(door::described);
            let functions: Vec<Value> = functions
                .map(|(protocol, control, data)| {
                    json!({ "protocol": protocol, "control_interface": control, "data_interface": data.interface })
                })
                .collect();
            json!({
                "device": door::name_of(info).to_string(),
                "vendor_id": format!("{:04x}", info.vendor_id()),
                "product_id": format!("{:04x}", info.product_id()),
                "manufacturer": info.manufacturer_string(),
                "product": info.product_string(),
                "serial_number": info.serial_number(),
                "configuration": modem.configuration,
                "functions": functions,
            })
        };
        found.iter().map(one).collect()
    }

    impl Data {
        /// The number of the interface, if the format of the packets has to be agreed upon through QMI.
        pub(crate) const fn qmi_interface(&self) -> Option<u8> {
            match self.packets {
                Packets::Qmi { interface, .. } => Some(interface),
                Packets::Mbim(_) => None,
            }
        }
    }

    /// A session whose packets pass through a network interface.
    #[derive(Debug)]
    pub(crate) struct Link {
        pump: Pump,
        name: String,
    }

    impl Link {
        /// Makes the interface as the session's configuration says, and lets packets pass.
        pub(crate) fn up(data: Data, tun: &str, session: u8, ip: &Value) -> Result<Self, Fail> {
            let longest = match &data.packets {
                Packets::Mbim(parameters) => Some(parameters.mtu),
                Packets::Qmi { .. } => None,
            };
            let settings = Settings::of(ip, longest);
            if settings.addresses.is_empty() {
                note(&format!("--tun {tun}: the modem tells no address; give the interface one"));
            }
            let interface = Tun::new(tun, &settings)?;
            let format = data.packets.format(session);
            let pump = Pump::start(interface, data.input, data.output, format, settings.mtu)
                .map_err(|error| Fail::Output(format!("--tun {tun}: {error}")))?;
            Ok(Self { pump, name: tun.to_owned() })
        }

        /// Whether packets still pass.
        pub(crate) fn is_up(&self) -> bool {
            self.pump.is_running()
        }

        /// Takes the interface away; what has passed, and the failure if that was the end.
        pub(crate) fn down(self) -> (Value, Option<Fail>) {
            let (Counters { received, sent }, end) = self.pump.stop();
            let one = |direction: &Direction| {
                json!({
                    "packets": direction.packets, "bytes": direction.bytes, "transfers": direction.transfers,
                    "dropped": direction.dropped, "errors": direction.errors,
                })
            };
            let counters = json!({ "interface": self.name, "received": one(&received), "sent": one(&sent) });
            (counters, end.map(|end| Fail::Unreachable(end.to_string())))
        }
    }
}

#[cfg(not(feature = "usb"))]
mod there {
    use mbim_wire::catalogue::Value;
    use wwan::time::Instant;

    use crate::args::Protocol;
    use crate::device::{DeviceError, Speaks};
    use crate::error::Fail;

    fn missing() -> Fail {
        Fail::Usage("this program was built without USB".to_owned())
    }

    /// Nothing is reached.
    #[derive(Debug)]
    pub(crate) struct Reached {
        pub(crate) door: UsbDoor,
        pub(crate) speaks: Speaks,
        pub(crate) data: Option<Data>,
    }

    pub(crate) fn reach(name: &str, _: Protocol) -> Result<Reached, Fail> {
        super::name::Name::parse(name)?;
        Err(missing())
    }

    pub(crate) fn check(_: &str) -> Result<(), Fail> {
        Err(missing())
    }

    pub(crate) fn modems() -> Vec<Value> {
        Vec::new()
    }

    /// No function.
    #[derive(Debug)]
    pub(crate) enum UsbDoor {}

    impl UsbDoor {
        pub(crate) fn send(&mut self, _: &[u8], _: &str) -> Result<(), DeviceError> {
            match *self {}
        }

        pub(crate) fn receive(
            &mut self,
            _: &mut [u8],
            _: Instant,
            _: &str,
        ) -> Result<Result<Option<usize>, embedded_io::ErrorKind>, DeviceError> {
            match *self {}
        }

        pub(crate) fn boundary(&mut self) {
            match *self {}
        }

        pub(crate) fn max_message(&self) -> usize {
            match *self {}
        }

        pub(crate) fn set_dtr(&mut self, _: bool) {
            match *self {}
        }
    }

    /// No pipes.
    #[derive(Debug)]
    pub(crate) enum Data {}

    impl Data {
        pub(crate) const fn qmi_interface(&self) -> Option<u8> {
            match *self {}
        }
    }

    /// No session.
    #[derive(Debug)]
    pub(crate) enum Link {}

    impl Link {
        pub(crate) fn up(data: Data, _: &str, _: u8, _: &Value) -> Result<Self, Fail> {
            match data {}
        }

        pub(crate) fn is_up(&self) -> bool {
            match *self {}
        }

        pub(crate) fn down(self) -> (Value, Option<Fail>) {
            match self {}
        }
    }
}

pub(crate) use name::is_usb;
pub(crate) use there::{Data, Link, Reached, UsbDoor, check, modems, reach};
