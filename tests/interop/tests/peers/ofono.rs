//! oFono takes the AT modem for a phone, through its own parser of answers and its own multiplexer: what it then shows on
//! the bus is what the modem has. Its driver for the simulator that it is tested with connects to a TCP port.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use wwan_interop::{Bus, Guarded, PATIENCE, Said, Scratch, VirtualModem, until};

/// The number of the card, so that what is sent to it comes back.
const OWN: &str = "15550100";

/// oFono with a modem, on a bus of its own. The fields are dropped in this order.
struct Phone {
    _daemon: Guarded,
    bus: Bus,
    modem: VirtualModem,
    _scratch: Scratch,
}

impl Phone {
    fn new(scenario: &str, settings: &str) -> Self {
        let (modem, address) = VirtualModem::listening_on_tcp("at", scenario);
        // The simulator echoes nothing, is ready at once, and the driver relies on both.
        let mut line = TcpStream::connect(&address).unwrap();
        line.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut ask = |command: &[u8]| {
            line.write_all(command).unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(b"OK\r\n") {
                let mut byte = [0];
                line.read_exact(&mut byte).unwrap();
                answer.push(byte[0]);
            }
            String::from_utf8(answer).unwrap()
        };
        let _ = ask(b"ATE0\r");
        until("there is a network", || ask(b"AT+CREG?\r").contains("+CREG: 0,1").then_some(()));
        drop(line);

        let scratch = Scratch::new();
        let (bus, path) = (Bus::new(), scratch.path("phonesim.conf"));
        let (host, port) = address.rsplit_once(':').unwrap();
        fs::write(&path, format!("[phonesim]\nAddress={host}\nPort={port}\n{settings}")).unwrap();
        let daemon = bus.start("/usr/sbin/ofonod", &["--nodetach"], &[("OFONO_PHONESIM_CONFIG", &path)]);
        let phone = Self { _daemon: daemon, bus, modem, _scratch: scratch };
        for what in ["Powered", "Online"] {
            until(what, || {
                let arguments = [&*format!("string:{what}"), "variant:boolean:true"];
                phone.call("Modem.SetProperty", &arguments).status.success().then_some(())
            });
        }
        phone
    }

    fn call(&self, method: &str, arguments: &[&str]) -> Said {
        self.bus.call("org.ofono", "/phonesim", &format!("org.ofono.{method}"), arguments)
    }

    /// Until it shows these properties of an interface.
    fn shows(&self, interface: &str, properties: &[(&str, &str)]) {
        let mut last = String::new();
        until(&format!("{interface}: {properties:?}"), || {
            let said = self.call(&format!("{interface}.GetProperties"), &[]);
            let words = [said.out, said.err].concat().split_whitespace().collect::<Vec<_>>().join(" ");
            if words != last {
                eprintln!("{interface}: {words}"); // the report, if it is never as expected
                last.clone_from(&words);
            }
            let shown = |(name, value): &(&str, &str)| words.contains(&format!("string \"{name}\" variant {value}"));
            properties.iter().all(shown).then_some(())
        });
    }
}

#[test]
fn everything_that_it_does_with_a_phone() {
    let phone = Phone::new("default", "");
    phone.shows(
        "SimManager",
        &[
            ("CardIdentifier", "string \"8900101000000000017\""),
            ("SubscriberIdentity", "string \"001010123456789\""),
            ("ServiceProviderName", "string \"Test Network\""),
            ("SubscriberNumbers", &format!("array [ string \"{OWN}\" ]")),
        ],
    );
    phone.shows(
        "NetworkRegistration",
        &[
            ("Status", "string \"registered\""),
            ("Technology", "string \"lte\""),
            ("MobileCountryCode", "string \"001\""),
            ("LocationAreaCode", "uint16 4097"),
            ("Strength", "byte 64"),
        ],
    );
    let said = phone.call("NetworkRegistration.Scan", &[]).good();
    assert!(said.out.contains("Partner Network") && said.out.contains("forbidden"), "{said:#?}");
    let said = phone.call("SupplementaryServices.Initiate", &["string:*100#"]).good();
    assert!(said.out.contains("Balance: 12.34 EUR"), "{said:#?}");
    phone.shows("CallForwarding", &[("VoiceUnconditional", "string \"\"")]);
    phone.shows("CallBarring", &[("VoiceOutgoing", "string \"disabled\"")]);

    // A message to itself, which oFono acknowledges to the network.
    let text = "string:oFono says hello, twice: [hello]";
    let _ = phone.call("MessageManager.SendMessage", &[&format!("string:{OWN}"), text]).good();
    phone.modem.sees("+CMT: ");
    phone.modem.sees("AT+CNMA");
}

#[test]
fn its_multiplexer_carries_the_same() {
    // Its driver asks for the card only without a multiplexer.
    let phone = Phone::new("default", "Multiplexer=internal\n");
    phone.shows(
        "Modem",
        &[
            ("Manufacturer", "string \"wwan\""),
            ("Model", "string \"Virtual Modem\""),
            ("Serial", "string \"490154203237518\""),
        ],
    );
}
