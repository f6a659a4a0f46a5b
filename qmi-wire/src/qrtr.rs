//! QRTR, the router between the processors of one system on a chip: addresses, and the packets by which services are
//! announced and found.
//!
//! A datagram holds one message without frame ([`frame::Message::parse`](crate::frame::Message::parse)); the client is its
//! sender's address, so there are no client numbers, and no control service. A service is found by a [`Control::NewLookup`]
//! sent to [`Address::control`]; the router answers with one [`Control::NewServer`] per server and an empty one at the end.

use crate::codec::{EncodeError, Reader, Writer};
use crate::field::{Decode as _, Encode as _};
use crate::frame::HeaderError;
use crate::service::Service;

/// The port to which control packets go.
pub const CONTROL_PORT: u32 = 0xffff_fffe;

/// The node that means all nodes.
pub const NODE_BROADCAST: u32 = 0xffff_ffff;

/// The first port that is given to a client; the last is [`LAST_CLIENT_PORT`].
pub const FIRST_CLIENT_PORT: u32 = 0x4000;

/// The last port that is given to a client.
pub const LAST_CLIENT_PORT: u32 = 0x7fff;

/// Bytes of a control packet.
pub const CONTROL_LEN: usize = 20;

/// A socket of the router: a processor, and a port on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Address {
    /// The processor.
    pub node: u32,
    /// The port.
    pub port: u32,
}

impl Address {
    /// Where control packets for `node` go; for the local router, its own node.
    #[must_use]
    pub const fn control(node: u32) -> Self {
        Self { node, port: CONTROL_PORT }
    }
}

/// A service as it is announced. All zero: the end of the answer to a lookup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Server {
    /// The service's number. Numbers above 65535 belong to services that are not QMI.
    pub service: u32,
    /// Version of the service's messages, 8 bits, and instance of the service above it: see [`Server::version`].
    pub instance: u32,
    /// Where it is reached. When a server announces itself, the router takes its sender's address instead.
    pub address: Address,
}

impl Server {
    /// A server of `service`.
    #[must_use]
    pub fn new(service: Service, version: u8, instance: u32, address: Address) -> Self {
        let instance = instance.wrapping_shl(8) | u32::from(version);
        Self { service: service.0.into(), instance, address }
    }

    /// The service, if it is QMI.
    #[must_use]
    pub fn service(&self) -> Option<Service> {
        u16::try_from(self.service).ok().map(Service)
    }

    /// Major version of the service's messages.
    #[must_use]
    pub const fn version(&self) -> u8 {
        let [version, ..] = self.instance.to_le_bytes();
        version
    }

    /// Which of several servers of the same service it is.
    #[must_use]
    pub const fn instance_number(&self) -> u32 {
        self.instance.wrapping_shr(8)
    }

    /// Whether this is the end of the answer to a lookup.
    #[must_use]
    pub fn is_end(&self) -> bool {
        *self == Self::default()
    }
}

/// A control packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Control {
    /// A router greets its neighbour.
    Hello,
    /// A node goes: all its servers and clients are gone.
    Bye {
        /// The node.
        node: u32,
    },
    /// A service is there.
    NewServer(Server),
    /// A service is gone.
    DelServer(Server),
    /// A client is gone; its servers free what they keep for it.
    DelClient(Address),
    /// The receiver has room again.
    ResumeTx(Address),
    /// A router shuts down.
    Exit,
    /// Is anybody there?
    Ping,
    /// Tell me of that service (0: of all) from now on.
    NewLookup {
        /// The service's number.
        service: u32,
        /// Version and instance as in [`Server`]; 0: all.
        instance: u32,
    },
    /// Tell me no more.
    DelLookup {
        /// The service's number.
        service: u32,
        /// As it was asked.
        instance: u32,
    },
    /// Another command.
    Other {
        /// Its number.
        command: u32,
        /// What follows it.
        words: [u32; 4],
    },
}

impl Control {
    /// Reads a control packet; bytes behind it are ignored.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Incomplete`] if it is too short.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        let mut r = Reader::new(bytes);
        let words = <[u32; 5]>::decode(&mut r).map_err(|_| HeaderError::Incomplete { needed: CONTROL_LEN })?;
        let [command, a, b, c, d] = words;
        let server = Server { service: a, instance: b, address: Address { node: c, port: d } };
        let client = Address { node: a, port: b };
        Ok(match command {
            2 => Self::Hello,
            3 => Self::Bye { node: a },
            4 => Self::NewServer(server),
            5 => Self::DelServer(server),
            6 => Self::DelClient(client),
            7 => Self::ResumeTx(client),
            8 => Self::Exit,
            9 => Self::Ping,
            10 => Self::NewLookup { service: a, instance: b },
            11 => Self::DelLookup { service: a, instance: b },
            command => Self::Other { command, words: [a, b, c, d] },
        })
    }

    /// Writes the packet to the start of `buffer` and lends it.
    ///
    /// # Errors
    ///
    /// [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let pair = |a, b| [a, b, 0, 0];
        let of = |server: Server| [server.service, server.instance, server.address.node, server.address.port];
        let (command, words): (u32, _) = match *self {
            Self::Hello => (2, [0; 4]),
            Self::Bye { node } => (3, pair(node, 0)),
            Self::NewServer(server) => (4, of(server)),
            Self::DelServer(server) => (5, of(server)),
            Self::DelClient(client) => (6, pair(client.node, client.port)),
            Self::ResumeTx(client) => (7, pair(client.node, client.port)),
            Self::Exit => (8, [0; 4]),
            Self::Ping => (9, [0; 4]),
            Self::NewLookup { service, instance } => (10, pair(service, instance)),
            Self::DelLookup { service, instance } => (11, pair(service, instance)),
            Self::Other { command, words } => (command, words),
        };
        let mut w = Writer::new(buffer);
        command.encode(&mut w);
        words.encode(&mut w);
        w.finish()
    }
}
