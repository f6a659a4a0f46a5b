#!/usr/bin/env bash
# Process 1 of the guest: starts what a Linux system has running, then plays scenarios or gives a shell.
#
#   guest.sh WORK KERNEL play NAME... | shell
#
# WORK has these tests (tests/) and programs (bin/), KERNEL has lib/modules. Logs go to $log, which is
# shared with the machine outside. Each scenario sets its mark on the console: `MARK name ok` or `MARK name failed why`.

work=$1 kernel=$2 tests=$1/tests
shift 2

export PATH=$work/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
export tests log=/run/log
scenario_seconds=600

system() {
    mount -t proc none /proc
    mount -t sysfs none /sys
    mkdir -p /dev/pts /dev/shm
    mount -t devpts -o gid=5,mode=620 none /dev/pts
    ln -s /proc/self/fd /dev/fd
    mount -t tmpfs none /dev/shm
    mount -t tmpfs none /run
    mkdir -p "$log" /run/dbus /run/lock
    mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 log "$log"
    mkdir -p "/lib/modules/$(uname -r)"
    mount --bind "$kernel/lib/modules/$(uname -r)" "/lib/modules/$(uname -r)"
    hostname guest
    ip link set lo up
    dbus-uuidgen --ensure
    dbus-daemon --system --fork
    /lib/systemd/systemd-udevd --daemon
    modprobe vhci-hcd
    dmesg >"$log/system.kernel"
}

# The modems that the kernel has, by name of the USB device (`1-1`); hubs are no modems.
modems() {
    local device
    for device in /sys/bus/usb/devices/*/bDeviceClass; do
        [ -e "$device" ] && [ "$(<"$device")" != 09 ] && basename "$(dirname "$device")"
    done
}

# Ends everything that a scenario can have left running; the end of a modem's program unplugs it.
clean_up() {
    local name
    for name in ModemManager mmcli mbimcli qmicli mbim-proxy qmi-proxy wwanctl virtual-modem socat ping; do
        pkill -KILL -x "$name"
    done
    for _ in {1..100}; do
        [ -z "$(modems)" ] && break
        sleep 0.1
    done
    udevadm settle
}

# Plays scenario $1 and sets its mark.
play() {
    local name=$1 started=$SECONDS status=0 why
    dmesg --clear
    timeout --kill-after=5 "$scenario_seconds" "$tests/scenario.sh" "$name" >"$log/$name.out" 2>&1 </dev/null || status=$?
    clean_up
    if [ -n "$(modems)" ]; then
        status=1
        echo 'FAILED: the modem is still there' >>"$log/$name.out"
    fi
    # A process that cannot be ended waits in a driver.
    if ps -eo stat=,comm= | awk '$1 ~ /^D/ { print "FAILED: stuck: " $2; stuck = 1 } END { exit !stuck }' >>"$log/$name.out"; then
        status=1
    fi
    dmesg >"$log/$name.kernel"
    if grep -E 'BUG:|WARNING:|Oops|hung task|blocked for more than' "$log/$name.kernel" >>"$log/$name.out"; then
        status=1
    fi
    printf '%s: %d s\n' "$name" $((SECONDS - started))
    if [ "$status" -eq 0 ]; then
        printf '\nMARK %s ok\n' "$name"
    else
        why=$(sed -n 's/^FAILED: //p' "$log/$name.out" | head -n 1)
        [ "$status" -eq 124 ] && why="it took more than $scenario_seconds s"
        printf '\nMARK %s failed %s\n' "$name" "${why:-status $status}"
    fi
}

system 2>&1
printf 'the system is up after %s s\n' "$(cut -d ' ' -f 1 /proc/uptime)"
case $1 in
    play)
        shift
        for name in "$@"; do
            play "$name"
        done
        printf '\nMARK guest done\n'
        ;;
    shell)
        export -f play clean_up modems
        export scenario_seconds
        setsid --ctty bash -i </dev/ttyS0 >/dev/ttyS0 2>&1
        ;;
esac
sync
echo o >/proc/sysrq-trigger
sleep 60
