//! PDC, persistent device configuration: the carrier profiles (MBN files) of the modem.
//!
//! A response only says that the request was taken; how it went comes in an indication of the same number, with the
//! token of the request. Activating a configuration restarts the modem.

use crate::list::List;
use crate::service::Service;
use crate::text::{Bytes, Rest, Str};

crate::open_enum! {
    /// Configuration type.
    pub struct ConfigurationType(u32) {
        /// Platform.
        PLATFORM = 0,
        /// Software.
        SOFTWARE = 1,
    }
}

crate::open_enum! {
    /// Refresh event type.
    pub struct RefreshEventType(u32) {
        /// Start.
        START = 0,
        /// Complete.
        COMPLETE = 1,
        /// Client refresh.
        CLIENT_REFRESH = 2,
    }
}

crate::wire_struct! {
    /// Type with ID (second layout).
    pub struct TypeWithIdV2<'a> {
        /// Configuration type.
        config_type: ConfigurationType,
        /// ID. Name of a configuration, mostly 20 bytes.
        id: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Configuration.
    pub struct ListConfigsIndConfig<'a> {
        /// Configuration type.
        config_type: ConfigurationType,
        /// ID. Name of a configuration, mostly 20 bytes.
        id: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Configuration chunk.
    pub struct ConfigChunk<'a> {
        /// Type.
        kind "type": ConfigurationType,
        /// ID. Name of a configuration, mostly 20 bytes.
        id: Bytes<'a>,
        /// Total size.
        total_size: u32,
        /// Chunk.
        chunk: Bytes<'a, u16>,
    }
}

crate::qmi_service! {
    Service::PDC, "PDC";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Chooses whether results and changes are reported. Needed for everything here.
    pub mod register "Register" = 0x0020 {
        request {
            /// Enable reporting.
            0x10 required => enable_reporting: bool,
            /// Enable refresh.
            0x11 => enable_refresh: bool,
        }
        response {}
    }

    /// Asks for the configuration that changed.
    pub mod config_change "Config Change" = 0x0021 {
        request {
            /// Type with ID (second layout).
            0x01 required => type_with_id_v2 "Type With Id v2": TypeWithIdV2<'a>,
        }
        response {
            /// Type with ID (second layout).
            0x01 always => type_with_id_v2 "Type With Id v2": TypeWithIdV2<'a>,
        }
    }

    /// Another configuration was selected.
    pub mod config_change_indication "Config Change" = 0x0021 {
        indication {
            /// Type with ID (second layout).
            0x01 required => type_with_id_v2 "Type With Id v2": TypeWithIdV2<'a>,
        }
    }

    /// Asks for the selected configuration.
    pub mod get_selected_config "Get Selected Config" = 0x0022 {
        request {
            /// Configuration type.
            0x01 required => config_type: ConfigurationType,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// How the request of the same number went: get selected configuration.
    pub mod get_selected_config_indication "Get Selected Config" = 0x0022 {
        indication {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// How the request went: 0 well, else the number of a protocol error.
            0x01 required => indication_result: u16,
            /// Active ID. Name of a configuration, mostly 20 bytes.
            0x11 => active_id: Bytes<'a>,
            /// Pending ID. Name of a configuration, mostly 20 bytes.
            0x12 => pending_id: Bytes<'a>,
        }
    }

    /// Sets the selected configuration.
    pub mod set_selected_config "Set Selected Config" = 0x0023 {
        request {
            /// Type with ID (second layout).
            0x01 required => type_with_id_v2 "Type With Id v2": TypeWithIdV2<'a>,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// How the request of the same number went: set selected configuration.
    pub mod set_selected_config_indication "Set Selected Config" = 0x0023 {
        indication {
            /// How the request went: 0 well, else the number of a protocol error.
            0x01 required => indication_result: u16,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// Lists the configs.
    pub mod list_configs "List Configs" = 0x0024 {
        request {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// Configuration type.
            0x11 required => config_type: ConfigurationType,
        }
        response {}
    }

    /// How the request of the same number went: list configs.
    pub mod list_configs_indication "List Configs" = 0x0024 {
        indication {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// How the request went: 0 well, else the number of a protocol error.
            0x01 required => indication_result: u16,
            /// Configs.
            0x11 => configs: List<'a, ListConfigsIndConfig<'a>>,
        }
    }

    /// Deletes the configuration.
    pub mod delete_config "Delete Config" = 0x0025 {
        request {
            /// Configuration type.
            0x01 required => config_type: ConfigurationType,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// ID. Name of a configuration, mostly 20 bytes.
            0x11 required => id: Bytes<'a>,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// Loads a configuration, piece by piece: at most 1024 bytes each, the next one after the indication.
    pub mod load_config "Load Config" = 0x0026 {
        request {
            /// Configuration chunk.
            0x01 required => config_chunk: ConfigChunk<'a>,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// How the request of the same number went: load configuration.
    pub mod load_config_indication "Load Config" = 0x0026 {
        indication {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// How the request went: 0 well, else the number of a protocol error.
            0x01 required => indication_result: u16,
            /// Received.
            0x11 => received: u32,
            /// Remaining size.
            0x12 => remaining_size: u32,
            /// Frame reset.
            0x13 => frame_reset: bool,
        }
    }

    /// Activates the selected configuration. The modem restarts.
    pub mod activate_config "Activate Config" = 0x0027 {
        request {
            /// Configuration type.
            0x01 required => config_type: ConfigurationType,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// How the request of the same number went: activate configuration.
    pub mod activate_config_indication "Activate Config" = 0x0027 {
        indication {
            /// How the request went: 0 well, else the number of a protocol error.
            0x01 required => indication_result: u16,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// Asks for the configuration information.
    pub mod get_config_info "Get Config Info" = 0x0028 {
        request {
            /// Type with ID (second layout).
            0x01 required => type_with_id_v2 "Type With Id v2": TypeWithIdV2<'a>,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {}
    }

    /// How the request of the same number went: get configuration information.
    pub mod get_config_info_indication "Get Config Info" = 0x0028 {
        indication {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// How the request went: 0 well, else the number of a protocol error.
            0x01 required => indication_result: u16,
            /// Total size.
            0x11 => total_size: u32,
            /// Name of the network. Its coding is not told: UTF-8, packed GSM 7-bit or UCS-2.
            0x12 => description: Str<'a>,
            /// Version.
            0x13 => version: u32,
        }
    }

    /// Asks for the configuration limits.
    pub mod get_config_limits "Get Config Limits" = 0x0029 {
        request {
            /// Configuration type.
            0x01 required => config_type: ConfigurationType,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// Maximum size.
            0x11 => maximum_size: u64,
            /// Current size.
            0x12 => current_size: u64,
        }
    }

    /// Asks for the default configuration information.
    pub mod get_default_config_info "Get Default Config Info" = 0x002a {
        request {
            /// Configuration type.
            0x01 required => config_type: ConfigurationType,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
            /// Version.
            0x11 => version: u32,
            /// Total size.
            0x12 => total_size: u32,
            /// Name of the network. Its coding is not told: UTF-8, packed GSM 7-bit or UCS-2.
            0x13 => description: Rest<'a>,
        }
    }

    /// Deactivate configuration.
    pub mod deactivate_config "Deactivate Config" = 0x002b {
        request {
            /// Configuration type.
            0x01 required => config_type: ConfigurationType,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
        response {
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// How the request of the same number went: deactivate configuration.
    pub mod deactivate_config_indication "Deactivate Config" = 0x002b {
        indication {
            /// How the request went: 0 well, else the number of a protocol error.
            0x01 required => indication_result: u16,
            /// Joins a response to the indication that tells how the request went.
            0x10 => token: u32,
        }
    }

    /// The selected configuration is in effect, or another one is.
    pub mod refresh_indication "Refresh" = 0x002f {
        indication {
            /// Refresh event.
            0x01 required => refresh_event: RefreshEventType,
            /// Subscription ID.
            0x10 => subscription_id "Subscription ID": u32,
            /// Slot ID.
            0x11 => slot_id "Slot ID": u32,
        }
    }
}
