#!/usr/bin/env bash
# cdc_mbim on a function that is NCM, too, and beside AT ports; option on vendor-specific ports

# What Debian's kernel makes of a function that is both is NCM, unless told otherwise.
modprobe cdc_ncm
echo Y >/sys/module/cdc_ncm/parameters/prefer_mbim

for kind in ncm-mbim composite; do
    plug "$kind"
    device=$(control)
    net=$(interface)
    same 'the driver' "$(driver_of "$net")" cdc_mbim
    wwanctl -d "$device" --json connect --apn internet --ip-type v4v6 >/tmp/connect
    configure "$net" /tmp/connect
    pings "$net"
    names
    no_errors "$net"
    if [ "$kind" = composite ]; then
        until_true 'there is a serial port' compgen -G '/dev/ttyACM*'
        says 'Virtual Modem' wwanctl -d /dev/ttyACM0 --protocol at at ATI
        # The ports show the modem that has the session.
        says '+CEREG: 0,1' wwanctl -d /dev/ttyACM1 --protocol at at 'AT+CEREG?'
    fi
    wwanctl -d "$device" disconnect
    unplug
done

# Diagnostics, NMEA, and two for AT.
plug at-vendor
until_true 'there are four serial ports' test -c /dev/ttyUSB3
same 'the driver' "$(basename "$(readlink /sys/bus/usb-serial/devices/ttyUSB2/driver)")" option1
wwanctl -d /dev/ttyUSB2 --protocol at status
says 'Virtual Modem' wwanctl -d /dev/ttyUSB3 --protocol at at ATI
unplug
