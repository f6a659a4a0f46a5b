#!/usr/bin/env bash
# qmi_wwan: qmicli sets QMAP up, two sessions on links of their own (qmimux0, qmimux1)
plug qmi
device=$(control)
net=$(interface)

# Transfers have packets of several links, told apart by their numbers. The kernel takes no longer ones than the MTU of the
# interface, which it keeps at 1500.
says "Downlink data aggregation protocol: 'qmap'" qmi \
    --wda-set-data-format='link-layer-protocol=raw-ip,ul-protocol=qmap,dl-protocol=qmap,dl-max-datagrams=32,dl-datagram-max-size=1500,ep-type=hsusb,ep-iface-number=4'
qmi --set-expected-data-format=raw-ip
for link in 0 1; do
    mux=$((link + 1))
    echo "$mux" >"/sys/class/net/$net/qmi/add_mux"
    says 'CID:' qmi --wds-noop --client-no-release-cid
    client=$(client_said)
    qmi --wds-bind-mux-data-port="mux-id=$mux,ep-type=hsusb,ep-iface-number=4" --client-cid="$client" --client-no-release-cid
    start_network "$client"
    ip link set "$net" up
    ip link set "qmimux$link" mtu 1400 up
    ip address add "$address/30" dev "qmimux$link"
    ip -4 route add default dev "qmimux$link" metric "$mux"
    ping -I "qmimux$link" -c 3 -i 0.2 -W 20 "$host_v4"
done
upload "$host_v4" $((1 << 20))
download "$host_v4" $((4 << 20))
ping -I qmimux1 -c 3 -i 0.2 -W 20 "$host_v4"
no_errors "$net"
no_errors qmimux0
no_errors qmimux1
qmi --wds-stop-network="$handle" --client-cid="$client"
if ping -I qmimux1 -c 1 -W 1 "$host_v4"; then die 'the session is down, but somebody answers'; fi
unplug
