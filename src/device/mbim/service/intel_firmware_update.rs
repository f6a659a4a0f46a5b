//! Intel Firmware Update: restarts the modem.

use mbim_wire::service::intel_firmware_update as wire;
use mbim_wire::{Status, View};

use super::super::answers::Subject;
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Outcome, Refused, done};
use super::super::{V2, VendorServices};
use crate::time::Millis;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::INTEL_FIRMWARE_UPDATE,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.vendor_services.contains(VendorServices::INTEL_FIRMWARE_UPDATE),
    execute: |core, now, modem, request| -> Outcome {
        if Id::of(request.cid).is_none() {
            return Err(Refused(Status::NO_DEVICE_SUPPORT));
        }
        let mut wait = Millis(0);
        if core.negotiation.version >= V2 {
            let set = wire::ModemRebootSetV2View::new(request.body).read()?;
            match set.boot_mode {
                wire::IntelBootMode::NORMAL_MODE
                | wire::IntelBootMode::DOWNLOAD_MODE
                | wire::IntelBootMode::NON_RESETABLE_REGISTER
                | wire::IntelBootMode::FAST_DOWNLOAD_MODE => {}
                // The model cannot be switched off: nobody could switch it on.
                wire::IntelBootMode::POWER_OFF_DEVICE | wire::IntelBootMode::WITHOUT_REBOOT_POWER_OFF => {
                    return Err(Refused(Status::NO_DEVICE_SUPPORT));
                }
                _ => return Err(INVALID),
            }
            wait = Millis(set.timeout.saturating_mul(1000));
        }
        modem.request_restart_after(now, wait);
        done(Subject::Empty)
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Reboot = wire::ModemReboot: set;
}
