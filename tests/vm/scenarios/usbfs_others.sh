#!/usr/bin/env bash
# usbfs: QMI, AT and a modem that is pulled out, all in user space

# Starts a session with its packets in user space; `wwanctl` is its process.
user_space() {
    wwanctl -d "$1" --json connect --apn internet --ip-type v4v6 --tun user0 >/tmp/connect 2>&1 &
    wwanctl=$!
    until_true 'it has addresses' address_of user0
    routes user0 100
}

plug qmi
net=$(interface)
wwanctl --json devices | tee /tmp/said
same 'the first function' "$(jq -r '.usb[0].functions[0].protocol' /tmp/said)" qmi
name=$(jq -r '.usb[0].device' /tmp/said)
wwanctl -d "$name" --protocol qmi status
user_space "$name"
pings user0
upload "$host_v4" $((1 << 20))
no_errors user0
kill -TERM "$wwanctl"
wait "$wwanctl"
cat /tmp/connect
same 'packets lost' "$(tail -n 1 /tmp/connect | jq '.packets.received.dropped + .packets.received.errors + .packets.sent.dropped + .packets.sent.errors')" 0
until_true 'the driver has it back' compgen -G '/sys/class/net/wwan*'
unplug

plug at
wwanctl devices
wwanctl -d usb --protocol at status
wwanctl -d usb at ATI AT+CSQ
unplug

plug mbim
# Through QMI inside MBIM no packets can be had.
wwanctl -d usb --protocol qmi connect --apn internet --tun user0 && status=0 || status=$?
same 'exit status of wwanctl connect --tun inside MBIM' "$status" 2
# A modem that goes away ends the program.
user_space usb
ping -I user0 -c 2 -i 0.2 -W 20 "$host_v4"
socat -u -T "$patience" OPEN:/dev/zero "TCP:$host_v4:9" &
sender=$!
until_true 'bytes are on their way' sent_more_than user0 1000000
unplug
wait "$wwanctl" && status=0 || status=$?
cat /tmp/connect
same 'exit status of wwanctl connect --tun' "$status" 69
end "$sender"
