//! One query, DEVICE_CAPS, through the sans-IO session.
#![no_std]
#![no_main]

use mbim_wire::service::basic_connect::{BASIC_CONNECT, DeviceCaps, DeviceCapsInfoView};
use mbim_wire::{Command, View};

wwan_size::record_size!(ram = size_of::<wwan::session::mbim::Session<'static>>());

wwan_size::probe!(wwan_size::one_query(BASIC_CONNECT, DeviceCaps::CID, |body| {
    let caps = DeviceCapsInfoView::new(body);
    if let (Ok(sessions), Ok(device_id)) = (caps.max_sessions(), caps.device_id()) {
        wwan_size::put(sessions);
        device_id.chars().for_each(|c| wwan_size::put(u32::from(c)));
    }
}));
