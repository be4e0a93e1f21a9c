#!/usr/bin/env bash
# Builds the demo's web server as a static binary and makes an image of it that holds nothing else.
#   image.sh         both; DEMO_IMAGE gives the image another name
#   image.sh build   the binary alone
. "$(dirname "$0")/lib.sh"
need_rust

say "building the demo's web server"
target=$(rustc --version --verbose | sed -n 's/^host: //p')
# With --target the flags concern the program alone, not the build scripts of its libraries.
flags=CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$target")_RUSTFLAGS
env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS "$flags=-C target-feature=+crt-static" \
    cargo build --release --package demo-web --target "$target"
[ "${1:-}" != build ] || exit 0

directory=${CARGO_TARGET_DIR:-target}/$target/release
digest=$(sha256sum <"$directory/demo-web" | cut -d ' ' -f 1)
if [ "$(docker image inspect --format "{{index .Config.Labels \"$demo_image\"}}" "$demo_image" 2>/dev/null)" = "$digest" ]; then
    echo "the image $demo_image is there already"
    exit 0
fi
say "making the image $demo_image from scratch"
# Imported, not built: a builder leaves its cache behind, or is a plug-in that is not there.
# No HEALTHCHECK: Docker asks for the first time after a whole interval, and an instance with a health check is in
# service only once it passed, so that every replacement would take that much longer. (Engines from 25.0 on have
# --start-interval. An image that wants a check can use the program's --check: there is no curl in here.)
# The label says of which binary, and is how images of earlier builds are found, which lost their name to this one.
tar --create --directory "$directory" --owner 0 --group 0 demo-web |
    docker import --change 'EXPOSE 8080' --change 'ENTRYPOINT ["/demo-web"]' --change "LABEL $demo_image=$digest" - "$demo_image"
docker images --quiet --filter "label=$demo_image" --filter dangling=true |
    xargs --no-run-if-empty docker image rm >/dev/null 2>&1 || true # what is in use stays, for down.sh
