#!/usr/bin/env bash
# Sees to a Docker engine.
#   engine.sh up     uses the one that answers; otherwise installs Debian's if there is none, and starts it
#   engine.sh down   stops the engine that `up` started; one that ran before is left alone
# DOCKER_HOST=unix:///path names another socket than Docker's usual one; DOCKERD_FLAGS is added when dockerd is started.
# What was started, its log and its process id are kept in .engine (or MS_ENGINE_STATE).
. "$(dirname "$0")/lib.sh"

usual=unix:///var/run/docker.sock
export DOCKER_HOST=${DOCKER_HOST:-$usual}
state=${MS_ENGINE_STATE:-$root/.engine}

answers() { has docker && version=$(docker version --format '{{.Server.Version}}' 2>"$complaint") && [ -n "$version" ]; }

install_engine() {
    install docker.io iptables ca-certificates
    # Debian 13 and later have the client in a package of its own.
    need docker docker-cli
}

# In a container-like machine nobody may have mounted them yet.
mount_cgroups() {
    grep -Eq ' cgroup2? ' /proc/mounts && return
    say "mounting the control groups"
    install cgroupfs-mount
    as_root cgroupfs-mount
}

start_by_systemd() {
    as_root systemctl start docker
    echo systemd >"$state/how"
    wait_until 60 answers || die "the docker service does not answer on $DOCKER_HOST: see 'journalctl -u docker'"
}

start_in_background() {
    local other flags=()
    other=$(cat /var/run/docker.pid 2>/dev/null || true)
    if [ "$DOCKER_HOST" = "$usual" ] && runs "$other" dockerd; then
        die "dockerd runs (process $other) but does not answer on $usual: $(cat "$complaint")"
    fi
    mount_cgroups
    read -ra flags <<<"${DOCKERD_FLAGS:-}"
    echo background >"$state/how"
    as_root true # a password is asked for here, not in the background
    as_root setsid dockerd --host "$DOCKER_HOST" --pidfile "$state/dockerd.pid" "${flags[@]}" \
        >"$state/dockerd.log" 2>&1 </dev/null &
    starter=$!
    wait_until 60 answers_or_ended || true
    if ! answers; then
        tail -n 15 "$state/dockerd.log" >&2
        die "dockerd did not start; its whole log is $state/dockerd.log (DOCKERD_FLAGS passes options to it)"
    fi
    echo "dockerd: process $(cat "$state/dockerd.pid"), log $state/dockerd.log"
}

answers_or_ended() { answers || ! kill -0 "$starter" 2>/dev/null; }

start() {
    mkdir -p "$state"
    if [ "$DOCKER_HOST" = "$usual" ] && [ -d /run/systemd/system ]; then
        say "starting the docker service"
        start_by_systemd
    else
        say "starting dockerd in the background"
        start_in_background
    fi
}

up() {
    # The client is needed too, whoever runs the engine.
    if ! has docker; then install_engine; fi
    if answers; then
        say "using the running Docker engine $version"
        return
    fi
    if grep -q 'permission denied' "$complaint"; then
        die "this user may not use the Docker engine: run as root, or join the group docker"
    fi
    case $DOCKER_HOST in
        unix://*) ;;
        *) die "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST: $(cat "$complaint")" ;;
    esac
    has dockerd || [ -x /usr/sbin/dockerd ] || install_engine
    PATH=$PATH:/usr/sbin:/sbin # where Debian keeps dockerd and iptables, and an ordinary user's PATH does not look
    start
    say "Docker engine $version is running"
}

down() {
    local pid how
    how=$(cat "$state/how" 2>/dev/null || true)
    if [ -z "$how" ]; then
        echo "the Docker engine was not started from here: left as it is"
        return
    fi
    if answers && [ -n "$(docker ps --quiet)" ]; then
        echo "the Docker engine is left running: containers of somebody else run on it"
        return
    fi
    if [ "$how" = systemd ]; then
        as_root systemctl stop docker.socket docker
    else
        pid=$(cat "$state/dockerd.pid" 2>/dev/null || true)
        if runs "$pid" dockerd; then
            as_root kill "$pid"
            wait_until 60 ended "$pid" || die "dockerd (process $pid) does not end"
        fi
    fi
    rm -rf "$state"
    echo "stopped the Docker engine that was started from here"
}

ended() { ! runs "$1" dockerd; }

complaint=$(mktemp)
trap 'rm -f "$complaint"' EXIT
case ${1:-} in
    up) up ;;
    down) down ;;
    *) die "expected 'up' or 'down'" ;;
esac
