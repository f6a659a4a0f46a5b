//! ModemManager takes the AT modem for a phone: it probes it with its own commands, and what mmcli then shows is what the
//! modem has. It runs on a bus of its own with a port that is a socket, as its own tests do, because what it finds by
//! itself must be a device with a parent in sysfs.

use wwan_interop::{Bus, Guarded, Said, VirtualModem, run, until};

const BUS: &str = "org.freedesktop.ModemManager1";
/// The number of the card, so that what is sent to it comes back.
const OWN: &str = "15550100";

/// ModemManager with a modem, on a bus of its own. The fields are dropped in this order.
struct Manager {
    _daemon: Guarded,
    bus: Bus,
    modem: VirtualModem,
}

impl Manager {
    fn new(scenario: &str, name: &str) -> Self {
        // ModemManager connects to the socket that is called as the port.
        let port = format!("abstract:wwan-{}-{name}", std::process::id());
        let modem = VirtualModem::listening("at", scenario, &port);
        let bus = Bus::new();
        let daemon = bus.start("/usr/sbin/ModemManager", &["--test-session", "--test-enable", "--no-auto-scan"], &[]);
        let manager = Self { _daemon: daemon, bus, modem };
        until("ModemManager takes the port", || {
            let arguments = ["string:virtual", "string:generic", &format!("array:string:{port}")];
            let (path, method) = ("/org/freedesktop/ModemManager1", format!("{BUS}.Test.SetProfile"));
            manager.bus.call(BUS, path, &method, &arguments).status.success().then_some(())
        });
        manager
    }

    fn mmcli(&self, arguments: &[&str]) -> Said {
        run(self.bus.command("mmcli").args(arguments))
    }

    /// The same about the modem.
    fn modem(&self, arguments: &[&str]) -> Said {
        self.mmcli(&[&["-m", "any"], arguments].concat())
    }

    /// A value that it shows of something (`-m any`, `-b 0`).
    fn value(&self, of: &[&str], key: &str) -> Option<String> {
        let said = self.mmcli(&[of, &["-K"]].concat());
        let lines = said.out.lines().filter_map(|line| line.split_once(':'));
        lines.map(|(name, value)| (name.trim(), value.trim())).find(|(name, _)| *name == key).map(|(_, v)| v.into())
    }

    /// Until it shows that.
    fn shows(&self, of: &[&str], key: &str, expected: &str) {
        let mut last = None;
        until(&format!("{key} is {expected}"), || {
            last = self.value(of, key);
            (last.as_deref() == Some(expected)).then_some(())
        });
    }
}

const MODEM: &[&str] = &["-m", "any"];

#[test]
fn everything_that_it_does_with_a_phone() {
    let manager = Manager::new("default", "phone");
    manager.shows(MODEM, "modem.generic.state", "disabled");
    for (key, expected) in [
        ("modem.generic.manufacturer", "wwan"),
        ("modem.generic.model", "Virtual Modem"),
        ("modem.generic.revision", "1.0.0"),
        ("modem.generic.equipment-identifier", "490154203237518"),
        ("modem.generic.own-numbers.value[1]", OWN),
        ("modem.generic.unlock-retries.value[1]", "sim-pin (3)"),
        ("modem.generic.supported-ip-families.value[3]", "ipv4v6"),
        ("modem.3gpp.imei", "490154203237518"),
    ] {
        assert_eq!(manager.value(MODEM, key).as_deref(), Some(expected), "{key}");
    }
    for (key, expected) in [
        ("sim.properties.imsi", "001010123456789"),
        ("sim.properties.iccid", "8900101000000000017"),
        ("sim.properties.operator-code", "00101"),
        ("sim.properties.operator-name", "Test Network"),
    ] {
        assert_eq!(manager.value(&["-i", "0"], key).as_deref(), Some(expected), "{key}");
    }

    let _ = manager.modem(&["--enable"]).good();
    manager.shows(MODEM, "modem.generic.state", "registered");
    for (key, expected) in [
        ("modem.3gpp.operator-code", "00101"),
        ("modem.3gpp.operator-name", "Test Network"),
        ("modem.3gpp.registration-state", "home"),
        ("modem.3gpp.packet-service-state", "attached"),
        ("modem.generic.access-technologies.value[1]", "lte"),
    ] {
        manager.shows(MODEM, key, expected);
    }
    let said = manager.modem(&["--3gpp-scan"]).good();
    for network in ["00101 - Test Network (lte, current)", "00102 - Partner Network (lte, available)"] {
        assert!(said.out.contains(network), "{said:#?}");
    }

    // A message to itself.
    let text = "ModemManager says hello, twice: [hello]";
    let create = format!("--messaging-create-sms=text='{text}',number='{OWN}'");
    let _ = manager.modem(&[&create]).good();
    let _ = manager.mmcli(&["-s", "0", "--send"]).good();
    manager.shows(&["-s", "1"], "sms.properties.state", "received");
    assert_eq!(manager.value(&["-s", "1"], "sms.content.text").as_deref(), Some(text));
    assert_eq!(manager.value(&["-s", "1"], "sms.content.number").as_deref(), Some(OWN));
    let _ = manager.modem(&["--messaging-delete-sms=1"]).good();
    assert!(!manager.modem(&["--messaging-list-sms"]).out.contains("SMS/1 "));

    // A dialogue with the network; the strings are in hexadecimal digits.
    let said = manager.modem(&["--3gpp-ussd-initiate=*100#"]).good();
    assert!(said.out.contains("Balance: 12.34 EUR"), "{said:#?}");
    let said = manager.modem(&["--3gpp-ussd-initiate=*123#"]).good();
    assert!(said.out.contains("1 Data"), "{said:#?}");
    let said = manager.modem(&["--3gpp-ussd-respond=1"]).good();
    assert!(said.out.contains("1 Volume left"), "{said:#?}");
    let _ = manager.modem(&["--3gpp-ussd-cancel"]).good();

    // A call.
    let _ = manager.modem(&["--voice-create-call=number=+15550123"]).good();
    let _ = manager.mmcli(&["-o", "0", "--start"]).good();
    manager.shows(&["-o", "0"], "call.properties.state", "active");
    let _ = manager.mmcli(&["-o", "0", "--hangup"]).good();
    manager.shows(&["-o", "0"], "call.properties.state", "terminated");

    // A connection, up to the place where a PPP daemon would take over.
    let _ = manager.modem(&["--simple-connect=apn=internet"]).good();
    manager.shows(&["-b", "0"], "bearer.status.connected", "yes");
    assert_eq!(manager.value(&["-b", "0"], "bearer.ipv4-config.method").as_deref(), Some("ppp"));
    manager.modem.sees("CONNECT");
    let _ = manager.modem(&["--simple-disconnect"]).good();
    manager.shows(MODEM, "modem.generic.state", "registered");
    let _ = manager.modem(&["--disable"]).good();
    manager.shows(MODEM, "modem.generic.state", "disabled");
}

#[test]
fn it_unlocks_the_card() {
    let manager = Manager::new("locked-sim", "locked");
    manager.shows(MODEM, "modem.generic.state", "locked");
    assert_eq!(manager.value(MODEM, "modem.generic.unlock-required").as_deref(), Some("sim-pin"));
    let _ = manager.mmcli(&["-i", "0", "--pin=0000"]).bad("IncorrectPassword");
    assert_eq!(manager.value(MODEM, "modem.generic.unlock-retries.value[1]").as_deref(), Some("sim-pin (2)"));
    let _ = manager.mmcli(&["-i", "0", "--pin=1234"]).good();
    manager.shows(MODEM, "modem.generic.state", "disabled");
    let _ = manager.mmcli(&["-i", "0", "--pin=1234", "--change-pin=4321"]).good();
    let _ = manager.mmcli(&["-i", "0", "--pin=4321", "--disable-pin"]).good();
}
