//! qmicli opens the virtual modem on each way: which services there are, clients that come, stay and go.

use std::fs;

use wwan::device::modem::Setup;
use wwan_interop::Scratch;
use wwan_interop::qmicli::{Modem, Row, Way, on_each_way, play};

#[test]
fn a_modem_tells_who_made_it() {
    let identity = Setup::default().identity;
    let rows: &[Row<'_>] = &[
        (&["--dms-get-manufacturer"], &[("Manufacturer", &identity.manufacturer)]),
        (&["--dms-get-model", "--device-open-version-info"], &[("Model", &identity.model)]),
        (&["--dms-get-revision"], &[("Revision", &identity.firmware)]),
    ];
    play("a_modem_tells_who_made_it", "default", rows);
}

#[test]
fn a_modem_tells_which_services_it_has() {
    on_each_way("a_modem_tells_which_services_it_has", "default", |modem| {
        let said = modem.qmicli(&["--get-service-version-info"]).good();
        let versions: Vec<_> = said.out.lines().map(str::trim).filter(|line| line.ends_with(')')).collect();
        assert!(versions.contains(&"ctl (1.5)"), "{said:#?}");
        assert!(versions.iter().any(|line| line.starts_with("dms (1.")), "{said:#?}");
    });
}

#[test]
fn clients_can_stay_and_be_taken_over() {
    on_each_way("clients_can_stay_and_be_taken_over", "default", |modem| {
        let said = modem.qmicli(&["--dms-noop", "--client-no-release-cid"]).good();
        let cid = said.value("CID").to_owned();
        // Others get other numbers meanwhile.
        let other = modem.qmicli(&["--dms-noop", "--client-no-release-cid"]).good();
        // MBIM is closed behind each program, and its clients go with it.
        assert_eq!(other.value("CID") == cid, modem.way == Way::Mbim, "{other:#?}");
        if modem.way != Way::Mbim {
            let taken = format!("--client-cid={cid}");
            let _ = modem.qmicli(&["--dms-get-model", &taken]).good();
            let _ = modem.qmicli(&["--dms-get-model", &taken]).bad("InvalidClientId");
        }
        // Sync frees those that nobody remembers.
        let _ = modem.qmicli(&["--dms-noop", "--device-open-sync"]).good();
        let said = modem.qmicli(&["--dms-noop", "--client-no-release-cid"]).good();
        assert_eq!(said.value("CID"), "1");
    });
}

#[test]
fn a_host_can_say_which_of_several_it_is() {
    on_each_way("a_host_can_say_which_of_several_it_is", "default", |modem| {
        let said = modem.qmicli(&["--device-set-instance-id=3"]).good();
        assert_eq!(said.value("Link ID"), "3");
    });
}

#[test]
fn the_format_of_the_data_path_is_set_at_opening_unless_it_is_that_of_mbim() {
    let test = "the_format_of_the_data_path_is_set_at_opening_unless_it_is_that_of_mbim";
    on_each_way(test, "default", |modem| {
        let open = ["--dms-get-model", "--device-open-net=net-raw-ip|net-no-qos-header"];
        let said = modem.qmicli(&open);
        assert_eq!(said.status.success(), modem.way != Way::Mbim, "{said:#?}");
    });
}

#[test]
fn every_service_that_qmicli_knows_has_clients() {
    let rows: &[Row<'_>] = &[
        (&["--dms-noop"], &[]),
        (&["--nas-noop"], &[]),
        (&["--wds-noop"], &[]),
        (&["--pbm-noop"], &[]),
        (&["--pdc-noop"], &[]),
        (&["--uim-noop"], &[]),
        (&["--sar-noop"], &[]),
        (&["--wms-noop"], &[]),
        (&["--wda-noop"], &[]),
        (&["--voice-noop"], &[]),
        (&["--loc-noop"], &[]),
        (&["--qos-noop"], &[]),
        (&["--dsd-noop"], &[]),
        (&["--dpm-noop"], &[]),
    ];
    play("every_service_that_qmicli_knows_has_clients", "default", rows);
}

#[test]
fn services_of_a_maker_have_clients_on_its_modems() {
    let makers: &[(&str, &[Row<'_>])] = &[
        ("0x1bc7", &[(&["--gas-noop"], &[]), (&["--gms-noop"], &[])]), // Telit
        ("0x0489", &[(&["--fox-noop"], &[])]),                         // Foxconn
    ];
    let scratch = Scratch::new();
    for (vendor, rows) in makers {
        let scenario = scratch.path(&format!("{vendor}.toml"));
        fs::write(&scenario, format!("[qmi]\nvendor = {vendor}\n")).unwrap();
        for way in [Way::Qmux, Way::Mbim] {
            let _ = Modem::start(way, scenario.to_str().unwrap()).play(rows);
        }
    }
}
