//! VOICE and PBM of the QMI function: calls, tones, supplementary services, dialogues, phone books, emergency numbers.
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
use qmi_wire::service::voice::*;
use qmi_wire::service::{Service, pbm};
use wwan::device::modem::phonebook::Phonebook;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::ussd::{Answer, Says};
use wwan::device::modem::voice::{Conduct, EmergencyNumber, Party};
use wwan::device::modem::{Setup, SimSetup, text};
use wwan::device::qmi::Config;

fn bench() -> (Bench, Client) {
    let mut setup = Setup::default();
    for (number, conduct) in [("100", Conduct::Busy), ("101", Conduct::Forwards)] {
        setup.voice.parties.push(Party { number: text(number), conduct }).unwrap();
    }
    setup.voice.emergency.push(EmergencyNumber { number: text("999"), services: 7 }).unwrap();
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::VOICE);
    (bench, client)
}

fn listen(bench: &mut Bench, client: Client) {
    let answer = bench.ask::<indication_register::Message>(client, |r| {
        r.call_notification_events(true).supplementary_service_notification_events(true).ussd_notification_events(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
}

/// Number, state, direction and number of the other party of every call.
fn calls(message: &Message) -> Vec<(u8, CallState, CallDirection, String)> {
    let told = message.indication::<all_call_status_indication::Message>();
    let numbers = told.remote_party_number().unwrap().unwrap();
    let calls = told.call_information().unwrap();
    let all = calls.iter().zip(numbers.iter());
    all.map(|(call, number)| (call.id, call.state, call.direction, number.kind.to_str().unwrap().into())).collect()
}

fn dial(bench: &mut Bench, client: Client, number: &str) -> Result<u8, ProtocolError> {
    let answer = bench.ask::<dial_call::Message>(client, |r| {
        r.calling_number(number.into());
    });
    match answer.error() {
        ProtocolError::NONE => Ok(answer.response::<dial_call::Message>().call_id().unwrap().unwrap()),
        error => Err(error),
    }
}

fn manage(bench: &mut Bench, client: Client, what: u8, call: Option<u8>) -> ProtocolError {
    let answer = bench.ask::<manage_calls::Message>(client, |r| {
        r.service_type(SupplementaryServiceType(what));
        if let Some(call) = call {
            r.call_id(call);
        }
    });
    answer.error()
}

#[test]
fn a_call_is_dialled_alerts_is_answered_and_ended() {
    let (mut bench, client) = bench();
    let other = bench.client(Service::VOICE);
    listen(&mut bench, other);
    assert_eq!(dial(&mut bench, client, "abc"), Err(ProtocolError::INVALID_ARGUMENT));
    assert_eq!(dial(&mut bench, client, "+15550123"), Ok(1));
    let told = bench.one();
    assert_eq!(told.client, other.1, "only who has registered is told");
    assert_eq!(calls(&told), [(1, CallState::ORIGINATION, CallDirection::MO, "+15550123".into())]);
    let told = bench.wait(600);
    assert_eq!(calls(&told[0])[0].1, CallState::ALERTING);
    let alerting = told[0].indication::<all_call_status_indication::Message>().alerting_type().unwrap().unwrap();
    assert_eq!(alerting.get(0).unwrap().alerttype, AlertingType::NETWORK);
    let told = bench.wait(3_000);
    assert_eq!(calls(&told[0])[0].1, CallState::CONVERSATION);
    let answer = bench.ask::<get_all_call_info::Message>(client, |_| {});
    assert_eq!(
        hex(&answer.tlvs[7..]),
        "10 08 00 01 01 03 02 01 04 00 00 11 0D 00 01 01 00 09 2B 31 35 35 35 30 31 32 33"
    );
    let end = |bench: &mut Bench, id| {
        let answer = bench.ask::<end_call::Message>(client, |r| {
            r.call_id(id);
        });
        answer.error()
    };
    assert_eq!(end(&mut bench, 2), ProtocolError::INVALID_QOS_ID);
    assert_eq!(end(&mut bench, 1), ProtocolError::NONE);
    assert_eq!(calls(&bench.one())[0].1, CallState::END);
    assert_eq!(end(&mut bench, 1), ProtocolError::INVALID_QOS_ID);
    let answer = bench.ask::<get_all_call_info::Message>(client, |_| {});
    assert_eq!(answer.tlvs.len(), 7, "there are none");
    // Somebody who is busy, and somebody who is forwarded.
    assert_eq!(dial(&mut bench, client, "100"), Ok(1));
    let states: Vec<_> = bench.wait(1_000).iter().map(|told| calls(told)[0].1).collect();
    assert_eq!(states, [CallState::ORIGINATION, CallState::END]);
    assert_eq!(dial(&mut bench, client, "101"), Ok(1));
    let told = bench.wait(600);
    let notice = told[2].indication::<supplementary_service_indication::Message>().info().unwrap();
    assert_eq!(notice.notification_type, SupplementaryServiceNotificationType::OUTGOING_CALL_IS_FORWARDED);
}

#[test]
fn calls_that_come_are_answered_held_joined_and_released() {
    let (mut bench, client) = bench();
    listen(&mut bench, client);
    let now = bench.now;
    bench.modem.receive_call(now, "+15550111").unwrap();
    assert_eq!(calls(&bench.one()), [(1, CallState::INCOMING, CallDirection::MT, "+15550111".into())]);
    let answer = |bench: &mut Bench, id| {
        let answer = bench.ask::<answer_call::Message>(client, |r| {
            r.call_id(id);
        });
        answer.error()
    };
    assert_eq!(answer(&mut bench, 1), ProtocolError::NONE);
    assert_eq!(calls(&bench.one())[0].1, CallState::CONVERSATION);
    assert_eq!(answer(&mut bench, 1), ProtocolError::INCOMPATIBLE_STATE);
    // A second one, whose number is not told.
    bench.modem.receive_call(now, "").unwrap();
    let told = bench.one();
    assert_eq!(calls(&told)[1], (2, CallState::WAITING, CallDirection::MT, String::new()));
    let numbers = told.indication::<all_call_status_indication::Message>().remote_party_number().unwrap().unwrap();
    assert_eq!(numbers.get(1).unwrap().presentation_indicator, Presentation::RESTRICTED);
    assert_eq!(manage(&mut bench, client, 3, None), ProtocolError::NONE);
    let states = |message: &Message| calls(message).iter().map(|call| call.1).collect::<Vec<_>>();
    assert_eq!(states(bench.heard().last().unwrap()), [CallState::HOLD, CallState::CONVERSATION]);
    assert_eq!(manage(&mut bench, client, 5, None), ProtocolError::NONE);
    let told = bench.heard();
    let conference: Vec<_> = told.iter().filter(|message| message.id == 0x32).collect();
    assert_eq!(conference.len(), 2);
    let last = told.iter().rfind(|message| message.id == 0x2e).unwrap();
    let parts = last.indication::<all_call_status_indication::Message>().call_information().unwrap();
    assert!(parts.iter().all(|call| call.multipart_indicator));
    assert_eq!(manage(&mut bench, client, 4, None), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(manage(&mut bench, client, 4, Some(7)), ProtocolError::INVALID_QOS_ID);
    assert_eq!(manage(&mut bench, client, 4, Some(1)), ProtocolError::NONE);
    assert_eq!(states(bench.heard().last().unwrap()), [CallState::CONVERSATION, CallState::HOLD]);
    bench.modem.other_party_holds(now, 1, true);
    let notice = bench.one().indication::<supplementary_service_indication::Message>().info().unwrap();
    assert_eq!((notice.call_id, notice.notification_type.0), (1, 14));
    assert_eq!(manage(&mut bench, client, 9, Some(2)), ProtocolError::NONE);
    assert_eq!(states(&bench.one()), [CallState::CONVERSATION, CallState::END]);
    assert_eq!(manage(&mut bench, client, 6, None), ProtocolError::INCOMPATIBLE_STATE);
    assert_eq!(manage(&mut bench, client, 7, None), ProtocolError::NOT_SUPPORTED);
    assert_eq!(manage(&mut bench, client, 99, None), ProtocolError::INVALID_ARGUMENT);
    // Tones.
    let burst = |bench: &mut Bench, call_id, digits: &str| {
        let answer = bench.ask::<burst_dtmf::Message>(client, |r| {
            r.data(BurstDtmfData { call_id, digit_buffer: digits.into() });
        });
        answer.error()
    };
    assert_eq!(burst(&mut bench, 1, "12#"), ProtocolError::NONE);
    assert_eq!(burst(&mut bench, 1, "x"), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(burst(&mut bench, 2, "1"), ProtocolError::INVALID_QOS_ID);
    let start = |bench: &mut Bench| {
        let answer = bench.ask::<start_continuous_dtmf::Message>(client, |r| {
            r.data(StartContinuousDtmfData { call_id: 1, digit: b'*' });
        });
        answer.error()
    };
    let stop = |bench: &mut Bench| {
        let answer = bench.ask::<stop_continuous_dtmf::Message>(client, |r| {
            r.data(StopContinuousDtmfData { call_id: 1 });
        });
        answer.error()
    };
    assert_eq!(stop(&mut bench), ProtocolError::INCOMPATIBLE_STATE);
    assert_eq!(start(&mut bench), ProtocolError::NONE);
    assert_eq!(start(&mut bench), ProtocolError::INCOMPATIBLE_STATE);
    assert_eq!(stop(&mut bench), ProtocolError::NONE);
    assert_eq!(bench.modem.tones(), "12#*");
    assert_eq!(manage(&mut bench, client, 8, None), ProtocolError::NONE);
    assert_eq!(states(&bench.one()), [CallState::END]);
}

#[test]
fn supplementary_services_of_the_network_are_set_and_asked() {
    let (mut bench, client) = bench();
    let set = |bench: &mut Bench, action, reason| {
        let answer = bench.ask::<set_supplementary_service::Message>(client, |r| {
            r.supplementary_service_information(SupplementaryServiceInformation {
                supplementary_service_action: SupplementaryServiceAction(action),
                supplementary_service_reason: SupplementaryServiceReason(reason),
            });
        });
        match answer.error() {
            ProtocolError::NONE => {
                let status = answer.response::<set_supplementary_service::Message>().service_status();
                Ok(status.unwrap().unwrap().active)
            }
            error => Err(error),
        }
    };
    let waiting = |bench: &mut Bench| {
        let answer = bench.ask::<get_call_waiting::Message>(client, |_| {});
        answer.response::<get_call_waiting::Message>().service_class().unwrap()
    };
    assert_eq!(waiting(&mut bench), Some(1));
    assert_eq!(set(&mut bench, 2, 15), Ok(false));
    assert_eq!(waiting(&mut bench), Some(0));
    assert_eq!(set(&mut bench, 1, 1), Err(ProtocolError::SUPS_FAILURE_CASE), "there is nowhere to forward to");
    assert_eq!(set(&mut bench, 1, 13), Ok(true));
    assert_eq!(dial(&mut bench, client, "100"), Err(ProtocolError::SUPS_FAILURE_CASE));
    assert_eq!(dial(&mut bench, client, "112"), Ok(1));
    assert_eq!(set(&mut bench, 1, 11), Err(ProtocolError::NETWORK_UNSUPPORTED));
    assert_eq!(set(&mut bench, 1, 99), Err(ProtocolError::INVALID_ARGUMENT));
    assert_eq!(set(&mut bench, 9, 15), Err(ProtocolError::INVALID_ARGUMENT));
    let answer = bench.ask::<get_all_call_info::Message>(client, |_| {});
    let call = answer.response::<get_all_call_info::Message>().call_information().unwrap().unwrap().get(0).unwrap();
    assert_eq!(call.kind, CallType::EMERGENCY);
}

fn ussd(bench: &mut Bench, client: Client, scheme: UssDataCodingScheme, bytes: &[u8]) -> (Message, Vec<Message>) {
    // The modem has no more patience than 20 s with a network that does not answer.
    let patience = if bytes == b"*199#" { 20_000 } else { 1_000 };
    bench.ask_within::<originate_ussd::Message>(patience, client, |r| {
        r.uss_data(UssData { data_coding_scheme: scheme, data: bytes.into() });
    })
}

fn utf16(units: impl IntoIterator<Item = u16>) -> String {
    String::from_utf16(&units.into_iter().collect::<Vec<_>>()).unwrap()
}

#[test]
fn the_network_answers_in_the_coding_that_its_words_need() {
    let (mut bench, client) = bench();
    let (answer, _) = ussd(&mut bench, client, UssDataCodingScheme::ASCII, b"*100#");
    let response = answer.response::<originate_ussd::Message>();
    let data = response.uss_data().unwrap().unwrap();
    assert_eq!((data.data_coding_scheme, &data.data.bytes[..8]), (UssDataCodingScheme::ASCII, &b"Balance:"[..]));
    assert!(utf16(response.uss_data_utf16().unwrap().unwrap()).starts_with("Balance: 12.34"));
    // In UCS-2, the higher byte first, and an answer that needs it.
    let (answer, _) = ussd(&mut bench, client, UssDataCodingScheme::UCS2, b"\0*\x001\x000\x001\0#");
    let response = answer.response::<originate_ussd::Message>();
    let data = response.uss_data().unwrap().unwrap();
    assert_eq!((data.data_coding_scheme, &data.data.bytes[..4]), (UssDataCodingScheme::UCS2, &[4, 0x11, 4, 0x30][..]));
    assert_eq!(utf16(response.uss_data_utf16().unwrap().unwrap()), "Баланс: 100 ₽");
    for (scheme, bytes, error) in [
        (UssDataCodingScheme::ASCII, &b"*999#"[..], ProtocolError::SUPS_FAILURE_CASE),
        (UssDataCodingScheme::ASCII, b"*199#", ProtocolError::SUPS_FAILURE_CASE),
        (UssDataCodingScheme::ASCII, b"", ProtocolError::INVALID_ARGUMENT),
        (UssDataCodingScheme::ASCII, b"\xff", ProtocolError::INVALID_ARGUMENT),
        (UssDataCodingScheme::UCS2, b"\0*\0", ProtocolError::INVALID_ARGUMENT),
        (UssDataCodingScheme::UNKNOWN, b"*100#", ProtocolError::INVALID_ARGUMENT),
        (UssDataCodingScheme::ASCII, &[b'1'; 200], ProtocolError::ARGUMENT_TOO_LONG),
    ] {
        assert_eq!(ussd(&mut bench, client, scheme, bytes).0.error(), error, "{bytes:?}");
    }
    let (answer, _) = ussd(&mut bench, client, UssDataCodingScheme::ASCII, b"*199#");
    let cause = answer.response::<originate_ussd::Message>().failure_cause().unwrap().unwrap();
    assert_eq!(cause, CallEndReason::NETWORK_NO_RESPONSE_TIMEOUT);
}

#[test]
fn a_dialogue_goes_on_until_one_side_ends_it() {
    let (mut bench, client) = bench();
    let other = bench.client(Service::VOICE);
    listen(&mut bench, other);
    assert_eq!(bench.ask::<cancel_ussd::Message>(client, |_| {}).error(), ProtocolError::NO_EFFECT);
    let (answer, told) = ussd(&mut bench, client, UssDataCodingScheme::ASCII, b"*123#");
    assert_eq!(answer.error(), ProtocolError::NONE);
    // The answer cannot say that it is a question; the one who asked is told so, registered or not.
    assert_eq!((told.len(), told[0].client), (1, client.1));
    let said = told[0].indication::<ussd_indication::Message>();
    assert_eq!(said.user_action().unwrap(), UserAction::REQUIRED);
    assert!(utf16(said.uss_data_utf16().unwrap().unwrap()).starts_with("1 Data"));
    // The second one must wait.
    let (busy, _) = ussd(&mut bench, other, UssDataCodingScheme::ASCII, b"*100#");
    assert_eq!(busy.error(), ProtocolError::INCOMPATIBLE_STATE);
    let reply = |bench: &mut Bench, said: &str| {
        let answer = bench.ask::<answer_ussd::Message>(client, |r| {
            r.uss_data(UssData { data_coding_scheme: UssDataCodingScheme::ASCII, data: said.as_bytes().into() });
        });
        answer.error()
    };
    let (answer, _) = ussd(&mut bench, client, UssDataCodingScheme::ASCII, b"*123#");
    assert_eq!(answer.error(), ProtocolError::INCOMPATIBLE_STATE);
    assert_eq!(bench.ask::<cancel_ussd::Message>(other, |_| {}).error(), ProtocolError::NONE);
    let told = bench.one();
    assert_eq!(told.client, client.1, "whose dialogue another client has ended");
    told.indication::<release_ussd_indication::Message>();
    assert_eq!(reply(&mut bench, "1"), ProtocolError::INCOMPATIBLE_STATE);
    let transaction = bench.request::<originate_ussd_no_wait::Message>(client, |r| {
        r.uss_data(UssData { data_coding_scheme: UssDataCodingScheme::ASCII, data: b"*123#".into() });
    });
    let told = bench.wait(1_000);
    assert_eq!((told[0].transaction, told[0].error(), told[1].client), (transaction, ProtocolError::NONE, client.1));
    let said = told[1].indication::<originate_ussd_no_wait_indication::Message>();
    assert!(utf16(said.uss_data_utf16().unwrap().unwrap()).starts_with("1 Data"));
    let said = told[2].indication::<ussd_indication::Message>();
    assert_eq!((told[2].client, said.user_action().unwrap()), (client.1, UserAction::REQUIRED));
    let both = |told: &[Message]| {
        let mut told: Vec<u8> = told.iter().map(|message| message.client).collect();
        told.sort_unstable();
        told == [client.1.min(other.1), client.1.max(other.1)]
    };
    assert_eq!(reply(&mut bench, "1"), ProtocolError::NONE);
    let told = bench.wait(1_000);
    assert!(both(&told), "who has asked and who has registered are told: {told:?}");
    let said = told[0].indication::<ussd_indication::Message>();
    assert_eq!(said.user_action().unwrap(), UserAction::REQUIRED);
    assert_eq!(reply(&mut bench, "2"), ProtocolError::NONE);
    let told = bench.wait(1_000);
    assert!(both(&told), "{told:?}");
    let said = told[0].indication::<ussd_indication::Message>();
    assert_eq!(said.user_action().unwrap(), UserAction::NOT_REQUIRED);
    assert_eq!(said.uss_data().unwrap().unwrap().data.bytes, b"1 GB was booked.");
    // The dialogue that ends by itself ends for who spoke last, once.
    ussd(&mut bench, client, UssDataCodingScheme::ASCII, b"*123#");
    let told = bench.wait(600_000);
    assert!(both(&told), "{told:?}");
    told[0].indication::<release_ussd_indication::Message>();
    let now = bench.now;
    bench.modem.network_ussd(now, "Good morning.", false).unwrap();
    assert_eq!(bench.one().client, other.1);
    // What the network does not know comes as an error.
    bench.request::<originate_ussd_no_wait::Message>(client, |r| {
        r.uss_data(UssData { data_coding_scheme: UssDataCodingScheme::ASCII, data: b"*999#".into() });
    });
    let told = bench.wait(1_000);
    let said = told[1].indication::<originate_ussd_no_wait_indication::Message>();
    assert_eq!(said.error_code().unwrap(), Some(ProtocolError::SUPS_FAILURE_CASE.0));
    assert_eq!(said.failure_cause().unwrap(), Some(CallEndReason::FACILITY_NOT_SUPPORTED));
    // The network begins, and ends it.
    let now = bench.now;
    bench.modem.network_ussd(now, "Book more?", true).unwrap();
    let said = bench.one();
    assert_eq!(said.client, other.1);
    assert_eq!(said.indication::<ussd_indication::Message>().user_action().unwrap(), UserAction::REQUIRED);
    // Who answers, takes the dialogue over: that does not end it.
    assert_eq!(reply(&mut bench, "7"), ProtocolError::NONE);
    assert_eq!(bench.heard(), []);
    let told = bench.wait(1_000);
    assert!(both(&told), "the network does not know the answer: {told:?}");
    told[0].indication::<release_ussd_indication::Message>();
    let now = bench.now;
    bench.modem.network_ussd(now, "Book more?", true).unwrap();
    bench.one();
    bench.modem.network_ends_ussd(now);
    bench.one().indication::<release_ussd_indication::Message>();
}

#[test]
fn a_request_that_is_cancelled_is_answered() {
    let mut setup = Setup::default();
    setup.ussd.answers.push(Answer { to: text("*5#"), says: Says::Ends, ucs2: false }).unwrap();
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::VOICE);
    let other = bench.client(Service::VOICE);
    let transaction = bench.request::<originate_ussd::Message>(client, |r| {
        r.uss_data(UssData { data_coding_scheme: UssDataCodingScheme::ASCII, data: b"*100#".into() });
    });
    assert_eq!(bench.ask::<cancel_ussd::Message>(other, |_| {}).error(), ProtocolError::NONE);
    let answer = bench.one();
    assert_eq!((answer.client, answer.transaction, answer.error()), (client.1, transaction, ProtocolError::ABORTED));
    let (answer, _) = ussd(&mut bench, client, UssDataCodingScheme::ASCII, b"*5#");
    assert_eq!(answer.error(), ProtocolError::NETWORK_ABORTED);
    let now = bench.now;
    bench.modem.lose_signal(now);
    let (answer, _) = ussd(&mut bench, client, UssDataCodingScheme::ASCII, b"*100#");
    assert_eq!(answer.error(), ProtocolError::NETWORK_NOT_READY);
}

#[test]
fn the_configuration_is_told_as_far_as_it_is_asked_for() {
    let (mut bench, client) = bench();
    let answer = bench.ask::<get_config::Message>(client, |r| {
        r.auto_answer(true).tty_mode(true).voice_domain_preference(true).air_timer(true);
    });
    assert_eq!(hex(&answer.tlvs[7..]), "10 01 00 00 13 01 00 03 17 01 00 03");
}

// PBM.

#[test]
fn phone_books_are_told_with_what_they_hold() {
    let mut setup = Setup::default();
    let mut sim = Sim::default();
    sim.phonebook.write(None, "+15550123", "Anna").unwrap();
    setup.sim = SimSetup::Card(sim);
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::PBM);
    let ask = |bench: &mut Bench, session, book| {
        bench.ask::<pbm::get_capabilities::Message>(client, |r| {
            let session_type = pbm::SessionType(session);
            r.phonebook_information(pbm::PhonebookInformation { session_type, phonebook_type: book });
        })
    };
    let answer = ask(&mut bench, 0, pbm::PhonebookType::ADN);
    assert_eq!(hex(&answer.tlvs[7..19]), "10 09 00 00 01 00 01 00 14 00 14 12");
    assert_eq!(ask(&mut bench, 1, pbm::PhonebookType::ADN).error(), ProtocolError::INVALID_SESSION_TYPE);
    assert_eq!(ask(&mut bench, 0, pbm::PhonebookType::FDN).error(), ProtocolError::INVALID_PB_TYPE);
    let answer = bench.ask::<pbm::get_all_capabilities::Message>(client, |_| {});
    let response = answer.response::<pbm::get_all_capabilities::Message>();
    let basic = response.capability_basic_information().unwrap().unwrap().get(0).unwrap();
    let books: Vec<_> = basic.phonebooks.iter().map(|book| (book.phonebook_type, book.used_records)).collect();
    assert_eq!(books, [(pbm::PhonebookType::ADN, 1), (pbm::PhonebookType::MSISDN, 1)]);
    let answer = bench.ask::<pbm::indication_register::Message>(client, |r| {
        r.event_registration_mask(pbm::EventRegistrationFlag::RECORD_UPDATE);
    });
    let granted = answer.response::<pbm::indication_register::Message>().event_registration_mask().unwrap();
    assert_eq!(granted, Some(pbm::EventRegistrationFlag::empty()));
    let now = bench.now;
    bench.modem.change_sim(now, |sim| sim.phonebook = Phonebook::none());
    let answer = bench.ask::<pbm::get_all_capabilities::Message>(client, |_| {});
    let response = answer.response::<pbm::get_all_capabilities::Message>();
    assert_eq!(response.capability_basic_information().unwrap().unwrap().get(0).unwrap().phonebooks.len(), 1);
    assert_eq!(ask(&mut bench, 0, pbm::PhonebookType::ADN).error(), ProtocolError::PB_NOT_AVAILABLE);
    bench.modem.remove_sim(now);
    bench.heard();
    assert_eq!(bench.ask::<pbm::get_all_capabilities::Message>(client, |_| {}).error(), ProtocolError::NO_SIM);
    bench.modem.insert_sim(now, Sim::with_pin("1234"));
    bench.heard();
    assert_eq!(ask(&mut bench, 0, pbm::PhonebookType::ADN).error(), ProtocolError::PB_NOT_READY);
    bench.wait(1_000);
    assert_eq!(ask(&mut bench, 0, pbm::PhonebookType::ADN).error(), ProtocolError::PIN_RESTRICTION);
}

#[test]
fn emergency_numbers_come_from_the_device_the_card_and_the_network() {
    let (mut bench, _) = bench();
    let client = bench.client(Service::PBM);
    let answer = bench.ask::<pbm::get_emergency_list::Message>(client, |_| {});
    let response = answer.response::<pbm::get_emergency_list::Message>();
    let hard: Vec<_> = response.hardcoded_numbers().unwrap().unwrap().iter().map(|n| n.to_str().unwrap()).collect();
    assert_eq!(hard, ["112", "911"]);
    let card = response.card_numbers().unwrap().unwrap().get(0).unwrap();
    assert_eq!(card.emergency_numbers.iter().count(), 2);
    assert_eq!(card.emergency_numbers.get(1).unwrap().emergency_number, "911");
    let network = response.network_numbers().unwrap().unwrap().get(0).unwrap().emergency_numbers.get(0).unwrap();
    assert_eq!((network.emergency_number.to_str(), network.flags.bits()), (Some("999"), 7));
    let now = bench.now;
    bench.modem.lose_signal(now);
    bench.modem.remove_sim(now);
    bench.heard();
    let answer = bench.ask::<pbm::get_emergency_list::Message>(client, |_| {});
    assert_eq!(hex(&answer.tlvs[7..]), "10 09 00 02 03 31 31 32 03 39 31 31");
}
