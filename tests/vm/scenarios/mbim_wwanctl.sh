#!/usr/bin/env bash
# cdc_mbim: wwanctl connects, packets and 64 MiB each way, two sessions on VLANs

plug mbim
device=$(control)
net=$(interface)
same driver "$(driver_of "$net")" cdc_mbim

wwanctl -d "$device" status
wwanctl -d "$device" --json connect --apn internet --ip-type v4v6 | tee /tmp/connect
configure "$net" /tmp/connect
pings "$net"
names
upload "$host_v4" $((64 << 20))
download "[$host_v6]" $((64 << 20))

# The second session is a VLAN of the interface.
wwanctl -d "$device" --json connect --apn internet --session 2 | tee /tmp/connect2
ip link add link "$net" name "$net.2" type vlan id 2
configure "$net.2" /tmp/connect2 200
pings "$net.2"
pings "$net"
upload "$host_v4" $((1 << 20))
wwanctl -d "$device" disconnect --session 2
if ping -I "$net.2" -c 1 -W 1 "$host_v4"; then die 'the session is down, but somebody answers'; fi
pings "$net"

no_errors "$net"
no_errors "$net.2"
wwanctl -d "$device" disconnect
unplug
