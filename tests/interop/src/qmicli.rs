//! qmicli as a judge: its actions, what they print, and the ways on which it reaches the modem.
//!
//! ```no_run
//! use wwan_interop::qmicli::{Row, play};
//!
//! const ROWS: &[Row<'_>] = &[
//!     (&["--dms-get-manufacturer"], &[("Manufacturer", "wwan")]),
//!     (&["--dms-get-operating-mode"], &[("Mode", "online")]),
//! ];
//! // In a test of the name `identity`.
//! play("identity", "default", ROWS);
//! ```
//!
//! [`play`] makes all calls on each [`Way`], on a fresh modem each time. A call that has to fail, or that is special in
//! another way, is made by hand: [`on_each_way`] gives the [`Modem`] for it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::process::Command;

pub use crate::rows::{Row, action, check};
use crate::{Proxy, Said, VirtualModem, in_own_network, is_in_own_network, rows, run, until};

/// How qmicli reaches the modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// QMUX frames on a pseudo-terminal.
    Qmux,
    /// The same through the real qmi-proxy.
    Proxy,
    /// Inside MBIM, on a pseudo-terminal.
    Mbim,
}

impl Way {
    /// The options of qmicli that choose it.
    #[must_use]
    pub const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Qmux => &["--device-open-qmi"],
            Self::Proxy => &["--device-open-qmi", "--device-open-proxy"],
            Self::Mbim => &["--device-open-mbim"],
        }
    }
}

/// A virtual modem, and the way to it.
#[derive(Debug)]
pub struct Modem {
    /// The way.
    pub way: Way,
    /// The modem.
    pub modem: VirtualModem,
    _proxy: Option<Proxy>,
}

impl Modem {
    /// Starts a modem with a scenario. [`Way::Proxy`] only in a network of its own ([`in_own_network`]).
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start(way: Way, scenario: &str) -> Self {
        let proxy = (way == Way::Proxy).then(Proxy::qmi);
        let protocol = if way == Way::Mbim { "mbim" } else { "qmi" };
        Self { way, modem: VirtualModem::speaking(protocol, scenario, &[""; 0]), _proxy: proxy }
    }

    /// Runs qmicli on it.
    ///
    /// # Panics
    ///
    /// As [`run`].
    #[must_use]
    pub fn qmicli(&self, arguments: &[&str]) -> Said {
        run(&mut qmicli_command(&self.modem.path, &[self.way.options(), arguments].concat()))
    }

    /// Runs qmicli on it while it may restart: qmicli waits for ever for outcomes that were lost then, and is ended.
    ///
    /// # Panics
    ///
    /// As [`run`].
    #[must_use]
    pub fn try_qmicli(&self, arguments: &[&str]) -> Said {
        let command = qmicli_command(&self.modem.path, &[self.way.options(), arguments].concat());
        run(Command::new("timeout").arg("5").arg(command.get_program()).args(command.get_args()))
    }

    /// Asks until a value is printed.
    ///
    /// # Panics
    ///
    /// If it is not for a long time.
    pub fn wait_for(&self, arguments: &[&str], key: &str, value: &str) {
        until(&format!("{arguments:?}: {key} {value}"), || {
            let said = self.try_qmicli(arguments);
            (said.values(key).first() == Some(&value)).then_some(())
        });
    }

    /// Makes all calls, and returns the names of their actions.
    ///
    /// # Panics
    ///
    /// If a call fails or prints another value.
    pub fn play(&self, rows: &[Row<'_>]) -> BTreeSet<String> {
        let mut done = BTreeSet::new();
        for (arguments, values) in rows {
            let said = self.qmicli(arguments);
            assert!(said.status.success(), "{arguments:?} on {:?}: {said:#?}", self.way);
            check(&said, values);
            done.insert(action(arguments, &["--device-", "--client-"]));
        }
        done
    }
}

impl fmt::Display for Modem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {:?}", self.modem.path.display(), self.way)
    }
}

/// qmicli for a device, with these arguments.
#[must_use]
pub fn qmicli_command(device: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("qmicli");
    command.arg("-d").arg(device).args(arguments);
    command
}

/// Does something with a modem on each way, a fresh one each time. `test` is the name of the test that calls this: for
/// [`Way::Proxy`] it is run once more, in a network of its own.
///
/// # Panics
///
/// If anything fails.
pub fn on_each_way(test: &str, scenario: &str, mut act: impl FnMut(&Modem)) {
    if is_in_own_network() {
        return act(&Modem::start(Way::Proxy, scenario));
    }
    for way in [Way::Qmux, Way::Mbim] {
        act(&Modem::start(way, scenario));
    }
    let _ = in_own_network(test);
}

/// Makes all calls on each way.
///
/// # Panics
///
/// If a call fails or prints another value.
pub fn play(test: &str, scenario: &str, rows: &[Row<'_>]) {
    on_each_way(test, scenario, |modem| {
        let _ = modem.play(rows);
    });
}

/// The options that qmicli lists under a heading, such as `--help-dms`.
///
/// # Panics
///
/// If qmicli cannot be run.
#[must_use]
pub fn options(help: &str) -> BTreeSet<String> {
    rows::options("qmicli", help)
}

/// An option, and what it asks of the modem.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// Its name, without dashes.
    pub name: &'static str,
    /// The service's name in the catalogue and the number of the message; or why the modem is asked nothing.
    pub asks: Result<(&'static str, u16), &'static str>,
}

/// All options, as `qmicli.tsv` lists them.
///
/// # Panics
///
/// If a line of the file is wrong.
pub fn listed() -> impl Iterator<Item = Action> {
    let lines = include_str!("../qmicli.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let [name, service, last] = columns[..] else { panic!("three columns in {line:?}") };
        let asks = match service {
            "-" => Err(last),
            _ => Ok((service, u16::from_str_radix(last, 16).unwrap_or_else(|_| panic!("a number in {line:?}")))),
        };
        Action { name, asks }
    })
}
