//! Quectel.

use crate::parameter::{Rest, Str, Word};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Ready.
    Rdy = "RDY";
    /// Ready.
    AppRdy = "APP RDY";
    /// Indication.
    QInd<'a> = "+QIND" (kind: Str<'a>, rest: Rest<'a>);
    /// Card.
    QUsim = "+QUSIM" (n: u8);
    /// Card.
    QSimStat = "+QSIMSTAT" (enable: u8, inserted: u8);
    /// Socket.
    QIurc<'a> = "+QIURC" (kind: Str<'a>, rest: Rest<'a>);
    /// Socket opened.
    QIopen = "+QIOPEN" (connect: u8, error: u16);
    /// TLS socket.
    QSslurc<'a> = "+QSSLURC" (kind: Str<'a>, rest: Rest<'a>);
    /// TLS socket opened.
    QSslopen = "+QSSLOPEN" (client: u8, error: u16);
    /// Message of a broker.
    QMtrecv<'a> = "+QMTRECV" (client: u8, msgid: u16, rest: Rest<'a>);
    /// State of a broker.
    QMtstat = "+QMTSTAT" (client: u8, error: u8);
    /// Network interface.
    QNetdevstatus<'a> = "+QNETDEVSTATUS" (status: Rest<'a>);
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
    /// A broker was reached.
    QMtopen = "+QMTOPEN" (client: u8, result: i8);
    /// A broker took the connection.
    QMtconn = "+QMTCONN" (client: u8, result: u8, code: Option<u8>);
    /// A subscription was answered.
    QMtsub<'a> = "+QMTSUB" (client: u8, msgid: u16, result: u8, value: Rest<'a>);
    /// A subscription ended.
    QMtuns = "+QMTUNS" (client: u8, msgid: u16, result: u8);
    /// A message was published.
    QMtpub = "+QMTPUB" (client: u8, msgid: u16, result: u8, value: Option<u8>);
    /// A message was published, counted.
    QMtpubex = "+QMTPUBEX" (client: u8, msgid: u16, result: u8, value: Option<u8>);
    /// Disconnected from a broker.
    QMtdisc = "+QMTDISC" (client: u8, result: i8);
    /// A broker's connection was closed.
    QMtclose = "+QMTCLOSE" (client: u8, result: i8);
    /// What a request brought.
    QHttpget = "+QHTTPGET" (error: u16, status: Option<u16>, length: Option<u32>);
    /// What a request brought.
    QHttppost = "+QHTTPPOST" (error: u16, status: Option<u16>, length: Option<u32>);
    /// A body was read.
    QHttpread = "+QHTTPREAD" (error: u16);
    /// An echo, or the sum of all.
    QPing<'a> = "+QPING" (result: u16, rest: Rest<'a>);
    /// The time of a server.
    QNtp<'a> = "+QNTP" (error: u16, time: Option<Str<'a>>);
    /// Positioning.
    QGpsurc<'a> = "+QGPSURC" (kind: Str<'a>, rest: Rest<'a>);
    /// Device management.
    QLwurc<'a> = "+QLWURC" (kind: Str<'a>, rest: Rest<'a>);
    /// A tone was heard.
    QTonedet<'a> = "+QTONEDET" (tone: Word<'a>);
    /// Speech ended.
    QTts = "+QTTS" (state: u8);
    /// A file was played.
    QAudplay = "+QAUDPLAY" (state: u8);
    /// A firmware is loaded.
    QFotadl<'a> = "+QFOTADL" (state: Rest<'a>);
    /// A command of the card.
    QStk<'a> = "+QSTK" (command: Rest<'a>);
    /// Jamming.
    QJdr<'a> = "+QJDR" (state: Rest<'a>);
    /// A file server was reached.
    QFtpopen = "+QFTPOPEN" (error: u16, code: u16);
    /// A file server's connection was closed.
    QFtpclose = "+QFTPCLOSE" (error: u16, code: u16);
}
