//! Makers' network interfaces, against scripted modems: which command connects them, what says that they are, and whence
//! the addresses come.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]
#![cfg(all(feature = "at", feature = "sms"))]

mod at_procedure_common;

use at_procedure_common::play;
use wwan::procedure::at::connect::Settings;
use wwan::procedure::at::{
    Authentication, Bearer, Connect, ConnectInterface, ConnectRequest, DisconnectInterface, Interface, IpType, Stop,
};

const PLAIN: ConnectRequest<'_> = ConnectRequest {
    cid: Some(2),
    apn: "web",
    ip_type: IpType::V4,
    user_name: "",
    password: "",
    authentication: Authentication::None,
    bearer: Bearer::Interface,
};
const SECRET: ConnectRequest<'_> =
    ConnectRequest { user_name: "u", password: "p", authentication: Authentication::Chap, ..PLAIN };

/// What comes in front of a maker's commands.
const DEFINE: [(&str, &str); 3] = [("AT+CGDCONT?", ""), ("AT+CGACT?", ""), ("AT+CGDCONT=2,\"IP\",\"web\"", "")];

type Script<'s> = &'s [(&'s str, &'s str)];

fn connect(interface: Interface, request: ConnectRequest<'_>, script: Script<'_>) -> Result<Settings, Stop> {
    let mut connect = ConnectInterface::new(interface, request);
    play(&mut connect, &[&DEFINE[..], script].concat()).map(|()| {
        assert_eq!((connect.cid(), connect.ip_type()), (2, IpType::V4));
        *connect.settings()
    })
}

#[test]
fn interfaces_with_dhcp() {
    let rows: &[(Interface, Script<'_>, Script<'_>)] = &[
        (Interface::Altair, &[("AT%DPDNACT=1", "")], &[("AT%DPDNACT=0", "")]),
        (
            Interface::Cinterion(1),
            &[("AT^SWWAN=1,2,1", ""), ("AT^SWWAN?", ""), ("", "^SWWAN: 2,1,1"), ("AT^SWWAN?", "^SWWAN: 2,1,1")],
            &[("AT^SWWAN=0,2,1", "")],
        ),
        (
            Interface::Fibocom,
            &[("AT+GTRNDIS=1,2", ""), ("AT+GTRNDIS?", "+GTRNDIS: 1,2,\"10.1.2.3\"")],
            &[("AT+GTRNDIS=0,2", "")],
        ),
        (
            Interface::Qualcomm,
            &[("AT$QCRMCALL=1,1,1", "$QCRMCALL: 1,V4"), ("AT$QCRMCALL?", "$QCRMCALL: 1,V4")],
            &[("AT$QCRMCALL=0,1", "")],
        ),
        (
            Interface::Quectel,
            &[("AT+QNETDEVCTL=1,2,1", ""), ("AT+QNETDEVCTL?", "+QNETDEVCTL: 1,2,1,1")],
            &[("AT+QNETDEVCTL=0,2,1", "")],
        ),
        (Interface::Sierra, &[("AT!SCACT=1,2", ""), ("AT!SCACT?", "!SCACT: 1,1|!SCACT: 2,1")], &[("AT!SCACT=0,2", "")]),
        (Interface::TelitEcm, &[("AT#ECM=2,0", ""), ("AT#ECM?", "#ECM: 2,1")], &[("AT#ECMD=0", "")]),
        (Interface::TelitNcm, &[("AT#NCM=1,2", "")], &[("AT#NCM=0,2", "")]),
    ];
    for (interface, up, down) in rows {
        assert_eq!(connect(*interface, PLAIN, up), Ok(Settings::default()), "{interface:?}");
        play(&mut DisconnectInterface::new(*interface, 2), down).unwrap();
    }
}

#[test]
fn interfaces_whose_modems_tell_addresses() {
    // Huawei, and one that lacks the command; the bytes are reversed.
    let ask = [("AT^NDISDUP=2,1,\"web\"", ""), ("AT^NDISSTATQRY?", "^NDISSTATQRY: 1,,,\"IPV4\",0,,,\"IPV6\"")];
    let dhcp = "^DHCP: CCDB080A,F8FFFFFF,C9DB080A,C9DB080A,E67B59C0,E77B59C0,85600,85600";
    let settings = connect(Interface::Huawei, PLAIN, &[&ask[..], &[("AT^DHCP?", dhcp)]].concat()).unwrap();
    assert_eq!(settings.ipv4.address, Some("10.8.219.204".parse().unwrap()));
    assert_eq!((settings.ipv4.prefix_length, settings.ipv4.gateway), (Some(29), Some("10.8.219.201".parse().unwrap())));
    let dns = ["192.89.123.230", "192.89.123.231"].map(|server| Some(server.parse().unwrap()));
    assert_eq!(settings.ipv4.dns, dns);
    let settings = connect(Interface::Huawei, PLAIN, &[&ask[..], &[("AT^DHCP?", "ERROR")]].concat()).unwrap();
    assert_eq!(settings, Settings::default());
    let secret = [("AT^NDISDUP=2,1,\"web\",\"u\",\"p\",2", ""), ask[1], ("AT^DHCP?", dhcp)];
    assert!(connect(Interface::Huawei, SECRET, &secret).is_ok());
    play(&mut DisconnectInterface::new(Interface::Huawei, 2), &[("AT^NDISDUP=2,0", "")]).unwrap();

    let told = "%IPDPADDR: 2,10.0.0.9,10.0.0.1,10.0.0.2,10.0.0.3,0.0.0.0,0.0.0.0,255.255.255.0";
    let script = [
        ("AT%IPDPCFG=2,0,2,\"u\",\"p\"", ""),
        ("AT%IPDPACT=2,1", ""),
        ("AT%IPDPACT?", "%IPDPACT: 1,1,0|%IPDPACT: 2,2,0"),
        ("", "%IPDPACT: 2,1,0"),
        ("AT%IPDPACT?", "%IPDPACT: 2,1,0"),
        ("AT%IPDPADDR=2", told),
    ];
    let settings = connect(Interface::Icera, SECRET, &script).unwrap();
    assert_eq!(settings.ipv4.address, Some("10.0.0.9".parse().unwrap()));
    assert_eq!((settings.ipv4.prefix_length, settings.ipv4.gateway), (Some(24), Some("10.0.0.1".parse().unwrap())));
    assert_eq!(settings.ipv4.dns, ["10.0.0.2", "10.0.0.3"].map(|server| Some(server.parse().unwrap())));

    let script = [
        ("AT*EIAAUW=2,1,\"u\",\"p\"", ""),
        ("AT*ENAP=1,2", ""),
        ("AT*ENAP?", "*ENAP: 2"),
        ("", "*E2NAP: 1"),
        ("AT*ENAP?", "*ENAP: 1"),
        ("AT*E2IPCFG?", "*E2IPCFG: (1,\"46.157.32.246\")(2,\"46.157.32.243\")(3,\"193.213.112.4\")"),
    ];
    let settings = connect(Interface::Mbm, SECRET, &script).unwrap();
    assert_eq!(settings.ipv4.address, Some("46.157.32.246".parse().unwrap()));
    assert_eq!(settings.ipv4.gateway, Some("46.157.32.243".parse().unwrap()));
    assert_eq!(settings.ipv4.dns[0], Some("193.213.112.4".parse().unwrap()));
    play(&mut DisconnectInterface::new(Interface::Mbm, 2), &[("AT*ENAP=0", "")]).unwrap();

    let script = [
        ("AT$QCPDPP=2,2,\"p\",\"u\"", ""),
        ("AT_OWANCALL=2,1,1", ""),
        ("AT_OWANCALL?", "_OWANCALL: 2,1"),
        ("AT_OWANDATA=2", "_OWANDATA: 2, 10.64.1.2, 0.0.0.0, 10.0.0.1, 10.0.0.2, 0.0.0.0, 0.0.0.0, 85600"),
    ];
    let settings = connect(Interface::Option, SECRET, &script).unwrap();
    assert_eq!((settings.ipv4.address, settings.ipv4.gateway), (Some("10.64.1.2".parse().unwrap()), None));
    assert_eq!(settings.ipv4.dns, ["10.0.0.1", "10.0.0.2"].map(|server| Some(server.parse().unwrap())));
    play(&mut DisconnectInterface::new(Interface::Option, 2), &[("AT_OWANCALL=2,0,1", "")]).unwrap();
}

#[test]
fn interfaces_behind_a_context_that_is_activated() {
    let activate = [("AT+CGACT=1,2", ""), ("AT+CGACT?", "+CGACT: 2,1"), ("AT+CGPADDR=2", "+CGPADDR: 2,\"10.0.0.9\"")];
    let parameters = ("AT+CGCONTRDP=2", "+CGCONTRDP: 2,5,\"web\",\"10.0.0.9\",\"\",\"10.0.0.1\"");
    let script = [
        &activate[..],
        &[parameters, ("AT+UIPADDR=2", "+UIPADDR: 2,\"usb0:0\",\"10.0.0.10\",\"255.255.255.0\",\"\",\"\"")],
    ]
    .concat();
    let settings = connect(Interface::Ublox, PLAIN, &script).unwrap();
    assert_eq!((settings.ipv4.address, settings.ipv4.prefix_length), (Some("10.0.0.9".parse().unwrap()), Some(24)));
    assert_eq!(settings.ipv4.gateway, Some("10.0.0.10".parse().unwrap()));

    // The line stays one of commands, although it says CONNECT.
    let channel = [
        parameters,
        ("AT+XDATACHANNEL=1,1,\"/USBCDC/0\",\"/USBHS/NCM/0\",0,2", ""),
        ("AT+CGDATA=\"M-RAW_IP\",2", "CONNECT"),
    ];
    let settings = connect(Interface::Xmm, PLAIN, &[&activate[..], &channel].concat()).unwrap();
    assert_eq!(settings.ipv4.dns[0], Some("10.0.0.1".parse().unwrap()));
    play(&mut DisconnectInterface::new(Interface::Xmm, 2), &[("AT+CGACT=0,2", "")]).unwrap();
}

#[test]
fn what_is_refused_and_what_was_there() {
    // Connected already, which the modem refuses to do again.
    let script = [("AT!SCACT=1,2", "ERROR"), ("AT!SCACT?", "!SCACT: 2,1")];
    assert!(connect(Interface::Sierra, PLAIN, &script).is_ok(), "field failure 28");
    let script = [("AT!SCACT=1,2", "+CME ERROR: 30"), ("AT!SCACT?", "!SCACT: 2,0")];
    let stop = connect(Interface::Sierra, PLAIN, &script).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "!SCACT"), "{stop:?}");
    // Never connected.
    let script = [&[("AT#ECM=2,0", "")][..], &[("AT#ECM?", "#ECM: 2,0"); 31]].concat();
    assert_eq!(connect(Interface::TelitEcm, PLAIN, &script), Err(Stop::NotReached));
    // Disconnected already, and not.
    let refused = ("AT!SCACT=0,2", "ERROR");
    play(&mut DisconnectInterface::new(Interface::Sierra, 2), &[refused, ("AT!SCACT?", "!SCACT: 2,0")]).unwrap();
    let stop = play(&mut DisconnectInterface::new(Interface::Sierra, 2), &[refused, ("AT!SCACT?", "!SCACT: 2,1")]);
    assert!(matches!(stop, Err(Stop::Refused(_))), "{stop:?}");
}

#[test]
fn data_mode_without_dialling() {
    let mut connect = Connect::new(ConnectRequest { bearer: Bearer::Data, ..PLAIN });
    play(&mut connect, &[&DEFINE[..], &[("AT+CGDATA=\"PPP\",2", "CONNECT")]].concat()).unwrap();
    let mut connect = Connect::new(ConnectRequest { bearer: Bearer::Data, ..PLAIN });
    let script = [("AT+CGDATA=\"PPP\",2", "NO CARRIER"), ("AT+CEER", "+CEER: \"no\"")];
    let stop = play(&mut connect, &[&DEFINE[..], &script].concat()).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CGDATA"), "{stop:?}");
}
