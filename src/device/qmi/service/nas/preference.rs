//! What a host prefers: technologies, bands, the choice of a network, preferred networks.
//!
//! Request and response of the system selection preference number the same TLVs differently, and the choice of a network is
//! laid out differently, too.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::nas as wire;

use super::super::super::call::{Call, Outcome, Refused, Step};
use super::refused;
use super::system::restriction;
use super::terms::{INVALID, Plmn, any, interface, modes, of_modes, plmn, technologies};
use crate::device::modem::band::{BandSet, Bands, GsmBands};
use crate::device::modem::network::{PREFERRED, PacketState, Provider, Selection, Technologies};
use crate::device::modem::preferences::{
    Domain, GENERATIONS, NEWEST_FIRST, Preferences, Restriction, Roaming, Usage, VoiceDomain,
};
use crate::device::modem::{Modem, Text, text};

// Bands.

/// Bands of GSM and UMTS by the service's bits.
const GSM: &[(wire::BandPreference, GsmBands)] = &[
    (wire::BandPreference::GSM450, GsmBands::GSM_450),
    (wire::BandPreference::GSM480, GsmBands::GSM_480),
    (wire::BandPreference::GSM750, GsmBands::GSM_750),
    (wire::BandPreference::GSM850, GsmBands::GSM_850),
    (wire::BandPreference::GSM900_PRIMARY, GsmBands::GSM_900),
    (wire::BandPreference::GSM900_EXTENDED, GsmBands::GSM_900),
    (wire::BandPreference::GSM_DCS1800, GsmBands::GSM_1800),
    (wire::BandPreference::GSM_PCS1900, GsmBands::GSM_1900),
];

const UMTS: &[(wire::BandPreference, u16)] = &[
    (wire::BandPreference::WCDMA2100, 1),
    (wire::BandPreference::WCDMA_PCS1900, 2),
    (wire::BandPreference::WCDMA_DCS1800, 3),
    (wire::BandPreference::WCDMA1700_US, 4),
    (wire::BandPreference::WCDMA850_US, 5),
    (wire::BandPreference::WCDMA800, 6),
    (wire::BandPreference::WCDMA2600, 7),
    (wire::BandPreference::WCDMA900, 8),
    (wire::BandPreference::WCDMA1700_JAPAN, 9),
    (wire::BandPreference::WCDMA1500, 11),
    (wire::BandPreference::WCDMA850_JAPAN, 19),
];

/// Bands of GSM and UMTS as the service has them.
pub(in super::super) fn band_preference(bands: &Bands) -> wire::BandPreference {
    let gsm = GSM.iter().filter(|(_, band)| bands.gsm.contains(*band)).map(|(bit, _)| *bit);
    let umts = UMTS.iter().filter(|(_, band)| bands.umts.contains(*band)).map(|(bit, _)| *bit);
    gsm.chain(umts).fold(wire::BandPreference::empty(), |all, bit| all | bit)
}

fn of_band_preference(wanted: wire::BandPreference) -> (GsmBands, BandSet<1>) {
    let gsm = GSM.iter().filter(|(bit, _)| wanted.contains(*bit));
    let mut umts = BandSet::default();
    for (_, band) in UMTS.iter().filter(|(bit, _)| wanted.contains(*bit)) {
        umts.insert(*band);
    }
    (gsm.fold(GsmBands::empty(), |all, (_, band)| all | *band), umts)
}

/// LTE bands 1 to 64, with the service's bits.
fn lte_preference(bands: &Bands) -> wire::LteBandPreference {
    let [low, ..] = bands.lte.0;
    wire::LteBandPreference::from_bits_retain(low)
}

// Technologies, the way before.

/// Technologies as the preference of old: automatic, if the device may use all it has.
fn legacy(modem: &Modem, allowed: Technologies) -> wire::RadioTechnologyPreference {
    use wire::RadioTechnologyPreference as Old;
    let device = modem.technologies();
    let usable = device & allowed;
    if usable == device {
        return Old::AUTO;
    }
    let pairs = [
        (Technologies::SECOND, Old::_3GPP | Old::AMPS_OR_GSM),
        (Technologies::THIRD, Old::_3GPP | Old::CDMA_OR_WCDMA),
        (Technologies::FOURTH, Old::_3GPP | Old::LTE),
    ];
    let bits = pairs.iter().filter(|(technologies, _)| usable.intersects(*technologies));
    bits.fold(Old::empty(), |all, (_, bit)| all | *bit)
}

fn of_legacy(wanted: wire::RadioTechnologyPreference) -> Technologies {
    use wire::RadioTechnologyPreference as Old;
    let pairs = [
        (Old::AMPS_OR_GSM, Technologies::SECOND),
        (Old::CDMA_OR_WCDMA, Technologies::THIRD),
        (Old::LTE, Technologies::FOURTH | Technologies::NR_NSA),
    ];
    let named = pairs.iter().filter(|(bit, _)| wanted.contains(*bit) && wanted.contains(Old::_3GPP));
    let named = named.fold(Technologies::empty(), |all, (_, technologies)| all | *technologies);
    match wanted {
        _ if wanted.is_empty() => any(),
        Old::_3GPP => Technologies::SECOND | Technologies::THIRD,
        // LTE is of no other family, so it needs none to be named.
        Old::LTE => Technologies::FOURTH | Technologies::NR_NSA,
        _ => named,
    }
}

pub(super) fn technology(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_technology_preference::Message>(|r, modem| {
        let (now, kept) = (modem.preferences().technologies, modem.kept_preferences().technologies);
        r.active(wire::TechnologyPreference {
            technology_preference: legacy(modem, now),
            technology_preference_duration: match now == kept {
                true => wire::PreferenceDuration::PERMANENT,
                false => wire::PreferenceDuration::POWER_CYCLE,
            },
        });
        r.persistent(legacy(modem, kept));
    })
}

pub(super) fn set_technology(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<wire::set_technology_preference::Message>().current()?;
    let kept = match wanted.technology_preference_duration {
        wire::PreferenceDuration::PERMANENT => true,
        wire::PreferenceDuration::POWER_CYCLE => false,
        // For the length of a call: there are no calls to wait for.
        _ => return Err(Refused(ProtocolError::NOT_SUPPORTED)),
    };
    let technologies = of_legacy(wanted.technology_preference);
    if (call.modem.technologies() & technologies).is_empty() {
        return Err(Refused(ProtocolError::INVALID_TECHNOLOGY_PREFERENCE));
    }
    call.modem.prefer(call.now, kept, |preferences| preferences.technologies = technologies).map_err(refused)?;
    Ok(Step::Success)
}

// System selection.

pub(super) fn selection(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_system_selection_preference::Message>(|r, modem| {
        let preferences = modem.preferences();
        let bands = &preferences.bands;
        r.emergency_mode(preferences.emergency);
        r.mode_preference(modes(modem.usable_technologies()));
        r.band_preference(band_preference(bands));
        r.roaming_preference(match preferences.roaming {
            Roaming::Any => wire::RoamingPreference::ANY,
            Roaming::HomeOnly => wire::RoamingPreference::OFF,
            Roaming::RoamingOnly => wire::RoamingPreference::NOT_OFF,
        });
        r.lte_band_preference(lte_preference(bands));
        r.network_selection_preference(match preferences.selection {
            Selection::Automatic => wire::NetworkSelectionPreference::AUTOMATIC,
            Selection::Manual(_) => wire::NetworkSelectionPreference::MANUAL,
        });
        if let Selection::Manual(plmn) = &preferences.selection {
            let Plmn { mcc, mnc, three_digits } = Plmn::of(plmn);
            r.manual_network_selection(wire::ManualNetworkSelection { mcc, mnc, includes_pcs_digit: three_digits });
        }
        r.service_domain_preference(match preferences.domain {
            Domain::Both => wire::ServiceDomainPreference::CS_PS,
            Domain::Circuit => wire::ServiceDomainPreference::CS_ONLY,
            Domain::Packet => wire::ServiceDomainPreference::PS_ONLY,
        });
        let device = modem.technologies();
        let place = |generation| preferences.order.iter().position(|each| *each == generation).unwrap_or(GENERATIONS);
        let old = device.intersects(Technologies::SECOND) && device.intersects(Technologies::THIRD);
        r.gsm_wcdma_acquisition_order_preference(match place(Technologies::SECOND).cmp(&place(Technologies::THIRD)) {
            core::cmp::Ordering::Less if old => wire::GsmWcdmaAcquisitionOrderPreference::GSM,
            core::cmp::Ordering::Greater if old => wire::GsmWcdmaAcquisitionOrderPreference::WCDMA,
            _ => wire::GsmWcdmaAcquisitionOrderPreference::AUTOMATIC,
        });
        let order = preferences.order.iter().map(|generation| interface(*generation));
        let order: Vec<_, GENERATIONS> = crate::device::collect(order);
        r.acquisition_order_preference(order.as_slice().into());
        r.network_selection_registration_restriction(restriction(preferences.restriction));
        r.usage_preference(match preferences.usage {
            Usage::Voice => wire::UsagePreference::VOICE_CENTRIC,
            Usage::Data => wire::UsagePreference::DATA_CENTRIC,
        });
        r.voice_domain_preference(match preferences.voice {
            VoiceDomain::Circuit => wire::VoiceDomainPreference::CS_ONLY,
            VoiceDomain::Packet => wire::VoiceDomainPreference::PS_ONLY,
            VoiceDomain::CircuitPreferred => wire::VoiceDomainPreference::CS_PREFERRED,
            VoiceDomain::PacketPreferred => wire::VoiceDomainPreference::PS_PREFERRED,
        });
        r.disabled_modes(wire::RatModePreference::empty());
        let [mask_low, mask_mid_low, mask_mid_high, mask_high] = bands.lte.0;
        r.extended_lte_band_preference(wire::ExtendedLteBandPreference {
            mask_low,
            mask_mid_low,
            mask_mid_high,
            mask_high,
        });
        if device.intersects(Technologies::FIFTH) {
            let [mask_0, mask_1, mask_2, mask_3, mask_4, mask_5, mask_6, mask_7] = bands.nr_sa.0;
            r.nr5g_sa_band_preference(wire::Nr5gSaBandPreference {
                mask_0,
                mask_1,
                mask_2,
                mask_3,
                mask_4,
                mask_5,
                mask_6,
                mask_7,
            });
            let [mask_0, mask_1, mask_2, mask_3, mask_4, mask_5, mask_6, mask_7] = bands.nr_nsa.0;
            r.nr5g_nsa_band_preference(wire::Nr5gNsaBandPreference {
                mask_0,
                mask_1,
                mask_2,
                mask_3,
                mask_4,
                mask_5,
                mask_6,
                mask_7,
            });
        }
    })
}

/// What a request wants changed.
#[derive(Default)]
struct Wanted {
    emergency: Option<bool>,
    technologies: Option<Technologies>,
    old_bands: Option<(GsmBands, BandSet<1>)>,
    lte_low: Option<u64>,
    lte: Option<BandSet<4>>,
    nr_sa: Option<BandSet<8>>,
    nr_nsa: Option<BandSet<8>>,
    roaming: Option<Roaming>,
    domain: Option<Domain>,
    order: Option<Vec<Technologies, GENERATIONS>>,
    old_first: Option<Option<Technologies>>,
    restriction: Option<Restriction>,
    usage: Option<Usage>,
    voice: Option<VoiceDomain>,
    selection: Option<Selection>,
}

impl Wanted {
    fn apply(&self, to: &mut Preferences) {
        fn put<T: Clone>(to: &mut T, from: &Option<T>) {
            if let Some(from) = from {
                to.clone_from(from);
            }
        }
        put(&mut to.emergency, &self.emergency);
        put(&mut to.technologies, &self.technologies);
        if let Some((gsm, umts)) = self.old_bands {
            (to.bands.gsm, to.bands.umts) = (gsm, umts);
        }
        if let (Some(low), [word, ..]) = (self.lte_low, &mut to.bands.lte.0) {
            *word = low;
        }
        put(&mut to.bands.lte, &self.lte);
        put(&mut to.bands.nr_sa, &self.nr_sa);
        put(&mut to.bands.nr_nsa, &self.nr_nsa);
        put(&mut to.roaming, &self.roaming);
        put(&mut to.domain, &self.domain);
        put(&mut to.order, &self.order);
        if let Some(first) = self.old_first {
            let pair = match first {
                Some(Technologies::SECOND) => [Technologies::SECOND, Technologies::THIRD],
                _ => [Technologies::THIRD, Technologies::SECOND],
            };
            let places = to.order.iter_mut().filter(|each| pair.contains(each));
            places.zip(pair).for_each(|(place, generation)| *place = generation);
        }
        put(&mut to.restriction, &self.restriction);
        put(&mut to.usage, &self.usage);
        put(&mut to.voice, &self.voice);
        put(&mut to.selection, &self.selection);
    }
}

/// An order of generations from an order of radio interfaces: those that are missing come last.
fn order(device: Technologies, list: impl Iterator<Item = wire::RadioInterface>) -> Vec<Technologies, GENERATIONS> {
    let generation = |interface: wire::RadioInterface| match interface {
        wire::RadioInterface::UNKNOWN | wire::RadioInterface::NONE => None,
        _ => NEWEST_FIRST.iter().copied().find(|generation| {
            let of = technologies(interface);
            of != any() && generation.intersects(of & !Technologies::NR_NSA)
        }),
    };
    let mut order: Vec<Technologies, GENERATIONS> = Vec::new();
    for each in list.filter_map(generation).chain(NEWEST_FIRST) {
        if device.intersects(each) && !order.contains(&each) {
            let _ = order.push(each);
        }
    }
    order
}

pub(super) fn set_selection(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::set_system_selection_preference::Message>();
    let kept = match request.change_duration()? {
        None | Some(wire::ChangeDuration::PERMANENT) => true,
        Some(wire::ChangeDuration::POWER_CYCLE) => false,
        Some(_) => return Err(INVALID),
    };
    let mut wanted = Wanted { emergency: request.emergency_mode()?, ..Wanted::default() };
    wanted.technologies = request.mode_preference()?.map(of_modes);
    wanted.old_bands = request.band_preference()?.map(of_band_preference);
    wanted.lte_low = request.lte_band_preference()?.map(|bands| bands.bits());
    wanted.lte = request
        .extended_lte_band_preference()?
        .map(|bands| BandSet([bands.mask_low, bands.mask_mid_low, bands.mask_mid_high, bands.mask_high]));
    wanted.nr_sa = request
        .nr5g_sa_band_preference()?
        .map(|b| BandSet([b.mask_0, b.mask_1, b.mask_2, b.mask_3, b.mask_4, b.mask_5, b.mask_6, b.mask_7]));
    wanted.nr_nsa = request
        .nr5g_nsa_band_preference()?
        .map(|b| BandSet([b.mask_0, b.mask_1, b.mask_2, b.mask_3, b.mask_4, b.mask_5, b.mask_6, b.mask_7]));
    wanted.roaming = match request.roaming_preference()? {
        None => None,
        Some(wire::RoamingPreference::OFF) => Some(Roaming::HomeOnly),
        Some(wire::RoamingPreference::NOT_OFF) => Some(Roaming::RoamingOnly),
        Some(wire::RoamingPreference::NOT_FLASHING | wire::RoamingPreference::ANY) => Some(Roaming::Any),
        Some(_) => return Err(INVALID),
    };
    let mut attach = None;
    wanted.domain = match request.service_domain_preference()? {
        None => None,
        Some(wire::ServiceDomainPreference::CS_ONLY) => Some(Domain::Circuit),
        Some(wire::ServiceDomainPreference::PS_ONLY) => Some(Domain::Packet),
        Some(wire::ServiceDomainPreference::CS_PS) => Some(Domain::Both),
        Some(wire::ServiceDomainPreference::PS_ATTACH) => {
            attach = Some(true);
            None
        }
        Some(wire::ServiceDomainPreference::PS_DETACH) => {
            attach = Some(false);
            None
        }
        Some(_) => return Err(INVALID),
    };
    let device = call.modem.technologies();
    wanted.order = request.acquisition_order_preference()?.map(|list| order(device, list.iter()));
    wanted.old_first = match request.gsm_wcdma_acquisition_order_preference()? {
        None => None,
        Some(wire::GsmWcdmaAcquisitionOrderPreference::AUTOMATIC) => Some(None),
        Some(wire::GsmWcdmaAcquisitionOrderPreference::GSM) => Some(Some(Technologies::SECOND)),
        Some(wire::GsmWcdmaAcquisitionOrderPreference::WCDMA) => Some(Some(Technologies::THIRD)),
        Some(_) => return Err(INVALID),
    };
    wanted.restriction = match request.network_selection_registration_restriction()? {
        None => None,
        Some(wire::NetworkSelectionRegistrationRestriction::UNRESTRICTED) => Some(Restriction::None),
        Some(wire::NetworkSelectionRegistrationRestriction::CAMPED_ONLY) => Some(Restriction::CampedOnly),
        Some(wire::NetworkSelectionRegistrationRestriction::LIMITED) => Some(Restriction::Limited),
        Some(_) => return Err(INVALID),
    };
    wanted.usage = match request.usage_preference()? {
        None | Some(wire::UsagePreference::UNKNOWN) => None,
        Some(wire::UsagePreference::VOICE_CENTRIC) => Some(Usage::Voice),
        Some(wire::UsagePreference::DATA_CENTRIC) => Some(Usage::Data),
        Some(_) => return Err(INVALID),
    };
    wanted.voice = match request.voice_domain_preference()? {
        None => None,
        Some(wire::VoiceDomainPreference::CS_ONLY) => Some(VoiceDomain::Circuit),
        Some(wire::VoiceDomainPreference::PS_ONLY) => Some(VoiceDomain::Packet),
        Some(wire::VoiceDomainPreference::CS_PREFERRED) => Some(VoiceDomain::CircuitPreferred),
        Some(wire::VoiceDomainPreference::PS_PREFERRED) => Some(VoiceDomain::PacketPreferred),
        Some(_) => return Err(INVALID),
    };
    let three_digits = request.mnc_pcs_digit_include_status()?.unwrap_or(false);
    wanted.selection = match request.network_selection_preference()? {
        None => None,
        Some(chosen) => Some(match chosen.mode {
            wire::NetworkSelectionPreference::AUTOMATIC => Selection::Automatic,
            wire::NetworkSelectionPreference::MANUAL => Selection::Manual(plmn(chosen.mcc, chosen.mnc, three_digits)?),
            _ => return Err(INVALID),
        }),
    };
    // Of technologies that the device does not have: read, so that nonsense is refused, and of no effect.
    request.cdma_prl_preference()?;
    request.td_scdma_band_preference()?;
    call.modem.prefer(call.now, kept, |preferences| wanted.apply(preferences)).map_err(refused)?;
    let origin = call.origin();
    let packet = call.modem.packet_service().state;
    let ticket = match attach {
        Some(true) if packet != PacketState::Attached => call.modem.request_attach(call.now, origin),
        Some(false) if packet != PacketState::Detached => call.modem.request_detach(call.now, origin),
        _ => return Ok(Step::Success),
    };
    call.wait(ticket.map_err(refused)?, 0, |_, _, outcome| outcome.map(|()| Step::Success).map_err(refused))
}

// Preferred networks.

/// Access technologies of the list on the SIM (3GPP TS 31.102 §4.2.5).
fn access(technologies: Technologies) -> wire::PlmnAccessTechnologyIdentifier {
    use wire::PlmnAccessTechnologyIdentifier as Access;
    let pairs = [
        (Technologies::FIFTH, Access::NGRAN),
        (Technologies::FOURTH, Access::EUTRAN),
        (Technologies::THIRD, Access::UTRAN),
        (Technologies::SECOND, Access::GSM),
    ];
    let bits = pairs.iter().filter(|(each, _)| technologies.intersects(*each));
    bits.fold(Access::empty(), |all, (_, bit)| all | *bit)
}

fn of_access(access: wire::PlmnAccessTechnologyIdentifier) -> Technologies {
    use wire::PlmnAccessTechnologyIdentifier as Access;
    let pairs = [
        (Technologies::FIFTH, Access::NGRAN),
        (Technologies::FOURTH, Access::EUTRAN),
        (Technologies::THIRD, Access::UTRAN),
        (Technologies::SECOND, Access::GSM),
        (Technologies::SECOND, Access::GSM_COMPACT),
    ];
    let named = pairs.iter().filter(|(_, bit)| access.contains(*bit));
    named.fold(Technologies::empty(), |all, (each, _)| all | *each)
}

pub(super) fn preferred_networks(call: &mut Call<'_, '_>) -> Outcome {
    // The list is on the SIM.
    call.modem.home_provider().map_err(refused)?;
    call.answer::<wire::get_preferred_networks::Message>(|r, modem| {
        let providers = modem.preferred_providers();
        let list = providers.iter().map(|provider| {
            let Plmn { mcc, mnc, .. } = Plmn::of(&provider.plmn);
            wire::PreferredNetwork { mcc, mnc, radio_access_technology: access(provider.technologies) }
        });
        let list: Vec<_, PREFERRED> = crate::device::collect(list);
        r.preferred_networks(list.as_slice().into());
        let digits = providers.iter().map(|provider| Plmn::of(&provider.plmn).digits());
        let digits: Vec<_, PREFERRED> = crate::device::collect(digits);
        r.mnc_pcs_digit_include_status(digits.as_slice().into());
    })
}

/// The name of a network, as far as it is known.
pub(super) fn name_of(modem: &Modem, plmn: &str) -> Text<40> {
    let networks = modem.networks().iter().map(|network| (&network.plmn, &network.name));
    let known = modem.preferred_providers().iter().chain(modem.home_providers());
    let known = known.map(|provider| (&provider.plmn, &provider.name));
    let named = networks.chain(known).find(|(known, name)| **known == *plmn && !name.is_empty());
    let home = || modem.home_provider().ok().filter(|home| home.plmn == *plmn).map(|home| home.name);
    named.map(|(_, name)| text(name)).or_else(home).unwrap_or_default()
}

pub(super) fn set_preferred_networks(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::set_preferred_networks::Message>();
    call.modem.home_provider().map_err(refused)?;
    let digits = request.mnc_pcs_digit_include_status()?;
    let clear = request.clear_previous_preferred_networks()?.unwrap_or(false);
    let list = request.preferred_networks()?;
    if list.is_none() && !clear {
        return Err(Refused(ProtocolError::MISSING_ARGUMENT));
    }
    let mut providers: Vec<Provider, PREFERRED> = Vec::new();
    for wanted in list.into_iter().flatten() {
        let three = digits.into_iter().flatten().find(|entry| (entry.mcc, entry.mnc) == (wanted.mcc, wanted.mnc));
        let plmn = plmn(wanted.mcc, wanted.mnc, three.is_some_and(|entry| entry.includes_pcs_digit))?;
        let mut provider = Provider::new(&plmn, &name_of(call.modem, &plmn));
        provider.technologies = of_access(wanted.radio_access_technology);
        providers.push(provider).map_err(|_| Refused(ProtocolError::DEVICE_STORAGE_FULL))?;
    }
    if !clear {
        // The first entries are overwritten, the others stay.
        for provider in call.modem.preferred_providers().iter().skip(providers.len()) {
            providers.push(provider.clone()).map_err(|_| Refused(ProtocolError::DEVICE_STORAGE_FULL))?;
        }
    }
    let origin = call.origin();
    call.modem.set_preferred_providers(origin, providers);
    Ok(Step::Success)
}
