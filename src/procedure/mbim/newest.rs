//! Reads answers and indications in whatever layout the version in force has, and tells them in the newest layout that is
//! known.
//!
//! What an older version does not tell is empty or zero: no flag of what is unknown, no measurement, no network cause.
//! Radio technologies are told in the terms of version 3.0, where the two kinds of 5G are one flag and a subclass.

use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::tlv::TlvText;
use mbim_wire::{DecodeError, View as _};

use super::Version;

/// Radio technologies of versions 1.0 and 2.0 in the terms of 3.0.
#[must_use]
pub fn data_class(class: bc::DataClass) -> (bc::DataClassV3, bc::DataSubclass) {
    /// 5G: non-standalone, standalone.
    const NSA: u32 = 0x40;
    const SA: u32 = 0x80;
    let bits = class.bits();
    let mut new = bc::DataClassV3::from_bits_retain(bits & !(NSA | SA));
    let mut subclass = bc::DataSubclass::empty();
    new.set(bc::DataClassV3::_5G, bits & (NSA | SA) != 0);
    subclass.set(bc::DataSubclass::_5G_ENDC, bits & NSA != 0);
    subclass.set(bc::DataSubclass::_5G_NR, bits & SA != 0);
    (new, subclass)
}

/// The SIM and its identity (SUBSCRIBER_READY_STATUS).
///
/// # Errors
///
/// The first field that cannot be read.
pub fn subscriber_ready_status(
    version: Version,
    body: &[u8],
) -> Result<bc::SubscriberReadyStatusInfoV3<'_>, DecodeError> {
    if version >= Version::V3 {
        return bc::SubscriberReadyStatusInfoV3View::new(body).read();
    }
    let info = bc::SubscriberReadyStatusInfoView::new(body).read()?;
    Ok(bc::SubscriberReadyStatusInfoV3 {
        ready_state: info.ready_state,
        flags: bc::SubscriberReadyStatusFlag::empty(),
        subscriber_id: info.subscriber_id,
        sim_icc_id: info.sim_icc_id,
        ready_info: info.ready_info,
        telephone_numbers_count: info.telephone_numbers_count,
        telephone_numbers: info.telephone_numbers,
    })
}

/// The registration (REGISTER_STATE).
///
/// # Errors
///
/// The first field that cannot be read.
pub fn register_state(version: Version, body: &[u8]) -> Result<bc::RegisterStateInfoV2<'_>, DecodeError> {
    if version >= Version::V2 {
        return bc::RegisterStateInfoV2View::new(body).read();
    }
    let info = bc::RegisterStateInfoView::new(body).read()?;
    Ok(bc::RegisterStateInfoV2 {
        nw_error: info.nw_error,
        register_state: info.register_state,
        register_mode: info.register_mode,
        available_data_classes: info.available_data_classes,
        current_cellular_class: info.current_cellular_class,
        provider_id: info.provider_id,
        provider_name: info.provider_name,
        roaming_text: info.roaming_text,
        registration_flag: info.registration_flag,
        preferred_data_classes: bc::DataClass::empty(),
    })
}

/// Packet service (PACKET_SERVICE). Version 1.0 tells the best radio technology of the cell, later ones that in use.
///
/// # Errors
///
/// The first field that cannot be read.
pub fn packet_service(version: Version, body: &[u8]) -> Result<bc::PacketServiceInfoV3<'_>, DecodeError> {
    if version >= Version::V3 {
        return bc::PacketServiceInfoV3View::new(body).read();
    }
    // Version 2.0 only appends.
    let info = bc::PacketServiceInfoView::new(body).read()?;
    let (highest_available_data_class, data_subclass) = data_class(info.highest_available_data_class);
    let frequency_range = if version >= Version::V2 {
        bc::PacketServiceInfoV2View::new(body).frequency_range()?
    } else {
        bc::FrequencyRange::empty()
    };
    Ok(bc::PacketServiceInfoV3 {
        nw_error: info.nw_error,
        packet_service_state: info.packet_service_state,
        highest_available_data_class,
        uplink_speed: info.uplink_speed,
        downlink_speed: info.downlink_speed,
        frequency_range,
        data_subclass,
        ..Default::default()
    })
}

/// The signal (SIGNAL_STATE).
///
/// # Errors
///
/// The first field that cannot be read.
pub fn signal_state(version: Version, body: &[u8]) -> Result<bc::SignalStateInfoV2<'_>, DecodeError> {
    if version >= Version::V2 {
        return bc::SignalStateInfoV2View::new(body).read();
    }
    let info = bc::SignalStateInfoView::new(body).read()?;
    Ok(bc::SignalStateInfoV2 {
        rssi: info.rssi,
        error_rate: info.error_rate,
        signal_strength_interval: info.signal_strength_interval,
        rssi_threshold: info.rssi_threshold,
        error_rate_threshold: info.error_rate_threshold,
        ..Default::default()
    })
}

/// A session (CONNECT). What versions 1.0 and 2.0 do not tell, the access point name and more, is empty.
///
/// # Errors
///
/// The first field that cannot be read.
pub fn connect(version: Version, body: &[u8]) -> Result<bc::ConnectInfoV3<'_>, DecodeError> {
    if version >= Version::V3 {
        return bc::ConnectInfoV3View::new(body).read();
    }
    let info = bc::ConnectInfoView::new(body).read()?;
    Ok(bc::ConnectInfoV3 {
        session_id: info.session_id,
        activation_state: info.activation_state,
        voice_call_state: info.voice_call_state,
        ip_type: info.ip_type,
        context_type: info.context_type,
        nw_error: info.nw_error,
        ..Default::default()
    })
}

/// What the device is, from the command of Basic Connect.
///
/// # Errors
///
/// The first field that cannot be read.
pub fn basic_device_caps(body: &[u8]) -> Result<bce::DeviceCapsInfoV3<'_>, DecodeError> {
    let info = bc::DeviceCapsInfoView::new(body).read()?;
    let (data_class, data_subclass) = data_class(info.data_class);
    Ok(bce::DeviceCapsInfoV3 {
        device_type: info.device_type,
        cellular_class: info.cellular_class,
        voice_class: info.voice_class,
        sim_class: info.sim_class,
        data_class,
        sms_caps: info.sms_caps,
        control_caps: info.control_caps,
        data_subclass: bce::DataSubclass64::from_bits_retain(u64::from(data_subclass.bits())),
        max_sessions: info.max_sessions,
        custom_data_class: TlvText(*info.custom_data_class),
        device_id: TlvText(*info.device_id),
        firmware_info: TlvText(*info.firmware_info),
        hardware_info: TlvText(*info.hardware_info),
        ..Default::default()
    })
}

/// What the device is, from the command of Microsoft's extensions (DEVICE_CAPS).
///
/// # Errors
///
/// The first field that cannot be read.
pub fn device_caps(version: Version, body: &[u8]) -> Result<bce::DeviceCapsInfoV3<'_>, DecodeError> {
    if version >= Version::V3 {
        return bce::DeviceCapsInfoV3View::new(body).read();
    }
    // The executor stands behind what Basic Connect tells.
    let executor_index = bce::DeviceCapsInfoView::new(body).executor_index()?;
    Ok(bce::DeviceCapsInfoV3 { executor_index, ..basic_device_caps(body)? })
}

/// The attach and its context (LTE_ATTACH_INFO).
///
/// # Errors
///
/// The first field that cannot be read.
pub fn lte_attach_info(version: Version, body: &[u8]) -> Result<bce::LteAttachInfoInfoV3<'_>, DecodeError> {
    if version >= Version::V3 {
        return bce::LteAttachInfoInfoV3View::new(body).read();
    }
    let info = bce::LteAttachInfoInfoView::new(body).read()?;
    Ok(bce::LteAttachInfoInfoV3 {
        lte_attach_state: info.lte_attach_state,
        nw_error: bc::NwError::default(),
        ip_type: info.ip_type,
        access_string: info.access_string,
        user_name: info.user_name,
        password: info.password,
        compression: info.compression,
        auth_protocol: info.auth_protocol,
    })
}

/// The cells around (BASE_STATIONS_INFO).
///
/// # Errors
///
/// The first field that cannot be read.
pub fn base_stations_info(version: Version, body: &[u8]) -> Result<bce::BaseStationsInfoInfoV3<'_>, DecodeError> {
    if version >= Version::V3 {
        return bce::BaseStationsInfoInfoV3View::new(body).read();
    }
    let info = bce::BaseStationsInfoInfoView::new(body).read()?;
    let (system_type, system_sub_type) = data_class(info.system_type);
    Ok(bce::BaseStationsInfoInfoV3 {
        system_type,
        system_sub_type,
        gsm_serving_cell: info.gsm_serving_cell,
        umts_serving_cell: info.umts_serving_cell,
        tdscdma_serving_cell: info.tdscdma_serving_cell,
        lte_serving_cell: info.lte_serving_cell,
        gsm_neighboring_cells: info.gsm_neighboring_cells,
        umts_neighboring_cells: info.umts_neighboring_cells,
        tdscdma_neighboring_cells: info.tdscdma_neighboring_cells,
        lte_neighboring_cells: info.lte_neighboring_cells,
        cdma_cells: info.cdma_cells,
        ..Default::default()
    })
}
