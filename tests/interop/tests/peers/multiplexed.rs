//! Programs that know nothing of a multiplexer share one serial line by `wwanctl mux`: gammu on one channel, socat on another,
//! and tshark reads the frames of it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use wwan_interop::tshark::{dissect, values};
use wwan_interop::{Guarded, Scratch, VirtualModem, program, run, until};

#[test]
fn gammu_and_socat_at_the_same_time() {
    let modem = VirtualModem::speaking("at", "default", &[""; 0]);
    let scratch = Scratch::new();
    let recorded = scratch.path("frames.pcapng");
    let mut command = Command::new(program("wwanctl"));
    command.arg("--device").arg(&modem.path).arg("--pcap").arg(&recorded).arg("mux").stdout(Stdio::piped());
    let mut mux = Guarded(command.spawn().unwrap());
    let mut lines = BufReader::new(mux.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let [first, second] = [(); 2].map(|()| lines.next().expect("the path of a terminal"));

    let settings = scratch.path("settings");
    fs::write(&settings, format!("[gammu]\ndevice = {first}\nconnection = at\n")).unwrap();
    let gammu = || {
        let mut command = Command::new("gammu");
        command.arg("-c").arg(&settings).arg("identify").stdout(Stdio::piped());
        command
    };
    // Both at once, until both were there.
    let other = gammu().spawn().unwrap();
    let typed = format!("printf 'ATE0\\rAT+CGMM\\rAT+CFUN?\\r' | socat -t5 - {second},rawer");
    let said = run(Command::new("sh").args(["-c", &typed])).good();
    assert_eq!(said.out, "ATE0\r\r\nOK\r\n\r\nVirtual Modem\r\n\r\nOK\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n");
    let said = other.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("490154203237518"), "{said}");

    // What asks to end is a signal; `kill` of the shell sends it.
    let kill = format!("kill -TERM {}", mux.0.id());
    assert_eq!(run(Command::new("sh").args(["-c", &kill])).good().out, "");
    assert!(until("it ends", || mux.0.try_wait().unwrap()).success());

    let frames = dissect(&recorded, "mux27010", &[]);
    assert!(frames.len() > 30, "{}", frames.len());
    for frame in &frames {
        assert_eq!(values(frame, "mux27010.checksum_correct").len(), 1, "{frame:#}");
        assert!(values(frame, "_ws.expert.message").is_empty(), "{frame:#}");
    }
}
