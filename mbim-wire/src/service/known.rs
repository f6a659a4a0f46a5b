//! Services that exist on modems and whose messages are not declared here, because their layouts are not public. Their
//! names help whoever reads a list of services or a trace.

use crate::uuid::Uuid;

macro_rules! known {
    ($($(#[$m:meta])* $name:ident, $title:literal = $number:literal;)*) => {
        $(
            $(#[$m])*
            pub const $name: Uuid = Uuid::new($number);
        )*

        /// All services of this module, with their names.
        pub const ALL: &[(Uuid, &str)] = &[$(($name, $title)),*];
    };
}

known! {
    /// Several carriers on one modem. CIDs: 1 capabilities, 2 location, 3 current CIDs.
    MULTICARRIER, "Multicarrier" = 0x8b569648_628d_4653_9b9f_1025404424e1;
    /// Files of the modem over a device service stream, as used for its logs (Microsoft). No commands.
    MS_MODEM_FILE_TRANSFER, "MS Modem File Transfer" = 0x0ebb1ceb_af2d_484d_8df3_53bc51fd162c;
    /// Transmit power near a body. CID 1.
    INTEL_SAR, "Intel SAR" = 0x10e40d69_375a_42ce_a297_906164f2754c;
    /// CID 0x02000010.
    INTEL_ACT, "Intel ACT" = 0xed19555d_a6ac_4327_8eb1_fc022e5e2388;
    /// Traces. CIDs 1 and 2.
    INTEL_TRACE, "Intel Trace" = 0x59a7f323_fe5a_4301_b185_b8ea9e6167b7;
    /// CIDs 1 and 2.
    INTEL_NRTC, "Intel NRTC" = 0x2b6d8c5a_0ca9_418f_8aac_1a9dc8e32866;
    /// USB configuration. CID 1.
    INTEL_USB_PROFILE, "Intel USB Profile" = 0xfa142322_166b_4fd9_89f0_99be90ae8e3d;
    /// CID 1.
    INTEL_CIQ, "Intel CIQ" = 0x6a2a8150_abca_4b11_a4e2_f2fc879f5481;
    /// Several data flows. CIDs 1 to 4.
    MULTIFLOW, "Multiflow" = 0x8d8f32d9_f7c2_4419_b28b_dedcde205ed8;
}

/// The name of a service of this module.
#[must_use]
pub fn name(service: Uuid) -> Option<&'static str> {
    ALL.iter().find(|(uuid, _)| *uuid == service).map(|(_, name)| *name)
}
