//! `wwanctl connect` on a QMI modem, killed at any moment and run again: no client of the modem is lost, and no session of
//! an earlier run is in the way.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use qmi_wire::View as _;
use qmi_wire::frame::{Frame, Framing};
use qmi_wire::message::write_request;
use qmi_wire::service::Service;
use qmi_wire::service::ctl::allocate_cid;
use wwan::channel::blocking::MessageChannel as _;
use wwan::channel::{LinuxChannel, LinuxPort};
use wwan::time::Millis;
use wwan_interop::{Guarded, Said, Scratch, VirtualModem, program, run};

/// How often it is killed.
const RUNS: u32 = 50;
/// Clients that the virtual modem has for each service.
const CLIENTS: usize = 16;

struct Bench {
    modem: VirtualModem,
    runtime: Scratch,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { modem: VirtualModem::speaking("qmi", "default", &[""; 0]), runtime: Scratch::new() };
        // The record of clients lies here.
        std::fs::create_dir(bench.runtime.path("run")).unwrap();
        bench
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("wwanctl"));
        command.env("XDG_RUNTIME_DIR", self.runtime.path("run"));
        command.arg("--device").arg(&self.modem.path).args(["--protocol", "qmi"]).args(arguments);
        command
    }

    fn wwanctl(&self, arguments: &[&str]) -> Said {
        run(&mut self.command(arguments))
    }

    /// Files that are left of the record.
    fn records(&self) -> usize {
        std::fs::read_dir(self.runtime.path("run")).unwrap().count()
    }
}

/// How many more clients of a service the modem has.
fn free(device: &Path, service: Service) -> usize {
    // Without a lock: programs that other tests start at this moment would keep it until they run.
    let device = File::options().read(true).write(true).open(device).unwrap();
    let mut channel = LinuxChannel::qmux(LinuxPort::from_fd(device.into()).unwrap());
    let mut number = 0;
    loop {
        let (mut buffer, mut answer) = ([0; 64], [0; 4096]);
        let request = write_request::<allocate_cid::Message>(&mut buffer, Framing::host(0), 200, |request| {
            request.service(service.into());
        });
        channel.send(request.unwrap()).unwrap();
        let deadline = channel.now() + Millis::from_secs(10);
        let length = channel.receive(&mut answer, deadline).unwrap().expect("an answer");
        let message = Frame::parse(&answer[..length]).unwrap().message;
        if (message.id(), message.transaction) != (0x22, 200) {
            continue;
        }
        match allocate_cid::Response::from_tlvs(message.tlvs).result().unwrap().ok() {
            Ok(()) => number += 1,
            Err(error) => {
                assert_eq!(error, qmi_wire::ProtocolError::CLIENT_IDS_EXHAUSTED);
                return number;
            }
        }
    }
}

#[test]
fn a_run_that_is_killed_leaves_nothing_behind() {
    let bench = Bench::new();
    let connect = ["connect", "--apn", "internet", "--ip-type", "v4v6"];
    let mut finished = 0;
    for run in 0..RUNS {
        let mut command = bench.command(&connect);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut child = Guarded(child);
        // From before its first message to after its last.
        thread::sleep(Duration::from_millis(u64::from(run * 27 % 1_300)));
        if let Some(status) = child.0.try_wait().unwrap() {
            assert!(status.success(), "run {run} ended with {status}");
            finished += 1;
        }
        child.0.kill().unwrap();
        child.0.wait().unwrap();
    }
    assert!(finished < RUNS, "nothing was killed");

    let said = bench.wwanctl(&connect).good();
    for text in ["connected, IPv4 and IPv6", "10.64.0.", "2001:db8:64:"] {
        assert!(said.out.contains(text), "{text}: {said:#?}");
    }
    // The sessions of the last run, and no others.
    assert!(bench.wwanctl(&["status"]).good().out.contains("connected, IPv4 and IPv6"));
    assert!(bench.wwanctl(&["disconnect"]).good().out.contains("session 0 disconnected"));
    assert!(bench.wwanctl(&["disconnect"]).good().out.contains("session 0 was not connected"));
    assert_eq!(bench.records(), 0, "what is given back is not written down");
    for service in [Service::WDS, Service::NAS, Service::DMS, Service::UIM, Service::WDA] {
        assert_eq!(free(&bench.modem.path, service), CLIENTS, "clients of {service} are lost");
    }
}

#[test]
fn a_session_outlives_the_run_and_its_clients_are_the_only_ones_taken() {
    let bench = Bench::new();
    let _ = bench.wwanctl(&["connect", "--apn", "internet", "--ip-type", "v4v6"]).good();
    for _ in 0..3 {
        let _ = bench.wwanctl(&["signal"]).good();
        assert!(bench.wwanctl(&["status"]).good().out.contains("connected, IPv4 and IPv6"));
    }
    assert_eq!(bench.records(), 1);
    assert_eq!(free(&bench.modem.path, Service::WDS), CLIENTS - 2);
    assert_eq!(free(&bench.modem.path, Service::NAS), CLIENTS);
}
