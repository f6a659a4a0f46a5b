//! The commands that need a modem, one file each.

pub(crate) mod apdu;
pub(crate) mod cells;
pub(crate) mod connect;
pub(crate) mod devices;
pub(crate) mod link;
pub(crate) mod message;
pub(crate) mod monitor;
#[cfg(feature = "mux")]
pub(crate) mod mux;
pub(crate) mod phonebook;
pub(crate) mod pin;
pub(crate) mod proxy;
pub(crate) mod radio;
pub(crate) mod register;
pub(crate) mod report;
pub(crate) mod reset;
pub(crate) mod scan;
pub(crate) mod signal;
pub(crate) mod slot;
pub(crate) mod sms;
pub(crate) mod status;
pub(crate) mod ussd;

use std::io;
use std::os::fd::AsFd as _;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::error::Fail;

/// How often reading looks up to see whether the user has interrupted the program.
const LOOK_UP: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
/// Longest input, in bytes: 255 parts of a short message hold less.
const LONGEST: usize = 0x1_0000;

/// Whether the program may go on, see [`Modem::check`](crate::modem::Modem::check).
pub(crate) type Check<'c> = &'c mut dyn FnMut() -> Result<(), Fail>;

/// A secret of the command line; `-` stands for a line of standard input.
pub(crate) fn secret(check: Check<'_>, argument: &str) -> Result<String, Fail> {
    if argument == "-" { Ok(line(check)?.unwrap_or_default()) } else { Ok(argument.to_owned()) }
}

/// A code of the command line, which must not be empty.
pub(crate) fn code(check: Check<'_>, argument: &str) -> Result<String, Fail> {
    let code = secret(check, argument)?;
    if code.is_empty() { Err(Fail::Usage("the code is empty".to_owned())) } else { Ok(code) }
}

/// A line of standard input, without its end; `None` at the end of the input.
pub(crate) fn line(check: Check<'_>) -> Result<Option<String>, Fail> {
    let text = input(check, Some(b'\n'))?;
    Ok(Some(text).filter(|text| !text.is_empty()).map(|text| text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Standard input up to that byte, or all of it. The user may interrupt it, and the time allowed bounds it.
pub(crate) fn input(check: Check<'_>, end: Option<u8>) -> Result<String, Fail> {
    let failed = |error: io::Error| Fail::Usage(format!("standard input: {error}"));
    let stdin = io::stdin();
    let mut bytes = Vec::new();
    while bytes.len() < LONGEST && (bytes.is_empty() || bytes.last() != end.as_ref()) {
        check()?;
        // One byte at a time, because what follows a line is for whoever reads the next.
        let mut byte = [0];
        let read = match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&LOOK_UP)) {
            Ok(0) => Err(Errno::INTR),
            Ok(_) => rustix::io::read(stdin.as_fd(), &mut byte),
            Err(error) => Err(error),
        };
        match read {
            Ok(0) => break,
            Ok(_) => bytes.extend(byte),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(failed(error.into())),
        }
    }
    check()?;
    String::from_utf8(bytes).map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error.utf8_error())))
}
