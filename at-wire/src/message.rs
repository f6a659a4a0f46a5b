//! Commands, their answers and URCs as types: what the macros [`at_commands!`](crate::at_commands) and
//! [`at_urcs!`](crate::at_urcs) declare.
//!
//! ```
//! use at_wire::command::call::cnum;
//! use at_wire::command::network::csq;
//! use at_wire::message::{Line, Request};
//!
//! let mut buffer = [0; 32];
//! assert_eq!(csq::Execute {}.to_line(&mut buffer)?, b"AT+CSQ\r");
//! let answer = csq::ExecuteAnswer::parse(b"+CSQ: 20,99")?;
//! assert_eq!((answer.rssi, answer.ber), (20, Some(99)));
//! # let _ = cnum::NAME;
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Writer};
use crate::parameter::{Escaping, Fields, LineWriter, Values, parameters_of};

/// The form of a command (V.250 §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Form {
    /// The name alone.
    Execute,
    /// `?`: what is set.
    Read,
    /// `=…`: sets, or does.
    Set,
    /// `=?`: what can be set.
    Test,
    /// Told by the modem of itself.
    Unsolicited,
}

impl Form {
    /// What stands between the name and the first parameter.
    #[must_use]
    pub const fn sign(self) -> &'static [u8] {
        match self {
            Self::Execute | Self::Unsolicited => b"",
            Self::Read => b"?",
            Self::Set => b"=",
            Self::Test => b"=?",
        }
    }

    /// Whether it is a question, which is answered in any case.
    #[must_use]
    pub const fn asks(self) -> bool {
        matches!(self, Self::Read | Self::Test)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Read => "read",
            Self::Set => "set",
            Self::Test => "test",
            Self::Unsolicited => "urc",
        }
    }
}

/// What a modem says when it waits for the bytes that belong to a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Prompt {
    /// Nothing: there are none.
    #[default]
    None,
    /// `>`, without a line end (27.005).
    Greater,
    /// `@`, without a line end (u-blox).
    At,
    /// `CONNECT` on a line of its own.
    Connect,
    /// `DOWNLOAD` on a line of its own.
    Download,
}

impl Prompt {
    /// How it reads; empty for none.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Greater => ">",
            Self::At => "@",
            Self::Connect => "CONNECT",
            Self::Download => "DOWNLOAD",
        }
    }

    /// The byte that comes without a line end.
    #[must_use]
    pub const fn sign(self) -> Option<u8> {
        match self {
            Self::Greater => Some(b'>'),
            Self::At => Some(b'@'),
            _ => None,
        }
    }
}

/// What a command has to do with calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Calls {
    /// Nothing.
    #[default]
    None,
    /// `NO CARRIER` and the like end it, as they do when it hangs up.
    End,
    /// The same, and `CONNECT` starts data mode.
    Connect,
}

/// What a client must know of a command to wait for its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CommandInfo {
    /// The name, with its sign.
    pub name: &'static str,
    /// Seconds from the last byte written to the final result.
    pub timeout: u16,
    /// Whether any byte sent meanwhile aborts it.
    pub abortable: bool,
    /// The prompt that it waits behind.
    pub prompt: Prompt,
    /// Whether its answers may come without its name in front.
    pub bare: bool,
    /// Whether each of its answers has a second line, such as a PDU.
    pub two_lines: bool,
    /// Whether its strings may have line ends in them.
    pub multiline: bool,
    /// Whether its parameters or answers must not appear in logs.
    pub personal: bool,
    /// What it has to do with calls.
    pub calls: Calls,
}

impl CommandInfo {
    /// What most commands are like: five seconds, nothing special.
    pub const DEFAULT: Self = Self {
        name: "",
        timeout: 5,
        abortable: false,
        prompt: Prompt::None,
        bare: false,
        two_lines: false,
        multiline: false,
        personal: false,
        calls: Calls::None,
    };
}

/// Parameters that can be written, whatever structure holds them.
pub trait Encode {
    /// Appends them in order.
    fn write(&self, line: &mut LineWriter<'_, '_>);
}

/// A list of parameters as a structure.
pub trait Parameters<'a>: Encode + Sized {
    /// Their names, with a comma behind each.
    const NAMES: &'static str;

    /// Takes them in order; what cannot be read is the [error](Values::error).
    fn take(values: &mut Values<'a>) -> Self;

    /// Reads them in order.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    fn read(mut values: Values<'a>) -> Result<Self, DecodeError> {
        let read = Self::take(&mut values);
        match values.error() {
            None => Ok(read),
            Some(error) => Err(error),
        }
    }
}

/// A command in one of its forms.
pub trait Request<'a>: Parameters<'a> {
    /// The command.
    const COMMAND: CommandInfo;
    /// The form.
    const FORM: Form;
    /// Whether lines with its name answer it. If not, such lines are URCs even while it is under way.
    const ANSWERS: bool = true;

    /// Appends name and parameters, without `AT` and line end: for command lines with several commands.
    fn append(&self, escaping: Escaping, writer: &mut Writer<'_>) {
        append(Self::COMMAND.name, Self::FORM, self, escaping, writer);
    }

    /// Writes the whole command line with its carriage return into `buf`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Value`] for a parameter that cannot be sent, [`EncodeError::BufferTooSmall`].
    fn to_line<'b>(&self, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        writer.bytes(b"AT");
        self.append(Escaping::V250, &mut writer);
        writer.byte(b'\r');
        writer.finish()
    }

    /// Reads the parameters of a command that was taken apart by [`policy::commands`](crate::policy::commands): the
    /// modem's side.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    fn from_parameters(parameters: &'a [u8]) -> Result<Self, DecodeError> {
        Self::read(Values::new(Fields::new(parameters), Self::NAMES))
    }
}

/// Appends a command in one of its forms, without `AT` and line end.
pub fn append(name: &str, form: Form, parameters: &dyn Encode, escaping: Escaping, writer: &mut Writer<'_>) {
    writer.bytes(name.as_bytes());
    // An empty list keeps the sign: `+CGEREP=` sets all defaults.
    writer.bytes(form.sign());
    parameters.write(&mut LineWriter::command(writer, escaping, b""));
}

/// A line that a modem sends: an answer or a URC.
pub trait Line<'a>: Parameters<'a> {
    /// Its name, which stands in front of the colon.
    const NAME: &'static str;
    /// Whether it may come without.
    const BARE: bool;

    /// Reads a line without its end. Parameters behind those known are ignored: newer releases add some.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Value`] with the field `name` for a line with another name; else the first parameter that is
    /// not what it must be.
    fn parse(line: &'a [u8]) -> Result<Self, DecodeError> {
        Self::read(named(Self::NAME, Self::BARE, Self::NAMES, line))
    }

    /// Writes the line without its end into `buf`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Value`] for a parameter that would end the line, [`EncodeError::BufferTooSmall`].
    fn to_line<'b>(&self, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        if Self::BARE {
            self.write(&mut LineWriter::answer(&mut writer, b""));
        } else {
            writer.bytes(Self::NAME.as_bytes());
            let lead: &[u8] =
                if Self::NAME.starts_with(|first: char| first.is_ascii_alphabetic()) { b" " } else { b": " };
            self.write(&mut LineWriter::answer(&mut writer, lead));
        }
        writer.finish()
    }
}

/// The parameters of a line that has this name, or may come without: those called `names`, with a comma behind each.
/// Another line is the [error](Values::error) [`DecodeErrorKind::Value`] with the field `name`.
#[inline(never)]
#[must_use]
pub fn named<'a>(name: &str, bare: bool, names: &'static str, line: &'a [u8]) -> Values<'a> {
    match parameters_of(name, line) {
        Some(fields) => Values::new(fields, names),
        None if bare => Values::new(Fields::new(line), names),
        None => Values::failed(DecodeError::new(DecodeErrorKind::Value, "name", 0)),
    }
}
