#!/usr/bin/env bash
# The virtual modem on the USB of a real Linux kernel, with its real drivers, ModemManager, mbimcli and qmicli: a guest
# is booted in an emulator and plays the scenarios of scenarios/, all in one boot.
#
#   run.sh                  build what is needed, boot, play every scenario; `./ci.sh vm` does this
#   run.sh NAME...          only these, in this order
#   run.sh list             the scenarios and what each shows
#   run.sh shell            boot, and give a shell in the guest instead; `play NAME` plays a scenario there
#   run.sh kernel           only fetch the kernel and build its module for 27.010, which needs the network;
#                           `./ci.sh setup` does this
#
# The guest's root is this machine's own, read-only under a layer of memory: every program installed here is there, and
# what a scenario writes is gone with the guest. README.md says more.
#
# Environment:
#   CARGO_TARGET_DIR        honoured
#   WWAN_VM_BIN             directory with virtual-modem and wwanctl, to use instead of building them
#   WWAN_VM_SECONDS         seconds for the whole guest (default: 900)

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
root=$(cd ../.. && pwd)

target_dir=${CARGO_TARGET_DIR:-$root/target}
work=$target_dir/vm
seconds=${WWAN_VM_SECONDS:-900}
musl_target=$(uname -m)-unknown-linux-musl

# What the kernel needs before it can see this machine's root; udev and modprobe load everything else from there.
boot_modules=(virtio_pci 9pnet_virtio 9p overlay)

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# The Debian package of the newest kernel that `linux-image-amd64` stands for; not the flavour for clouds, which has no USB.
fetch_kernel() {
    local package attempt
    mkdir -p "$work"
    for attempt in 1 2 3; do
        if package=$(apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" && !seen++ { print $2 }') && [ -n "$package" ]; then
            compgen -G "$work/${package}_*.deb" >/dev/null && return 0
            rm -f "$work"/linux-image-*.deb
            (cd "$work" && apt-get -o Acquire::Retries=3 -q download "$package") && return 0
        fi
        printf 'attempt %d of 3 failed to fetch the kernel\n' "$attempt" >&2
        sleep $((attempt * 5))
        # The list of packages may be missing, or name one that is gone.
        apt-get -o Acquire::Retries=3 -q update || printf 'the list of packages cannot be fetched either\n' >&2
    done
    compgen -G "$work/linux-image-*.deb" >/dev/null # an older one will do where there is no network
}

# The line discipline of 27.010 is part of Linux, but Debian leaves it out of its kernels: the module is built from
# Debian's source of this kernel, with its headers and its compiler, and put beside the others.
build_multiplexer() {
    unpack_kernel
    local made=$kernel/lib/modules/$version/extra/n_gsm.ko parts=$work/n_gsm package packages=()
    [ -e "$made" ] && return 0
    rm -rf "$parts"
    mkdir -p "$parts/module" "${made%/*}"
    # What the headers depend on beside libraries and the compiler itself.
    for package in "linux-headers-$version" $(apt-cache depends "linux-headers-$version" | awk '$1 == "Depends:" { print $2 }'); do
        case $package in linux-*) packages+=("$package") ;; esac
    done
    packages+=("linux-source-$(cut -d . -f 1-2 <<<"$version")") # 6.1.0-56-amd64 is of linux-source-6.1
    (cd "$parts" && apt-get -o Acquire::Retries=3 -q download "${packages[@]}") || return
    for package in "$parts"/linux-[!s]*.deb; do
        dpkg -x "$package" "$parts"
    done
    dpkg --fsys-tarfile "$parts"/linux-source-*.deb | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
        tar -xJ -C "$parts/module" --strip-components=3 --wildcards '*/drivers/tty/n_gsm.c' '*/drivers/tty/tty.h' || return
    echo 'obj-m := n_gsm.o' >"$parts/module/Makefile"
    # The makefile of the headers includes another one by its absolute path.
    make -s -C "$parts/usr/src/linux-headers-$version" -f "$parts/usr/src/linux-headers-${version%-*}-common/Makefile" \
        M="$parts/module" modules || return
    cp "$parts/module/n_gsm.ko" "$made"
    depmod -b "$kernel" "$version"
    rm -rf "$parts"
}

# Unpacks the kernel once; sets `kernel` (a directory with boot/ and lib/) and `version`.
unpack_kernel() {
    local packages=("$work"/linux-image-*.deb)
    [ -e "${packages[0]}" ] || die 'there is no kernel; run ./ci.sh setup'
    kernel=$work/$(basename "${packages[0]}" .deb)
    if [ ! -e "$kernel/complete" ]; then
        rm -rf "$work"/linux-image-*/
        mkdir -p "$kernel"
        dpkg -x "${packages[0]}" "$kernel"
        depmod -b "$kernel" "$(basename "$kernel"/lib/modules/*)"
        touch "$kernel/complete"
    fi
    version=$(basename "$kernel"/lib/modules/*)
}

# busybox, init, and the modules in the order in which they can be loaded.
make_initramfs() {
    local tree=$work/initramfs module file
    rm -rf "$tree"
    mkdir -p "$tree/bin" "$tree/modules"
    cp "$(command -v busybox)" "$tree/bin/busybox"
    cp init "$tree/init"
    chmod 755 "$tree/init"
    for module in "${boot_modules[@]}"; do
        modprobe -d "$kernel" -S "$version" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
        cp "$file" "$tree/modules/"
        basename "$file" >>"$tree/modules/order"
    done
    (cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$work/initramfs.gz"
}

build_programs() {
    mkdir -p "$work/bin"
    if [ -n "${WWAN_VM_BIN:-}" ]; then
        local program
        for program in virtual-modem wwanctl; do
            [ -x "$WWAN_VM_BIN/$program" ] || die "WWAN_VM_BIN: there is no $program in $WWAN_VM_BIN"
        done
        ln -sf "$WWAN_VM_BIN/virtual-modem" "$WWAN_VM_BIN/wwanctl" "$work/bin/"
        return
    fi
    printf '+ cargo build --release (the virtual modem, wwanctl)\n'
    (cd "$root" && cargo build -q --locked --release -p virtual-modem)
    (cd "$root" && cargo build -q --locked --release -p wwanctl --target "$musl_target")
    ln -sf "$target_dir/release/virtual-modem" "$target_dir/$musl_target/release/wwanctl" "$work/bin/"
}

# Sets `qemu`, the command of the guest; $1 is for guest.sh.
prepare() {
    build_programs
    unpack_kernel
    make_initramfs
    # A copy, so that what is changed while the guest runs does no harm.
    rm -rf "$work/tests"
    cp -R "$here" "$work/tests"
    mkdir -p "$work/log"
    rm -f "$work"/log/*
    # Acceleration by hardware is not everywhere, and where it is it may hang at boot.
    qemu=(qemu-system-x86_64 -accel 'tcg,thread=multi' -cpu max -smp 2 -m 1536 -nodefaults -nographic -no-reboot
        -serial stdio -kernel "$kernel/boot/vmlinuz-$version" -initrd "$work/initramfs.gz"
        -virtfs 'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap'
        -virtfs "local,path=$work/log,mount_tag=log,security_model=none"
        -device virtio-rng-pci
        -append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off net.ifnames=0 -- $work $kernel $1")
}

# Prints the end of what scenario $1 left in the log directory.
show_logs() {
    local file
    for file in "$work/log/$1".*; do
        [ -s "$file" ] || continue
        printf -- '---- the end of %s ----\n' "$(basename "$file")"
        tail -n 60 "$file"
    done
}

play() {
    local name mark status=0 passed=0 failed=0
    local -A played=()
    for name in "$@"; do
        [ -e "scenarios/$name.sh" ] || die "no scenario named $name; run.sh list shows them"
    done
    prepare "play $*"
    printf '+ qemu-system-x86_64 (kernel %s, %d scenarios)\n' "$version" "$#"
    timeout --kill-after=5 "$seconds" "${qemu[@]}" </dev/null 2>&1 |
        sed -u -e 's/\x1b\[[0-9;?]*[a-zA-Z]//g' -e 's/\x1bc//g' -e 's/\r//g' | tee "$work/console" || status=$?

    # The guest says `MARK name ok` or `MARK name failed why`; a scenario without its mark has failed.
    # One that is named twice is played twice.
    for name in "$@"; do
        played[$name]=$((${played[$name]:-0} + 1))
        mark=$(sed -n "s/^MARK $name //p" "$work/console" | sed -n "${played[$name]}p")
        if [ "$mark" = ok ]; then
            printf 'test %s ... ok\n' "$name"
            passed=$((passed + 1))
        else
            show_logs "$name"
            printf 'test %s ... FAILED: %s\n' "$name" "${mark:-it set no mark}"
            failed=$((failed + 1))
        fi
    done
    if [ "$status" -ne 0 ] || ! grep -qx 'MARK guest done' "$work/console"; then
        printf 'the guest did not come to its end, status %d; the last lines of its console:\n' "$status"
        tail -n 40 "$work/console"
        [ "$failed" -gt 0 ] || failed=1
    fi
    # The form of cargo, so that ./ci.sh counts scenarios as tests.
    printf 'test result: %s. %d passed; %d failed; 0 ignored; finished in %d s\n' \
        "$([ "$failed" -eq 0 ] && echo ok || echo FAILED)" "$passed" "$failed" "$SECONDS"
    [ "$failed" -eq 0 ]
}

list() {
    local file
    for file in scenarios/*.sh; do
        printf '%-18s %s\n' "$(basename "$file" .sh)" "$(sed -n '2s/^# //p' "$file")"
    done
}

main() {
    case ${1:-} in
        list) list ;;
        kernel)
            fetch_kernel || die 'the kernel cannot be fetched'
            build_multiplexer || die 'the module n_gsm of the kernel cannot be built'
            ;;
        shell)
            prepare shell
            exec "${qemu[@]}"
            ;;
        -*) die "usage: $0 [list | kernel | shell | SCENARIO...]" ;;
        '')
            local names
            mapfile -t names < <(list | awk '{ print $1 }')
            play "${names[@]}"
            ;;
        *) play "$@" ;;
    esac
}

# Read as a whole first, so that changing this file while it runs does no harm.
main "$@"
exit
