//! Names of networks, the home network, and the time that networks tell.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::nas as wire;
use qmi_wire::text::Fixed;

use super::super::super::call::{Call, Outcome, Refused};
use super::super::super::tell::Tell;
use super::preference::name_of;
use super::terms::{Plmn, fixed, interface, plmn as digits_of};
use super::{Client, refused};
use crate::device::modem::clock::Date;
use crate::device::modem::{Modem, Text};

pub(super) fn home(call: &mut Call<'_, '_>) -> Outcome {
    let home = call.modem.home_provider().map_err(refused)?;
    let Plmn { mcc, mnc, three_digits } = Plmn::of(&home.plmn);
    call.answer::<wire::get_home_network::Message>(|r, _| {
        r.home_network(wire::HomeNetwork { mcc, mnc, description: home.name.as_str().into() });
        r.home_network_3gpp_mnc(wire::HomeNetwork3gppMnc { is_3gpp: true, includes_pcs_digit: three_digits });
        r.network_name_source(wire::NetworkNameSource::SERVICE_PROVIDER_NAME);
    })
}

/// UTF-16 of a name, as bytes in the service's order.
fn ucs2(name: &str) -> Vec<u8, 80> {
    let mut bytes = Vec::new();
    for unit in name.encode_utf16() {
        let _ = bytes.extend_from_slice(&unit.to_le_bytes());
    }
    bytes
}

/// Writes what response and indication have alike.
macro_rules! put_operator {
    ($r:ident, $modem:ident) => {{
        if let Ok(home) = $modem.home_provider() {
            // At home the name of the network is told, too; abroad the provider's name is not asked for.
            $r.service_provider_name(wire::ServiceProviderName {
                name_display_condition: wire::NetworkNameDisplayCondition::DISPLAY_REGISTERED_PLMN_IF_KNOWN_NETWORK,
                name: home.name.as_str().into(),
            });
            let (mcc, mnc) = fixed(&home.plmn);
            let list = [wire::OperatorPlmn {
                mcc: Fixed::from(&mcc),
                mnc: Fixed::from(&mnc),
                lac1: 0,
                lac2: 0xfffe,
                plmn_name_record_identifier: 1,
            }];
            $r.operator_plmn_list((&list).into());
            let name = ucs2(&home.name);
            let list = [wire::OperatorPlmnName {
                name_encoding: wire::PlmnEncodingScheme::UCS2LE,
                short_country_initials: wire::PlmnNameCountryInitials::INITIALS_DO_NOT_ADD,
                long_name_spare_bits: wire::PlmnNameSpareBits::UNKNOWN,
                short_name_spare_bits: wire::PlmnNameSpareBits::UNKNOWN,
                long_name: name.as_slice().into(),
                short_name: name.as_slice().into(),
            }];
            $r.operator_plmn_name((&list).into());
            $r.operator_string_name(home.name.as_str().into());
        }
        if let Some(network) = $modem.serving_network() {
            let name = ucs2(&network.name);
            $r.nitz_information(wire::NitzInformation {
                name_encoding: wire::PlmnEncodingScheme::UCS2LE,
                short_country_initials: wire::PlmnNameCountryInitials::INITIALS_DO_NOT_ADD,
                long_name_spare_bits: wire::PlmnNameSpareBits::UNKNOWN,
                short_name_spare_bits: wire::PlmnNameSpareBits::UNKNOWN,
                long_name: name.as_slice().into(),
                short_name: name.as_slice().into(),
            });
        }
    }};
}

pub(super) fn operator(call: &mut Call<'_, '_>) -> Outcome {
    call.modem.home_provider().map_err(refused)?;
    call.answer::<wire::get_operator_name::Message>(|r, modem| put_operator!(r, modem))
}

/// The network has told its name.
pub(super) fn tell(t: &mut Tell<'_, '_>) {
    let wanted = t.state::<Client>().is_some_and(|client| client.registered.name);
    if wanted && t.modem.registration().is_registered() {
        t.send::<wire::operator_name_indication::Message>(|r, modem| put_operator!(r, modem));
    }
}

pub(super) fn plmn(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::get_plmn_name::Message>();
    let wanted = request.plmn()?;
    let three_digits = request.mnc_pcs_digit_include_status()?.unwrap_or(false);
    let always = request.always_send_plmn_name()?.unwrap_or(false);
    let quiet = request.suppress_sim_error()?.unwrap_or(false);
    let static_only = request.use_static_table_only()?.unwrap_or(false);
    if !quiet && !static_only {
        call.modem.home_provider().map_err(refused)?;
    }
    let plmn = digits_of(wanted.mcc, wanted.mnc, three_digits)?;
    let name = name_of(call.modem, &plmn);
    if name.is_empty() && !always {
        return Err(Refused(ProtocolError::INFORMATION_UNAVAILABLE));
    }
    let is_home = call.modem.is_home(&plmn);
    let provider: Text<40> = match call.modem.home_provider() {
        Ok(home) if is_home => home.name,
        _ => Text::new(),
    };
    call.answer::<wire::get_plmn_name::Message>(|r, modem: &Modem| {
        use wire::NetworkDescriptionEncoding as Encoding;
        let coded = |name: &str| match name.is_ascii() {
            true => (Encoding::ASCII7, Vec::from_slice(name.as_bytes()).unwrap_or_default()),
            false => (Encoding::UNICODE, ucs2(name)),
        };
        let ((provider_encoding, provider), (encoding, name)) = (coded(&provider), coded(&name));
        r.eons_plmn_name_3gpp(wire::EonsPlmnName3gpp {
            service_provider_name_encoding: provider_encoding,
            service_provider_name: provider.as_slice().into(),
            short_name_encoding: encoding,
            short_name_country_initials: wire::PlmnNameCountryInitials::INITIALS_DO_NOT_ADD,
            short_name_spare_bits: wire::PlmnNameSpareBits::UNKNOWN,
            short_name: name.as_slice().into(),
            long_name_encoding: encoding,
            long_name_country_initials: wire::PlmnNameCountryInitials::INITIALS_DO_NOT_ADD,
            long_name_spare_bits: wire::PlmnNameSpareBits::UNKNOWN,
            long_name: name.as_slice().into(),
        });
        let boolean = |on| if on { wire::Boolean::TRUE } else { wire::Boolean::FALSE };
        r.display_bit_information(wire::DisplayBitInformation {
            service_provider_name_set: boolean(is_home),
            plmn_name_set: boolean(!name.is_empty()),
        });
        r.network_information(boolean(is_home));
        let serving = modem.serving_network().is_some_and(|network| network.plmn == plmn);
        r.network_name_source(match (serving, is_home) {
            (true, _) => wire::NetworkNameSource::NITZ,
            (false, true) => wire::NetworkNameSource::SERVICE_PROVIDER_NAME,
            (false, false) => wire::NetworkNameSource::MCC_MNC,
        });
    })
}

// Time.

fn universal(date: Date) -> wire::UniversalTime {
    let utc = date.universal();
    let Date { year, month, day, hour, minute, second, .. } = utc;
    wire::UniversalTime { year, month, day, hour, minute, second, day_of_week: wire::DayOfWeek(utc.weekday()) }
}

pub(super) fn time(call: &mut Call<'_, '_>) -> Outcome {
    let date = call.modem.date(call.now);
    if !call.modem.registration().is_registered() {
        return Err(Refused(ProtocolError::INFORMATION_UNAVAILABLE));
    }
    call.answer::<wire::get_network_time::Message>(|r, modem| {
        r.time_3gpp(wire::Time3gpp {
            universal_time: universal(date),
            timezone_offset: date.zone,
            daylight_savings_adjustment: wire::DaylightSavingsAdjustment(date.daylight),
            radio_interface: interface(modem.serving_technology()),
        });
    })
}

/// The network has told the time.
pub(super) fn tell_time(t: &mut Tell<'_, '_>, date: Date) {
    if !t.state::<Client>().is_some_and(|client| client.registered.network_time) {
        return;
    }
    t.send::<wire::network_time_indication::Message>(|r, modem| {
        r.universal_time(universal(date));
        r.timezone_offset(date.zone);
        r.daylight_savings_adjustment(wire::DaylightSavingsAdjustment(date.daylight));
        r.radio_interface(interface(modem.serving_technology()));
    });
}
