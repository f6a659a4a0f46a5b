//! Makers' own. Names that several makers use with different parameters are read as text.

use crate::parameter::{Fields, Hex, Octets, Rest, Str, Word};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Quectel and others: ready.
    Rdy = "RDY";
    /// Quectel: ready.
    AppRdy = "APP RDY";
    /// Functionality at boot.
    CFun = "+CFUN" (fun: u8, rst: Option<u8>);
    /// Card at boot.
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
    PoweredDown = "POWERED DOWN";
    /// Off.
    NormalPowerDown = "NORMAL POWER DOWN";
    /// Quectel: indication.
    QInd<'a> = "+QIND" (kind: Str<'a>, rest: Rest<'a>);
    /// Quectel: card.
    QUsim = "+QUSIM" (n: u8);
    /// Quectel: card.
    QSimStat = "+QSIMSTAT" (enable: u8, inserted: u8);
    /// Quectel: socket.
    QIurc<'a> = "+QIURC" (kind: Str<'a>, rest: Rest<'a>);
    /// Quectel: socket opened.
    QIopen = "+QIOPEN" (connect: u8, error: u16);
    /// Quectel: TLS socket.
    QSslurc<'a> = "+QSSLURC" (kind: Str<'a>, rest: Rest<'a>);
    /// Quectel: TLS socket opened.
    QSslopen = "+QSSLOPEN" (client: u8, error: u16);
    /// Quectel: message of a broker.
    QMtrecv<'a> = "+QMTRECV" (client: u8, msgid: u16, rest: Rest<'a>);
    /// Quectel: state of a broker.
    QMtstat = "+QMTSTAT" (client: u8, error: u8);
    /// Quectel: network interface.
    QNetdevstatus<'a> = "+QNETDEVSTATUS" (status: Rest<'a>);
    /// SIMCom, ASR: ready.
    AtReady = "*ATREADY" (n: u8);
    /// SIMCom: context.
    AppPdp<'a> = "+APP PDP" (state: Rest<'a>);
    /// SIMCom: technology.
    CNsmod = "+CNSMOD" (stat: u8);
    /// SIMCom: tone heard.
    RxDtmf<'a> = "+RXDTMF" (tone: Word<'a>);
    /// SIMCom: voice call began or ended.
    VoiceCall<'a> = "VOICE CALL" (state: Rest<'a>);
    /// SIMCom: missed call.
    MissedCall<'a> = "MISSED_CALL" (call: Rest<'a>);
    /// SIMCom: a connection opened.
    CIpopen = "+CIPOPEN" (link: u8, error: u8);
    /// SIMCom: a connection closed.
    IPclose = "+IPCLOSE" (link: u8, reason: u8);
    /// SIMCom: data waits.
    CAdataind = "+CADATAIND" (cid: u8);
    /// SIMCom: the network opened.
    NetOpen = "+NETOPEN" (error: u8);
    /// SIMCom: what a request brought.
    HttpAction = "+HTTPACTION" (method: u8, status: u16, length: u32);
    /// SIMCom: time zone.
    PsutTz<'a> = "*PSUTTZ" (time: Rest<'a>);
    /// u-blox: data waits.
    UUsord = "+UUSORD" (socket: u8, length: u16);
    /// u-blox: datagrams wait.
    UUsorf = "+UUSORF" (socket: u8, length: u16);
    /// u-blox: a socket closed.
    UUsocl = "+UUSOCL" (socket: u8);
    /// u-blox: a socket connected.
    UUsoco = "+UUSOCO" (socket: u8, error: u8);
    /// u-blox: a connection was taken.
    UUsoli<'a> = "+UUSOLI" (socket: u8, address: Str<'a>, port: u16, listening: u8, local_address: Str<'a>, local_port: u16);
    /// u-blox: context activated.
    UUpsda<'a> = "+UUPSDA" (result: u8, address: Option<Str<'a>>);
    /// u-blox: context lost.
    UUpsdd = "+UUPSDD" (profile: u8);
    /// u-blox: what a request brought.
    UUhttpcr = "+UUHTTPCR" (profile: u8, command: u8, result: u8);
    /// u-blox: broker.
    UUmqttc<'a> = "+UUMQTTC" (command: u8, result: i8, rest: Rest<'a>);
    /// u-blox: card.
    UUsimstat = "+UUSIMSTAT" (state: u8);
    /// u-blox: call.
    UCallstat = "+UCALLSTAT" (call: u8, stat: u8);
    /// u-blox: registration.
    URegister = "+UREG" (state: u8);
    /// u-blox: message waiting.
    UMwi = "+UMWI" (status: u8, indicator: Option<u8>);
    /// Phonebook is loaded.
    PbReady = "+PBREADY";
    /// Telit: card.
    TelitQss = "#QSS" (status: u8);
    /// Telit: data waits.
    SRing<'a> = "SRING" (connection: u8, rest: Rest<'a>);
    /// Telit: technology.
    TelitPsnt = "#PSNT" (technology: u8);
    /// Telit: network time.
    TelitNitz<'a> = "#NITZ" (time: Str<'a>);
    /// Telit: calls.
    TelitEcam<'a> = "#ECAM" (call: u8, status: u8, rest: Rest<'a>);
    /// Sierra: state at boot.
    Wind = "+WIND" (event: u8);
    /// Sierra: ready.
    Ksup = "+KSUP" (status: u8);
    /// Sierra: connection.
    KcnxInd<'a> = "+KCNX_IND" (connection: u8, status: u8, rest: Rest<'a>);
    /// Sierra: data waits.
    KtcpData<'a> = "+KTCP_DATA" (session: u8, length: u16, rest: Rest<'a>);
    /// Sierra: a session failed.
    KtcpNotif = "+KTCP_NOTIF" (session: u8, reason: u8);
    /// Huawei: boot.
    HuaweiBoot<'a> = "^BOOT" (rest: Rest<'a>);
    /// Huawei: mode.
    HuaweiMode = "^MODE" (mode: u8, submode: Option<u8>);
    /// Huawei: signal.
    HuaweiRssi = "^RSSI" (rssi: u8);
    /// Huawei: signal.
    HuaweiHcsq<'a> = "^HCSQ" (sysmode: Str<'a>, value1: Option<u8>, value2: Option<u8>, value3: Option<u8>, value4: Option<u8>);
    /// Huawei: card.
    HuaweiSimst = "^SIMST" (state: u8, lock: Option<u8>);
    /// Huawei: service.
    HuaweiSrvst = "^SRVST" (state: u8);
    /// Huawei: network interface; read it with [`interface_states`](crate::command::vendor::huawei::interface_states).
    HuaweiNdisstat<'a> = "^NDISSTAT" (states: Rest<'a>);
    /// Huawei: counters, in hexadecimal digits.
    HuaweiDsflowrpt = "^DSFLOWRPT" (seconds: Hex<u32>, tx_rate: Hex<u32>, rx_rate: Hex<u32>, tx_total: Hex<u64>, rx_total: Hex<u64>, tx_max: Option<Hex<u32>>, rx_max: Option<Hex<u32>>);
    /// Huawei: a call is made.
    HuaweiOrig = "^ORIG" (call: u8, kind: u8);
    /// Huawei: a call rings.
    HuaweiConf = "^CONF" (call: u8);
    /// Huawei: a call is up.
    HuaweiConn = "^CONN" (call: u8, kind: u8);
    /// Huawei: a call ended.
    HuaweiCend = "^CEND" (call: u8, duration: u32, end_status: u8, cause: Option<u8>);
    /// Huawei: tone heard.
    HuaweiDdtmf<'a> = "^DDTMF" (tone: Word<'a>);
    /// Huawei: toolkit.
    HuaweiStin<'a> = "^STIN" (rest: Rest<'a>);
    /// Huawei: network time.
    HuaweiNwtime<'a> = "^NWTIME" (time: Rest<'a>);
    /// Huawei: radio switches.
    HuaweiRfswitch = "^RFSWITCH" (hardware: u8, software: u8);
    /// Huawei: message memory is full.
    HuaweiSmmemfull<'a> = "^SMMEMFULL" (mem: Str<'a>);
    /// Cinterion: ready.
    SysStart<'a> = "^SYSSTART" (mode: Rest<'a>);
    /// Cinterion: off.
    Shutdown = "^SHUTDOWN";
    /// Cinterion: internet service.
    CinterionSis<'a> = "^SIS" (profile: u8, cause: u8, info: Option<u16>, text: Option<Str<'a>>);
    /// Cinterion: data waits.
    CinterionSisr = "^SISR" (profile: u8, cause: u8);
    /// Cinterion: ready to send.
    CinterionSisw = "^SISW" (profile: u8, cause: u8);
    /// Cinterion: undervoltage and the like.
    CinterionSbc<'a> = "^SBC" (text: Rest<'a>);
    /// Cinterion: temperature.
    CinterionSctm = "^SCTM_B" (state: i8);
    /// Cinterion: a call; a line without parameters ends the list.
    CinterionSlcc<'a> = "^SLCC" (idx: Option<u8>, dir: Option<u8>, stat: Option<u8>, mode: Option<u8>, mpty: Option<u8>, traffic_channel: Option<u8>, number: Option<Str<'a>>, kind: Option<u8>);
    /// Cinterion: card.
    CinterionScks = "^SCKS" (state: u8);
    /// Cinterion: network interface.
    CinterionSwwan = "^SWWAN" (cid: u8, state: u8, adapter: Option<u8>);
    /// Option: signal.
    OptionOsigq = "_OSIGQ" (rssi: u8, ber: u8);
    /// Option: technology.
    OptionOssysi = "_OSSYSI" (mode: u8);
    /// Option: technology in use.
    OptionOcti = "_OCTI" (mode: u8);
    /// Option: network interface.
    OptionOwancall = "_OWANCALL" (cid: u8, state: u8);
    /// Icera: network.
    IceraNwstate<'a> = "%NWSTATE" (rest: Rest<'a>);
    /// Icera: context.
    IceraIpdpact = "%IPDPACT" (cid: u8, state: u8, cause: Option<u16>);
    /// MBM: ready.
    MbmEmrdy = "*EMRDY" (n: u8);
    /// MBM: network interface.
    MbmE2nap = "*E2NAP" (state: u8, cause: Option<u8>);
    /// MBM: message waiting.
    MbmEmwi<'a> = "*EMWI" (rest: Rest<'a>);
    /// MBM: radio.
    MbmErinfo = "*ERINFO" (mode: u8, gsm: u8, umts: u8);
    /// ZTE: card.
    ZteUsimr = "+ZUSIMR" (n: u8);
    /// ZTE: operator.
    ZteDonr<'a> = "+ZDONR" (rest: Rest<'a>);
    /// ZTE: technology.
    ZtePasr<'a> = "+ZPASR" (technology: Str<'a>);
    /// XMM: indicator.
    XmmXciev<'a> = "+XCIEV" (rest: Rest<'a>);
    /// XMM: registration.
    XmmXreg<'a> = "+XREG" (rest: Rest<'a>);
    /// XMM: card.
    XmmXsim = "+XSIM" (state: u8);
    /// XMM: call.
    XmmXcallstat = "+XCALLSTAT" (call: u8, stat: u8);
    /// XMM: card is ready.
    SimReady = "+SIM READY";
    /// XMM: card is gone.
    SimDrop = "+SIM DROP";
    /// MediaTek: ready.
    MtkEind = "+EIND" (n: u8);
    /// Altair: state.
    AltairStatcm = "%STATCM" (state: u8);
    /// Altair: boot.
    AltairBootev = "%BOOTEV" (event: u8);
    /// Altair: protocol options of a context.
    AltairPcoinfo<'a> = "%PCOINFO" (mode: u8, cid: u8, id: Word<'a>, value: Octets<'a>);
    /// Altair: event.
    AltairNotifyev<'a> = "%NOTIFYEV" (event: Str<'a>, rest: Rest<'a>);
    /// Sequans: ready.
    SequansSysstart = "+SYSSTART";
    /// Sequans: data waits.
    SequansRing<'a> = "+SQNSRING" (connection: u8, rest: Rest<'a>);
    /// Sequans: a socket closed.
    SequansSh = "+SQNSH" (connection: u8);
    /// Nordic: ready.
    NordicReady = "Ready";
    /// Nordic: signal.
    NordicCesq = "%CESQ" (rsrp: u8, rsrp_threshold: u8, rsrq: u8, rsrq_threshold: u8);
    /// Nordic: card.
    NordicXsim = "%XSIM" (state: u8, cause: Option<u8>);
    /// Nordic: network time.
    NordicXtime<'a> = "%XTIME" (time_zone: Option<Str<'a>>, time: Str<'a>, dst: Option<Str<'a>>);
    /// Nordic: modem event.
    NordicMdmev<'a> = "%MDMEV" (event: Rest<'a>);
    /// Nordic: sleep.
    NordicXmodemsleep = "%XMODEMSLEEP" (kind: u8, milliseconds: Option<u64>);
    /// Nordic: cells.
    NordicNcellmeas<'a> = "%NCELLMEAS" (status: u8, rest: Rest<'a>);
    /// Nordic: battery is low, mV.
    NordicXvbatlowlvl = "%XVBATLOWLVL" (millivolts: u16);
    /// HiSilicon NB-IoT: datagrams wait.
    HisiNsonmi<'a> = "+NSONMI" (socket: u8, length: u16, rest: Rest<'a>);
    /// HiSilicon NB-IoT: power saving.
    HisiNpsmr = "+NPSMR" (mode: u8);
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
