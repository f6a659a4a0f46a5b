//! QDU (Qualcomm, Quectel): firmware update, and Quectel's commands beside it.
//!
//! Update: open a session, open a file with its size, write it in pieces of at most the transfer size, reboot.

use crate::bytes::{Rest, RestUnpadded};
use crate::field::EmptyView;
use crate::text::Text;

crate::open_enum! {
    /// What to do with an update session.
    pub struct QduSessionAction(u32) {
        /// Start one.
        START = 0,
        /// End it.
        STOP = 1,
    }
}

crate::open_enum! {
    /// Kind of update session.
    pub struct QduSessionType(u32) {
        /// None.
        NONE = 0,
        /// Linux-based firmware.
        LE = 1,
    }
}

crate::open_enum! {
    /// What an update session is doing.
    pub struct QduSessionStatus(u32) {
        /// Nothing.
        INACTIVE = 0,
        /// Receiving files.
        FILE_TRANSFER = 1,
        /// Applying them.
        APPLY_UPDATE = 2,
    }
}

crate::open_enum! {
    /// How an update session ended.
    pub struct QduSessionResult(u32) {
        /// Well.
        SUCCESS = 0,
        /// Badly.
        FAILURE = 1,
    }
}

crate::open_enum! {
    /// Kind of update file.
    pub struct QduFileType(u32) {
        /// A package for a little-endian machine.
        LITTLE_ENDIAN_PACKAGE = 0,
    }
}

crate::open_enum! {
    /// Where to reboot to.
    pub struct QduQuectelRebootType(u16) {
        /// Emergency download mode.
        EDL = 0x11,
    }
}

crate::open_enum! {
    /// Which version is wanted.
    pub struct QduQuectelVersionType(u16) {
        /// Build of the firmware.
        FW_BUILD_ID = 0x100,
    }
}

crate::open_enum! {
    /// Who executes a command.
    pub struct QuectelCommandType(u32) {
        /// The AT interpreter.
        AT = 0,
        /// The modem's operating system.
        SYSTEM = 1,
    }
}

crate::open_enum! {
    /// How a command ended.
    pub struct QuectelCommandResponseStatus(u32) {
        /// Well.
        OK = 0,
        /// Badly.
        FAIL = 1,
    }
}

crate::mbim_struct! {
    /// Starts or ends an update session.
    pub struct UpdateSessionSet, UpdateSessionSetView {
        /// What to do.
        session_action: QduSessionAction,
        /// Kind of session.
        session_type: QduSessionType,
    }
}

crate::mbim_struct! {
    /// The update session now, and the one before.
    pub struct UpdateSessionInfo, UpdateSessionInfoView {
        /// Kind of the session now.
        current_session_type: QduSessionType,
        /// What it is doing.
        current_session_status: QduSessionStatus,
        /// Kind of the last session.
        last_session_type: QduSessionType,
        /// How it ended.
        last_session_result: QduSessionResult,
        /// Where in the file it met an error, in bytes.
        last_session_error_offset: u32,
        /// Size of the erroneous part, in bytes.
        last_session_error_size: u32,
    }
}

crate::mbim_struct! {
    /// Begins a file.
    pub struct FileOpenSet, FileOpenSetView {
        /// Kind of file.
        file_type: QduFileType,
        /// Its size in bytes.
        file_size: u32,
    }
}

crate::mbim_struct! {
    /// How a file may be written.
    pub struct FileOpenInfo, FileOpenInfoView {
        /// Most bytes in one write.
        max_transfer_size: u32,
        /// Most writes under way at once.
        max_window_size: u32,
    }
}

crate::mbim_struct! {
    /// A piece of the file.
    pub struct FileWriteSet<'a>, FileWriteSetView {
        /// Its bytes.
        data_buffer: RestUnpadded<'a>,
    }
}

crate::mbim_struct! {
    /// Reboots. The information buffer is two bytes long.
    pub struct QuectelRebootSet, QuectelRebootSetView {
        /// Where to.
        reboot_type: QduQuectelRebootType,
    }
}

crate::mbim_struct! {
    /// Asks for a version. The information buffer is two bytes long.
    pub struct QuectelReadVersionSet, QuectelReadVersionSetView {
        /// Which one.
        version_type: QduQuectelVersionType,
    }
}

crate::mbim_struct! {
    /// A version.
    pub struct QuectelReadVersionInfo<'a>, QuectelReadVersionInfoView {
        /// Which one.
        version_id: u32,
        /// The version.
        version: Text<'a, 120>,
    }
}

crate::mbim_struct! {
    /// A command.
    pub struct CommandSet<'a>, CommandSetView {
        /// Who executes it.
        command_type: QuectelCommandType,
        /// The command, as text.
        command_string personal: RestUnpadded<'a>,
    }
}

crate::mbim_struct! {
    /// The answer to a command.
    pub struct CommandInfo<'a>, CommandInfoView {
        /// How it ended.
        command_response_status: QuectelCommandResponseStatus,
        /// The answer, as text; its first line echoes the command, and NULs may follow it.
        command_response_string personal: Rest<'a>,
    }
}

crate::mbim_service! {
    /// Firmware update.
    pub QDU, "QDU" = 0x6427015f_579d_48f5_8c54_f43ed1e76f83 {
        /// The update session.
        pub UpdateSession = 1 {
            query EmptyView => UpdateSessionInfoView;
            set UpdateSessionSetView => UpdateSessionInfoView;
        }
        /// Begins a file.
        pub FileOpen = 2 {
            query EmptyView => FileOpenInfoView;
            set FileOpenSetView => FileOpenInfoView;
        }
        /// Writes a piece of the file.
        pub FileWrite = 3 {
            set FileWriteSetView => EmptyView;
        }
        /// Reboots into another mode.
        pub QuectelReboot = 4 {
            set QuectelRebootSetView => EmptyView;
        }
        /// Reads a version, although it is a set.
        pub QuectelReadVersion = 7 {
            set QuectelReadVersionSetView => QuectelReadVersionInfoView;
        }
        /// Executes an AT or system command.
        pub Command = 8 {
            set CommandSetView => CommandInfoView;
        }
    }
}
