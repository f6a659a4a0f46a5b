//! What the probes share: an outside world that the compiler knows nothing about.
//!
//! Everything that enters a probe comes from [`word`], everything that leaves it goes to [`put`], so nothing between the
//! two can be left out. The images link completely but are never run.
#![no_std]

use core::ptr::{read_volatile, write_volatile};

use embedded_io::ErrorKind;
use mbim_wire::field::Empty;
use mbim_wire::message::CommandType;
use mbim_wire::{Status, Uuid};
use wwan::channel::{Clock, MessageChannel, blocking};
use wwan::session::mbim::{Config, Expired, Incoming, Memory, Session, Slot};
use wwan::time::{Instant, Millis};

pub mod at;
pub mod connect;
pub mod qmi_connect;
pub mod usb;

/// A register of no device.
const REGISTER: *mut u32 = 0x4000_0000 as *mut u32;

/// A number from outside.
#[inline(never)]
pub fn word() -> u32 {
    // SAFETY: no image is ever run; for the compiler this is a register like any other.
    unsafe { read_volatile(REGISTER) }
}

/// Gives a number away.
#[inline(never)]
pub fn put(word: u32) {
    // SAFETY: as above.
    unsafe { write_volatile(REGISTER, word) }
}

/// Fills `buf` from outside, as far as the outside wants; returns what was filled.
#[inline(never)]
pub fn bytes(buf: &mut [u8]) -> &[u8] {
    let wanted = word() as usize;
    let Some(part) = buf.get_mut(..wanted) else { return &[] };
    for byte in &mut *part {
        *byte = word() as u8;
    }
    part
}

/// Gives bytes away.
#[inline(never)]
pub fn put_bytes(bytes: &[u8]) {
    bytes.iter().for_each(|byte| put(u32::from(*byte)));
}

/// Text from outside.
pub fn text() -> &'static str {
    // SAFETY: no image is ever run; for the compiler there is text where the register says.
    unsafe { core::str::from_utf8_unchecked(core::slice::from_raw_parts(word() as *const u8, word() as usize)) }
}

/// Memory from outside: what the caller of the engine owns costs the engine nothing.
pub fn memory<T>() -> &'static mut T {
    // SAFETY: no image is ever run; for the compiler there is a `T` where the register says.
    unsafe { &mut *(word() as *mut T) }
}

/// The modem: the smallest channel there can be, blocking and async.
#[derive(Debug)]
pub struct Modem;

fn outcome(word: u32) -> Result<(), ErrorKind> {
    match word {
        0 => Ok(()),
        1 => Err(ErrorKind::NotConnected),
        _ => Err(ErrorKind::Other),
    }
}

impl blocking::MessageChannel for Modem {
    type Error = ErrorKind;

    fn send(&mut self, message: &[u8]) -> Result<(), ErrorKind> {
        put_bytes(message);
        outcome(word())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, ErrorKind> {
        put(deadline.since(self.now()).0);
        outcome(word())?;
        Ok(Some(bytes(buf).len()).filter(|len| *len > 0))
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        Instant(u64::from(word()))
    }
}

impl MessageChannel for Modem {
    type Error = ErrorKind;

    async fn send(&mut self, message: &[u8]) -> Result<(), ErrorKind> {
        put_bytes(message);
        ready().await;
        outcome(word())
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        ready().await;
        outcome(word())?;
        Ok(bytes(buf).len())
    }

    fn max_message(&self) -> usize {
        4096
    }
}

/// Waits for the outside.
async fn ready() {
    core::future::poll_fn(|_| match word() {
        0 => core::task::Poll::Pending,
        _ => core::task::Poll::Ready(()),
    })
    .await;
}

/// The clock of the async probes.
#[derive(Debug)]
pub struct Timer;

impl Clock for Timer {
    fn now(&self) -> Instant {
        Instant(u64::from(word()))
    }

    async fn wait_until(&self, at: Instant) {
        put(at.since(self.now()).0);
        ready().await;
    }
}

/// Opens the function, asks one question without parameters, and shows the answer to `read`: a program on the sans-IO
/// session.
#[inline(always)]
pub fn one_query(service: Uuid, cid: u32, read: impl Fn(&[u8])) {
    let (mut slots, mut command) = ([Slot::FREE; 1], [0; 64]);
    let mut transfer = [0; 512];
    let memory = Memory { slots: &mut slots, command: &mut command, answer: &mut [], indication: &mut [] };
    let mut session = Session::new(Config::default(), memory);
    let now = || Instant(u64::from(word()));
    session.open(now());
    loop {
        while let Some(transfer) = session.transmit() {
            put_bytes(transfer);
        }
        put(session.poll_at().since(now()).0);
        let received = bytes(&mut transfer);
        match session.receive(now(), received) {
            Incoming::Opened => {
                let timeout = Millis::from_secs(10);
                let query = session.start(now(), timeout, service, cid, CommandType::QUERY, &Empty {});
                put(query.map_or(0, |ticket| ticket.transaction_id()));
            }
            Incoming::Answer { answer, .. } if answer.status == Status::SUCCESS => return read(answer.body),
            Incoming::Answer { .. } | Incoming::OpenFailed(_) | Incoming::Failed { .. } | Incoming::Lost => return,
            _ => {}
        }
        while let Some(expired) = session.expire(now()) {
            match expired {
                Expired::Failed { .. } | Expired::OpenFailed(_) => return,
                _ => {}
            }
        }
    }
}

/// The size of the future that a function returns.
pub const fn future_size<A, F: Future>(_: fn(A) -> F) -> usize {
    size_of::<F>()
}

/// The same of a function with a reference beside it.
pub const fn future_size2<A, B, F: Future>(_: fn(A, B) -> F) -> usize {
    size_of::<F>()
}

/// The start of a probe: runs `$body`, then stands still.
#[macro_export]
macro_rules! probe {
    ($body:expr) => {
        /// The entry of the image.
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".text.start")]
        pub extern "C" fn start() -> ! {
            $body;
            loop {
                core::hint::spin_loop();
            }
        }

        // It leaves a trace, so that no panic is taken for the loop above and merged with it.
        #[panic_handler]
        fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
            $crate::put(u32::MAX);
            loop {
                core::hint::spin_loop();
            }
        }
    };
}

/// Leaves a symbol that is as large as a type, for run.sh to read. The one named `ram` is what the probe needs beside its
/// buffers.
#[macro_export]
macro_rules! record_size {
    ($name:ident = $size:expr) => {
        const _: () = {
            #[used]
            #[unsafe(link_section = ".sizes")]
            #[unsafe(export_name = concat!("sizeof:", stringify!($name)))]
            static SIZE: [u8; $size] = [0; $size];
        };
    };
}
