//! Real peers against the virtual modem, the proxies and what we write: a module for each peer, all of them one program, because
//! most of the time they wait for one another.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod coverage;
mod dissector;
mod gammu;
mod killed_qmi;
mod mbim_proxy;
mod mbimcli;
mod mbimcli_microsoft;
mod mbimcli_phonebook;
mod mbimcli_uicc;
mod mbimcli_vendor;
mod modemmanager;
mod multiplexed;
mod ofono;
mod options;
mod qmi_proxy;
mod qmicli_dms;
mod qmicli_loc;
mod qmicli_nas;
mod qmicli_open;
mod qmicli_telephony;
mod qmicli_uim;
mod qmicli_wds;
mod serial;
mod shared;
mod shared_qmi;
mod tshark_at;
mod tshark_data;
mod tshark_messages;
