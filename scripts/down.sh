#!/usr/bin/env bash
# Removes what the demo made: its groups and containers, microscaler, the image, the data, and the Docker engine if
# it was started from here. Debian packages and what cargo built stay.
. "$(dirname "$0")/demo-lib.sh"

# Through ms while microscaler runs, so that every container gets its SIGTERM and its five seconds.
stop_groups() {
    local name
    ms login >/dev/null || return 0
    ms list-asgs | awk '$2 != "stopped" && NR > 1 { print $1 }' | while read -r name; do
        ms stop-asg --asg-name "$name" --wait </dev/null || true
    done
}

stop_microscaler() {
    local pid
    pid=$(cat "$demo/microscaler.pid")
    kill "$pid"
    if ! wait_until 60 ended; then
        echo "microscaler (process $pid) does not end; killing it"
        kill -KILL "$pid"
    fi
}

ended() { ! running; }

remove_containers() {
    local left
    mapfile -t left < <(containers)
    [ ${#left[@]} = 0 ] || docker rm --force --volumes "${left[@]}" >/dev/null
}

say "removing the demo"
if running; then
    stop_groups
    stop_microscaler
fi
if has docker && docker version >/dev/null 2>&1; then
    remove_containers
    docker image rm "$demo_image" >/dev/null 2>&1 || true
elif [ -e "$demo" ]; then
    die "no Docker engine answers, so the demo's containers cannot be removed: start it, then 'make down' again"
fi
rm -rf "$demo"
scripts/engine.sh down
echo "nothing of the demo is left"
