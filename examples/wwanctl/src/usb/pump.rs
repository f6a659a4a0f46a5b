//! Moves packets between the data pipes of a modem and a network interface, on a thread of its own, until it is told to stop
//! or one of the ends is gone. How packets lie in transfers is a matter of [`wwan::net`]; here is the kernel's end of it.

extern crate alloc;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{self, JoinHandle};

use alloc::sync::Arc;
use alloc::task::Wake;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};

use embedded_io::{Error as _, ErrorKind};
use mbim_wire::ntb;
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use wwan::channel::{TransferIn, TransferOut};
use wwan::net::{
    AnyLink, AnyReader, AnyWriter, Deliver, NtbReader, NtbWriter, Offer, RawIpReader, RawIpWriter, RunError, Runner,
    Session, Supply,
};
use wwan::time::Millis;

use super::door::Sleeping;

/// The end of the kernel: an interface whose packets this program gets and gives, without waiting.
pub(crate) trait Interface: AsFd {
    /// A packet that the kernel sends; `None` if there is none now.
    fn try_read(&self, packet: &mut [u8]) -> io::Result<Option<usize>>;

    /// Gives the kernel a packet; whether it took it.
    fn write(&self, packet: &[u8]) -> bool;
}

/// Longest packet, and longest transfer, in bytes.
const LONGEST: usize = 0x1_0000;

/// How many transfers may fail before the pipe counts as broken, unless one succeeds in between.
const PATIENCE: u8 = 16;

/// How packets lie in transfers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    /// In blocks of MBIM.
    Ntb {
        /// Which blocks.
        format: ntb::Format,
        /// What blocks to the modem have to be like.
        config: ntb::Config,
        /// NDPs lie behind their packets.
        ndp_last: bool,
        /// The longest block from the modem, in bytes.
        longest: usize,
        /// The session.
        session: u8,
    },
    /// One in each, without anything around it.
    RawIp {
        /// Bytes of a packet of the pipe to the modem.
        packet_size: u16,
    },
}

impl Format {
    fn session(&self) -> u8 {
        match self {
            Self::Ntb { session, .. } => *session,
            Self::RawIp { .. } => 0,
        }
    }

    /// The link, with memory for a transfer to the modem.
    fn link<'b>(&self, memory: &'b mut [u8], sessions: &'b [Session]) -> AnyLink<'b> {
        let (writer, reader) = match *self {
            Self::Ntb { format: ntb::Format::Ntb16, config, ndp_last, .. } => {
                let writer =
                    if ndp_last { NtbWriter::with_ndp_last(memory, config) } else { NtbWriter::new(memory, config) };
                (AnyWriter::Ntb16(writer), AnyReader::Ntb16(NtbReader::new()))
            }
            Self::Ntb { config, ndp_last, .. } => {
                let writer =
                    if ndp_last { NtbWriter::with_ndp_last(memory, config) } else { NtbWriter::new(memory, config) };
                (AnyWriter::Ntb32(writer), AnyReader::Ntb32(NtbReader::new()))
            }
            Self::RawIp { packet_size } => {
                (AnyWriter::RawIp(RawIpWriter::new(memory, packet_size)), AnyReader::RawIp(RawIpReader::new(0)))
            }
        };
        // A packet waits for no other: while the pipe is busy they collect by themselves.
        AnyLink::any(writer, reader, sessions, Millis(0))
    }
}

/// What has passed, and what has not.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Direction {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    /// Transfers that they took.
    pub(crate) transfers: u64,
    /// Packets that the other end did not take, or that are none.
    pub(crate) dropped: u64,
    /// Transfers that failed or hold nothing that can be read.
    pub(crate) errors: u64,
}

/// Both ways.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    /// From the modem.
    pub(crate) received: Direction,
    /// To it.
    pub(crate) sent: Direction,
}

/// Why it ended by itself.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The modem is gone, or its pipe is broken: what it said.
    Modem(String),
    /// The interface is gone.
    Interface(String),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Modem(text) => f.write_str(text),
            Self::Interface(text) => write!(f, "network interface: {text}"),
        }
    }
}

/// Wakes the thread out of its waiting for the interface.
#[derive(Debug)]
struct Bell(OwnedFd);

impl Bell {
    fn ring(&self) {
        // It is full when it has been rung often: then it rings already.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }

    fn silence(&self) {
        let _ = rustix::io::read(&self.0, &mut [0_u8; 8]);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

/// A pump that runs.
#[derive(Debug)]
pub(crate) struct Pump {
    thread: Option<JoinHandle<(Counters, Option<End>)>>,
    stop: Arc<AtomicBool>,
    bell: Arc<Bell>,
}

impl Pump {
    /// Starts one, for packets of at most `mtu` bytes to the modem.
    pub(crate) fn start<N, I, O>(interface: N, input: I, output: O, format: Format, mtu: u16) -> io::Result<Self>
    where
        N: Interface + Send + 'static,
        I: TransferIn + Send + 'static,
        O: TransferOut + Send + 'static,
        I::Error: fmt::Display,
        O::Error: fmt::Display,
    {
        let bell = Arc::new(Bell(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?));
        let stop = Arc::new(AtomicBool::new(false));
        let (its_bell, its_stop) = (Arc::clone(&bell), Arc::clone(&stop));
        let thread = thread::Builder::new()
            .name("data".to_owned())
            .spawn(move || run(&interface, (input, output), format, mtu, &its_bell, &its_stop))?;
        Ok(Self { thread: Some(thread), stop, bell })
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Ends it, and tells what it did and why it had ended before, if it had. Its pipes and its interface are closed then.
    pub(crate) fn stop(mut self) -> (Counters, Option<End>) {
        self.tell();
        let ended = self.thread.take().and_then(|thread| thread.join().ok());
        ended.unwrap_or_default()
    }

    fn tell(&self) {
        self.stop.store(true, Ordering::Release);
        self.bell.ring();
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.tell();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Moves packets until it is told to stop, or one of the ends is gone: why, and what was counted.
fn run<N, I, O>(
    interface: &N,
    (input, output): (I, O),
    format: Format,
    mtu: u16,
    bell: &Arc<Bell>,
    stop: &AtomicBool,
) -> (Counters, Option<End>)
where
    N: Interface,
    I: TransferIn,
    O: TransferOut,
    I::Error: fmt::Display,
    O::Error: fmt::Display,
{
    let (to_modem, from_modem) = match &format {
        Format::Ntb { config, longest, .. } => (usize::try_from(config.rules.max_size).unwrap_or(LONGEST), *longest),
        Format::RawIp { .. } => (LONGEST, LONGEST),
    };
    let (mut memory, mut transfer) = (vec![0; to_modem.min(LONGEST)], vec![0; from_modem]);
    let sessions = [Session::new()];
    let [session] = &sessions;
    session.open(format.session(), mtu);
    let link = format.link(&mut memory, &sessions);
    let mut runner = Runner::new(link, input, output, Sleeping, &mut transfer);
    let kernel = Kernel { interface, wanted: Cell::new(false), failure: RefCell::new(None) };
    let (failed_in, failed_out) = (Cell::new(0_u64), Cell::new(0_u64));
    let end = {
        let passing = async {
            let mut supply =
                Packets { kernel: &kernel, session: format.session(), packet: vec![0; LONGEST], length: 0 };
            let mut failures = 0_u8;
            let mut passed = 0;
            loop {
                let (failed, kind, text) = match runner.run(&mut &kernel, &mut supply).await {
                    Err(RunError::Receive(error)) => (&failed_in, error.kind(), error.to_string()),
                    Err(RunError::Send(error)) => (&failed_out, error.kind(), error.to_string()),
                };
                failed.set(failed.get().saturating_add(1));
                let counters = runner.link().counters();
                let now = u64::from(counters.received).saturating_add(counters.sent.into());
                failures = if now == passed { failures.saturating_add(1) } else { 1 };
                passed = now;
                // Others pass: a halt is over by now, and packets may be lost.
                if kind == ErrorKind::NotConnected || failures >= PATIENCE {
                    return End::Modem(format!("data pipe: {text}"));
                }
            }
        };
        kernel.drive(passing, bell, stop)
    };
    let link = runner.link().counters();
    let one = session.counters();
    let sum = |counts: &[u32]| counts.iter().fold(0_u64, |sum, count| sum.saturating_add((*count).into()));
    let received = Direction {
        packets: one.received.into(),
        bytes: one.received_bytes,
        transfers: link.received.into(),
        dropped: sum(&[
            one.received_not_ip,
            one.received_no_room,
            link.unknown_session,
            link.others,
            link.refused_parts,
        ]),
        errors: failed_in.get().saturating_add(link.refused_transfers.into()),
    };
    let sent = Direction {
        packets: one.sent.into(),
        bytes: one.sent_bytes,
        transfers: link.sent.into(),
        dropped: sum(&[one.sent_not_ip, one.sent_too_long, link.no_session]),
        errors: failed_out.get(),
    };
    (Counters { received, sent }, end)
}

/// The kernel's end.
struct Kernel<'n, N> {
    interface: &'n N,
    /// Somebody waits for a packet of the kernel.
    wanted: Cell<bool>,
    /// Why there will be none any more.
    failure: RefCell<Option<io::Error>>,
}

impl<N: Interface> Kernel<'_, N> {
    /// Drives the passing of packets until it ends, or until it is to stop.
    fn drive(&self, passing: impl Future<Output = End>, bell: &Arc<Bell>, stop: &AtomicBool) -> Option<End> {
        let mut passing = pin!(passing);
        let waker = Waker::from(Arc::clone(bell));
        let mut cx = Context::from_waker(&waker);
        while !stop.load(Ordering::Acquire) {
            self.wanted.set(false);
            if let Poll::Ready(end) = passing.as_mut().poll(&mut cx) {
                return Some(end);
            }
            if let Some(error) = self.failure.take() {
                return Some(End::Interface(error.to_string()));
            }
            let rung = PollFd::new(&bell.0, PollFlags::IN);
            // Interrupted or not: what there is to do shows.
            let _ = if self.wanted.get() {
                poll(&mut [rung, PollFd::new(self.interface, PollFlags::IN)], None)
            } else {
                poll(&mut [rung], None)
            };
            bell.silence();
        }
        None
    }
}

impl<N: Interface> Deliver for &Kernel<'_, N> {
    fn deliver(&mut self, _: u8, packet: &[u8]) -> bool {
        self.interface.write(packet)
    }
}

/// The packets of the kernel.
struct Packets<'k, 'n, N> {
    kernel: &'k Kernel<'n, N>,
    session: u8,
    packet: Vec<u8>,
    /// That of a packet that had to wait; 0 if there is none.
    length: usize,
}

impl<N: Interface> Supply for Packets<'_, '_, N> {
    fn poll_offer(&mut self, _: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<()> {
        loop {
            if self.length == 0 {
                match self.kernel.interface.try_read(&mut self.packet) {
                    Ok(Some(length)) => self.length = length,
                    Ok(None) => {
                        self.kernel.wanted.set(true);
                        return Poll::Pending;
                    }
                    Err(error) => {
                        self.kernel.failure.replace(Some(error));
                        return Poll::Pending;
                    }
                }
            }
            match offer(self.session, self.packet.get(..self.length).unwrap_or_default()) {
                Offer::Taken => self.length = 0,
                // It goes when something has come of the modem, which is looked for first.
                Offer::Later => return Poll::Pending,
                Offer::Stop => return Poll::Ready(()),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects)]
mod tests {
    use std::os::unix::net::UnixDatagram;
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use core::future::poll_fn;
    use core::time::Duration;

    use mbim_wire::ntb::{Aggregator16, Config, NtbParameters, Receiver16, Stream};

    use super::*;

    /// Longer than anything takes here, however slow the machine.
    const PATIENCE: Duration = Duration::from_secs(60);

    struct Socket(UnixDatagram);

    impl AsFd for Socket {
        fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
            self.0.as_fd()
        }
    }

    impl Interface for Socket {
        fn try_read(&self, packet: &mut [u8]) -> io::Result<Option<usize>> {
            match self.0.recv(packet) {
                Ok(length) => Ok(Some(length)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
                Err(error) => Err(error),
            }
        }

        fn write(&self, packet: &[u8]) -> bool {
            self.0.send(packet).is_ok()
        }
    }

    type Transfer = Result<Vec<u8>, ErrorKind>;

    /// What the test puts into the pipe to the host, and who waits for it.
    #[derive(Clone, Default)]
    struct Pipe(Arc<Mutex<(Vec<Transfer>, Option<Waker>)>>);

    impl Pipe {
        fn put(&self, transfer: Transfer) {
            let mut inner = self.0.lock().unwrap();
            inner.0.push(transfer);
            if let Some(waker) = inner.1.take() {
                waker.wake();
            }
        }
    }

    impl TransferIn for Pipe {
        type Error = ErrorKind;

        async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
            let transfer = poll_fn(|cx| {
                let mut inner = self.0.lock().unwrap();
                if inner.0.is_empty() {
                    inner.1 = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                Poll::Ready(inner.0.remove(0))
            });
            let transfer = transfer.await?;
            buf[..transfer.len()].copy_from_slice(&transfer);
            Ok(transfer.len())
        }
    }

    /// Where the test finds what went to the modem.
    struct Sent(Sender<(Vec<u8>, bool)>);

    impl TransferOut for Sent {
        type Error = ErrorKind;

        async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), ErrorKind> {
            self.0.send((transfer.to_vec(), terminate)).map_err(|_| ErrorKind::NotConnected)
        }
    }

    struct Bench {
        pump: Pump,
        kernel: UnixDatagram,
        to_host: Pipe,
        to_modem: Receiver<(Vec<u8>, bool)>,
    }

    fn bench(format: Format) -> Bench {
        let (kernel, ours) = UnixDatagram::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        kernel.set_read_timeout(Some(PATIENCE)).unwrap();
        let to_host = Pipe::default();
        let (sent, to_modem) = channel();
        let pump = Pump::start(Socket(ours), to_host.clone(), Sent(sent), format, 1500).unwrap();
        Bench { pump, kernel, to_host, to_modem }
    }

    fn blocks() -> Format {
        let parameters = NtbParameters::of_function(4096);
        Format::Ntb {
            format: ntb::Format::Ntb16,
            config: Config::new(parameters.output()),
            ndp_last: false,
            longest: 4096,
            session: 3,
        }
    }

    fn block(stream: Stream, packets: &[&[u8]]) -> Vec<u8> {
        let mut memory = [0; 4096];
        let mut blocks = Aggregator16::new(&mut memory, Config::new(NtbParameters::of_function(4096).input()));
        for packet in packets {
            blocks.push(stream, packet, ()).unwrap();
        }
        blocks.take().unwrap().bytes.to_vec()
    }

    #[test]
    fn packets_pass_both_ways_in_blocks() {
        let Bench { pump, kernel, to_host, to_modem } = bench(blocks());
        kernel.send(&[0x45; 60]).unwrap();
        let (transfer, _) = to_modem.recv_timeout(PATIENCE).unwrap();
        let mut reader = Receiver16::new();
        let packets: Vec<_> = reader.receive(&transfer).unwrap().collect();
        assert_eq!(packets.len(), 1);
        assert_eq!((packets[0].stream, packets[0].bytes), (Stream::Ips(3), &[0x45; 60][..]));

        to_host.put(Ok(block(Stream::Ips(3), &[&[0x60; 80], &[0x45; 40]])));
        let mut packet = [0; 100];
        assert_eq!(kernel.recv(&mut packet).unwrap(), 80);
        assert_eq!(kernel.recv(&mut packet).unwrap(), 40);
        let (counters, end) = pump.stop();
        assert!(end.is_none());
        assert_eq!((counters.sent.packets, counters.sent.bytes, counters.sent.transfers), (1, 60, 1));
        assert_eq!((counters.received.packets, counters.received.bytes), (2, 120));
    }

    #[test]
    fn what_is_wrong_is_counted_and_passed_over() {
        let Bench { pump, kernel, to_host, .. } = bench(blocks());
        to_host.put(Ok(vec![0xee; 40]));
        to_host.put(Err(ErrorKind::Other));
        to_host.put(Ok(block(Stream::Ips(4), &[&[0x45; 40]])));
        to_host.put(Ok(Vec::new()));
        to_host.put(Ok(block(Stream::Ips(3), &[&[0x45; 44]])));
        let mut packet = [0; 100];
        assert_eq!(kernel.recv(&mut packet).unwrap(), 44);
        let (counters, end) = pump.stop();
        assert!(end.is_none());
        assert_eq!((counters.received.packets, counters.received.dropped, counters.received.errors), (1, 1, 2));
    }

    #[test]
    fn bare_packets_need_no_block() {
        let Bench { pump, kernel, to_host, to_modem } = bench(Format::RawIp { packet_size: 512 });
        kernel.send(&[0x45; 512]).unwrap();
        assert_eq!(to_modem.recv_timeout(PATIENCE).unwrap(), (vec![0x45; 512], true));
        to_host.put(Ok(vec![0x60; 77]));
        let mut packet = [0; 100];
        assert_eq!(kernel.recv(&mut packet).unwrap(), 77);
        assert_eq!(pump.stop().0.received.packets, 1);
    }

    #[test]
    fn a_modem_that_is_gone_ends_it() {
        let Bench { pump, to_host, .. } = bench(Format::RawIp { packet_size: 512 });
        to_host.put(Err(ErrorKind::NotConnected));
        let since = std::time::Instant::now();
        while pump.is_running() {
            assert!(since.elapsed() < PATIENCE, "the pump does not notice");
            thread::sleep(Duration::from_millis(1));
        }
        let (counters, end) = pump.stop();
        assert!(matches!(end, Some(End::Modem(_))));
        assert_eq!(counters.received.errors, 1);
    }
}
