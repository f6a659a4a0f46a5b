#!/usr/bin/env bash
# Plays the scenario $1 in the guest; here is also what scenarios have in common. The first command that fails ends it.

set -Eeuo pipefail
scenario=$1
tests=$(dirname "${BASH_SOURCE[0]}")
log=/run/log # shared with the machine outside

trap 'printf "error: line %s: %s\n" "$LINENO" "$BASH_COMMAND"' ERR

patience=120 # seconds for what must become true: the machine is emulated, and may have little of its host

die() {
    printf 'error: %s\n' "$*"
    exit 1
}

# Waits until a command succeeds: until_true WHAT COMMAND...
until_true() {
    { set +x; } 2>/dev/null
    local what=$1 end=$((SECONDS + patience))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || die "not within $patience s: $what"
        sleep 0.2
    done
    set -x
}

# Fails unless two texts are the same: same WHAT FOUND EXPECTED.
same() {
    [ "$2" = "$3" ] || die "$1: $2 instead of $3"
}

# ---- the modem -------------------------------------------------------------------------------------------------------

# Plugs a modem in: plug KIND [OPTION...]; `modem` is its process.
plug() {
    local kind=$1 out=$log/$scenario.modem
    shift
    virtual-modem vhci --kind "$kind" "$@" >>"$out" 2>&1 &
    modem=$!
    until_true "the modem is plugged in" grep -q attached "$out"
}

# Pulls it out again.
unplug() {
    kill -TERM "$modem"
    wait "$modem"
    : >"$log/$scenario.modem"
    until_true 'the kernel has seen that' no_modem
}

no_modem() { ! compgen -G '/dev/cdc-wdm*' && ! compgen -G '/sys/class/net/wwan*' && ! compgen -G '/dev/tty[UA][SC]*'; }

# The character device and the network interface that the drivers made of it.
control() {
    until_true 'there is a control device' compgen -G '/dev/cdc-wdm*'
    compgen -G '/dev/cdc-wdm*' | head -n 1
}
interface() {
    until_true 'there is a network interface' compgen -G '/sys/class/net/wwan*'
    basename "$(compgen -G '/sys/class/net/wwan*' | head -n 1)"
}

driver_of() { basename "$(readlink "/sys/class/net/$1/device/driver")"; }

# ---- its network -----------------------------------------------------------------------------------------------------

# Gives interface $1 the addresses in $2, which `wwanctl --json connect` printed; $3 is the metric of its routes.
configure() {
    local arguments
    jq -r '.ip_configuration |
        (.ipv4_address[]? | "address add \(.ipv4_address)/\(.on_link_prefix_length)"),
        (.ipv6_address[]? | "address add \(.ipv6_address)/\(.on_link_prefix_length) nodad")' "$2" >"/tmp/$scenario.addresses"
    [ -s "/tmp/$scenario.addresses" ] || die 'there is no address'
    ip link set "$1" up
    while read -r arguments; do
        # shellcheck disable=SC2086 # words
        ip $arguments dev "$1"
    done <"/tmp/$scenario.addresses"
    routes "$1" "${3:-100}"
    jq -r '.ip_configuration | (.ipv4_dns_server[]?, .ipv6_dns_server[]?) | "nameserver \(.)"' "$2" >/etc/resolv.conf
}

routes() {
    ip -4 route add default dev "$1" metric "$2"
    ip -6 route add default dev "$1" metric "$2"
}

# Hosts of the network behind the modem; see examples/virtual-modem/src/network.rs.
host_v4=203.0.113.1
host_v6=2001:db8:113::1
source_port=19
digest_port=1009

pings() { # INTERFACE
    ping -I "$1" -c 3 -i 0.2 -W 20 "$host_v4"
    ping -6 -I "$1" -c 3 -i 0.2 -W 20 "$host_v6"
    ping -I "$1" -c 2 -i 0.2 -W 20 -s 1400 -p a55a "$host_v4"
}

names() {
    same 'address of wwan.test' "$(getent ahostsv4 wwan.test | awk '{ print $1; exit }')" "$host_v4"
    same 'address of wwan.test' "$(getent ahostsv6 wwan.test | awk '{ print $1; exit }')" "$host_v6"
    if getent hosts nobody.test; then die 'nobody.test has an address'; fi
}

# Sends $2 bytes to address $1 and compares their digest with what arrived there.
upload() {
    local sum got
    head -c "$2" /dev/urandom >/tmp/upload
    sum=$(sha256sum </tmp/upload | cut -d ' ' -f 1)
    got=$(socat -t "$patience" STDIO "TCP:$1:$digest_port" </tmp/upload)
    same "what arrived of $2 bytes" "$got" "$2 $sum"
    rm /tmp/upload
}

# Gets $2 bytes from address $1 and compares their digest with that of the pattern that the source sends.
download() {
    local got wanted
    wanted=$(pattern | head -c "$2" | sha256sum)
    got=$(printf '%d\n' "$2" | socat -t "$patience" STDIO "TCP:$1:$source_port" | sha256sum)
    same "the digest of $2 bytes" "$got" "$wanted"
}

# The bytes 0 to 250, again and again.
pattern() {
    local block=/tmp/pattern byte
    if [ ! -e "$block" ]; then
        { set +x; } 2>/dev/null
        for byte in {0..250}; do
            # shellcheck disable=SC2059 # an escape
            printf "\\x$(printf '%02x' "$byte")"
        done >"$block"
        set -x
        for _ in {1..12}; do
            cat "$block" "$block" >"$block.more"
            mv "$block.more" "$block"
        done
    fi
    while cat "$block" 2>/dev/null; do :; done
}

# The counters of errors of an interface, all zero.
no_errors() {
    local file
    for file in /sys/class/net/"$1"/statistics/*_errors; do
        same "$1 $(basename "$file")" "$(<"$file")" 0
    done
    ip -s link show "$1"
}

# Whether more than $2 bytes have left interface $1.
sent_more_than() { [ "$(<"/sys/class/net/$1/statistics/tx_bytes")" -gt "$2" ]; }

# Brings the modem behind $1 and its interface $2 to packets without Ethernet headers.
raw_ip() {
    wwanctl -d "$1" qmi wda set-data-format 'Link Layer Protocol=raw-ip'
    ip link set "$2" down
    echo Y >"/sys/class/net/$2/qmi/raw_ip"
}

# ---- ModemManager ----------------------------------------------------------------------------------------------------

start_manager() {
    ModemManager --log-level=DEBUG --log-file="$log/$scenario.manager" &
    until_true 'ModemManager is on the bus' mmcli -L
}

# The value of a key that mmcli shows of something: value KEY [-b any].
value() {
    local key=$1
    shift
    [ "$#" -gt 0 ] || set -- -m any
    mmcli "$@" -K | awk -v key="$key" -F ' *: ' '$1 == key { sub(/^[^:]*: */, ""); print; exit }'
}

# Waits until mmcli shows that: shows KEY VALUE [-b any].
shows() {
    local key=$1 wanted=$2
    shift 2
    until_true "$key is $wanted" shown "$key" "$wanted" "$@"
}

shown() {
    local key=$1 wanted=$2
    shift 2
    [ "$(value "$key" "$@")" = "$wanted" ]
}

no_modem_listed() { mmcli -L | grep -q 'No modems'; }

# Gives the interface of bearer $1 what ModemManager says.
configure_bearer() {
    local interface family
    interface=$(value bearer.status.interface -b "$1")
    ip link set "$interface" up
    : >/etc/resolv.conf
    for family in ipv4 ipv6; do
        same "method of $family" "$(value "bearer.$family-config.method" -b "$1")" static
        ip address add "$(value "bearer.$family-config.address" -b "$1")/$(value "bearer.$family-config.prefix" -b "$1")" \
            dev "$interface" "$([ "$family" = ipv6 ] && echo nodad || echo noprefixroute)"
        printf 'nameserver %s\n' "$(value "bearer.$family-config.dns.value[1]" -b "$1")" >>/etc/resolv.conf
    done
    routes "$interface" 100
}

PS4='+ $SECONDS s: '
set -x
# shellcheck source=/dev/null
. "$tests/scenarios/$scenario.sh"
