#!/usr/bin/env bash
# Flash and RAM of the firmware probes, and the search for panics in them. docs/size.md explains both.
#
#   run.sh size      build the probes, print the ledger, compare it with budget.txt
#   run.sh record    build the probes, rewrite budget.txt and the table in docs/size.md
#   run.sh panic     fail if a panic is linked into any probe; first prove that one would be found
#
# Needs the Rust targets below and readelf.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

targets=(thumbv6m-none-eabi thumbv7em-none-eabihf)
budget=budget.txt
page=../../docs/size.md
tolerance=2 # per cent above what is recorded
target_dir=${CARGO_TARGET_DIR:-target}

# Everything that can panic goes through core::panicking; most of it under a name that says what happened.
panics='9panicking|panic_|unwrap_failed|expect_failed|slice_index_fail|(start|end)_index_|index_order_fail|mismatch_fail'

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

probes() {
    local file
    for file in src/bin/*.rs; do
        basename "$file" .rs
    done
}

build() {
    local target
    for target in "${targets[@]}"; do
        printf '+ cargo build --release %s --target %s\n' "$1" "$target" >&2
        cargo build -q --locked --release "$1" --target "$target"
    done
}

# The functions of an image that panic. One is let pass: the compiler ends every async function with a check that its
# future is not polled again after its end, which `await` never does. It must be the only one, and nothing else may call
# what it calls.
panics_of() {
    local found
    found=$(readelf -sW "$1" | awk -v panics="$panics" '$4 == "FUNC" && $8 ~ panics { print $8 }')
    case $(tr '\n' ' ' <<<"$found") in
        *panic_const_async_fn_resumed*9panic_fmt\ | *9panic_fmt*panic_const_async_fn_resumed\ )
            [ "$(wc -l <<<"$found")" = 2 ] && [ "$(callers "$1" 9panic_fmt)" = 1 ] && return
            ;;
    esac
    printf '%s' "$found"
}

# How many calls of a function there are in an image.
callers() {
    readelf -rW "$1" | awk -v callee="$2\$" '$5 ~ callee { n++ } END { print n + 0 }'
}

# One line for each probe and target: probe target flash ram name=bytes...
measure() {
    local probe target image name size flash ram detail
    for probe in $(probes); do
        for target in "${targets[@]}"; do
            image=$target_dir/$target/release/$probe
            flash=0 ram=0 detail=
            while read -r name size; do
                size=$((16#$size))
                case $name in
                    .text | .rodata) flash=$((flash + size)) ;;
                    .data) flash=$((flash + size)) ram=$((ram + size)) ;;
                    .bss) ram=$((ram + size)) ;;
                esac
            done < <(readelf -SW "$image" | sed 's/\[ *[0-9]*\]//' | awk '$1 ~ /^\./ { print $1, $5 }')
            while read -r size name; do
                [ "$name" = ram ] && ram=$((ram + size))
                # readelf writes large numbers in hexadecimal.
                detail+=" $name=$((size))"
            done < <(readelf -sW "$image" | awk '$8 ~ /^sizeof:/ { print $3, substr($8, 8) }' | sort -k 2)
            printf '%s %s %d %d%s\n' "$probe" "$target" "$flash" "$ram" "$detail"
        done
    done
}

# The lines of budget.txt that hold measurements, and those that hold limits.
recorded() { grep -Ev '^(#|limit |$)' "$budget"; }
limits() { grep '^limit ' "$budget"; }

# The table of docs/size.md, made of the lines on standard input.
table() {
    echo '| probe | target | flash | RAM | of which, or beside it |'
    echo '|---|---|---|---|---|'
    local probe target flash ram detail
    while read -r probe target flash ram detail; do
        printf '| %s | %s | %d | %d | %s |\n' "$probe" "${target%%-*}" "$flash" "$ram" "${detail// /, }"
    done
}

# The page with a new table between its marks.
page_with_table() {
    sed '/<!-- table -->/q' "$page"
    recorded | table
    sed -n '/<!-- end -->/,$p' "$page"
}

# Fails if a number is more than the tolerance above what is recorded.
compare() {
    local probe target flash ram detail old name size was bad=0
    while read -r probe target flash ram detail; do
        old=$(recorded | grep "^$probe $target " || true)
        if [ -z "$old" ]; then
            printf 'error: %s for %s is not in %s; run %s record\n' "$probe" "$target" "$budget" "$0" >&2
            bad=1
            continue
        fi
        for name in "flash=$flash" "ram_in_all=$ram" $detail; do
            size=${name#*=} name=${name%%=*}
            case $name in
                flash) was=$(awk '{ print $3 }' <<<"$old") ;;
                ram_in_all) was=$(awk '{ print $4 }' <<<"$old") ;;
                *) was=$(grep -o " $name=[0-9]*" <<<"$old" | cut -d = -f 2 || true) ;;
            esac
            if [ $((size * 100)) -gt $((${was:-0} * (100 + tolerance))) ]; then
                printf 'error: %s for %s: %s is %d bytes, %d are recorded\n' \
                    "$probe" "$target" "$name" "$size" "${was:-0}" >&2
                bad=1
            elif [ $((size * 100)) -lt $((${was:-0} * (100 - tolerance))) ]; then
                printf 'note: %s for %s: %s is %d bytes, %d are recorded; run %s record\n' \
                    "$probe" "$target" "$name" "$size" "$was" "$0"
            fi
        done
    done <<<"$1"
    if [ "$(recorded | cut -d ' ' -f 1,2)" != "$(cut -d ' ' -f 1,2 <<<"$1")" ]; then
        echo "error: $budget does not list exactly the probes there are" >&2
        bad=1
    fi

    local word limit
    while read -r word probe target name limit; do
        case $name in
            flash) size=$(awk -v p="$probe" -v t="$target" '$1 == p && $2 == t { print $3 }' <<<"$1") ;;
            ram) size=$(awk -v p="$probe" -v t="$target" '$1 == p && $2 == t { print $4 }' <<<"$1") ;;
            *) die "$budget: $word of unknown $name" ;;
        esac
        printf '%s for %s: %s %d of %d bytes\n' "$probe" "$target" "$name" "${size:-0}" "$limit"
        if [ "${size:-999999}" -gt "$limit" ]; then
            printf 'error: %s for %s: %s is over its limit\n' "$probe" "$target" "$name" >&2
            bad=1
        fi
    done < <(limits)

    # A program that declares the one message it needs is as large as one that takes it from a tree with all of them.
    local alone among
    for target in "${targets[@]}"; do
        alone=$(grep "^unused_services $target " <<<"$1" | cut -d ' ' -f 3)
        among=$(grep "^query $target " <<<"$1" | cut -d ' ' -f 3)
        printf 'unused services for %s: %d bytes\n' "$target" $((among - alone))
        [ "$alone" = "$among" ] || bad=1
    done
    return "$bad"
}

case ${1:-} in
    size)
        build --bins
        ledger=$(measure)
        column -t <<<"$ledger" 2>/dev/null || printf '%s\n' "$ledger"
        compare "$ledger" || die 'over budget'
        page_with_table | diff "$page" - || die "the table of $page is not that of $budget; run $0 record"
        ;;
    record)
        build --bins
        {
            echo '# Bytes of each probe: probe, target, flash, RAM, and sizes of types. Written by run.sh record.'
            echo "# $(rustc --version)"
            measure
            printf '\n# What design.md allows. Written by hand.\n'
            limits
        } >"$budget.new"
        mv "$budget.new" "$budget"
        page_with_table >"$page.new"
        mv "$page.new" "$page"
        ;;
    panic)
        build --examples
        build --bins
        bad=0
        for target in "${targets[@]}"; do
            for file in examples/panic_*.rs; do
                image=$target_dir/$target/release/examples/$(basename "$file" .rs)
                [ -n "$(panics_of "$image")" ] || die "the panic in $file was not found for $target"
            done
            printf '%s: all panics of examples/ were found\n' "$target"
            for probe in $(probes); do
                found=$(panics_of "$target_dir/$target/release/$probe")
                [ -z "$found" ] && continue
                printf 'error: %s for %s can panic:\n%s\n' "$probe" "$target" "$found" >&2
                bad=1
            done
        done
        [ "$bad" -eq 0 ] || die 'a panic is linked'
        printf 'no panic in %d probes\n' "$(probes | wc -l)"
        ;;
    *) die "usage: $0 size|record|panic" ;;
esac
