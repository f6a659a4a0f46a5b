//! The proxy of the engine, for either protocol: where they differ, and what they have to say in the same words.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use mbim_wire::Command as _;
use mbim_wire::message::{self, CommandType};
use mbim_wire::service::proxy_control::{Configuration, ConfigurationSet, PROXY_CONTROL};
use mbim_wire::subscription::Subscription;
use qmi_wire::ProtocolError;
use qmi_wire::frame::Framing;
use qmi_wire::message::write_request;
use qmi_wire::service::ctl::internal_proxy_open;
use wwan::channel::framed::{AnyFraming, MbimFraming, QmuxFraming};
use wwan::proxy::{ProgramId, mbim, qmi};
use wwan::session::mbim::{Memory as SessionMemory, Slot};
use wwan::time::{Instant, Millis};

use super::{LONGEST, PROGRAMS, SHORT};
use crate::device::first_transaction;

/// Requests of one program that may be under way at the same time.
const MBIM_REQUESTS: usize = 4;
/// Programs that use many services ask them all at once.
const QMI_REQUESTS: usize = 16;
/// Subscriptions of one program, and of all together.
const SUBSCRIPTIONS: (usize, usize) = (128, 512);
/// Clients of a QMI modem that programs may have together.
const CLIENTS: usize = 1024;
/// Longest QMI frame.
const LONGEST_QMI: usize = QmuxFraming::LONGEST;

/// What programs and modems speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mbim,
    /// Clients that a program leaves behind are kept for that long; `None`: for ever.
    Qmi {
        grace: Option<Millis>,
    },
}

impl Kind {
    /// How transfers are told apart in a stream, on the side of the programs or of the modem.
    pub(super) fn framing(self, programs: bool) -> AnyFraming {
        match self {
            Self::Mbim => MbimFraming::default().into(),
            Self::Qmi { .. } if programs => QmuxFraming::default().with_wide_services().into(),
            Self::Qmi { .. } => QmuxFraming::default().into(),
        }
    }
}

/// A program's wish for a device.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) program: ProgramId,
    pub(super) path: PathBuf,
    /// How long opening may take, where the protocol says so.
    timeout: Millis,
    transaction: u32,
}

/// Why a wish is not granted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Denied {
    /// There is no such device, or it cannot be used.
    Device,
    /// There is, but not for this program.
    Access,
}

/// Something that a proxy has to say.
#[derive(Debug)]
pub(super) enum Heard {
    Wish(Wish),
    Stuck(ProgramId),
    Garbage(ProgramId),
    Opened,
    OpenFailed(String),
    Lost,
    /// The modem has started again by itself; programs can go on.
    Restarted,
}

/// A proxy.
#[derive(Debug)]
pub(super) enum Engine {
    Mbim(Box<mbim::Proxy<'static>>),
    Qmi(Box<qmi::Proxy<'static>>),
}

/// Memory that lives as long as the program: a proxy whose device is gone gets another one.
fn items<T: Clone>(item: T, count: usize) -> &'static mut [T] {
    vec![item; count].leak()
}

fn bytes(count: usize) -> &'static mut [u8] {
    vec![0; count].leak() // of which only what is used will be there
}

impl Engine {
    /// A proxy for a modem.
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Mbim => Self::mbim(LONGEST, PROGRAMS.saturating_mul(MBIM_REQUESTS).saturating_add(1), SUBSCRIPTIONS),
            Kind::Qmi { grace } => {
                Self::qmi(LONGEST_QMI, PROGRAMS.saturating_mul(QMI_REQUESTS).saturating_add(1), CLIENTS, grace)
            }
        }
    }

    /// A proxy without a modem, where programs say which they want.
    pub(super) fn lobby(kind: Kind) -> Self {
        match kind {
            Kind::Mbim => Self::mbim(SHORT, 1, (0, 0)),
            Kind::Qmi { grace } => Self::qmi(SHORT, 0, 0, grace),
        }
    }

    fn mbim(longest: usize, commands: usize, subscriptions: (usize, usize)) -> Self {
        let connections = (0..PROGRAMS).map(|_| {
            // An answer stands beside the one that is leaving.
            let out = bytes(longest.saturating_mul(2));
            mbim::Connection::new(bytes(longest), out, items(Subscription::default(), subscriptions.0))
        });
        let memory = mbim::Memory {
            connections: connections.collect::<Vec<_>>().leak(),
            pending: items(mbim::Pending::FREE, commands),
            session: SessionMemory {
                slots: items(Slot::FREE, commands),
                command: bytes(longest.saturating_add(64)),
                answer: bytes(longest),
                indication: bytes(longest),
            },
            subscribed: items(Subscription::default(), subscriptions.1),
            proposed: items(Subscription::default(), subscriptions.1),
        };
        let mut config = mbim::Config::default();
        config.session.first_transaction = first_transaction();
        Self::Mbim(Box::new(mbim::Proxy::new(config, memory)))
    }

    fn qmi(longest: usize, requests: usize, clients: usize, grace: Option<Millis>) -> Self {
        let connections = (0..PROGRAMS).map(|_| {
            // Programs hear everything at once that their many clients are told.
            qmi::Connection::new(bytes(longest), bytes(longest.saturating_mul(8)))
        });
        let memory = qmi::Memory {
            connections: connections.collect::<Vec<_>>().leak(),
            pending: items(qmi::Pending::FREE, requests),
            clients: items(qmi::Client::FREE, clients),
        };
        let mut config = qmi::Config::default();
        config.grace = grace;
        Self::Qmi(Box::new(qmi::Proxy::new(config, memory)))
    }

    pub(super) fn connect(&mut self) -> Option<ProgramId> {
        match self {
            Self::Mbim(proxy) => proxy.connect(),
            Self::Qmi(proxy) => proxy.connect(),
        }
    }

    pub(super) fn disconnect(&mut self, now: Instant, program: ProgramId) {
        match self {
            Self::Mbim(proxy) => proxy.disconnect(program),
            Self::Qmi(proxy) => proxy.disconnect(now, program),
        }
    }

    pub(super) fn is_ready(&self, program: ProgramId) -> bool {
        match self {
            Self::Mbim(proxy) => proxy.is_ready(program),
            Self::Qmi(proxy) => proxy.is_ready(program),
        }
    }

    /// Takes a transfer of a program that is ready.
    pub(super) fn program_receive(&mut self, now: Instant, program: ProgramId, transfer: &[u8]) {
        let _ = match self {
            Self::Mbim(proxy) => proxy.client_receive(now, program, transfer),
            Self::Qmi(proxy) => proxy.program_receive(program, transfer),
        };
    }

    pub(super) fn modem_receive(&mut self, now: Instant, transfer: &[u8]) {
        match self {
            Self::Mbim(proxy) => proxy.device_receive(now, transfer),
            Self::Qmi(proxy) => proxy.modem_receive(now, transfer),
        }
    }

    pub(super) fn transmit_modem(&mut self, now: Instant) -> Option<&[u8]> {
        match self {
            Self::Mbim(proxy) => proxy.transmit_device(now),
            Self::Qmi(proxy) => proxy.transmit_modem(now),
        }
    }

    pub(super) fn transmit_program(&mut self, free: impl FnMut(ProgramId) -> bool) -> Option<(ProgramId, &[u8])> {
        match self {
            Self::Mbim(proxy) => proxy.transmit_client(free),
            Self::Qmi(proxy) => proxy.transmit_program(free),
        }
    }

    pub(super) fn poll_at(&self) -> Instant {
        match self {
            Self::Mbim(proxy) => proxy.poll_at(),
            Self::Qmi(proxy) => proxy.poll_at(),
        }
    }

    pub(super) fn expire(&mut self, now: Instant) {
        match self {
            Self::Mbim(proxy) => proxy.expire(now),
            Self::Qmi(proxy) => proxy.expire(now),
        }
    }

    /// Another modem takes the place of one that is gone.
    pub(super) fn set_max_transfer(&mut self, longest: usize) {
        if let Self::Mbim(proxy) = self {
            proxy.set_max_control_transfer(u32::try_from(longest).unwrap_or(u32::MAX));
        }
    }

    /// The version of the Microsoft extensions whose layouts hold.
    pub(super) fn version(&self) -> u8 {
        let version = match self {
            Self::Mbim(proxy) => proxy.version().map_or(1, |version| version.mbim_extended_version >> 8),
            Self::Qmi(_) => 1,
        };
        u8::try_from(version).unwrap_or(u8::MAX)
    }

    /// The next thing that it has to say.
    pub(super) fn hear(&mut self) -> Option<Heard> {
        match self {
            Self::Mbim(proxy) => loop {
                return Some(match proxy.next_event()? {
                    mbim::Event::Configure { client: program, path, timeout, transaction_id: transaction } => {
                        let path = PathBuf::from(path.to_string());
                        Heard::Wish(Wish { program, path, timeout, transaction })
                    }
                    mbim::Event::Stuck(program) => Heard::Stuck(program),
                    mbim::Event::Opened => Heard::Opened,
                    mbim::Event::OpenFailed(error) => Heard::OpenFailed(error.to_string()),
                    mbim::Event::Lost => Heard::Lost,
                    _ => continue,
                });
            },
            Self::Qmi(proxy) => loop {
                return Some(match proxy.next_event()? {
                    qmi::Event::Open { program, path, transaction } => {
                        let path = PathBuf::from(OsString::from_vec(path.to_vec()));
                        Heard::Wish(Wish { program, path, timeout: Millis(0), transaction: transaction.into() })
                    }
                    qmi::Event::Stuck(program) => Heard::Stuck(program),
                    qmi::Event::Garbage(program) => Heard::Garbage(program),
                    qmi::Event::Restarted => Heard::Restarted,
                    _ => continue,
                });
            },
        }
    }

    /// Grants a wish, or does not.
    pub(super) fn judge(&mut self, now: Instant, program: ProgramId, judgement: Result<(), Denied>) {
        match self {
            Self::Mbim(proxy) => proxy.configure(now, program, judgement.is_ok()),
            Self::Qmi(proxy) => {
                let judgement = judgement.map_err(|denied| match denied {
                    Denied::Device => ProtocolError::INTERFACE_NOT_FOUND,
                    Denied::Access => ProtocolError::ACCESS_DENIED,
                });
                proxy.open(program, judgement);
            }
        }
    }

    /// Wishes the same once more, here, where the device is.
    pub(super) fn repeat(&mut self, now: Instant, program: ProgramId, wish: &Wish) {
        let mut room = [0; SHORT];
        let written = match self {
            Self::Mbim(_) => {
                let path = wish.path.to_string_lossy();
                let set = ConfigurationSet { device_path: (&*path).into(), timeout: wish.timeout.0.div_ceil(1000) };
                let (service, cid) = (PROXY_CONTROL, Configuration::CID);
                message::write_command(&mut room, wish.transaction, service, cid, CommandType::SET, &set).ok()
            }
            Self::Qmi(_) => {
                let transaction = u16::try_from(wish.transaction).unwrap_or(1);
                let path = wish.path.as_os_str().as_bytes();
                write_request::<internal_proxy_open::Message>(&mut room, Framing::host(0), transaction, |request| {
                    request.device_path(path.into());
                })
                .ok()
            }
        };
        if let Some(transfer) = written {
            self.program_receive(now, program, transfer);
        }
    }

    /// The device is gone; whether its programs can go on with another one.
    pub(super) fn modem_gone(&mut self, now: Instant) -> bool {
        let asking: Vec<ProgramId> = match self {
            Self::Mbim(proxy) => {
                proxy.device_gone();
                proxy.clients().collect()
            }
            Self::Qmi(proxy) => {
                proxy.modem_gone();
                proxy.programs().collect()
            }
        };
        for program in asking {
            self.judge(now, program, Err(Denied::Device)); // those that are not asking do not mind
        }
        matches!(self, Self::Mbim(_))
    }

    /// Clears up after programs that have left, for the end is near. It is done when [`is_tidy`](Self::is_tidy).
    pub(super) fn tidy(&mut self) {
        if let Self::Qmi(proxy) = self {
            proxy.tidy();
        }
    }

    pub(super) fn is_tidy(&self) -> bool {
        match self {
            Self::Mbim(_) => true,
            Self::Qmi(proxy) => proxy.is_tidy(),
        }
    }

    /// What happened, in words.
    pub(super) fn report(&self) -> String {
        match self {
            Self::Mbim(proxy) => {
                let c = proxy.counters();
                format!(
                    "{} commands, {} answers, {} to nobody, {} without; {} indications, {} for nobody; lost times: {}",
                    c.forwarded, c.answered, c.swallowed, c.failed, c.indications, c.unwanted, c.resets
                )
            }
            Self::Qmi(proxy) => {
                let c = proxy.counters();
                format!(
                    "{} requests, {} answers, {} to nobody, {} without, {} refused here; {} indications, {} for nobody; \
                     {} clients of programs that left released, {} not; restarts: {}",
                    c.forwarded,
                    c.answered,
                    c.swallowed,
                    c.failed,
                    c.denied,
                    c.indications,
                    c.unwanted,
                    c.released,
                    c.leaked,
                    c.restarts
                )
            }
        }
    }
}
