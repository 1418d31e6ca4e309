#!/usr/bin/env bash
# Prints what a deployment says of itself: names, addresses, the image. None of it is a secret.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/outputs.sh --environment NAME [OUTPUT]
  --environment NAME     name of the deployment (or AZURE_ENV_NAME)
  OUTPUT                 prints that output's value alone, e.g. SERVICE_API_URI; default: all, as NAME=value
TEXT
}

environment=${AZURE_ENV_NAME:-} wanted=""
while [ $# -gt 0 ]; do
  case "$1" in
    --environment) [ -n "${2-}" ] || misuse "$1 needs a value."; environment=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    -*) misuse "$1 is unknown." ;;
    *) [ -z "$wanted" ] || misuse "one output at a time."; wanted=$1; shift ;;
  esac
done
[ -n "$environment" ] || misuse "--environment is needed."
check_name "$environment"
need_azure

load_outputs "$environment"
if [ -z "$wanted" ]; then
  for name in "${!outputs[@]}"; do echo "$name=${outputs[$name]}"; done | LC_ALL=C sort
else
  [ -n "${outputs[$wanted]+present}" ] || fail "environment $environment has no output $wanted; see: scripts/outputs.sh --environment $environment"
  output "$wanted"
fi
