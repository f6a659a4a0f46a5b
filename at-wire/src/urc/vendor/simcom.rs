//! SIMCom.

use crate::parameter::{Fields, Rest, Str, Word};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Ready.
    AtReady = "*ATREADY" (n: u8);
    /// Context.
    AppPdp<'a> = "+APP PDP" (state: Rest<'a>);
    /// Technology.
    CNsmod = "+CNSMOD" (stat: u8);
    /// Tone heard.
    RxDtmf<'a> = "+RXDTMF" (tone: Word<'a>);
    /// Voice call began or ended.
    VoiceCall<'a> = "VOICE CALL" (state: Rest<'a>);
    /// Missed call.
    MissedCall<'a> personal = "MISSED_CALL" (call: Rest<'a>);
    /// A connection opened.
    CIpopen = "+CIPOPEN" (link: u8, error: u8);
    /// A connection closed.
    IPclose = "+IPCLOSE" (link: u8, reason: u8);
    /// Data waits.
    CAdataind = "+CADATAIND" (cid: u8);
    /// The network opened.
    NetOpen = "+NETOPEN" (error: u8);
    /// What a request brought.
    HttpAction = "+HTTPACTION" (method: u8, status: u16, length: u32);
    /// Time zone.
    PsutTz<'a> = "*PSUTTZ" (time: Rest<'a>);
    /// Ready.
    Rdy = "RDY";
    /// Functionality at boot.
    CFun = "+CFUN" (fun: u8, rst: Option<u8>);
    /// Card: `READY`, `NOT INSERTED`, `SIM REMOVED`, or what it waits for.
    CPin<'a> = "+CPIN" (code: Word<'a>);
    /// Calls are possible.
    CallReady = "Call Ready";
    /// Messages are possible.
    SmsReady = "SMS Ready";
    /// Messages are loaded.
    SmsDone = "SMS DONE";
    /// The phonebook is loaded.
    PbDone = "PB DONE";
    /// Off.
    NormalPowerDown = "NORMAL POWER DOWN";
    /// A call changed.
    CLcc<'a> personal = "+CLCC" (id: u8, dir: u8, stat: u8, mode: u8, mpty: Option<u8>, number: Option<Str<'a>>, kind: Option<u8>, alpha: Option<Str<'a>>);
    /// A context was lost.
    Pdp<'a> = "+PDP" (state: Rest<'a>);
    /// The only connection was closed.
    Closed = "CLOSED";
    /// Data came; its length stands behind a comma, its bytes on the next line.
    Receive<'a> = "+RECEIVE" (rest: Rest<'a>);
    /// Data came; its length and bytes stand behind the name.
    Ipd<'a> = "+IPD" (rest: Rest<'a>);
    /// Data waits.
    CIprxget<'a> = "+CIPRXGET" (mode: u8, link: u8, rest: Rest<'a>);
    /// A connection was closed by command.
    CIpclose = "+CIPCLOSE" (link: u8, error: u8);
    /// The network closed.
    CIpevent<'a> = "+CIPEVENT" (event: Rest<'a>);
    /// A socket command failed.
    CIperror = "+CIPERROR" (error: u8);
    /// The network closed.
    NetClose = "+NETCLOSE" (error: u8);
    /// A connection opened.
    CAopen = "+CAOPEN" (cid: u8, result: u8);
    /// A connection changed.
    CAstate = "+CASTATE" (cid: u8, state: u8);
    /// Network time.
    Nitz<'a> = "+NITZ" (time: Rest<'a>);
    /// Network name.
    PsnwId<'a> = "*PSNWID" (network: Rest<'a>);
    /// Summer time.
    Dst = "DST" (hours: u8);
    /// The voltage is low; the name is spelt so.
    UnderVoltageWarning = "UNDER-VOLTAGE WARNNING";
    /// Off for low voltage.
    UnderVoltageDown = "UNDER-VOLTAGE POWER DOWN";
    /// The voltage is high; the name is spelt so.
    OverVoltageWarning = "OVER-VOLTAGE WARNNING";
    /// Off for high voltage.
    OverVoltageDown = "OVER-VOLTAGE POWER DOWN";
    /// Temperature.
    CMte = "+CMTE" (n: i8);
    /// A broker was lost.
    MqttConnLost = "+CMQTTCONNLOST" (client: u8, cause: u8);
    /// A message begins.
    MqttRxStart = "+CMQTTRXSTART" (client: u8, topic_length: u32, payload_length: u32);
    /// Its topic is on the next line.
    MqttRxTopic = "+CMQTTRXTOPIC" (client: u8, length: u32);
    /// Its text is on the next line.
    MqttRxPayload = "+CMQTTRXPAYLOAD" (client: u8, length: u32);
    /// It ends.
    MqttRxEnd = "+CMQTTRXEND" (client: u8);
    /// A message came.
    SmSub<'a> = "+SMSUB" (topic: Str<'a>, payload: Str<'a>);
    /// State of the broker.
    SmState = "+SMSTATE" (state: u8);
    /// The server closed.
    HttpPeerClosed = "+HTTP_PEER_CLOSED";
    /// Power saving.
    CPsmstatus<'a> = "+CPSMSTATUS" (state: Str<'a>);
}

/// What `VOICE CALL` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum VoiceCallEvent {
    /// It began.
    Begin,
    /// It ended, after so many seconds if told.
    End(Option<u32>),
}

impl VoiceCall<'_> {
    /// The event; `None` for one that is unknown.
    #[must_use]
    pub fn event(&self) -> Option<VoiceCallEvent> {
        let text = self.state.0;
        if text == b"BEGIN" {
            return Some(VoiceCallEvent::Begin);
        }
        let behind = text.strip_prefix(b"END")?;
        let mut seconds = Fields::new(behind.strip_prefix(b":").unwrap_or(behind));
        seconds.value("duration").ok().map(VoiceCallEvent::End)
    }
}
