//! Tables of calls to programs and of the values they must print, as the tests of all actions are written.

use std::collections::BTreeSet;
use std::process::Command;

use crate::{Said, run};

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

/// The options that `program` lists under a heading of its help, such as `--help-phonebook`, without dashes.
///
/// # Panics
///
/// If the program cannot be run.
#[must_use]
pub fn options(program: &str, help: &str) -> BTreeSet<String> {
    let said = run(Command::new(program).arg(help)).good();
    let lines = said.out.lines().filter_map(|line| {
        let line = line.trim_start();
        // Some have a short name, too: `-d, --device=[PATH]`.
        let long = line.strip_prefix("--");
        long.or_else(|| line.strip_prefix('-').and_then(|line| line.get(1..)?.strip_prefix(", --")))
    });
    let names = lines.filter_map(|line| line.split(['=', ' ']).next());
    names.filter(|name| !name.starts_with("help")).map(str::to_owned).collect()
}

/// The name of the action that a call is about: its first argument that does not begin with one of `others`.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn action(arguments: &[&str], others: &[&str]) -> String {
    let is_other = |argument: &&&str| others.iter().any(|begin| argument.starts_with(begin));
    let action = arguments.iter().find(|argument| !is_other(argument)).expect("an action");
    action.trim_start_matches('-').split('=').next().unwrap_or_default().to_owned()
}
