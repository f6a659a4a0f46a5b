#!/usr/bin/env bash
# qmi_wwan: qmicli through qmi-proxy, raw IP
plug qmi
device=$(control)
net=$(interface)
says wwan qmi --dms-get-manufacturer
qmi --wda-set-data-format='link-layer-protocol=raw-ip,ul-protocol=disabled,dl-protocol=disabled'
qmi --set-expected-data-format=raw-ip
start_network
ip link set "$net" up
ip address add "$address/30" dev "$net"
ip -4 route add default dev "$net"
ping -I "$net" -c 3 -i 0.2 -W 20 "$host_v4"
upload "$host_v4" $((1 << 20))
no_errors "$net"
qmi --wds-stop-network="$handle" --client-cid="$client"
unplug
