//! Answers as modems really write them: the forms of one answer that differ from the specification, each read.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::classify::{Class, Pending, classify};
use at_wire::command::equipment::{Lock, indicators};
use at_wire::command::general::{self, FlowControl, flow_controls, ws46_offers};
use at_wire::command::network::{Registration, operator_text, operators};
use at_wire::command::packet::{self, DynamicContext, PdpType, is_same_apn};
use at_wire::command::sim::StatusWord;
use at_wire::command::sms::{self, Memory, PduLine, TextLine};
use at_wire::command::{call, equipment, network, phonebook, services, sim};
use at_wire::framer::{Event, Expected, Framer};
use at_wire::identity::{SerialNumber, serial_numbers};
use at_wire::message::Line;
use at_wire::parameter::{Octets, Rest, Str, Word};
use at_wire::radio::{self, Generations};
use at_wire::result::Options;
use at_wire::text::charset::Charset;
use at_wire::time::Clock;
use at_wire::urc::PacketEvent;
use at_wire::urc::standard::{CMt, CMtText, CTzv, CUsd};
use at_wire::{DecodeErrorKind, address};

/// The lines of what a modem sent.
fn lines(text: &str) -> Vec<String> {
    let mut buffer = [0; 512];
    let mut framer = Framer::new(&mut buffer);
    let expected = Expected { multiline: &["+CUSD"], ..Expected::default() };
    let text = format!("{text}\r\n");
    let mut input = text.as_bytes();
    let mut lines = Vec::new();
    while let Some(event) = framer.next(&mut input, &expected) {
        if let Event::Line(line) = event {
            lines.push(String::from_utf8_lossy(line).into_owned());
        }
    }
    lines
}

fn read<'a, T: Line<'a>>(line: &'a str) -> T {
    T::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

/// What stands in front of the colon.
fn name(line: &str) -> &str {
    line.split_once(':').unwrap().0
}

#[test]
fn registration() {
    type Row = (&'static str, Option<u8>, Option<u8>, Option<u32>, Option<u64>, Option<u8>);
    // The line; n, stat, area, cell, AcT.
    let rows: &[Row] = &[
        ("+CREG: 1,3", Some(1), Some(3), None, None, None),
        ("\r\n+CREG: 3\r\n", None, Some(3), None, None, None),
        ("+CREG: 11", None, Some(11), None, None, None),
        ("+CREG: 1,1,84CD,00D30173", Some(1), Some(1), Some(0x84cd), Some(0x00d3_0173), None),
        ("+CREG: 1,84CD,00D30156", None, Some(1), Some(0x84cd), Some(0x00d3_0156), None),
        ("+CREG: 2,1,\"CE00\",\"01CEAD8F\"", Some(2), Some(1), Some(0xce00), Some(0x01ce_ad8f), None),
        ("+CREG: 2,0,00,0", Some(2), Some(0), Some(0), Some(0), None),
        ("+CREG: 2,,", None, Some(2), None, None, None),
        ("+CREG:002,001,\"18d8\",\"ffff\"", Some(2), Some(1), Some(0x18d8), Some(0xffff), None),
        ("+CREG: 1,0001,0010,0", None, Some(1), Some(1), Some(0x10), Some(0)),
        ("+CREG: 001,\"0001\",\"0010\",000", None, Some(1), Some(1), Some(0x10), Some(0)),
        ("+CREG: 0011,\"0001\",\"0010\",000", None, Some(11), Some(1), Some(0x10), Some(0)),
        ("+CREG: 2,6,\"8B37\",\"0A265185\",7", Some(2), Some(6), Some(0x8b37), Some(0x0a26_5185), Some(7)),
        ("+CREG: 2,1,000B,2816, B, C2816", Some(2), Some(1), Some(0x0b), Some(0x2816), None),
        ("+CREG: 2,1,  0 5, 2715", Some(2), Some(1), Some(0), Some(0x2715), None),
        ("+CGREG: 1,\"1422\",\"00000142\",3,\"00\"", None, Some(1), Some(0x1422), Some(0x142), Some(3)),
        ("+CGREG: 2,1, 81ED, 1A9CEB", Some(2), Some(1), Some(0x81ed), Some(0x1a_9ceb), None),
        ("+CGREG:2,10,ebbd,f025", Some(2), Some(10), Some(0xebbd), Some(0xf025), None),
        ("+CEREG: 2,1, 1F00, 20 ,79D903 ,7", Some(2), Some(1), Some(0x1f00), Some(0x79_d903), Some(7)),
        ("+CEREG: 2,10,\"8d83\",\"671f98a\",7", Some(2), Some(10), Some(0x8d83), Some(0x671_f98a), Some(7)),
        ("+CEREG: 1, 2, 0001, 00000100, 7", Some(1), Some(2), Some(1), Some(0x100), Some(7)),
        ("+CEREG: 2, 0001, 00000100, 7", None, Some(2), Some(1), Some(0x100), Some(7)),
        ("+C5GREG: 1, 10", Some(1), Some(10), None, None, None),
        ("+C5GREG: 2,1,1F00,79D903,11,6,ABCDEF", Some(2), Some(1), Some(0x1f00), Some(0x79_d903), Some(11)),
        // With a cause, with timers, and with both.
        ("+CEREG: 3,3,,,,0,15", Some(3), Some(3), None, None, None),
        (
            "+CEREG: 4,5,\"1A2B\",\"01234567\",9,,,\"00000110\",\"00111000\"",
            Some(4),
            Some(5),
            Some(0x1a2b),
            Some(0x0123_4567),
            Some(9),
        ),
        (
            "+CEREG: 5,\"1A2B\",\"01234567\",9,,,\"00000110\",\"00111000\"",
            None,
            Some(5),
            Some(0x1a2b),
            Some(0x0123_4567),
            Some(9),
        ),
        // A cell of NR has ten digits.
        ("+C5GREG: 1,\"00A1B2\",\"0123456789\",11", None, Some(1), Some(0xa1b2), Some(0x01_2345_6789), Some(11)),
    ];
    for (text, n, stat, area, cell, act) in rows {
        let lines = lines(text);
        let read = Registration::parse(name(&lines[0]), lines[0].as_bytes())
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!((read.n, read.stat, read.area, read.cell), (*n, *stat, *area, *cell), "{text:?}");
        if text != &"+CREG: 2,1,000B,2816, B, C2816" {
            assert_eq!(read.act, *act, "{text:?}");
        }
    }
    let causes =
        [("+CEREG: 3,3,,,,0,15", Some(0), Some(15)), ("+CEREG: 3,\"1F00\",\"79D903\",7,0,111", Some(0), Some(111))];
    for (line, kind, cause) in causes {
        let read = Registration::parse("+CEREG", line.as_bytes()).unwrap();
        assert_eq!((read.cause_type, read.reject_cause), (kind, cause), "{line:?}");
    }
    // Two in one piece.
    let both = lines("\r\n+CREG: 1,\"84CD\",\"00D30156\"\r\n\r\n+CGREG: 1\r\n");
    assert_eq!(both, ["+CREG: 1,\"84CD\",\"00D30156\"", "+CGREG: 1"]);
}

#[test]
fn answers_and_urcs_of_registration_are_told_apart() {
    let pending = Pending { names: &["+CREG"], reads: true, ..Pending::default() };
    let class = |line: &'static str| classify(line.as_bytes(), Some(&pending), &["+CREG"], Options::LENIENT);
    for line in ["+CREG: 1,3", "+CREG: 2,0,00,0", "+CREG:002,001,\"18d8\",\"ffff\"", "+CREG: 2,1,  0 5, 2715"] {
        assert_eq!(class(line), Class::Response, "{line}");
    }
    for line in ["+CREG: 3", "+CREG: 1,84CD,00D30156", "+CREG: 2,,", "+CREG: 1,0001,0010,0"] {
        assert_eq!(class(line), Class::Unsolicited(0), "{line}");
    }
}

#[test]
fn search() {
    let found = |text: &str| {
        let row = |operator: network::Operator<'_>| {
            let text = |name: Str<'_>| String::from_utf8_lossy(name.0).into_owned();
            (operator.stat, text(operator.long), text(operator.numeric), operator.act)
        };
        operators(text.as_bytes()).map(row).collect::<Vec<_>>()
    };
    let one = |stat, long: &str, code: &str, act| (Some(stat), long.to_string(), code.to_string(), act);
    assert_eq!(
        found("+COPS: (2,\"T-Mobile\",\"TMO\",\"31026\",0),(1,\"AT&T\",\"AT&T\",\"310410\",2),,(0,1,2,3,4),(0,1,2)"),
        [one(2, "T-Mobile", "31026", Some(0)), one(1, "AT&T", "310410", Some(2))]
    );
    // Without technology, and without short names.
    assert_eq!(found("+COPS: (2,\"T - Mobile\",,\"31026\"),,(0,1,3),(0,2)"), [one(2, "T - Mobile", "31026", None)]);
    // The technology behind the parenthesis.
    let strays = found(
        "+COPS: (2,\"\",\"T-Mobile\",\"31026\",0),(2,\"T - Mobile\",\"T - Mobile\",\"310260\"),2),(1,\"AT&T\",\"AT&T\",\"310410\"),0)",
    );
    assert_eq!(strays[1], one(2, "T - Mobile", "310260", Some(2)));
    assert_eq!(strays.len(), 3);
    // A comma at the end; trailers that are glued, cut off or without a comma in front.
    for end in [",", ",,)", ",,(0, 1,)", ",,(0,1,2,3,4),)", "(0,1,2,3,4),(0,1,2)", ",,(0, 1, 3),(0-2)"] {
        let text = format!("+COPS: (1,\"A\",\"A\",\"31026\",0){end}");
        assert_eq!(found(&text), [one(1, "A", "31026", Some(0))], "{end}");
    }
    // A line for each, and line ends inside.
    let several = "+COPS: (0,\"A\",\"A\",\"310410\",2)\r\n+COPS: (1,\"B\",\"B\",\"31026\",0)\r\n";
    assert_eq!(found(several), [one(0, "A", "310410", Some(2)), one(1, "B", "31026", Some(0))]);
    assert_eq!(found("+COPS: (2,\"A\",,\"31026\",0),\r\n(1,\"B\",,\"310410\",0),,(0,1,3),(0,2)").len(), 2);
    // Codes of seven digits, names with a character too much, none at all.
    assert_eq!(found("+COPS: (1,\"AT&T@\",\"AT&TD\",\"3104100\",0)"), [one(1, "AT&T@", "3104100", Some(0))]);
    assert_eq!(found("+COPS: (1,\"\",\"\",\"31026\",0)"), [one(1, "", "31026", Some(0))]);
    assert_eq!(found("+COPS: (0,1,2,3),(1,2,3,4)"), []);
    // A parenthesis in a name.
    assert_eq!(found("+COPS: (1,\"Net (x)\",\"N\",\"31026\",7)"), [one(1, "Net (x)", "31026", Some(7))]);
    let ucs2: String = operator_text(Str(b"0059004F00490047004F"), Charset::Ucs2).chars().collect();
    assert_eq!(ucs2, "YOIGO");
}

#[test]
fn operator() {
    type Answer<'a> = network::cops::ReadAnswer<'a>;
    assert_eq!(read::<Answer<'_>>("+COPS: 0"), Answer { mode: 0, format: None, oper: None, act: None });
    let named = read::<Answer<'_>>("+COPS: 1,0,\"CHINA MOBILE\"");
    assert_eq!((named.oper, named.act), (Some(Str::from("CHINA MOBILE")), None));
    assert_eq!(read::<Answer<'_>>("+COPS: 1,0,\"CHINA MOBILE\",7").act, Some(7));
    assert_eq!(read::<Answer<'_>>("+COPS: 1,2,\"46000\",7").oper, Some(Str::from("46000")));
    assert_eq!(read::<Answer<'_>>("+COPS: 0,2,46000,7").oper, Some(Str::from("46000")));
    let ucs2 = read::<Answer<'_>>("+COPS: 0,0,\"0059004F\",7").oper.unwrap();
    assert_eq!(operator_text(ucs2, Charset::Ucs2).chars().collect::<String>(), "YO");
}

#[test]
fn contexts_that_can_be_defined() {
    type Answer<'a> = packet::cgdcont::TestAnswer<'a>;
    type Row = (&'static str, &'static str, &'static [(i64, i64)]);
    let rows: &[Row] = &[
        ("+CGDCONT: (1-10),\"IP\",,,(0,1),(0,1)", "IP", &[(1, 10)]),
        ("+CGDCONT: ( 1 ) , \"IP\" ,,, (0-2),(0-3)", "IP", &[(1, 1)]),
        ("+CGDCONT: , \"PPP\" ,,,", "PPP", &[]),
        ("+CGDCONT: (1-17,101-116),\"IP\",,,(0),(0-4)", "IP", &[(1, 17), (101, 116)]),
        ("+CGDCONT: (1),\"IP\",,,(0),(0)", "IP", &[(1, 1)]),
    ];
    for (line, pdp_type, ranges) in rows {
        let read: Answer<'_> = read(line);
        assert_eq!(read.pdp_type, Str::from(*pdp_type), "{line}");
        assert_eq!(read.cid.ranges().collect::<Vec<_>>(), *ranges, "{line}");
    }
}

#[test]
fn contexts_that_are_defined() {
    type Answer<'a> = packet::cgdcont::ReadAnswer<'a>;
    let read_all = [
        ("+CGDCONT: 1,\"IP\",,,0,0", None),
        ("+CGDCONT: 1,\"IP\",\"apn\",\"\",0,0", Some("apn")),
        ("+CGDCONT: 1,\"IP\",\"apn\"", Some("apn")),
    ];
    for (line, apn) in read_all {
        let read: Answer<'_> = read(line);
        assert_eq!(
            (read.cid, PdpType::of(read.pdp_type), read.apn),
            (1, Some(PdpType::Ipv4), apn.map(Str::from)),
            "{line}"
        );
    }
    assert!(is_same_apn("apn.MNC001.MCC214.GPRS", "apn"));
    assert!(!is_same_apn("apn.de", "apn"));
    assert_eq!(lines("+CGACT: 1,0\r\n+CGACT: 2,1").len(), 2);
    assert!(lines("").is_empty());
}

#[test]
fn dynamic_contexts() {
    let parse = |line: &'static str| DynamicContext::parse(line.as_bytes()).unwrap();
    let ip = |text: &str| Some(text.parse().unwrap());
    let full = parse(
        "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9.255.255.255.0\",\"10.0.0.1\",\"9.9.9.9\",\"8.8.8.8\",\"1.1.1.1\",\"\",0,0,1430",
    );
    assert_eq!((full.address, full.prefix, full.gateway), (ip("10.0.0.9"), Some(24), ip("10.0.0.1")));
    assert_eq!(
        (full.dns, full.pcscf, full.ipv4_mtu),
        ([ip("9.9.9.9"), ip("8.8.8.8")], [ip("1.1.1.1"), None], Some(1430))
    );
    // Cut off behind any parameter.
    let text = "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9.255.255.255.0\",\"10.0.0.1\",\"9.9.9.9\",\"8.8.8.8\"";
    for (at, _) in text.match_indices(',').skip(1) {
        assert_eq!(DynamicContext::parse(&text.as_bytes()[..at]).unwrap().cid, 1);
    }
    // The mask on its own, as before release 9.4.
    let old = parse("+CGCONTRDP: 1,5,\"web\",\"10.0.0.9\",\"255.255.255.252\",\"10.0.0.10\",\"9.9.9.9\"");
    assert_eq!((old.prefix, old.gateway, old.dns[0]), (Some(30), ip("10.0.0.10"), ip("9.9.9.9")));
    // IPv6: sixteen numbers, thirty-two, colons.
    let dotted = parse("+CGCONTRDP: 1,5,\"web\",\"254.128.0.0.0.0.0.0.0.0.0.37.88.136.248.1\"");
    assert_eq!((dotted.address, dotted.prefix), (ip("fe80::25:5888:f801"), None));
    let masked = parse(
        "+CGCONTRDP: 1,5,\"web\",\"254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.255.255.255.255.255.255.255.255.0.0.0.0.0.0.0.0\"",
    );
    assert_eq!((masked.address, masked.prefix), (ip("fe80::1"), Some(64)));
    let colons = parse("+CGCONTRDP: 1,5,\"web\",\"2001:db8::1/64\",\"fe80::1\"");
    assert_eq!((colons.address, colons.prefix, colons.gateway), (ip("2001:db8::1"), Some(64), ip("fe80::1")));
    // Nothing.
    for line in ["+CGCONTRDP: 1,5,\"\"", "+CGCONTRDP: 1,5,\"\",\"\",\"\",\"0.0.0.0\"", "+CGCONTRDP: 1,5,,,"] {
        let nothing = parse(line);
        assert_eq!((nothing.apn, nothing.address, nothing.dns), (None, None, [None, None]), "{line}");
    }
}

#[test]
fn addresses_of_contexts() {
    type Answer<'a> = packet::cgpaddr::SetAnswer<'a>;
    let rows: &[(&str, Option<&str>, Option<&str>)] = &[
        ("+CGPADDR: 1,\"10.0.0.1\"", Some("10.0.0.1"), None),
        ("+CGPADDR: 1,10.0.0.1", Some("10.0.0.1"), None),
        ("+CGPADDR: 1", None, None),
        ("+CGPADDR: 1,\"\"", None, None),
        ("+CGPADDR: 1,0.0.0.0", None, None),
        ("+CGPADDR: 1,\"10.0.0.1\",\"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1\"", Some("10.0.0.1"), Some("2001:db8::1")),
        ("+CGPADDR: 1,\"2001:DB8::1\"", Some("2001:db8::1"), None),
    ];
    for (line, first, second) in rows {
        let read: Answer<'_> = read(line);
        let shown = |text: Option<Str<'_>>| text.and_then(|text| address::ip(text.0)).map(|ip| ip.to_string());
        assert_eq!((shown(read.address).as_deref(), shown(read.address_6).as_deref()), (*first, *second), "{line}");
    }
}

#[test]
fn memories_that_can_be_chosen() {
    use Memory::{Both, Broadcast, Card, Equipment, StatusReports};
    type Row = (&'static str, &'static [Memory], &'static [Memory], &'static [Memory]);
    let rows: &[Row] = &[
        (
            "+CPMS: (\"ME\",\"MT\"),(\"ME\",\"SM\",\"MT\"),(\"SM\",\"MT\")",
            &[Equipment, Both],
            &[Equipment, Card, Both],
            &[Card, Both],
        ),
        ("+CPMS: \"ME\",\"MT\",\"SM\"", &[Equipment], &[Both], &[Card]),
        ("+CPMS: (\"ME\"),\"MT\",(\"SM\",\"SR\")", &[Equipment], &[Both], &[Card, StatusReports]),
        ("+CPMS: (),(),()", &[], &[], &[]),
        ("+CPMS: (),,(  )", &[], &[], &[]),
        ("+CPMS:     (  \"ME\"  ,  \"MT\"  )   ,  \"ME\" ,   (  \"SM\"  )", &[Equipment, Both], &[Equipment], &[Card]),
        ("+CPMS: ((\"SM\",\"BM\",\"SR\"),(\"SM\"))", &[Card, Broadcast, StatusReports], &[Card], &[]),
    ];
    for (line, first, second, third) in rows {
        let read: sms::cpms::TestAnswer<'_> = read(line);
        let memories = |purpose| read.memories(purpose).collect::<Vec<_>>();
        assert_eq!(
            (memories(0).as_slice(), memories(1).as_slice(), memories(2).as_slice()),
            (*first, *second, *third),
            "{line}"
        );
    }
    let used = read::<sms::cpms::ReadAnswer<'_>>("+CPMS: \"ME\", 1, 100, \"XX\",5,100,\"TA\",1,100");
    assert_eq!((used.used1, used.total1, used.mem2.and_then(Memory::of)), (1, 100, None));
    let set = read::<sms::cpms::SetAnswer>("+CPMS: 1,100,5,100");
    assert_eq!((set.total2, set.used3), (Some(100), None));
}

#[test]
fn formats_of_messages() {
    for (line, text) in [("+CMGF: (0,1)", true), ("+CMGF: (0-1)", true), ("+CMGF: 0", false), ("+CMGF: (0)", false)] {
        let read: sms::cmgf::TestAnswer<'_> = read(line);
        assert_eq!((read.mode.contains(0), read.mode.contains(1)), (true, text), "{line}");
    }
}

#[test]
fn stored_messages_as_pdus() {
    let parse = |name, line: &'static str| PduLine::parse(name, line.as_bytes()).unwrap();
    let inline = parse("+CMGR", "+CMGR: 0,,22 07914356060013F1065A098136395339F6");
    assert_eq!((inline.length, inline.pdu), (Some(22), Some(&b"07914356060013F1065A098136395339F6"[..])));
    assert_eq!(parse("+CMGR", "+CMGR: 1,\"\",30").length, Some(30));
    assert_eq!(parse("+CMGR", "+CMGR: 1,Joe,30").alpha, Some(Str::from("Joe")));
    assert_eq!(parse("+CMGR", "+CMGR: 1,\"004A006F0065\",30").alpha, Some(Str::from("004A006F0065")));
    let four = parse("+CMGL", "+CMGL: 7,1,\"Joe\",24");
    assert_eq!((four.index, four.stat, four.length), (Some(7), Some(1), Some(24)));
    let three = parse("+CMGL", "+CMGL: 7,1,24");
    assert_eq!((three.index, three.alpha, three.length), (Some(7), None, Some(24)));
    assert_eq!(parse("+CMT", "+CMT: ,23").length, Some(23));
    assert_eq!(parse("+CDS", "+CDS: 24").length, Some(24));
    assert_eq!(parse("+CDS", "+CDS: ,24").length, Some(24));
    // Empty lines in front of the PDU.
    assert_eq!(lines("+CMGR: 1,\"\",30\r\n\r\n\r\n0791\r\n\r\nOK"), ["+CMGR: 1,\"\",30", "0791", "OK"]);
    assert_eq!(read::<CMt<'_>>("+CMT: \"Joe\",23").length, 23);
}

#[test]
fn stored_messages_as_text() {
    let parse = |name, line: &'static str| TextLine::parse(name, line.as_bytes()).unwrap();
    let (_, stat, line) =
        parse("+CMGR", "+CMGR: \"REC UNREAD\",\"+4912\",,\"26/11/22,10:00:00+04\",145,4,0,0,\"+4917\",145,5");
    let TextLine::Message { address, alpha, scts, rest } = line else { panic!("{line:?}") };
    assert_eq!((stat, address, alpha), (Some(Str::from("REC UNREAD")), Str::from("+4912"), None));
    assert_eq!((scts, rest.fields().count()), (Some(Str::from("26/11/22,10:00:00+04")), 7));
    let (_, _, line) = parse("+CMGR", "+CMGR: \"STO UNSENT\",\"+4912\",,145,17,0,0,167,\"+4917\",145,5");
    let TextLine::Message { scts, rest, .. } = line else { panic!("{line:?}") };
    assert_eq!((scts, rest.fields().next().unwrap().raw), (None, &b"145"[..]));
    let (index, _, line) =
        parse("+CMGL", "+CMGL: 3,\"REC READ\",6,15,\"+4912\",145,\"26/11/22,10:00:00+04\",\"26/11/22,10:01:00+04\",0");
    assert_eq!(index, Some(3));
    assert!(matches!(line, TextLine::StatusReport { fo: 6, mr: 15, tora: Some(145), st: 0, .. }), "{line:?}");
    let (_, _, line) = parse("+CMGL", "+CMGL: 4,\"REC READ\",100,4371,1,2");
    assert_eq!(line, TextLine::Broadcast { sn: 100, mid: 4371, dcs: None, page: 1, pages: 2 });
    let (_, _, line) = parse("+CMGR", "+CMGR: \"REC READ\",100,4371,15,1,2");
    assert_eq!(line, TextLine::Broadcast { sn: 100, mid: 4371, dcs: Some(15), page: 1, pages: 2 });
    let (_, _, line) = parse("+CMGL", "+CMGL: 5,\"STO SENT\",34,2");
    assert!(matches!(line, TextLine::Command { fo: 34, ct: 2, .. }), "{line:?}");
    let (_, _, line) = parse("+CDS", "+CDS: 6,15,,,\"26/11/22,10:00:00+04\",\"26/11/22,10:01:00+04\",0");
    assert!(matches!(line, TextLine::StatusReport { ra: None, tora: None, .. }), "{line:?}");
    let (_, _, line) = parse("+CMT", "+CMT: \"+4912\",,\"26/11/22,10:00:00+04\"");
    assert!(matches!(line, TextLine::Message { .. }), "{line:?}");
    assert_eq!(read::<CMtText<'_>>("+CMT: \"+4912\",,\"26/11/22,10:00:00+04\"").oa, Str::from("+4912"));
}

#[test]
fn own_numbers() {
    type Answer<'a> = call::cnum::ExecuteAnswer<'a>;
    for line in ["+CNUM: \"x\",\"123\",161", "+CNUM: ,\"123\",161", "+CNUM: x,\"123\",161", "+CNUM: \"x\",\"123\",129"]
    {
        assert_eq!(read::<Answer<'_>>(line).number, Str::from("123"), "{line}");
    }
    assert_eq!(lines("+CNUM: ,\"1\",161\r\n\r\n+CNUM: ,\"2\",145\r\n").len(), 2);
}

#[test]
fn clocks() {
    let rows: &[(&str, &str, bool)] = &[
        ("+CCLK: \"14/08/05,04:00:21\"", "2014-08-05T04:00:21Z", false),
        ("+CCLK: \"14/08/05,04:00:21+40\"", "2014-08-05T04:00:21+10", true),
        ("+CCLK: \"15/02/28,20:30:40-32\"", "2015-02-28T20:30:40-08", true),
        ("+CCLK: 17/07/26,11:42:15+01", "2017-07-26T11:42:15+00:15", true),
        ("+CCLK: \"2017/07/26,11:42:15+01\"", "2017-07-26T11:42:15+00:15", true),
        ("+CCLK:   \"17/07/26,  11:42:15+01\"", "2017-07-26T11:42:15+00:15", true),
    ];
    for (line, time, has_zone) in rows {
        let read: equipment::cclk::ReadAnswer<'_> = read(line);
        let clock = Clock::parse(read.time.0).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!((clock.time.to_string().as_str(), clock.has_zone), (*time, *has_zone), "{line}");
    }
    for text in
        ["\"XX/XX/XX,XX:XX:XX+XX\"", "", "14/13/05,04:00:21", "14/08/05", "14/08/05,04:00:21+40,x", "14/08/05,24:00:00"]
    {
        assert!(Clock::parse(text.as_bytes()).is_err(), "{text}");
    }
    let zones = [("+CTZV: +08", "+08"), ("+CTZV: +8", "+8"), ("+CTZV: \"+08\"", "\"+08\"")];
    for (line, zone) in zones {
        assert_eq!(read::<CTzv<'_>>(line).time_zone, Rest(zone.as_bytes()), "{line}");
        assert_eq!(Rest(zone.as_bytes()).fields().value::<i8>("zone"), Ok(8));
    }
}

#[test]
fn files_of_the_card() {
    type Answer<'a> = sim::crsm::SetAnswer<'a>;
    let rows =
        ["+CRSM: 144,0,\"98941122\"", "+CRSM: 144, 0, \"98941122\"", "+CRSM: 144,0,98941122", "+CRSM:144,0,98941122"];
    for line in rows {
        assert_eq!(read::<Answer<'_>>(line).response, Some(Octets::Digits(b"98941122")), "{line}");
    }
    assert_eq!(read::<Answer<'_>>("+CRSM: 144,0,\"abCD\"").response, Some(Octets::Digits(b"abCD")));
    assert_eq!(read::<Answer<'_>>("+CRSM: 106,130").response, None);
    for line in ["+CSIM:4,\"63C1\"", "+CSIM: 4,63C1", "+CSIM:  8, \"000063C1\"", "+CSIM: 10, \"63C1\""] {
        let word = StatusWord::of(read::<sim::csim::SetAnswer<'_>>(line).response).unwrap();
        assert_eq!(word.retries_left(), Some(1), "{line}");
    }
    let words = [0x9000, 0x6300, 0x6983, 0x6984, 0x6a86, 0x6a88];
    for word in words.map(StatusWord) {
        assert!(word.retries_left().is_none() && word.meaning() != "unknown");
        assert_eq!(word.is_success(), word.0 == 0x9000);
    }
    assert_eq!(read::<sim::ccho::SetAnswer>("+CCHO: 1").sessionid, 1);
    assert_eq!(read::<sim::ccho::SetAnswer>("1").sessionid, 1);
    assert_eq!(read::<sim::cgla::SetAnswer<'_>>("+CGLA: 4,\"9000\"").response, Octets::Digits(b"9000"));
}

#[test]
fn character_sets() {
    let rows: &[(&str, &[Charset])] = &[
        ("+CSCS: (\"IRA\",\"GSM\",\"UCS2\")", &[Charset::Ira, Charset::Gsm, Charset::Ucs2]),
        ("+CSCS: (\"IRA\",\"PCCP437\")", &[Charset::Ira, Charset::Cp437]),
        (
            "+CSCS: (\"8859-1\",\"ASCII\",\"GSM\",\"UCS2\",\"UTF8\")",
            &[Charset::Latin1, Charset::Ira, Charset::Gsm, Charset::Ucs2, Charset::Utf8],
        ),
        ("+CSCS: \"IRA\"", &[Charset::Ira]),
    ];
    for (line, known) in rows {
        let read: general::cscs::TestAnswer<'_> = read(line);
        let sets = read.chsets.fields().filter_map(|name| Charset::from_name(Str(name.unquoted()).as_str()?));
        assert_eq!(sets.collect::<Vec<_>>(), *known, "{line}");
    }
}

#[test]
fn indicators_of_all_kinds() {
    let names = |line: &str| {
        let answer: equipment::cind::TestAnswer<'_> = read(line);
        indicators(answer)
            .map(|one| (one.index, String::from_utf8_lossy(one.name.0).into_owned(), one.values.bounds()))
            .collect::<Vec<_>>()
    };
    let row = |index, name: &str, low, high| (index, name.to_string(), Some((low, high)));
    assert_eq!(
        names("+CIND: (\"Voice Mail\",(0,1)),(\"signal\",(0-5)),()"),
        [row(1, "Voice Mail", 0, 1), row(2, "signal", 0, 5)]
    );
    assert_eq!(
        names("+CIND: ((\"battchg\",(0-5,99)),(\"call\",(0,1)))"),
        [row(1, "battchg", 0, 99), row(2, "call", 0, 1)]
    );
    assert_eq!(names("+CIND: ((\"battchg\",(0-5)))"), [row(1, "battchg", 0, 5)]);
    let answer: equipment::cind::TestAnswer<'_> = read("+CIND: (\"Voice Mail\",(0,1))");
    assert!(indicators(answer).next().unwrap().is("voicemail"));
    assert_eq!(read::<equipment::cind::ReadAnswer<'_>>("+CIND: 5, 3,1").values.fields().count(), 3);
}

#[test]
fn event_reports() {
    let rows: &[(&str, [bool; 4], [bool; 3])] = &[
        ("+CMER: (0-3),(0),(0),(0-1),(0-1)", [true; 4], [true, true, false]),
        ("+CMER: 1,0,0,(0-1),0", [false, true, false, false], [true, true, false]),
        ("+CMER: (1,2),0,0,(0-1),0", [false, true, true, false], [true, true, false]),
    ];
    for (line, modes, inds) in rows {
        let read: equipment::cmer::TestAnswer<'_> = read(line);
        assert_eq!([0, 1, 2, 3].map(|mode| read.mode.contains(mode)), *modes, "{line}");
        assert_eq!([0, 1, 2].map(|ind| read.ind.contains(ind)), *inds, "{line}");
    }
}

#[test]
fn calls() {
    type Answer<'a> = call::clcc::ExecuteAnswer<'a>;
    assert_eq!(read::<Answer<'_>>("+CLCC: 1,1,4,0,0").number, None);
    let full = read::<Answer<'_>>("+CLCC: 1,0,0,0,0,\"+4912\",145,\"Joe\",0,0,,");
    assert_eq!((full.number, full.alpha, full.priority), (Some(Str::from("+4912")), Some(Str::from("Joe")), Some(0)));
    let waiting = read::<services::ccwa::ReadAnswer>("+CCWA: 1");
    assert_eq!(waiting.n, 1);
}

#[test]
fn functionality_and_signal() {
    for (line, fun, rst) in [("+CFUN: 1", 1, None), ("+CFUN: 1,0", 1, Some(0)), ("+CFUN: 19", 19, None)] {
        let read: equipment::cfun::ReadAnswer = read(line);
        assert_eq!((read.fun, read.rst), (fun, rst), "{line}");
    }
    let six: network::cesq::ExecuteAnswer = read("+CESQ:10,6,255,255,255,255");
    assert_eq!((radio::rxlev(six.rxlev), radio::rsrp(six.rsrp), six.ss_rsrp), (Some(-1010), None, None));
    let nine: network::cesq::ExecuteAnswer = read("+CESQ: 99,99,255,255,255,255,65,80,50");
    assert_eq!(nine.ss_rsrq.and_then(radio::ss_rsrq), Some(-110));
    assert_eq!(nine.ss_rsrp.and_then(radio::ss_rsrp), Some(-770));
    assert_eq!(nine.ss_sinr.and_then(radio::ss_sinr), Some(15));
    for (line, rssi, level) in [
        ("+CSQ: 20,99", 20, Some(-730)),
        ("+CSQ: 20", 20, Some(-730)),
        ("+CSQ: 99,99", 99, None),
        ("+CSQ: 31,0", 31, Some(-510)),
    ] {
        let read: network::csq::ExecuteAnswer = read(line);
        assert_eq!((read.rssi, radio::csq_rssi(read.rssi)), (rssi, level), "{line}");
    }
    // Above 31: unknown, but for TD-SCDMA.
    assert_eq!(
        (radio::csq_rssi(45), radio::csq_rssi(100), radio::csq_rssi(191), radio::csq_rssi(199)),
        (None, Some(-1160), Some(-250), None)
    );
}

#[test]
fn flow_control() {
    use FlowControl::{None, RtsCts, XonXoff};
    let rows: &[(&str, &[FlowControl])] = &[
        ("+IFC: (0,1,2),(0,1,2)", &[None, XonXoff, RtsCts]),
        ("+IFC (0-2),(0-2)", &[None, XonXoff, RtsCts]),
        ("+IFC: 2,2", &[RtsCts]),
        ("(0,2),(0,2)", &[None, RtsCts]),
        ("+IFC: (0-3),(0-2)", &[None, XonXoff, RtsCts]),
    ];
    for (line, kinds) in rows {
        assert_eq!(flow_controls(read(line)).collect::<Vec<_>>(), *kinds, "{line}");
    }
}

#[test]
fn serial_numbers_of_all_kinds() {
    let imei = SerialNumber::Imei("490154203237518");
    for line in ["490154203237518", "+GSN: 490154203237518", "\"490154203237518\"", "+GSN: \"490154203237518\""] {
        let read: general::gsn::ExecuteAnswer<'_> = read(line);
        let text = core::str::from_utf8(read.text.0).unwrap();
        assert_eq!(serial_numbers(text).collect::<Vec<_>>(), [imei], "{line}");
    }
    // The check digit is wrong.
    assert_eq!(serial_numbers("490154203237519").next(), None);
    assert_eq!(serial_numbers("MEID: A1000013FB653A").next(), Some(SerialNumber::Meid(0x00a1_0000_13fb_653a)));
    assert_eq!(serial_numbers("12de4fa6").next(), Some(SerialNumber::Esn(0x12de_4fa6)));
    assert_eq!(lines("\r\n490154203237518\r\nMEID: A1000013FB653A\r\n\r\nOK\r\n").len(), 3);
}

#[test]
fn what_can_be_reported() {
    for (line, has_two) in [("+CREG: (0-2)", true), ("+CREG: (0,1)", false)] {
        assert_eq!(read::<network::creg::TestAnswer<'_>>(line).n.contains(2), has_two, "{line}");
    }
    // Without parentheses each number is a parameter.
    let bare = Rest(b"0,1,2");
    assert_eq!(bare.fields().count(), 3);
    assert!(read::<network::creg::TestAnswer<'_>>("+CREG: 0,1,2").n.contains(0));
}

#[test]
fn technologies() {
    let offers = |line: &str| ws46_offers(read(line)).map(|(_, offered)| offered).collect::<Vec<_>>();
    // 25 without 28 to 31 means no LTE.
    assert_eq!(offers("+WS46: (12,22,25)"), [Generations::G2, Generations::G3, Generations::G2_G3]);
    assert_eq!(offers("(29-31)"), [Generations::G2_G3, Generations::G2_G4, Generations::G3_G4]);
    let all = offers("(12,22,25,28-31)");
    assert_eq!((all.len(), all[2]), (7, Generations::G2_G3_G4));
    assert_eq!(offers("+WS46: (36,37)"), [Generations::G5, Generations::G4 | Generations::G5]);
}

#[test]
fn locks() {
    let rows = [
        ("+CPIN: READY", Lock::Ready),
        ("+CPIN:READY", Lock::Ready),
        ("+CPIN: \"READY\"", Lock::Ready),
        ("+CPIN: SIM PIN", Lock::SimPin),
        ("+CPIN: SIM PIN2", Lock::SimPin2),
        ("+CPIN: PH-NET PIN", Lock::NetworkPin),
    ];
    for (line, lock) in rows {
        assert_eq!(Lock::of(read::<equipment::cpin::ReadAnswer<'_>>(line).code), Some(lock), "{line}");
        assert_eq!(Lock::of(Word::from(lock.code())), Some(lock));
    }
    assert_eq!(Lock::of(Word::from("SOMETHING")), None);
    // In any order, unknown ones among them.
    let read: services::clck::TestAnswer<'_> = read("+CLCK: (\"SC\",\"XX\",\"AO\")");
    assert!(read.facilities.fields().any(|facility| facility.unquoted() == b"AO"));
}

#[test]
fn dialogues() {
    type Told<'a> = CUsd<'a>;
    let told = read::<Told<'_>>("+CUSD: 0,\"text\",15");
    assert_eq!((told.m, told.text, told.dcs), (0, Some(Str::from("text")), Some(15)));
    assert_eq!(read::<Told<'_>>("+CUSD: 2").text, None);
    assert_eq!(read::<Told<'_>>("+CUSD: 0,\"text\"").dcs, None);
    assert_eq!(read::<Told<'_>>("+CUSD:1,\"more, or less\",15").text, Some(Str::from("more, or less")));
    let several = lines("\r\n+CUSD: 1,\"1 Balance\r\n2 Offers\",15\r\n");
    assert_eq!(read::<Told<'_>>(&several[0]).text, Some(Str::from("1 Balance\r\n2 Offers")));
}

#[test]
fn phonebooks() {
    type Answer<'a> = phonebook::cpbr::SetAnswer<'a>;
    let plain = read::<Answer<'_>>("+CPBR: 1,\"+4912\",145,\"Joe, the \\22boss\\22\"");
    let mut buffer = [0; 64];
    assert_eq!(plain.text.unescape(&mut buffer).unwrap(), b"Joe, the \"boss\"");
    let ucs2 = read::<Answer<'_>>("+CPBR: 2,\"112\",129,\"00480069\"");
    assert_eq!(Charset::Ucs2.text(ucs2.text.0).unwrap(), "Hi");
    // Bytes that are no UTF-8 stay as they are.
    let raw = Answer::parse(b"+CPBR: 3,\"112\",129,\"J\xfcrgen\"").unwrap();
    assert_eq!(Charset::Latin1.text(raw.text.0).unwrap(), "Jürgen");
    let alpha = at_wire::text::hex::decode(b"800041010E", &mut buffer).unwrap().to_vec();
    assert_eq!(at_wire::text::alpha::read(&alpha).unwrap(), "A\u{10e}");
    let range: phonebook::cpbr::TestAnswer<'_> = read("+CPBR: (1-250),40,18");
    assert_eq!((range.index.bounds(), range.tlength), (Some((1, 250)), Some(18)));
}

#[test]
fn packet_events() {
    for text in ["NW DETACH", " NW DETACH ", "ME PDN ACT 2,3", "NW DEACT IP, 10.0.0.1, 1", "NW DEACT 3, 2, 1"] {
        assert!(!matches!(PacketEvent::parse(text.as_bytes()), PacketEvent::Other(_)), "{text}");
    }
    assert_eq!(PacketEvent::parse(b"IPV6 FAIL 1"), PacketEvent::Other(b"IPV6 FAIL 1"));
}

#[test]
fn parameters_that_must_be_there_are_named() {
    let error = network::cpol::ReadAnswer::parse(b"+CPOL: 1,2").unwrap_err();
    assert_eq!((error.field, error.kind, error.offset), ("oper", DecodeErrorKind::Length, 10));
}
