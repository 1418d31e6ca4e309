#!/usr/bin/env bash
# azd's hook after `azd down`: forgets the month in which the budget began. A new one cannot begin in a month that is over.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  echo "usage: scripts/azd-postdown.sh"
  echo "  Called by azd (azure.yaml)."
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
  "") ;;
  *) misuse "$1 is unknown." ;;
esac
need azd "https://aka.ms/azd-install"

cd "$root"
azd env set RILL_BUDGET_START ""
