# shellcheck shell=bash
# Where the demo keeps things, for demo.sh and down.sh. Sourced, never run.
demo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.demo
home=$demo
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"

port=56785
# microscaler's own default; another engine is the configuration's to name.
export DOCKER_HOST=unix:///var/run/docker.sock
export MICROSCALER_DATA_DIR=$demo/data ASG_CLI_FILE=$demo/ms.yml
PATH=$demo/bin:$PATH

# Whether the demo's microscaler runs.
running() { runs "$(cat "$demo/microscaler.pid" 2>/dev/null || true)" microscaler; }

# Whether it answers.
healthy() { answers_ok "$port" /health; }
