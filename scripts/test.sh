#!/usr/bin/env bash
# Runs every test. Sees to what they need: Debian packages, and a Docker engine, stopped again if it was started here.
. "$(dirname "$0")/lib.sh"
need_rust
# The tests make their images out of the first and look at the API's page in the second; engines of their own are
# reached over a network and an SSH server of their own.
install apache2-utils busybox-static chromium chromium-driver docker-registry iproute2 iptables libfaketime nats-server openssh-server openssl prometheus redis-server supervisor

# Tests that lack a server say so here.
MS_SKIPPED=$(mktemp)
export MS_SKIPPED
ended() {
    scripts/engine.sh down
    sort --unique "$MS_SKIPPED"
    rm --force "$MS_SKIPPED"
}
scripts/engine.sh up
trap ended EXIT

say "tests"
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --no-fail-fast
    cargo test --workspace --doc --quiet
else
    echo "(cargo-nextest would run them faster: cargo install --locked cargo-nextest)"
    cargo build --workspace --test simulation --bin microscaler --bin ms "${component_programs[@]/#/--bin=}" # what .config/nextest.toml does before the tests of whole services
    scripts/image.sh build
    cargo test --workspace --no-fail-fast
fi
