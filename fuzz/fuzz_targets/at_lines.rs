//! Any bytes as what a modem sends, in one piece and in pieces; every line as an answer, a URC, a result code, a command
//! line.
//!
//! Input: how long the pieces are (one byte), bytes.
#![no_main]

use at_wire::classify::{Pending, classify};
use at_wire::framer::{Announcement, Delimiter, Event, Expected, Framer, Length};
use at_wire::parameter::{Choice, Octets, Rest, Str};
use at_wire::result::Options;
use at_wire::text::charset::Charset;
use at_wire::urc::PacketEvent;
use at_wire::{address, catalogue, command, identity, input, policy, radio, time};
use libfuzzer_sys::fuzz_target;

const ANNOUNCED: &[Announcement<'_>] = &[
    Announcement { name: "+USORD", length: Length::Parameter(1), delimiter: Delimiter::Quote },
    Announcement { name: "+QIRD", length: Length::Parameter(0), delimiter: Delimiter::LineEnd },
    Announcement { name: "+RECEIVE", length: Length::Parameter(1), delimiter: Delimiter::ColonLineEnd },
    Announcement { name: "+IPD", length: Length::Parameter(0), delimiter: Delimiter::Colon },
];

fuzz_target!(|data: &[u8]| {
    let Some((&piece, stream)) = data.split_first() else { return };
    let whole = events(stream, stream.len());
    assert_eq!(events(stream, usize::from(piece)), whole, "pieces matter");
    line(stream);
});

/// The events, with counted bytes joined.
fn events(stream: &[u8], piece: usize) -> Vec<(u8, Vec<u8>)> {
    let expected = Expected {
        echo: b"AT",
        prompts: &[b">", b"@"],
        announcements: ANNOUNCED,
        multiline: &["+CUSD"],
        connects: true,
        eight_bit: false,
    };
    let mut buffer = [0; 64];
    let mut framer = Framer::new(&mut buffer);
    let mut told: Vec<(u8, Vec<u8>)> = Vec::new();
    for mut input in stream.chunks(piece.max(1)) {
        while let Some(event) = framer.next(&mut input, &expected) {
            let event = match event {
                Event::Line(text) => {
                    line(text);
                    (0, text.to_vec())
                }
                Event::Echo => (1, Vec::new()),
                Event::Overlong { start, len } => (2, [start, &len.to_le_bytes()].concat()),
                Event::Prompt(index) => (3, index.to_le_bytes().to_vec()),
                Event::Header { line, len } => (4, [line, &len.to_le_bytes()].concat()),
                Event::Payload { bytes, .. } => {
                    match told.last_mut().filter(|last| last.0 == 5) {
                        Some(last) => last.1.extend_from_slice(bytes),
                        None => told.push((5, bytes.to_vec())),
                    }
                    continue;
                }
            };
            told.push(event);
        }
    }
    told
}

fn line(line: &[u8]) {
    let pending = Pending { names: &["+CREG", "+CUSD"], reads: true, ..Pending::default() };
    let _ = classify(line, Some(&pending), at_wire::urc::standard::NAMES, Options::LENIENT);
    let _ = catalogue::decode(line, None);
    for command in ["+CREG?", "+COPS=?", "+CSIM=1", "^SYSCFGEX=?", "+CGDCONT?"] {
        let _ = catalogue::decode(line, Some(command));
    }
    let _ = command::network::operators(line).count();
    let _ = command::network::Registration::parse("+CEREG", line);
    let _ = PacketEvent::parse(line);
    meanings(line);
    if let Ok(commands) = policy::commands(line) {
        assert!(commands.count() <= line.len());
    }
}

/// What parameters mean, of whatever command.
fn meanings(text: &[u8]) {
    use command::vendor::{altair, cinterion, huawei, icera, mbm, quectel, telit, ublox};

    let (rest, string) = (Rest(text), Str(text));
    if let Some(masked) = address::masked(text) {
        assert!(masked.prefix.is_none_or(|prefix| prefix <= 128));
    }
    if let Ok(clock) = time::Clock::parse(text) {
        assert!(clock.time.month <= 12 && clock.time.hour < 24);
    }
    let _ = (identity::Iccid::parse(text), identity::Plmn::parse(text), identity::mnc_length(text));
    let _ = identity::service_provider_name(text).map(|name| name.chars().count());
    assert!(identity::emergency_numbers(text).count() <= text.len());
    if let Ok(text) = core::str::from_utf8(text) {
        assert!(identity::serial_numbers(text).count() <= text.len() + 1);
        assert!(input::settings(text).count() <= text.len() + 1);
        assert!(input::numbers(text).count() <= text.len() + 1);
        let _ = (identity::compare_versions(text, "1.2"), quectel::Firmware::parse(text), cinterion::gprs_status(text));
        let _ = radio::generation_of(text);
    }
    let _ = command::packet::DynamicContext::parse(text);
    let _ = command::sim::StatusWord::of(Octets::Digits(text));
    for name in ["+CMGL", "+CMGR", "+CMT"] {
        let _ = (command::sms::PduLine::parse(name, text), command::sms::TextLine::parse(name, text));
    }
    let answer = command::equipment::cind::TestAnswer { indicators: rest };
    assert!(command::equipment::indicators(answer).count() <= text.len() + 1);
    assert!(huawei::interface_states(rest).count() <= text.len() + 1);
    let _ = (huawei::bands(Choice(text)), huawei::acquisition_modes(string, radio::Generations::ALL));
    assert!(huawei::ports(huawei::getportmode::ReadAnswer { ports: rest }).count() <= text.len() + 1);
    assert!(altair::bands(rest).count() <= text.len() + 1);
    let _ = altair::PcoInfo::parse(text);
    let _ = icera::addresses(icera::ipdpaddr::SetAnswer { cid: 1, addresses: rest });
    assert!(mbm::addresses(mbm::e2ipcfg::ReadAnswer { groups: rest }).count() <= text.len() + 1);
    assert!(ublox::numbered_bands(rest).count() <= text.len() + 1);
    for name in ["Radio/Band", "Radio/Band/2G", "Radio/Band/4G"] {
        for charset in [Charset::Ira, Charset::Ucs2] {
            if let Some(mask) = cinterion::BandMask::of(name.into(), rest, charset) {
                assert!(mask.bands(cinterion::Family::Imt).count() <= 128);
            }
        }
    }
    let all = telit::Bands { gsm: true, utran: true, eutran: true, newer_utran: true, high_eutran: true };
    let choice = Choice(text);
    let test = telit::bnd::TestAnswer { band: choice, umts: choice, lte: choice, td_scdma: choice, lte_high: choice };
    assert!(all.test(test).count() <= 200);
}
