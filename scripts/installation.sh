# shellcheck shell=bash
# What the scripts of the demo and of the fleet share: what an installation that they started runs. Sourced, never run.
# Its directory is $home, which they set: programs in bin, logs beside it or in log, and the installation's id in the file `installation`.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

: "${home?}"

# in_logs COMMAND...: with the programs' logs.
in_logs() { "$@" "$home"/microscaler.log "$home"/log/*-stderr* 2>/dev/null; }

# Keeps the installation's id, which the first line of a log tells that a program writes when it runs.
know_installation() {
    [ -s "$home/installation" ] || [ ! -d "$home" ] ||
        in_logs sed -n 's/.* installation=\([0-9a-f-]\{36\}\).*/\1/p;T;q' >"$home/installation" || true
}

# Ids of the installation's containers, dead ones included. One whose id is not known never ran anything.
containers() {
    [ ! -s "$home/installation" ] ||
        docker ps --all --quiet --filter "label=microscaler.installation=$(cat "$home/installation")"
}

# Programs of earlier builds did not tell of it.
ran_unknown() { [ ! -s "$home/installation" ] && in_logs grep -q ' runs \(program\|data\)='; }

# Through ms, so that every container gets its SIGTERM and its five seconds.
stop_groups() {
    local name
    ms login >/dev/null || return 0
    ms list-asgs | awk '$2 != "stopped" && NR > 1 { print $1 }' | while read -r name; do
        ms stop-asg --asg-name "$name" --wait --timeout 60 </dev/null >/dev/null || true
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
    if ran_unknown; then
        echo "its installation is not known, for an earlier build ran it: it may have left containers, of these:"
        docker ps --all --filter label=microscaler.installation
    fi
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
