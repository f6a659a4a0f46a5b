//! AT in the role of the host, sans-IO.
//!
//! [`Session`] finds a modem that may be in any state and brings it into a known one, sends one command at a time, tells
//! which of the lines that come answer it, and keeps the time limits. What modems tell of themselves is told between, at
//! any moment. AT answers carry no number, so an answer that comes too late could be taken for that of the next command:
//! after a time-out the session first asks something whose answer can be told from all others, and drops everything that
//! comes before.
//!
//! ```
//! use wwan::at_wire::command::network::csq;
//! use wwan::at_wire::result::FinalResult;
//! use wwan::session::at::{Config, Incoming, Memory, Outgoing, Session};
//! use wwan::time::Instant;
//!
//! let (mut line, mut command) = ([0; 512], [0; 128]);
//! let mut session = Session::new(Config::default(), Memory { line: &mut line, command: &mut command });
//! session.assume_open();
//!
//! session.submit(Instant(0), &csq::Execute {})?;
//! assert_eq!(session.transmit(Instant(0)), Some(Outgoing::Bytes(b"AT+CSQ\r")));
//! let mut input: &[u8] = b"\r\n+CSQ: 20,99\r\n\r\nRING\r\n\r\nOK\r\n";
//! let mut told = 0;
//! while let Some(incoming) = session.receive(Instant(9), &mut input) {
//!     told += 1;
//!     match (told, incoming) {
//!         (1, Incoming::Response { line, .. }) => assert_eq!(line, b"+CSQ: 20,99"),
//!         (2, Incoming::Unsolicited { line, .. }) => assert_eq!(line, b"RING"),
//!         (3, Incoming::Done(result)) => assert_eq!(result, FinalResult::Ok),
//!         other => panic!("{other:?}"),
//!     }
//! }
//! assert_eq!(told, 3);
//! # Ok::<(), wwan::session::at::SessionError>(())
//! ```
//!
//! # Beside the session
//!
//! The line to the modem has more than bytes: [`Outgoing`] also asks for its speed and for DTR. A carrier that has neither
//! does nothing then. While the modem is in data mode the caller writes to the line without the session, but goes on to
//! hand in what comes.

use core::fmt;

use at_wire::classify::{Class, Continuation, Pending, answers, classify};
use at_wire::framer::{Announcements, Event, Expected, Framer};
use at_wire::message::{Calls, CommandInfo, Encode, Form, Prompt as Awaited, Request, append};
use at_wire::parameter::{Escaping, Fields, parameters_of};
use at_wire::policy::{self, Refusal};
use at_wire::result::{FinalResult, Options, in_words};
use at_wire::{EncodeError, Writer, urc};

use crate::time::{Instant, Millis};

/// How long everything is dropped after the line was cleared.
const CLEAR: Millis = Millis(100);
/// How often the same is tried before something else is.
const TRIES: u8 = 3;
/// What tells the answer to a probe from all that is late: two questions that every modem answers at once, asked so often
/// in one line, in an order that is another each time. A line more or less shows.
const TAGS: [&str; 2] = ["+CMEE", "+CFUN"];
const QUESTIONS: u8 = 4;
const CODES: u8 = 16;
/// More lines than any probe has.
const SPOILT: u8 = 0x80;
/// How long nothing must have come from a modem that refuses the question, and how often that is waited for.
const QUIET: Millis = Millis(200);
const QUIET_TRIES: u8 = 16;
/// How long one of the commands of opening may take.
const INIT: Millis = Millis(3_000);
/// How long a command that was aborted may go on.
const ABORT: Millis = Millis(5_000);
/// How long the second line of a unit may take.
const SECOND_LINE: Millis = Millis(2_000);
/// How long DTR stays down, and how long the modem may take to notice.
const DTR: Millis = Millis(500);
/// At most so many bytes of an upload that was given up are made up for.
const MAX_FILL: u32 = 0x1_0000;
/// Ends a text behind a prompt, and calls it off.
const CTRL_Z: u8 = 0x1a;
const ESC: u8 = 0x1b;
/// Leaves the multiplexer (27.010 §5.4.6.3.3): `CLD` of the control channel, then DISC.
const LEAVE_MULTIPLEXER: &[u8] = b"\xf9\x03\xef\x05\xc3\x01\xf2\xf9\x03\x53\x01\xfd\xf9";
/// What ends data mode in the data.
const NO_CARRIER: &[u8] = b"\r\nNO CARRIER\r\n";
/// What answers the escape sequence in the data.
const ESCAPED: &[u8] = b"\r\nOK\r\n";

/// What is particular about a make of modem.
#[derive(Clone, Copy, Debug)]
pub struct Dialect<'d> {
    /// Names of URCs, and whole lines that are URCs. All other lines that answer nothing are told too; but only these are
    /// told from answers without a name.
    pub urcs: &'d [&'d str],
    /// What a modem says when it has just started.
    pub boot: &'d [&'d str],
    /// Names whose strings may have line ends in them.
    pub multiline: &'d [&'d str],
    /// URCs that announce counted bytes.
    pub announcements: Announcements<'d>,
    /// How strings are escaped.
    pub escaping: Escaping,
    /// What ends a command line; some WWAN ports need a line feed too.
    pub line_end: &'d [u8],
    /// Whether bytes from 0x80 on belong to texts.
    pub eight_bit: bool,
}

impl Dialect<'static> {
    /// What all modems have in common.
    pub const STANDARD: Self = Self {
        urcs: urc::standard::NAMES,
        boot: &["RDY", "^SYSSTART", "*ATREADY", "+AT: READY", "+SYSSTART", "%BOOTEV", "*EMRDY", "Ready"],
        multiline: &["+CUSD", "+CNAP"],
        announcements: Announcements::NONE,
        escaping: Escaping::V250,
        line_end: b"\r",
        eight_bit: false,
    };
}

/// How a session behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'c> {
    /// The make.
    pub dialect: &'c Dialect<'c>,
    /// Speeds of the line to try at opening, in bits per second, the best first; empty if the line has none.
    pub speeds: &'c [u32],
    /// Command lines that opening ends with, such as `AT+CMGF=0`. A refusal of one is counted, and no failure.
    pub init: &'c [&'c str],
    /// How errors are told: 1 as numbers, 2 as text, 0 not (27.007 §9.1).
    pub error_reports: u8,
    /// How long the modem may take to answer to nothing but `AT`.
    pub attention: Millis,
    /// The least pause between a final result and the next command (V.250 §5.6): what modems held back comes then.
    pub gap: Millis,
    /// After so long without a byte the modem sleeps, and loses the first bytes that come; zero if it does not.
    pub sleep_after: Millis,
    /// The silence in front of and behind the escape sequence.
    pub guard: Millis,
    /// What opening tries with a modem that does not answer.
    pub recovery: Recovery,
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self { recovery: Recovery::FULL, ..Self::plain(&Dialect::STANDARD) }
    }
}

impl Config<'static> {
    /// For firmware that switches the modem on itself, at a speed that it knows: such a modem is neither in data mode nor
    /// behind a multiplexer, and what would take it out of there is not linked. A dialect of the program's own is best a
    /// `static`, so that what it takes of the [standard](Dialect::STANDARD) is all that is linked of that.
    #[must_use]
    pub const fn plain(dialect: &'static Dialect<'static>) -> Self {
        Self {
            dialect,
            speeds: &[],
            init: &[],
            error_reports: 1,
            attention: Millis(300),
            gap: Millis(20),
            sleep_after: Millis(0),
            guard: Millis(1_100),
            recovery: Recovery::NONE,
        }
    }

    /// For a modem inside another protocol: every answer takes a moment more, and there is nothing that opening could leave.
    #[must_use]
    pub fn inside() -> Self {
        Self { attention: Millis(3_000), gap: Millis(0), recovery: Recovery::NONE, ..Self::default() }
    }
}

/// What opening tries with a modem that does not answer, beside asking again.
#[derive(Clone, Copy)]
pub struct Recovery(Option<&'static Extra>);

impl Recovery {
    /// Nothing: then a program without data mode has none of that in it.
    pub const NONE: Self = Self(None);
    /// The other [speeds](Config::speeds), the escape sequence, and the end of the multiplexer.
    pub const FULL: Self = Self(Some(&EXTRA));
}

impl fmt::Debug for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "FULL" } else { "NONE" })
    }
}

/// The memory a session works in.
pub struct Memory<'s> {
    /// The longest line that comes: 512 bytes for all but lists of cells and long PDUs. Of longer ones the rest is lost,
    /// and counted.
    pub line: &'s mut [u8],
    /// The longest command line, and what goes out at once behind a prompt; 64 bytes at least.
    pub command: &'s mut [u8],
}

/// Only how much there is: what was there before may be personal.
impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("line", &self.line.len()).field("command", &self.command.len()).finish()
    }
}

/// What ends the bytes behind a prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Ending {
    /// Ctrl-Z, which the session appends (27.005 §3.5.1).
    #[default]
    ControlZ,
    /// Their number, which the command told.
    Length(u32),
}

/// How a command is answered, as far as a session must know.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// The command; an empty name for lines that are told raw.
    pub info: &'static CommandInfo,
    /// Its form.
    pub form: Form,
    /// Whether lines with its name answer it; else they are URCs.
    pub answers: bool,
    /// How long it may take; as long as its declaration says, in most cases.
    pub timeout: Millis,
    /// Final lines of its own, such as `SEND OK`.
    pub finals: &'static [&'static str],
    /// Lines of its answer that announce counted bytes.
    pub announcements: Announcements<'static>,
    /// What ends the bytes behind its prompt.
    pub ending: Ending,
}

impl Exchange {
    /// As the declaration of the command says.
    #[must_use]
    pub const fn of<'a, R: Request<'a>>() -> Self {
        Self::declared(const { &R::COMMAND }, R::FORM, R::ANSWERS)
    }

    /// As a declaration says, taken apart.
    pub(crate) const fn declared(info: &'static CommandInfo, form: Form, answers: bool) -> Self {
        Self {
            info,
            form,
            answers,
            timeout: Millis::from_secs(widen(info.timeout)),
            finals: &[],
            announcements: Announcements::NONE,
            ending: Ending::ControlZ,
        }
    }

    /// That of a line of which nothing is known: whatever comes and is no URC answers it.
    #[must_use]
    pub const fn raw(timeout: Millis) -> Self {
        Self { timeout, ..Self::declared(const { &raw_info("", Calls::None) }, Form::Execute, true) }
    }

    /// Whether it dials, answers or hangs up, so that `NO CARRIER` and the like end it.
    fn calls(&self) -> bool {
        self.info.calls != Calls::None
    }

    /// Whether `CONNECT` starts data mode.
    fn connects(&self) -> bool {
        self.info.calls == Calls::Connect
    }
}

/// Whether a line has one of the names of a raw line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    No,
    Has,
    /// It also looks like an answer.
    Answers,
}

/// What looks for a name: see [`among_names`].
type FindName = fn(&[u8], &[u8], bool) -> Named;

/// Looks for the name of `line` among those of a raw line, with semicolons between.
fn among_names(names: &[u8], line: &[u8], reads: bool) -> Named {
    let mut found = Named::No;
    for name in names.split(|byte| *byte == b';').filter_map(|name| core::str::from_utf8(name).ok()) {
        if !name.is_empty() && parameters_of(name, line).is_some() {
            if answers(name, line, reads) {
                return Named::Answers;
            }
            found = Named::Has;
        }
    }
    found
}

/// What is known of a line that comes from elsewhere, with the first of these commands in it that has to do with calls.
static RAW: [CommandInfo; 8] = [
    raw_info("", Calls::None),
    raw_info("D", Calls::Connect),
    raw_info("A", Calls::Connect),
    raw_info("O", Calls::Connect),
    raw_info("H", Calls::End),
    raw_info("+CGDATA", Calls::Connect),
    raw_info("+CHUP", Calls::End),
    raw_info("+CHLD", Calls::End),
];

const fn raw_info(name: &'static str, calls: Calls) -> CommandInfo {
    CommandInfo { name, bare: true, calls, ..CommandInfo::DEFAULT }
}

const fn widen(seconds: u16) -> u32 {
    let [low, high] = seconds.to_le_bytes();
    u32::from_le_bytes([low, high, 0, 0])
}

/// Why a session refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SessionError {
    /// The modem is not open.
    NotOpen,
    /// Something is under way: go on with the run loop, and try again when [`Session::is_ready`].
    Busy,
    /// The modem is in data mode.
    Data,
    /// There is no prompt to answer.
    NoPrompt,
    /// A byte that would end or call off the text behind the prompt; where it stands.
    Payload(usize),
    /// A line that modems read differently.
    Refused(Refusal),
    /// The command could not be written.
    Encode(EncodeError),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen => f.write_str("the modem is not open"),
            Self::Busy => f.write_str("a command is under way"),
            Self::Data => f.write_str("the modem is in data mode"),
            Self::NoPrompt => f.write_str("the modem did not prompt"),
            Self::Payload(offset) => write!(f, "byte {offset} would end the text"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SessionError {}

/// Why the modem did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OpenError {
    /// It said nothing that AT is, at no speed.
    NoAnswer,
    /// It answered, but not to the end.
    Timeout,
    /// The memory for commands is too small for those of opening.
    NoRoom,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAnswer => "no answer to AT",
            Self::Timeout => "the modem stopped answering while it was opened",
            Self::NoRoom => "the memory for commands is too small",
        })
    }
}

impl core::error::Error for OpenError {}

/// Why a command has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Failure {
    /// It did not come in time.
    Timeout,
    /// The modem has started anew.
    Restarted,
    /// A URC stood in the middle of a line of the answer, which is of no use then. The command may have been done.
    Torn,
    /// A line of the answer was longer than the memory for it: its length. The command may have been done.
    TooLong(usize),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Restarted => f.write_str("the modem has started anew"),
            Self::Torn => f.write_str("the answer was torn apart"),
            Self::TooLong(len) => write!(f, "a line of the answer is too long, {len} bytes needed"),
        }
    }
}

impl core::error::Error for Failure {}

/// Why something was ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Ignored {
    /// The command, come back.
    Echo,
    /// Part of the answer to a command that was given up.
    Late,
    /// A final result that ends nothing.
    Stray,
}

/// What bytes meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming<'m> {
    /// The modem is open.
    Opened,
    /// A line of the answer.
    Response {
        /// The line without its end.
        line: &'m [u8],
        /// Whether it belongs to the line before, such as the PDU behind `+CMGR`.
        second: bool,
    },
    /// A line that announces counted bytes.
    Header {
        /// The line.
        line: &'m [u8],
        /// How many bytes come.
        len: u32,
        /// Whether they are part of the answer; else they are unsolicited.
        answer: bool,
    },
    /// Counted bytes.
    Payload {
        /// As many as were there.
        bytes: &'m [u8],
        /// How many are still to come.
        left: u32,
        /// Whether they are part of the answer; else they are unsolicited.
        answer: bool,
    },
    /// The modem waits for what [`Session::payload`] takes.
    Prompt,
    /// The end of the answer. After [`FinalResult::Connect`] the modem is in data mode, if the command leads there.
    Done(FinalResult<'m>),
    /// The command has no answer.
    Failed(Failure),
    /// The modem tells something unasked.
    Unsolicited {
        /// The line without its end.
        line: &'m [u8],
        /// Whether it belongs to the line before, such as the PDU behind `+CMT`.
        second: bool,
        /// Whether it is one of [`Dialect::urcs`].
        known: bool,
    },
    /// The modem has started anew with this line, and forgot all settings: open again. A command under way is gone.
    Restarted(&'m [u8]),
    /// Bytes of data mode.
    Data(&'m [u8]),
    /// Data mode has ended: the call is gone.
    DataEnded,
    /// Data mode was left as asked; the call is held.
    Escaped,
    /// The modem answers again.
    Synchronised,
    /// A line that is too long for the memory.
    Overlong {
        /// How it starts.
        start: &'m [u8],
        /// How long it is.
        len: usize,
    },
    /// Nothing yet.
    Nothing,
    /// Nothing: see why.
    Ignored(Ignored),
}

/// What the passing of time meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expired {
    /// The command has no answer.
    Failed(Failure),
    /// The modem did not open.
    OpenFailed(OpenError),
    /// The modem answers again.
    Synchronised,
    /// Data mode was left; the call is held or gone.
    Escaped,
    /// The modem is open.
    Opened,
    /// The modem did not leave data mode.
    EscapeFailed,
    /// The modem does not answer any more. The next command tries again.
    Unresponsive,
}

/// What is to be done with the line to the modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outgoing<'m> {
    /// Send these bytes.
    Bytes(&'m [u8]),
    /// Raise or drop DTR.
    Dtr(bool),
    /// Go on with this speed, in bits per second.
    Speed(u32),
}

/// What a session has seen that went nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Lines that answered commands that were given up.
    pub late: u32,
    /// Final results that ended nothing.
    pub stray: u32,
    /// Commands that came back.
    pub echoes: u32,
    /// Lines that nothing is known of; they are told as unsolicited.
    pub unknown: u32,
    /// Lines longer than the memory.
    pub overlong: u32,
    /// Answers that a URC tore apart.
    pub torn: u32,
    /// Commands that had no answer in time.
    pub timeouts: u32,
    /// The same, since the modem last answered.
    pub consecutive_timeouts: u32,
    /// How often the modem had to be brought back in step.
    pub synchronisations: u32,
    /// How often it started anew.
    pub restarts: u32,
    /// Commands of opening that it refused.
    pub init_refused: u32,
    /// Bytes that belong to no text.
    pub noise: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Closed,
    Command,
    Data,
}

/// What the session wants of the modem by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Open,
    /// Back in step, after a time-out or sleep.
    Synchronise,
    /// Out of data mode.
    Escape,
}

/// How far it is. Each step sends something, or nothing, and waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// What was begun to be typed is ended, and what comes is dropped.
    Clear,
    /// Bytes that an upload still owes the modem: [`Inner::owed`].
    Fill,
    /// `AT`, so often already.
    Attention(u8),
    /// The silence in front of the escape sequence, tried so often already.
    Guard(u8),
    /// The escape sequence.
    Plus(u8),
    LeaveMultiplexer,
    /// Questions whose answer cannot be another's, asked so often already.
    Probe(u8),
    /// The modem refuses the question: nothing comes for a while, broken so often already.
    Quiet(u8),
    /// The commands of opening: that with the number [`Inner::init`].
    Init,
    DtrDown,
    DtrUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Own {
    goal: Goal,
    step: Step,
}

/// The command under way.
#[derive(Clone, Copy, Debug)]
struct Current {
    /// Its line was lent.
    sent: bool,
    /// The caller has given up; what comes is dropped until the final result.
    abandoned: bool,
    prompt: Prompt,
    /// How much of the line came back in pieces.
    echoed: usize,
    /// Why the answer is of no use.
    spoilt: Option<Failure>,
    /// What the last line was, to see answers that are torn apart.
    last: Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prompt {
    /// None came yet.
    Awaited,
    /// The caller hands the bytes in; so many are left of a counted payload.
    Open(u32),
    /// All bytes were handed in.
    Served,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Other,
    /// A line of the answer, or of nobody.
    Answer,
    /// A URC directly behind such a line.
    Unsolicited,
}

/// The host's end of an AT modem. See the [module](self) and the run loop in [`session`](super).
pub struct Session<'s> {
    framer: Framer<'s>,
    inner: Inner<'s>,
}

/// What not all programs need: data mode, the ways back from it, and bytes that an upload still owes. A table of functions, so
/// that it is linked only where something leads there.
struct Extra {
    /// Begins a step of these.
    enter: fn(&mut Inner<'_>, Step),
    /// Goes on behind one.
    expire: fn(&mut Inner<'_>, Own) -> Option<Expired>,
    /// What opening tries when the modem does not answer.
    rescue: fn(&mut Inner<'_>) -> Option<Expired>,
    /// What comes in data mode.
    receive: for<'i> fn(&mut Inner<'_>, &mut &'i [u8]) -> Data<'i>,
    /// A final result in words, while the modem may tell it as a number.
    in_words: for<'m> fn(&'m [u8]) -> &'m [u8],
}

/// What comes in data mode.
enum Data<'i> {
    /// Lines.
    Lines,
    /// These bytes, if any.
    Bytes(&'i [u8]),
    /// It has ended.
    Ended,
    /// It may have ended.
    Left,
}

static EXTRA: Extra = Extra {
    enter: |inner, step| inner.enter_extra(step),
    expire: |inner, own| inner.expire_extra(own),
    rescue: |inner| inner.rescue(),
    receive: |inner, input| inner.receive_extra(input),
    in_words,
};

/// All but the framer, which lends the lines that the rest judges.
struct Inner<'s> {
    /// What the time was when the session was last told: handed on from function to function it would take half of the
    /// registers.
    now: Instant,
    extra: Option<&'static Extra>,
    config: Config<'s>,
    command: &'s mut [u8],
    /// How much of `command` is to be sent.
    out: usize,
    /// How much of `command` comes back as echo.
    echo: usize,
    /// Where in `command` the names of a raw line stand, and what looks for one there: a function, so that it is linked only
    /// with raw lines.
    raw: Option<(usize, usize, FindName)>,
    stage: Stage,
    own: Option<Own>,
    /// How the command under way is answered, or the one that was given up last.
    exchange: Exchange,
    current: Option<Current>,
    /// The answer to the command that was given up last may still come.
    late: bool,
    /// The modem is out of step.
    dirty: bool,
    continuation: Continuation,
    /// The same for the answer, while a URC of two lines stands in front of its PDU.
    outer: Continuation,
    /// Whether the second line that is awaited is a PDU, in hexadecimal digits.
    pdu: bool,
    second_until: Instant,
    /// Whether counted bytes under way are part of the answer.
    payload_of_answer: bool,
    dtr: Option<bool>,
    speed: Option<u32>,
    /// Which command of opening is under way.
    init: usize,
    /// Bytes that an upload still owes the modem.
    owed: u32,
    /// Which of the speeds is tried.
    speed_index: usize,
    /// Which means of last resort were tried.
    rescue: u8,
    /// How often opening started over in the middle.
    again: u8,
    /// The order of the questions of the last probe; how many answers have come, and in which order.
    code: u8,
    seen: u8,
    order: u8,
    /// How long what goes out next may take to be answered; zero while `until` holds already.
    wait: Millis,
    /// When that is over.
    until: Instant,
    /// Nothing goes out before.
    not_before: Instant,
    /// When the last byte came or went.
    active: Instant,
    /// How much of [`NO_CARRIER`] and [`ESCAPED`] has come.
    carrier: usize,
    escaped: usize,
    /// What is still to be told of data mode.
    ended: Option<bool>,
    no_room: bool,
    counters: Counters,
}

/// Without the bytes of lines: codes and names of subscribers are among them.
impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("stage", &self.inner.stage)
            .field("own", &self.inner.own)
            .field("busy", &self.inner.current.is_some())
            .field("counters", &self.inner.counters)
            .finish_non_exhaustive()
    }
}

impl<'s> Session<'s> {
    /// A session with a modem of which nothing is known.
    pub fn new(config: Config<'s>, memory: Memory<'s>) -> Self {
        Self {
            framer: Framer::new(memory.line),
            inner: Inner {
                now: Instant(0),
                extra: config.recovery.0,
                config,
                command: memory.command,
                out: 0,
                echo: 0,
                raw: None,
                stage: Stage::Closed,
                own: None,
                exchange: Exchange::raw(Millis(0)),
                current: None,
                late: false,
                dirty: false,
                continuation: Continuation::default(),
                outer: Continuation::default(),
                pdu: false,
                second_until: Instant::FAR,
                payload_of_answer: false,
                dtr: None,
                speed: None,
                init: 0,
                owed: 0,
                speed_index: 0,
                rescue: 0,
                again: 0,
                code: 0,
                seen: 0,
                order: 0,
                wait: Millis(0),
                until: Instant::FAR,
                not_before: Instant(0),
                active: Instant(0),
                carrier: 0,
                escaped: 0,
                ended: None,
                no_room: false,
                counters: Counters::default(),
            },
        }
    }

    /// Brings the modem into a known state, whatever state it is in: answers in words, no echo, errors told, and all of
    /// [`Config::init`]. Ends with [`Incoming::Opened`] or [`Expired::OpenFailed`]. A command under way is forgotten.
    pub fn open(&mut self, now: Instant) {
        self.framer.reset();
        self.inner.now = now;
        self.inner.open();
    }

    /// Takes over a modem that is known to be in command mode, with echo off and answers in words, such as one behind a
    /// multiplexer that was opened before.
    pub fn assume_open(&mut self) {
        self.inner.stage = Stage::Command;
        self.inner.own = None;
    }

    /// Whether the modem is open, or in data mode.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.inner.stage != Stage::Closed
    }

    /// Whether [`submit`](Self::submit) takes a command now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let inner = &self.inner;
        inner.stage == Stage::Command && inner.own.is_none() && inner.current.is_none() && !inner.dirty
    }

    /// Whether the modem is in data mode.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.inner.stage == Stage::Data
    }

    /// Whether the session does something by itself: it opens, it gets back in step, it leaves data mode.
    #[must_use]
    pub fn is_occupied(&self) -> bool {
        self.inner.own.is_some()
    }

    /// What was seen that went nowhere.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters { noise: self.framer.noise(), ..self.inner.counters }
    }

    /// What this session is configured with.
    #[must_use]
    pub fn config(&self) -> &Config<'s> {
        &self.inner.config
    }

    /// Starts a command, as its declaration says.
    ///
    /// # Errors
    ///
    /// [`SessionError::Busy`] while another command is under way, or if the modem must be woken or brought back in step
    /// first, which is begun then; or any other.
    pub fn submit<'a, R: Request<'a>>(&mut self, now: Instant, request: &R) -> Result<(), SessionError> {
        if const { matches!(R::COMMAND.calls, Calls::Connect) } {
            self.allow_data();
        }
        self.submit_declared(now, &Exchange::of::<R>(), request)
    }

    /// Says that commands may come that lead to data mode, or prompt for counted bytes.
    pub(crate) fn allow_data(&mut self) {
        self.inner.extra = Some(&EXTRA);
    }

    /// Starts a command, whatever its type.
    pub(crate) fn submit_declared(
        &mut self,
        now: Instant,
        exchange: &Exchange,
        parameters: &dyn Encode,
    ) -> Result<(), SessionError> {
        self.inner.check(now)?;
        let Dialect { escaping, line_end, .. } = *self.inner.config.dialect;
        let mut writer = Writer::new(self.inner.command);
        writer.bytes(b"AT");
        append(exchange.info.name, exchange.form, parameters, escaping, &mut writer);
        let echo = writer.len();
        writer.bytes(line_end);
        let len = writer.finish().map_err(SessionError::Encode)?.len();
        self.inner.start(exchange, echo, len);
        Ok(())
    }

    /// Starts a command that `write` writes, without `AT` and line end.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn submit_with(
        &mut self,
        now: Instant,
        exchange: &Exchange,
        write: impl FnOnce(Escaping, &mut Writer<'_>),
    ) -> Result<(), SessionError> {
        self.allow_data();
        self.inner.check(now)?;
        let Dialect { escaping, line_end, .. } = *self.inner.config.dialect;
        let mut writer = Writer::new(self.inner.command);
        writer.bytes(b"AT");
        write(escaping, &mut writer);
        let echo = writer.len();
        writer.bytes(line_end);
        let len = writer.finish().map_err(SessionError::Encode)?.len();
        self.inner.start(exchange, echo, len);
        Ok(())
    }

    /// Starts a line that comes from elsewhere, without its end. Lines with the names of its commands answer it, and all
    /// that are no URCs.
    ///
    /// # Errors
    ///
    /// [`SessionError::Refused`] for a line that modems read differently, or as [`submit`](Self::submit).
    pub fn submit_line(&mut self, now: Instant, line: &[u8], timeout: Millis) -> Result<(), SessionError> {
        self.allow_data();
        let mut exchange = Exchange::raw(timeout);
        let commands = policy::commands(line).map_err(SessionError::Refused)?;
        self.inner.check(now)?;
        let mut writer = Writer::new(self.inner.command);
        writer.bytes(line);
        writer.bytes(self.inner.config.dialect.line_end);
        let start = writer.len();
        for command in commands {
            if matches!(command.form, policy::Form::Read) {
                exchange.form = Form::Read;
            }
            if matches!(command.form, policy::Form::Test) && exchange.form == Form::Execute {
                exchange.form = Form::Test;
            }
            exchange.info = RAW.iter().skip(1).find(|info| command.is(info.name)).unwrap_or(exchange.info);
            // One name in the modem's way of writing it, to know the answer by.
            writer.byte(b';');
            for byte in command.name.iter().filter(|byte| !byte.is_ascii_whitespace()) {
                writer.byte(byte.to_ascii_uppercase());
            }
        }
        let end = writer.len();
        writer.finish().map_err(SessionError::Encode)?;
        let inner = &mut self.inner;
        inner.start(&exchange, line.len(), start);
        inner.raw = Some((start, end, among_names));
        Ok(())
    }

    /// Hands in bytes behind the prompt, and returns how many of them were taken; the rest is for when those have been
    /// transmitted. `last` says that nothing follows `bytes`: their end is then marked as the command wants it.
    ///
    /// # Errors
    ///
    /// [`SessionError::NoPrompt`]; [`SessionError::Payload`] for a byte that modems act on (Ctrl-Z, escape) in a text
    /// that such a byte ends, or for one more than the command announced. Nothing is taken then.
    pub fn payload(&mut self, bytes: &[u8], last: bool) -> Result<usize, SessionError> {
        self.inner.payload(bytes, last)
    }

    /// Gives the command under way up: nothing of its answer is told any more. It is aborted if it can be. The next one has
    /// to wait until it has ended.
    pub fn abandon(&mut self, now: Instant) {
        self.inner.now = now;
        self.inner.abandon();
    }

    /// Leaves data mode by the escape sequence, with silence around it, and keeps the call. The caller must have stopped
    /// writing. Ends with [`Incoming::Escaped`], [`Incoming::DataEnded`] or [`Expired::EscapeFailed`].
    ///
    /// # Errors
    ///
    /// [`SessionError::NotOpen`] if the modem is not in data mode.
    pub fn escape(&mut self, now: Instant) -> Result<(), SessionError> {
        self.leave(now, Step::Guard(0))
    }

    /// Leaves data mode by dropping DTR for a while; whether the call is held or ends depends on `&D`. Ends as
    /// [`escape`](Self::escape).
    ///
    /// # Errors
    ///
    /// [`SessionError::NotOpen`] if the modem is not in data mode.
    pub fn drop_dtr(&mut self, now: Instant) -> Result<(), SessionError> {
        self.leave(now, Step::DtrDown)
    }

    fn leave(&mut self, now: Instant, step: Step) -> Result<(), SessionError> {
        if self.inner.stage != Stage::Data {
            return Err(SessionError::NotOpen);
        }
        self.allow_data();
        self.framer.reset();
        self.inner.now = now;
        self.inner.enter(Goal::Escape, step);
        Ok(())
    }

    /// Whether [`transmit`](Self::transmit) lends something now.
    #[must_use]
    pub fn has_due(&self, now: Instant) -> bool {
        self.inner.has_due() && now >= self.inner.not_before
    }

    /// What is to be sent or done next, if anything is.
    #[inline(never)]
    pub fn transmit(&mut self, now: Instant) -> Option<Outgoing<'_>> {
        self.inner.now = now;
        self.inner.transmit()
    }

    /// What was lent last has left only now: time limits start anew. For carriers that take their time; others need not
    /// tell.
    pub fn sent(&mut self, now: Instant) {
        self.inner.active = now;
        if self.inner.wait != Millis(0) {
            self.inner.until = now + self.inner.wait;
        }
    }

    /// Takes what has come from the front of `input` and tells what it means; `None` when all is taken.
    #[inline(never)]
    pub fn receive<'m, 'i: 'm>(&'m mut self, now: Instant, input: &mut &'i [u8]) -> Option<Incoming<'m>> {
        let Self { framer, inner } = self;
        inner.now = now;
        if !input.is_empty() {
            inner.active = now;
        }
        if inner.stage == Stage::Data {
            match inner.extra.map_or(Data::Lines, |extra| (extra.receive)(inner, input)) {
                Data::Lines => {}
                Data::Bytes(data) => return (!data.is_empty()).then_some(Incoming::Data(data)),
                Data::Ended => return Some(Incoming::DataEnded),
                Data::Left => return Some(Incoming::Nothing),
            }
        }
        let event = {
            let asked = inner.is_asking();
            let Exchange { info, announcements, .. } = inner.exchange;
            let (own, prompt) = if asked { (announcements, info.prompt) } else { (Announcements::NONE, Awaited::None) };
            let sign = prompt.sign().map(|sign| [sign]);
            let multiline = [info.name];
            let dialect = inner.config.dialect;
            let expected = Expected {
                echo: inner.command.get(..inner.echo).unwrap_or_default(),
                prompts: sign.as_ref().map_or(&[], |sign| sign),
                announcements: [own, dialect.announcements],
                multiline: if asked && info.multiline { &multiline } else { dialect.multiline },
                connects: prompt == Awaited::Connect || asked && info.calls == Calls::Connect,
                eight_bit: dialect.eight_bit,
            };
            framer.next(input, &expected)
        };
        inner.event(event)
    }

    /// When [`expire`](Self::expire) or [`transmit`](Self::transmit) is to be called next.
    #[must_use]
    #[inline(never)]
    pub fn poll_at(&self) -> Instant {
        let inner = &self.inner;
        let due = if inner.has_due() { inner.not_before } else { Instant::FAR };
        inner.until.min(inner.second_until).min(due)
    }

    /// Says what the time has brought, until it returns `None`.
    #[inline(never)]
    pub fn expire(&mut self, now: Instant) -> Option<Expired> {
        self.inner.now = now;
        if self.inner.second_until <= now {
            self.inner.second_until = Instant::FAR;
            (self.inner.continuation, self.inner.outer) = (Continuation::default(), Continuation::default());
        }
        loop {
            if self.inner.until > now {
                return None;
            }
            if self.inner.is_stuck() {
                self.framer.reset();
            }
            if let Some(expired) = self.inner.expire() {
                return Some(expired);
            }
        }
    }
}

impl Inner<'_> {
    fn has_due(&self) -> bool {
        self.out > 0 || self.dtr.is_some() || self.speed.is_some()
    }

    fn open(&mut self) {
        self.current = None;
        self.late = false;
        self.dirty = false;
        self.stage = Stage::Closed;
        self.no_room = false;
        (self.speed_index, self.rescue, self.again) = (0, 0, 0);
        self.continuation = Continuation::default();
        self.dtr = Some(true);
        self.speed = self.config.speeds.first().copied();
        self.enter(Goal::Open, Step::Clear);
    }

    /// Whether a command may start now.
    fn check(&mut self, now: Instant) -> Result<(), SessionError> {
        self.now = now;
        match self.stage {
            Stage::Closed => return Err(SessionError::NotOpen),
            Stage::Data => return Err(SessionError::Data),
            Stage::Command => {}
        }
        if self.own.is_some() || self.current.is_some() {
            return Err(SessionError::Busy);
        }
        let sleeps = self.config.sleep_after != Millis(0) && self.now.since(self.active) >= self.config.sleep_after;
        if sleeps || self.dirty {
            let step = if sleeps { Step::Attention(0) } else { Step::Clear };
            self.enter(Goal::Synchronise, step);
            return Err(SessionError::Busy);
        }
        Ok(())
    }

    fn start(&mut self, exchange: &Exchange, echo: usize, len: usize) {
        (self.echo, self.out, self.raw) = (echo, len, None);
        self.wait = exchange.timeout;
        self.until = Instant::FAR;
        self.exchange = *exchange;
        self.current = Some(Current {
            sent: false,
            abandoned: false,
            prompt: Prompt::Awaited,
            echoed: 0,
            spoilt: None,
            last: Last::Other,
        });
    }

    fn transmit(&mut self) -> Option<Outgoing<'_>> {
        if self.now < self.not_before {
            return None;
        }
        if let Some(up) = self.dtr.take() {
            return Some(Outgoing::Dtr(up));
        }
        if let Some(speed) = self.speed.take() {
            return Some(Outgoing::Speed(speed));
        }
        let len = core::mem::take(&mut self.out);
        if len == 0 {
            return None;
        }
        if let Some(current) = &mut self.current {
            current.sent = true;
        }
        self.active = self.now;
        self.until = self.now + self.wait;
        self.command.get(..len).map(Outgoing::Bytes)
    }

    /// Lets bytes go out: so many of them come back as echo. They may take `wait` to be answered.
    fn put(&mut self, parts: &[&[u8]], echo: bool, wait: Millis) {
        let mut writer = Writer::new(self.command);
        for part in parts {
            writer.bytes(part);
        }
        let line = writer.len();
        if echo {
            writer.bytes(self.config.dialect.line_end);
        }
        match writer.finish() {
            Ok(bytes) => self.out = bytes.len(),
            Err(_) => {
                self.no_room = true;
                self.out = 0;
            }
        }
        self.echo = if echo && self.out > 0 { line } else { 0 };
        self.raw = None;
        self.wait = wait;
        // What does not go out is not answered.
        self.until = if self.out > 0 { Instant::FAR } else { Instant(0) };
    }

    /// Waits without sending.
    fn pause(&mut self, span: Millis) {
        (self.out, self.wait) = (0, Millis(0));
        self.until = self.now + span;
    }

    /// Goes on with a step of the session's own.
    fn enter(&mut self, goal: Goal, step: Step) {
        self.own = Some(Own { goal, step });
        (self.seen, self.order) = (0, 0);
        let quick = self.config.attention;
        match step {
            Step::Clear => {
                let prompted = !self.late || self.exchange.info.prompt != Awaited::None;
                let clear: &[u8] = match goal {
                    Goal::Open => b"\r\x1b\r",
                    _ if prompted => b"\x1b\r",
                    _ => b"\r",
                };
                self.put(&[clear], false, CLEAR);
            }
            // A modem that was told to be silent answers only when this is taken back.
            Step::Attention(tries) if tries & 1 == 1 => self.put(&[b"ATQ0V1"], true, quick),
            Step::Attention(_) => self.put(&[b"AT"], true, quick),
            Step::Probe(tries) => {
                self.code = self.code.wrapping_add(1) & CODES.wrapping_sub(1);
                let wait = Millis(1_500_u32.saturating_mul(1_u32.wrapping_shl(tries.into())));
                let ask = |index: u8| -> &[u8] {
                    match self.code.wrapping_shr(QUESTIONS.wrapping_sub(index).wrapping_sub(1).into()) & 1 {
                        0 => b"+CMEE?",
                        _ => b"+CFUN?",
                    }
                };
                let line: [&[u8]; 8] = [b"AT", ask(0), b";", ask(1), b";", ask(2), b";", ask(3)];
                self.put(&line, true, wait);
            }
            Step::Quiet(_) => self.pause(QUIET),
            Step::Init => {
                let errors = [b'0'.saturating_add(self.config.error_reports.min(2))];
                match self.init {
                    0 => self.put(&[b"ATE0"], true, INIT),
                    1 => self.put(&[b"ATV1"], true, INIT),
                    2 => self.put(&[b"ATQ0"], true, INIT),
                    3 => self.put(&[b"AT+CMEE=", &errors], true, INIT),
                    more => match self.config.init.get(more.saturating_sub(4)) {
                        Some(line) => {
                            let line = line.as_bytes();
                            self.put(&[line], true, INIT);
                        }
                        None => self.pause(Millis(0)),
                    },
                }
            }
            step => {
                if let Some(extra) = self.extra {
                    (extra.enter)(self, step);
                }
            }
        }
    }

    /// The modem is in step with us.
    fn in_step(&mut self, goal: Goal) -> Option<Expired> {
        self.late = false;
        match goal {
            Goal::Open => {
                self.init = 0;
                self.enter(Goal::Open, Step::Init);
                return None;
            }
            Goal::Synchronise => self.settle(false),
            Goal::Escape => self.settle(false),
        }
        self.stage = Stage::Command;
        count(&mut self.counters.synchronisations);
        Some(if goal == Goal::Escape { Expired::Escaped } else { Expired::Synchronised })
    }

    /// Ends what the session does by itself.
    #[inline(never)]
    fn settle(&mut self, dirty: bool) {
        self.own = None;
        self.dirty = dirty;
        self.out = 0;
        self.echo = 0;
        self.until = Instant::FAR;
        self.wait = Millis(0);
        self.not_before = self.now + self.config.gap;
    }

    /// The next command of opening, or its end.
    fn next_init(&mut self) -> bool {
        self.init = self.init.saturating_add(1);
        if self.init.saturating_sub(4) < self.config.init.len() || self.init < 4 {
            self.enter(Goal::Open, Step::Init);
            return false;
        }
        self.settle(false);
        self.stage = Stage::Command;
        self.counters.consecutive_timeouts = 0;
        true
    }

    /// Opening has asked in vain.
    fn not_answering(&mut self) -> Option<Expired> {
        match self.config.recovery.0 {
            Some(extra) => (extra.rescue)(self),
            None => self.open_failed(OpenError::NoAnswer),
        }
    }

    fn open_failed(&mut self, error: OpenError) -> Option<Expired> {
        self.settle(false);
        self.stage = Stage::Closed;
        Some(Expired::OpenFailed(error))
    }

    /// Whether what has come of a line may hold the rest up: counted bytes of which some were lost, or an open quote. Other
    /// lines end by themselves.
    fn is_stuck(&self) -> bool {
        match self.own {
            Some(own) => matches!(own.step, Step::Probe(1..) | Step::Attention(1..)),
            None => self.current.is_some() && (!self.exchange.announcements.is_empty() || self.exchange.info.multiline),
        }
    }

    fn expire(&mut self) -> Option<Expired> {
        self.until = Instant::FAR;
        if let Some(own) = self.own {
            return self.expire_own(own);
        }
        let current = self.current.take()?;
        count(&mut self.counters.timeouts);
        count(&mut self.counters.consecutive_timeouts);
        self.late = true;
        let step = match (self.exchange.ending, current.prompt) {
            (Ending::Length(_), Prompt::Open(left)) => {
                self.owed = left.min(MAX_FILL);
                Step::Fill
            }
            _ => Step::Clear,
        };
        self.enter(Goal::Synchronise, step);
        (!current.abandoned).then_some(Expired::Failed(Failure::Timeout))
    }

    #[inline(never)]
    fn expire_own(&mut self, own: Own) -> Option<Expired> {
        let goal = own.goal;
        if self.no_room {
            self.no_room = false;
            return match goal {
                Goal::Open => self.open_failed(OpenError::NoRoom),
                _ => {
                    self.settle(true);
                    Some(Expired::Unresponsive)
                }
            };
        }
        let next = match own.step {
            Step::Clear if goal == Goal::Open => Step::Attention(0),
            Step::Attention(tries) if tries < TRIES.saturating_sub(1) => Step::Attention(tries.saturating_add(1)),
            Step::Attention(_) if goal == Goal::Open => return self.not_answering(),
            Step::Clear | Step::Attention(_) => Step::Probe(0),
            Step::Probe(tries) if tries < TRIES.saturating_sub(1) => Step::Probe(tries.saturating_add(1)),
            Step::Probe(_) if goal == Goal::Open => return self.not_answering(),
            Step::Quiet(tries) if tries < QUIET_TRIES => return self.in_step(goal),
            Step::Probe(_) | Step::Quiet(_) => {
                self.settle(true);
                self.stage = Stage::Command;
                return Some(Expired::Unresponsive);
            }
            // The commands of opening were all answered.
            Step::Init if self.wait == Millis(0) => {
                return self.next_init().then_some(Expired::Opened);
            }
            Step::Init if self.again < TRIES => {
                self.again = self.again.saturating_add(1);
                Step::Probe(0)
            }
            Step::Init => return self.open_failed(OpenError::Timeout),
            _ => return self.extra.and_then(|extra| (extra.expire)(self, own)),
        };
        self.enter(goal, next);
        None
    }

    /// What a piece of the stream means. It takes the option as it comes: taken apart before, it would be copied.
    #[inline(never)]
    fn event<'m>(&mut self, event: Option<Event<'m>>) -> Option<Incoming<'m>> {
        Some(match event? {
            Event::Line(line) => self.line(line),
            Event::Echo => {
                count(&mut self.counters.echoes);
                Incoming::Ignored(Ignored::Echo)
            }
            Event::Overlong { start, len } => {
                count(&mut self.counters.overlong);
                let _ = self.continuation.take();
                if let Some(current) = self.current.as_mut().filter(|current| current.sent) {
                    current.spoilt = Some(Failure::TooLong(len));
                }
                Incoming::Overlong { start, len }
            }
            Event::Prompt(_) => self.prompted(),
            Event::Header { line, len } => {
                let mut names = self.exchange.announcements.all().iter();
                let answer =
                    self.current.is_some() && names.any(|announcement| line.starts_with(announcement.name.as_bytes()));
                self.payload_of_answer = answer;
                if let (Some(current), true) = (&mut self.current, answer) {
                    // Digits are more than the octets that they stand for: the rest comes as a line.
                    current.last = Last::Answer;
                }
                Incoming::Header { line, len, answer }
            }
            Event::Payload { bytes, left } => {
                let answer = self.payload_of_answer;
                if answer && self.wait != Millis(0) {
                    self.until = self.now + self.wait;
                }
                Incoming::Payload { bytes, left, answer }
            }
        })
    }

    fn prompted<'m>(&mut self) -> Incoming<'m> {
        let Some(current) = &mut self.current else { return Incoming::Nothing };
        if current.prompt != Prompt::Awaited {
            // Texts of several lines are prompted for line by line.
            return Incoming::Nothing;
        }
        let left = match self.exchange.ending {
            Ending::ControlZ => 0,
            Ending::Length(left) => left,
        };
        current.prompt = Prompt::Open(left);
        if current.abandoned {
            self.call_off();
            return Incoming::Ignored(Ignored::Late);
        }
        Incoming::Prompt
    }

    fn payload(&mut self, bytes: &[u8], last: bool) -> Result<usize, SessionError> {
        let Some(current) = &mut self.current else { return Err(SessionError::NoPrompt) };
        let Prompt::Open(left) = current.prompt else { return Err(SessionError::NoPrompt) };
        let ending = self.exchange.ending;
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let bad = match ending {
            Ending::ControlZ => bytes.iter().position(|byte| matches!(*byte, CTRL_Z | ESC)),
            Ending::Length(_) => (len > left).then_some(usize::try_from(left).unwrap_or(usize::MAX)),
        };
        if let Some(offset) = bad {
            return Err(SessionError::Payload(offset));
        }
        if self.out > 0 {
            return Ok(0);
        }
        // A byte stays free for the end.
        let taken = bytes.len().min(self.command.len().saturating_sub(1));
        self.command.iter_mut().zip(bytes).take(taken).for_each(|(to, from)| *to = *from);
        let done = last && taken == bytes.len();
        (self.out, self.echo) = (taken, taken);
        let left = left.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX));
        current.prompt = Prompt::Open(left);
        if done {
            current.prompt = Prompt::Served;
            if let (Ending::ControlZ, Some(end)) = (ending, self.command.get_mut(taken)) {
                *end = CTRL_Z;
                self.out = taken.saturating_add(1);
            }
        }
        self.wait = self.exchange.timeout;
        Ok(taken)
    }

    fn abandon(&mut self) {
        match &mut self.current {
            None => {}
            // Nothing of it has left.
            Some(current) if !current.sent => {
                self.current = None;
                self.settle(false);
            }
            Some(current) => {
                current.abandoned = true;
                self.call_off();
            }
        }
    }

    /// Ends the command under way as far as the modem lets us.
    fn call_off(&mut self) {
        let Some(current) = &mut self.current else { return };
        match (current.prompt, self.exchange.ending) {
            (Prompt::Open(_), Ending::ControlZ) => {
                current.prompt = Prompt::Served;
                self.put(&[&[ESC]], false, ABORT);
            }
            // The modem takes what follows for the rest of the upload: that is made up after the time-out.
            (Prompt::Open(_), Ending::Length(_)) => self.until = self.now,
            _ if self.exchange.info.abortable => self.put(&[b"\r"], false, ABORT),
            _ => {}
        }
    }

    /// Whose a line is.
    #[inline(never)]
    fn line<'m>(&mut self, line: &'m [u8]) -> Incoming<'m> {
        let mut awaited = self.continuation;
        if let Some(of_answer) = awaited.take() {
            let foreign = self.pdu && !line.iter().all(u8::is_ascii_hexdigit);
            if !foreign {
                self.continuation = core::mem::take(&mut self.outer);
                let more = self.continuation != awaited;
                (self.pdu, self.second_until) = (more, if more { self.now + SECOND_LINE } else { Instant::FAR });
                return match of_answer {
                    true => self.response(line, true),
                    false => Incoming::Unsolicited { line, second: true, known: true },
                };
            }
        }
        if let Some(echo) = self.echo_in_pieces(line) {
            return echo;
        }
        if self.config.dialect.boot.iter().any(|name| parameters_of(name, line).is_some()) && !self.is_asked(line) {
            return self.restarted(line);
        }
        let class = self.classify(line);
        self.watch(line, &class);
        if self.own.is_some() {
            return self.own_line(line, class);
        }
        let Some(current) = self.current.as_mut().filter(|current| current.sent) else {
            return match class {
                Class::Response => self.late(),
                Class::Final(result) | Class::Stray(result) => self.stray(line, result),
                Class::Unsolicited(_) => Incoming::Unsolicited { line, second: false, known: true },
                Class::Unknown => self.unknown(line),
            };
        };
        match class {
            Class::Response => self.response(line, false),
            Class::Final(result) => self.finish(result),
            Class::Stray(result) => self.stray(line, result),
            Class::Unsolicited(_) => {
                current.last = match current.last {
                    Last::Other => Last::Other,
                    _ => Last::Unsolicited,
                };
                Incoming::Unsolicited { line, second: false, known: true }
            }
            Class::Unknown => {
                if line == self.exchange.info.prompt.text().as_bytes() {
                    return self.prompted();
                }
                // Lists go on without the name, texts over several lines.
                let goes_on = current.last == Last::Answer
                    && (self.exchange.info.two_lines
                        || self.exchange.form == Form::Test && line.first() == Some(&b'('));
                if goes_on {
                    return self.response(line, true);
                }
                let named = matches!(
                    line,
                    [b'+' | b'^' | b'#' | b'$' | b'%' | b'*' | b'!' | b'_' | b'@' | b'&' | b'-' | b'~' | b'\\', ..]
                );
                if current.last == Last::Unsolicited && !named && current.spoilt.is_none() {
                    current.spoilt = Some(Failure::Torn);
                }
                current.last = Last::Answer;
                self.unknown(line)
            }
        }
    }

    /// The command line come back, torn apart by a URC that the modem told while it was typed.
    #[inline(never)]
    fn echo_in_pieces<'m>(&mut self, line: &[u8]) -> Option<Incoming<'m>> {
        let current = self.current.as_mut()?;
        let echo = self.command.get(current.echoed..self.echo)?;
        if current.last == Last::Answer || !echo.starts_with(line) {
            return None;
        }
        // Behind the names there is nothing else that starts so.
        if current.echoed == 0 && !line.first()?.eq_ignore_ascii_case(&b'A') {
            return None;
        }
        current.echoed = current.echoed.saturating_add(line.len());
        if current.echoed == self.echo {
            count(&mut self.counters.echoes);
        }
        Some(Incoming::Ignored(Ignored::Echo))
    }

    /// Whether a command has left and is under way: nothing answers one that has not.
    fn is_asking(&self) -> bool {
        self.current.is_some_and(|current| current.sent)
    }

    /// The command that lines may answer: the one under way, or the one that was given up last.
    fn answered(&self) -> Option<&Exchange> {
        (self.late || self.is_asking()).then_some(&self.exchange)
    }

    #[inline(never)]
    fn classify<'m>(&self, line: &'m [u8]) -> Class<'m> {
        let options = Options::LENIENT;
        let line = match self.extra {
            Some(extra) if matches!(self.own, Some(Own { goal: Goal::Open, .. })) => (extra.in_words)(line),
            _ => line,
        };
        let urcs = self.config.dialect.urcs;
        let Some(exchange) = self.answered() else { return classify(line, None, urcs, options) };
        let reads = exchange.form == Form::Read;
        let name = [exchange.info.name];
        let names = if exchange.answers && name != [""] { &name[..] } else { &[] };
        let raw = self.raw.map_or(Named::No, |(start, end, find)| {
            find(self.command.get(start..end).unwrap_or_default(), line, reads)
        });
        if raw == Named::Answers {
            return Class::Response;
        }
        let pending =
            Pending { names, reads, bare: exchange.info.bare, calls: exchange.calls(), finals: exchange.finals };
        let class = classify(line, Some(&pending), urcs, options);
        if let (Class::Unsolicited(_), true) = (class, exchange.calls()) {
            // A call that ends is a URC as well.
            let result = FinalResult::of(line, options).filter(FinalResult::needs_call);
            return result.map_or(class, Class::Final);
        }
        // What can be set stands in parentheses, and in no URC.
        let tested = exchange.form == Form::Test
            && matches!(class, Class::Unsolicited(_))
            && line.iter().any(|byte| matches!(byte, b'('));
        match tested && (raw == Named::Has || names.iter().any(|name| parameters_of(name, line).is_some())) {
            true => Class::Response,
            false => class,
        }
    }

    /// Whether the command under way asks for lines with this name.
    fn is_asked(&self, line: &[u8]) -> bool {
        let name = if self.current.is_some() { self.exchange.info.name } else { "" };
        !name.is_empty() && parameters_of(name, line).is_some()
    }

    /// Notes whether a second line belongs to this one.
    #[inline(never)]
    fn watch(&mut self, line: &[u8], class: &Class<'_>) {
        let [message, page, report] = urc::TWO_LINES else { return };
        let own = self.answered().filter(|exchange| exchange.info.two_lines).map_or("", |exchange| exchange.info.name);
        let mut named = [*message, *page, own].into_iter().filter(|name| !name.is_empty());
        let fields = named.find_map(|name| parameters_of(name, line));
        // Status reports in text mode are one line, with more parameters.
        let told = fields.is_none().then(|| parameters_of(report, line)).flatten();
        // Of stored ones the last parameter but one is a time; of an empty text the last is its length.
        let is_whole = |mut fields: Fields<'_>| {
            let count = fields.count();
            count > 6
                && (fields.nth(count.saturating_sub(2)).is_some_and(|field| field.is_quoted())
                    || fields.field().raw == b"0")
        };
        let whole = told.is_some_and(|fields| fields.count() > 2) || fields.is_some_and(is_whole);
        let fields = fields.or(told.filter(|_| !whole));
        // A URC may stand in front of a PDU.
        let interrupts = self.pdu && matches!(class, Class::Unsolicited(_));
        if !(whole || interrupts && fields.is_none()) {
            let outer = core::mem::take(&mut self.continuation);
            self.continuation.begin(class, fields.is_some());
            self.outer = if interrupts { outer } else { Continuation::default() };
            let mut fields = fields.unwrap_or(Fields::new(&[]));
            let count = fields.count();
            let quoted = fields.field().is_quoted() || fields.field().is_quoted();
            // With few numbers in front it is a PDU, else a text, which may look like anything.
            self.pdu = count <= 2 || count <= 4 && !quoted;
        }
        let waits = self.continuation != Continuation::default();
        self.second_until = if waits { self.now + SECOND_LINE } else { Instant::FAR };
    }

    #[inline(never)]
    fn response<'m>(&mut self, line: &'m [u8], second: bool) -> Incoming<'m> {
        let Some(current) = &mut self.current else { return self.late() };
        current.last = Last::Answer;
        match current.abandoned {
            true => self.late(),
            false => Incoming::Response { line, second },
        }
    }

    #[inline(never)]
    fn late<'m>(&mut self) -> Incoming<'m> {
        count(&mut self.counters.late);
        Incoming::Ignored(Ignored::Late)
    }

    #[inline(never)]
    fn unknown<'m>(&mut self, line: &'m [u8]) -> Incoming<'m> {
        count(&mut self.counters.unknown);
        Incoming::Unsolicited { line, second: false, known: false }
    }

    /// A final result that ends nothing: of a call it is a URC.
    #[inline(never)]
    fn stray<'m>(&mut self, line: &'m [u8], result: FinalResult<'m>) -> Incoming<'m> {
        if result.needs_call() {
            return Incoming::Unsolicited { line, second: false, known: true };
        }
        count(&mut self.counters.stray);
        Incoming::Ignored(Ignored::Stray)
    }

    /// The command under way has ended.
    fn finish<'m>(&mut self, result: FinalResult<'m>) -> Incoming<'m> {
        let Some(current) = self.current else { return Incoming::Nothing };
        let connected = matches!(result, FinalResult::Connect(_));
        if connected && self.exchange.info.prompt == Awaited::Connect {
            return self.prompted();
        }
        self.current = None;
        self.settle(false);
        self.counters.consecutive_timeouts = 0;
        if connected && self.exchange.connects() && self.extra.is_some() {
            self.stage = Stage::Data;
            (self.carrier, self.escaped) = (0, 0);
            if current.abandoned {
                // Nobody wants the data.
                self.enter(Goal::Escape, Step::Guard(0));
            }
        }
        if current.abandoned {
            return self.late();
        }
        match current.spoilt {
            Some(failure) => {
                if failure == Failure::Torn {
                    count(&mut self.counters.torn);
                }
                Incoming::Failed(failure)
            }
            None => Incoming::Done(result),
        }
    }

    /// The modem has started anew.
    #[inline(never)]
    fn restarted<'m>(&mut self, line: &'m [u8]) -> Incoming<'m> {
        // While it is being opened, that is what was waited for.
        if matches!(self.own, Some(Own { goal: Goal::Open, .. })) {
            if matches!(self.own, Some(Own { step: Step::Init, .. })) && self.again < TRIES {
                self.again = self.again.saturating_add(1);
                self.enter(Goal::Open, Step::Probe(0));
            }
            return Incoming::Unsolicited { line, second: false, known: true };
        }
        if self.stage == Stage::Closed {
            return Incoming::Unsolicited { line, second: false, known: true };
        }
        count(&mut self.counters.restarts);
        self.current = None;
        self.late = false;
        self.settle(false);
        self.stage = Stage::Closed;
        Incoming::Restarted(line)
    }

    /// A line while the session talks to the modem by itself.
    #[inline(never)]
    fn own_line<'m>(&mut self, line: &'m [u8], class: Class<'m>) -> Incoming<'m> {
        let Some(Own { goal, step }) = self.own else { return Incoming::Nothing };
        if let Some(tag) = TAGS.iter().position(|tag| parameters_of(tag, line).is_some()) {
            self.order = self.order.wrapping_shl(1) | u8::from(tag > 0);
            self.seen = self.seen.saturating_add(1);
            return Incoming::Nothing;
        }
        let result = match class {
            Class::Response => {
                self.seen = SPOILT;
                return self.late();
            }
            Class::Unsolicited(_) => return Incoming::Unsolicited { line, second: false, known: true },
            Class::Unknown => {
                // It may be half of a final result.
                self.seen = SPOILT;
                return self.unknown(line);
            }
            Class::Stray(result) if result.needs_call() && goal != Goal::Escape => return self.stray(line, result),
            Class::Final(result) | Class::Stray(result) => result,
        };
        let order = core::mem::take(&mut self.order) & CODES.wrapping_sub(1);
        let is_ours = core::mem::take(&mut self.seen) == QUESTIONS && order == self.code;
        let told = match step {
            Step::Attention(_) => {
                self.enter(goal, Step::Probe(0));
                return Incoming::Nothing;
            }
            Step::Plus(_) if goal == Goal::Open => {
                self.enter(goal, Step::Attention(0));
                return Incoming::Nothing;
            }
            Step::Probe(_) if is_ours && result.is_success() => self.in_step(goal),
            Step::Probe(tries) if !result.is_success() => {
                // At opening nothing else can have been refused.
                if goal == Goal::Open {
                    self.in_step(goal)
                } else {
                    let more = tries < TRIES.saturating_sub(1);
                    let next = if more { Step::Probe(tries.saturating_add(1)) } else { Step::Quiet(0) };
                    self.enter(goal, next);
                    return Incoming::Nothing;
                }
            }
            Step::Quiet(tries) => {
                if tries < QUIET_TRIES {
                    self.enter(goal, Step::Quiet(tries.saturating_add(1)));
                }
                return self.late();
            }
            Step::Init => {
                if !result.is_success() {
                    count(&mut self.counters.init_refused);
                }
                return if self.next_init() { Incoming::Opened } else { Incoming::Nothing };
            }
            _ => return self.late(),
        };
        match told {
            Some(Expired::Escaped) => Incoming::Escaped,
            Some(_) => Incoming::Synchronised,
            None => Incoming::Nothing,
        }
    }
}

/// Data mode, and the ways back from it: reached through [`Extra`] alone.
impl Inner<'_> {
    /// Begins one of the steps that not all programs need.
    fn enter_extra(&mut self, step: Step) {
        match step {
            Step::Fill => {
                let len = usize::try_from(self.owed).unwrap_or(usize::MAX).min(self.command.len());
                self.command.iter_mut().take(len).for_each(|byte| *byte = 0);
                (self.out, self.echo, self.wait, self.until) = (len, 0, CLEAR, Instant::FAR);
            }
            Step::Guard(_) => {
                let guard = self.config.guard;
                self.pause(guard);
            }
            Step::Plus(_) => {
                let guard = self.config.guard;
                (self.escaped, self.carrier) = (0, 0);
                self.put(&[b"+++"], false, Millis(guard.0.saturating_mul(2)));
            }
            Step::LeaveMultiplexer => self.put(&[LEAVE_MULTIPLEXER], false, Millis(1_000)),
            Step::DtrDown => {
                self.dtr = Some(false);
                self.pause(DTR);
            }
            Step::DtrUp => {
                self.dtr = Some(true);
                self.pause(DTR);
            }
            _ => {}
        }
    }

    /// Goes on behind one of the steps that not all programs need.
    fn expire_extra(&mut self, own: Own) -> Option<Expired> {
        let goal = own.goal;
        let next = match own.step {
            Step::Fill => {
                let len = u32::try_from(self.command.len()).unwrap_or(u32::MAX).max(1);
                self.owed = self.owed.saturating_sub(len);
                if self.owed == 0 { Step::Clear } else { Step::Fill }
            }
            Step::Guard(tries) => Step::Plus(tries),
            Step::Plus(_) | Step::LeaveMultiplexer if goal == Goal::Open => Step::Attention(0),
            Step::Plus(tries) if tries < TRIES.saturating_sub(1) => Step::Guard(tries.saturating_add(1)),
            Step::Plus(_) => {
                self.settle(false);
                return Some(Expired::EscapeFailed);
            }
            Step::LeaveMultiplexer => Step::Clear,
            Step::DtrDown => Step::DtrUp,
            _ => Step::Probe(0),
        };
        self.enter(goal, next);
        None
    }

    /// What opening tries when the modem does not answer.
    fn rescue(&mut self) -> Option<Expired> {
        if self.rescue == 0 {
            self.speed_index = self.speed_index.saturating_add(1);
            if let Some(speed) = self.config.speeds.get(self.speed_index) {
                self.speed = Some(*speed);
                self.enter(Goal::Open, Step::Clear);
                return None;
            }
            self.speed = self.config.speeds.first().copied();
        }
        self.rescue = self.rescue.saturating_add(1);
        match self.rescue {
            1 => self.enter(Goal::Open, Step::Guard(0)),
            2 => self.enter(Goal::Open, Step::LeaveMultiplexer),
            _ => return self.open_failed(OpenError::NoAnswer),
        }
        None
    }

    /// Whether what comes is data: also while the escape sequence is under way.
    fn listens_for_data(&self) -> bool {
        let steps = |own: &Own| matches!(own.step, Step::Guard(_) | Step::Plus(_) | Step::DtrDown | Step::DtrUp);
        self.stage == Stage::Data && self.own.as_ref().is_none_or(steps)
    }

    /// What comes in data mode.
    fn receive_extra<'i>(&mut self, input: &mut &'i [u8]) -> Data<'i> {
        match self.ended.take() {
            Some(true) => {
                // In step: the modem said so by itself.
                self.settle(false);
                self.stage = Stage::Command;
                Data::Ended
            }
            Some(false) => {
                self.enter(Goal::Escape, Step::Probe(0));
                Data::Left
            }
            None if self.listens_for_data() => Data::Bytes(self.data(input)),
            None => Data::Lines,
        }
    }

    /// Takes data up to what ends it.
    fn data<'i>(&mut self, input: &mut &'i [u8]) -> &'i [u8] {
        let all = *input;
        let escaping = matches!(self.own, Some(Own { step: Step::Plus(_) | Step::DtrDown | Step::DtrUp, .. }));
        let end = all.iter().position(|byte| {
            self.carrier = matched(NO_CARRIER, self.carrier, *byte);
            self.escaped = matched(ESCAPED, self.escaped, *byte);
            let ended = self.carrier == NO_CARRIER.len();
            if ended || (escaping && self.escaped == ESCAPED.len()) {
                self.ended = Some(ended);
                return true;
            }
            false
        });
        let len = end.map_or(all.len(), |end| end.saturating_add(1));
        let (data, rest) = all.split_at_checked(len).unwrap_or_default();
        *input = rest;
        data
    }
}

/// How much of `pattern` has come, with one byte more.
fn matched(pattern: &[u8], so_far: usize, byte: u8) -> usize {
    match pattern.get(so_far) {
        Some(expected) if *expected == byte => so_far.saturating_add(1),
        _ => usize::from(byte == b'\r'),
    }
}
