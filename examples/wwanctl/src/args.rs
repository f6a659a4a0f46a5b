//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use wwan::time::Millis;

const AFTER: &str = "\
Exit status: 0 done, 2 usage, 65 bad data, 69 modem unreachable, 74 output cannot be written, 75 timeout,
77 refused by the modem (the reason is on standard error), 130 interrupted.

Without --device the first of /dev/cdc-wdm* and /dev/wwan*mbim* is used. `--device virtual:mbim` starts a virtual modem in
this program; everything can be tried on it, without a modem.

A session lives only as long as the modem is open, and opening it anew would end the session. So every run first asks the
modem something without opening it. If the modem answers, an earlier run or another program has left it open, and it is
taken over and left as it was; only if it does not is it opened, and closed at the end. `connect`, and `mbim` with `set`,
leave the modem open, so that what they did lasts; `disconnect`, in another run, takes the session down. `--reopen` opens
the modem anew whatever its state.";

#[derive(Debug, Parser)]
#[command(name = "wwanctl", version, about = "Talks to cellular modems over MBIM", after_long_help = AFTER)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Options for all commands")]
pub(crate) struct Options {
    /// Device node or socket of the modem, or `virtual:mbim` or `virtual:mbim:SCENARIO`
    #[arg(short, long, global = true, value_name = "PATH")]
    pub(crate) device: Option<String>,
    /// Protocol of the device; only MBIM is supported yet
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "auto|mbim|qmi|at",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) protocol: Protocol,
    /// Print one JSON document (`monitor`: one line for each event)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Record all messages in a pcapng file, personal data included
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
    /// How long the whole command may take [default: 30, `scan` 240, `monitor` for ever]
    #[arg(long, global = true, value_name = "SECS", value_parser = seconds)]
    pub(crate) timeout: Option<Millis>,
    /// Open the modem anew even if it is open; ends its sessions
    #[arg(long, global = true)]
    pub(crate) reopen: bool,
    /// Print every message to standard error, without personal data
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    Auto,
    Mbim,
    Qmi,
    At,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Modem, SIM, radio, registration, signal and sessions
    Status,
    /// Bring a session up and print its IP settings
    Connect(Connect),
    /// Take a session down
    Disconnect {
        /// Number of the session
        #[arg(long, default_value_t = 0, value_name = "N")]
        session: u32,
    },
    /// Print indications as they come, until interrupted or for --timeout
    Monitor,
    /// Codes of the SIM and of the modem
    #[command(subcommand)]
    Pin(Pin),
    /// Radio switches: show them, or switch the radio on or off
    Radio {
        /// Wanted position
        #[arg(value_enum)]
        state: Option<Switch>,
    },
    /// Registration: show it, let the modem choose (auto), or choose a network (MCC and MNC)
    Register {
        /// auto, or five or six digits
        #[arg(value_name = "auto|PLMN")]
        network: Option<String>,
    },
    /// List the networks in reach; takes minutes
    Scan,
    /// Signal strength and quality
    Signal,
    /// Send any MBIM command
    Mbim(Message),
    /// Show messages given as hexadecimal digits
    Decode(Decode),
    /// List all messages known
    Catalogue {
        /// Only mbim is supported yet
        #[arg(value_name = "mbim")]
        what: String,
        /// With --json: services, context types and structures too
        #[arg(long, requires = "json")]
        all: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Connect {
    /// Access point name; empty lets the modem choose
    #[arg(long, value_name = "A")]
    pub(crate) apn: String,
    /// Address families
    #[arg(long, value_enum, default_value = "v4v6")]
    pub(crate) ip_type: IpType,
    /// User name
    #[arg(long, value_name = "U")]
    pub(crate) user: Option<String>,
    /// Password; `-` reads it from standard input
    #[arg(long, value_name = "P")]
    pub(crate) password: Option<String>,
    /// How user name and password are presented [default: pap with --user]
    #[arg(long, value_enum)]
    pub(crate) auth: Option<Auth>,
    /// Number of the session
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) session: u32,
    /// PIN of the SIM, used only if it is needed and never for the last attempt; `-` reads it from standard input
    #[arg(long)]
    pub(crate) pin: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum IpType {
    V4,
    V6,
    V4v6,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Auth {
    Pap,
    Chap,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

/// A code of `-` is read from standard input, so that it does not show in the list of processes.
#[derive(Debug, Subcommand)]
pub(crate) enum Pin {
    /// Which code is needed now, and how many attempts are left
    Status,
    /// Which codes there are
    List,
    /// Enter a code
    Enter {
        #[command(flatten)]
        code: Code,
    },
    /// Change a code
    Change {
        #[command(flatten)]
        code: Code,
        /// The new code
        new: String,
    },
    /// Ask for the code from now on
    Enable {
        #[command(flatten)]
        code: Code,
    },
    /// Ask for the code no longer
    Disable {
        #[command(flatten)]
        code: Code,
    },
    /// Set a new PIN by means of the PUK
    Unblock {
        /// Kind of PUK, such as puk1, puk2, network-puk
        #[arg(long = "type", default_value = "puk1", value_name = "TYPE")]
        kind: String,
        /// The PUK; `-` reads it from standard input
        puk: String,
        /// The PIN to be
        new: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Code {
    /// Kind of code, such as pin1, pin2, network-pin
    #[arg(long = "type", default_value = "pin1", value_name = "TYPE")]
    pub(crate) kind: String,
    /// The code; `-` reads it from standard input
    pub(crate) code: String,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Names may be written in any case and with any separators: `basic-connect`, `\"Basic Connect\"`. A field that is not named is
zero or empty. Enumerations and flags take names or numbers, bytes hexadecimal digits, lists and structures JSON:
  wwanctl mbim basic-connect radio-state set RadioState=off
  wwanctl mbim basic-connect device-service-subscribe-list set 'Events=[{\"DeviceServiceId\":
      \"a289cc33-bcbb-8b4f-b6b0-133ec2aae6df\",\"Cids\":[9,11]}]'
  wwanctl mbim a289cc33-bcbb-8b4f-b6b0-133ec2aae6df 3 set 00000000
`wwanctl catalogue mbim` lists services, commands and fields.")]
pub(crate) struct Message {
    /// Name or UUID of the service
    pub(crate) service: String,
    /// Name or number of the command
    pub(crate) command: String,
    /// query or set, where there are both; then the fields, or the information buffer as hexadecimal digits
    #[arg(value_name = "query|set] [FIELD=VALUE|HEX")]
    pub(crate) rest: Vec<String>,
    /// Print the message instead of sending it; needs no modem
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print bytes: the message with --dry-run, otherwise the answer
    #[arg(long, conflicts_with = "json")]
    pub(crate) hex: bool,
    /// Version of the Microsoft extensions whose layouts to use
    #[arg(long, value_name = "1|2|3", value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) mbimex: Option<u8>,
    /// Transaction id of the message printed with --dry-run
    #[arg(long, default_value_t = 1, value_name = "ID")]
    pub(crate) transaction: u32,
}

#[derive(Args, Debug)]
pub(crate) struct Decode {
    /// Only mbim is supported yet
    #[arg(value_name = "mbim")]
    pub(crate) what: String,
    /// One message or several, one behind the other; `-` reads them from standard input
    #[arg(required = true)]
    pub(crate) hex: Vec<String>,
    /// Version of the Microsoft extensions whose layouts to use
    #[arg(long, default_value_t = 1, value_name = "1|2|3", value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) mbimex: u8,
}

/// Seconds, also with a fraction.
fn seconds(text: &str) -> Result<Millis, String> {
    let wrong = || "seconds between 0.001 and 4000000 expected".to_owned();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(wrong());
    }
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let number = |text: &str| match text {
        "" => Some(0),
        text => text.parse::<u32>().ok(),
    };
    let millis = number(whole).and_then(|n| n.checked_mul(1000)).and_then(|n| n.checked_add(number(&thousandths)?));
    millis.filter(|n| (1..=4_000_000_000).contains(n)).map(Millis).ok_or_else(wrong)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn seconds_may_have_a_fraction() {
        assert_eq!(seconds("30"), Ok(Millis(30_000)));
        assert_eq!(seconds("0.5"), Ok(Millis(500)));
        assert_eq!(seconds(".0019"), Ok(Millis(1)));
        for wrong in ["", ".", "0", "-1", "1e3", "x", "4294968", "9999999999", "1.x"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
