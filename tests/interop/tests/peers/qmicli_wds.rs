//! qmicli on the services for data: WDS, WDA, DPM, QOS.
//!
//! What a client keeps from call to call, a session above all, is tried where clients outlive programs: not inside MBIM,
//! which is closed behind each program.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use wwan_interop::qmicli::{Modem, Row, Way, listed, on_each_way, play, qmicli_command};
use wwan_interop::{Guarded, Scratch, in_own_network, until};

/// Sessions can begin.
fn attached(modem: &Modem) {
    modem.wait_for(&["--wds-get-lte-attach-parameters"], "OTA attach performed", "yes");
}

const PROFILES: &[Row<'_>] = &[
    (
        &["--wds-create-profile=3gpp,name=Work,apn=corp,pdp-type=IPV6,auth=BOTH,username=me,password=secret,\
           context-num=4,no-roaming=yes,disabled=yes"],
        &[("Profile type", "3gpp"), ("Profile index", "2")],
    ),
    (
        &["--wds-get-profile-list=3gpp"],
        &[
            ("APN", "internet"),
            ("PDP type", "ipv4-or-ipv6"),
            ("Auth", "none"),
            ("APN#1", "corp"),
            ("PDP type#1", "ipv6"),
            ("PDP context number", "4"),
            ("Username#1", "me"),
            ("Password#1", "secret"),
            ("Auth#1", "pap, chap"),
            ("No roaming#1", "yes"),
            ("APN disabled#1", "yes"),
        ],
    ),
    (&["--wds-modify-profile=3gpp,2,apn=other,disabled=no"], &[]),
    (
        &["--wds-get-profile-list=3gpp"],
        &[("APN#1", "other"), ("Username#1", "me"), ("No roaming#1", "yes"), ("APN disabled#1", "no")],
    ),
    (&["--wds-set-default-profile-number=3gpp,2"], &[]),
    (&["--wds-get-default-profile-number=3gpp"], &[("Default profile number", "2")]),
    (&["--wds-get-default-settings=3gpp"], &[("APN", ""), ("PDP type", "ipv4-or-ipv6"), ("Auth", "none")]),
    (&["--wds-delete-profile=3gpp,2"], &[]),
    (&["--wds-get-autoconnect-settings"], &[("Status", "disabled"), ("Roaming", "allowed")]),
    (&["--wds-set-autoconnect-settings=paused,home-only"], &[]),
    (&["--wds-get-autoconnect-settings"], &[("Status", "paused"), ("Roaming", "home-only")]),
    (&["--wds-get-max-lte-attach-pdn-num"], &[("Maximum number of LTE attach PDN", "4")]),
    (&["--wds-get-lte-attach-pdn-list"], &[("Current list", "1"), ("Pending list", "n/a")]),
    (&["--wds-get-lte-attach-parameters"], &[("APN", "internet"), ("IP support type", "ipv4v6")]),
    (&["--wds-get-packet-service-status"], &[("Connection status", "disconnected")]),
    (&["--wds-set-ip-family=6"], &[]),
    (&["--wds-bind-mux-data-port=mux-id=3,ep-type=hsusb,ep-iface-number=4"], &[]),
    (&["--wds-bind-data-port=a2-mux-rmnet2"], &[]),
    (&["--wds-reset"], &[]),
    (&["--wds-noop"], &[]),
];

#[test]
fn profiles_and_choices() {
    play("profiles_and_choices", "default", PROFILES);
}

#[test]
fn lists_to_attach_with_and_supported_messages() {
    on_each_way("lists_to_attach_with_and_supported_messages", "default", |modem| {
        attached(modem);
        let rows: &[Row<'_>] = &[
            (&["--wds-create-profile=3gpp,apn=ims"], &[("Profile index", "2")]),
            // The device detaches for it, and attaches again.
            (&["--wds-set-lte-attach-pdn-list=2,1"], &[]),
        ];
        let _ = modem.play(rows);
        attached(modem);
        let rows: &[Row<'_>] = &[
            (&["--wds-get-lte-attach-pdn-list"], &[("Current list", "2, 1"), ("Pending list", "n/a")]),
            (&["--wds-get-lte-attach-parameters"], &[("APN", "ims")]),
            (
                &["--wds-get-channel-rates"],
                &[("Current TX rate", "0bps"), ("Max TX rate", "50000000bps"), ("Max RX rate", "150000000bps")],
            ),
        ];
        let _ = modem.play(rows);
        let said = modem.qmicli(&["--wds-get-supported-messages"]).good();
        assert!(said.out.contains("0x0020") && said.out.contains("0x00B0"), "{said:#?}");
    });
}

#[test]
fn what_is_wrong_is_said() {
    on_each_way("what_is_wrong_is_said", "default", |modem| {
        attached(modem);
        for (arguments, why) in [
            (&["--wds-delete-profile=3gpp,7"][..], "3gpp-context-not-defined"),
            (&["--wds-get-profile-list=3gpp2"], "invalid-profile-type"),
            (&["--wds-get-current-settings"], "'OutOfCall'"),
            (&["--wds-get-packet-statistics"], "'OutOfCall'"),
            (&["--wds-get-dormancy-status"], "'OutOfCall'"),
            (&["--wds-start-network=3gpp-profile=9"], "'InvalidProfile'"),
            (&["--wds-swi-create-profile-indexed=3gpp,5,apn=five"], "'InvalidQmiCommand'"),
            (&["--qos-swi-read-data-stats=0"], "'InvalidQmiCommand'"),
            (&["--qos-get-flow-status=7"], "'InvalidQosId'"),
            (&["--dpm-close-port"], "'NoEffect'"),
        ] {
            let _ = modem.qmicli(arguments).bad(why);
        }
    });
}

#[test]
fn a_refused_start_says_why() {
    on_each_way("a_refused_start_says_why", "refused-apn", |modem| {
        attached(modem);
        let said = modem.qmicli(&["--wds-start-network=apn=nowhere"]).bad("'CallFailed'");
        assert!(said.err.contains("[3gpp]"), "{said:#?}");
    });
}

/// Starts a session whose client stays; its number as an option, and its handle.
fn session(modem: &Modem, what: &str) -> (String, String) {
    let said = modem.qmicli(&[&format!("--wds-start-network={what}"), "--client-no-release-cid"]).good();
    (format!("--client-cid={}", said.value("CID")), said.value("Packet data handle").to_owned())
}

#[test]
fn a_session_lives_with_its_client() {
    on_each_way("a_session_lives_with_its_client", "default", |modem| {
        if modem.way == Way::Mbim {
            return;
        }
        attached(modem);
        let (v4, handle) = session(modem, "apn=internet,ip-type=4");
        let (v6, _) = session(modem, "3gpp-profile=1,ip-type=6");
        let keep = "--client-no-release-cid";
        let rows: &[Row<'_>] = &[
            (&["--wds-get-packet-service-status", &v4, keep], &[("Connection status", "connected")]),
            (
                &["--wds-get-current-settings", &v4, keep],
                &[
                    ("IP Family", "IPv4"),
                    ("IPv4 address", "10.64.0.2"),
                    ("IPv4 subnet mask", "255.255.255.252"),
                    ("IPv4 gateway address", "10.64.0.1"),
                    ("IPv4 primary DNS", "192.0.2.53"),
                    ("IPv4 secondary DNS", "198.51.100.53"),
                    ("MTU", "1500"),
                ],
            ),
            (
                &["--wds-get-current-settings", &v6, keep],
                &[
                    ("IP Family", "IPv6"),
                    ("IPv6 address", "2001:db8:64:1::2/64"),
                    ("IPv6 gateway address", "2001:db8:64:1::1/64"),
                    ("IPv6 primary DNS", "2001:db8:53::35"),
                ],
            ),
            (
                &["--wds-get-packet-statistics", &v4, keep],
                &[("TX packets OK", "0"), ("RX bytes OK", "0"), ("RX packets dropped", "0")],
            ),
            (&["--wds-get-data-bearer-technology", &v4, keep], &[("Data bearer technology (current)", "lte")]),
            (&["--wds-get-current-data-bearer-technology", &v4, keep], &[]),
            (&["--wds-get-dormancy-status", &v4, keep], &[("Dormancy Status", "traffic-channel-active")]),
            (&["--wds-go-dormant", &v4, keep], &[]),
            (&["--wds-get-dormancy-status", &v4, keep], &[("Dormancy Status", "traffic-channel-dormant")]),
            (&["--wds-go-active", &v4, keep], &[]),
            (&["--wds-get-channel-rates", &v4, keep], &[("Current TX rate", "50000000bps")]),
            (&["--wds-reset", &v4, keep], &[]),
        ];
        let _ = modem.play(rows);
        // It stands in the way of others.
        let _ = modem.qmicli(&["--wds-start-network=apn=internet,ip-type=4"]).bad("'NoEffect'");
        let _ = modem.qmicli(&["--wds-start-network=apn=corp,ip-type=4"]).bad("'PolicyMismatch'");
        let _ = modem.qmicli(&[&format!("--wds-stop-network={handle}")]).bad("'InvalidHandle'");
        let _ = modem.qmicli(&[&format!("--wds-stop-network={handle}"), &v4, keep]).good();
        let _ = modem.qmicli(&[&format!("--wds-stop-network={handle}"), &v4, keep]).bad("'NoEffect'");
        modem.wait_for(&["--wds-get-packet-service-status", &v4, keep], "Connection status", "disconnected");
        // With its client the other one goes.
        let _ = modem.qmicli(&["--wds-noop", &v6]).good();
        let (again, _) = session(modem, "apn=internet,ip-type=6");
        let _ = modem.qmicli(&["--wds-noop", &again]).good();
        // What nobody remembers is ended by the handle for all.
        let _ = session(modem, "apn=internet,ip-type=4");
        let _ = modem.qmicli(&["--wds-stop-network=4294967295"]).good();
        let _ = session(modem, "apn=internet,ip-type=4");
    });
}

#[test]
fn the_modem_connects_by_itself() {
    on_each_way("the_modem_connects_by_itself", "default", |modem| {
        if modem.way == Way::Mbim {
            return;
        }
        attached(modem);
        let said =
            modem.qmicli(&["--wds-start-network=apn=internet,autoconnect=yes", "--client-no-release-cid"]).good();
        assert_eq!(said.value("Packet data handle"), "4294967295");
        // Any other client sees it.
        let rows: &[Row<'_>] = &[
            (&["--wds-get-packet-service-status"], &[("Connection status", "connected")]),
            (&["--wds-get-current-settings"], &[("IPv4 address", "10.64.0.2")]),
            (&["--wds-get-autoconnect-settings"], &[("Status", "enabled")]),
            (&["--wds-stop-network=disable-autoconnect"], &[]),
            (&["--wds-get-packet-service-status"], &[("Connection status", "disconnected")]),
            (&["--wds-get-autoconnect-settings"], &[("Status", "disabled")]),
        ];
        let _ = modem.play(rows);
    });
}

#[test]
fn who_follows_a_session_sees_its_end() {
    if !in_own_network("who_follows_a_session_sees_its_end") {
        return;
    }
    // Through the proxy, because two programs are at it.
    let modem = Modem::start(Way::Proxy, "default");
    attached(&modem);
    let start = ["--wds-start-network=apn=internet", "--wds-follow-network"];
    let mut command = qmicli_command(&modem.modem.path, &[Way::Proxy.options(), &start[..]].concat());
    let mut follower = Guarded(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(follower.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("Packet data handle")));
    let _ = modem.qmicli(&["--wds-stop-network=4294967295"]).good();
    let rest: Vec<_> = lines.collect();
    assert!(rest.iter().any(|line| line.contains("disconnected")), "{rest:#?}");
    until("the end of the follower", || follower.0.try_wait().unwrap());
}

#[test]
fn formats_ports_and_flows() {
    on_each_way("formats_ports_and_flows", "default", |modem| {
        let format = "--wda-set-data-format=link-layer-protocol=raw-ip,ul-protocol=qmapv5,dl-protocol=qmapv5,\
                      dl-datagram-max-size=16384,dl-max-datagrams=64,ul-datagram-max-size=4096,ul-max-datagrams=3,\
                      ep-type=hsusb,ep-iface-number=4";
        if modem.way == Way::Mbim {
            let _ = modem.qmicli(&[format]).bad("'NotSupported'");
        } else {
            let now = [
                ("QoS flow header", "no"),
                ("Link layer protocol", "raw-ip"),
                ("Uplink data aggregation protocol", "qmapv5"),
                ("Downlink data aggregation protocol", "qmapv5"),
                ("Downlink data aggregation max datagrams", "32"),
                ("Downlink data aggregation max size", "16384"),
            ];
            let set = [
                &now[..],
                &[("Uplink data aggregation max datagrams", "3"), ("Uplink data aggregation max size", "4096")],
            ];
            let rows: &[Row<'_>] = &[
                (&["--wda-get-data-format"], &[("Link layer protocol", "802-3")]),
                (&[format], &set.concat()),
                (&["--wda-get-data-format=ep-type=hsusb,ep-iface-number=4"], &now),
            ];
            let _ = modem.play(rows);
        }
        let ports = "--dpm-open-port=ctrl-ep-type=embedded,ctrl-ep-iface-number=1,ctrl-port-name=DATA5_CNTL,\
                     hw-data-ep-type=embedded,hw-data-ep-iface-number=1,hw-data-rx-id=14,hw-data-tx-id=15,\
                     sw-data-ep-type=embedded,sw-data-ep-iface-number=1,sw-data-port-name=DATA5";
        let rows: &[Row<'_>] = &[
            (&["--wda-noop"], &[]),
            (&[ports], &[]),
            (&["--dpm-close-port"], &[]),
            (&["--dpm-noop"], &[]),
            (&["--qos-reset"], &[]),
            (&["--qos-noop"], &[]),
        ];
        let _ = modem.play(rows);
        let said = modem.qmicli(&["--wda-get-supported-messages"]).good();
        assert!(said.out.contains("0x0033"), "{said:#?}");
        attached(modem);
        let said = modem.qmicli(&["--qos-get-network-status"]).good();
        assert!(said.out.contains("QoS supported in network"), "{said:#?}");
    });
}

#[test]
fn messages_of_one_maker_and_flows_of_the_network() {
    let folder = Scratch::new();
    let scenario = folder.path("maker.toml");
    let flows =
        (1..60).map(|second| format!("[[event]]\nat = {second}000\ndo = \"flow\"\nflow = 7\nstate = \"suspended\"\n"));
    let text = format!("[qmi]\nvendor = 0x1199\n{}", flows.collect::<String>());
    fs::write(&scenario, text).unwrap();
    on_each_way("messages_of_one_maker_and_flows_of_the_network", scenario.to_str().unwrap(), |modem| {
        let rows: &[Row<'_>] = &[
            (&["--wds-swi-create-profile-indexed=3gpp,5,name=five,apn=five"], &[("Profile index", "5")]),
            (&["--wds-get-profile-list=3gpp"], &[("APN#1", "five")]),
        ];
        let _ = modem.play(rows);
        if modem.way == Way::Mbim {
            return;
        }
        attached(modem);
        let _ = session(modem, "apn=internet");
        // The network begins it with the next second.
        modem.wait_for(&["--qos-get-flow-status=7"], "QoS flow status", "suspended");
        let rows: &[Row<'_>] = &[(
            &["--qos-swi-read-data-stats=0"],
            &[("APN ID", "0"), ("TX packets", "0"), ("Bearer ID", "5"), ("Bearer ID#1", "7")],
        )];
        let _ = modem.play(rows);
    });
}

/// Actions that the tests above try, beside [`PROFILES`].
const TRIED: &[&str] = &[
    "wds-start-network",
    "wds-follow-network",
    "wds-stop-network",
    "wds-get-current-settings",
    "wds-get-packet-statistics",
    "wds-get-data-bearer-technology",
    "wds-get-current-data-bearer-technology",
    "wds-go-dormant",
    "wds-go-active",
    "wds-get-dormancy-status",
    "wds-swi-create-profile-indexed",
    "wds-get-supported-messages",
    "wds-get-channel-rates",
    "wds-set-lte-attach-pdn-list",
    "wda-set-data-format",
    "wda-get-data-format",
    "wda-get-supported-messages",
    "wda-noop",
    "dpm-open-port",
    "dpm-close-port",
    "dpm-noop",
    "qos-get-flow-status",
    "qos-get-network-status",
    "qos-swi-read-data-stats",
    "qos-reset",
    "qos-noop",
];

#[test]
fn every_action_is_tried() {
    let rows = PROFILES.iter().map(|(arguments, _)| arguments[0].trim_start_matches('-').split('=').next().unwrap());
    let tried: BTreeSet<_> = rows.chain(TRIED.iter().copied()).collect();
    let all = listed().map(|action| action.name);
    let ours = all.filter(|name| ["wds-", "wda-", "dpm-", "qos-"].iter().any(|begin| name.starts_with(begin)));
    assert_eq!(ours.collect::<BTreeSet<_>>(), tried);
}
