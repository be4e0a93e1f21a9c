# shellcheck shell=bash
# What the scripts here share. Sourced by them, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The image of the demo's web server, and the label on it.
# shellcheck disable=SC2034
demo_image=${DEMO_IMAGE:-microscaler-demo-web}

# What builds microscaler and ms. The tests' crate is named too, so that cargo settles the features of all libraries as
# it does for the tests: what one of the two built, the other need not build again.
# shellcheck disable=SC2034
programs=(--package scenarios --package supervisor --bin microscaler --package ms-cli --bin ms)

# The components' own programs.
# shellcheck disable=SC2034
component_programs=(asg-controller health-manager worker-launch worker-stop host-agent)

say() { printf '\n== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# as_root COMMAND...: as it is for root, through sudo for others.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        die "'$*' needs root, and there is no sudo here: run it as root, then try again"
    fi
}

# install PACKAGE...: installs what is missing of these Debian packages.
install() {
    local package missing=()
    has apt-get || die "please install: $* (this is not Debian, so it is left to you)"
    for package in "$@"; do
        case $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true) in
            installed) ;;
            *) missing+=("$package") ;;
        esac
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing Debian's ${missing[*]}"
    as_root apt-get update -q </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
}

# need COMMAND PACKAGE...: installs the packages unless the command is there.
need() {
    has "$1" || install "${@:2}"
}

# need_rust: cargo and a C compiler, which some libraries are built with.
need_rust() {
    has cargo || die "there is no cargo: install Rust $(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) or newer"
    need cc build-essential
}

# wait_until SECONDS COMMAND...: until it succeeds, trying twenty times a second.
wait_until() {
    local tries=$(($1 * 20))
    shift
    until "$@"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.05
    done
}

# runs PID NAME: whether the process lives and its program has that name. What ended and was not waited for has no
# command line any more.
runs() {
    [ -n "$1" ] && [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ] && [ -n "$(tr -d '\0' <"/proc/$1/cmdline")" ]
}
