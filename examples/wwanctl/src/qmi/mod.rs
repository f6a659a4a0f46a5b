//! Commands over QMI: the open modem here, and one file for each command, named like its twin over MBIM in `commands`.

use std::path::Path;

use wwan::channel::blocking::MessageChannel as _;
use wwan::client::qmi::blocking::Client;
use wwan::client::qmi::{Error, Lock, Memory, Owned, ProtocolError, Record};
use wwan::procedure::qmi::{Refusal, SessionStatus, SimState};
use wwan::qmi_wire::DecodeError;
use wwan::qmi_wire::frame;
use wwan::qmi_wire::service::Service;
use wwan::session::qmi::{ClientSlot, Config, Failure, Memory as SessionMemory, SessionError, Slot};
use wwan::time::{Instant, Millis};

use crate::args::{Command, Options};
use crate::at;
use crate::commands;
use crate::device::{self, Channel, DeviceError, Limited, Opened, USUAL};
use crate::error::{ENTER_CODE, Fail, INSERT_SIM, NO_NETWORK, RADIO_ON};
use crate::names::qmi as names;
use crate::output::{Output, clean, note};
use ledger::{Ledger, Leftover};

mod apdu;
mod cells;
mod connect;
mod detail;
pub(crate) mod ledger;
mod location;
pub(crate) mod message;
mod monitor;
mod parts;
mod phonebook;
mod pin;
mod radio;
mod register;
mod reset;
mod scan;
mod signal;
mod slot;
mod sms;
mod status;
mod ussd;

/// Longest request and longest answer, in bytes.
const LONGEST: usize = 0x1_0000;

/// How long taking leave may take.
const SHORT: Millis = Millis::from_secs(2);

/// Client numbers that are tried when one may have been lost; modems hand out the lowest that is free.
const STRAYS: u8 = 16;

/// The instance of a client that is tried; sessions have lower ones.
const STRAY: u8 = u8::MAX;

/// The client that commands drive.
pub(crate) type Driver = Client<'static, Channel>;

/// An open modem.
#[derive(Debug)]
pub(crate) struct Modem {
    pub(crate) client: Driver,
    /// Device node or name of the virtual modem.
    pub(crate) name: String,
    /// Clients are sockets of this program, and end with it.
    sockets: bool,
}

/// Memory for as long as the program runs; there is one modem in it.
fn memory(length: usize) -> &'static mut [u8] {
    vec![0; length].leak()
}

impl Modem {
    /// Makes sure that there is a modem at the other end of the channel. `limit` is the time for everything; opening takes 30
    /// seconds of it at most.
    fn open(opened: Opened, limit: Millis) -> Result<Self, Fail> {
        let Opened { mut channel, name, wanted, .. } = opened;
        let opening = limit.min(USUAL);
        let start = channel.now();
        channel.channel_mut().channel_mut().until = start + opening;
        let memory = Memory {
            transfer: memory(LONGEST),
            indications: memory(LONGEST),
            session: SessionMemory {
                slots: vec![Slot::FREE; 8].leak(),
                clients: vec![ClientSlot::FREE; 64].leak(),
                request: memory(LONGEST),
            },
        };
        let mut config = Config::default();
        config.open_total = opening;
        config.release = SHORT;
        let mut client = Client::new(channel, config, memory);
        if let Some(path) = &wanted {
            open_proxy(&mut client, path, opening)?;
        }
        // A virtual modem inside this program has no earlier runs, and sockets leave nothing behind.
        let sockets = wanted.is_none() && device::is_qrtr(&name);
        let leaves_none = name.starts_with("virtual:") || sockets;
        let device = wanted.as_deref().unwrap_or(&name);
        let (book, leftover) = if leaves_none { (None, Leftover::default()) } else { Ledger::open(Path::new(device)) };
        client.channel().channel_mut().channel_mut().ledger = book;
        client.open()?;
        let mut modem = Self { client, name, sockets };
        modem.clean_up(&leftover, wanted.is_some())?;
        let until = if limit == Millis(u32::MAX) { Instant::FAR } else { start + limit };
        modem.channel().channel_mut().channel_mut().until = until;
        Ok(modem)
    }

    /// Gives back what an earlier run left behind that was killed; takes over the data sessions that were to outlive it.
    fn clean_up(&mut self, leftover: &Leftover, through_proxy: bool) -> Result<(), Fail> {
        self.client.restore(Record(&leftover.record))?;
        if let Some(service) = leftover.asked.filter(|_| !through_proxy) {
            self.find_stray(service)?;
        }
        self.write_down();
        Ok(())
    }

    /// A run was killed after it had asked for a client of this service, and may have got one that it never heard of: any
    /// number that is not known to be somebody's. The device is open to this program alone; only a data session shows that
    /// a client was left on purpose, by whatever program.
    fn find_stray(&mut self, service: Service) -> Result<(), Fail> {
        for client in 1..=STRAYS {
            if self.client.clients().any(|owned| (owned.service, owned.client) == (service, client)) {
                continue;
            }
            let stray = Owned { service, instance: STRAY, client, keep: false, handle: 0 };
            self.client.adopt(stray).map_err(Error::Session)?;
            if service == Service::WDS {
                let mut status = SessionStatus::new(STRAY);
                self.client.follow(&mut status)?;
                if status.is_connected() {
                    self.client.disown(service, STRAY);
                }
            }
            if self.client.clients().any(|owned| (owned.service, owned.instance) == (service, STRAY)) {
                self.client.release(service, STRAY)?;
            }
        }
        Ok(())
    }

    /// Writes down which clients there are now.
    fn write_down(&mut self) {
        let clients: Vec<Owned> = self.client.clients().collect();
        if let Some(ledger) = &mut self.channel().channel_mut().channel_mut().ledger {
            ledger.settle(clients.into_iter());
        }
    }

    fn channel(&mut self) -> &mut Channel {
        self.client.channel()
    }

    /// The bottom of the channel, with the limits.
    fn limited(&mut self) -> &mut Limited {
        self.channel().channel_mut().channel_mut()
    }

    /// The time that is left, less a second for what comes after.
    pub(crate) fn patience(&mut self) -> Millis {
        let now = self.client.now();
        let until = self.channel().channel_mut().channel_mut().until;
        let left = until.since(now);
        Millis(left.0.saturating_sub(1000).max(left.0 / 2))
    }

    /// Whether the program may go on: the time allowed is not over, and the user has not interrupted it.
    pub(crate) fn check(&mut self) -> Result<(), Fail> {
        Ok(self.channel().channel_mut().channel_mut().check()?)
    }

    /// Waits while the SIM starts. Only a lock is told: what else is wrong shows when the SIM is needed.
    fn settle(&mut self) -> Result<(), Fail> {
        let patience = self.patience();
        match self.client.sim(patience).map(|sim| sim.state) {
            Ok(state @ SimState::Locked(_)) => Err(Error::Sim(state).into()),
            _ => Ok(()),
        }
    }

    /// Waits until the SIM can be used.
    fn ready_sim(&mut self) -> Result<(), Fail> {
        let patience = self.patience();
        match self.client.sim(patience)?.state {
            SimState::Ready => Ok(()),
            state => Err(Error::Sim(state).into()),
        }
    }

    /// Has what is under way called off, where that is possible: a scan would keep the modem busy for minutes. Nothing
    /// waits for the answer.
    fn call_off(&mut self) {
        let now = self.client.now();
        let until = &mut self.channel().channel_mut().channel_mut().until;
        *until = now + SHORT;
        // Listening gives up the request before; that it was interrupted is known.
        let _ = self.client.next_indication(now);
    }

    /// Takes leave: gives back all clients but those with a data session. Whatever happens here does not change how the command
    /// ended.
    fn leave(mut self) {
        let now = self.client.now();
        let until = &mut self.channel().channel_mut().channel_mut().until;
        *until = (*until).min(now + SHORT).max(now);
        // A data session ends with its client, and is to outlive this program.
        let clients: Vec<Owned> = self.client.clients().collect();
        let is_session = |owned: &Owned| owned.service == Service::WDS && owned.handle != 0;
        for owned in &clients {
            self.client.keep(owned.service, owned.instance, is_session(owned));
        }
        if let Err(error) = self.client.close() {
            if self.channel().sink_mut().is_verbose() {
                note(&format!("taking leave: {error}"));
            }
        }
        self.write_down();
        self.channel().channel_mut().channel_mut().leave_tunnel(clients.iter().any(is_session));
        device::report_losses(self.channel());
    }
}

/// Tells a proxy which device is wanted.
fn open_proxy(client: &mut Driver, path: &str, timeout: Millis) -> Result<(), Fail> {
    match client.open_proxy(path, timeout) {
        Ok(()) => Ok(()),
        Err(Error::Refused(_)) => {
            Err(Fail::Unreachable(format!("the proxy cannot open {}, or does not serve it", clean(path))))
        }
        // The real qmi-proxy says no like this.
        Err(Error::Channel(DeviceError::Gone(_))) => Err(Fail::Unreachable(format!(
            "the proxy has closed the connection: it cannot open {}, or does not serve this user",
            clean(path)
        ))),
        Err(error) => Err(error.into()),
    }
}

/// Runs a command on the modem at the other end of the channel.
pub(crate) fn run(
    opened: Opened,
    options: &Options,
    limit: Millis,
    command: &Command,
    out: &mut Output,
) -> Result<(), Fail> {
    let mut modem = Modem::open(opened, limit)?;
    let done = act(&mut modem, options, command, out);
    if matches!(done, Err(Fail::Interrupted | Fail::Timeout(_))) {
        modem.call_off();
    }
    if !matches!(done, Err(Fail::Unreachable(_))) {
        modem.leave();
    }
    done
}

fn act(modem: &mut Modem, options: &Options, command: &Command, out: &mut Output) -> Result<(), Fail> {
    match command {
        Command::Status => status::run(modem, out),
        Command::Connect(arguments) => connect::run(modem, arguments, options, out),
        Command::Disconnect { session } => connect::disconnect(modem, session.unwrap_or(0), out),
        Command::Qmi(arguments) => message::run(modem, arguments, out),
        Command::Pin(pin) => pin::run(modem, pin, out),
        Command::Radio { on } => radio::run(modem, *on, out),
        Command::Register { network } => register::run(modem, network.as_deref(), out),
        Command::Scan => scan::run(modem, out),
        Command::Signal { .. } => signal::run(modem, out),
        Command::Sms(sms) => sms::run(modem, sms, out),
        Command::Ussd { code, answers } => ussd::run(modem, code, answers, out),
        Command::Phonebook(phonebook) => phonebook::run(modem, phonebook, out),
        Command::Apdu(apdu) => apdu::run(modem, apdu, out),
        Command::Slot { slot } => slot::run(modem, *slot, out),
        Command::Location { nmea, time } => location::run(modem, *nmea, *time, out),
        Command::Cells => cells::run(modem, out),
        Command::Monitor => monitor::run(modem, out),
        Command::Reset => reset::run(modem, out),
        Command::At(lines) => at::inside::over_qmi(&mut modem.client, lines, out),
        _ => Err(Fail::Usage("this command is for MBIM modems".to_owned())),
    }
}

/// A secret of the command line; `-` stands for a line of standard input.
fn secret(modem: &mut Modem, argument: &str) -> Result<String, Fail> {
    commands::secret(&mut || modem.check(), argument)
}

/// What a modem's refusal means for a user.
const fn hint(error: ProtocolError) -> Option<&'static str> {
    Some(match error {
        ProtocolError::CLIENT_IDS_EXHAUSTED => {
            "programs that died have left no client numbers; restart the modem, or run `wwanctl qmi ctl sync` if nothing else uses it"
        }
        ProtocolError::NO_SIM => INSERT_SIM,
        ProtocolError::NO_RADIO => RADIO_ON,
        ProtocolError::HARDWARE_RESTRICTED => "the hardware switch keeps the radio off",
        ProtocolError::PIN_RESTRICTION => ENTER_CODE,
        ProtocolError::DEVICE_NOT_READY => "the modem is still starting; try again",
        ProtocolError::NETWORK_NOT_READY | ProtocolError::NO_NETWORK_FOUND => NO_NETWORK,
        ProtocolError::CALL_FAILED => "compare the access point name with what the operator asks for",
        _ => return None,
    })
}

/// What a modem has refused, and why.
fn refused(refusal: &Refusal) -> String {
    let name = names::message(refusal.message.service, refusal.message.id, frame::Kind::Request);
    let reason = refusal.end_reason.as_ref().map_or_else(String::new, |reason| format!(", reason {reason}"));
    format!("{name}: the modem refuses: {}{reason}", names::protocol_error(refusal.error))
}

impl From<DecodeError> for Fail {
    fn from(error: DecodeError) -> Self {
        Self::Data(format!("the answer of the modem: {error}"))
    }
}

impl From<Error<DeviceError>> for Fail {
    fn from(error: Error<DeviceError>) -> Self {
        match error {
            Error::Channel(error) => error.into(),
            Error::Open(error) => Self::Timeout(format!("the modem does not open: {error}")),
            Error::Lost => Self::Unreachable("the modem has restarted".to_owned()),
            Error::Refused(refusal) => Self::Refused { reason: refused(&refusal), hint: hint(refusal.error) },
            Error::Locked(lock) => Self::Refused { reason: lock.to_string(), hint: Some(pin::hint(&lock)) },
            Error::Sim(SimState::Locked(code)) => {
                let lock = Lock { code, remaining_attempts: None, wrong: false };
                Self::Refused { reason: error.to_string(), hint: Some(pin::hint(&lock)) }
            }
            Error::Sim(SimState::NotInserted) => Self::Refused { reason: error.to_string(), hint: Some(INSERT_SIM) },
            Error::Denied(_) | Error::Sim(_) => Self::Refused { reason: error.to_string(), hint: None },
            Error::NotReached => Self::Timeout(error.to_string()),
            Error::Failed { message, failure } => {
                let name = message.map(|id| names::message(id.service, id.id, frame::Kind::Request));
                let text = name.map_or_else(|| failure.to_string(), |name| format!("{name}: {failure}"));
                if failure == Failure::Timeout { Self::Timeout(text) } else { Self::Data(text) }
            }
            Error::Session(SessionError::Encode(error)) => Self::Usage(format!("a value is too long: {error}")),
            error => Self::Data(error.to_string()),
        }
    }
}
