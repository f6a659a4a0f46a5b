//! PDC: stored configurations for operators: listing, selecting, activating, loading them.
//!
//! Most answers only say that a request was taken; how it went follows in an indication of the same number, with the token
//! of the request, unless the client does not want it (message Register): hosts that never register rely on that.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, pdc::*};

use super::super::call::{Call, On, Outcome, Refused, Step, Then, protocol_error};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::collect;
use crate::device::modem::carrier_config::{CONFIGS, ConfigChange, ConfigKind, Loaded};
use crate::device::modem::event::Change;
use crate::device::modem::{Failure, Modem, Reason};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::PDC,
    version: (1, 19),
    messages: &[
        Served::of::<reset::Message>(super::super::call::reset),
        Served::of::<register::Message>(register_client),
        Served::of::<config_change::Message>(changed),
        Served::of::<get_selected_config::Message>(selected),
        Served::of::<set_selected_config::Message>(select),
        Served::of::<list_configs::Message>(list),
        Served::of::<delete_config::Message>(delete),
        Served::of::<load_config::Message>(load),
        Served::of::<activate_config::Message>(activate),
        Served::of::<get_config_info::Message>(info),
        Served::of::<get_config_limits::Message>(limits),
        Served::of::<get_default_config_info::Message>(default_info),
        Served::of::<deactivate_config::Message>(deactivate),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client wants to be told.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Client {
    /// Results and changes.
    reports: bool,
    /// That a configuration comes into effect.
    refreshes: bool,
}

impl Default for Client {
    fn default() -> Self {
        Self { reports: true, refreshes: false }
    }
}

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Change::CarrierConfig(change) = change else {
        return;
    };
    let Some(client) = tell.state::<Client>().copied() else {
        return;
    };
    let event = match change {
        ConfigChange::Selected(kind) if client.reports => {
            let (_, pending) = tell.modem.selected_config(*kind);
            if let Some(id) = pending {
                let selected = TypeWithIdV2 { config_type: wire_kind(*kind), id: id.into() };
                tell.send::<config_change_indication::Message>(|r, _| {
                    r.type_with_id_v2(selected);
                });
            }
            return;
        }
        ConfigChange::Begun => RefreshEventType::START,
        ConfigChange::Done => RefreshEventType::COMPLETE,
        ConfigChange::Selected(_) => return,
    };
    if client.refreshes {
        tell.send::<refresh_indication::Message>(|r, modem| {
            r.refresh_event(event).subscription_id(0).slot_id(u32::from(modem.active_slot().slot));
        });
    }
}

fn wire_kind(kind: ConfigKind) -> ConfigurationType {
    match kind {
        ConfigKind::Platform => ConfigurationType::PLATFORM,
        ConfigKind::Software => ConfigurationType::SOFTWARE,
    }
}

fn model_kind(kind: ConfigurationType) -> Result<ConfigKind, Refused> {
    match kind {
        ConfigurationType::PLATFORM => Ok(ConfigKind::Platform),
        ConfigurationType::SOFTWARE => Ok(ConfigKind::Software),
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

/// How a request went, in the words of this service.
fn error(outcome: Result<(), Failure>) -> ProtocolError {
    match outcome.map_err(|failure| failure.reason) {
        Ok(()) => ProtocolError::NONE,
        Err(Reason::InvalidIndex) => ProtocolError::NO_ENTRY,
        Err(Reason::NotActive) => ProtocolError::NO_EFFECT,
        Err(Reason::NotAllowed) => ProtocolError::INVALID_OPERATION,
        Err(reason) => protocol_error(reason),
    }
}

fn register_client(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<register::Message>();
    let (reports, refreshes) = (request.enable_reporting()?, request.enable_refresh()?);
    let client = call.state::<Client>()?;
    client.reports = reports;
    client.refreshes = refreshes.unwrap_or(client.refreshes);
    Ok(Step::Success)
}

/// Whether the client is told how its requests went.
fn is_told(call: &mut Call<'_, '_>) -> Result<bool, Refused> {
    Ok(call.state::<Client>()?.reports)
}

/// Tells how a request went.
macro_rules! told {
    ($call:ident, $indication:ident, $token:expr, $error:expr $(, |$r:ident, $modem:ident| $more:expr)?) => {{
        if is_told($call)? {
            let (token, error): (Option<u32>, ProtocolError) = ($token, $error);
            $call.conclude::<$indication::Message>(|r, _modem| {
                r.indication_result(error.0);
                if let Some(token) = token {
                    r.token(token);
                }
                $(if error == ProtocolError::NONE {
                    let ($r, $modem) = (r, _modem);
                    $more;
                })?
            });
        }
        Ok(Step::Answered)
    }};
}

/// Answers with the token of the request, and tells how it went.
macro_rules! went {
    ($call:ident, $message:ident, $indication:ident, $token:expr, $error:expr $(, |$r:ident, $modem:ident| $more:expr)?) => {{
        let (token, error): (Option<u32>, ProtocolError) = ($token, $error);
        $call.answer::<$message::Message>(|r, _| {
            if let Some(token) = token {
                r.token(token);
            }
        })?;
        told!($call, $indication, token, error $(, |$r, $modem| $more)?)
    }};
}

/// Whether a configuration is there that could be changed to.
fn changed(call: &mut Call<'_, '_>) -> Outcome {
    let asked = call.request::<config_change::Message>().type_with_id_v2()?;
    let known = call.modem.carrier_config(model_kind(asked.config_type)?, asked.id.bytes).is_some();
    if known {
        call.answer::<config_change::Message>(|r, _| {
            r.type_with_id_v2(asked);
        })
    } else {
        call.refuse::<config_change::Message>(ProtocolError::NO_ENTRY, |r, _| {
            r.type_with_id_v2(asked);
        })
    }
}

fn selected(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<get_selected_config::Message>();
    let (kind, token) = (model_kind(request.config_type()?)?, request.token()?);
    let none = call.modem.selected_config(kind) == (None, None);
    let error = if none { ProtocolError::NOT_PROVISIONED } else { ProtocolError::NONE };
    went!(call, get_selected_config, get_selected_config_indication, token, error, |r, modem| {
        let (active, pending) = modem.selected_config(kind);
        if let Some(id) = active {
            r.active_id(id.into());
        }
        if let Some(id) = pending {
            r.pending_id(id.into());
        }
    })
}

fn select(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_selected_config::Message>();
    let (wanted, token, by) = (request.type_with_id_v2()?, request.token()?, call.origin());
    let error = error(call.modem.select_config(by, model_kind(wanted.config_type)?, wanted.id.bytes));
    went!(call, set_selected_config, set_selected_config_indication, token, error)
}

fn list(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<list_configs::Message>();
    let (token, kind) = (request.token()?, model_kind(request.config_type()?)?);
    call.answer::<list_configs::Message>(|_, _| {})?;
    told!(call, list_configs_indication, token, ProtocolError::NONE, |r, modem| {
        let configs = modem.carrier_configs(kind);
        let list: Vec<ListConfigsIndConfig<'_>, CONFIGS> = collect(configs.map(|config| ListConfigsIndConfig {
            config_type: wire_kind(config.kind),
            id: config.id.as_slice().into(),
        }));
        r.configs(list.as_slice().into())
    })
}

fn delete(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<delete_config::Message>();
    let (kind, token, id) = (model_kind(request.config_type()?)?, request.token()?, request.id()?);
    let error = error(call.modem.delete_config(kind, id.bytes));
    let fill = |r: &mut delete_config::ResponseBuilder<'_>, _: &Modem| {
        if let Some(token) = token {
            r.token(token);
        }
    };
    match error {
        ProtocolError::NONE => call.answer::<delete_config::Message>(fill),
        error => call.refuse::<delete_config::Message>(error, fill),
    }
}

fn load(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<load_config::Message>();
    let (piece, token) = (request.config_chunk()?, request.token()?);
    let kind = model_kind(piece.kind)?;
    let outcome = call.modem.load_config((kind, piece.id.bytes), piece.total_size, piece.chunk.bytes.len());
    let error = error(outcome.map(|_| ()));
    went!(call, load_config, load_config_indication, token, error, |r, _modem| {
        match outcome {
            Ok(Some(Loaded { received, remaining })) => r.received(received).remaining_size(remaining),
            _ => r.frame_reset(true),
        }
    })
}

fn activate(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<activate_config::Message>();
    let (kind, token) = (model_kind(request.config_type()?)?, request.token()?);
    let (now, by) = (call.now, call.origin());
    match call.modem.request_activate_config(now, by, kind) {
        Ok(ticket) => {
            let then: Then = if token.is_some() { activated } else { activated_without_token };
            call.later(On::Modem(ticket), token.unwrap_or(0), then)?;
            call.answer::<activate_config::Message>(|r, _| {
                if let Some(token) = token {
                    r.token(token);
                }
            })
        }
        Err(failure) => {
            went!(call, activate_config, activate_config_indication, token, error(Err(failure)))
        }
    }
}

fn activated(call: &mut Call<'_, '_>, token: u32, outcome: Result<(), Failure>) -> Outcome {
    told!(call, activate_config_indication, Some(token), error(outcome))
}

fn activated_without_token(call: &mut Call<'_, '_>, _: u32, outcome: Result<(), Failure>) -> Outcome {
    told!(call, activate_config_indication, None, error(outcome))
}

fn deactivate(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<deactivate_config::Message>();
    let (kind, token) = (model_kind(request.config_type()?)?, request.token()?);
    let error = error(call.modem.deactivate_config(kind));
    went!(call, deactivate_config, deactivate_config_indication, token, error)
}

fn info(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<get_config_info::Message>();
    let (wanted, token) = (request.type_with_id_v2()?, request.token()?);
    let kind = model_kind(wanted.config_type)?;
    let known = call.modem.carrier_config(kind, wanted.id.bytes).is_some();
    let error = if known { ProtocolError::NONE } else { ProtocolError::NO_ENTRY };
    call.answer::<get_config_info::Message>(|_, _| {})?;
    told!(call, get_config_info_indication, token, error, |r, modem| {
        if let Some(config) = modem.carrier_config(kind, wanted.id.bytes) {
            r.total_size(config.size).description(config.description.as_str().into()).version(config.version);
        }
    })
}

fn limits(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<get_config_limits::Message>();
    let (kind, token) = (model_kind(request.config_type()?)?, request.token()?);
    call.answer::<get_config_limits::Message>(|r, modem| {
        let (room, used) = modem.config_room(kind);
        if let Some(token) = token {
            r.token(token);
        }
        r.maximum_size(u64::from(room)).current_size(u64::from(used));
    })
}

/// The first configuration of a kind is the one that the device was delivered with.
fn default_info(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<get_default_config_info::Message>();
    let (kind, token) = (model_kind(request.config_type()?)?, request.token()?);
    if call.modem.carrier_configs(kind).next().is_none() {
        return Err(Refused(ProtocolError::NO_ENTRY));
    }
    call.answer::<get_default_config_info::Message>(|r, modem| {
        if let Some(token) = token {
            r.token(token);
        }
        if let Some(config) = modem.carrier_configs(kind).next() {
            r.version(config.version).total_size(config.size).description(config.description.as_str().into());
        }
    })
}
