//! The multiplexer as a carrier: AT clients and data on its channels, against the AT modem and against a peer of the other
//! role, on a line that loses, damages and delays; and with futures that are dropped wherever they wait.
#![cfg(all(feature = "device", feature = "at", feature = "sms"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod at_common;
mod at_line;
mod at_mux;

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use at_mux::Bench;
use embedded_io_async::{Read, Write};
use wwan::at_wire::cmux::{Framing, Role, Signals};
use wwan::at_wire::command::{equipment, general, network};
use wwan::channel::blocking::ByteStream;
use wwan::channel::mux::{Channel, Config, Ended, Error, Halves, Lane, Memory, Mux, StartError, State, blocking};
use wwan::channel::{Clock, SerialLine};
use wwan::client::{Async, at};
use wwan::device::modem::Setup;
use wwan::procedure::at::{Bearer, ConnectRequest, IpType};
use wwan::session::cmux::{self, Incoming, Session};
use wwan::time::{Instant, Millis};

/// A command, and its answer.
type Scripted = (&'static str, &'static str);

fn leak<T: Clone>(value: T, len: usize) -> &'static mut [T] {
    vec![value; len].leak()
}

/// What is at the other end of the line.
trait Modem {
    fn hear(&mut self, now: Instant, bytes: &[u8]);
    fn say(&mut self, now: Instant) -> Vec<u8>;
    fn poll_at(&self) -> Instant;
}

impl Modem for Bench {
    fn hear(&mut self, now: Instant, bytes: &[u8]) {
        self.now = now;
        self.take(bytes);
    }

    fn say(&mut self, now: Instant) -> Vec<u8> {
        self.now = now;
        self.give()
    }

    fn poll_at(&self) -> Instant {
        self.port.poll_at(&self.modem).unwrap_or(Instant::FAR)
    }
}

/// A modem that knows little but the multiplexer: a peer of the other role, whose channels carry bytes.
struct Peer {
    session: Session<'static>,
    framed: bool,
    line: Vec<u8>,
    /// What it answers commands with, beside `OK` to all others.
    answers: Vec<Scripted>,
    asked: Vec<String>,
    out: VecDeque<u8>,
    /// What is to go on each channel, and what has come.
    sends: BTreeMap<u8, VecDeque<u8>>,
    heard: BTreeMap<u8, Vec<u8>>,
    signals: BTreeMap<u8, Signals>,
    breaks: Vec<u8>,
    /// When the next frame of data may leave: a line takes its time.
    next_data: Instant,
    /// It says nothing any more.
    dead: bool,
}

/// How long a frame of data takes.
const PACE: Millis = Millis(3);

impl Peer {
    fn new(answers: &[Scripted]) -> Self {
        let mut config = cmux::Config::default();
        (config.role, config.max_frame_size) = (Role::Responder, 127);
        let memory = cmux::Memory { receive: leak(0, 512), send: leak(0, 512), channels: leak(cmux::Channel::FREE, 3) };
        Self {
            session: Session::new(config, memory),
            framed: false,
            line: Vec::new(),
            answers: answers.to_vec(),
            asked: Vec::new(),
            out: VecDeque::new(),
            sends: BTreeMap::new(),
            heard: BTreeMap::new(),
            signals: BTreeMap::new(),
            breaks: Vec::new(),
            next_data: Instant(0),
            dead: false,
        }
    }

    fn command(&mut self, line: String) -> String {
        let scripted = self.answers.iter().find(|(command, _)| *command == line).map(|(_, answer)| *answer);
        let answer = match scripted {
            Some(answer) => answer.to_owned(),
            // How a session finds out whether it is in step.
            None if line.contains("+CMEE?") || line.contains("+CFUN?") => {
                let mut all = String::new();
                for question in line.trim_start_matches("AT").split(';') {
                    all += if question == "+CMEE?" { "\r\n+CMEE: 1\r\n" } else { "\r\n+CFUN: 1\r\n" };
                }
                all + "\r\nOK\r\n"
            }
            None => "\r\nOK\r\n".to_owned(),
        };
        self.asked.push(line);
        answer
    }
}

impl Modem for Peer {
    fn hear(&mut self, now: Instant, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.framed {
            let (byte, rest) = bytes.split_first().unwrap();
            bytes = rest;
            if *byte != b'\r' {
                self.line.push(*byte);
                continue;
            }
            let line = String::from_utf8_lossy(&core::mem::take(&mut self.line)).into_owned();
            let Some(at) = line.find("AT") else { continue };
            let answer = self.command(line[at..].to_owned());
            self.framed = line.contains("+CMUX=") && !line.contains("=?") && answer.contains("OK");
            self.out.extend(answer.bytes());
            if self.framed {
                self.session.open(now);
            }
        }
        while let Some(incoming) = self.session.receive(now, &mut bytes) {
            match incoming {
                Incoming::Data { dlci, bytes } => self.heard.entry(dlci).or_default().extend(bytes),
                Incoming::Signals { dlci, signals, break_signal } => {
                    self.signals.insert(dlci, signals);
                    self.breaks.extend(break_signal);
                }
                Incoming::Closed => self.framed = false,
                _ => {}
            }
        }
    }

    fn say(&mut self, now: Instant) -> Vec<u8> {
        let mut all: Vec<u8> = self.out.drain(..).collect();
        while self.session.expire(now).is_some() {}
        loop {
            for (dlci, bytes) in &mut self.sends {
                if self.next_data <= now {
                    let taken = self.session.send(*dlci, bytes.make_contiguous()).unwrap_or(0);
                    bytes.drain(..taken);
                    if taken > 0 {
                        self.next_data = now + PACE;
                    }
                }
            }
            match self.session.transmit(now) {
                Some(frame) => all.extend(frame),
                None => break,
            }
        }
        if self.dead { Vec::new() } else { all }
    }

    fn poll_at(&self) -> Instant {
        let goes = |dlci: &u8| self.session.is_channel_open(*dlci) && !self.session.is_stopped(*dlci);
        let data = self.sends.iter().any(|(dlci, bytes)| !bytes.is_empty() && goes(dlci));
        self.session.poll_at().min(if data { self.next_data } else { Instant::FAR })
    }
}

/// The line, and the time of everything.
struct World<M> {
    modem: RefCell<M>,
    now: Cell<Instant>,
    timers: RefCell<Vec<(Instant, Waker)>>,
    to_host: RefCell<VecDeque<(Instant, u8)>>,
    reader: Cell<Option<Waker>>,
    random: Cell<u64>,
    /// One piece of so many is damaged, and one is lost; 0: none.
    harm: Cell<(u64, u64)>,
    /// Pieces take as long as that at most.
    delay: Cell<u64>,
    /// Writes pend now and then, and take a few bytes only.
    hesitates: Cell<bool>,
    gone: Cell<bool>,
    tasks: Cell<u64>,
}

impl<M: Modem> World<M> {
    fn new(modem: M, now: Instant) -> Rc<Self> {
        Rc::new(Self {
            modem: RefCell::new(modem),
            now: Cell::new(now),
            timers: RefCell::new(Vec::new()),
            to_host: RefCell::new(VecDeque::new()),
            reader: Cell::new(None),
            random: Cell::new(1),
            harm: Cell::new((0, 0)),
            delay: Cell::new(0),
            hesitates: Cell::new(false),
            gone: Cell::new(false),
            tasks: Cell::new(0),
        })
    }

    fn below(&self, bound: u64) -> u64 {
        let next = self.random.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random.set(next);
        (next >> 33) % bound
    }

    /// What the line does to bytes; none are left of some.
    fn harmed(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let (damaged, lost) = self.harm.get();
        if damaged > 0 && !bytes.is_empty() && self.below(damaged) == 0 {
            let at = self.below(bytes.len() as u64) as usize;
            bytes[at] ^= 0x5a;
        }
        if lost > 0 && self.below(lost) == 0 {
            bytes.clear();
        }
        bytes
    }

    /// What the modem has to say goes on its way.
    fn listen(&self) {
        let said = self.modem.borrow_mut().say(self.now.get());
        for piece in said.chunks(40) {
            let late = if self.delay.get() > 0 { self.below(self.delay.get()) } else { 0 };
            let last = self.to_host.borrow().back().map_or(Instant(0), |(at, _)| *at);
            let at = last.max(self.now.get() + Millis(late as u32));
            let harmed = self.harmed(piece);
            self.to_host.borrow_mut().extend(harmed.into_iter().map(|byte| (at, byte)));
        }
        let ready = self.to_host.borrow().front().is_some_and(|(at, _)| *at <= self.now.get());
        if ready || self.gone.get() {
            if let Some(waker) = self.reader.take() {
                waker.wake();
            }
        }
    }

    /// Time goes on to when something happens; false if nothing does any more.
    fn pass(&self) -> bool {
        let timers = self.timers.borrow().iter().map(|(at, _)| *at).min().unwrap_or(Instant::FAR);
        let arrives = self.to_host.borrow().front().map_or(Instant::FAR, |(at, _)| *at);
        let next = timers.min(arrives).min(self.modem.borrow().poll_at());
        if next == Instant::FAR {
            return false;
        }
        self.now.set(next.max(Instant(self.now.get().0 + 1)));
        let now = self.now.get();
        self.timers.borrow_mut().retain(|(at, waker)| {
            if *at <= now {
                waker.wake_by_ref();
            }
            *at > now
        });
        true
    }
}

struct Line<M>(Rc<World<M>>);

impl<M> Clone for Line<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Modem> Clock for Line<M> {
    fn now(&self) -> Instant {
        self.0.now.get()
    }

    async fn wait_until(&self, at: Instant) {
        poll_fn(|cx| {
            if at <= self.0.now.get() {
                return Poll::Ready(());
            }
            if at != Instant::FAR {
                self.0.timers.borrow_mut().push((at, cx.waker().clone()));
            }
            Poll::Pending
        })
        .await;
    }
}

impl<M> embedded_io::ErrorType for Line<M> {
    type Error = embedded_io::ErrorKind;
}

impl<M> SerialLine for Line<M> {}

impl<M: Modem> Read for Line<M> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        poll_fn(|cx| {
            let world = &self.0;
            if world.gone.get() {
                return Poll::Ready(Ok(0));
            }
            let mut queue = world.to_host.borrow_mut();
            let there = queue.iter().take_while(|(at, _)| *at <= world.now.get()).count().min(buf.len());
            if there == 0 {
                world.reader.set(Some(cx.waker().clone()));
                return Poll::Pending;
            }
            for (place, (_, byte)) in buf.iter_mut().zip(queue.drain(..there)) {
                *place = byte;
            }
            Poll::Ready(Ok(there))
        })
        .await
    }
}

impl<M: Modem> Write for Line<M> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let world = &self.0;
        let mut count = bytes.len();
        if world.hesitates.get() {
            count = count.min(1 + world.below(20) as usize);
            let mut pends = world.below(3);
            poll_fn(|cx| {
                if pends == 0 {
                    return Poll::Ready(());
                }
                pends -= 1;
                cx.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
        let harmed = world.harmed(&bytes[..count]);
        let now = world.now.get();
        world.modem.borrow_mut().hear(now, &harmed);
        world.listen();
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Whether a task was woken.
struct Woken(AtomicBool);

impl std::task::Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs tasks that are woken, and lets time pass when none is; until the first one is done, and none is woken any more.
fn run<M: Modem>(world: &World<M>, mut tasks: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
    let woken: Vec<Arc<Woken>> = tasks.iter().map(|_| Arc::new(Woken(AtomicBool::new(true)))).collect();
    let wakers: Vec<Waker> = woken.iter().map(|woken| Waker::from(woken.clone())).collect();
    let mut done = vec![false; tasks.len()];
    for _ in 0..4_000_000_u32 {
        let mut ran = false;
        for (n, task) in tasks.iter_mut().enumerate() {
            if !done[n] && woken[n].0.swap(false, Ordering::Relaxed) {
                ran = true;
                world.tasks.set(world.tasks.get() + 1);
                done[n] = task.as_mut().poll(&mut Context::from_waker(&wakers[n])).is_ready();
            }
        }
        if done[0] && !ran {
            return;
        }
        world.listen();
        if !done[0] && !ran && !woken.iter().zip(&done).any(|(woken, done)| !done && woken.0.load(Ordering::Relaxed)) {
            assert!(world.pass(), "all wait for ever at {:?}", world.now.get());
            world.listen();
        }
    }
    panic!("no end");
}

/// Polls `make`'s future up to so many times, drops it, and begins again, until one of them is done.
async fn dropped<M: Modem, T>(world: &World<M>, most: u64, mut make: impl AsyncFnMut() -> T) -> T {
    loop {
        let mut left = world.below(most);
        let mut future = pin!(make());
        let done = poll_fn(|cx| {
            if let Poll::Ready(done) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(done));
            }
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            Poll::Pending
        })
        .await;
        if let Some(done) = done {
            return done;
        }
    }
}

fn lanes(sizes: &[(u8, usize)]) -> &'static mut [Lane<'static>] {
    let all: Vec<Lane<'static>> =
        sizes.iter().map(|(dlci, size)| Lane::new(*dlci, leak(0, *size), leak(0, 64))).collect();
    Box::leak(all.into_boxed_slice())
}

fn memory(lanes: &'static mut [Lane<'static>]) -> Memory<'static> {
    let session = cmux::Memory { receive: leak(0, 134), send: leak(0, 134), channels: leak(cmux::Channel::FREE, 4) };
    Memory { session, lanes, input: leak(0, 128), output: leak(0, 134) }
}

fn mux(config: Config<'static>, sizes: &[(u8, usize)]) -> Mux<'static, 'static> {
    Mux::new(config, memory(lanes(sizes)))
}

fn config(change: impl FnOnce(&mut Config<'static>)) -> Config<'static> {
    let mut config = Config::default();
    change(&mut config);
    config
}

fn bench() -> (Bench, Instant) {
    let bench = Bench::new(Setup::default());
    let now = bench.now;
    (bench, now)
}

type Client<'x, M> = at::Client<'static, Async<Channel<'x, 'static>, Line<M>>>;

fn client<'x, M: Modem>(channel: Channel<'x, 'static>, line: &Line<M>) -> Client<'x, M> {
    let link = Async { channel, clock: line.clone() };
    at::Client::new(link, wwan::session::at::Config::default(), at_line::memory(2048, 2048, 1024, 256))
}

/// A command whose answer is no other's; whether it was the right one.
async fn ask<M: Modem>(client: &mut Client<'_, M>, round: u32) -> Result<bool, at::Error<Ended>> {
    let answer = match round % 3 {
        0 => client.send(&general::cgmm::Execute {}).await?,
        1 => client.send(&equipment::cfun::Read {}).await?,
        _ => client.send(&network::csq::Execute {}).await?,
    };
    let starts: [&[u8]; 3] = [b"Virtual Modem", b"+CFUN: 1", b"+CSQ: "];
    let mut right = 0;
    for line in answer.lines() {
        let kind = starts.iter().position(|start| line.starts_with(start));
        // The check of a frame does not cover its data: a line may be damaged, but never be another's.
        assert!(kind.is_none_or(|kind| kind == round as usize % 3), "{round}: {}", String::from_utf8_lossy(line));
        right += u32::from(kind.is_some());
    }
    Ok(right == 1 && answer.lines().count() == 1)
}

/// Each time a call comes, and goes, the host is told.
const CALLS: u32 = 10;

#[test]
fn two_clients_at_once_a_thousand_commands_each_with_calls_between() {
    for (both_ways, framing) in [(false, Framing::Basic), (true, Framing::Basic), (true, Framing::Advanced)] {
        let (bench, now) = bench();
        let world = World::new(bench, now);
        world.delay.set(30);
        world.hesitates.set(true);
        let line = Line(world.clone());
        let mut mux = mux(config(|config| config.session.framing = framing), &[(1, 1024), (2, 1024)]);
        let stream = Halves { input: line.clone(), output: line.clone() };
        let (mut runner, [first, second]) = mux.split(stream, line.clone());
        let control = runner.control();
        let finished = Cell::new(0);
        let rang = Cell::new(0);
        let work = async |channel, calls: bool| {
            let mut client = client(channel, &line);
            client.open().await.unwrap();
            for round in 0..1_000 {
                assert!(ask(&mut client, round).await.unwrap(), "{round}");
                if calls && round % 100 == 50 {
                    let now = world.now.get();
                    world.modem.borrow_mut().modem.receive_call(now, "+15550123").unwrap();
                    // It rings in the middle of what is asked meanwhile.
                    for round in 0..6 {
                        assert!(ask(&mut client, round).await.unwrap());
                    }
                    client.send_line(b"AT+CHUP", Millis(5_000)).await.unwrap();
                }
                while let Some(urc) = client.next_urc(Instant(0)).await.unwrap() {
                    assert_eq!(urc.line, b"RING");
                    rang.set(rang.get() + 1);
                }
            }
            assert_eq!(client.lost_urcs(), 0);
            finished.set(finished.get() + 1);
            if finished.get() == 2 {
                control.close();
            }
        };
        let runner = async {
            runner.open().await.unwrap();
            if both_ways {
                runner.run_both_ways().await.unwrap()
            } else {
                runner.run().await.unwrap()
            }
            // The line carries commands again.
            assert_eq!(world.modem.borrow_mut().say_line("AT\r"), "\r\nOK\r\n");
        };
        run(&world, vec![Box::pin(runner), Box::pin(work(first, true)), Box::pin(work(second, false))]);
        assert_eq!(finished.get(), 2);
        assert!(rang.get() >= CALLS, "{}", rang.get());
        let counters = control.counters();
        assert_eq!((counters.lost, counters.unsent, counters.session.malformed), (0, 0, 0));
    }
}

trait SayLine {
    fn say_line(&mut self, line: &str) -> String;
}

impl SayLine for Bench {
    fn say_line(&mut self, line: &str) -> String {
        // The host left it with echo or without.
        let said = self.say(line);
        said.strip_prefix(line).unwrap_or(&said).to_owned()
    }
}

#[test]
fn data_on_one_channel_while_the_other_takes_commands() {
    let (bench, now) = bench();
    let world = World::new(bench, now);
    let line = Line(world.clone());
    let mut mux = mux(Config::default(), &[(1, 1024), (2, 1024)]);
    let (mut runner, [first, second]) = mux.split(line.clone(), line.clone());
    let control = runner.control();
    let work = async {
        let (mut commands, mut dialled) = (client(first, &line), client(second, &line));
        commands.open().await.unwrap();
        dialled.open().await.unwrap();
        let request = ConnectRequest {
            cid: Some(2),
            apn: "internet",
            ip_type: IpType::V4,
            bearer: Bearer::Dial,
            ..ConnectRequest::default()
        };
        dialled.connect(&request).await.unwrap();
        assert!(dialled.link().channel.signals().has(Signals::DATA_VALID));
        let sent: Vec<u8> = (0..3_000_u32).map(|n| [0xf9, 0x7e, 0x7d, b'+', n as u8][n as usize % 5]).collect();
        let (mut came, mut gone) = (Vec::new(), 0);
        for (round, piece) in sent.chunks(150).enumerate() {
            dialled.write(piece).await.unwrap();
            assert!(ask(&mut commands, round as u32).await.unwrap());
            gone += world.modem.borrow_mut().port.send_data(2, &sent[gone..(gone + 100).min(sent.len())]);
            world.listen();
            while came.len() < gone {
                let mut buf = [0; 64];
                let until = line.now() + Millis::from_secs(5);
                let count = dialled.read(&mut buf, until).await.unwrap().expect("data come in time");
                came.extend_from_slice(&buf[..count]);
            }
        }
        assert_eq!(world.modem.borrow().data[&2], sent);
        assert_eq!(came, sent[..gone]);
        // DTR is a signal of the channel.
        dialled.link().set_dtr_down();
        commands.send(&equipment::cfun::Read {}).await.unwrap();
        control.close();
    };
    let runner = async {
        runner.open().await.unwrap();
        runner.run().await.unwrap();
    };
    run(&world, vec![Box::pin(runner), Box::pin(work)]);
}

trait DtrDown {
    fn set_dtr_down(&mut self);
}

impl<M: Modem> DtrDown for Async<Channel<'_, '_>, Line<M>> {
    fn set_dtr_down(&mut self) {
        self.channel.set_dtr(false).unwrap();
    }
}

#[test]
fn a_line_that_harms_makes_commands_fail_and_none_of_their_answers_go_astray() {
    let (bench, now) = bench();
    let world = World::new(bench, now);
    world.delay.set(20);
    let line = Line(world.clone());
    let mut mux = mux(Config::default(), &[(1, 1024), (2, 1024)]);
    let (mut runner, [first, second]) = mux.split(line.clone(), line.clone());
    let control = runner.control();
    let (done, failed, finished) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let work = async |channel| {
        let mut client = client(channel, &line);
        client.open().await.unwrap();
        world.harm.set((150, 150));
        for round in 0..1_000 {
            match ask(&mut client, round).await {
                Ok(true) => done.set(done.get() + 1),
                Ok(false) | Err(_) => failed.set(failed.get() + 1),
            }
        }
        finished.set(finished.get() + 1);
        if finished.get() == 2 {
            world.harm.set((0, 0));
            control.close();
        }
    };
    let runner = async {
        runner.open().await.unwrap();
        runner.run().await.unwrap();
    };
    run(&world, vec![Box::pin(runner), Box::pin(work(first)), Box::pin(work(second))]);
    assert!(done.get() > 1_700 && failed.get() > 20, "{} {}", done.get(), failed.get());
}

/// Bytes that tell where they stand.
fn pattern(salt: u32, len: u32) -> Vec<u8> {
    (0..len).map(|n| [0xf9, (n.wrapping_mul(salt) >> 3) as u8, n as u8][n as usize % 3]).collect()
}

#[test]
fn futures_may_be_dropped_wherever_they_wait() {
    for seed in 1..30 {
        let peer = Peer::new(&[("AT+CMUX=?", "\r\n+CMUX: (0,1),(0),(1-5),(10-100)\r\n\r\nOK\r\n")]);
        let world = World::new(peer, Instant(1_000));
        world.random.set(seed);
        world.hesitates.set(true);
        world.delay.set(5);
        let (to, from) = (pattern(7, 4_000), pattern(13, 4_000));
        for dlci in [1, 2] {
            world.modem.borrow_mut().sends.insert(dlci, from.iter().copied().collect());
        }
        let line = Line(world.clone());
        let mut mux = mux(config(|config| config.session.negotiate = seed % 2 == 0), &[(1, 600), (2, 600)]);
        let stream = Halves { input: line.clone(), output: line.clone() };
        let (mut runner, [first, second]) = mux.split(stream, line.clone());
        let control = runner.control();
        let finished = Cell::new(0);
        let work = async |mut channel: Channel<'_, 'static>| {
            let (mut sent, mut came) = (0, Vec::new());
            while sent < to.len() || came.len() < from.len() {
                if sent < to.len() {
                    let piece = &to[sent..(sent + 90).min(to.len())];
                    sent += dropped(&world, 12, async || channel.write(piece).await.unwrap()).await;
                }
                let mut buf = [0; 100];
                if came.len() < from.len() {
                    let count = dropped(&world, 12, async || channel.read(&mut buf).await.unwrap()).await;
                    came.extend_from_slice(&buf[..count]);
                }
            }
            dropped(&world, 12, async || channel.flush().await.unwrap()).await;
            assert_eq!(came, from);
            finished.set(finished.get() + 1);
            if finished.get() == 2 {
                control.close();
            }
        };
        let runner = async {
            // What comes before the multiplexer starts anew each time.
            dropped(&world, 300, async || runner.open().await.unwrap()).await;
            dropped(&world, 12, async || match seed % 3 {
                0 => runner.run().await.unwrap(),
                _ => runner.run_both_ways().await.unwrap(),
            })
            .await;
        };
        run(&world, vec![Box::pin(runner), Box::pin(work(first)), Box::pin(work(second))]);
        let peer = world.modem.borrow();
        assert_eq!((&peer.heard[&1], &peer.heard[&2]), (&to, &to), "{seed}");
        assert!(!peer.framed);
        let counters = control.counters();
        assert_eq!((counters.lost, counters.unsent, counters.session.malformed), (0, 0, 0));
    }
}

type Control = wwan::channel::mux::Control<'static, 'static>;

/// Runs `work` beside an open multiplexer, until that is closed or fails.
fn beside<M: Modem, const N: usize>(
    world: &Rc<World<M>>,
    config: Config<'static>,
    sizes: &[(u8, usize)],
    work: impl AsyncFnOnce(Control, [Channel<'static, 'static>; N]),
) -> Result<(), Error<embedded_io::ErrorKind>> {
    let line = Line(world.clone());
    let mux = Box::leak(Box::new(mux(config, sizes)));
    let (mut runner, channels) = mux.split(line.clone(), line.clone());
    let control = runner.control();
    let result = Cell::new(Ok(()));
    let run_it = async {
        result.set(match runner.open().await {
            Ok(()) => runner.run().await,
            Err(error) => Err(error),
        });
    };
    run(world, vec![Box::pin(run_it), Box::pin(work(control, channels))]);
    result.get()
}

#[test]
fn flow_control_both_ways() {
    let mut peer = Peer::new(&[]);
    let from = pattern(3, 5_000);
    peer.sends.insert(1, from.iter().copied().collect());
    let world = World::new(peer, Instant(1_000));
    let line = Line(world.clone());
    let work = async |control: Control, [mut first, mut second]: [Channel<'static, 'static>; 2]| {
        // Nobody reads: the modem is stopped in time.
        line.wait_until(line.now() + Millis::from_secs(5)).await;
        assert!(world.modem.borrow().signals[&1].has(Signals::FLOW_CONTROL));
        assert!(world.modem.borrow().sends[&1].len() > 4_000);
        // The other channel does not notice.
        second.write_all(b"beside").await.unwrap();
        second.flush().await.unwrap();
        assert_eq!(world.modem.borrow().heard[&2], b"beside");
        let mut came = Vec::new();
        while came.len() < from.len() {
            let mut buf = [0; 33];
            let count = first.read(&mut buf).await.unwrap();
            came.extend_from_slice(&buf[..count]);
        }
        assert_eq!(came, from);
        assert_eq!(control.counters().lost, 0);
        // The modem stops one channel: its writer waits, the other's does not.
        world.modem.borrow_mut().session.hold(2, true).unwrap();
        world.listen();
        line.wait_until(line.now() + Millis(10)).await;
        second.write_all(&[b'x'; 64]).await.unwrap();
        let more = Cell::new(false);
        let mut waits = pin!(async {
            second.write_all(b"more").await.unwrap();
            second.flush().await.unwrap();
            more.set(true);
        });
        let mut rests = pin!(line.wait_until(line.now() + Millis::from_secs(60)));
        poll_fn(|cx| {
            assert!(waits.as_mut().poll(cx).is_pending());
            rests.as_mut().poll(cx)
        })
        .await;
        first.write_all(b"one").await.unwrap();
        first.flush().await.unwrap();
        assert_eq!((world.modem.borrow().heard[&1].len(), world.modem.borrow().heard[&2].len()), (3, 6));
        world.modem.borrow_mut().session.hold(2, false).unwrap();
        world.listen();
        waits.await;
        assert!(more.get() && world.modem.borrow().heard[&2].ends_with(b"xmore"));
        // All at once.
        world.modem.borrow_mut().session.hold_all(true);
        world.listen();
        line.wait_until(line.now() + Millis(10)).await;
        first.write_all(b"two").await.unwrap();
        line.wait_until(line.now() + Millis::from_secs(60)).await;
        assert_eq!(world.modem.borrow().heard[&1], b"one");
        world.modem.borrow_mut().session.hold_all(false);
        world.listen();
        first.flush().await.unwrap();
        assert_eq!(world.modem.borrow().heard[&1], b"onetwo");
        control.close();
    };
    let done = beside(&world, Config::default(), &[(1, 600), (2, 600)], work);
    assert_eq!(done, Ok(()));
}

#[test]
fn what_has_no_room_is_lost_and_counted() {
    let mut peer = Peer::new(&[]);
    peer.sends.insert(1, (0..1_000).map(|n| n as u8).collect());
    // A channel that nobody here has, and another that is opened by nobody.
    let world = World::new(peer, Instant(1_000));
    let line = Line(world.clone());
    let work = async |control: Control, [mut first, mut none]: [Channel<'static, 'static>; 2]| {
        line.wait_until(line.now() + Millis::from_secs(1)).await;
        let mut buf = [0; 64];
        let count = first.read(&mut buf).await.unwrap();
        assert_eq!(count, 40, "as much as there is room for, of frames of 127 bytes");
        assert_eq!(buf[..40], (0..40).collect::<Vec<u8>>());
        assert!(control.counters().lost >= 87);
        assert_eq!(none.read(&mut buf).await, Err(Ended::Closed), "without a lane");
        assert_eq!(none.write(b"x").await, Err(Ended::Closed));
        control.close();
        assert_eq!(first.write(b"x").await, Err(Ended::Closed));
    };
    let done = beside(&world, Config::default(), &[(1, 40)], work);
    assert_eq!(done, Ok(()));
}

#[test]
fn sleeps_wakes_and_breaks() {
    let world = World::new(Peer::new(&[]), Instant(1_000));
    let line = Line(world.clone());
    let work = async |control: Control, [mut first]: [Channel<'static, 'static>; 1]| {
        first.write_all(b"awake").await.unwrap();
        first.flush().await.unwrap();
        for round in 1..4 {
            control.sleep();
            line.wait_until(line.now() + Millis::from_secs(1)).await;
            assert!(control.is_asleep() && world.modem.borrow().session.is_asleep());
            if round == 2 {
                // The modem wakes.
                world.modem.borrow_mut().sends.entry(1).or_default().extend(b"RING");
                world.listen();
                let mut buf = [0; 8];
                assert_eq!(first.read(&mut buf).await, Ok(4));
            } else {
                first.write_all(b"!").await.unwrap();
                first.flush().await.unwrap();
            }
            assert!(!control.is_asleep());
        }
        assert_eq!(world.modem.borrow().heard[&1], b"awake!!");
        first.send_break(3).unwrap();
        first.set_signals(Signals(Signals::READY_TO_RECEIVE | 1));
        line.wait_until(line.now() + Millis(10)).await;
        assert_eq!(world.modem.borrow().breaks, [0x33]);
        assert!(!world.modem.borrow().signals[&1].has(Signals::READY_TO_COMMUNICATE));
        world.modem.borrow_mut().session.send_break(1, 15).unwrap();
        world.modem.borrow_mut().session.set_signals(1, Signals(0x4d)).unwrap();
        world.listen();
        line.wait_until(line.now() + Millis(10)).await;
        assert_eq!((first.take_break(), first.take_break()), (Some(0xf3), None));
        assert!(first.signals().has(Signals::INCOMING_CALL));
        // One channel alone is closed, and opened again as it was.
        first.close();
        assert_eq!(first.write(b"x").await, Err(Ended::Closed));
        line.wait_until(line.now() + Millis(10)).await;
        assert!(!world.modem.borrow().session.is_channel_open(1));
        first.open();
        first.write_all(b"again").await.unwrap();
        first.flush().await.unwrap();
        line.wait_until(line.now() + Millis(10)).await;
        assert!(world.modem.borrow().heard[&1].ends_with(b"again"));
        assert!(!world.modem.borrow().signals[&1].has(Signals::READY_TO_COMMUNICATE));
        control.close();
    };
    let done = beside(&world, Config::default(), &[(1, 600)], work);
    assert_eq!(done, Ok(()));
}

#[test]
fn a_line_or_a_modem_that_is_lost_ends_all_channels() {
    // The line ends; the modem says nothing any more, to what is asked of it, or to what wakes it.
    for how in 0..3 {
        let world = World::new(Peer::new(&[]), Instant(1_000));
        let line = Line(world.clone());
        let ended = Cell::new(false);
        let work = async |control: Control, [mut first, mut second]: [Channel<'static, 'static>; 2]| {
            first.write_all(b"x").await.unwrap();
            first.flush().await.unwrap();
            // As long as it answers it is there.
            line.wait_until(line.now() + Millis::from_secs(100)).await;
            assert_eq!(control.state(), State::Open);
            if how == 2 {
                control.sleep();
                line.wait_until(line.now() + Millis(10)).await;
                assert!(control.is_asleep());
            }
            world.gone.set(how == 0);
            world.modem.borrow_mut().dead = true;
            world.listen();
            if how == 2 {
                second.write_all(b"wake").await.unwrap();
            }
            let mut buf = [0; 8];
            assert_eq!(first.read(&mut buf).await, Err(Ended::Lost));
            assert_eq!(second.write(b"x").await, Err(Ended::Lost));
            assert_eq!(second.flush().await, Err(Ended::Lost));
            ended.set(true);
        };
        let config = config(|config| config.keep_alive = Millis::from_secs(30));
        let done = beside(&world, config, &[(1, 600), (2, 600)], work);
        let expected = if how == 0 { Error::StreamEnded } else { Error::Ended(Ended::Lost) };
        assert_eq!(done, Err(expected), "{how}");
        assert!(ended.get(), "{how}");
    }
}

#[test]
fn what_modems_offer_and_refuse() {
    let ok = "\r\nOK\r\n";
    let no = "\r\n+CME ERROR: 4\r\n";
    // What it answers, and what it is asked at last; or what of it fails.
    type Case<'c> = (&'c [Scripted], Option<u8>, Result<&'c str, StartError>);
    let cases: [Case<'_>; 6] = [
        (&[("AT+CMUX=?", "\r\n+CMUX: (0),(0),(1-5),(10-100),(1-255)\r\n\r\nOK\r\n")], None, Ok("AT+CMUX=0,0,,100")),
        (&[("AT+CMUX=?", no)], Some(5), Ok("AT+CMUX=0,0,5,127")),
        (&[("AT+CMUX=?", "\r\n+CMUX: (0,1),(0)\r\n\r\nOK\r\n")], None, Ok("AT+CMUX=0,0,,127")),
        (&[("AT+CMUX=?", ok), ("AT+CMUX=0,0,,127", no)], None, Ok("AT+CMUX=0")),
        (&[("AT+CMUX=0,0,,127", no), ("AT+CMUX=0", no)], None, Err(StartError::Refused)),
        (&[("AT+CMUX=?", "\r\n+CMUX: (1),(0),(1-5),(500-600)\r\n\r\nOK\r\n")], None, Ok("AT+CMUX=0,0,,127")),
    ];
    for (answers, port_speed, expected) in cases {
        let world = World::new(Peer::new(answers), Instant(1_000));
        let config = config(|config| config.port_speed = port_speed);
        let work = async |control: Control, [mut first]: [Channel<'static, 'static>; 1]| {
            first.write_all(&[b'x'; 300]).await.unwrap();
            first.flush().await.unwrap();
            control.close();
        };
        let done = beside(&world, config, &[(1, 600)], work);
        let peer = world.modem.borrow();
        match expected {
            Ok(asked) => {
                assert_eq!(done, Ok(()));
                assert_eq!(peer.asked.last().unwrap(), asked);
                assert_eq!(peer.heard[&1].len(), 300);
            }
            Err(error) => assert_eq!(done, Err(Error::Start(error))),
        }
    }
    // No modem at all.
    let mut peer = Peer::new(&[]);
    peer.dead = true;
    let world = World::new(peer, Instant(1_000));
    let done =
        beside(&world, Config::default(), &[(1, 600)], async |_, [mut first]: [Channel<'static, 'static>; 1]| {
            let _ = first.read(&mut [0; 8]).await;
        });
    assert!(matches!(done, Err(Error::Start(StartError::Open(_)))), "{done:?}");
    // More channels than the modem has.
    let world = World::new(Peer::new(&[]), Instant(1_000));
    let work = async |control: Control, [mut first, _, _, mut last]: [Channel<'static, 'static>; 4]| {
        first.write_all(b"x").await.unwrap();
        assert_eq!(last.write(b"x").await, Err(Ended::Refused));
        assert_eq!(last.read(&mut [0; 8]).await, Err(Ended::Refused));
        control.close();
    };
    let sizes = [(1, 600), (2, 600), (3, 600), (4, 600)];
    assert_eq!(beside(&world, Config::default(), &sizes, work), Ok(()));
    // Memory that no frame fits into.
    let world = World::new(Peer::new(&[]), Instant(1_000));
    let line = Line(world.clone());
    let mut small = memory(lanes(&[(1, 600)]));
    small.output = leak(0, 40);
    let mut mux = Mux::new(Config::default(), small);
    let (mut runner, [_first]) = mux.split::<_, _, 1>(line.clone(), line.clone());
    let failed = async { assert_eq!(runner.open().await, Err(Error::Start(StartError::Memory))) };
    run(&world, vec![Box::pin(failed)]);
}

#[test]
fn a_modem_that_an_earlier_program_left_behind_and_one_that_starts_again() {
    let (bench, now) = bench();
    let world = World::new(bench, now);
    let line = Line(world.clone());
    for round in 0..3 {
        let config = config(|config| config.keep_alive = Millis::from_secs(5));
        let work = async |control: Control, [first]: [Channel<'static, 'static>; 1]| {
            let mut client = client(first, &line);
            client.open().await.unwrap();
            assert!(ask(&mut client, 0).await.unwrap());
            if round == 1 {
                // The modem starts again, and knows of no multiplexer any more.
                let _ = client.send_line(b"AT+CFUN=1,1", Millis(1_000)).await;
                return;
            }
            control.close();
        };
        if round == 0 {
            // The host is gone in the middle of it.
            let mut mux = mux(Config::default(), &[(1, 600)]);
            let (mut runner, [_first]) = mux.split::<_, _, 1>(line.clone(), line.clone());
            let open = async { runner.open().await.unwrap() };
            run(&world, vec![Box::pin(open)]);
        }
        let done = beside(&world, config, &[(1, 600)], work);
        let lost = Err(Error::Ended(Ended::Lost));
        assert_eq!(done, if round == 1 { lost } else { Ok(()) }, "{round}");
        // It takes its time.
        let until = world.now.get() + Millis::from_secs(20);
        run(&world, vec![Box::pin(async { line.wait_until(until).await })]);
    }
}

/// The same line for a thread that may block.
struct Blocking<M>(Rc<World<M>>);

impl<M: Modem> ByteStream for Blocking<M> {
    type Error = embedded_io::ErrorKind;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        let line = Line(self.0.clone());
        let mut read = None;
        let task = async {
            let mut reader = line.clone();
            let mut bytes = pin!(reader.read(buf));
            let mut time = pin!(line.wait_until(deadline));
            read = poll_fn(|cx| match bytes.as_mut().poll(cx) {
                Poll::Ready(count) => Poll::Ready(Some(count)),
                Poll::Pending => time.as_mut().poll(cx).map(|()| None),
            })
            .await;
        };
        self.0.timers.borrow_mut().clear();
        run(&self.0, vec![Box::pin(task)]);
        read.transpose()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.modem.borrow_mut().hear(self.0.now.get(), bytes);
        self.0.listen();
        Ok(bytes.len())
    }

    fn now(&self) -> Instant {
        self.0.now.get()
    }
}

#[test]
fn two_blocking_clients_by_turns() {
    let (bench, now) = bench();
    let world = World::new(bench, now);
    world.delay.set(20);
    let mut mux =
        blocking::Mux::new(Blocking(world.clone()), Config::default(), memory(lanes(&[(1, 1024), (2, 1024)])));
    for _ in 0..2 {
        mux.open().unwrap();
        {
            let [first, second] = mux.channels();
            let memory = || at_line::memory(2048, 2048, 1024, 256);
            let config = wwan::session::at::Config::default();
            let mut first = at::blocking::Client::new(first, config, memory());
            let mut second = at::blocking::Client::new(second, config, memory());
            first.open().unwrap();
            second.open().unwrap();
            for round in 0..100 {
                // What comes for the one while the other waits is not lost.
                if round % 10 == 0 {
                    let now = first.now();
                    world.modem.borrow_mut().modem.receive_call(now, "+15550123").unwrap();
                    assert_eq!(second.send(&equipment::cfun::Read {}).unwrap().lines().next().unwrap(), b"+CFUN: 1");
                    let now = first.now();
                    let urc = first.next_urc(now + Millis::from_secs(10)).unwrap().expect("it rings");
                    assert_eq!(urc.line, b"RING");
                    second.send_line(b"AT+CHUP", Millis(5_000)).unwrap();
                }
                let answer = first.send(&general::cgmm::Execute {}).unwrap();
                assert!(answer.lines().eq([b"Virtual Modem"]));
                while first.next_urc(Instant(0)).unwrap().is_some() {}
            }
            assert_eq!(first.stream().counters().lost, 0);
        }
        mux.close().unwrap();
        assert_eq!(world.modem.borrow_mut().say_line("AT\r"), "\r\nOK\r\n");
    }
    // The line ends.
    mux.open().unwrap();
    world.gone.set(true);
    let [mut first, mut second] = mux.channels();
    let until = world.now.get() + Millis(100);
    assert!(matches!(first.read(&mut [0; 8], until), Err(blocking::ChannelError::Line(Error::StreamEnded))));
    assert!(matches!(second.write(b"x"), Err(blocking::ChannelError::Ended(Ended::Lost))));
}
