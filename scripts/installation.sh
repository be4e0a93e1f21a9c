# shellcheck shell=bash
# What the scripts of the demo and of the fleet share: what an installation that they started runs. Sourced, never run.
# Its directory is $home: programs in bin, the installation's id in the file `installation` once it is known.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

home=${home:-$root/.demo}

# Ids of the installation's containers, dead ones included: those with its label; while its id is not known, those of
# the demo's image.
containers() {
    local filter=ancestor=$demo_image
    if [ -s "$home/installation" ]; then
        filter=label=microscaler.installation=$(cat "$home/installation")
    fi
    docker ps --all --quiet --filter "$filter"
}

# Through ms, so that every container gets its SIGTERM and its five seconds.
stop_groups() {
    local name
    ms login >/dev/null || return 0
    ms list-asgs | awk '$2 != "stopped" && NR > 1 { print $1 }' | while read -r name; do
        ms stop-asg --asg-name "$name" --wait --timeout 300 </dev/null >/dev/null || true
    done
}

# Containers that are still there, because the service was killed or could not stop them; then the images.
remove_from_engine() {
    local left
    mapfile -t left < <(containers)
    [ ${#left[@]} = 0 ] || docker rm --force --volumes "${left[@]}" >/dev/null
    mapfile -t left < <(docker images --quiet --filter "label=$demo_image" | sort -u)
    [ ${#left[@]} = 0 ] || docker image rm --force "${left[@]}" >/dev/null ||
        echo "an image is left: a container of somebody else uses it"
}

# free PORT: whether nothing listens there.
free() { ! (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# answers_ok PORT PATH: whether HTTP answers 200; without curl, which a fresh machine may lack.
answers_ok() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3 && head -n 1 <&3 | grep -q ' 200 ') \
        2>/dev/null
}

# Runs a command after showing it, as the user would type it.
typed() {
    echo "\$ $*"
    "$@"
}
