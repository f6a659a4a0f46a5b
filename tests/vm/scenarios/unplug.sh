#!/usr/bin/env bash
# the modem goes and comes back in the middle of a transfer: errors, no stuck process, and the same again
for round in 1 2; do
    plug mbim
    device=$(control)
    net=$(interface)
    wwanctl -d "$device" --json connect --apn internet --ip-type v4v6 >/tmp/connect
    configure "$net" /tmp/connect
    ping -I "$net" -c 2 -i 0.2 -W 20 "$host_v4"

    wwanctl -d "$device" monitor >/tmp/monitor 2>&1 &
    monitor=$!
    socat -u -T "$patience" OPEN:/dev/zero "TCP:$host_v4:9" &
    sender=$!
    until_true 'bytes are on their way' sent_more_than "$net" 1000000

    unplug
    # Who has the device open is told.
    wait "$monitor" && status=0 || status=$?
    same 'exit status of wwanctl monitor' "$status" 69
    cat /tmp/monitor
    end "$sender"
    if wwanctl -d "$device" status; then die 'there is a modem still'; fi
    printf 'round %d done\n' "$round"
done
