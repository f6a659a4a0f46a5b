//! One program's connection: the request that it waits with, and the frames that wait for it.

use qmi_wire::frame::{self, Framing, Kind, Sender};
use qmi_wire::message::Message;
use qmi_wire::service::{Service, ctl};

use super::mailbox::Mailbox;

/// Room for one program, and all that the proxy knows about it.
#[derive(Debug)]
pub struct Connection<'s> {
    pub(super) connected: bool,
    /// Counts the programs that have used this place, so that an old [`ProgramId`](crate::proxy::ProgramId) is known as such.
    pub(super) generation: u32,
    /// It has chosen the modem.
    pub(super) configured: bool,
    /// It has sent what is no message, and the caller is still to hear of it.
    pub(super) garbage: bool,
    /// Its last request, if that is held.
    pub(super) request: &'s mut [u8],
    pub(super) held: Option<Held>,
    pub(super) out: Mailbox<'s>,
}

/// A request that waits in its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) head: Head,
    /// Bytes of it.
    pub(super) len: usize,
    pub(super) wait: Wait,
}

/// What a held request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Proxy Open: for the caller's judgement of the path. `told`: it was asked for.
    Judgement { told: bool },
    /// Sync: for the program's clients to be released.
    Release,
    /// Any other: for its turn.
    Turn,
}

/// The header of a request, as its answer needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) service: Service,
    pub(super) client: u8,
    pub(super) wide: bool,
    /// The program's own.
    pub(super) transaction: u16,
    pub(super) id: u16,
}

impl Head {
    pub(super) fn new(frame: &frame::Frame<'_>) -> Self {
        let message = &frame.message;
        Self {
            service: message.service(),
            client: frame.framing.client().unwrap_or_default(),
            wide: matches!(frame.framing, Framing::Wide { .. }),
            transaction: message.transaction,
            id: message.id(),
        }
    }

    /// Whether it is a message of that kind.
    pub(super) fn is<M: Message>(&self) -> bool {
        (self.service, self.id) == (M::SERVICE, M::ID)
    }

    /// Whether the answer may bring a client.
    pub(super) fn allocates(&self) -> bool {
        self.is::<ctl::allocate_cid::Message>() || self.is::<ctl::internal_allocate_cid_qrtr::Message>()
    }

    /// In what the answer travels.
    pub(super) fn framing(&self) -> Framing {
        let client = self.client;
        if self.wide { Framing::Wide { client } } else { Framing::Qmux { sender: Sender::MODEM, client } }
    }

    /// The header of the answer.
    pub(super) fn answer(&self) -> frame::Head {
        let Self { service, transaction, id, .. } = *self;
        frame::Head { framing: self.framing(), service, kind: Kind::Response, transaction, id }
    }
}

impl<'s> Connection<'s> {
    /// Room for one program.
    ///
    /// * `request`: its longest request, in bytes; at least 15 and the path of the device node.
    /// * `out`: frames that wait to be fetched by it. At least twice the longest answer; what finds no room is lost to this
    ///   program, and its connection is reported for disconnection.
    #[must_use]
    pub fn new(request: &'s mut [u8], out: &'s mut [u8]) -> Self {
        Self {
            connected: false,
            generation: 0,
            configured: false,
            garbage: false,
            request,
            held: None,
            out: Mailbox::new(out),
        }
    }

    /// A new program takes the place.
    pub(super) fn connect(&mut self) {
        self.leave();
        self.connected = true;
    }

    /// The program is gone.
    pub(super) fn leave(&mut self) {
        self.connected = false;
        self.generation = self.generation.wrapping_add(1);
        self.configured = false;
        self.garbage = false;
        self.held = None;
        self.out.clear();
    }

    /// Whether the next request can be taken: none is held, and answers find room.
    pub(super) fn is_ready(&self) -> bool {
        self.held.is_none() && !self.out.is_crowded()
    }

    /// Keeps a request until it can go on; false if it is too long.
    pub(super) fn hold(&mut self, head: Head, bytes: &[u8], wait: Wait) -> bool {
        let Some(room) = self.request.get_mut(..bytes.len()) else {
            return false;
        };
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.held = Some(Held { head, len: bytes.len(), wait });
        true
    }

    /// The request that waits for `wait`.
    pub(super) fn holds(&self, wait: Wait) -> Option<Held> {
        self.held.filter(|held| held.wait == wait)
    }
}
