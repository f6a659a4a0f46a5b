#!/usr/bin/env bash
# cdc_mbim: mbimcli through mbim-proxy, and packets
plug mbim
device=$(control)
net=$(interface)

mbim() { mbimcli -p -d "$device" "$@"; }

says "Device ID: '490154203237518'" mbim --query-device-caps --no-close
says "Activation state: 'activated'" mbim --no-open=10 --no-close --connect='apn=internet,ip-type=ipv4v6'
says '2001:db8:64::2/64' mbim --no-open=100 --no-close --query-ip-configuration

# `IP [0]: '10.64.0.2/30'`, the same of IPv6
ip link set "$net" up
while read -r address; do
    ip address add "$address" dev "$net" nodad
done < <(sed -n "s/.*IP \[0\]: '\(.*\)'/\1/p" "$said")
routes "$net" 100
pings "$net"
no_errors "$net"
says 'Successfully disconnected' mbim --no-open=200 --disconnect
unplug
