//! Sierra Wireless.

use crate::parameter::Rest;

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// State at boot.
    Wind = "+WIND" (event: u8);
    /// Ready.
    Ksup = "+KSUP" (status: u8);
    /// Connection.
    KcnxInd<'a> = "+KCNX_IND" (connection: u8, status: u8, rest: Rest<'a>);
    /// Data waits.
    KtcpData<'a> = "+KTCP_DATA" (session: u8, length: u16, rest: Rest<'a>);
    /// A session failed.
    KtcpNotif = "+KTCP_NOTIF" (session: u8, reason: u8);
    /// A session is ready.
    KtcpInd = "+KTCP_IND" (session: u8, status: u8);
    /// A session was taken.
    KtcpSrvreq<'a> = "+KTCP_SRVREQ" (session: u8, child: u8, rest: Rest<'a>);
    /// A session is ready.
    KudpInd = "+KUDP_IND" (session: u8, status: u8);
    /// Data waits.
    KudpData<'a> = "+KUDP_DATA" (session: u8, length: u16, rest: Rest<'a>);
    /// A session failed.
    KudpNotif = "+KUDP_NOTIF" (session: u8, reason: u8);
    /// What a request brought.
    KhttpInd<'a> = "+KHTTP_IND" (session: u8, status: u8, rest: Rest<'a>);
    /// A request failed.
    KhttpError = "+KHTTP_ERROR" (session: u8, reason: u8);
    /// Broker.
    Kmqtt<'a> = "+KMQTT_IND" (session: u8, status: u8, rest: Rest<'a>);
    /// Device management.
    Wdsi<'a> = "+WDSI" (event: u8, rest: Rest<'a>);
    /// Preferred network list is not restricted.
    Pacsp0 = "+PACSP0";
    /// Technology.
    PsSysi = "*PSSYSI" (technology: u8);
    /// Technology.
    Cnti<'a> = "^CNTI" (technology: Rest<'a>);
}
