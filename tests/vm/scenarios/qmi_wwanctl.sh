#!/usr/bin/env bash
# qmi_wwan: wwanctl connects with raw IP; packets and bytes each way
plug qmi
device=$(control)
net=$(interface)
same driver "$(driver_of "$net")" qmi_wwan

wwanctl -d "$device" status
raw_ip "$device" "$net"
wwanctl -d "$device" --json connect --apn internet --ip-type v4v6 | tee /tmp/connect
configure "$net" /tmp/connect
pings "$net"
names
upload "$host_v4" $((16 << 20))
download "[$host_v6]" $((16 << 20))
no_errors "$net"
wwanctl -d "$device" disconnect
unplug
