//! `at` on a port that speaks MBIM or QMI: lines inside messages, where the modem has those for it.

use wwan::channel::blocking::{ByteStream, MessageChannel as _};
use wwan::client::at::Memory;
use wwan::client::at::blocking::Client;
use wwan::client::at_over_mbim::{self, blocking::AtOverMbim};
use wwan::client::at_over_qmi::{self, AtOverQmi};
use wwan::session::at::{Config, Memory as SessionMemory};
use wwan::session::mbim;
use wwan::time::Instant;

use super::{COMMAND, LONGEST, dialect, line, memory};
use crate::args::At;
use crate::device::{Channel, DeviceError, USUAL};
use crate::error::Fail;
use crate::output::Output;

/// The first transaction of these, above all of the client that has opened the function.
const FIRST_TRANSACTION: u32 = 0x4000_0000;

/// Through the service ATR of a QMI client that is open.
pub(crate) fn over_qmi(modem: &mut crate::qmi::Driver, at: &At, out: &mut Output) -> Result<(), Fail> {
    let until = modem.channel().channel_mut().channel_mut().until;
    talk(AtOverQmi::new(modem, memory(LONGEST)), until, at, out)
}

/// Through a service of MBIM that carries AT, on the channel of a function that is open.
pub(crate) fn over_mbim(channel: &mut Channel, at: &At, out: &mut Output) -> Result<(), Fail> {
    let until = channel.channel_mut().channel_mut().until;
    let longest = channel.max_message();
    let mut config = mbim::Config::default();
    config.max_control_transfer = u32::try_from(longest).unwrap_or(u32::MAX);
    config.first_transaction = FIRST_TRANSACTION;
    let session = mbim::Memory {
        slots: vec![mbim::Slot::FREE; 4].leak(),
        command: memory(LONGEST),
        answer: memory(LONGEST),
        indication: memory(LONGEST),
    };
    let memory = at_over_mbim::Memory {
        transfer: memory(longest.max(4096)),
        line: memory(COMMAND),
        answer: memory(LONGEST),
        session,
    };
    let mut stream = AtOverMbim::new(channel, config, memory);
    if !stream.take_over(USUAL)? {
        return Err(DeviceError::Deadline.into());
    }
    talk(stream, until, at, out)
}

fn talk<C: ByteStream>(stream: C, until: Instant, at: &At, out: &mut Output) -> Result<(), Fail>
where
    Fail: From<C::Error>,
{
    let memory = Memory {
        transfer: memory(LONGEST),
        answer: memory(LONGEST),
        urcs: memory(LONGEST),
        session: SessionMemory { line: memory(LONGEST), command: memory(COMMAND) },
    };
    let mut config = Config::inside();
    config.dialect = dialect(b"\r");
    let mut client = Client::new(stream, config, memory);
    client.open()?;
    line::run(&mut client, until, at, out)
}

impl From<at_over_mbim::TunnelError<DeviceError>> for Fail {
    fn from(error: at_over_mbim::TunnelError<DeviceError>) -> Self {
        use at_over_mbim::TunnelError;
        match error {
            TunnelError::Channel(error) => error.into(),
            TunnelError::NoService | TunnelError::Refused(_) => {
                Self::Refused { reason: format!("at: {error}"), hint: Some("a port for AT may have it: see --device") }
            }
            TunnelError::NoRoom(_) => Self::Data(error.to_string()),
            TunnelError::Failed(failure) => Self::Timeout(failure.to_string()),
            error => Self::Unreachable(error.to_string()),
        }
    }
}

impl From<at_over_qmi::TunnelError<DeviceError>> for Fail {
    fn from(error: at_over_qmi::TunnelError<DeviceError>) -> Self {
        match error {
            at_over_qmi::TunnelError::Qmi(error) => error.into(),
            error => Self::Data(error.to_string()),
        }
    }
}
