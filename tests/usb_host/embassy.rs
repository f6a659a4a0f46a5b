//! The adapter for `embassy-usb-driver`, over an allocator that writes down what it is asked.

use core::cell::RefCell;
use core::future::pending;

use embassy_usb_driver::host::{HostError, PipeError, SplitInfo, TimeoutConfig, UsbHostAllocator, UsbPipe, pipe};
use embassy_usb_driver::{EndpointInfo, EndpointType};
use embedded_io::{Error as _, ErrorKind};
use wwan::channel::{TransferIn as _, TransferOut as _, VirtualClock};
use wwan::time::Instant;
use wwan::usb::embassy::{EmbassyDevice, EmbassyError};
use wwan::usb::{MbimConfig, Modem, UsbDevice, UsbError as _, bring_up};

use crate::bench::{configuration, device, mbim_function, polls, run, timed};

/// The bus.
#[derive(Default)]
struct Host {
    log: RefCell<Vec<String>>,
    /// The next result of a transfer that is not a control transfer.
    next: RefCell<Option<PipeError>>,
    pipes: RefCell<usize>,
}

#[derive(Clone)]
struct Allocator<'h>(&'h Host);

struct Pipe<'h>(&'h Host, u8);

impl<'h> UsbHostAllocator<'h> for Allocator<'h> {
    type Pipe<T: pipe::Type, D: pipe::Direction> = Pipe<'h>;

    fn alloc_pipe<T: pipe::Type, D: pipe::Direction>(
        &self,
        addr: u8,
        endpoint: &EndpointInfo,
        split: Option<SplitInfo>,
    ) -> Result<Pipe<'h>, HostError> {
        assert_eq!((addr, T::ep_type(), split), (5, endpoint.ep_type, None));
        let kind = match endpoint.ep_type {
            EndpointType::Control => "control",
            EndpointType::Bulk => "bulk",
            EndpointType::Interrupt => "interrupt",
            EndpointType::Isochronous => panic!("not for modems"),
        };
        if *self.0.pipes.borrow() == 0 {
            return Err(HostError::OutOfPipes);
        }
        *self.0.pipes.borrow_mut() -= 1;
        let address = endpoint.addr.index() as u8 | if endpoint.addr.is_in() && kind != "control" { 0x80 } else { 0 };
        let directions = (D::is_in(), D::is_out());
        assert_eq!(directions, if kind == "control" { (true, true) } else { (address >= 0x80, address < 0x80) });
        if kind != "control" {
            self.0.log.borrow_mut().push(format!("{kind} {address:02x} of {}", endpoint.max_packet_size));
        }
        Ok(Pipe(self.0, address))
    }
}

impl Drop for Pipe<'_> {
    fn drop(&mut self) {
        *self.0.pipes.borrow_mut() += 1;
    }
}

impl<T: pipe::Type, D: pipe::Direction> UsbPipe<T, D> for Pipe<'_> {
    async fn control_in(&mut self, setup: &[u8; 8], buf: &mut [u8]) -> Result<usize, PipeError>
    where
        T: pipe::IsControl,
        D: pipe::IsIn,
    {
        self.0.log.borrow_mut().push(format!("{setup:02x?}"));
        let answer = wwan::mbim_wire::ntb::NtbParameters::of_function(4096).to_bytes();
        buf[..28].copy_from_slice(&answer);
        Ok(28)
    }

    async fn control_out(&mut self, setup: &[u8; 8], _: &[u8]) -> Result<(), PipeError>
    where
        T: pipe::IsControl,
        D: pipe::IsOut,
    {
        self.0.log.borrow_mut().push(format!("{setup:02x?}"));
        Ok(())
    }

    async fn request_in(&mut self, buf: &mut [u8]) -> Result<usize, PipeError>
    where
        D: pipe::IsIn,
    {
        match self.0.next.borrow_mut().take() {
            Some(error) => return Err(error),
            None if self.1 == 0x82 => {
                buf[..3].copy_from_slice(b"abc");
                return Ok(3);
            }
            None => {}
        }
        pending().await
    }

    async fn request_out(&mut self, buf: &[u8], ensure_transaction_end: bool) -> Result<(), PipeError>
    where
        D: pipe::IsOut,
    {
        self.0.log.borrow_mut().push(format!("out {} {ensure_transaction_end}", buf.len()));
        self.0.next.borrow_mut().take().map_or(Ok(()), Err)
    }

    fn set_timeout(&mut self, _: TimeoutConfig)
    where
        T: pipe::IsControl,
    {
    }

    fn reset_data_toggle(&mut self)
    where
        T: pipe::IsBulkOrInterrupt,
    {
        self.0.log.borrow_mut().push(format!("toggle {:02x}", self.1));
    }
}

#[test]
fn mbim_over_a_host_controller() {
    let clock = VirtualClock::new(Instant(0));
    let host = Host::default();
    // The control pipe that stays, one for a moment, and three others.
    *host.pipes.borrow_mut() = 5;
    let bytes = configuration(1, &[mbim_function(0, 1, 0)]);
    let modem = Modem::look(&device(1, 1), &bytes);
    let function = modem.mbim().next().unwrap();
    let mut usb = EmbassyDevice::new(Allocator(&host), 5, 64, None);
    let mut link = timed(&clock, bring_up::mbim(&mut usb, 1, function, &MbimConfig::new(4096), &clock)).unwrap();
    let expected = [
        "[00, 09, 01, 00, 00, 00, 00, 00]", // SET_CONFIGURATION 1 (USB 2.0 §9.4.7)
        "[01, 0b, 01, 00, 01, 00, 00, 00]", // SET_INTERFACE 1, setting 1 (USB 2.0 §9.4.10)
        "[01, 0b, 00, 00, 01, 00, 00, 00]",
        "[a1, 80, 00, 00, 00, 00, 1c, 00]", // GET_NTB_PARAMETERS (NCM 1.0 §6.2.1)
        "[01, 0b, 01, 00, 01, 00, 00, 00]",
        "bulk 82 of 512",
        "bulk 02 of 512",
        "interrupt 81 of 64",
    ];
    assert_eq!(host.log.take(), expected);
    assert_eq!(*host.pipes.borrow(), 1, "those for a moment were given back");

    let mut buf = [0; 512];
    assert_eq!(run(link.input.receive(&mut buf)), Ok(3));
    run(link.output.send(&[0; 512], true)).unwrap();
    run(link.output.send(&[0; 512], false)).unwrap();
    run(link.output.send(&[], false)).unwrap();
    assert_eq!(host.log.take(), ["out 512 true", "out 512 false", "out 0 true"]);

    // A halted pipe is cleared before the next transfer, both ways.
    host.next.replace(Some(PipeError::Stall));
    assert!(run(link.input.receive(&mut buf)).unwrap_err().is_stall());
    assert_eq!(run(link.input.receive(&mut buf)), Ok(3));
    assert_eq!(host.log.take(), ["[02, 01, 00, 00, 82, 00, 00, 00]", "toggle 82"]); // CLEAR_FEATURE (USB 2.0 §9.4.1)
    host.next.replace(Some(PipeError::Stall));
    assert!(run(link.output.send(&[1], false)).unwrap_err().is_stall());
    run(link.output.send(&[1], false)).unwrap();
    assert_eq!(host.log.take()[1..], ["[02, 01, 00, 00, 02, 00, 00, 00]", "toggle 02", "out 1 false"]);

    // The interrupt pipe waits; a device that is gone says so.
    assert!(polls(10, wwan::channel::MessageChannel::receive(&mut link.control, &mut buf)).is_none());
    host.next.replace(Some(PipeError::Disconnected));
    let gone = run(link.input.receive(&mut buf)).unwrap_err();
    assert_eq!((gone.kind(), gone.is_stall()), (ErrorKind::NotConnected, false));
}

#[test]
fn no_pipe_left() {
    let host = Host::default();
    let mut usb = EmbassyDevice::new(Allocator(&host), 5, 64, None);
    assert_eq!(run(usb.set_configuration(1)), Err(EmbassyError(HostError::OutOfPipes)));
    assert!(usb.control().is_err());
}
