//! Intel Thermal RF: says which frequencies the modem uses, so that other radios and clocks of the host can avoid them.

use crate::field::{Count, EmptyView};
use crate::list::RefList;

crate::open_enum! {
    /// Role of a serving cell.
    pub struct IntelServingCellInfo(u32) {
        /// Primary cell.
        PCELL = 0,
        /// Secondary cell.
        SCELL = 1,
        /// Primary cell of the secondary group.
        PSCELL = 2,
        /// Secondary cell of the secondary group.
        SSCELL = 3,
        /// None, the radio is off.
        RADIO_OFF = 0xFFFF_FFFF,
    }
}

crate::mbim_struct! {
    /// Turns indications of frequency changes on or off.
    pub struct RfimSet, RfimSetView {
        /// Whether they are wanted.
        activation_state: bool,
    }
}

crate::mbim_struct! {
    /// A frequency in use, which other radios of the host may want to avoid.
    pub struct IntelRfimFrequencyValue, IntelRfimFrequencyValueView {
        /// Role of the cell.
        serving_cell_info: IntelServingCellInfo,
        /// Middle of the carrier, in Hz.
        center_frequency: u64,
        /// Width of the carrier, in Hz.
        bandwidth: u32,
        /// RSRP.
        rsrp "RSRP": u32,
        /// RSRQ.
        rsrq "RSRQ": u32,
        /// SINR.
        sinr "SINR": u32,
        /// RSSI.
        rssi "RSSI": u32,
        /// Whether there is a connection.
        connection_status: bool,
    }
}

crate::mbim_struct! {
    /// The frequencies in use.
    pub struct RfimInfo<'a>, RfimInfoView {
        /// How many there are.
        rfim_frequency_values_count: Count,
        /// The frequencies.
        rfim_frequency_values: RefList<'a, IntelRfimFrequencyValueView<'a>>,
    }
}

crate::mbim_service! {
    /// Heat and interference.
    pub INTEL_THERMAL_RF, "Intel Thermal RF" = 0xfdc22af2_f441_4d46_af8d_259fcdde4635 {
        /// The frequencies in use (radio frequency interference mitigation).
        pub Rfim "RFIM" = 9 {
            query EmptyView => RfimInfoView;
            set RfimSetView => RfimInfoView;
            notification RfimInfoView;
        }
    }
}
