//! The modem as commands use it: opened or taken over at the beginning, left alone or closed at the end, and asked by
//! the layouts of the catalogue in between.

use mbim_wire::catalogue::{Form, StructInfo, Value};
use mbim_wire::field::{Empty, Raw};
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command as _, Status, Uuid};
use wwan::channel::blocking::MessageChannel as _;
use wwan::client::mbim::blocking::Client;
use wwan::client::mbim::{Error, Memory};
use wwan::procedure::mbim::Version;
use wwan::session::mbim::{Config, Memory as SessionMemory, Slot};
use wwan::time::{Instant, Millis};

use crate::args::Options;
use crate::commands::report;
use crate::device::{self, Channel, DeviceError, Opened, USUAL};
use crate::error::Fail;
use crate::names;
use crate::output::{clean, note};
use crate::usb::Data;

/// Longest command and longest answer, in bytes.
const LONGEST: usize = 0x1_0000;

/// How long a single question may stay unanswered.
const QUESTION: Millis = Millis::from_secs(10);

/// How long an open modem may take to show that it is open, and how long taking leave may take.
const SHORT: Millis = Millis::from_secs(2);

/// How long what is read from the SIM may take, from when the SIM is ready; and how often it is looked at.
pub(crate) const STARTING: Millis = Millis::from_secs(10);
pub(crate) const PAUSE: Millis = Millis(500);

/// The client that commands drive.
pub(crate) type Driver = Client<'static, Channel>;

/// What becomes of an opened modem at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// It is closed if this program opened it, and left as it was found otherwise.
    AsFound,
    /// It stays open: closing it would undo what was done.
    Open,
    /// It restarts, and is not there any more.
    Gone,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) service: Uuid,
    pub(crate) cid: u32,
    pub(crate) status: Status,
    pub(crate) body: Vec<u8>,
    layout: Option<&'static StructInfo>,
}

impl Answer {
    /// The fields of a successful answer, with names of the specification.
    pub(crate) fn fields(&self) -> Result<Value, Fail> {
        if self.status != Status::SUCCESS {
            return Err(self.refusal());
        }
        let command = || names::command(self.service, self.cid);
        let layout =
            self.layout.ok_or_else(|| Fail::Data(format!("{}: the layout of the answer is unknown", command())))?;
        let fields = layout
            .decode(&self.body, false)
            .map_err(|error| Fail::Data(format!("answer to {}: {error}", command())))?;
        Ok(names::named(layout, &fields))
    }

    /// The refusal that the answer is, with the network's reason where it has one.
    pub(crate) fn refusal(&self) -> Fail {
        let fields = self.layout.and_then(|layout| layout.decode(&self.body, false).ok());
        let cause = fields
            .as_ref()
            .and_then(|fields| fields.get("NwError"))
            .and_then(Value::as_u64)
            .and_then(|cause| u32::try_from(cause).ok())
            .filter(|cause| *cause != 0);
        Fail::refused(self.service, self.cid, self.status, cause.map(bc::NwError))
    }
}

/// An open modem.
#[derive(Debug)]
pub(crate) struct Modem {
    pub(crate) client: Driver,
    /// Device node or name of the virtual modem.
    pub(crate) name: String,
    /// The version of the Microsoft extensions that is in force: 1, 2 or 3.
    pub(crate) version: u8,
    /// Whether it was open before.
    pub(crate) taken_over: bool,
    /// Whether a proxy stands in between, which keeps the modem open and forgets what this program has subscribed to.
    through_proxy: bool,
}

/// Memory for as long as the program runs; there is one modem in it.
fn memory(length: usize) -> &'static mut [u8] {
    vec![0; length].leak()
}

impl Modem {
    /// Reaches the modem that the options name: takes it over if it is open, opens it otherwise.
    ///
    /// `limit` is the time for everything; opening takes 30 seconds of it at most. Through a proxy, it is the proxy that takes
    /// over or opens.
    pub(crate) fn open(opened: Opened, options: &Options, limit: Millis) -> Result<Self, Fail> {
        let Opened { mut channel, name, wanted, .. } = opened;
        let opening = limit.min(USUAL);
        channel.channel_mut().channel_mut().until = channel.now() + opening;
        let longest = channel.max_message();
        let config = config(longest, opening);
        let memory = Memory {
            transfer: memory(longest.max(4096)),
            indications: memory(LONGEST),
            session: SessionMemory {
                slots: vec![Slot::FREE; 4].leak(),
                command: memory(LONGEST),
                answer: memory(LONGEST),
                indication: memory(LONGEST),
            },
        };
        let start = channel.now();
        let mut client = Client::new(channel, config, memory);
        let found = match &wanted {
            Some(path) => {
                configure_proxy(&mut client, path, opening)?;
                None
            }
            None if options.reopen => None,
            None => version_if_open(&mut client, Millis(opening.0 / 4).min(SHORT))?,
        };
        if found.is_none() {
            client.open()?;
        }
        let mut modem = Self { client, name, version: 1, taken_over: found.is_some(), through_proxy: wanted.is_some() };
        match found {
            Some(version) => modem.set_version(version),
            None => modem.hear_version(),
        }
        modem.limit(start, limit);
        Ok(modem)
    }

    /// Sets the end of all waiting; a limit of [`Millis`]`(u32::MAX)` is none.
    fn limit(&mut self, start: Instant, limit: Millis) {
        let until = if limit == Millis(u32::MAX) { Instant::FAR } else { start + limit };
        self.channel().channel_mut().channel_mut().until = until;
    }

    fn set_version(&mut self, version: u8) {
        self.version = version;
        self.client.assume_version(Version(u16::from(version) << 8));
        self.channel().sink_mut().version = version;
    }

    /// Goes by the version that a proxy has told last, if any.
    pub(crate) fn hear_version(&mut self) {
        let version = self.channel().sink_mut().version;
        self.set_version(version);
    }

    fn channel(&mut self) -> &mut Channel {
        self.client.channel()
    }

    /// Now, by the clock of the channel.
    pub(crate) fn now(&mut self) -> Instant {
        self.channel().now()
    }

    /// The time that is left, less a second for what comes after.
    pub(crate) fn patience(&mut self) -> Millis {
        let now = self.now();
        let until = self.channel().channel_mut().channel_mut().until;
        let left = until.since(now);
        Millis(left.0.saturating_sub(1000).max(left.0 / 2))
    }

    /// Whether the program may go on: the time allowed is not over, and the user has not interrupted it.
    pub(crate) fn check(&mut self) -> Result<(), Fail> {
        Ok(self.channel().channel_mut().channel_mut().check()?)
    }

    /// From now on there is no limit but what the user says.
    pub(crate) fn lift_limit(&mut self) {
        self.channel().channel_mut().channel_mut().until = Instant::FAR;
    }

    /// From now on the program has nothing to do once nobody reads its output.
    pub(crate) fn end_with_output(&mut self) {
        self.channel().channel_mut().channel_mut().ends_with_output.set(true);
    }

    /// The time allowed may be over, and what was begun has to be ended all the same.
    pub(crate) fn grant_time(&mut self) {
        let now = self.now();
        let until = &mut self.channel().channel_mut().channel_mut().until;
        *until = (*until).max(now + SHORT);
    }

    /// The modem's data pipes, if this program has them.
    pub(crate) fn take_data(&mut self) -> Option<Data> {
        self.channel().channel_mut().channel_mut().take_data()
    }

    /// What is left to do has to be done shortly.
    pub(crate) fn hurry(&mut self) {
        let now = self.now();
        let until = &mut self.channel().channel_mut().channel_mut().until;
        *until = (*until).min(now + SHORT).max(now);
    }

    /// Whether messages are traced.
    pub(crate) fn is_verbose(&mut self) -> bool {
        self.channel().sink_mut().is_verbose()
    }

    /// Agrees on a version of the Microsoft extensions. Only possible right after opening.
    pub(crate) fn negotiate(&mut self, wanted: u8) -> Result<(), Fail> {
        if wanted == self.version {
            return Ok(());
        }
        if self.taken_over {
            return Err(Fail::Usage(format!(
                "the modem is open with version {}.0 of the extensions; --reopen opens it anew, which ends its sessions",
                self.version
            )));
        }
        let agreed = self.client.negotiate(Version(u16::from(wanted) << 8))?.known();
        let agreed = u8::try_from(agreed.0 >> 8).unwrap_or(1);
        if agreed < wanted {
            note(&format!("the modem has version {agreed}.0 of the extensions only"));
        }
        self.set_version(agreed);
        Ok(())
    }

    /// Agrees on the highest version that both sides know, for questions whose answers say more in newer layouts. A modem
    /// that was open keeps the version it has.
    pub(crate) fn negotiate_highest(&mut self) -> Result<(), Fail> {
        if self.taken_over || self.through_proxy || self.version > 1 {
            return Ok(());
        }
        let agreed = self.client.negotiate(Version::V3)?.known();
        self.set_version(u8::try_from(agreed.0 >> 8).unwrap_or(1));
        Ok(())
    }

    /// Sends a command with an information buffer of bytes.
    pub(crate) fn command_raw(&mut self, service: Uuid, cid: u32, form: Form, body: &[u8]) -> Result<Answer, Fail> {
        let (kind, timeout) = match form {
            Form::Set => (CommandType::SET, Millis(u32::MAX)),
            _ if (service, cid) == (bc::BASIC_CONNECT, bc::VisibleProviders::CID) => {
                (CommandType::QUERY, Millis(u32::MAX))
            }
            // Other services may have questions that take longer.
            _ if service != bc::BASIC_CONNECT => (CommandType::QUERY, Millis(u32::MAX)),
            _ => (CommandType::QUERY, QUESTION),
        };
        // Where the answer is silence, the command shall be named: so its time ends just before that of the program.
        let timeout = timeout.min(self.patience());
        let answer = match self.client.command(service, cid, kind, &Raw(body), timeout) {
            Err(Error::Failed { failure, .. }) => return Err(Fail::failed(&names::command(service, cid), failure)),
            answer => answer?,
        };
        let (status, body) = (answer.status, answer.body.to_vec());
        self.hear_version();
        Ok(Answer { service, cid, status, body, layout: names::layout(service, cid, Form::Response, self.version) })
    }

    /// Sends a command of the catalogue.
    pub(crate) fn command(&mut self, service: Uuid, cid: u32, form: Form, params: &Value) -> Result<Answer, Fail> {
        let command = || names::command(service, cid);
        let layout = names::layout(service, cid, form, self.version)
            .ok_or_else(|| Fail::Usage(format!("{} has no such form", command())))?;
        let body = layout.encode(params).map_err(|error| Fail::Usage(format!("{}: {error}", command())))?;
        self.command_raw(service, cid, form, &body)
    }

    /// Asks without parameters; the fields of the answer.
    pub(crate) fn ask<C: mbim_wire::Command>(&mut self) -> Result<Value, Fail> {
        self.command(C::SERVICE, C::CID, Form::Query, &Value::Null)?.fields()
    }

    /// Asks with parameters; the fields of the answer.
    pub(crate) fn ask_with<C: mbim_wire::Command>(&mut self, params: &Value) -> Result<Value, Fail> {
        self.command(C::SERVICE, C::CID, Form::Query, params)?.fields()
    }

    /// Sets; the fields of the answer.
    pub(crate) fn set<C: mbim_wire::Command>(&mut self, params: &Value) -> Result<Value, Fail> {
        self.command(C::SERVICE, C::CID, Form::Set, params)?.fields()
    }

    /// Waits while the SIM starts. What it finds does not matter here: the modem says so when the SIM is needed.
    pub(crate) fn settle(&mut self) -> Result<(), Fail> {
        let patience = self.patience();
        self.client.wait_ready(patience)?;
        Ok(())
    }

    /// The same, for what is read from the SIM only then: until `state` of the configuration says that it was.
    pub(crate) fn settle_store<C: mbim_wire::Command>(&mut self, state: &str) -> Result<(), Fail> {
        self.settle()?;
        let until = self.now() + self.patience().min(STARTING);
        loop {
            let answer = self.command(C::SERVICE, C::CID, Form::Query, &Value::Null)?;
            let starts = answer.status == Status::NOT_INITIALIZED
                || answer.status == Status::SUCCESS && report::text(&answer.fields()?, state) == "not_initialized";
            let now = self.now();
            if !starts || now >= until {
                return Ok(());
            }
            self.client.next_indication(until.min(now + PAUSE))?;
        }
    }

    /// Takes leave. Whatever happens here does not change how the command ended.
    pub(crate) fn leave(mut self, after: After) {
        self.hurry();
        let left = match after {
            _ if self.through_proxy => Ok(()),
            // Nobody will read the indications of a modem that stays open, and old ones in its queue would stand
            // before the answers to the next program.
            After::Open => self.subscribe(&[]),
            After::Gone => Ok(()),
            After::AsFound if self.taken_over => Ok(()),
            After::AsFound => self.client.close().map_err(Fail::from),
        };
        if let Err(error) = left {
            if self.is_verbose() {
                note(&format!("taking leave: {error}"));
            }
        }
        device::report_losses(self.channel());
    }

    /// Replaces the list of indications that the modem sends: services with commands.
    pub(crate) fn subscribe(&mut self, list: &[(Uuid, Vec<u32>)]) -> Result<(), Fail> {
        let events: Vec<Value> = list
            .iter()
            .map(|(service, cids)| serde_json::json!({ "DeviceServiceId": service.to_string(), "Cids": cids }))
            .collect();
        let params = serde_json::json!({ "Events": events });
        self.set::<bc::DeviceServiceSubscribeList>(&params).map(drop)
    }
}

fn config(longest: usize, opening: Millis) -> Config {
    let mut config = Config::default();
    config.max_control_transfer = u32::try_from(longest).unwrap_or(u32::MAX);
    config.open_total = opening;
    config.open_try = config.open_try.min(Millis(opening.0 / 3));
    config.close = SHORT;
    config.first_transaction = device::first_transaction();
    config
}

/// Tells a proxy which device is wanted. It tells the version of the extensions that is in force, if not the first.
fn configure_proxy(client: &mut Driver, path: &str, timeout: Millis) -> Result<(), Fail> {
    match client.configure_proxy(path, timeout) {
        Ok(_) => Ok(()), // the tracer has heard the version
        Err(Error::Refused(_)) => {
            Err(Fail::Unreachable(format!("the proxy cannot open {}, or does not serve it", clean(path))))
        }
        // mbim-proxy says no like this.
        Err(Error::Channel(DeviceError::Gone(_))) => Err(Fail::Unreachable(format!(
            "the proxy has closed the connection: it cannot open {}, or does not serve this user",
            clean(path)
        ))),
        Err(error) => Err(error.into()),
    }
}

/// Asks an open modem for its packet service; the version of the extensions that the answer shows, or `None` if the
/// modem is not open or does not show it.
///
/// That answer has a fixed length in each version, so it tells the versions apart, which nothing else does: the host
/// that opened the modem may have agreed on a newer one. Where it is missing because the modem refuses, there is no
/// packet service, thus no session that opening could end.
fn version_if_open(client: &mut Driver, timeout: Millis) -> Result<Option<u8>, Fail> {
    client.assume_open();
    let (service, cid) = (bc::BASIC_CONNECT, bc::PacketService::CID);
    match client.command(service, cid, CommandType::QUERY, &Empty {}, timeout) {
        Ok(answer) => Ok(match answer.body.len() {
            28 => Some(1),
            32 => Some(2),
            44 => Some(3),
            _ => None,
        }),
        Err(Error::Channel(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// Whether an error leaves the modem in reach.
pub(crate) const fn is_reachable(fail: &Fail) -> bool {
    !matches!(fail, Fail::Unreachable(_))
}
