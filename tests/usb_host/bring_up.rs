//! Bringing functions up, and what happens when the device refuses, answers garbage, or is gone, at each step.

use embedded_io::{Error as _, ErrorKind};
use wwan::channel::VirtualClock;
use wwan::mbim_wire::ntb::{Ending, Format, NtbParameters};
use wwan::time::{Instant, Millis};
use wwan::usb::bring_up::{self, BringUpError, Cause, MbimParameters, Step};
use wwan::usb::find::MbimFunction;
use wwan::usb::{MbimConfig, Modem};

use crate::bench::{Bench, BusError, Fault, configuration, device, mbim_function, polls, run, timed, vendor_port};

/// What the function of the tests says: blocks of 16384 bytes both ways, NTB32.
fn parameters() -> NtbParameters {
    NtbParameters { ntb_formats_supported: 3, ..NtbParameters::of_function(16384) }
}

fn bench() -> Bench {
    let bench = Bench::default();
    bench.answers.replace(vec![
        (0x80, parameters().to_bytes().to_vec()),
        (0x83, vec![0, 0]),
        (0x87, 1500_u16.to_le_bytes().to_vec()),
    ]);
    bench
}

fn function(vendor: u16, product: u16, capabilities: u8) -> MbimFunction {
    let configuration = configuration(1, &[mbim_function(0, 1, capabilities)]);
    *Modem::look(&device(vendor, product), &configuration).mbim().next().unwrap()
}

fn up(bench: &Bench, function: &MbimFunction, config: &MbimConfig) -> Result<MbimParameters, BringUpError<BusError>> {
    let clock = VirtualClock::new(Instant(0));
    let mut device = bench;
    timed(&clock, bring_up::mbim(&mut device, 1, function, config, &clock)).map(|link| link.parameters)
}

/// The order of Linux (cdc_mbim, cdc_ncm), with a room smaller than the function's blocks.
#[test]
fn step_by_step() {
    let bench = bench();
    let agreed = up(&bench, &function(0x1199, 0x9071, 0x08), &MbimConfig::new(8200)).unwrap();
    let order = [
        "configuration 1",
        "claim 0",
        "claim 1",
        "control pipe",
        "interface 1 setting 1",
        "interface 1 setting 0",
        "in a1 80 0",
        "out 21 84 0 0 []",               // NTB16
        "out 21 86 0 0 [00, 20, 00, 00]", // 8192: whole packets of the room
        "in a1 87 0",                     // 1500, less than wMaxSegmentSize
        "out 21 88 0 0 [00, 08]",         // 2048
        "interface 1 setting 1",
        "open 1 82",
        "open 1 02",
        "open 0 81",
    ];
    assert_eq!(bench.taken(), order);
    assert_eq!((agreed.format, agreed.input.max_size, agreed.output.rules.max_size), (Format::Ntb16, 8192, 16384));
    assert_eq!((agreed.output.packet_size, agreed.output.ending), (512, Ending::AlwaysZeroLengthPacket));
    assert_eq!((agreed.max_control_message, agreed.mtu, agreed.ndp_at_end), (4096, 1500, false));
    assert!(agreed.refused.is_empty());
}

#[test]
fn only_what_is_needed() {
    let bench = bench();
    bench.answers.borrow_mut()[0].1 = NtbParameters::of_function(4096).to_bytes().to_vec();
    up(&bench, &function(0x1bc7, 0x1041, 0), &MbimConfig::new(16384)).unwrap();
    let asked: Vec<_> =
        bench.taken().into_iter().filter(|what| what.contains("21 ") || what.contains("setting")).collect();
    // No way into the working setting and back on a Telit LE922A6; nothing to set.
    assert_eq!(asked, ["interface 1 setting 0", "interface 1 setting 1"]);
}

#[test]
fn capabilities_and_wishes() {
    let bench = bench();
    let config = MbimConfig { input_datagrams: 16, format: Format::Ntb32, reset: true, ..MbimConfig::new(16384) };
    let agreed = up(&bench, &function(0x12d1, 1, 0x20), &config).unwrap();
    let log = bench.taken();
    let has = |what: &str| log.iter().any(|done| done == what);
    assert!(has("out 21 05 0 0 []") && has("out 21 84 1 0 []"), "{log:?}");
    assert!(has("out 21 86 0 0 [00, 40, 00, 00, 10, 00, 00, 00]"), "{log:?}");
    assert_eq!((agreed.format, agreed.input.max_datagrams, agreed.ndp_at_end), (Format::Ntb32, 16, true));
}

/// At every single thing that is asked: refused, no answer in time, the device gone.
#[test]
fn whatever_fails() {
    // What the device may refuse; everything else ends it.
    let may = [
        ("interface 1 setting 1", 4, Step::Toggle),
        ("interface 1 setting 0", 5, Step::Rest),
        ("out 21 05", 6, Step::Reset),
        ("out 21 84", 8, Step::Format),
        ("in a1 87", 10, Step::DatagramSize),
        ("out 21 88", 11, Step::DatagramSize),
    ];
    let must = [
        (0, Step::Configuration),
        (1, Step::Claim),
        (2, Step::Claim),
        (3, Step::ControlPipe),
        (7, Step::Parameters),
        (9, Step::InputSize),
        (12, Step::DataSetting),
        (13, Step::Pipes),
        (14, Step::Pipes),
        (15, Step::Pipes),
    ];
    let config = MbimConfig { reset: true, ..MbimConfig::new(8192) };
    let function = function(0x1199, 0x9071, 0x08);
    let with = |at: usize, error: BusError| {
        let bench = bench();
        bench.fault.replace(Some((at, Fault::Fails(error))));
        let result = up(&bench, &function, &config);
        (result, bench.taken())
    };
    for (asked, at, step) in may {
        for error in [BusError::Stall, BusError::Timeout] {
            let (result, log) = with(at, error);
            assert!(log[at].starts_with(asked), "{at}: {log:?}");
            let agreed = result.unwrap_or_else(|error| panic!("{asked}: {error}"));
            assert!(agreed.refused.contains(step), "{asked}");
        }
        let (result, log) = with(at, BusError::Gone);
        let error = result.unwrap_err();
        assert_eq!((error.step, error.kind(), log.len()), (step, ErrorKind::NotConnected, at + 1), "{asked}");
    }
    for (at, step) in must {
        for error in [BusError::Stall, BusError::Timeout, BusError::Gone] {
            let (result, log) = with(at, error);
            let found = result.unwrap_err();
            assert_eq!(found.step, step, "{at}: {log:?}");
            match (step, error) {
                // The function's blocks would not fit.
                (Step::InputSize, BusError::Stall | BusError::Timeout) => {
                    assert_eq!(found.cause, Cause::NoRoom { needed: 16384 });
                }
                _ => assert_eq!(found.cause, Cause::Usb(error)),
            }
        }
    }
    assert_eq!(with(usize::MAX, BusError::Stall).1.len(), 16, "all that is asked is in the tables");
}

#[test]
fn garbage_in_answers() {
    let function = function(0x1199, 0x9071, 0x08);
    let with = |request: u8, answer: Vec<u8>| {
        let bench = bench();
        bench.answers.borrow_mut().retain(|(other, _)| *other != request);
        bench.answers.borrow_mut().push((request, answer));
        up(&bench, &function, &MbimConfig::new(16384))
    };
    for length in 0..28 {
        let error = with(0x80, parameters().to_bytes()[..length].to_vec()).unwrap_err();
        assert_eq!(error.step, Step::Parameters, "{length} bytes");
        assert!(matches!(error.cause, Cause::Answer(_)));
    }
    let ntb = |ntb: NtbParameters| with(0x80, ntb.to_bytes().to_vec());
    let useless = ntb(NtbParameters { out_max_size: 60, ..parameters() }).unwrap_err();
    assert_eq!((useless.step, useless.kind()), (Step::Parameters, ErrorKind::InvalidData));
    // A size of blocks to the host that cannot be: the host says its own.
    for size in [0, 1, 2047] {
        assert_eq!(ntb(NtbParameters { in_max_size: size, ..parameters() }).unwrap().input.max_size, 16384);
    }
    let huge = ntb(NtbParameters { in_max_size: u32::MAX, out_max_size: u32::MAX, ..parameters() }).unwrap();
    assert_eq!((huge.input.max_size, huge.output.rules.max_size), (16384, u32::MAX));
    // GET_MAX_DATAGRAM_SIZE.
    for (answer, mtu) in [(vec![], 1500), (vec![1], 1500), (vec![0, 0], 1500), (vec![0xff, 0xff], 1500)] {
        assert_eq!(with(0x87, answer).unwrap().mtu, mtu);
    }
}

#[test]
fn a_refused_format_is_asked_for() {
    let bench = bench();
    bench.answers.borrow_mut()[1].1 = vec![1, 0];
    bench.fault.replace(Some((7, Fault::Fails(BusError::Stall))));
    let agreed = up(&bench, &function(0x1199, 0x9071, 0), &MbimConfig::new(16384)).unwrap();
    assert_eq!((agreed.format, agreed.refused.contains(Step::Format)), (Format::Ntb32, true));
}

#[test]
fn room_for_blocks() {
    let bench = bench();
    let error = up(&bench, &function(1, 1, 0), &MbimConfig::new(2047)).unwrap_err();
    assert_eq!((error.step, error.cause), (Step::InputSize, Cause::NoRoom { needed: 2048 }));
    assert_eq!(up(&bench, &function(1, 1, 0), &MbimConfig::new(2559)).unwrap().input.max_size, 2048);
}

/// Dropped at every await, then brought up again: the second time works.
#[test]
fn dropped_and_brought_up_again() {
    let clock = VirtualClock::new(Instant(0));
    let function = function(0x1199, 0x9071, 0x08);
    let config = MbimConfig::new(8192);
    for dropped in 0..40 {
        let bench = bench();
        bench.slowness.set(2);
        let mut device = &bench;
        let _ = polls(dropped, bring_up::mbim(&mut device, 1, &function, &config, &clock));
        assert!(timed(&clock, bring_up::mbim(&mut device, 1, &function, &config, &clock)).is_ok());
    }
}

#[test]
fn qmi_gets_dtr_where_it_needs_it() {
    let bytes = configuration(1, &[vendor_port(8, (0xff, 0xff, 0xff), true)]);
    let clock = VirtualClock::new(Instant(0));
    let log = |product, usb_version, fault: Option<(usize, Fault)>| {
        let bench = Bench::default();
        bench.fault.replace(fault);
        let device = wwan::mbim_wire::usb::descriptor::Device { usb_version, ..device(0x1199, product) };
        let modem = Modem::look(&device, &bytes);
        let qmi = modem.qmi().next().unwrap();
        let mut host = &bench;
        let link = run(bring_up::qmi(&mut host, 1, qmi, None, &clock)).unwrap();
        (bench.taken(), link.refused.contains(Step::Line))
    };
    let asked = ["configuration 1", "claim 8", "control pipe", "open 8 92", "open 8 12", "open 8 91"]
        .map(String::from)
        .to_vec();
    let raised = [&asked[..], &["out 21 22 3 8 []".into()]].concat();
    assert_eq!(log(0x9051, 0x0200, None), (asked, false));
    assert_eq!(log(0x9051, 0x0201, None), (raised.clone(), false), "chips from MDM9x30 on");
    assert_eq!(log(0x9091, 0x0200, None), (raised.clone(), false), "EM7565");
    assert_eq!(
        log(0x9091, 0x0200, Some((6, Fault::Fails(BusError::Stall)))),
        (raised, true),
        "a refusal hinders nothing"
    );
}

#[test]
fn a_serial_port_gets_dtr_and_one_packet_of_memory() {
    let bytes = configuration(1, &[vendor_port(2, (0xff, 0, 0), true)]);
    let modem = Modem::look(&device(0x2c7c, 0x0125), &bytes);
    let function = modem.at().next().unwrap();
    let bench = Bench::default();
    let mut host = &bench;
    let mut memory = [0; 1024];
    run(bring_up::serial(&mut host, 1, function, &mut memory)).unwrap();
    assert_eq!(bench.taken().last().unwrap(), "out 21 22 3 2 []");
    let error = run(bring_up::serial(&mut host, 1, function, &mut memory[..511])).map(|_| ()).unwrap_err();
    assert_eq!(error.cause, Cause::NoRoom { needed: 512 });
}

#[test]
fn a_function_without_notifications_is_asked_from_time_to_time() {
    use wwan::channel::MessageChannel as _;
    let clock = VirtualClock::new(Instant(0));
    let bench = bench();
    let function = function(0x1199, 0x9071, 0);
    let config = MbimConfig { poll: Some(Millis(50)), ..MbimConfig::new(16384) };
    let mut host = &bench;
    let mut link = timed(&clock, bring_up::mbim(&mut host, 1, &function, &config, &clock)).unwrap();
    bench.responses.borrow_mut().extend([Some(vec![]), None, Some(vec![7; 16])]);
    bench.taken();
    let start = wwan::channel::Clock::now(&&clock);
    let mut buf = [0; 4096];
    assert_eq!(timed(&clock, link.control.receive(&mut buf)), Ok(16));
    assert_eq!(bench.taken(), ["in a1 01 0"; 3]);
    // Once at the start, then at two ticks.
    assert_eq!(wwan::channel::Clock::now(&&clock).since(start), Millis(100));
    // All that there are at one tick, not one for each.
    bench.responses.borrow_mut().extend((0..5).map(|_| Some(vec![7; 16])));
    for _ in 0..5 {
        assert_eq!(timed(&clock, link.control.receive(&mut buf)), Ok(16));
    }
    assert_eq!(wwan::channel::Clock::now(&&clock).since(start), Millis(100));
}
