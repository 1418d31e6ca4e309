#!/usr/bin/env bash
# Deploys Rill: foundation, API key, image, app. Each step is done only where it is missing, so that it can be run again at any time.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/deploy.sh --environment NAME --location REGION [options]
  --environment NAME     name of the deployment, part of every name (or AZURE_ENV_NAME)
  --location REGION      Azure region with the GPU (or AZURE_LOCATION)
  --gpu t4|a100          GPU of a replica (or RILL_GPU; default t4)
  --model MODEL          hf://ORG/NAME[@REV], https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH, or a path in the deployment's own
                         container, as scripts/upload-model.sh makes it (or RILL_MODEL; default rill-mini)
  --image REF            image to deploy, REGISTRY/NAME:TAG; default: the image of this commit, built in the registry where it is missing
  --http-concurrency N   own scale rule: one replica for N requests at once; default: the platform's rule
  --artifact-streaming   lets replicas start before the image has arrived whole (preview; Premium registry)
  --outputs FILE         appends image=..., app=... and url=... to FILE (in a workflow: "$GITHUB_OUTPUT")
  --foundation-only      stops before the image and the app
  --what-if              shows what would change, and changes nothing
  --dry-run              prints the commands of a first deployment; needs no login
  More settings as environment variables: docs/deploy.md.
TEXT
}

environment=${AZURE_ENV_NAME:-} location=${AZURE_LOCATION:-}
export RILL_GPU=${RILL_GPU:-t4} RILL_MODEL=${RILL_MODEL:-rill-mini}
image="" concurrency=0 streaming=false outputs="" what_if=false foundation_only=false
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --location | --gpu | --model | --image | --http-concurrency | --outputs) [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    -h | --help) usage; exit 0 ;;
    --environment) environment=$2; shift 2 ;;
    --location) location=$2; shift 2 ;;
    --gpu) RILL_GPU=$2; shift 2 ;;
    --model) RILL_MODEL=$2; shift 2 ;;
    --image) image=$2; shift 2 ;;
    --http-concurrency) concurrency=$2; shift 2 ;;
    --artifact-streaming) streaming=true; shift ;;
    --outputs) outputs=$2; shift 2 ;;
    --foundation-only) foundation_only=true; shift ;;
    --what-if) what_if=true; shift ;;
    --dry-run) dry_run=true; shift ;;
    *) misuse "$1 is unknown." ;;
  esac
done
[ -n "$environment" ] || misuse "--environment is needed."
[ -n "$location" ] || misuse "--location is needed."
check_name "$environment"
[[ $RILL_GPU =~ ^(t4|a100)$ ]] || misuse "--gpu takes t4 or a100."
[[ $concurrency =~ ^[0-9]{1,4}$ ]] || misuse "--http-concurrency takes a number."
[[ -z $image || $image =~ ^[^@]+:[^:/@]+$ && $image != *:latest ]] || misuse "--image takes a reference with a tag of its own: no digest, not latest."
export AZURE_ENV_NAME=$environment AZURE_LOCATION=$location
cd "$root"
need_azure

repository=rill
group=rg-$environment

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
  export SERVICE_API_IMAGE_NAME=$1
  change az deployment sub create --name "rill-$environment" --location "$location" --parameters infra/main.bicepparam --output none ||
    fail "the deployment failed; see why: az deployment operation sub list --name rill-$environment --query \"[?properties.provisioningState=='Failed']\""
}

# The first API key. It never stands on a command line or in a log. Roles take a minute or two until they count.
ensure_key() {
  local vault=$1 found key_file attempt
  for ((attempt = 0; attempt < 20; attempt++)); do
    if found=$(ask keyvault secret list --vault-name "$vault" --query "[?name=='api-key'].name | [0]"); then break; fi
    say "The vault does not let us in yet; trying again ..."
    sleep "${RILL_ROLE_PAUSE:-15}"
  done
  [ "$attempt" -lt 20 ] || fail "vault $vault refuses us; the deployer needs the role Key Vault Secrets Officer: set AZURE_PRINCIPAL_ID and run this again."
  [ -z "$found" ] || return 0
  say "Making the first API key ..."
  key_file=$(mktemp) # for the owner only
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$key_file"
  change az keyvault secret set --vault-name "$vault" --name api-key --file "$key_file" --encoding utf-8 --output none || attempt=failed
  rm -f "$key_file"
  [ "$attempt" != failed ] || fail "vault $vault did not take the key; the message is above."
}

# A model of the deployment's own container has to be there, or the app would not start.
check_model() {
  local account count
  [[ $RILL_MODEL == *://* ]] && return 0
  account=$(output_of "$environment" MODEL_STORAGE_ACCOUNT)
  count=$(ask storage blob list --account-name "$account" --container-name models --prefix "$RILL_MODEL/" --num-results 1 --auth-mode login --query "length(@)")
  [ "${count:-0}" != 0 ] || $dry_run ||
    fail "there is no model $RILL_MODEL in $account; upload one, then run this again: scripts/upload-model.sh --environment $environment models/rill-mini"
}

# Sets image to that of this commit, and builds it in the registry unless it is there.
ensure_image() {
  local registry server tag found
  registry=$(output_of "$environment" AZURE_CONTAINER_REGISTRY_NAME)
  server=$(output_of "$environment" AZURE_CONTAINER_REGISTRY_ENDPOINT)
  tag=$(git rev-parse --short=12 HEAD)
  image=$server/$repository:$tag
  [ -z "$(git status --porcelain)" ] || $dry_run || fail "the working tree has changes that no commit names; commit them, or give --image."
  found=$(ask acr repository show-tags --name "$registry" --repository "$repository" --query "[?@=='$tag'] | [0]" 2>/dev/null) || found=""
  [ -z "$found" ] || return 0
  say "Building $repository:$tag in the registry; the first time takes half an hour ..."
  change az acr build --registry "$registry" --image "$repository:$tag" --file FunctionApp/Dockerfile --platform linux/amd64 --timeout 7200 . ||
    fail "the image was not built; the log is above."
  # A tag names one image for ever: replicas pull by tag, since streaming does not work by digest.
  change az acr repository update --name "$registry" --image "$repository:$tag" --write-enabled false --output none
  if $streaming; then
    change az acr artifact-streaming create --name "$registry" --image "$repository:$tag" || say "Note: no artifact streaming; the app starts without it."
  fi
}

# The platform takes own scale rules of a function app by PATCH only, and forgets them with each deployment. docs/adr/0024.
set_scale_rule() {
  local app=$1 body
  [ "$concurrency" -gt 0 ] || return 0
  body=$(sed "s/HTTP_CONCURRENCY/$concurrency/" infra/scale-override.json | tr -d '\n')
  change az rest --method PATCH --headers Content-Type=application/json --body "$body" --output none --url \
    "/subscriptions/{subscriptionId}/resourceGroups/$group/providers/Microsoft.App/containerApps/$app?api-version=2026-07-01"
}

name_deployer
keep_budget_start

app=$(find_app "$environment" 2>/dev/null) || app=""
if $what_if; then
  running=$image
  [ -n "$running" ] || [ -z "$app" ] ||
    running=$(ask resource show --resource-group "$group" --resource-type Microsoft.App/containerApps --name "$app" --query "properties.template.containers[0].image")
  # Checked as a reader may check it, so that a pull request's identity needs no right to deploy.
  SERVICE_API_IMAGE_NAME=$running change az deployment sub what-if --name "rill-$environment" --location "$location" \
    --parameters infra/main.bicepparam --validation-level ProviderNoRbac
  exit
fi

if [ -z "$app" ] || $foundation_only; then
  say "Deploying the foundation ..."
  deploy_template ""
fi
vault=$(output_of "$environment" AZURE_KEY_VAULT_NAME)
ensure_key "$vault"
if $foundation_only; then exit; fi

check_model
[ -n "$image" ] || ensure_image

say "Deploying the app with $image ..."
deploy_template "$image"
app=$(output_of "$environment" SERVICE_API_NAME)
set_scale_rule "$app"
wait_until_ready "$environment" "$app"

url=$(output_of "$environment" SERVICE_API_URI)
[ -z "$outputs" ] || printf '%s\n' "image=$image" "app=$app" "url=$url" >>"$outputs"
say "Deployed: $url"
say "Try it:   RILL_API_KEY=\$(az keyvault secret show --vault-name $vault --name api-key --query value --output tsv) scripts/smoke.sh --url $url"
