#!/usr/bin/env bash
# Takes the pictures of README.md and docs/page.md anew: of this build, with the default model.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/screenshots.sh [--output DIR]
  --output DIR   where the pictures come to lie (default docs/images/)
Needs the .NET SDK 10, Node (20.19, 22.12 or later), and Chromium or Chrome (or a browser of that kind that RILL_TEST_BROWSER names).
TEXT
}

output=$root/docs/images
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --output) [ -n "${2-}" ] || misuse "$1 needs a value."; output=$2; shift 2 ;;
    *) misuse "$1 is unknown." ;;
  esac
done
need dotnet "https://dot.net"
need node "https://nodejs.org"

mkdir -p "$output"
output=$(cd "$output" && pwd)
say "Building ..."
dotnet build "$root/tests/Page.Tests" --configuration Release --verbosity quiet --nologo -p:RunAnalyzers=false >&2
# In continuous integration a missing browser is a failure; so it is here.
CI=true RILL_SCREENSHOTS=$output dotnet test "$root/tests/Page.Tests/bin/Release/net10.0/Rill.Page.Tests.dll" \
  --filter FullyQualifiedName~ScreenshotTests >&2
ls "$output"/page*.png
