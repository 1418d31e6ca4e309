#!/usr/bin/env bash
# azd's hook before `azd provision`: refuses what would fail later, before anything is made.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  echo "usage: scripts/azd-preprovision.sh"
  echo "  Called by azd (azure.yaml), with its environment's values as variables. Needs a login of az beside azd's: az login"
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
  "") ;;
  *) misuse "$1 is unknown." ;;
esac
[[ ${AZURE_ENV_NAME-} =~ ^[a-z0-9][a-z0-9-]{0,19}$ ]] ||
  fail "the environment's name, ${AZURE_ENV_NAME-}, has to be up to twenty lower-case letters, digits and hyphens; make another: azd env new NAME"
for variable in AZURE_SUBSCRIPTION_ID AZURE_LOCATION; do
  [ -n "${!variable-}" ] || fail "azd has no $variable yet; azd up asks for it, or: azd env set $variable VALUE"
done
"$root/scripts/deploy.sh" --check
