//! WDA, DPM and QOS of the QMI function: the format and the ports of the data path, flows.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod qmi_common;

use qmi_common::{Bench, Client};
use qmi_wire::service::dpm::{ControlPort, HardwareDataPort, SoftwareDataPort, close_port, open_port};
use qmi_wire::service::qos::{self, get_flow_status, get_network_status, swi_read_data_stats};
use qmi_wire::service::wda::*;
use qmi_wire::service::{DataEndpointType, Service, SubscriptionType, ctl, wds};
use qmi_wire::{ProtocolError, View as _};
use wwan::device::modem::Setup;
use wwan::device::modem::bearer::Way;
use wwan::device::modem::data_path::{Formats, Link, Loopback, PortKind};
use wwan::device::modem::flow::{Flow, FlowState};
use wwan::device::qmi::Config;

const NONE: ProtocolError = ProtocolError::NONE;
const ENDPOINT: EndpointInfo = EndpointInfo { endpoint_type: DataEndpointType::HSUSB, interface_number: 4 };

/// Asks for packing of that kind, with raw IP.
fn pack(bench: &mut Bench, client: Client, protocol: DataAggregationProtocol) -> set_data_format::Response<'static> {
    let answer = bench.ask::<set_data_format::Message>(client, |r| {
        r.qos_format(false)
            .link_layer_protocol(LinkLayerProtocol::RAW_IP)
            .uplink_data_aggregation_protocol(protocol)
            .downlink_data_aggregation_protocol(protocol)
            .downlink_data_aggregation_max_datagrams(64)
            .downlink_data_aggregation_max_size(16_384)
            .endpoint_info(ENDPOINT)
            .download_minimum_padding(4)
            .flow_control(1)
            .uplink_data_aggregation_max_datagrams(5)
            .uplink_data_aggregation_max_size(1_000_000);
    });
    assert_eq!(answer.error(), NONE);
    answer.response::<set_data_format::Message>()
}

#[test]
fn a_format_is_granted_as_far_as_the_device_goes() {
    let mut setup = Setup::default();
    setup.data_path.formats = Formats::ETHERNET | Formats::RAW_IP | Formats::QMAP | Formats::QMAP_V5;
    let mut bench = Bench::with(setup, Config::default());
    let one = bench.client(Service::WDA);
    let told = pack(&mut bench, one, DataAggregationProtocol::QMAPV5);
    assert_eq!(told.link_layer_protocol().unwrap(), Some(LinkLayerProtocol::RAW_IP));
    assert_eq!(told.uplink_data_aggregation_protocol().unwrap(), Some(DataAggregationProtocol::QMAPV5));
    assert_eq!(told.downlink_data_aggregation_max_datagrams().unwrap(), Some(32));
    assert_eq!(told.downlink_data_aggregation_max_size().unwrap(), Some(16_384));
    // In the request 0x17 was the endpoint, in the answer it is the uplink's limit.
    assert_eq!(told.tlvs().find(0x17), Some(&[5, 0, 0, 0][..]));
    assert_eq!(told.tlvs().find(0x18), Some(&[0, 0x20, 0, 0][..]));
    assert_eq!((told.download_minimum_padding().unwrap(), told.flow_control().unwrap()), (Some(4), Some(1)));

    // Not granted, as every version that the device does not have.
    for protocol in [DataAggregationProtocol::QMAPV4, DataAggregationProtocol::MBIM, DataAggregationProtocol::QMAPV2] {
        let told = pack(&mut bench, one, protocol);
        assert_eq!(told.uplink_data_aggregation_protocol().unwrap(), Some(DataAggregationProtocol::DISABLED));
        assert_eq!(told.uplink_data_aggregation_max_size().unwrap(), Some(0));
    }
    pack(&mut bench, one, DataAggregationProtocol::QMAP);
    let answer = bench.ask::<get_data_format::Message>(one, |r| {
        r.endpoint_info(ENDPOINT);
    });
    let told = answer.response::<get_data_format::Message>();
    assert_eq!(told.downlink_data_aggregation_protocol().unwrap(), Some(DataAggregationProtocol::QMAP));
    assert_eq!(told.uplink_data_aggregation_max_datagrams().unwrap(), Some(5));
    // CTL sets the same.
    let answer = bench.ask::<ctl::set_data_format::Message>((Service::CTL, 0), |r| {
        r.format(ctl::DataFormat::QOS_FLOW_HEADER_ABSENT).protocol(ctl::DataLinkProtocol::_802_3);
    });
    assert_eq!(answer.error(), NONE);
    let answer = bench.ask::<get_data_format::Message>(one, |_| {});
    let told = answer.response::<get_data_format::Message>();
    assert_eq!(told.link_layer_protocol().unwrap(), Some(LinkLayerProtocol::_802_3));
    assert_eq!(told.downlink_data_aggregation_protocol().unwrap(), Some(DataAggregationProtocol::DISABLED));
}

#[test]
fn formats_that_cannot_be_are_refused() {
    let mut setup = Setup::default();
    setup.data_path.needs_endpoint = true;
    let mut bench = Bench::with(setup, Config::default());
    let one = bench.client(Service::WDA);
    let mut ask = |fill: &dyn Fn(&mut set_data_format::RequestBuilder<'_>)| {
        bench.ask::<set_data_format::Message>(one, |r| fill(r)).error()
    };
    assert_eq!(ask(&|_| {}), ProtocolError::MISSING_ARGUMENT);
    let nowhere = EndpointInfo { endpoint_type: DataEndpointType(99), interface_number: 0 };
    let refused = ask(&|r| {
        r.endpoint_info(nowhere);
    });
    assert_eq!(refused, ProtocolError::INTERFACE_NOT_FOUND);
    let refused = ask(&|r| {
        r.endpoint_info(ENDPOINT).link_layer_protocol(LinkLayerProtocol(9));
    });
    assert_eq!(refused, ProtocolError::INVALID_DATA_FORMAT);
    let refused = ask(&|r| {
        r.endpoint_info(ENDPOINT).uplink_data_aggregation_protocol(DataAggregationProtocol(77));
    });
    assert_eq!(refused, ProtocolError::INVALID_ARGUMENT);
    let error = bench.ask::<get_data_format::Message>(one, |_| {}).error();
    assert_eq!(error, ProtocolError::MISSING_ARGUMENT);

    // Not while packets travel in the format that there is.
    let session = bench.client(Service::WDS);
    bench.ask_within::<wds::start_network::Message>(2_000, session, |_| {});
    bench.heard();
    let error = bench.ask::<set_data_format::Message>(one, |r| {
        r.endpoint_info(ENDPOINT).link_layer_protocol(LinkLayerProtocol::RAW_IP);
    });
    assert_eq!(error.error(), ProtocolError::INCOMPATIBLE_STATE);
    let same = bench.ask::<set_data_format::Message>(one, |r| {
        r.endpoint_info(ENDPOINT).link_layer_protocol(LinkLayerProtocol::_802_3);
    });
    assert_eq!(same.error(), NONE);
    assert_eq!(bench.modem.data_format().link, Link::Ethernet);

    let mut config = Config::default();
    config.data_format = false;
    let mut inside = Bench::with(Setup::default(), config);
    let one = inside.client(Service::WDA);
    assert_eq!(inside.ask::<set_data_format::Message>(one, |_| {}).error(), ProtocolError::NOT_SUPPORTED);
    assert_eq!(inside.ask::<get_data_format::Message>(one, |_| {}).error(), ProtocolError::NOT_SUPPORTED);
}

#[test]
fn packets_can_be_sent_back() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDA), bench.client(Service::WDA));
    let set = |bench: &mut Bench, state| {
        let answer = bench.ask::<loopback_configuration::Message>(one, |r| {
            r.loopback_state(state).replication_factor(3);
        });
        answer.error()
    };
    assert_eq!(set(&mut bench, LoopBackState::DISABLED), ProtocolError::NO_EFFECT);
    assert_eq!(set(&mut bench, LoopBackState(4)), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, LoopBackState::ENABLED), NONE);
    let told = bench.heard();
    assert_eq!(told.iter().map(|message| message.client).collect::<Vec<_>>(), [one.1, other.1]);
    let told = told[0].indication::<loopback_configuration_indication::Message>();
    assert_eq!((told.loopback_state().unwrap(), told.replication_factor().unwrap()), (LoopBackState::ENABLED, Some(3)));
    assert_eq!(bench.modem.loopback(), Loopback { on: true, copies: 3 });
    let answer = bench.ask::<set_capability::Message>(one, |r| {
        r.endpoint_info(ENDPOINT).ethernet_pdu_capability(true);
    });
    let told = answer.response::<set_capability::Message>();
    assert_eq!(told.ethernet_pdu_capability().unwrap(), Some(false), "the device has no such sessions");
    let answer = bench.ask::<set_capability::Message>(one, |r| {
        r.endpoint_info(EndpointInfo::default());
    });
    assert_eq!(answer.error(), ProtocolError::INTERFACE_NOT_FOUND);
    let answer = bench.ask::<get_ethernet_config::Message>(one, |_| {});
    let told = answer.response::<get_ethernet_config::Message>();
    assert_eq!(told.hardware_config().unwrap(), Some(EthernetHardwareConfig::DEFAULT));
}

#[test]
fn ports_open_together_and_close_together() {
    let mut bench = Bench::default();
    let one = bench.client(Service::DPM);
    assert_eq!(bench.ask::<close_port::Message>(one, |_| {}).error(), ProtocolError::NO_EFFECT);
    assert_eq!(bench.ask::<open_port::Message>(one, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
    let endpoint_type = DataEndpointType::EMBEDDED;
    let open = |bench: &mut Bench, hardware: &[HardwareDataPort]| {
        let answer = bench.ask::<open_port::Message>(one, |r| {
            let control = ControlPort { port_name: "DATA5_CNTL".into(), endpoint_type, interface_number: 1 };
            let software = SoftwareDataPort { endpoint_type, interface_number: 1, port_name: "DATA5".into() };
            r.control_ports((&[control]).into())
                .hardware_data_ports(hardware.into())
                .software_data_ports((&[software]).into());
        });
        answer.error()
    };
    let port = HardwareDataPort { endpoint_type, interface_number: 1, rx_endpoint_number: 14, tx_endpoint_number: 15 };
    let nowhere = HardwareDataPort { endpoint_type: DataEndpointType::UNKNOWN, ..port };
    assert_eq!(open(&mut bench, &[port, nowhere]), ProtocolError::INTERFACE_NOT_FOUND);
    assert_eq!(open(&mut bench, &[port; 9]), ProtocolError::INSUFFICIENT_RESOURCES);
    assert_eq!(bench.modem.data_ports().len(), 0);
    assert_eq!(open(&mut bench, &[port]), NONE);
    let kinds: Vec<_> = bench.modem.data_ports().iter().map(|port| (port.kind, port.pipes, &*port.name)).collect();
    assert_eq!(
        kinds,
        [
            (PortKind::Control, (0, 0), "DATA5_CNTL"),
            (PortKind::Hardware, (15, 14), ""),
            (PortKind::Software, (0, 0), "DATA5")
        ]
    );
    assert_eq!(bench.ask::<close_port::Message>(one, |_| {}).error(), NONE);
    assert_eq!(bench.modem.data_ports().len(), 0);
}

#[test]
fn flows_are_told_on_the_channel_of_their_session() {
    let mut config = Config::default();
    config.vendor = 0x1199;
    let mut bench = Bench::with(Setup::default(), config);
    let session = bench.client(Service::WDS);
    bench.ask_within::<wds::start_network::Message>(2_000, session, |_| {});
    let (one, other) = (bench.client(Service::QOS), bench.client(Service::QOS));
    let bind = |bench: &mut Bench, id| {
        let answer = bench.ask::<qos::bind_mux_data_port::Message>(other, |r| {
            r.endpoint(qos::Endpoint { endpoint_type: DataEndpointType::HSUSB, interface_number: 4 }).mux_id(id);
        });
        answer.error()
    };
    assert_eq!(
        (bind(&mut bench, 0), bind(&mut bench, 255)),
        (ProtocolError::NO_EFFECT, ProtocolError::INVALID_ARGUMENT)
    );
    assert_eq!(bind(&mut bench, 3), NONE);
    let flow = Flow { id: 77, session: 0, state: FlowState::Activated };
    let now = bench.now;
    assert!(bench.modem.network_sets_flow(now, flow));
    let told = bench.one();
    let value = told.indication::<qos::flow_status_indication::Message>().value().unwrap();
    assert_eq!(
        (told.client, value.qos_id, value.status, value.event),
        (one.1, 77, qos::Status::ACTIVATED, qos::Event::ACTIVATED)
    );
    let status = |bench: &mut Bench, id| {
        let answer = bench.ask::<get_flow_status::Message>(one, |r| {
            r.qos_id(id);
        });
        answer.response::<get_flow_status::Message>().value().map_err(|_| answer.error())
    };
    assert!(bench.modem.network_sets_flow(now, Flow { state: FlowState::Suspended, ..flow }));
    bench.heard();
    assert_eq!(status(&mut bench, 77), Ok(qos::Status::SUSPENDED));
    assert_eq!(status(&mut bench, 78), Err(ProtocolError::INVALID_QOS_ID));

    bench.modem.carry(now, 0, Way::Up, 100);
    let stats = |bench: &mut Bench, id| {
        bench.ask::<swi_read_data_stats::Message>(one, |r| {
            r.apn_id(id);
        })
    };
    let answer = stats(&mut bench, 0);
    let told = answer.response::<swi_read_data_stats::Message>();
    let (apn, flows) = (told.apn().unwrap(), told.flow().unwrap());
    assert_eq!((apn.tx_packets, apn.tx_bytes, apn.rx_bytes), (1, 100, 0));
    assert_eq!(flows.iter().map(|flow| (flow.bearer_id, flow.tx_bytes)).collect::<Vec<_>>(), [(5, 100), (77, 0)]);
    assert_eq!(stats(&mut bench, 1).error(), ProtocolError::INVALID_ARGUMENT);

    // Flows end with their session, and with the network's knowledge of them.
    bench.modem.network_deactivates(now, 0, 36);
    let gone = bench.heard().into_iter().find(|message| message.service == Service::QOS).unwrap();
    let value = gone.indication::<qos::flow_status_indication::Message>().value().unwrap();
    assert_eq!((value.status, value.event), (qos::Status::GONE, qos::Event::GONE));
    bench.modem.set_network_flows(now, false);
    let told = bench.heard();
    assert_eq!(told.len(), 2);
    assert!(!told[0].indication::<qos::network_status_indication::Message>().qos_supported().unwrap());
    let answer = bench.ask::<get_network_status::Message>(one, |_| {});
    assert!(!answer.response::<get_network_status::Message>().qos_supported().unwrap());

    let subscribe = |bench: &mut Bench, id| {
        let answer = bench.ask::<qos::bind_subscription::Message>(one, |r| {
            r.subscription_id(id);
        });
        answer.error()
    };
    assert_eq!(subscribe(&mut bench, SubscriptionType::TERITIARY), ProtocolError::NO_SUBSCRIPTION);
    assert_eq!(subscribe(&mut bench, SubscriptionType::PRIMARY), NONE);
    assert_eq!(bench.ask::<qos::reset::Message>(one, |_| {}).error(), NONE);
    let answer = bench.ask::<qos::get_bind_subscription::Message>(one, |_| {});
    let bound = answer.response::<qos::get_bind_subscription::Message>().subscription_id().unwrap();
    assert_eq!(bound, Some(SubscriptionType::PRIMARY));
}
