#!/usr/bin/env bash
# USB/IP: the modem is attached by Debian's usbip over TCP
virtual-modem usbip --listen 127.0.0.1:3240 --kind mbim >"$log/$scenario.modem" 2>&1 &
modem=$!
until_true 'it listens' usbip list -r 127.0.0.1
usbip list -r 127.0.0.1 | tee /tmp/said
bus=$(awk -F ' *: *' '/\(.*:.*\)/ { gsub(/ /, "", $1); print $1; exit }' /tmp/said)
usbip attach -r 127.0.0.1 -b "$bus"
device=$(control)
net=$(interface)
wwanctl -d "$device" --json connect --apn internet --ip-type v4v6 >/tmp/connect
configure "$net" /tmp/connect
pings "$net"
download "$host_v4" $((1 << 20))
no_errors "$net"
usbip port
usbip detach -p 00
until_true 'the kernel has seen that' no_modem
