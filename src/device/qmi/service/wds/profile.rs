//! Profiles: the model's contexts under QMI's numbers. What a profile has beyond a context is kept as its notes: numbers of
//! TLVs, each with a value of the length that belongs to it.

use core::net::{Ipv4Addr, Ipv6Addr};

use heapless::Vec;
use qmi_wire::service::wds::*;
use qmi_wire::text::Rest;
use qmi_wire::{Builder as _, Exchange, ProtocolError, TlvSet};

use super::session::{ANYWHERE, AT_HOME};
use super::words::{auth, authentication, pdp_type};
use super::{Client, WATCHED};
use crate::device::collect;
use crate::device::modem::bearer::{Auth, CONTEXTS, Context, IpKind};
use crate::device::modem::event::Origin;
use crate::device::modem::network::PacketState;
use crate::device::modem::profile::{ATTACH_PROFILES, Autoconnect, AutoconnectMode, NOTES_LEN, Usage};
use crate::device::modem::{Failure, Modem, Reason, Text};
use crate::device::qmi::call::{Call, On, Outcome, Refused, Step};

const NAME: u8 = 0x10;
const PDP_TYPE: u8 = 0x11;
const APN: u8 = 0x14;
const USER: u8 = 0x1b;
const PASSWORD: u8 = 0x1c;
const AUTHENTICATION: u8 = 0x1d;
const DISABLED: u8 = 0x2f;
const NO_ROAMING: u8 = 0x3e;
/// Servers of the IP multimedia subsystem are asked for in protocol configuration options.
pub(super) const PCSCF_BY_PCO: u8 = 0x1f;
/// Name servers, the first one and the second one.
const DNS4: [u8; 2] = [0x15, 0x16];
const DNS6: [u8; 2] = [0x2b, 0x2c];
/// The connection is for signalling of the IP multimedia subsystem only.
pub(super) const IMCN: u8 = 0x22;

/// Bytes of the value of a TLV that is kept among the notes.
const fn noted_len(tlv: u8) -> Option<usize> {
    Some(match tlv {
        0x12 | 0x13 | PCSCF_BY_PCO | 0x20 | 0x21 | IMCN | 0x25 | 0x26 | 0x27 | 0x2d | 0xde | 0xdf => 1,
        // Of authentication only what a context cannot say: either way.
        AUTHENTICATION => 1,
        0x15 | 0x16 | 0x1e | 0x50 => 4,
        0xdd => 8,
        0x28 | 0x2b | 0x2c => 16,
        0x2e => 17,
        0x19 | 0x1a => 20,
        0x17 | 0x18 => 33,
        0x29 | 0x2a => 34,
        _ => return None,
    })
}

/// TLVs that are kept among the notes of a context, in the order of their numbers.
fn notes(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (tlv, after) = rest.split_first()?;
        let (value, after) = after.split_at_checked(noted_len(*tlv)?)?;
        rest = after;
        Some((*tlv, value))
    })
}

fn noted(modem: &Modem, id: u32, tlv: u8) -> Option<&[u8]> {
    notes(modem.context_notes(id)).find(|(kind, _)| *kind == tlv).map(|(_, value)| value)
}

/// Whether a choice among the notes is on.
pub(super) fn noted_flag(modem: &Modem, id: u32, tlv: u8) -> bool {
    noted(modem, id, tlv).is_some_and(|value| value != [0])
}

/// How to authenticate, if a context leaves the choice to the network.
pub(super) fn noted_authentication(modem: &Modem, context: &Context) -> Option<Authentication> {
    let stored = modem.context(context.id).is_some_and(|stored| stored.auth == context.auth);
    let note = noted(modem, context.id, AUTHENTICATION)?;
    (stored && context.auth == Auth::Chap && note == [BOTH.bits()]).then_some(BOTH)
}

/// The name servers that a profile prefers, of IPv4 and IPv6.
pub(super) fn noted_name_servers(modem: &Modem, id: u32) -> (Vec<Ipv4Addr, 2>, Vec<Ipv6Addr, 2>) {
    let of = |tlvs: [u8; 2]| tlvs.into_iter().filter_map(move |tlv| noted(modem, id, tlv));
    let v4 = of(DNS4).filter_map(|value| value.first_chunk()).map(|value| Ipv4Addr::from(u32::from_le_bytes(*value)));
    let v6 = of(DNS6).filter_map(|value| value.first_chunk::<16>()).map(|value| Ipv6Addr::from(*value));
    (collect(v4.filter(|server| !server.is_unspecified())), collect(v6.filter(|server| !server.is_unspecified())))
}

const BOTH: Authentication = Authentication::PAP.union(Authentication::CHAP);

/// Why a message on profiles failed: an error, and for [`ProtocolError::EXTENDED_INTERNAL`] a word more.
#[derive(Clone, Copy, Debug)]
struct Problem(ProtocolError, DsProfileError);

impl From<DsProfileError> for Problem {
    fn from(error: DsProfileError) -> Self {
        Self(ProtocolError::EXTENDED_INTERNAL, error)
    }
}

impl From<ProtocolError> for Problem {
    fn from(error: ProtocolError) -> Self {
        Self(error, DsProfileError::UNKNOWN)
    }
}

impl From<Refused> for Problem {
    fn from(Refused(error): Refused) -> Self {
        error.into()
    }
}

impl From<qmi_wire::DecodeError> for Problem {
    fn from(error: qmi_wire::DecodeError) -> Self {
        Refused::from(error).into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure.reason {
            Reason::Full => DsProfileError::_3GPP_OUT_OF_PROFILES.into(),
            Reason::InvalidIndex => DsProfileError::_3GPP_CONTEXT_NOT_DEFINED.into(),
            Reason::TooLong => DsProfileError::INVALID_PARAMETER_LENGTH.into(),
            _ => Refused::from(failure).into(),
        }
    }
}

/// The TLV that says more than the error.
const EXTENDED_ERROR: u8 = 0xe0;

fn refuse<M: Exchange>(call: &mut Call<'_, '_>, Problem(error, extended): Problem) -> Outcome {
    call.refuse::<M>(error, |r, _| {
        if error == ProtocolError::EXTENDED_INTERNAL {
            r.writer().put(EXTENDED_ERROR, &extended);
        }
    })
}

/// This device has profiles of one kind.
fn is_3gpp(kind: ProfileType) -> Result<(), Problem> {
    match kind {
        ProfileType::_3GPP => Ok(()),
        _ => Err(DsProfileError::INVALID_PROFILE_TYPE.into()),
    }
}

fn stored<const N: usize>(from: Rest<'_>) -> Result<Text<N>, Problem> {
    let text = from.to_str().ok_or(DsProfileError::INVALID_ARGUMENT)?;
    Text::try_from(text).map_err(|_| DsProfileError::INVALID_PARAMETER_LENGTH.into())
}

/// Changes a context as the TLVs of a request say, which are the same in all requests; and its notes.
fn change(tlvs: TlvSet<'_>, context: &mut Context, kept: &[u8]) -> Result<Vec<u8, NOTES_LEN>, Problem> {
    if let Some(name) = tlvs.get::<Rest<'_>>(NAME)? {
        context.name = stored(name)?;
    }
    context.ip = match tlvs.get::<PdpType>(PDP_TYPE)? {
        None => context.ip,
        Some(PdpType::IPV4) => IpKind::V4,
        Some(PdpType::IPV6) => IpKind::V6,
        Some(PdpType::IPV4_OR_IPV6) => IpKind::V4V6,
        Some(_) => return Err(ProtocolError::INVALID_PDP_TYPE.into()),
    };
    if let Some(apn) = tlvs.get::<Rest<'_>>(APN)? {
        context.apn = stored(apn)?;
    }
    if let Some(user) = tlvs.get::<Rest<'_>>(USER)? {
        context.user = stored(user)?;
    }
    if let Some(password) = tlvs.get::<Rest<'_>>(PASSWORD)? {
        context.password = stored(password)?;
    }
    if let Some(wanted) = tlvs.get::<Authentication>(AUTHENTICATION)? {
        if !BOTH.contains(wanted) {
            return Err(DsProfileError::INVALID_ARGUMENT.into());
        }
        context.auth = auth(wanted);
    }
    if let Some(disabled) = tlvs.get::<bool>(DISABLED)? {
        context.disabled = disabled;
    }
    if let Some(at_home) = tlvs.get::<bool>(NO_ROAMING)? {
        context.roaming = if at_home { AT_HOME } else { ANYWHERE };
    }
    let mut bytes = Vec::new();
    for tlv in 0..=u8::MAX {
        let Some(len) = noted_len(tlv) else { continue };
        let old = notes(kept).find(|(kind, _)| *kind == tlv).map(|(_, value)| value);
        let value = match tlvs.find(tlv) {
            Some(value) => Some(value.get(..len).ok_or(ProtocolError::MALFORMED_MESSAGE)?),
            None => old,
        };
        let too_long = |_| Problem::from(DsProfileError::INVALID_PARAMETER_LENGTH);
        if let Some(value) = value {
            bytes.push(tlv).map_err(|_| too_long(()))?;
            bytes.extend_from_slice(value).map_err(|_| too_long(()))?;
        }
    }
    Ok(bytes)
}

/// Writes a context and its notes: the TLVs are the same in all answers.
fn tell<'b>(r: &mut impl qmi_wire::Builder<'b>, modem: &Modem, context: &Context) {
    let writer = r.writer();
    writer.put(NAME, &Rest::<{ usize::MAX }>::from(context.name.as_str()));
    writer.put(PDP_TYPE, &pdp_type(context.ip));
    writer.put(APN, &Rest::<{ usize::MAX }>::from(context.apn.as_str()));
    writer.put(USER, &Rest::<{ usize::MAX }>::from(context.user.as_str()));
    writer.put(PASSWORD, &Rest::<{ usize::MAX }>::from(context.password.as_str()));
    let auth = noted_authentication(modem, context).unwrap_or(authentication(context.auth));
    writer.put(AUTHENTICATION, &auth);
    for (tlv, value) in notes(modem.context_notes(context.id)).filter(|(tlv, _)| *tlv != AUTHENTICATION) {
        writer.put(tlv, &Rest::<{ usize::MAX }>::from(value));
    }
    writer.put(DISABLED, &context.disabled);
}

/// The model's number for contexts that the user has stored.
const BY_USER: u32 = 1;

fn new_context() -> Context {
    Context { ip: IpKind::V4V6, roaming: ANYWHERE, source: BY_USER, ..Context::default() }
}

fn identifier(id: u32) -> ProfileIdentifier {
    ProfileIdentifier { profile_type: ProfileType::_3GPP, profile_index: u8::try_from(id).unwrap_or(u8::MAX) }
}

fn make(call: &mut Call<'_, '_>, kind: ProfileType) -> Result<u32, Problem> {
    is_3gpp(kind)?;
    let mut context = new_context();
    let notes = change(call.tlvs, &mut context, &[])?;
    let by = call.origin();
    let id = call.modem.create_context(by, context)?;
    call.modem.set_context_notes(id, &notes)?;
    Ok(id)
}

pub(super) fn create(call: &mut Call<'_, '_>) -> Outcome {
    let kind = call.request::<create_profile::Message>().profile_type()?;
    match make(call, kind) {
        Ok(id) => call.answer::<create_profile::Message>(|r, _| {
            r.profile_identifier(identifier(id));
        }),
        Err(problem) => refuse::<create_profile::Message>(call, problem),
    }
}

/// A profile with the number that the host wants; these answers say no more than an error.
pub(super) fn create_indexed(call: &mut Call<'_, '_>) -> Outcome {
    let ProfileIdentifier { profile_type, profile_index } =
        call.request::<swi_create_profile_indexed::Message>().profile_identifier()?;
    let id = u32::from(profile_index);
    if profile_type != ProfileType::_3GPP {
        return Err(Refused(ProtocolError::INVALID_PROFILE_TYPE));
    }
    if id == 0 || call.modem.context(id).is_some() {
        return Err(Refused(ProtocolError::INVALID_PROFILE));
    }
    let mut context = Context { id, ..new_context() };
    let plain = |Problem(error, _)| match error {
        ProtocolError::EXTENDED_INTERNAL => Refused(ProtocolError::INVALID_ARGUMENT),
        error => Refused(error),
    };
    let notes = change(call.tlvs, &mut context, &[]).map_err(plain)?;
    let by = call.origin();
    call.modem.store_context(by, context).map_err(|_| Refused(ProtocolError::NO_FREE_PROFILE))?;
    call.modem.set_context_notes(id, &notes)?;
    call.answer::<swi_create_profile_indexed::Message>(|r, _| {
        r.profile_identifier(identifier(id));
    })
}

/// The profile of that kind and number.
fn found(modem: &Modem, kind: ProfileType, index: u8) -> Result<&Context, Problem> {
    is_3gpp(kind)?;
    if index == 0 {
        return Err(DsProfileError::INVALID_PROFILE_NUMBER.into());
    }
    modem.context(index.into()).ok_or(DsProfileError::_3GPP_CONTEXT_NOT_DEFINED.into())
}

pub(super) fn modify(call: &mut Call<'_, '_>) -> Outcome {
    let profile = call.request::<modify_profile::Message>().profile_identifier()?;
    let changed = (|| {
        let mut context = found(call.modem, profile.profile_type, profile.profile_index)?.clone();
        let (by, id) = (call.origin(), context.id);
        let notes = change(call.tlvs, &mut context, call.modem.context_notes(id))?;
        call.modem.set_context_notes(id, &notes)?;
        call.modem.store_context(by, context)?;
        Ok(())
    })();
    match changed {
        Ok(()) => Ok(Step::Success),
        Err(problem) => refuse::<modify_profile::Message>(call, problem),
    }
}

pub(super) fn delete(call: &mut Call<'_, '_>) -> Outcome {
    let profile = call.request::<delete_profile::Message>().profile_identifier()?;
    let by = call.origin();
    let found = found(call.modem, profile.profile_type, profile.profile_index).map(|context| context.id);
    match found.and_then(|id| call.modem.delete_context(by, id).map_err(Problem::from)) {
        Ok(()) => Ok(Step::Success),
        Err(problem) => refuse::<delete_profile::Message>(call, problem),
    }
}

pub(super) fn list(call: &mut Call<'_, '_>) -> Outcome {
    let kind = call.request::<get_profile_list::Message>().profile_type()?.unwrap_or(ProfileType::_3GPP);
    match is_3gpp(kind) {
        Err(problem) if kind != ProfileType::ALL => return refuse::<get_profile_list::Message>(call, problem),
        _ => {}
    }
    call.answer::<get_profile_list::Message>(|r, modem| {
        let numbers = (1..=u32::from(u8::MAX)).filter_map(|id| modem.context(id));
        let list: Vec<Profile<'_>, CONTEXTS> = collect(numbers.map(|context| Profile {
            profile_type: ProfileType::_3GPP,
            profile_index: identifier(context.id).profile_index,
            profile_name: context.name.as_str().into(),
        }));
        r.profile_list(list.as_slice().into());
    })
}

pub(super) fn settings(call: &mut Call<'_, '_>) -> Outcome {
    let profile = call.request::<get_profile_settings::Message>().profile_id()?;
    if let Err(problem) = found(call.modem, profile.profile_type, profile.profile_index) {
        return refuse::<get_profile_settings::Message>(call, problem);
    }
    call.answer::<get_profile_settings::Message>(|r, modem| {
        if let Some(context) = modem.context(profile.profile_index.into()) {
            tell(r, modem, context);
            r.roaming_disallowed_flag(context.roaming == AT_HOME);
        }
    })
}

pub(super) fn defaults(call: &mut Call<'_, '_>) -> Outcome {
    let kind = call.request::<get_default_settings::Message>().profile_type()?;
    if let Err(problem) = is_3gpp(kind) {
        return refuse::<get_default_settings::Message>(call, problem);
    }
    call.answer::<get_default_settings::Message>(|r, modem| {
        tell(r, modem, &new_context());
        r.pdp_header_compression_type(PdpHeaderCompressionType::OFF);
        r.pdp_data_compression_type(PdpDataCompressionType::OFF);
    })
}

fn usage(family: ProfileFamily) -> Result<Usage, Problem> {
    match family {
        ProfileFamily::EMBEDDED => Ok(Usage::Embedded),
        ProfileFamily::TETHERED => Ok(Usage::Tethered),
        _ => Err(DsProfileError::_3GPP_INVALID_PROFILE_FAMILY.into()),
    }
}

pub(super) fn default_number(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<get_default_profile_number::Message>().profile_type()?;
    match is_3gpp(wanted.kind).and_then(|()| usage(wanted.family)) {
        Ok(usage) => call.answer::<get_default_profile_number::Message>(|r, modem| {
            r.index(identifier(modem.default_context(usage)).profile_index);
        }),
        Err(problem) => refuse::<get_default_profile_number::Message>(call, problem),
    }
}

pub(super) fn set_default_number(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<set_default_profile_number::Message>().profile_identifier()?;
    let chosen = (|| {
        let id = found(call.modem, wanted.kind, wanted.index)?.id;
        Ok(call.modem.set_default_context(usage(wanted.family)?, id)?)
    })();
    match chosen {
        Ok(()) => Ok(Step::Success),
        Err(problem) => refuse::<set_default_profile_number::Message>(call, problem),
    }
}

pub(super) fn watch(call: &mut Call<'_, '_>) -> Outcome {
    let list = call.request::<configure_profile_event_list::Message>().register()?.unwrap_or_default();
    if list.len() > WATCHED {
        return Err(Refused(ProtocolError::REQUESTED_NUMBER_UNSUPPORTED));
    }
    if list.iter().any(|one| !matches!(one.profile_type, ProfileType::_3GPP | ProfileType::ALL)) {
        return Err(Refused(ProtocolError::INVALID_PROFILE_TYPE));
    }
    call.state::<Client>()?.watched = collect(list);
    Ok(Step::Success)
}

// Connecting by itself.

pub(super) fn autoconnect(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_autoconnect_settings::Message>(|r, modem| {
        let Autoconnect { mode, home_only } = modem.autoconnect();
        r.status(match mode {
            AutoconnectMode::Off => AutoconnectSetting::DISABLED,
            AutoconnectMode::On => AutoconnectSetting::ENABLED,
            AutoconnectMode::Paused => AutoconnectSetting::PAUSED,
        });
        r.roaming(if home_only { AutoconnectSettingRoaming::HOME_ONLY } else { AutoconnectSettingRoaming::ALLOWED });
    })
}

pub(super) fn set_autoconnect(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_autoconnect_settings::Message>();
    let invalid = Refused(ProtocolError::INVALID_ARGUMENT);
    let mode = match request.status()? {
        AutoconnectSetting::DISABLED => AutoconnectMode::Off,
        AutoconnectSetting::ENABLED => AutoconnectMode::On,
        AutoconnectSetting::PAUSED => AutoconnectMode::Paused,
        _ => return Err(invalid),
    };
    let home_only = match request.roaming()? {
        None => call.modem.autoconnect().home_only,
        Some(AutoconnectSettingRoaming::ALLOWED) => false,
        Some(AutoconnectSettingRoaming::HOME_ONLY) => true,
        Some(_) => return Err(invalid),
    };
    let mut autoconnect = call.modem.autoconnect();
    (autoconnect.mode, autoconnect.home_only) = (mode, home_only);
    call.modem.set_autoconnect(call.now, autoconnect);
    Ok(Step::Success)
}

// Attaching.

pub(super) fn attach_parameters(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_lte_attach_parameters::Message>(|r, modem| {
        let context = modem.attach_context();
        r.apn(context.apn.as_str().into());
        r.ip_support_type(match context.ip {
            IpKind::V4 => IpSupportType::IPV4,
            IpKind::V6 => IpSupportType::IPV6,
            _ => IpSupportType::IPV4V6,
        });
        r.ota_attach_performed(modem.packet_service().state == PacketState::Attached);
    })
}

pub(super) fn attach_limit(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_max_lte_attach_pdn_number::Message>(|r, _| {
        r.info(u8::try_from(ATTACH_PROFILES).unwrap_or(u8::MAX));
    })
}

pub(super) fn set_attach_list(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_lte_attach_pdn_list::Message>();
    let again = match request.action()? {
        None | Some(AttachPdnListAction::NONE) => false,
        Some(AttachPdnListAction::DETACH_OR_PDN_DISCONNECT) => true,
        Some(_) => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let list = request.list()?;
    if list.len() > ATTACH_PROFILES {
        return Err(Refused(ProtocolError::REQUESTED_NUMBER_UNSUPPORTED));
    }
    let list: Vec<u32, ATTACH_PROFILES> = collect(list.iter().map(u32::from));
    let (now, by): (_, Origin) = (call.now, call.origin());
    let ticket = call.modem.request_attach_profiles(now, by, &list, again).map_err(|failure| match failure.reason {
        Reason::InvalidIndex => Refused(ProtocolError::INVALID_PROFILE),
        _ => failure.into(),
    })?;
    match ticket {
        None => {
            let answered = call.answer::<set_lte_attach_pdn_list::Message>(|_, _| {});
            tell_attach(call, true);
            answered
        }
        Some(ticket) => {
            call.later(On::Modem(ticket), 0, |call, _, outcome| {
                tell_attach(call, outcome.is_ok());
                Ok(Step::Success)
            })?;
            Ok(Step::Success)
        }
    }
}

fn tell_attach(call: &mut Call<'_, '_>, done: bool) {
    call.conclude::<set_lte_attach_pdn_list_indication::Message>(|r, _| {
        r.action_result(done);
    });
}

pub(super) fn attach_list(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_lte_attach_pdn_list::Message>(|r, modem| {
        let numbers = |list: &[u32]| -> Vec<u16, ATTACH_PROFILES> {
            collect(list.iter().map(|id| u16::try_from(*id).unwrap_or(u16::MAX)))
        };
        r.current_list(numbers(modem.attach_profiles()).as_slice().into());
        if let Some(pending) = modem.pending_attach_profiles() {
            r.pending_list(numbers(pending).as_slice().into());
        }
    })
}
