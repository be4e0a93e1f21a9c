#!/usr/bin/env bash
# setup_certs.sh DIR [--ca DIR] [--days N] [NAME...]: the certificates of a Docker engine that is reached over TLS.
#
# Writes into DIR, which is made when it is not there:
#
#   ca.pem ca-key.pem                who signs the others; with --ca the authority in that DIR does, and is copied
#   server-cert.pem server-key.pem   the engine's, for the names and addresses NAME..., or when none is given for this
#                                    machine's names, localhost and 127.0.0.1
#   client-cert.pem client-key.pem   of those who may use the engine: whoever has this key controls the engine's host
#
# Keys can be read by their owner alone. An authority lasts 3650 days, the others N days (825 when not given).
# Never overwrites a file: to renew certificates, or for another engine, name another DIR, and this one with --ca.
usage() { sed -n '2,/^[^#]/s/^#\( \|$\)//p' "$0"; }

target='' authority='' days=825 names=()
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage && exit 0 ;;
        --ca) authority=$(realpath -m -- "${2:-}") && shift ;;
        --days) days=${2:-} && shift ;;
        -*) usage >&2 && exit 2 ;;
        *) if [ -z "$target" ]; then target=$(realpath -m -- "$1"); else names+=("$1"); fi ;;
    esac
    shift
done
[ -n "$target" ] || { usage >&2 && exit 2; }

. "$(dirname "$0")/lib.sh"
[[ $days =~ ^[1-9][0-9]{0,4}$ ]] || die "--days $days: expected a number of days"
need openssl openssl

[ ${#names[@]} -gt 0 ] || mapfile -t names < <({
    uname -n
    hostname -f 2>/dev/null || true
    printf '%s\n' localhost 127.0.0.1
} | sort -u)

alternatives=''
for name in "${names[@]}"; do
    kind=DNS
    [[ $name =~ ^([0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$ ]] && kind=IP
    [[ $name =~ ^[A-Za-z0-9.:_*-]+$ ]] || die "$name: expected a host's name or address"
    alternatives+=${alternatives:+,}$kind:$name
done

files=(server-cert.pem server-key.pem client-cert.pem client-key.pem ca.pem ca-key.pem)
for file in "${files[@]}"; do
    [ ! -e "$target/$file" ] || die "$target/$file is there already, and nothing is ever overwritten"
done
mkdir -p "$target"
# All six or none: they are made beside their places.
work=$(mktemp -d "$target/.setup_certs.XXXXXX")
trap 'rm -rf "$work"' EXIT
umask 077

# quietly COMMAND...: says what it said only when it fails.
quietly() {
    "$@" >"$work/said" 2>&1 || die "$* failed: $(cat "$work/said")"
}

key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
if [ -n "$authority" ]; then
    quietly cp "$authority/ca.pem" "$authority/ca-key.pem" "$work"
else
    # A name of its own: of two authorities with one name, clients say that the signature is wrong, not the authority.
    quietly openssl req -x509 "${key[@]}" -days 3650 -subj "/CN=Docker engines $(openssl rand -hex 4)" \
        -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -keyout "$work/ca-key.pem" -out "$work/ca.pem"
fi

# sign WHO USAGE [EXTENSION]: a key and its certificate.
sign() {
    printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
        "extendedKeyUsage=$2" "${@:3}" >"$work/extensions"
    quietly openssl req -new "${key[@]}" -subj "/CN=$1" -keyout "$work/$1-key.pem" -out "$work/request"
    quietly openssl x509 -req -in "$work/request" -CA "$work/ca.pem" -CAkey "$work/ca-key.pem" -CAcreateserial \
        -days "$days" -extfile "$work/extensions" -out "$work/$1-cert.pem"
}
sign server serverAuth "subjectAltName=$alternatives"
sign client clientAuth

chmod 0644 "$work"/*-cert.pem "$work/ca.pem"
for file in "${files[@]}"; do
    mv "$work/$file" "$target/$file"
done
printf '%s: %s\n' "$target" "${files[*]}"
printf 'The server is %s. Keep ca-key.pem where neither engines nor clients are.\n' "$alternatives"
