//! All that gives the parameters of an answer a meaning, tried on one text: for the hostile texts of the tests, and for
//! fuzzing.

use at_wire::parameter::{Choice, Octets, Rest, Str};
use at_wire::text::charset::Charset;
use at_wire::{address, command, identity, input, radio, time};

/// What parameters mean, of whatever command.
pub(crate) fn meanings(text: &[u8]) {
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
