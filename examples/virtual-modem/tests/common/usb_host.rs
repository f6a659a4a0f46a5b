//! A host at the other end of USB/IP: writes its commands, reads the replies, byte by byte as the protocol's description
//! says.

use std::collections::VecDeque;

pub(crate) const IN: u32 = 1;
pub(crate) const OUT: u32 = 0;
pub(crate) const SHORT_NOT_OK: u32 = 1;
pub(crate) const ZERO_PACKET: u32 = 0x40;

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Submit { number: u32, status: i32, count: u32, data: Vec<u8> },
    Unlink { number: u32, status: i32 },
}

/// A transfer as a frame. `data` is sent if the direction is [`OUT`], else its length is what is wanted.
pub(crate) fn submit(
    number: u32,
    direction: u32,
    endpoint: u32,
    flags: u32,
    setup: [u8; 8],
    length: u32,
    data: &[u8],
) -> Vec<u8> {
    let mut frame = Vec::new();
    for word in [1, number, 0x0001_0001, direction, endpoint, flags, length, 0, 0, 0] {
        frame.extend(word.to_be_bytes());
    }
    frame.extend(setup);
    assert_eq!(frame.len(), 48);
    frame.extend(data);
    frame
}

pub(crate) fn bulk_out(number: u32, endpoint: u32, flags: u32, data: &[u8]) -> Vec<u8> {
    submit(number, OUT, endpoint, flags, [0; 8], data.len() as u32, data)
}

pub(crate) fn bulk_in(number: u32, endpoint: u32, flags: u32, length: u32) -> Vec<u8> {
    submit(number, IN, endpoint, flags, [0; 8], length, &[])
}

pub(crate) fn setup(request_type: u8, request: u8, value: u16, index: u16, length: u16) -> [u8; 8] {
    let ([v0, v1], [i0, i1], [l0, l1]) = (value.to_le_bytes(), index.to_le_bytes(), length.to_le_bytes());
    [request_type, request, v0, v1, i0, i1, l0, l1]
}

pub(crate) fn control_in(number: u32, setup: [u8; 8]) -> Vec<u8> {
    submit(number, IN, 0, 0, setup, u32::from(u16::from_le_bytes([setup[6], setup[7]])), &[])
}

pub(crate) fn control_out(number: u32, setup: [u8; 8], data: &[u8]) -> Vec<u8> {
    submit(number, OUT, 0, 0, setup, data.len() as u32, data)
}

pub(crate) fn unlink(number: u32, victim: u32) -> Vec<u8> {
    let mut frame = Vec::new();
    for word in [2, number, 0x0001_0001, 0, 0, victim] {
        frame.extend(word.to_be_bytes());
    }
    frame.resize(48, 0);
    frame
}

/// Takes replies apart. It must know which transfers go to the host, because replies do not say.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    bytes: VecDeque<u8>,
    to_host: Vec<u32>,
}

impl Replies {
    /// Remembers a frame that is sent.
    pub(crate) fn sent(&mut self, frame: &[u8]) {
        let word = |at: usize| u32::from_be_bytes(frame[at..at + 4].try_into().unwrap());
        if word(0) == 1 && word(12) == IN {
            self.to_host.push(word(4));
        }
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// The next reply that is there whole.
    pub(crate) fn next(&mut self) -> Option<Reply> {
        let bytes = self.bytes.make_contiguous();
        if bytes.len() < 48 {
            return None;
        }
        let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        let (kind, number, status) = (word(0), word(4), word(20) as i32);
        assert_eq!(bytes[8..20], [0; 12], "device, direction and endpoint are zero in replies");
        if kind == 4 {
            assert_eq!(bytes[24..48], [0; 24]);
            self.bytes.drain(..48);
            return Some(Reply::Unlink { number, status });
        }
        assert_eq!(kind, 3, "a reply");
        assert_eq!(bytes[28..48], [0; 20], "what only isochronous transfers have");
        let count = word(24);
        let length = if self.to_host.contains(&number) { count as usize } else { 0 };
        let data = bytes.get(48..48 + length)?.to_vec();
        self.bytes.drain(..48 + length);
        Some(Reply::Submit { number, status, count, data })
    }

    /// Nothing more has come.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
