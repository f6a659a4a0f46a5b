#!/usr/bin/env bash
# The firmware image on an emulated board, with the virtual modem at the other end of its UART.
#
#   run.sh          build both, run them, check every line and the figures; `./ci.sh firmware` does this
#   run.sh record   the same, but rewrite budget.txt with the figures
#   run.sh show     build the image and list its largest functions
#
# Needs qemu-system-arm, readelf and the Rust target thumbv7em-none-eabihf; `show` needs nm.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
root=$(cd ../.. && pwd)

target=thumbv7em-none-eabihf
image=${CARGO_TARGET_DIR:-$here/target}/$target/release/wwan-firmware
modem=${CARGO_TARGET_DIR:-$root/target}/release/virtual-modem
scenario=locked-sim
budget=budget.txt
tolerance=2 # per cent above what is recorded
seconds=120 # for the whole conversation, which takes a few

# The lines that the image must print, in this order, others between them.
expected=(
    'open: transfers of 256 bytes'
    'device: 490154203237518'
    'firmware: 1\.0\.0'
    'hardware: Virtual Modem'
    'SIM: DEVICE_LOCKED'
    'PIN: entered'
    'SIM: INITIALIZED'
    'radio: ON'
    'registration: HOME'
    'packet service: attached'
    'connect: session 0 IPV4V6'
    'IPv4 address: 10\.64\.0\.2/30'
    'IPv4 gateway: 10\.64\.0\.1'
    'IPv4 name server: 192\.0\.2\.53'
    'IPv4 name server: 198\.51\.100\.53'
    'IPv4 MTU: 1500'
    'IPv6 address: 2001:db8:64:0:0:0:0:2/64'
    'IPv6 gateway: 2001:db8:64:0:0:0:0:1'
    'IPv6 name server: 2001:db8:53:0:0:0:0:35'
    'IPv6 MTU: 1500'
    'indication: command [0-9]+ of a289cc33-bcbb-8b4f-b6b0-133ec2aae6df, [0-9]+ bytes'
    'close: done'
    'bytes lost: 0 by the UART, 0 by framing'
    'messages received: [0-9]+, too long: 0'
    'timeouts: 0, late answers: 0'
    'indications lost: 0'
    'END OK'
)

# What may be linked of core::panicking. Every `async fn` has the second: it is reached only by polling a future that is
# complete, which the compiler cannot rule out. Everything else that panics has a name of the pattern below.
allowed_panics='9panicking9panic_fmt$|panic_const_async_fn_resumed$'
panics='9panicking|panic_|unwrap_failed|expect_failed|slice_index_fail|(start|end)_index_|index_order_fail|mismatch_fail'

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

work=$(mktemp -d)
modem_pid=
cleanup() {
    if [ -n "$modem_pid" ]; then
        kill "$modem_pid" 2>/dev/null || true
        wait "$modem_pid" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

build() {
    printf '+ cargo build --release (the image)\n'
    cargo build -q --locked --release
}

# The source files of the engine that an artefact was made of, by the compiler's own list.
engine_files() {
    sed 's/^[^:]*: *//' "$1.d" | tr ' ' '\n' | grep -E "^$root/(src|mbim-wire/src)/" | sort -u
}

# The engine in the image is the one in this tree, file by file, and the same that the Linux programs are built of.
check_engine() {
    local packages wanted found
    packages=$(cargo tree --locked --prefix none --edges normal --format '{p}' | grep -E '^(wwan|[a-z]+-wire) ' | sort -u)
    wanted=$(printf '%s\n' "wwan ($root)" "mbim-wire ($root/mbim-wire)" | sort)
    found=$(sed 's/ v[^ ]*//; s/ (\*)//' <<<"$packages" | sort -u)
    [ "$found" = "$wanted" ] || die "the image is built of other packages: $found"

    # Channels to an operating system are what may differ, and devices of Linux' usbfs, which are a feature.
    if found=$(cd "$root" && grep -rnE --exclude-dir=channel 'target_[a-z]+|cfg.*\b(unix|windows)\b' src mbim-wire/src |
        grep -vF '#[cfg(all(feature = "nusb", target_os = "linux"))]'); then
        die "the engine depends on the target: $found"
    fi

    found=$(comm -23 <(engine_files "$image") <(engine_files "$modem"))
    [ -z "$found" ] || die "the Linux programs are not built of: $found"
    printf 'engine: %d source files, all shared with the Linux programs\n' "$(engine_files "$image" | wc -l)"
}

check_panics() {
    local found
    found=$(readelf -sW "$image" | awk '$4 == "FUNC" { print $8 }' | grep -E "$panics" | grep -Ev "$allowed_panics" || true)
    [ -z "$found" ] || die "the image can panic: $found"
    printf 'panics: none\n'
}

start_modem() {
    local tries
    "$modem" socket --listen "unix:$work/socket" --scenario "$scenario" >"$work/modem" 2>"$work/modem.log" &
    modem_pid=$!
    for tries in {1..100}; do
        grep -q '^listening ' "$work/modem" && return 0
        kill -0 "$modem_pid" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/modem.log" >&2
    die "the virtual modem does not listen after $tries tries"
}

run_image() {
    local status=0
    timeout --kill-after=5 "$seconds" qemu-system-arm -M mps2-an386 -accel tcg -nographic -monitor none \
        -semihosting-config enable=on,target=native \
        -chardev "socket,id=modem,path=$work/socket" -serial chardev:modem \
        -kernel "$image" >"$work/lines" 2>&1 </dev/null || status=$?
    cat "$work/lines"
    if [ "$status" -ne 0 ]; then
        cat "$work/modem.log" >&2
        die "the image ended with status $status"
    fi
}

check_lines() {
    local pattern line
    exec 3<"$work/lines"
    for pattern in "${expected[@]}"; do
        while true; do
            IFS= read -r line <&3 || die "no line, or not in this place: $pattern"
            grep -qxE "$pattern" <<<"$line" && break
        done
    done
    exec 3<&-
    [ "$(tail -n 1 "$work/lines")" = 'END OK' ] || die 'something follows the end'
    printf '%d lines as expected\n' "${#expected[@]}"
}

# The lines `flash N`, `statics N`, `stack N`.
figures() { grep -xE '(flash|statics|stack) [0-9]+' "$work/lines"; }

check_figures() {
    local name size was bad=0
    while read -r name was; do
        size=$(figures | awk -v n="$name" '$1 == n { print $2 }')
        [ -n "$size" ] || die "the image did not print $name"
        printf '%s: %d bytes, %d are recorded\n' "$name" "$size" "$was"
        [ $((size * 100)) -le $((was * (100 + tolerance))) ] || bad=1
    done < <(grep -v '^#' "$budget")
    [ "$bad" -eq 0 ] || die "a figure is more than $tolerance % above $budget"
}

record() {
    {
        echo '# Bytes of the image: flash (vectors, code, constants, initial values), statics (RAM, all buffers included), and'
        echo '# the deepest stack (client and future included, printing left out). Written by run.sh record.'
        echo "# $(rustc --version)"
        figures
    } >"$work/budget"
    mv "$work/budget" "$budget"
}

case ${1:-check} in
    check | record)
        printf '+ cargo build --release -p virtual-modem\n'
        (cd "$root" && cargo build -q --locked --release -p virtual-modem)
        build
        check_engine
        check_panics
        start_modem
        run_image
        check_lines
        if [ "${1:-check}" = record ]; then record; else check_figures; fi
        ;;
    show)
        build
        nm --size-sort --reverse-sort --print-size --demangle "$image" | awk '{ $1 = ""; print }' | head -n 60
        ;;
    *) die "usage: $0 [record|show]" ;;
esac
