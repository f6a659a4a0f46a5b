//! mbimcli as a judge: its actions, and what they print.

use std::collections::BTreeSet;

pub use crate::rows::{Row, check};
use crate::{VirtualModem, rows};

/// The actions that `mbimcli` lists under a heading, such as `--help-phonebook`.
///
/// # Panics
///
/// If mbimcli cannot be run.
#[must_use]
pub fn actions(help: &str) -> BTreeSet<String> {
    rows::options("mbimcli", help)
}

/// Makes all calls, and returns the names of their actions.
///
/// # Panics
///
/// If a call fails or prints another value.
pub fn play(modem: &VirtualModem, rows: &[Row<'_>]) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for (arguments, values) in rows {
        let said = modem.mbimcli(arguments).good();
        check(&said, values);
        done.insert(rows::action(arguments, &["--no-", "--device-open"]));
    }
    done
}

/// An action, and what it asks of the modem.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// Its name, without dashes.
    pub name: &'static str,
    /// The service's name in the catalogue and the command identifier; or why the modem is asked nothing.
    pub asks: Result<(&'static str, u32), &'static str>,
}

/// All actions, as `mbimcli.tsv` lists them.
///
/// # Panics
///
/// If a line of the file is wrong.
pub fn listed() -> impl Iterator<Item = Action> {
    let lines = include_str!("../mbimcli.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let [name, service, last] = columns[..] else { panic!("three columns in {line:?}") };
        let asks = match service {
            "-" => Err(last),
            _ => Ok((service, last.parse().unwrap_or_else(|_| panic!("a number at the end of {line:?}")))),
        };
        Action { name, asks }
    })
}
