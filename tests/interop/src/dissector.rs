//! What the dissector (tshark 4.0) does not know, although it is so. Entries are beginnings of `SERVICE COMMAND FORM vN`.

const NEVER: &str = "Unexpected message";
const NO_BUFFER: &str = "Unexpected Information Buffer";
const MALFORMED: &str = "Malformed Packet (Exception occurred)";
const NOT_ASCII: &str = "Trailing stray characters";
const NO_U64: &str = "Trying to fetch an unsigned integer with length 8";

/// What it complains of, although the message is as specified.
pub const COMPLAINTS: &[(&str, &[&str])] = &[
    ("Basic Connect Emergency Mode Set", &[NEVER]),
    // Their CDMA timestamps are UTF-16 like all text (MBIM 1.0 §10.4); it reads ASCII.
    ("SMS Read Response v", &[NOT_ASCII, NOT_ASCII]),
    ("SMS Read Notification v", &[NOT_ASCII, NOT_ASCII]),
    // The CDMA list, 36 bytes an entry, is behind the others.
    ("Ms Basic Connect Extensions Base Stations Info Response v1", &[MALFORMED]),
    ("Ms Basic Connect Extensions Base Stations Info Response v2", &[MALFORMED]),
    // Timing advance of NR cells has 64 bits.
    ("Ms Basic Connect Extensions Base Stations Info Response v3", &[NO_U64, NO_U64]),
    // Commands that it knows by number only.
    ("Ms Basic Connect Extensions Modem Logging Config Query", &[MALFORMED]),
    ("Ms Basic Connect Extensions Modem Logging Config", &[NEVER]),
    ("Ms Basic Connect Extensions Pin Ex", &[NEVER]),
    ("Intel Thermal RF RFIM Query", &[MALFORMED]),
    ("Intel Thermal RF RFIM", &[NEVER]),
    // A wake by nothing in particular has no TLV behind it.
    ("Ms Basic Connect Extensions Wake Reason Response", &[MALFORMED]),
    ("MS UICC Low Level Access File Status Query", &[NO_BUFFER]),
    // The local PIN is UTF-16 as well.
    ("MS UICC Low Level Access Read Binary Query", &[NOT_ASCII]),
    ("MS UICC Low Level Access Read Binary Set", &[NOT_ASCII]),
    ("MS UICC Low Level Access Read Record Query", &[NOT_ASCII]),
    ("MS UICC Low Level Access Read Record Set", &[NOT_ASCII]),
    ("ATDS RAT Response", &[NO_BUFFER]),
    ("Intel Firmware Update Modem Reboot Set v2", &[NO_BUFFER]),
    ("Intel Firmware Update Modem Reboot Set v3", &[NO_BUFFER]),
];

/// What it does not show, or not all of it.
pub const NOT_SHOWN: &[&str] = &[
    // It reads the session number alone.
    "Basic Connect Connect Query",
    "Basic Connect IP Configuration Query",
    "Basic Connect Service Activation Response",
    "Ms Basic Connect Extensions Network Denylist",
    "Ms Basic Connect Extensions Lte Attach",
    "Ms Basic Connect Extensions PCO",
    "Ms Basic Connect Extensions Location Info Status",
    "MS Voice Extensions NITZ",
    "Proxy Control",
    "QDU",
    "Intel Mutual Authentication FCC Lock",
    "Intel Tools Trace Config",
    "Google Carrier Lock",
];
