#!/usr/bin/env bash
# Removes what the fleet made: its groups and containers, its processes, the image, the data, and the Docker engine if
# it was started from here. Debian packages and what cargo built stay; so does a database that MONGODB_URI named.
. "$(dirname "$0")/fleet-lib.sh"

stop_supervisord() {
    local pid
    pid=$(cat "$home/supervisord.pid")
    control shutdown
    wait_until 90 ended || die "supervisord (process $pid) does not end"
}

ended() { ! running; }

say "removing the fleet"
if running; then
    stop_groups
    stop_supervisord
fi
know_installation
if has docker && docker version >/dev/null 2>&1; then
    remove_from_engine
    docker rm --force "$mongodb_container" >/dev/null 2>&1 || true
    docker volume rm "$mongodb_container" >/dev/null 2>&1 || true
elif [ -e "$home" ]; then
    die "no Docker engine answers, so the fleet's containers cannot be removed: start it, then 'make fleet-down' again"
fi
rm -rf "$home"
scripts/engine.sh down
echo "the fleet is removed"
