//! The command line. Commands and options are tables, from which the help is made too; a library that does more is a
//! seventh of the whole program.

use std::ffi::OsString;
use std::path::PathBuf;

use core::fmt::Write as _;

use at_wire::sms::Direction;
use lexopt::{Arg, ValueExt as _};
use mbim_wire::catalogue::unhex;
use qmi_wire::qmap::Version;
use wwan::sms::Stored;
use wwan::time::Millis;

use crate::output::clean;

/// An option of the command line.
#[derive(Debug)]
struct Opt {
    name: &'static str,
    short: Option<char>,
    /// What its value is called; `None` if it has none.
    value: Option<&'static str>,
    help: &'static str,
}

const fn option(name: &'static str, value: &'static str, help: &'static str) -> Opt {
    Opt { name, short: None, value: Some(value), help }
}

const fn flag(name: &'static str, help: &'static str) -> Opt {
    Opt { name, short: None, value: None, help }
}

/// Options of all commands.
const GLOBAL: &[Opt] = &[
    Opt {
        name: "device",
        short: Some('d'),
        value: Some("PATH"),
        help: "Device node or socket of the modem, usb[:VENDOR:PRODUCT[:SERIAL] | :BUS.ADDRESS], qrtr://NODE, or virtual:mbim, virtual:qmi, virtual:at, each [:SCENARIO]",
    },
    Opt {
        name: "proxy",
        short: None,
        value: Some("[=NAME]"),
        help: "Go through the proxy at @NAME [default: mbim-proxy or qmi-proxy, by protocol]",
    },
    option("protocol", "auto|mbim|qmi|qmi-in-mbim|at", "Protocol of the device"),
    flag("json", "Print one JSON document (`monitor`: one line for each event)"),
    option("pcap", "FILE", "Record all messages in a pcapng file, personal data included"),
    option(
        "timeout",
        "SECS",
        "How long the whole command may take [default: 30; `scan` 240, `sms send` and `ussd` 120, `monitor` for ever]",
    ),
    option("baud", "N", "AT on a serial line: its speed [default: that at which the modem answers, 115200 first]"),
    flag("reopen", "Open the modem anew even if it is open; ends its sessions"),
    Opt {
        name: "verbose",
        short: Some('v'),
        value: None,
        help: "Print every message to standard error, without personal data",
    },
    Opt { name: "help", short: Some('h'), value: None, help: "Print help, for the command if there is one" },
    Opt { name: "version", short: Some('V'), value: None, help: "Print the version" },
];

/// A command.
#[derive(Debug)]
struct Spec {
    name: &'static str,
    /// Its arguments, for the help.
    arguments: &'static str,
    /// Arguments it takes, at least and at most.
    count: (usize, usize),
    about: &'static str,
    options: &'static [Opt],
    details: &'static str,
}

const MANY: usize = usize::MAX;
const SESSION: Opt = option(
    "session",
    "N",
    "Number of the session [default: 0; over AT that of the context: the modem's, or the only one]",
);
const MBIMEX: Opt = option("mbimex", "1|2|3", "Version of the Microsoft extensions whose layouts to use [default: 1]");

const VENDOR: Opt = option("vendor", "ID", "QMI: USB vendor of the modem; some numbers mean something else for each");

const COMMANDS: &[Spec] = &[
    Spec {
        name: "status",
        arguments: "",
        count: (0, 0),
        about: "Modem, SIM, radio, registration, signal and sessions",
        options: &[],
        details: "",
    },
    Spec {
        name: "connect",
        arguments: "--apn A",
        count: (0, 0),
        about: "Bring a session up and print its IP settings",
        options: &[
            option("apn", "A", "Access point name; empty lets the modem choose"),
            option("ip-type", "v4|v6|v4v6", "Address families [default: v4v6]"),
            option("user", "U", "User name"),
            option("password", "P", "Password; `-` reads it from standard input"),
            option("auth", "pap|chap", "How user name and password are presented [default: pap with --user]"),
            SESSION,
            option(
                "pin",
                "PIN",
                "PIN of the SIM, used only if it is needed and never for the last attempt; `-` reads it from standard input",
            ),
            option(
                "tun",
                "NAME",
                "With --device usb: pass packets through a new network interface, until interrupted or for --timeout",
            ),
        ],
        details: "\
On a device node the kernel's driver has the packets, and the session outlives this program. With --device usb this program
has them: --tun makes a TUN interface with the addresses and the MTU of the session, and no routes. At the end, on SIGINT,
SIGTERM and SIGHUP, the session is taken down.
",
    },
    Spec {
        name: "devices",
        arguments: "",
        count: (0, 0),
        about: "List the modems of this machine: device nodes, and what is on USB",
        options: &[],
        details: "",
    },
    Spec {
        name: "disconnect",
        arguments: "",
        count: (0, 0),
        about: "Take a session down",
        options: &[SESSION],
        details: "",
    },
    Spec {
        name: "monitor",
        arguments: "",
        count: (0, 0),
        about: "Print indications as they come, until interrupted or for --timeout",
        options: &[],
        details: "",
    },
    Spec {
        name: "mux",
        arguments: "",
        count: (0, 0),
        about: "Share a serial line: make a terminal for each channel of the modem's multiplexer, and print their paths",
        options: &[
            option("channels", "N", "How many, 1 to 8 [default: 2]"),
            option("frame-size", "N", "The most bytes of a frame, 16 to 1540 [default: 127]"),
            option("keep-alive", "SECS", "Ask a modem that has been silent for so long whether it is there"),
        ],
        details: "\
Needs --device, the serial line of an AT modem. Programs open the terminals like device nodes of modems: ModemManager, pppd,
gammu, and `wwanctl --device PATH --protocol at`. A program that opens its terminal raises DTR of the channel, and the last one that
closes it drops it. The terminals are there until this program is interrupted, which closes the multiplexer.
",
    },
    Spec {
        name: "pin",
        arguments: "status | list | enter|enable|disable CODE | change CODE NEW | unblock PUK NEW",
        count: (1, 3),
        about: "Codes of the SIM and of the modem",
        options: &[option("type", "TYPE", "Kind of code, such as pin1, pin2, network-pin [default: pin1; unblock: puk1]")],
        details: "\
Actions:
  status   Which code is needed now, and how many attempts are left
  list     Which codes there are
  enter    Enter a code
  enable   Ask for the code from now on
  disable  Ask for the code no longer
  change   Change a code
  unblock  Set a new PIN by means of the PUK
A code of `-` is read from standard input, so that it does not show in the list of processes.
",
    },
    Spec {
        name: "proxy",
        arguments: "",
        count: (0, 0),
        about: "Share modems: serve programs that know mbim-proxy or qmi-proxy: ModemManager, `mbimcli -p`, `qmicli -p`",
        options: &[
            option("socket", "NAME", "Name of the abstract socket [default: mbim-proxy or qmi-proxy, by protocol]"),
            option("idle", "SECS", "End when no program has been there for so long [default: 300]"),
            flag("no-idle-exit", "Do not end when no program is there"),
            option(
                "release-after",
                "SECS|never",
                "QMI: keep the clients that a program has left behind for so long [default: 60]",
            ),
            option("user", "USER", "Serve this user too, beside root and the user who runs the proxy"),
            option("group", "GROUP", "Serve the members of this group too"),
        ],
        details: "\
Programs name the device that they want, and get it as if it were theirs alone; --device restricts them to one. A modem that
was opened stays open, also at the end: closing it would end its sessions.

A proxy serves MBIM modems or, with --protocol qmi or if --device names one, QMI modems. A QMI modem has few clients for each service; those that a
program leaves behind are released, unless another program uses them meanwhile, or a data session was begun with them.
",
    },
    Spec {
        name: "radio",
        arguments: "[on|off]",
        count: (0, 1),
        about: "Radio switches: show them, or switch the radio on or off",
        options: &[],
        details: "",
    },
    Spec {
        name: "register",
        arguments: "[auto|PLMN]",
        count: (0, 1),
        about: "Registration: show it, let the modem choose (auto), or choose a network (MCC and MNC)",
        options: &[],
        details: "",
    },
    Spec {
        name: "scan",
        arguments: "",
        count: (0, 0),
        about: "List the networks in reach; takes minutes",
        options: &[],
        details: "",
    },
    Spec {
        name: "signal",
        arguments: "",
        count: (0, 0),
        about: "Signal strength and quality",
        options: &[option(
            "mbimex",
            "1|2|3",
            "Version of the Microsoft extensions to ask in; from 2 on modems tell RSRP and SNR instead of RSSI",
        )],
        details: "",
    },
    Spec {
        name: "location",
        arguments: "",
        count: (0, 0),
        about: "Where the modem is, by its satellite receiver; QMI only",
        options: &[
            flag("nmea", "Print the receiver's sentences instead of the first position"),
            option("seconds", "N", "How long to listen to the receiver; 60 seconds without this, and 10 with --nmea"),
        ],
        details: "",
    },
    Spec {
        name: "phonebook",
        arguments: "list | read INDEX | write NAME NUMBER [INDEX] | delete INDEX|all | info",
        count: (1, 4),
        about: "Entries of the SIM's phonebook",
        options: &[],
        details: "\
Actions:
  list    All entries
  read    One entry
  write   Store an entry, in the first free place unless an index is given
  delete  Delete one entry, or all
  info    How many entries there are and fit, and how long they may be
",
    },
    Spec {
        name: "apdu",
        arguments: "send HEX... | list | atr",
        count: (1, MANY),
        about: "Speak to the applications on the SIM card",
        options: &[option("aid", "AID", "With send: speak to this application [default: the USIM]")],
        details: "\
Actions:
  send  Send command APDUs, one for each HEX, and print the answers; further ones are not sent after a failure
  list  The applications on the card
  atr   The card's answer to reset
A channel is opened to the application and closed afterwards. Answers that the card holds ready (61xx, 6Cxx) are fetched.
",
    },
    Spec {
        name: "sms",
        arguments: "list [KIND] | read INDEX | send NUMBER TEXT | delete INDEX|KIND | centre [NUMBER] | info",
        count: (1, 3),
        about: "Short messages: read, send and delete them",
        options: &[
            flag("report", "With send: ask the network to report what becomes of the message"),
            flag("flash", "With send: for the receiver's screen at once, and not for the store"),
        ],
        details: "\
Actions:
  list    The messages of a kind: all, new, old, sent or draft [default: all]
  read    One message
  send    Send a text, in as many parts as it takes; a TEXT of `-` is read from standard input
  delete  Delete one message, or those of a kind
  centre  The address of the service centre; show it, or set it
  info    How many messages fit, and what the store is like
Parts of a long message are shown as one, with all their indexes. What is listed or read counts as read from then on.
",
    },
    Spec {
        name: "ussd",
        arguments: "CODE [ANSWER...]",
        count: (1, MANY),
        about: "Ask the network by code, such as *100#, and answer its questions",
        options: &[],
        details: "\
The answers are given to the network's questions in turn; `-` reads them from standard input, a line for each. A dialogue
in which no answer is left is ended.
",
    },
    Spec {
        name: "slot",
        arguments: "[N]",
        count: (0, 1),
        about: "SIM slots: show them, or use the card in slot N from now on",
        options: &[],
        details: "",
    },
    Spec {
        name: "cells",
        arguments: "",
        count: (0, 0),
        about: "The serving cell and its neighbours",
        options: &[],
        details: "",
    },
    Spec {
        name: "reset",
        arguments: "",
        count: (0, 0),
        about: "Restart the modem",
        options: &[],
        details: "",
    },
    Spec {
        name: "at",
        arguments: "LINE...",
        count: (1, MANY),
        about: "Send any AT command line, and print what the modem says",
        options: &[
            option("text", "TEXT", "What the last line asks for by a prompt, such as the PDU of AT+CMGS"),
            flag("force", "Send lines too that take the line away, or change how it is spoken on"),
        ],
        details: "\
Each LINE is sent when the one before is answered; after a refusal the rest is not. What the modem says is printed without
its OK; a refusal ends with status 77, and what it told is on standard error. Lines that modems read differently are never
sent: with control characters, open quotes, or bytes above 7 bits outside quotes. Commands that enter data mode or the
multiplexer, and those that change echo, results, line ends or speed, need --force. On a port for MBIM or QMI the lines go
inside messages, if the modem has them for that:
  wwanctl --device /dev/ttyUSB2 at ATI AT+CSQ
  wwanctl --device virtual:at at AT+CMGF=1 'AT+CMGS=\"+15550123\"' --text 'On my way'
",
    },
    Spec {
        name: "mbim",
        arguments: "SERVICE COMMAND [query|set] [FIELD=VALUE... | HEX]",
        count: (2, MANY),
        about: "Send any MBIM command",
        options: &[
            flag("dry-run", "Print the message instead of sending it; needs no modem"),
            flag("hex", "Print bytes: the message with --dry-run, otherwise the answer"),
            MBIMEX,
            option("transaction", "ID", "Transaction id of the message printed with --dry-run [default: 1]"),
        ],
        details: "\
Names may be written in any case and with any separators: `basic-connect`, `\"Basic Connect\"`. A field that is not named is
zero or empty. Enumerations and flags take names or numbers, bytes hexadecimal digits, lists and structures JSON:
  wwanctl mbim basic-connect radio-state set RadioState=off
  wwanctl mbim basic-connect device-service-subscribe-list set \\
      'Events=[{\"DeviceServiceId\":\"a289cc33-bcbb-8b4f-b6b0-133ec2aae6df\",\"Cids\":[9,11]}]'
  wwanctl mbim a289cc33-bcbb-8b4f-b6b0-133ec2aae6df 3 set 00000000
`wwanctl catalogue mbim` lists services, commands and fields.
",
    },
    Spec {
        name: "qmi",
        arguments: "SERVICE MESSAGE [FIELD=VALUE... | tlv:0xNN=HEX...]",
        count: (2, MANY),
        about: "Send any QMI request",
        options: &[
            flag("dry-run", "Print the message instead of sending it; needs no modem"),
            flag("hex", "Print bytes: the message with --dry-run, otherwise the answer"),
            VENDOR,
            flag("incomplete", "Allow that fields are missing which the message needs"),
            option("client", "N", "Client number of the message printed with --dry-run [default: 1; CTL: 0]"),
            option("transaction", "ID", "Transaction id of the message printed with --dry-run [default: 1]"),
        ],
        details: "\
Names may be written in any case and with any separators: `get-signal-info`, `\"Get Signal Info\"`; or as numbers. A FIELD is
the name or number of a TLV, or of a field in it: `Info.pin_id`. Enumerations and flags take names or numbers, several flags
with `|` between them, bytes hexadecimal digits, lists words with commas between them, structures and their lists JSON:
  wwanctl qmi dms set-operating-mode Mode=low-power
  wwanctl qmi wds start-network APN=internet 'IP Family Preference=ipv4'
  wwanctl qmi uim verify-pin Info.pin_id=pin1 Info.pin_value=1234 Session={}
  wwanctl qmi 0x2b 0x0020 tlv:0x01=c0ffee
`wwanctl catalogue qmi` lists services, messages, fields and names of values.
",
    },
    Spec {
        name: "decode",
        arguments: "mbim|qmi|sms|cmux|ntb|qmap HEX... | at TEXT|HEX...",
        count: (2, MANY),
        about: "Show messages given as hexadecimal digits, several one behind the other, or `-` for standard input",
        options: &[
            MBIMEX,
            option(
                "service",
                "SERVICE",
                "QMI: one message of this service, without a frame; `qrtr`: a control packet of the router",
            ),
            VENDOR,
            option("command", "LINE", "AT: what was sent; the lines are its answer, beside what comes unasked"),
            option("charset", "NAME", "AT: the character set that +CSCS has set [default: IRA]"),
            option("kind", "pdu|tpdu|broadcast|cdma", "SMS: what it is; a PDU is a TPDU with its service centre in front"),
            option(
                "direction",
                "stored|to-mobile|to-network",
                "SMS: where the message was read, which tells some kinds apart [default: stored]",
            ),
            option("qmap", "1|4|5", "QMAP: the version that was agreed [default: 1]"),
            flag("uplink", "QMAP: the transfer goes to the modem"),
        ],
        details: "\
AT is given as its text or as digits: lines of the modem, and command lines, which the lines behind them answer:
  wwanctl decode at '+CREG: 2,1,\"1A2B\",\"01C3D4E5\",7' --command AT+CREG?
  wwanctl decode at - < terminal.log
SMS are PDUs as in AT commands unless the octets or --kind say otherwise.
",
    },
    Spec {
        name: "catalogue",
        arguments: "mbim|qmi|at",
        count: (1, 1),
        about: "List all messages known",
        options: &[flag(
            "all",
            "With --json: services too, and of MBIM context types and structures, of QMI names of values",
        )],
        details: "",
    },
];

const AFTER: &str = "\
Exit status: 0 done, 2 usage, 65 bad data, 69 modem unreachable, 74 output cannot be written, 75 timeout,
77 refused by the modem (the reason is on standard error), 130 interrupted.

Without --device the first of /dev/cdc-wdm* and /dev/wwan* is used that speaks the protocol; without --protocol none for AT.
`--device usb` uses a modem on USB without the kernel's drivers; `wwanctl devices` lists what there is.
`--device virtual:mbim`, `virtual:qmi` or `virtual:at` starts a virtual modem in this program; everything can be tried on it,
without a modem.

A session lives only as long as the modem is open, and opening it anew would end the session. So every run first asks the
modem something without opening it. If the modem answers, an earlier run or another program has left it open, and it is
taken over and left as it was; only if it does not is it opened, and closed at the end. `connect`, and `mbim` with `set`,
leave the modem open, so that what they did lasts; `disconnect`, in another run, takes the session down. `--reopen` opens
the modem anew whatever its state.
";

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// Run a command.
    Run(Box<Options>, Command),
    /// Print this: help, or the version.
    Print(String),
}

/// Options of all commands.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) device: Option<String>,
    /// The socket of the proxy to go through; empty: the usual one.
    pub(crate) proxy: Option<String>,
    pub(crate) protocol: Protocol,
    pub(crate) json: bool,
    pub(crate) pcap: Option<PathBuf>,
    pub(crate) timeout: Option<Millis>,
    /// Bits per second on a serial line.
    pub(crate) baud: Option<u32>,
    pub(crate) reopen: bool,
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Auto,
    Mbim,
    Qmi,
    /// QMI in commands of MBIM.
    QmiInMbim,
    At,
}

#[derive(Debug)]
pub(crate) enum Command {
    Status,
    Connect(Connect),
    Devices,
    Disconnect { session: Option<u32> },
    Monitor,
    Mux(#[cfg_attr(not(feature = "mux"), allow(dead_code))] Mux),
    Pin(Pin),
    Proxy(Proxy),
    Radio { on: Option<bool> },
    Register { network: Option<String> },
    Scan,
    Signal { version: Option<u8> },
    Location { nmea: bool, time: Millis },
    Phonebook(Phonebook),
    Apdu(Apdu),
    Sms(Sms),
    Ussd { code: String, answers: Vec<String> },
    Slot { slot: Option<u32> },
    Cells,
    Reset,
    At(At),
    Mbim(Message),
    Qmi(QmiMessage),
    Decode(Decode),
    Catalogue { protocol: Protocol, all: bool },
}

#[derive(Debug)]
pub(crate) struct Connect {
    pub(crate) apn: String,
    pub(crate) ip_type: IpType,
    pub(crate) user: Option<String>,
    /// `-` for standard input.
    pub(crate) password: Option<String>,
    pub(crate) auth: Option<Auth>,
    pub(crate) session: Option<u32>,
    /// `-` for standard input.
    pub(crate) pin: Option<String>,
    /// The network interface that packets are to pass through.
    pub(crate) tun: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpType {
    V4,
    V6,
    V4v6,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    Pap,
    Chap,
}

/// Codes are `-` for standard input.
#[derive(Debug)]
pub(crate) enum Pin {
    Status,
    List,
    Enter { code: Code },
    Enable { code: Code },
    Disable { code: Code },
    Change { code: Code, new: String },
    Unblock { code: Code, new: String },
}

#[derive(Debug)]
pub(crate) struct Code {
    /// Kind of code, such as `pin1` or `network-puk`.
    pub(crate) kind: String,
    pub(crate) code: String,
}

/// How long something is kept that nobody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    For(Millis),
    Forever,
}

#[derive(Debug)]
#[cfg_attr(not(feature = "mux"), allow(dead_code))]
pub(crate) struct Mux {
    pub(crate) channels: u8,
    pub(crate) frame_size: u16,
    pub(crate) keep_alive: Option<Millis>,
}

#[derive(Debug)]
pub(crate) struct Proxy {
    /// Name of the abstract socket, if it is not the usual one.
    pub(crate) socket: Option<String>,
    /// The proxy ends when no program has been there for so long.
    pub(crate) idle: Option<Millis>,
    /// What becomes of clients of QMI modems that a program has left behind.
    pub(crate) keep: Option<Keep>,
    pub(crate) user: Option<String>,
    pub(crate) group: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Phonebook {
    Info,
    List,
    Read {
        index: u32,
    },
    Write {
        name: String,
        number: String,
        index: Option<u32>,
    },
    /// All, or one.
    Delete {
        index: Option<u32>,
    },
}

#[derive(Debug)]
pub(crate) enum Sms {
    Info,
    Centre {
        number: Option<String>,
    },
    List {
        which: Stored,
    },
    /// `-` for standard input.
    Send {
        number: String,
        text: String,
        report: bool,
        flash: bool,
    },
    Delete {
        which: Stored,
    },
}

#[derive(Debug)]
pub(crate) enum Apdu {
    List,
    Atr,
    Send { aid: Option<Vec<u8>>, commands: Vec<Vec<u8>> },
}

#[derive(Debug)]
pub(crate) struct At {
    /// Command lines, without ends.
    pub(crate) lines: Vec<String>,
    /// What goes behind the prompt of the last.
    pub(crate) text: Option<String>,
    /// Send what would take the line away.
    pub(crate) force: bool,
}

#[derive(Debug)]
pub(crate) struct Message {
    /// Name or UUID.
    pub(crate) service: String,
    /// Name or number.
    pub(crate) command: String,
    /// `query` or `set`; then fields, or bytes.
    pub(crate) rest: Vec<String>,
    pub(crate) dry_run: bool,
    pub(crate) hex: bool,
    pub(crate) mbimex: Option<u8>,
    pub(crate) transaction: u32,
}

#[derive(Debug)]
pub(crate) struct QmiMessage {
    /// Name or number.
    pub(crate) service: String,
    /// Name or number.
    pub(crate) message: String,
    pub(crate) fields: Vec<String>,
    pub(crate) dry_run: bool,
    pub(crate) hex: bool,
    pub(crate) incomplete: bool,
    pub(crate) vendor: Option<u16>,
    pub(crate) client: u8,
    pub(crate) transaction: u16,
}

#[derive(Debug)]
pub(crate) struct Decode {
    pub(crate) format: Format,
    pub(crate) hex: Vec<String>,
    pub(crate) mbimex: u8,
    /// Of QMI without a frame: name or number, or `qrtr`.
    pub(crate) service: Option<String>,
    pub(crate) vendor: Option<u16>,
    /// The command line that the lines of AT answer.
    pub(crate) command: Option<String>,
    pub(crate) charset: Option<String>,
    pub(crate) kind: Option<SmsKind>,
    pub(crate) direction: Direction,
    /// The version of QMAP.
    pub(crate) qmap: Version,
    /// A transfer of QMAP goes to the modem.
    pub(crate) uplink: bool,
}

/// What is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Mbim,
    Qmi,
    At,
    Sms,
    Cmux,
    Ntb,
    Qmap,
}

/// What a short message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SmsKind {
    /// A TPDU behind the address of its service centre.
    Pdu,
    Tpdu,
    /// A page of a cell broadcast.
    Broadcast,
    /// Of 3GPP2.
    Cdma,
}

/// Reads the command line, without the name of the program; the error says what is wrong with it.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Parsed, String> {
    let mut spec: Option<&Spec> = None;
    let mut given = Given::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(|error| clean(&error.to_string()))? {
        let found = match argument {
            Arg::Long(name) => find(spec, |option| option.name == name).ok_or_else(|| format!("--{}", clean(name))),
            Arg::Short(c) => find(spec, |option| option.short == Some(c)).ok_or_else(|| clean(&format!("-{c}"))),
            Arg::Value(value) => {
                let value = text(value)?;
                match spec {
                    Some(_) => given.arguments.push(value),
                    None if value == "help" => given.options.push(("help", OsString::new())),
                    None => spec = Some(command(&value)?),
                }
                continue;
            }
        };
        let option = found.map_err(|name| match spec {
            Some(spec) => format!("unknown option {name}; see `wwanctl {} --help`", spec.name),
            None => format!("unknown option {name} in front of the command; see `wwanctl --help`"),
        })?;
        let value = match option.value {
            Some(name) if name.starts_with('[') => parser.optional_value().unwrap_or_default(),
            Some(_) => parser.value().map_err(|error| clean(&error.to_string()))?,
            None => OsString::new(),
        };
        if given.flag(option.name) {
            return Err(format!("--{} is given twice", option.name));
        }
        given.options.push((option.name, value));
    }
    if given.flag("version") {
        return Ok(Parsed::Print(format!("wwanctl {}", env!("CARGO_PKG_VERSION"))));
    }
    if given.flag("help") {
        return Ok(Parsed::Print(help(spec)));
    }
    let spec = spec.ok_or("a command is missing; see `wwanctl --help`")?;
    let count = given.arguments.len();
    if count < spec.count.0 || count > spec.count.1 {
        let what = if count < spec.count.0 { "arguments are missing" } else { "too many arguments" };
        return Err(format!("{what}: {}", format!("wwanctl {} {}", spec.name, spec.arguments).trim_end()));
    }
    // A variable of a script that has no value would turn a change into a question.
    if spec.count.0 == 0 && given.arguments.iter().any(|argument| argument.is_empty()) {
        return Err(format!("an argument is empty: wwanctl {} {}", spec.name, spec.arguments));
    }
    let options = given.global()?;
    let command = given.command(spec.name)?;
    Ok(Parsed::Run(Box::new(options), command))
}

fn find(spec: Option<&Spec>, is_it: impl Fn(&Opt) -> bool) -> Option<&'static Opt> {
    let own = spec.map_or(&[][..], |spec| spec.options);
    GLOBAL.iter().chain(own).find(|option| is_it(option))
}

fn command(name: &str) -> Result<&'static Spec, String> {
    let found = COMMANDS.iter().find(|spec| spec.name == name);
    found.ok_or_else(|| format!("no command is called {}; see `wwanctl --help`", clean(name)))
}

fn text(value: OsString) -> Result<String, String> {
    value.string().map_err(|error| clean(&error.to_string()))
}

/// What was given.
#[derive(Debug, Default)]
struct Given {
    options: Vec<(&'static str, OsString)>,
    arguments: Vec<String>,
}

impl Given {
    fn flag(&self, name: &str) -> bool {
        self.options.iter().any(|(known, _)| *known == name)
    }

    fn raw(&mut self, name: &str) -> Option<OsString> {
        let place = self.options.iter().position(|(known, _)| *known == name)?;
        Some(self.options.swap_remove(place).1)
    }

    fn value(&mut self, name: &str) -> Result<Option<String>, String> {
        self.raw(name).map(text).transpose()
    }

    /// The value of an option, made by `read`; an error if that makes nothing of it.
    fn parsed<T>(&mut self, name: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        read(&value).map(Some).ok_or_else(|| format!("--{name} {}: {what} expected", clean(&value)))
    }

    fn number(&mut self, name: &str) -> Result<Option<u32>, String> {
        self.parsed(name, "a number", |text| text.parse().ok())
    }

    fn mbimex(&mut self) -> Result<Option<u8>, String> {
        self.parsed("mbimex", "1, 2 or 3", |text| text.parse().ok().filter(|version| (1..=3).contains(version)))
    }

    /// The next argument.
    fn next(&mut self) -> String {
        if self.arguments.is_empty() { String::new() } else { self.arguments.remove(0) }
    }

    fn global(&mut self) -> Result<Options, String> {
        let protocol = |text: &str| match text {
            "auto" => Some(Protocol::Auto),
            "mbim" => Some(Protocol::Mbim),
            "qmi" => Some(Protocol::Qmi),
            "qmi-in-mbim" => Some(Protocol::QmiInMbim),
            "at" => Some(Protocol::At),
            _ => None,
        };
        let protocol =
            self.parsed("protocol", "auto, mbim, qmi, qmi-in-mbim or at", protocol)?.unwrap_or(Protocol::Auto);
        Ok(Options {
            device: self
                .parsed("device", "a path or a name", |text| Some(text.to_owned()).filter(|text| !text.is_empty()))?,
            proxy: self.value("proxy")?,
            protocol,
            json: self.flag("json"),
            pcap: self.raw("pcap").map(PathBuf::from),
            timeout: self.parsed("timeout", "seconds between 0.001 and 4000000", seconds)?,
            baud: self.parsed("baud", "bits per second", |text| text.parse().ok().filter(|baud| *baud > 0))?,
            reopen: self.flag("reopen"),
            verbose: self.flag("verbose"),
        })
    }

    fn command(&mut self, name: &str) -> Result<Command, String> {
        Ok(match name {
            "status" => Command::Status,
            "connect" => Command::Connect(self.connect()?),
            "devices" => Command::Devices,
            "disconnect" => Command::Disconnect { session: self.number("session")? },
            "monitor" => Command::Monitor,
            "mux" => {
                let channels = |text: &str| text.parse().ok().filter(|count| (1..=8).contains(count));
                let size = |text: &str| text.parse().ok().filter(|size| (16..=1540).contains(size));
                Command::Mux(Mux {
                    channels: self.parsed("channels", "1 to 8", channels)?.unwrap_or(2),
                    frame_size: self.parsed("frame-size", "16 to 1540", size)?.unwrap_or(127),
                    keep_alive: self.parsed("keep-alive", "seconds between 0.001 and 4000000", seconds)?,
                })
            }
            "pin" => Command::Pin(self.pin()?),
            "proxy" => Command::Proxy(self.proxy()?),
            "radio" => Command::Radio {
                on: match &*self.next() {
                    "" => None,
                    "on" => Some(true),
                    "off" => Some(false),
                    other => return Err(format!("{}: on or off expected", clean(other))),
                },
            },
            "register" => Command::Register { network: Some(self.next()).filter(|network| !network.is_empty()) },
            "scan" => Command::Scan,
            "signal" => Command::Signal { version: self.mbimex()? },
            "location" => {
                let nmea = self.flag("nmea");
                let time = self.parsed("seconds", "seconds between 0.001 and 4000000", seconds)?;
                Command::Location { nmea, time: time.unwrap_or(Millis::from_secs(if nmea { 10 } else { 60 })) }
            }
            "phonebook" => Command::Phonebook(self.phonebook()?),
            "apdu" => Command::Apdu(self.apdu()?),
            "sms" => Command::Sms(self.sms()?),
            "ussd" => match self.next() {
                code if code.is_empty() => return Err("ussd: a code expected".to_owned()),
                code => Command::Ussd { code, answers: core::mem::take(&mut self.arguments) },
            },
            "slot" => Command::Slot { slot: self.optional_index()? },
            "cells" => Command::Cells,
            "reset" => Command::Reset,
            "at" => Command::At(At {
                lines: core::mem::take(&mut self.arguments),
                text: self.value("text")?,
                force: self.flag("force"),
            }),
            "mbim" => self.message()?,
            "qmi" => Command::Qmi(self.qmi_message()?),
            "decode" => Command::Decode(self.decode()?),
            _ => {
                let all = self.flag("all");
                if all && !self.flag("json") {
                    return Err("--all needs --json".to_owned());
                }
                Command::Catalogue { protocol: self.described()?, all }
            }
        })
    }

    fn decode(&mut self) -> Result<Decode, String> {
        let format = match &*self.next() {
            "mbim" => Format::Mbim,
            "qmi" => Format::Qmi,
            "at" => Format::At,
            "sms" => Format::Sms,
            "cmux" => Format::Cmux,
            "ntb" => Format::Ntb,
            "qmap" => Format::Qmap,
            other => return Err(format!("{}: mbim, qmi, at, sms, cmux, ntb or qmap expected", clean(other))),
        };
        let owners = [
            ("mbimex", Format::Mbim, "mbim"),
            ("service", Format::Qmi, "qmi"),
            ("vendor", Format::Qmi, "qmi"),
            ("command", Format::At, "at"),
            ("charset", Format::At, "at"),
            ("kind", Format::Sms, "sms"),
            ("direction", Format::Sms, "sms"),
            ("qmap", Format::Qmap, "qmap"),
            ("uplink", Format::Qmap, "qmap"),
        ];
        for (option, owner, name) in owners {
            if owner != format && self.flag(option) {
                return Err(format!("decode: --{option} belongs to {name}"));
            }
        }
        let kind = |text: &str| match text {
            "pdu" => Some(SmsKind::Pdu),
            "tpdu" => Some(SmsKind::Tpdu),
            "broadcast" => Some(SmsKind::Broadcast),
            "cdma" => Some(SmsKind::Cdma),
            _ => None,
        };
        let direction = |text: &str| match text {
            "stored" => Some(Direction::Stored),
            "to-mobile" => Some(Direction::ToMobile),
            "to-network" => Some(Direction::ToServiceCentre),
            _ => None,
        };
        let version = |text: &str| match text {
            "1" => Some(Version::V1),
            "4" => Some(Version::V4),
            "5" => Some(Version::V5),
            _ => None,
        };
        Ok(Decode {
            format,
            mbimex: self.mbimex()?.unwrap_or(1),
            service: self.value("service")?,
            vendor: self.vendor()?,
            command: self.value("command")?,
            charset: self.value("charset")?,
            kind: self.parsed("kind", "pdu, tpdu, broadcast or cdma", kind)?,
            direction: self
                .parsed("direction", "stored, to-mobile or to-network", direction)?
                .unwrap_or(Direction::Stored),
            qmap: self.parsed("qmap", "1, 4 or 5", version)?.unwrap_or_default(),
            uplink: self.flag("uplink"),
            hex: core::mem::take(&mut self.arguments),
        })
    }

    fn connect(&mut self) -> Result<Connect, String> {
        let ip_type = |text: &str| match text {
            "v4" => Some(IpType::V4),
            "v6" => Some(IpType::V6),
            "v4v6" => Some(IpType::V4v6),
            _ => None,
        };
        let auth = |text: &str| match text {
            "pap" => Some(Auth::Pap),
            "chap" => Some(Auth::Chap),
            _ => None,
        };
        Ok(Connect {
            apn: self.value("apn")?.ok_or("--apn A is missing")?,
            ip_type: self.parsed("ip-type", "v4, v6 or v4v6", ip_type)?.unwrap_or(IpType::V4v6),
            user: self.value("user")?,
            password: self.value("password")?,
            auth: self.parsed("auth", "pap or chap", auth)?,
            session: self.number("session")?,
            pin: self.value("pin")?,
            tun: self.value("tun")?,
        })
    }

    fn proxy(&mut self) -> Result<Proxy, String> {
        let keep = |text: &str| if text == "never" { Some(Keep::Forever) } else { seconds(text).map(Keep::For) };
        let keep = self.parsed("release-after", "seconds between 0.001 and 4000000, or never,", keep)?;
        let idle = self.parsed("idle", "seconds between 0.001 and 4000000", seconds)?;
        let idle = match (idle, self.flag("no-idle-exit")) {
            (Some(_), true) => return Err("--idle or --no-idle-exit, not both".to_owned()),
            (idle, false) => Some(idle.unwrap_or(Millis::from_secs(300))),
            (None, true) => None,
        };
        Ok(Proxy {
            socket: self.value("socket")?.filter(|name| !name.is_empty()),
            idle,
            keep,
            user: self.value("user")?,
            group: self.value("group")?,
        })
    }

    fn pin(&mut self) -> Result<Pin, String> {
        let action = self.next();
        let wanted = match &*action {
            "status" | "list" => 0,
            "enter" | "enable" | "disable" => 1,
            "change" | "unblock" => 2,
            other => return Err(format!("pin {}: no such action; see `wwanctl pin --help`", clean(other))),
        };
        if self.arguments.len() != wanted {
            return Err(format!("pin {action}: {wanted} codes expected"));
        }
        let usual = if action == "unblock" { "puk1" } else { "pin1" };
        let code = Code { kind: self.value("type")?.unwrap_or_else(|| usual.to_owned()), code: self.next() };
        let new = self.next();
        Ok(match &*action {
            "status" => Pin::Status,
            "list" => Pin::List,
            "enter" => Pin::Enter { code },
            "enable" => Pin::Enable { code },
            "disable" => Pin::Disable { code },
            "change" => Pin::Change { code, new },
            _ => Pin::Unblock { code, new },
        })
    }

    /// The next argument as a number.
    fn index(&mut self) -> Result<u32, String> {
        let text = self.next();
        text.parse().map_err(|_| format!("{:?}: a number expected", clean(&text)))
    }

    fn optional_index(&mut self) -> Result<Option<u32>, String> {
        if self.arguments.is_empty() { Ok(None) } else { self.index().map(Some) }
    }

    /// Nothing may be left of the arguments.
    fn end(&self, action: &str) -> Result<(), String> {
        match self.arguments.first() {
            Some(argument) => Err(format!("{action}: {} is too much", clean(argument))),
            None => Ok(()),
        }
    }

    fn phonebook(&mut self) -> Result<Phonebook, String> {
        let action = self.next();
        let done = match &*action {
            "info" => Phonebook::Info,
            "list" => Phonebook::List,
            "read" => Phonebook::Read { index: self.index()? },
            "write" => {
                let (name, number) = (self.next(), self.next());
                if number.is_empty() {
                    return Err("phonebook write: a name and a number expected".to_owned());
                }
                Phonebook::Write { name, number, index: self.optional_index()? }
            }
            "delete" if self.arguments.first().is_some_and(|what| what == "all") => {
                self.next();
                Phonebook::Delete { index: None }
            }
            "delete" => Phonebook::Delete { index: Some(self.index()?) },
            other => return Err(format!("phonebook {}: no such action; see `wwanctl phonebook --help`", clean(other))),
        };
        self.end(&format!("phonebook {action}"))?;
        Ok(done)
    }

    fn sms(&mut self) -> Result<Sms, String> {
        let action = self.next();
        let (report, flash) = (self.flag("report"), self.flag("flash"));
        if (report || flash) && action != "send" {
            return Err(format!("sms {}: --report and --flash belong to send", clean(&action)));
        }
        let done = match &*action {
            "info" => Sms::Info,
            "centre" => Sms::Centre { number: Some(self.next()).filter(|number| !number.is_empty()) },
            "list" if self.arguments.is_empty() => Sms::List { which: Stored::All },
            "list" => Sms::List { which: kind(&self.next()).ok_or("sms list: all, new, old, sent or draft expected")? },
            "read" => Sms::List { which: Stored::At(self.index()?) },
            "send" => {
                let (number, text) = (self.next(), self.arguments.first().cloned());
                self.next();
                let text = text.ok_or("sms send: a number and a text expected")?;
                Sms::Send { number, text, report, flash }
            }
            "delete" => {
                let which = self.arguments.first().and_then(|which| kind(which));
                match which {
                    Some(which) => {
                        self.next();
                        Sms::Delete { which }
                    }
                    None => Sms::Delete { which: Stored::At(self.index()?) },
                }
            }
            other => return Err(format!("sms {}: no such action; see `wwanctl sms --help`", clean(other))),
        };
        self.end(&format!("sms {action}"))?;
        Ok(done)
    }

    fn apdu(&mut self) -> Result<Apdu, String> {
        let action = self.next();
        let aid = self.parsed("aid", "hexadecimal digits of an application identifier", |text| {
            unhex(text).filter(|aid| !aid.is_empty())
        })?;
        if aid.is_some() && action != "send" {
            return Err(format!("apdu {}: --aid belongs to send", clean(&action)));
        }
        let done = match &*action {
            "list" => Apdu::List,
            "atr" => Apdu::Atr,
            "send" => {
                let mut commands = Vec::new();
                while !self.arguments.is_empty() {
                    commands.push(self.bytes(4)?);
                }
                if commands.is_empty() {
                    return Err("apdu send: a command expected".to_owned());
                }
                Apdu::Send { aid, commands }
            }
            other => return Err(format!("apdu {}: no such action; see `wwanctl apdu --help`", clean(other))),
        };
        self.end(&format!("apdu {action}"))?;
        Ok(done)
    }

    /// The next argument as a protocol of which there is a catalogue.
    fn described(&mut self) -> Result<Protocol, String> {
        match &*self.next() {
            "mbim" => Ok(Protocol::Mbim),
            "qmi" => Ok(Protocol::Qmi),
            "at" => Ok(Protocol::At),
            other => Err(format!("{}: mbim, qmi or at expected", clean(other))),
        }
    }

    fn vendor(&mut self) -> Result<Option<u16>, String> {
        self.parsed("vendor", "a number such as 0x1199", crate::names::qmi::number)
    }

    fn qmi_message(&mut self) -> Result<QmiMessage, String> {
        if self.flag("hex") && self.flag("json") {
            return Err("--hex or --json, not both".to_owned());
        }
        Ok(QmiMessage {
            service: self.next(),
            message: self.next(),
            fields: core::mem::take(&mut self.arguments),
            dry_run: self.flag("dry-run"),
            hex: self.flag("hex"),
            incomplete: self.flag("incomplete"),
            vendor: self.vendor()?,
            client: self
                .parsed("client", "a number from 1 to 254", |text| text.parse().ok().filter(|n| (1..255).contains(n)))?
                .unwrap_or(1),
            transaction: self
                .parsed("transaction", "a number from 1 to 65535", |text| text.parse().ok().filter(|n| *n > 0))?
                .unwrap_or(1),
        })
    }

    /// The next argument as at least so many bytes.
    fn bytes(&mut self, least: usize) -> Result<Vec<u8>, String> {
        let text = self.next();
        let bytes = unhex(&text).filter(|bytes| bytes.len() >= least);
        bytes.ok_or_else(|| format!("{:?}: at least {least} bytes in hexadecimal digits expected", clean(&text)))
    }

    fn message(&mut self) -> Result<Command, String> {
        if self.flag("hex") && self.flag("json") {
            return Err("--hex or --json, not both".to_owned());
        }
        Ok(Command::Mbim(Message {
            service: self.next(),
            command: self.next(),
            rest: core::mem::take(&mut self.arguments),
            dry_run: self.flag("dry-run"),
            hex: self.flag("hex"),
            mbimex: self.mbimex()?,
            transaction: self.number("transaction")?.unwrap_or(1),
        }))
    }
}

/// A kind of stored messages.
fn kind(name: &str) -> Option<Stored> {
    Some(match name {
        "all" => Stored::All,
        "new" => Stored::New,
        "old" => Stored::Old,
        "sent" => Stored::Sent,
        "draft" => Stored::Draft,
        _ => return None,
    })
}

/// Seconds, also with a fraction.
fn seconds(text: &str) -> Option<Millis> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let number = |text: &str| match text {
        "" => Some(0),
        text => text.parse::<u32>().ok(),
    };
    let millis = number(whole)?.checked_mul(1000)?.checked_add(number(&thousandths)?)?;
    Some(Millis(millis)).filter(|millis| (1..=4_000_000_000).contains(&millis.0))
}

/// The help for a command, or for the program.
fn help(spec: Option<&Spec>) -> String {
    let mut text = String::new();
    match spec {
        Some(spec) => {
            let own = if spec.options.is_empty() { "" } else { " [OPTIONS]" };
            let blank = if spec.arguments.is_empty() { "" } else { " " };
            let _ = writeln!(text, "{}\n\nUsage: wwanctl {}{blank}{}{own}\n", spec.about, spec.name, spec.arguments);
            if !spec.details.is_empty() {
                let _ = writeln!(text, "{}", spec.details);
            }
            if !spec.options.is_empty() {
                text.push_str("Options:\n");
                list(&mut text, spec.options);
                text.push('\n');
            }
        }
        None => {
            text.push_str(
                "Talks to cellular modems over MBIM, QMI and AT\n\nUsage: wwanctl [OPTIONS] COMMAND\n\nCommands:\n",
            );
            for spec in COMMANDS {
                let _ = writeln!(text, "  {:10}  {}", spec.name, spec.about);
            }
            text.push('\n');
        }
    }
    text.push_str("Options of all commands:\n");
    list(&mut text, GLOBAL);
    if spec.is_none() {
        let _ = write!(text, "\n{AFTER}");
    }
    text.truncate(text.trim_end().len());
    text
}

fn list(text: &mut String, options: &[Opt]) {
    for option in options {
        let short = option.short.map_or_else(|| "    ".to_owned(), |c| format!("-{c}, "));
        let blank = |value: &str| if value.starts_with('[') { "" } else { " " };
        let value = option.value.map_or_else(String::new, |value| format!("{}{value}", blank(value)));
        let name = format!("{short}--{}{value}", option.name);
        let _ = writeln!(text, "  {name:33}  {}", option.help);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<(Options, Command), String> {
        match parse(line.split_whitespace().map(OsString::from))? {
            Parsed::Run(options, command) => Ok((*options, command)),
            Parsed::Print(text) => Err(text),
        }
    }

    #[test]
    fn options_may_stand_before_and_behind_the_command() {
        let (options, command) = parsed("-v --device=x connect --apn a --session 3 --json").unwrap();
        assert!(options.verbose && options.json && options.device.as_deref() == Some("x"));
        assert!(matches!(command, Command::Connect(Connect { session: Some(3), ip_type: IpType::V4v6, .. })));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, named) in [
            ("", "command"),
            ("--apn a", "--apn"),
            ("sms eat", "eat"),
            ("sms send 1", "a text"),
            ("sms list --flash", "belong to send"),
            ("phonebook write a", "a number"),
            ("ussd --json", "missing"),
            ("apdu send", "a command"),
            ("at", "missing"),
            ("at AT --text", "text"),
            ("status --apn a", "--apn"),
            ("status --json --json", "--json"),
            ("status more", "too many"),
            ("connect", "--apn"),
            ("connect --apn", "apn"),
            ("connect --apn a --session x", "a number"),
            ("pin enter", "1 codes"),
            ("pin change 1", "2 codes"),
            ("pin eat 1", "eat"),
            ("mbim basic-connect", "missing"),
            ("mbim a b --mbimex 4", "1, 2 or 3"),
            ("mbim a b --hex --json", "not both"),
            ("catalogue mbim --all", "--json"),
            ("decode mbim", "missing"),
            ("--json=1 status", "json"),
            ("mux --channels 9", "1 to 8"),
            ("mux --frame-size 15", "16 to 1540"),
            ("proxy --idle 1 --no-idle-exit", "not both"),
            ("proxy --idle x", "seconds"),
            ("proxy --protocol qmi --release-after 0", "seconds"),
            ("proxy here", "too many"),
            ("--proxy other", "other"),
        ] {
            let error = parsed(line).unwrap_err();
            assert!(error.contains(named), "{line}: {error}");
        }
    }

    #[test]
    fn a_proxy_has_a_name_of_its_own_or_the_usual_one() {
        let proxy = |line| parsed(line).unwrap().0.proxy;
        assert_eq!(proxy("status").as_deref(), None);
        assert_eq!(proxy("--proxy status").as_deref(), Some(""));
        assert_eq!(proxy("status --proxy=other").as_deref(), Some("other"));
        let serving = |line| match parsed(line).unwrap().1 {
            Command::Proxy(Proxy { socket, idle, keep, .. }) => (socket, idle, keep),
            other => unreachable!("{other:?}"),
        };
        let idle = Some(Millis::from_secs(300));
        assert_eq!(serving("proxy"), (None, idle, None));
        assert_eq!(serving("proxy --socket x --no-idle-exit"), (Some("x".to_owned()), None, None));
        let kept = |line| serving(line).2;
        assert_eq!(kept("proxy --protocol=qmi --release-after never"), Some(Keep::Forever));
        assert_eq!(kept("proxy --protocol=qmi --release-after 0.5"), Some(Keep::For(Millis(500))));
    }

    #[test]
    fn seconds_may_have_a_fraction() {
        assert_eq!(seconds("30"), Some(Millis(30_000)));
        assert_eq!(seconds("0.5"), Some(Millis(500)));
        assert_eq!(seconds(".0019"), Some(Millis(1)));
        for wrong in ["", ".", "0", "-1", "1e3", "x", "4294968", "9999999999", "1.x"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_command_has_help_and_no_option_twice() {
        for spec in COMMANDS {
            assert!(help(Some(spec)).contains(spec.about));
            for option in spec.options {
                let same = GLOBAL.iter().chain(spec.options).filter(|other| other.name == option.name);
                assert_eq!(same.count(), 1, "{} {}", spec.name, option.name);
            }
        }
    }
}
