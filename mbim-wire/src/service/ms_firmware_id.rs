//! MS Firmware ID (Microsoft): tells firmware variants of one model apart.

use crate::field::EmptyView;
use crate::uuid::Uuid;

crate::mbim_struct! {
    /// Which firmware runs.
    pub struct GetInfo, GetInfoView {
        /// Name of the firmware, chosen by its maker.
        firmware_id: Uuid,
    }
}

crate::mbim_service! {
    /// Identity of the firmware.
    pub MS_FIRMWARE_ID, "MS Firmware ID" = 0xe9f7dea2_feaf_4009_93ce_90a3694103b6 {
        /// Which firmware runs.
        pub Get = 1 {
            query EmptyView => GetInfoView;
        }
    }
}
