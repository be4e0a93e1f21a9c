#!/usr/bin/env bash
# Removes what the demo made: its groups and containers, microscaler, the image, the data, and the Docker engine if
# it was started from here. Debian packages and what cargo built stay.
. "$(dirname "$0")/demo-lib.sh"

# Through ms while microscaler runs, so that every container gets its SIGTERM and its five seconds.
stop_groups() {
    local name
    ms login >/dev/null || return 0
    ms list-asgs | awk '$2 != "stopped" && NR > 1 { print $1 }' | while read -r name; do
        ms stop-asg --asg-name "$name" --wait </dev/null >/dev/null || true
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

# Containers that are still there, because microscaler was killed or could not stop them; then the images.
remove_from_engine() {
    local left
    mapfile -t left < <(containers)
    [ ${#left[@]} = 0 ] || docker rm --force --volumes "${left[@]}" >/dev/null
    mapfile -t left < <(docker images --quiet --filter "label=$demo_image" | sort -u)
    [ ${#left[@]} = 0 ] || docker image rm --force "${left[@]}" >/dev/null ||
        echo "an image is left: a container that is not the demo's uses it"
}

say "removing the demo"
if running; then
    stop_groups
    stop_microscaler
fi
if has docker && docker version >/dev/null 2>&1; then
    remove_from_engine
elif [ -e "$demo" ]; then
    die "no Docker engine answers, so the demo's containers cannot be removed: start it, then 'make down' again"
fi
rm -rf "$demo"
scripts/engine.sh down
echo "the demo is removed"
