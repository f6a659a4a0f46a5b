#!/usr/bin/env bash
# The one test command, the same for people and for CI.
#
#   ./ci.sh                 every default step, in order, beginning with `setup`
#   ./ci.sh clippy test     only these steps, in this order
#   ./ci.sh list            the steps and what each does
#   ./ci.sh soak            long fuzzing and long property tests; not among the default steps, nor is `miri`
#
# A step that fails does not stop the later ones, except `setup`: without its tools the rest says nothing.
# A missing tool or file fails the step that needs it; nothing is skipped.
#
# The last line is `N passed, N failed`. A step that runs `cargo test` (or `cargo miri test`) counts every single test
# that cargo reports, step `vm` every scenario; if it fails without a failed test (it did not compile, say), that is one
# failure more. Every other step counts as one. The exit status is 0 only if nothing failed.
#
# Environment:
#   CI=true                 plain output; set by .ci/run
#   CARGO_TARGET_DIR        honoured everywhere
#   WWAN_NIGHTLY            toolchain for miri and fuzzing (default: nightly)
#   WWAN_FUZZ_SECONDS       seconds for each fuzz target in step `fuzz` (default: 3)
#
# Needs a Debian 12 or similar machine with rustup, a stable toolchain, git and gcc. Only `setup` needs root, and only
# while a package is missing.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
root=$PWD

default_steps=(setup shell lock fmt clippy doc build test vendor deny interop firmware size panic fuzz wwanctl vm)
extra_steps=(miri soak)

msrv=1.87.0                                   # also `rust-version` in Cargo.toml; step `build` compares the two
nightly=${WWAN_NIGHTLY:-nightly}
bare_targets=(thumbv6m-none-eabi thumbv7em-none-eabihf)
musl_target=$(uname -m)-unknown-linux-musl
no_std_packages=(mbim-wire qmi-wire at-wire wwan)
host_features=(std async-io catalogue nusb rewrite) # need an operating system or an allocator: never built for bare targets
bare_workspaces=(examples/firmware benches/size)
host_workspaces=(fuzz tests/vendor)
wwanctl_max_bytes=1500000                     # static, stripped, for a machine with a modem: no virtual one inside
wwanctl_full_max_bytes=2450000                # the same with the virtual modem inside, which has three faces, with USB and the multiplexer
wwanctl_max_resident=2048                     # KiB in `status` of the first; 1204 to 1552 are measured, as the kernel maps more or less of its file
wwanctl_full_max_resident=4096                # KiB of the second; 2732 are measured

# command : Debian package that brings it
tools=(
    c++:g++
    /usr/bin/time:time
    shellcheck:shellcheck
    mbimcli:libmbim-utils
    /usr/libexec/mbim-proxy:libmbim-proxy
    qmicli:libqmi-utils
    /usr/libexec/qmi-proxy:libqmi-proxy
    tshark:tshark
    gammu:gammu
    gnokii:gnokii-cli
    socat:socat
    picocom:picocom
    runscript:minicom
    /usr/sbin/chat:ppp
    comgt:comgt
    /usr/sbin/smsd:smstools
    /usr/sbin/ofonod:ofono
    dbus-daemon:dbus
    dbus-send:dbus-bin
    /usr/sbin/ModemManager:modemmanager
    mmcli:modemmanager
    qemu-system-arm:qemu-system-arm
    # of step `vm`: the emulator, what the guest is made of, what builds a module for its kernel, and what runs in it
    qemu-system-x86_64:qemu-system-x86
    busybox:busybox-static
    cpio:cpio
    make:make
    gcc-12:gcc-12
    xz:xz-utils
    perl:perl-base
    modprobe:kmod
    udevadm:udev
    ip:iproute2
    ping:iputils-ping
    pkill:procps
    jq:jq
    usbip:usbip
)
# command : version to install; any version already there will do
cargo_tools=(cargo-fuzz:0.13.2 cargo-deny:0.20.2)

export CARGO_NET_RETRY=5
# Property tests draw the same cases in every run; `soak` draws fresh ones.
export PROPTEST_RNG_SEED=1 PROPTEST_DISABLE_FAILURE_PERSISTENCE=true
# What is built once needs no notes for the next time, and of debug information only what a backtrace shows: that is less
# to write, and a fraction of the disk.
[ "${CI:-}" = true ] && export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=line-tables-only

target_dir=${CARGO_TARGET_DIR:-$root/target}

# ---- helpers ---------------------------------------------------------------------------------------------------------

# Prints a command, then runs it.
run() {
    printf '+ %s\n' "$*"
    "$@"
}

# Runs a command that needs the network, up to three times.
retry() {
    local attempt
    for attempt in 1 2 3; do
        run "$@" && return 0
        printf 'attempt %d of 3 failed: %s\n' "$attempt" "$*" >&2
        sleep $((attempt * 5))
    done
    return 1
}

has_target() { rustup target list --installed | grep -x "$1" >/dev/null; }
has_toolchain() { rustup toolchain list | grep -E "^$1(-| |\$)" >/dev/null; }
has_component() { rustup "+$1" component list --installed | grep -E "^$2(-|\$)" >/dev/null; }

# Fails unless everything named is there: a command, `target:T`, `toolchain:T`, `component:TOOLCHAIN:C` or `file:PATH`.
need() {
    local item rest missing=0
    for item in "$@"; do
        rest=${item#*:}
        case $item in
            target:*) has_target "$rest" ;;
            toolchain:*) has_toolchain "$rest" ;;
            component:*) has_component "${rest%%:*}" "${rest#*:}" ;;
            file:*)
                [ -e "$rest" ] && continue
                printf 'error: %s is not in this tree\n' "$rest" >&2
                missing=1
                continue
                ;;
            *) command -v "$item" >/dev/null ;;
        esac && continue
        printf 'error: %s is not installed; run ./ci.sh setup\n' "$item" >&2
        missing=1
    done
    return "$missing"
}

# The manifest of every package of the main workspace.
member_manifests() {
    cargo metadata --no-deps --format-version 1 | grep -o '"manifest_path":"[^"]*"' | cut -d '"' -f 4
}

# The features that a manifest declares, `default` left out.
features_of() {
    awk '/^\[/ { inside = ($0 == "[features]") } inside && /^[a-z0-9_-]+ *=/ && $1 != "default" { print $1 }' "$1"
}

package_name() {
    awk -F '"' '/^\[/ { inside = ($0 == "[package]") } inside && /^name *=/ { print $2; exit }' "$1"
}

contains() {
    local wanted=$1 item
    shift
    for item in "$@"; do
        [ "$item" = "$wanted" ] && return 0
    done
    return 1
}

# ---- steps: each `step_NAME` runs under `set -e` in its own shell; the comment above it is what `list` shows ----------

# install what is missing: Debian packages, Rust targets and toolchains, cargo tools
step_setup() {
    local entry target packages=()
    for entry in "${tools[@]}"; do
        command -v "${entry%%:*}" >/dev/null || packages+=("${entry#*:}")
    done
    if [ "${#packages[@]}" -gt 0 ]; then
        if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
            printf 'error: install these packages as root: %s\n' "${packages[*]}" >&2
            return 1
        fi
        export DEBIAN_FRONTEND=noninteractive
        # tshark asks whether everybody may capture; nobody captures here.
        echo 'wireshark-common wireshark-common/install-setuid boolean false' | debconf-set-selections
        retry apt-get -o Acquire::Retries=3 -q update
        retry apt-get -o Acquire::Retries=3 -q install -y --no-install-recommends "${packages[@]}"
    fi

    for entry in rustfmt clippy; do
        rustup component list --installed | grep "^$entry" >/dev/null || retry rustup component add "$entry"
    done
    for target in "${bare_targets[@]}" "$musl_target"; do
        has_target "$target" || retry rustup target add "$target"
    done
    # A test command leaves rustup itself as it is.
    has_toolchain "$msrv" || retry rustup toolchain install "$msrv" --profile minimal --no-self-update
    has_toolchain "$nightly" ||
        retry rustup toolchain install "$nightly" --profile minimal --no-self-update --allow-downgrade -c miri -c rust-src
    for entry in miri rust-src; do
        has_component "$nightly" "$entry" || retry rustup component add --toolchain "$nightly" "$entry"
    done
    for entry in "${cargo_tools[@]}"; do # fast enough as they are, and built in a third of the time
        command -v "${entry%%:*}" >/dev/null || retry cargo install --debug --locked --version "${entry#*:}" "${entry%%:*}"
    done
    run tests/vm/run.sh kernel

    # The last word is by the tools themselves: what was installed must now be found.
    need "${tools[@]%%:*}" "${cargo_tools[@]%%:*}" "${bare_targets[@]/#/target:}" "target:$musl_target" \
        "toolchain:$msrv" "component:$nightly:miri" "component:$nightly:rust-src"
}

# lint every shell script
step_shell() {
    need shellcheck
    local scripts
    mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run)
    run shellcheck "${scripts[@]}"
}

# every Cargo.lock is in step with its Cargo.toml
step_lock() {
    local dir
    for dir in . "${host_workspaces[@]}" "${bare_workspaces[@]}"; do
        need "file:$dir/Cargo.toml" "file:$dir/Cargo.lock"
        printf '+ cargo metadata --locked (in %s)\n' "$dir"
        (cd "$dir" && cargo metadata --locked --format-version 1 >/dev/null)
    done
}

# rustfmt on every workspace
step_fmt() {
    local dir
    run cargo fmt --all --check
    for dir in "${host_workspaces[@]}" "${bare_workspaces[@]}"; do
        need "file:$dir/Cargo.toml"
        run cargo fmt --check --manifest-path "$dir/Cargo.toml"
    done
}

# clippy on everything with all features, then on every package with none and with each alone, warnings denied; no_std for a bare target
step_clippy() {
    local manifests manifest package features feature dir bare=(--target "${bare_targets[0]}") on packages enabled
    need "target:${bare_targets[0]}"
    mapfile -t manifests < <(member_manifests)
    if [ "${#manifests[@]}" -eq 0 ]; then
        echo 'error: cargo lists no package' >&2
        return 1
    fi
    run cargo clippy -q --workspace --all-targets --all-features -- -D warnings

    # What features leave out shows in the libraries and programs; the tests were looked at with everything.
    packages=("${no_std_packages[@]/#/--package=}")
    run cargo clippy -q "${packages[@]}" "${bare[@]}" -- -D warnings
    run cargo clippy -q "${packages[@]}" "${bare[@]}" --no-default-features -- -D warnings
    # Packages that have a feature of the same name are looked at together.
    mapfile -t features < <(for manifest in "${manifests[@]}"; do
        package=$(package_name "$manifest")
        if contains "$package" "${no_std_packages[@]}"; then features_of "$manifest" | sed "s|^|$package/|"; fi
    done)
    for feature in $(printf '%s\n' "${features[@]#*/}" | awk '!seen[$0]++'); do
        packages=()
        enabled=()
        for package in "${no_std_packages[@]}"; do
            contains "$package/$feature" "${features[@]}" || continue
            packages+=("--package=$package")
            enabled+=("--features=$package/$feature")
        done
        on=("${bare[@]}")
        contains "$feature" "${host_features[@]}" && on=()
        run cargo clippy -q "${packages[@]}" "${on[@]}" --no-default-features "${enabled[@]}" -- -D warnings
    done
    for manifest in "${manifests[@]}"; do
        package=$(package_name "$manifest")
        contains "$package" "${no_std_packages[@]}" && continue
        for feature in $(features_of "$manifest"); do
            run cargo clippy -q -p "$package" --no-default-features --features "$feature" -- -D warnings
        done
        [ -z "$(features_of "$manifest")" ] || run cargo clippy -q -p "$package" --no-default-features -- -D warnings
    done

    for dir in "${host_workspaces[@]}"; do
        need "file:$dir/Cargo.toml"
        printf '+ in %s: ' "$dir"
        (cd "$dir" && run cargo clippy -q --all-targets -- -D warnings)
    done
    for dir in "${bare_workspaces[@]}"; do # their own .cargo/config.toml names the target; there is no test harness for it
        need "file:$dir/Cargo.toml"
        printf '+ in %s: ' "$dir"
        (cd "$dir" && run cargo clippy -q --release -- -D warnings)
    done
}

# rustdoc with warnings denied
step_doc() {
    export RUSTDOCFLAGS='-D warnings'
    run cargo doc -q --workspace --no-deps --all-features # as docs.rs does
}

# every target of every package with the oldest compiler
step_build() {
    local declared
    need "toolchain:$msrv"
    declared=$(awk -F '"' '/^rust-version *=/ { print $2; exit }' Cargo.toml)
    if [ "$declared" != "${msrv%.0}" ]; then
        printf 'error: Cargo.toml says rust-version %s, this script checks %s\n' "$declared" "$msrv" >&2
        return 1
    fi
    # Timings are not asserted, but the benchmarks are among the targets.
    run cargo "+$msrv" check -q --workspace --all-targets --all-features
}

# every test of the main workspace, all features; tests against real peers have their own step
step_test() {
    run cargo test --workspace --exclude wwan-interop --all-features --no-fail-fast
}

# a vendor's crate, outside the workspace, declares its own messages; tested without features and with all, checked with each
step_vendor() {
    local features feature
    need file:tests/vendor/Cargo.toml
    mapfile -t features < <(features_of tests/vendor/Cargo.toml)
    run cargo test --manifest-path tests/vendor/Cargo.toml --no-fail-fast
    for feature in "${features[@]}"; do
        run cargo check -q --tests --manifest-path tests/vendor/Cargo.toml --features "$feature"
    done
    run cargo test --manifest-path tests/vendor/Cargo.toml --no-fail-fast --all-features
}

# licences, banned crates and sources of every dependency of every workspace
step_deny() {
    need cargo-deny
    local dir
    for dir in . "${host_workspaces[@]}" "${bare_workspaces[@]}"; do
        need "file:$dir/Cargo.toml"
        run cargo deny --config "$root/deny.toml" --workspace --manifest-path "$dir/Cargo.toml" check \
            -A unmatched-skip licenses bans sources
    done
}

# real peers, from mbimcli and qmicli to oFono, against the virtual modem, the proxies and what we write
step_interop() {
    need file:tests/interop/Cargo.toml mbimcli /usr/libexec/mbim-proxy qmicli /usr/libexec/qmi-proxy tshark gammu gnokii socat unshare \
        picocom runscript /usr/sbin/chat comgt /usr/sbin/smsd /usr/sbin/ofonod dbus-daemon dbus-send /usr/sbin/ModemManager mmcli
    # With the features that step `test` has, so that nothing is compiled twice. The programs, which these tests look for
    # beside themselves, are built for tests of their own.
    run cargo test --workspace --all-features --no-run --test program --test offline
    # Most of the time they wait.
    RUST_TEST_THREADS=4 run cargo test --workspace --all-features --no-fail-fast --test peers
}

# bare-metal images on emulated boards
step_firmware() {
    need file:examples/firmware/run.sh qemu-system-arm "${bare_targets[@]/#/target:}"
    run bash examples/firmware/run.sh
}

# flash and RAM of the firmware probes against their budgets
step_size() {
    need file:benches/size/run.sh "${bare_targets[@]/#/target:}"
    run bash benches/size/run.sh size
}

# no panic in any linked firmware probe
step_panic() {
    need file:benches/size/run.sh "${bare_targets[@]/#/target:}"
    run bash benches/size/run.sh panic
}

# hostile messages read by the codecs of MBIM and QMI under Miri, isolated from the machine; there is no `unsafe` in them
step_miri() {
    need "component:$nightly:miri" "component:$nightly:rust-src"
    run cargo "+$nightly" miri test -p mbim-wire --test hostile
    run cargo "+$nightly" miri test -p qmi-wire --test hostile
}

# Fuzzes each target for $1 seconds. New inputs go to the target directory; the corpus in the tree is only read.
fuzz_all() {
    local seconds=$1 targets
    need file:fuzz/Cargo.toml cargo-fuzz c++ "toolchain:$nightly"
    mapfile -t targets < <(cargo "+$nightly" fuzz list)
    if [ "${#targets[@]}" -eq 0 ]; then
        echo 'error: cargo fuzz lists no target' >&2
        return 1
    fi
    run cargo "+$nightly" fuzz build
    # A target keeps one core busy, so there is one for each core.
    export nightly target_dir
    export -f fuzz_one
    # shellcheck disable=SC2016 # the inner shell expands them
    printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'fuzz_one "$@"' _ '{}' "$seconds"
}

# One target; its output in one piece behind its end.
fuzz_one() {
    local target=$1 seconds=$2
    local found=$target_dir/fuzz-corpus/$target status=0
    mkdir -p "$found"
    local corpora=("$found")
    [ -d "fuzz/corpus/$target" ] && corpora+=("fuzz/corpus/$target")
    cargo "+$nightly" fuzz run "$target" "${corpora[@]}" -- \
        -max_total_time="$seconds" -rss_limit_mb=2048 -print_final_stats=1 >"$found.log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        printf '==== fuzz target %s found something ====\n%s\n' "$target" "$(tail -n 200 "$found.log")"
        return 1
    fi
    printf '==== fuzz target %s ====\n%s\n' "$target" "$(grep -E '^(Done|stat::)' "$found.log")"
}

# every fuzz target for a moment; `soak` takes its time
step_fuzz() {
    fuzz_all "${WWAN_FUZZ_SECONDS:-3}"
}

# the static Linux program: size and resident memory against their budgets, first use
step_wwanctl() {
    need "target:$musl_target" /usr/bin/time readelf
    local program=$target_dir/$musl_target/release/wwanctl protocol
    run cargo build -q --release -p virtual-modem # steps firmware and vm use it, too
    run cargo build -q --release -p wwanctl --target "$musl_target" --no-default-features --features mux
    static_within "$program" "$wwanctl_max_bytes"
    for protocol in mbim qmi at; do
        status_on_terminal "$program" "$protocol"
    done
    run cargo build -q --release -p wwanctl --target "$musl_target"
    static_within "$program" "$wwanctl_full_max_bytes"
    resident_within "$wwanctl_full_max_resident" "$program" --device virtual:mbim connect --apn internet
    resident_within "$wwanctl_full_max_resident" "$program" --device virtual:qmi connect --apn internet --ip-type v4v6
    resident_within "$wwanctl_full_max_resident" "$program" --device virtual:at connect --apn internet
}

# Asks a modem on a terminal, which speaks protocol $2, for its status, with the program $1.
status_on_terminal() {
    local program=$1 protocol=$2 link modem status=0
    link=$(mktemp -u)
    "$target_dir/release/virtual-modem" pty --protocol "$protocol" --link "$link" >"$link.path" &
    modem=$!
    for _ in {1..300}; do
        [ -e "$link" ] && break
        sleep 0.1
    done
    resident_within "$wwanctl_max_resident" "$program" --device "$link" --protocol "$protocol" status || status=$?
    kill "$modem" && wait "$modem" || status=1
    rm -f "$link.path"
    return "$status"
}

# Runs a program, and fails unless it succeeds and at most $1 KiB of it are in memory at any time.
resident_within() {
    local limit=$1 figures kib
    shift
    figures=$(mktemp)
    run /usr/bin/time -o "$figures" -f '%M' "$@" || return 1
    kib=$(<"$figures")
    rm -f "$figures"
    printf 'wwanctl: %d KiB resident at most, %d are allowed\n' "$kib" "$limit"
    if [ "$kib" -gt "$limit" ]; then
        echo 'error: wwanctl takes too much memory' >&2
        return 1
    fi
}

# Fails unless the program $1 is static and has at most $2 bytes.
static_within() {
    local bytes
    if readelf -lW "$1" | grep INTERP; then
        echo 'error: wwanctl is not static' >&2
        return 1
    fi
    bytes=$(stat -c %s "$1")
    printf 'wwanctl: %d bytes, static and stripped; at most %d\n' "$bytes" "$2"
    if [ "$bytes" -gt "$2" ]; then
        echo 'error: wwanctl is over its budget' >&2
        return 1
    fi
}

# the real Linux drivers and ModemManager, in an emulated machine with the virtual modem on its USB
step_vm() {
    need file:tests/vm/run.sh qemu-system-x86_64 busybox cpio modprobe dpkg perl udevadm ip ping pkill jq socat usbip \
        /usr/sbin/ModemManager mmcli mbimcli qmicli "target:$musl_target"
    run tests/vm/run.sh
}

# five minutes for each fuzz target, then many fresh cases for each property test
step_soak() {
    fuzz_all 300
    unset PROPTEST_RNG_SEED
    PROPTEST_CASES=20000 run cargo test --release --workspace --exclude wwan-interop --all-features --no-fail-fast
}

# ---- running ---------------------------------------------------------------------------------------------------------

list_steps() {
    local name
    for name in "${default_steps[@]}" "${extra_steps[@]}"; do
        printf '%-10s %s\n' "$name" "$(grep -B 1 "^step_$name()" ci.sh | sed -n 's/^# //p')"
    done
}

steps=("$@")
[ "${#steps[@]}" -gt 0 ] || steps=("${default_steps[@]}")
case ${steps[0]} in
    list | -h | --help)
        list_steps
        exit 0
        ;;
esac
for step in "${steps[@]}"; do
    if ! contains "$step" "${default_steps[@]}" "${extra_steps[@]}"; then
        printf 'error: no step named %s; ./ci.sh list shows them\n' "$step" >&2
        exit 2
    fi
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0
failed_steps=()

for step in "${steps[@]}"; do
    printf '\n==== %s ====\n' "$step"
    started=$SECONDS
    (
        set -e
        "step_$step"
    ) 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}

    # "test result: ok. 12 passed; 0 failed; 0 ignored; ..." from each test program
    read -r tests_passed tests_failed tests_ignored < <(awk '
        /^test result: / { for (i = 2; i <= NF; i++) {
            if ($i ~ /^passed;/) p += $(i - 1); if ($i ~ /^failed;/) f += $(i - 1); if ($i ~ /^ignored;/) g += $(i - 1) } }
        END { print p + 0, f + 0, g + 0 }' "$log")
    case $step in
        test | vendor | interop | vm)
            if [ "$status" -eq 0 ] && { [ "$tests_passed" -eq 0 ] || [ "$tests_ignored" -gt 0 ]; }; then
                printf 'error: %d tests ran, %d were ignored\n' "$tests_passed" "$tests_ignored" >&2
                status=1
            fi
            ;;
    esac

    passed=$((passed + tests_passed))
    failed=$((failed + tests_failed))
    if [ "$status" -eq 0 ]; then
        [ "$tests_passed" -gt 0 ] || passed=$((passed + 1))
        printf '==== %s: ok, %d s ====\n' "$step" $((SECONDS - started))
    else
        [ "$tests_failed" -gt 0 ] || failed=$((failed + 1))
        failed_steps+=("$step")
        printf '==== %s: FAILED, %d s ====\n' "$step" $((SECONDS - started))
        [ "$step" = setup ] && break
    fi
done

printf '\n%d s\n' "$SECONDS"
[ "${#failed_steps[@]}" -eq 0 ] || printf 'failed steps: %s\n' "${failed_steps[*]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
