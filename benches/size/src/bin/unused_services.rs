//! The same as `query`, but it declares the one message that it needs itself. run.sh checks that both images are equally
//! large: the services of `mbim-wire` that a program does not use cost nothing.
#![no_std]
#![no_main]

use mbim_wire::{Command, View, text::Text};

mbim_wire::mbim_struct! {
    /// As the structure of that name in Basic Connect.
    pub struct DeviceCapsInfo<'a>, DeviceCapsInfoView {
        /// How it is built in.
        device_type: u32,
        /// Families of networks.
        cellular_class: u32,
        /// Voice calls.
        voice_class: u32,
        /// How the SIM is built.
        sim_class: u32,
        /// Radio technologies.
        data_class: u32,
        /// Short messages.
        sms_caps: u32,
        /// What the host can control.
        control_caps: u32,
        /// Number of IP sessions.
        max_sessions: u32,
        /// Name of radio technologies that have no flag.
        custom_data_class: Text<'a>,
        /// IMEI, MEID or ESN.
        device_id personal: Text<'a>,
        /// Version of the firmware.
        firmware_info: Text<'a>,
        /// Name or version of the hardware.
        hardware_info: Text<'a>,
    }
}

mbim_wire::mbim_service! {
    /// As Basic Connect, with one command.
    pub BASIC_CONNECT, "Basic Connect" = 0xa289cc33_bcbb_8b4f_b6b0_133ec2aae6df {
        /// What the device is and can do.
        pub DeviceCaps = 1 {
            query EmptyView => DeviceCapsInfoView;
        }
    }
}

use mbim_wire::field::EmptyView;

wwan_size::record_size!(ram = size_of::<wwan::session::mbim::Session<'static>>());

wwan_size::probe!(wwan_size::one_query(BASIC_CONNECT, DeviceCaps::CID, |body| {
    let caps = DeviceCapsInfoView::new(body);
    if let (Ok(sessions), Ok(device_id)) = (caps.max_sessions(), caps.device_id()) {
        wwan_size::put(sessions);
        device_id.chars().for_each(|c| wwan_size::put(u32::from(c)));
    }
}));
