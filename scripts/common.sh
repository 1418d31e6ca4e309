# shellcheck shell=bash
# Sourced by the scripts beside it.
set -euo pipefail
[ "${BASH_VERSINFO[0]}" -ge 5 ] || { echo "bash 5 is needed, and this is $BASH_VERSION; on a Mac: brew install bash" >&2; exit 1; }
shopt -s inherit_errexit

# shellcheck disable=SC2034 # for the scripts that source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dry_run=false

# For what may not outlast the script, however it ends; the owner alone reads it.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { echo "$*" >&2; }

# Ends the script: what went wrong, and what to do about it.
fail() { say "${0##*/}: $1"; exit 1; }

# A wrong command line.
misuse() { say "${0##*/}: $1"; usage >&2; exit 2; }

# A program, not one of our functions. $1: its name, $2: where to get it
need() { type -P "$1" >/dev/null || fail "$1 is needed: $2"; }

# Runs a command that changes something; a dry run prints it instead.
change() {
  if $dry_run; then
    [ "$1" != az ] || set -- "$@" ${subscription:+--subscription "$subscription"}
    printf '+'
    printf ' %q' "$@"
    printf '\n'
  else
    "$@"
  fi
}

# Every call names the subscription: az's own default may be another one, and is never changed. docs/adr/0061.
subscription=${AZURE_SUBSCRIPTION_ID:-}
az() { command az "$@" ${subscription:+--subscription "$subscription"}; }

# Asks Azure something and prints the answer, nothing if there is none. In a dry run there is nothing yet.
ask() {
  local answer
  $dry_run && return 0
  answer=$(az "$@" --output tsv) || return
  [ "$answer" = None ] || printf '%s' "$answer"
}

# Sets subscription. A token is asked for: az account show reads a file alone, and would let an expired login pass until something is half made.
need_azure() {
  local answer errors
  $dry_run && return 0
  need az "https://learn.microsoft.com/cli/azure/install-azure-cli"
  errors=$scratch/login
  if ! answer=$(az account get-access-token --query subscription --output tsv 2>"$errors"); then
    answer=$(<"$errors")
    say "$answer"
    if [[ $answer =~ AADSTS[0-9]+|"az login" ]]; then fail "nobody is logged in, or the login's time is over; run: az login"; fi
    fail "az does not know subscription ${subscription:-(its default)}; see: az account list --output table; log in where it is: az login --tenant TENANT"
  fi
  subscription=$answer
}

# How Azure's services say that a role is missing, or does not count yet.
refusal='Forbidden|AuthorizationPermissionMismatch|AuthorizationFail|[Uu]nauthorized|UNAUTHORIZED|required permissions|[Dd]enied'
role_attempts=${RILL_ROLE_ATTEMPTS:-20}
advice="set AZURE_PRINCIPAL_ID to the object id of who runs this, and run it again."

# Says that something refuses, and waits until it is time to try again; ends the script after the last time. A role takes minutes until it counts.
# $1: what refuses, $2: the role that it takes, $3: how often it has refused
await_role() {
  [ "$3" -lt "$role_attempts" ] ||
    fail "$1 refuses us; the message is above. It takes the role $2: $advice"
  say "$1 does not let us in yet; trying again ..."
  sleep "${RILL_ROLE_PAUSE:-15}"
}

# Runs a command again while Azure refuses it. Whatever else fails is printed, kept in last_message, and given back.
# $1: what refuses, $2: the role that it takes; then the command
patiently() {
  local what=$1 role=$2 refused=0 status errors
  shift 2
  errors=$scratch/errors
  while true; do
    status=0
    "$@" 2>"$errors" || status=$?
    if [ "$status" -eq 0 ] || ! grep -Eq "$refusal" "$errors"; then break; fi
    refused=$((refused + 1))
    [ "$refused" -lt "$role_attempts" ] || cat "$errors" >&2
    await_role "$what" "$role" "$refused"
  done
  # shellcheck disable=SC2034 # for the scripts that source this
  last_message=$(<"$errors")
  [ -z "$last_message" ] || say "$last_message"
  return "$status"
}

check_name() {
  [[ $1 =~ ^[a-z0-9][a-z0-9-]{0,19}$ ]] || misuse "--environment takes up to twenty lower-case letters, digits and hyphens, not: $1"
}

# The container app of an environment, by its tag; nothing before the first deployment. $1: environment
find_app() {
  ask resource list --resource-group "rg-$1" --resource-type Microsoft.App/containerApps \
    --query "[?tags.\"azd-service-name\"=='api'].name | [0]"
}

# How the last deployment of an environment ended, nothing if there was none. $1: environment
state_of_deployment() {
  ask deployment sub show --name "rill-$1" --query properties.provisioningState 2>/dev/null || true
}

# Reads the outputs of the last deployment into outputs, by one call; in a dry run each is its own name. $1: environment
declare -A outputs=()
load_outputs() {
  local rows names values i
  $dry_run && return 0
  rows=$(ask deployment sub show --name "rill-$1" --query "properties.outputs.[keys(@), values(@)[].value]") || rows=""
  [ -n "$rows" ] ||
    fail "environment $1 has no outputs: it was not deployed to subscription $subscription, or its last deployment failed. Run: scripts/deploy.sh --environment $1 --location REGION"
  mapfile -t -d $'\t' names < <(printf '%s' "${rows%%$'\n'*}") # read would take two tabs, around an empty value, for one
  mapfile -t -d $'\t' values < <(printf '%s' "${rows#*$'\n'}")
  # Azure does not keep the letters' case of outputs' names: AZURE_LOCATION comes as azurE_LOCATION. https://github.com/Azure/bicep/issues/9360
  for i in "${!names[@]}"; do outputs[${names[i]^^}]=${values[i]-}; done
}

# An output that load_outputs has read. $1: its name
output() {
  if $dry_run; then echo "$1"; else echo "${outputs[$1]-}"; fi
}

# A property of the app. $1: environment, $2: app, $3: query
property_of() {
  ask resource show --resource-group "rg-$1" --resource-type Microsoft.App/containerApps --name "$2" --api-version 2026-07-01 --query "$3"
}

# Waits until the newest revision of an app serves. $1: environment, $2: app
wait_until_ready() {
  local attempt latest ready
  $dry_run && return 0
  say "Waiting until the newest revision is ready ..."
  for ((attempt = 0; attempt < ${RILL_READY_ATTEMPTS:-90}; attempt++)); do
    latest=$(property_of "$1" "$2" properties.latestRevisionName)
    ready=$(property_of "$1" "$2" properties.latestReadyRevisionName)
    if [ -n "$latest" ] && [ "$latest" = "$ready" ]; then
      say "Revision $latest is ready."
      return 0
    fi
    sleep "${RILL_READY_PAUSE:-10}"
  done
  say "See why:  az containerapp logs show --name $2 --resource-group rg-$1 --type system"
  say "Go back:  scripts/rollback.sh --environment $1"
  fail "revision $latest did not get ready. If the quota is one GPU, the running revision holds it: run this again with --stop-first."
}

# Gives back the GPU that the running revisions hold, and waits until it is free: a quota of one has no room for the old and the new one.
# The endpoint answers nothing until the next revision is ready. $1: environment, $2: app
stop_running() {
  local revisions revision attempt replicas
  $dry_run && return 0
  revisions=$(ask containerapp revision list --name "$2" --resource-group "rg-$1" --query "[?properties.active].name")
  for revision in $revisions; do
    say "Stopping revision $revision; back again: az containerapp revision activate --name $2 --resource-group rg-$1 --revision $revision"
    change az containerapp revision deactivate --name "$2" --resource-group "rg-$1" --revision "$revision" --output none
  done
  for revision in $revisions; do
    for ((attempt = 0; attempt < ${RILL_READY_ATTEMPTS:-90}; attempt++)); do
      replicas=$(ask containerapp revision show --name "$2" --resource-group "rg-$1" --revision "$revision" --query properties.replicas)
      [ "${replicas:-0}" != 0 ] || continue 2
      sleep "${RILL_READY_PAUSE:-10}"
    done
    fail "revision $revision did not give its $replicas replicas back; see: az containerapp replica list --name $2 --resource-group rg-$1 --revision $revision"
  done
}
