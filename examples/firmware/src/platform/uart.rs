//! UART0 as an asynchronous byte stream (Cortex-M System Design Kit TRM, "APB UART").

use core::convert::Infallible;
use core::future::poll_fn;
use core::task::Poll;

use embedded_io_async::{ErrorType, Read, Write};

use super::executor;
use super::ring::Ring;

/// Bytes received and not read yet: 45 ms at 115200 baud.
static RECEIVED: Ring<512> = Ring::new();

/// Cycles per bit: 115200 baud.
const BAUD_DIVISOR: u32 = 217;

/// Bits of the status and interrupt registers.
const SEND_FULL: u32 = 1 << 0;
const RECEIVE_FULL: u32 = 1 << 1;
const RECEIVE_OVERRUN: u32 = 1 << 3;
const SENT: u32 = 1 << 0;
const RECEIVED_ONE: u32 = 1 << 1;
/// Sender, receiver and the interrupts of both.
const ENABLE_ALL: u32 = 0b1111;

/// A register of UART0: its address.
#[derive(Clone, Copy)]
#[repr(usize)]
enum Register {
    Data = 0x4000_4000,
    State = 0x4000_4004,
    Control = 0x4000_4008,
    Interrupt = 0x4000_400c,
    BaudDivisor = 0x4000_4010,
}

impl Register {
    #[allow(clippy::as_conversions)] // the address of a variant
    fn address(self) -> *mut u32 {
        core::ptr::with_exposed_provenance_mut(self as usize)
    }

    fn read(self) -> u32 {
        // SAFETY: each variant is the address of a readable 32-bit register of the board.
        unsafe { self.address().read_volatile() }
    }

    fn write(self, value: u32) {
        // SAFETY: each variant is the address of a writable 32-bit register of the board; none of them moves data.
        unsafe { self.address().write_volatile(value) }
    }
}

/// Interrupt handler: takes what came.
pub(super) extern "C" fn received() {
    Register::Interrupt.write(RECEIVED_ONE);
    loop {
        let state = Register::State.read();
        if state & RECEIVE_OVERRUN != 0 {
            Register::State.write(RECEIVE_OVERRUN);
            RECEIVED.lose();
        }
        if state & RECEIVE_FULL == 0 {
            break;
        }
        let [byte, ..] = Register::Data.read().to_le_bytes();
        RECEIVED.push(byte);
    }
    executor::wake();
}

/// Interrupt handler: there is room to send.
pub(super) extern "C" fn sent() {
    Register::Interrupt.write(SENT);
    executor::wake();
}

/// The port. There is one, made by [`start`](super::start).
#[derive(Debug)]
pub(crate) struct Uart(());

impl Uart {
    pub(super) fn start() -> Self {
        Register::BaudDivisor.write(BAUD_DIVISOR);
        Register::Control.write(ENABLE_ALL);
        Self(())
    }

    /// Bytes that came too fast to be read.
    pub(crate) fn lost(&self) -> u32 {
        RECEIVED.lost()
    }
}

impl ErrorType for Uart {
    type Error = Infallible;
}

impl Read for Uart {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        poll_fn(|_| {
            let mut count = 0_usize;
            for place in &mut *buf {
                let Some(byte) = RECEIVED.pop() else { break };
                *place = byte;
                count = count.saturating_add(1);
            }
            if count == 0 && !buf.is_empty() {
                return Poll::Pending; // the interrupt polls again
            }
            Poll::Ready(Ok(count))
        })
        .await
    }
}

impl Write for Uart {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        poll_fn(|_| {
            let mut count = 0_usize;
            for byte in bytes {
                if Register::State.read() & SEND_FULL != 0 {
                    break;
                }
                Register::Data.write(u32::from(*byte));
                count = count.saturating_add(1);
            }
            if count == 0 && !bytes.is_empty() {
                return Poll::Pending; // the interrupt polls again
            }
            Poll::Ready(Ok(count))
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(()) // what was written leaves by itself
    }
}
