//! qmi-proxy between its clients and the virtual modem: qmicli, and our own host. Each test has a network of its own.

use std::path::Path;

use qmi_wire::service::{Service, dms};
use wwan_interop::qmi::{Buffers, Raw};
use wwan_interop::qmicli::qmicli_command;
use wwan_interop::{Proxy, Said, VirtualModem, in_own_network, run};

fn through_proxy(device: &Path, arguments: &[&str]) -> Said {
    run(&mut qmicli_command(device, &[&["-p", "--device-open-qmi"], arguments].concat()))
}

#[test]
fn our_host_shares_the_modem_with_qmicli() {
    if !in_own_network("our_host_shares_the_modem_with_qmicli") {
        return;
    }
    for ours in [false, true] {
        let _proxy = if ours { Proxy::ours_speaking("qmi", &[]) } else { Proxy::qmi() };
        let modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
        let device = &modem.path;
        let before = Raw::open(device).free_clients(Service::DMS);
        let mut buffers = Buffers::new();
        let mut host = buffers.through_proxy(device);
        for _ in 0..50 {
            let answer = host.ask::<dms::get_model::Message>(|_| {}).unwrap();
            assert_eq!(answer.model().unwrap().to_str(), Some("Virtual Modem"));
            let said = through_proxy(device, &["--dms-get-manufacturer"]).good();
            assert_eq!(said.value("Manufacturer"), "wwan");
        }
        let identity = host.identity().unwrap();
        assert_eq!(identity.imei, "490154203237518");
        assert_eq!((host.counters().foreign, host.counters().malformed), (0, 0));
        host.close().unwrap();
        drop(host);
        assert_eq!(Raw::open(device).free_clients(Service::DMS), before, "no client is lost; ours: {ours}");
    }
}

#[test]
fn a_host_whose_device_is_refused_is_told_why_or_hung_up_on() {
    if !in_own_network("a_host_whose_device_is_refused_is_told_why_or_hung_up_on") {
        return;
    }
    for ours in [false, true] {
        let _proxy = if ours { Proxy::ours_speaking("qmi", &[]) } else { Proxy::qmi() };
        let mut raw = Raw::connect();
        let path = "/nonexistent";
        let _ = raw.begin::<qmi_wire::service::ctl::internal_proxy_open::Message>(0, |request| {
            request.device_path(path.into());
        });
        assert_eq!(raw.receive().is_some(), ours);
    }
}
