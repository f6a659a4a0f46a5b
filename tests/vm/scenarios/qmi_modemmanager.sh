#!/usr/bin/env bash
# qmi_wwan: ModemManager finds and connects it; packets, messages, USSD
plug qmi
start_manager
shows modem.generic.state disabled
says 'drivers:.*qmi_wwan' mmcli -m any
mmcli -m any --simple-connect=apn=internet,ip-type=ipv4v6
shows modem.generic.state connected
configure_bearer
pings "$interface"
names
upload "$host_v4" $((4 << 20))
download "[$host_v6]" $((4 << 20))
same operator "$(value modem.3gpp.operator-name)" 'Test Network'

mmcli -m any --messaging-create-sms="text='hello, modem',number=15550100"
mmcli -s 0 --send
shows sms.properties.state received -s 1
same 'the text' "$(value sms.content.text -s 1)" 'hello, modem'
says 'Balance: 12.34 EUR' mmcli -m any --3gpp-ussd-initiate='*100#'

no_errors "$interface"
mmcli -m any --simple-disconnect
shows modem.generic.state registered
