//! The STK service of the MBIM function: who gets which proactive command, and what becomes of answers and envelopes.
#![cfg(all(feature = "device", feature = "mbim"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod common;

use common::{Bench, Message};
use mbim_wire::bytes::{FixedBytes, PrefixedBytes, Rest};
use mbim_wire::field::{Empty, Raw};
use mbim_wire::message::CommandType;
use mbim_wire::service::{basic_connect as bc, sms, stk as wire};
use mbim_wire::{Command, Status, View};
use wwan::device::modem::event::Origin;
use wwan::device::modem::sms::{Destination, Verdict};
use wwan::device::modem::stk::{MenuItem, ProactiveCommand, WAITING, kind};
use wwan::device::modem::{Failure, Reason, Setup, SimSetup, text};

/// The host's map for these types.
fn map(kinds: &[u8]) -> [u8; 32] {
    let mut map = [0; 32];
    for kind in kinds {
        map[usize::from(kind / 8)] |= 1 << (kind % 8);
    }
    map
}

/// Says what the host wants; the support that is answered.
fn want(bench: &mut Bench, kinds: &[u8]) -> [u8; 256] {
    let tid = bench.set::<wire::Pac>(&wire::PacSet { pac_host_control: FixedBytes(&map(kinds)) });
    let answer = bench.read_one();
    *wire::PacInfoView::new(answer.answer::<wire::Pac>(tid, Status::SUCCESS)).pac_support().unwrap().0
}

fn issue(bench: &mut Bench, command: Result<ProactiveCommand, Failure>) {
    let now = bench.now;
    bench.modem.issue_proactive(now, command.unwrap()).unwrap();
}

/// The proactive commands that are indicated, without padding.
fn told(messages: &[Message]) -> Vec<(wire::StkPacType, Vec<u8>)> {
    let bodies = messages.iter().filter_map(|message| match message {
        Message::Indication { service, body, .. } if *service == wire::STK => Some(body),
        _ => None,
    });
    bodies
        .map(|body| {
            let pac = wire::PacNotificationView::new(body);
            let data = pac.data_buffer().unwrap().0;
            let (header, len) = if data[1] == 0x81 { (3, data[2]) } else { (2, data[1]) };
            let whole = header + usize::from(len);
            assert!(data[whole..].len() < 4 && data[whole..].iter().all(|byte| *byte == 0), "padding");
            (pac.pac_type().unwrap(), data[..whole].to_vec())
        })
        .collect()
}

/// The one that is indicated, for the host to answer.
fn asked(messages: &[Message]) -> Vec<u8> {
    let mut told = told(messages);
    assert_eq!(told.len(), 1, "{told:x?}");
    let (kind, bytes) = told.remove(0);
    assert_eq!(kind, wire::StkPacType::PROACTIVE_COMMAND);
    bytes
}

fn response(kind: u8, qualifier: u8, result: u8) -> Vec<u8> {
    vec![0x81, 3, 1, kind, qualifier, 0x82, 2, 0x82, 0x81, 0x83, 1, result]
}

fn answer(bench: &mut Bench, response: &[u8]) -> Result<u32, Status> {
    let tid = bench.set::<wire::TerminalResponse>(&wire::TerminalResponseSet { response: PrefixedBytes(response) });
    match bench.read_one() {
        Message::Done { tid: found, status: Status::SUCCESS, body, .. } if found == tid => {
            let info = wire::TerminalResponseInfoView::new(&body);
            assert!(info.result_data().unwrap().0.is_empty());
            Ok(info.status_words().unwrap())
        }
        Message::Done { tid: found, status, body, .. } if found == tid && body.is_empty() => Err(status),
        other => panic!("{other:?}"),
    }
}

fn envelope(bench: &mut Bench, data: &[u8]) -> Status {
    let tid = bench.set::<wire::Envelope>(&wire::EnvelopeSet { data: Rest(data) });
    match bench.read_one() {
        Message::Done { tid: found, status, .. } if found == tid => status,
        other => panic!("{other:?}"),
    }
}

fn select(item: u8) -> Vec<u8> {
    vec![0xD3, 7, 0x82, 2, 0x01, 0x81, 0x90, 1, item]
}

fn with_menu() -> Setup {
    let mut setup = Setup::default();
    setup.stk.title = text("Services");
    let items = [
        MenuItem { id: 1, text: text("News"), leads_to: Some(ProactiveCommand::display_text("Nothing new").unwrap()) },
        MenuItem { id: 2, text: text("About"), leads_to: None },
    ];
    setup.stk.menu.extend(items);
    setup
}

#[test]
fn support_says_who_deals_with_what() {
    let mut bench = Bench::ready(Setup::default());
    let body = bench.ask::<wire::Pac>();
    let support = *wire::PacInfoView::new(&body).pac_support().unwrap().0;
    let at = |support: &[u8; 256], kind: u8| support[usize::from(kind)];
    let all = [kind::DISPLAY_TEXT, kind::MORE_TIME, kind::REFRESH, kind::PROVIDE_LOCAL_INFORMATION, 0x40];
    assert_eq!(all.map(|kind| at(&support, kind)), [1, 2, 3, 5, 0]);
    let support = want(&mut bench, &all);
    assert_eq!(all.map(|kind| at(&support, kind)), [6, 2, 4, 7, 0]);
    let support = want(&mut bench, &[kind::REFRESH]);
    assert_eq!(all.map(|kind| at(&support, kind)), [1, 2, 4, 5, 0], "a set replaces the one before");
    // The map has exactly 32 bytes.
    let tid = bench.command(wire::STK, wire::Pac::CID, CommandType::SET, &Raw(&[0xFF; 31]));
    bench.read_one().refused::<wire::Pac>(tid, Status::INVALID_PARAMETERS);
    let body = bench.ask::<wire::Pac>();
    assert_eq!(at(wire::PacInfoView::new(&body).pac_support().unwrap().0, kind::DISPLAY_TEXT), 1);
    let tid = bench.command(wire::STK, wire::TerminalResponse::CID, CommandType::QUERY, &Empty {});
    bench.read_one().refused::<wire::TerminalResponse>(tid, Status::NO_DEVICE_SUPPORT);
}

#[test]
fn a_host_answers_what_it_wants() {
    let mut bench = Bench::ready(Setup::default());
    want(&mut bench, &[kind::DISPLAY_TEXT, kind::GET_INPUT]);
    assert_eq!(answer(&mut bench, &response(kind::DISPLAY_TEXT, 0x81, 0)), Err(Status::OPERATION_NOT_ALLOWED));
    let text = ProactiveCommand::display_text("Hello").unwrap();
    issue(&mut bench, Ok(text.clone()));
    issue(&mut bench, ProactiveCommand::get_input("Name?", 1, 9));
    assert_eq!(asked(&bench.wait(1_000)), text.bytes());
    // Content that makes no sense, then an answer to something else: the command goes on waiting.
    for bad in [&[][..], &[0x81, 3, 1], &[0x82, 2, 0x82, 0x81], &response(kind::DISPLAY_TEXT, 0x81, 0)[..9]] {
        assert_eq!(answer(&mut bench, bad), Err(Status::INVALID_PARAMETERS), "{bad:x?}");
    }
    assert_eq!(answer(&mut bench, &response(kind::GET_INPUT, 0x01, 0)), Ok(0x0000_806A));
    let good = response(kind::DISPLAY_TEXT, 0x81, 0);
    let next = ProactiveCommand::get_input("Name?", 1, 9).unwrap();
    let more = u32::try_from(next.bytes().len()).unwrap();
    assert_eq!(answer(&mut bench, &good), Ok(more << 8 | 0x91), "the next one waits");
    assert_eq!(bench.modem.stk_response(), good);
    assert_eq!(asked(&bench.wait(1_000)), next.bytes());
    let mut input = response(kind::GET_INPUT, 0x01, 0);
    input.extend([0x8D, 4, 4, b'B', b'o', b'b']);
    assert_eq!(answer(&mut bench, &input), Ok(0x0090), "the session is over");
    assert_eq!(bench.modem.stk_response(), input);
    assert_eq!(answer(&mut bench, &input), Err(Status::OPERATION_NOT_ALLOWED));
}

#[test]
fn an_indication_has_the_bytes_of_the_command() {
    let mut bench = Bench::ready(Setup::default());
    want(&mut bench, &[kind::DISPLAY_TEXT]);
    let raw = [0xD0, 0x0D, 0x81, 3, 1, 0x21, 0x81, 0x82, 2, 0x81, 2, 0x8D, 2, 4, b'!'];
    issue(&mut bench, ProactiveCommand::raw(&raw));
    let messages = bench.wait(1_000);
    let body = messages[0].indication::<wire::Pac>();
    let mut expected = vec![0, 0, 0, 0];
    expected.extend(raw);
    expected.push(0);
    assert_eq!(body, expected);
}

#[test]
fn the_modem_answers_what_no_host_wants() {
    let mut bench = Bench::ready(Setup::default());
    let modem_says = |bench: &mut Bench, command: Result<ProactiveCommand, Failure>| {
        issue(bench, command);
        assert_eq!(told(&bench.wait(1_000)), []);
        bench.modem.stk_response().to_vec()
    };
    let shown = modem_says(&mut bench, ProactiveCommand::display_text("?"));
    assert_eq!(shown, response(kind::DISPLAY_TEXT, 0x81, 0x30), "no screen");
    let refreshed = modem_says(&mut bench, ProactiveCommand::refresh(1));
    assert_eq!(refreshed, response(kind::REFRESH, 1, 0));
    let more = ProactiveCommand::raw(&[0xD0, 9, 0x81, 3, 1, 0x02, 0, 0x82, 2, 0x81, 0x82]);
    assert_eq!(modem_says(&mut bench, more), response(kind::MORE_TIME, 0, 0));
    let bearer = ProactiveCommand::raw(&[0xD0, 9, 0x81, 3, 1, 0x40, 0, 0x82, 2, 0x81, 0x82]);
    assert_eq!(modem_says(&mut bench, bearer), response(0x40, 0, 0x30));

    // Where it is: 001-01, area 0x1001, cell 0x00ABCD01 with 28 bits and ones behind them (TS 31.111 §8.19).
    let place = modem_says(&mut bench, ProactiveCommand::provide_local_information(0));
    let mut expected = response(kind::PROVIDE_LOCAL_INFORMATION, 0, 0);
    expected.extend([0x93, 9, 0x00, 0xF1, 0x10, 0x10, 0x01, 0x0A, 0xBC, 0xD0, 0x1F]);
    assert_eq!(place, expected);
    // IMEI 490154203237518 (TS 31.111 §8.20).
    let imei = modem_says(&mut bench, ProactiveCommand::provide_local_information(1));
    assert_eq!(imei[12..], [0x94, 8, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81]);
    let access = modem_says(&mut bench, ProactiveCommand::provide_local_information(6));
    assert_eq!(access[12..], [0xBF, 1, 8], "E-UTRAN");
    let strange = modem_says(&mut bench, ProactiveCommand::provide_local_information(0x55));
    assert_eq!(strange[11..], [0x30]);
    let now = bench.now;
    bench.modem.lose_signal(now);
    let nowhere = modem_says(&mut bench, ProactiveCommand::provide_local_information(0));
    assert_eq!(nowhere[10..], [2, 0x20, 0x04], "no service");
}

#[test]
fn the_modem_sends_short_messages_for_the_card() {
    let mut setup = Setup::default();
    setup.sms.destinations.clear();
    let refusing = Destination { number: text("15550666"), verdict: Verdict::Refused(38) };
    setup.sms.destinations.push(refusing).unwrap();
    let mut bench = Bench::ready(setup);
    // An SMS-SUBMIT to a number, "Hello" (3GPP TS 23.040 §9.2.2.2).
    let tpdu = |number: [u8; 4]| {
        let mut tpdu = vec![0x01, 0x00, 0x08, 0x81];
        tpdu.extend(number);
        tpdu.extend([0x00, 0x00, 0x05, 0xC8, 0x32, 0x9B, 0xFD, 0x06]);
        tpdu
    };
    let sent = |bench: &mut Bench, number: [u8; 4]| {
        issue(bench, ProactiveCommand::send_short_message("Sending", &tpdu(number)));
        assert_eq!(told(&bench.wait(60_000)), []);
        bench.modem.stk_response()[9..].to_vec()
    };
    // The own number: it comes back.
    assert_eq!(sent(&mut bench, [0x51, 0x55, 0x10, 0x00]), [0x83, 1, 0x00]);
    let stored = bench.ask::<sms::MessageStoreStatus>();
    let newest = sms::MessageStoreStatusInfoView::new(&stored).flag().unwrap();
    assert!(newest.contains(sms::SmsStatusFlag::NEW_MESSAGE), "{newest:?}");
    assert_eq!(sent(&mut bench, [0x51, 0x55, 0x60, 0x66]), [0x83, 2, 0x35, 38], "the network's cause");
    issue(&mut bench, ProactiveCommand::send_short_message("", &[0x01]));
    bench.wait(1_000);
    assert_eq!(bench.modem.stk_response()[9..], [0x83, 1, 0x32]);
    let now = bench.now;
    bench.modem.lose_signal(now);
    assert_eq!(sent(&mut bench, [0x51, 0x55, 0x10, 0x00]), [0x83, 2, 0x20, 0x04]);
    // A host may be told of it, and does not answer.
    bench.modem.restore_signal(now);
    bench.wait(10_000);
    want(&mut bench, &[kind::SEND_SHORT_MESSAGE]);
    let command = ProactiveCommand::send_short_message("Sending", &tpdu([0x51, 0x55, 0x10, 0x00])).unwrap();
    issue(&mut bench, Ok(command.clone()));
    let messages = bench.wait(60_000);
    assert_eq!(told(&messages), [(wire::StkPacType::NOTIFICATION, command.bytes().to_vec())]);
    assert_eq!(bench.modem.stk_response()[9..], [0x83, 1, 0x00]);
}

#[test]
fn a_refresh_can_reset_the_card() {
    let mut bench = Bench::ready(Setup::default());
    want(&mut bench, &[kind::REFRESH]);
    issue(&mut bench, ProactiveCommand::refresh(4));
    issue(&mut bench, ProactiveCommand::refresh(1));
    let messages = bench.wait(10_000);
    assert_eq!(told(&messages).len(), 1, "what waited in the card is gone with its start");
    let states: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            Message::Indication { service, cid, body }
                if (*service, *cid) == (bc::BASIC_CONNECT, bc::SubscriberReadyStatus::CID) =>
            {
                Some(bc::SubscriberReadyStatusInfoView::new(body).ready_state().unwrap())
            }
            _ => None,
        })
        .collect();
    assert_eq!(states, [bc::SubscriberReadyState::NOT_INITIALIZED, bc::SubscriberReadyState::INITIALIZED]);
    assert!(bench.modem.stk_response().is_empty(), "a card that starts waits for no answer");
}

#[test]
fn a_host_may_be_told_of_what_the_modem_does_and_may_do_some_of_it() {
    let mut bench = Bench::ready(Setup::default());
    want(&mut bench, &[kind::REFRESH, kind::MORE_TIME, kind::PROVIDE_LOCAL_INFORMATION]);
    let refresh = ProactiveCommand::refresh(1).unwrap();
    issue(&mut bench, Ok(refresh.clone()));
    issue(&mut bench, ProactiveCommand::raw(&[0xD0, 9, 0x81, 3, 1, 0x02, 0, 0x82, 2, 0x81, 0x82]));
    let messages = bench.wait(1_000);
    assert_eq!(told(&messages), [(wire::StkPacType::NOTIFICATION, refresh.bytes().to_vec())]);
    assert_eq!(answer(&mut bench, &response(kind::REFRESH, 1, 0)), Err(Status::OPERATION_NOT_ALLOWED));
    assert_eq!(bench.modem.stk_response(), response(kind::MORE_TIME, 0, 0));
    issue(&mut bench, ProactiveCommand::provide_local_information(3));
    asked(&bench.wait(1_000));
    assert_eq!(answer(&mut bench, &response(kind::PROVIDE_LOCAL_INFORMATION, 3, 0)), Ok(0x0090));
}

#[test]
fn a_host_that_does_not_answer_or_goes_away_is_answered_for() {
    let mut setup = Setup::default();
    setup.stk.patience = wwan::time::Millis(5_000);
    let mut bench = Bench::ready(setup);
    want(&mut bench, &[kind::GET_INKEY]);
    issue(&mut bench, ProactiveCommand::get_inkey("Sure?"));
    asked(&bench.wait(4_000));
    assert!(bench.modem.stk_response().is_empty());
    bench.wait(1_500);
    assert_eq!(bench.modem.stk_response(), response(kind::GET_INKEY, 1, 0x12), "no response from user");
    assert_eq!(answer(&mut bench, &response(kind::GET_INKEY, 1, 0)), Err(Status::OPERATION_NOT_ALLOWED));

    issue(&mut bench, ProactiveCommand::get_inkey("Sure?"));
    asked(&bench.wait(1_000));
    bench.open();
    assert_eq!(bench.modem.stk_response()[9..], [0x83, 2, 0x20, 0x00], "the host is gone");
    // What the host before wanted holds no more.
    issue(&mut bench, ProactiveCommand::get_inkey("Sure?"));
    assert_eq!(told(&bench.wait(1_000)), []);
    assert_eq!(bench.modem.stk_response(), response(kind::GET_INKEY, 1, 0x30));
}

#[test]
fn only_the_host_that_wants_them_gets_commands() {
    let mut bench = Bench::ready(Setup::default());
    want(&mut bench, &[kind::DISPLAY_TEXT]);
    let now = bench.now;
    bench.modem.set_stk_wanted(now, Origin(7), &map(&[kind::DISPLAY_TEXT]));
    issue(&mut bench, ProactiveCommand::display_text("x"));
    assert_eq!(told(&bench.wait(1_000)), []);
    assert_eq!(answer(&mut bench, &response(kind::DISPLAY_TEXT, 0x81, 0)), Err(Status::OPERATION_NOT_ALLOWED));
    let now = bench.now;
    assert_eq!(bench.modem.answer_proactive(now, Origin(7), &response(kind::DISPLAY_TEXT, 0x81, 0)), Ok(0x9000));
}

#[test]
fn the_menu_leads_somewhere() {
    let mut bench = Bench::new(with_menu());
    bench.open();
    // The card sets its menu up as soon as it can; nobody shows it.
    assert_eq!(told(&bench.wait(10_000)), []);
    assert_eq!(bench.modem.stk_response(), response(kind::SET_UP_MENU, 0, 0x30));
    // A host that wants menus gets it.
    want(&mut bench, &[kind::SET_UP_MENU, kind::DISPLAY_TEXT]);
    let menu = ProactiveCommand::set_up_menu("Services", [(1, "News"), (2, "About")]).unwrap();
    assert_eq!(asked(&bench.wait(1_000)), menu.bytes());
    assert_eq!(envelope(&mut bench, &select(1)), Status::STK_BUSY, "the menu is not set up yet");
    assert_eq!(answer(&mut bench, &response(kind::SET_UP_MENU, 0, 0)), Ok(0x0090));
    assert_eq!(envelope(&mut bench, &select(1)), Status::SUCCESS);
    assert_eq!(envelope(&mut bench, &select(1)), Status::STK_BUSY);
    let news = ProactiveCommand::display_text("Nothing new").unwrap();
    assert_eq!(asked(&bench.wait(1_000)), news.bytes());
    assert_eq!(envelope(&mut bench, &select(2)), Status::STK_BUSY);
    assert_eq!(answer(&mut bench, &response(kind::DISPLAY_TEXT, 0x81, 0)), Ok(0x0090));
    assert_eq!(envelope(&mut bench, &select(2)), Status::SUCCESS, "leads nowhere");
    assert_eq!(envelope(&mut bench, &select(3)), Status::FAILURE, "no such item");
    assert_eq!(told(&bench.wait(1_000)), []);
    // Wanting it again is no news.
    want(&mut bench, &[kind::SET_UP_MENU]);
    assert_eq!(told(&bench.wait(1_000)), []);
}

#[test]
fn envelopes_are_checked_and_passed_on() {
    let mut bench = Bench::ready(Setup::default());
    let body = bench.ask::<wire::Envelope>();
    let support = wire::EnvelopeInfoView::new(&body).envelope_support().unwrap().0;
    let tags: Vec<u8> = (0..=255).filter(|tag| support[usize::from(tag / 8)] >> (tag % 8) & 1 == 1).collect();
    assert_eq!(tags, [0xD1, 0xD3, 0xD6]);
    // SMS-PP download: from the network (0x83) to the card, with a TPDU.
    let download = [0xD1, 9, 0x82, 2, 0x83, 0x81, 0x8B, 3, 0x40, 0x01, 0x02];
    assert_eq!(envelope(&mut bench, &download), Status::SUCCESS);
    assert_eq!(bench.modem.stk_downloads(), 1);
    for (bad, wanted) in [
        (&[][..], Status::INVALID_PARAMETERS),
        (&[0xD1], Status::INVALID_PARAMETERS),
        (&download[..8], Status::INVALID_PARAMETERS),
        (&[0xD1, 4, 0x82, 2, 0x83, 0x81], Status::INVALID_PARAMETERS),
        (&[0xD3, 3, 0x90, 1, 1], Status::INVALID_PARAMETERS),
        (&[0xD3, 4, 0x82, 2, 0x01, 0x81], Status::INVALID_PARAMETERS),
        (&[0xD1, 4, 0x82, 9, 0x83, 0x81], Status::INVALID_PARAMETERS),
        (&[0xD1, 4, 0x82, 2, 0x83, 0x81, 1], Status::INVALID_PARAMETERS),
        (&[0xD4, 4, 0x82, 2, 0x83, 0x81], Status::NO_DEVICE_SUPPORT),
    ] {
        assert_eq!(envelope(&mut bench, bad), wanted, "{bad:x?}");
    }
    assert_eq!(bench.modem.stk_downloads(), 1);
    assert_eq!(envelope(&mut bench, &[0xD6, 7, 0x82, 2, 0x82, 0x81, 0x99, 1, 5]), Status::SUCCESS);
}

#[test]
fn without_a_card_there_is_no_toolkit() {
    let mut bench = Bench::ready(Setup::default());
    want(&mut bench, &[kind::DISPLAY_TEXT]);
    issue(&mut bench, ProactiveCommand::display_text("x"));
    issue(&mut bench, ProactiveCommand::display_text("y"));
    asked(&bench.wait(1_000));
    let now = bench.now;
    bench.modem.remove_sim(now);
    bench.wait(0);
    assert_eq!(answer(&mut bench, &response(kind::DISPLAY_TEXT, 0x81, 0)), Err(Status::SIM_NOT_INSERTED));
    assert_eq!(envelope(&mut bench, &select(1)), Status::SIM_NOT_INSERTED);
    let gone = bench.modem.issue_proactive(now, ProactiveCommand::refresh(0).unwrap());
    assert_eq!(gone.unwrap_err().reason, Reason::SimAbsent);
    assert_eq!(told(&bench.wait(100_000)), []);
    assert!(bench.modem.stk_response().is_empty(), "nobody was answered");
    // Support can be asked for without a card.
    bench.ask::<wire::Pac>();

    let mut empty = Setup::default();
    empty.sim = SimSetup::Empty;
    let mut bench = Bench::ready(empty);
    assert_eq!(answer(&mut bench, &[]), Err(Status::SIM_NOT_INSERTED));
}

#[test]
fn the_card_keeps_only_so_many() {
    let mut bench = Bench::ready(Setup::default());
    let now = bench.now;
    let command = ProactiveCommand::refresh(1).unwrap();
    for _ in 0..WAITING {
        bench.modem.issue_proactive(now, command.clone()).unwrap();
    }
    assert_eq!(bench.modem.issue_proactive(now, command.clone()).unwrap_err().reason, Reason::Full);
    bench.wait(10_000);
    bench.modem.issue_proactive(bench.now, command).unwrap();
}
