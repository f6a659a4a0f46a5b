//! Programs that talk AT to phones judge the AT modem: gammu, gnokii, and socat with lines typed ahead.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use wwan_interop::{Said, Scratch, VirtualModem, run, until};

/// The number of the card, so that what is sent to it comes back.
const OWN: &str = "15550100";

/// A modem, and a program with a file that says where it is.
struct Phone {
    modem: VirtualModem,
    settings: PathBuf,
    _scratch: Scratch,
}

impl Phone {
    fn new(file: impl Fn(&str) -> String) -> Self {
        Self::with("default", file)
    }

    fn with(scenario: &str, file: impl Fn(&str) -> String) -> Self {
        let modem = VirtualModem::speaking("at", scenario, &[""; 0]);
        let scratch = Scratch::new();
        let settings = scratch.path("settings");
        fs::write(&settings, file(modem.path.to_str().unwrap())).unwrap();
        Self { modem, settings, _scratch: scratch }
    }

    fn gammu(&self, arguments: &[&str]) -> Said {
        run(Command::new("gammu").arg("-c").arg(&self.settings).args(arguments))
    }

    fn gnokii(&self, arguments: &[&str]) -> Said {
        run(Command::new("gnokii").arg("--config").arg(&self.settings).args(arguments))
    }
}

fn for_gammu(device: &str) -> String {
    format!("[gammu]\ndevice = {device}\nconnection = at\n")
}

fn for_gnokii(device: &str) -> String {
    format!("[global]\nport = {device}\nmodel = AT\nconnection = serial\nuse_locking = no\n")
}

/// Whether a program has printed `name : value`, however many blanks there are.
fn tells(said: &Said, name: &str, value: &str) -> bool {
    said.out.lines().filter_map(|line| line.split_once(':')).any(|(n, v)| n.trim() == name && v.trim() == value)
}

#[test]
fn gammu_identifies_sends_and_reads() {
    let phone = Phone::new(for_gammu);
    let said = phone.gammu(&["identify"]).good();
    for (name, value) in
        [("Manufacturer", "wwan"), ("Firmware", "1.0.0"), ("IMEI", "490154203237518"), ("SIM IMSI", "001010123456789")]
    {
        assert!(tells(&said, name, value), "{name}: {said:#?}");
    }
    let text = "gammu says hello, twice: [hello]";
    until("a message was sent", || {
        phone.gammu(&["sendsms", "TEXT", OWN, "-text", text]).status.success().then_some(())
    });
    let said = until("the message arrived", || {
        let said = phone.gammu(&["getallsms"]).good();
        said.out.contains(text).then_some(said)
    });
    assert!(said.out.contains(&format!("\"{OWN}\"")), "{said:#?}");
    // A long one comes in parts, and is one again.
    let long = "0123456789".repeat(30);
    let _ = phone.gammu(&["sendsms", "TEXT", OWN, "-len", "400", "-autolen", "400", "-text", &long]).good();
    until("the long message arrived", || {
        let said = phone.gammu(&["geteachsms"]).good();
        said.out.replace('\n', "").contains(&long).then_some(())
    });
    let _ = phone.gammu(&["deletesms", "1", "1"]).good();
    assert!(!phone.gammu(&["getallsms"]).good().out.contains(text));
    let said = phone.gammu(&["getussd", "*100#"]).good();
    assert!(said.out.contains("Balance: 12.34 EUR"), "{said:#?}");
    let said = phone.gammu(&["networkinfo"]).good();
    assert!(tells(&said, "GPRS", "attached"), "{said:#?}");
}

#[test]
fn gammu_unlocks_the_card() {
    let phone = Phone::with("locked-sim", for_gammu);
    let said = until("the card wants its code", || {
        let said = phone.gammu(&["getsecuritystatus"]);
        said.out.contains("Waiting for PIN").then_some(said)
    });
    drop(said);
    let _ = phone.gammu(&["entersecuritycode", "PIN", "1234"]).good();
    until("nothing is wanted", || phone.gammu(&["getsecuritystatus"]).out.contains("Nothing to enter").then_some(()));
}

#[test]
fn gnokii_identifies_sends_and_reads() {
    let phone = Phone::new(for_gnokii);
    let said = phone.gnokii(&["--identify"]).good();
    for (name, value) in [("IMEI", "490154203237518"), ("Manufacturer", "wwan"), ("Model", "Virtual Modem")] {
        assert!(tells(&said, name, value), "{name}: {said:#?}");
    }
    let text = "gnokii says hello";
    until("a message was sent", || {
        let line = format!("echo '{text}' | gnokii --config {} --sendsms {OWN}", phone.settings.display());
        run(Command::new("sh").args(["-c", &line])).err.contains("Send succeeded").then_some(())
    });
    until("the message arrived", || phone.gnokii(&["--getsms", "SM", "1", "end"]).out.contains(text).then_some(()));
    let said = phone.gnokii(&["--getnetworkinfo"]).good();
    assert!(tells(&said, "Network code", "001 01"), "{said:#?}");
}

#[test]
fn socat_types_ahead() {
    let phone = Phone::new(str::to_owned);
    let line = format!(
        "printf 'ATE0\\rAT+CFUN=4\\rAT+CFUN?\\rAT+CFUN=1\\rAT+CGMM\\r' | socat -t5 - {},rawer",
        phone.modem.path.display()
    );
    let said = run(Command::new("sh").args(["-c", &line])).good();
    let expected = "ATE0\r\r\nOK\r\n\r\nOK\r\n\r\n+CFUN: 4\r\n\r\nOK\r\n\r\nOK\r\n\r\nVirtual Modem\r\n\r\nOK\r\n";
    assert_eq!(said.out, expected);
}
