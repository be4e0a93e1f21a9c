# shellcheck shell=bash
# Where the demo keeps things, for demo.sh and down.sh. Sourced, never run.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

demo=$root/.demo
port=56785
# microscaler's own default; another engine is the configuration's to name.
export DOCKER_HOST=unix:///var/run/docker.sock
export MICROSCALER_DATA_DIR=$demo/data ASG_CLI_FILE=$demo/ms.yml
PATH=$demo/bin:$PATH

# Whether the demo's microscaler runs.
running() { runs "$(cat "$demo/microscaler.pid" 2>/dev/null || true)" microscaler; }

# Whether it answers; without curl, which a fresh machine may lack.
healthy() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET /health HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3 | grep -q ' 200 ') \
        2>/dev/null
}

# Ids of the demo's containers, dead ones included: those with its installation's label, which is learnt from the
# first instance; before that, those of its image.
containers() {
    local filter=ancestor=$demo_image
    if [ -s "$demo/installation" ]; then
        filter=label=microscaler.installation=$(cat "$demo/installation")
    fi
    docker ps --all --quiet --filter "$filter"
}
