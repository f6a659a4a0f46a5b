//! mbimcli as a judge: its actions, and what they print.

use std::collections::BTreeSet;
use std::process::Command;

use crate::{Said, VirtualModem, run};

/// The actions that `mbimcli` lists under a heading, such as `--help-phonebook`.
///
/// # Panics
///
/// If mbimcli cannot be run.
#[must_use]
pub fn actions(help: &str) -> BTreeSet<String> {
    let said = run(Command::new("mbimcli").arg(help)).good();
    let lines = said.out.lines().filter_map(|line| line.trim().strip_prefix("--"));
    let names = lines.filter_map(|line| line.split(['=', ' ']).next());
    names.filter(|name| !name.starts_with("help")).map(str::to_owned).collect()
}

/// A call with its arguments, and the values it must print: `KEY` alone is the first of that name, `KEY#n` another.
pub type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

/// Compares what was printed.
///
/// # Panics
///
/// If a value is another one.
pub fn check(said: &Said, values: &[(&str, &str)]) {
    for (key, value) in values {
        let (key, place) = key.split_once('#').unwrap_or((key, "0"));
        let found = said.values(key);
        let place: usize = place.parse().expect("a number behind #");
        assert_eq!(found.get(place), Some(value), "{key} of {said:#?}");
    }
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
        let is_session = |argument: &str| ["--no-", "--device-open"].iter().any(|begin| argument.starts_with(begin));
        let action = arguments.iter().find(|argument| !is_session(argument)).expect("an action");
        done.insert(action.trim_start_matches('-').split('=').next().unwrap_or_default().to_owned());
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
