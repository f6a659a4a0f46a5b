//! Result codes: what ends the answer to a command (ITU-T V.250 §5.7.1, 3GPP TS 27.007 §9.2, 27.005 §3.2.5), and the
//! makers' own.

use core::fmt;

use crate::codec::{EncodeError, Writer};
use crate::parameter::{digits, trim};

/// What ends the answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FinalResult<'a> {
    /// `OK`.
    Ok,
    /// `CONNECT` and the text behind it: from the next byte on the line carries data.
    Connect(&'a [u8]),
    /// `NO CARRIER`: outside dialling and answering it is unsolicited, see [`Self::needs_call`].
    NoCarrier,
    /// `ERROR`.
    Error,
    /// `NO DIALTONE`, `NO DIAL TONE`.
    NoDialtone,
    /// `BUSY`.
    Busy,
    /// `NO ANSWER`.
    NoAnswer,
    /// `DELAYED`: redialling is barred for a while.
    Delayed,
    /// `BLACKLISTED`: redialling is barred.
    Blacklisted,
    /// `+CME ERROR`.
    Cme(Cause<'a>),
    /// `+CMS ERROR`.
    Cms(Cause<'a>),
    /// `+EXT ERROR` with what follows.
    Extended(&'a [u8]),
    /// `ABORTED` (u-blox).
    Aborted,
    /// `COMMAND NOT SUPPORT` (Huawei).
    CommandNotSupported,
    /// `TOO MANY PARAMETERS` (Huawei).
    TooManyParameters,
    /// `NA`: not allowed (Samsung).
    NotAllowed,
    /// `MODEM ERROR: n` (Motorola).
    Modem(u32),
}

/// The cause of a `+CME ERROR` or `+CMS ERROR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Cause<'a> {
    /// Its number, which may be a maker's own.
    Number(u32),
    /// A text, as it was told, possibly empty; see [`FinalResult::resolved`].
    Text(&'a [u8]),
}

impl Cause<'_> {
    /// The number, if it was told.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }
}

/// Which finals a command or a maker has beside those of the specifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Options {
    /// Numbers instead of words (`V0`).
    pub numeric: bool,
    /// The makers' finals: `ABORTED`, `COMMAND NOT SUPPORT`, `TOO MANY PARAMETERS`, `NA`, `MODEM ERROR`, `DELAYED`,
    /// `BLACKLISTED`.
    pub vendor: bool,
}

impl Options {
    /// Words, and the makers' finals.
    pub const LENIENT: Self = Self { numeric: false, vendor: true };
}

/// Those in words, each with a line end behind it: first those of the specifications, then the makers'. One text takes less
/// of the flash than a table of texts.
const WORDS: &[u8] = b"OK\nERROR\nNO CARRIER\nBUSY\nNO ANSWER\nNO DIALTONE\nNO DIAL TONE\nCONNECT\n\
ABORTED\nCOMMAND NOT SUPPORT\nTOO MANY PARAMETERS\nNA\nDELAYED\nBLACKLISTED\n";

/// How many of them are those of the specifications.
const STANDARD: usize = 8;

/// V.250 table 1, and the numbers in wide use.
const NUMBERS: &[u8] = b"0 OK\n1 CONNECT\n3 NO CARRIER\n4 ERROR\n5 CONNECT 1200\n6 NO DIALTONE\n7 BUSY\n\
8 NO ANSWER\n10 CONNECT 2400\n11 CONNECT 4800\n12 CONNECT 9600\n13 DELAYED\n14 BLACKLISTED\n17 CONNECT 14400\n\
18 CONNECT 19200\n19 CONNECT 28800\n20 CONNECT 38400\n";

/// What follows the start of a line.
#[inline(never)]
fn behind<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(start)
}

/// The place of the line in `text` that is `start` and `end`, and what follows it.
#[inline(never)]
pub(crate) fn find(text: &'static [u8], start: &[u8], end: u8) -> Option<(usize, &'static [u8])> {
    let mut place = 0_usize;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if let Some([next, rest @ ..]) = line.strip_prefix(start) {
            if *next == end {
                return Some((place, trim(rest)));
            }
        }
        place = place.wrapping_add(1);
    }
    None
}

/// A line of a modem that answers in numbers, in words; any other as it is.
///
/// ```
/// assert_eq!(at_wire::result::in_words(b"4"), b"ERROR");
/// ```
#[must_use]
pub fn in_words(line: &[u8]) -> &[u8] {
    find(NUMBERS, trim(line), b' ').map_or(line, |(_, words)| words)
}

fn lines(text: &'static [u8]) -> impl Iterator<Item = &'static [u8]> {
    text.split(|byte| *byte == b'\n')
}

/// What stands at a place in [`WORDS`].
fn word<'a>(index: usize) -> FinalResult<'a> {
    match index {
        0 => FinalResult::Ok,
        2 => FinalResult::NoCarrier,
        3 => FinalResult::Busy,
        4 => FinalResult::NoAnswer,
        5 | 6 => FinalResult::NoDialtone,
        7 => FinalResult::Connect(b""),
        8 => FinalResult::Aborted,
        9 => FinalResult::CommandNotSupported,
        10 => FinalResult::TooManyParameters,
        11 => FinalResult::NotAllowed,
        12 => FinalResult::Delayed,
        13 => FinalResult::Blacklisted,
        _ => FinalResult::Error,
    }
}

impl<'a> FinalResult<'a> {
    /// The final result that a whole line is, if it is one.
    ///
    /// ```
    /// use at_wire::result::{Cause, FinalResult, Options};
    ///
    /// let busy = FinalResult::of(b"+CME ERROR: 14", Options::default());
    /// assert_eq!(busy, Some(FinalResult::Cme(Cause::Number(14))));
    /// assert_eq!(FinalResult::of(b"NOT OK", Options::default()), None);
    /// ```
    ///
    /// A cause in words is not looked up: [`resolved`](Self::resolved) does that.
    #[must_use]
    pub fn of(line: &'a [u8], options: Options) -> Option<Self> {
        if let Some(text) = behind(line, b"+CME ERROR:") {
            return cause(text).map(Self::Cme);
        }
        if let Some(text) = behind(line, b"+CMS ERROR:") {
            return cause(text).map(Self::Cms);
        }
        let line = trim(if options.numeric { in_words(line) } else { line });
        if let Some(text) = behind(line, b"CONNECT ") {
            return Some(Self::Connect(trim(text)));
        }
        if let Some(text) = behind(line, b"+EXT ERROR:") {
            return Some(Self::Extended(trim(text)));
        }
        if let Some(number) = behind(line, b"MODEM ERROR:").and_then(|text| digits(trim(text))) {
            return Some(Self::Modem(number)).filter(|_| options.vendor);
        }
        find(WORDS, line, b'\n').filter(|(index, _)| *index < STANDARD || options.vendor).map(|(index, _)| word(index))
    }

    /// The same, with the number of a cause that was told in words. What is none of the known texts stays as it is.
    ///
    /// Apart from [`of`](Self::of), because the texts take a multiple of the flash that all else here takes: a program
    /// that asks modems for numbers (`+CMEE=1`) needs none of them.
    ///
    /// ```
    /// use at_wire::result::{Cause, FinalResult, Options};
    ///
    /// let busy = FinalResult::of(b"+CME ERROR: SIM busy", Options::default()).unwrap();
    /// assert_eq!(busy, FinalResult::Cme(Cause::Text(b"SIM busy")));
    /// assert_eq!(busy.resolved(), FinalResult::Cme(Cause::Number(14)));
    /// ```
    #[must_use]
    pub fn resolved(self) -> Self {
        match self {
            Self::Cme(Cause::Text(text)) => cme_number(text).map_or(self, |number| Self::Cme(Cause::Number(number))),
            Self::Cms(Cause::Text(text)) => cms_number(text).map_or(self, |number| Self::Cms(Cause::Number(number))),
            other => other,
        }
    }

    /// Whether the command succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Ok | Self::Connect(_))
    }

    /// Whether it is final only while a call is set up or was up; else it tells of a call that ended.
    #[must_use]
    pub fn needs_call(&self) -> bool {
        matches!(self, Self::NoCarrier | Self::Busy | Self::NoAnswer | Self::NoDialtone)
    }

    /// Appends the code, in words or (where it has one) as a number, without line ends.
    pub fn write(&self, numeric: bool, writer: &mut Writer<'_>) {
        if numeric {
            for entry in lines(NUMBERS) {
                let digits = entry.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let (number, words) = entry.split_at_checked(digits).unwrap_or_default();
                if Self::of(trim(words), Options::LENIENT) == Some(*self) {
                    return writer.bytes(number);
                }
            }
        }
        match self {
            Self::Connect(text) => {
                writer.bytes(b"CONNECT");
                if !text.is_empty() {
                    writer.byte(b' ');
                    printable(text, writer);
                }
            }
            Self::Cme(cause) => write_cause(b"+CME ERROR: ", *cause, writer),
            Self::Cms(cause) => write_cause(b"+CMS ERROR: ", *cause, writer),
            Self::Extended(text) => {
                writer.bytes(b"+EXT ERROR: ");
                printable(text, writer);
            }
            Self::Modem(number) => write_cause(b"MODEM ERROR: ", Cause::Number(*number), writer),
            simple => {
                let index = |(index, text)| (word(index) == *simple).then_some(text);
                writer.bytes(lines(WORDS).enumerate().find_map(index).unwrap_or(b"ERROR"));
            }
        }
    }
}

fn printable(text: &[u8], writer: &mut Writer<'_>) {
    if text.iter().any(u8::is_ascii_control) {
        writer.poison(EncodeError::Value { field: "result_text" });
    }
    writer.bytes(text);
}

fn write_cause(name: &[u8], cause: Cause<'_>, writer: &mut Writer<'_>) {
    use crate::parameter::LineWriter;

    writer.bytes(name);
    match cause {
        Cause::Number(number) => LineWriter::answer(writer, b"").number(number),
        Cause::Text(text) => printable(text, writer),
    }
}

/// The cause behind the colon. Without the blank the line may still be under way.
fn cause(text: &[u8]) -> Option<Cause<'_>> {
    if text.is_empty() {
        return None;
    }
    let text = trim(text);
    Some(digits(text).map_or(Cause::Text(text), Cause::Number))
}

/// Whether a cause was told in these words: letters and digits alike, case and everything else aside.
#[must_use]
pub fn is_text(told: &[u8], known: &str) -> bool {
    told.iter().filter_map(letter).eq(known.as_bytes().iter().filter_map(letter))
}

fn letter(byte: &u8) -> Option<u8> {
    byte.is_ascii_alphanumeric().then(|| byte.to_ascii_lowercase())
}

/// The text of a `+CME ERROR` number, as 3GPP TS 27.007 §9.2 has it.
///
/// ```
/// assert_eq!(at_wire::result::cme_text(10), Some("SIM not inserted"));
/// ```
#[must_use]
pub fn cme_text(number: u32) -> Option<&'static str> {
    text_of(CME, number)
}

/// The text of a `+CMS ERROR` number (3GPP TS 24.011 annex E, 23.040 §9.2.3.22, 27.005 §3.2.5).
#[must_use]
pub fn cms_text(number: u32) -> Option<&'static str> {
    text_of(CMS, number)
}

/// The number of a `+CME ERROR` that was told in words: letters and digits alike, case and everything else aside; the card
/// may be a `(U)SIM`.
#[must_use]
pub fn cme_number(text: &[u8]) -> Option<u32> {
    number_of(CME, text)
}

/// The number of a `+CMS ERROR` that was told in words.
#[must_use]
pub fn cms_number(text: &[u8]) -> Option<u32> {
    number_of(CMS, text)
}

fn number_of(table: &[(u16, &str)], text: &[u8]) -> Option<u32> {
    table.iter().find(|(_, known)| is_text(text, known)).map(|(number, _)| u32::from(*number))
}

fn text_of(table: &[(u16, &'static str)], number: u32) -> Option<&'static str> {
    table.iter().find(|(known, _)| u32::from(*known) == number).map(|(_, text)| *text)
}

impl fmt::Display for FinalResult<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let result = self.resolved();
        let mut buffer = [0; 160];
        let mut writer = Writer::new(&mut buffer);
        result.write(false, &mut writer);
        let text = writer.finish().map_or("ERROR", |text| core::str::from_utf8(text).unwrap_or("ERROR"));
        f.write_str(text)?;
        let meaning = match result {
            Self::Cme(Cause::Number(number)) => cme_text(number),
            Self::Cms(Cause::Number(number)) => cms_text(number),
            _ => None,
        };
        meaning.map_or(Ok(()), |meaning| write!(f, " ({meaning})"))
    }
}

/// 3GPP TS 27.007 §9.2, and what one family of makers adds from 256 on.
const CME: &[(u16, &str)] = &[
    (0, "phone failure"),
    (1, "no connection to phone"),
    (2, "phone-adaptor link reserved"),
    (3, "operation not allowed"),
    (4, "operation not supported"),
    (5, "PH-SIM PIN required"),
    (6, "PH-FSIM PIN required"),
    (7, "PH-FSIM PUK required"),
    (10, "SIM not inserted"),
    (11, "SIM PIN required"),
    (12, "SIM PUK required"),
    (13, "SIM failure"),
    (14, "SIM busy"),
    (15, "SIM wrong"),
    (16, "incorrect password"),
    (17, "SIM PIN2 required"),
    (18, "SIM PUK2 required"),
    (20, "memory full"),
    (21, "invalid index"),
    (22, "not found"),
    (23, "memory failure"),
    (24, "text string too long"),
    (25, "invalid characters in text string"),
    (26, "dial string too long"),
    (27, "invalid characters in dial string"),
    (30, "no network service"),
    (31, "network timeout"),
    (32, "network not allowed - emergency calls only"),
    (40, "network personalization PIN required"),
    (41, "network personalization PUK required"),
    (42, "network subset personalization PIN required"),
    (43, "network subset personalization PUK required"),
    (44, "service provider personalization PIN required"),
    (45, "service provider personalization PUK required"),
    (46, "corporate personalization PIN required"),
    (47, "corporate personalization PUK required"),
    (48, "hidden key required"),
    (49, "EAP method not supported"),
    (50, "incorrect parameters"),
    (51, "command implemented but currently disabled"),
    (52, "command aborted by user"),
    (53, "not attached to network due to MT functionality restrictions"),
    (54, "modem not allowed - MT restricted to emergency calls only"),
    (55, "operation not allowed because of MT functionality restrictions"),
    (56, "fixed dial number only allowed - called number is not a fixed dial number"),
    (57, "temporarily out of service due to other MT usage"),
    (58, "language/alphabet not supported"),
    (59, "unexpected data value"),
    (60, "system failure"),
    (61, "data missing"),
    (62, "call barred"),
    (63, "message waiting indication subscription failure"),
    (100, "unknown"),
    (102, "IMSI unknown in HLR/HSS"),
    (103, "illegal MS/UE"),
    (104, "IMSI unknown in VLR"),
    (105, "IMEI not accepted"),
    (106, "illegal ME"),
    (107, "GPRS/PS services not allowed"),
    (108, "PS and non-PS services not allowed"),
    (109, "MS identity cannot be derived by the network"),
    (110, "implicitly detached"),
    (111, "PLMN not allowed"),
    (112, "location/tracking area not allowed"),
    (113, "roaming not allowed in this area"),
    (114, "PS services not allowed in this PLMN"),
    (115, "no suitable cells in area"),
    (116, "MSC temporarily not reachable"),
    (117, "network failure (attach)"),
    (118, "CS domain not available"),
    (119, "ESM failure"),
    (122, "congestion"),
    (124, "MBMS bearer capability insufficient"),
    (125, "not authorised for this CSG"),
    (126, "insufficient resources"),
    (127, "missing or unknown APN"),
    (128, "unknown PDP address or type"),
    (129, "user authentication failed"),
    (130, "activation rejected by GGSN/SGW/PGW"),
    (131, "activation rejected, unspecified"),
    (132, "service option not supported"),
    (133, "service option not subscribed"),
    (134, "service option temporarily out of order"),
    (135, "NSAPI/PTI already in use"),
    (136, "regular deactivation"),
    (137, "QoS not accepted"),
    (138, "call cannot be identified"),
    (139, "CS service temporarily unavailable"),
    (140, "feature not supported"),
    (141, "semantic error in TFT operation"),
    (142, "syntactical error in TFT operation"),
    (143, "unknown PDP context"),
    (144, "semantic error in packet filter"),
    (145, "syntactical error in packet filter"),
    (146, "PDP context without TFT already active"),
    (147, "multicast group membership timeout"),
    (148, "unspecified GPRS error"),
    (149, "PDP authentication failure"),
    (150, "invalid mobile class"),
    (151, "last PDN disconnection not allowed"),
    (152, "no service subscription on SIM"),
    (153, "no subscription for group id"),
    (154, "group id not activated on SIM"),
    (155, "no matching notification"),
    (156, "VBS/VGCS call already present"),
    (157, "congestion"),
    (158, "network failure"),
    (159, "uplink busy"),
    (160, "no access rights for SIM file"),
    (161, "no subscription for priority"),
    (162, "operation not applicable or not possible"),
    (163, "group id prefixes not supported"),
    (164, "prefixes not usable for VBS"),
    (165, "group id prefix value invalid"),
    (171, "last PDN disconnection not allowed"),
    (172, "semantically incorrect message"),
    (173, "invalid mandatory information"),
    (174, "message type not implemented"),
    (175, "conditional IE error"),
    (176, "protocol error, unspecified"),
    (177, "operator determined barring"),
    (178, "max number of PDP contexts/bearers reached"),
    (179, "requested APN not supported in RAT and PLMN combination"),
    (180, "rejected, bearer control mode violation"),
    (181, "unsupported QCI/5QI value"),
    (182, "user data via control plane congested"),
    (183, "SMS provided via GPRS in routing area"),
    (184, "invalid PTI value"),
    (185, "no bearer activated"),
    (186, "message not compatible with protocol state"),
    (187, "recovery on timer expiry"),
    (188, "invalid transaction id"),
    (189, "service option not authorised in this PLMN"),
    (190, "network failure (activation)"),
    (191, "reactivation requested"),
    (192, "IPv4 only allowed"),
    (193, "IPv6 only allowed"),
    (194, "single address bearers only allowed"),
    (195, "collision with network-initiated request"),
    (196, "IPv4v6 only allowed"),
    (197, "non-IP only allowed"),
    (198, "bearer handling unsupported"),
    (199, "APN restriction incompatible with active context"),
    (200, "multiple accesses to one PDN connection not allowed"),
    (201, "ESM information not received"),
    (202, "PDN connection does not exist"),
    (203, "multiple PDN connections for one APN not allowed"),
    (204, "severe network failure"),
    (205, "insufficient resources for slice and DNN"),
    (206, "unsupported SSC mode"),
    (207, "insufficient resources for slice"),
    (208, "message type incompatible with protocol state"),
    (209, "IE not implemented"),
    (210, "N1 mode not allowed"),
    (211, "restricted service area"),
    (212, "LADN unavailable"),
    (213, "missing or unknown DNN in slice"),
    (214, "ngKSI already in use"),
    (215, "payload was not forwarded"),
    (216, "non-3GPP access to 5GCN not allowed"),
    (217, "serving network not authorised"),
    (218, "DNN not supported in slice"),
    (219, "insufficient user-plane resources for PDU session"),
    (220, "out of LADN service area"),
    (221, "PTI mismatch"),
    (222, "max data rate for UP integrity too low"),
    (223, "semantic error in QoS operation"),
    (224, "syntactical error in QoS operation"),
    (225, "invalid mapped EPS bearer identity"),
    (226, "redirection to 5GCN required"),
    (227, "redirection to EPC required"),
    (228, "temporarily unauthorised for SNPN"),
    (229, "permanently unauthorised for SNPN"),
    (230, "Ethernet only allowed"),
    (231, "unauthorised for CAG"),
    (232, "no network slices available"),
    (233, "wireline access area not allowed"),
    (256, "operation temporarily not allowed"),
    (257, "call barred"),
    (258, "phone busy"),
    (259, "user abort"),
    (260, "invalid dial string"),
    (261, "SS not executed"),
    (262, "SIM blocked"),
    (263, "invalid block"),
    (772, "SIM powered down"),
];

/// 3GPP TS 24.011 annex E, 23.040 §9.2.3.22, 27.005 §3.2.5.
const CMS: &[(u16, &str)] = &[
    (1, "unassigned number"),
    (8, "operator determined barring"),
    (10, "call barred"),
    (11, "reserved"),
    (17, "network failure"),
    (21, "SM transfer rejected"),
    (22, "congestion / memory capacity exceeded"),
    (27, "destination out of service"),
    (28, "unidentified subscriber"),
    (29, "facility rejected"),
    (30, "unknown subscriber"),
    (38, "network out of order"),
    (41, "temporary failure"),
    (42, "congestion"),
    (47, "resources unavailable"),
    (50, "requested facility not subscribed"),
    (69, "facility not implemented"),
    (81, "invalid SM reference"),
    (95, "semantically incorrect / invalid message"),
    (96, "invalid mandatory information"),
    (97, "message type not implemented"),
    (98, "message incompatible with state"),
    (99, "IE not implemented"),
    (111, "protocol error"),
    (127, "interworking"),
    (128, "telematic interworking not supported"),
    (129, "SM type 0 not supported"),
    (130, "cannot replace SM"),
    (143, "unspecified TP-PID error"),
    (144, "DCS not supported"),
    (145, "message class not supported"),
    (159, "unspecified TP-DCS error"),
    (160, "command cannot be actioned"),
    (161, "command unsupported"),
    (175, "unspecified TP-Command error"),
    (176, "TPDU not supported"),
    (192, "SC busy"),
    (193, "no SC subscription"),
    (194, "SC system failure"),
    (195, "invalid SME address"),
    (196, "destination SME barred"),
    (197, "SM rejected, duplicate"),
    (198, "TP-VPF not supported"),
    (199, "TP-VP not supported"),
    (208, "(U)SIM SMS storage full"),
    (209, "no SMS storage in SIM"),
    (210, "error in MS"),
    (211, "memory capacity exceeded"),
    (212, "SIM toolkit busy"),
    (213, "SIM data download error"),
    (255, "unspecified"),
    (300, "ME failure"),
    (301, "SMS service of ME reserved"),
    (302, "operation not allowed"),
    (303, "operation not supported"),
    (304, "invalid PDU mode parameter"),
    (305, "invalid text mode parameter"),
    (310, "(U)SIM not inserted"),
    (311, "(U)SIM PIN required"),
    (312, "PH-(U)SIM PIN required"),
    (313, "(U)SIM failure"),
    (314, "(U)SIM busy"),
    (315, "(U)SIM wrong"),
    (316, "(U)SIM PUK required"),
    (317, "(U)SIM PIN2 required"),
    (318, "(U)SIM PUK2 required"),
    (320, "memory failure"),
    (321, "invalid memory index"),
    (322, "memory full"),
    (330, "SMSC address unknown"),
    (331, "no network service"),
    (332, "network timeout"),
    (340, "no `+CNMA` acknowledgement expected"),
    (500, "unknown"),
];
