//! Moves packets between the data pipes of a modem and a network interface, on a thread of its own, until it is told to stop
//! or one of the ends is gone.

extern crate alloc;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{self, JoinHandle};

use alloc::sync::Arc;
use alloc::task::Wake;
use core::cell::Cell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};

use embedded_io::{Error as _, ErrorKind};
use mbim_wire::ntb::{Aggregator16, Config, PushError, Receiver16, Rules, Stream};
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use wwan::channel::{TransferIn, TransferOut};

/// The end of the kernel: an interface whose packets this program gets and gives, without waiting.
pub(crate) trait Interface: AsFd {
    /// A packet that the kernel sends; `None` if there is none now.
    fn try_read(&self, packet: &mut [u8]) -> io::Result<Option<usize>>;

    /// Gives the kernel a packet; whether it took it.
    fn write(&self, packet: &[u8]) -> bool;
}

/// Longest packet, in bytes.
const LONGEST_PACKET: usize = 0x1_0000;

/// How many transfers may fail in a row before the pipe counts as broken.
const PATIENCE: u8 = 16;

/// How packets lie in transfers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    /// In blocks of MBIM.
    Ntb {
        /// What blocks to the modem have to be like.
        config: Config,
        /// NDPs lie behind their packets.
        ndp_last: bool,
        /// The longest block from the modem, in bytes.
        longest: usize,
        /// The session.
        session: u8,
    },
    /// One in each, without anything around it.
    RawIp,
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

impl Direction {
    fn packet(&mut self, length: usize) {
        self.packets = self.packets.saturating_add(1);
        self.bytes = self.bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
    }
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
            Self::Modem(text) => write!(f, "data pipe: {text}"),
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
    /// Starts one.
    pub(crate) fn start<N, I, O>(interface: N, input: I, output: O, format: Format) -> io::Result<Self>
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
        let thread = thread::Builder::new().name("data".to_owned()).spawn(move || {
            let ends = Ends { interface, wanted: Cell::new(false), counters: Cell::default() };
            let end = ends.run(input, output, format, &its_bell, &its_stop);
            (ends.counters.get(), end)
        })?;
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

/// What the two directions share.
struct Ends<N> {
    interface: N,
    /// Somebody waits for a packet of the kernel.
    wanted: Cell<bool>,
    counters: Cell<Counters>,
}

impl<N: Interface> Ends<N> {
    fn count(&self, change: impl FnOnce(&mut Counters)) {
        let mut counters = self.counters.get();
        change(&mut counters);
        self.counters.set(counters);
    }

    /// Runs both directions until one of them ends, or until it is to stop.
    fn run<I, O>(&self, mut input: I, mut output: O, format: Format, bell: &Arc<Bell>, stop: &AtomicBool) -> Option<End>
    where
        I: TransferIn,
        O: TransferOut,
        I::Error: fmt::Display,
        O::Error: fmt::Display,
    {
        let mut down = pin!(self.downlink(&mut input, format));
        let mut up = pin!(self.uplink(&mut output, format));
        let mut both = pin!(poll_fn(|cx| match down.as_mut().poll(cx) {
            Poll::Ready(end) => Poll::Ready(end),
            Poll::Pending => up.as_mut().poll(cx),
        }));
        let waker = Waker::from(Arc::clone(bell));
        let mut cx = Context::from_waker(&waker);
        while !stop.load(Ordering::Acquire) {
            self.wanted.set(false);
            if let Poll::Ready(end) = both.as_mut().poll(&mut cx) {
                return Some(end);
            }
            let rung = PollFd::new(&bell.0, PollFlags::IN);
            // Interrupted or not: what there is to do shows.
            let _ = if self.wanted.get() {
                poll(&mut [rung, PollFd::new(&self.interface, PollFlags::IN)], None)
            } else {
                poll(&mut [rung], None)
            };
            bell.silence();
        }
        None
    }

    /// A packet of the kernel.
    async fn packet(&self, packet: &mut [u8]) -> io::Result<usize> {
        poll_fn(|_| match self.interface.try_read(packet).transpose() {
            Some(read) => Poll::Ready(read),
            None => {
                self.wanted.set(true);
                Poll::Pending
            }
        })
        .await
    }

    async fn downlink<I: TransferIn>(&self, input: &mut I, format: Format) -> End
    where
        I::Error: fmt::Display,
    {
        let (room, session) = match format {
            Format::Ntb { longest, session, .. } => (longest, Stream::Ips(session)),
            Format::RawIp => (LONGEST_PACKET, Stream::Ips(0)),
        };
        let mut memory = vec![0; room];
        let mut blocks = Receiver16::new();
        let mut failures = 0_u8;
        loop {
            let length = match input.receive(&mut memory).await {
                Ok(length) => length,
                Err(error) => {
                    self.count(|counters| add(&mut counters.received.errors, 1));
                    failures = failures.saturating_add(1);
                    if error.kind() == ErrorKind::NotConnected || failures >= PATIENCE {
                        return End::Modem(error.to_string());
                    }
                    continue;
                }
            };
            failures = 0;
            let transfer = memory.get(..length).unwrap_or_default();
            if transfer.is_empty() {
                continue;
            }
            self.count(|counters| add(&mut counters.received.transfers, 1));
            match format {
                Format::RawIp => self.deliver(transfer),
                Format::Ntb { .. } => {
                    let before = *blocks.counters();
                    if let Ok(datagrams) = blocks.receive(transfer) {
                        for datagram in datagrams {
                            if datagram.stream == session {
                                self.deliver(datagram.bytes);
                            } else {
                                self.count(|counters| add(&mut counters.received.dropped, 1));
                            }
                        }
                    }
                    let now = blocks.counters();
                    let wrong = |counter: fn(&mbim_wire::ntb::ReceiveCounters) -> u32| {
                        u64::from(counter(now).saturating_sub(counter(&before)))
                    };
                    let errors = wrong(|counters| counters.refused_blocks);
                    let dropped = wrong(|counters| counters.refused_datagrams);
                    self.count(|counters| {
                        add(&mut counters.received.errors, errors);
                        add(&mut counters.received.dropped, dropped);
                    });
                }
            }
        }
    }

    /// A packet for the kernel.
    fn deliver(&self, packet: &[u8]) {
        let taken = self.interface.write(packet);
        self.count(|counters| match taken {
            true => counters.received.packet(packet.len()),
            false => add(&mut counters.received.dropped, 1),
        });
    }

    async fn uplink<O: TransferOut>(&self, output: &mut O, format: Format) -> End
    where
        O::Error: fmt::Display,
    {
        let mut packet = vec![0; LONGEST_PACKET];
        match format {
            Format::RawIp => loop {
                let length = match self.packet(&mut packet).await {
                    Ok(length) => length,
                    Err(error) => return End::Interface(error.to_string()),
                };
                let sent = output.send(packet.get(..length).unwrap_or_default(), true).await;
                if let Some(end) = self.sent::<O>(sent) {
                    return end;
                }
                self.count(|counters| counters.sent.packet(length));
            },
            Format::Ntb { config, ndp_last, session, .. } => {
                let Rules { max_size, .. } = config.rules;
                let mut memory = vec![0; usize::try_from(max_size).unwrap_or(LONGEST_PACKET).min(LONGEST_PACKET)];
                let mut blocks = if ndp_last {
                    Aggregator16::with_ndp_last(&mut memory, config)
                } else {
                    Aggregator16::new(&mut memory, config)
                };
                // Waits for one packet, and takes along what else is there: a block is never kept waiting for more. While the
                // pipe is busy packets collect by themselves.
                let mut waiting = None;
                loop {
                    let mut next = match waiting.take() {
                        Some(length) => Some(length),
                        None => match self.packet(&mut packet).await {
                            Ok(length) => Some(length),
                            Err(error) => return End::Interface(error.to_string()),
                        },
                    };
                    while let Some(length) = next {
                        let bytes = packet.get(..length).unwrap_or_default();
                        match blocks.push(Stream::Ips(session), bytes, ()) {
                            Ok(()) => self.count(|counters| counters.sent.packet(length)),
                            Err(PushError::Full) => {
                                waiting = Some(length);
                                break;
                            }
                            Err(_) => self.count(|counters| add(&mut counters.sent.dropped, 1)),
                        }
                        next = match self.interface.try_read(&mut packet) {
                            Ok(read) => read,
                            Err(error) => return End::Interface(error.to_string()),
                        };
                    }
                    if let Some(block) = blocks.take() {
                        let sent = output.send(block.bytes, block.zero_length_packet).await;
                        if let Some(end) = self.sent::<O>(sent) {
                            return end;
                        }
                    }
                }
            }
        }
    }

    /// What became of a transfer; the end, if that is the end.
    fn sent<O: TransferOut>(&self, sent: Result<(), O::Error>) -> Option<End>
    where
        O::Error: fmt::Display,
    {
        match sent {
            Ok(()) => {
                self.count(|counters| add(&mut counters.sent.transfers, 1));
                None
            }
            Err(error) => {
                self.count(|counters| add(&mut counters.sent.errors, 1));
                // Others pass: a stall is over, and the packets are lost as packets may be.
                (error.kind() == ErrorKind::NotConnected).then(|| End::Modem(error.to_string()))
            }
        }
    }
}

fn add(counter: &mut u64, count: u64) {
    *counter = counter.saturating_add(count);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects)]
mod tests {
    use std::os::unix::net::UnixDatagram;
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use core::time::Duration;

    use mbim_wire::ntb::NtbParameters;

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
        let pump = Pump::start(Socket(ours), to_host.clone(), Sent(sent), format).unwrap();
        Bench { pump, kernel, to_host, to_modem }
    }

    fn ntb() -> Format {
        let parameters = NtbParameters::of_function(4096);
        Format::Ntb { config: Config::new(parameters.output()), ndp_last: false, longest: 4096, session: 3 }
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
        let Bench { pump, kernel, to_host, to_modem } = bench(ntb());
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
        let Bench { pump, kernel, to_host, .. } = bench(ntb());
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
        let Bench { pump, kernel, to_host, to_modem } = bench(Format::RawIp);
        kernel.send(&[0x45; 512]).unwrap();
        assert_eq!(to_modem.recv_timeout(PATIENCE).unwrap(), (vec![0x45; 512], true));
        to_host.put(Ok(vec![0x60; 77]));
        let mut packet = [0; 100];
        assert_eq!(kernel.recv(&mut packet).unwrap(), 77);
        assert_eq!(pump.stop().0.received.packets, 1);
    }

    #[test]
    fn a_modem_that_is_gone_ends_it() {
        let Bench { pump, to_host, .. } = bench(Format::RawIp);
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
