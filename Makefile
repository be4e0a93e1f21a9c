# `make` alone lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help demo down fleet fleet-down build test lint bench docs

help: ## list these
	@sed -n 's/^\([a-z-]*\): ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: ## a group of real containers on this machine's Docker engine, and one of them killed and replaced
	@scripts/demo.sh

down: ## remove every trace of the demo
	@scripts/down.sh

fleet: ## MongoDB, NATS, Redis and one process per component under supervisord, on this machine
	@scripts/fleet.sh

fleet-down: ## remove every trace of the fleet
	@scripts/fleet-down.sh

build: ## the programs microscaler and ms, optimised, into target/release
	cargo build --release --package supervisor --package ms-cli

test: ## every test, with all that they need set up (Docker engine, Debian packages)
	@scripts/test.sh

lint: ## shellcheck, rustfmt, dependency rules, clippy
	@scripts/lint.sh

bench: ## figures of the service and of a fleet, beside the raw engine API and Docker Swarm
	@scripts/engine.sh up
	cargo build --release --package scenarios --package supervisor --package ms-cli --bins
	@"$${CARGO_TARGET_DIR:-target}/release/bench"

docs: ## target/doc (the crates) and target/man (the pages of ms)
	cargo doc --workspace --no-deps
	cargo run --quiet --package ms-cli -- man target/man
