# shellcheck shell=bash
# Where the fleet on this machine keeps things, for fleet.sh and fleet-down.sh. Sourced, never run.
# FLEET_HOME, an absolute path, FLEET_NAME and the ports make room for a second fleet.
home=${FLEET_HOME:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.fleet}
home=${home%/}
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"

# What supervisord, and the scripts that write its files, take as it stands.
case $home in
    *[[:space:]\"\'\\\#%\&\$\;]*) die "FLEET_HOME: expected no white space, quotes or any of \\ # % & $ ; in '$home'" ;;
    /*) ;;
    *) die "FLEET_HOME: expected an absolute path, not '${FLEET_HOME:-}'" ;;
esac

conf=$home/supervisord.conf
# In a directory of its own, so that nothing else is ever removed with it.
marker=$home/.microscaler-fleet
# The databases of this fleet on a server that it shares: those of groups and of tokens. Nothing where it has its own.
# shellcheck disable=SC2034
databases=$home/databases
# Another fleet than the usual one stops the engine only if it started it.
[ -z "${FLEET_HOME:-}" ] || export MS_ENGINE_STATE=${MS_ENGINE_STATE:-$home.engine}
# shellcheck disable=SC2034
port=${FLEET_PORT:-56785}
# Not the servers' usual ports, on which services of Debian's packages may run.
# shellcheck disable=SC2034
mongodb_port=${FLEET_MONGODB_PORT:-57017} nats_port=${FLEET_NATS_PORT:-54222} redis_port=${FLEET_REDIS_PORT:-56379}
# The first of the programs' probes; each of the others has the next.
# shellcheck disable=SC2034
probes_port=${FLEET_PROBES_PORT:-56790}
# A MongoDB server out of a registry, where there is none on PATH: its image, and its container's and volume's name.
# shellcheck disable=SC2034
mongodb_image=mongo:8 mongodb_container=${FLEET_NAME:-microscaler-fleet}-mongodb
export DOCKER_HOST=unix:///var/run/docker.sock
export ASG_CLI_FILE=$home/ms.yml
PATH=$home/bin:$PATH:/usr/sbin # where Debian keeps nats-server

# Whether the directory is a fleet's. Those of earlier builds have no marker, but the file that they wrote.
is_fleet() { [ -e "$marker" ] || grep -qsxF "file=$home/supervisor.sock" "$conf"; }

# Earlier builds had no names of their own, and their groups are in the usual ones.
know_databases() {
    [ -s "$databases" ] || ! grep -qs '^  uri: .' "$home/config/microscaler.yml" || echo asgdb authdb >"$databases"
}

control() { supervisorctl --configuration "$conf" "$@"; }

# Whether the fleet's supervisord runs.
running() { runs "$(cat "$home/supervisord.pid" 2>/dev/null || true)" supervisord; }
