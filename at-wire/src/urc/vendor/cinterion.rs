//! Cinterion.

use crate::parameter::{Rest, Str};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Ready.
    SysStart<'a> = "^SYSSTART" (mode: Rest<'a>);
    /// Off.
    Shutdown = "^SHUTDOWN";
    /// Internet service.
    Sis<'a> = "^SIS" (profile: u8, cause: u8, info: Option<u16>, text: Option<Str<'a>>);
    /// Data waits.
    Sisr = "^SISR" (profile: u8, cause: u8);
    /// Ready to send.
    Sisw = "^SISW" (profile: u8, cause: u8);
    /// Undervoltage and the like.
    Sbc<'a> = "^SBC" (text: Rest<'a>);
    /// Temperature.
    Sctm = "^SCTM_B" (state: i8);
    /// A call; a line without parameters ends the list.
    Slcc<'a> personal = "^SLCC" (idx: Option<u8>, dir: Option<u8>, stat: Option<u8>, mode: Option<u8>, mpty: Option<u8>, traffic_channel: Option<u8>, number: Option<Str<'a>>, kind: Option<u8>);
    /// Card.
    Scks = "^SCKS" (state: u8);
    /// Network interface.
    Swwan = "^SWWAN" (cid: u8, state: u8, adapter: Option<u8>);
    /// The firmware is loaded.
    SysLoading = "^SYSLOADING";
    /// Ports.
    SqPort<'a> = "^SQPORT" (rest: Rest<'a>);
    /// Card is ready.
    SsimReady = "^SSIM READY";
}
