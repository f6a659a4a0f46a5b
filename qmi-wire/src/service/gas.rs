//! GAS: additions of Telit for USB compositions and firmware slots. TLV 0x02 being the result, mandatory answers begin
//! at 0x03.

use crate::service::Service;
use crate::text::{Bytes, Rest, Str};

crate::open_enum! {
    /// Firmware auto SIM mode.
    pub struct FirmwareAutoSimMode(u8) {
        /// Disable.
        DISABLE = 0,
        /// Enable.
        ENABLE = 1,
        /// Enable one shot.
        ENABLE_ONE_SHOT = 2,
        /// Pending one shot.
        PENDING_ONE_SHOT = 3,
    }
}

crate::open_enum! {
    /// Firmware listing mode.
    pub struct FirmwareListingMode(u8) {
        /// Active firmware.
        ACTIVE_FIRMWARE = 0,
        /// All firmware.
        ALL_FIRMWARE = 1,
        /// Specific firmware.
        SPECIFIC_FIRMWARE = 2,
    }
}

crate::open_enum! {
    /// USB composition endpoint type.
    pub struct UsbCompositionEndpointType(u8) {
        /// Hsusb.
        HSUSB = 0,
        /// HSIC.
        HSIC = 1,
    }
}

crate::wire_struct! {
    /// Stored firmware 1.
    pub struct StoredFirmware1<'a> {
        /// Index.
        index: u8,
        /// Name.
        name: Str<'a>,
        /// Version.
        version: Str<'a>,
        /// PRI revision.
        pri_revision: Str<'a>,
    }
}

crate::wire_struct! {
    /// Stored firmware 2.
    pub struct StoredFirmware2<'a> {
        /// Index.
        index: u8,
        /// Name.
        name: Str<'a>,
        /// Version.
        version: Str<'a>,
        /// PRI revision.
        pri_revision: Str<'a>,
    }
}

crate::wire_struct! {
    /// Stored firmware 3.
    pub struct StoredFirmware3<'a> {
        /// Index.
        index: u8,
        /// Name.
        name: Str<'a>,
        /// Version.
        version: Str<'a>,
        /// PRI revision.
        pri_revision: Str<'a>,
    }
}

crate::wire_struct! {
    /// Stored firmware 4.
    pub struct StoredFirmware4<'a> {
        /// Index.
        index: u8,
        /// Name.
        name: Str<'a>,
        /// Version.
        version: Str<'a>,
        /// PRI revision.
        pri_revision: Str<'a>,
    }
}

crate::qmi_service! {
    Service::GAS, "GAS";

    /// Sets the USB composition.
    pub mod dms_set_usb_composition "DMS Set USB Composition" = 0x0203 {
        request {
            /// USB composition.
            0x01 required => usb_composition "USB Composition": u32,
            /// What the data path runs over.
            0x02 required => endpoint_type: UsbCompositionEndpointType,
            /// Composition persistence.
            0x03 required => composition_persistence: bool,
            /// Immediate setting.
            0x04 required => immediate_setting: bool,
            /// Reboot after setting.
            0x05 required => reboot_after_setting: bool,
        }
        response {}
    }

    /// Asks for the USB composition.
    pub mod dms_get_usb_composition "DMS Get USB Composition" = 0x0204 {
        request {}
        response {
            /// USB composition.
            0x03 required => usb_composition "USB Composition": u32,
            /// What the data path runs over.
            0x04 required => endpoint_type: UsbCompositionEndpointType,
            /// Composition persistence.
            0x05 required => composition_persistence: bool,
            /// Immediate setting.
            0x06 required => immediate_setting: bool,
            /// Reboot after setting.
            0x07 required => reboot_after_setting: bool,
        }
    }

    /// Sets the active firmware.
    pub mod dms_set_active_firmware "DMS Set Active Firmware" = 0x0206 {
        request {
            /// Carrier name.
            0x10 => carrier_name: Rest<'a>,
            /// Slot index.
            0x11 => slot_index: u8,
            /// Version.
            0x12 => version: Rest<'a>,
        }
        response {}
    }

    /// Asks for the firmware list.
    pub mod dms_get_firmware_list "DMS Get Firmware List" = 0x0208 {
        request {
            /// The mode.
            0x01 required => mode: FirmwareListingMode,
            /// Slot index.
            0x10 => slot_index: u8,
            /// Name.
            0x11 => name: Rest<'a>,
            /// Version.
            0x12 => version: Rest<'a>,
        }
        response {
            /// The mode.
            0x01 required => mode: FirmwareListingMode,
            /// Stored firmware 1.
            0x10 success => stored_firmware_1: StoredFirmware1<'a>,
            /// Stored firmware 2.
            0x11 success => stored_firmware_2: StoredFirmware2<'a>,
            /// Stored firmware 3.
            0x12 success => stored_firmware_3: StoredFirmware3<'a>,
            /// Stored firmware 4.
            0x13 success => stored_firmware_4: StoredFirmware4<'a>,
        }
    }

    /// Chooses whether the firmware follows the card.
    pub mod dms_set_firmware_auto_sim "DMS Set Firmware Auto Sim" = 0x0222 {
        request {
            /// Auto SIM mode.
            0x01 required => auto_sim_mode: FirmwareAutoSimMode,
            /// Configuration ID.
            0x10 => config_id: u8,
        }
        response {}
    }

    /// Asks whether the firmware follows the card.
    pub mod dms_get_firmware_auto_sim "DMS Get Firmware Auto Sim" = 0x0223 {
        request {}
        response {
            /// Auto SIM mode.
            0x03 required => auto_sim_mode: FirmwareAutoSimMode,
            /// Configuration ID.
            0x10 success => config_id: u8,
        }
    }

    /// Asks for the ethernet PDU MAC address.
    pub mod dms_get_ethernet_pdu_mac_address "DMS Get Ethernet PDU MAC Address" = 0x022d {
        request {}
        response {
            /// MAC address 0.
            0x03 required => mac_address_0 "MAC Address 0": Bytes<'a>,
            /// MAC address 1.
            0x10 success => mac_address_1 "MAC Address 1": Bytes<'a>,
        }
    }
}
