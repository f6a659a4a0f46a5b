#!/usr/bin/env bash
# the system that the others rest on: bus, devices, drivers, ModemManager without a modem
modprobe vhci-hcd
[ -w /sys/devices/platform/vhci_hcd.0/attach ]
for driver in cdc_mbim qmi_wwan option cdc_acm 8021q tun; do
    modprobe "$driver"
done
udevadm --version
start_manager
mmcli -L
