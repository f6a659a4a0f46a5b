//! tshark reads what we write of AT: command lines and answers, frames of the multiplexer, and short messages. Every field
//! that it shows must be one that was written, and hold that value; what it complains of must be known.

use std::collections::BTreeMap;

use wwan::at_wire::Writer;
use wwan::at_wire::catalogue::Value;
use wwan::at_wire::cmux::{ChannelParameters, ControlMessage, Frame, FrameType, Framing, PortSettings, Role, Signals};
use wwan::at_wire::command::{CATALOGUES, call, equipment, general, network, packet, services, sim, sms as message};
use wwan::at_wire::message::{Form, Line, Request, append};
use wwan::at_wire::parameter::{Escaping, Rest};
use wwan::at_wire::result::{Cause, FinalResult};
use wwan::at_wire::sms::{
    Address, Command, CommandType, Concatenation, DataCoding, DateTime, Deliver, DeliverReport, Element,
    EnhancedPeriod, EnhancedValidity, Parameters, Pdu, Ports, Reference, RelativeValidity, Split, Status, StatusReport,
    Submit, SubmitReport, Timestamp, Tpdu, TypeOfAddress, UserData, UserDataHeader, Validity,
};
use wwan::at_wire::text::{Coding, Language, hex};
use wwan::at_wire::urc::standard as urc;
use wwan::channel::Direction;
use wwan_interop::Scratch;
use wwan_interop::tshark::{capture, dissect, values};

/// Values by the name of their field: numbers in decimal, several of AT in their order.
type Fields = BTreeMap<String, Vec<String>>;

fn put(fields: &mut Fields, name: &str, value: impl ToString) {
    fields.entry(name.to_owned()).or_default().push(value.to_string());
}

/// All fields of all protocols that tshark shows of a record.
fn shown(layers: &Value) -> Fields {
    let mut fields = Fields::new();
    for (layer, value) in layers.as_object().unwrap() {
        if !matches!(layer.as_str(), "frame" | "user_dlt") {
            collect(layer, value, &mut fields);
        }
    }
    sorted(fields)
}

/// Of a message, the order of subtrees with equal fields is that in which JSON is read.
fn sorted(mut fields: Fields) -> Fields {
    fields.iter_mut().filter(|(name, _)| name.starts_with("gsm_sms.")).for_each(|(_, values)| values.sort());
    fields
}

fn collect(name: &str, value: &Value, fields: &mut Fields) {
    match value {
        // The one subtree whose fields must not be taken for another's.
        Value::Object(all) if name == "TP-Discharge-Time" => {
            all.iter().for_each(|(name, value)| collect(&format!("discharge {name}"), value, fields));
        }
        Value::Object(all) => all.iter().for_each(|(name, value)| collect(name, value, fields)),
        Value::Array(all) => all.iter().for_each(|value| collect(name, value, fields)),
        // How grave a complaint is, and a heading without anything below.
        Value::String(_) if name.starts_with("_ws.expert.") && name != "_ws.expert.message" => {}
        Value::String(text) if text.is_empty() && name.contains(": ") => {}
        Value::String(text) => match text.strip_prefix("0x").map(|digits| u32::from_str_radix(digits, 16)) {
            Some(Ok(number)) => put(fields, name, number),
            // Some versions say True and False.
            _ => put(fields, name, text.replace("True", "1").replace("False", "0")),
        },
        other => panic!("{name}: {other}"),
    }
}

fn compare(dissector: &str, preferences: &[&str], records: &[(Direction, Vec<u8>)], expected: &[Fields]) {
    let scratch = Scratch::new();
    let path = scratch.path("written.pcapng");
    capture(&path, records);
    let frames = dissect(&path, dissector, preferences);
    assert_eq!((frames.len(), records.len()), (expected.len(), expected.len()));
    let mut wrong = 0;
    for (number, (frame, expected)) in frames.iter().zip(expected).enumerate() {
        let shown = shown(frame);
        if shown != *expected {
            wrong += 1;
            println!("record {number}, {}", records[number].1.escape_ascii());
            for name in shown.keys().chain(expected.keys().filter(|name| !shown.contains_key(*name))) {
                if shown.get(name) != expected.get(name) {
                    println!("  {name}: shown {:?}, expected {:?}", shown.get(name), expected.get(name));
                }
            }
        }
    }
    assert_eq!(wrong, 0, "records that are read otherwise");
    let fields: usize = expected.iter().flat_map(BTreeMap::values).map(Vec::len).sum();
    println!("{dissector}: {} records, {fields} fields as they were written", records.len());
}

// Lines

const EXECUTE: u16 = 0x000d;
const SET: u16 = 0x003d;
const READ: u16 = 0x003f;
const TEST: u16 = 0x3d3f;
const ANSWER: u16 = 0x003a;
/// A line that is a name and nothing else.
const WORD: u16 = 0x0d0a;

/// Lines, and what tshark must show of them.
#[derive(Default)]
struct Lines {
    records: Vec<(Direction, Vec<u8>)>,
    expected: Vec<Fields>,
}

impl Lines {
    fn add(&mut self, direction: Direction, line: &[u8], name: &str, kind: u16, parameters: &[(&str, &str)]) {
        let mut fields = Fields::new();
        put(&mut fields, "at.role", if direction == Direction::Sent { 2 } else { 1 });
        put(&mut fields, "at.data", str::from_utf8(line).unwrap());
        if direction == Direction::Sent {
            put(&mut fields, "at.command_line_prefix", "AT");
        }
        put(&mut fields, "at.cmd", name);
        put(&mut fields, "at.cmd.type", kind);
        for (name, value) in parameters {
            put(&mut fields, &format!("at.{name}"), value);
        }
        if parameters.is_empty() {
            put(&mut fields, "at.parameters", "");
        }
        self.records.push((direction, line.to_vec()));
        self.expected.push(fields);
    }

    fn sent<'a, R: Request<'a>>(&mut self, request: &R, parameters: &[(&str, &str)]) {
        let kind = match R::FORM {
            Form::Execute => EXECUTE,
            Form::Read => READ,
            Form::Set => SET,
            Form::Test => TEST,
            Form::Unsolicited => panic!("not a command"),
        };
        let mut buffer = [0; 256];
        let line = request.to_line(&mut buffer).unwrap();
        self.add(Direction::Sent, line, R::COMMAND.name, kind, parameters);
    }

    fn told<'a, L: Line<'a>>(&mut self, answer: &L, parameters: &[(&str, &str)]) {
        let mut buffer = [0; 256];
        let line = [b"\r\n", &*answer.to_line(&mut buffer).unwrap(), b"\r\n"].concat();
        let kind = if parameters.is_empty() { WORD } else { ANSWER };
        self.add(Direction::Received, &line, L::NAME, kind, parameters);
    }

    fn ended(&mut self, result: FinalResult<'_>, name: &str, parameters: &[(&str, &str)]) {
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        writer.bytes(b"\r\n");
        result.write(false, &mut writer);
        writer.bytes(b"\r\n");
        let kind = if parameters.is_empty() { WORD } else { ANSWER };
        self.add(Direction::Received, writer.finish().unwrap(), name, kind, parameters);
    }

    /// It does not know the command last added, and shows it nevertheless.
    fn unknown(&mut self) {
        let fields = self.expected.last_mut().unwrap();
        put(fields, "at.expert.unknown_command", "");
        put(fields, "_ws.expert.message", "Unknown or Non-standard AT command");
    }
}

#[test]
fn lines_are_read_with_their_names_forms_and_parameters() {
    let mut lines = Lines::default();
    requests(&mut lines);
    answers(&mut lines);
    compare("at", &[], &lines.records, &lines.expected);
}

fn requests(lines: &mut Lines) {
    lines.sent(&general::cgmi::Execute {}, &[]);
    lines.sent(&general::cgmm::Test {}, &[]);
    lines.sent(&general::cimi::Execute {}, &[]);
    lines.sent(&network::csq::Execute {}, &[]);
    lines.sent(&equipment::cpin::Read {}, &[]);
    let both = [("cpin.pin", "\"1234\""), ("cpin.newpin", "\"87654321\"")];
    lines.sent(&equipment::cpin::Set { pin: "1234".into(), newpin: None }, &both[..1]);
    lines.sent(&equipment::cpin::Set { pin: "1234".into(), newpin: Some("87654321".into()) }, &both);
    lines.sent(&equipment::cfun::Set { fun: 4, rst: Some(1) }, &[("cfun.fun", "4"), ("cfun.rst", "1")]);
    lines.sent(&general::cmee::Set { n: 2 }, &[("cmee", "2")]);
    lines.sent(&general::cscs::Set { chset: "UCS2".into() }, &[("cscs.chset", "\"UCS2\"")]);
    let cops = network::cops::Set { mode: 1, format: Some(2), oper: Some("26201".into()), act: Some(7) };
    let operator = [("cops.mode", "1"), ("cops.format", "2"), ("cops.operator", "\"26201\""), ("cops.act", "7")];
    lines.sent(&cops, &operator);
    let cgdcont = packet::cgdcont::Set {
        pdp_type: Some("IPV4V6".into()),
        apn: Some("internet".into()),
        pdp_addr: Some("0.0.0.0".into()),
        d_comp: Some(0),
        h_comp: Some(1),
        ..packet::cgdcont::Set::from_parameters(b"3").unwrap()
    };
    let context = [
        ("cgdcont.cid", "3"),
        ("cgdcont.pdp_type", "\"IPV4V6\""),
        ("cgdcont.apn", "\"internet\""),
        ("cgdcont.pdp_addr", "\"0.0.0.0\""),
        ("cgdcont.d_comp", "0"),
        ("cgdcont.h_comp", "1"),
    ];
    lines.sent(&cgdcont, &context);
    let cmux = general::cmux::Set {
        mode: 0,
        subset: Some(1),
        port_speed: Some(5),
        n1: Some(1500),
        t1: Some(11),
        n2: Some(3),
        t2: Some(30),
        t3: Some(12),
        k: Some(2),
    };
    // It shows the digit of the speed as a character, 0x35.
    let mux = [
        ("transparency", "0"),
        ("subset", "1"),
        ("port_speed", "53"),
        ("n1", "1500"),
        ("t1", "11"),
        ("n2", "3"),
        ("t2", "30"),
        ("t3", "12"),
        ("k", "2"),
    ];
    lines.sent(&cmux, &mux);
    let memories = [("cpms.mem1", "\"SM\""), ("cpms.mem2", "\"ME\""), ("cpms.mem3", "\"MT\"")];
    let cpms = message::cpms::Set { mem1: "SM".into(), mem2: Some("ME".into()), mem3: Some("MT".into()) };
    lines.sent(&cpms, &memories);
    lines.sent(&message::cmgl::Set { stat: 4 }, &[("cmgl.req_status", "4")]);
    lines.sent(&message::cmgr::Set { index: 300 }, &[("cmgr.msg_index", "300")]);
    lines.sent(&call::vts::Set { dtmf: "5".into(), duration: Some(30) }, &[("vts.dtmf", "5"), ("vts.duration", "30")]);
    lines.sent(&call::chld::Set { n: "2".into() }, &[("chld.mode_value", "2")]);
    lines.sent(&services::clip::Set { n: 1 }, &[("clip.mode", "1")]);
    let ccwa = [("ccwa.presentation_status", "1"), ("ccwa.mode", "1"), ("ccwa.class", "7")];
    lines.sent(&services::ccwa::Set { n: Some(1), mode: Some(1), class: Some(7) }, &ccwa);
    let cmer = equipment::cmer::Set { mode: Some(3), keyp: Some(1), disp: Some(0), ind: Some(2), bfr: Some(1) };
    let events = [("cmer.mode", "3"), ("cmer.keyp", "1"), ("cmer.disp", "0"), ("cmer.ind", "2"), ("cmer.bfr", "1")];
    lines.sent(&cmer, &events);
    lines.sent(&sim::csim::Test {}, &[]);
    // Not known to it.
    lines.sent(&network::creg::Set { n: 2 }, &[("parameter", "2")]);
    lines.unknown();
    lines.sent(&network::cereg::Read {}, &[]);
    lines.unknown();
    let clock = "26/11/22,16:07:00+04";
    lines.sent(&equipment::cclk::Set { time: clock.into() }, &[("parameter", &format!("\"{clock}\""))]);
    lines.unknown();
}

fn answers(lines: &mut Lines) {
    lines.told(&network::csq::ExecuteAnswer { rssi: 20, ber: Some(99) }, &[("csq.rssi", "20"), ("csq.ber", "99")]);
    lines.told(&general::cmee::ReadAnswer { n: 1 }, &[("cmee", "1")]);
    lines.told(&equipment::cfun::ReadAnswer { fun: 1, rst: None }, &[("cfun.fun", "1")]);
    lines.told(&equipment::cpin::ReadAnswer { code: "SIM PUK".into() }, &[("cpin.code", "SIM PUK")]);
    lines.told(&general::cscs::ReadAnswer { chset: "GSM".into() }, &[("cscs.chset", "\"GSM\"")]);
    let cops = network::cops::ReadAnswer { mode: 0, format: Some(0), oper: Some("Operator, one".into()), act: Some(2) };
    let operator =
        [("cops.mode", "0"), ("cops.format", "0"), ("cops.operator", "\"Operator, one\""), ("cops.act", "2")];
    lines.told(&cops, &operator);
    let used = [
        ("cpms.used1", "1"),
        ("cpms.total1", "10"),
        ("cpms.used2", "2"),
        ("cpms.total2", "200"),
        ("cpms.used3", "0"),
        ("cpms.total3", "30"),
    ];
    let cpms = message::cpms::SetAnswer {
        used1: 1,
        total1: 10,
        used2: Some(2),
        total2: Some(200),
        used3: Some(0),
        total3: Some(30),
    };
    lines.told(&cpms, &used);
    let clcc = urc::CLcc {
        id: 2,
        dir: 1,
        stat: 4,
        mode: 0,
        mpty: Some(0),
        number: Some("+4930123".into()),
        kind: Some(145),
        alpha: Some("Bob".into()),
        priority: Some(2),
    };
    let call = [
        ("clcc.id", "2"),
        ("clcc.dir", "1"),
        ("clcc.stat", "4"),
        ("clcc.mode", "0"),
        ("clcc.mpty", "0"),
        ("number", "\"+4930123\""),
        ("type", "145"),
        ("alpha", "\"Bob\""),
        ("priority", "2"),
    ];
    lines.told(&clcc, &call);
    let clip = urc::CLip {
        number: "030123".into(),
        kind: 129,
        subaddr: Some("5".into()),
        satype: Some(128),
        alpha: Some("Bob".into()),
        cli_validity: Some(0),
    };
    let caller = [
        ("number", "\"030123\""),
        ("type", "129"),
        ("subaddress", "\"5\""),
        ("subaddress_type", "128"),
        ("alpha", "\"Bob\""),
        ("cli_validity", "0"),
    ];
    lines.told(&clip, &caller);
    let cnum = call::cnum::ExecuteAnswer {
        alpha: Some("Own".into()),
        number: "+4930123".into(),
        kind: Some(145),
        speed: Some(7),
        service: Some(4),
        itc: Some(0),
    };
    let own = [
        ("alpha", "\"Own\""),
        ("number", "\"+4930123\""),
        ("type", "145"),
        ("cnum.speed", "7"),
        ("cnum.service", "4"),
        ("cnum.itc", "0"),
    ];
    lines.told(&cnum, &own);
    let ciev = urc::CIev { indicator: "2".into(), value: Rest(b"4") };
    lines.told(&ciev, &[("ciev.indicator_index", "2"), ("indicator.2", "4")]);
    lines.told(&urc::Ring {}, &[]);
    // Not known to it.
    lines.told(&urc::CMti { mem: "SM".into(), index: 255 }, &[("parameter", "\"SM\""), ("parameter", "255")]);
    lines.unknown();

    lines.ended(FinalResult::Ok, "OK", &[]);
    lines.ended(FinalResult::Error, "ERROR", &[]);
    lines.ended(FinalResult::Cme(Cause::Number(10)), "+CME ERROR", &[("cme_error", "10")]);
    lines.ended(FinalResult::Cme(Cause::Text(b"SIM busy")), "+CME ERROR", &[("cme_error_verbose", "SIM busy")]);
    lines.ended(FinalResult::Cms(Cause::Number(302)), "+CMS ERROR", &[("parameter", "302")]);
    lines.unknown();
}

/// Of every command in the catalogue, its name and its form.
#[test]
fn all_names_are_read_in_all_forms() {
    let (mut records, mut names) = (Vec::new(), Vec::new());
    for info in CATALOGUES.iter().copied().flatten() {
        // What is typed without a sign in front it cuts in its own way, and these behind a shorter name that it knows.
        let is_cut = ["+CLCCS", "+CPINC", "+CPINR"].contains(&info.name);
        if is_cut || !info.name.starts_with(|first: char| first.is_ascii_punctuation()) {
            continue;
        }
        for (form, kind) in [(Form::Execute, EXECUTE), (Form::Read, READ), (Form::Test, TEST)] {
            let mut buffer = [0; 64];
            let mut writer = Writer::new(&mut buffer);
            writer.bytes(b"AT");
            append(info.name, form, &network::csq::Execute {}, Escaping::V250, &mut writer);
            writer.byte(b'\r');
            records.push((Direction::Sent, writer.finish().unwrap().to_vec()));
            names.push((info.name, format!("{kind:#06x}")));
        }
    }
    let scratch = Scratch::new();
    let path = scratch.path("names.pcapng");
    capture(&path, &records);
    let frames = dissect(&path, "at", &[]);
    assert_eq!(frames.len(), names.len());
    for (frame, (name, kind)) in frames.iter().zip(&names) {
        assert_eq!(values(frame, "at.cmd"), [*name]);
        assert_eq!(values(frame, "at.cmd.type"), [kind], "{name}");
        assert!(values(frame, "_ws.malformed").is_empty(), "{frame:#}");
        for complaint in values(frame, "_ws.expert.message") {
            let known = ["Unknown or Non-standard AT command", "Non mandatory type or command in this role"];
            assert!(known.contains(&complaint), "{name}: {complaint}");
        }
    }
    println!("at: {} names in three forms each", names.len() / 3);
}

// Frames

/// A frame with what tshark wants in front: no header of its own kind, and the direction.
fn framed(direction: Direction, frame: &Frame<'_>) -> (Direction, Vec<u8>) {
    let mut buffer = [0; 300];
    let mut record = vec![0, u8::from(direction == Direction::Received)];
    record.extend_from_slice(frame.write(Framing::Basic, &mut buffer).unwrap());
    (direction, record)
}

/// What it must show of a frame.
fn frame_fields(record: &(Direction, Vec<u8>), frame: &Frame<'_>) -> Fields {
    let (direction, bytes) = (record.0, &record.1[2..]);
    let mut fields = Fields::new();
    let mut add = |name: &str, value: u32| put(&mut fields, &format!("mux27010.{name}"), value);
    add("ext_header", 0);
    add("ext_header.size", 0);
    add("direction", u32::from(direction == Direction::Received));
    add("flag", 0xf9);
    add("address", u32::from(frame.dlci) << 2 | u32::from(frame.command_response) << 1 | 1);
    add("address.eaaddress", 1);
    add("address.craddress", u32::from(frame.command_response));
    add("address.dlciaddress", u32::from(frame.dlci));
    add("control", u32::from(frame.frame_type.0) | u32::from(frame.poll_final) << 4);
    // It shows this one twice.
    add("control.frametype", u32::from(frame.frame_type.0));
    add("control.frametype", u32::from(frame.frame_type.0));
    add("control.pfcontrol", u32::from(frame.poll_final));
    let length = u32::try_from(frame.information.len()).unwrap();
    let is_short = length < 0x80;
    add("length", (length << 1 | u32::from(is_short)) & 0xff);
    add("length.ealength", u32::from(is_short));
    add(if is_short { "length.framesize" } else { "length.framesize_ea" }, length);
    add("checksum", u32::from(bytes[bytes.len() - 2]));
    add("checksum_correct", 1);
    if let (Some(first), true) = (frame.information.first(), frame.dlci > 0) {
        add("information", u32::from(*first));
        let text = str::from_utf8(frame.information).unwrap().replace(['\r', '\n'], " ");
        put(&mut fields, "mux27010.information_str", text);
    }
    fields
}

#[test]
fn frames_are_read_with_all_their_fields_and_good_checks() {
    use FrameType as Type;
    use Role::{Initiator as Host, Responder as Modem};
    let long = [b'x'; 200];
    let limit = [b'y'; 127];
    let frames = [
        Frame::command(Host, 0, Type::SABM, &[]),
        Frame::response(Modem, 0, Type::UA),
        Frame::command(Host, 63, Type::SABM, &[]),
        Frame::response(Modem, 63, Type::DM),
        Frame::data(Host, 1, b"AT+CSQ\r"),
        Frame::data(Modem, 1, b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
        Frame { poll_final: true, ..Frame::data(Host, 2, b"last") },
        Frame::data(Modem, 62, &limit),
        Frame::data(Modem, 3, &[]),
        Frame::command(Host, 1, Type::DISC, &[]),
        Frame::response(Modem, 1, Type::UA),
        Frame::command(Modem, 2, Type::DISC, &[]),
        Frame::response(Host, 2, Type::UA),
        Frame::data(Host, 1, &long),
        // With information in it, it would look for a check over the header alone.
        Frame::command(Host, 1, Type::UI, &[]),
    ];
    let (mut records, mut expected) = (Vec::new(), Vec::new());
    for frame in &frames {
        for direction in [Direction::Sent, Direction::Received] {
            records.push(framed(direction, frame));
            expected.push(frame_fields(records.last().unwrap(), frame));
        }
    }
    compare("mux27010", &[], &records, &expected);

    // It does look at the check: of the same frames with one bit wrong in it, none is good.
    for (_, bytes) in &mut records {
        let at = bytes.len() - 2;
        bytes[at] ^= 0x20;
    }
    let scratch = Scratch::new();
    let path = scratch.path("damaged.pcapng");
    capture(&path, &records);
    for frame in dissect(&path, "mux27010", &[]) {
        assert!(values(&frame, "mux27010.checksum_correct").is_empty());
        assert_eq!(values(&frame, "_ws.expert.message"), ["Checksum: incorrect"]);
    }
}

/// A control message, the number of its type (27.010 §5.4.6.3), and what tshark shows of the value.
type Control<'a> = (ControlMessage<'a>, u32, &'a [(&'a str, u32)]);

#[test]
fn control_messages_are_read_with_all_their_fields() {
    let parameters = ChannelParameters {
        dlci: 33,
        frame_type: 0,
        convergence_layer: 1,
        priority: 39,
        acknowledgement_timer: 11,
        max_frame_size: 0x01fe,
        retransmissions: 3,
        window: 5,
    };
    let settings = PortSettings { rate: 7, format: 3, flow_control: 0, xon: 0x11, xoff: 0x13, mask: 0x3f7f };
    let ready = Signals(Signals::READY.0 | Signals::DATA_VALID);
    let busy = Signals(1 | Signals::FLOW_CONTROL | Signals::INCOMING_CALL);
    let messages: [Control<'_>; 13] = [
        (
            ControlMessage::ParameterNegotiation(parameters),
            0x20,
            &[
                ("pndlci", 33),
                ("pnframetype", 0),
                ("pncl", 1),
                ("pnprio", 39),
                ("pntimer", 11),
                // It takes the octets in the wrong order: bits 1 to 8 of N1 stand in front (§5.4.6.3.1).
                ("pnframesize", 0xfe01),
                ("pnna", 3),
                ("pnwinsize", 5),
            ],
        ),
        (ControlMessage::PowerSaving, 0x10, &[]),
        (ControlMessage::CloseDown, 0x30, &[]),
        (ControlMessage::Test(b"\x01ping"), 0x08, &[("testcommandversion", 1)]),
        (ControlMessage::FlowOn, 0x28, &[]),
        (ControlMessage::FlowOff, 0x18, &[]),
        (
            ControlMessage::ModemStatus { dlci: 5, signals: ready, break_signal: None },
            0x38,
            &[
                ("mscdlci", 5),
                ("mscv24.fc", 0),
                ("mscv24.rtc", 1),
                ("mscv24.rtr", 1),
                ("mscv24.ring", 0),
                ("mscv24.dcd", 1),
            ],
        ),
        (
            ControlMessage::ModemStatus { dlci: 63, signals: busy, break_signal: Some(0x31) },
            0x38,
            &[
                ("mscdlci", 63),
                ("mscv24.fc", 1),
                ("mscv24.rtc", 0),
                ("mscv24.rtr", 0),
                ("mscv24.ring", 1),
                ("mscv24.dcd", 0),
                ("mscbreak", 0x31),
            ],
        ),
        (ControlMessage::NotSupported(0x93), 0x04, &[("s", 0x93)]),
        // Of these it shows the frame and the length alone.
        (ControlMessage::RemotePort { dlci: 1, settings: None }, 0x24, &[]),
        (ControlMessage::RemotePort { dlci: 1, settings: Some(settings) }, 0x24, &[]),
        (ControlMessage::LineStatus { dlci: 1, status: 3 }, 0x14, &[]),
        (ControlMessage::ServiceNegotiation { dlci: 1, service: 1, codec: 0 }, 0x34, &[]),
    ];
    let (mut records, mut expected) = (Vec::new(), Vec::new());
    for (message, number, shown) in &messages {
        for (command, role) in [(true, Role::Initiator), (false, Role::Responder)] {
            let mut buffer = [0; 64];
            let mut writer = Writer::new(&mut buffer);
            message.write(command, &mut writer);
            let information = writer.finish().unwrap();
            let frame = Frame::data(role, 0, information);
            records.push(framed(Direction::Sent, &frame));
            let mut fields = frame_fields(records.last().unwrap(), &frame);
            let mut add = |name: &str, value: u32| put(&mut fields, &format!("mux27010.controlchannel{name}"), value);
            let kind = number << 2 | u32::from(command) << 1 | 1;
            let length = u32::try_from(information.len() - 2).unwrap();
            add("", kind);
            add(".frametype", kind);
            add(".frametype.eatype", 1);
            add(".frametype.crtype", command.into());
            add(".frametype.command", *number);
            add(".length", length << 1 | 1);
            add(".length.ealength", 1);
            add(".length.length", length);
            for (name, value) in *shown {
                add(&format!(".value.detailedvalue{name}"), *value);
            }
            if let ControlMessage::Test(octets) = message {
                put(&mut fields, "mux27010.controlchannel.value", str::from_utf8(&octets[1..]).unwrap());
            }
            expected.push(fields);
        }
    }
    compare("mux27010", &[], &records, &expected);
}

// Short messages

/// Who sends a message tells the kinds apart; it sees them from the network's side.
fn direction(tpdu: &Tpdu<'_>) -> Direction {
    match tpdu {
        Tpdu::Deliver(_) | Tpdu::SubmitReport(_) | Tpdu::StatusReport(_) => Direction::Sent,
        Tpdu::DeliverReport(_) | Tpdu::Submit(_) | Tpdu::Command(_) => Direction::Received,
    }
}

/// What it must show of a message.
#[derive(Default)]
struct Message(Fields);

impl Message {
    fn of(tpdu: &Tpdu<'_>) -> Fields {
        let mut message = Self::default();
        match tpdu {
            Tpdu::Deliver(deliver) => message.deliver(deliver),
            Tpdu::Submit(submit) => message.submit(submit),
            Tpdu::StatusReport(report) => message.status_report(report),
            Tpdu::DeliverReport(report) => {
                message.bits(0, &[]);
                message.report(report.failure_cause, &report.parameters);
            }
            Tpdu::SubmitReport(report) => {
                message.bits(1, &[]);
                message.report(report.failure_cause, &report.parameters);
                message.time(report.service_centre_timestamp);
            }
            Tpdu::Command(command) => message.command(command),
        }
        let has_header = tpdu.user_data().is_some_and(|data| data.header().is_some());
        message.add("tp-udhi", u32::from(has_header));
        sorted(message.0)
    }

    fn add(&mut self, name: &str, value: u32) {
        put(&mut self.0, &format!("gsm_sms.{name}"), value);
    }

    fn bits(&mut self, kind: u32, bits: &[(&str, bool)]) {
        self.add("tp-mti", kind);
        for (name, bit) in bits {
            self.add(name, u32::from(*bit));
        }
    }

    fn deliver(&mut self, deliver: &Deliver<'_>) {
        // TP-MMS is set if there are none.
        let bits = [("tp-mms", !deliver.more_messages), ("tp-lp", deliver.loop_prevention)];
        self.bits(0, &bits);
        self.bits_of_all(deliver.reply_path, "tp-sri", deliver.status_report);
        self.address("tp-oa", deliver.originating_address);
        self.protocol(deliver.protocol_identifier);
        self.coding(deliver.data_coding);
        self.time(deliver.service_centre_timestamp);
        self.user_data(&deliver.user_data, deliver.data_coding);
    }

    fn bits_of_all(&mut self, reply_path: bool, report: &str, status_report: bool) {
        self.add("tp-rp", u32::from(reply_path));
        self.add(report, u32::from(status_report));
    }

    fn submit(&mut self, submit: &Submit<'_>) {
        self.bits(1, &[("tp-rd", submit.reject_duplicates)]);
        self.bits_of_all(submit.reply_path, "tp-srr", submit.status_report);
        self.add("tp-mr", submit.message_reference.into());
        self.address("tp-da", submit.destination_address);
        self.protocol(submit.protocol_identifier);
        self.coding(submit.data_coding);
        let format = match submit.validity {
            Validity::Default => 0,
            Validity::Enhanced(validity) => {
                self.enhanced(validity);
                1
            }
            Validity::Relative(span) => {
                self.add("vp.validity_period", span.0.into());
                2
            }
            Validity::Absolute(time) => {
                self.time(time);
                3
            }
        };
        self.add("tp-vpf", format);
        self.user_data(&submit.user_data, submit.data_coding);
    }

    fn enhanced(&mut self, validity: EnhancedValidity) {
        self.add("vp.extension", 0);
        self.add("vp.single_shot_sm", u32::from(validity.is_single_shot()));
        self.add("vp.reserved", 0);
        let format = match validity.period().unwrap() {
            EnhancedPeriod::None => 0,
            EnhancedPeriod::Relative(_) => panic!("it takes the octet of the span for the length of the user data"),
            EnhancedPeriod::Seconds(seconds) => {
                self.add("vp.validity_period", seconds.into());
                2
            }
            EnhancedPeriod::Clock { hours, minutes, seconds } => {
                self.add("vp.validity_period.hour", hours.into());
                self.add("vp.validity_period.minutes", minutes.into());
                self.add("vp.validity_period.seconds", seconds.into());
                3
            }
        };
        self.add("vp.validity_period_format", format);
    }

    fn status_report(&mut self, report: &StatusReport<'_>) {
        let bits =
            [("tp-mms", !report.more_messages), ("tp-lp", report.loop_prevention), ("tp-srq", report.for_command)];
        self.bits(2, &bits);
        self.add("tp-mr", report.message_reference.into());
        self.address("tp-ra", report.recipient_address);
        self.time(report.service_centre_timestamp);
        self.time_of("discharge gsm_sms", report.discharge_time);
        let status = u32::from(report.status.0);
        self.add("dis_field.definition", status >> 7);
        self.add("dis_field.st_error", status >> 5 & 3);
        self.add("dis.field_st_reason", status & 0x1f);
        if let Some(parameters) = &report.parameters {
            self.report(None, parameters);
        }
    }

    fn report(&mut self, failure_cause: Option<u8>, parameters: &Parameters<'_>) {
        if let Some(cause) = failure_cause {
            self.add("tp-fcs", cause.into());
        }
        let pid = u32::from(parameters.protocol_identifier.is_some());
        let dcs = u32::from(parameters.data_coding.is_some());
        let udl = u32::from(parameters.user_data.is_some());
        self.add("tp.parameter_indicator", udl << 2 | dcs << 1 | pid);
        self.add("tp.extension", 0);
        self.add("tp.reserved", 0);
        self.add("tp.udl.present", udl);
        self.add("tp.dcs.present", dcs);
        self.add("tp.pid.present", pid);
        if let Some(identifier) = parameters.protocol_identifier {
            self.protocol(identifier);
        }
        if let Some(coding) = parameters.data_coding {
            self.coding(coding);
        }
        match (&parameters.user_data, parameters.data_coding) {
            (Some(data), Some(coding)) => self.user_data(data, coding),
            // Without a coding scheme it shows the octets: these are the septets of "Done".
            (Some(data), None) => {
                assert_eq!(data.text().unwrap(), "Done");
                self.add("tp.user_data_length", 4);
                put(&mut self.0, "gsm_sms.sms_body", "c4:b7:bb:0c");
            }
            (None, _) => {}
        }
    }

    fn command(&mut self, command: &Command<'_>) {
        self.bits(2, &[("tp-srr", command.status_report)]);
        self.add("tp-mr", command.message_reference.into());
        self.protocol(command.protocol_identifier);
        self.add("tp.command_type", command.command_type.0.into());
        self.add("tp.message_number", command.message_number.into());
        self.address("tp-da", command.destination_address);
        self.add("tp.command_data_length", u32::try_from(command.command_data.len()).unwrap());
        put(&mut self.0, "gsm_sms.tp.command_data", "");
    }

    fn address(&mut self, name: &str, address: Address<'_>) {
        let kind = address.type_of_address();
        let digits: String = match address.text() {
            Some(text) => text.chars().collect(),
            None => address.digits().collect(),
        };
        // Of names, the semi-octets that hold their septets.
        let length = if kind.is_alphanumeric() { (digits.len() * 7).div_ceil(4) } else { digits.len() };
        self.add("dis_field_addr.length", u32::try_from(length).unwrap());
        self.add("dis_field_addr.extension", 1);
        self.add("dis_field_addr.num_type", kind.number_type().into());
        self.add("dis_field_addr.num_plan", kind.numbering_plan().into());
        if kind == TypeOfAddress::INTERNATIONAL && name != "tp-ra" {
            put(&mut self.0, "e164.msisdn", &digits);
            put(&mut self.0, "e164.country_code", &digits[..2]);
        }
        put(&mut self.0, &format!("gsm_sms.{name}"), digits);
    }

    fn protocol(&mut self, identifier: u8) {
        let identifier = u32::from(identifier);
        self.add("tp-pid", identifier);
        self.add("tp.pid.format_subsequent_bits", identifier >> 6);
        if identifier >> 6 == 0 {
            self.add("tp.pid.telematic_interworking", identifier >> 5);
            let kind = if identifier >> 5 == 0 { "tp.pid.sm_al_proto" } else { "tp.pid.device_type" };
            self.add(kind, identifier & 0x1f);
        } else {
            self.add("tp.pid.message_type", identifier & 0x3f);
        }
    }

    fn coding(&mut self, coding: DataCoding) {
        let coding = u32::from(coding.0);
        self.add("tp-dcs", coding);
        match (coding >> 6, coding >> 4) {
            (3, group @ 15) => {
                self.add("coding_group_bits4", group);
                self.add("dcs.reserved", 0);
                self.add("dcs.message_coding", coding >> 2 & 1);
                self.add("dcs.message_class", coding & 3);
            }
            (3, group) => {
                self.add("coding_group_bits4", group);
                self.add("dcs.indication_sense", coding >> 3 & 1);
                self.add("dcs.reserved", 0);
                self.add("dcs.message_waiting", coding & 3);
            }
            (group, _) => {
                self.add("coding_group_bits2", group);
                if coding == 0 {
                    put(&mut self.0, "gsm_sms.gsm_7_bit_default_alphabet", "");
                } else {
                    self.add("dcs.text_compressed", coding >> 5 & 1);
                    self.add("dcs.message_class_defined", coding >> 4 & 1);
                    self.add("dcs.character_set", coding >> 2 & 3);
                    self.add("dcs.message_class", coding & 3);
                }
            }
        }
    }

    fn time(&mut self, time: Timestamp) {
        self.time_of("gsm_sms", time);
    }

    fn time_of(&mut self, place: &str, time: Timestamp) {
        let time = time.date_time().unwrap();
        let parts = [
            ("year", time.year),
            ("month", time.month),
            ("day", time.day),
            ("hour", time.hour),
            ("minutes", time.minute),
            ("seconds", time.second),
            // Which side of Greenwich it says in words alone.
            ("timezone", time.quarter_hours.unsigned_abs()),
        ];
        parts.into_iter().for_each(|(name, value)| put(&mut self.0, &format!("{place}.scts.{name}"), value));
    }

    fn user_data(&mut self, data: &UserData<'_>, coding: DataCoding) {
        self.add("tp.user_data_length", data.length(coding).unwrap().into());
        let header = data.header();
        if header.is_some() {
            let octets: u32 = header.elements().map(|element| self.element(element) + 2).sum();
            self.add("dis_field_udh.user_data_header_length", octets);
            if coding.coding() == Coding::Gsm7 && !(octets + 1).is_multiple_of(7) {
                self.add("dis_field_udh.gsm.fill_bits", 0);
            }
        }
        match (data.text(), data.octets()) {
            // It shows no text where the length is 0.
            (Some(text), _) if data.length(coding) == Ok(0) => assert_eq!(text, ""),
            (Some(text), _) => put(&mut self.0, "gsm_sms.sms_text", text),
            (_, Some(octets)) => {
                let octets: Vec<_> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
                put(&mut self.0, "gsm_sms.sms_body", octets.join(":"));
            }
            _ => {}
        }
    }

    /// The octets that it holds.
    fn element(&mut self, element: Element<'_>) -> u32 {
        let length = element.with_data(|data| u32::try_from(data.len()).unwrap());
        self.add("ie_identifier", element.id().into());
        self.add("dis_field_ud_iei.length", length);
        match element {
            Element::Concatenation(part) => {
                let reference = match part.reference {
                    Reference::Narrow(reference) => reference.into(),
                    Reference::Wide(reference) => reference.into(),
                };
                self.add("udh.mm.msg_id", reference);
                self.add("udh.mm.msg_parts", part.total.into());
                self.add("udh.mm.msg_part", part.sequence.into());
            }
            Element::MessageWaiting { indication, count } => {
                let indication = u32::from(indication);
                self.add("msg_ind_type_and_stor", indication >> 7);
                self.add("profile_id", indication >> 5 & 3);
                self.add("ext_msg_ind_type", indication >> 2 & 7);
                self.add("msg_ind_type", indication & 3);
                self.add("msg_count", count.into());
            }
            Element::Ports(ports) => {
                self.add("destination_port", ports.destination.into());
                self.add("originator_port", ports.source.into());
            }
            Element::SingleShift(language) => self.add("dis_iei_lang.single_shift", language.0.into()),
            Element::LockingShift(language) => self.add("dis_iei_lang.locking_shift", language.0.into()),
            other => panic!("{other:?}"),
        }
        length
    }
}

const NUMBER: &str = "+4930123456789";

fn time(quarter_hours: i8) -> Timestamp {
    Timestamp::from(DateTime { year: 26, month: 11, day: 22, hour: 16, minute: 7, second: 59, quarter_hours })
}

fn check(messages: &[Tpdu<'_>]) {
    let (mut records, mut expected) = (Vec::new(), Vec::new());
    for tpdu in messages {
        let mut buffer = [0; Pdu::MAX_LEN];
        records.push((direction(tpdu), tpdu.write(&mut buffer).unwrap().to_vec()));
        expected.push(Message::of(tpdu));
    }
    compare("gsm_sms", &["gsm_sms.reassemble:FALSE"], &records, &expected);
}

#[test]
fn deliveries_are_read_with_all_their_fields() {
    let plain = Deliver {
        originating_address: Address::number(NUMBER),
        service_centre_timestamp: time(0),
        user_data: UserData::of_text("Grüße @ 10 € {äöñ} [~|\\^]".into()),
        ..Deliver::default()
    };
    let named = Deliver {
        more_messages: true,
        loop_prevention: true,
        status_report: true,
        reply_path: true,
        originating_address: Address::name("Wwan 27"),
        protocol_identifier: 0x41,
        data_coding: DataCoding::new(Coding::Ucs2).with_class(0),
        service_centre_timestamp: time(22),
        user_data: UserData::of_text("Привет, 世界".into()),
    };
    let national = Address::digits_of(TypeOfAddress::NATIONAL, "30123");
    let octets = [0x00, 0x41, 0xff, 0x80];
    let binary = Deliver {
        originating_address: national,
        protocol_identifier: 0x24,
        data_coding: DataCoding(0xf6),
        service_centre_timestamp: time(4),
        user_data: UserData::of_octets(&octets),
        ..plain
    };
    let ports = [Element::Ports(Ports { destination: 50_000, source: 50_001, wide: true })];
    let waiting = [
        Element::MessageWaiting { indication: 0x81, count: 7 },
        Element::SingleShift(Language::TURKISH),
        Element::LockingShift(Language::NONE),
    ];
    let mut messages = vec![
        Tpdu::Deliver(plain),
        Tpdu::Deliver(named),
        Tpdu::Deliver(binary),
        Tpdu::Deliver(Deliver {
            data_coding: DataCoding::new(Coding::Octets),
            user_data: UserData::of_octets(&octets).with_header(UserDataHeader::new(&ports)),
            ..binary
        }),
        Tpdu::Deliver(Deliver { data_coding: DataCoding(0xd9), ..plain }),
        Tpdu::Deliver(Deliver { data_coding: DataCoding(0xea), user_data: named.user_data, ..plain }),
        Tpdu::Deliver(Deliver { user_data: plain.user_data.with_header(UserDataHeader::new(&waiting[..1])), ..plain }),
        Tpdu::Deliver(Deliver {
            user_data: UserData::of_text("Plain".into()).with_header(UserDataHeader::new(&waiting[..2])),
            ..plain
        }),
        Tpdu::Deliver(Deliver { originating_address: Address::number("*100#"), ..plain }),
        Tpdu::Deliver(Deliver { service_centre_timestamp: time(-20), ..plain }),
    ];
    // All numbers of septets there are in the last octets of a text.
    let text = "0123456789abcdef";
    for length in 0..=text.len() {
        messages.push(Tpdu::Deliver(Deliver { user_data: UserData::of_text(text[..length].into()), ..plain }));
    }
    check(&messages);
}

#[test]
fn submissions_are_read_with_all_their_fields() {
    let plain = Submit {
        message_reference: 0x2a,
        destination_address: Address::number(NUMBER),
        user_data: UserData::of_text("hellohello".into()),
        ..Submit::default()
    };
    let enhanced = |period, single| Validity::Enhanced(EnhancedValidity::new(period, single));
    let validities = [
        Validity::Default,
        Validity::Relative(RelativeValidity::of_minutes(24 * 60)),
        Validity::Relative(RelativeValidity(0xff)),
        Validity::Absolute(time(4)),
        enhanced(EnhancedPeriod::None, true),
        enhanced(EnhancedPeriod::Seconds(200), true),
        enhanced(EnhancedPeriod::Clock { hours: 12, minutes: 34, seconds: 56 }, false),
    ];
    let mut messages: Vec<_> =
        validities.into_iter().map(|validity| Tpdu::Submit(Submit { validity, ..plain })).collect();
    messages.push(Tpdu::Submit(Submit {
        reject_duplicates: true,
        status_report: true,
        reply_path: true,
        destination_address: Address::digits_of(TypeOfAddress::UNKNOWN, "1234567"),
        protocol_identifier: 0x40,
        data_coding: DataCoding::new(Coding::Gsm7).with_class(2),
        ..plain
    }));
    check(&messages);
}

#[test]
fn reports_and_commands_are_read_with_all_their_fields() {
    let recipient = Address::number(NUMBER);
    let report = StatusReport {
        message_reference: 0x2a,
        recipient_address: recipient,
        service_centre_timestamp: time(4),
        discharge_time: Timestamp::from(DateTime { minute: 8, second: 1, ..time(8).date_time().unwrap() }),
        ..StatusReport::default()
    };
    let all = Parameters {
        protocol_identifier: Some(0),
        data_coding: Some(DataCoding::new(Coding::Ucs2)),
        user_data: Some(UserData::of_text("Доставлено".into())),
    };
    let few = Parameters { data_coding: None, user_data: Some(UserData::of_text("Done".into())), ..all };
    let status = |status, parameters| Tpdu::StatusReport(StatusReport { status, parameters, ..report });
    let command = Command {
        status_report: true,
        has_header: false,
        message_reference: 9,
        protocol_identifier: 0,
        command_type: CommandType::DELETE,
        message_number: 0x2a,
        destination_address: recipient,
        command_data: &[1, 2, 3],
    };
    check(&[
        status(Status::RECEIVED, None),
        status(Status::VALIDITY_EXPIRED, Some(all)),
        status(Status(0x3e), Some(few)),
        Tpdu::StatusReport(StatusReport {
            more_messages: true,
            loop_prevention: true,
            for_command: true,
            status: Status::FORWARDED,
            ..report
        }),
        Tpdu::DeliverReport(DeliverReport { failure_cause: None, parameters: all }),
        Tpdu::DeliverReport(DeliverReport { failure_cause: Some(0xd3), parameters: Parameters::default() }),
        Tpdu::SubmitReport(SubmitReport { failure_cause: None, service_centre_timestamp: time(0), parameters: few }),
        Tpdu::SubmitReport(SubmitReport {
            failure_cause: Some(0xc2),
            service_centre_timestamp: time(0),
            parameters: Parameters::default(),
        }),
        Tpdu::Command(command),
    ]);
}

/// Parts, each by itself, and what tshark puts together of them.
#[test]
fn long_texts_are_put_together_again() {
    let plain = "Ein langer Text, der in mehrere Teile geht: äöü. ".repeat(8);
    let wide = "Длинный текст из частей, 世界. ".repeat(8);
    for (text, reference) in [(&plain, Reference::Narrow(0xaa)), (&wide, Reference::Wide(0x1234))] {
        let split = Split::new(text, reference).unwrap();
        assert!(split.parts() > 2);
        let mut all = Vec::new();
        let parts: Vec<_> = split.iter().collect();
        for part in &parts {
            assert_eq!(
                part.user_data.header().concatenation(),
                Some(Concatenation { reference, total: split.parts(), sequence: part.number })
            );
            all.push(Tpdu::Submit(Submit {
                message_reference: part.number,
                destination_address: Address::number(NUMBER),
                data_coding: split.data_coding(),
                validity: Validity::Default,
                user_data: part.user_data,
                ..Submit::default()
            }));
        }
        check(&all);
        let mut records = Vec::new();
        for tpdu in &all {
            let mut buffer = [0; Pdu::MAX_LEN];
            records.push((direction(tpdu), tpdu.write(&mut buffer).unwrap().to_vec()));
        }
        let scratch = Scratch::new();
        let path = scratch.path("parts.pcapng");
        capture(&path, &records);
        let frames = dissect(&path, "gsm_sms", &[]);
        let complaints: Vec<_> = frames.iter().flat_map(|frame| values(frame, "_ws.expert.message")).collect();
        assert!(complaints.is_empty(), "{complaints:?}");
        let last = frames.last().unwrap();
        assert_eq!(values(last, "gsm_sms.fragment.count"), [split.parts().to_string()]);
        assert_eq!(values(last, "gsm_sms.sms_text").concat(), *text);
    }
}

/// What `+CMGR` and `+CMGL` tell, with the message itself.
#[test]
fn messages_are_read_within_answers() {
    let deliver = Deliver {
        originating_address: Address::number(NUMBER),
        service_centre_timestamp: time(4),
        user_data: UserData::of_text("In an answer".into()),
        ..Deliver::default()
    };
    let tpdu = Tpdu::Deliver(deliver);
    let mut buffer = [0; Pdu::MAX_LEN];
    let octets = Pdu { service_centre: Some(Address::number("+491720000000")), tpdu }.write(&mut buffer).unwrap();
    let length = Pdu::tpdu_len(octets).unwrap();
    let digits = hex::Hex(octets).to_string();
    let length = length.to_string();
    let mut lines = Lines::default();
    let cmgr = message::cmgr::SetAnswer { stat: 1, alpha: Some("Bob".into()), length: Rest(length.as_bytes()) };
    let read =
        [("cmgr.status", "1"), ("cmgr.address", "\"Bob\""), ("cmgr.pdu_length", &*length), ("cmgr.pdu", &*digits)];
    lines.told(&cmgr, &read);
    for ((_, record), fields) in lines.records.iter_mut().zip(&mut lines.expected) {
        record.extend_from_slice(format!("{digits}\r\n").as_bytes());
        fields.insert("at.data".to_owned(), vec![String::from_utf8(record.clone()).unwrap()]);
        fields.extend(Message::of(&tpdu));
        // What ends the line with the message it takes for an empty command.
        put(fields, "at.cmd", "");
        put(fields, "at.cmd.type", EXECUTE);
        put(fields, "at.parameters", "");
    }
    lines.unknown();
    compare("at", &[], &lines.records, &lines.expected);
}
