//! PDC of the QMI function: configurations are listed, selected, loaded, and come into effect.
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

use qmi_common::{Bench, Client, Message};
use qmi_wire::frame::Kind;
use qmi_wire::service::{Service, pdc::*};
use qmi_wire::{Exchange, ProtocolError};

const SOFTWARE: ConfigurationType = ConfigurationType::SOFTWARE;

fn bench() -> (Bench, Client) {
    let mut bench = Bench::default();
    let client = bench.client(Service::PDC);
    register(&mut bench, client);
    (bench, client)
}

fn register(bench: &mut Bench, client: Client) {
    let answer = bench.ask::<register::Message>(client, |r| {
        r.enable_reporting(true).enable_refresh(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
}

fn id(first: u8) -> [u8; 20] {
    let mut id = [first; 20];
    for (place, byte) in id.iter_mut().enumerate().skip(1) {
        *byte = place as u8;
    }
    id
}

fn of(id: &[u8]) -> TypeWithIdV2<'_> {
    TypeWithIdV2 { config_type: SOFTWARE, id: id.into() }
}

/// A request that is taken; its result, which must be told to its client.
fn result<M: Exchange>(bench: &mut Bench, client: Client, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> Message {
    assert_eq!(bench.ask::<M>(client, fill).error(), ProtocolError::NONE);
    let told = bench.outcome();
    let told = told.iter().find(|told| (told.kind, told.id, told.client) == (Kind::Indication, M::ID, client.1));
    told.expect("a result").clone()
}

fn select(bench: &mut Bench, client: Client, id: &[u8]) -> u16 {
    let told = result::<set_selected_config::Message>(bench, client, |r| {
        r.type_with_id_v2(of(id)).token(5);
    });
    let told = told.indication::<set_selected_config_indication::Message>();
    assert_eq!(told.token().unwrap(), Some(5));
    told.indication_result().unwrap()
}

fn chosen(bench: &mut Bench, client: Client) -> (u16, Option<u8>, Option<u8>) {
    let told = result::<get_selected_config::Message>(bench, client, |r| {
        r.config_type(SOFTWARE).token(6);
    });
    let told = told.indication::<get_selected_config_indication::Message>();
    let first = |id: Option<qmi_wire::text::Bytes<'_>>| id.map(|id| id.bytes[0]);
    let (active, pending) = (told.active_id().unwrap(), told.pending_id().unwrap());
    (told.indication_result().unwrap(), first(active), first(pending))
}

#[test]
fn configurations_are_listed_and_described() {
    let (mut bench, client) = bench();
    let told = result::<list_configs::Message>(&mut bench, client, |r| {
        r.config_type(SOFTWARE).token(0x1234_5678);
    });
    let told = told.indication::<list_configs_indication::Message>();
    assert_eq!((told.indication_result().unwrap(), told.token().unwrap()), (0, Some(0x1234_5678)));
    let ids: Vec<Vec<u8>> = told.configs().unwrap().unwrap().iter().map(|config| config.id.bytes.to_vec()).collect();
    assert_eq!(ids, [id(0xa1), id(0xb2)]);
    let told = result::<list_configs::Message>(&mut bench, client, |r| {
        r.config_type(ConfigurationType::PLATFORM);
    });
    let told = told.indication::<list_configs_indication::Message>();
    assert_eq!((told.token().unwrap(), told.configs().unwrap().unwrap().len()), (None, 0));

    let info = |bench: &mut Bench, id: &[u8]| {
        let told = result::<get_config_info::Message>(bench, client, |r| {
            r.type_with_id_v2(of(id)).token(1);
        });
        let told = told.indication::<get_config_info_indication::Message>();
        let description = told.description().unwrap().map(|text| text.to_str().unwrap().to_owned());
        (told.indication_result().unwrap(), description, told.total_size().unwrap())
    };
    assert_eq!(info(&mut bench, &id(0xa1)), (0, Some("ROW_Generic_3GPP".into()), Some(20_480)));
    assert_eq!(info(&mut bench, &[1, 2]), (ProtocolError::NO_ENTRY.0, None, None));

    let answer = bench.ask::<get_config_limits::Message>(client, |r| {
        r.config_type(SOFTWARE).token(9);
    });
    let limits = answer.response::<get_config_limits::Message>();
    assert_eq!(limits.token().unwrap(), Some(9));
    assert_eq!((limits.maximum_size().unwrap(), limits.current_size().unwrap()), (Some(1_048_576), Some(40_960)));
    let answer = bench.ask::<get_default_config_info::Message>(client, |r| {
        r.config_type(SOFTWARE);
    });
    let default = answer.response::<get_default_config_info::Message>();
    assert_eq!(default.description().unwrap().unwrap(), "ROW_Generic_3GPP");
    let answer = bench.ask::<get_default_config_info::Message>(client, |r| {
        r.config_type(ConfigurationType::PLATFORM);
    });
    assert_eq!(answer.error(), ProtocolError::NO_ENTRY);
    for (asked, error) in [(id(0xb2), ProtocolError::NONE), (id(0xb3), ProtocolError::NO_ENTRY)] {
        let answer = bench.ask::<config_change::Message>(client, |r| {
            r.type_with_id_v2(of(&asked));
        });
        assert_eq!(answer.error(), error);
        let echoed = answer.response::<config_change::Message>().type_with_id_v2().unwrap();
        assert_eq!(echoed.id.bytes, asked);
    }
}

#[test]
fn a_selected_configuration_comes_into_effect_with_a_restart() {
    let (mut bench, client) = bench();
    let other = bench.client(Service::PDC);
    register(&mut bench, other);
    assert_eq!(chosen(&mut bench, client), (0, Some(0xa1), None));
    assert_eq!(select(&mut bench, client, &id(0xc3)), ProtocolError::NO_ENTRY.0);
    let answer = bench.ask::<set_selected_config::Message>(client, |r| {
        r.type_with_id_v2(of(&id(0xb2))).token(7);
    });
    assert_eq!(answer.response::<set_selected_config::Message>().token().unwrap(), Some(7));
    let told = bench.wait(20);
    // The result to who asked; that another one is selected, to all.
    let changes: Vec<u8> = told.iter().filter(|told| told.id == 0x21).map(|told| told.client).collect();
    assert_eq!(changes, [client.1, other.1]);
    assert_eq!(told.iter().filter(|told| told.id == 0x23).count(), 1);
    assert_eq!(chosen(&mut bench, client), (0, Some(0xa1), Some(0xb2)));

    let answer = bench.ask::<activate_config::Message>(client, |r| {
        r.config_type(SOFTWARE).token(8);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(bench.heard(), []);
    let told = bench.wait(2050);
    let activated = told.iter().find(|told| told.id == 0x27).unwrap();
    let activated = activated.indication::<activate_config_indication::Message>();
    assert_eq!((activated.indication_result().unwrap(), activated.token().unwrap()), (0, Some(8)));
    let refresh = told.iter().find(|told| told.id == 0x2f && told.client == other.1).unwrap();
    let refresh = refresh.indication::<refresh_indication::Message>();
    assert_eq!(refresh.refresh_event().unwrap(), RefreshEventType::START);
    bench.wait(10_000);
    assert_eq!(bench.modem.restarts(), 1);
    let client = bench.client(Service::PDC);
    register(&mut bench, client);
    assert_eq!(chosen(&mut bench, client), (0, Some(0xb2), None));
    assert_eq!(bench.modem.configuration().1, "Test_Network");
}

#[test]
fn nothing_selected_cannot_be_activated_and_what_is_active_not_deleted() {
    let (mut bench, client) = bench();
    let activate = |bench: &mut Bench| {
        let told = result::<activate_config::Message>(bench, client, |r| {
            r.config_type(SOFTWARE);
        });
        told.indication::<activate_config_indication::Message>().indication_result().unwrap()
    };
    assert_eq!(activate(&mut bench), ProtocolError::NO_ENTRY.0);
    let delete = |bench: &mut Bench, id: &[u8]| {
        let answer = bench.ask::<delete_config::Message>(client, |r| {
            r.config_type(SOFTWARE).token(3).id(id.into());
        });
        assert_eq!(answer.response::<delete_config::Message>().token().unwrap(), Some(3));
        answer.error()
    };
    assert_eq!(delete(&mut bench, &id(0xa1)), ProtocolError::INVALID_OPERATION);
    assert_eq!(select(&mut bench, client, &id(0xb2)), 0);
    assert_eq!(delete(&mut bench, &id(0xb2)), ProtocolError::NONE);
    assert_eq!(delete(&mut bench, &id(0xb2)), ProtocolError::NO_ENTRY);
    assert_eq!(chosen(&mut bench, client), (0, Some(0xa1), None));
    let deactivate = |bench: &mut Bench| {
        let told = result::<deactivate_config::Message>(bench, client, |r| {
            r.config_type(SOFTWARE).token(4);
        });
        told.indication::<deactivate_config_indication::Message>().indication_result().unwrap()
    };
    assert_eq!(deactivate(&mut bench), 0);
    assert_eq!(deactivate(&mut bench), ProtocolError::NO_EFFECT.0);
    assert_eq!(chosen(&mut bench, client), (ProtocolError::NOT_PROVISIONED.0, None, None));
    assert_eq!(delete(&mut bench, &id(0xa1)), ProtocolError::NONE);
}

#[test]
fn a_configuration_is_loaded_piece_by_piece() {
    let (mut bench, client) = bench();
    let load = |bench: &mut Bench, total_size, len: usize| {
        let data = vec![0x5a; len];
        let (chunk, name) = (data.as_slice().into(), id(0xd4));
        let told = result::<load_config::Message>(bench, client, |r| {
            r.config_chunk(ConfigChunk { kind: SOFTWARE, id: name.as_slice().into(), total_size, chunk }).token(2);
        });
        let told = told.indication::<load_config_indication::Message>();
        let progress = told.received().unwrap().zip(told.remaining_size().unwrap());
        (told.indication_result().unwrap(), progress, told.frame_reset().unwrap())
    };
    assert_eq!(load(&mut bench, 2500, 1024), (0, Some((1024, 1476)), None));
    assert_eq!(load(&mut bench, 2500, 1024), (0, Some((2048, 452)), None));
    assert_eq!(load(&mut bench, 2500, 1024), (0, None, Some(true)), "too much: begin again");
    assert_eq!(load(&mut bench, 2500, 1024), (0, Some((1024, 1476)), None));
    assert_eq!(load(&mut bench, 2500, 1024), (0, Some((2048, 452)), None));
    assert_eq!(load(&mut bench, 2500, 452), (0, Some((2500, 0)), None));
    assert_eq!(load(&mut bench, 2500, 1025).0, ProtocolError::ARGUMENT_TOO_LONG.0);
    assert_eq!(load(&mut bench, 2500, 0).0, ProtocolError::INVALID_ARGUMENT.0);
    assert_eq!(select(&mut bench, client, &id(0xd4)), 0);
    let answer = bench.ask::<get_config_limits::Message>(client, |r| {
        r.config_type(SOFTWARE);
    });
    let used = answer.response::<get_config_limits::Message>().current_size().unwrap();
    assert_eq!(used, Some(43_460));
    let large = bench.ask::<load_config::Message>(client, |r| {
        r.config_chunk(ConfigChunk {
            kind: SOFTWARE,
            id: [9].as_slice().into(),
            total_size: 2_000_000,
            chunk: [1].as_slice().into(),
        });
    });
    assert_eq!(large.error(), ProtocolError::NONE);
    let told = bench.outcome().remove(0);
    let told = told.indication::<load_config_indication::Message>();
    assert_eq!(told.indication_result().unwrap(), ProtocolError::DEVICE_STORAGE_FULL.0);
}

#[test]
fn results_are_told_unless_a_client_does_not_want_them() {
    let mut bench = Bench::default();
    let client = bench.client(Service::PDC);
    let list = |bench: &mut Bench, config_type| {
        let answer = bench.ask::<list_configs::Message>(client, |r| {
            r.config_type(config_type);
        });
        (answer.error(), bench.outcome().len())
    };
    assert_eq!(list(&mut bench, SOFTWARE), (ProtocolError::NONE, 1));
    let answer = bench.ask::<register::Message>(client, |r| {
        r.enable_reporting(false);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(list(&mut bench, SOFTWARE), (ProtocolError::NONE, 0));
    assert_eq!(bench.ask::<reset::Message>(client, |_| {}).error(), ProtocolError::NONE);
    assert_eq!(list(&mut bench, SOFTWARE), (ProtocolError::NONE, 1));
    assert_eq!(list(&mut bench, ConfigurationType(2)), (ProtocolError::INVALID_ARGUMENT, 0));
    assert_eq!(bench.ask::<register::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(bench.ask::<list_configs::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
}
