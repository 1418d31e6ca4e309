#!/usr/bin/env bash
# Starts an image on this machine's CPU, smokes it, and stops it: the Functions host, the user and the port that the image sets.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/try-image.sh [--seconds N] IMAGE
  IMAGE        e.g. rill:cpu, as docker build --build-arg TORCH_BACKEND=cpu --tag rill:cpu makes it
  --seconds N  most seconds until the first token, and from SIGTERM to the end (default 120)
Needs docker, bash 5 and curl. Exit code 0 when it streams and ends by itself; else the container's log is printed.
TEXT
}

seconds=120 image=""
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --seconds) [[ ${2-} =~ ^[1-9][0-9]{0,4}$ ]] || misuse "$1 needs a number."; seconds=$2; shift 2 ;;
    -*) misuse "$1 is unknown." ;;
    *) image=$1; shift ;;
  esac
done
[ -n "$image" ] || misuse "an image is needed."
need docker "https://docs.docker.com/engine/install"

# The key goes into the container from our environment, never on a command line.
RILL_API_KEY=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export RILL_API_KEY Rill__ApiKeys__0=$RILL_API_KEY

container=""
finish() {
  local status=$?
  rm -rf "$scratch"
  [ -n "$container" ] || return 0
  [ "$status" -eq 0 ] || docker logs "$container" >&2 || true
  docker rm --force "$container" >/dev/null || true
}
trap finish EXIT

# On Azure the host keeps its own keys in the storage account; here there is none.
container=$(docker run --detach --publish 127.0.0.1::8080 --env Rill__ApiKeys__0 --env Rill__Device=cpu --env AzureWebJobsSecretStorageType=files "$image")
address=$(docker port "$container" 8080/tcp | head -n 1)
[ -n "$address" ] || fail "the container has ended at once, or listens elsewhere than on 8080."
"$root/scripts/smoke.sh" --url "http://$address" --cold-seconds "$seconds" --warm-seconds 60 --gap-seconds 60 --long-seconds 0

# 137 is SIGKILL's: the signal did not reach the host and the worker, or they did not end.
docker stop --time "$seconds" "$container" >/dev/null
code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
[ "$code" != 137 ] || fail "it had to be killed $seconds s after SIGTERM."
say "ok   ended by SIGTERM with exit code $code"
