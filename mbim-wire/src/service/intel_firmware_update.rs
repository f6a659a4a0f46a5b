//! Intel Firmware Update: reboots modems of Intel, to receive firmware or for other ends.

use crate::field::EmptyView;

crate::open_enum! {
    /// How to reboot.
    pub struct IntelBootMode(u32) {
        /// Normally.
        NORMAL_MODE = 0,
        /// To receive firmware.
        DOWNLOAD_MODE = 1,
        /// Not at all: power off.
        POWER_OFF_DEVICE = 2,
        /// Normally, keeping the register that survives a reset.
        NON_RESETABLE_REGISTER = 3,
        /// Power off without a reboot before it.
        WITHOUT_REBOOT_POWER_OFF = 4,
        /// To receive firmware fast.
        FAST_DOWNLOAD_MODE = 5,
    }
}

crate::mbim_struct! {
    /// Reboots.
    pub struct ModemRebootSetV2, ModemRebootSetV2View {
        /// How.
        boot_mode: IntelBootMode,
        /// How long to wait before it, in seconds.
        timeout: u32,
    }
}

crate::mbim_service! {
    /// Firmware update. Some modems (Cinterion) list the service and must not be sent its command.
    pub INTEL_FIRMWARE_UPDATE, "Intel Firmware Update" = 0x0ed374cb_f835_4474_bc11_3b3fd76f5641 {
        /// Reboots.
        pub ModemReboot = 1 {
            set EmptyView => EmptyView;
        }
        /// Reboots, and says how and when.
        pub ModemRebootV2 = 1 v2 {
            set ModemRebootSetV2View => EmptyView;
        }
    }
}
