//! Commands between the frames: flow control.

use core::fmt;

crate::open_enum! {
    /// What a command asks for.
    pub struct CommandName(u8) {
        /// Nothing more to the modem on this mux id, until it is enabled again.
        FLOW_DISABLE = 1,
        /// To the modem again.
        FLOW_ENABLE = 2,
    }
}

/// What part a command plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CommandKind {
    /// It asks.
    Request,
    /// It was done.
    Ack,
    /// It is not known.
    Unsupported,
    /// It makes no sense.
    Invalid,
}

impl CommandKind {
    const fn bits(self) -> u8 {
        match self {
            Self::Request => 0,
            Self::Ack => 1,
            Self::Unsupported => 2,
            Self::Invalid => 3,
        }
    }
}

/// A command. What is reserved in it is kept, for an answer is the command itself with another [kind](Self::kind).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Command {
    /// What is asked for.
    pub name: CommandName,
    /// Its kind in bits 1 and 0, and reserved ones.
    pub flags: u8,
    /// Reserved.
    pub reserved: u16,
    /// By which the answer is known.
    pub transaction: u32,
    /// IP family in bits 1 and 0, and reserved ones.
    pub ip_family: u16,
    /// Which change of the flow it is.
    pub flow_sequence: u16,
    /// Which flow.
    pub qos_id: u32,
}

impl Command {
    /// Bytes of a command.
    pub const LEN: usize = 16;

    /// A request.
    #[must_use]
    pub fn request(name: CommandName, transaction: u32) -> Self {
        Self { name, transaction, ..Self::default() }
    }

    /// What part it plays.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self.flags & 3 {
            0 => CommandKind::Request,
            1 => CommandKind::Ack,
            2 => CommandKind::Unsupported,
            _ => CommandKind::Invalid,
        }
    }

    /// The answer to it: the same on the same mux id, with another kind.
    #[must_use]
    pub const fn answer(self, kind: CommandKind) -> Self {
        Self { flags: (self.flags & !3) | kind.bits(), ..self }
    }

    /// Reads a command; bytes behind it are ignored.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [name, flags, r1, r0, t3, t2, t1, t0, i1, i0, s1, s0, q3, q2, q1, q0] = *bytes.first_chunk()?;
        Some(Self {
            name: CommandName(name),
            flags,
            reserved: u16::from_be_bytes([r1, r0]),
            transaction: u32::from_be_bytes([t3, t2, t1, t0]),
            ip_family: u16::from_be_bytes([i1, i0]),
            flow_sequence: u16::from_be_bytes([s1, s0]),
            qos_id: u32::from_be_bytes([q3, q2, q1, q0]),
        })
    }

    /// The bytes on the wire.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        let [r1, r0] = self.reserved.to_be_bytes();
        let [t3, t2, t1, t0] = self.transaction.to_be_bytes();
        let [i1, i0] = self.ip_family.to_be_bytes();
        let [s1, s0] = self.flow_sequence.to_be_bytes();
        let [q3, q2, q1, q0] = self.qos_id.to_be_bytes();
        [self.name.0, self.flags, r1, r0, t3, t2, t1, t0, i1, i0, s1, s0, q3, q2, q1, q0]
    }
}

impl fmt::Display for CommandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::FLOW_DISABLE => f.write_str("flow disable"),
            Self::FLOW_ENABLE => f.write_str("flow enable"),
            Self(number) => write!(f, "command {number}"),
        }
    }
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Ack => "ack",
            Self::Unsupported => "unsupported",
            Self::Invalid => "invalid",
        })
    }
}
