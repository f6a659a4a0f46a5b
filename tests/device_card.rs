//! The card of the modem, as programs meet it that send APDUs: commands and answers are laid byte by byte after ETSI
//! TS 102 221, 3GPP TS 31.102 and GSMA SGP.22.
#![cfg(feature = "device")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use wwan::device::modem::card::{ATR, ChannelFailure, FileAction, FileStep, ISD_R, ISIM, Layout, Sw, USIM};
use wwan::device::modem::event::Origin;
use wwan::device::modem::sim::{Lock, ReadyState, Sim};
use wwan::device::modem::{Modem, Reason, Setup, SimSetup};
use wwan::time::Instant;

const HOST: Origin = Origin(1);
const NOW: Instant = Instant(60_000);

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn modem(sim: Sim) -> Modem {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    let mut modem = Modem::new(Instant(0), setup);
    modem.poll(NOW);
    modem
}

fn esim() -> Sim {
    let mut sim = Sim::default();
    sim.esim = true;
    sim
}

/// One command as it is; data and status words.
fn raw(modem: &mut Modem, command: &str) -> String {
    let answer = modem.apdu(NOW, HOST, &bytes(command)).unwrap();
    format!("{}{:04x}", hex(answer.data()), answer.sw.0)
}

/// One command with everything fetched.
fn send(modem: &mut Modem, command: &str) -> String {
    let answer = modem.exchange(NOW, HOST, &bytes(command)).unwrap();
    format!("{}{:04x}", hex(answer.data()), answer.sw.0)
}

/// Rows of commands and answers, in order.
fn play(modem: &mut Modem, rows: &[(&str, &str)]) {
    for (command, answer) in rows {
        assert_eq!(send(modem, command), answer.replace(' ', ""), "answer to {command}");
    }
}

fn usim() -> String {
    format!("00a4040c10{}", hex(&USIM))
}

#[test]
fn the_answer_to_reset_is_whole() {
    // Historical bytes as TS and T0 announce, and a check byte over all.
    assert_eq!(ATR[0], 0x3b);
    assert_eq!(ATR[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    let interface_bytes = 4; // TD1, TA... as T0 = 9F and TD1 = 80 say
    assert_eq!(ATR.len(), 2 + interface_bytes - 1 + usize::from(ATR[1] & 0x0f) + 2);
}

#[test]
fn files_hold_what_the_sim_is() {
    let mut modem = modem(Sim::default());
    let label = |id: [u8; 16], name: &str| format!("61184f10{}5004{}", hex(&id), hex(name.as_bytes()));
    let rows: &[(&str, &str)] = &[
        ("00a4000c022fe2", "9000"),
        ("00b000000a", "98000101000000001 0f7 9000"),
        ("00a4000c022f00", "9000"),
        ("00b2010426", &format!("{}{} 9000", label(USIM, "USIM"), "ff".repeat(12))),
        ("00b2020426", &format!("{}{} 9000", label(ISIM, "ISIM"), "ff".repeat(12))),
        ("00b2030426", "6a83"),
        ("00a4000c022f05", "9000"),
        ("00b000000a", "656effffffffffffffff 9000"),
        (&usim(), "9000"),
        ("00a4000c026f07", "9000"),
        ("00b0000009", "080910101032547698 9000"),
        ("00a4000c026fad", "9000"),
        ("00b0000004", "00000002 9000"),
        ("00a4000c026f46", "9000"),
        ("00b0000011", "0154657374204e6574776f726bffffffff 9000"),
        ("00a4000c026f78", "9000"),
        ("00b0000002", "0200 9000"),
        ("00a4000c026f7e", "9000"),
        ("00b000000b", "ffffffff00f1100000ff01 9000"),
        ("00a4000c026f73", "9000"),
        ("00b000000e", "ffffffffffffff00f1100000ff01 9000"),
        ("00a4000c026fe3", "9000"),
        ("00b0000012", "ffffffffffffffffffffffff00f110000001 9000"),
        ("00a4000c026f62", "9000"),
        ("00b0000005", "00f110c880 9000"),
        ("00a4000c026f7b", "9000"),
        ("00b000000c", "ffffffffffffffffffffffff 9000"),
        ("00a4000c026f40", "9000"),
        ("00b2010418", &format!("{}058151551000{} 9000", "ff".repeat(10), "ff".repeat(8))),
        ("00b2020418", &format!("{} 9000", "ff".repeat(24))),
        ("00a4000c026fb7", "9000"),
        ("00b2010404", "11f2ff00 9000"),
        ("00b2020404", "19f1ff00 9000"),
        (&format!("00a4040c10{}", hex(&ISIM)), "9000"),
        ("00a4000c026f02", "9000"),
    ];
    play(&mut modem, rows);
    let impi = "001010123456789@ims.mnc001.mcc001.3gppnetwork.org";
    let read = send(&mut modem, "00b0000050");
    assert!(read.starts_with(&format!("80{:02x}{}", impi.len(), hex(impi.as_bytes()))), "{read}");
    assert!(read.ends_with("ff9000"));
    play(&mut modem, &[("00a4000c026f04", "9000")]);
    let impu = format!("sip:{impi}");
    let read = send(&mut modem, "00b2010450");
    assert!(read.starts_with(&format!("80{:02x}{}", impu.len(), hex(impu.as_bytes()))), "{read}");
}

#[test]
fn selection_answers_with_templates() {
    let mut modem = modem(Sim::default());
    // The root; PIN 1 is off, PIN 2 on.
    let root = "62 20 8202 7821 8302 3f00 a503 800171 8a01 05 8b03 2f0601 c609 900140 830101 830181";
    let usim_template = format!(
        "62 32 8202 7821 8302 7fff 8410 {} a503 800171 8a01 05 8b03 2f0601 c609 900140 830101 830181",
        hex(&USIM)
    );
    let imsi = "62 17 8202 4121 8302 6f07 8a01 05 8b03 6f0602 8002 0009 8801 38";
    let rows: &[(&str, &str)] = &[
        ("00a40004023f00", &format!("{root} 9000")),
        (&format!("00a4040407{}", hex(&USIM[..7])), &format!("{usim_template} 9000")),
        ("00a40004026f07", &format!("{imsi} 9000")),
        ("80f2000034", &format!("{usim_template} 9000")),
        ("80f2000112", &format!("8410{} 9000", hex(&USIM))),
        ("80f2000c00", "9000"),
        // By path from the root, from the application, and from where one is.
        ("00a40804047fff6f07", &format!("{imsi} 9000")),
        ("00a40804022f05", "62 17 8202 4121 8302 2f05 8a01 05 8b03 2f0604 8002 000a 8801 28 9000"),
        ("00a4080c047f106f06", "9000"),
        ("00a4080c047f106f07", "6a82"),
        ("00a4080c037f106f", "6700"),
        ("00a4090c026f06", "9000"),
        // A file is not a directory.
        ("00a4080c047fff2f05", "6a82"),
        ("00a4000c027fff", "9000"),
        ("00a4030400", &format!("{root} 9000")),
        ("00a4000400", &format!("{root} 9000")),
        ("00a4000c022fff", "6a82"),
        ("00a4000c036f0700", "6700"),
        ("00a4010c027f10", "9000"),
        ("00a4010c027f10", "6a82"),
        ("00a4020c026f06", "6a86"),
        ("00a40008023f00", "6a86"),
        ("00a4000c02", "6700"),
    ];
    play(&mut modem, rows);
}

#[test]
fn applications_are_found_by_the_beginning_of_their_name() {
    let mut modem = modem(Sim::default());
    let both = hex(&USIM[..5]);
    let status = |modem: &mut Modem| send(modem, "80f2000112");
    let (usim, isim) = (format!("8410{}9000", hex(&USIM)), format!("8410{}9000", hex(&ISIM)));
    for (p2, named) in [("0c", &usim), ("0e", &isim), ("0f", &usim), ("0d", &isim)] {
        assert_eq!(send(&mut modem, &format!("00a404{p2}05{both}")), "9000");
        assert_eq!(status(&mut modem), *named, "P2 {p2}");
    }
    play(
        &mut modem,
        &[
            (&format!("00a4040e05{both}"), "6a82"),
            // Rules for access to a secure element: there is none, nor ISD-R on this card.
            ("00a4040409a00000015141434c00", "6a82"),
            (&format!("00a4040410{}", hex(&ISD_R)), "6a82"),
            ("00a4040400", "6a82"),
            // The session ends.
            (&format!("00a4044c10{}", hex(&USIM)), "9000"),
            ("80f2000112", "6a88"),
            ("00a4000c027fff", "6a82"),
        ],
    );
}

#[test]
fn lengths_are_corrected_and_answers_wait_as_over_t0() {
    let mut modem = modem(Sim::default());
    let rows: &[(&str, &str)] = &[
        ("00a40004022fe2", "6119"),
        ("00c0000020", "6c19"),
        ("00c0000004", "62178202 6115"),
        ("00c0010015", "6a86"),
        ("00c0000015", "4121 8302 2fe2 8a01 05 8b03 2f0601 8002 000a 8801 10 9000"),
        ("00c0000001", "6985"),
        // What is not fetched at once is lost.
        ("00a40004022fe2", "6119"),
        ("00b0000001", "98 9000"),
        ("00c0000019", "6985"),
        ("00b0000000", "6c0a"),
        ("00b00000", "6c0a"),
        ("00b000010a", "6c09"),
        ("00b0000203", "010100 9000"),
        ("00b0000a01", "6b00"),
        ("00b000", "6700"),
        ("", "6700"),
        ("00a4000c032fe2", "6700"),
        ("00a4000c022fe20000", "6700"),
        // By short identifier, which selects the file.
        ("00b085000a", "656effffffffffffffff 9000"),
        ("00b0000002", "656e 9000"),
        ("00b09f0001", "6a86"),
        ("00b0840001", "6a82"),
        ("00b2010426", "6981"),
        ("00b201f426", &format!("61184f10{}50045553494d{} 9000", hex(&USIM), "ff".repeat(12))),
        ("00b2010427", "6c26"),
        ("00b0000001", "6981"),
        ("00b2000426", "6a83"),
        ("00a4000c023f00", "9000"),
        ("00b0000001", "6986"),
        ("00b2010426", "6986"),
    ];
    for (command, answer) in rows {
        assert_eq!(raw(&mut modem, command), answer.replace(' ', ""), "answer to {command}");
    }
}

#[test]
fn records_are_walked_through() {
    let mut modem = modem(Sim::default());
    let (first, second) = ("11f2ff009000", "19f1ff009000");
    play(
        &mut modem,
        &[
            (&usim(), "9000"),
            ("00a4000c026fb7", "9000"),
            ("00b2000204", first),
            ("00b2000404", first),
            ("00b2000204", second),
            ("00b2000204", "6a83"),
            ("00b2000304", first),
            ("00b2000304", "6a83"),
            // An absolute number does not move the pointer.
            ("00b2020404", second),
            ("00b2000404", first),
            // Selecting anew forgets it; the one before the first is the last.
            ("00a4000c026fb7", "9000"),
            ("00b2000304", second),
            ("00b2000504", "6a86"),
            ("00dc010404 00000000", "6982"),
        ],
    );
}

#[test]
fn classes_and_instructions_are_judged_before_anything_else() {
    let mut modem = modem(Sim::default());
    play(
        &mut modem,
        &[
            ("a0a40000023f00", "6e00"),
            ("10a40000023f00", "6e00"),
            ("ffa40000023f00", "6e00"),
            ("80a40000023f00", "6e00"),
            ("00f2000c00", "6e00"),
            ("04a4000c023f00", "6882"),
            ("0ca4000c023f00", "6882"),
            ("60a4000c023f00", "6882"),
            ("01a4000c023f00", "6881"),
            ("40a4000c023f00", "6881"),
            ("c0f2000c00", "6881"),
            ("00ff000000", "6d00"),
            ("00e2910003bf2d00", "6e00"),
            ("80e2910003bf2d00", "6d00"),
            ("80ca005a00", "6d00"),
        ],
    );
}

#[test]
fn channels_are_counted_and_kept_apart() {
    let mut modem = modem(Sim::default());
    assert_eq!(raw(&mut modem, "0070000000"), "6c01");
    play(
        &mut modem,
        &[
            ("0070000001", "01 9000"),
            ("0070000000", "02 9000"),
            ("0170000001", "03 9000"),
            ("0070000001", "6a81"),
            (&format!("01a4040c10{}", hex(&USIM)), "9000"),
            (&format!("02a4040c10{}", hex(&ISIM)), "9000"),
            ("01a4000c026fad", "9000"),
            ("02a4000c026fad", "9000"),
            ("01b0000004", "00000002 9000"),
            ("02b0000003", "000000 9000"),
            ("00b0000001", "6986"),
            ("00708002", "9000"),
            ("00708002", "6881"),
            ("02b0000003", "6881"),
            ("00708004", "6881"),
            ("00708000", "6a86"),
            ("0070000101", "6a86"),
            ("0070000001", "02 9000"),
            // It begins at the root.
            ("02b0000001", "6986"),
        ],
    );
    assert!(modem.has_channel(HOST, 1) && !modem.has_channel(Origin(2), 1) && !modem.has_channel(HOST, 0));
    modem.forget_host(NOW, Origin(2));
    assert!(modem.has_channel(HOST, 3));
    modem.forget_host(NOW, HOST);
    assert!((0..=19).all(|channel| !modem.has_channel(HOST, channel)));
    assert_eq!(send(&mut modem, "01b0000004"), "6881");
}

#[test]
fn channels_of_a_host_are_opened_with_their_application() {
    let mut modem = modem(Sim::default());
    let open = |modem: &mut Modem, id: &[u8], group| modem.open_channel(NOW, HOST, id, 0x0c, group);
    assert_eq!(open(&mut modem, &ISD_R, 0), Err(ChannelFailure::Select(Sw::NOT_FOUND)));
    for channel in 1..=3 {
        let (number, answer) = open(&mut modem, &USIM, u32::from(channel / 2)).unwrap();
        assert_eq!((number, answer.sw, answer.data().len()), (channel, Sw::OK, 0));
    }
    assert_eq!(open(&mut modem, &USIM, 0), Err(ChannelFailure::NoneLeft(Sw::NOT_SUPPORTED)));
    assert_eq!(modem.close_channel(NOW, Origin(2), 1), Err(ChannelFailure::NotOpened));
    assert_eq!(modem.close_channel(NOW, HOST, 0), Err(ChannelFailure::NotOpened));
    assert_eq!(modem.close_channels(NOW, HOST, 1), Ok(()));
    assert_eq!([1, 2, 3].map(|channel| modem.has_channel(HOST, channel)), [true, false, false]);
    assert_eq!(modem.close_channel(NOW, HOST, 1), Ok(()));
    assert_eq!(modem.close_channel(NOW, HOST, 1), Err(ChannelFailure::NotOpened));
    // With a template.
    let (_, answer) = modem.open_channel(NOW, HOST, &USIM[..7], 0x04, 0).unwrap();
    assert_eq!(answer.data()[..2], [0x62, 0x32]);
}

#[test]
fn codes_and_attempts_are_those_of_the_sim() {
    let mut modem = modem(Sim::with_pin("1234"));
    assert_eq!(modem.ready_state(), ReadyState::Locked);
    let right = "31323334ffffffff";
    let wrong = "30303030ffffffff";
    let verify = |code: &str| format!("0020000108{code}");
    play(
        &mut modem,
        &[
            (&usim(), "9000"),
            ("00a4000c026f07", "9000"),
            ("00b0000009", "6982"),
            ("00a4000c026fad", "9000"),
            ("00b0000004", "00000002 9000"),
            ("0020000100", "63c3"),
            ("002c000100", "63ca"),
            (&verify(wrong), "63c2"),
            ("0020000100", "63c2"),
            // None of these costs an attempt.
            ("002000010731323334ffffff", "6700"),
            (&verify("31323334ff35ffff"), "6a80"),
            (&verify("41424344ffffffff"), "6a80"),
            (&verify("313233ffffffffff"), "6a80"),
            ("0020000208313233 34ffffffff", "6a88"),
            ("0020010108313233 34ffffffff", "6a86"),
            ("0020000100", "63c2"),
        ],
    );
    assert_eq!(modem.lock_after(Lock::Pin1).attempts, 2);
    play(&mut modem, &[(&verify(right), "9000"), ("0020000100", "63c3")]);
    assert_eq!(modem.ready_state(), ReadyState::Initialized);
    modem.poll(Instant(NOW.0 + 5_000));
    assert!(modem.serving_network().is_some(), "the modem goes on by itself");
    play(
        &mut modem,
        &[
            ("00a4000c026f07", "9000"),
            ("00b0000009", "080910101032547698 9000"),
            (&format!("0024000110{right}35353535ffffffff"), "9000"),
            (&format!("0026000108{right}"), "63c2"),
            ("00260001083535353 5ffffffff", "9000"),
            (&verify("35353535ffffffff"), "6984"),
            ("00280001083535353 5ffffffff", "9000"),
            ("00280001083535353 5ffffffff", "6985"),
            ("00260081083535353 5ffffffff", "6a88"),
            (&verify(wrong), "63c2"),
            (&verify(wrong), "63c1"),
            (&verify(wrong), "63c0"),
            (&verify(wrong), "6983"),
            (&verify("35353535ffffffff"), "6983"),
            ("0020000100", "6983"),
            ("00b0000009", "6982"),
        ],
    );
    assert_eq!(modem.lock().unwrap().lock, Lock::Puk1);
    assert!(modem.serving_network().is_none(), "a blocked card ends service");
    play(
        &mut modem,
        &[
            (&format!("002c0001103030303030303030{right}"), "63c9"),
            (&format!("002c0001103132333435363738{right}"), "9000"),
            ("00b0000009", "080910101032547698 9000"),
        ],
    );
    assert_eq!(modem.sim().unwrap().pin1.pin, "1234");
}

#[test]
fn the_second_code_guards_what_it_should() {
    let mut modem = modem(Sim::default());
    play(
        &mut modem,
        &[
            (&usim(), "9000"),
            ("00a4000c026f56", "9000"),
            ("00b0000001", "00 9000"),
            ("00d600000101", "6982"),
            ("0020008108 35363738ffffffff".replace(' ', "").as_str(), "9000"),
            ("00d600000101", "9000"),
            ("00b0000001", "01 9000"),
            // The maker's files stay as they are.
            ("00a4000c026f07", "9000"),
            ("00d600000101", "6982"),
        ],
    );
}

#[test]
fn what_is_written_stays_with_the_card() {
    let mut modem = modem(Sim::default());
    play(
        &mut modem,
        &[
            (&usim(), "9000"),
            ("00a4000c026f7b", "9000"),
            ("00d600030362f210", "9000"),
            ("00d6000a0362f210", "6700"),
            ("00d6000c0162", "6b00"),
            ("00a4000c026f42", "9000"),
            ("00dc01040100", "6700"),
            (&format!("00dc010428{}", "2a".repeat(40)), "9000"),
            (&format!("00dc020428{}", "2a".repeat(40)), "6a83"),
            ("00d600000100", "6981"),
        ],
    );
    modem.reset_card(NOW, false).unwrap();
    let later = Instant(NOW.0 + 5_000);
    let fplmn = |modem: &mut Modem| {
        let path = bytes("7fff6f7b");
        let read = FileAction::ReadBytes { offset: 0, count: 0 };
        let outcome = modem.file(later, HOST, &USIM, &path, "", read).unwrap();
        assert_eq!((outcome.step, outcome.answer.sw), (FileStep::Acted, Sw::OK));
        hex(outcome.answer.data())
    };
    assert_eq!(fplmn(&mut modem), "ffffff62f210ffffffffffff");
    let read = modem.file(later, HOST, &USIM, &bytes("7fff6f42"), "", FileAction::ReadRecord(1)).unwrap();
    assert_eq!(read.answer.data(), [0x2a; 40]);
    assert_eq!(read.info.unwrap().layout, Layout::Records { len: 40, count: 1 });
    let look = modem.file(later, HOST, &USIM, &bytes("7fff6f42"), "", FileAction::Look).unwrap();
    assert_eq!(hex(look.answer.data()), "621982054221002801 83026f428a01058b036f06038002002888 00".replace(' ', ""));
    modem.insert_sim(later, Sim::default());
    modem.poll(Instant(later.0 + 1_000));
    let path = bytes("7fff6f7b");
    let read = FileAction::ReadBytes { offset: 0, count: 0 };
    let outcome = modem.file(Instant(later.0 + 1_000), HOST, &USIM, &path, "", read).unwrap();
    assert_eq!(outcome.answer.data(), [0xff; 12], "another card");
}

#[test]
fn challenges_are_answered_in_the_applications() {
    // 3GPP TS 35.208, set 1.
    let rand = "23553cbe9637a89d218ae64dae47bf35";
    let challenge = format!("008800812210{rand}1055f328b43577b9b94a9ffac354dfafb3");
    let forged = format!("008800812210{rand}1055f328b43577b9b94a9ffac354dfafb2");
    let (res, ck) = ("a54211d5e3ba50bf", "b40ba9a3c58b2a05bbf0d987b21bf8cb");
    let (ik, kc) = ("f769bcd751044604127672711c6d3441", "eae4be823af9a08b");
    let mut modem = modem(Sim::default());
    play(
        &mut modem,
        &[
            (&challenge, "6985"),
            (&usim(), "9000"),
            (&forged, "9862"),
            (&challenge, &format!("db08{res}10{ck}10{ik}08{kc} 9000")),
            (&format!("008800801110{rand}"), &format!("0446f8416a08{kc} 9000")),
            (&format!("008800801010{}", &rand[2..]), "6700"),
            (&format!("008800801111{rand}"), "6a80"),
            (&format!("008800821110{rand}"), "6a86"),
            (&format!("00a4040c10{}", hex(&ISIM)), "9000"),
            (&format!("008800801110{rand}"), "6a86"),
        ],
    );
    // The same challenge again, whatever the application: AUTS has the number that was seen, under f5*.
    let answer = send(&mut modem, &challenge);
    assert!(answer.starts_with("dc0e") && answer.ends_with("9000") && answer.len() == 2 * 18, "{answer}");
    let concealed = u64::from_str_radix(&answer[4..16], 16).unwrap();
    assert_eq!(concealed ^ 0x451e_8bec_a43b, 0xff9b_b4d0_b607);
}

#[test]
fn the_terminal_is_heard() {
    let mut modem = modem(Sim::default());
    play(
        &mut modem,
        &[
            ("8010000004ff7f0100", "9000"),
            ("8012000001", "6985"),
            ("80aa000005a903 800101".replace(' ', "").as_str(), "9000"),
            ("80aa000005a904 800101".replace(' ', "").as_str(), "6a80"),
            ("80aa000003800101", "6a80"),
            ("8014000003810301", "6985"),
        ],
    );
    assert_eq!(modem.terminal_profile(), [0xff, 0x7f, 0x01, 0x00]);
    assert_eq!(modem.told_capabilities().as_slice(), [[0x80, 1, 1].as_slice()]);
    // An event of the toolkit that the card takes, and one that it does not know.
    assert_eq!(send(&mut modem, "80c200000bd6098202828119010a2000"), "9000");
    assert_eq!(send(&mut modem, "80c2000002d700"), "6a80");
}

#[test]
fn an_embedded_sim_lists_and_switches_its_profile() {
    let mut modem = modem(esim());
    let select = format!("00a4040010{}", hex(&ISD_R));
    let fci = format!("6f1884 10{}a5049f6501ff 9000", hex(&ISD_R));
    let iccid = "5a0a980001010000000010f7";
    let profile = |state: u8| {
        let fields = format!(
            "{iccid}4f10a0000005591010ffffffff89000010009f7001{state:02x}910c54657374204e6574776f726b920c54657374204e6574776f726b950102"
        );
        let len = fields.len() / 2;
        format!("bf2d{:02x}a0{:02x}e3{len:02x}{fields} 9000", len + 4, len + 2)
    };
    let eid = "89049032000001000000000000000074";
    play(
        &mut modem,
        &[
            ("80e2910003bf2d00", "6d00"),
            (&select, &fci),
            ("80e2910006bf3e035c015a", &format!("bf3e125a10{eid} 9000")),
            ("80ca005a12", &format!("5a10{eid} 9000")),
            ("80ca00ff00", "6a88"),
            ("80e2910003bf2d00", &profile(1)),
            // In two blocks.
            ("80e2110002bf2d", "9000"),
            ("80e291010100", &profile(1)),
            // By name, and by one that is not there.
            (&format!("80e2910011bf2d0ea00c{iccid}"), &profile(1)),
            ("80e2910011bf2d0ea00c5a0a99999999999999999999", "bf2d02a000 9000"),
            ("80e2910003bf2800", "bf2802a000 9000"),
            ("80e2910003bf4300", "bf4300 9000"),
            ("80e2910003bf9900", "6a80"),
            ("80e2910003bf2d01", "6a80"),
            ("80e2900003bf2d00", "6a86"),
            (&format!("80e2910014bf3211a00c{iccid}8101ff"), "bf3203800100 9000"),
        ],
    );
    assert_eq!(modem.ready_state(), ReadyState::NoProfile);
    assert!(modem.serving_network().is_none());
    play(
        &mut modem,
        &[
            (&format!("80e2910014bf3211a00c{iccid}8101ff"), "bf3203800102 9000"),
            ("80e2910003bf2d00", &profile(0)),
            ("80e2910014bf3111a00c5a0a999999999999999999998101ff", "bf3103800101 9000"),
            (&usim(), "6a82"),
            ("00a4000c022fe2", "6a82"),
            (&select, &fci),
            (&format!("80e2910014bf3111a00c{iccid}8101ff"), "bf3103800100 9000"),
            (&usim(), "9000"),
        ],
    );
    assert_eq!(modem.ready_state(), ReadyState::Initialized);
    // What the chip is begins with the version that is spoken, and with the issuers it trusts.
    play(&mut modem, &[(&select, &fci)]);
    let info = send(&mut modem, "80e2910003bf2000");
    assert!(info.starts_with("bf20358203020200a9160414f54172bd"), "{info}");
    let info = send(&mut modem, "80e2910003bf2200");
    assert!(info.starts_with("bf22") && info.contains("8203020200") && info.ends_with("9000"), "{info}");
    let addresses = send(&mut modem, "80e2910003bf3c00");
    assert!(addresses.starts_with("bf3c178115"), "{addresses}");
}

#[test]
fn a_card_that_does_not_answer_says_why() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let mut empty = Modem::new(Instant(0), setup);
    assert_eq!(empty.atr(Instant(0)).unwrap_err().reason, Reason::NotReady);
    assert_eq!(empty.atr(NOW).unwrap_err().reason, Reason::SimAbsent);
    let mut bad = Sim::default();
    bad.bad = true;
    assert_eq!(modem(bad).apdu(NOW, HOST, &[0; 5]).unwrap_err().reason, Reason::SimBad);
    let mut fine = modem(Sim::default());
    fine.reset_card(NOW, false).unwrap();
    assert_eq!(fine.exchange(NOW, HOST, &[0; 5]).unwrap_err().reason, Reason::NotReady);
    assert_eq!(fine.ready_state(), ReadyState::NotInitialized);
    fine.poll(Instant(NOW.0 + 5_000));
    assert_eq!(fine.ready_state(), ReadyState::Initialized);
    assert!(fine.serving_network().is_some());
}

#[test]
fn no_command_upsets_the_card() {
    let mut modem = modem(esim());
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    const INSTRUCTIONS: &[u8] = &[
        0x10, 0x12, 0x14, 0x20, 0x24, 0x26, 0x28, 0x2c, 0x70, 0x88, 0xa4, 0xaa, 0xb0, 0xb2, 0xc0, 0xc2, 0xca, 0xd6,
        0xdc, 0xe2, 0xf2,
    ];
    for round in 0..20_000 {
        if round % 50 == 0 {
            let select = [format!("00a4040c10{}", hex(&ISD_R)), usim()][random() as usize % 2].clone();
            let _ = modem.exchange(NOW, HOST, &bytes(&select));
        }
        let mut command: Vec<u8> = (0..random() % 24).map(|_| random() as u8).collect();
        if let [class, instruction, p1, p2, rest @ ..] = &mut command[..] {
            *class = [0x00, 0x80, 0x01, *class][random() as usize % 4];
            *instruction = INSTRUCTIONS[random() as usize % INSTRUCTIONS.len()];
            *p1 = [0, 4, 8, 0x91, *p1][random() as usize % 5];
            *p2 = [0, 4, 0x0c, 0x81, *p2][random() as usize % 5];
            if let [lc, data @ ..] = rest {
                *lc = u8::try_from(data.len()).unwrap();
            }
        }
        let Ok(answer) = modem.exchange(NOW, HOST, &command) else { panic!("{command:x?}") };
        assert!(answer.data().len() <= 256);
        assert!(matches!(answer.sw.first(), 0x62..=0x6f | 0x90..=0x9f), "{:x?} to {command:x?}", answer.sw);
    }
}
