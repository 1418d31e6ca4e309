#!/usr/bin/env bash
# Deploys Rill: foundation, API key, image, app. Each step is done only where it is missing, so that it can be run again at any time.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/deploy.sh --environment NAME --location REGION [options]
  --environment NAME       name of the deployment, part of every name (or AZURE_ENV_NAME)
  --location REGION        Azure region, by its short name; one with the GPU, if there is one (or AZURE_LOCATION)
  --gpu none|t4|a100       GPU of a replica; none runs small models on processors, anywhere and without quota
                           (or RILL_GPU; default: what the deployment has, t4 for a new one)
  --model MODEL            hf://ORG/NAME[@REV], https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH, or a path in the deployment's own
                           container, as scripts/upload-model.sh makes it; '' for rill-mini, which is in the image
                           (or RILL_MODEL; default: what the deployment has)
  --image REF              image to deploy, REGISTRY/NAME:TAG; default: that of this checkout, built by scripts/build-image.sh where missing
  --build registry|local   where it is built; local takes docker (or RILL_BUILD; default registry)
  --http-concurrency N     own scale rule: one replica for N requests at once; 0 gives the rules back to the platform
                           (or RILL_HTTP_CONCURRENCY; default: what the app has)
  --stop-first             stops the running revision before the new one starts, for a quota of one GPU: no answers meanwhile (or RILL_STOP_FIRST=true)
  --deleted-vault WHAT     what to do about a deleted vault that holds our vault's name: recover it with its key, or purge it (or RILL_DELETED_VAULT)
  --artifact-streaming     lets replicas start before the image has arrived whole (preview; Premium registry)
  --outputs FILE           appends image=..., app=... and url=... to FILE (in a workflow: "$GITHUB_OUTPUT")
  --check                  checks login, region and names, does what --deleted-vault says, and ends before anything else is made
  --foundation-only        stops before the image and the app
  --what-if                shows what would change, and changes nothing
  --dry-run                prints the commands of a first deployment; needs no login
  AZURE_SUBSCRIPTION_ID names the subscription; default: az's. More settings as environment variables: docs/deploy.md.
TEXT
}

environment=${AZURE_ENV_NAME:-} location=${AZURE_LOCATION:-}
gpu=${RILL_GPU:-}
image="" build=${RILL_BUILD:-registry} concurrency=${RILL_HTTP_CONCURRENCY:-} stop_first=${RILL_STOP_FIRST:-false} deleted_vault=${RILL_DELETED_VAULT:-}
image_options=() outputs_file="" what_if=false foundation_only=false check_only=false
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --location | --gpu | --image | --build | --http-concurrency | --deleted-vault | --outputs)
      [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    --model) [ $# -ge 2 ] || misuse "$1 needs a value." ;;&
    -h | --help) usage; exit 0 ;;
    --environment) environment=$2; shift 2 ;;
    --location) location=$2; shift 2 ;;
    --gpu) gpu=$2; shift 2 ;;
    --model) RILL_MODEL=$2; shift 2 ;;
    --image) image=$2; shift 2 ;;
    --build) build=$2; shift 2 ;;
    --http-concurrency) concurrency=$2; shift 2 ;;
    --stop-first) stop_first=true; shift ;;
    --deleted-vault) deleted_vault=$2; shift 2 ;;
    --artifact-streaming) image_options+=(--artifact-streaming); shift ;;
    --outputs) outputs_file=$2; shift 2 ;;
    --check) check_only=true; shift ;;
    --foundation-only) foundation_only=true; shift ;;
    --what-if) what_if=true; shift ;;
    --dry-run) dry_run=true; image_options+=(--dry-run); shift ;;
    *) misuse "$1 is unknown." ;;
  esac
done
[ -n "$environment" ] || misuse "--environment is needed."
[ -n "$location" ] || misuse "--location is needed."
check_name "$environment"
[[ $location =~ ^[a-z0-9]+$ ]] || misuse "--location takes a region's short name, e.g. swedencentral, not: $location"
[[ $gpu =~ ^(|none|t4|a100)$ ]] || misuse "--gpu takes none, t4 or a100."
[[ $build =~ ^(registry|local)$ ]] || misuse "--build takes registry or local."
[[ $concurrency =~ ^[0-9]{0,4}$ ]] || misuse "--http-concurrency takes a number."
[[ $stop_first =~ ^(true|false)$ ]] || misuse "RILL_STOP_FIRST takes true or false."
[[ $deleted_vault =~ ^(|recover|purge)$ ]] || misuse "--deleted-vault takes recover or purge."
[[ -z $image || $image =~ ^[^@]+:[^:/@]+$ && $image != *:latest ]] || misuse "--image takes a reference with a tag of its own: no digest, not latest."
export AZURE_ENV_NAME=$environment AZURE_LOCATION=$location
cd "$root"
need_azure

group=rg-$environment
# shellcheck source=scripts/deploy-checks.sh
source "$root/scripts/deploy-checks.sh"

# Whoever runs this may then push images, upload models and set keys. In CI the two variables are set.
name_deployer() {
  [ -z "${AZURE_PRINCIPAL_ID:-}" ] || return 0
  AZURE_PRINCIPAL_ID=$(ask ad signed-in-user show --query id 2>/dev/null) || AZURE_PRINCIPAL_ID=""
  [ -n "$AZURE_PRINCIPAL_ID" ] || $dry_run ||
    say "Note: no user is signed in, and AZURE_PRINCIPAL_ID is not set; the deployer gets no roles from this deployment."
  export AZURE_PRINCIPAL_ID
}

# A budget keeps the month in which it began.
keep_budget_start() {
  local start
  start=$(ask resource show --resource-group "$group" --resource-type Microsoft.Consumption/budgets --name "budget-$environment" \
    --query properties.timePeriod.startDate 2>/dev/null) || start=""
  export RILL_BUDGET_START=${start%%T*}
}

# $1: image, or nothing for the foundation
deploy_template() {
  local status=0
  export SERVICE_API_IMAGE_NAME=$1
  # The app's identity reads the key when a revision is made, by a role that may be minutes old.
  refusal='[Uu]nable to get value using Managed [Ii]dentity' advice="the deployment gives it; wait some minutes, and run this again." \
    patiently "the vault (for the app's identity)" "Key Vault Secrets User" \
    change az deployment sub create --name "rill-$environment" --location "$location" --parameters infra/main.bicepparam --output none || status=$?
  if [ "$status" -ne 0 ] && [ -n "$own_rule" ] && [[ $last_message == *FunctionAppCannotSetScaleRules* ]]; then
    say "The app has a scale rule of its own, which the template does not name; giving it back for the deployment ..."
    give_rules_back
    own_rule="" status=0
    deploy_template "$1"
  fi
  [ "$status" -eq 0 ] ||
    fail "the deployment failed; what is made stays, and running this again goes on from there. See why: az deployment operation sub list --name rill-$environment --query \"[?properties.provisioningState=='Failed']\""
}

# The first API key. It never stands on a command line or in a log.
ensure_key() {
  local vault=$1 found key_file failed=false
  found=$(patiently "vault $vault" "Key Vault Secrets Officer" ask keyvault secret list --vault-name "$vault" --query "[?name=='api-key'].name | [0]") || exit
  [ -z "$found" ] || return 0
  say "Making the first API key ..."
  key_file=$scratch/key
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$key_file"
  patiently "vault $vault" "Key Vault Secrets Officer" \
    change az keyvault secret set --vault-name "$vault" --name api-key --file "$key_file" --encoding utf-8 --output none || failed=true
  rm -f "$key_file"
  ! $failed || fail "vault $vault did not take the key; the message is above."
}

# A model of the deployment's own container has to be there, or the app would not start.
check_model() {
  local account count
  [[ -n $RILL_MODEL && $RILL_MODEL != *://* ]] || return 0
  account=$(output MODEL_STORAGE_ACCOUNT)
  count=$(patiently "storage account $account" "Storage Blob Data Contributor" ask storage blob list --account-name "$account" \
    --container-name models --prefix "$RILL_MODEL/" --num-results 1 --auth-mode login --query "length(@)") || exit
  [ "${count:-0}" != 0 ] || $dry_run ||
    fail "there is no model $RILL_MODEL in $account; upload it, then run this again: scripts/upload-model.sh --environment $environment --name $RILL_MODEL DIRECTORY"
}

# Sets image to that of this checkout.
ensure_image() {
  local result
  result=$scratch/image
  AZURE_SUBSCRIPTION_ID=$subscription "$root/scripts/build-image.sh" --environment "$environment" --gpu "$RILL_GPU" --build "$build" \
    --outputs "$result" "${image_options[@]}" || exit
  image=$(sed -n 's/^image=//p' "$result")
}

# $1: app, $2: body
patch_app() {
  change az rest --method PATCH --headers Content-Type=application/json --body "$2" --output none --url \
    "/subscriptions/${subscription:-SUBSCRIPTION}/resourceGroups/$group/providers/Microsoft.App/containerApps/$1?api-version=2026-07-01"
}

give_rules_back() { patch_app "$app" '{"properties":{"template":{"scale":{"allowScalingRuleOverride":false,"rules":[]}}}}'; }

# The platform takes own scale rules of a function app by PATCH only, and forgets them with each deployment, or refuses it because of them:
# what the app has is looked up before it, and set again after it. docs/adr/0024.
own_rule=""
keep_scale_rule() {
  [ -n "$app" ] || return 0
  own_rule=$(property_of "$environment" "$app" \
    "[properties.template.scale][?allowScalingRuleOverride].rules[] | [?name=='http'].http.metadata.concurrentRequests | [0]")
  [ -n "$own_rule" ] || return 0
  if [ "$concurrency" = 0 ]; then give_rules_back; fi
  concurrency=${concurrency:-$own_rule}
}

set_scale_rule() {
  [ "${concurrency:-0}" -gt 0 ] || return 0
  patch_app "$app" "$(sed "s/HTTP_CONCURRENCY/$concurrency/" infra/scale-override.json | tr -d '\n')"
}

# A deployment that changes nothing makes no revision, and would leave the one asleep that was stopped for it.
start_newest() {
  local newest active
  $stop_first && ! $dry_run || return 0
  newest=$(property_of "$environment" "$app" properties.latestRevisionName)
  active=$(ask containerapp revision list --name "$app" --resource-group "$group" --query "[?name=='$newest' && properties.active].name | [0]")
  [ -n "$active" ] || change az containerapp revision activate --name "$app" --resource-group "$group" --revision "$newest" --output none
}

name_deployer
app=$(find_app "$environment" 2>/dev/null) || app=""
keep_choices
check_region
[ -n "$app" ] || $what_if || settle_deleted_vault
if $check_only; then say "Checked: $environment in $location, subscription $subscription."; exit; fi
keep_budget_start

if $what_if; then
  running=$image
  [ -n "$running" ] || [ -z "$app" ] || running=$(property_of "$environment" "$app" "properties.template.containers[0].image")
  # Checked as a reader may check it, so that a pull request's identity needs no right to deploy.
  SERVICE_API_IMAGE_NAME=$running change az deployment sub what-if --name "rill-$environment" --location "$location" \
    --parameters infra/main.bicepparam --validation-level ProviderNoRbac
  exit
fi

# A deployment that failed has no outputs, though the app may be there.
if [ -z "$app" ] || $foundation_only || [ "$(state_of_deployment "$environment")" != Succeeded ]; then
  say "Deploying the foundation ..."
  deploy_template ""
fi
load_outputs "$environment"
vault=$(output AZURE_KEY_VAULT_NAME)
ensure_key "$vault"
if $foundation_only; then exit; fi

check_model
[ -n "$image" ] || ensure_image

keep_scale_rule
if $stop_first && [ -n "$app" ]; then stop_running "$environment" "$app"; fi
say "Deploying the app with $image ..."
deploy_template "$image"
load_outputs "$environment"
app=$(output SERVICE_API_NAME)
set_scale_rule
start_newest
wait_until_ready "$environment" "$app"

url=$(output SERVICE_API_URI)
[ -z "$outputs_file" ] || printf '%s\n' "image=$image" "app=$app" "url=$url" >>"$outputs_file"
say "Deployed: $url"
say "Try it:   RILL_API_KEY=\$(az keyvault secret show ${subscription:+--subscription $subscription }--vault-name $vault --name api-key --query value --output tsv) scripts/smoke.sh --url $url"
