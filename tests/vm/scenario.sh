#!/usr/bin/env bash
# Plays the scenario $1 in the guest; here is also what scenarios have in common. The first command that fails ends it.

set -Eeuo pipefail
scenario=$1
# Set for scenarios, or by them.
device='' interface='' client='' handle='' address='' modem=''
tests=$(dirname "${BASH_SOURCE[0]}")
log=/run/log # shared with the machine outside

# guest.sh tells the first such line as the reason.
trap 'printf "FAILED: line %s: %s\n" "$LINENO" "$BASH_COMMAND" >&2' ERR

patience=150 # seconds for what must become true: the machine is emulated, and may have little of its host

die() {
    printf 'FAILED: %s\n' "$*" >&2
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

# Runs a command, which must succeed and print something that matches: says PATTERN COMMAND... What it said is in $said.
said=/tmp/said
says() {
    local pattern=$1
    shift
    "$@" | tee "$said"
    grep -q "$pattern" "$said" || die "$1 does not say: $pattern"
}

# Ends a program that would go on for ever: it must be running still, and end by that.
end() {
    local status=0
    kill -TERM "$1"
    wait "$1" || status=$?
    same 'exit status' "$status" 143
}

# ---- the modem -------------------------------------------------------------------------------------------------------

# Plugs a modem in: plug KIND [OPTION...]; `modem` is its process.
plug() {
    local kind=$1 out=$log/$scenario.modem
    shift
    virtual-modem vhci --kind "$kind" "$@" >>"$out" 2>&1 &
    modem=$!
    until_true "the modem is plugged in" grep -q attached "$out"
    # Interfaces of root hubs are `1-0:1.0`.
    until_true 'the kernel has its interfaces' compgen -G '/sys/bus/usb/devices/[0-9]*-[1-9]*:*'
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
    compgen -G '/dev/cdc-wdm*'
}
interface() {
    until_true 'there is a network interface' compgen -G '/sys/class/net/wwan*'
    basename "$(compgen -G '/sys/class/net/wwan*')"
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

# Whether interface $1 has an address of each family that goes further than the link.
address_of() { [ "$(ip -o address show dev "$1" scope global | wc -l)" -ge 2 ]; }

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
            printf -v byte '\\x%02x' "$byte"
            printf '%b' "$byte"
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
        same "$1 ${file##*/}" "$(<"$file")" 0
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

qmi() { qmicli -p -d "$device" "$@"; }

# The number of the client that qmicli did not release, by what it said.
client_said() { sed -n "s/.*CID: '\([0-9]*\)'/\1/p" "$said"; }

# Starts a session of IPv4 on a client of its own, or on $1; sets `client`, `handle` and `address`.
# shellcheck disable=SC2034 # what it sets is for scenarios
start_network() {
    says 'Network started' qmi --wds-start-network='apn=internet,ip-type=4' --client-no-release-cid ${1:+"--client-cid=$1"}
    handle=$(sed -n "s/.*Packet data handle: '\([0-9]*\)'/\1/p" "$said")
    client=$(client_said)
    says 'IPv4 address' qmi --wds-get-current-settings --client-cid="$client" --client-no-release-cid
    address=$(sed -n 's/.*IPv4 address: //p' "$said")
}

# ---- serial lines ----------------------------------------------------------------------------------------------------

# Sends command lines to serial port $1, one after the other, and prints what comes; each must succeed: at PORT LINE...
at() {
    { set +x; } 2>/dev/null
    local port=$1 line fd
    shift
    exec {fd}<>"$port"
    for line in "$@"; do
        printf '%s\r' "$line" >&"$fd"
        lines_to OK "$fd"
    done
    exec {fd}>&-
    set -x
}

# Waits for a line that file descriptor $1 says: comes FD LINE.
comes() {
    { set +x; } 2>/dev/null
    lines_to "$2" "$1"
    set -x
}

lines_to() {
    local wanted=$1 fd=$2 line
    while IFS= read -r -t "$patience" -u "$fd" line || die "no line $wanted comes"; do
        line=${line%%$'\r'*}
        printf '%s\n' "$line"
        [ "$line" = "$wanted" ] && break
        case $line in ERROR | +CM*ERROR*) die "$line comes instead of $wanted" ;; esac
    done
}

# ---- ModemManager ----------------------------------------------------------------------------------------------------

start_manager() {
    ModemManager --log-level=DEBUG --log-file="$log/$scenario.manager" &
    until_true 'ModemManager is on the bus' mmcli -L
}

# The value of a key that mmcli shows of something: value KEY [-s 1].
value() {
    local key=$1
    shift
    [ "$#" -gt 0 ] || set -- -m any
    mmcli "$@" -K | awk -v key="$key" -F ' *: ' '$1 == key && !found { sub(/^[^:]*: */, ""); print; found = 1 }'
}

# The bearer that was made first, by its path.
bearer() { value 'modem.generic.bearers.value[1]'; }

# Waits until mmcli shows that: shows KEY VALUE [-s 1].
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

# Gives the interface of the modem's bearer what ModemManager says.
configure_bearer() {
    local bearer family
    bearer=$(bearer)
    interface=$(value bearer.status.interface -b "$bearer")
    ip link set "$interface" up
    : >/etc/resolv.conf
    for family in ipv4 ipv6; do
        same "method of $family" "$(value "bearer.$family-config.method" -b "$bearer")" static
        ip address add "$(value "bearer.$family-config.address" -b "$bearer")/$(value "bearer.$family-config.prefix" -b "$bearer")" \
            dev "$interface" "$([ "$family" = ipv6 ] && echo nodad || echo noprefixroute)"
        printf 'nameserver %s\n' "$(value "bearer.$family-config.dns.value[1]" -b "$bearer")" >>/etc/resolv.conf
    done
    routes "$interface" 100
}

PS4='+ $SECONDS s: '
set -x
# shellcheck source=/dev/null
. "$tests/scenarios/$scenario.sh"
