//! A serial port of a modem as a byte stream: CDC ACM, or a vendor's own, which differs only in that it has no line coding
//! (CDC PSTN 1.2 §6.3).

use embedded_io::ErrorType;
use embedded_io_async::{Read, Write};
use mbim_wire::usb::serial::{ControlLines, LineCoding, SerialRequest};

use super::host::{ControlPipe, UsbError};
use crate::channel::{SerialLine, TransferIn, TransferOut, yield_once};

/// Raises or drops DTR, and RTS with it. Devices that refuse (STALL) do not need it.
///
/// # Errors
///
/// Whatever the bus reports.
///
/// # Cancellation
///
/// As [`ControlPipe::control_out`].
pub(super) async fn set_dtr<C: ControlPipe>(control: &mut C, interface: u8, up: bool) -> Result<(), C::Error> {
    let lines = if up { ControlLines::DTR | ControlLines::RTS } else { ControlLines::empty() };
    control.control_out(SerialRequest::SetControlLineState(lines).setup(interface.into()), &[]).await
}

/// Passes over that a device refuses.
fn unless_refused<E: UsbError>(result: Result<(), E>) -> Result<(), E> {
    match result {
        Err(error) if !error.is_stall() => Err(error),
        _ => Ok(()),
    }
}

/// A serial port of a modem.
///
/// What is asked of the line takes effect with the next read, write or [`flush`](Write::flush): requests need the bus. DTR
/// that was dropped and raised again in between, by which a call is hung up, is dropped and raised then; for how long it is
/// down is nothing but the time between two requests, so a program that wants more flushes while it is.
///
/// Memory is the caller's: a packet of the pipe, [`SerialFunction::data`](super::find::DataPipes)`.input.max_packet_size`.
/// More makes reading faster where the device ends its transfers, which not all do.
#[derive(Debug)]
pub struct SerialPort<'m, C, I, O> {
    control: C,
    input: I,
    output: O,
    interface: u8,
    acm: bool,
    memory: &'m mut [u8],
    /// The bytes of `memory` not handed out yet.
    start: usize,
    end: usize,
    /// DTR has to drop before it gets that state.
    hang_up: bool,
    /// The state of DTR asked for.
    dtr: Option<bool>,
    /// The speed asked for.
    speed: Option<u32>,
}

impl<'m, C, I, O> SerialPort<'m, C, I, O> {
    /// A port with its control interface and its pipes; `acm` for one of CDC ACM, which has line coding. Nothing is asked of
    /// the line yet.
    #[must_use]
    pub const fn new(control: C, input: I, output: O, interface: u8, acm: bool, memory: &'m mut [u8]) -> Self {
        Self {
            control,
            input,
            output,
            interface,
            acm,
            memory,
            start: 0,
            end: 0,
            hang_up: false,
            dtr: None,
            speed: None,
        }
    }

    /// The pipes again.
    pub fn into_parts(self) -> (C, I, O) {
        (self.control, self.input, self.output)
    }
}

impl<C: ControlPipe, I, O> SerialPort<'_, C, I, O> {
    /// Asks of the line what is to be asked. What a dropped future has not asked, the next one does.
    async fn settle(&mut self) -> Result<(), C::Error> {
        if let Some(rate) = self.speed {
            let setup = SerialRequest::SetLineCoding.setup(self.interface.into());
            let coding = LineCoding { rate, ..LineCoding::USUAL };
            unless_refused(self.control.control_out(setup, &coding.to_bytes()).await)?;
            self.speed = None;
        }
        if self.hang_up {
            unless_refused(set_dtr(&mut self.control, self.interface, false).await)?;
            self.hang_up = false;
        }
        if let Some(up) = self.dtr {
            unless_refused(set_dtr(&mut self.control, self.interface, up).await)?;
            self.dtr = None;
        }
        Ok(())
    }
}

impl<C: ControlPipe, I, O> ErrorType for SerialPort<'_, C, I, O> {
    type Error = C::Error;
}

impl<C: ControlPipe, I, O> SerialLine for SerialPort<'_, C, I, O> {
    fn set_dtr(&mut self, up: bool) -> Result<(), C::Error> {
        // Raised before the drop was on the bus: the modem has to see both.
        self.hang_up = up && (self.hang_up || self.dtr == Some(false));
        self.dtr = Some(up);
        Ok(())
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), C::Error> {
        self.speed = self.acm.then_some(speed);
        Ok(())
    }
}

impl<C: ControlPipe, I: TransferIn<Error = C::Error>, O> Read for SerialPort<'_, C, I, O> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, C::Error> {
        self.settle().await?;
        if buf.is_empty() {
            return Ok(0);
        }
        while self.start >= self.end {
            let received = self.input.receive(self.memory).await?;
            (self.start, self.end) = (0, received.min(self.memory.len()));
            if received == 0 {
                // An empty packet says nothing; a stream of them must not keep the processor.
                yield_once().await;
            }
        }
        let there = self.memory.get(self.start..self.end).unwrap_or_default();
        let count = there.iter().zip(buf.iter_mut()).map(|(from, to)| *to = *from).count();
        self.start = self.start.saturating_add(count);
        Ok(count)
    }
}

impl<C: ControlPipe, I, O: TransferOut<Error = C::Error>> Write for SerialPort<'_, C, I, O> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, C::Error> {
        self.settle().await?;
        if !bytes.is_empty() {
            self.output.send(bytes, false).await?;
        }
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), C::Error> {
        self.settle().await
    }
}
