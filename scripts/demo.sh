#!/usr/bin/env bash
# The demo: a group of three real containers, one of them killed and replaced, left running. down.sh removes it all.
# Everything that it keeps is in .demo; the user's own ~/.asg and data directory are not touched.
# PROFILE=release builds with full optimisation, which takes about twice as long.
. "$(dirname "$0")/demo-lib.sh"

group=web

# Runs a command after showing it, as the user would type it.
typed() {
    echo "\$ $*"
    "$@"
}

build() {
    local profile=${PROFILE:-dev}
    say "building microscaler and ms (profile $profile; the first time about four minutes on two cores)"
    cargo build --profile "$profile" --package supervisor --package ms-cli
    scripts/image.sh
    # Copies, so that a later build does not change what runs.
    mkdir -p "$demo/bin"
    [ "$profile" != dev ] || profile=debug
    cp "${CARGO_TARGET_DIR:-target}/$profile"/{microscaler,ms} "$demo/bin"
}

start() {
    local file
    say "starting microscaler, data and log in $demo"
    for file in /usr/local/microscaler/config/microscaler.yml /etc/microscaler/microscaler.yml; do
        [ ! -e "$file" ] || die "microscaler would take this machine's configuration $file, and the demo wants none"
    done
    free_port || die "something else listens on port $port, which microscaler needs"
    setsid "$demo/bin/microscaler" --data-dir "$MICROSCALER_DATA_DIR" >>"$demo/microscaler.log" 2>&1 </dev/null &
    echo $! >"$demo/microscaler.pid"
    if ! wait_until 30 healthy_or_ended || ! healthy; then
        tail -n 15 "$demo/microscaler.log" >&2
        die "microscaler did not start; its log is $demo/microscaler.log"
    fi
}

free_port() { ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

healthy_or_ended() { healthy || ! running; }

create() {
    say "a group of 3"
    typed ms login
    typed ms add-lconf --lconf-name web-v1 --lconf-image-id "$demo_image" --lconf-instances-type t1.micro \
        --lconf-key demo
    typed ms add-asg --asg-name "$group" --asg-availability-zones zone-a,zone-b --asg-launch-configuration web-v1 \
        --asg-min-size 1 --asg-desired-capacity 3 --asg-max-size 6 --asg-scale-out-cooldown 60 \
        --asg-scale-in-cooldown 60 --asg-domain demo.internal --asg-no-load-balancer
    typed ms start-asg --asg-name "$group" --wait
    docker inspect --format '{{index .Config.Labels "microscaler.installation"}}' "$(in_service | head -n 1)" \
        >"$demo/installation"
    typed ms list-instances --asg-name "$group"
}

# Names of the group's running instances, as ms shows them.
in_service() { ms list-instances --asg-name "$group" | awk '$2 == "RUNNING" { print $NF }'; }

replaced() {
    seen=$(in_service) && [ "$(wc -l <<<"$seen")" = 3 ] && ! grep -qx "$victim" <<<"$seen"
}

# Nanoseconds, by the engine's own clock, of the first event of a kind since $since.
event() {
    docker events --since "$since" --until "$(date +%s.%N)" --filter "event=$1" --filter "container=$2" \
        --format '{{.TimeNano}}' | head -n 1
}

milliseconds() { echo $((($2 - $1) / 1000000)); }

kill_one() {
    local before killed started shown fresh since
    before=$(in_service)
    victim=$(head -n 1 <<<"$before")
    say "killing one of them"
    since=$(date +%s.%N)
    typed docker kill "$victim"
    wait_until 60 replaced || die "no replacement within 60 s: see $demo/microscaler.log"
    shown=$(date +%s%N)
    fresh=$(grep -vxF "$before" <<<"$seen" | head -n 1)
    killed=$(event kill "$victim")
    started=$(event start "$fresh")
    typed ms list-instances --asg-name "$group"
    echo
    echo "$victim was killed; its replacement $fresh ran $(milliseconds "$killed" "$started") ms later by the engine's clock,"
    echo "and ms showed 3 RUNNING again after $(milliseconds "$killed" "$shown") ms."
}

next() {
    local instance address
    instance=$(in_service | head -n 1)
    address=$(docker port "$instance" 8080 | head -n 1)
    say "it is left running. Next, for example:"
    cat <<TEXT
export PATH=$demo/bin:\$PATH ASG_CLI_FILE=$ASG_CLI_FILE MICROSCALER_DATA_DIR=$MICROSCALER_DATA_DIR
ms list-asgs
ms list-instances --asg-name $group --watch
ms set-desired-capacity --asg-name $group --desired-capacity 5
ms list-activities --asg-name $group
ms status
curl http://localhost:${address##*:}/
docker kill \$(docker ps --quiet --filter label=microscaler.asg=$group | head -n 1)
tail -f $demo/microscaler.log
make down
TEXT
}

scripts/engine.sh up
if running; then
    say "the demo runs already"
else
    need_rust
    build
    start
fi
if [ -z "$(containers)" ]; then create; fi
kill_one
next
