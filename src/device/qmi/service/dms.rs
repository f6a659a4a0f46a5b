//! DMS: who the device is, its operating mode, codes and data that it keeps, its firmware images.
//!
//! The messages about the card are those of older firmware ([`Config::dms_uim`](super::super::Config::dms_uim)). What only
//! devices for CDMA have is refused, unless the modem has it.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, dms::*};
use qmi_wire::text::{Fixed, Str};

use super::super::Config;
use super::super::call::{Call, Outcome, Refused, Step, supported};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::collect;
use crate::device::modem::band::GsmBands;
use crate::device::modem::event::Change;
use crate::device::modem::firmware::{DownloadMode, IMAGES, ImageKind, ImageName};
use crate::device::modem::management::{OperatingMode as Mode, Power};
use crate::device::modem::network::Technologies;
use crate::device::modem::sim::{Code, Lock, ReadyState, Sim};
use crate::device::modem::{Failure, Modem, Reason, Text, text};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::DMS,
    version: (1, 14),
    messages: &[
        Served::of::<reset::Message>(super::super::call::reset),
        Served::of::<set_event_report::Message>(event_report),
        Served::of::<get_supported_messages::Message>(supported),
        Served::of::<get_capabilities::Message>(capabilities),
        Served::of::<get_manufacturer::Message>(manufacturer),
        Served::of::<get_model::Message>(model),
        Served::of::<get_revision::Message>(revision),
        Served::of::<get_msisdn::Message>(msisdn),
        Served::of::<get_ids::Message>(ids),
        Served::of::<get_power_state::Message>(power_state),
        Served::of::<uim_set_pin_protection::Message>(protect_pin).only(has_card),
        Served::of::<uim_verify_pin::Message>(verify_pin).only(has_card),
        Served::of::<uim_unblock_pin::Message>(unblock_pin).only(has_card),
        Served::of::<uim_change_pin::Message>(change_pin).only(has_card),
        Served::of::<uim_get_pin_status::Message>(pin_status).only(has_card),
        Served::of::<get_hardware_revision::Message>(hardware_revision),
        Served::of::<get_operating_mode::Message>(operating_mode),
        Served::of::<set_operating_mode::Message>(set_mode),
        Served::of::<get_time::Message>(time),
        Served::of::<get_prl_version::Message>(prl),
        Served::of::<get_activation_state::Message>(activation),
        Served::of::<activate_automatic::Message>(activate_automatically),
        Served::of::<activate_manual::Message>(activate_by_hand),
        Served::of::<get_user_lock_state::Message>(user_lock),
        Served::of::<set_user_lock_state::Message>(set_user_lock),
        Served::of::<set_user_lock_code::Message>(set_user_code),
        Served::of::<read_user_data::Message>(user_data),
        Served::of::<write_user_data::Message>(set_user_data),
        Served::of::<read_eri_file::Message>(eri),
        Served::of::<restore_factory_defaults::Message>(restore),
        Served::of::<validate_service_programming_code::Message>(check_code),
        Served::of::<uim_get_iccid::Message>(iccid).only(has_card),
        Served::of::<set_firmware_id::Message>(firmware_id),
        Served::of::<uim_get_ck_status::Message>(lock_status),
        Served::of::<uim_set_ck_protection::Message>(open_lock),
        Served::of::<uim_unblock_ck::Message>(unblock_lock),
        Served::of::<uim_get_imsi::Message>(imsi).only(has_card),
        Served::of::<uim_get_state::Message>(card_state).only(has_card),
        Served::of::<get_band_capabilities::Message>(bands),
        Served::of::<get_factory_sku::Message>(sku),
        Served::of::<get_firmware_preference::Message>(preference),
        Served::of::<set_firmware_preference::Message>(set_preference),
        Served::of::<list_stored_images::Message>(images),
        Served::of::<delete_stored_image::Message>(delete_image),
        Served::of::<set_time::Message>(set_user_time),
        Served::of::<get_stored_image_info::Message>(image_info),
        Served::of::<get_alt_net_config::Message>(alternative_network),
        Served::of::<set_alt_net_config::Message>(set_alternative_network),
        Served::of::<get_boot_image_download_mode::Message>(download_mode),
        Served::of::<set_boot_image_download_mode::Message>(set_download_mode),
        Served::of::<get_software_version::Message>(software_version),
        Served::of::<set_service_programming_code::Message>(set_code),
        Served::of::<get_mac_address::Message>(mac),
        Served::of::<hp_change_device_mode::Message>(hp_mode),
        Served::of::<swi_get_current_firmware::Message>(sierra_firmware),
        Served::of::<swi_get_usb_composition::Message>(composition),
        Served::of::<swi_set_usb_composition::Message>(set_composition),
        Served::of::<foxconn_get_firmware_version::Message>(foxconn_firmware),
        Served::of::<set_fcc_authentication::Message>(unlock).only(unlocks_unasked),
        Served::of::<foxconn_change_device_mode::Message>(foxconn_mode),
        Served::of::<foxconn_set_fcc_authentication::Message>(foxconn_unlock),
        Served::of::<foxconn_set_fcc_authentication_v2::Message>(foxconn_unlock),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

pub(super) const FOXCONN: u16 = 0x0489;

/// Number of seconds from 1970 to 6 January 1980, when the time of these messages begins.
const EPOCH: u64 = 315_964_800;

fn has_card(config: &Config) -> bool {
    config.dms_uim
}

/// Foxconn's modems want proof.
fn unlocks_unasked(config: &Config) -> bool {
    config.vendor != FOXCONN
}

/// What a client has registered for.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    power: bool,
    /// Lower and upper limit of what the battery may hold without being told.
    limits: Option<(u8, u8)>,
    pin: bool,
    activation: bool,
    mode: bool,
    card: bool,
    /// What the hardware switch was told to be.
    switch: Option<bool>,
    /// Flags of the power state that were told.
    told_power: u8,
}

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Some(client) = tell.state::<Client>().copied() else {
        return;
    };
    let modem = tell.modem;
    match change {
        Change::Power(power) if client.power => {
            let state = power_info(*power);
            let inside = |(low, high): (u8, u8)| (low..=high).contains(&state.battery_level);
            if state.power_state_flags == client.told_power && client.limits.is_some_and(inside) {
                return;
            }
            if let Some(client) = tell.state::<Client>() {
                client.told_power = state.power_state_flags;
            }
            tell.send::<event_report_indication::Message>(|r, _| {
                r.power_state(state);
            });
        }
        Change::OperatingMode(mode) if client.mode => {
            let mode = wire_mode(*mode);
            tell.send::<event_report_indication::Message>(|r, _| {
                r.operating_mode(mode);
            });
        }
        Change::Radio(radio) if client.switch.is_some_and(|on| on != radio.hardware) => {
            if let Some(client) = tell.state::<Client>() {
                client.switch = Some(radio.hardware);
            }
            let disabled = !radio.hardware;
            tell.send::<event_report_indication::Message>(|r, _| {
                r.wireless_disable_state(disabled);
            });
        }
        Change::Codes if client.pin => {
            if let Ok(sim) = card(modem) {
                tell.send::<event_report_indication::Message>(|r, _| {
                    r.pin1_status(pin1(sim)).pin2_status(pin2(sim));
                });
            }
        }
        Change::Subscriber(state) if client.pin || client.activation || client.card => {
            let state = *state;
            let pins = card(modem).ok().filter(|_| client.pin);
            if pins.is_none() && !client.activation && !client.card {
                return;
            }
            tell.send::<event_report_indication::Message>(|r, modem| {
                if let Some(sim) = pins {
                    r.pin1_status(pin1(sim)).pin2_status(pin2(sim));
                }
                if client.activation {
                    r.activation_state(activation_state(modem));
                }
                if client.card {
                    r.uim_state(uim_state(state));
                }
            });
        }
        _ => {}
    }
}

fn event_report(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_event_report::Message>();
    let (power, limits) = (request.power_state_reporting()?, request.battery_level_report_limits()?);
    let (pin, activation) = (request.pin_state_reporting()?, request.activation_state_reporting()?);
    let (mode, card) = (request.operating_mode_reporting()?, request.uim_state_reporting()?);
    let (switch, _) = (request.wireless_disable_state_reporting()?, request.prl_init_reporting()?);
    if limits.is_some_and(|limits| limits.lower_limit > limits.upper_limit || limits.upper_limit > 100) {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let hardware = call.modem.radio().hardware;
    let flags = power_info(call.modem.power()).power_state_flags;
    let client = call.state::<Client>()?;
    client.power = power.unwrap_or(client.power);
    client.limits = limits.map(|limits| (limits.lower_limit, limits.upper_limit)).or(client.limits);
    client.pin = pin.unwrap_or(client.pin);
    client.activation = activation.unwrap_or(client.activation);
    client.mode = mode.unwrap_or(client.mode);
    client.card = card.unwrap_or(client.card);
    client.switch = switch.map_or(client.switch, |on| on.then_some(hardware));
    client.told_power = flags;
    Ok(Step::Success)
}

// Who the device is.

/// Technologies of the second, third, fourth and fifth generation.
const SECOND: Technologies = Technologies::GPRS.union(Technologies::EDGE);
const THIRD: Technologies = Technologies::UMTS.union(Technologies::HSDPA).union(Technologies::HSUPA);
const FIFTH: Technologies = Technologies::NR_NSA.union(Technologies::NR_SA);

fn capabilities(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_capabilities::Message>(|r, modem| {
        let has = modem.technologies();
        let interfaces = [
            (SECOND, RadioInterface::GSM),
            (THIRD, RadioInterface::UMTS),
            (Technologies::LTE, RadioInterface::LTE),
            (FIFTH, RadioInterface::_5GNR),
        ];
        let interfaces = interfaces.into_iter().filter(|(technologies, _)| has.intersects(*technologies));
        let interfaces: Vec<RadioInterface, 4> = collect(interfaces.map(|(_, interface)| interface));
        // Bits per second, up and down, of the best technology.
        let (up, down) = match () {
            () if has.intersects(FIFTH) => (900_000_000, 4_000_000_000),
            () if has.intersects(Technologies::LTE) => (50_000_000, 150_000_000),
            () if has.intersects(THIRD) => (5_760_000, 42_000_000),
            () => (236_800, 236_800),
        };
        r.info(CapabilitiesInfo {
            max_tx_channel_rate: up,
            max_rx_channel_rate: down,
            data_service_capability: DataServiceCapability::SIMULTANEOUS_CS_PS,
            sim_capability: SimCapability::SUPPORTED,
            radio_interface_list: interfaces.as_slice().into(),
        });
    })
}

fn manufacturer(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_manufacturer::Message>(|r, modem| {
        r.manufacturer(modem.identity().manufacturer.as_str().into());
    })
}

fn model(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_model::Message>(|r, modem| {
        r.model(modem.identity().model.as_str().into());
    })
}

fn revision(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_revision::Message>(|r, modem| {
        r.revision(modem.identity().firmware.as_str().into());
    })
}

fn hardware_revision(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_hardware_revision::Message>(|r, modem| {
        r.revision(modem.management().hardware.as_str().into());
    })
}

fn software_version(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_software_version::Message>(|r, modem| {
        r.version(modem.identity().firmware.as_str().into());
    })
}

fn sku(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_factory_sku::Message>(|r, modem| {
        r.sku(modem.management().sku.as_str().into());
    })
}

fn ids(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_ids::Message>(|r, modem| {
        let setup = modem.management();
        r.imei(modem.identity().imei.as_str().into());
        r.imei_software_version(setup.imei_version.as_str().into());
        if !setup.esn.is_empty() {
            r.esn(setup.esn.as_str().into());
        }
        if !setup.meid.is_empty() {
            r.meid(setup.meid.as_str().into());
        }
    })
}

fn msisdn(call: &mut Call<'_, '_>) -> Outcome {
    let sim = card(call.modem)?;
    if sim.numbers.is_empty() {
        return Err(Refused(ProtocolError::NOT_PROVISIONED));
    }
    call.answer::<get_msisdn::Message>(|r, modem| {
        let number = modem.sim().and_then(|sim| sim.numbers.first());
        r.msisdn(number.map_or("", |number| number).into());
    })
}

fn power_info(power: Power) -> PowerStateInfo {
    let mut flags = PowerState::empty();
    flags.set(PowerState::EXTERNAL_SOURCE, power.external);
    flags.set(PowerState::BATTERY_CONNECTED, power.battery.is_some());
    flags.set(PowerState::BATTERY_CHARGING, power.charging);
    flags.set(PowerState::FAULT, power.fault);
    // Without a battery nothing can run out.
    PowerStateInfo { power_state_flags: flags.bits(), battery_level: power.battery.unwrap_or(100) }
}

fn power_state(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_power_state::Message>(|r, modem| {
        r.info(power_info(modem.power()));
    })
}

/// Bands of GSM and UMTS by the service's bits.
const GSM: &[(BandCapability, GsmBands)] = &[
    (BandCapability::GSM450, GsmBands::GSM_450),
    (BandCapability::GSM480, GsmBands::GSM_480),
    (BandCapability::GSM750, GsmBands::GSM_750),
    (BandCapability::GSM850, GsmBands::GSM_850),
    (BandCapability::GSM900_PRIMARY, GsmBands::GSM_900),
    (BandCapability::GSM900_EXTENDED, GsmBands::GSM_900),
    (BandCapability::GSM_DCS1800, GsmBands::GSM_1800),
    (BandCapability::GSM_PCS1900, GsmBands::GSM_1900),
];

const UMTS: &[(BandCapability, u16)] = &[
    (BandCapability::WCDMA2100, 1),
    (BandCapability::WCDMA_PCS1900, 2),
    (BandCapability::WCDMA_DCS1800, 3),
    (BandCapability::WCDMA1700_US, 4),
    (BandCapability::WCDMA850_US, 5),
    (BandCapability::WCDMA800, 6),
    (BandCapability::WCDMA2600, 7),
    (BandCapability::WCDMA900, 8),
    (BandCapability::WCDMA1700_JAPAN, 9),
    (BandCapability::WCDMA1500, 11),
    (BandCapability::WCDMA850_JAPAN, 19),
];

/// Bands in a list at most.
const BANDS: usize = 64;

fn bands(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_band_capabilities::Message>(|r, modem| {
        let (bands, has) = (modem.bands(), modem.technologies());
        let gsm = GSM.iter().filter(|(_, band)| has.intersects(SECOND) && bands.gsm.contains(*band));
        let umts = UMTS.iter().filter(|(_, band)| has.intersects(THIRD) && bands.umts.contains(*band));
        let bits = gsm.map(|(bit, _)| *bit).chain(umts.map(|(bit, _)| *bit));
        r.band_capability(bits.fold(BandCapability::empty(), |all, bit| all | bit));
        if has.intersects(Technologies::LTE) {
            let [low, ..] = bands.lte.0;
            let list: Vec<u16, BANDS> = collect(bands.lte.iter());
            r.lte_band_capability(LteBandCapability::from_bits_retain(low));
            r.extended_lte_band_capability(list.as_slice().into());
        }
        if has.intersects(FIFTH) {
            let either = (1..=512).filter(|band| bands.nr_sa.contains(*band) || bands.nr_nsa.contains(*band));
            let list: Vec<u16, BANDS> = collect(either);
            r.nr5g_band_capability(list.as_slice().into());
        }
    })
}

fn mac(call: &mut Call<'_, '_>) -> Outcome {
    let device = call.request::<get_mac_address::Message>().device()?;
    let setup = call.modem.management();
    let address = match device {
        MacType::WLAN => setup.wlan_mac,
        MacType::BT => setup.bluetooth_mac,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let address = address.ok_or(Refused(ProtocolError::NOT_PROVISIONED))?;
    call.answer::<get_mac_address::Message>(|r, _| {
        r.mac_address(address.as_slice().into());
    })
}

// Operating mode.

fn wire_mode(mode: Mode) -> OperatingMode {
    match mode {
        Mode::Online => OperatingMode::ONLINE,
        Mode::LowPower => OperatingMode::LOW_POWER,
        Mode::FactoryTest => OperatingMode::FACTORY_TEST,
        Mode::Offline => OperatingMode::OFFLINE,
        Mode::Reset => OperatingMode::RESET,
        Mode::ShuttingDown => OperatingMode::SHUTTING_DOWN,
        Mode::PersistentLowPower => OperatingMode::PERSISTENT_LOW_POWER,
        Mode::ModeOnlyLowPower => OperatingMode::MODE_ONLY_LOW_POWER,
    }
}

fn operating_mode(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_operating_mode::Message>(|r, modem| {
        r.mode(wire_mode(modem.operating_mode())).hardware_restricted_mode(!modem.radio().hardware);
    })
}

fn set_mode(call: &mut Call<'_, '_>) -> Outcome {
    let mode = match call.request::<set_operating_mode::Message>().mode()? {
        OperatingMode::ONLINE => Mode::Online,
        OperatingMode::LOW_POWER => Mode::LowPower,
        OperatingMode::FACTORY_TEST => Mode::FactoryTest,
        OperatingMode::OFFLINE => Mode::Offline,
        OperatingMode::RESET => Mode::Reset,
        OperatingMode::SHUTTING_DOWN => Mode::ShuttingDown,
        OperatingMode::PERSISTENT_LOW_POWER => Mode::PersistentLowPower,
        OperatingMode::MODE_ONLY_LOW_POWER => Mode::ModeOnlyLowPower,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    enter(call, mode)
}

fn enter(call: &mut Call<'_, '_>, mode: Mode) -> Outcome {
    let (now, by) = (call.now, call.origin());
    let ticket = call.modem.request_operating_mode(now, by, mode).map_err(|failure| match failure.reason {
        Reason::RadioOff => Refused(ProtocolError::HARDWARE_RESTRICTED),
        _ => failure.into(),
    })?;
    call.wait(ticket, 0, done)
}

/// The modem is done: well or not.
fn done(_: &mut Call<'_, '_>, _: u32, outcome: Result<(), Failure>) -> Outcome {
    outcome?;
    Ok(Step::Success)
}

/// The FCC lock opens for whoever asks.
fn unlock(call: &mut Call<'_, '_>) -> Outcome {
    call.modem.set_fcc_lock(false);
    Ok(Step::Success)
}

/// The FCC lock opens for a number, or for a text and a number: the same message.
fn foxconn_unlock(call: &mut Call<'_, '_>) -> Outcome {
    let newer = call.request::<foxconn_set_fcc_authentication_v2::Message>();
    let number = newer.magic_number();
    let proven = match number {
        // Only the newer form has a second TLV.
        Ok(number) => call.modem.prove_unlock((text_of(newer.magic_string()?.to_str())?, number)),
        Err(_) => {
            call.request::<foxconn_set_fcc_authentication::Message>().value()?;
            call.modem.set_fcc_lock(false);
            Ok(())
        }
    };
    proven.map_err(|_| Refused(ProtocolError::AUTHENTICATION_FAILED))?;
    Ok(Step::Success)
}

/// A device that goes to its loader is no modem any more, until it is powered anew.
fn leave(call: &mut Call<'_, '_>) -> Outcome {
    enter(call, Mode::ShuttingDown)
}

fn hp_mode(call: &mut Call<'_, '_>) -> Outcome {
    match call.request::<hp_change_device_mode::Message>().mode()? {
        HpDeviceMode::FASTBOOT => leave(call),
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

fn foxconn_mode(call: &mut Call<'_, '_>) -> Outcome {
    match call.request::<foxconn_change_device_mode::Message>().mode()? {
        FoxconnDeviceMode::FASTBOOT_ONLINE | FoxconnDeviceMode::FASTBOOT_OTA => leave(call),
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

// The card.

/// The card, once it has started.
fn card(modem: &Modem) -> Result<&Sim, Refused> {
    let sim = modem.sim().filter(|_| modem.ready_state() != ReadyState::NotInitialized);
    sim.ok_or(Refused(ProtocolError::UIM_UNINITIALIZED))
}

/// A text that a host sent.
fn text_of(text: Option<&str>) -> Result<&str, Refused> {
    text.ok_or(Refused(ProtocolError::INVALID_ARGUMENT))
}

fn pin_lock(pin: UimPinId) -> Result<Lock, Refused> {
    match pin {
        UimPinId::PIN => Ok(Lock::Pin1),
        UimPinId::PIN2 => Ok(Lock::Pin2),
        _ => Err(Refused(ProtocolError::INVALID_PIN_ID)),
    }
}

fn code_of(sim: &Sim, lock: Lock) -> &Code {
    match lock {
        Lock::Pin2 | Lock::Puk2 => &sim.pin2,
        _ => &sim.pin1,
    }
}

/// Why a code was refused, and what is left of it.
fn code_refused(modem: &Modem, lock: Lock, failure: Failure) -> (ProtocolError, Option<PinRetriesStatus>) {
    let Some(sim) = modem.sim().filter(|_| failure.reason != Reason::NotReady) else {
        return (ProtocolError::UIM_UNINITIALIZED, None);
    };
    let code = code_of(sim, lock);
    let retries = PinRetriesStatus { verify_retries_left: code.pin_attempts, unblock_retries_left: code.puk_attempts };
    let error = match failure.reason {
        _ if code.puk_attempts == 0 => ProtocolError::PIN_ALWAYS_BLOCKED,
        Reason::CodeWrong if code.pin_attempts == 0 && matches!(lock, Lock::Pin1 | Lock::Pin2) => {
            ProtocolError::PIN_BLOCKED
        }
        Reason::CodeWrong => ProtocolError::INCORRECT_PIN,
        Reason::CodeDisabled => ProtocolError::NO_EFFECT,
        Reason::Invalid => ProtocolError::INVALID_ARGUMENT,
        reason => super::super::call::protocol_error(reason),
    };
    (error, Some(retries))
}

/// Answers a message about a code.
macro_rules! code_answer {
    ($call:ident, $message:ident, $lock:expr, $outcome:expr) => {
        match $outcome {
            Ok(()) => Ok(Step::Success),
            Err(failure) => {
                let (error, retries) = code_refused($call.modem, $lock, failure);
                $call.refuse::<$message::Message>(error, |r, _| {
                    if let Some(retries) = retries {
                        r.pin_retries_status(retries);
                    }
                })
            }
        }
    };
}

fn protect_pin(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<uim_set_pin_protection::Message>().info()?;
    let (lock, pin) = (pin_lock(info.pin_id)?, text_of(info.pin.to_str())?);
    let enabled = code_of(card(call.modem)?, lock).enabled;
    if lock == Lock::Pin1 && enabled == info.protection_enabled {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    let (now, by) = (call.now, call.origin());
    let outcome = call.modem.enable_code(now, by, lock, pin, info.protection_enabled);
    code_answer!(call, uim_set_pin_protection, lock, outcome)
}

fn verify_pin(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<uim_verify_pin::Message>().info()?;
    let (lock, pin) = (pin_lock(info.pin_id)?, text_of(info.pin.to_str())?);
    let (now, by) = (call.now, call.origin());
    let outcome = call.modem.enter_code(now, by, lock, pin);
    code_answer!(call, uim_verify_pin, lock, outcome)
}

fn unblock_pin(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<uim_unblock_pin::Message>().info()?;
    let lock = if pin_lock(info.pin_id)? == Lock::Pin1 { Lock::Puk1 } else { Lock::Puk2 };
    let (puk, pin) = (text_of(info.puk.to_str())?, text_of(info.new_pin.to_str())?);
    let (now, by) = (call.now, call.origin());
    let outcome = call.modem.unblock(now, by, lock, puk, pin);
    code_answer!(call, uim_unblock_pin, lock, outcome)
}

fn change_pin(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<uim_change_pin::Message>().info()?;
    let lock = pin_lock(info.pin_id)?;
    let (old, new) = (text_of(info.old_pin.to_str())?, text_of(info.new_pin.to_str())?);
    let (now, by) = (call.now, call.origin());
    let outcome = call.modem.change_code(now, by, lock, old, new);
    code_answer!(call, uim_change_pin, lock, outcome)
}

/// Status of a code, attempts left for it, and for what unblocks it.
fn code_status(code: &Code) -> (UimPinStatus, u8, u8) {
    let status = match () {
        () if code.puk_attempts == 0 => UimPinStatus::PERMANENTLY_BLOCKED,
        () if code.pin_attempts == 0 => UimPinStatus::BLOCKED,
        () if !code.enabled => UimPinStatus::DISABLED,
        () if code.verified => UimPinStatus::ENABLED_VERIFIED,
        () => UimPinStatus::ENABLED_NOT_VERIFIED,
    };
    (status, code.pin_attempts, code.puk_attempts)
}

fn pin1(sim: &Sim) -> Pin1Status {
    let (current_status, verify_retries_left, unblock_retries_left) = code_status(&sim.pin1);
    Pin1Status { current_status, verify_retries_left, unblock_retries_left }
}

fn pin2(sim: &Sim) -> Pin2Status {
    let (current_status, verify_retries_left, unblock_retries_left) = code_status(&sim.pin2);
    Pin2Status { current_status, verify_retries_left, unblock_retries_left }
}

fn pin_status(call: &mut Call<'_, '_>) -> Outcome {
    let sim = card(call.modem)?;
    let (pin1, pin2) = (pin1(sim), pin2(sim));
    call.answer::<uim_get_pin_status::Message>(|r, _| {
        r.pin1_status(pin1).pin2_status(pin2);
    })
}

fn iccid(call: &mut Call<'_, '_>) -> Outcome {
    let number = card(call.modem)?.iccid.clone();
    call.answer::<uim_get_iccid::Message>(|r, _| {
        r.iccid(number.as_str().into());
    })
}

/// The card tells the subscriber only once it is unlocked.
fn imsi(call: &mut Call<'_, '_>) -> Outcome {
    let sim = card(call.modem)?;
    if sim.pin1.enabled && !sim.pin1.verified {
        return Err(Refused(ProtocolError::UIM_UNINITIALIZED));
    }
    let number = sim.imsi.clone();
    call.answer::<uim_get_imsi::Message>(|r, _| {
        r.imsi(number.as_str().into());
    })
}

fn uim_state(state: ReadyState) -> UimState {
    match state {
        ReadyState::Initialized | ReadyState::NotActivated => UimState::INITIALIZATION_COMPLETED,
        ReadyState::Locked | ReadyState::Bad | ReadyState::NoProfile => UimState::LOCKED_OR_FAILED,
        ReadyState::Absent => UimState::NOT_PRESENT,
        ReadyState::NotInitialized => UimState::UNKNOWN,
    }
}

fn card_state(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<uim_get_state::Message>(|r, modem| {
        r.state(uim_state(modem.ready_state()));
    })
}

/// Whether the facility is the one lock that there is, to a network; its attempts if it is closed.
fn facility(modem: &Modem, facility: UimFacility) -> Result<Option<u8>, Refused> {
    if facility > UimFacility::PF {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let lock = card(modem)?.network_lock.as_ref().filter(|_| facility == UimFacility::PN);
    Ok(lock.map(|lock| lock.attempts))
}

fn lock_status(call: &mut Call<'_, '_>) -> Outcome {
    let attempts = facility(call.modem, call.request::<uim_get_ck_status::Message>().facility()?)?;
    let facility_state = match attempts {
        None => UimFacilityState::DEACTIVATED,
        Some(0) => UimFacilityState::BLOCKED,
        Some(_) => UimFacilityState::ACTIVATED,
    };
    call.answer::<uim_get_ck_status::Message>(|r, modem| {
        let verify_retries_left = attempts.unwrap_or(0);
        let unblock = modem.sim().and_then(|sim| sim.network_unblock.as_ref()).filter(|_| attempts.is_some());
        let unblock_retries_left = unblock.map_or(0, |unblock| unblock.attempts);
        r.ck_status(CkStatus { facility_state, verify_retries_left, unblock_retries_left });
        r.operation_blocking_facility(attempts.is_some());
    })
}

fn open_lock(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<uim_set_ck_protection::Message>().facility()?;
    let key = text_of(info.facility_depersonalization_control_key.to_str())?;
    let attempts = facility(call.modem, info.facility)?;
    match info.facility_state {
        UimFacilityState::DEACTIVATED => {}
        // Locks are closed in the factory only.
        UimFacilityState::ACTIVATED => return Err(Refused(ProtocolError::NOT_SUPPORTED)),
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
    if attempts.is_none() {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    let (now, by) = (call.now, call.origin());
    if call.modem.enter_code(now, by, Lock::Network, key).is_ok() {
        return Ok(Step::Success);
    }
    let left = facility(call.modem, info.facility)?.unwrap_or(0);
    let error = if left == 0 { ProtocolError::PIN_BLOCKED } else { ProtocolError::INCORRECT_PIN };
    call.refuse::<uim_set_ck_protection::Message>(error, |r, _| {
        r.verify_retries_left(left);
    })
}

/// Attempts left for the key that unblocks the lock to a network.
fn unblock_attempts(modem: &Modem) -> u8 {
    modem.sim().and_then(|sim| sim.network_unblock.as_ref()).map_or(0, |unblock| unblock.attempts)
}

fn unblock_lock(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<uim_unblock_ck::Message>().facility()?;
    let key = text_of(info.facility_control_key.to_str())?;
    if facility(call.modem, info.facility)? != Some(0) {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    let (now, by) = (call.now, call.origin());
    let error = match call.modem.unblock_network(now, by, key).map_err(|failure| failure.reason) {
        Ok(()) => return Ok(Step::Success),
        Err(Reason::CodeWrong) if unblock_attempts(call.modem) > 0 => ProtocolError::INCORRECT_PIN,
        // The last attempt is gone, or there is no such key.
        Err(_) => ProtocolError::PIN_ALWAYS_BLOCKED,
    };
    call.refuse::<uim_unblock_ck::Message>(error, |r, modem| {
        r.unblock_retries_left(unblock_attempts(modem));
    })
}

// Time.

fn time(call: &mut Call<'_, '_>) -> Outcome {
    let since = |utc: u64| utc.saturating_sub(EPOCH.saturating_mul(1000));
    let system = since(call.modem.utc_millis(call.now));
    let user = since(call.modem.user_time(call.now));
    call.answer::<get_time::Message>(|r, _| {
        // In units of 1.25 ms.
        let count = system.saturating_mul(4) / 5;
        r.device_time(DeviceTime { time_count: qmi_wire::field::Uint(count), time_source: TimeSource::DEVICE });
        r.system_time(system).user_time(user);
    })
}

fn set_user_time(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_time::Message>();
    let (time, reference) = (request.time_value()?, request.time_reference_type()?);
    if reference != TimeReferenceType::USER {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let now = call.now;
    call.modem.set_user_time(now, time.saturating_add(EPOCH.saturating_mul(1000)));
    Ok(Step::Success)
}

// CDMA.

fn prl(call: &mut Call<'_, '_>) -> Outcome {
    let (version, only) = call.modem.management().prl.ok_or(Refused(ProtocolError::NOT_PROVISIONED))?;
    call.answer::<get_prl_version::Message>(|r, _| {
        r.version(version).prl_only_preference(only);
    })
}

fn eri(call: &mut Call<'_, '_>) -> Outcome {
    if call.modem.management().eri.is_empty() {
        return Err(Refused(ProtocolError::NOT_PROVISIONED));
    }
    call.answer::<read_eri_file::Message>(|r, modem| {
        r.eri_file(modem.management().eri.as_slice().into());
    })
}

fn activation_state(modem: &Modem) -> ActivationState {
    match modem.sim() {
        Some(sim) if !sim.activated => ActivationState::NOT_ACTIVATED,
        _ => ActivationState::ACTIVATED,
    }
}

fn activation(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_activation_state::Message>(|r, modem| {
        r.info(activation_state(modem));
    })
}

fn activate_automatically(call: &mut Call<'_, '_>) -> Outcome {
    call.request::<activate_automatic::Message>().activation_code()?;
    Err(Refused(ProtocolError::DEVICE_UNSUPPORTED))
}

fn activate_by_hand(call: &mut Call<'_, '_>) -> Outcome {
    call.request::<activate_manual::Message>().info()?;
    Err(Refused(ProtocolError::DEVICE_UNSUPPORTED))
}

// What is kept for users.

/// A code that was wrong, in this service's words.
fn wrong_code(failure: Failure) -> Refused {
    match failure.reason {
        Reason::CodeWrong => Refused(ProtocolError::AUTHENTICATION_FAILED),
        _ => failure.into(),
    }
}

fn digits<const N: usize>(code: Fixed<'_, N>) -> Result<&str, Refused> {
    core::str::from_utf8(code.bytes).map_err(|_| Refused(ProtocolError::INVALID_ARGUMENT))
}

fn user_lock(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_user_lock_state::Message>(|r, modem| {
        r.enabled(modem.user_lock());
    })
}

fn set_user_lock(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<set_user_lock_state::Message>().info()?;
    call.modem.set_user_lock(info.enabled, digits(info.lock_code)?).map_err(wrong_code)?;
    Ok(Step::Success)
}

fn set_user_code(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<set_user_lock_code::Message>().info()?;
    call.modem.change_user_code(digits(info.old_code)?, digits(info.new_code)?).map_err(wrong_code)?;
    Ok(Step::Success)
}

fn user_data(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<read_user_data::Message>(|r, modem| {
        r.user_data(modem.user_data().into());
    })
}

fn set_user_data(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<write_user_data::Message>().user_data()?;
    call.modem.set_user_data(data.bytes)?;
    Ok(Step::Success)
}

fn check_code(call: &mut Call<'_, '_>) -> Outcome {
    let code = call.request::<validate_service_programming_code::Message>().service_programming_code()?;
    call.modem.check_service_code(digits(code)?).map_err(wrong_code)?;
    Ok(Step::Success)
}

fn set_code(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_service_programming_code::Message>();
    let (old, new) = (request.current_code()?, request.new_code()?);
    call.modem.change_service_code(digits(old)?, digits(new)?).map_err(wrong_code)?;
    Ok(Step::Success)
}

fn restore(call: &mut Call<'_, '_>) -> Outcome {
    let code = call.request::<restore_factory_defaults::Message>().service_programming_code()?;
    let (now, by) = (call.now, call.origin());
    call.modem.restore_factory_defaults(now, by, digits(code)?).map_err(wrong_code)?;
    Ok(Step::Success)
}

fn alternative_network(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_alt_net_config::Message>(|r, modem| {
        r.config(modem.alternative_network());
    })
}

fn set_alternative_network(call: &mut Call<'_, '_>) -> Outcome {
    let on = call.request::<set_alt_net_config::Message>().config()?;
    call.modem.set_alternative_network(on);
    Ok(Step::Success)
}

// Firmware.

/// The message has no content, and the device nothing that it could set.
fn firmware_id(_: &mut Call<'_, '_>) -> Outcome {
    Err(Refused(ProtocolError::NOT_SUPPORTED))
}

fn wire_kind(kind: ImageKind) -> FirmwareImageType {
    match kind {
        ImageKind::Modem => FirmwareImageType::MODEM,
        ImageKind::Pri => FirmwareImageType::PRI,
    }
}

fn image_name(kind: FirmwareImageType, unique_id: [u8; 16], build: Str<'_>) -> Result<ImageName, Refused> {
    let kind = match kind {
        FirmwareImageType::MODEM => ImageKind::Modem,
        FirmwareImageType::PRI => ImageKind::Pri,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let build = Text::try_from(text_of(build.to_str())?).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
    Ok(ImageName { kind, unique_id, build })
}

fn preference(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_firmware_preference::Message>(|r, modem| {
        let names = modem.preferred_images().iter();
        let list: Vec<FirmwareImage<'_>, IMAGES> = collect(names.map(|name| FirmwareImage {
            kind: wire_kind(name.kind),
            unique_id: name.unique_id,
            build_id: name.build.as_str().into(),
        }));
        r.list(list.as_slice().into());
    })
}

fn set_preference(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_firmware_preference::Message>();
    let (list, replace) = (request.list()?, request.download_override()?.unwrap_or(false));
    let slot = request.modem_storage_index()?;
    if slot.is_some_and(|slot| slot == 0 || slot > call.modem.firmware().room) {
        return Err(Refused(ProtocolError::INVALID_INDEX));
    }
    let mut names: Vec<ImageName, IMAGES> = Vec::new();
    for image in list.iter() {
        let name = image_name(image.kind, image.unique_id, image.build_id)?;
        names.push(name).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
    }
    call.modem.prefer_images(names)?;
    // What must be brought before the next start.
    call.answer::<set_firmware_preference::Message>(|r, modem| {
        let missing = modem.preferred_images().iter().filter(|name| replace || modem.stored_image(name).is_none());
        let kinds: Vec<FirmwareImageType, IMAGES> = collect(missing.map(|name| wire_kind(name.kind)));
        r.image_download_list(kinds.as_slice().into());
    })
}

fn images(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<list_stored_images::Message>(|r, modem| {
        let of = |kind: ImageKind| -> Vec<Sublist<'_>, IMAGES> {
            let images = modem.stored_images().iter().filter(|image| image.name.kind == kind);
            collect(images.map(|image| Sublist {
                storage_index: image.slot,
                failure_count: image.failures,
                unique_id: image.name.unique_id,
                build_id: image.name.build.as_str().into(),
            }))
        };
        let (programs, settings) = (of(ImageKind::Modem), of(ImageKind::Pri));
        let list = [(ImageKind::Modem, &programs), (ImageKind::Pri, &settings)].map(|(kind, sublist)| {
            let running = modem.running_image(kind);
            let mut images = modem.stored_images().iter().filter(|image| image.name.kind == kind);
            let place = images.position(|image| Some(&image.name) == running);
            StoredImageList {
                kind: wire_kind(kind),
                maximum_images: modem.firmware().room,
                index_of_running_image: place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX),
                sublist: sublist.as_slice().into(),
            }
        });
        r.list(list.as_slice().into());
    })
}

fn delete_image(call: &mut Call<'_, '_>) -> Outcome {
    let image = call.request::<delete_stored_image::Message>().image_details()?;
    let name = image_name(image.kind, image.unique_id, image.build_id)?;
    call.modem.delete_image(&name).map_err(|failure| match failure.reason {
        Reason::InvalidIndex => Refused(ProtocolError::NO_ENTRY),
        _ => Refused(ProtocolError::INVALID_OPERATION),
    })?;
    Ok(Step::Success)
}

fn image_info(call: &mut Call<'_, '_>) -> Outcome {
    let image = call.request::<get_stored_image_info::Message>().image_details()?;
    let name = image_name(image.kind, image.unique_id, image.build_id)?;
    let image = call.modem.stored_image(&name).cloned().ok_or(Refused(ProtocolError::NO_ENTRY))?;
    call.answer::<get_stored_image_info::Message>(|r, _| {
        r.boot_version(BootVersion { major_version: image.boot.0, minor_version: image.boot.1 });
        if let Some((pri_version, info)) = &image.pri {
            let mut pri_info = [0; 32];
            for (place, byte) in pri_info.iter_mut().zip(info.bytes()) {
                *place = byte;
            }
            r.pri_version(PriVersion { pri_version: *pri_version, pri_info: (&pri_info).into() });
        }
        if let Some(lock) = image.lock {
            r.oem_lock_id(lock);
        }
    })
}

fn download_mode(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_boot_image_download_mode::Message>(|r, modem| {
        r.mode(match modem.download_mode() {
            DownloadMode::Normal => BootImageDownloadMode::NORMAL,
            DownloadMode::BootAndRecovery => BootImageDownloadMode::BOOT_AND_RECOVERY,
        });
    })
}

fn set_download_mode(call: &mut Call<'_, '_>) -> Outcome {
    let mode = match call.request::<set_boot_image_download_mode::Message>().mode()? {
        BootImageDownloadMode::NORMAL => DownloadMode::Normal,
        BootImageDownloadMode::BOOT_AND_RECOVERY => DownloadMode::BootAndRecovery,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    call.modem.set_download_mode(mode);
    Ok(Step::Success)
}

fn sierra_firmware(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<swi_get_current_firmware::Message>(|r, modem| {
        let (identity, firmware) = (modem.identity(), modem.firmware());
        r.model(identity.model.as_str().into()).boot_version(firmware.boot.as_str().into());
        r.amss_version(identity.firmware.as_str().into()).sku_id(modem.management().sku.as_str().into());
        r.package_id(firmware.package.as_str().into()).carrier_id(firmware.carrier_id.as_str().into());
        let settings = modem.running_image(ImageKind::Pri).map_or("", |name| name.build.as_str());
        r.pri_version(settings.into()).carrier(firmware.carrier.as_str().into());
        r.config_version(settings.into());
    })
}

fn foxconn_firmware(call: &mut Call<'_, '_>) -> Outcome {
    let kind = call.request::<foxconn_get_firmware_version::Message>().version_type()?;
    foxconn_version(call.modem, kind.0).ok_or(Refused(ProtocolError::INVALID_ARGUMENT)).and_then(|version| {
        call.answer::<foxconn_get_firmware_version::Message>(|r, _| {
            r.version(version.as_str().into());
        })
    })
}

/// The version that Foxconn's messages tell: 0 program and settings, 1 and applications too, 2 these alone.
pub(super) fn foxconn_version(modem: &Modem, kind: u8) -> Option<Text<64>> {
    use core::fmt::Write as _;
    let settings = modem.running_image(ImageKind::Pri).map_or("", |name| name.build.as_str());
    let (firmware, package) = (&modem.identity().firmware, &modem.firmware().package);
    let mut version: Text<64> = Text::new();
    match kind {
        0 => write!(version, "{firmware}.{settings}").ok()?,
        1 => write!(version, "{firmware}.{settings}.{package}").ok()?,
        2 => version = text(package),
        _ => return None,
    }
    Some(version)
}

fn composition(call: &mut Call<'_, '_>) -> Outcome {
    let number = |number: u32| u8::try_from(number).map_or(SwiUsbComposition::UNKNOWN, SwiUsbComposition);
    call.answer::<swi_get_usb_composition::Message>(|r, modem| {
        let supported = modem.management().compositions.supported.iter();
        let supported: Vec<SwiUsbComposition, 16> = collect(supported.copied().map(number));
        r.current(number(modem.composition().0)).supported(supported.as_slice().into());
    })
}

fn set_composition(call: &mut Call<'_, '_>) -> Outcome {
    let number = call.request::<swi_set_usb_composition::Message>().current()?;
    call.modem.set_composition(u32::from(number.0))?;
    Ok(Step::Success)
}
