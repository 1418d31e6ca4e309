#!/usr/bin/env bash
# Writes infra/snapshots anew after a change of the templates that is meant; tests/Infra.Tests holds the templates against them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  echo "usage: scripts/snapshots.sh"
  echo "  Writes infra/snapshots/*.snapshot.json. The Bicep compiler comes with: dotnet restore tests/Infra.Tests"
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
  "") ;;
  *) usage >&2; exit 2 ;;
esac

version=$(sed -n 's:.*<BicepVersion>\(.*\)</BicepVersion>.*:\1:p' Directory.Packages.props)
bicep=${NUGET_PACKAGES:-$HOME/.nuget/packages}/azure.bicep.commandline.linux-x64/$version/tools/bicep
[ -f "$bicep" ] || { echo "snapshots.sh: there is no compiler at $bicep; run: dotnet restore tests/Infra.Tests" >&2; exit 1; }
chmod u+x "$bicep"

# The compiler writes the outputs in another order each time; in that of their names a difference is a change. $1: file
sort_outputs() {
  local sorted
  sorted=$(sed -n '/^  "outputs": {/,/^  }/p' "$1" | sed '1d; $d; s/,$//' | LC_ALL=C sort | sed '$!s/$/,/')
  {
    sed '/^  "outputs": {/q' "$1"
    printf '%s\n  }\n}' "$sorted"
  } >"$1.sorted"
  mv "$1.sorted" "$1"
}

for parameters in infra/snapshots/*.bicepparam; do
  "$bicep" snapshot "$parameters" --mode overwrite --location swedencentral \
    --subscription-id 00000000-0000-0000-0000-000000000001 --tenant-id 00000000-0000-0000-0000-000000000002
  sort_outputs "${parameters%.bicepparam}.snapshot.json"
done
git diff --stat -- infra/snapshots
