# shellcheck shell=bash
# Sourced by the scripts beside it.
set -euo pipefail
shopt -s inherit_errexit

# shellcheck disable=SC2034 # for the scripts that source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dry_run=false

say() { echo "$*" >&2; }

# Ends the script: what went wrong, and what to do about it.
fail() { say "${0##*/}: $1"; exit 1; }

# A wrong command line.
misuse() { say "${0##*/}: $1"; usage >&2; exit 2; }

need() { command -v "$1" >/dev/null || fail "$1 is needed: $2"; }

# Runs a command that changes something; a dry run prints it instead.
change() {
  if $dry_run; then
    printf '+'
    printf ' %q' "$@"
    printf '\n'
  else
    "$@"
  fi
}

# Asks Azure something and prints the answer, nothing if there is none. In a dry run there is nothing yet.
ask() {
  local answer
  $dry_run && return 0
  answer=$(az "$@" --output tsv) || return
  [ "$answer" = None ] || printf '%s' "$answer"
}

need_azure() {
  $dry_run && return 0
  need az "https://learn.microsoft.com/cli/azure/install-azure-cli"
  az account show --output none 2>/dev/null || fail "nobody is logged in; run: az login"
}

check_name() {
  [[ $1 =~ ^[a-z0-9][a-z0-9-]{0,19}$ ]] || misuse "--environment takes up to twenty lower-case letters, digits and hyphens."
}

# The container app of an environment, by its tag; nothing before the first deployment. $1: environment
find_app() {
  ask resource list --resource-group "rg-$1" --resource-type Microsoft.App/containerApps \
    --query "[?tags.\"azd-service-name\"=='api'].name | [0]"
}

# An output of the last deployment; in a dry run its name stands for it. To be assigned to a variable: an argument would hide a failure.
# $1: environment, $2: the output's name
output_of() {
  local value=""
  if $dry_run; then echo "$2"; return; fi
  value=$(ask deployment sub show --name "rill-$1" --query "properties.outputs.$2.value") || value=""
  [ -n "$value" ] || fail "environment $1 has no output $2; deploy it first: scripts/deploy.sh --environment $1 --location REGION"
  echo "$value"
}

# Waits until the newest revision of an app serves. $1: environment, $2: app
wait_until_ready() {
  local attempt latest ready
  $dry_run && return 0
  say "Waiting until the newest revision is ready ..."
  for ((attempt = 0; attempt < ${RILL_READY_ATTEMPTS:-90}; attempt++)); do
    latest=$(ask resource show --resource-group "rg-$1" --resource-type Microsoft.App/containerApps --name "$2" --query properties.latestRevisionName)
    ready=$(ask resource show --resource-group "rg-$1" --resource-type Microsoft.App/containerApps --name "$2" --query properties.latestReadyRevisionName)
    if [ -n "$latest" ] && [ "$latest" = "$ready" ]; then
      say "Revision $latest is ready."
      return 0
    fi
    sleep "${RILL_READY_PAUSE:-10}"
  done
  fail "revision $latest did not get ready; see why: az containerapp logs show --name $2 --resource-group rg-$1 --type system; go back: scripts/rollback.sh --environment $1"
}
