//! tshark reads what we write: every message of every service in every version, host's and function's, from one capture
//! file of our own tap. It must find nothing to complain of, and the values that were written. What this dissector does
//! not know is listed, message by message.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use virtual_modem::{InProcess, Room, Scenario, Time};
use wwan::channel::pcapng::StdWriter;
use wwan::channel::{Direction, PcapngTap};
use wwan::client::mbim::{ConnectRequest, Selection};
use wwan::device::modem::{Modem, Setup};
use wwan::mbim_wire::Command as _;
use wwan::mbim_wire::catalogue::{FieldInfo, JsonStruct, Kind, Map, SERVICES, StructInfo, Value, ValueInfo};
use wwan::mbim_wire::field::Empty;
use wwan::mbim_wire::message::{CommandType, write_command, write_command_done, write_indicate_status};
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::mbim_wire::service::ms_basic_connect_extensions as ext;
use wwan::mbim_wire::{ProtocolError, Status, Uuid, message};
use wwan::time::{Instant, Millis};
use wwan_interop::dissector::{COMPLAINTS, NOT_SHOWN};
use wwan_interop::tshark::{capture, dissect, values};
use wwan_interop::{Buffers, Scratch};

/// Makes values: every one another, the same in every run.
#[derive(Default)]
struct Sampler {
    next: u32,
    /// Enumerations have the value 0, which decides between alternatives.
    zeros: bool,
    /// What is made is sent to the function.
    sent: bool,
}

impl Sampler {
    fn number(&mut self) -> u32 {
        self.next += 1;
        1000 + self.next
    }

    fn structure(&mut self, info: &StructInfo) -> Value {
        let mut map = Map::new();
        for field in info.fields {
            let kind = match &field.kind {
                // There only if an earlier field says so.
                Kind::When { of, back, value } => {
                    let decides = info.fields.iter().find(|other| other.offset + back == field.offset).unwrap();
                    if map[&decides.name()] != *value {
                        continue;
                    }
                    of
                }
                kind => kind,
            };
            if let Some(value) = self.value(field, kind) {
                map.insert(field.name(), value);
            }
        }
        Value::Object(map)
    }

    /// The first value that has a name and is not zero.
    fn named(&self, info: &ValueInfo) -> Value {
        let mut named = info.values.iter().map(|(_, number)| *number);
        if self.zeros {
            return 0.into();
        }
        named.clone().find(|number| *number != 0).or_else(|| named.next()).unwrap_or(0).into()
    }

    /// A value of a kind; `None` for counts, which follow from their lists.
    fn value(&mut self, field: &FieldInfo, kind: &Kind) -> Option<Value> {
        let number = self.number();
        let [.., high, low] = number.to_be_bytes();
        Some(match kind {
            // The only numbers of 16 bits are versions.
            Kind::U16 => 0x0100.into(),
            Kind::U32 if field.name().contains("PrefixLength") => (number % 32).into(),
            Kind::U32 | Kind::I32 => number.into(),
            Kind::U64 => (u64::from(number) << 20).into(),
            Kind::Bool => true.into(),
            Kind::Enum(info) | Kind::Flags(info) => self.named(info),
            Kind::Uuid => bc::context_type::INTERNET.to_string().into(),
            Kind::Ipv4 | Kind::RefIpv4 => Ipv4Addr::new(192, 0, high, low).to_string().into(),
            Kind::Ipv6 | Kind::RefIpv6 => Ipv6Addr::from((0x2001_0db8 << 96) + u128::from(number)).to_string().into(),
            Kind::Text { .. } | Kind::TlvText { .. } if field.name().contains("ProviderId") => {
                format!("0{number}").into()
            }
            Kind::Text { .. } | Kind::TlvText { .. } | Kind::Utf8 => format!("Text {number}").into(),
            // DISPLAY TEXT was done: the dissector looks into it (ETSI TS 102 223).
            Kind::PrefixedBytes if field.name() == "Response" => "810301210082028281830100".into(),
            // "How are you?" from the network, "hellohello" to it (3GPP TS 23.040).
            Kind::Bytes if field.name() == "PduData" && self.sent => {
                "07911326040000f011000b916407281553f80000aa0ae8329bfd4697d9ec37".into()
            }
            Kind::Bytes if field.name() == "PduData" => {
                "07911326040000f0040b911346610089f60000208062917314080cc8f71d14969741f977fd07".into()
            }
            Kind::Bytes
            | Kind::BytesLengthFirst
            | Kind::SizedBytes { .. }
            | Kind::InlineBytes { .. }
            | Kind::PrefixedBytes
            | Kind::Rest
            | Kind::RestUnpadded => format!("{number:08x}").into(),
            Kind::TextList { .. } => (0..2).map(|_| Value::from(format!("15550{}", self.number()))).collect(),
            Kind::RefList { of, .. } | Kind::RefSequence(of) => (0..2).map(|_| self.structure(of)).collect(),
            Kind::RefArray { of, .. } | Kind::Array { of, .. } => {
                (0..2).map(|_| self.value(field, of)).collect::<Option<_>>()?
            }
            Kind::RefStruct(of) | Kind::Struct(of) => self.structure(of),
            Kind::TlvNumbers => vec![Value::from(1), Value::from(2)].into(),
            Kind::TlvList => Value::Array(Vec::new()),
            _ => return None,
        })
    }
}

/// The leaves of a value that was written, as tshark shows them.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|inner| leaves(inner, found)),
        Value::Array(all) => all.iter().for_each(|inner| leaves(inner, found)),
        Value::Bool(yes) => found.push(u8::from(*yes).to_string()),
        Value::Number(number) => found.push(number.to_string()),
        Value::String(text) => found.push(text.clone()),
        Value::Null => {}
    }
}

/// All values that tshark shows, numbers as decimals and bytes without colons.
fn shown(frame: &Value, found: &mut Vec<String>) {
    match frame {
        Value::Object(map) => map.values().for_each(|inner| shown(inner, found)),
        Value::Array(all) => all.iter().for_each(|inner| shown(inner, found)),
        Value::String(text) => {
            found.push(text.clone());
            found.push(text.replace(':', ""));
            if let Some(number) = text.strip_prefix("0x").and_then(|hex| u64::from_str_radix(hex, 16).ok()) {
                found.push(number.to_string());
            }
        }
        _ => {}
    }
}

/// A message, and what it is.
struct Written {
    what: String,
    direction: Direction,
    bytes: Vec<u8>,
    /// What was written, as tshark shows it.
    leaves: Vec<String>,
}

/// Whether something in a structure is there only if an earlier field says so.
fn has_alternatives(info: &StructInfo) -> bool {
    info.fields.iter().any(|field| matches!(field.kind, Kind::When { .. }))
}

/// Every message that a service has in the layouts of a version. `zeros`: only those with alternatives, the other one.
fn written(service: &'static wwan::mbim_wire::catalogue::ServiceInfo, version: u8, zeros: bool) -> Vec<Written> {
    let mut all = Vec::new();
    let mut id = 0;
    let mut sampler = Sampler { zeros, ..Sampler::default() };
    let mut buf = vec![0; 4096];
    let mut rows: Vec<_> = service.commands.iter().map(|command| command.cid).collect();
    rows.dedup();
    for cid in rows {
        use wwan::mbim_wire::catalogue::Form::{Notification, Query, Response, Set};
        for form in [Query, Set, Response, Notification] {
            let Some((command, layout)) = service.command(cid, form, version) else { continue };
            if command.version > version || (zeros && !has_alternatives(layout)) {
                continue;
            }
            sampler.sent = form == Query || form == Set;
            let value = sampler.structure(layout);
            let body = JsonStruct::new(layout, &value);
            if form == Query || form == Set {
                id += 1;
            }
            let (uuid, kind): (Uuid, _) =
                (service.uuid, if form == Set { CommandType::SET } else { CommandType::QUERY });
            let (direction, bytes) = match form {
                Query | Set => (Direction::Sent, write_command(&mut buf, id, uuid, cid, kind, &body)),
                Response => (Direction::Received, write_command_done(&mut buf, id, uuid, cid, Status::SUCCESS, &body)),
                Notification => (Direction::Received, write_indicate_status(&mut buf, uuid, cid, &body)),
            };
            let bytes = bytes.unwrap_or_else(|error| panic!("{} {form:?}: {error}", command.name())).to_vec();
            body.finish().unwrap_or_else(|error| panic!("{} {form:?}: {error}", command.name()));
            let mut expected = Vec::new();
            leaves(&value, &mut expected);
            let format = if zeros { ", other format" } else { "" };
            let what = format!("{} {} {form:?}{format} v{version}", service.name, command.name());
            all.push(Written { what, direction, bytes, leaves: expected });
        }
    }
    all
}

/// Messages without an information buffer.
fn short_messages() -> Vec<Written> {
    let mut buf = [0; 16];
    let mut all = Vec::new();
    let mut add = |what: &str, direction, bytes: &[u8], leaves: &[u32]| {
        all.push(Written {
            what: what.into(),
            direction,
            bytes: bytes.to_vec(),
            leaves: leaves.iter().map(u32::to_string).collect(),
        });
    };
    add("OPEN", Direction::Sent, message::write_open(&mut buf, 1, 4096).unwrap(), &[4096]);
    add("OPEN_DONE", Direction::Received, message::write_open_done(&mut buf, 1, Status::SUCCESS).unwrap(), &[0]);
    add("CLOSE", Direction::Sent, message::write_close(&mut buf, 2).unwrap(), &[2]);
    add("CLOSE_DONE", Direction::Received, message::write_close_done(&mut buf, 2, Status::SUCCESS).unwrap(), &[0]);
    let error = ProtocolError::FRAGMENT_OUT_OF_SEQUENCE;
    add("HOST_ERROR", Direction::Sent, message::write_host_error(&mut buf, 3, error).unwrap(), &[3, error.0]);
    let error = ProtocolError::NOT_OPENED;
    add(
        "FUNCTION_ERROR",
        Direction::Received,
        message::write_function_error(&mut buf, 4, error).unwrap(),
        &[4, error.0],
    );
    all
}

#[test]
fn every_message_is_read_with_all_its_values() {
    let scratch = Scratch::new();
    let (mut read, mut compared) = (0, 0);
    let mut used = BTreeSet::new();
    for (version, name) in VERSIONS {
        let services = |zeros| SERVICES.iter().flat_map(move |service| written(service, version, zeros));
        let all: Vec<_> = short_messages().into_iter().chain(services(false)).chain(services(true)).collect();
        let path = scratch.path("written.pcapng");
        let messages: Vec<_> = all.iter().map(|message| (message.direction, message.bytes.clone())).collect();
        capture(&path, &messages);
        let frames = dissect(&path, "mbim.control", &[&format!("mbim.extended_version:{name}")]);
        assert_eq!(frames.len(), all.len());
        for (frame, message) in frames.iter().zip(&all) {
            let known = COMPLAINTS.iter().find(|(what, _)| message.what.starts_with(what));
            let expected = known.map_or(&[][..], |(_, complaints)| complaints);
            assert_eq!(complaints(frame), expected, "{}", message.what);
            if let Some((what, _)) = known {
                used.insert(*what);
                continue;
            }
            assert_eq!(values(frame, "mbim.control.header.message_length"), [message.bytes.len().to_string()]);
            read += 1;
            let mut there = Vec::new();
            shown(frame, &mut there);
            let missing: Vec<_> = message.leaves.iter().filter(|leaf| !there.contains(leaf)).collect();
            let not_shown = NOT_SHOWN.iter().find(|what| message.what.starts_with(*what));
            assert!(missing.is_empty() || not_shown.is_some(), "{}: {missing:?}", message.what);
            used.extend(not_shown.filter(|_| !missing.is_empty()));
            compared += message.leaves.len() - missing.len();
        }
    }
    let listed: BTreeSet<_> = COMPLAINTS.iter().map(|(what, _)| *what).chain(NOT_SHOWN.iter().copied()).collect();
    assert_eq!(used, listed, "the dissector has learned something");
    println!("tshark read {read} messages without a complaint, and {compared} values as they were written");
}

/// A modem and our client in virtual time, recorded by our tap. Everything that the function has to say on Basic Connect.
fn converse(path: &Path, version: u16) {
    let (scenario, mut room, mut buffers) = (Scenario::default(), Room::new(), Buffers::new());
    let modem = InProcess::mbim(&scenario, Time::Virtual, &mut room);
    let tap = PcapngTap::new(modem, StdWriter(fs::File::create(path).unwrap()), 1_700_000_000_000);
    let mut client = buffers.client(tap);
    client.open().unwrap();
    client.query::<bc::DeviceServices>(&Empty {}).unwrap();
    if version > 0x0100 {
        let asked = ext::VersionInfo { mbim_version: 0x0100, mbim_extended_version: version };
        let agreed = client.query::<ext::Version>(&asked).unwrap().mbim_extended_version();
        assert_eq!(agreed, Ok(version));
    }
    client.wait_ready(Millis::from_secs(10)).unwrap();
    client.register(Selection::Automatic, Millis::from_secs(10)).unwrap();
    client.attach(Millis::from_secs(10)).unwrap();
    if version < 0x0300 {
        client.connect(&ConnectRequest { apn: "internet", ..ConnectRequest::default() }).unwrap();
    } else {
        let set = bc::ConnectSetV3 {
            activation_command: bc::ActivationCommand::ACTIVATE,
            ip_type: bc::ContextIpType::IPV4V6,
            context_type: bc::context_type::INTERNET,
            access_string: "internet".into(),
            ..bc::ConnectSetV3::default()
        };
        let (service, cid) = (bc::BASIC_CONNECT, bc::Connect::CID);
        let answer = client.command(service, cid, CommandType::SET, &set, Millis::from_secs(30)).unwrap();
        assert_eq!(answer.status, Status::SUCCESS);
    }
    client.ip_configuration(0).unwrap();
    let queries = bc::SERVICE.commands.iter().filter(|command| command.query.is_some());
    let empty: Vec<_> = queries.filter(|command| command.query.unwrap().0.fields.is_empty()).collect();
    for command in &empty {
        let (service, patience) = (bc::BASIC_CONNECT, Millis::from_secs(60));
        let answer = client.command(service, command.cid, CommandType::QUERY, &Empty {}, patience).unwrap();
        assert!([Status::SUCCESS, Status::NO_DEVICE_SUPPORT].contains(&answer.status), "{}", command.name());
    }
    // What happens by itself becomes indications.
    let happens: &[fn(&mut Modem, Instant)] = &[
        |modem, now| modem.change_dns(now, 0, &[Ipv4Addr::new(192, 0, 2, 99)], &[]),
        |modem, now| modem.network_deactivates(now, 0, 38),
        |modem, now| modem.remove_sim(now),
        |modem, now| modem.set_hw_radio(now, false),
    ];
    let mut indications = 0;
    for happen in happens {
        let now = client.now();
        happen(client.channel().channel_mut().modem(), now);
        while client.next_indication(Instant(0)).unwrap().is_some() {
            indications += 1;
        }
    }
    assert!(indications > 5, "{indications}");
    client.close().unwrap();
    assert_eq!((client.channel().lost(), client.counters().malformed), (0, 0));
}

#[test]
fn a_recorded_conversation_is_read_with_the_models_values() {
    let scratch = Scratch::new();
    let (mut answers, mut indications) = (0, 0);
    for (version, name) in VERSIONS {
        let path = scratch.path("conversation.pcapng");
        converse(&path, u16::from(version) << 8);
        let frames = dissect(&path, "mbim.control", &[&format!("mbim.extended_version:{name}")]);
        let mut cids = BTreeSet::new();
        for (number, frame) in frames.iter().enumerate() {
            let complaints = complaints(frame);
            let kind = values(frame, "mbim.control.header.message_type")[0];
            assert!(complaints.is_empty(), "version {name}, frame {number}: {complaints:?} {frame:#}");
            match kind {
                "0x80000003" => answers += 1,
                "0x80000007" => indications += 1,
                _ => {}
            }
            cids.extend(values(frame, "mbim.control.cid").first().map(|cid| (kind, cid.parse::<u32>().unwrap())));
        }
        for told in [
            bc::SubscriberReadyStatus::CID,
            bc::RadioState::CID,
            bc::RegisterState::CID,
            bc::PacketService::CID,
            bc::Connect::CID,
            bc::IpConfiguration::CID,
        ] {
            assert!(cids.contains(&("0x80000003", told)) && cids.contains(&("0x80000007", told)), "{told}: {cids:?}");
        }
        let setup = Setup::default();
        let sim = wwan::device::modem::sim::Sim::default();
        let own = &setup.network.networks[0];
        let sessions = setup.bearer.max_sessions.to_string();
        let (uplink, downlink) = (own.uplink.to_string(), own.downlink.to_string());
        for (field, expected) in [
            ("mbim.control.device_caps_info.device_id", setup.identity.imei.as_str()),
            ("mbim.control.device_caps_info.hw_info", &setup.identity.model),
            ("mbim.control.device_caps_info.fw_info", &setup.identity.firmware),
            ("mbim.control.device_caps_info.max_sessions", &sessions),
            ("mbim.control.device_caps_info.subscriber_ready_status.subscriber_id", &sim.imsi),
            ("mbim.control.device_caps_info.subscriber_ready_status.sim_icc_id", &sim.iccid),
            ("mbim.control.device_caps_info.subscriber_ready_status.tel_nb", &sim.numbers[0]),
            ("mbim.control.packet_service_info.uplink_speed", &uplink),
            ("mbim.control.packet_service_info.downlink_speed", &downlink),
            ("mbim.control.ip_configuration_info.ipv4_gateway", "10.64.0.1"),
            ("mbim.control.ip_configuration_info.ipv4_dns", "192.0.2.53"),
            ("mbim.control.ip_configuration_info.ipv4_dns", "192.0.2.99"),
            ("mbim.control.ip_configuration_info.ipv6_gateway", "2001:db8:64::1"),
            ("mbim.control.connect_info.nw_error", "38"),
            ("mbim.control.provider.provider_name", &own.name),
        ] {
            let found: Vec<_> = frames.iter().flat_map(|frame| values(frame, field)).collect();
            assert!(found.contains(&expected), "version {name}: {field}: {expected} is not in {found:?}");
        }
    }
    assert!(answers > 60 && indications > 20, "{answers} {indications}");
    println!("tshark read {answers} answers and {indications} indications of the function without a complaint");
}

const VERSIONS: [(u8, &str); 3] = [(1, "1.0"), (2, "2.0"), (3, "3.0")];

/// What tshark complains of.
fn complaints(frame: &Value) -> Vec<&str> {
    let mut found = values(frame, "_ws.expert.message");
    if values(frame, "mbim.control").is_empty() {
        found.push("not an MBIM message");
    }
    found
}
