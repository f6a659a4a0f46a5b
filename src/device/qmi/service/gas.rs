//! GAS: what Telit's modems have beside device management: USB compositions, slots of firmware, addresses.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, gas::*};

use super::super::Config;
use super::super::call::{Call, Outcome, Refused, Step};
use super::{Served, Service, keeps_nothing, leaves_nothing, tells_nothing};
use crate::device::collect;
use crate::device::modem::Modem;
use crate::device::modem::firmware::{FollowsCard, Image, ImageKind, ImageName};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::GAS,
    version: (1, 0),
    messages: &[
        Served::of::<dms_set_usb_composition::Message>(set_composition),
        Served::of::<dms_get_usb_composition::Message>(composition),
        Served::of::<dms_set_active_firmware::Message>(set_firmware),
        Served::of::<dms_get_firmware_list::Message>(firmware),
        Served::of::<dms_set_firmware_auto_sim::Message>(set_follows),
        Served::of::<dms_get_firmware_auto_sim::Message>(follows),
        Served::of::<dms_get_ethernet_pdu_mac_address::Message>(addresses),
    ],
    offered: telit,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

const TELIT: u16 = 0x1bc7;

pub(super) fn telit(config: &Config) -> bool {
    config.vendor == TELIT
}

/// Slots of firmware that a list can have.
const LISTED: usize = 4;

fn set_composition(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<dms_set_usb_composition::Message>();
    let (number, endpoint) = (request.usb_composition()?, request.endpoint_type()?);
    let (_, _) = (request.composition_persistence()?, request.immediate_setting()?);
    let restarts = request.reboot_after_setting()?;
    if endpoint > UsbCompositionEndpointType::HSIC {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    call.modem.set_composition(number)?;
    if restarts {
        call.modem.request_restart(call.now);
    }
    Ok(Step::Success)
}

fn composition(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<dms_get_usb_composition::Message>(|r, modem| {
        r.usb_composition(modem.composition().0).endpoint_type(UsbCompositionEndpointType::HSUSB);
        // It holds from the next restart on, which hosts ask for themselves.
        r.composition_persistence(true).immediate_setting(false).reboot_after_setting(false);
    })
}

/// The settings that go with a program: those of the same slot.
fn settings<'m>(modem: &'m Modem, program: &Image) -> &'m str {
    let mut images = modem.stored_images().iter();
    let image = images.find(|image| image.name.kind == ImageKind::Pri && image.slot == program.slot);
    image.map_or("", |image| image.name.build.as_str())
}

fn programs(modem: &Modem) -> impl Iterator<Item = &Image> {
    modem.stored_images().iter().filter(|image| image.name.kind == ImageKind::Modem)
}

fn set_firmware(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<dms_set_active_firmware::Message>();
    let (carrier, slot, version) = (request.carrier_name()?, request.slot_index()?, request.version()?);
    if carrier.is_none() && slot.is_none() && version.is_none() {
        return Err(Refused(ProtocolError::MISSING_ARGUMENT));
    }
    let modem = &*call.modem;
    let fits = |image: &&Image| {
        slot.is_none_or(|slot| image.slot == slot)
            && version.is_none_or(|version| version.bytes == image.name.build.as_bytes())
            && carrier.is_none_or(|carrier| settings(modem, image).as_bytes().ends_with(carrier.bytes))
    };
    let program = programs(modem).find(fits).ok_or(Refused(ProtocolError::NO_ENTRY))?;
    let goes_with = |image: &&Image| image.slot == program.slot;
    let names: Vec<ImageName, 8> =
        collect(modem.stored_images().iter().filter(goes_with).map(|image| image.name.clone()));
    call.modem.prefer_images(names)?;
    call.modem.request_restart(call.now);
    Ok(Step::Success)
}

fn firmware(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<dms_get_firmware_list::Message>();
    let (mode, slot) = (request.mode()?, request.slot_index()?);
    let (name, version) = (request.name()?, request.version()?);
    if mode > FirmwareListingMode::SPECIFIC_FIRMWARE {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    call.answer::<dms_get_firmware_list::Message>(|r, modem| {
        let running = modem.running_image(ImageKind::Modem);
        let wanted = |image: &&Image| match mode {
            FirmwareListingMode::ACTIVE_FIRMWARE => Some(&image.name) == running,
            FirmwareListingMode::ALL_FIRMWARE => true,
            _ => {
                slot.is_none_or(|slot| image.slot == slot)
                    && name.is_none_or(|name| settings(modem, image).as_bytes().ends_with(name.bytes))
                    && version.is_none_or(|version| version.bytes == image.name.build.as_bytes())
            }
        };
        r.mode(mode);
        for (place, image) in programs(modem).filter(wanted).take(LISTED).enumerate() {
            let (index, version) = (image.slot, image.name.build.as_str().into());
            let settings = settings(modem, image);
            // The operator's name stands behind the version.
            let behind = settings.bytes().rposition(|byte| byte == b'_').map_or(0, |place| place.saturating_add(1));
            let carrier = settings.get(behind..).unwrap_or(settings);
            let (name, pri_revision) = (carrier.into(), settings.into());
            match place {
                0 => r.stored_firmware_1(StoredFirmware1 { index, name, version, pri_revision }),
                1 => r.stored_firmware_2(StoredFirmware2 { index, name, version, pri_revision }),
                2 => r.stored_firmware_3(StoredFirmware3 { index, name, version, pri_revision }),
                _ => r.stored_firmware_4(StoredFirmware4 { index, name, version, pri_revision }),
            };
        }
    })
}

fn set_follows(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<dms_set_firmware_auto_sim::Message>();
    let (mode, config) = (request.auto_sim_mode()?, request.config_id()?);
    let follows = match mode {
        FirmwareAutoSimMode::DISABLE => FollowsCard::No,
        FirmwareAutoSimMode::ENABLE => FollowsCard::Always,
        FirmwareAutoSimMode::ENABLE_ONE_SHOT => FollowsCard::Once,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    call.modem.set_follows_card(follows, config);
    Ok(Step::Success)
}

fn follows(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<dms_get_firmware_auto_sim::Message>(|r, modem| {
        let (follows, config) = modem.follows_card();
        r.auto_sim_mode(match follows {
            FollowsCard::No => FirmwareAutoSimMode::DISABLE,
            FollowsCard::Always => FirmwareAutoSimMode::ENABLE,
            FollowsCard::Once => FirmwareAutoSimMode::PENDING_ONE_SHOT,
        });
        if let Some(config) = config {
            r.config_id(config);
        }
    })
}

fn addresses(call: &mut Call<'_, '_>) -> Outcome {
    let setup = call.modem.management();
    let first = setup.wlan_mac.or(setup.bluetooth_mac).ok_or(Refused(ProtocolError::NOT_PROVISIONED))?;
    let second = setup.wlan_mac.and(setup.bluetooth_mac);
    call.answer::<dms_get_ethernet_pdu_mac_address::Message>(|r, _| {
        r.mac_address_0(first.as_slice().into());
        if let Some(second) = &second {
            r.mac_address_1(second.as_slice().into());
        }
    })
}
