#!/usr/bin/env bash
# azd's hook after `azd provision`: makes what scripts/deploy.sh makes, and tells azd the image, so that its next provision keeps the app.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  echo "usage: scripts/azd-postprovision.sh"
  echo "  Called by azd (azure.yaml), with its environment's values as variables. Needs a login of az beside azd's: az login"
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
  "") ;;
  *) misuse "$1 is unknown." ;;
esac
need azd "https://aka.ms/azd-install"
# Without it az's default would decide, and a second foundation might be made in another subscription than azd's.
[ -n "${AZURE_SUBSCRIPTION_ID-}" ] || fail "AZURE_SUBSCRIPTION_ID is not set; run azd provision, which calls this with its values."

result=$scratch/outputs
cd "$root"
"$root/scripts/deploy.sh" --outputs "$result"
azd env set SERVICE_API_IMAGE_NAME "$(sed -n 's/^image=//p' "$result")"
azd env set RILL_BUDGET_START "${RILL_BUDGET_START:-$(date -u +%Y-%m-01)}"
