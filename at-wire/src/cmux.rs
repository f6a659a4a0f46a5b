//! The multiplexer of 3GPP TS 27.010: several channels over one line, in frames, for both roles.
//!
//! [`Frame`] writes frames of the basic and the advanced option, [`Decoder`] finds them in a stream and again after
//! damage, [`ControlMessage`] is what channel 0 carries. A session that opens and closes channels is none of this
//! module's business.
//!
//! ```
//! use at_wire::cmux::{Decoder, Frame, FrameType, Framing, Role};
//!
//! let mut buffer = [0; 16];
//! let open = Frame::command(Role::Initiator, 1, FrameType::SABM, &[]);
//! let bytes = open.write(Framing::Basic, &mut buffer)?;
//! assert_eq!(bytes, [0xf9, 0x07, 0x3f, 0x01, 0xde, 0xf9]);
//!
//! let mut memory = [0; 64];
//! let mut decoder = Decoder::new(Framing::Basic, &mut memory);
//! assert_eq!(decoder.next(&mut &*bytes), Some(Ok(open)));
//! # Ok::<(), at_wire::EncodeError>(())
//! ```

use core::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};

const BASIC_FLAG: u8 = 0xf9;
const ADVANCED_FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
/// P/F in the control octet.
const POLL_FINAL: u8 = 0x10;
/// The longest information field that a length of two octets can tell.
pub const MAX_INFORMATION: usize = 0x7fff;
/// What a frame of the basic option has beside its information, flags included.
pub const OVERHEAD: usize = 7;

/// Which of the two transparency mechanisms is in use (§5.2, `+CMUX` mode 0 and 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Framing {
    /// A length in the frame.
    #[default]
    Basic,
    /// Escapes, as in HDLC.
    Advanced,
}

/// Who opened the multiplexer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Role {
    /// The one that sent the first SABM: the host.
    Initiator,
    /// The other: the modem.
    Responder,
}

/// What a frame is: its control octet without P/F.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FrameType(pub u8);

impl FrameType {
    /// Opens a channel.
    pub const SABM: Self = Self(0x2f);
    /// Agrees.
    pub const UA: Self = Self(0x63);
    /// Refuses; the channel is closed.
    pub const DM: Self = Self(0x0f);
    /// Closes a channel.
    pub const DISC: Self = Self(0x43);
    /// Carries data, with a check over the header only.
    pub const UIH: Self = Self(0xef);
    /// Carries data, with a check over all.
    pub const UI: Self = Self(0x03);

    /// Whether it is one that answers.
    #[must_use]
    pub fn is_response(self) -> bool {
        matches!(self, Self::UA | Self::DM)
    }

    /// Its name, if it has one without sequence numbers.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::SABM => "SABM",
            Self::UA => "UA",
            Self::DM => "DM",
            Self::DISC => "DISC",
            Self::UIH => "UIH",
            Self::UI => "UI",
            _ => return None,
        })
    }

    /// Whether the check covers the information too.
    fn checks_information(self) -> bool {
        // UI, and the I frames of the error recovery mode.
        self == Self::UI || self.0 & 1 == 0
    }
}

impl fmt::Debug for FrameType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "FrameType({:#04x})", self.0),
        }
    }
}

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame<'a> {
    /// The channel, 0 to 63; 0 controls the multiplexer.
    pub dlci: u8,
    /// The C/R bit.
    pub command_response: bool,
    /// What it is.
    pub frame_type: FrameType,
    /// The P/F bit.
    pub poll_final: bool,
    /// The data.
    pub information: &'a [u8],
}

impl<'a> Frame<'a> {
    /// A frame that `role` sends by itself: C/R by the role, P set for SABM and DISC.
    #[must_use]
    pub fn command(role: Role, dlci: u8, frame_type: FrameType, information: &'a [u8]) -> Self {
        let poll_final = matches!(frame_type, FrameType::SABM | FrameType::DISC);
        Self { dlci, command_response: role == Role::Initiator, frame_type, poll_final, information }
    }

    /// A frame with which `role` answers one of the other's: UA or DM, F set.
    #[must_use]
    pub fn response(role: Role, dlci: u8, frame_type: FrameType) -> Self {
        Self { dlci, command_response: role == Role::Responder, frame_type, poll_final: true, information: &[] }
    }

    /// Data of a channel.
    #[must_use]
    pub fn data(role: Role, dlci: u8, information: &'a [u8]) -> Self {
        Self::command(role, dlci, FrameType::UIH, information)
    }

    /// The control octet.
    #[must_use]
    pub fn control(&self) -> u8 {
        if self.poll_final { self.frame_type.0 | POLL_FINAL } else { self.frame_type.0 }
    }

    /// Writes the frame with both its flags into `buf`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Value`] for a channel above 63, [`EncodeError::TooLong`] for more than [`MAX_INFORMATION`]
    /// octets, [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(&self, framing: Framing, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        if self.dlci > 63 {
            writer.poison(EncodeError::Value { field: "dlci" });
        }
        let length =
            u16::try_from(self.information.len()).ok().filter(|length| usize::from(*length) <= MAX_INFORMATION);
        let length = length.unwrap_or_else(|| {
            writer.poison(EncodeError::TooLong { field: "information", limit: MAX_INFORMATION });
            0
        });
        let address = self.dlci.wrapping_shl(2) | u8::from(self.command_response).wrapping_shl(1) | 1;
        let [low, high] = length.wrapping_shl(1).to_le_bytes();
        let long = [low & 0xfe, length.wrapping_shr(7).to_le_bytes()[0]];
        let short = [low | 1];
        let length: &[u8] = match framing {
            Framing::Advanced => &[],
            Framing::Basic if length < 0x80 && high == 0 => &short,
            Framing::Basic => &long,
        };
        let mut check = update(update(0xff, &[address, self.control()]), length);
        if self.frame_type.checks_information() {
            check = update(check, self.information);
        }
        let check = !check;
        match framing {
            Framing::Basic => {
                writer.bytes(&[BASIC_FLAG, address, self.control()]);
                writer.bytes(length);
                writer.bytes(self.information);
                writer.bytes(&[check, BASIC_FLAG]);
            }
            Framing::Advanced => {
                writer.byte(ADVANCED_FLAG);
                let header = [address, self.control()];
                for byte in header.iter().chain(self.information).chain(&[check]) {
                    if matches!(byte, &ADVANCED_FLAG | &ESCAPE | 0x11 | 0x13 | 0x91 | 0x93) {
                        writer.bytes(&[ESCAPE, byte ^ 0x20]);
                    } else {
                        writer.byte(*byte);
                    }
                }
                writer.byte(ADVANCED_FLAG);
            }
        }
        writer.finish()
    }
}

/// Goes on with the check sequence (§5.2.1.6): the reversed polynomial x⁸+x²+x+1.
fn update(check: u8, bytes: &[u8]) -> u8 {
    bytes.iter().fold(check, |check, byte| {
        (0..8).fold(
            check ^ byte,
            |check, _| if check & 1 == 1 { check.wrapping_shr(1) ^ 0xe0 } else { check.wrapping_shr(1) },
        )
    })
}

/// What the check comes to over bytes and their check sequence.
const GOOD: u8 = 0xcf;

/// Why bytes between flags are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrameError {
    /// The check sequence differs.
    Check,
    /// The length is more than the decoder's memory takes.
    TooLong,
    /// No flag stands where the length says that the frame ends.
    NoFlag,
    /// Too short, or an address of more than one octet.
    Malformed,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Check => "check sequence differs",
            Self::TooLong => "longer than the memory",
            Self::NoFlag => "no flag at the end",
            Self::Malformed => "malformed frame",
        })
    }
}

impl core::error::Error for FrameError {}

/// Finds frames in a stream. Bytes between frames are dropped and counted; after a damaged frame the search goes on
/// behind its first flag, in what was received already.
#[derive(Debug)]
pub struct Decoder<'b> {
    framing: Framing,
    buf: &'b mut [u8],
    len: usize,
    /// Bytes at the front that were told and go with the next call.
    done: usize,
    dropped: u32,
}

/// What the front of the memory holds.
enum Found {
    Nothing,
    Frame { frame: Parsed, end: usize },
    Bad(FrameError, usize),
}

#[derive(Clone, Copy)]
struct Parsed {
    address: u8,
    control: u8,
    start: usize,
    end: usize,
}

impl<'b> Decoder<'b> {
    /// Starts without a frame; `buf` takes the longest frame with its flags: [`OVERHEAD`] and the information.
    pub fn new(framing: Framing, buf: &'b mut [u8]) -> Self {
        Self { framing, buf, len: 0, done: 0, dropped: 0 }
    }

    /// Forgets what is under way.
    pub fn reset(&mut self) {
        self.len = 0;
        self.done = 0;
    }

    /// Looks for frames of another option from now on, and forgets what is under way.
    pub fn set_framing(&mut self, framing: Framing) {
        self.framing = framing;
        self.reset();
    }

    /// Bytes dropped that belong to no frame.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// Bytes held back that no frame was told of yet; a flag that may start the next frame is one of them.
    #[must_use]
    pub fn held(&self) -> usize {
        self.len.saturating_sub(self.done)
    }

    /// The next frame in `input`, from whose front it takes what it looked at; `None` when all of it was taken.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<Result<Frame<'_>, FrameError>> {
        loop {
            let done = core::mem::take(&mut self.done);
            self.discard(done);
            self.hunt();
            match self.look() {
                Found::Frame { frame, end } => {
                    // The closing flag may open the next frame.
                    self.done = end.saturating_sub(1);
                    let information = self.buf.get(frame.start..frame.end).unwrap_or_default();
                    return Some(Ok(Frame {
                        dlci: frame.address.wrapping_shr(2),
                        command_response: frame.address & 2 != 0,
                        frame_type: FrameType(frame.control & !POLL_FINAL),
                        poll_final: frame.control & POLL_FINAL != 0,
                        information,
                    }));
                }
                Found::Bad(error, drop) => {
                    let drop = drop.max(1);
                    self.dropped = self.dropped.saturating_add(u32::try_from(drop).unwrap_or(u32::MAX));
                    self.done = drop;
                    return Some(Err(error));
                }
                Found::Nothing => {}
            }
            if input.is_empty() {
                return None;
            }
            let room = self.buf.get_mut(self.len..).unwrap_or_default();
            if room.is_empty() {
                // Only a memory too small for any frame, or an advanced frame without end.
                self.dropped = self.dropped.saturating_add(1);
                self.done = 1.min(self.len);
                if self.len == 0 {
                    *input = &[];
                }
                return Some(Err(FrameError::TooLong));
            }
            let taken = room.len().min(input.len());
            let (bytes, rest) = input.split_at_checked(taken)?;
            if let Some(room) = room.get_mut(..taken) {
                room.copy_from_slice(bytes);
            }
            *input = rest;
            self.len = self.len.saturating_add(taken);
        }
    }

    fn flag(&self) -> u8 {
        match self.framing {
            Framing::Basic => BASIC_FLAG,
            Framing::Advanced => ADVANCED_FLAG,
        }
    }

    fn held_bytes(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }

    fn discard(&mut self, count: usize) {
        let count = count.min(self.len);
        if let Some(held) = self.buf.get_mut(..self.len) {
            held.copy_within(count.., 0);
        }
        self.len = self.len.saturating_sub(count);
    }

    /// Drops what is in front of the first flag, and all but one flag.
    fn hunt(&mut self) {
        let flag = self.flag();
        let held = self.held_bytes();
        let garbage = held.iter().position(|byte| *byte == flag).unwrap_or(held.len());
        let flags = held.iter().skip(garbage).take_while(|byte| **byte == flag).count();
        self.dropped = self.dropped.saturating_add(u32::try_from(garbage).unwrap_or(u32::MAX));
        self.discard(garbage.saturating_add(flags.saturating_sub(1)));
    }

    fn look(&mut self) -> Found {
        match self.framing {
            Framing::Basic => self.look_basic(),
            Framing::Advanced => self.look_advanced(),
        }
    }

    fn look_basic(&self) -> Found {
        let limit = self.buf.len();
        let [_, address, control, first, rest @ ..] = self.held_bytes() else { return Found::Nothing };
        if address & 1 == 0 {
            return Found::Bad(FrameError::Malformed, 1);
        }
        let low = usize::from(first.wrapping_shr(1));
        let (length, start) = match (first & 1, rest.first()) {
            (1, _) => (low, 4_usize),
            (_, Some(high)) => (usize::from(*high).wrapping_shl(7) | low, 5),
            (_, None) => return Found::Nothing,
        };
        let end = start.saturating_add(length);
        let flag = end.saturating_add(1);
        if flag >= limit {
            return Found::Bad(FrameError::TooLong, 1);
        }
        let held = self.held_bytes();
        let Some(closing) = held.get(flag) else { return Found::Nothing };
        if *closing != BASIC_FLAG {
            return Found::Bad(FrameError::NoFlag, 1);
        }
        let all = FrameType(control & !POLL_FINAL).checks_information();
        let header = held.get(1..if all { end } else { start }).unwrap_or_default();
        let check = held.get(end..flag).unwrap_or_default();
        if update(update(0xff, header), check) != GOOD {
            return Found::Bad(FrameError::Check, 1);
        }
        let frame = Parsed { address: *address, control: *control, start, end };
        Found::Frame { frame, end: flag.saturating_add(1) }
    }

    fn look_advanced(&mut self) -> Found {
        let held = self.buf.get_mut(..self.len).unwrap_or_default();
        let Some(closing) = held.iter().skip(1).position(|byte| *byte == ADVANCED_FLAG) else { return Found::Nothing };
        let closing = closing.saturating_add(1);
        // Without escapes, in place; what is told stands where the bytes stood.
        let (mut from, mut to) = (1_usize, 1_usize);
        while from < closing {
            let mut byte = held.get(from).copied().unwrap_or(0);
            if byte == ESCAPE {
                from = from.saturating_add(1);
                // An escape in front of the flag aborts the frame.
                byte = if from < closing {
                    held.get(from).copied().unwrap_or(0) ^ 0x20
                } else {
                    return Found::Bad(FrameError::Malformed, closing);
                };
            }
            if let Some(place) = held.get_mut(to) {
                *place = byte;
            }
            from = from.saturating_add(1);
            to = to.saturating_add(1);
        }
        let Some([address, control, body @ ..]) = held.get(1..to) else {
            return Found::Bad(FrameError::Malformed, closing);
        };
        let Some((check, information)) = body.split_last() else {
            return Found::Bad(FrameError::Malformed, closing);
        };
        if address & 1 == 0 {
            return Found::Bad(FrameError::Malformed, closing);
        }
        let mut sum = update(0xff, &[*address, *control]);
        if FrameType(control & !POLL_FINAL).checks_information() {
            sum = update(sum, information);
        }
        if update(sum, &[*check]) != GOOD {
            return Found::Bad(FrameError::Check, closing);
        }
        let frame = Parsed { address: *address, control: *control, start: 3, end: to.saturating_sub(1) };
        Found::Frame { frame, end: closing.saturating_add(1) }
    }
}

/// V.24 signals of a channel (§5.4.6.3.7), with the EA bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Signals(pub u8);

impl Signals {
    /// FC: cannot take frames.
    pub const FLOW_CONTROL: u8 = 0x02;
    /// RTC: ready to communicate (DTR, DSR).
    pub const READY_TO_COMMUNICATE: u8 = 0x04;
    /// RTR: ready to receive (RTS, CTS).
    pub const READY_TO_RECEIVE: u8 = 0x08;
    /// IC: incoming call (RI).
    pub const INCOMING_CALL: u8 = 0x40;
    /// DV: data valid (DCD).
    pub const DATA_VALID: u8 = 0x80;
    /// A channel that is open: RTC and RTR.
    pub const READY: Self = Self(0x0d);

    /// Whether all of `bits` are set.
    #[must_use]
    pub fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }
}

/// Parameters of a channel (PN, §5.4.6.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ChannelParameters {
    /// The channel.
    pub dlci: u8,
    /// 0: UIH, 1: UI, 2: I frames.
    pub frame_type: u8,
    /// The convergence layer less one, 0 to 3.
    pub convergence_layer: u8,
    /// 0 to 63, 0 first.
    pub priority: u8,
    /// T1, in 10 ms.
    pub acknowledgement_timer: u8,
    /// N1, octets.
    pub max_frame_size: u16,
    /// N2.
    pub retransmissions: u8,
    /// k, 1 to 7.
    pub window: u8,
}

/// The settings of a port (RPN, §5.4.6.3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PortSettings {
    /// 0: 2400 … 7: 115200, 8: 230400 bit/s.
    pub rate: u8,
    /// Bits 0–1 data bits less 5, 2 a second stop bit, 3 parity on, 4–5 odd, even, mark, space.
    pub format: u8,
    /// Bits 0–5: XON/XOFF in and out, RTR in and out, RTC in and out.
    pub flow_control: u8,
    /// The XON character.
    pub xon: u8,
    /// The XOFF character.
    pub xoff: u8,
    /// Which of these are meant.
    pub mask: u16,
}

/// What a control message says; a response mostly repeats the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ControlMessage<'a> {
    /// PN: parameters of a channel before it is opened.
    ParameterNegotiation(ChannelParameters),
    /// PSC: the line may sleep.
    PowerSaving,
    /// CLD: the multiplexer closes.
    CloseDown,
    /// Test: the octets come back.
    Test(&'a [u8]),
    /// `FCon`: all channels may send.
    FlowOn,
    /// `FCoff`: no channel may send.
    FlowOff,
    /// MSC: V.24 signals of a channel.
    ModemStatus {
        /// The channel.
        dlci: u8,
        /// The signals.
        signals: Signals,
        /// The break octet, with its EA bit.
        break_signal: Option<u8>,
    },
    /// NSC: this message is not supported; its type octet.
    NotSupported(u8),
    /// RPN: the settings of a port, or a question for them.
    RemotePort {
        /// The channel.
        dlci: u8,
        /// The settings; `None` asks.
        settings: Option<PortSettings>,
    },
    /// RLS: errors of a port.
    LineStatus {
        /// The channel.
        dlci: u8,
        /// Bit 0: bits 1–3 hold; 1 overrun, 2 parity, 3 framing.
        status: u8,
    },
    /// SNC: the service of a channel.
    ServiceNegotiation {
        /// The channel.
        dlci: u8,
        /// The service.
        service: u8,
        /// The voice codec.
        codec: u8,
    },
    /// A message that is none of these: its type without EA and C/R, and its value.
    Other(u8, &'a [u8]),
}

/// Type octets without the C/R bit.
mod code {
    pub(super) const PN: u8 = 0x81;
    pub(super) const PSC: u8 = 0x41;
    pub(super) const CLD: u8 = 0xc1;
    pub(super) const TEST: u8 = 0x21;
    pub(super) const FCON: u8 = 0xa1;
    pub(super) const FCOFF: u8 = 0x61;
    pub(super) const MSC: u8 = 0xe1;
    pub(super) const NSC: u8 = 0x11;
    pub(super) const RPN: u8 = 0x91;
    pub(super) const RLS: u8 = 0x51;
    pub(super) const SNC: u8 = 0xd1;
}

/// C/R in the type octet.
const COMMAND: u8 = 0x02;

fn address(dlci: u8) -> u8 {
    dlci.wrapping_shl(2) | 3
}

impl<'a> ControlMessage<'a> {
    /// Reads the first message of an information field of channel 0: whether it is a command, what it says, and what
    /// follows it.
    ///
    /// # Errors
    ///
    /// Where the message ends early, or has a type or a length that it cannot have.
    pub fn read(information: &'a [u8]) -> Result<(bool, Self, &'a [u8]), DecodeError> {
        let mut reader = Reader::new(information);
        let error = reader.error(DecodeErrorKind::Value, "type");
        let kind = reader.byte("type")?;
        // All types have one octet.
        if kind & 1 == 0 {
            return Err(error);
        }
        let mut length = 0_usize;
        let error = reader.error(DecodeErrorKind::Length, "length");
        for shift in [0_u32, 7] {
            let octet = reader.byte("length")?;
            length |= usize::from(octet.wrapping_shr(1)).wrapping_shl(shift);
            if octet & 1 == 1 {
                break;
            }
            if shift == 7 {
                return Err(error);
            }
        }
        let at = reader.at();
        let value = reader.bytes(length, "value")?;
        let message = Self::of(kind & !COMMAND, value, at)?;
        Ok((kind & COMMAND != 0, message, reader.rest()))
    }

    fn of(kind: u8, value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader::starting_at(value, at);
        Ok(match kind {
            code::PN => {
                let [dlci, layer, priority, timer, low, high, retransmissions, window] = reader.array("pn")?;
                Self::ParameterNegotiation(ChannelParameters {
                    dlci: dlci & 0x3f,
                    frame_type: layer & 0x0f,
                    convergence_layer: layer.wrapping_shr(4),
                    priority: priority & 0x3f,
                    acknowledgement_timer: timer,
                    max_frame_size: u16::from_le_bytes([low, high]),
                    retransmissions,
                    window: window & 7,
                })
            }
            code::PSC => Self::PowerSaving,
            code::CLD => Self::CloseDown,
            code::TEST => Self::Test(value),
            code::FCON => Self::FlowOn,
            code::FCOFF => Self::FlowOff,
            code::MSC => {
                let [dlci, signals] = reader.array("msc")?;
                let break_signal = if reader.is_empty() { None } else { Some(reader.byte("break")?) };
                Self::ModemStatus { dlci: dlci.wrapping_shr(2), signals: Signals(signals), break_signal }
            }
            code::NSC => Self::NotSupported(reader.byte("nsc")?),
            code::RPN => {
                let dlci = reader.byte("dlci")?.wrapping_shr(2);
                let settings = if reader.is_empty() {
                    None
                } else {
                    let [rate, format, flow_control, xon, xoff, low, high] = reader.array("rpn")?;
                    let mask = u16::from_le_bytes([low, high]);
                    Some(PortSettings { rate, format, flow_control, xon, xoff, mask })
                };
                Self::RemotePort { dlci, settings }
            }
            code::RLS => {
                let [dlci, status] = reader.array("rls")?;
                Self::LineStatus { dlci: dlci.wrapping_shr(2), status: status & 0x0f }
            }
            code::SNC => {
                let [dlci, service, codec] = reader.array("snc")?;
                Self::ServiceNegotiation { dlci: dlci.wrapping_shr(2), service, codec }
            }
            other => Self::Other(other, value),
        })
    }

    /// Appends the message, as a command or as a response.
    pub fn write(&self, command: bool, writer: &mut Writer<'_>) {
        let mut put = |kind: u8, value: &[u8]| {
            writer.byte(if command { kind | COMMAND } else { kind });
            match u8::try_from(value.len()).ok().filter(|length| *length < 0x80) {
                Some(length) => writer.byte(length.wrapping_shl(1) | 1),
                None => writer.poison(EncodeError::TooLong { field: "value", limit: 0x7f }),
            }
            writer.bytes(value);
        };
        match *self {
            Self::ParameterNegotiation(parameters) => {
                let [low, high] = parameters.max_frame_size.to_le_bytes();
                let layer = parameters.convergence_layer.wrapping_shl(4) | parameters.frame_type & 0x0f;
                let timer = parameters.acknowledgement_timer;
                let tail = [parameters.retransmissions, parameters.window];
                let [retransmissions, window] = tail;
                put(
                    code::PN,
                    &[parameters.dlci, layer, parameters.priority, timer, low, high, retransmissions, window],
                );
            }
            Self::PowerSaving => put(code::PSC, &[]),
            Self::CloseDown => put(code::CLD, &[]),
            Self::Test(octets) => put(code::TEST, octets),
            Self::FlowOn => put(code::FCON, &[]),
            Self::FlowOff => put(code::FCOFF, &[]),
            Self::ModemStatus { dlci, signals, break_signal: None } => put(code::MSC, &[address(dlci), signals.0 | 1]),
            Self::ModemStatus { dlci, signals, break_signal: Some(octet) } => {
                put(code::MSC, &[address(dlci), signals.0 | 1, octet | 1]);
            }
            Self::NotSupported(kind) => put(code::NSC, &[kind]),
            Self::RemotePort { dlci, settings: None } => put(code::RPN, &[address(dlci)]),
            Self::RemotePort { dlci, settings: Some(port) } => {
                let [low, high] = port.mask.to_le_bytes();
                put(
                    code::RPN,
                    &[address(dlci), port.rate, port.format, port.flow_control, port.xon, port.xoff, low, high],
                );
            }
            Self::LineStatus { dlci, status } => put(code::RLS, &[address(dlci), status]),
            Self::ServiceNegotiation { dlci, service, codec } => put(code::SNC, &[address(dlci), service, codec]),
            Self::Other(kind, value) => put((kind | 1) & !COMMAND, value),
        }
    }

    /// How the other side answers this command; `None` to messages without an answer of their own.
    #[must_use]
    pub fn response(&self) -> Option<Self> {
        match *self {
            Self::NotSupported(_) => None,
            Self::Other(kind, _) => Some(Self::NotSupported(kind | COMMAND)),
            same => Some(same),
        }
    }
}
