//! Serial ports, and transfers in pieces.

use embedded_io::{ErrorKind, ErrorType};
use embedded_io_async::{Read as _, Write as _};
use wwan::channel::{SerialLine as _, TransferIn, TransferOut};
use wwan::usb::{ChunkedIn, ChunkedOut, SerialPort};

use crate::bench::{Bench, BusError, Control, Fault, In, Out, polls, run};

fn port<'a>(bench: &'a Bench, acm: bool, memory: &'a mut [u8]) -> SerialPort<'a, Control<'a>, In<'a>, Out<'a>> {
    SerialPort::new(Control::new(bench), In(bench), Out(bench), 2, acm, memory)
}

#[test]
fn bytes_of_a_serial_port() {
    let (bench, mut memory) = (Bench::default(), [0; 8]);
    let mut port = port(&bench, true, &mut memory);
    bench.pieces.borrow_mut().extend([Ok(b"\r\nOK\r\n".to_vec()), Ok(vec![]), Ok(b"RING".to_vec())]);
    let mut read: Vec<u8> = Vec::new();
    let mut buf = [0; 4];
    while let Some(count) = polls(50, port.read(&mut buf)) {
        read.extend(&buf[..count.unwrap()]);
    }
    assert_eq!(read, b"\r\nOK\r\nRING", "in parts, and without the end that an empty packet is not");
    assert_eq!(run(port.read(&mut [])), Ok(0));
    run(port.write_all(b"AT\r")).unwrap();
    assert_eq!(bench.sent.take(), [(b"AT\r".to_vec(), false)]);
    bench.pieces.borrow_mut().push_back(Err(BusError::Gone));
    assert_eq!(run(port.read(&mut buf)), Err(BusError::Gone));
}

#[test]
fn requests_to_the_line() {
    let (bench, mut memory) = (Bench::default(), [0; 64]);
    let mut acm = port(&bench, true, &mut memory);
    acm.set_dtr(false).unwrap();
    acm.set_speed(115_200).unwrap();
    assert_eq!(bench.taken().len(), 0, "needs the bus");
    run(acm.write_all(b"x")).unwrap();
    // CDC PSTN 1.2 §6.3.10, §6.3.12: 115200 bits per second, one stop bit, no parity, eight bits; DTR and RTS down.
    assert_eq!(bench.taken(), ["out 21 20 0 2 [00, c2, 01, 00, 00, 00, 08]", "out 21 22 0 2 []"]);
    run(acm.write_all(b"x")).unwrap();
    assert_eq!(bench.taken().len(), 0, "once");
    // A vendor's port has no line coding, and may refuse the rest.
    let mut memory = [0; 64];
    let mut vendor = port(&bench, false, &mut memory);
    vendor.set_speed(9600).unwrap();
    vendor.set_dtr(true).unwrap();
    bench.fault.replace(Some((0, Fault::Fails(BusError::Stall))));
    run(vendor.flush()).unwrap();
    assert_eq!(bench.taken(), ["out 21 22 3 2 []"]);
    vendor.set_dtr(false).unwrap();
    bench.fault.replace(Some((0, Fault::Fails(BusError::Gone))));
    assert_eq!(run(vendor.flush()), Err(BusError::Gone));
    bench.fault.take();
    bench.taken();
    // Dropped before it has left: asked again.
    bench.slowness.set(1);
    assert!(polls(1, vendor.flush()).is_none());
    run(vendor.flush()).unwrap();
    assert_eq!(bench.taken(), ["out 21 22 0 2 []"]);
    bench.slowness.set(0);
    // A call is hung up by a drop, however soon DTR is raised again; dropped half-way, the rest is still to be done.
    vendor.set_dtr(false).unwrap();
    vendor.set_dtr(true).unwrap();
    vendor.set_dtr(true).unwrap();
    bench.slowness.set(1);
    assert!(polls(2, vendor.flush()).is_none());
    run(vendor.flush()).unwrap();
    assert_eq!(bench.taken(), ["out 21 22 0 2 []", "out 21 22 3 2 []"]);
    vendor.set_dtr(true).unwrap();
    vendor.set_dtr(false).unwrap();
    run(vendor.flush()).unwrap();
    assert_eq!(bench.taken(), ["out 21 22 0 2 []"]);
}

/// A pipe that gives bytes in packets of 4, and takes no more than asked for at once.
struct Packets<'b> {
    bench: &'b Bench,
    largest: usize,
}

impl ErrorType for Packets<'_> {
    type Error = BusError;
}

impl TransferIn for Packets<'_> {
    type Error = BusError;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, BusError> {
        assert!(buf.len() <= self.largest && buf.len().is_multiple_of(4), "asked for {} bytes", buf.len());
        let mut have = 0;
        loop {
            // One packet at a time; a short one ends it.
            let mut packet = [0; 4];
            let count = In(self.bench).receive(&mut packet).await?;
            buf[have..have + count].copy_from_slice(&packet[..count]);
            have += count;
            if count < 4 || have == buf.len() {
                return Ok(have);
            }
        }
    }
}

fn packets(bench: &Bench, transfers: &[&[u8]], limit: usize) {
    for transfer in transfers {
        bench.pieces.borrow_mut().extend(transfer.chunks(4).map(|packet| Ok(packet.to_vec())));
        if transfer.len() % 4 == 0 && transfer.len() < limit {
            bench.pieces.borrow_mut().push_back(Ok(vec![]));
        }
    }
}

#[test]
fn transfers_are_put_together() {
    let bytes: Vec<u8> = (0..16).collect();
    // Shorter than a packet, whole packets with an empty one behind, the longest without, nothing at all.
    let transfers = [&bytes[..3], &bytes[..8], &bytes[..16], &bytes[..13], &[], &bytes[..4]];
    for every in 1..6 {
        for slowness in 0..3 {
            let bench = Bench::default();
            bench.slowness.set(slowness);
            packets(&bench, &transfers, 16);
            let mut memory = [0; 16];
            // A packet at a time, so that a dropped future loses none.
            let mut pipe = ChunkedIn::new(Packets { bench: &bench, largest: 4 }, 4, &mut memory);
            let mut received = Vec::new();
            for _ in 0..1000 {
                let mut buf = [0; 16];
                if let Some(result) = polls(every + slowness, pipe.receive(&mut buf)) {
                    received.push(buf[..result.unwrap()].to_vec());
                }
            }
            assert_eq!(received, transfers, "dropped after {every} polls");
        }
    }
}

#[test]
fn larger_pieces_and_errors() {
    let bench = Bench::default();
    let bytes: Vec<u8> = (0..20).collect();
    packets(&bench, &[&bytes[..18], &bytes[..8]], 20);
    bench.pieces.borrow_mut().extend([Ok(vec![1; 4]), Ok(vec![1; 4]), Err(BusError::Timeout)]);
    packets(&bench, &[&bytes[..5]], 20);
    let mut memory = [0; 20];
    let mut pipe = ChunkedIn::new(Packets { bench: &bench, largest: 8 }, 8, &mut memory);
    let mut buf = [0; 20];
    assert_eq!(run(pipe.receive(&mut buf)), Ok(18));
    assert_eq!(buf[..18], bytes[..18]);
    assert_eq!(run(pipe.receive(&mut buf)), Ok(8));
    assert_eq!(run(pipe.receive(&mut buf)), Err(BusError::Timeout));
    assert_eq!(run(pipe.receive(&mut buf)), Ok(5), "and not behind what had come before the error");
}

#[test]
fn transfers_are_cut() {
    let bench = Bench::default();
    let mut pipe = ChunkedOut::new(Out(&bench), 8);
    let bytes: Vec<u8> = (0..20).collect();
    for (length, pieces) in [(0, vec![0]), (7, vec![7]), (8, vec![8]), (16, vec![8, 8]), (20, vec![8, 8, 4])] {
        for terminate in [false, true] {
            run(pipe.send(&bytes[..length], terminate)).unwrap();
            let sent = bench.sent.take();
            assert_eq!(sent.iter().map(|(piece, _)| piece.len()).collect::<Vec<_>>(), pieces);
            assert_eq!(sent.iter().flat_map(|(piece, _)| piece.clone()).collect::<Vec<_>>(), bytes[..length]);
            let marks: Vec<_> = sent.iter().map(|(_, mark)| *mark).collect();
            assert!(marks[..marks.len() - 1].iter().all(|mark| !mark), "only the last piece ends it");
            assert_eq!(marks.last(), Some(&terminate));
        }
    }
}

/// A transfer that was broken off is ended before the next one.
#[test]
fn a_broken_off_transfer_is_ended() {
    let bytes: Vec<u8> = (0..20).collect();
    for dropped in 1..9 {
        let bench = Bench::default();
        bench.slowness.set(2);
        let mut pipe = ChunkedOut::new(Out(&bench), 8);
        let done = polls(dropped, pipe.send(&bytes, false)).is_some();
        let before = bench.sent.take().len();
        run(pipe.send(b"next", false)).unwrap();
        let sent = bench.sent.take();
        assert_eq!(sent.last().unwrap().0, b"next");
        assert_eq!(sent.len(), if done { 1 } else { 2 }, "{before} pieces before");
        assert!(done || sent[0] == (vec![], true));
    }
    assert_eq!(embedded_io::Error::kind(&BusError::Gone), ErrorKind::NotConnected);
}
