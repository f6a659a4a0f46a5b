//! tshark reads a conversation about short messages and with the network: what the function sends, down to the texts in
//! the TPDUs and USSD strings, is what the model holds. mbimcli has no actions for either.

use std::fs;
use std::path::Path;

use serde_json::Value;
use virtual_modem::scenario::{Action, Event};
use virtual_modem::{InProcess, Room, Scenario, Time};
use wwan::channel::PcapngTap;
use wwan::channel::pcapng::StdWriter;
use wwan::client::mbim::Selection;
use wwan::device::modem::clock::Date;
use wwan::device::modem::sms::{Content, Format, Incoming, Message, MessageStatus};
use wwan::mbim_wire::Command as _;
use wwan::mbim_wire::bytes::Bytes;
use wwan::mbim_wire::field::{Empty, Inline, When};
use wwan::mbim_wire::message::CommandType;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::mbim_wire::service::sms::{self, SmsFlag, SmsFormat};
use wwan::mbim_wire::service::ussd::{self, UssdAction};
use wwan::mbim_wire::{Encode, Status, Uuid};
use wwan::time::{Instant, Millis};
use wwan_interop::tshark::{dissect, values};
use wwan_interop::{Buffers, Scratch};

/// To the card's own number, with a report: "hellohello" in packed septets.
const SUBMIT: &[u8] = b"\x00\x21\x00\x08\x81\x51\x55\x10\x00\x00\x00\x0a\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37";

/// Messages of every status; one for the screen, one in two parts, one too many; and a question of the network.
fn scenario() -> Scenario {
    let mut scenario = Scenario::default();
    let sms = &mut scenario.setup.sms;
    sms.capacity = 8;
    for status in [MessageStatus::Old, MessageStatus::New] {
        let incoming = Incoming { from: "+15550123", text: "Привет", class: None, date: None };
        let parts = Content::texts(Format::Pdu, "+15550199", incoming, Date::default(), 0).unwrap();
        sms.stored.extend(parts.into_iter().map(|content| Message { status, content }));
    }
    for status in [MessageStatus::Draft, MessageStatus::Sent] {
        sms.stored.extend([Message { status, content: Content::pdu(SUBMIT).unwrap() }]);
    }
    let text = |text: &str, class| Action::ReceiveText { from: "Operator".into(), text: text.into(), class };
    let actions = [
        text("Lift your head.", Some(0)),
        text(&"0123456789".repeat(20), None),
        text("The last one.", None),
        text("One too many.", None),
        Action::NetworkUssd { text: "Your volume is used up.".into(), question: true },
    ];
    let events =
        actions.into_iter().zip(10..).map(|(action, seconds)| Event { at: Millis::from_secs(seconds), action });
    scenario.events = events.collect();
    scenario
}

/// Our client asks for everything, in virtual time, and hears what happens by itself; recorded by our tap.
fn converse(path: &Path) {
    let scenario = scenario();
    let (mut room, mut buffers) = (Room::new(), Buffers::new());
    let modem = InProcess::mbim(&scenario, Time::Virtual, &mut room);
    let tap = PcapngTap::new(modem, StdWriter(fs::File::create(path).unwrap()), 1_700_000_000_000);
    let mut client = buffers.client(tap);
    client.open().unwrap();
    client.query::<bc::DeviceServices>(&Empty {}).unwrap();
    client.wait_ready(Millis::from_secs(10)).unwrap();
    client.register(Selection::Automatic, Millis::from_secs(10)).unwrap();

    let centre = sms::ConfigurationSet { format: SmsFormat::PDU, sc_address: "+491710760000".into() };
    let read = sms::ReadQuery { format: SmsFormat::PDU, flag: SmsFlag::ALL, message_index: 0 };
    let send = sms::SendSet {
        format: SmsFormat::PDU,
        pdu_message: When(Some(Inline::Value(sms::SmsPduSendRecord { pdu_data: SUBMIT.into() }))),
        cdma_message: When(None),
    };
    let delete = sms::DeleteSet { flag: SmsFlag::INDEX, message_index: 1 };
    let (menu, choice) = (b"\xaa\x98\x6c\x36\x02", [0, b'1']);
    let say =
        |action, data_coding_scheme, payload| ussd::UssdSet { action, data_coding_scheme, payload: Bytes(payload) };
    let (begin, go_on) = (say(UssdAction::INITIATE, 0x0f, &menu[..]), say(UssdAction::CONTINUE, 0x48, &choice));
    let cancel = say(UssdAction::CANCEL, 0x0f, &[]);
    let (query, set) = (CommandType::QUERY, CommandType::SET);
    let commands: [(Uuid, u32, CommandType, &dyn Encode); 10] = [
        (sms::SMS, sms::Configuration::CID, query, &Empty {}),
        (sms::SMS, sms::Configuration::CID, set, &centre),
        (sms::SMS, sms::Read::CID, query, &read),
        (sms::SMS, sms::MessageStoreStatus::CID, query, &Empty {}),
        (sms::SMS, sms::Send::CID, set, &send),
        (ussd::USSD, ussd::Ussd::CID, set, &begin),
        (ussd::USSD, ussd::Ussd::CID, set, &go_on),
        (ussd::USSD, ussd::Ussd::CID, set, &cancel),
        (sms::SMS, sms::Delete::CID, set, &delete),
        (sms::SMS, sms::Read::CID, query, &read),
    ];
    for (service, cid, kind, body) in commands {
        let answer = client.command(service, cid, kind, body, Millis::from_secs(60)).unwrap();
        assert_eq!(answer.status, Status::SUCCESS, "{service} {cid}");
    }
    // Everything that the scenario brings: for the screen, in parts, too many, and a question.
    let mut indications = 0;
    while client.next_indication(Instant(25_000)).unwrap().is_some() {
        indications += 1;
    }
    assert!(indications > 5, "{indications}");
    let answer = client.command(sms::SMS, sms::Read::CID, query, &read, Millis::from_secs(60)).unwrap();
    assert_eq!(answer.status, Status::SUCCESS);
    client.close().unwrap();
    assert_eq!((client.channel().lost(), client.counters().malformed), (0, 0));
}

#[test]
fn texts_of_messages_and_dialogues_are_read_as_the_model_holds_them() {
    let scratch = Scratch::new();
    let path = scratch.path("messages.pcapng");
    converse(&path);
    let frames = dissect(&path, "mbim.control", &["mbim.sms_pdu_format:3GPP"]);
    let complaints = all(&frames, "_ws.expert.message");
    assert!(complaints.is_empty(), "{complaints:?}");
    let texts = all(&frames, "gsm_sms.sms_text");
    let (digits, draft) = ("0123456789".repeat(20), "hellohello");
    let stored = ["Привет", draft, draft];
    // Read, sent, read after the first was deleted with the echo at the end; for the screen, and read once more.
    let mut expected = vec!["Привет"];
    expected.extend(stored);
    expected.push(draft);
    expected.extend(stored);
    expected.extend([draft, "Lift your head.", &digits[..153]]);
    expected.extend(stored);
    // Beside the second part tshark repeats the first one: it puts them together.
    expected.extend([draft, &digits[..153], &digits[153..], "The last one."]);
    assert_eq!(texts, expected);
    // The padding of a text of 23 septets is shown; it is none of the text.
    let said = ["1 Data\n2 Voice\n0 Exit", "1 Volume left\n2 Book 1 GB", "Your volume is used up.\r"];
    assert_eq!(all(&frames, "mbim.control.ussd_info.ussd_payload.text"), said);
    for (field, expected) in [
        ("mbim.control.set_ussd.ussd_payload.text", &["*123#", "1"][..]),
        ("mbim.control.info_ussd.ussd_response", &["1", "1", "0", "1"]),
        ("mbim.control.info_ussd.ussd_session_state", &["0", "1", "1", "0"]),
        ("mbim.control.sms_status_info.message_index", &["0", "5", "6", "1", "7", "8", "0"]),
        ("mbim.control.sms_status_info.flags.new_message", &["0", "1", "1", "1", "1", "1", "0"]),
        ("mbim.control.sms_status_info.flags.message_store_full", &["0", "0", "0", "0", "0", "1", "1"]),
        ("mbim.control.sms_configuration_info.sms_storage_state", &["1", "1", "1"]),
        ("mbim.control.sms_configuration_info.sc_address", &["+15550199", "+15550199", "+491710760000"]),
        ("mbim.control.sms_configuration_info.max_messages", &["8", "8", "8"]),
        ("mbim.control.sms_send_info.message_reference", &["0"]),
        ("gsm_sms.udh.mm.msg_part", &["1", "2"]),
    ] {
        let found: Vec<_> = all(&frames, field).iter().map(|value| flag(value)).collect();
        assert_eq!(found, expected, "{field}");
    }
    let indexes = all(&frames, "mbim.control.sms_pdu_record.message_index");
    assert_eq!(indexes.len(), 18);
    println!("tshark read {} texts of short messages and dialogues as the model holds them", texts.len() + said.len());
}

fn all<'v>(frames: &'v [Value], field: &str) -> Vec<&'v str> {
    frames.iter().flat_map(|frame| values(frame, field)).collect()
}

/// Some versions say True and False.
fn flag(value: &str) -> &str {
    match value {
        "True" => "1",
        "False" => "0",
        value => value,
    }
}
