//! Intel Tools: settings of the modem's trace.

crate::open_enum! {
    /// Setting of the trace.
    pub struct TraceCommand(u32) {
        /// Mode.
        MODE = 0,
        /// Level.
        LEVEL = 1,
        /// Where the trace goes.
        LOCATION = 2,
        /// How often it is flushed.
        FLASH_INTERVAL = 3,
    }
}

crate::mbim_struct! {
    /// Asks for a setting of the trace.
    pub struct TraceConfigQuery, TraceConfigQueryView {
        /// Which one.
        trace_cmd: TraceCommand,
    }
}

crate::mbim_struct! {
    /// Changes a setting of the trace.
    pub struct TraceConfigSet, TraceConfigSetView {
        /// Which one.
        trace_cmd: TraceCommand,
        /// Its new value.
        trace_value: u32,
    }
}

crate::mbim_struct! {
    /// A setting of the trace.
    pub struct TraceConfigInfo, TraceConfigInfoView {
        /// Which one.
        trace_cmd: TraceCommand,
        /// Its value; after a set, how the set ended.
        result: u32,
    }
}

crate::mbim_service! {
    /// Tools for debugging.
    pub INTEL_TOOLS, "Intel Tools" = 0x4ada4962_b988_46c3_87a7_97f20f994abb {
        /// Settings of the trace.
        pub TraceConfig = 8 {
            query TraceConfigQueryView => TraceConfigInfoView;
            set TraceConfigSetView => TraceConfigInfoView;
        }
    }
}
