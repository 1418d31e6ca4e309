#!/usr/bin/env bash
# Uploads a model directory to the deployment's own container, with the manifest that decides what is loaded. An upload that broke off
# goes on where it was; one that is there already costs a look.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/upload-model.sh --environment NAME [--name PATH] [--dry-run] DIRECTORY
  --environment NAME     name of the deployment (or AZURE_ENV_NAME)
  --name PATH            where in the container; default: the directory's name
  --dry-run              prints the command
  DIRECTORY              a model as published on Hugging Face: config.json, tokenizer.json, *.safetensors
TEXT
}

environment=${AZURE_ENV_NAME:-} name="" directory=""
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --name) [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    -h | --help) usage; exit 0 ;;
    --environment) environment=$2; shift 2 ;;
    --name) name=$2; shift 2 ;;
    --dry-run) dry_run=true; shift ;;
    -*) misuse "$1 is unknown." ;;
    *) [ -z "$directory" ] || misuse "one directory at a time."; directory=$1; shift ;;
  esac
done
[ -n "$environment" ] || misuse "--environment is needed."
check_name "$environment"
[ -n "$directory" ] || misuse "a directory is needed."
[ -f "$directory/config.json" ] || fail "$directory holds no config.json; give the directory of a model as published on Hugging Face."
compgen -G "$directory/*.safetensors" >/dev/null || fail "$directory holds no *.safetensors file."
name=${name:-$(basename "$(cd "$directory" && pwd)")}
[[ $name =~ ^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$ ]] || misuse "--name takes letters, digits, dots, hyphens and underscores, in folders divided by slashes."
need_azure
command -v dotnet >/dev/null || $dry_run || [ -n "${RILL_COMMAND-}" ] ||
  fail "the .NET SDK 10 is needed, since ./rill uploads: https://dot.net. Without it: --model hf://ORG/NAME lets the app fetch a public model by itself."

load_outputs "$environment"
container=$(output MODEL_CONTAINER_URI)
account=$(output MODEL_STORAGE_ACCOUNT)
patiently "storage account $account" "Storage Blob Data Contributor" ask storage blob list --account-name "$account" --container-name models \
  --num-results 1 --auth-mode login --query "length(@)" >/dev/null
# The upload takes its login from az too, and by itself that of az's default subscription, which may be of another tenant.
AZURE_TENANT_ID=$(ask account show --query tenantId)
[ -z "$AZURE_TENANT_ID" ] || export AZURE_TENANT_ID
change "${RILL_COMMAND:-$root/rill}" models push "$directory" "$container/$name" ||
  fail "the upload failed; what arrived stays, so run this again."
say "Deploy it with: scripts/deploy.sh --environment $environment --location REGION --model $name"
