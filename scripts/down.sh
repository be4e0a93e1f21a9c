#!/usr/bin/env bash
# Removes what the demo made: its groups and containers, microscaler, the image, the data, and the Docker engine if
# it was started from here. Debian packages and what cargo built stay.
. "$(dirname "$0")/demo-lib.sh"

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
