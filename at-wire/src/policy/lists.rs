//! Rules against what makers' firmware is known to offer, and nobody should reach who is not trusted with the whole
//! machine: for [`Policy::rules`](super::Policy::rules), as they are or beside one's own.
//!
//! A list of what is denied can only hold what is known. Where it is known what a client needs, a policy that allows that and
//! denies the rest is the better one.

use super::{Action, Rule};

macro_rules! deny {
    ($($(#[doc = $doc:literal])* $list:ident { $($maker:literal: $($name:literal)*;)* })*) => {
        $(
            $(#[doc = $doc])*
            pub static $list: &[Rule<'static>] =
                &[$($(Rule { name: $name, forms: Rule::ALL, action: Action::Deny },)*)*];
        )*

        /// Every list of makers' commands; not [`LINE`] and [`FOREIGN`].
        pub static ALL: &[&[Rule<'static>]] = &[SHELL, FILES, FIRMWARE, DEBUG, IDENTITY, UPLOADS];
    };
}

deny! {
    /// Runs programs or scripts on the modem's own processor, or opens the ways to a shell there.
    SHELL {
        "Quectel": "+QLINUXCMD" "+QADBKEY" "+QADBTEST" "+QFASTBOOT";
        "SIMCom": "+CUSBADB";
        "Huawei": "^SHELL";
        "Telit": "#EXECSCR" "#ESCRIPT" "#STARTMODESCR" "#M2MRUN" "#M2MARG" "#M2MCHDIR";
        "Cinterion": "^SJRA" "^SJAM";
        "LG": "%USB";
        "Samsung": "+USBDEBUG" "+SWATD";
        "Motorola": "+MODE";
    }

    /// Reads, writes and deletes files, certificates among them.
    FILES {
        "Quectel": "+QFUPL" "+QFDWL" "+QFDEL" "+QFLST" "+QFLDS" "+QFOPEN" "+QFREAD" "+QFWRITE" "+QFSEEK" "+QFPOSITION"
            "+QFTUCAT" "+QFCLOSE" "+QFMOV" "+QFFLUSH" "+QSECREAD" "+QSECWRITE" "+QSECDEL";
        "SIMCom": "+FS*" "+CFTRAN*" "+CCERT*" "+CFTPSGETFILE" "+CFTPSPUTFILE";
        "u-blox": "+UDELFILE" "+UDWNFILE" "+URDFILE" "+URDBLOCK" "+ULSTFILE" "+USECMNG";
        "Telit": "#M2MWRITE" "#M2MREAD" "#M2MDEL" "#M2MLIST" "#M2MRAM" "#WSCRIPT" "#RSCRIPT" "#DSCRIPT" "#LSCRIPT"
            "#SSLSECDATA";
        "Cinterion": "^SFSA" "^SBNW" "^SBNR";
        "Nordic": "%CMNG";
        "Sequans": "+SQNSNVW" "+SQNSNVR";
    }

    /// Loads other firmware, or restarts into a loader.
    FIRMWARE {
        "Quectel": "+QFOTADL" "+QABFOTA" "+QDOWNLOAD" "+QSECBOOT";
        "SIMCom": "+CFOTA";
        "u-blox": "+UFWUPD" "+UFWINSTALL" "+UFACTORY";
        "Huawei": "^GODLOAD" "^SFM" "^U2DIAG" "^SETPORT";
        "Telit": "#OTA*" "#FWSWITCH";
        "Cinterion": "^SFDL" "^SJDL" "^SNFOTA";
        "Sierra": "!IMPREF" "!BOOTHOLD" "!FWDWL" "!GOBIIMPREF";
        "Sequans": "+SQNSUPGRADE" "+SQNSFWUPGRADE" "+SMSWBOOT" "+SMOD";
        "Nordic": "#XDFU*";
        "several": "+FWUPD*" "+FOTA*";
    }

    /// Diagnosis and engineering modes, calibration, non-volatile items, crash dumps, and what unlocks these.
    DEBUG {
        "Quectel": "+QCFG" "+QNVFR" "+QNVFW" "+QNVR" "+QNVW" "+QPRTPARA" "+QRFTEST*";
        "Sierra": "!ENTERCND" "!SETCND" "!OPENLOCK" "!OPENCND" "!CUSTOM" "!NV*" "!DA*" "!USBCOMP" "!UDPID";
        "Huawei": "^NVRD" "^NVWR" "^NVRDEX" "^NVWREX" "^DATALOCK" "^CARDLOCK" "^SIMLOCK" "^FDAC" "^FTXON";
        "u-blox": "+UTEST";
        "Telit": "#ENHRST" "#TESTMODE" "#DIAGCFG" "#USBCFG";
        "Cinterion": "^SCFG";
        "Qualcomm": "$QCDMG" "$QCDGEN" "$QCCAL";
        "MediaTek": "+EMETACONFIG" "+ERFTX" "+ESLBLOB";
        "Samsung": "+SYSDUMP" "+DUMPCTRL" "+DEBUGLVC" "+FACTORST";
        "ZTE": "+ZCDRUN";
        "Nordic": "%XCOREDUMP" "%XRFTEST" "%XMODEMTRACE";
        "Fibocom": "+GTUSBMODE";
    }

    /// Writes the identity of the equipment.
    IDENTITY {
        "MediaTek, Quectel": "+EGMR";
        "SIMCom": "+SIMEI";
        "Huawei": "^IMEI*" "^PHYNUM";
        "LG": "%IMEI";
        "ZTE": "+MODIMEI";
        "Fibocom": "+GTSN";
    }

    /// Takes counted bytes behind a prompt: a modem that waits for them takes for bytes what was judged as a line, and for
    /// a line what was judged as a string. To be denied wherever something passes a [`Filter`](super::Filter).
    UPLOADS {
        "Quectel": "+QISEND*" "+QSSLSEND" "+QHTTPURL" "+QHTTPPOST*" "+QHTTPPUT*" "+QMTPUB*" "+QFTPPUT" "+QSMTPBODY";
        "SIMCom": "+CIPSEND*" "+CASEND" "+CCHSEND" "+CSSLSEND" "+HTTPDATA" "+CHTTPSSEND" "+CMQTTTOPIC" "+CMQTTPAYLOAD"
            "+CMQTTWILLTOPIC" "+CMQTTWILLMSG" "+CMQTTSUB*" "+CMQTTUNSUB*" "+SMPUB" "+CFTPSPUT*";
        "u-blox": "+USOWR" "+USOST" "+USOSTF" "+USOWRE";
        "Telit": "#SSEND*" "#SSENDEXT" "#SSLSEND*" "#HTTPSND" "#FTPPUT*" "#EMAILD" "#MQPUBS*" "#SMTPSEND";
        "Cinterion": "^SISW" "^SISH";
        "Sierra": "+KTCPSND" "+KUDPSND" "+KHTTPPOST" "+KHTTPPUT" "+KPATTERN" "+KSTORE" "+KCERTSTORE" "+KPRIVKSTORE";
        "Sequans": "+SQNSSEND*" "+SQNSSSENDEXT" "+SQNSHTTPSND" "+SQNSMQTTPUBLISH" "+SQNSSENDMSG*";
        "Fibocom": "+MIPSEND";
        "Nordic": "#XSEND*" "#XTCPSEND" "#XUDPSEND" "#XMQTTPUB" "#XHTTPCREQ";
    }

    /// The line itself: speed, format, flow control. A client that changes them cuts its gateway off.
    LINE {
        "ITU-T V.250": "+IPR" "+ICF" "+IFC" "+ILRR" "&K" "\\Q" "&W" "&Y" "%C" "\\N";
    }

    /// Everything whose name no specification has: for clients that need nothing but 3GPP's commands.
    FOREIGN {
        "all": "^*" "!*" "#*" "$*" "%*" "**" "_*" "@*" "~*" "-*" "\\*";
    }
}
