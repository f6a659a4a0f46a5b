//! The same as `qmi_frame`, and three TLVs of NAS Get System Info, a message with forty.
#![no_std]
#![no_main]

use qmi_wire::frame::Frame;
use qmi_wire::service::nas::get_system_info;
use qmi_wire::{Verdict, View};
use wwan_size::{bytes, put, put_bytes};

wwan_size::probe!({
    let mut buf = [0; 2048];
    if let Ok(frame) = Frame::parse(bytes(&mut buf)) {
        let verdict = frame.message.tlvs.require::<Verdict>(Verdict::TLV);
        put(verdict.map_or(1, |verdict| u32::from(verdict.error.0)));
        let info = get_system_info::Response::from_tlvs(frame.message.tlvs);
        if let Ok(Some(status)) = info.lte_service_status() {
            put(u32::from(status.service_status.0));
        }
        if let Ok(Some(lte)) = info.lte_system_info_v2() {
            put(u32::from(lte.tac));
            put(lte.cid);
            put_bytes(lte.mcc.bytes);
            put_bytes(lte.mnc.bytes);
        }
        if let Ok(Some(available)) = info.eutra_with_nr5g_availability() {
            put(u32::from(available));
        }
    }
});
