#!/usr/bin/env bash
# Holds the dependency rules of docs/architecture.md: which crates of ours a crate may use; and that nobody
# declares a library that they do not use. Both from cargo's own view of the workspace.
. "$(dirname "$0")/lib.sh"

# Everybody's rule in one place: crate, and what it may use of ours.
components='asg-controller health-manager workers host-agent'
shared='domain api store bus cache engine telemetry config'
declare -A may_use=(
    [domain]=''
    [planner]='domain'
    [api]='domain'
    [store]='domain test-servers'
    [bus]='domain test-servers'
    [cache]='domain test-servers'
    [samples]='domain'
    [sources]='domain config test-servers'
    [engine]='domain test-servers'
    [config]='domain'
    [telemetry]=''
    [ms-cli]='api'
    [asg-controller]='domain planner sources api store bus cache telemetry config test-servers'
    [health-manager]='domain planner store bus cache samples sources telemetry config test-servers'
    [workers]='domain engine store bus telemetry config'
    [host-agent]='domain engine store bus telemetry config'
    [supervisor]="domain store bus cache engine telemetry config $components"
    [scenarios]="planner samples supervisor test-servers ms-cli $shared $components"
    [test-servers]=''
    [demo-web]=''
)

# Libraries that are declared for what they bring along and never named: "crate library".
unnamed=()

# Lines "member directory dependency library" of every direct dependency, tests' and build scripts' included.
edges() {
    cargo tree --workspace --all-features --no-dedupe --depth 1 --prefix depth --edges normal,build,dev --format ' {p} {lib}' |
        awk '$1 == 0 { member = $2; match($0, /\(\/[^)]*\)/); directory = substr($0, RSTART + 1, RLENGTH - 2) }
             $1 == 1 { print member, directory, $2, $NF == "(*)" ? $(NF - 1) : $NF }' | sort -u
}

# names DIRECTORY LIBRARY: whether the code of a crate, comments apart, names a library.
names() {
    # Read to the end: who stops at the first find breaks the pipe of who searches, which would count as not found.
    local found
    found=$(grep --recursive --include='*.rs' --no-filename --extended-regexp "\\b$2(::|;| as )" "$1" |
        grep --invert-match --extended-regexp '^ *//' || true)
    [ -n "$found" ]
}

failed=0
fault() {
    echo "  $*"
    failed=1
}

say "dependencies"
edges=$(edges)
while read -r member directory dependency library; do
    if [ -z "${may_use[$member]+known}" ]; then
        fault "$member: say in scripts/deps.sh what it may use"
    elif [ -n "${may_use[$dependency]+ours}" ] && [[ " ${may_use[$member]} " != *" $dependency "* ]]; then
        fault "$member may not use $dependency"
    fi
    if [[ " ${unnamed[*]} " != *" $member $dependency "* ]] && ! names "$directory" "$library"; then
        fault "$member declares $dependency and does not use it"
    fi
done <<<"$edges"

while read -r dependency; do
    grep --quiet --extended-regexp "^$dependency(\.workspace| = \{.*workspace)" ./*/Cargo.toml ./*/*/Cargo.toml ||
        fault "Cargo.toml declares $dependency and no crate uses it"
done < <(sed -n '/^\[workspace.dependencies\]/,/^\[profile/ s/^\([a-z][a-z0-9_-]*\) = .*/\1/p' Cargo.toml)

[ $failed = 0 ] || die "dependencies: see above"
echo "$(wc -l <<<"$edges") direct dependencies, all allowed and used"
