//! AT procedures about contexts: choosing one, activating it against all odds, and settings parsed the hard way.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]
#![cfg(feature = "at")]

mod at_procedure_common;

use at_procedure_common::play;
use wwan::procedure::at::connect::is_ended;
use wwan::procedure::at::{
    Authentication, Bearer, CheckContext, Connect, ConnectRequest, Disconnect, FamilySettings, IpType, ReadSettings,
    Settings, Stop,
};

const WEB: ConnectRequest<'static> = ConnectRequest {
    cid: None,
    apn: "web",
    ip_type: IpType::V4V6,
    user_name: "",
    password: "",
    authentication: Authentication::None,
    bearer: Bearer::Interface,
};

type Lines = [(&'static str, &'static str)];

/// One of each: what is defined, what is active, what can be.
fn start(defined: &'static str, active: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![("AT+CGDCONT?", defined), ("AT+CGACT?", active)]
}

const RANGES: (&str, &str) = (
    "AT+CGDCONT=?",
    "+CGDCONT: (1-4),\"IP\",,,(0,1),(0,1)|+CGDCONT: ( 1-4 ) , \"IPV4V6\" ,,, (0-2),(0-3)|+CGDCONT: , \"PPP\" ,,,",
);
const ADDRESS: (&str, &str) = ("*", "+CGPADDR: 1,\"10.0.0.9\"");
const NO_PARAMETERS: (&str, &str) = ("*", "ERROR");

fn connect(request: ConnectRequest<'static>, script: &[&Lines]) -> Result<Connect<'static>, Stop> {
    let mut connect = Connect::new(request);
    play(&mut connect, &script.concat()).map(|()| connect)
}

#[test]
fn a_context_is_defined_where_none_is_and_none_in_use_is_touched() {
    let up: &Lines = &[ADDRESS, NO_PARAMETERS];
    // Defined alike, with the operator's identifier appended.
    let done = connect(
        WEB,
        &[
            &start(
                "+CGDCONT: 1,\"IP\",\"ims\",\"\",0,0|+CGDCONT: 2,\"IPV4V6\",\"web.MNC001.MCC214.GPRS\",,0,0",
                "+CGACT: 1,1|+CGACT: 2,0",
            ),
            &[("AT+CGACT=1,2", ""), ("AT+CGACT?", "+CGACT: 1,1|+CGACT: 2,1")],
            up,
        ],
    );
    assert_eq!(done.unwrap().cid(), 2);
    // And active.
    let done = connect(WEB, &[&start("+CGDCONT: 1,\"IPV4V6\",\"web\"", "+CGACT: 1,1"), up]).unwrap();
    assert!(done.adopted() && done.settings().ipv4.address == Some("10.0.0.9".parse().unwrap()));
    // A free one.
    let free: &Lines =
        &[RANGES, ("AT+CGDCONT=2,\"IPV4V6\",\"web\"", ""), ("AT+CGACT=1,2", ""), ("AT+CGACT?", "+CGACT: 2,1")];
    connect(WEB, &[&start("+CGDCONT: 1,\"IP\",\"ims\"", "+CGACT: 1,1"), free, up]).unwrap();
    // What newer releases append is written in many ways.
    let newer = "+CGDCONT: 1,\"IP\",\"ims\",\"0.0.0.0\",0,0,0,0,,,,,\"\",,\"\",0";
    connect(WEB, &[&start(newer, "+CGACT: 1,0"), free, up]).unwrap();
    // None is free: the last that is not active.
    let full = "+CGDCONT: 1,\"IP\",\"a\"|+CGDCONT: 2,\"IP\",\"b\"|+CGDCONT: 3,\"IP\",\"c\"|+CGDCONT: 4,\"IP\",\"d\"";
    let last: &Lines =
        &[RANGES, ("AT+CGDCONT=3,\"IPV4V6\",\"web\"", ""), ("AT+CGACT=1,3", ""), ("AT+CGACT?", "+CGACT: 3,1")];
    connect(WEB, &[&start(full, "+CGACT: 1,1|+CGACT: 4,1"), last, up]).unwrap();
    let all = "+CGACT: 1,1|+CGACT: 2,1|+CGACT: 3,1|+CGACT: 4,1";
    assert_eq!(connect(WEB, &[&start(full, all), &[RANGES]]).unwrap_err(), Stop::NoContext);
    // The one that is asked for is in use for something else.
    let third = ConnectRequest { cid: Some(3), ..WEB };
    assert_eq!(connect(third, &[&start(full, "+CGACT: 3,1")]).unwrap_err(), Stop::NoContext);
    let define: &Lines = &[("AT+CGDCONT=3,\"IPV4V6\",\"web\"", ""), ("AT+CGACT=1,3", ""), ("AT+CGACT?", "+CGACT: 3,1")];
    connect(third, &[&start(full, "+CGACT: 1,1"), define, up]).unwrap();
    // Nothing can be asked.
    let first: &Lines = &[
        ("AT+CGDCONT=?", "ERROR"),
        ("AT+CGDCONT=1,\"IPV4V6\",\"web\"", ""),
        ("AT+CGACT=1,1", ""),
        ("AT+CGACT?", "ERROR"),
    ];
    connect(WEB, &[&start("ERROR", "ERROR"), first, up]).unwrap();
    // An access point name cannot become a command.
    let evil = ConnectRequest { apn: "a\"\r;+CFUN=0", ..third };
    let escaped: &Lines = &[
        ("AT+CGDCONT=3,\"IPV4V6\",\"a\\22\\0D;+CFUN=0\"", "ERROR"),
        ("AT+CGDCONT=3,\"IP\",\"a\\22\\0D;+CFUN=0\"", "ERROR"),
    ];
    let stop = connect(evil, &[&start(full, ""), escaped]).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CGDCONT"), "{stop:?}");
}

#[test]
fn credentials_go_in_by_whatever_command_there_is() {
    let request = ConnectRequest { user_name: "u", password: "p\"", authentication: Authentication::Chap, ..WEB };
    let begin = start("+CGDCONT: 1,\"IPV4V6\",\"web\"", "");
    let end: &Lines = &[("AT+CGACT=1,1", ""), ("AT+CGACT?", "+CGACT: 1,1"), ADDRESS, NO_PARAMETERS];
    let tries = [
        ("AT+CGAUTH=1,2,\"u\",\"p\\22\"", "ERROR"),
        ("AT+UAUTHREQ=1,2,\"u\",\"p\\22\"", "ERROR"),
        ("AT^SGAUTH=1,2,\"u\",\"p\\22\"", "ERROR"),
        ("AT^AUTHDATA=1,2,\"\",\"p\\22\",\"u\"", "ERROR"),
        ("AT+QICSGP=1,3,\"web\",\"u\",\"p\\22\",2", "ERROR"),
    ];
    for works in 0..tries.len() {
        let mut tries = tries[..=works].to_vec();
        tries[works].1 = "";
        connect(request, &[&begin, &tries, end]).unwrap();
    }
    let stop = connect(request, &[&begin, &tries]).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CGAUTH"), "{stop:?}");
    assert!(!format!("{request:?}").contains("p\\"), "no password in debug output");
}

#[test]
fn a_family_that_alone_is_allowed_is_given() {
    let begin = start("+CGDCONT: 1,\"IPV4V6\",\"web\"", "");
    let check = ("AT+CGACT?", "+CGACT: 1,0");
    let up: &Lines = &[("AT+CGACT=1,1", ""), ("AT+CGACT?", "+CGACT: 1,1"), ADDRESS, NO_PARAMETERS];
    let rows: [(&'static str, &'static str, IpType); 7] = [
        ("+CME ERROR: 192", "ERROR", IpType::V4),
        ("+CME ERROR: 193", "ERROR", IpType::V6),
        ("+CME ERROR: 148", "+CEER: SM: 50", IpType::V4),
        ("+CME ERROR: 100", "+CEER: \"PDN type IPv6 only allowed\"", IpType::V6),
        ("+CNEC_ESM: 51,1|ERROR", "ERROR", IpType::V6),
        ("ERROR", "+CEER: No cause information available", IpType::V4),
        ("+CME ERROR: 133", "ERROR", IpType::V4),
    ];
    for (answer, report, ip_type) in rows {
        let refused: &Lines = &[("AT+CGACT=1,1", answer), check, ("AT+CEER", report)];
        let again = if ip_type == IpType::V4 { "AT+CGDCONT=1,\"IP\",\"web\"" } else { "AT+CGDCONT=1,\"IPV6\",\"web\"" };
        let done = connect(WEB, &[&begin, refused, &[(again, "")], up]).unwrap();
        assert_eq!((done.ip_type(), done.adopted()), (ip_type, false), "{answer} {report}");
        // Once, and not for who wants that family alone.
        let stop = connect(WEB, &[&begin, refused, &[(again, "")], refused]).unwrap_err();
        assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CGACT"), "{stop:?}");
        let strict = ConnectRequest { ip_type: IpType::V4, ..WEB };
        let stop = connect(strict, &[&start("+CGDCONT: 1,\"IP\",\"web\"", ""), refused]).unwrap_err();
        assert!(matches!(stop, Stop::Refused(_)), "{stop:?}");
    }
    // Another reason is none to try again, and told in full.
    let refused: &Lines =
        &[("AT+CGACT=1,1", "+CME ERROR: 149"), check, ("AT+CEER", "+CEER: user authentication failed")];
    let stop = connect(WEB, &[&begin, refused]).unwrap_err();
    assert_eq!(
        stop.to_string(),
        "AT+CGACT: the modem answers +CME ERROR: 149 (PDP authentication failure), reason user authentication failed"
    );
}

#[test]
fn what_the_modem_says_to_the_activation_proves_nothing() {
    let begin = start("+CGDCONT: 1,\"IPV4V6\",\"web\"", "");
    // Field failure 28: an error, though it is active.
    let up: &Lines = &[("AT+CGACT=1,1", "ERROR"), ("AT+CGACT?", "+CGACT: 1,1"), ADDRESS, NO_PARAMETERS];
    assert!(connect(WEB, &[&begin, up]).unwrap().adopted());
    // OK, though it is not yet; a URC tells.
    let up: &Lines = &[
        ("AT+CGACT=1,1", ""),
        ("AT+CGACT?", "+CGACT: 1,0"),
        ("AT+CGACT?", ""),
        ("", "+CGEV: ME PDN ACT 1"),
        ("AT+CGACT?", "+CGACT: 1,1"),
        ADDRESS,
        NO_PARAMETERS,
    ];
    connect(WEB, &[&begin, up]).unwrap();
    let never = [&[("AT+CGACT=1,1", "")][..], &[("AT+CGACT?", "+CGACT: 1,0"); 11]].concat();
    assert_eq!(connect(WEB, &[&begin, &never]).unwrap_err(), Stop::NotReached);
}

#[test]
fn a_connection_is_dialled() {
    let request = ConnectRequest { bearer: Bearer::Dial, ..WEB };
    let begin = start("+CGDCONT: 1,\"IPV4V6\",\"web\"", "");
    connect(request, &[&begin, &[("ATD*99***1#", "CONNECT 150000000")]]).unwrap();
    let refused: &Lines = &[("ATD*99***1#", "NO CARRIER"), ("AT+CEER", "+CEER: 33")];
    let again: &Lines = &[("AT+CGDCONT=1,\"IP\",\"web\"", ""), ("ATD*99***1#", "CONNECT")];
    assert_eq!(connect(request, &[&begin, refused, again]).unwrap().ip_type(), IpType::V4);
}

/// The settings in answers to `+CGPADDR` and `+CGCONTRDP`.
fn settings(ip_type: IpType, addresses: &'static str, parameters: &'static str) -> Settings {
    let defined = match ip_type {
        IpType::V4 => "+CGDCONT: 1,\"IP\",\"web\"",
        IpType::V6 => "+CGDCONT: 1,\"IPV6\",\"web\"",
        IpType::V4V6 => "+CGDCONT: 1,\"IPV4V6\",\"web\"",
    };
    let read: &Lines = &[("AT+CGPADDR=1", addresses), ("AT+CGCONTRDP=1", parameters)];
    *connect(ConnectRequest { ip_type, ..WEB }, &[&start(defined, "+CGACT: 1,1"), read]).unwrap().settings()
}

fn family<A: core::str::FromStr>(
    address: &str,
    prefix: Option<u8>,
    gateway: &str,
    dns: [&str; 2],
) -> FamilySettings<A> {
    let ip = |text: &str| text.parse().ok();
    FamilySettings { address: ip(address), prefix_length: prefix, gateway: ip(gateway), dns: dns.map(ip) }
}

#[test]
fn settings_are_read_the_hard_way() {
    let v4 =
        |address, prefix, gateway, dns| Settings { ipv4: family(address, prefix, gateway, dns), ..Settings::default() };
    let rows = [
        // Mask glued on; MTU behind.
        (
            "ERROR",
            "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9.255.255.255.252\",\"10.0.0.10\",\"9.9.9.9\",\"1.1.1.1\",,,0,0,1430",
            Settings { mtu: Some(1430), ..v4("10.0.0.9", Some(30), "10.0.0.10", ["9.9.9.9", "1.1.1.1"]) },
        ),
        // The mask as a field of its own.
        (
            "+CGPADDR: 1,10.0.0.9",
            "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9\",\"255.255.255.252\",\"10.0.0.10\",\"9.9.9.9\"",
            v4("10.0.0.9", Some(30), "10.0.0.10", ["9.9.9.9", ""]),
        ),
        // Field failure 25: empty address and gateway.
        (
            "+CGPADDR: 1,\"10.0.0.9\"",
            "+CGCONTRDP: 1,5,\"web\",,,\"9.9.9.9\",\"1.1.1.1\"",
            v4("10.0.0.9", None, "", ["9.9.9.9", "1.1.1.1"]),
        ),
        ("+CGPADDR: 1,\"0.0.0.0\"", "+CGCONTRDP: 1,5,\"web\",\"\",\"\",\"0.0.0.0\"", Settings::default()),
        ("+CGPADDR: 1", "+CGCONTRDP: 1,5", Settings::default()),
        // A mask of zeros says nothing of the network.
        (
            "ERROR",
            "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9.0.0.0.0\",\"10.0.0.10\",\"9.9.9.9\"",
            v4("10.0.0.9", None, "10.0.0.10", ["9.9.9.9", ""]),
        ),
        // Of another context.
        ("+CGPADDR: 2,\"10.0.0.9\"", "+CGCONTRDP: 2,5,\"web\",\"10.0.0.9\"", Settings::default()),
    ];
    for (addresses, parameters, expected) in rows {
        assert_eq!(settings(IpType::V4V6, addresses, parameters), expected, "{parameters}");
    }
    let both = Settings {
        ipv4: family("10.0.0.9", Some(24), "10.0.0.1", ["9.9.9.9", ""]),
        ipv6: family("2001:db8::25", Some(64), "fe80::1", ["2001:db8::53", ""]),
        ..Settings::default()
    };
    // In two lines, with sixteen and thirty-two numbers.
    let two = "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9.255.255.255.0\",\"10.0.0.1\",\"9.9.9.9\"|+CGCONTRDP: 1,5,\"web\",\
               \"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.37.255.255.255.255.255.255.255.255.0.0.0.0.0.0.0.0\",\
               \"254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1\",\"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.83\"";
    assert_eq!(settings(IpType::V4V6, "ERROR", two), both);
    // With colons and a mask behind a blank.
    let colons = "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9.255.255.255.0\",\"10.0.0.1\",\"9.9.9.9\"|+CGCONTRDP: 1,5,\"web\",\
                  \"2001:db8::25 ffff:ffff:ffff:ffff::\",\"fe80::1\",\"2001:db8::53\"";
    assert_eq!(settings(IpType::V4V6, "ERROR", colons), both);
    // Both in one field, with a blank between.
    let one = "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9 2001:db8::25/64\",\"10.0.0.1 fe80::1\",\"9.9.9.9 2001:db8::53\"";
    let expected = Settings { ipv4: FamilySettings { prefix_length: None, ..both.ipv4 }, ..both };
    assert_eq!(settings(IpType::V4V6, "ERROR", one), expected);
    // The same with a comma between the addresses, and each name server in its own quotes.
    let apart = "+CGCONTRDP: 1,5,\"web\",\"10.0.0.9\",\"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.37\", \
                 \"254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1\",\"9.9.9.9\" \"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.83\",\
                 \"1.1.1.1\" \"32.1.13.184.0.0.0.0.0.0.0.0.0.0.1.83\"";
    let expected = Settings {
        ipv4: family("10.0.0.9", None, "", ["9.9.9.9", "1.1.1.1"]),
        ipv6: family("2001:db8::25", None, "fe80::1", ["2001:db8::53", "2001:db8::153"]),
        ..Settings::default()
    };
    assert_eq!(settings(IpType::V4V6, "ERROR", apart), expected);
    // Field failure 26: an interface identifier alone, and an address of IPv4 where there is none.
    let found = settings(IpType::V4V6, "+CGPADDR: 1,\"10.0.0.9\",\"0.0.0.0.0.0.0.0.0.0.0.37.88.136.248.1\"", "ERROR");
    assert_eq!((found.ipv6, found.interface_id), (FamilySettings::default(), Some(0x25_5888_f801)));
    let found = settings(IpType::V6, "+CGPADDR: 1,\"192.0.0.4\",\"2001:db8::25\"", "ERROR");
    assert_eq!((found.ipv4, found.translated), (FamilySettings::default(), Some("192.0.0.4".parse().unwrap())));
    assert_eq!(found.ipv6.address, Some("2001:db8::25".parse().unwrap()));
    let found = settings(IpType::V6, "+CGPADDR: 1,\"0.0.0.0.0.0.0.0.0.1.0.0.192.0.0.4\",\"\"", "ERROR");
    assert_eq!((found.interface_id, found.translated), (None, Some("192.0.0.4".parse().unwrap())));
}

#[test]
fn settings_of_an_active_context_are_read_alone() {
    let mut read = ReadSettings::new(3, IpType::V4);
    let parameters = "+CGCONTRDP: 3,5,\"web\",\"10.0.0.9.255.255.255.252\",\"10.0.0.10\",\"9.9.9.9\"";
    for (addresses, told) in [("+CGPADDR: 3,\"10.0.0.9\"", parameters), ("ERROR", parameters)] {
        play(&mut read, &[("AT+CGPADDR=3", addresses), ("AT+CGCONTRDP=3", told)]).unwrap();
        assert_eq!(read.settings().ipv4, family("10.0.0.9", Some(30), "10.0.0.10", ["9.9.9.9", ""]));
    }
    // Nothing is left of an earlier time, and a modem without the commands tells nothing.
    play(&mut read, &[("AT+CGPADDR=3", "ERROR"), ("AT+CGCONTRDP=3", "ERROR")]).unwrap();
    assert_eq!(*read.settings(), Settings::default());
}

#[test]
fn contexts_are_checked_and_deactivated() {
    let mut check = CheckContext::new(2);
    play(&mut check, &[("AT+CGACT?", "+CGACT: 1,1|+CGACT: 2,0")]).unwrap();
    assert!(!check.is_active());
    play(&mut check, &[("AT+CGACT?", "+CGACT: 1,0|+CGACT: 2,1")]).unwrap();
    assert!(check.is_active());

    play(&mut Disconnect::new(1), &[("AT+CGACT=0,1", "")]).unwrap();
    play(&mut Disconnect::new(1), &[("AT+CGACT=0,1", "ERROR"), ("AT+CGACT?", "+CGACT: 1,0")]).unwrap();
    let last = [("AT+CGACT=0,1", "+CME ERROR: 171"), ("AT+CGACT?", "+CGACT: 1,1")];
    let stop = play(&mut Disconnect::new(1), &last).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CGACT"), "{stop:?}");

    for (line, ended) in [
        ("+CGEV: NW PDN DEACT 1", true),
        ("+CGEV: ME PDN DEACT 2", false),
        ("+CGEV: NW DETACH", true),
        ("+CGEV: NW DEACT \"IP\", \"10.0.0.1\", 1", true),
        ("+CGEV: NW DEACT \"IP\",\"10.0.0.1\",2", false),
        ("+CGEV: ME PDN ACT 1", false),
        ("+CREG: 1", false),
    ] {
        assert_eq!(is_ended(line.as_bytes(), 1), ended, "{line}");
    }
}
