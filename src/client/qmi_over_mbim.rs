//! QMI inside MBIM: frames of QMI in commands of one MBIM service, as modems have it whose control port speaks MBIM only.
//!
//! [`QmiOverMbim`] opens the MBIM function and is then a [`MessageChannel`] of QMUX frames for a blocking
//! [QMI client](super::qmi::blocking). Each request is a command of its own, and several may be under way: one that takes
//! long holds up no other. An answer is handed out only if it belongs to a command of this session; one that an earlier
//! program left behind in the modem is not.

use core::fmt;

use embedded_io::ErrorKind;
use mbim_wire::field::Raw;
use mbim_wire::list::RefList;
use mbim_wire::message::CommandType;
use mbim_wire::service::{basic_connect as bc, qmi};
use mbim_wire::{Command, Encode, Status, View as _};

use crate::channel::blocking::MessageChannel;
use crate::session::mbim::{Config, Counters, Expired, Failure, Incoming, Memory, OpenError, Session, SessionError};
use crate::time::{Instant, Millis};

/// How long the answer to a frame is awaited. The QMI session above keeps the time limits of its requests; this one only
/// frees the slots of those that will never be answered.
const PATIENCE: Millis = Millis::from_secs(300);

/// How long the modem may take to change the list of indications.
const SUBSCRIBING: Millis = Millis::from_secs(10);

/// Bytes of a command beside its information buffer.
const COMMAND_HEAD: usize = 48;

/// Why the channel failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TunnelError<E> {
    /// The carrier of MBIM failed.
    Channel(E),
    /// The function did not open.
    Open(OpenError),
    /// The function was reset or closed by somebody else; open again. The QMI clients are gone: the next request of each
    /// is refused with INVALID_CLIENT_ID, unless the host [disowns](super::qmi::blocking::Client::disown) it before.
    Lost,
    /// The modem did not take the command, and no frame has come yet: it does not know QMI inside MBIM.
    Refused(Status),
    /// The frame could not be sent: the function is not open, too many are under way, or it is too long.
    Session(SessionError),
    /// A frame was longer than the buffer: its bytes. It is gone.
    NoRoom(usize),
}

impl<E: fmt::Display> fmt::Display for TunnelError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(error) => error.fmt(f),
            Self::Open(error) => error.fmt(f),
            Self::Lost => f.write_str("the MBIM function was reset or closed"),
            Self::Refused(status) => write!(f, "the modem refuses QMI inside MBIM: {status:?}"),
            Self::Session(error) => error.fmt(f),
            Self::NoRoom(needed) => write!(f, "a frame needs room for {needed}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for TunnelError<E> {}

impl<E: embedded_io::Error> embedded_io::Error for TunnelError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Channel(error) => error.kind(),
            Self::Open(_) | Self::Lost | Self::Session(SessionError::NotOpen) => ErrorKind::NotConnected,
            Self::Refused(_) => ErrorKind::Unsupported,
            Self::NoRoom(_) | Self::Session(SessionError::Encode(_)) => ErrorKind::OutOfMemory,
            Self::Session(_) => ErrorKind::Other,
        }
    }
}

/// What came of receiving.
enum Heard {
    Frame(usize),
    Opened,
    Closed,
    /// The end of a command that is no frame.
    Done,
    Nothing,
}

/// A channel of QMUX frames over a channel of MBIM transfers.
pub struct QmiOverMbim<'s, C> {
    channel: C,
    session: Session<'s>,
    transfer: &'s mut [u8],
    /// Bytes of the memory for commands.
    longest: usize,
    indications: bool,
    /// A frame has come: the modem knows QMI inside MBIM.
    known: bool,
    failed: u32,
}

/// Without the bytes of messages: codes and names of subscribers are among them.
impl<C: fmt::Debug> fmt::Debug for QmiOverMbim<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QmiOverMbim")
            .field("channel", &self.channel)
            .field("session", &self.session)
            .field("indications", &self.indications)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl<'s, C: MessageChannel> QmiOverMbim<'s, C> {
    /// A tunnel through a function that is closed as far as we know. `transfer` takes one MBIM transfer, as long as
    /// [`Config::max_control_transfer`]; if it is shorter, the function is asked for transfers of this length. The session
    /// wants as many slots as requests may be under way.
    #[must_use]
    pub fn new(channel: C, mut config: Config, transfer: &'s mut [u8], memory: Memory<'s>) -> Self {
        let room = u32::try_from(transfer.len()).unwrap_or(u32::MAX);
        config.max_control_transfer = config.max_control_transfer.min(room);
        let longest = memory.command.len();
        Self {
            channel,
            session: Session::new(config, memory),
            transfer,
            longest,
            indications: false,
            known: false,
            failed: 0,
        }
    }

    /// Opens the function, which ends all data sessions and QMI clients if it was open, and asks for the indications of
    /// QMI. A modem that does not grant them goes on without: see [`has_indications`](Self::has_indications). Takes
    /// [`Config::open_total`] and 10 seconds more at most.
    ///
    /// # Errors
    ///
    /// [`TunnelError::Open`], [`TunnelError::Channel`], [`TunnelError::Lost`].
    pub fn open(&mut self) -> Result<(), TunnelError<C::Error>> {
        self.session.open(self.channel.now());
        while !matches!(self.pump(None, Instant::FAR)?, Some(Heard::Opened)) {}
        self.subscribe(true, SUBSCRIBING).map(drop)
    }

    /// Takes over a function that somebody else has opened and left open, if it is: it must answer within `timeout`. Asks
    /// for the indications of QMI as [`open`](Self::open) does, in place of all others that were asked for.
    ///
    /// # Errors
    ///
    /// [`TunnelError::Channel`].
    pub fn take_over(&mut self, timeout: Millis) -> Result<bool, TunnelError<C::Error>> {
        self.session.assume_open();
        match self.subscribe(true, timeout) {
            Err(TunnelError::Channel(error)) => Err(TunnelError::Channel(error)),
            answered => Ok(answered.unwrap_or(false)),
        }
    }

    /// Asks for the indications of QMI, and for no others; or for none. Frames that come meanwhile are dropped. Says
    /// whether the modem has answered.
    ///
    /// # Errors
    ///
    /// [`TunnelError::Channel`], [`TunnelError::Lost`].
    pub fn subscribe(&mut self, wanted: bool, timeout: Millis) -> Result<bool, TunnelError<C::Error>> {
        let entry =
            bc::EventEntry { device_service_id: qmi::QMI, cids: (&[qmi::Msg::CID][..]).into(), ..Default::default() };
        let entries = [entry];
        let entries = if wanted { &entries[..] } else { &[] };
        let list = bc::DeviceServiceSubscribeListSet { events: RefList::new(entries), ..Default::default() };
        self.indications = false;
        self.start::<bc::DeviceServiceSubscribeList>(&list, timeout)?;
        let until = self.channel.now() + timeout;
        let failed = self.failed;
        loop {
            match self.pump(None, until) {
                Ok(Some(Heard::Done)) => break,
                // It has answered, with a refusal.
                Err(TunnelError::Refused(_)) => return Ok(true),
                Ok(None) => return Ok(false),
                Ok(_) if self.failed != failed => return Ok(false),
                Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
        self.indications = wanted;
        Ok(true)
    }

    /// Closes the function, which ends all data sessions and QMI clients. Takes [`Config::close`] at most.
    ///
    /// # Errors
    ///
    /// [`TunnelError::Channel`].
    pub fn close(&mut self) -> Result<(), TunnelError<C::Error>> {
        self.session.close(self.channel.now());
        loop {
            match self.pump(None, Instant::FAR) {
                Ok(Some(Heard::Closed)) | Err(TunnelError::Lost) => return Ok(()),
                Err(TunnelError::Channel(error)) => return Err(TunnelError::Channel(error)),
                _ => {}
            }
        }
    }

    /// Whether the modem sends indications of QMI.
    #[must_use]
    pub const fn has_indications(&self) -> bool {
        self.indications
    }

    /// Commands that have had no usable answer.
    #[must_use]
    pub const fn failed(&self) -> u32 {
        self.failed
    }

    /// What the MBIM session has seen that went nowhere.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        self.session.counters()
    }

    /// The channel below.
    pub const fn channel_mut(&mut self) -> &mut C {
        &mut self.channel
    }

    fn start<M: Command>(&mut self, body: &dyn Encode, timeout: Millis) -> Result<(), TunnelError<C::Error>> {
        let now = self.channel.now();
        let started = self.session.start(now, timeout, M::SERVICE, M::CID, CommandType::SET, body);
        started.map_err(TunnelError::Session)?;
        self.flush()
    }

    fn flush(&mut self) -> Result<(), TunnelError<C::Error>> {
        while let Some(transfer) = self.session.transmit() {
            self.channel.send(transfer).map_err(TunnelError::Channel)?;
        }
        Ok(())
    }

    fn failure(&mut self, _: Failure) -> Heard {
        self.failed = self.failed.saturating_add(1);
        Heard::Nothing
    }

    /// Receives until something has happened; `None` once `deadline` has passed. Frames go to `buf`.
    fn pump(&mut self, buf: Option<&mut [u8]>, deadline: Instant) -> Result<Option<Heard>, TunnelError<C::Error>> {
        loop {
            self.flush()?;
            let now = self.channel.now();
            match self.session.expire(now) {
                Some(Expired::Opened) => return Ok(Some(Heard::Opened)),
                Some(Expired::OpenFailed(error)) => return Err(TunnelError::Open(error)),
                Some(Expired::Closed) => return Ok(Some(Heard::Closed)),
                Some(Expired::Failed { failure, .. }) => return Ok(Some(self.failure(failure))),
                None => {}
            }
            self.flush()?;
            let until = deadline.min(self.session.poll_at());
            let Some(length) = self.channel.receive(self.transfer, until).map_err(TunnelError::Channel)? else {
                if self.channel.now() >= deadline {
                    return Ok(None);
                }
                continue;
            };
            let now = self.channel.now();
            let transfer = self.transfer.get(..length).unwrap_or_default();
            let frame = match self.session.receive(now, transfer) {
                Incoming::Opened => return Ok(Some(Heard::Opened)),
                Incoming::OpenFailed(error) => return Err(TunnelError::Open(error)),
                Incoming::Closed => return Ok(Some(Heard::Closed)),
                Incoming::Lost => return Err(TunnelError::Lost),
                // The end of one frame, such as one of a client that was released, and no more.
                Incoming::Answer { answer, .. }
                    if self.known && answer.service == qmi::QMI && answer.status != Status::SUCCESS =>
                {
                    self.failed = self.failed.saturating_add(1);
                    return Ok(Some(Heard::Nothing));
                }
                Incoming::Answer { answer, .. } if answer.status != Status::SUCCESS => {
                    return Err(TunnelError::Refused(answer.status));
                }
                Incoming::Answer { answer, .. } if answer.service != qmi::QMI => return Ok(Some(Heard::Done)),
                Incoming::Answer { answer, .. } => answer.body,
                Incoming::Failed { failure, .. } => return Ok(Some(self.failure(failure))),
                Incoming::Indication(told) if (told.service, told.cid) == (qmi::QMI, qmi::Msg::CID) => told.body,
                // However much there is of it, it takes no longer than the time allowed.
                _ if now >= deadline => return Ok(None),
                _ => continue,
            };
            self.known = true;
            let Some(buf) = buf else { return Ok(Some(Heard::Nothing)) };
            let frame = qmi::MsgInfoView::new(frame).qmux().map_or(frame, |frame| frame.0);
            let Some(room) = buf.get_mut(..frame.len()) else {
                return Err(TunnelError::NoRoom(frame.len()));
            };
            room.copy_from_slice(frame);
            return Ok(Some(Heard::Frame(frame.len())));
        }
    }
}

impl<C: MessageChannel> MessageChannel for QmiOverMbim<'_, C> {
    type Error = TunnelError<C::Error>;

    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        self.start::<qmi::Msg>(&Raw(message), PATIENCE)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        loop {
            match self.pump(Some(&mut *buf), deadline)? {
                Some(Heard::Frame(length)) => return Ok(Some(length)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    fn max_message(&self) -> usize {
        self.longest.saturating_sub(COMMAND_HEAD)
    }

    fn now(&self) -> Instant {
        self.channel.now()
    }
}
