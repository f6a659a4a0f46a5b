//! Every getter of every structure of Basic Connect, all versions: the most that reading a service can cost.
#![no_std]
#![no_main]

use core::hint::black_box;

use mbim_wire::View;
use mbim_wire::service::basic_connect::*;

/// Reads all fields of the structure that the outside names.
macro_rules! touch {
    ($kind:ident, $bytes:ident, [$($view:ident),* $(,)?]) => {
        let mut number = 0;
        $(
            if $kind == number {
                wwan_size::put(u32::from(black_box($view::new($bytes).read()).is_ok()));
            }
            number += 1;
        )*
        wwan_size::put(number);
    };
}

wwan_size::probe!({
    let mut buf = [0; 1024];
    let bytes = wwan_size::bytes(&mut buf);
    let kind = wwan_size::word();
    touch!(
        kind,
        bytes,
        [
            DeviceCapsInfoView,
            SubscriberReadyStatusInfoView,
            RadioStateSetView,
            RadioStateInfoView,
            PinSetView,
            PinInfoView,
            PinDescView,
            PinListInfoView,
            ProviderView,
            HomeProviderInfoView,
            ProvidersInfoView,
            VisibleProvidersQueryView,
            RegisterStateSetView,
            RegisterStateInfoView,
            PacketServiceSetView,
            PacketServiceInfoView,
            SignalStateSetView,
            SignalStateInfoView,
            ConnectSetView,
            ConnectInfoView,
            ProvisionedContextElementView,
            ProvisionedContextsSetView,
            ProvisionedContextsInfoView,
            ServiceActivationSetView,
            ServiceActivationInfoView,
            Ipv4ElementView,
            Ipv6ElementView,
            IpConfigurationInfoView,
            DeviceServiceElementView,
            DeviceServicesInfoView,
            EventEntryView,
            DeviceServiceSubscribeListInfoView,
            PacketStatisticsInfoView,
            NetworkIdleHintInfoView,
            EmergencyModeInfoView,
            PacketFilterView,
            IpPacketFiltersInfoView,
            RegisterStateInfoV2View,
            PacketServiceInfoV2View,
            RsrpSnrInfoView,
            SignalStateInfoV2View,
            SubscriberReadyStatusInfoV3View,
            TaiView,
            PacketServiceInfoV3View,
            ConnectQueryV3View,
            ConnectSetV3View,
            ConnectInfoV3View,
            PacketFilterV3View,
            IpPacketFiltersInfoV3View,
        ]
    );
});
