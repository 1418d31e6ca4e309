#!/usr/bin/env bash
# Builds the image of this checkout into the deployment's registry, unless it is there.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/build-image.sh --environment NAME [options]
  --environment NAME       name of the deployment (or AZURE_ENV_NAME)
  --gpu none|t4|a100       none builds the image without CUDA (or RILL_GPU; default t4)
  --build registry|local   where: in the registry, which needs nothing here, or by docker on this machine, for subscriptions whose
                           registries build nothing: students', free trials (or RILL_BUILD; default registry)
  --artifact-streaming     lets replicas start before the image has arrived whole (preview; Premium registry)
  --outputs FILE           appends image=REGISTRY/NAME:TAG to FILE
  --dry-run                prints the commands
TEXT
}

environment=${AZURE_ENV_NAME:-} gpu=${RILL_GPU:-t4} build=${RILL_BUILD:-registry} streaming=false outputs_file=""
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --gpu | --build | --outputs) [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    -h | --help) usage; exit 0 ;;
    --environment) environment=$2; shift 2 ;;
    --gpu) gpu=$2; shift 2 ;;
    --build) build=$2; shift 2 ;;
    --artifact-streaming) streaming=true; shift ;;
    --outputs) outputs_file=$2; shift 2 ;;
    --dry-run) dry_run=true; shift ;;
    *) misuse "$1 is unknown." ;;
  esac
done
[ -n "$environment" ] || misuse "--environment is needed."
check_name "$environment"
[[ $gpu =~ ^(none|t4|a100)$ ]] || misuse "--gpu takes none, t4 or a100."
[[ $build =~ ^(registry|local)$ ]] || misuse "--build takes registry or local."
cd "$root"
need_azure

backend=cuda
[ "$gpu" != none ] || backend=cpu
load_outputs "$environment"
registry=$(output AZURE_CONTAINER_REGISTRY_NAME)
server=$(output AZURE_CONTAINER_REGISTRY_ENDPOINT)
tag=$("$root/scripts/image-tag.sh" --backend "$backend")
image=rill:$tag

# The repository is looked for first: a registry that has none answers a question for its tags with an error.
is_there() {
  local found
  found=$(patiently "registry $registry" AcrPush ask acr repository list --name "$registry" --query "[?@=='rill'] | [0]") || exit
  [ -n "$found" ] || return 1
  found=$(patiently "registry $registry" AcrPush ask acr repository show-tags --name "$registry" --repository rill --query "[?@=='$tag'] | [0]") || exit
  [ -n "$found" ]
}

build_in_registry() {
  local refused=0
  say "Building $image in the registry; the first time takes a good while (docs/image.md) ..."
  set -- az acr build --registry "$registry" --image "$image" --file FunctionApp/Dockerfile --build-arg "TORCH_BACKEND=$backend" \
    --platform linux/amd64 --timeout 7200 .
  if $dry_run; then change "$@"; return; fi
  until "$@" 2>&1 | tee "$log" >&2; do
    ! grep -q TasksOperationsNotAllowed "$log" ||
      fail "this subscription's registries build nothing, as students' and free trials' do not. With docker on this machine: --build local (or RILL_BUILD=local). Without: --image REF, an image that somebody else built."
    grep -q AuthorizationFailed "$log" || fail "the image was not built; the log is above."
    refused=$((refused + 1))
    await_role "registry $registry" "Container Registry Tasks Contributor" "$refused"
  done
}

build_here() {
  need docker "https://docs.docker.com/engine/install, or build in the registry: --build registry"
  say "Building $image by docker, and pushing it ..."
  change docker build --file FunctionApp/Dockerfile --build-arg "TORCH_BACKEND=$backend" --platform linux/amd64 --tag "$server/$image" . ||
    fail "the image was not built; the log is above. Does docker run? See: docker info"
  patiently "registry $registry" AcrPush change az acr login --name "$registry" --output none
  patiently "registry $registry" AcrPush change docker push "$server/$image" || fail "the image was not pushed; the message is above."
}

log=$scratch/build
if $dry_run || ! is_there; then
  if [ "$build" = local ]; then build_here; else build_in_registry; fi
  # A tag names one image for ever: replicas pull by tag, since streaming does not work by digest.
  patiently "registry $registry" AcrPush change az acr repository update --name "$registry" --image "$image" --write-enabled false --output none
  if $streaming; then
    change az acr artifact-streaming create --name "$registry" --image "$image" || say "Note: no artifact streaming; the app starts without it."
  fi
fi
[ -z "$outputs_file" ] || echo "image=$server/$image" >>"$outputs_file"
say "Image: $server/$image"
