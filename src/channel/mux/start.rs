//! From commands to frames: finds the modem, asks it what it offers, and sends `AT+CMUX` (27.007 §5.7).

use core::fmt;

use at_wire::cmux::Framing;
use at_wire::command::general::cmux::{Set, Test, TestAnswer};
use at_wire::message::Line as _;
use at_wire::parameter::Choice;
use at_wire::result::FinalResult;

use super::Config;
use crate::session::at::{self, Failure, Incoming, Memory, OpenError, Outgoing, Session, SessionError};
use crate::session::cmux;
use crate::time::Instant;

/// N1 where nothing is said of it, basic and advanced.
const USUAL: [u16; 2] = [31, 64];

/// Why the modem did not start its multiplexer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StartError {
    /// There is no modem that answers.
    Open(OpenError),
    /// It did not answer to `+CMUX`.
    Failed(Failure),
    /// It refuses `+CMUX`.
    Refused,
    /// A command could not be sent.
    Session(SessionError),
    /// The memory is too small for a frame.
    Memory,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Failed(failure) => write!(f, "+CMUX: {failure}"),
            Self::Refused => f.write_str("the modem refuses +CMUX"),
            Self::Session(error) => error.fmt(f),
            Self::Memory => f.write_str("the memory is too small for a frame"),
        }
    }
}

impl core::error::Error for StartError {}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opening,
    /// `AT+CMUX=?` is to be sent, or under way.
    Asking,
    /// `AT+CMUX=` with the size of frames.
    Setting,
    /// The same without, for modems that refuse it.
    SettingMode,
    Done,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// This, and then [`Start::sent`].
    Send(Outgoing<'a>),
    /// Receive until then at most.
    Receive(Instant),
    /// Open [`Lines`](super::Lines) with this.
    Done(cmux::Config),
}

/// Takes a modem from commands to frames, without I/O.
#[derive(Debug)]
pub struct Start<'s> {
    session: Session<'s>,
    stage: Stage,
    /// The command of the stage is under way.
    asked: bool,
    config: cmux::Config,
    port_speed: Option<u8>,
    error: Option<StartError>,
}

impl<'s> Start<'s> {
    /// Begins; `limit` tells the most bytes of a frame that there is memory for. The memory is for the lines of the modem,
    /// 96 bytes at least, and for commands.
    #[must_use]
    pub fn new(now: Instant, config: &Config<'s>, limit: impl Fn(Framing) -> u16, memory: Memory<'s>) -> Self {
        let mut session = Session::new(config.at, memory);
        session.open(now);
        let mut wanted = config.session;
        wanted.max_frame_size = wanted.max_frame_size.min(limit(wanted.framing));
        let error = (wanted.max_frame_size == 0).then_some(StartError::Memory);
        Self { session, stage: Stage::Opening, asked: false, config: wanted, port_speed: config.port_speed, error }
    }

    /// What is to be done next.
    ///
    /// # Errors
    ///
    /// [`StartError`], after which there is nothing more to do.
    pub fn next(&mut self, now: Instant) -> Result<Next<'_>, StartError> {
        if self.stage != Stage::Done {
            while let Some(expired) = self.session.expire(now) {
                match expired {
                    at::Expired::Opened => self.stage = Stage::Asking,
                    at::Expired::OpenFailed(error) => self.fail(StartError::Open(error)),
                    at::Expired::Failed(failure) => self.unanswered(failure),
                    _ => {}
                }
            }
            if self.stage != Stage::Opening && !self.asked && self.error.is_none() {
                self.ask(now);
            }
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.stage == Stage::Done {
            return Ok(Next::Done(self.config));
        }
        if self.session.has_due(now) {
            if let Some(outgoing) = self.session.transmit(now) {
                return Ok(Next::Send(outgoing));
            }
            return Ok(Next::Receive(now));
        }
        Ok(Next::Receive(self.session.poll_at()))
    }

    /// What was lent last has left.
    pub fn sent(&mut self, now: Instant) {
        self.session.sent(now);
    }

    /// Takes what has come from the front of `bytes`; what is left belongs to the multiplexer.
    pub fn receive(&mut self, now: Instant, bytes: &mut &[u8]) {
        while self.stage != Stage::Done && self.error.is_none() {
            let Some(incoming) = self.session.receive(now, bytes) else { return };
            match incoming {
                Incoming::Opened => self.stage = Stage::Asking,
                Incoming::Response { line, .. } if self.stage == Stage::Asking => {
                    if let Ok(offer) = TestAnswer::parse(line) {
                        choose(&mut self.config, &offer);
                    }
                }
                Incoming::Done(result) => {
                    let well = result == FinalResult::Ok;
                    self.answered(well);
                }
                Incoming::Failed(failure) => self.unanswered(failure),
                _ => {}
            }
        }
    }

    fn fail(&mut self, error: StartError) {
        self.error = self.error.or(Some(error));
    }

    /// The command of the stage.
    fn ask(&mut self, now: Instant) {
        let mode = u8::from(self.config.framing == Framing::Advanced);
        let set =
            Set { mode, subset: None, port_speed: None, n1: None, t1: None, n2: None, t2: None, t3: None, k: None };
        let submitted = match self.stage {
            Stage::Asking => self.session.submit(now, &Test {}),
            Stage::Setting => {
                let n1 = Some(self.config.max_frame_size);
                self.session.submit(now, &Set { subset: Some(0), port_speed: self.port_speed, n1, ..set })
            }
            _ => self.session.submit(now, &set),
        };
        match submitted {
            Ok(()) => self.asked = true,
            // It is being brought back in step.
            Err(SessionError::Busy) => {}
            Err(error) => self.fail(StartError::Session(error)),
        }
    }

    fn answered(&mut self, well: bool) {
        if !core::mem::take(&mut self.asked) {
            return;
        }
        self.stage = match (self.stage, well) {
            (Stage::Asking, _) => Stage::Setting,
            (Stage::Setting, false) => {
                let [basic, advanced] = USUAL;
                let usual = if self.config.framing == Framing::Advanced { advanced } else { basic };
                if self.config.max_frame_size < usual {
                    // The modem would send longer ones.
                    return self.fail(StartError::Memory);
                }
                self.config.max_frame_size = usual;
                Stage::SettingMode
            }
            (Stage::SettingMode, false) => return self.fail(StartError::Refused),
            _ => Stage::Done,
        };
    }

    fn unanswered(&mut self, failure: Failure) {
        if !core::mem::take(&mut self.asked) {
            return;
        }
        match self.stage {
            // It need not tell.
            Stage::Asking => self.stage = Stage::Setting,
            _ => self.fail(StartError::Failed(failure)),
        }
    }
}

/// What the modem offers of what is wanted.
fn choose(config: &mut cmux::Config, offer: &TestAnswer<'_>) {
    let has = |choice: &Choice<'_>, number: i64| choice.is_empty() || choice.contains(number);
    if config.framing == Framing::Advanced && !has(&offer.mode, 1) {
        config.framing = Framing::Basic;
    }
    // Frames of fewer bytes than the least that is offered are none; what the modem makes of that it says itself.
    if let Some((least, most)) = offer.n1.bounds() {
        let wanted = i64::from(config.max_frame_size).min(most).max(least.min(most));
        let size = u16::try_from(wanted).unwrap_or(config.max_frame_size);
        config.max_frame_size = size.clamp(1, config.max_frame_size.max(1));
    }
}
