//! 3GPP: 27.007, 27.005, V.250.

use crate::parameter::{Octets, Rest, Str, Word};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// A call comes in (V.250).
    Ring = "RING";
    /// The same with its kind (27.007 §6.11).
    CRing<'a> = "+CRING" (kind: Rest<'a>);
    /// Registration; read it with [`Registration`](crate::command::network::Registration).
    CReg<'a> = "+CREG" (registration: Rest<'a>);
    /// Registration, packet switched.
    CGReg<'a> = "+CGREG" (registration: Rest<'a>);
    /// Registration, LTE.
    CEReg<'a> = "+CEREG" (registration: Rest<'a>);
    /// Registration, 5G.
    C5GReg<'a> = "+C5GREG" (registration: Rest<'a>);
    /// A call waits (27.007 §7.12).
    CCwa<'a> personal = "+CCWA" (number: Str<'a>, kind: u8, class: Option<u8>, alpha: Option<Str<'a>>, cli_validity: Option<u8>);
    /// Who calls (27.007 §7.6).
    CLip<'a> personal = "+CLIP" (number: Str<'a>, kind: u8, subaddr: Option<Str<'a>>, satype: Option<u8>, alpha: Option<Str<'a>>, cli_validity: Option<u8>);
    /// Who answered (27.007 §7.8).
    COlp<'a> personal = "+COLP" (number: Str<'a>, kind: u8, subaddr: Option<Str<'a>>, satype: Option<u8>, alpha: Option<Str<'a>>);
    /// Which number was called (27.007 §7.9).
    CDip<'a> personal = "+CDIP" (number: Str<'a>, kind: u8, subaddr: Option<Str<'a>>, satype: Option<u8>);
    /// The caller's name (27.007 §7.30).
    CNap<'a> personal = "+CNAP" (name: Str<'a>, validity: Option<u8>);
    /// Notification while a call is made (27.007 §7.17).
    CSsi = "+CSSI" (code: u8, index: Option<u8>);
    /// Notification during a call (27.007 §7.17).
    CSsu<'a> personal = "+CSSU" (code: u8, index: Option<u8>, number: Option<Str<'a>>, kind: Option<u8>);
    /// From a dialogue with the network (27.007 §7.15).
    CUsd<'a> personal = "+CUSD" (m: u8, text: Option<Str<'a>>, dcs: Option<u8>);
    /// A message is stored (27.005 §3.4.1).
    CMti<'a> = "+CMTI" (mem: Str<'a>, index: u16);
    /// A message as a PDU on the next line (27.005 §4.1).
    CMt<'a> personal = "+CMT" (alpha: Option<Str<'a>>, length: u8);
    /// A cell broadcast page is stored.
    CBmi<'a> = "+CBMI" (mem: Str<'a>, index: u16);
    /// A cell broadcast page as a PDU on the next line.
    CBm = "+CBM" (length: u8);
    /// A status report as a PDU on the next line.
    CDs<'a> personal = "+CDS" (length: Rest<'a>);
    /// A status report is stored.
    CDsi<'a> = "+CDSI" (mem: Str<'a>, index: u16);
    /// An indicator changed (27.007 §8.10).
    CIev<'a> = "+CIEV" (indicator: Word<'a>, value: Rest<'a>);
    /// A key was pressed.
    CKev = "+CKEV" (key: u8, press: u8);
    /// The display changed.
    CDev<'a> = "+CDEV" (element: u8, text: Rest<'a>);
    /// The packet domain (27.007 §10.1.19); read it with [`PacketEvent`](super::PacketEvent).
    CGev<'a> = "+CGEV" (event: Rest<'a>);
    /// Time zone (27.007 §8.41).
    CTzv<'a> = "+CTZV" (time_zone: Rest<'a>);
    /// Time zone and summer time.
    CTze<'a> = "+CTZE" (time_zone: Str<'a>, dst: u8, time: Option<Str<'a>>);
    /// The same with universal time.
    CTzeu<'a> = "+CTZEU" (time_zone: Str<'a>, dst: u8, utime: Option<Str<'a>>);
    /// Cost of the call (27.007 §7.16).
    CCcm<'a> = "+CCCM" (ccm: Str<'a>);
    /// The call meter is nearly full.
    CCwv = "+CCWV";
    /// An alarm.
    CAlv = "+CALV" (n: u8);
    /// A position.
    CPosr<'a> personal = "+CPOSR" (position: Rest<'a>);
    /// Signalling connection (27.007 §10.1.30).
    CSCon = "+CSCON" (mode: u8, state: Option<u8>, access: Option<u8>, core_network: Option<u8>);
    /// Extended discontinuous reception (27.007 §7.40).
    CEdrxp<'a> = "+CEDRXP" (act_type: u8, requested: Option<Str<'a>>, provided: Option<Str<'a>>, paging_window: Option<Str<'a>>);
    /// Mobility management error (27.007 §9.1B).
    CNecMm = "+CNEC_MM" (cause: u16);
    /// Packet mobility management error.
    CNecGmm = "+CNEC_GMM" (cause: u16);
    /// Session management error.
    CNecGsm = "+CNEC_GSM" (cause: u16, cid: Option<u8>);
    /// LTE session management error.
    CNecEsm = "+CNEC_ESM" (cause: u16, cid: Option<u8>);
    /// LTE mobility management error.
    CNecEmm = "+CNEC_EMM" (cause: u16);
    /// 5G mobility management error.
    CNec5gmm = "+CNEC_5GMM" (cause: u16);
    /// 5G session management error.
    CNec5gsm = "+CNEC_5GSM" (cause: u16, cid: Option<u8>);
    /// A toolkit profile is active.
    CUsats = "+CUSATS" (profile: u8);
    /// A command of the card.
    CUsatp<'a> personal = "+CUSATP" (command: Octets<'a>);
    /// The card's session ended.
    CUsatend = "+CUSATEND";
    /// Data over the control plane.
    CRtdcp<'a> personal = "+CRTDCP" (cid: u8, length: u16, data: Option<Str<'a>>);
    /// IMS registration.
    CIregu = "+CIREGU" (reg_info: u8, ext_info: Option<u32>);
    /// IMS voice of the network.
    CIrepi = "+CIREPI" (nwimsvops: u8);
    /// Handover of a call.
    CIreph = "+CIREPH" (srvcch: u8);
    /// `CIoT` optimisation of the network.
    CCiotopti = "+CCIOTOPTI" (supported: u8);
    /// A message in text mode, whose text is on the next lines (27.005 §3.4.1).
    CMtText<'a> personal = "+CMT" (oa: Str<'a>, alpha: Option<Str<'a>>, scts: Option<Str<'a>>, tooa: Option<u8>, fo: Option<u8>, pid: Option<u8>, dcs: Option<u8>, sca: Option<Str<'a>>, tosca: Option<u8>, length: Option<u16>);
    /// A cell broadcast page in text mode, whose text is on the next lines (27.005 §3.4.1).
    CBmText = "+CBM" (sn: u16, mid: u16, dcs: u8, page: u8, pages: u8);
    /// A status report in text mode (27.005 §3.4.1).
    CDsText<'a> personal = "+CDS" (fo: u8, mr: u8, ra: Option<Str<'a>>, tora: Option<u8>, scts: Str<'a>, dt: Str<'a>, st: u8);
    /// Calls there are, told unasked (27.007 §7.18).
    CLcc<'a> personal = "+CLCC" (id: u8, dir: u8, stat: u8, mode: u8, mpty: Option<u8>, number: Option<Str<'a>>, kind: Option<u8>, alpha: Option<Str<'a>>, priority: Option<u8>);
    /// The touch screen was touched (27.007 §8.10).
    CTev<'a> = "+CTEV" (action: Rest<'a>);
    /// A position, in the form of 3GPP TS 23.032 (27.007 §8.50).
    CMolrg<'a> personal = "+CMOLRG" (location: Rest<'a>);
    /// A position, as lines of NMEA (27.007 §8.50).
    CMolrn<'a> personal = "+CMOLRN" (nmea: Str<'a>);
    /// Somebody asks where the device is (27.007 §8.57).
    CMtlr<'a> personal = "+CMTLR" (handle: u8, notification: Rest<'a>);
    /// The same, with the answer to come (27.007 §8.58).
    CMtlra<'a> personal = "+CMTLRA" (handle: u8, notification: Rest<'a>);
    /// A card's profile was read (27.007 §12.2).
    CUsatrd<'a> = "+CUSATRD" (profile: Rest<'a>);
    /// Whether the preferred network is used (27.007 §7.28).
    CPnstat = "+CPNSTAT" (stat: u8);
    /// A primary notification (27.007).
    CPneru<'a> = "+CPNERU" (message: Rest<'a>);
    /// Data over the control plane was taken or not (27.007 §10.1.43).
    CSodcpr = "+CSODCPR" (cid: u8, sequence: u8, status: u8);
    /// Measurements for an application (27.007).
    CAppLevMc<'a> = "+CAPPLEVMC" (configuration: Rest<'a>);
    /// As the specification has it (27.007).
    CAbtsri<'a> = "+CABTSRI" (rest: Rest<'a>);
    /// Emergency services of the network (27.007).
    CNem<'a> = "+CNEM" (rest: Rest<'a>);
    /// Mission critical service (27.007).
    CMccsi<'a> = "+CMCCSI" (rest: Rest<'a>);
    /// As the specification has it (27.007).
    CEcn<'a> = "+CECN" (rest: Rest<'a>);
    /// As the specification has it (27.007).
    CEppi = "+CEPPI" (priority: u8);
    /// Local data networks changed (27.007).
    CLadnu<'a> = "+CLADNU" (rest: Rest<'a>);
    /// Messages wait (as some modems tell).
    CMwi<'a> = "+CMWI" (state: Rest<'a>);
    /// Tries left, told after a try (27.007 §8.65).
    CPinr<'a> = "+CPINR" (code: Word<'a>, retries: u8, default_retries: Option<u8>);
    /// A call ended, or could not be made.
    NoCarrier = "NO CARRIER";
}
