#!/usr/bin/env bash
# Everything that can be judged without running it: scripts, format, dependency rules, clippy.
. "$(dirname "$0")/lib.sh"
need_rust
need shellcheck shellcheck

say "shellcheck"
shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
say "rustfmt"
cargo fmt --all --check
scripts/deps.sh
say "clippy"
cargo clippy --workspace --all-targets --all-features -- --deny warnings
