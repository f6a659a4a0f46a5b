//! The modem as a USB device against a host that does anything: no answer is longer than asked for, what is refused changes
//! nothing, every pipe runs dry, and afterwards the modem can be configured.
//!
//! Input: kind and configuration (one byte), then steps, see [`World::step`].
#![no_main]

#[path = "../world.rs"]
#[allow(dead_code)] // the targets of the faces use the rest
mod world;

use libfuzzer_sys::fuzz_target;
use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::notification::{Notification, SerialState};
use mbim_wire::usb::standard_request::StandardRequest;
use world::Script;
use wwan::device::modem::data_path::{Aggregation, DataFormat, Limits, Link};
use wwan::device::usb::{Config, Event, Kind, Memory, UsbFunction};
use wwan::qmi_wire::qmap::{Command, CommandName};
use wwan::time::{Instant, Millis};

/// Bytes of each memory that the modem has.
const ROOM: usize = 400;

struct World<'s> {
    modem: UsbFunction<'s>,
    now: Instant,
}

impl World<'_> {
    /// Everything that the modem knows but how many requests it refused.
    fn state(&self) -> String {
        let text = format!("{:?}", self.modem);
        let (before, after) = text.split_once("stalled_requests: ").expect("counted");
        format!("{before}{}", after.trim_start_matches(|letter: char| letter.is_ascii_digit()))
    }

    fn control(&mut self, setup: Setup, data: &[u8]) {
        let (before, mut events) = (self.state(), 0);
        let mut reply = [0; ROOM];
        match self.modem.control(&setup, data, &mut reply, &mut |_| events += 1) {
            Ok(length) => assert!(length <= usize::from(setup.length) && length <= reply.len()),
            Err(_) => {
                assert_eq!(events, 0);
                assert_eq!(before, self.state(), "{setup:?}");
            }
        }
    }

    fn standard(&mut self, request: StandardRequest) {
        self.control(request.setup(), &[]);
    }

    fn step(&mut self, script: &mut Script<'_>) -> Option<()> {
        let op = script.byte()?;
        let what = script.byte()?;
        match op % 12 {
            0 | 1 => {
                let mut bytes = [0; 8];
                for place in &mut bytes {
                    *place = script.byte()?;
                }
                let setup = Setup::parse(&bytes).expect("8 bytes");
                let mut data = if setup.request_type & 0x80 == 0 { script.bytes()? } else { Vec::new() };
                // Mostly as many bytes as the setup packet says.
                if what & 1 == 0 && setup.request_type & 0x80 == 0 {
                    data.resize(setup.length.into(), what);
                }
                self.control(setup, &data);
            }
            2 => self.standard(StandardRequest::SetConfiguration(what % 3)),
            3 => self.standard(StandardRequest::SetInterface { interface: what & 7, alternate: what >> 6 }),
            4 => {
                let data = script.bytes()?;
                let mut lent = 0;
                let _ = self.modem.transfer_out(what, &data, &mut |event| {
                    lent += match event {
                        Event::Serial { bytes, .. } => bytes.len(),
                        Event::Datagram { packet, .. } => packet.len(),
                        Event::Stream { data, .. } => data.len(),
                        Event::Frame { frame, .. } => frame.len(),
                        _ => 0,
                    }
                });
                assert!(lent <= data.len(), "more came out than went in");
            }
            5 => {
                let mut buf = vec![0; usize::from(script.byte()?)];
                if let Ok(Some(count)) = self.modem.transfer_in(self.now, what, &mut buf) {
                    assert!(count <= buf.len());
                }
            }
            6 => {
                let room = self.modem.has_room(0, what.into());
                assert_eq!(self.modem.push_response(0, &vec![what; what.into()]).is_ok(), room);
            }
            7 => {
                let packet = vec![script.byte()?; what.into()];
                let _ = self.modem.push_datagram(self.now, 0, what, &packet);
                let _ = self.modem.push_frame(self.now, 0, &packet);
                let _ = self.modem.push_stream(self.now, 0, what, &packet);
            }
            8 => {
                let port = what & 3;
                let length = usize::from(what);
                let room = self.modem.serial_room(port);
                assert_eq!(self.modem.push_serial(port, &vec![what; length]), length.min(room));
                self.modem.hold_serial(port, what & 4 != 0);
                let _ = self.modem.set_serial_state(port, SerialState::from_bits_retain(what.into()));
            }
            9 => {
                let limits = Limits { datagrams: u32::from(what >> 5), size: 256 };
                let aggregation = [Aggregation::Off, Aggregation::Qmap, Aggregation::QmapV4, Aggregation::QmapV5];
                let pick = |bits: u8| aggregation[usize::from(bits & 3)];
                let link = if what & 16 == 0 { Link::RawIp } else { Link::Ethernet };
                let mut format = DataFormat { link, up: pick(what), down: pick(what >> 2), ..DataFormat::default() };
                format.down_limits = limits;
                let _ = self.modem.set_data_format(0, format);
                let _ = self.modem.push_qmap_command(self.now, 0, what, Command::request(CommandName::FLOW_ENABLE, 1));
            }
            10 => {
                let _ = self.modem.notify(0, Notification::NetworkConnection { connected: what & 1 != 0 });
                let _ = self.modem.notify(0, Notification::ConnectionSpeedChange { downlink: what.into(), uplink: 1 });
                self.now = self.now + Millis(what.into());
            }
            _ => self.modem.bus_reset(&mut |_| {}),
        }
        Some(())
    }
}

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let Some(setup) = script.byte() else { return };
    let mut config = Config::new(Kind::ALL[usize::from(setup) % Kind::ALL.len()]);
    config.needs_dtr = setup & 0x40 != 0;
    config.linger = Millis(u32::from(setup >> 7) * 5);
    let mut memory = [[0; ROOM]; 4];
    let [responses, down, serial, packet] = &mut memory;
    let memory = Memory { responses, down, serial, packet };
    let mut world = World { modem: UsbFunction::new(config, memory), now: Instant(0) };
    while world.step(&mut script).is_some() {}

    world.now = world.now + Millis(1000);
    for endpoint in 0x81..0x8a {
        let mut turns = 0;
        while let Ok(Some(_)) = world.modem.transfer_in(world.now, endpoint, &mut [0; 8]) {
            turns += 1;
            assert!(turns < 10 * ROOM, "a pipe that never ends");
        }
    }
    world.modem.bus_reset(&mut |_| {});
    let done = world.modem.control(&StandardRequest::SetConfiguration(1).setup(), &[], &mut [], &mut |_| {});
    assert!(done.is_ok() && world.modem.is_configured());
});
