//! A command on its way: its parameters, its answers, its end now or later.
//!
//! Everything in it comes from the host and is not trusted: what cannot be read is refused, and has changed nothing.

use at_wire::message::{Parameters, Request};
use at_wire::parameter::{Fields, LineWriter, Str};
use at_wire::policy::{Command, Form};
use at_wire::result::FinalResult;
use at_wire::text::Text as Coded;
use at_wire::text::charset::Charset;
use at_wire::{Writer, message};

use super::failure::{INVALID, NOT_SUPPORTED, Refused};
use super::settings::{STORED, Settings, Stored};
use super::{Core, Online};
use crate::device::modem::event::Origin;
use crate::device::modem::{Failure, Modem, Text, Ticket};
use crate::time::Instant;

/// What became of a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// It is done; the next one of the line follows.
    Done,
    /// It is done later.
    Wait(Wait),
    /// It ends the line with this.
    Final(FinalResult<'static>),
    /// It ends the line, and what follows are data.
    Connect(Online),
    /// It ends the line, and what follows are frames of the multiplexer.
    Multiplex,
}

/// What a command waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) on: On,
    /// Handed to `then`.
    pub(super) context: u32,
    pub(super) then: Then,
    /// What ends the line if the host types something; `None`: it cannot be stopped.
    pub(super) abort: Option<FinalResult<'static>>,
}

/// Until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// Until the modem is done.
    Modem(Ticket),
    /// Until a call is set up, or is not.
    Call(u8),
    /// Until then.
    Time(Instant),
    /// Until there is room for more.
    Room,
    /// Until the host has sent what it was prompted for.
    Prompt,
}

/// Goes on with a command: with its context, and the modem's outcome (success after everything else).
pub(super) type Then = fn(&mut Call<'_, '_>, u32, Result<(), Failure>) -> Outcome;

pub(super) type Outcome = Result<Step, Refused>;

/// A command that is being done.
#[derive(Debug)]
pub(super) struct Call<'c, 's> {
    pub(super) now: Instant,
    pub(super) modem: &'c mut Modem,
    pub(super) core: &'c mut Core<'s>,
    pub(super) command: Command<'c>,
    /// Its name as it is written.
    pub(super) name: &'static str,
    /// What the host has sent behind the prompt.
    pub(super) payload: &'c [u8],
}

impl<'c> Call<'c, '_> {
    pub(super) fn form(&self) -> Form {
        self.command.form
    }

    /// This face, to the modem.
    pub(super) fn origin(&self) -> Origin {
        self.core.config.origin
    }

    pub(super) fn settings(&mut self) -> &mut Settings {
        &mut self.core.settings
    }

    /// The parameters, one by one.
    pub(super) fn fields(&self) -> Fields<'c> {
        Fields::new(self.command.parameters)
    }

    /// The parameters of a command as at-wire declares it.
    pub(super) fn request<R: Request<'c>>(&self) -> Result<R, Refused> {
        Ok(R::from_parameters(self.command.parameters)?)
    }

    /// The number behind a basic command; none is 0.
    pub(super) fn number(&self) -> Result<u8, Refused> {
        let digits = self.command.parameters.trim_ascii();
        let text = core::str::from_utf8(digits).map_err(|_| Refused::Error)?;
        if text.is_empty() { Ok(0) } else { text.parse().map_err(|_| Refused::Error) }
    }

    /// A string as it was meant, without the character set: names that are ASCII in any case.
    pub(super) fn plain<const N: usize>(&self, string: Str<'_>) -> Result<Text<N>, Refused> {
        let mut buf = [0; 256];
        let bytes = string.unescape(&mut buf)?;
        let text = core::str::from_utf8(bytes).map_err(|_| INVALID)?;
        Text::try_from(text).map_err(|_| crate::device::modem::Reason::TooLong.into())
    }

    /// A string in the character set that the host has chosen.
    pub(super) fn text<const N: usize>(&self, string: Str<'_>) -> Result<Text<N>, Refused> {
        let mut buf = [0; 512];
        let bytes = string.unescape(&mut buf)?;
        let coded = self.core.settings.charset.text(bytes)?;
        let mut text = Text::new();
        for character in coded.chars() {
            text.push(character).map_err(|_| Refused::from(crate::device::modem::Reason::TooLong))?;
        }
        Ok(text)
    }

    /// One line of the answer, as it is.
    pub(super) fn line(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) -> Result<(), Refused> {
        self.core.information(write)
    }

    /// One line of the answer with the command's name in front.
    pub(super) fn say(&mut self, parameters: &mut dyn FnMut(&mut LineWriter<'_, '_>)) -> Result<(), Refused> {
        let (name, lead) = (self.name, self.core.lead());
        self.line(&mut |writer| {
            writer.bytes(name.as_bytes());
            parameters(&mut LineWriter::answer(writer, lead));
        })
    }

    /// One line of the answer as at-wire declares it.
    pub(super) fn answer<'a, L: message::Line<'a> + Parameters<'a>>(&mut self, line: &L) -> Outcome {
        if L::BARE {
            self.line(&mut |writer| line.write(&mut LineWriter::answer(writer, b"")))?;
        } else {
            self.say(&mut |parameters| line.write(parameters))?;
        }
        Ok(Step::Done)
    }

    /// The answer is one number.
    pub(super) fn say_number(&mut self, number: impl Into<i64>) -> Outcome {
        let number = number.into();
        self.say(&mut |line| line.integer(number))?;
        Ok(Step::Done)
    }

    /// The answer is a text without quotes, such as a list of what is possible.
    pub(super) fn say_raw(&mut self, text: &str) -> Outcome {
        self.say(&mut |line| line.parameters(text.as_bytes()))?;
        Ok(Step::Done)
    }

    /// The answer is a line without the name, unless the dialect wants it.
    pub(super) fn say_identity(&mut self, text: &str) -> Outcome {
        if self.core.config.dialect.prefixed_identity {
            self.say(&mut |line| line.quoted(text.as_bytes()))?;
        } else {
            self.line(&mut |writer| writer.bytes(text.as_bytes()))?;
        }
        Ok(Step::Done)
    }

    /// Goes on when the modem is done. Nothing stops it.
    pub(super) fn wait(&self, ticket: Ticket, context: u32, then: Then) -> Outcome {
        Ok(Step::Wait(Wait { on: On::Modem(ticket), context, then, abort: None }))
    }

    /// Goes on when the modem is done; any byte of the host gives it up.
    pub(super) fn wait_abortable(&self, ticket: Ticket, context: u32, then: Then) -> Outcome {
        Ok(Step::Wait(Wait { on: On::Modem(ticket), context, then, abort: Some(FinalResult::Ok) }))
    }

    /// Prompts, and goes on with what comes.
    pub(super) fn prompt(&mut self, context: u32, then: Then) -> Outcome {
        Ok(Step::Wait(Wait { on: On::Prompt, context, then, abort: None }))
    }

    /// Goes on when there is room for another long line.
    pub(super) fn when_room(&self, context: u32, then: Then) -> Outcome {
        Ok(Step::Wait(Wait { on: On::Room, context, then, abort: None }))
    }

    /// Sets, reads or tells the possible values of a command that is only remembered.
    pub(super) fn stored(&mut self) -> Outcome {
        let name = self.name;
        let stored = STORED.iter().find(|stored| stored.name == name).ok_or(NOT_SUPPORTED)?;
        match self.form() {
            Form::Read => {
                let values = self.core.settings.values;
                self.say(&mut |line| {
                    for parameter in stored.parameters {
                        line.integer((parameter.get)(&values).into());
                    }
                })?;
            }
            Form::Set => self.remember(stored)?,
            Form::Test => self.say(&mut |line| {
                for parameter in stored.parameters {
                    line.parameters(parameter.allowed.as_bytes());
                }
            })?,
            Form::Execute => return Err(NOT_SUPPORTED),
        }
        Ok(Step::Done)
    }

    /// Sets the parameters that are named. Without any, all are as at the start.
    fn remember(&mut self, stored: &Stored) -> Result<(), Refused> {
        let mut fields = self.fields();
        let all_default = fields.rest().trim_ascii().is_empty();
        let mut values = self.core.settings.values;
        for parameter in stored.parameters {
            let value = match fields.value::<Option<u32>>("value")? {
                Some(value) => value,
                None if all_default => parameter.default,
                None => continue,
            };
            if !parameter.allows(value) {
                return Err(INVALID);
            }
            (parameter.put)(&mut values, value);
        }
        if fields.next().is_some() {
            return Err(INVALID);
        }
        self.core.settings.values = values;
        Ok(())
    }

    /// Appends a text in the host's character set as a string.
    pub(super) fn write_text(charset: Charset, text: &str, line: &mut LineWriter<'_, '_>) {
        let mut buf = [0; 512];
        let mut writer = Writer::new(&mut buf);
        write_coded(charset, Coded::from(text), &mut writer);
        line.quoted(writer.finish().unwrap_or_default());
    }
}

/// Appends a text in a character set; what the set does not have is a question mark, as modems do.
pub(super) fn write_coded(charset: Charset, text: Coded<'_>, writer: &mut Writer<'_>) {
    if charset.contains(text) {
        return charset.write(text, writer);
    }
    for character in text.chars() {
        let mut utf8 = [0; 4];
        let one = Coded::from(&*character.encode_utf8(&mut utf8));
        charset.write(if charset.contains(one) { one } else { Coded::from("?") }, writer);
    }
}
