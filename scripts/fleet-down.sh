#!/usr/bin/env bash
# Removes what the fleet made: its groups and containers, its processes, the image, the data, and the Docker engine if
# it was started from here. Debian packages and what cargo built stay; so do the databases on MONGODB_URI's server.
. "$(dirname "$0")/fleet-lib.sh"

stop_supervisord() {
    local pid
    pid=$(cat "$home/supervisord.pid")
    control shutdown
    wait_until 90 ended || die "supervisord (process $pid) does not end"
}

ended() { ! running; }

[ ! -e "$home" ] || is_fleet ||
    die "$home holds no fleet that 'make fleet' made: nothing was removed. Is FLEET_HOME right?"
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
kept=
know_databases
[ ! -s "$databases" ] || kept=", but for the databases $(sed 's/ / and /' "$databases"): they stay on MONGODB_URI's server"
! ran_unknown || kept+=", but for containers of which nobody knows"
rm -rf "$home"
scripts/engine.sh down
echo "the fleet is removed$kept"
