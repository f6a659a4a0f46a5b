#!/usr/bin/env bash
# cdc_mbim: ModemManager finds, unlocks and connects it; packets, messages, USSD, signal
plug mbim --scenario locked-sim
start_manager
shows modem.generic.state locked
same 'what it needs' "$(value modem.generic.unlock-required)" sim-pin
if mmcli -i any --pin=0000; then die 'a wrong PIN is taken'; fi
mmcli -i any --pin=1234
shows modem.generic.state disabled
says 'drivers:.*cdc_mbim' mmcli -m any
same IMEI "$(value modem.3gpp.imei)" 490154203237518

mmcli -m any --simple-connect=apn=internet,ip-type=ipv4v6
shows modem.generic.state connected
configure_bearer
pings "$interface"
names
upload "$host_v4" $((4 << 20))
download "[$host_v6]" $((4 << 20))
same operator "$(value modem.3gpp.operator-name)" 'Test Network'

[ "$(value modem.generic.signal-quality.value)" -gt 0 ] || die 'there is no signal'

# A message to its own number comes back.
mmcli -m any --messaging-create-sms="text='hello, modem',number=15550100"
mmcli -s 0 --send
shows sms.properties.state received -s 1
same 'the text' "$(value sms.content.text -s 1)" 'hello, modem'
mmcli -m any --messaging-delete-sms=1

says 'Balance: 12.34 EUR' mmcli -m any --3gpp-ussd-initiate='*100#'

no_errors "$interface"
mmcli -m any --simple-disconnect
shows modem.generic.state registered
unplug
until_true 'ModemManager has seen that' no_modem_listed
