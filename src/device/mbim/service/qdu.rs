//! QDU (Qualcomm, Quectel): firmware update. A session, a file with its size, pieces of it, a restart.
//!
//! The command for the AT interpreter is there if there is an AT function inside; the model has no operating system.

use mbim_wire::message::CommandType;
use mbim_wire::service::qdu as wire;
use mbim_wire::{Status, View};

use super::super::super::modem::Modem;
use super::super::super::modem::vendor::UpdateState;
use super::super::answers::{Sink, Source, Subject as AnySubject};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Later, Outcome, Refused, Step, done};
use super::super::{Core, VendorServices};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::QDU,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, cid| {
        let is_there = offer.config.answers_at || Id::of(cid) != Some(Id::Command);
        is_there && offer.config.vendor_services.contains(VendorServices::QDU)
    },
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(Id::UpdateSession), CommandType::QUERY) => done(Subject::Session),
        (Some(Id::FileOpen), CommandType::QUERY) => done(Subject::Limits),
        (Some(id), CommandType::SET) => set(core, now, modem, id, request.body),
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    UpdateSession = wire::UpdateSession: query set;
    FileOpen = wire::FileOpen: query set;
    FileWrite = wire::FileWrite: set;
    Reboot = wire::QuectelReboot: set;
    ReadVersion = wire::QuectelReadVersion: set;
    Command = wire::Command: set;
}

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    Session,
    Limits,
    Version,
}

fn set(core: &mut Core<'_>, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    match id {
        Id::UpdateSession => {
            let set = wire::UpdateSessionSetView::new(body).read()?;
            match (set.session_action, set.session_type) {
                (wire::QduSessionAction::START, wire::QduSessionType::LE) => modem.start_update()?,
                (wire::QduSessionAction::STOP, wire::QduSessionType::LE | wire::QduSessionType::NONE) => {
                    modem.stop_update()?;
                }
                _ => return Err(INVALID),
            }
            done(Subject::Session)
        }
        Id::FileOpen => {
            let set = wire::FileOpenSetView::new(body).read()?;
            if set.file_type != wire::QduFileType::LITTLE_ENDIAN_PACKAGE {
                return Err(INVALID);
            }
            modem.open_update_file(set.file_size)?;
            done(Subject::Limits)
        }
        Id::FileWrite => {
            let data = wire::FileWriteSetView::new(body).data_buffer()?;
            let ticket = modem.request_update_write(now, core.config.origin, data.0.len())?;
            Ok(Step::Wait(ticket, Later::UpdateWrite))
        }
        Id::Reboot => {
            if wire::QuectelRebootSetView::new(body).reboot_type()? != wire::QduQuectelRebootType::EDL {
                return Err(INVALID);
            }
            modem.request_restart(now);
            done(AnySubject::Empty)
        }
        Id::ReadVersion => {
            if wire::QuectelReadVersionSetView::new(body).version_type()? != wire::QduQuectelVersionType::FW_BUILD_ID {
                return Err(INVALID);
            }
            done(Subject::Version)
        }
        #[cfg(feature = "at")]
        Id::Command => {
            let command = wire::CommandSetView::new(body);
            if command.command_type()? != wire::QuectelCommandType::AT {
                return Err(Refused(Status::NO_DEVICE_SUPPORT));
            }
            let line = command.command_string()?;
            super::super::at::execute(core, now, modem, line.0, super::super::at::Form::Quectel)
        }
        #[cfg(not(feature = "at"))]
        Id::Command => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
}

impl Source<'_> {
    pub(in super::super) fn tell_qdu(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Session => {
                let update = self.modem.update();
                let (kind, status) = match update.state {
                    UpdateState::Inactive => (wire::QduSessionType::NONE, wire::QduSessionStatus::INACTIVE),
                    UpdateState::Transfer => (wire::QduSessionType::LE, wire::QduSessionStatus::FILE_TRANSFER),
                    UpdateState::Complete => (wire::QduSessionType::LE, wire::QduSessionStatus::APPLY_UPDATE),
                };
                let (last, result, (offset, size)) = match update.last {
                    None => (wire::QduSessionType::NONE, wire::QduSessionResult::SUCCESS, (0, 0)),
                    Some(Ok(())) => (wire::QduSessionType::LE, wire::QduSessionResult::SUCCESS, (0, 0)),
                    Some(Err(missing)) => (wire::QduSessionType::LE, wire::QduSessionResult::FAILURE, missing),
                };
                sink(&wire::UpdateSessionInfo {
                    current_session_type: kind,
                    current_session_status: status,
                    last_session_type: last,
                    last_session_result: result,
                    last_session_error_offset: offset,
                    last_session_error_size: size,
                });
            }
            Subject::Limits => {
                let (max_transfer_size, max_window_size) = self.modem.update_limits();
                sink(&wire::FileOpenInfo { max_transfer_size, max_window_size });
            }
            Subject::Version => sink(&wire::QuectelReadVersionInfo {
                version_id: u32::from(wire::QduQuectelVersionType::FW_BUILD_ID.0),
                version: self.modem.identity().firmware.as_str().into(),
            }),
        }
    }
}
