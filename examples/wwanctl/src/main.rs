//! `wwanctl`: the Linux adapter. It drives modems with the engine `wwan`, from the command line and from scripts.
//!
//! | file | holds |
//! |---|---|
//! | `args` | the command line |
//! | `device` | finding and opening the modem's channel |
//! | `inside` | the virtual modem in this program |
//! | `usb/` | modems on USB without the kernel's drivers, and the way of their packets |
//! | `modem` | an open modem that speaks MBIM: taking over, asking, taking leave |
//! | `commands/` | one file for each command that needs a modem, over MBIM |
//! | `qmi/`, `at/` | the same over QMI and over AT, each with the open modem |
//! | `decode`, `catalogue` | the commands that need none |
//! | `names` | names and units of values, fields as text and as JSON |
//! | `trace` | `-v` |
//! | `output` | standard output and error; nothing reaches a terminal unescaped |
//! | `error` | failures, hints, exit statuses |

mod args;
mod at;
mod catalogue;
mod commands;
mod decode;
mod device;
mod error;
mod inside;
mod modem;
mod names;
#[cfg(no_unwind_tables)]
mod no_unwinding;
mod output;
mod qmi;
mod trace;
mod usb;

use std::process::ExitCode;

use wwan::time::Millis;

use args::{Command, Options, Parsed};
use commands::{
    apdu, cells, connect, message, monitor, phonebook, pin, radio, register, reset, scan, signal, slot, sms, status,
    ussd,
};
use device::{Speaks, Time, USUAL};
use error::Fail;
use modem::{After, Modem};
use output::{Output, note};

/// `scan` takes minutes.
const SCAN: Millis = Millis::from_secs(240);
/// The network may take its time with messages and dialogues.
const SEND: Millis = Millis::from_secs(120);
/// No limit.
const FOR_EVER: Millis = Millis(u32::MAX);

fn main() -> ExitCode {
    let done = match args::parse(std::env::args_os().skip(1)) {
        Ok(Parsed::Run(options, command)) => run(&options, &command),
        Ok(Parsed::Print(text)) => Output::new(false).lines(&text).map_err(Fail::from),
        Err(text) => Err(Fail::Usage(text)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fail) => {
            note(&format!("wwanctl: {fail}"));
            ExitCode::from(fail.code())
        }
    }
}

fn run(options: &Options, command: &Command) -> Result<(), Fail> {
    let mut output = Output::new(options.json);
    let done = act(options, command, &mut output);
    if let Err(fail) = &done {
        // If this cannot be printed either, the first failure is still the one to tell.
        let _ = output.failure(fail);
    }
    done
}

fn act(options: &Options, command: &Command, out: &mut Output) -> Result<(), Fail> {
    let usual = match command {
        Command::Decode(decode) => return decode::run(decode, out),
        Command::Catalogue { protocol, all } => return catalogue::run(*protocol, *all, out),
        Command::Devices => return commands::devices::run(out),
        #[cfg(feature = "mux")]
        Command::Mux(arguments) => return commands::mux::run(options, arguments, out),
        #[cfg(not(feature = "mux"))]
        Command::Mux(_) => {
            return Err(Fail::Usage("mux: this program was built without it (feature `mux`)".to_owned()));
        }
        Command::Proxy(arguments) => return commands::proxy::run(options, arguments),
        Command::At(lines) => at::line::prepare(lines)?,
        Command::Mbim(message) if message.dry_run => return message::dry_run(message, out),
        Command::Qmi(message) if message.dry_run => return qmi::message::dry_run(message, out),
        Command::Scan => SCAN,
        Command::Sms(args::Sms::Send { .. }) | Command::Ussd { .. } => SEND,
        Command::Monitor => FOR_EVER,
        // Opening and closing take time too.
        Command::Location { time, .. } => Millis(time.0.saturating_add(USUAL.0)),
        _ => USUAL,
    };
    // What is wrong with the command line shows before a modem is touched.
    let prepared = match command {
        Command::Mbim(message) => Some(message::prepare(message)?),
        Command::Qmi(message) => {
            qmi::message::prepare(message)?;
            None
        }
        _ => None,
    };
    // Who watches a virtual modem wants to see it live; all others need not wait for it.
    let time = match command {
        Command::Monitor => Time::Real,
        _ => Time::Virtual,
    };
    if options.reopen && options.proxy.is_some() {
        return Err(Fail::Usage("--reopen: a proxy keeps the modem open for all its programs".to_owned()));
    }
    if let Command::Connect(connect) = command {
        commands::link::prepare(options, connect)?;
    }
    let limit = options.timeout.unwrap_or(usual);
    let mut opened = device::open(options, limit, time)?;
    if let Command::Connect(connect) = command {
        commands::link::check(&mut opened, connect)?;
    }
    match opened.speaks {
        Speaks::Qmi => return qmi::run(opened, options, limit, command, out),
        Speaks::At => return at::run(opened, options, limit, command, out),
        Speaks::Mbim | Speaks::QmiInMbim => {}
    }
    if matches!(command, Command::Qmi(_)) {
        return Err(Fail::Usage("qmi: this modem speaks MBIM; `wwanctl mbim` sends it commands".to_owned()));
    }
    let mut modem = Modem::open(opened, options, limit).map_err(|fail| match fail {
        Fail::Timeout(text) if device::is_guess(options) => Fail::Timeout(format!(
            "{text}\nhint: nothing tells what the device speaks, and MBIM was tried; --protocol names another protocol"
        )),
        fail => fail,
    })?;
    let result = match (command, prepared) {
        (Command::Status, _) => status::run(&mut modem, out),
        (Command::Connect(connect), _) => connect::run(&mut modem, connect, options, out),
        (Command::Disconnect { session }, _) => connect::disconnect(&mut modem, session.unwrap_or(0), out),
        (Command::Monitor, _) => monitor::run(&mut modem, out),
        (Command::At(lines), _) => at::inside::over_mbim(modem.client.channel(), lines, out).map(|()| After::AsFound),
        (Command::Pin(pin), _) => pin::run(&mut modem, pin, out),
        (Command::Radio { on }, _) => radio::run(&mut modem, *on, out),
        (Command::Register { network }, _) => register::run(&mut modem, network.as_deref(), out),
        (Command::Scan, _) => scan::run(&mut modem, out),
        (Command::Location { .. }, _) => {
            Err(Fail::Usage("location: MBIM has no message for this; a QMI or AT port of the modem may".to_owned()))
        }
        (Command::Signal { version }, _) => signal::run(&mut modem, *version, out),
        (Command::Phonebook(phonebook), _) => phonebook::run(&mut modem, phonebook, out),
        (Command::Apdu(apdu), _) => apdu::run(&mut modem, apdu, out),
        (Command::Sms(sms), _) => sms::run(&mut modem, sms, out),
        (Command::Ussd { code, answers }, _) => ussd::run(&mut modem, code, answers, out),
        (Command::Slot { slot }, _) => slot::run(&mut modem, *slot, out),
        (Command::Cells, _) => cells::run(&mut modem, out),
        (Command::Reset, _) => reset::run(&mut modem, out),
        (Command::Mbim(message), Some(prepared)) => message::run(&mut modem, message, &prepared, out),
        _ => Ok(After::AsFound),
    };
    match result {
        Ok(after) => {
            modem.leave(after);
            Ok(())
        }
        Err(fail) => {
            if modem::is_reachable(&fail) {
                modem.leave(After::AsFound);
            }
            Err(fail)
        }
    }
}
