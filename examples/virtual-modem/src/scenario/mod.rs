//! What a modem is like, what happens to it, and what the way to it does to messages: a play for tests and demonstrations.
//!
//! A [`Scenario`] is made in code, or read from a TOML file (feature `files`): `README.md` beside the built-in scenarios
//! describes the keys.

use std::net::{Ipv4Addr, Ipv6Addr};

use wwan::channel::fault::{Rates, Scripted};
use wwan::device::modem::broadcast::Page;
use wwan::device::modem::clock::Date;
use wwan::device::modem::flow::Flow;
use wwan::device::modem::location::Place;
use wwan::device::modem::management::Power;
use wwan::device::modem::network::{Cell, Signal};
use wwan::device::modem::oma::OmaAlert;
use wwan::device::modem::refresh::Refresh;
use wwan::device::modem::settings::CONFIGURATION_NAME;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::sms::Number;
use wwan::device::modem::stk::ProactiveCommand;
use wwan::device::modem::wake::Wake;
use wwan::device::modem::{Setup, Text};
use wwan::device::{at, mbim, qmi};
use wwan::time::Millis;

#[cfg(feature = "files")]
mod at_dialect;
#[cfg(feature = "files")]
mod built_in;
#[cfg(feature = "files")]
mod calls;
#[cfg(feature = "files")]
mod device;
#[cfg(feature = "files")]
mod extras;
#[cfg(feature = "files")]
mod file;
#[cfg(feature = "files")]
mod ims;
#[cfg(feature = "files")]
mod messages;
#[cfg(feature = "files")]
mod play;
#[cfg(feature = "files")]
mod read;

#[cfg(feature = "files")]
pub use built_in::{BUILT_IN, BuiltIn};
#[cfg(feature = "files")]
pub use file::ScenarioError;

/// A scenario: where the modem starts, and what happens then.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scenario {
    /// What it shows, one line.
    pub description: String,
    /// The modem at power-on, and what surrounds it.
    pub setup: Setup,
    /// The card that [`Action::InsertSim`] inserts.
    pub card: Sim,
    /// The MBIM function.
    pub function: mbim::Config,
    /// The QMI function.
    pub qmi: qmi::Config,
    /// A modem that speaks MBIM has that function, too, and carries its frames.
    pub qmi_over_mbim: bool,
    /// The QMI function carries lines of the AT modem, too, if the program has one. The MBIM function does if it has one of
    /// the services for that.
    pub at_over_qmi: bool,
    /// The AT modem.
    pub at: at::Config,
    /// What is behind its `CONNECT`.
    pub data: Behind,
    /// What happens, in the order of time.
    pub events: Vec<Event>,
    /// Commands that are refused, delayed or swallowed, whatever the state of the modem; [`mbim::FAULTS`] at most.
    pub commands: Vec<mbim::Fault>,
    /// QMI messages that are refused, delayed, swallowed or answered wrongly, whatever the state of the modem;
    /// [`qmi::FAULTS`] at most.
    pub messages: Vec<qmi::Fault>,
    /// AT commands that are refused, delayed, swallowed or left without a result, and URCs that are withheld;
    /// [`at::FAULTS`] at most.
    pub lines: Vec<at::Fault>,
    /// What happens to certain messages; directions are those of the host.
    pub faults: Vec<Scripted>,
    /// What happens to messages by chance.
    pub chance: Chance,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            description: String::new(),
            setup: Setup::default(),
            card: Sim::default(),
            function: mbim::Config::default(),
            qmi: qmi::Config::default(),
            qmi_over_mbim: true,
            at_over_qmi: true,
            at: at::Config::default(),
            data: Behind::default(),
            events: Vec::new(),
            commands: Vec::new(),
            messages: Vec::new(),
            lines: Vec::new(),
            faults: Vec::new(),
            chance: Chance::default(),
        }
    }
}

/// What is behind a connection of the AT modem. There is no PPP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Behind {
    /// Nobody: what the host sends is lost, and nothing comes back.
    #[default]
    Nobody,
    /// The host itself: what it sends comes back.
    LoopBack,
    /// The program around the modem, see [`InProcess::data_from_host`](crate::InProcess::data_from_host).
    Program,
}

/// Something that happens at a certain time.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, counted from power-on.
    pub at: Millis,
    /// What.
    pub action: Action,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// [`Scenario::card`] goes in.
    InsertSim {
        /// Number of the slot; `None`: the one in use.
        slot: Option<u8>,
    },
    /// A SIM goes out.
    RemoveSim {
        /// Number of the slot; `None`: the one in use.
        slot: Option<u8>,
    },
    /// No network is in reach any more.
    LoseSignal,
    /// The networks are back.
    RestoreSignal,
    /// The signal changes.
    SetSignal(Signal),
    /// The network ends the registration, as a refusal if there is a cause.
    NetworkDeregisters {
        /// Cause of TS 24.008 or TS 24.301, 0 for none.
        cause: u32,
    },
    /// The network ends packet service.
    LosePacketService {
        /// Cause of TS 24.008 or TS 24.301, 0 for none.
        cause: u32,
    },
    /// The network grants packet service again.
    RestorePacketService,
    /// The network ends registration with IMS, and refuses or accepts it from now on.
    RefuseIms {
        /// SIP code, 0 to accept.
        refuses: u16,
        /// What the network says to that.
        reason: String,
    },
    /// The network ends a session.
    NetworkDeactivates {
        /// The session.
        session: u8,
        /// Cause of TS 24.008 or TS 24.301, 0 for none.
        cause: u32,
    },
    /// The network changes the name servers of a session.
    ChangeDns {
        /// The session.
        session: u8,
        /// IPv4 name servers.
        v4: Vec<Ipv4Addr>,
        /// IPv6 name servers.
        v6: Vec<Ipv6Addr>,
    },
    /// The hardware switch of the radio moves.
    HardwareRadio {
        /// To "on".
        on: bool,
    },
    /// The modem changes to the configuration for another operator.
    Configure {
        /// Name of the configuration.
        name: Text<CONFIGURATION_NAME>,
    },
    /// The network sends protocol configuration options.
    Pco {
        /// The session.
        session: u8,
        /// The options.
        options: Vec<u8>,
    },
    /// The network begins, suspends, resumes or ends a flow of a session.
    Flow(Flow),
    /// The network begins to know flows, or no longer does.
    FlowsKnown(bool),
    /// The serving network has another cell now.
    SetCell(Cell),
    /// The host sends a packet.
    Traffic {
        /// The session.
        session: u8,
        /// Its length in bytes.
        octets: usize,
    },
    /// The modem wakes its host.
    Wake(Wake),
    /// The modem restarts; its host stays connected.
    Reboot,
    /// The modem is taken off its carrier.
    Unplug,
    /// The modem is back on its carrier, powered on anew.
    Plug,
    /// The modem hears nothing and says nothing any more, and loses what happens in the meantime.
    Mute,
    /// The modem takes part again.
    Unmute,
    /// The SIM toolkit asks for something.
    Proactive(ProactiveCommand),
    /// Somebody else sets a policy of the carrier lock.
    CarrierPolicy(Vec<u8>),
    /// Somebody sends the modem a message; what the network cannot keep any more is lost.
    ReceiveText {
        /// Number or name of the sender.
        from: String,
        /// What it says.
        text: String,
        /// Message class, 0 for the screen.
        class: Option<u8>,
    },
    /// The network delivers a message as it is: address of the service centre, and an SMS-DELIVER or SMS-STATUS-REPORT.
    ReceivePdu(Vec<u8>),
    /// Somebody calls.
    ReceiveCall {
        /// The number; empty if it is not told.
        from: Number,
    },
    /// The other party ends the call of that number, or all.
    EndCall {
        /// Number of the call; `None`: all.
        call: Option<u8>,
    },
    /// The other party holds a call, or does not any more.
    HoldCall {
        /// Number of the call.
        call: u8,
        /// It is held.
        on: bool,
    },
    /// The card wants a refresh.
    Refresh(Refresh),
    /// The network sends a page to everybody.
    Broadcast(Page),
    /// The network says something in a dialogue of its own, if there is none.
    NetworkUssd {
        /// What it says.
        text: String,
        /// It wants an answer.
        question: bool,
    },
    /// The network ends the dialogue.
    EndUssd,
    /// Another client inside the device answers in the dialogue.
    OtherUssdClient,
    /// The network tells another date.
    SetDate(Date),
    /// The modem is taken elsewhere, and stands still there.
    SetPlace(Place),
    /// So many satellites are in view from now on.
    SetSatellites(u8),
    /// The power comes from elsewhere, or the charge has changed.
    SetPower(Power),
    /// The operator's server asks whether a session may begin.
    OmaAlert(OmaAlert),
}

/// What happens to messages by chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chance {
    /// Every run with the same number is the same.
    pub seed: u64,
    /// To messages from the host.
    pub to_modem: Rates,
    /// To messages to the host.
    pub from_modem: Rates,
}
