#!/usr/bin/env bash
# the kernel's multiplexer (27.010) on a serial line, both options: channels side by side, DTR, the end
modprobe n_gsm debug=9 # frames and errors in the kernel's log
virtual-modem pty --protocol at --verbose --link /tmp/line >"$log/$scenario.modem" 2>&1 &
until_true 'there is a line' test -e /tmp/line
exec {line}<>/tmp/line # so that the end of the multiplexer is not the end of the line
stty -F /tmp/line raw -echo
at /tmp/line ATE0
at /tmp/line AT+CLAC >/tmp/commands
mapfile -t many < <(seq 20)
gsm=$tests/gsm0710.pl

is_carrier() { [ "$("$gsm" carrier <&"$one")" = "$1" ]; }

# Opens channel $1; `channel` is its file descriptor. Linux loses what is written before the other side has agreed.
channel() {
    stty -F "/dev/gsmtty$1" raw -echo clocal # neither waits for a carrier nor ends with it
    exec {channel}<>"/dev/gsmtty$1"
    until_true "channel $1 answers" answers
    printf 'AT+CGMM\r' >&"$channel"
    comes "$channel" 'Virtual Modem'
    comes "$channel" OK
}

answers() {
    local line
    printf 'AT\r' >&"$channel"
    IFS= read -r -t 2 -u "$channel" line
}

for option in basic advanced; do
    if [ "$option" = basic ]; then settings=0,0,5,127,100,3,200 size=127; else settings=1,0,5,31,100,3,200 size=31; fi
    at /tmp/line "AT+CMUX=$settings"
    "$gsm" attach /tmp/line "$option" initiator "$size"
    until_true 'there are channels' test -c /dev/gsmtty2
    channel 1 && one=$channel
    channel 2 && two=$channel

    # Each has its own answers; one that takes many frames is whole, and so is what has to be escaped.
    at /dev/gsmtty1 ATE0
    at /dev/gsmtty2 ATE0
    at /dev/gsmtty1 "${many[@]/*/AT+CGMM}" >/tmp/one &
    busy=$!
    at /dev/gsmtty2 "${many[@]/*/AT+CGSN}" >/tmp/two
    wait "$busy"
    same 'answers of the first channel' "$(grep -cx 'Virtual Modem' /tmp/one)" "${#many[@]}"
    same 'answers of the second channel' "$(grep -cx '490154203237518' /tmp/two)" "${#many[@]}"
    at /dev/gsmtty2 AT+CLAC >/tmp/two
    cmp /tmp/commands /tmp/two
    at /dev/gsmtty1 'AT+CPBW=9,"5550123",129,"a~b}c~~"' 'AT+CPBR=9' >/tmp/one
    grep -qF '"5550123",129,"a~b}c~~"' /tmp/one || die "what is escaped is not the same: $(</tmp/one)"

    # Who has asked for it is told, and nobody else.
    at /dev/gsmtty2 AT+CREG=1
    at /dev/gsmtty1 AT+COPS=2 AT+CGMM AT+COPS=0 >/tmp/one
    if grep CREG /tmp/one; then die 'the first channel is told'; fi
    comes "$two" '+CREG: 0'
    comes "$two" '+CREG: 1'
    at /dev/gsmtty2 AT+CREG=0

    # A connection for data on one channel, commands on the other. The carrier says that there is one, and DTR ends it,
    # which Linux does not tell in the advanced option.
    at /dev/gsmtty1 'AT&D2' 'AT&C1' 'AT+CGDCONT=1,"IP","internet"'
    printf 'ATD*99***1#\r' >&"$one"
    comes "$one" CONNECT
    at /dev/gsmtty2 AT+CGMM
    until_true 'there is a carrier' is_carrier on
    if [ "$option" = basic ]; then
        "$gsm" dtr off <&"$one"
        comes "$one" 'NO CARRIER'
        until_true 'there is no carrier' is_carrier off
        "$gsm" dtr on <&"$one"
        at /dev/gsmtty1 AT+CGMM
    fi

    # A channel that is closed ends what it did, and can be opened again.
    exec {one}>&-
    until_true 'the context is down' says '+CGACT: 1,0' at /dev/gsmtty2 'AT+CGACT?'
    channel 1 && one=$channel
    at /dev/gsmtty1 AT+CGMM

    # The end. Linux does not survive that a channel is still known then: nobody but the line may use the module.
    exec {one}>&- {two}>&-
    until_true 'the channels are gone' grep -qx 1 /sys/module/n_gsm/refcnt
    "$gsm" detach /tmp/line
    if compgen -G '/dev/gsmtty*'; then die 'there are channels still'; fi
    at /tmp/line AT+CGMM
done
