//! Scenario files: everything the description shows can be read, and what is wrong is told with line and key.
#![cfg(feature = "files")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

use virtual_modem::Scenario;
use virtual_modem::scenario::Action;
use wwan::channel::Direction;
use wwan::channel::fault::{Fault, Scripted};
use wwan::device::at::{self, Maker, RegistrationForm, UrcOrder};
use wwan::device::mbim::Effect;
use wwan::device::modem::band::{BandSet, Bands};
use wwan::device::modem::bearer::{Auth, IpKind};
use wwan::device::modem::clock::Date;
use wwan::device::modem::data_path::{Formats, Link};
use wwan::device::modem::flow::{Flow, FlowState};
use wwan::device::modem::ims::{ImsServices, ImsSetup};
use wwan::device::modem::location::Track;
use wwan::device::modem::network::Technologies;
use wwan::device::modem::profile::AutoconnectMode;
use wwan::device::modem::sms::{MessageStatus, Verdict};
use wwan::device::modem::stk::ProactiveCommand;
use wwan::device::modem::ussd::Says;
use wwan::device::modem::vendor::Verdict::Refuse;
use wwan::device::modem::vendor::{PolicyError, Proof};
use wwan::device::modem::voice::Conduct;
use wwan::device::modem::wake::{Wake, WakeCause};
use wwan::device::modem::{SimSetup, text};
use wwan::mbim_wire::Status;
use wwan::mbim_wire::message::CommandType;
use wwan::time::Millis;

/// The examples of the description, one behind the other: one file.
fn described() -> String {
    let text = include_str!("../scenarios/README.md");
    let blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.collect()
}

#[test]
fn networks_have_carriers_bands_and_ims() {
    let text = "[network.bands]\nlte = [3, 66]\ngsm = [900]\n[[network.in-reach]]\nplmn = \"00101\"\nname = \"A\"\npaging = 64\n\
                carriers = [{ channel = 300 }, {}]\n[ims]\nservices = [\"voice\", \"rcs\"]\nrefuses = 403\n";
    let setup = Scenario::parse("a", text).unwrap().setup;
    assert_eq!(setup.network.bands.lte, BandSet::of(&[3, 66]));
    let network = &setup.network.networks[0];
    assert_eq!((network.carriers[0].channel, network.carriers.len(), network.paging), (300, 2, 64));
    assert_eq!((setup.ims.refuses, setup.ims.services), (403, ImsServices::VOICE | ImsServices::RCS));
    for wrong in ["[network.bands]\nlte = [300]\n", &text.replace("= 64", "= 65"), "[ims]\nservices = [\"fax\"]\n"] {
        assert!(Scenario::parse("a", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn sessions_can_come_by_themselves_and_travel_in_formats() {
    let text = "[delays]\nreconnect = 9\n[bearer]\nautoconnect = { mode = \"paused\", home-only = true }\n\
                [[bearer.access-point]]\nname = \"a\"\nback-off = 700\n[data-path]\nformats = [\"raw-ip\", \"qmap-v5\"]\n\
                link = \"raw-ip\"\nmax-size-down = 4096\nneeds-endpoint = true\n[[event]]\nat = 5\ndo = \"flow\"\nflow = 3\n\
                session = 1\nstate = \"suspended\"\n[[event]]\nat = 6\ndo = \"flows-known\"\non = false\n";
    let scenario = Scenario::parse("a", text).unwrap();
    let setup = &scenario.setup;
    let autoconnect = setup.bearer.autoconnect;
    assert_eq!((autoconnect.mode, autoconnect.home_only), (AutoconnectMode::Paused, true));
    assert_eq!((setup.bearer.access_points[0].back_off, setup.delays.reconnect), (Millis(700), Millis(9)));
    let path = &setup.data_path;
    assert_eq!((path.formats, path.link), (Formats::RAW_IP | Formats::QMAP_V5, Link::RawIp));
    assert_eq!((path.down_limits.size, path.up_limits.size, path.needs_endpoint), (4_096, 8_192, true));
    let flow = Flow { id: 3, session: 1, state: FlowState::Suspended };
    let actions: Vec<_> = scenario.events.iter().map(|event| event.action.clone()).collect();
    assert_eq!(actions, [Action::Flow(flow), Action::FlowsKnown(false)]);
    for (right, wrong) in [("paused", "perhaps"), ("qmap-v5", "qmap-v3"), ("suspended", "late")] {
        assert!(Scenario::parse("a", &text.replace(right, wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_device_has_its_place_images_and_configurations() {
    let text = "[management]\nwlan-mac = \"020000000007\"\nprl = 5\npower = { battery = 40 }\n[location]\n\
                latitude = -33.8567844\nlongitude = 151\ncircle-radius = 5\ncircle-period = 9\n\
                [[carrier-configs.configs]]\nkind = \"platform\"\nid = \"0102\"\ndescription = \"A\"\n\
                [[firmware.images]]\nkind = \"pri\"\nslot = 3\nbuild = \"B\"\n[[event]]\nat = 1\ndo = \"satellites\"\n\
                count = 4\n[[event]]\nat = 2\ndo = \"place\"\nlatitude = 1.5\n[[event]]\nat = 3\ndo = \"power\"\n\
                battery = 7\n[[event]]\nat = 4\ndo = \"oma-alert\"\nkind = 5\nsession = 9\n";
    let scenario = Scenario::parse("a", text).unwrap();
    let setup = &scenario.setup;
    assert_eq!((setup.management.wlan_mac, setup.management.prl), (Some([2, 0, 0, 0, 0, 7]), Some((5, false))));
    assert_eq!((setup.location.place.latitude, setup.location.place.longitude), (-338_567_844, 1_510_000_000));
    assert_eq!(setup.location.track, Track::Circle { radius: 5, period: Millis(9) });
    assert_eq!((&setup.carrier_configs.configs[0].id[..], setup.carrier_configs.active), (&[1, 2][..], None));
    assert_eq!((setup.firmware.images.len(), setup.firmware.images[0].slot), (1, 3));
    assert_eq!(scenario.events[0].action, Action::SetSatellites(4));
    assert!(matches!(scenario.events[1].action, Action::SetPlace(place) if place.latitude == 15_000_000));
    assert!(matches!(scenario.events[2].action, Action::SetPower(power) if power.battery == Some(7)));
    assert!(matches!(scenario.events[3].action, Action::OmaAlert(alert) if alert.session == 9));
    let wrong =
        ["[location]\nlatitude = 91.0\n", "[location]\ncircle-radius = 1\n", "[management]\nwlan-mac = \"02\"\n"];
    for wrong in
        wrong.into_iter().chain(["[carrier-configs]\nactive = 2\n", "[management]\npower = { battery = 101 }\n"])
    {
        assert!(Scenario::parse("a", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn everything_described_can_be_read_and_has_its_effect() {
    let scenario = Scenario::parse("README.md", &described()).unwrap_or_else(|error| panic!("{error}"));
    let setup = &scenario.setup;
    assert_eq!((setup.identity.imei.as_str(), setup.delays.scan), ("490154203237518", Millis(5_000)));
    let SimSetup::Card(card) = &setup.sim else { panic!("{:?}", setup.sim) };
    assert_eq!((card.pin1.pin.as_str(), card.pin2.pin.as_str()), ("1234", "5678"));
    assert_eq!(card.network_lock.as_ref().unwrap().attempts, 5);
    assert_eq!(card, &scenario.card);
    let network = &setup.network.networks[0];
    assert_eq!((setup.network.networks.len(), network.technologies), (1, Technologies::LTE));
    assert_eq!((setup.network.preferred.len(), setup.network.home_providers.len()), (1, 1));
    assert_eq!(setup.network.preferred[0].technologies, Technologies::LTE);
    assert_eq!(setup.network.bands, Bands::default());
    assert_eq!(setup.ims, ImsSetup::default());
    let point = &setup.bearer.access_points[0];
    let login = point.credentials.as_ref().unwrap();
    assert_eq!((point.ip, login.auth, login.user.as_str()), (IpKind::V4V6, Auth::Chap, "user"));
    assert_eq!(scenario.function.extended_version, 0x0300);
    let sms = &setup.sms;
    assert_eq!((sms.stored.len(), sms.stored[1].status, sms.capacity), (2, MessageStatus::Draft, 30));
    let verdicts: Vec<_> = sms.destinations.iter().map(|destination| destination.verdict).collect();
    assert_eq!(verdicts, [Verdict::Refused(38), Verdict::Silent, Verdict::Taken(0x46)]);
    let answers: Vec<_> = setup.ussd.answers.iter().map(|answer| (answer.to.as_str(), &answer.says)).collect();
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[2], ("*123# 1", &Says::Text(text("512 MB left"))));
    assert_eq!((answers[3].1, answers[4].1), (&Says::Ends, &Says::Silence));
    assert_eq!(scenario.events.len(), 13);
    let said = Action::ReceiveText { from: "+15550123".into(), text: "Where are you?".into(), class: None };
    assert_eq!(scenario.events[6].action, said);
    assert!(matches!(&scenario.events[3].action, Action::ReceivePdu(pdu) if pdu.len() == 17));
    let noon = Date { month: 7, hour: 12, zone: 8, daylight: 1, ..Date::default() };
    assert_eq!(scenario.events[7].action, Action::SetDate(noon));
    assert_eq!(scenario.events[1].action, Action::NetworkDeactivates { session: 0, cause: 38 });
    let cause = WakeCause::Packet { session: 0, filter: 1, size: 4 };
    assert_eq!(scenario.events[2].action, Action::Wake(Wake::new(cause, &[0x45, 0, 0, 0x14]).unwrap()));
    assert_eq!(scenario.events[4].action, Action::Pco { session: 0, options: vec![0x80] });
    let SimSetup::Card(second) = &setup.more_slots[0] else { panic!("{:?}", setup.more_slots) };
    assert_eq!((setup.slot, second.iccid.as_str()), (0, "8900101000000000025"));
    assert_eq!(setup.network.neighbours.len(), 1);
    let command = ProactiveCommand::select_item("What?", ["Tea", "Coffee"]).unwrap();
    assert_eq!(scenario.events[8].action, Action::Proactive(command));
    assert_eq!(scenario.events[9].action, Action::CarrierPolicy(b"LOCK".to_vec()));
    assert_eq!(scenario.events[10].action, Action::ReceiveCall { from: text("+15550123") });
    assert!(matches!(&scenario.events[11].action, Action::Refresh(refresh) if refresh.files.len() == 2));
    assert!(matches!(&scenario.events[12].action, Action::Broadcast(page) if page.channel == 50));
    let voice = &setup.voice;
    assert_eq!(voice.parties[0].conduct, Conduct::Busy);
    assert_eq!(voice.parties[1].conduct, Conduct::AnswersFor(Millis(10_000)));
    assert_eq!((voice.emergency[0].number.as_str(), voice.emergency[0].services), ("999", 7));
    let entry = card.phonebook.entry(1).unwrap();
    assert_eq!((entry.name.as_str(), entry.number.as_str()), ("Anna", "+15550123"));
    let menu = &setup.stk.menu;
    assert_eq!((setup.stk.title.as_str(), menu.len(), menu[1].id), ("Services", 2, 2));
    let question = ProactiveCommand::get_input("Your question?", 1, 40).unwrap();
    assert_eq!(menu[1].leads_to.as_ref(), Some(&question));
    assert_eq!((setup.vendor.fcc.proof, setup.vendor.updated.as_str()), (Proof::Answer(0x600D_CAFE), "1.1.0"));
    let policies = &setup.vendor.policies;
    assert_eq!((policies.len(), &policies[0].data[..]), (2, &b"LOCK"[..]));
    assert_eq!(policies[1].verdict, Refuse(PolicyError::Timestamp));
    let effects: Vec<_> = scenario.commands.iter().map(|command| (command.cid, command.kind, command.effect)).collect();
    let expected = [
        (12, Some(CommandType::SET), Effect::Refuse(Status::FAILURE)),
        (5, None, Effect::Delay(Millis(3_000))),
        (20, None, Effect::Swallow),
    ];
    assert_eq!(effects, expected);
    let first = Scripted { direction: Direction::Sent, number: 2, fault: Fault::Lose };
    assert_eq!((scenario.faults.len(), scenario.faults[0]), (4, first));
    assert_eq!((scenario.chance.seed, scenario.chance.from_modem.delay_up_to), (7, Millis(3_000)));
}

#[test]
fn defaults_described_are_the_defaults() {
    // Only what has to differ in an example differs: the rest of the description states the defaults.
    let all = Scenario::parse("README.md", &described()).unwrap();
    let none = Scenario::parse("empty", "").unwrap();
    assert_eq!(all.setup.identity, none.setup.identity);
    assert_eq!(all.setup.delays, none.setup.delays);
    assert_eq!(all.setup.radio, none.setup.radio);
    assert_eq!(all.setup.date, none.setup.date);
    let (described, default) = (&all.setup.sms, &none.setup.sms);
    assert_eq!((described.enabled, described.format, described.capacity), (true, default.format, default.capacity));
    assert_eq!((&described.service_centre, described.loop_back), (&default.service_centre, default.loop_back));
    assert_eq!(all.setup.ussd.enabled, none.setup.ussd.enabled);
    assert_eq!(all.setup.network.signal, none.setup.network.signal);
    assert_eq!(all.setup.network.technologies, none.setup.network.technologies);
    assert_eq!(all.setup.network.networks[0], none.setup.network.networks[0]);
    assert_eq!(all.setup.bearer.addresses, none.setup.bearer.addresses);
    assert_eq!(all.setup.bearer.max_sessions, none.setup.bearer.max_sessions);
    assert_eq!(all.setup.network.neighbours[0], none.setup.network.neighbours[0]);
    assert_eq!(all.setup.sar, none.setup.sar);
    assert_eq!(all.setup.configuration, none.setup.configuration);
    assert_eq!(all.setup.management, none.setup.management);
    assert_eq!(all.setup.oma, none.setup.oma);
    assert_eq!(all.setup.location.place, none.setup.location.place);
    assert_eq!(all.setup.location.satellites, none.setup.location.satellites);
    assert_eq!(all.setup.firmware.images[0], none.setup.firmware.images[0]);
    assert_eq!(all.setup.carrier_configs.configs[0], none.setup.carrier_configs.configs[0]);
    assert_eq!(all.function.streams, none.function.streams);
    assert_eq!(all.function.vendor_services, none.function.vendor_services);
    assert_eq!(all.setup.stk.patience, none.setup.stk.patience);
    let (described, default) = (&all.setup.vendor, &none.setup.vendor);
    assert_eq!((described.fcc.challenge, &described.allowed), (default.fcc.challenge, &default.allowed));
    assert_eq!((described.update_transfer, described.update_window), (default.update_transfer, default.update_window));
    assert_eq!(all.card.pin1, none.card.pin1);
    assert_eq!(all.card.pin2, none.card.pin2);
    let mut card = all.card.clone();
    card.network_lock = None;
    card.network_unblock = None;
    card.phonebook.clear().unwrap();
    assert_eq!(card, none.card);
    assert_eq!(all.function.max_control_transfer, none.function.max_control_transfer);
    assert_eq!(all.at.dialect, none.at.dialect);
    assert_eq!(all.function.open_delay, none.function.open_delay);
    assert_eq!(all.function.pin_attempts_on_failure, none.function.pin_attempts_on_failure);
}

#[test]
fn the_dialect_of_a_maker_can_be_changed() {
    let text = "[at]\nmaker = 'quectel'\necho = false\nregistration = 'short'\nurcs = 'at-once'\nconnect = '9600'\n\
                [[line]]\nname = '+CPIN'\nrefuse = 14\nonce = true\n";
    let scenario = Scenario::parse("a", text).unwrap();
    let dialect = &scenario.at.dialect;
    assert_eq!((dialect.maker, dialect.echo, &dialect.boot[0][..]), (Maker::Quectel, false, "RDY"));
    assert_eq!((dialect.registration, dialect.urcs), (RegistrationForm::Short, UrcOrder::AtOnce));
    assert_eq!(dialect.connect, "9600");
    let fault = &scenario.lines[0];
    assert_eq!((&fault.name[..], fault.effect, fault.once), ("+CPIN", at::Effect::Refuse(14), true));
}

#[test]
fn events_are_played_in_the_order_of_time() {
    let source = "[[event]]\nat = 9\ndo = 'reboot'\n[[event]]\nat = 3\ndo = 'mute'\n";
    let scenario = Scenario::parse("order", source).unwrap();
    let order: Vec<_> = scenario.events.iter().map(|event| event.at).collect();
    assert_eq!(order, [Millis(3), Millis(9)]);
}

#[test]
fn mistakes_are_told_with_line_and_key() {
    let cases: &[(&str, usize, &str)] = &[
        ("descriptoin = 'x'", 1, "descriptoin"),
        ("\n[sim]\nimsi = '123456'\nimis = '1'", 4, "imis"),
        ("[sim.pin1]\npin = 1234", 2, "pin = 1234"),
        ("[sim.pin1]\n\npin = '12x4'", 3, "12x4"),
        ("[sim.pin1]\npin = '123456789'", 2, "4 to 8 digits"),
        ("[identity]\nmodel = 'a name that is longer than thirty bytes'", 2, "at most 30"),
        ("[delays]\nboot = -1", 2, "boot = -1"),
        ("[network]\ntechnologies = ['lte', '6g']", 2, "6g"),
        ("[[network.in-reach]]\nplmn = '00101'", 1, "name"),
        ("[[network.in-reach]]\nname = 'x'\nplmn = '001'", 3, "plmn = '001'"),
        ("[bearer]\ndns4 = ['1.2.3.4', '1.2.3']", 2, "dns4"),
        ("[bearer]\ndns4 = ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '1.1.1.5']", 2, "at most 4"),
        ("[function]\nmax-control-transfer = 63", 2, "64 to 4096"),
        ("[function]\n\n\nmbimex = '2'", 4, "mbimex"),
        ("[[event]]\nat = 1\ndo = 'explode'", 3, "explode"),
        ("[[event]]\nat = 1", 1, "do"),
        ("[[event]]\nat = 1\ndo = 'remove-sim'\ncause = 3", 4, "cause"),
        ("\n\n[[event]]\nat = 1\ndo = 'hardware-radio'", 3, "`on` is missing"),
        ("[sms]\ncapacity = 41", 2, "at most 40"),
        ("[sms]\nservice-centre = 'me'", 2, "no telephone number"),
        ("[[sms.stored]]\nstatus = 'new'\ntext = 'x'", 1, "`from` and `text`"),
        ("[[sms.stored]]\nstatus = 'new'\npdu = '0'", 1, "hexadecimal"),
        ("[[sms.stored]]\nstatus = 'new'\nfrom = 'a very long name'\ntext = 'x'", 1, "no such message"),
        ("[[sms.destination]]\nnumber = '1'", 1, "`silent`"),
        ("[[sms.destination]]\nnumber = '1'\nsilent = true\nreport = 0", 1, "`silent`"),
        ("[[ussd.answer]]\nto = '*1#'", 1, "`question`"),
        ("[[voice.party]]\nnumber = '1'", 1, "`answers-for`"),
        ("[[voice.party]]\nnumber = 'me'\ndoes = 'busy'", 2, "no telephone number"),
        ("[[voice.emergency]]\nnumber = '999'\nservices = ['army']", 3, "fire-brigade"),
        ("[[event]]\nat = 1\ndo = 'refresh'\nmode = 'files'\nfiles = ['3f']", 5, "a path"),
        ("[clock]\ndate = 2026-01-01", 2, "2026-01-31T12:00:00+01:00"),
        ("[clock]\ndate = 1999-12-31T23:59:59Z", 2, "from 2000"),
        ("[clock]\ndaylight = 3", 2, "0, 1 or 2"),
        ("[[event]]\nat = 1\ndo = 'sms'\ntext = 'x'", 1, "`from` is missing"),
        ("[[event]]\nat = 1\ndo = 'sms'\npdu = '00'", 1, "pdu"),
        ("[[event]]\nat = 1\ndo = 'sms'\nfrom = '1'\ntext = 'x'\nclass = 4", 1, "no such message"),
        ("[[event]]\nat = 1\ndo = 'date'", 1, "`clock` is missing"),
        ("[[fault]]\nway = 'up'\nnth = 1\ndo = 'lose'", 2, "up"),
        ("[[fault]]\nway = 'to-modem'\nnth = 0\ndo = 'lose'", 3, "from 1"),
        ("[[fault]]\nway = 'to-modem'\nnth = 1\ndo = 'lose'\nby = 3", 5, "by"),
        ("[[fault]]\nway = 'to-modem'\nnth = 1\ndo = 'delay'", 1, "`by` is missing"),
        ("[[command]]\nname = 'Conect'\nrefuse = 1", 2, "Conect"),
        ("[[command]]\nservice = 'Nothing'\nname = 'Connect'\nrefuse = 1", 2, "Nothing"),
        ("[[command]]\nname = 'Connect'", 1, "swallow"),
        ("[[command]]\nname = 'Connect'\nrefuse = 1\ndelay = 2", 1, "refuse"),
        ("[[message]]\nservice = 'XYZ'\nname = 'Reset'\nswallow = true", 2, "XYZ"),
        ("[[message]]\nservice = 'DMS'\nname = 'Get Modle'\nswallow = true", 3, "request"),
        ("[[message]]\nservice = 'DMS'\nname = 'Get Model'\nwithhold = true", 3, "indication"),
        ("[[message]]\nservice = 'DMS'\nname = 'Get Model'\nrefuse = 'oops'", 4, "oops"),
        ("[[message]]\nservice = 'DMS'\nname = 'Get Model'\nonce = true", 1, "one of"),
        ("[[message]]\nservice = 'DMS'\nname = 'Get Model'\nrefuse = 'internal'\ndelay = 1", 1, "one of"),
        ("[qmi]\nclients-per-service = 0", 2, "1 to 254"),
        ("[at]\nmaker = 'nobody'", 2, "nobody"),
        ("[at]\ncmee = 3", 2, "0, 1 or 2"),
        ("[at]\nprogress = 5", 2, "0 to 4"),
        ("[[line]]\nrefuse = 14", 1, "`name` is missing"),
        ("[[line]]\nname = '+CSQ'", 1, "one of"),
        ("[[line]]\nname = '+CSQ'\nrefuse = 14\nswallow = true", 1, "one of"),
        ("[[event]]\nat = 1\ndo = 'wake'\nwake = { cid = 3, data = '' }", 4, "service"),
        ("[[event]]\nat = 1\ndo = 'pco'\npco = '8'", 4, "even number"),
        ("[identity]\nfirmware-id = '5c6c'", 2, "a UUID"),
        ("[[slot]]\n[[slot]]\n[[slot]]\n[[slot]]", 1, "at most 3"),
        ("[sim.phonebook]\ncapacity = 33", 2, "at most 32"),
        ("[sim.phonebook]\n\n[[sim.phonebook.entries]]\nnumber = 'me'\nname = 'x'", 3, "Invalid"),
        ("[[stk.menu]]\nid = 1\ntext = 'x'\nleads-to = { refresh = 1, get-inkey = 'y' }", 4, "one command"),
        ("[[event]]\nat = 1\ndo = 'proactive-command'\nproactive = { raw = 'd103' }", 4, "Invalid"),
        ("[[event]]\nat = 1\ndo = 'proactive-command'", 1, "`proactive` is missing"),
        ("[[event]]\nat = 1\ndo = 'carrier-policy'\npolicy = 'xy'", 4, "hexadecimal"),
        ("[function]\nvendor-services = ['huawei']", 2, "huawei"),
        ("[[vendor.policy]]\ndata = '00'", 1, "`allow` and `refuse`"),
        ("[vendor]\nfcc-maker = 'bb23be'", 2, "four bytes"),
        ("[vendor]\nfcc-maker = '3df8c719'\nfcc-answer = 1", 2, "only one"),
        ("[vendor]\ncarrier-lock = ['1', '2']", 2, "5 to 6 digits"),
        ("[chance]\nto-modem = { loose = 3 }", 2, "loose"),
        ("[sim\n", 1, "[sim"),
        ("[sim]\n[sim]", 2, "[sim]"),
    ];
    for (source, line, key) in cases {
        let error = Scenario::parse("test.toml", source).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.line(), Some(*line), "{source:?}: {text}");
        assert!(text.starts_with(&format!("test.toml:{line}: ")) && text.contains(key), "{source:?}: {text}");
    }
}

#[test]
fn what_is_neither_built_in_nor_a_file_is_told_with_the_choice() {
    let text = Scenario::load("/no/such/file.toml").unwrap_err().to_string();
    assert!(text.contains("/no/such/file.toml") && text.contains("locked-sim"), "{text}");
}
