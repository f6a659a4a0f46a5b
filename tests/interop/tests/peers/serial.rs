//! Programs that people talk to serial modems with judge the AT modem: picocom, minicom's scripts, chat, comgt and the
//! SMS server tools. What each is good for, and which programs cannot run here, is told in the README beside.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use wwan_interop::{Guarded, PATIENCE, Said, Scratch, VirtualModem, run, until};

/// The number of the card, so that what is sent to it comes back.
const OWN: &str = "15550100";
/// `hello` to that number.
const TPDU: &str = "11000881515510000000AA05E8329BFD06";

fn modem(scenario: impl AsRef<std::ffi::OsStr>) -> VirtualModem {
    VirtualModem::speaking("at", scenario, &[""; 0])
}

/// Runs a program whose standard input and output are the line.
fn on_the_line(modem: &VirtualModem, command: &mut Command) -> Said {
    let line = OpenOptions::new().read(true).write(true).open(&modem.path).unwrap();
    let mut child = Guarded(
        command
            .stdin(line.try_clone().unwrap())
            .stdout(line)
            .stderr(Stdio::piped())
            .spawn()
            .expect("start the program"),
    );
    let status = until(&format!("{command:?}"), || child.0.try_wait().expect("wait"));
    let mut err = String::new();
    let _ = child.0.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    Said { status, out: String::new(), err }
}

/// picocom with somebody at its keyboard, who reads before typing.
struct Picocom {
    child: Guarded,
    screen: mpsc::Receiver<Vec<u8>>,
    seen: String,
}

impl Picocom {
    fn start(line: &Path, options: &[&str]) -> Self {
        let mut command = Command::new("picocom");
        command.args(["--quiet", "--nolock"]).args(options).arg(line);
        let child: std::io::Result<Child> =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = Guarded(child.expect("start picocom"));
        let mut out = child.0.stdout.take().unwrap();
        let (sender, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 256];
            while let Ok(n @ 1..) = out.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, screen, seen: String::new() }
    }

    fn types(&mut self, text: &str) {
        self.child.0.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Waits until the screen shows a text; what is shown before it, and behind what was waited for last.
    fn shows(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.seen.find(text) {
                let rest = self.seen.split_off(at + text.len());
                let mut before = std::mem::replace(&mut self.seen, rest);
                before.truncate(at);
                return before;
            }
            match self.screen.recv_timeout(PATIENCE) {
                Ok(more) => self.seen.push_str(&String::from_utf8_lossy(&more)),
                Err(error) => panic!("picocom never shows {text:?} ({error}), but: {:?}", self.seen),
            }
        }
    }

    /// Sends a command line; what is shown from its echo to its result.
    fn asks(&mut self, line: &str) -> String {
        self.types(&format!("{line}\r"));
        let _ = self.shows(&format!("{line}\r\r\n"));
        let mut answer = String::new();
        loop {
            let line = self.shows("\r\n");
            answer.push_str(&line);
            answer.push('\n');
            if line == "OK" || line.contains("ERROR") {
                return answer;
            }
        }
    }

    /// Ends it as its user does.
    fn leave(mut self) {
        self.types("\u{1}\u{18}");
        let status = until("picocom ends", || self.child.0.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }
}

#[test]
fn picocom_unlocks_sends_and_sees_what_comes() {
    let modem = modem("locked-sim");
    // The first line is typed by the program itself.
    let mut picocom = Picocom::start(&modem.path, &["--initstring", "ATI\r"]);
    let _ = picocom.shows("\r\nVirtual Modem\r\n1.0.0\r\n\r\nOK\r\n");
    until("the card wants its code", || picocom.asks("AT+CPIN?").contains("+CPIN: SIM PIN").then_some(()));
    assert!(picocom.asks("AT+CMEE=2;+CPIN=9999").contains("+CME ERROR: incorrect password"));
    assert_eq!(picocom.asks("AT+CPIN=1234"), "OK\n");
    until("there is a network", || picocom.asks("AT+CREG?").contains("+CREG: 0,1").then_some(()));

    // What is typed and taken back does not count, and what comes without being asked for is seen.
    until("messages can be sent", || picocom.asks("AT+CMGF=0;+CNMI=2,1;+CSMS?").ends_with("OK\n").then_some(()));
    picocom.types("AT+CMGS=99\u{8}\u{8}17\r");
    let _ = picocom.shows("> ");
    picocom.types(&format!("00{TPDU}\u{1a}"));
    let _ = picocom.shows("\r\n+CMGS: ");
    let _ = picocom.shows("\r\nOK\r\n");
    let _ = picocom.shows("\r\n+CMTI: \"SM\",1\r\n");
    let _ = picocom.asks("AT+CMGF=1");
    assert!(picocom.asks("AT+CMGR=1").contains("\nhello\n"));
    picocom.leave();

    // The modem is the same for who comes next and leaves the line as it is; echo and result codes are its own business.
    let mut picocom = Picocom::start(&modem.path, &["--noinit", "--noreset"]);
    assert!(picocom.asks("AT+CNMI?").contains("+CNMI: 2,1"));
    picocom.types("ATE0V0\r");
    let _ = picocom.shows("ATE0V0\r0\r");
    picocom.types("AT+CPIN?\r");
    let _ = picocom.shows("+CPIN: READY\r\n0\r");
    picocom.leave();
}

/// A file for a program.
fn file(scratch: &Scratch, name: &str, text: &str) -> PathBuf {
    let path = scratch.path(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_script_of_minicom_sends_a_message() {
    let (modem, scratch) = (modem("default"), Scratch::new());
    let script = file(
        &scratch,
        "script",
        &format!(
            "verbose on
timeout 60
again:
send \"AT+CREG?\"
expect {{
    \"+CREG: 0,1\"
    \"OK\" goto again
    \"ERROR\" goto again
}}
expect {{
    \"OK\"
}}
send \"AT+CMGF=0\"
expect {{
    \"OK\"
    \"ERROR\" exit 3
}}
send \"AT+CMGS=17\"
expect {{
    \"> \"
    \"ERROR\" exit 4
}}
send \"00{TPDU}^Z\\c\"
expect {{
    \"+CMGS: \"
    \"ERROR\" exit 5
}}
expect {{
    \"OK\"
}}
exit 0
"
        ),
    );
    let said = on_the_line(&modem, Command::new("runscript").arg(script)).good();
    assert!(said.err.contains("+CMGS: "), "{said:#?}");
}

#[test]
fn chat_dials_and_is_told_why_it_cannot() {
    for (access_point, status) in [("internet", 0), ("blocked", 5)] {
        let (modem, scratch) = (modem("refused-apn"), Scratch::new());
        let dialogue = file(
            &scratch,
            "chat",
            &format!(
                "ABORT BUSY\nABORT 'NO CARRIER'\nABORT ERROR\nTIMEOUT 1\n'' ATZ\nOK-ATZ-OK-ATZ-OK-ATZ-OK AT\nTIMEOUT 60\n\
                 OK 'AT+CGDCONT=1,\"IP\",\"{access_point}\"'\nOK 'ATD*99***1\\#'\nCONNECT ''\n"
            ),
        );
        until("there is a network", || {
            let mut ask = Command::new("/usr/sbin/chat");
            ask.args(["-t", "5", "ABORT", "OK", "ABORT", "ERROR", "", "AT+CREG?", "+CREG: 0,1", ""]);
            on_the_line(&modem, &mut ask).status.success().then_some(())
        });
        let said = on_the_line(&modem, Command::new("/usr/sbin/chat").args(["-s", "-v", "-f"]).arg(&dialogue));
        assert_eq!(said.status.code(), Some(status), "{access_point}: {said:#?}");
    }
}

#[test]
fn comgt_unlocks_the_card_and_shows_the_network() {
    let modem = modem("locked-sim");
    let comgt =
        |script: &str| run(Command::new("comgt").arg("-d").arg(&modem.path).arg(script).env("COMGTPIN", "1234"));
    until("the card is unlocked", || {
        let said = comgt("PIN");
        (said.out.contains("SIM ready") || said.err.contains("SIM ready")).then_some(())
    });
    let said = comgt("reg").good();
    assert!(said.out.contains("Registered on Home network: \"Test Network\""), "{said:#?}");
    let said = comgt("sig").good();
    assert!(said.out.contains("Signal Quality: 20,99"), "{said:#?}");
}

#[test]
fn sms_server_tools_send_receive_and_understand_reports() {
    let (modem, scratch) = (modem("default"), Scratch::new());
    let folders = ["outgoing", "checked", "failed", "incoming", "sent"];
    let mut settings =
        String::from("devices = GSM1\nloglevel = 7\ndelaytime = 1\nreceive_before_send = no\nautosplit = 3\n");
    for folder in folders {
        fs::create_dir(scratch.path(folder)).unwrap();
        settings += &format!("{folder} = {}\n", scratch.path(folder).display());
    }
    for own in ["logfile", "infofile", "pidfile"] {
        settings += &format!("{own} = {}\n", scratch.path(own).display());
    }
    settings += &format!("[GSM1]\ndevice = {}\nincoming = yes\nreport = yes\n", modem.path.display());
    let settings = file(&scratch, "settings", &settings);
    let text = "smsd says hello, [twice] {and} ~more~ @ \u{e4}";
    let long = "0123456789".repeat(30);
    file(&scratch, "outgoing/short", &format!("To: {OWN}\nAlphabet: UTF-8\nReport: yes\n\n{text}"));
    file(&scratch, "outgoing/long", &format!("To: {OWN}\n\n{long}"));

    // Its processes end with the one that is started here.
    let own_processes = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["--pid", "--fork", "--kill-child"]);
        if !run(Command::new("unshare").args(["--pid", "--fork", "true"])).status.success() {
            command.arg("--map-root-user");
        }
        command.arg(program);
        command
    };
    let mut smsd = own_processes("/usr/sbin/smsd");
    smsd.arg("-c").arg(settings).arg("-t").stdin(Stdio::null());
    let said = File::create(scratch.path("said")).unwrap();
    let _smsd = Guarded(smsd.stdout(said.try_clone().unwrap()).stderr(said).spawn().expect("start smsd"));
    let received = || {
        let files = fs::read_dir(scratch.path("incoming")).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        // It writes ISO 8859-1.
        files.map(|bytes| bytes.into_iter().map(char::from).collect::<String>()).collect::<Vec<_>>()
    };
    let wanted = [text, &long, "SMS STATUS REPORT"];
    let mut last = Vec::new();
    until("both are sent, and come back, and a report", || {
        last = received();
        wanted.iter().all(|wanted| last.iter().any(|message| message.contains(wanted))).then_some(())
    });
    for name in ["short", "long"] {
        assert!(scratch.path("sent").join(name).exists(), "{name}: {:?}", fs::read_to_string(scratch.path("logfile")));
    }
    let report = last.iter().find(|message| message.contains("STATUS REPORT")).unwrap();
    assert!(report.contains("Status: 0,Ok,short message received by the SME"), "{report}");
    assert!(last.iter().all(|message| message.contains(&format!("From: {OWN}"))), "{last:#?}");
}
