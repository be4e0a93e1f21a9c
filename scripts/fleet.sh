#!/usr/bin/env bash
# A whole fleet on this machine: MongoDB, NATS, Redis and one process per component under a supervisord of its own.
# Everything that it keeps is in .fleet; fleet-down.sh removes it all.
. "$(dirname "$0")/fleet-lib.sh"

# The command of a server that speaks MongoDB's protocol; nothing when the configuration names one elsewhere.
mongodb_command() {
    local data=$home/data/mongodb
    if [ -n "${MONGODB_URI:-}" ]; then
        return
    elif has mongod; then
        echo "mongod --bind_ip 127.0.0.1 --port $mongodb_port --dbpath $data"
    elif has ferretdb; then
        echo "ferretdb --listen 127.0.0.1:$mongodb_port --data $data"
    elif mongodb_image_is_here; then
        # The container of one that was killed is in the way of the next.
        echo "sh -c 'docker rm --force $mongodb_container >/dev/null; exec docker run --rm --name $mongodb_container" \
            "--publish 127.0.0.1:$mongodb_port:27017 --volume $mongodb_container:/data/db $mongodb_image'"
    else
        die "no MongoDB server: install mongod (4.4 or newer) or put it on PATH, or name a running one with MONGODB_URI.
Debian has no package of it; ferretdb, which speaks its protocol, on PATH serves as well. Docker has no image $mongodb_image,
and no registry answers that has."
    fi
}

mongodb_image_is_here() {
    docker image inspect "$mongodb_image" >/dev/null 2>&1 && return
    # A registry that cannot be reached is not waited for long.
    timeout 10 docker manifest inspect "$mongodb_image" >/dev/null 2>&1 && docker pull --quiet "$mongodb_image" >&2
}

# Makes the directory this fleet's, unless somebody has something in it.
claim() {
    is_fleet && return
    [ -z "$(ls -A "$home" 2>/dev/null)" ] ||
        die "$home holds something that is not a fleet: name an empty or a new directory in FLEET_HOME, or move that away"
    mkdir -p "$home"
    touch "$marker"
}

check() {
    local taken
    for taken in "$port" "$mongodb_port" "$nats_port" "$redis_port" $(seq "$probes_port" $((probes_port + 4))); do
        free "$taken" || die "something listens on port $taken, which the fleet needs ('make down' ends the demo)"
    done
}

# FLEET_PROGRAMS is a directory with ready-made ones.
build() {
    local program from=${FLEET_PROGRAMS:-${CARGO_TARGET_DIR:-target}/debug}
    if [ -z "${FLEET_PROGRAMS:-}" ]; then
        say "building the programs (the first time about four minutes on two cores)"
        cargo build "${programs[@]}" "${component_programs[@]/#/--bin=}"
    fi
    scripts/image.sh
    # Copies, so that a later build does not change what runs.
    mkdir -p "$home/bin"
    for program in ms "${component_programs[@]}"; do
        cp "$from/$program" "$home/bin"
    done
}

# Names of its own on a server that others may use, another fleet or a real installation.
name_databases() {
    local name
    know_databases
    if [ -z "${MONGODB_URI:-}" ] || [ -s "$databases" ]; then
        return
    fi
    name=${FLEET_NAME:-fleet}
    name=${name//[!a-zA-Z0-9_-]/-} # what MongoDB allows: 63 of these
    name=${name:0:40}-$(head -c 4 /dev/urandom | od -An -tx1 | tr -d ' ')
    echo "asg-$name auth-$name" >"$databases"
}

configure() {
    local mongodb=$1 asg=asgdb auth=authdb
    umask 077
    mkdir -p "$home"/{config,log,data/{mongodb,nats,redis}}
    name_databases
    [ -z "${MONGODB_URI:-}" ] || read -r asg auth <"$databases"
    [ -s "$home/key" ] || head -c 24 /dev/urandom | base64 | tr -d '+/=\n' >"$home/key"
    cat >"$home/config/microscaler.yml" <<YAML
controller:
  address: 127.0.0.1
  port: $port
database:
  port: $mongodb_port
  uri: ${MONGODB_URI:-}
  asg_db: $asg
  auth_db: $auth
agent:
  nats: nats://127.0.0.1:$nats_port
redis: redis://127.0.0.1:$redis_port
auth:
  admin: $(cat "$home/key")
YAML
    cat >"$ASG_CLI_FILE" <<YAML
login:
  target: http://localhost:$port/asgcc
  user: admin
  key: $(cat "$home/key")
YAML
    cat >"$conf" <<INI
[unix_http_server]
file=$home/supervisor.sock
chmod=0700
[supervisord]
logfile=$home/log/supervisord.log
pidfile=$home/supervisord.pid
childlogdir=$home/log
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://$home/supervisor.sock
[include]
files = $home/conf.d/*.conf
INI
    # The files that operators install, with this fleet's directory and ports.
    mkdir -p "$home/conf.d"
    local nth probes=
    for nth in 0 1 2 3 4; do
        probes+="s#--probes 127.0.0.1:5679$nth\$#--probes 127.0.0.1:$((probes_port + nth))#; "
    done
    sed "s#/usr/local/microscaler#$home#g; $probes" supervisor/supervisord/microscaler.conf >"$home/conf.d/microscaler.conf"
    sed "s#/usr/local/microscaler#$home#g; s#--port 4222#--port $nats_port#; s#--port 6379#--port $redis_port#
        s#^command=mongod .*#command=$mongodb#" supervisor/supervisord/servers.conf >"$home/conf.d/servers.conf"
    if [ -z "$mongodb" ]; then
        sed -i '/^\[program:mongodb\]/,/^$/d' "$home/conf.d/servers.conf"
    fi
}

works() { answers_ok "$port" /health && ms login >/dev/null 2>&1 && ms list-asgs >/dev/null 2>&1 && host_is_known; }

host_is_known() { ms status -o json | grep -q host-agent@; }

start() {
    say "starting supervisord, everything in $home"
    supervisord --configuration "$conf"
    if ! wait_until 90 works; then
        control status || true
        tail -n 5 "$home"/log/*stderr* >&2
        die "the fleet does not work yet; its logs are in $home/log"
    fi
    know_installation
}

next() {
    say "the fleet runs. Next, for example:"
    cat <<TEXT
export PATH=$home/bin:\$PATH ASG_CLI_FILE=$ASG_CLI_FILE
supervisorctl -c $conf status
supervisorctl -c $conf restart controller healthmanager worker-launch worker-stop
ms status
ms add-lconf --lconf-name web-v1 --lconf-image-id $demo_image --lconf-instances-type t1.micro --lconf-key demo
ms add-asg --asg-name web --asg-availability-zones zone-a --asg-launch-configuration web-v1 --asg-min-size 1 \\
    --asg-desired-capacity 3 --asg-max-size 6 --asg-scale-out-cooldown 60 --asg-scale-in-cooldown 60 \\
    --asg-domain demo.internal --asg-no-load-balancer
ms start-asg --asg-name web --wait --timeout 300
tail -f $home/log/healthmanager-stderr*
make fleet-down
TEXT
}

claim
scripts/engine.sh up
if running; then
    say "the fleet runs already"
else
    mongodb=$(mongodb_command)
    check
    need_rust
    need nats-server nats-server
    need redis-server redis-server
    need supervisord supervisor
    build
    configure "$mongodb"
    start
fi
typed supervisorctl --configuration "$conf" status || true
typed ms login
typed ms status
next
