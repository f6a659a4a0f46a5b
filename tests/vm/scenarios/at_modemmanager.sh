#!/usr/bin/env bash
# serial ports: ModemManager finds the AT modem, enables it, and connects as far as PPP
plug at
until_true 'there is a serial port' compgen -G '/dev/tty[UA][SC]*'
start_manager
shows modem.generic.state disabled
same IMEI "$(value modem.3gpp.imei)" 490154203237518
mmcli -m any --enable
shows modem.generic.state registered
shows modem.3gpp.operator-name 'Test Network'
mmcli -m any --messaging-create-sms="text='hello, modem',number=15550100"
mmcli -s 0 --send
shows sms.properties.state received -s 1
mmcli -m any --simple-connect=apn=internet
shows bearer.status.connected yes -b "$(bearer)"
mmcli -m any --simple-disconnect
shows modem.generic.state registered
