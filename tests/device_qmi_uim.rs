//! UIM of the QMI function: cards, codes, files, channels, slots, refreshes.
#![cfg(all(feature = "device", feature = "qmi"))]
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

use qmi_common::{Bench, Client, Message, hex};
use qmi_wire::ProtocolError;
use qmi_wire::frame::Kind;
use qmi_wire::service::Service;
use qmi_wire::service::uim::*;
use wwan::device::modem::event::Origin;
use wwan::device::modem::refresh::{Path, Refresh, RefreshMode as Mode};
use wwan::device::modem::sim::{NetworkLock, NetworkUnblock, Sim};
use wwan::device::modem::{Setup, SimSetup, text};
use wwan::device::qmi::Config;

fn card(session_type: SessionType) -> Session<'static> {
    Session { session_type, ..Session::default() }
}

fn gw() -> Session<'static> {
    card(SessionType::PRIMARY_GW_PROVISIONING)
}

/// A card with something different.
fn sim(mut sim: Sim, change: impl FnOnce(&mut Sim)) -> Sim {
    change(&mut sim);
    sim
}

fn bench(sim: Sim) -> (Bench, Client) {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::UIM);
    (bench, client)
}

/// State of the card, of the USIM, of its PIN1, and the attempts left.
fn usim(bench: &mut Bench, client: Client) -> (CardState, CardApplicationState, PinState, u8) {
    let answer = bench.ask::<get_card_status::Message>(client, |_| {});
    let status = answer.response::<get_card_status::Message>().card_status().unwrap().unwrap();
    let card = status.cards.get(0).unwrap();
    let application = card.applications.get(0).unwrap_or_default();
    (card.card_state, application.state, application.pin1_state, application.pin1_retries)
}

fn verify(bench: &mut Bench, client: Client, pin_id: PinId, pin: &str) -> Message {
    bench.ask::<verify_pin::Message>(client, |r| {
        r.session(card(SessionType::CARD_SLOT1)).info(VerifyPinInfo { pin_id, pin_value: pin.into() });
    })
}

fn left(answer: &Message) -> (u8, u8) {
    let left = answer.response::<verify_pin::Message>().retries_remaining().unwrap().unwrap();
    (left.verify_retries_left, left.unblock_retries_left)
}

#[test]
fn a_card_status_has_its_indices_applications_and_codes() {
    let (mut bench, client) = bench(Sim::default());
    let answer = bench.ask::<get_card_status::Message>(client, |_| {});
    assert_eq!(
        hex(&answer.tlvs[7..]),
        "10 4B 00 00 00 FF FF FF FF FF FF 01 01 00 00 00 00 02 \
         02 07 02 0B 00 00 10 A0 00 00 00 87 10 02 FF FF FF FF 89 03 02 00 00 00 03 03 0A 01 03 0A \
         05 01 00 0B 00 00 10 A0 00 00 00 87 10 04 FF FF FF FF 89 03 02 00 00 00 03 03 0A 01 03 0A"
    );
    let status = answer.response::<get_card_status::Message>().card_status().unwrap().unwrap();
    let (_, application) = status.application(status.index_gw_primary).unwrap();
    assert_eq!(application.kind, CardApplicationType::USIM);
    assert_eq!(status.application(status.index_1x_primary), None);
}

#[test]
fn every_state_of_a_card_is_told() {
    use CardApplicationState as App;
    let blocked = |pin, puk| {
        let mut sim = Sim::with_pin("1234");
        (sim.pin1.pin_attempts, sim.pin1.puk_attempts) = (pin, puk);
        sim
    };
    let locked = sim(Sim::default(), |sim| sim.network_lock = Some(NetworkLock { code: text("1"), attempts: 3 }));
    for (sim, expected) in [
        (Sim::default(), (CardState::PRESENT, App::READY, PinState::DISABLED, 3)),
        (
            Sim::with_pin("1234"),
            (CardState::PRESENT, App::PIN1_OR_UPIN_PIN_REQUIRED, PinState::ENABLED_NOT_VERIFIED, 3),
        ),
        (blocked(0, 10), (CardState::PRESENT, App::PUK1_OR_UPIN_PUK_REQUIRED, PinState::BLOCKED, 0)),
        (blocked(0, 0), (CardState::PRESENT, App::PIN1_BLOCKED, PinState::PERMANENTLY_BLOCKED, 0)),
        (locked, (CardState::PRESENT, App::CHECK_PERSONALIZATION_STATE, PinState::DISABLED, 3)),
        (sim(Sim::default(), |sim| sim.bad = true), (CardState::ERROR, App::UNKNOWN, PinState::NOT_INITIALIZED, 0)),
        (
            sim(Sim::default(), |sim| (sim.esim, sim.profile) = (true, false)),
            (CardState::PRESENT, App::UNKNOWN, PinState::NOT_INITIALIZED, 0),
        ),
    ] {
        let (mut bench, client) = bench(sim);
        assert_eq!(usim(&mut bench, client), expected);
    }
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::UIM);
    assert_eq!(usim(&mut bench, client), (CardState::ABSENT, App::UNKNOWN, PinState::NOT_INITIALIZED, 0));
    let answer = verify(&mut bench, client, PinId::PIN1, "1234");
    assert_eq!(answer.error(), ProtocolError::NO_SIM);
    // A card that starts is there, and not ready.
    let mut bench = Bench::fresh(Setup::default(), Config::default());
    bench.heard();
    let client = bench.client(Service::UIM);
    assert_eq!(usim(&mut bench, client), (CardState::PRESENT, App::DETECTED, PinState::NOT_INITIALIZED, 3));
}

#[test]
fn a_wrong_pin_costs_an_attempt_and_everybody_registered_is_told() {
    let (mut bench, client) = bench(Sim::with_pin("1234"));
    let other = bench.client(Service::UIM);
    let answer = bench.ask::<register_events::Message>(other, |r| {
        r.event_registration_mask(EventRegistrationFlag::CARD_STATUS | EventRegistrationFlag::SAP_CONNECTION);
    });
    let granted = answer.response::<register_events::Message>().event_registration_mask().unwrap().unwrap();
    assert_eq!(granted, EventRegistrationFlag::CARD_STATUS, "there is no SAP");

    let answer = verify(&mut bench, client, PinId::PIN1, "0000");
    assert_eq!((answer.error(), left(&answer)), (ProtocolError::INCORRECT_PIN, (2, 10)));
    let result = answer.response::<verify_pin::Message>().card_result().unwrap().unwrap();
    assert_eq!((result.sw1, result.sw2), (0x63, 0xc2));
    let told = bench.one();
    assert_eq!(told.client, other.1);
    let status = told.indication::<card_status_indication::Message>().card_status().unwrap().unwrap();
    assert_eq!(status.cards.get(0).unwrap().applications.get(0).unwrap().pin1_retries, 2);

    assert_eq!(verify(&mut bench, client, PinId::PIN1, "0000").error(), ProtocolError::INCORRECT_PIN);
    bench.heard();
    let answer = verify(&mut bench, client, PinId::PIN1, "0000");
    assert_eq!((answer.error(), left(&answer)), (ProtocolError::PIN_BLOCKED, (0, 10)));
    bench.heard();
    let answer = verify(&mut bench, client, PinId::PIN1, "1234");
    assert_eq!((answer.error(), left(&answer)), (ProtocolError::PIN_BLOCKED, (0, 10)));
    let unblock = |bench: &mut Bench, puk: &str| {
        let info = UnblockPinInfo { pin_id: PinId::PIN1, puk: puk.into(), new_pin: "4321".into() };
        let answer = bench.ask::<unblock_pin::Message>(client, |r| {
            r.session(card(SessionType::CARD_SLOT1)).info(info);
        });
        bench.heard();
        answer
    };
    let answer = unblock(&mut bench, "00000000");
    assert_eq!(answer.error(), ProtocolError::INCORRECT_PIN);
    let retries = answer.response::<unblock_pin::Message>().retries_remaining().unwrap().unwrap();
    assert_eq!((retries.verify_retries_left, retries.unblock_retries_left), (0, 9));
    assert_eq!(unblock(&mut bench, "12345678").error(), ProtocolError::NONE);
    assert_eq!(usim(&mut bench, client).1, CardApplicationState::READY);
    for _ in 0..9 {
        assert_eq!(unblock(&mut bench, "00000000").error(), ProtocolError::INCORRECT_PIN);
    }
    assert_eq!(unblock(&mut bench, "00000000").error(), ProtocolError::PIN_ALWAYS_BLOCKED);
    assert_eq!(usim(&mut bench, client).2, PinState::PERMANENTLY_BLOCKED);
}

#[test]
fn protection_and_change_of_codes() {
    let (mut bench, client) = bench(Sim::default());
    let protect = |bench: &mut Bench, pin_id, pin_enabled, pin: &str| {
        let info = SetPinProtectionInfo { pin_id, pin_enabled, pin_value: pin.into() };
        let answer = bench.ask::<set_pin_protection::Message>(client, |r| {
            r.session(card(SessionType::CARD_SLOT1)).info(info);
        });
        answer.error()
    };
    assert_eq!(protect(&mut bench, PinId::PIN1, false, "1234"), ProtocolError::NO_EFFECT);
    // A PIN that is disabled cannot be changed, nor does a try cost an attempt (ETSI TS 102 221 §11.1.10).
    for old in ["1234", "1111"] {
        let info = ChangePinInfo { pin_id: PinId::PIN1, old_pin: old.into(), new_pin: "4321".into() };
        let answer = bench.ask::<change_pin::Message>(client, |r| {
            r.session(card(SessionType::CARD_SLOT1)).info(info);
        });
        assert_eq!(answer.error(), ProtocolError::NO_EFFECT);
        let r = answer.response::<change_pin::Message>();
        let said = r.card_result().unwrap().unwrap();
        assert_eq!((said.sw1, said.sw2), (0x69, 0x84));
        assert_eq!(r.retries_remaining().unwrap().unwrap().verify_retries_left, 3);
    }
    assert_eq!(verify(&mut bench, client, PinId::PIN1, "1234").error(), ProtocolError::NO_EFFECT);
    assert_eq!(protect(&mut bench, PinId::PIN1, true, "1111"), ProtocolError::INCORRECT_PIN);
    assert_eq!(protect(&mut bench, PinId::PIN1, true, "1234"), ProtocolError::NONE);
    assert_eq!(protect(&mut bench, PinId::PIN1, true, "1234"), ProtocolError::NO_EFFECT);
    assert_eq!(protect(&mut bench, PinId::PIN2, false, "5678"), ProtocolError::NOT_SUPPORTED);
    assert_eq!(protect(&mut bench, PinId::UPIN, true, "1234"), ProtocolError::INVALID_PIN_ID);
    assert_eq!(protect(&mut bench, PinId::HIDDEN_KEY, true, "1234"), ProtocolError::INVALID_PIN_ID);
    let change = |bench: &mut Bench, old: &str, new: &str| {
        let info = ChangePinInfo { pin_id: PinId::PIN1, old_pin: old.into(), new_pin: new.into() };
        let answer = bench.ask::<change_pin::Message>(client, |r| {
            r.session(card(SessionType::CARD_SLOT1)).info(info);
        });
        answer.error()
    };
    assert_eq!(change(&mut bench, "1234", "12"), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(change(&mut bench, "1111", "4321"), ProtocolError::INCORRECT_PIN);
    assert_eq!(bench.modem.sim().unwrap().pin1.pin_attempts, 2, "a wrong old PIN costs an attempt");
    assert_eq!(change(&mut bench, "1234", "4321"), ProtocolError::NONE);
    assert_eq!(verify(&mut bench, client, PinId::PIN1, "4321").error(), ProtocolError::NONE);
    let answer = bench.ask::<verify_pin::Message>(client, |r| {
        r.session(card(SessionType::CARD_SLOT1));
    });
    assert_eq!(answer.error(), ProtocolError::MISSING_ARGUMENT);
    let answer = bench.ask::<verify_pin::Message>(client, |r| {
        r.session(card(SessionType::CARD_SLOT1));
        r.info(VerifyPinInfo { pin_id: PinId::PIN1, pin_value: "4321".into() }).response_in_indication_token(7);
    });
    assert_eq!(answer.error(), ProtocolError::NOT_SUPPORTED);
    let answer = bench.ask::<verify_pin::Message>(client, |r| {
        r.session(card(SessionType::CARD_SLOT2));
        r.info(VerifyPinInfo { pin_id: PinId::PIN1, pin_value: "4321".into() });
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_SESSION_TYPE);
}

#[test]
fn a_universal_pin_takes_the_place_of_the_first_one() {
    let (mut bench, client) = bench(sim(Sim::with_pin("1234"), |sim| sim.universal_pin = true));
    let answer = bench.ask::<get_card_status::Message>(client, |_| {});
    let status = answer.response::<get_card_status::Message>().card_status().unwrap().unwrap();
    let (card, application) = status.application(status.index_gw_primary).unwrap();
    assert_eq!((card.upin_state, card.upin_retries, card.upuk_retries), (PinState::ENABLED_NOT_VERIFIED, 3, 10));
    assert!(application.upin_replaces_pin1);
    assert_eq!(application.state, CardApplicationState::PIN1_OR_UPIN_PIN_REQUIRED);
    assert_eq!(verify(&mut bench, client, PinId::PIN1, "1234").error(), ProtocolError::NO_EFFECT);
    assert_eq!(verify(&mut bench, client, PinId::UPIN, "1234").error(), ProtocolError::NONE);
    assert_eq!(usim(&mut bench, client).1, CardApplicationState::READY);
}

fn read(bench: &mut Bench, client: Client, of: Session<'_>, file: File<'_>, part: (u16, u16)) -> Message {
    bench.ask::<read_transparent::Message>(client, |r| {
        r.session(of).file(file).read_information(ReadInformation { offset: part.0, length: part.1 });
    })
}

fn iccid_file() -> File<'static> {
    File { file_id: 0x2fe2, ..File::default() }
}

fn in_usim(file_id: u16) -> File<'static> {
    File { file_id, file_path: (&[0x00, 0x3f, 0xff, 0x7f]).into() }
}

#[test]
fn files_are_read_by_path_offset_and_length() {
    let (mut bench, client) = bench(Sim::with_pin("1234"));
    let file = File { file_path: (&[0x00, 0x3f]).into(), ..iccid_file() };
    let answer = read(&mut bench, client, gw(), file, (0, 0));
    assert_eq!(hex(&answer.tlvs[7..]), "10 02 00 90 00 11 0C 00 0A 00 98 00 01 01 00 00 00 00 10 F7");
    let answer = read(&mut bench, client, gw(), iccid_file(), (2, 3));
    assert_eq!(hex(&answer.tlvs[7..]), "10 02 00 90 00 11 05 00 03 00 01 01 00");
    // What the first PIN protects.
    let answer = read(&mut bench, client, gw(), in_usim(0x6f07), (0, 0));
    assert_eq!((answer.error(), hex(&answer.tlvs[7..])), (ProtocolError::ACCESS_DENIED, "10 02 00 69 82".into()));
    assert_eq!(verify(&mut bench, client, PinId::PIN1, "1234").error(), ProtocolError::NONE);
    let answer = read(&mut bench, client, gw(), in_usim(0x6f07), (0, 0));
    assert_eq!(hex(&answer.tlvs[12..]), "11 0B 00 09 00 08 09 10 10 10 32 54 76 98");
    for (of, file, part, error) in [
        (gw(), in_usim(0x6f99), (0, 0), ProtocolError::SIM_FILE_NOT_FOUND),
        (gw(), in_usim(0x6f07), (9, 0), ProtocolError::INVALID_ARGUMENT),
        (gw(), in_usim(0x6f40), (0, 0), ProtocolError::INVALID_ARGUMENT),
        (gw(), File { file_path: (&[0]).into(), ..iccid_file() }, (0, 0), ProtocolError::INVALID_ARGUMENT),
        (card(SessionType::PRIMARY1X_PROVISIONING), iccid_file(), (0, 0), ProtocolError::INVALID_SESSION_TYPE),
        (card(SessionType::CARD_SLOT1), iccid_file(), (0, 0), ProtocolError::NONE),
    ] {
        assert_eq!(read(&mut bench, client, of, file, part).error(), error, "{of:?} {file:?}");
    }
    let isim =
        Session { application_identifier: (&wwan::device::modem::card::ISIM).into(), ..card(SessionType::CARD_SLOT1) };
    let answer = read(&mut bench, client, isim, in_usim(0x6f07), (0, 0));
    assert_eq!(hex(&answer.tlvs[12..]), "11 04 00 02 00 00 00");
}

#[test]
fn records_are_read_written_and_described() {
    let (mut bench, client) = bench(Sim::default());
    let record = |bench: &mut Bench, number, length, last: Option<u16>| {
        bench.ask::<read_record::Message>(client, |r| {
            let record = RecordSelector { record_number: number, record_length: length };
            r.session(gw()).file(in_usim(0x6f40)).record(record);
            if let Some(last) = last {
                r.last_record(last);
            }
        })
    };
    let answer = record(&mut bench, 1, 24, None);
    let number = answer.response::<read_record::Message>().read_result().unwrap().unwrap();
    assert_eq!((number.bytes.len(), &number.bytes[10..16]), (24, &[5, 0x81, 0x51, 0x55, 0x10, 0][..]));
    let answer = record(&mut bench, 1, 0, Some(4));
    let more = answer.response::<read_record::Message>().additional_read_result().unwrap().unwrap();
    assert_eq!(more.bytes, [0xff; 72]);
    assert_eq!(record(&mut bench, 5, 24, None).error(), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(record(&mut bench, 2, 24, Some(1)).error(), ProtocolError::INVALID_ARGUMENT);
    let answer = record(&mut bench, 1, 20, None);
    assert_eq!((answer.error(), hex(&answer.tlvs[7..])), (ProtocolError::INVALID_ARGUMENT, "10 02 00 6C 18".into()));

    let write = |bench: &mut Bench, file, number, data: &[u8]| {
        let record = WriteRecord { record_number: number, record: data.into() };
        let answer = bench.ask::<write_record::Message>(client, |r| {
            r.session(gw()).file(in_usim(file)).write_record(record);
        });
        let result = answer.response::<write_record::Message>().card_result().unwrap().unwrap();
        (answer.error(), (result.sw1, result.sw2))
    };
    assert_eq!(write(&mut bench, 0x6f42, 1, &[0x42; 40]), (ProtocolError::NONE, (0x90, 0)));
    assert_eq!(write(&mut bench, 0x6f42, 1, &[0x42; 39]), (ProtocolError::INVALID_ARGUMENT, (0x67, 0)));
    assert_eq!(write(&mut bench, 0x6f40, 1, &[0; 24]), (ProtocolError::ACCESS_DENIED, (0x69, 0x82)));
    let answer = bench.ask::<read_record::Message>(client, |r| {
        let record = RecordSelector { record_number: 1, record_length: 0 };
        r.session(gw()).file(in_usim(0x6f42)).record(record);
    });
    assert_eq!(answer.response::<read_record::Message>().read_result().unwrap().unwrap().bytes, [0x42; 40]);

    let answer = bench.ask::<get_file_attributes::Message>(client, |r| {
        r.session(gw()).file(in_usim(0x6f40));
    });
    let told = answer.response::<get_file_attributes::Message>().file_attributes().unwrap().unwrap();
    assert_eq!((told.file_size, told.file_id, told.file_type), (96, 0x6f40, FileType::LINEAR_FIXED));
    assert_eq!((told.record_size, told.record_count), (24, 4));
    assert_eq!(told.read_security_attributes, SecurityAttribute::PIN1);
    assert_eq!(told.raw_data.bytes[0], 0x62);
    let answer = bench.ask::<get_file_attributes::Message>(client, |r| {
        r.session(gw()).file(File { file_id: 0x3f00, ..iccid_file() });
    });
    let told = answer.response::<get_file_attributes::Message>().file_attributes().unwrap().unwrap();
    assert_eq!(told.file_type, FileType::MASTER_FILE);
}

#[test]
fn the_phonebook_and_the_service_centre_on_the_card_are_those_of_the_modem() {
    let mut bench = Bench::default();
    let client = bench.client(Service::UIM);
    let telecom = |file_id| File { file_id, file_path: (&[0x00, 0x3f, 0x10, 0x7f]).into() };
    let answer = bench.ask::<get_file_attributes::Message>(client, |r| {
        r.session(gw()).file(telecom(0x6f3a));
    });
    let told = answer.response::<get_file_attributes::Message>().file_attributes().unwrap().unwrap();
    // Names of 18 characters in UCS-2, and the number.
    assert_eq!((told.record_size, told.record_count), (51, 20));
    assert_eq!(told.write_security_attributes, SecurityAttribute::PIN1);
    let record = |bench: &mut Bench, file, number| {
        let answer = bench.ask::<read_record::Message>(client, |r| {
            let record = RecordSelector { record_number: number, record_length: 0 };
            r.session(gw()).file(file).record(record);
        });
        answer.response::<read_record::Message>().read_result().unwrap().unwrap().bytes.to_vec()
    };
    let now = bench.now;
    bench.modem.write_phonebook(now, Origin::WORLD, Some(3), "+15550123", "Anna").unwrap();
    let said = record(&mut bench, telecom(0x6f3a), 3);
    assert_eq!((&said[..5], &said[37..43]), (&b"Anna\xff"[..], &[5, 0x91, 0x51, 0x55, 0x10, 0x32][..]));
    assert_eq!(record(&mut bench, telecom(0x6f3a), 4), [0xff; 51]);
    let write = |bench: &mut Bench, file, number, data: &[u8]| {
        let record = WriteRecord { record_number: number, record: data.into() };
        let answer = bench.ask::<write_record::Message>(client, |r| {
            r.session(gw()).file(file).write_record(record);
        });
        answer.error()
    };
    let mut data = [0xff; 51];
    data[..4].copy_from_slice(&[0x80, 0x65, 0xe5, 0x67]);
    data[4] = 0x2c;
    data[37..40].copy_from_slice(&[2, 0x81, 0xca]);
    assert_eq!(write(&mut bench, telecom(0x6f3a), 20, &data), ProtocolError::NONE);
    let entry = bench.modem.phonebook_entry(20).unwrap();
    assert_eq!((entry.name.as_str(), entry.number.as_str()), ("日本", "*p"));
    assert_eq!(write(&mut bench, telecom(0x6f3a), 3, &[0xff; 51]), ProtocolError::NONE);
    assert!(bench.modem.phonebook_entry(3).is_err());
    assert_eq!(write(&mut bench, telecom(0x6f3a), 3, &[0xff; 51]), ProtocolError::NONE, "free stays free");
    // What the modem cannot keep: any digit, more characters, broken lengths.
    data[39] = 0xda;
    assert_eq!(write(&mut bench, telecom(0x6f3a), 5, &data), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(write(&mut bench, telecom(0x6f3a), 5, &[b'x'; 51]), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(write(&mut bench, telecom(0x6f3a), 21, &[0xff; 51]), ProtocolError::INVALID_ARGUMENT);
    assert!(bench.modem.phonebook_entry(5).is_err());

    let said = record(&mut bench, in_usim(0x6f42), 1);
    assert_eq!((said[12], &said[25..32]), (0xfd, &[5, 0x91, 0x51, 0x55, 0x10, 0x99, 0xff][..]));
    let mut data = said.clone();
    data[26] = 0x81;
    assert_eq!(write(&mut bench, in_usim(0x6f42), 1, &data), ProtocolError::NONE);
    assert_eq!(bench.modem.service_centre(), "15550199");
    assert_eq!(record(&mut bench, in_usim(0x6f42), 1), data);
    bench.modem.set_service_centre(now, Origin::WORLD, "+15550199").unwrap();
    assert_eq!(record(&mut bench, in_usim(0x6f42), 1), said);
}

#[test]
fn channels_are_opened_used_and_closed_with_their_client() {
    let (mut bench, client) = bench(sim(Sim::default(), |sim| sim.esim = true));
    let open = |bench: &mut Bench, id: &[u8]| {
        bench.ask::<open_logical_channel::Message>(client, |r| {
            r.slot(1).aid(id.into());
        })
    };
    let isd_r = &wwan::device::modem::card::ISD_R;
    let answer = open(&mut bench, isd_r);
    let response = answer.response::<open_logical_channel::Message>();
    assert_eq!(response.channel_id().unwrap(), Some(1));
    assert_eq!(response.select_response().unwrap().unwrap().bytes[0], 0x6f);
    let answer = open(&mut bench, &[1, 2, 3]);
    assert_eq!((answer.error(), hex(&answer.tlvs[7..])), (ProtocolError::SIM_FILE_NOT_FOUND, "11 02 00 6A 82".into()));
    let apdu = |bench: &mut Bench, channel: Option<u8>, apdu: &[u8]| {
        bench.ask::<send_apdu::Message>(client, |r| {
            r.slot(1).apdu(apdu.into());
            if let Some(channel) = channel {
                r.channel_id(channel);
            }
        })
    };
    // GET EID (SGP.22): the answer waits, and the host fetches it.
    let answer = apdu(&mut bench, Some(1), &[0x80, 0xe2, 0x91, 0, 6, 0xbf, 0x3e, 3, 0x5c, 1, 0x5a]);
    assert_eq!(hex(&answer.tlvs[7..]), "10 04 00 02 00 61 15");
    let answer = apdu(&mut bench, Some(1), &[0x00, 0xc0, 0, 0, 0x15]);
    let said = answer.response::<send_apdu::Message>().apdu_response().unwrap().unwrap();
    assert_eq!((said.bytes.len(), &said.bytes[..3]), (0x17, &[0xbf, 0x3e, 0x12][..]));
    assert_eq!(apdu(&mut bench, Some(2), &[0, 0xc0, 0, 0, 0]).error(), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(hex(&apdu(&mut bench, None, &[0, 0xa4, 0, 0x0c, 2, 0x3f, 0]).tlvs[7..]), "10 04 00 02 00 90 00");

    // A channel on which nothing is selected, the last one, and one too many.
    let bare = bench.ask::<open_logical_channel::Message>(client, |r| {
        r.slot(1);
    });
    assert_eq!(bare.response::<open_logical_channel::Message>().channel_id().unwrap(), Some(2));
    let third = bench.ask::<logical_channel::Message>(client, |r| {
        r.slot(1)
            .aid((&wwan::device::modem::card::USIM).into())
            .file_control_information(FileControlInformation::NO_DATA);
    });
    let response = third.response::<logical_channel::Message>();
    assert_eq!(
        (response.channel_id().unwrap(), response.select_response().unwrap().unwrap().bytes),
        (Some(3), &[][..])
    );
    assert_eq!(open(&mut bench, isd_r).error(), ProtocolError::INSUFFICIENT_RESOURCES);
    let close = |bench: &mut Bench, channel| {
        let answer = bench.ask::<logical_channel::Message>(client, |r| {
            r.slot(1).channel_id(channel);
        });
        answer.error()
    };
    assert_eq!(close(&mut bench, 3), ProtocolError::NONE);
    assert_eq!(close(&mut bench, 3), ProtocolError::INVALID_ARGUMENT);
    let answer = bench.ask::<logical_channel::Message>(client, |r| {
        r.slot(1);
    });
    assert_eq!(answer.error(), ProtocolError::MISSING_ARGUMENT);
    let answer = bench.ask::<open_logical_channel::Message>(client, |r| {
        r.slot(2);
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    // A client takes its channels with it.
    bench.release(client);
    let client = bench.client(Service::UIM);
    let answer = bench.ask::<logical_channel::Message>(client, |r| {
        r.slot(1).channel_id(1);
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    // All of them, also the one on which nothing was selected.
    for channel in 1..=3 {
        let bare = bench.ask::<open_logical_channel::Message>(client, |r| {
            r.slot(1);
        });
        assert_eq!(bare.response::<open_logical_channel::Message>().channel_id().unwrap(), Some(channel));
    }
}

#[test]
fn a_card_loses_its_power_and_its_provisioning() {
    let (mut bench, client) = bench(Sim::default());
    let events = bench.client(Service::UIM);
    bench.ask::<register_events::Message>(events, |r| {
        r.event_registration_mask(EventRegistrationFlag::all());
    });
    let off = |bench: &mut Bench| {
        bench.ask::<power_off_sim::Message>(client, |r| {
            r.slot(1);
        })
    };
    assert_eq!(off(&mut bench).error(), ProtocolError::NONE);
    let told = bench.heard();
    assert!(told.iter().all(|message| message.kind == Kind::Indication && message.client == events.1));
    assert_eq!(told.iter().filter(|message| message.id == 0x48).count(), 1);
    assert_eq!(off(&mut bench).error(), ProtocolError::NO_EFFECT);
    let answer = bench.ask::<get_card_status::Message>(client, |_| {});
    let status = answer.response::<get_card_status::Message>().card_status().unwrap().unwrap();
    let card = status.cards.get(0).unwrap();
    assert_eq!((card.card_state, card.error_code), (CardState::ERROR, CardError::POWER_DOWN));
    assert_eq!(read(&mut bench, client, card_session(), iccid_file(), (0, 0)).error(), ProtocolError::DEVICE_NOT_READY);
    assert!(!bench.modem.registration().is_registered());
    let answer = bench.ask::<power_on_sim::Message>(client, |r| {
        r.slot(1);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    bench.wait(5_000);
    assert!(bench.modem.registration().is_registered());
    let answer = bench.ask::<power_on_sim::Message>(client, |r| {
        r.slot(3);
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);

    let provision = |bench: &mut Bench, session_type, activate, id: Option<&[u8]>| {
        let answer = bench.ask::<change_provisioning_session::Message>(client, |r| {
            r.session_change(SessionChange { session_type, activate });
            if let Some(id) = id {
                r.application_information(ApplicationInformation { slot: 1, application_identifier: id.into() });
            }
        });
        answer.error()
    };
    let primary = SessionType::PRIMARY_GW_PROVISIONING;
    assert_eq!(provision(&mut bench, primary, false, None), ProtocolError::NONE);
    bench.heard();
    assert_eq!(provision(&mut bench, primary, false, None), ProtocolError::NO_EFFECT);
    let answer = bench.ask::<get_card_status::Message>(client, |_| {});
    let status = answer.response::<get_card_status::Message>().card_status().unwrap().unwrap();
    assert_eq!(status.index_gw_primary, 0xffff);
    assert_eq!(read(&mut bench, client, gw(), iccid_file(), (0, 0)).error(), ProtocolError::UIM_UNINITIALIZED);
    assert_eq!(read(&mut bench, client, card_session(), iccid_file(), (0, 0)).error(), ProtocolError::NONE);
    assert_eq!(provision(&mut bench, primary, true, None), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(provision(&mut bench, primary, true, Some(&[1])), ProtocolError::INVALID_ARGUMENT);
    let second = SessionType::SECONDARY_GW_PROVISIONING;
    assert_eq!(provision(&mut bench, second, false, None), ProtocolError::INVALID_SESSION_TYPE);
    let usim = &wwan::device::modem::card::USIM;
    assert_eq!(provision(&mut bench, primary, true, Some(usim)), ProtocolError::NONE);
    bench.wait(5_000);
    assert!(bench.modem.registration().is_registered());
}

fn card_session() -> Session<'static> {
    card(SessionType::CARD_SLOT1)
}

#[test]
fn slots_are_told_and_switched() {
    let mut setup = Setup::default();
    let esim = sim(Sim::default(), |sim| (sim.esim, sim.iccid) = (true, text("8900101000000000025")));
    setup.more_slots.push(SimSetup::Card(esim)).unwrap();
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::UIM);
    bench.ask::<register_events::Message>(client, |r| {
        r.event_registration_mask(EventRegistrationFlag::PHYSICAL_SLOT_STATUS);
    });
    let answer = bench.ask::<get_slot_status::Message>(client, |_| {});
    let response = answer.response::<get_slot_status::Message>();
    let slots: Vec<_> = response.physical_slot_status().unwrap().unwrap().iter().collect();
    assert_eq!(slots[0].iccid.bytes, [0x98, 0, 1, 1, 0, 0, 0, 0, 0x10, 0xf7]);
    let seen: Vec<_> = slots.iter().map(|slot| (slot.physical_slot_status, slot.logical_slot)).collect();
    assert_eq!(seen, [(SlotState::ACTIVE, 1), (SlotState::INACTIVE, 0)]);
    let details: Vec<_> = response.physical_slot_information().unwrap().unwrap().iter().collect();
    assert_eq!((details[0].is_euicc, details[1].is_euicc, details[0].atr_value.bytes[0]), (false, true, 0x3b));
    let eids: Vec<_> = response.slot_eid().unwrap().unwrap().iter().map(|eid| eid.eid.bytes.to_vec()).collect();
    assert_eq!((eids[0].len(), hex(&eids[1])), (0, "89 04 90 32 00 00 01 00 00 00 00 00 00 00 00 74".into()));
    let switch = |bench: &mut Bench, logical, physical| {
        let (answer, told) = bench.ask_within::<switch_slot::Message>(1_000, client, |r| {
            r.logical_slot(logical).physical_slot(physical);
        });
        (answer.error(), told)
    };
    assert_eq!(switch(&mut bench, 1, 1).0, ProtocolError::NO_EFFECT);
    assert_eq!(switch(&mut bench, 1, 0).0, ProtocolError::INVALID_ARGUMENT);
    assert_eq!(switch(&mut bench, 1, 3).0, ProtocolError::INVALID_ARGUMENT);
    assert_eq!(switch(&mut bench, 2, 2).0, ProtocolError::INVALID_ARGUMENT);
    let (error, told) = switch(&mut bench, 1, 2);
    assert_eq!(error, ProtocolError::NONE);
    let last = told.last().unwrap().indication::<slot_status_indication::Message>();
    let slots: Vec<_> = last.physical_slot_status().unwrap().unwrap().iter().collect();
    assert_eq!((slots[0].logical_slot, slots[1].logical_slot), (0, 1));
}

#[test]
fn a_network_lock_is_opened_and_a_policy_unlocks() {
    let lock = NetworkLock { code: text("00000001"), attempts: 2 };
    let (mut bench, client) = bench(sim(Sim::default(), |sim| sim.network_lock = Some(lock)));
    let answer = bench.ask::<get_configuration::Message>(client, |r| {
        r.configuration_mask(Configuration::PERSONALIZATION_STATUS);
    });
    assert_eq!(hex(&answer.tlvs[7..]), "11 04 00 01 00 02 00");
    let open = |bench: &mut Bench, feature, operation, key: &str| {
        bench.ask::<depersonalization::Message>(client, |r| {
            r.info(DepersonalizationInfo { feature, operation, control_key: key.into() }).slot(1);
        })
    };
    let (network, off) = (CardApplicationPersonalizationFeature::GW_NETWORK, DepersonalizationOperation::DEACTIVATE);
    let answer = open(&mut bench, network, off, "1");
    let left = answer.response::<depersonalization::Message>().retries_remaining().unwrap().unwrap();
    assert_eq!((answer.error(), left.verify_left), (ProtocolError::INCORRECT_PIN, 1));
    let corporate = CardApplicationPersonalizationFeature::GW_CORPORATE;
    assert_eq!(open(&mut bench, corporate, off, "1").error(), ProtocolError::NO_EFFECT);
    let unblock = DepersonalizationOperation::UNBLOCK;
    assert_eq!(open(&mut bench, network, unblock, "1").error(), ProtocolError::NOT_SUPPORTED);
    let now = bench.now;
    let key = NetworkUnblock { key: text("99999999"), attempts: 2 };
    bench.modem.change_sim(now, |sim| sim.network_unblock = Some(key));
    bench.heard();
    assert_eq!(open(&mut bench, network, off, "1").error(), ProtocolError::PIN_BLOCKED);
    let state = |bench: &mut Bench| {
        let answer = bench.ask::<get_card_status::Message>(client, |_| {});
        let status = answer.response::<get_card_status::Message>().card_status().unwrap().unwrap();
        let (_, application) = status.application(status.index_gw_primary).unwrap();
        (application.personalization_state, application.personalization_unblock_retries)
    };
    assert_eq!(state(&mut bench), (CardApplicationPersonalizationState::PUK_CODE_REQUIRED, 2));
    let answer = open(&mut bench, network, unblock, "1");
    let left = answer.response::<depersonalization::Message>().retries_remaining().unwrap().unwrap();
    assert_eq!((answer.error(), left.verify_left, left.unblock_left), (ProtocolError::INCORRECT_PIN, 0, 1));
    assert_eq!(open(&mut bench, network, unblock, "99999999").error(), ProtocolError::NONE);
    assert_eq!(state(&mut bench), (CardApplicationPersonalizationState::CODE_REQUIRED, 1));
    let unknown = CardApplicationPersonalizationFeature(99);
    assert_eq!(open(&mut bench, unknown, off, "1").error(), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(open(&mut bench, network, off, "00000001").error(), ProtocolError::NONE);
    assert_eq!(usim(&mut bench, client).1, CardApplicationState::READY);
    let unlock = |bench: &mut Bench, data: Option<&[u8]>| {
        let answer = bench.ask::<remote_unlock::Message>(client, |r| {
            if let Some(data) = data {
                r.simlock_data(data.into());
            }
        });
        answer.error()
    };
    assert_eq!(unlock(&mut bench, None), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(unlock(&mut bench, Some(&[1, 2])), ProtocolError::ACCESS_DENIED);
}

fn event(message: &Message) -> (RefreshStage, RefreshMode, Vec<u16>) {
    let event = message.indication::<refresh_indication::Message>().event().unwrap().unwrap();
    (event.stage, event.mode, event.files.iter().map(|file| file.file_id).collect())
}

#[test]
fn refreshes_are_told_to_those_concerned_and_wait_for_them() {
    let (mut bench, client) = bench(Sim::default());
    let all = bench.client(Service::UIM);
    let files = [
        RefreshFile { file_id: 0x2fe2, path: (&[0x00, 0x3f]).into() },
        RefreshFile { file_id: 0x6f07, path: (&[0x00, 0x3f, 0xff, 0x7f]).into() },
    ];
    let answer = bench.ask::<refresh_register::Message>(client, |r| {
        let info = RefreshRegisterInfo { register_flag: true, vote_for_init: false, files: (&files).into() };
        r.session(gw()).info(info);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let answer = bench.ask::<refresh_register_all::Message>(all, |r| {
        r.session(gw()).info(RefreshRegisterAllInfo { register_flag: true });
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let path = |bytes: &[u8]| Path::from_slice(bytes).unwrap();
    let (iccid, imsi, spn) = (
        path(&[0x3f, 0, 0x2f, 0xe2]),
        path(&[0x3f, 0, 0x7f, 0xff, 0x6f, 0x07]),
        path(&[0x3f, 0, 0x7f, 0xff, 0x6f, 0x46]),
    );
    let refresh = |mode, paths: &[&Path]| {
        let mut refresh = Refresh { mode, files: Default::default() };
        for path in paths {
            refresh.files.push((*path).clone()).unwrap();
        }
        refresh
    };
    let now = bench.now;
    bench.modem.begin_refresh(now, refresh(Mode::Files, &[&imsi, &spn, &iccid])).unwrap();
    let told = bench.heard();
    let mut seen: Vec<_> = told.iter().map(|message| (message.client, event(message))).collect();
    seen.sort_by_key(|(client, _)| *client);
    let start = |files: &[u16]| (RefreshStage::START, RefreshMode::FCN, files.to_vec());
    assert_eq!(seen, [(client.1, start(&[0x6f07, 0x2fe2])), (all.1, start(&[0x6f07, 0x6f46, 0x2fe2]))]);
    let complete = |bench: &mut Bench, client| {
        let answer = bench.ask::<refresh_complete::Message>(client, |r| {
            r.session(gw()).info(RefreshCompleteInfo { refresh_success: true });
        });
        answer.error()
    };
    assert_eq!(complete(&mut bench, client), ProtocolError::NONE);
    assert_eq!(bench.heard(), [], "the other one has not read yet");
    assert_eq!(complete(&mut bench, client), ProtocolError::INCOMPATIBLE_STATE);
    assert_eq!(complete(&mut bench, all), ProtocolError::NONE);
    let told = bench.heard();
    assert_eq!(told.len(), 2);
    assert_eq!(event(&told[0]).0, RefreshStage::END_WITH_SUCCESS);
    // One that concerns only the other client.
    bench.modem.begin_refresh(now, refresh(Mode::Files, &[&spn])).unwrap();
    assert_eq!(bench.one().client, all.1);
    let told = bench.wait(2_500);
    assert_eq!((told.len(), event(&told[0]).0), (1, RefreshStage::END_WITH_SUCCESS));
    // A reset of the card is no business of theirs until it is over.
    let now = bench.now;
    bench.modem.begin_refresh(now, refresh(Mode::Reset, &[])).unwrap();
    assert_eq!(bench.heard().len(), 2);
    let told = bench.wait(1_000);
    assert_eq!(told.len(), 2);
    assert_eq!(event(&told[1]), (RefreshStage::END_WITH_SUCCESS, RefreshMode::RESET, vec![]));
    // Who resets his client watches nothing any more.
    assert_eq!(bench.ask::<reset::Message>(all, |_| {}).error(), ProtocolError::NONE);
    bench.wait(5_000);
    let now = bench.now;
    bench.modem.begin_refresh(now, refresh(Mode::InitAll, &[])).unwrap();
    assert_eq!(bench.one().client, client.1);
    let answer = bench.ask::<refresh_register::Message>(client, |r| {
        let info = RefreshRegisterInfo { register_flag: true, vote_for_init: true, files: (&files).into() };
        r.session(gw()).info(info);
    });
    assert_eq!(answer.error(), ProtocolError::NOT_SUPPORTED);
}
