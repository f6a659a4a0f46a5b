//! QMI over MBIM: a tunnel for the other protocol of Qualcomm modems.
//!
//! Each buffer is one whole QMUX frame, first byte 0x01, never padded: padding spoils the frame. A status of success says
//! only that the frame was delivered; the QMI result is inside.

use crate::bytes::RestUnpadded;

crate::mbim_struct! {
    /// A request.
    pub struct MsgSet<'a>, MsgSetView {
        /// The QMUX frame.
        qmi_msg personal: RestUnpadded<'a>,
    }
}

crate::mbim_struct! {
    /// A response or an indication.
    pub struct MsgInfo<'a>, MsgInfoView {
        /// The QMUX frame.
        qmux "QMUX" personal: RestUnpadded<'a>,
    }
}

crate::mbim_service! {
    /// The tunnel.
    pub QMI, "QMI" = 0xd1a30bc2_f97a_6e43_bf65_c7e24fb0f0d3 {
        /// One frame.
        pub Msg "msg" = 1 {
            set MsgSetView => MsgInfoView;
            notification MsgInfoView;
        }
    }
}
