//! Intel XMM and its relatives, Fibocom among them.

use crate::parameter::Rest;

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Indicator.
    Xciev<'a> = "+XCIEV" (rest: Rest<'a>);
    /// Registration.
    Xreg<'a> = "+XREG" (rest: Rest<'a>);
    /// Card.
    Xsim = "+XSIM" (state: u8);
    /// Call.
    Xcallstat = "+XCALLSTAT" (call: u8, stat: u8);
    /// Card is ready.
    SimReady = "+SIM READY";
    /// Card is gone.
    SimDrop = "+SIM DROP";
    /// Signal.
    Xcsq = "+XCSQ" (rssi: u8, ber: Option<u8>);
    /// Bearer of the card.
    Xbipi<'a> = "+XBIPI" (rest: Rest<'a>);
    /// Data.
    Xdatastat = "+XDATASTAT" (state: u8);
    /// Last network.
    Xnvmplmn<'a> = "+XNVMPLMN" (network: Rest<'a>);
    /// Engineering page.
    Xcgedpage<'a> = "+XCGEDPAGE" (page: Rest<'a>);
    /// Fibocom: messages.
    MsgInd<'a> = "+MSGIND" (rest: Rest<'a>);
    /// Fibocom: data came.
    MipRtcp<'a> = "+MIPRTCP" (socket: u8, rest: Rest<'a>);
    /// Fibocom: a socket opened.
    MipOpen<'a> = "+MIPOPEN" (socket: u8, state: Rest<'a>);
    /// Fibocom: a socket changed.
    MipStat<'a> = "+MIPSTAT" (socket: u8, state: Rest<'a>);
    /// Fibocom: data was sent.
    MipPush<'a> = "+MIPPUSH" (socket: u8, result: Rest<'a>);
    /// Fibocom: event.
    GtEv<'a> = "+GTEV" (event: Rest<'a>);
    /// Fibocom: USB.
    GtUsbMode = "+GTUSBMODE" (mode: u8);
}
