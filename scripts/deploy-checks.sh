# shellcheck shell=bash
# shellcheck disable=SC2154 # the variables are deploy.sh's
# Sourced by deploy.sh: what is looked at before anything is made.

# What a deployment was made with holds until another value is given: without its --gpu it would ask for a GPU the next time, without its salt
# it would be another one. The template writes them down as tags of the group.
keep_choices() {
  local present=()
  $dry_run || mapfile -t present < <(ask group show --name "$group" \
    --query "[tags.\"rill-gpu\" || '', tags.\"rill-model\" || '', tags.\"rill-name-salt\" || '']" 2>/dev/null)
  export RILL_GPU=${gpu:-${present[0]:-t4}} RILL_MODEL=${RILL_MODEL-${present[1]-}} RILL_NAME_SALT=${RILL_NAME_SALT-${present[2]-}}
}

# Microsoft's list, which infra/gpu-regions.json repeats. $1: workload profile
regions_with() {
  sed -n "/\"$1\"/,/]/p" infra/gpu-regions.json | grep -o '"[a-z0-9]*"' | tr -d '"' | tail -n +2 | paste -sd ' ' -
}

# The region has to offer the workload profile; quota is another matter, which no command tells reliably.
check_region() {
  local profile found
  $dry_run && return 0
  case $RILL_GPU in
    none) profile=Consumption ;;
    t4) profile=Consumption-GPU-NC8as-T4 ;;
    a100) profile=Consumption-GPU-NC24-A100 ;;
  esac
  found=$(ask containerapp env workload-profile list-supported --location "$location" --query "[?name=='$profile'].name | [0]") ||
    fail "Azure does not tell what region $location offers; the message is above. If it names the provider: az provider register --namespace Microsoft.App --wait"
  [ -n "$found" ] ||
    fail "region $location offers no $profile. These did in April 2026: $(regions_with "$RILL_GPU"). Without a GPU: --gpu none (or RILL_GPU=none)."
  export RILL_CHECK_REGION=false # Azure's own answer is newer than the template's list
  [ "$RILL_GPU" = none ] || [ -n "$app" ] ||
    say "Note: $profile takes quota of its own, one GPU a replica and a second one while a new revision starts (or --stop-first); see docs/deploy.md."
}

# A deleted vault keeps its name for seven days, and ours has the same name each time it is made from the same names and salt.
settle_deleted_vault() {
  local deleted name protected until
  $dry_run && return 0
  deleted=$(ask keyvault list-deleted --resource-type vault --query "[?contains(properties.vaultId, '/resourceGroups/$group/') && \
properties.location=='$location' && (properties.tags.\"rill-name-salt\" || '')=='${RILL_NAME_SALT:-}'].\
[name, to_string(properties.purgeProtectionEnabled), properties.scheduledPurgeDate]") || { say "Note: deleted vaults cannot be listed; a conflict would show in the deployment."; return 0; }
  [ -n "$deleted" ] || return 0
  IFS=$'\t' read -r name protected until <<<"$deleted"
  case $deleted_vault in
    recover)
      say "Recovering vault $name ..."
      change az group create --name "$group" --location "$location" --tags "azd-env-name=$environment" --output none
      change az keyvault recover --name "$name" --location "$location" --output none || fail "vault $name was not recovered; the message is above."
      ;;
    purge)
      [ "$protected" != true ] || fail "vault $name is protected from purging until $until. Recover it: --deleted-vault recover; or take other names: RILL_NAME_SALT=2"
      say "Purging vault $name ..."
      change az keyvault purge --name "$name" --location "$location" --output none || fail "vault $name was not purged; the message is above."
      ;;
    *)
      fail "an earlier deployment's vault $name is deleted, and holds the name until $until. Its key again: --deleted-vault recover (or RILL_DELETED_VAULT=recover). A new key: --deleted-vault purge. Or other names for everything: RILL_NAME_SALT=2"
      ;;
  esac
}
