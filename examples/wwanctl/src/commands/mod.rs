//! The commands that need a modem, one file each.

pub(crate) mod apdu;
pub(crate) mod cells;
pub(crate) mod connect;
pub(crate) mod message;
pub(crate) mod monitor;
pub(crate) mod phonebook;
pub(crate) mod pin;
pub(crate) mod proxy;
pub(crate) mod radio;
pub(crate) mod register;
mod report;
pub(crate) mod reset;
pub(crate) mod scan;
pub(crate) mod signal;
pub(crate) mod slot;
pub(crate) mod sms;
pub(crate) mod status;
pub(crate) mod ussd;

use std::io;

use crate::error::Fail;

/// A secret of the command line; `-` stands for a line of standard input.
fn secret(argument: &str) -> Result<String, Fail> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(|error| Fail::Usage(format!("standard input: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
