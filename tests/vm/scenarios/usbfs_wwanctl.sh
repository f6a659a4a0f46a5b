#!/usr/bin/env bash
# usbfs: wwanctl takes the device from the kernel's drivers; all of MBIM and its data in user space, packets included
plug mbim
net=$(interface)
wwanctl -d usb connect --apn internet --ip-type v4v6 --tun user0 >/tmp/connect 2>&1 &
wwanctl=$!
until_true 'there is an interface' ip link show up dev user0
[ ! -e "/sys/class/net/$net" ] || die 'the driver of the kernel has the device still'
until_true 'it has an address' address_of user0
routes user0 100
pings user0
upload "$host_v4" $((4 << 20))
download "[$host_v6]" $((4 << 20))
no_errors user0
kill -TERM "$wwanctl"
wait "$wwanctl"
cat /tmp/connect
# The driver gets the device back.
until_true 'there is an interface again' compgen -G '/sys/class/net/wwan[0-9]'
unplug
