//! Commands over AT: the open modem here, and one file for each command, named like its twin over MBIM in `commands`.

use at_wire::command::equipment::Lock as Code;
use at_wire::message::Request;
use at_wire::parameter::parameters_of;
use at_wire::result::FinalResult;
use wwan::channel::blocking::{ByteStream, MessageChannel as _};
use wwan::client::at::blocking::Client;
use wwan::client::at::{Answer, Error, Memory, Reason};
use wwan::procedure::at::{Lock, Outcome, Procedure, Question, Registration, SimState, Step, Stop, cme, fail};
use wwan::session::at::{Config, Dialect, Exchange, Failure, Memory as SessionMemory, OpenError, SessionError};
use wwan::time::{Instant, Millis};

use crate::args::{Command, Options};
use crate::commands;
use crate::device::{self, Channel, DeviceError, Limited, Opened, USUAL};
use crate::error::{ENTER_PIN, ENTER_PUK, Fail, INSERT_SIM, NO_NETWORK};
use crate::output::{Output, clean, note};

mod apdu;
mod connect;
pub(crate) mod inside;
pub(crate) mod line;
mod monitor;
mod parts;
mod phonebook;
mod pin;
mod radio;
mod register;
mod reset;
mod scan;
mod signal;
mod sms;
mod status;
pub(crate) mod trace;
mod ussd;

/// Longest answer, and longest line of one, in bytes.
const LONGEST: usize = 0x1_0000;

/// Longest command line, in bytes.
const COMMAND: usize = 4096;

/// How long a single question may stay unanswered.
const QUESTION: Millis = Millis::from_secs(10);

/// How long taking leave may take.
const SHORT: Millis = Millis::from_secs(2);

/// Speeds that a serial line is tried at unless the user says one: what modems are delivered with, the most frequent first.
pub(crate) const SPEEDS: &[u32] = &[115_200, 9_600, 57_600, 460_800, 921_600, 38_400, 19_200];

/// What makes the modem tell where it is registered.
const REGISTRATION: [&str; 4] = ["+CEREG", "+C5GREG", "+CGREG", "+CREG"];

/// The client that commands drive.
pub(crate) type Driver = Client<'static, Line>;

/// The channel to the modem as a stream of bytes: each write is traced and recorded as one message.
#[derive(Debug)]
pub(crate) struct Line(Channel);

impl Line {
    /// The speed and DTR are a matter of what is at the bottom.
    fn bottom(&mut self) -> &mut Limited {
        self.0.channel_mut().channel_mut()
    }
}

impl ByteStream for Line {
    type Error = DeviceError;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, DeviceError> {
        self.0.receive(buf, deadline)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, DeviceError> {
        self.0.send(bytes).map(|()| bytes.len())
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), DeviceError> {
        self.bottom().set_dtr(up);
        Ok(())
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), DeviceError> {
        self.bottom().set_speed(speed);
        Ok(())
    }

    fn now(&self) -> Instant {
        self.0.now()
    }
}

/// An open modem.
#[derive(Debug)]
pub(crate) struct Modem {
    pub(crate) client: Driver,
    /// Device node or name of the virtual modem.
    pub(crate) name: String,
    /// Command lines that put back what was changed, in the order in which it was changed.
    kept: Vec<String>,
}

/// Memory for as long as the program runs; there is one modem in it.
fn memory(length: usize) -> &'static mut [u8] {
    vec![0; length].leak()
}

/// What modems of all makes tell unasked.
fn dialect(line_end: &'static [u8]) -> &'static Dialect<'static> {
    let makers = at_wire::urc::vendor::NAMES.iter().copied().flatten();
    let all: Vec<&str> = Dialect::STANDARD.urcs.iter().chain(makers).copied().collect();
    Box::leak(Box::new(Dialect { urcs: all.leak(), line_end, ..Dialect::STANDARD }))
}

/// The time that is left until then, less a second for what comes after.
fn patience(now: Instant, until: Instant) -> Millis {
    let left = until.since(now);
    Millis(left.0.saturating_sub(1000).max(left.0 / 2))
}

/// A question, put again for a while as long as the SIM is busy. What else is wrong shows when it is asked for its answer.
struct Settle(Question);

impl Procedure for Settle {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => Step::Ask(self.0),
            Outcome::Failed(_) => fail(self.0.exchange.info.name, outcome),
            _ => Step::Done,
        }
    }
}

impl Modem {
    /// Makes sure that there is a modem at the other end of the channel. `limit` is the time for everything; opening takes 30
    /// seconds of it at most.
    fn open(opened: Opened, options: &Options, limit: Millis) -> Result<Self, Fail> {
        let Opened { mut channel, name, line_end, .. } = opened;
        let opening = limit.min(USUAL);
        let start = channel.now();
        channel.channel_mut().channel_mut().until = start + opening;
        let memory = Memory {
            transfer: memory(LONGEST),
            answer: memory(LONGEST),
            urcs: memory(LONGEST),
            session: SessionMemory { line: memory(LONGEST), command: memory(COMMAND) },
        };
        let mut config = Config::default();
        config.dialect = dialect(line_end);
        let mut line = Line(channel);
        if line.bottom().is_terminal() {
            config.speeds = options.baud.map_or(SPEEDS, |speed| vec![speed].leak());
        }
        let mut client = Client::new(line, config, memory);
        client.open()?;
        let mut modem = Self { client, name, kept: Vec::new() };
        let until = if limit == Millis(u32::MAX) { Instant::FAR } else { start + limit };
        modem.channel().channel_mut().channel_mut().until = until;
        Ok(modem)
    }

    fn channel(&mut self) -> &mut Channel {
        &mut self.client.stream().0
    }

    /// The time that is left, less a second for what comes after.
    pub(crate) fn patience(&mut self) -> Millis {
        let now = self.client.now();
        patience(now, self.channel().channel_mut().channel_mut().until)
    }

    /// Makes sure that a card is there, whatever code it asks for.
    pub(crate) fn ready_card(&mut self) -> Result<SimState, Fail> {
        let patience = self.patience();
        match self.client.sim(patience)? {
            sim @ (SimState::NotInserted | SimState::Unusable(_)) => Err(Stop::Sim(sim).into()),
            sim => Ok(sim),
        }
    }

    /// Makes sure that the SIM is ready.
    pub(crate) fn ready_sim(&mut self) -> Result<(), Fail> {
        match self.ready_card()? {
            SimState::Ready => Ok(()),
            SimState::Locked(code) => {
                let remaining_attempts = self.client.attempts()?.of(code);
                Err(locked(&Lock { code, remaining_attempts, wrong: false }))
            }
            sim => Err(Stop::Sim(sim).into()),
        }
    }

    /// Waits while the SIM is too busy for this question: some of it is ready only a while after its state says so.
    pub(crate) fn settle<'a, R: Request<'a>>(&mut self) -> Result<(), Fail> {
        let question = Question { exchange: const { &Exchange::of::<R>() }, parameters: Some("") };
        Ok(self.client.follow(&mut Settle(question))?)
    }

    /// Whether and where it is registered. Modems tell area and cell only while they are to tell of changes, too; so that
    /// is switched on for as long as it takes.
    pub(crate) fn registration(&mut self) -> Result<Registration, Fail> {
        let before = self.kept.len();
        for name in REGISTRATION {
            let found = self.keep(name, 1)?;
            if matches!(found.as_deref(), Some("0" | "1")) {
                // What the modem says to this changes nothing.
                self.line(&format!("AT{name}=2"))?;
            } else if found.is_some() {
                self.kept.pop();
            }
        }
        let registration = self.client.registration();
        self.put_back(before, QUESTION);
        Ok(registration?)
    }

    /// Sends a line as it is; what the modem says to it.
    fn line(&mut self, line: &str) -> Result<Answer<'_>, Fail> {
        self.client.send_line(line.as_bytes(), QUESTION).map_err(|error| line_failed(line, error))
    }

    /// Notes a setting, to put it back when the program ends: the first parameters of what the modem says to `name?`, as
    /// many as the command takes. `None` if the modem does not tell.
    pub(crate) fn keep(&mut self, name: &str, parameters: usize) -> Result<Option<String>, Fail> {
        let answer = self.line(&format!("AT{name}?"))?;
        let Some(fields) = answer.lines().find_map(|line| parameters_of(name, line)) else { return Ok(None) };
        let fields: Vec<_> =
            fields.take(parameters).map(|field| String::from_utf8_lossy(field.raw.trim_ascii())).collect();
        let value = fields.join(",");
        // Nothing but parameters is sent back.
        if value.is_empty() || value.contains(|character: char| character.is_control() || character == ';') {
            return Ok(None);
        }
        self.kept.push(format!("AT{name}={value}"));
        Ok(Some(value))
    }

    /// Puts settings back but for the first ones, the last first. What the modem says to that changes nothing.
    fn put_back(&mut self, but: usize, patience: Millis) {
        for line in self.kept.split_off(but.min(self.kept.len())).iter().rev() {
            if self.client.send_line(line.as_bytes(), patience).is_err() {
                break;
            }
        }
    }

    /// From now on the program only cleans up.
    fn hurry(&mut self) {
        let now = self.client.now();
        self.channel().channel_mut().channel_mut().until = now + SHORT;
    }

    /// Whether the program may go on: the time allowed is not over, and the user has not interrupted it.
    pub(crate) fn check(&mut self) -> Result<(), Fail> {
        Ok(self.channel().channel_mut().channel_mut().check()?)
    }

    /// Has what is under way called off, where that is possible: a scan would keep the modem busy for minutes.
    fn call_off(&mut self) {
        self.hurry();
        let now = self.client.now();
        // Listening gives up the command before; that it was interrupted is known.
        let _ = self.client.next_urc(now + Millis(100));
    }

    /// Takes leave. Whatever happens here does not change how the command ended.
    fn leave(mut self) {
        let lost = self.client.lost_urcs();
        if lost > 0 {
            note(&format!("{lost} lines that the modem told were lost"));
        }
        device::report_losses(self.channel());
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
    let mut modem = Modem::open(opened, options, limit)?;
    let done = act(&mut modem, command, out);
    if matches!(done, Err(Fail::Interrupted | Fail::Timeout(_))) {
        modem.call_off();
    }
    // A modem that has gone has forgotten them.
    if !matches!(done, Err(Fail::Unreachable(_))) && !modem.kept.is_empty() {
        modem.hurry();
        modem.put_back(0, SHORT);
    }
    modem.leave();
    done
}

fn act(modem: &mut Modem, command: &Command, out: &mut Output) -> Result<(), Fail> {
    match command {
        Command::Status => status::run(modem, out),
        Command::Connect(arguments) => connect::run(modem, arguments, out),
        Command::Disconnect { session } => connect::disconnect(modem, *session, out),
        Command::Monitor => monitor::run(modem, out),
        Command::At(lines) => {
            let until = modem.channel().channel_mut().channel_mut().until;
            line::run(&mut modem.client, until, lines, out)
        }
        Command::Pin(pin) => pin::run(modem, pin, out),
        Command::Radio { on } => radio::run(modem, *on, out),
        Command::Reset => reset::run(modem, out),
        Command::Register { network } => register::run(modem, network.as_deref(), out),
        Command::Scan => scan::run(modem, out),
        Command::Signal { .. } => signal::run(modem, out),
        Command::Sms(sms) => sms::run(modem, sms, out),
        Command::Ussd { code, answers } => ussd::run(modem, code, answers, out),
        Command::Phonebook(phonebook) => phonebook::run(modem, phonebook, out),
        Command::Apdu(apdu) => apdu::run(modem, apdu, out),
        Command::Slot { .. } | Command::Cells | Command::Location { .. } => Err(Fail::Usage(
            "AT has no command for this that all makers know; `wwanctl at LINE` sends those of yours".to_owned(),
        )),
        Command::Mbim(_) => Err(Fail::Usage("mbim: this modem speaks AT; `wwanctl at` sends it commands".to_owned())),
        Command::Qmi(_) => Err(Fail::Usage("qmi: this modem speaks AT; `wwanctl at` sends it commands".to_owned())),
        _ => Err(Fail::Usage("this command is not supported over AT".to_owned())),
    }
}

/// A secret of the command line; `-` stands for a line of standard input.
fn secret(modem: &mut Modem, argument: &str) -> Result<String, Fail> {
    commands::secret(&mut || modem.check(), argument)
}

/// What a code has to be got from.
fn locked(lock: &Lock) -> Fail {
    let hint = match lock {
        Lock { code: Code::SimPuk | Code::SimPuk2, .. } => ENTER_PUK,
        Lock { wrong: true, .. } => {
            "`wwanctl pin status` tells how many attempts are left; the last one leads to the PUK"
        }
        Lock { remaining_attempts: Some(1), .. } => {
            "the last attempt is never used unasked: `wwanctl pin enter PIN` uses it"
        }
        Lock { code: Code::SimPin | Code::SimPin2, .. } => ENTER_PIN,
        _ => "whoever sold the modem has the code: `wwanctl pin enter --type network-pin CODE`",
    };
    Fail::Refused { reason: lock.to_string(), hint: Some(hint) }
}

/// The number of `+CME ERROR` that says the same as one of `+CMS ERROR` (27.005 §3.2.5).
const fn as_cme(number: u32) -> Option<u32> {
    match number {
        310 => Some(10),
        311 => Some(11),
        316 => Some(12),
        331 => Some(30),
        332 => Some(31),
        _ => None,
    }
}

/// The number of a result that [`hint`] knows.
fn number(result: FinalResult<'_>) -> Option<u32> {
    match result {
        FinalResult::Cms(cause) => cause.number().and_then(as_cme),
        result => cme(result),
    }
}

/// The same of a reason.
fn number_of(reason: Reason) -> Option<u32> {
    match reason {
        Reason::Cme(number) => number,
        Reason::Cms(number) => number.and_then(as_cme),
        _ => None,
    }
}

/// What an error number of the modem means for a user.
const fn hint(number: Option<u32>) -> Option<&'static str> {
    Some(match number {
        Some(10) => INSERT_SIM,
        Some(11) => ENTER_PIN,
        Some(12) => ENTER_PUK,
        Some(30..=32) => NO_NETWORK,
        Some(132 | 133 | 134 | 148) => "check --apn with the operator; some networks want --user and --password too",
        Some(149) => "check --user, --password and --auth",
        _ => return None,
    })
}

/// A command without a usable answer.
fn failed(command: &str, failure: Failure) -> Fail {
    let text = format!("{command}: {failure}");
    match failure {
        Failure::Timeout => Fail::Timeout(text),
        Failure::Restarted => Fail::Unreachable(text),
        _ => Fail::Data(text),
    }
}

/// The failure of a line that was sent as it is; without its parameters, which may be secret.
fn line_failed<E>(line: &str, error: Error<E>) -> Fail
where
    Fail: From<Error<E>>,
{
    match error {
        Error::Failed { failure, .. } => failed(&clean(line.split(['=', ';', '?']).next().unwrap_or(line)), failure),
        error => error.into(),
    }
}

impl From<Stop> for Fail {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed { command, failure } => failed(&format!("AT{command}"), failure),
            Stop::NotReached => Self::Timeout(stop.to_string()),
            Stop::Refused(refusal) => {
                Self::Refused { reason: refusal.to_string(), hint: hint(number(refusal.resolved())) }
            }
            Stop::Locked(lock) => locked(&lock),
            Stop::Sim(SimState::NotInserted) => Self::Refused { reason: stop.to_string(), hint: hint(Some(10)) },
            Stop::Sim(_) | Stop::Denied(_) | Stop::NoContext => Self::Refused { reason: stop.to_string(), hint: None },
            stop => Self::Data(stop.to_string()),
        }
    }
}

impl<E> From<Error<E>> for Fail
where
    Self: From<E>,
    E: core::fmt::Display,
{
    fn from(error: Error<E>) -> Self {
        match error {
            Error::Channel(error) => error.into(),
            Error::Stop(stop) => stop.into(),
            Error::Failed { command, failure } => Stop::Failed { command, failure }.into(),
            Error::Refused { command, reason } => {
                let text = format!("AT{command}: the modem refuses: {reason}");
                Self::Refused { reason: text, hint: hint(number_of(reason)) }
            }
            Error::Open(error @ (OpenError::NoAnswer | OpenError::Timeout)) => Self::Timeout(format!(
                "the modem does not open: {error}; is this its AT port, and does nothing else use it?"
            )),
            Error::Session(SessionError::Refused(_) | SessionError::Encode(_) | SessionError::Payload(_))
            | Error::Denied { .. } => Self::Usage(error.to_string()),
            Error::Unresponsive | Error::Data | Error::NoPrompt => Self::Timeout(error.to_string()),
            Error::Decode(_) | Error::NoRoom => Self::Data(format!("the answer of the modem: {error}")),
            error => Self::Unreachable(error.to_string()),
        }
    }
}
