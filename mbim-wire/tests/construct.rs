//! Taking apart and putting together, byte for byte. The bytes come from real peers where the name of a constant says so
//! (libmbim, oFono, mbimcli: their captures and tests), and are else laid out here from the specification's offsets,
//! never by the code under test.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use core::fmt::Debug;
use core::net::{Ipv4Addr, Ipv6Addr};

use mbim_wire::address::{Address, RefAddress};
use mbim_wire::bytes::{Bytes, InlineBytes, Rest, SizedBytes};
use mbim_wire::field::{Empty, EmptyView, Inline};
use mbim_wire::list::{Array, ElementArray, RefArray, RefList, RefSequence, RefStruct, TextList};
use mbim_wire::service::basic_connect::{self as bc, *};
use mbim_wire::service::ms_basic_connect_extensions::{self as bce, *};
use mbim_wire::text::{Text, Utf16};
use mbim_wire::tlv::{Tlv, TlvList, TlvNumbers, TlvType};
use mbim_wire::{Command, Count, DecodeError, DecodeErrorKind, Encode, EncodeError, Query, Set, Uuid, View, Writer};

// Bytes from other hands.

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

/// One item of a structure laid out by hand.
trait Lay {
    fn lay(&self, out: &mut Vec<u8>);
}

macro_rules! lay_number {
    ($($t:ty),*) => { $(impl Lay for $t {
        fn lay(&self, out: &mut Vec<u8>) {
            out.extend(self.to_le_bytes());
        }
    })* };
}

lay_number!(u16, i32, u64);

/// Text as UTF-16LE, padded.
impl Lay for &str {
    fn lay(&self, out: &mut Vec<u8>) {
        let bytes: Vec<u8> = self.encode_utf16().flat_map(u16::to_le_bytes).collect();
        out.extend(&bytes);
        out.extend(vec![0; bytes.len().next_multiple_of(4) - bytes.len()]);
    }
}

/// Bytes as they are.
impl Lay for Vec<u8> {
    fn lay(&self, out: &mut Vec<u8>) {
        out.extend(self);
    }
}

macro_rules! lay {
    ($($item:expr),* $(,)?) => {{
        let mut out = Vec::new();
        $(Lay::lay(&$item, &mut out);)*
        out
    }};
}

// The judgement.

fn construct(value: &dyn Encode, room: usize) -> Result<Vec<u8>, EncodeError> {
    let mut buffer = vec![0xa5; room];
    let mut writer = Writer::new(&mut buffer);
    writer.structure(value);
    let len = writer.finish()?.len();
    assert!(buffer[len..].iter().all(|byte| *byte == 0xa5), "wrote behind the end");
    buffer.truncate(len);
    Ok(buffer)
}

/// The bytes read as the value.
fn deconstruct<'a, V: View<'a>>(bytes: &'a [u8], value: &V::Value) -> V::Value {
    let view = V::new(bytes);
    view.check().unwrap();
    let read = view.read().unwrap_or_else(|error| panic!("{value:?}: {error}"));
    assert_eq!(read, *value);
    // Whatever is cut off: no panic, and a fixed part that is not there shows at once.
    for len in 0..bytes.len() {
        let cut = V::new(&bytes[..len]);
        let _ = cut.read();
        let _ = cut.extent();
        assert_eq!(cut.check().is_err(), len < V::FIXED);
    }
    read
}

/// The bytes read as the value, and the value writes as the bytes.
fn pair<'a, V: View<'a>>(bytes: &'a [u8], value: &V::Value) {
    let read = deconstruct::<V>(bytes, value);
    assert_eq!(construct(value, bytes.len() + 64).as_deref(), Ok(bytes), "{value:?}");
    // What was read can be written again: its lists are lent from the message.
    assert_eq!(construct(&read, bytes.len()).as_deref(), Ok(bytes), "{value:?} read and written");
    // Too small a buffer says how much is missing, none at all measures.
    for room in 0..bytes.len() {
        assert_eq!(construct(value, room), Err(EncodeError::BufferTooSmall { needed: bytes.len() }));
    }
}

/// The information buffer of a whole message of the host or of an answer (48 bytes of headers).
fn body(message: &str) -> Vec<u8> {
    let mut message = hex(message);
    assert_eq!(message[4..8], (message.len() as u32).to_le_bytes());
    message.split_off(48)
}

/// Both sides of one command name the same layouts: a compile-time matter, here with the numbers.
fn command<C: Command>(cid: u32) {
    assert_eq!((C::SERVICE, C::CID), (BASIC_CONNECT, cid));
}

const INTERNET: &str = "7e5e2a7e4e6f7272736b656e7e5e2a7e";
const NO_TYPE: &str = "b43f758ca5604b46b35ec5869641fb54";

// Basic Connect, in order of the command numbers. Queries without parameters are empty.

#[test]
fn empty_queries() {
    pair::<EmptyView>(&[], &Empty {});
    // Some hosts send zeros; they are ignored.
    assert_eq!(EmptyView::new(&[0; 8]).read(), Ok(Empty {}));
    fn empty_query<Q: Query>()
    where
        for<'a> Q::Params<'a>: View<'a, Value = Empty>,
    {
        pair::<Q::Params<'_>>(&[], &Empty {});
    }
    empty_query::<bc::DeviceCaps>();
    empty_query::<SubscriberReadyStatus>();
    empty_query::<SubscriberReadyStatusV3>();
    empty_query::<RadioState>();
    empty_query::<Pin>();
    empty_query::<PinList>();
    empty_query::<HomeProvider>();
    empty_query::<PreferredProviders>();
    empty_query::<RegisterState>();
    empty_query::<RegisterStateV2>();
    empty_query::<PacketService>();
    empty_query::<PacketServiceV2>();
    empty_query::<PacketServiceV3>();
    empty_query::<SignalState>();
    empty_query::<SignalStateV2>();
    empty_query::<bc::ProvisionedContexts>();
    empty_query::<DeviceServices>();
    empty_query::<PacketStatistics>();
    empty_query::<NetworkIdleHint>();
    empty_query::<EmergencyMode>();
    empty_query::<MulticarrierProviders>();
}

#[test]
fn device_caps() {
    command::<bc::DeviceCaps>(1);
    const LIBMBIM: &str = "03000080d0000000020000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0100000000000000a0000000\
        020000000100000001000000020000001f000080030000000100000001000000400000000a0000004c0000001e0000006c0000001e000000\
        8c0000001200000048005300500041002b0000003300350033003600310033003000340038003800300034003600320032000000\
        310031002e003800310030002e00300039002e00300030002e00300030000000430050003100450033003600370055004d000000";
    pair::<bc::DeviceCapsInfoView>(
        &body(LIBMBIM),
        &bc::DeviceCapsInfo {
            device_type: DeviceType::REMOVABLE,
            cellular_class: CellularClass::GSM,
            voice_class: VoiceClass::NO_VOICE,
            sim_class: SimClass::REMOVABLE,
            data_class: DataClass::from_bits_retain(0x8000_001f),
            sms_caps: SmsCaps::PDU_RECEIVE | SmsCaps::PDU_SEND,
            control_caps: CtrlCaps::REG_MANUAL,
            max_sessions: 1,
            custom_data_class: "HSPA+".into(),
            device_id: "353613048804622".into(),
            firmware_info: "11.810.09.00.00".into(),
            hardware_info: "CP1E367UM".into(),
        },
    );
    const OFONO: &str = "0300008008010000020000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0100000000000000d8000000\
        010000000100000001000000020000003f0000000300000001000000100000000000000000000000400000001e000000600000003a000000\
        9c0000003c000000330035003900330033003600300035003000300031003800370031003700000046004900480037003100360030005f\
        00560031002e0031005f004d004f00440045004d005f00300031002e0031003400300038002e0030003700000058004d004d003700310036\
        0030005f00560031002e0031005f004d00420049004d005f0047004e00530053005f004e0041004e0044005f0052004500";
    pair::<bc::DeviceCapsInfoView>(
        &body(OFONO),
        &bc::DeviceCapsInfo {
            device_type: DeviceType::EMBEDDED,
            cellular_class: CellularClass::GSM,
            voice_class: VoiceClass::NO_VOICE,
            sim_class: SimClass::REMOVABLE,
            data_class: DataClass::from_bits_retain(63),
            sms_caps: SmsCaps::PDU_RECEIVE | SmsCaps::PDU_SEND,
            control_caps: CtrlCaps::REG_MANUAL,
            max_sessions: 16,
            custom_data_class: "".into(),
            device_id: "359336050018717".into(),
            firmware_info: "FIH7160_V1.1_MODEM_01.1408.07".into(),
            hardware_info: "XMM7160_V1.1_MBIM_GNSS_NAND_RE".into(),
        },
    );
}

#[test]
fn subscriber_ready_status() {
    command::<SubscriberReadyStatus>(2);
    command::<SubscriberReadyStatusV3>(2);
    // The modem behind this one puts the numbers before the identity, so it is only taken apart.
    const LIBMBIM: &str = "03000080d4000000020000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0200000000000000a4000000\
        010000005c0000001e0000007c0000002800000000000000020000002c00000016000000440000001600000031003100\
        310031003100310031003100310031003100000030003000300030003000300030003000300030003000000033003100\
        300034003100300030003000300031003100300037003600310000003800390030003100300031003000340030003500\
        3400360030003100310030003000360031003200";
    let numbers = [Text::from("11111111111"), "00000000000".into()];
    deconstruct::<SubscriberReadyStatusInfoView>(
        &body(LIBMBIM),
        &SubscriberReadyStatusInfo {
            ready_state: SubscriberReadyState::INITIALIZED,
            subscriber_id: "310410000110761".into(),
            sim_icc_id: "89010104054601100612".into(),
            ready_info: ReadyInfoFlag::empty(),
            telephone_numbers_count: Count::AUTO,
            telephone_numbers: TextList::new(&numbers),
        },
    );

    // Fixed part 28, then one pair: the data start at 36.
    let numbers = [Text::from("+4912")];
    pair::<SubscriberReadyStatusInfoView>(
        &lay![1, 36, 12, 48, 10, 1, 1, 60, 10, "262011", "89490", "+4912"],
        &SubscriberReadyStatusInfo {
            ready_state: SubscriberReadyState::INITIALIZED,
            subscriber_id: "262011".into(),
            sim_icc_id: "89490".into(),
            ready_info: ReadyInfoFlag::PROTECT_UNIQUE_ID,
            telephone_numbers_count: Count::AUTO,
            telephone_numbers: TextList::new(&numbers),
        },
    );
    // Fixed part 32 and two pairs, the second number empty.
    let numbers = [Text::from("+4912"), "".into()];
    pair::<SubscriberReadyStatusInfoV3View>(
        &lay![7, 7, 48, 12, 60, 10, 0, 2, 72, 10, 0, 0, "262011", "89490", "+4912"],
        &SubscriberReadyStatusInfoV3 {
            ready_state: SubscriberReadyState::NO_ESIM_PROFILE,
            flags: SubscriberReadyStatusFlag::all() & SubscriberReadyStatusFlag::from_bits_retain(7),
            subscriber_id: "262011".into(),
            sim_icc_id: "89490".into(),
            ready_info: ReadyInfoFlag::empty(),
            telephone_numbers_count: Count::AUTO,
            telephone_numbers: TextList::new(&numbers),
        },
    );
    // Without a SIM nothing but the state is there.
    pair::<SubscriberReadyStatusInfoView>(
        &lay![2, 0, 0, 0, 0, 0, 0],
        &SubscriberReadyStatusInfo { ready_state: SubscriberReadyState::SIM_NOT_INSERTED, ..Default::default() },
    );
}

#[test]
fn radio_state() {
    command::<RadioState>(3);
    pair::<RadioStateSetView>(&lay![1], &RadioStateSet { radio_state: RadioSwitchState::ON });
    pair::<RadioStateInfoView>(
        &lay![1, 0],
        &RadioStateInfo { hw_radio_state: RadioSwitchState::ON, sw_radio_state: RadioSwitchState::OFF },
    );
}

#[test]
fn pin() {
    command::<Pin>(4);
    const MBIMCLI: &str = "03000000 50000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 01000000 \
        20000000 02000000 00000000 18000000 08000000 00000000 00000000 3100320033003400";
    pair::<PinSetView>(
        &body(MBIMCLI),
        &PinSet { pin_type: PinType::PIN1, pin_operation: PinOperation::ENTER, pin: "1234".into(), new_pin: "".into() },
    );
    // Unblocking: PUK and new PIN.
    pair::<PinSetView>(
        &lay![11, 0, 24, 16, 40, 10, "12345678", "54321"],
        &PinSet {
            pin_type: PinType::PUK1,
            pin_operation: PinOperation::ENTER,
            pin: "12345678".into(),
            new_pin: "54321".into(),
        },
    );
    const LIBMBIM: &str = "030000803c000000010000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df04000000000000000c000000\
        000000000000000000000000";
    pair::<PinInfoView>(&body(LIBMBIM), &PinInfo::default());
    pair::<PinInfoView>(
        &lay![3, 1, -1],
        &PinInfo { pin_type: PinType::PIN2, pin_state: PinState::LOCKED, remaining_attempts: u32::MAX },
    );
}

#[test]
fn pin_list() {
    command::<PinList>(5);
    let desc = |n: u32| {
        Inline::Value(PinDesc {
            pin_mode: PinMode(n),
            pin_format: PinFormat(n + 1),
            pin_length_min: n + 2,
            pin_length_max: n + 3,
        })
    };
    // Word n holds n, so a descriptor in the wrong place shows.
    let bytes: Vec<u8> = (0..40u32).flat_map(u32::to_le_bytes).collect();
    pair::<PinListInfoView>(
        &bytes,
        &PinListInfo {
            pin_desc_pin1: desc(0),
            pin_desc_pin2: desc(4),
            pin_desc_device_sim_pin: desc(8),
            pin_desc_device_first_sim_pin: desc(12),
            pin_desc_network_pin: desc(16),
            pin_desc_network_subset_pin: desc(20),
            pin_desc_service_provider_pin: desc(24),
            pin_desc_corporate_pin: desc(28),
            pin_desc_subsidy_lock: desc(32),
            pin_desc_custom: desc(36),
        },
    );
    let known =
        PinDesc { pin_mode: PinMode::ENABLED, pin_format: PinFormat::NUMERIC, pin_length_min: 4, pin_length_max: 8 };
    pair::<PinDescView>(&lay![1, 1, 4, 8], &known);
}

/// A provider of 56 bytes: fixed part 32, identity 12, name 12.
fn provider_bytes() -> Vec<u8> {
    lay![32, 10, 25, 44, 12, 1, 11, 99, "21403", "Orange"]
}

fn provider() -> Provider<'static> {
    Provider {
        provider_id: "21403".into(),
        provider_state: ProviderState::HOME | ProviderState::VISIBLE | ProviderState::REGISTERED,
        provider_name: "Orange".into(),
        cellular_class: CellularClass::GSM,
        rssi: 11,
        error_rate: 99,
    }
}

#[test]
fn home_provider() {
    command::<HomeProvider>(6);
    let value = HomeProviderInfo { provider: Inline::Value(provider()) };
    let bytes = provider_bytes();
    pair::<<HomeProvider as Query>::Response<'_>>(&bytes, &value);
    pair::<<HomeProvider as Set>::Params<'_>>(&bytes, &value);
}

#[test]
fn provider_lists() {
    command::<PreferredProviders>(7);
    command::<VisibleProviders>(8);
    command::<MulticarrierProviders>(24);
    const LIBMBIM: &str = "03000000b4000000010000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df180000000100000084000000\
        020000001400000038000000\
        4c00000038000000200000000a000000080000002c0000000c000000010000000b00000000000000320031003400300033000000\
        4f00720061006e0067006500200000000a000000190000002c0000000c000000010000000b00000000000000320031003400300033000000\
        4f00720061006e0067006500";
    let visible = Provider { provider_state: ProviderState::VISIBLE, error_rate: 0, ..provider() };
    let providers = [visible, Provider { error_rate: 0, ..provider() }];
    let value = ProvidersInfo { providers_count: Count::AUTO, providers: RefList::new(&providers) };
    let bytes = body(LIBMBIM);
    pair::<<MulticarrierProviders as Set>::Params<'_>>(&bytes, &value);
    pair::<<MulticarrierProviders as Query>::Response<'_>>(&bytes, &value);
    pair::<<VisibleProviders as Query>::Response<'_>>(&bytes, &value);

    // One entry at 12, 56 bytes.
    let providers = [provider()];
    let value = ProvidersInfo { providers_count: Count::AUTO, providers: RefList::new(&providers) };
    let bytes = lay![1, 12, 56, provider_bytes()];
    pair::<<PreferredProviders as Set>::Params<'_>>(&bytes, &value);
    pair::<<PreferredProviders as Query>::Response<'_>>(&bytes, &value);
    // An empty list is the count alone.
    pair::<<PreferredProviders as Query>::Response<'_>>(&lay![0], &ProvidersInfo::default());

    pair::<VisibleProvidersQueryView>(
        &lay![1],
        &VisibleProvidersQuery { action: VisibleProvidersAction::RESTRICTED_SCAN },
    );
}

#[test]
fn register_state() {
    command::<RegisterState>(9);
    command::<RegisterStateV2>(9);
    const MBIMCLI: &str = "03000000 40000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 09000000 01000000 \
        10000000 00000000 00000000 00000000 00000000";
    pair::<RegisterStateSetView>(&body(MBIMCLI), &RegisterStateSet::default());
    pair::<RegisterStateSetView>(
        &lay![16, 12, 1, 0x24, "310410"],
        &RegisterStateSet {
            provider_id: "310410".into(),
            register_action: RegisterAction::MANUAL,
            data_class: DataClass::UMTS | DataClass::LTE,
        },
    );
    let v1 = RegisterStateInfo {
        nw_error: NwError::PLMN_NOT_ALLOWED,
        register_state: RegistrationState::ROAMING,
        register_mode: RegisterMode::AUTOMATIC,
        available_data_classes: DataClass::LTE,
        current_cellular_class: CellularClass::GSM,
        provider_id: "26201".into(),
        provider_name: "Telekom".into(),
        roaming_text: "away".into(),
        registration_flag: RegistrationFlag::PACKET_SERVICE_AUTOMATIC_ATTACH,
    };
    pair::<RegisterStateInfoView>(&lay![11, 4, 1, 0x20, 1, 48, 10, 60, 14, 76, 8, 2, "26201", "Telekom", "away"], &v1);
    pair::<RegisterStateInfoV2View>(
        &lay![11, 4, 1, 0x20, 1, 52, 10, 64, 14, 80, 8, 2, 0xc0, "26201", "Telekom", "away"],
        &RegisterStateInfoV2 {
            nw_error: v1.nw_error,
            register_state: v1.register_state,
            register_mode: v1.register_mode,
            available_data_classes: v1.available_data_classes,
            current_cellular_class: v1.current_cellular_class,
            provider_id: v1.provider_id,
            provider_name: v1.provider_name,
            roaming_text: v1.roaming_text,
            registration_flag: v1.registration_flag,
            preferred_data_classes: DataClass::_5G_NSA | DataClass::_5G_SA,
        },
    );
}

#[test]
fn packet_service() {
    command::<PacketService>(10);
    command::<PacketServiceV2>(10);
    command::<PacketServiceV3>(10);
    const MBIMCLI: &str = "03000000 34000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0a000000 01000000 \
        04000000 00000000";
    pair::<PacketServiceSetView>(&body(MBIMCLI), &PacketServiceSet::default());
    pair::<PacketServiceSetView>(&lay![1], &PacketServiceSet { packet_service_action: PacketServiceAction::DETACH });
    // An indication: 44 bytes of headers.
    const OFONO: &str = "0700008048000000000000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0a0000001c000000\
        00000000020000002000000080f0fa020000000000e1f50500000000";
    pair::<PacketServiceInfoView>(
        &hex(OFONO)[44..],
        &PacketServiceInfo {
            nw_error: NwError::NONE,
            packet_service_state: PacketServiceState::ATTACHED,
            highest_available_data_class: DataClass::LTE,
            uplink_speed: 50_000_000,
            downlink_speed: 100_000_000,
        },
    );
    pair::<PacketServiceInfoV2View>(
        &lay![7, 4, 0x80, 1u64 << 32, 2u64 << 32, 3],
        &PacketServiceInfoV2 {
            nw_error: NwError::GPRS_NOT_ALLOWED,
            packet_service_state: PacketServiceState::DETACHED,
            current_data_class: DataClass::_5G_SA,
            uplink_speed: 1 << 32,
            downlink_speed: 2 << 32,
            frequency_range: FrequencyRange::RANGE_1 | FrequencyRange::RANGE_2,
        },
    );
    pair::<PacketServiceInfoV3View>(
        &lay![0, 2, 0x40, 1u64 << 32, 2u64 << 32, 1, 2, 0x0262u16, 0x8001u16, 0x0012_3456],
        &PacketServiceInfoV3 {
            nw_error: NwError::NONE,
            packet_service_state: PacketServiceState::ATTACHED,
            highest_available_data_class: DataClassV3::_5G,
            uplink_speed: 1 << 32,
            downlink_speed: 2 << 32,
            frequency_range: FrequencyRange::RANGE_1,
            data_subclass: DataSubclass::_5G_NR,
            tai: Inline::Value(Tai { plmn_mcc: 0x0262, plmn_mnc: 0x8001, tac: 0x12_3456 }),
        },
    );
}

#[test]
fn signal_state() {
    command::<SignalState>(11);
    command::<SignalStateV2>(11);
    pair::<SignalStateSetView>(
        &lay![30, 5, -1],
        &SignalStateSet { signal_strength_interval: 30, rssi_threshold: 5, error_rate_threshold: u32::MAX },
    );
    pair::<SignalStateInfoView>(
        &lay![21, 99, 30, 5, 0],
        &SignalStateInfo {
            rssi: 21,
            error_rate: 99,
            signal_strength_interval: 30,
            rssi_threshold: 5,
            error_rate_threshold: 0,
        },
    );
    let without = SignalStateInfoV2 { rssi: 99, error_rate: 99, signal_strength_interval: 30, ..Default::default() };
    let bytes = lay![99, 99, 30, 0, 0, 0, 0];
    pair::<SignalStateInfoV2View>(&bytes, &without);
    // At 28: the count, and two elements of 20 bytes.
    let list = [
        RsrpSnrInfo { rsrp: 57, snr: 40, rsrp_threshold: 0, snr_threshold: u32::MAX, system_type: DataClass::LTE },
        RsrpSnrInfo { rsrp: 127, snr: 128, rsrp_threshold: 1, snr_threshold: 2, system_type: DataClass::_5G_NSA },
    ];
    pair::<SignalStateInfoV2View>(
        &lay![99, 99, 30, 0, 0, 28, 44, 2, 57, 40, 0, -1, 0x20, 127, 128, 1, 2, 0x40],
        &SignalStateInfoV2 { rsrp_snr: RefSequence::new(&list), ..without },
    );
}

#[test]
fn connect() {
    command::<Connect>(12);
    const MBIMCLI: &str = "03000000 7c000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0c000000 01000000 \
        4c000000 00000000 01000000 3c000000 10000000 00000000 00000000 00000000 00000000 00000000 00000000 01000000 \
        7e5e2a7e4e6f7272736b656e7e5e2a7e 69006e007400650072006e0065007400";
    let internet = ConnectSet {
        session_id: 0,
        activation_command: ActivationCommand::ACTIVATE,
        access_string: "internet".into(),
        ip_type: ContextIpType::IPV4,
        context_type: context_type::INTERNET,
        ..Default::default()
    };
    pair::<ConnectSetView>(&body(MBIMCLI), &internet);
    const LIBMBIM: &str = "030000007c000000010000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0c000000010000004c000000\
        01000000010000003c00000010000000000000000000000000000000000000000000000001000000010000007e5e2a7e4e6f7272736b656e\
        7e5e2a7e69006e007400650072006e0065007400";
    pair::<ConnectSetView>(&body(LIBMBIM), &ConnectSet { session_id: 1, auth_protocol: AuthProtocol::PAP, ..internet });
    // All texts: "web" at 60, "me" at 68, "secret" at 72.
    pair::<ConnectSetView>(
        &lay![2, 0, 60, 6, 68, 4, 72, 12, 1, 3, 4, hex(NO_TYPE), "web", "me", "secret"],
        &ConnectSet {
            session_id: 2,
            activation_command: ActivationCommand::DEACTIVATE,
            access_string: "web".into(),
            user_name: "me".into(),
            password: "secret".into(),
            compression: Compression::ENABLE,
            auth_protocol: AuthProtocol::MSCHAPV2,
            ip_type: ContextIpType::IPV4_AND_IPV6,
            context_type: context_type::NONE,
        },
    );
    pair::<ConnectInfoView>(
        &lay![1, 3, 2, 3, hex(INTERNET), 27],
        &ConnectInfo {
            session_id: 1,
            activation_state: ActivationState::DEACTIVATED,
            voice_call_state: VoiceCallState::HANG_UP,
            ip_type: ContextIpType::IPV4V6,
            context_type: context_type::INTERNET,
            nw_error: NwError::MISSING_OR_UNKNOWN_APN,
        },
    );
    // mbimcli asks with the whole structure, 36 bytes.
    pair::<ConnectQueryView>(&lay![5, vec![0u8; 32]], &ConnectQuery { session_id: 5, ..Default::default() });
}

#[test]
fn connect_v3() {
    command::<ConnectV3>(12);
    const MBIMCLI: &str = "03000000 74000000 07000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0c000000 01000000 \
        44000000 00000000 01000000 00000000 00000000 01000000 7e5e2a7e4e6f7272736b656e7e5e2a7e 00000000 \
        0a00 00 02 02000000 6900 0000   0a00 00 00 00000000   0a00 00 00 00000000";
    let short = ConnectSetV3 {
        activation_command: ActivationCommand::ACTIVATE,
        ip_type: ContextIpType::IPV4,
        context_type: context_type::INTERNET,
        access_string: "i".into(),
        ..Default::default()
    };
    pair::<ConnectSetV3View>(&body(MBIMCLI), &short);
    const LIBMBIM_SET: &str = "0300000080000000010000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0c0000000100000050000000\
        01000000010000000000000001000000010000007e5e2a7e4e6f7272736b656e7e5e2a7e010000000a0000001000000069006e0074006500\
        72006e00650074000a000000000000000a00000000000000";
    pair::<ConnectSetV3View>(
        &body(LIBMBIM_SET),
        &ConnectSetV3 {
            session_id: 1,
            auth_protocol: AuthProtocol::PAP,
            media_preference: AccessMediaType::_3GPP,
            access_string: "internet".into(),
            ..short
        },
    );
    let slice = [Tlv { kind: TlvType::SINGLE_NSSAI, data: &[1] }];
    pair::<ConnectSetV3View>(
        &lay![
            1,
            1,
            0,
            2,
            3,
            hex(INTERNET),
            2,
            10u16,
            0x0200u16,
            2,
            "w",
            10u16,
            0u16,
            4,
            "me",
            10u16,
            0x0200u16,
            6,
            "abc",
            2u16,
            0x0300u16,
            1,
            hex("01000000")
        ],
        &ConnectSetV3 {
            session_id: 1,
            activation_command: ActivationCommand::ACTIVATE,
            compression: Compression::NONE,
            auth_protocol: AuthProtocol::CHAP,
            ip_type: ContextIpType::IPV4V6,
            context_type: context_type::INTERNET,
            media_preference: AccessMediaType::_3GPP_PREFERRED,
            access_string: "w".into(),
            user_name: "me".into(),
            password: "abc".into(),
            unnamed_ies: TlvList::new(&slice),
        },
    );
    const LIBMBIM: &str = "03000080ac000000040000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0c000000000000007c000000\
        010000000100000000000000010000007e5e2a7e4e6f7272736b656e7e5e2a7e00000000010000000a0000001000000069006e0074006500\
        72006e00650074000a0000020a0000006100620063006400650000000a0000000c0000004f00720061006e0067006500\
        0d0000010b0000000102030405060708090a0b00";
    let abcde = hex("61006200630064006500");
    let orange = hex("4f00720061006e0067006500");
    let tlvs = [
        Tlv { kind: TlvType::WCHAR_STR, data: &abcde },
        Tlv { kind: TlvType::WCHAR_STR, data: &orange },
        Tlv { kind: TlvType::PCO, data: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
    ];
    pair::<ConnectInfoV3View>(
        &body(LIBMBIM),
        &ConnectInfoV3 {
            session_id: 1,
            activation_state: ActivationState::ACTIVATED,
            voice_call_state: VoiceCallState::NONE,
            ip_type: ContextIpType::IPV4,
            context_type: context_type::INTERNET,
            nw_error: NwError::NONE,
            media_preference: AccessMediaType::_3GPP,
            access_string: "internet".into(),
            unnamed_ies: TlvList::new(&tlvs),
        },
    );
    pair::<ConnectQueryV3View>(&lay![7], &ConnectQueryV3 { session_id: 7 });
}

#[test]
fn provisioned_contexts() {
    command::<bc::ProvisionedContexts>(13);
    // Fixed part 60: "web" at 60, "me" at 68, "abc" at 72, "26201" at 80.
    pair::<bc::ProvisionedContextsSetView>(
        &lay![3, hex(INTERNET), 60, 6, 68, 4, 72, 6, 1, 2, 80, 10, "web", "me", "abc", "26201"],
        &bc::ProvisionedContextsSet {
            context_id: 3,
            context_type: context_type::INTERNET,
            access_string: "web".into(),
            user_name: "me".into(),
            password: "abc".into(),
            compression: Compression::ENABLE,
            auth_protocol: AuthProtocol::CHAP,
            provider_id: "26201".into(),
        },
    );
    // Two elements with a fixed part of 52: at 20 with a text of 8 bytes, at 80 without texts.
    let contexts = [
        ProvisionedContextElement {
            context_id: 1,
            context_type: context_type::INTERNET,
            access_string: "web".into(),
            ..Default::default()
        },
        ProvisionedContextElement { context_id: 2, context_type: context_type::NONE, ..Default::default() },
    ];
    pair::<bc::ProvisionedContextsInfoView>(
        &lay![
            2,
            20,
            60,
            80,
            52,
            1,
            hex(INTERNET),
            52,
            6,
            0,
            0,
            0,
            0,
            0,
            0,
            "web",
            2,
            hex(NO_TYPE),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0
        ],
        &bc::ProvisionedContextsInfo {
            provisioned_contexts_count: Count::AUTO,
            provisioned_contexts: RefList::new(&contexts),
        },
    );
}

#[test]
fn service_activation() {
    command::<ServiceActivation>(14);
    const LIBMBIM: &str = "0300000038000000010000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0e0000000100000008000000\
        0102030405060708";
    pair::<ServiceActivationSetView>(&body(LIBMBIM), &ServiceActivationSet { buffer: Rest(&[1, 2, 3, 4, 5, 6, 7, 8]) });
    pair::<ServiceActivationInfoView>(
        &lay![17, hex("a1a2a3a4")],
        &ServiceActivationInfo { nw_error: NwError::NETWORK_FAILURE, buffer: Rest(&[0xa1, 0xa2, 0xa3, 0xa4]) },
    );
}

#[test]
fn ip_configuration() {
    command::<IpConfiguration>(15);
    const LIBMBIM: &str = "03000080800000001a0000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0f0000000000000050000000\
        000000000f00000000000000010000003c0000000000000000000000440000000000000002000000480000000000000000000000dc050000\
        000000001c000000d44922f8d44922f1d4a6d250d4492043";
    let address = [Ipv4Element { on_link_prefix_length: 28, ipv4_address: Address(Ipv4Addr::new(212, 73, 34, 248)) }];
    let servers = [Ipv4Addr::new(212, 166, 210, 80), Ipv4Addr::new(212, 73, 32, 67)];
    pair::<IpConfigurationInfoView>(
        &body(LIBMBIM),
        &IpConfigurationInfo {
            ipv4_configuration_available: IpConfigurationAvailableFlag::from_bits_retain(15),
            ipv4_address: ElementArray::new(&address),
            ipv4_gateway: RefAddress(Some(Ipv4Addr::new(212, 73, 34, 241))),
            ipv4_dns_server: RefArray::new(&servers),
            ipv4_mtu: 1500,
            ..Default::default()
        },
    );
    // The modem behind this one orders its data otherwise, and does not align them.
    const OFONO: &str = "03000080a0000000120000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df0f0000000000000070000000\
        000000000700000003000000010000004000000001000000 4c0000004800000060000000010000003c000000000000000000000000000000\
        00000000ac1a2601180000000a22d8420a22d80178000000fe800000000000000000000eb28bdc010a22d842fe8000000000000000000001";
    let ipv4 = [Ipv4Element { on_link_prefix_length: 24, ipv4_address: Address(Ipv4Addr::new(10, 34, 216, 66)) }];
    let ipv6 =
        [Ipv6Element { on_link_prefix_length: 120, ipv6_address: Address("fe80::e:b28b:dc01".parse().unwrap()) }];
    let servers = [Ipv4Addr::new(172, 26, 38, 1)];
    deconstruct::<IpConfigurationInfoView>(
        &body(OFONO),
        &IpConfigurationInfo {
            ipv4_configuration_available: IpConfigurationAvailableFlag::from_bits_retain(7),
            ipv6_configuration_available: IpConfigurationAvailableFlag::from_bits_retain(3),
            ipv4_address: ElementArray::new(&ipv4),
            ipv6_address: ElementArray::new(&ipv6),
            ipv4_gateway: RefAddress(Some(Ipv4Addr::new(10, 34, 216, 1))),
            ipv6_gateway: RefAddress(Some("a22:d842:fe80::1".parse().unwrap())),
            ipv4_dns_server: RefArray::new(&servers),
            ..Default::default()
        },
    );
    // Both families: IPv6 address at 60 (20 bytes), gateway at 80, servers at 96.
    let gateway: Ipv6Addr = "fe80::1".parse().unwrap();
    let servers = ["2001:db8::53".parse().unwrap(), "2001:db8::54".parse().unwrap()];
    let ipv6 = [Ipv6Element { on_link_prefix_length: 64, ipv6_address: Address("2001:db8::2".parse().unwrap()) }];
    pair::<IpConfigurationInfoView>(
        &lay![
            9,
            0,
            15,
            0,
            0,
            1,
            60,
            0,
            80,
            0,
            0,
            2,
            96,
            0,
            1280,
            64,
            hex("20010db8000000000000000000000002"),
            hex("fe800000000000000000000000000001"),
            hex("20010db8000000000000000000000053"),
            hex("20010db8000000000000000000000054")
        ],
        &IpConfigurationInfo {
            session_id: 9,
            ipv6_configuration_available: IpConfigurationAvailableFlag::from_bits_retain(15),
            ipv6_address: ElementArray::new(&ipv6),
            ipv6_gateway: RefAddress(Some(gateway)),
            ipv6_dns_server: RefArray::new(&servers),
            ipv6_mtu: 1280,
            ..Default::default()
        },
    );
    // mbimcli asks with the whole structure, 60 bytes.
    pair::<IpConfigurationQueryView>(
        &lay![3, vec![0u8; 56]],
        &IpConfigurationQuery { session_id: 3, ..Default::default() },
    );
}

#[test]
fn device_services() {
    command::<DeviceServices>(16);
    // Two pairs behind 8 bytes: elements of 28 + 4n bytes at 24 and 60.
    let services = [
        DeviceServiceElement {
            device_service_id: BASIC_CONNECT,
            dss_payload: DssPayload::empty(),
            max_dss_instances: 0,
            cids_count: Count::AUTO,
            cids: Array::new(&[1, 16]),
        },
        DeviceServiceElement {
            device_service_id: MS_BASIC_CONNECT_EXTENSIONS,
            dss_payload: DssPayload::FROM_HOST | DssPayload::FROM_DEVICE,
            max_dss_instances: 5,
            cids_count: Count::AUTO,
            cids: Array::new(&[15]),
        },
    ];
    pair::<DeviceServicesInfoView>(
        &lay![
            2,
            6,
            24,
            36,
            60,
            32,
            hex("a289cc33bcbb8b4fb6b0133ec2aae6df"),
            0,
            0,
            2,
            1,
            16,
            hex("3d01dcc5fef54d050d3abef7058e9aaf"),
            3,
            5,
            1,
            15
        ],
        &DeviceServicesInfo {
            device_services_count: Count::AUTO,
            max_dss_sessions: 6,
            device_services: RefList::new(&services),
        },
    );
}

#[test]
fn device_service_subscribe_list() {
    command::<DeviceServiceSubscribeList>(19);
    const SHEET: &str = "03000000 58000000 08000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 13000000 01000000 \
        28000000 01000000 0c000000 1c000000 a289cc33bcbb8b4fb6b0133ec2aae6df 02000000 09000000 0b000000";
    let events = [EventEntry { device_service_id: BASIC_CONNECT, cids_count: Count::AUTO, cids: Array::new(&[9, 11]) }];
    let value = DeviceServiceSubscribeListSet { events_count: Count::AUTO, events: RefList::new(&events) };
    let bytes = body(SHEET);
    pair::<<DeviceServiceSubscribeList as Set>::Params<'_>>(&bytes, &value);
    pair::<<DeviceServiceSubscribeList as Set>::Response<'_>>(&bytes, &value);
    // No commands: all of them.
    const LIBMBIM: &str = "0300000050000000010000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df130000000100000020000000\
        010000000c00000014000000a289cc33bcbb8b4fb6b0133ec2aae6df00000000";
    let events = [EventEntry { device_service_id: BASIC_CONNECT, ..Default::default() }];
    let value = DeviceServiceSubscribeListSet { events_count: Count::AUTO, events: RefList::new(&events) };
    pair::<DeviceServiceSubscribeListSetView>(&body(LIBMBIM), &value);
}

#[test]
fn packet_statistics() {
    command::<PacketStatistics>(20);
    pair::<PacketStatisticsInfoView>(
        &lay![1, 2, 3u64 << 40, 4u64, 5u64 << 40, 6u64, 7, 8],
        &PacketStatisticsInfo {
            in_discards: 1,
            in_errors: 2,
            in_octets: 3 << 40,
            in_packets: 4,
            out_octets: 5 << 40,
            out_packets: 6,
            out_errors: 7,
            out_discards: 8,
        },
    );
}

#[test]
fn network_idle_hint_and_emergency_mode() {
    command::<NetworkIdleHint>(21);
    command::<EmergencyMode>(22);
    let hint = NetworkIdleHintInfo { state: NetworkIdleHintState::ENABLED };
    pair::<<NetworkIdleHint as Set>::Params<'_>>(&lay![1], &hint);
    pair::<<NetworkIdleHint as Query>::Response<'_>>(&lay![1], &hint);
    let mode = EmergencyModeInfo { state: EmergencyModeState::ON };
    pair::<<EmergencyMode as Set>::Params<'_>>(&lay![1], &mode);
    pair::<<EmergencyMode as Query>::Response<'_>>(&lay![1], &mode);
}

#[test]
fn ip_packet_filters() {
    command::<IpPacketFilters>(23);
    command::<IpPacketFiltersV3>(23);
    const LIBMBIM: &str = "0300000088000000010000000100000000000000a289cc33bcbb8b4fb6b0133ec2aae6df170000000100000058000000\
        0100000002000000180000001c0000003400000024000000080000000c000000140000000102030405060708f1f2f3f4f5f6f7f8\
        0c0000000c00000018000000010203040506070805060708f1f2f3f4f5f6f7f8f5f6f7f8";
    let filters = [
        PacketFilter {
            filter_size: Count::AUTO,
            packet_filter: SizedBytes(&[1, 2, 3, 4, 5, 6, 7, 8]),
            packet_mask: SizedBytes(&[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8]),
        },
        PacketFilter {
            filter_size: Count::AUTO,
            packet_filter: SizedBytes(&[1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8]),
            packet_mask: SizedBytes(&[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf5, 0xf6, 0xf7, 0xf8]),
        },
    ];
    let value =
        IpPacketFiltersSet { session_id: 1, packet_filters_count: Count::AUTO, packet_filters: RefList::new(&filters) };
    let bytes = body(LIBMBIM);
    pair::<<IpPacketFilters as Set>::Params<'_>>(&bytes, &value);
    pair::<<IpPacketFilters as Query>::Response<'_>>(&bytes, &value);
    // The query is a list without filters.
    pair::<IpPacketFiltersQueryView>(&lay![4, 0], &IpPacketFiltersQuery { session_id: 4, ..Default::default() });
    pair::<IpPacketFiltersQueryV3View>(&lay![4, 0], &IpPacketFiltersQueryV3 { session_id: 4, ..Default::default() });
    // Version 3.0: the number behind the offsets, so a fixed part of 16; filter and mask of 3 bytes, padded.
    let filters = [PacketFilterV3 {
        filter_size: Count::AUTO,
        packet_filter: SizedBytes(&[1, 2, 3]),
        packet_mask: SizedBytes(&[0xff, 0, 0xff]),
        filter_id: 77,
    }];
    let value = IpPacketFiltersSetV3 {
        session_id: 0,
        packet_filters_count: Count::AUTO,
        packet_filters: RefList::new(&filters),
    };
    let bytes = lay![0, 1, 16, 24, 3, 16, 20, 77, hex("01020300ff00ff00")];
    pair::<<IpPacketFiltersV3 as Set>::Params<'_>>(&bytes, &value);
    pair::<<IpPacketFiltersV3 as Query>::Response<'_>>(&bytes, &value);
}

// Microsoft's Basic Connect extensions.

#[test]
fn version() {
    const MBIMCLI: &str = "03000000 34000000 03000000 01000000 00000000 3d01dcc5fef54d050d3abef7058e9aaf 0f000000 00000000 \
        04000000 0001 0003";
    let value = VersionQuery { mbim_version: 0x0100, mbim_extended_version: 0x0300 };
    pair::<<Version as Query>::Params<'_>>(&body(MBIMCLI), &value);
    pair::<<Version as Query>::Response<'_>>(&body(MBIMCLI), &value);
}

#[test]
fn lte_attach() {
    // Three elements with a fixed part of 44: at 32 with "web" (52 bytes), at 84 and 128 without texts. In the answer
    // everything lies 4 bytes lower.
    let place =
        |roaming| LteAttachConfigurationElement { roaming, source: ContextSource::OPERATOR, ..Default::default() };
    let home = LteAttachConfigurationElement {
        ip_type: ContextIpType::IPV4V6,
        access_string: "web".into(),
        auth_protocol: AuthProtocol::PAP,
        ..place(LteAttachContextRoamingControl::HOME)
    };
    let all =
        [home, place(LteAttachContextRoamingControl::PARTNER), place(LteAttachContextRoamingControl::NON_PARTNER)];
    let elements =
        lay![3, 0, 2, 44, 6, 0, 0, 0, 0, 0, 1, "web", 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0];
    pair::<LteAttachConfigurationSetView>(
        &lay![0, 3, 32, 52, 84, 44, 128, 44, elements],
        &LteAttachConfigurationSet {
            operation: LteAttachContextOperation::DEFAULT,
            configuration_count: Count::AUTO,
            configurations: RefList::new(&all),
        },
    );
    pair::<LteAttachConfigurationInfoView>(
        &lay![3, 28, 52, 80, 44, 124, 44, elements],
        &LteAttachConfigurationInfo { configuration_count: Count::AUTO, configurations: RefList::new(&all) },
    );
    pair::<LteAttachInfoInfoView>(
        &lay![1, 3, 40, 6, 48, 4, 52, 6, 0, 2, "web", "me", "abc"],
        &LteAttachInfoInfo {
            lte_attach_state: LteAttachState::ATTACHED,
            ip_type: ContextIpType::IPV4V6,
            access_string: "web".into(),
            user_name: "me".into(),
            password: "abc".into(),
            compression: Compression::NONE,
            auth_protocol: AuthProtocol::CHAP,
        },
    );
    pair::<LteAttachInfoInfoV3View>(
        &lay![0, 19, 3, 44, 6, 0, 0, 0, 0, 0, 0, "web"],
        &LteAttachInfoInfoV3 {
            nw_error: NwError::ESM_FAILURE,
            ip_type: ContextIpType::IPV4V6,
            access_string: "web".into(),
            ..Default::default()
        },
    );
}

#[test]
fn stored_contexts() {
    pair::<bce::ProvisionedContextsSetView>(
        &lay![1, hex(INTERNET), 3, 1, 6, 2, 4, 72, 6, 80, 4, 84, 6, 1, 3, "web", "me", "abc"],
        &bce::ProvisionedContextsSet {
            operation: ContextOperation::DELETE,
            context_type: context_type::INTERNET,
            ip_type: ContextIpType::IPV4V6,
            state: ContextState::ENABLED,
            roaming: ContextRoamingControl::ALLOW_ALL,
            media_type: ContextMediaType::ALL,
            source: ContextSource::DEVICE,
            access_string: "web".into(),
            user_name: "me".into(),
            password: "abc".into(),
            compression: Compression::ENABLE,
            auth_protocol: AuthProtocol::MSCHAPV2,
        },
    );
    let contexts = [ProvisionedContextElementV2 {
        context_id: 4,
        context_type: context_type::INTERNET,
        ip_type: ContextIpType::IPV6,
        state: ContextState::DISABLED,
        roaming: ContextRoamingControl::HOME_AND_NON_PARTNER,
        media_type: ContextMediaType::WIFI_ONLY,
        source: ContextSource::MODEM,
        access_string: "web".into(),
        user_name: "".into(),
        password: "".into(),
        compression: Compression::NONE,
        auth_protocol: AuthProtocol::NONE,
    }];
    pair::<bce::ProvisionedContextsInfoView>(
        &lay![1, 12, 80, 4, hex(INTERNET), 2, 0, 4, 1, 3, 72, 6, 0, 0, 0, 0, 0, 0, "web"],
        &bce::ProvisionedContextsInfo {
            provisioned_contexts_count: Count::AUTO,
            provisioned_contexts: RefList::new(&contexts),
        },
    );
}

#[test]
fn slots() {
    const MBIMCLI: &str = "03000000 40000000 05000000 01000000 00000000 3d01dcc5fef54d050d3abef7058e9aaf 07000000 01000000 \
        10000000 01000000 0c000000 04000000 01000000";
    let value = DeviceSlotMappingsSet { map_count: Count::AUTO, slot_map: RefList::new(&[Slot { slot: 1 }]) };
    let bytes = body(MBIMCLI);
    pair::<<DeviceSlotMappings as Set>::Params<'_>>(&bytes, &value);
    pair::<<DeviceSlotMappings as Set>::Response<'_>>(&bytes, &value);
    pair::<SlotInfoStatusQueryView>(&lay![1], &SlotInfoStatusQuery { slot_index: 1 });
    pair::<SlotInfoStatusInfoView>(
        &lay![1, 8],
        &SlotInfoStatusInfo { slot_index: 1, state: UiccSlotState::ACTIVE_ESIM_NO_PROFILES },
    );
    pair::<SysCapsInfoView>(
        &lay![1, 2, 1, 0x0123_4567_89ab_cdefu64],
        &SysCapsInfo { number_of_executors: 1, number_of_slots: 2, concurrency: 1, modem_id: 0x0123_4567_89ab_cdef },
    );
}

#[test]
fn extended_device_caps() {
    // The executor stands behind the texts' pairs, at 64.
    pair::<bce::DeviceCapsInfoView>(
        &lay![1, 3, 3, 2, 0x3f, 3, 0xa1, 8, 0, 0, 68, 6, 76, 4, 80, 4, 1, "123", "fw", "hw"],
        &bce::DeviceCapsInfo {
            device_type: DeviceType::EMBEDDED,
            cellular_class: CellularClass::GSM | CellularClass::CDMA,
            voice_class: VoiceClass::SIMULTANEOUS_VOICE_DATA,
            sim_class: SimClass::REMOVABLE,
            data_class: DataClass::from_bits_retain(0x3f),
            sms_caps: SmsCaps::PDU_RECEIVE | SmsCaps::PDU_SEND,
            control_caps: CtrlCaps::REG_MANUAL | CtrlCaps::ESIM | CtrlCaps::SIM_HOT_SWAP_CAPABLE,
            max_sessions: 8,
            custom_data_class: "".into(),
            device_id: "123".into(),
            firmware_info: "fw".into(),
            hardware_info: "hw".into(),
            executor_index: 1,
        },
    );
    const LIBMBIM: &str = "03000080680100000500000001000000000000003d01dcc5fef54d050d3abef7058e9aaf060000000000000038010000\
        010000000100000001000000020000007c00008003000000a3000000030000000000000002000000000000009b000000\
        0b0000023a00000001000200030004000500070008000c000d000e00110012001300140019001a001c001d001e002000220026002700280029\
        002a002b002e003000000\
        00b00000226000000010002000300050007000800140019001c001e002600280029003000420047004d004e004f000000\
        0a0000020a00000048005300500041002b000000\
        0a0000021e00000038003600320031003400360030003500300030003800340035003500350000000a0000003c000000\
        380031003600300030002e0030003000300030002e00390039002e00320039002e00310037002e00310039005f00470043000d000a00420039\
        0030000a0000000c000000560031002e0030002e003600";
    let lte =
        [1, 2, 3, 4, 5, 7, 8, 12, 13, 14, 17, 18, 19, 20, 25, 26, 28, 29, 30, 32, 34, 38, 39, 40, 41, 42, 43, 46, 48];
    let nr = [1, 2, 3, 5, 7, 8, 20, 25, 28, 30, 38, 40, 41, 48, 66, 71, 77, 78, 79];
    pair::<DeviceCapsInfoV3View>(
        &body(LIBMBIM),
        &DeviceCapsInfoV3 {
            device_type: DeviceType::EMBEDDED,
            cellular_class: CellularClass::GSM,
            voice_class: VoiceClass::NO_VOICE,
            sim_class: SimClass::REMOVABLE,
            data_class: DataClassV3::from_bits_retain(0x8000_007c),
            sms_caps: SmsCaps::PDU_RECEIVE | SmsCaps::PDU_SEND,
            control_caps: CtrlCaps::from_bits_retain(163),
            data_subclass: DataSubclass64::_5G_ENDC | DataSubclass64::_5G_NR,
            max_sessions: 2,
            executor_index: 0,
            wcdma_band_class: 155,
            lte_band_class: TlvNumbers::new(&lte),
            nr_band_class: TlvNumbers::new(&nr),
            custom_data_class: "HSPA+".into(),
            device_id: "862146050084555".into(),
            firmware_info: "81600.0000.99.29.17.19_GC\r\nB90".into(),
            hardware_info: "V1.0.6".into(),
        },
    );
}

#[test]
fn protocol_configuration_options() {
    fn value(session_id: u32, data: &[u8]) -> PcoInfo<'_> {
        PcoInfo {
            pco_value: Inline::Value(PcoValue {
                session_id,
                pco_data_size: Count::AUTO,
                pco_data_type: PcoType::PARTIAL,
                pco_data_buffer: InlineBytes(data),
            }),
        }
    }
    // The options stand in place; five bytes are padded to eight.
    pair::<PcoInfoView>(&lay![1, 5, 1, hex("80ff030210000000")], &value(1, &[0x80, 0xff, 3, 2, 0x10]));
    pair::<<Pco as Query>::Params<'_>>(&lay![2, 0, 1], &value(2, &[]));
}

#[test]
fn cells() {
    const LIBMBIM: &str = "03000080d80000000300000001000000000000003d01dcc5fef54d050d3abef7058e9aaf0b00000000000000a8000000\
        600000000000000000000000000000000000000000000000000000004c0000002e000000a000000004000000a4000000040000000000000000\
        0000007c000000240000000000000000000000240000000a0000001fcd65040019000036010000fe6f000099fffffff4ffffffffffffff3200\
        31003400300037000000010000000000000000000000ffffffffffffffff36010000ffffffff99fffffff4ffffff0000000000000000";
    let serving = CellInfoServingLte {
        provider_id: "21407".into(),
        cell_id: 73_780_511,
        earfcn: 6400,
        physical_cell_id: 310,
        tac: 28670,
        rsrp: -103,
        rsrq: -12,
        timing_advance: u32::MAX,
    };
    let neighbours = [CellInfoNeighboringLte {
        provider_id: "".into(),
        cell_id: u32::MAX,
        earfcn: u32::MAX,
        physical_cell_id: 310,
        tac: u32::MAX,
        rsrp: -103,
        rsrq: -12,
    }];
    // This modem writes empty lists as a count of zero somewhere, we write no list.
    deconstruct::<BaseStationsInfoInfoView>(
        &body(LIBMBIM),
        &BaseStationsInfoInfo {
            system_type: DataClass::from_bits_retain(96),
            lte_serving_cell: RefStruct::new(serving),
            lte_neighboring_cells: RefSequence::new(&neighbours),
            ..Default::default()
        },
    );
    // Fixed part 76. UMTS cell at 76: 48 bytes and its text at 48, 60 in all. GSM neighbours at 136: the count; 28 bytes
    // and a text of 12; 28 bytes. CDMA cells at 208: the count and 36 bytes.
    let umts = CellInfoServingUmts {
        provider_id: "26202".into(),
        location_area_code: 1,
        cell_id: 2,
        frequency_info_ul: 3,
        frequency_info_dl: 4,
        frequency_info_nt: 5,
        uarfcn: 6,
        primary_scrambling_code: 7,
        rscp: -80,
        ecno: -9,
        path_loss: 8,
    };
    let gsm = [
        CellInfoNeighboringGsm {
            provider_id: "26203".into(),
            location_area_code: 1,
            cell_id: 2,
            arfcn: 3,
            base_station_id: 4,
            rx_level: 5,
        },
        CellInfoNeighboringGsm { rx_level: 6, ..Default::default() },
    ];
    let cdma = [CellInfoCdma {
        serving_cell_flag: 1,
        nid: 2,
        sid: 3,
        base_station_id: 4,
        base_latitude: 5,
        base_longitude: 6,
        ref_pn: 7,
        gps_seconds: 8,
        pilot_strength: 9,
    }];
    pair::<BaseStationsInfoInfoView>(
        &lay![
            4, 0, 0, 76, 60, 0, 0, 0, 0, 136, 72, 0, 0, 0, 0, 0, 0, 208, 40, 48, 10, 1, 2, 3, 4, 5, 6, 7, -80, -9, 8,
            "26202", 2, 28, 10, 1, 2, 3, 4, 5, "26203", 0, 0, 0, 0, 0, 0, 6, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9
        ],
        &BaseStationsInfoInfo {
            system_type: DataClass::UMTS,
            umts_serving_cell: RefStruct::new(umts),
            gsm_neighboring_cells: RefSequence::new(&gsm),
            cdma_cells: RefSequence::new(&cdma),
            ..Default::default()
        },
    );
    // Version 3.0, fixed part 96. Serving cell at 96: the count, 48 bytes, text of 12 at 48. Neighbours at 160: the count,
    // 40 bytes, identity at 40, cell at 52.
    let serving = [CellInfoServingNr {
        provider_id: "26201".into(),
        nci: 0x1_2345_6789,
        physical_cell_id: 1,
        nrarfcn: 2,
        tac: 3,
        rsrp: 4,
        rsrq: 5,
        sinr: 6,
        timing_advance: u64::MAX,
    }];
    let near = [CellInfoNeighboringNr {
        system_sub_type: DataSubclass::_5G_ENDC,
        provider_id: "26201".into(),
        cell_id: "77".into(),
        physical_cell_id: 1,
        tac: 2,
        rsrp: 3,
        rsrq: 4,
        sinr: 5,
    }];
    pair::<BaseStationsInfoInfoV3View>(
        &lay![
            0x40,
            2,
            vec![0u8; 72],
            96,
            64,
            160,
            60,
            1,
            48,
            10,
            0x1_2345_6789u64,
            1,
            2,
            3,
            4,
            5,
            6,
            u64::MAX,
            "26201",
            1,
            1,
            40,
            10,
            52,
            4,
            1,
            2,
            3,
            4,
            5,
            "26201",
            "77"
        ],
        &BaseStationsInfoInfoV3 {
            system_type: DataClassV3::_5G,
            system_sub_type: DataSubclass::_5G_NR,
            nr_serving_cells: RefSequence::new(&serving),
            nr_neighbor_cells: RefSequence::new(&near),
            ..Default::default()
        },
    );
    pair::<BaseStationsInfoQueryView>(
        &lay![1, 2, 3, 4, 5],
        &BaseStationsInfoQuery {
            max_gsm_count: 1,
            max_umts_count: 2,
            max_tdscdma_count: 3,
            max_lte_count: 4,
            max_cdma_count: 5,
        },
    );
    pair::<BaseStationsInfoQueryV3View>(
        &lay![1, 2, 3, 4, 5, 6],
        &BaseStationsInfoQueryV3 {
            max_gsm_count: 1,
            max_umts_count: 2,
            max_tdscdma_count: 3,
            max_lte_count: 4,
            max_cdma_count: 5,
            max_nr_count: 6,
        },
    );
    pair::<LocationInfoStatusInfoView>(
        &lay![1, 2, 3],
        &LocationInfoStatusInfo { location_area_code: 1, tracking_area_code: 2, cell_id: 3 },
    );
}

#[test]
fn registration_parameters() {
    const LIBMBIM: &str = "03000080800000000400000001000000000000003d01dcc5fef54d050d3abef7058e9aaf110000000000000050000000\
        00000000000000000000000001000000010000000a0000020a0000006100620063006400650000000a0000000c0000004f00720061006e00\
        670065000d0000010b0000000102030405060708090a0b00";
    let abcde = hex("61006200630064006500");
    let orange = hex("4f00720061006e0067006500");
    let tlvs = [
        Tlv { kind: TlvType::WCHAR_STR, data: &abcde },
        Tlv { kind: TlvType::WCHAR_STR, data: &orange },
        Tlv { kind: TlvType::PCO, data: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
    ];
    let value = RegistrationParametersInfo {
        mico_mode: MicoMode::DISABLED,
        drx_cycle: DrxCycle::NOT_SPECIFIED,
        ladn_info: LadnInfo::NOT_NEEDED,
        default_pdu_activation_hint: DefaultPduActivationHint::LIKELY,
        re_register_if_needed: true,
        unnamed_ies: TlvList::new(&tlvs),
    };
    pair::<<RegistrationParameters as Query>::Response<'_>>(&body(LIBMBIM), &value);
    pair::<<RegistrationParameters as Set>::Params<'_>>(&body(LIBMBIM), &value);
}

#[test]
fn modem_configuration() {
    let bytes = lay![2, 10u16, 0u16, 4, "AT"];
    pair::<ModemConfigurationInfoView>(
        &bytes,
        &ModemConfigurationInfo {
            configuration_status: ModemConfigurationStatus::COMPLETED,
            configuration_name: "AT".into(),
            ..Default::default()
        },
    );
    pair::<ModemConfigurationNotificationView>(
        &bytes,
        &ModemConfigurationNotification {
            modem_configuration_status: ModemConfigurationStatus::COMPLETED,
            configuration_name: "AT".into(),
            ..Default::default()
        },
    );
}

#[test]
fn wake_reason() {
    const COMMAND: &str = "030000805c0000000400000001000000000000003d01dcc5fef54d050d3abef7058e9aaf13000000000000002c000000\
        0100000002000000100000001c000000a289cc33bcbb8b4fb6b0133ec2aae6df0b0000000000000000000000";
    let bytes = body(COMMAND);
    let data = construct(&WakeCommand { service: BASIC_CONNECT, cid: 11, payload: Bytes(&[]) }, 64).unwrap();
    pair::<WakeReasonInfoView>(
        &bytes,
        &WakeReasonInfo {
            wake_type: WakeType::CID_INDICATION,
            session_id: 2,
            wake_tlv: Tlv { kind: TlvType::WAKE_COMMAND, data: &data },
        },
    );
    const PACKET: &str = "030000805c0000000400000001000000000000003d01dcc5fef54d050d3abef7058e9aaf13000000000000002c000000\
        0200000002000000110000021a0000000b0000000c000000100000000a0000000102030405060708090a0000";
    let bytes = body(PACKET);
    let info = WakeReasonInfoView::new(&bytes).read().unwrap();
    assert_eq!((info.wake_type, info.session_id), (WakeType::PACKET, 2));
    assert_eq!(info.wake_tlv.kind, TlvType::WAKE_PACKET);
    let packet = WakePacketView::new(info.wake_tlv.data).read().unwrap();
    assert_eq!(
        packet,
        WakePacket { filter_id: 11, original_packet_size: 12, packet: Bytes(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) }
    );
    pair::<WakeReasonInfoView>(&bytes, &info);
}

#[test]
fn layouts_of_microsofts_pages() {
    let list = [
        NetworkDenylistProvider { mcc: 262, mnc: 1, network_denylist_type: NetworkDenylistType::SIM },
        NetworkDenylistProvider { mcc: 310, mnc: 410, network_denylist_type: NetworkDenylistType::NETWORK },
    ];
    let value = NetworkDenylistInfo {
        network_denylist_state: NetworkDenylistState::NETWORK_PROVIDER_ACTUATED,
        providers_count: Count::AUTO,
        providers: RefList::new(&list),
    };
    let bytes = lay![2, 2, 24, 12, 36, 12, 262, 1, 0, 310, 410, 1];
    pair::<<NetworkDenylist as Query>::Response<'_>>(&bytes, &value);
    pair::<<NetworkDenylist as Set>::Params<'_>>(&bytes, &value);

    let config = ModemLoggingConfigInfo {
        version: 1,
        max_segment_size: 64,
        max_flush_time: 500,
        level_config: ModemLoggingLevel::LAB_LOW,
    };
    pair::<<ModemLoggingConfig as Set>::Params<'_>>(&lay![1, 64, 500, 3], &config);
    pair::<<ModemLoggingConfig as Query>::Response<'_>>(&lay![1, 64, 500, 3], &config);

    pair::<PinExQueryView>(
        &lay![1, 12, 5, hex("a000000087000000")],
        &PinExQuery { version: 1, app_id: Bytes(&[0xa0, 0, 0, 0, 0x87]) },
    );
    pair::<PinExSetView>(
        &lay![2, 3, 32, 8, 40, 10, 52, 5, "1234", "56789", hex("a000000087000000")],
        &PinExSet {
            pin_type: PinType::PIN1,
            pin_operation: PinOperation::CHANGE,
            pin: "1234".into(),
            new_pin: "56789".into(),
            app_id: Bytes(&[0xa0, 0, 0, 0, 0x87]),
        },
    );
    pair::<PinExInfoView>(
        &lay![2, 0, 3],
        &PinExInfo { pin_type: PinType::PIN1, pin_state: PinState::UNLOCKED, remaining_attempts: 3 },
    );
}

// Offsets and sizes.

#[test]
fn sizes_of_fixed_parts() {
    assert_eq!((SubscriberReadyStatusInfoView::FIXED, SubscriberReadyStatusInfoV3View::FIXED), (28, 32));
    assert_eq!((RegisterStateInfoView::FIXED, RegisterStateInfoV2View::FIXED), (48, 52));
    assert_eq!(
        (PacketServiceInfoView::FIXED, PacketServiceInfoV2View::FIXED, PacketServiceInfoV3View::FIXED),
        (28, 32, 44)
    );
    assert_eq!((SignalStateInfoView::FIXED, SignalStateInfoV2View::FIXED), (20, 28));
    assert_eq!((ConnectInfoView::FIXED, ConnectInfoV3View::FIXED), (36, 40));
    assert_eq!((ConnectSetView::FIXED, ConnectSetV3View::FIXED), (60, 40));
    assert_eq!((ConnectQueryView::FIXED, ConnectQueryV3View::FIXED), (36, 4));
    assert_eq!((bce::DeviceCapsInfoView::FIXED, DeviceCapsInfoV3View::FIXED), (68, 48));
    assert_eq!((IpConfigurationInfoView::FIXED, PinListInfoView::FIXED, VersionInfoView::FIXED), (60, 160, 4));
    assert_eq!((PinDescView::FIXED, Ipv4ElementView::FIXED, Ipv6ElementView::FIXED), (16, 8, 20));
    assert_eq!((RsrpSnrInfoView::FIXED, TaiView::FIXED, SlotView::FIXED, CellInfoCdmaView::FIXED), (20, 8, 4, 36));
    assert_eq!((PacketFilterView::FIXED, PacketFilterV3View::FIXED), (12, 16));
    assert_eq!((BaseStationsInfoInfoView::FIXED, BaseStationsInfoInfoV3View::FIXED), (76, 96));
}

#[test]
fn offsets_of_fields_that_moved() {
    // Word n holds n: a field of one word reads as its offset divided by four.
    let words: Vec<u8> = (0..32u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(SubscriberReadyStatusInfoView::new(&words).ready_info().map(|f| f.bits() * 4), Ok(20));
    assert_eq!(SubscriberReadyStatusInfoV3View::new(&words).flags().map(|f| f.bits() * 4), Ok(4));
    assert_eq!(SubscriberReadyStatusInfoV3View::new(&words).ready_info().map(|f| f.bits() * 4), Ok(24));
    assert_eq!(RegisterStateInfoV2View::new(&words).preferred_data_classes().map(|f| f.bits() * 4), Ok(48));
    assert_eq!(PacketServiceInfoView::new(&words).uplink_speed(), Ok(4 << 32 | 3));
    assert_eq!(PacketServiceInfoView::new(&words).downlink_speed(), Ok(6 << 32 | 5));
    assert_eq!(PacketServiceInfoV2View::new(&words).frequency_range().map(|f| f.bits() * 4), Ok(28));
    assert_eq!(PacketServiceInfoV3View::new(&words).data_subclass().map(|f| f.bits() * 4), Ok(32));
    assert_eq!(ConnectInfoView::new(&words).nw_error().map(|e| e.0 * 4), Ok(32));
    assert_eq!(ConnectInfoV3View::new(&words).media_preference().map(|e| e.0 * 4), Ok(36));
    assert_eq!(ConnectSetView::new(&words).ip_type().map(|e| e.0 * 4), Ok(40));
    assert_eq!(ConnectSetV3View::new(&words).ip_type().map(|e| e.0 * 4), Ok(16));
    assert_eq!(bce::DeviceCapsInfoView::new(&words).executor_index().map(|n| n * 4), Ok(64));
    assert_eq!(DeviceCapsInfoV3View::new(&words).data_subclass().map(|f| f.bits()), Ok(8 << 32 | 7));
    assert_eq!(LteAttachInfoInfoView::new(&words).ip_type().map(|e| e.0 * 4), Ok(4));
    assert_eq!(LteAttachInfoInfoV3View::new(&words).ip_type().map(|e| e.0 * 4), Ok(8));
}

// What must not be read, and what must not be written.

fn fails<T: Debug + PartialEq>(outcome: Result<T, DecodeError>, kind: DecodeErrorKind, offset: usize) {
    assert_eq!(outcome, Err(DecodeError::new(kind, offset)));
}

#[test]
fn hostile_bytes() {
    // A text at offset 0 would lie over the fixed part.
    fails(ConnectSetView::new(&lay![0, 1, 0, 16, vec![0u8; 44]]).access_string(), DecodeErrorKind::OutOfBounds, 8);
    // A text that ends behind the end; an odd number of bytes.
    fails(PinSetView::new(&lay![2, 0, 24, 8, 0, 0, "12"]).pin(), DecodeErrorKind::OutOfBounds, 8);
    fails(PinSetView::new(&lay![2, 0, 24, 3, 0, 0, "12"]).pin(), DecodeErrorKind::Text, 8);
    // Counts beyond the room.
    fails(ProvidersInfoView::new(&lay![-1, 12, 56]).providers(), DecodeErrorKind::Count, 4);
    fails(
        SubscriberReadyStatusInfoView::new(&lay![1, 0, 0, 0, 0, 0, 1]).telephone_numbers(),
        DecodeErrorKind::Count,
        28,
    );
    fails(
        IpConfigurationInfoView::new(&lay![0, 1, 0, -1, 60, vec![0u8; 40]]).ipv4_address(),
        DecodeErrorKind::Count,
        16,
    );
    fails(SignalStateInfoV2View::new(&lay![0, 0, 0, 0, 0, 28, 8, -1, 0]).rsrp_snr(), DecodeErrorKind::Count, 20);
    fails(
        PcoInfoView::new(&lay![0, 5, 0, 0]).pco_value().and_then(|value| value.read()),
        DecodeErrorKind::OutOfBounds,
        12,
    );
    // A TLV of another type where a text must be; none at all.
    let other = lay![0, 0, 0, 0, hex(NO_TYPE), 0, 0, 13u16, 0u16, 0];
    fails(ConnectInfoV3View::new(&other).access_string(), DecodeErrorKind::Tlv, 40);
    fails(ConnectInfoV3View::new(&other[..40]).access_string(), DecodeErrorKind::OutOfBounds, 40);
    // An empty answer where there must be one.
    fails(ConnectInfoView::new(&[]).check(), DecodeErrorKind::OutOfBounds, 0);
}

#[test]
fn limits() {
    let digits = "1".repeat(256);
    let long = |value: &dyn Encode, limit| assert_eq!(construct(value, 2048), Err(EncodeError::TooLong { limit }));
    assert!(construct(&PinSet { pin: digits[..16].into(), ..Default::default() }, 64).is_ok());
    long(&PinSet { pin: digits[..17].into(), ..Default::default() }, 32);
    long(&PinSet { new_pin: digits[..17].into(), ..Default::default() }, 32);
    long(&ConnectSet { access_string: digits[..101].into(), ..Default::default() }, 200);
    long(&ConnectSet { user_name: digits[..].into(), ..Default::default() }, 510);
    long(&ConnectSet { password: digits[..].into(), ..Default::default() }, 510);
    long(&ConnectSetV3 { access_string: digits[..101].into(), ..Default::default() }, 200);
    long(&RegisterStateSet { provider_id: digits[..7].into(), ..Default::default() }, 12);
    long(&Provider { provider_name: digits[..21].into(), ..Default::default() }, 40);
    long(&RegisterStateInfo { roaming_text: digits[..64].into(), ..Default::default() }, 126);
    long(&SubscriberReadyStatusInfo { subscriber_id: digits[..16].into(), ..Default::default() }, 30);
    long(&SubscriberReadyStatusInfo { sim_icc_id: digits[..21].into(), ..Default::default() }, 40);
    long(&bc::DeviceCapsInfo { custom_data_class: digits[..12].into(), ..Default::default() }, 22);
    // A filter and its mask have one length.
    let filter =
        PacketFilter { filter_size: Count::AUTO, packet_filter: SizedBytes(&[1, 2]), packet_mask: SizedBytes(&[1]) };
    assert_eq!(construct(&filter, 64), Err(EncodeError::LengthsDiffer));
}

#[test]
fn secrets_are_not_printed() {
    let pin = PinSet { pin: "1234".into(), new_pin: "5678".into(), ..Default::default() };
    assert_eq!(format!("{pin:?}"), "PinSet { pin_type: UNKNOWN, pin_operation: ENTER, pin: ***, new_pin: *** }");
    let connect = ConnectSet { user_name: "alice".into(), password: "wonder".into(), ..Default::default() };
    let text = format!("{connect:?}");
    assert!(!text.contains("alice") && !text.contains("wonder"), "{text}");
    let number = [Text::from("+491234")];
    let ready = SubscriberReadyStatusInfoV3 {
        subscriber_id: "26201".into(),
        sim_icc_id: "8949".into(),
        telephone_numbers: TextList::new(&number),
        ..Default::default()
    };
    let text = format!("{ready:?}");
    assert!(!text.contains("26201") && !text.contains("8949") && !text.contains("1234"), "{text}");
}

// Names and texts.

#[test]
fn network_errors() {
    assert_eq!(NwError::MISSING_OR_UNKNOWN_APN.name(), Some("MISSING_OR_UNKNOWN_APN"));
    assert_eq!(NwError(27).to_string(), "access point name missing or unknown (cause 27)");
    assert_eq!(NwError(0xdead).to_string(), "cause unknown here (cause 57005)");
    assert_eq!(NwError(113).text(), "several accesses to a connection not allowed");
}

#[test]
fn context_types() {
    assert_eq!(context_type::ALL.len(), 14);
    assert_eq!(context_type::name(context_type::INTERNET), Some("Internet"));
    assert_eq!(context_type::by_name("emergencycalling"), Some(context_type::EMERGENCY_CALLING));
    assert_eq!(context_type::by_name("VOICE").unwrap().to_string(), "88918294-0ef4-4396-8cca-a8588fbc02b2");
    assert_eq!(context_type::name(Uuid::new(1)), None);
    assert_eq!(context_type::INTERNET.0.to_vec(), hex(INTERNET));
}

#[test]
fn what_was_read_can_be_copied_on() {
    // A text of the wire, written into another message.
    let bytes = lay![16, 12, 1, 0, "310410"];
    let id = RegisterStateSetView::new(&bytes).provider_id().unwrap();
    let copy = RegisterStateSet { provider_id: Text::new(*id), ..Default::default() };
    assert_eq!(construct(&copy, 64).unwrap(), lay![16, 12, 0, 0, "310410"]);
    assert_eq!(Utf16::from("310410"), *id);
}
