#!/usr/bin/env bash
# The demo: a group of three real containers, one of them killed and replaced, left running. down.sh removes it all.
# Everything that it keeps is in .demo; the user's own ~/.asg and data directory are not touched.
# PROFILE=release builds with full optimisation, which takes about twice as long.
. "$(dirname "$0")/demo-lib.sh"

group=web

build() {
    local profile=${PROFILE:-dev}
    say "building microscaler and ms (profile $profile; the first time about four minutes on two cores)"
    cargo build --profile "$profile" "${programs[@]}"
    scripts/image.sh
    # Copies, so that a later build does not change what runs.
    mkdir -p "$demo/bin"
    [ "$profile" != dev ] || profile=debug
    cp "${CARGO_TARGET_DIR:-target}/$profile"/{microscaler,ms} "$demo/bin"
}

# What would make the start fail, told before the build.
check() {
    local file
    for file in /usr/local/microscaler/config/microscaler.yml /etc/microscaler/microscaler.yml; do
        [ ! -e "$file" ] || die "microscaler would take this machine's configuration $file, and the demo wants none"
    done
    free "$port" || die "something listens on port $port, which microscaler needs"
}

start() {
    say "starting microscaler, data and log in $demo"
    setsid "$demo/bin/microscaler" --data-dir "$MICROSCALER_DATA_DIR" >>"$demo/microscaler.log" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$demo/microscaler.pid"
    if ! wait_until 30 healthy_or_ended || ! healthy; then
        tail -n 15 "$demo/microscaler.log" >&2
        die "microscaler did not start; its log is $demo/microscaler.log"
    fi
}

healthy_or_ended() { healthy || ! kill -0 "$pid" 2>/dev/null; }

create() {
    say "a group of 3"
    typed ms add-lconf --lconf-name web-v1 --lconf-image-id "$demo_image" --lconf-instances-type t1.micro \
        --lconf-key demo
    typed ms add-asg --asg-name "$group" --asg-availability-zones zone-a,zone-b --asg-launch-configuration web-v1 \
        --asg-min-size 1 --asg-desired-capacity 3 --asg-max-size 6 --asg-scale-out-cooldown 60 \
        --asg-scale-in-cooldown 60 --asg-domain demo.internal --asg-no-load-balancer
    typed ms start-asg --asg-name "$group" --wait --timeout 300
    know_installation
    typed ms list-instances --asg-name "$group"
}

# Names of the group's running instances, as ms shows them.
in_service() { ms list-instances --asg-name "$group" | awk '$2 == "RUNNING" { print $NF }'; }

exists() { ms list-asgs | awk -v group="$group" '$1 == group { found = 1 } END { exit !found }'; }

three_run() { seen=$(in_service) && [ "$(wc -l <<<"$seen")" -ge 3 ]; }

replaced() { three_run && ! grep -qx "$victim" <<<"$seen"; }

# Nanoseconds, by the engine's own clock, of the first event of a kind since $since.
event() {
    docker events --since "$since" --until "$(date +%s.%N)" --filter "event=$1" --filter "container=$2" \
        --format '{{.TimeNano}}' | head -n 1
}

milliseconds() { echo $((($2 - $1) / 1000000)); }

# What dies in its first ten seconds counts as a failed launch, which is tried again only after a pause.
outlive_launch() {
    local started rest
    started=$(date +%s --date "$(docker inspect --format '{{.State.StartedAt}}' "$1")")
    rest=$((started + 12 - $(date +%s)))
    [ "$rest" -gt 0 ] || return 0
    echo "(in $rest s: an instance that dies in its first ten seconds is a failed launch, and its group backs off)"
    sleep "$rest"
}

kill_one() {
    local before killed started shown fresh since
    before=$(in_service)
    victim=$(head -n 1 <<<"$before")
    say "killing one of them"
    outlive_launch "$victim"
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
    check
    need_rust
    build
    start
fi
typed ms login
if exists; then
    wait_until 60 three_run || die "the group $group has not 3 instances: see $demo/microscaler.log, or 'make down' first"
else
    create
fi
kill_one
next
