//! The Linux channels over real pseudo-terminals, sockets and files.
#![allow(clippy::std_instead_of_alloc, clippy::indexing_slicing, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use rustix::net::{AddressFamily, SocketFlags};
use rustix::pty::OpenptFlags;

use super::*;

const OPEN_DONE: [u8; 16] = [1, 0, 0, 0x80, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];

/// A message with every byte value in it, so that nothing a terminal might do to bytes goes unseen.
fn all_bytes() -> Vec<u8> {
    let mut message = [3_u32.to_le_bytes(), 268_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    message.extend(0..=255);
    message
}

/// A pseudo-terminal: the modem's side, and the path of ours.
fn pty() -> (File, PathBuf) {
    let master = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    rustix::pty::grantpt(&master).unwrap();
    rustix::pty::unlockpt(&master).unwrap();
    let path = rustix::pty::ptsname(&master, Vec::new()).unwrap();
    (File::from(master), PathBuf::from(OsString::from_vec(path.into_bytes())))
}

fn soon() -> Instant {
    LinuxClock::now() + Millis::from_secs(20) // never reached unless something is wrong
}

/// A folder of this test run, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(std::format!("wwan-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_terminal_carries_messages_both_ways() {
    let (mut modem, path) = pty();
    let mut channel = LinuxChannel::open(&path).unwrap();
    assert_eq!((channel.port().kind(), channel.max_message()), (PortKind::Terminal, DEFAULT_MAX_MESSAGE));
    let message = all_bytes();
    channel.send(&message).unwrap();
    let mut seen = vec![0; message.len()];
    modem.read_exact(&mut seen).unwrap();
    assert_eq!(seen, message);

    let mut buf = [0; 512];
    assert_eq!(channel.receive(&mut buf, Instant(0)), Ok(None));
    // Garbage, one message in three parts, two messages at once.
    modem.write_all(&[0xff, 0x0a]).unwrap();
    for part in message.chunks(100) {
        assert_eq!(channel.receive(&mut buf, Instant(0)), Ok(None));
        modem.write_all(part).unwrap();
    }
    modem.write_all(&[OPEN_DONE, OPEN_DONE].concat()).unwrap();
    for expected in [&message[..], &OPEN_DONE, &OPEN_DONE] {
        let length = channel.receive(&mut buf, soon()).unwrap().unwrap();
        assert_eq!(&buf[..length], expected);
    }
    let frames = channel.counters().frames;
    assert_eq!((frames.messages, frames.dropped_bytes), (3, 2));
}

#[test]
fn a_terminal_is_exclusive_and_gets_its_settings_back() {
    let (modem, path) = pty();
    let before = rustix::termios::tcgetattr(&modem).unwrap();
    let channel = LinuxChannel::open(&path).unwrap();
    let during = rustix::termios::tcgetattr(&modem).unwrap();
    assert_ne!(before.local_modes, during.local_modes);
    let error = LinuxChannel::open(&path).unwrap_err();
    assert!(
        matches!(error, LinuxError::System { operation: Operation::Lock, .. }) // root
            || error == LinuxError::system(Operation::Open, Errno::BUSY), // everybody else
        "{error}"
    );
    drop(channel);
    let after = rustix::termios::tcgetattr(&modem).unwrap();
    assert_eq!((after.local_modes, after.input_modes), (before.local_modes, before.input_modes));
    assert_eq!((after.output_modes, after.control_modes), (before.output_modes, before.control_modes));
    let port = LinuxPort::open(&path).unwrap();
    port.set_speed(115_200).unwrap();
    assert_eq!(rustix::termios::tcgetattr(&modem).unwrap().output_speed(), 115_200);
}

#[test]
fn dtr_stays_up_behind_a_program_that_wants_it() {
    let (modem, path) = pty();
    let hangs_up = || rustix::termios::tcgetattr(&modem).unwrap().control_modes.contains(ControlModes::HUPCL);
    let mut termios = rustix::termios::tcgetattr(&modem).unwrap();
    termios.control_modes |= ControlModes::HUPCL;
    rustix::termios::tcsetattr(&modem, OptionalActions::Now, &termios).unwrap();
    drop(LinuxPort::open(&path).unwrap());
    assert!(hangs_up());
    let mut port = LinuxPort::open(&path).unwrap();
    port.keep_dtr().unwrap();
    assert!(!hangs_up());
    drop(port);
    assert!(!hangs_up());
}

#[test]
fn a_terminal_that_hangs_up_is_gone() {
    let (mut modem, path) = pty();
    let mut channel = LinuxChannel::open(&path).unwrap();
    modem.write_all(&OPEN_DONE).unwrap();
    let mut buf = [0; 64];
    assert_eq!(channel.receive(&mut buf, soon()), Ok(Some(16)));
    drop(modem);
    let error = channel.receive(&mut buf, Instant::FAR).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected, "{error}");
    let error = channel.send(&OPEN_DONE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected, "{error}");
}

#[test]
fn what_is_no_device_is_refused() {
    let folder = Folder::new("no-device");
    let file = folder.0.join("file");
    fs::write(&file, b"text").unwrap();
    for path in [&folder.0, &file] {
        let error = LinuxChannel::open(path).unwrap_err();
        assert_eq!((error, error.kind()), (LinuxError::NotADevice, ErrorKind::InvalidInput));
    }
    assert_eq!(fs::read(&file).unwrap(), b"text");
    let error = LinuxChannel::open(folder.0.join("absent")).unwrap_err();
    assert_eq!((error.kind(), error.io_kind()), (ErrorKind::NotFound, io::ErrorKind::NotFound));
    assert_eq!(std::format!("{error}"), "open: No such file or directory (os error 2)");
    // A socket nobody listens at.
    let socket = folder.0.join("socket");
    drop(UnixListener::bind(&socket).unwrap());
    assert_eq!(LinuxChannel::open(&socket).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn the_null_device_ends_at_once() {
    // Not through `open`: the lock would be in the way of other programs.
    let null = File::options().read(true).write(true).open("/dev/null").unwrap();
    let mut channel = LinuxChannel::new(LinuxPort::from_fd(null.into()).unwrap());
    assert_eq!((channel.port().kind(), channel.max_message()), (PortKind::Messages, DEFAULT_MAX_MESSAGE));
    let error = channel.receive(&mut [0; 64], Instant::FAR).unwrap_err();
    assert_eq!((error, error.kind()), (LinuxError::Closed, ErrorKind::NotConnected));
}

#[test]
fn an_endless_device_ends_at_the_deadline() {
    let zero = File::options().read(true).write(true).open("/dev/zero").unwrap();
    let mut channel = LinuxChannel::new(LinuxPort::from_fd(zero.into()).unwrap());
    assert_eq!(channel.receive(&mut [0; 64], LinuxClock::now()), Ok(None));
    assert_eq!(channel.counters().frames.dropped_bytes, 8192);
}

#[test]
fn errors_have_kinds() {
    let kind = |operation, errno| LinuxError::system(operation, errno).kind();
    assert_eq!(kind(Operation::Read, Errno::IO), ErrorKind::NotConnected);
    assert_eq!(kind(Operation::Write, Errno::NODEV), ErrorKind::NotConnected);
    assert_eq!(kind(Operation::Write, Errno::PIPE), ErrorKind::NotConnected);
    assert_eq!(kind(Operation::Read, Errno::NOBUFS), ErrorKind::OutOfMemory);
    assert_eq!(kind(Operation::Open, Errno::ACCESS), ErrorKind::PermissionDenied);
    let busy = LinuxError::system(Operation::Open, Errno::BUSY);
    assert_eq!(io::Error::from(busy).kind(), io::ErrorKind::ResourceBusy);
    let locked = LinuxError::system(Operation::Lock, Errno::WOULDBLOCK);
    assert_eq!(std::format!("{locked}"), "lock: another program uses the device");
}

#[test]
fn a_stream_socket_carries_messages() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut channel = LinuxChannel::new(LinuxPort::from_fd(ours.into()).unwrap());
    assert_eq!(channel.port().kind(), PortKind::Socket);
    let mut buf = [0; 512];
    for byte in OPEN_DONE {
        assert_eq!(channel.receive(&mut buf, Instant(0)), Ok(None));
        theirs.write_all(&[byte]).unwrap();
    }
    assert_eq!(channel.receive(&mut buf, Instant(0)), Ok(Some(16)));
    assert_eq!(channel.send(&[0; 5000]), Err(LinuxError::TooLong { needed: 5000 }));
    theirs.write_all(&OPEN_DONE).unwrap();
    drop(theirs);
    assert_eq!(channel.receive(&mut buf, Instant::FAR), Ok(Some(16)), "sent before the end");
    assert_eq!(channel.receive(&mut buf, Instant::FAR), Err(LinuxError::Closed));
    assert_eq!(channel.send(&OPEN_DONE).unwrap_err().kind(), ErrorKind::NotConnected);
}

#[test]
fn silence_breaks_off_a_message() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut channel = LinuxChannel::new(LinuxPort::from_fd(ours.into()).unwrap());
    channel.set_silence(Millis(5));
    let mut buf = [0; 512];
    theirs.write_all(&[3, 0, 0, 0x80, 0, 8, 0, 0, 1]).unwrap(); // says 2048 bytes
    assert_eq!(channel.receive(&mut buf, LinuxClock::now() + Millis(20)), Ok(None));
    theirs.write_all(&OPEN_DONE).unwrap();
    assert_eq!(channel.receive(&mut buf, soon()), Ok(Some(16)));
    assert_eq!(channel.counters().frames.dropped_bytes, 9);
}

#[test]
fn a_write_that_times_out_keeps_the_framing() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut port = LinuxPort::from_fd(ours.into()).unwrap();
    port.set_write_timeout(Millis(5));
    let mut channel = LinuxChannel::with_max_message(port, 60_000);
    let mut message = vec![0x77; 60_000];
    message[..8].copy_from_slice(&[3, 0, 0, 0, 0x60, 0xea, 0, 0]);
    let mut sent = 0;
    let error = loop {
        match channel.send(&message) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((error, error.kind()), (LinuxError::TimedOut, ErrorKind::TimedOut));
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        theirs.read_to_end(&mut all).unwrap();
        all
    });
    channel.port.set_write_timeout(WRITE_TIMEOUT);
    channel.send(&OPEN_DONE).unwrap();
    drop(channel);
    // The one that timed out was finished, or, if none of it had left, forgotten.
    let all = reader.join().unwrap();
    let whole = (all.len() - 16) / 60_000;
    assert!(whole == sent || whole == sent + 1);
    assert!(all[..whole * 60_000].chunks(60_000).all(|part| part == message));
    assert_eq!(all[whole * 60_000..], OPEN_DONE);
}

#[test]
fn a_socket_path_is_connected_to() {
    let folder = Folder::new("connect");
    let path = folder.0.join("modem");
    let listener = UnixListener::bind(&path).unwrap();
    let mut channel = LinuxChannel::open(&path).unwrap();
    let (mut theirs, _) = listener.accept().unwrap();
    channel.send(&OPEN_DONE).unwrap();
    let mut seen = [0; 16];
    theirs.read_exact(&mut seen).unwrap();
    assert_eq!(seen, OPEN_DONE);
}

/// A packet socket behaves as cdc-wdm does: one message for each read and write.
fn packets() -> (LinuxPort, OwnedFd) {
    let (ours, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap();
    (LinuxPort::from_fd(ours).unwrap(), theirs)
}

#[test]
fn a_message_device_resynchronises_at_each_message() {
    let (port, theirs) = packets();
    let mut channel = LinuxChannel::new(port);
    assert_eq!(channel.port().kind(), PortKind::Messages);
    let write = |bytes: &[u8]| assert_eq!(rustix::io::write(&theirs, bytes).unwrap(), bytes.len());
    let mut buf = [0; 512];
    write(&[3, 0, 0, 0x80, 0, 8, 0, 0, 1, 0, 0, 0]); // says 2048 bytes, and ends
    write(&OPEN_DONE);
    assert_eq!(channel.receive(&mut buf, soon()), Ok(Some(16)));
    let message = all_bytes();
    write(&message[..100]);
    write(&message[100..]);
    let length = channel.receive(&mut buf, soon()).unwrap().unwrap();
    assert_eq!(buf[..length], message, "one message in two transfers");
    assert_eq!(channel.counters().frames.dropped_bytes, 12);
    channel.send(&message).unwrap();
    channel.send(&OPEN_DONE).unwrap();
    assert_eq!(rustix::io::read(&theirs, &mut buf).unwrap(), message.len());
    assert_eq!(rustix::io::read(&theirs, &mut buf).unwrap(), 16);
}

#[test]
fn overflows_and_cut_messages_are_counted() {
    let mut core = Core::new(PortKind::Messages, 64, MbimFraming::default().into());
    core.deframer.space()[..8].copy_from_slice(&[3, 0, 0, 0x80, 100, 0, 0, 0]);
    core.arrived(Ok(8)).unwrap();
    let overflow = LinuxError::system(Operation::Read, Errno::NOBUFS);
    assert_eq!(core.arrived(Err(overflow)), Err(overflow));
    assert_eq!(core.check_whole(64, &[0; 65]), Err(LinuxError::Cut { written: 64, length: 65 }));
    core.deframer.space()[..16].copy_from_slice(&OPEN_DONE);
    core.arrived(Ok(16)).unwrap();
    assert_eq!(core.take(&mut [0; 64]), Some(Ok(16)));
    let counters = core.counters();
    assert_eq!((counters.overflows, counters.cut, counters.frames.dropped_bytes), (1, 1, 8));
}

/// Interface 2 is NCM, 4 is MBIM with 512 bytes, 6 is MBIM with 4096 bytes.
#[rustfmt::skip]
const DESCRIPTORS: &[u8] = &[
    18, 1, 0, 2, 0, 0, 0, 64, 0x34, 0x12, 1, 0, 0, 1, 0, 0, 0, 1,
    9, 2, 0, 0, 6, 1, 0, 0xa0, 50,
    9, 4, 2, 0, 1, 2, 13, 0, 0,
    6, 0x24, 0x1a, 0, 1, 0,
    9, 4, 4, 0, 1, 2, 14, 0, 0,
    5, 0x24, 0, 0x20, 1,
    12, 0x24, 0x1b, 0, 1, 0x00, 0x02, 16, 128, 0, 8, 0x20,
    7, 5, 0x81, 3, 64, 0, 5,
    9, 4, 6, 0, 1, 2, 14, 0, 0,
    12, 0x24, 0x1b, 0, 1, 0x00, 0x10, 16, 128, 0, 8, 0x20,
];

#[test]
fn finds_the_functional_descriptor() {
    assert_eq!(max_control_message(DESCRIPTORS, Some(4)), Some(512));
    assert_eq!(max_control_message(DESCRIPTORS, Some(6)), Some(4096));
    assert_eq!(max_control_message(DESCRIPTORS, Some(2)), Some(512));
    assert_eq!(max_control_message(DESCRIPTORS, None), Some(512));
    assert_eq!(max_control_message(&DESCRIPTORS[..62], None), None);
    // Cut anywhere, or with any one byte wrong, the walk ends.
    for length in 0..DESCRIPTORS.len() {
        let _ = max_control_message(&DESCRIPTORS[..length], Some(4));
        let mut damaged = DESCRIPTORS.to_vec();
        for byte in 0..=255 {
            damaged[length] = byte;
            let _ = max_control_message(&damaged, Some(6));
        }
    }
    let mut zero = DESCRIPTORS.to_vec();
    zero[27] = 0; // a length of 0 would never end
    assert_eq!(max_control_message(&zero, None), None);
    let tiny = [12, 0x24, 0x1b, 0, 1, 63, 0, 16, 128, 0, 8, 0x20];
    assert_eq!(max_control_message(&tiny, None), None);
}

#[test]
fn finds_the_descriptors_above_a_node() {
    let folder = Folder::new("sysfs");
    let usb = folder.0.join("1-1");
    let node = usb.join("1-1:1.6/wwan/wwan0/wwan0mbim0");
    fs::create_dir_all(&node).unwrap();
    assert_eq!(max_described_above(&node), None);
    fs::write(usb.join("descriptors"), DESCRIPTORS).unwrap();
    assert_eq!(max_described_above(&node), Some(512));
    fs::write(usb.join("1-1:1.6/bInterfaceNumber"), "06\n").unwrap();
    assert_eq!(max_described_above(&node), Some(4096));
}

#[cfg(feature = "async-io")]
mod asynchronous {
    use core::pin::pin;
    use core::task::Poll;

    use async_io::block_on;

    use super::super::{AsyncDevice, AsyncPort};
    use super::*;
    use crate::channel::testing::poll_once;
    use crate::channel::{Clock, MessageChannel, unless};

    /// Receives what is known to come; a test must not hang if it does not.
    async fn receive(channel: &mut AsyncDevice, buf: &mut [u8]) -> Result<usize, LinuxError> {
        unless(channel.receive(buf), LinuxClock.wait_until(soon())).await.unwrap()
    }

    #[test]
    fn a_terminal_carries_messages_both_ways() {
        let (mut modem, path) = pty();
        let mut channel = AsyncDevice::open(&path).unwrap();
        channel.set_silence(Millis(u32::MAX)); // the writing thread may be slow
        let message = all_bytes();
        let mut buf = [0; 512];
        block_on(channel.send(&message)).unwrap();
        let mut seen = vec![0; message.len()];
        modem.read_exact(&mut seen).unwrap();
        assert_eq!(seen, message);
        let writer = std::thread::spawn(move || {
            for part in [&[0xff, 0x0a][..], &message, &OPEN_DONE].concat().chunks(50) {
                modem.write_all(part).unwrap();
            }
            modem
        });
        assert_eq!(block_on(receive(&mut channel, &mut buf)), Ok(268));
        assert_eq!(buf[..268], all_bytes());
        assert_eq!(block_on(receive(&mut channel, &mut buf)), Ok(16));
        drop(writer.join().unwrap());
        assert_eq!(block_on(receive(&mut channel, &mut buf)).unwrap_err().kind(), ErrorKind::NotConnected);
        assert_eq!(channel.counters().frames.dropped_bytes, 2);
    }

    #[test]
    fn a_dropped_receive_loses_nothing() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let port = AsyncPort::new(LinuxPort::from_fd(ours.into()).unwrap()).unwrap();
        let mut channel = AsyncDevice::new(port);
        let mut buf = [0; 512];
        for byte in OPEN_DONE {
            assert!(poll_once(pin!(channel.receive(&mut buf))).is_pending());
            theirs.write_all(&[byte]).unwrap();
        }
        assert_eq!(poll_once(pin!(channel.receive(&mut buf))), Poll::Ready(Ok(16)));
        assert_eq!(buf[..16], OPEN_DONE);
    }

    #[test]
    fn a_dropped_send_leaves_whole_messages_only() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let port = AsyncPort::new(LinuxPort::from_fd(ours.into()).unwrap()).unwrap();
        let mut channel = AsyncDevice::with_max_message(port, 60_000);
        let mut message = vec![0x77; 60_000];
        message[..8].copy_from_slice(&[3, 0, 0, 0, 0x60, 0xea, 0, 0]);
        // Until the socket is full, and a few dropped ones more.
        let mut sent = 0;
        while poll_once(pin!(channel.send(&message))).is_ready() {
            sent += 1;
        }
        assert!(poll_once(pin!(channel.send(&message))).is_pending());
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            theirs.read_to_end(&mut all).unwrap();
            all
        });
        block_on(channel.send(&OPEN_DONE)).unwrap();
        drop(channel);
        let all = reader.join().unwrap();
        let whole = (all.len() - 16) / 60_000;
        assert!(whole == sent || whole == sent + 1);
        assert!(all[..whole * 60_000].chunks(60_000).all(|part| part == message));
        assert_eq!(all[whole * 60_000..], OPEN_DONE);
    }

    #[test]
    fn silence_breaks_off_a_message_although_the_waiting_was_dropped() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let port = AsyncPort::new(LinuxPort::from_fd(ours.into()).unwrap()).unwrap();
        let mut channel = AsyncDevice::new(port);
        channel.set_silence(Millis(5));
        let mut buf = [0; 512];
        theirs.write_all(&[3, 0, 0, 0x80, 0, 8, 0, 0, 1]).unwrap(); // says 2048 bytes
        block_on(async {
            let clock = LinuxClock;
            let at = Clock::now(&clock) + Millis(20);
            assert!(unless(channel.receive(&mut buf), clock.wait_until(at)).await.is_none());
            theirs.write_all(&OPEN_DONE).unwrap();
            assert_eq!(receive(&mut channel, &mut buf).await, Ok(16));
        });
        assert_eq!(channel.counters().frames.dropped_bytes, 9);
    }

    #[test]
    fn packets_and_timers() {
        let (port, theirs) = packets();
        let mut channel = AsyncDevice::new(AsyncPort::new(port).unwrap());
        let mut buf = [0; 512];
        block_on(async {
            let clock = LinuxClock;
            let at = Clock::now(&clock) + Millis(5);
            assert!(unless(channel.receive(&mut buf), clock.wait_until(at)).await.is_none());
            assert!(Clock::now(&clock) >= at);
            channel.send(&OPEN_DONE).await.unwrap();
            assert_eq!(channel.send(&[0; 5000]).await, Err(LinuxError::TooLong { needed: 5000 }));
            rustix::io::write(&theirs, &OPEN_DONE).unwrap();
            let never = clock.wait_until(Instant::FAR);
            assert_eq!(unless(receive(&mut channel, &mut buf), never).await, Some(Ok(16)));
        });
        assert_eq!(rustix::io::read(&theirs, &mut buf).unwrap(), 16);
        drop(theirs);
        assert_eq!(block_on(receive(&mut channel, &mut buf)), Err(LinuxError::Closed));
    }

    #[test]
    fn what_cannot_be_waited_for_is_no_device() {
        let null = File::options().read(true).write(true).open("/dev/null").unwrap();
        let port = LinuxPort::from_fd(null.into()).unwrap();
        assert_eq!(AsyncPort::new(port).unwrap_err(), LinuxError::NotADevice);
    }
}

const SYNC: [u8; 12] = [1, 0x0b, 0, 0, 0, 0, 0, 1, 0x27, 0, 0, 0];
const SYNCED: [u8; 19] = [1, 0x12, 0, 0x80, 0, 0, 1, 1, 0x27, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0];

#[test]
fn a_terminal_carries_qmux_frames_both_ways() {
    let (mut modem, path) = pty();
    let mut channel = LinuxChannel::qmux(LinuxPort::open(&path).unwrap());
    channel.send(&SYNC).unwrap();
    let mut seen = [0; 12];
    modem.read_exact(&mut seen).unwrap();
    assert_eq!(seen, SYNC);
    let mut buf = [0; 64];
    // Nothing there is no hang-up; two frames at once; one in two parts.
    assert_eq!(channel.receive(&mut buf, Instant(0)), Ok(None));
    modem.write_all(&[&SYNCED[..], &SYNCED, &SYNCED[..7]].concat()).unwrap();
    assert_eq!(channel.receive(&mut buf, soon()), Ok(Some(19)));
    assert_eq!(channel.receive(&mut buf, soon()), Ok(Some(19)));
    assert_eq!(channel.receive(&mut buf, Instant(0)), Ok(None));
    modem.write_all(&SYNCED[7..]).unwrap();
    assert_eq!(channel.receive(&mut buf, soon()), Ok(Some(19)));
    assert_eq!(buf[..19], SYNCED);
    assert_eq!(channel.counters().frames.dropped_bytes, 0);
}

#[test]
fn a_carrier_with_transfers_carries_several_frames_in_one() {
    let (modem, ours) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap();
    let mut channel = LinuxChannel::qmux(LinuxPort::from_fd(ours).unwrap());
    assert_eq!(channel.port().kind(), PortKind::Messages);
    rustix::io::write(&modem, &[&SYNCED[..], &SYNCED, &SYNCED[..13]].concat()).unwrap();
    rustix::io::write(&modem, &SYNCED[13..]).unwrap();
    let mut buf = [0; 64];
    for _ in 0..3 {
        assert_eq!(channel.receive(&mut buf, soon()), Ok(Some(19)));
        assert_eq!(buf[..19], SYNCED);
    }
    // One frame, one write.
    channel.send(&SYNC).unwrap();
    channel.send(&SYNC).unwrap();
    assert_eq!(rustix::io::read(&modem, &mut buf[..]), Ok(12));
}

#[test]
fn the_protocol_is_known_by_attribute_driver_or_name() {
    let folder = Folder::new("protocol");
    let node = folder.0.join("1-1:1.4/usbmisc/cdc-wdm0");
    fs::create_dir_all(&node).unwrap();
    assert_eq!(Protocol::of_node(&node), None);
    let link = |driver: &str| {
        let link = folder.0.join("1-1:1.4/driver");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(std::format!("../../bus/usb/drivers/{driver}"), link).unwrap();
    };
    let drivers = [
        ("qmi_wwan", Some(Protocol::Qmi)),
        ("cdc_mbim", Some(Protocol::Mbim)),
        ("huawei_cdc_ncm", None),
        ("option", Some(Protocol::At)),
    ];
    for (driver, protocol) in drivers {
        link(driver);
        assert_eq!(Protocol::of_node(&node), protocol, "{driver}");
    }
    // The attribute of a WWAN port goes first.
    link("cdc_mbim");
    for (kind, protocol) in [("QMI\n", Some(Protocol::Qmi)), ("AT\n", Some(Protocol::At)), ("XMMRPC\n", None)] {
        fs::write(node.join("type"), kind).unwrap();
        assert_eq!(Protocol::of_node(&node), protocol, "{kind}");
    }
    let names = [
        ("wwan0qmi0", Some(Protocol::Qmi)),
        ("wwan12mbim1", Some(Protocol::Mbim)),
        ("wwan0at1", Some(Protocol::At)),
        ("wwan0xmmrpc0", None),
        ("ttyUSB2", Some(Protocol::At)),
        ("ttyS0", Some(Protocol::At)),
        ("tty1", None),
        ("tty", None),
        ("pts", None),
        ("cdc-wdm0", None),
        ("rpmsg0", Some(Protocol::Qmi)),
        ("my_qmux_socket.3", Some(Protocol::Qmi)),
    ];
    for (name, protocol) in names {
        assert_eq!(Protocol::of_name(name), protocol, "{name}");
    }
    // A socket is known by its name, however it was found.
    let socket = folder.0.join("qmux_socket0");
    let _listener = UnixListener::bind(&socket).unwrap();
    std::os::unix::fs::symlink(&socket, folder.0.join("modem")).unwrap();
    assert_eq!(Protocol::of(folder.0.join("modem")), Some(Protocol::Qmi));
    assert_eq!((Protocol::of("/dev/null"), Protocol::of("/no/such")), (None, None));
}
