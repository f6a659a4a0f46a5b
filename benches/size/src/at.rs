//! What the AT probes share: a line to a modem, and the commands of a common cellular library.

use embedded_io::ErrorKind;
use wwan::at_wire::command::network::Registration;
use wwan::at_wire::command::{equipment, general, network, packet, sim, sms};
use wwan::at_wire::parameter::Rest;
use wwan::at_wire::urc::standard::CMti;
use wwan::channel::SerialLine;
use wwan::channel::blocking::ByteStream;
use wwan::client::StreamLink;
use wwan::client::at::blocking::Client as Blocking;
use wwan::client::at::{Client, Error, Memory};
use wwan::session::at::{Config, Dialect};
use wwan::time::{Instant, Millis};

use crate::{bytes, outcome, put, put_bytes, ready, text, word};

/// The smallest byte stream there can be, blocking and async.
#[derive(Debug)]
pub struct Line;

impl ByteStream for Line {
    type Error = ErrorKind;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, ErrorKind> {
        put(deadline.since(self.now()).0);
        outcome(word())?;
        Ok(Some(bytes(buf).len()).filter(|len| *len > 0))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        put_bytes(bytes);
        Ok(bytes.len())
    }

    fn now(&self) -> Instant {
        Instant(u64::from(word()))
    }
}

impl embedded_io::ErrorType for Line {
    type Error = ErrorKind;
}

impl embedded_io_async::Read for Line {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        ready().await;
        outcome(word())?;
        Ok(bytes(buf).len())
    }
}

impl embedded_io_async::Write for Line {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        put_bytes(bytes);
        ready().await;
        outcome(word()).map(|()| bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl SerialLine for Line {}

/// How the probes' modem is spoken with. They switch it on themselves, and name the URCs that they act on.
pub fn config() -> Config<'static> {
    static DIALECT: Dialect<'static> = Dialect {
        urcs: &["+CREG", "+CGREG", "+CEREG", "+CMTI", "+CGEV", "RING"],
        boot: &["RDY"],
        multiline: &[],
        ..Dialect::STANDARD
    };
    Config::plain(&DIALECT)
}

/// The caller's buffers.
pub struct Buffers {
    transfer: [u8; 64],
    answer: [u8; 512],
    urcs: [u8; 256],
    line: [u8; 384],
    command: [u8; 128],
    pdu: [u8; 352],
}

impl Buffers {
    /// Lends them, and room for a message.
    pub fn lend(&mut self) -> (Memory<'_>, &mut [u8]) {
        let memory = Memory {
            transfer: &mut self.transfer,
            answer: &mut self.answer,
            urcs: &mut self.urcs,
            session: wwan::session::at::Memory { line: &mut self.line, command: &mut self.command },
        };
        (memory, &mut self.pdu)
    }
}

macro_rules! sequence {
    ($name:ident, $client:ident, $bound:ident, [$($asynchronous:ident)?] [$($wait:tt)*]) => {
/// Asks and sets what such a library does, and reports what happens until the line ends; `pdu` is room for a message. Only
/// with `MORE` there are messages, and the settings of a context beside its address.
pub $($asynchronous)? fn $name<C: $bound, const MORE: bool>(
    mut client: $client<'_, C>,
    pdu: &mut [u8],
) -> Result<(), Error<C::Error>> {
    client.open() $($wait)*?;
    for line in client.send(&general::cgmi::Execute {}) $($wait)*?.lines() {
        put_bytes(line);
    }
    put_bytes(client.send(&general::cgmm::Execute {}) $($wait)*?.one::<general::cgmm::ExecuteAnswer<'_>>()?.text.0);
    put_bytes(client.send(&general::cgmr::Execute {}) $($wait)*?.one::<general::cgmr::ExecuteAnswer<'_>>()?.text.0);
    put_bytes(client.send(&general::cgsn::Execute {}) $($wait)*?.one::<general::cgsn::ExecuteAnswer<'_>>()?.text.0);
    client.send(&equipment::cfun::Set { fun: word() as u8, rst: None }) $($wait)*?;
    let locked = client.send(&equipment::cpin::Read {}) $($wait)*?;
    if locked.one::<equipment::cpin::ReadAnswer<'_>>()?.code.0 != b"READY" {
        client.send(&equipment::cpin::Set { pin: text().into(), newpin: None }) $($wait)*?;
    }
    put_bytes(client.send(&general::cimi::Execute {}) $($wait)*?.one::<general::cimi::ExecuteAnswer<'_>>()?.imsi.0);
    // The preferred network, from the card.
    let file = sim::crsm::Set {
        command: 176,
        fileid: Some(28514),
        p1: Some(0),
        p2: Some(0),
        p3: Some(0),
        data: None,
        pathid: None,
    };
    let file = client.send(&file) $($wait)*?.one::<sim::crsm::SetAnswer<'_>>()?;
    put(u32::from(file.sw1));
    if let Some(octets) = file.response {
        put_bytes(octets.octets(pdu).unwrap_or_default());
    }
    client.send(&network::creg::Set { n: 2 }) $($wait)*?;
    client.send(&network::cgreg::Set { n: 2 }) $($wait)*?;
    client.send(&network::cereg::Set { n: 2 }) $($wait)*?;
    client.send(&network::cops::Set { mode: 0, format: None, oper: None, act: None }) $($wait)*?;
    let operator = client.send(&network::cops::Read {}) $($wait)*?.one::<network::cops::ReadAnswer<'_>>()?;
    put_bytes(operator.oper.map_or(b"", |oper| oper.0));
    put(u32::from(operator.act.unwrap_or(0)));
    for line in client.send(&network::creg::Read {}) $($wait)*?.lines() {
        registration(network::creg::NAME, line)?;
    }
    for line in client.send(&network::cgreg::Read {}) $($wait)*?.lines() {
        registration(network::cgreg::NAME, line)?;
    }
    for line in client.send(&network::cereg::Read {}) $($wait)*?.lines() {
        registration(network::cereg::NAME, line)?;
    }
    put(u32::from(client.send(&network::csq::Execute {}) $($wait)*?.one::<network::csq::ExecuteAnswer>()?.rssi));
    let saving = equipment::cpsms::Set {
        mode: Some(1),
        rau: None,
        gprs_ready: None,
        tau: Some(text().into()),
        active: Some(text().into()),
    };
    client.send(&saving) $($wait)*?;
    let saving = client.send(&equipment::cpsms::Read {}) $($wait)*?.one::<equipment::cpsms::ReadAnswer<'_>>()?;
    put(u32::from(saving.mode));
    put_bytes(saving.tau.map_or(b"", |tau| tau.0));
    put_bytes(saving.active.map_or(b"", |active| active.0));
    let cycle = equipment::cedrxs::Set { mode: Some(2), act_type: Some(4), requested: Some(text().into()) };
    client.send(&cycle) $($wait)*?;
    for cycle in client.send(&equipment::cedrxs::Read {}) $($wait)*?.all::<equipment::cedrxs::ReadAnswer<'_>>() {
        put_bytes(cycle?.requested.map_or(b"", |requested| requested.0));
    }
    let context = packet::cgdcont::Set {
        cid: word() as u8,
        pdp_type: Some(text().into()),
        apn: Some(text().into()),
        pdp_addr: None,
        d_comp: None,
        h_comp: None,
        ipv4_addr_alloc: None,
        request_type: None,
        pcscf_discovery: None,
        im_cn_signalling: None,
        nslpi: None,
        secure_pco: None,
        ipv4_mtu_discovery: None,
        local_addr_ind: None,
        non_ip_mtu_discovery: None,
        rest: Rest(b""),
    };
    client.send(&context) $($wait)*?;
    client.send(&packet::cgatt::Set { state: 1 }) $($wait)*?;
    client.send(&packet::cgact::Set { state: 1, cids: Rest(b"1") }) $($wait)*?;
    let addresses = client.send(&packet::cgpaddr::Set { cids: Rest(b"1") }) $($wait)*?;
    for address in addresses.all::<packet::cgpaddr::SetAnswer<'_>>() {
        put_bytes(address?.address.map_or(b"", |address| address.0));
    }
    if MORE {
        let settings = client.send(&packet::cgcontrdp::Set { cid: 1 }) $($wait)*?;
        for settings in settings.all::<packet::cgcontrdp::SetAnswer<'_>>() {
            let settings = settings?;
            put_bytes(settings.gateway.map_or(b"", |gateway| gateway.0));
            put_bytes(settings.dns_primary.map_or(b"", |server| server.0));
            put_bytes(settings.dns_secondary.map_or(b"", |server| server.0));
        }
    }
    put_bytes(client.send(&equipment::cclk::Read {}) $($wait)*?.one::<equipment::cclk::ReadAnswer<'_>>()?.time.0);
    if MORE {
        client.send(&sms::cmgf::Set { mode: 0 }) $($wait)*?;
        client.send(&sms::cnmi::Set { mode: Some(2), mt: Some(1), bm: None, ds: None, bfr: None }) $($wait)*?;
        let sent = client.send_payload(&sms::cmgs::Set { length: word() as u8 }, bytes(pdu)) $($wait)*?;
        put(u32::from(sent.one::<sms::cmgs::SetAnswer<'_>>()?.mr));
    }
    while word() != 0 {
        let until = client.now() + Millis(word());
        let Some(urc) = client.next_urc(until) $($wait)*? else { continue };
        if let Some(stored) = MORE.then(|| urc.parse::<CMti<'_>>()).flatten() {
            let index = stored?.index;
            for (_, pdu) in client.send(&sms::cmgr::Set { index }) $($wait)*?.units() {
                put_bytes(pdu.unwrap_or_default());
            }
            client.send(&sms::cmgd::Set { index, flag: None }) $($wait)*?;
        } else if let Some(name) = ["+CEREG", "+CREG", "+CGREG"].into_iter().find(|name| urc.is(name)) {
            registration(name, urc.line)?;
        } else {
            put_bytes(urc.line);
        }
    }
    client.send(&packet::cgact::Set { state: 0, cids: Rest(b"1") }) $($wait)*?;
    put(client.lost_urcs());
    Ok(())
}
    };
}

sequence!(commands, Blocking, ByteStream, [] []);
sequence!(commands_async, Client, StreamLink, [async] [.await]);

/// Gives away where the modem is registered.
fn registration(name: &str, line: &[u8]) -> Result<(), wwan::at_wire::DecodeError> {
    let told = Registration::place(name, line)?;
    put(u32::from(told.stat.unwrap_or(0)));
    put(told.area.unwrap_or(0));
    put(u32::from(told.act.unwrap_or(0)));
    Ok(())
}

/// What a program does with an error: it gives the reason to somebody.
pub fn report<E>(result: Result<(), Error<E>>) {
    match result {
        Ok(()) => put(0),
        Err(Error::Refused { command, .. } | Error::Failed { command, .. }) => put_bytes(command.as_bytes()),
        Err(Error::Decode(error)) => put(error.offset),
        Err(_) => put(1),
    }
}
