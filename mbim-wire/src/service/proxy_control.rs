//! Proxy Control: how a program tells mbim-proxy, with which it shares a modem, what modem it wants. Never reaches a modem.

use crate::field::EmptyView;
use crate::text::Text;

crate::mbim_struct! {
    /// Chooses the modem of this connection to the proxy.
    pub struct ConfigurationSet<'a>, ConfigurationSetView {
        /// Path of the device node; the proxy resolves symbolic links.
        device_path: Text<'a>,
        /// Longest time in seconds that opening the modem may take.
        timeout: u32,
    }
}

crate::mbim_struct! {
    /// The versions in force on the modem, whichever of its users agreed on them.
    pub struct VersionNotification, VersionNotificationView {
        /// MBIM, as binary-coded decimal: 0x0100 is 1.0.
        mbim_version: u16,
        /// Microsoft extensions, in the same way.
        mbim_extended_version: u16,
    }
}

crate::mbim_service! {
    /// The proxy on the host.
    pub PROXY_CONTROL, "Proxy Control" = 0x838cf7fb_8d0d_4d7f_871e_d71dbefbb39b {
        /// Chooses the modem. The same path again succeeds; another one on the same connection fails.
        pub Configuration = 1 {
            set ConfigurationSetView => EmptyView;
        }
        /// Tells every user of the proxy the versions in force.
        pub Version = 2 {
            notification VersionNotificationView;
        }
    }
}
