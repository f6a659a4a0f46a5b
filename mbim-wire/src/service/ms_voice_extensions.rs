//! MS Voice Extensions (Microsoft): in spite of the name, the time of day from the network.

use crate::field::EmptyView;
use crate::service::basic_connect::DataClass;

crate::mbim_struct! {
    /// Network identity and time zone.
    pub struct NitzInfo, NitzInfoView {
        /// Year, such as 2014.
        year: u32,
        /// Month, 1 to 12.
        month: u32,
        /// Day of the month, 1 to 31.
        day: u32,
        /// Hour, 0 to 23.
        hour: u32,
        /// Minute, 0 to 59.
        minute: u32,
        /// Second, 0 to 59.
        second: u32,
        /// Minutes by which local time is ahead of UTC, two's complement for behind.
        time_zone_offset_minutes: u32,
        /// Minutes of daylight saving time.
        daylight_saving_time_offset_minutes: u32,
        /// Radio technology over which it came.
        data_class: DataClass,
    }
}

crate::mbim_service! {
    /// The time of day.
    pub MS_VOICE_EXTENSIONS, "MS Voice Extensions" = 0x8d8b9eba_37be_449b_8f1e_61cb034a702e {
        /// The time of day, last or just received.
        pub Nitz "NITZ" = 10 {
            query EmptyView => NitzInfoView;
            notification NitzInfoView;
        }
    }
}
