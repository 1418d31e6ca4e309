#!/usr/bin/env bash
# Makes the archive that runs without an SDK: LocalHost, the app with its model and libtorch for the CPU, ./rill, and a .NET runtime.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/package.sh [options]
  --output DIR      where rill-VERSION-linux-x64.tar.gz, its bill of materials (.cdx.json) and SHA256SUMS come to lie (default artifacts/)
  --no-build        packs what `dotnet build Functions.sln -c Release` has built, without machine code made ahead: starts more slowly
  --no-compression  makes a .tar, in seconds instead of half a minute
Needs Linux on x64, the .NET SDK 10, Node (20.19, 22.12 or later) and GNU tar. The contents are meant to depend on the commit, the SDK and NuGet's folder alone.
TEXT
}

output=$root/artifacts build=true compress=true
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --output) [ -n "${2-}" ] || misuse "$1 needs a value."; output=$2; shift 2 ;;
    --no-build) build=false; shift ;;
    --no-compression) compress=false; shift ;;
    *) misuse "$1 is unknown." ;;
  esac
done
[ "$(uname -sm)" = "Linux x86_64" ] || fail "archives are made on Linux x64, for Linux x64; this is $(uname -sm)."
need dotnet "https://dot.net"

runtime=linux-x64
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
name=rill-$version-$runtime
mkdir -p "$output"
output=$(cd "$output" && pwd)
# Beside the output, so that files are linked rather than copied where the file system can.
work=$(mktemp -d "$output/.package-XXXXXX")
trap 'rm -rf "$work" "$scratch"' EXIT
stage=$work/$name

# Builds apart from the checkout's own bin and obj, without analyzers, which have seen the sources before. Paths of this machine stay out of
# what is compiled.
how=(--artifacts-path "$work/artifacts" --runtime "$runtime" --no-self-contained -p:PublishReadyToRun=true -p:RunAnalyzers=false
  -p:DebugType=none "-p:PathMap=$work=/work%2C$root=/rill")
$build || how=(--no-build)

# $1: project, $2: folder. The variable makes the program find the runtime beside it, and no other; dotnet publish does not take it as -p.
publish() {
  say "Publishing $1 ..."
  AppHostRelativeDotNet=../dotnet dotnet publish "$root/$1" --configuration Release "${how[@]}" --output "$stage/$2" \
    -p:IsTransformWebConfigDisabled=true -p:CreateHardLinksForPublishFilesIfPossible=true --verbosity quiet --nologo >&2
}

lay_out_runtime() {
  dotnet build "$root/tools/Archive/Runtime.csproj" -restore -t:LayOut --artifacts-path "$work/artifacts" --verbosity quiet --nologo \
    -p:RuntimeIdentifier="$runtime" -p:RuntimeFolder="$stage/dotnet" -p:RuntimePacksFile="$work/runtime-packs" >&2
}

# What a host starts the worker with: itself instead of the `dotnet` of an SDK.
use_own_runtime() {
  local config=$stage/app/worker.config.json
  sed -i 's|"defaultExecutablePath": "dotnet"|"defaultExecutablePath": "{WorkerRoot}Rill.FunctionApp"|' "$config"
  grep -q '{WorkerRoot}Rill.FunctionApp"' "$config" || fail "worker.config.json has another form than this script knows."
}

describe_packages() {
  local bundled libtorch
  libtorch=$(sed -n "s:.*\"libtorch-cpu-$runtime\" Version=\"\[\(.*\)\]\".*:\1:p" "$root/Directory.Packages.props")
  mapfile -t bundled <"$work/runtime-packs"
  bundled+=("${NUGET_PACKAGES:-$HOME/.nuget/packages}/libtorch-cpu-$runtime/$libtorch" "$stage"/{app,host,cli}/*.deps.json)
  "$root/scripts/bundled-packages.sh" --notices "${bundled[@]}" >"$stage/THIRD-PARTY-NOTICES.txt"
  # What npm's packages say of themselves, which the build of the page has gathered.
  { echo; cat "$stage/app/page/licenses.md"; } >>"$stage/THIRD-PARTY-NOTICES.txt"
  "$root/scripts/bundled-packages.sh" --sbom "${bundled[@]}" >"$work/$name.cdx.json"
}

pack() {
  local archive=$name.tar commit_time
  commit_time=$(git -C "$root" log -1 --format=%ct 2>/dev/null) || commit_time=0
  tar --create --file "$work/$archive" --directory "$work" --format gnu --sort name --mtime "@$commit_time" --owner 0 --group 0 --numeric-owner \
    --mode u=rwX,go=rX --hard-dereference "$name"
  if $compress; then
    gzip --no-name "$work/$archive"
    archive+=.gz
  fi
  mv "$work/$archive" "$work/$name.cdx.json" "$output/"
  (cd "$output" && sha256sum "$archive" "$name.cdx.json" >SHA256SUMS)
  echo "$output/$archive"
}

publish FunctionApp app
[ -f "$stage/app/page/index.html" ] || fail "the web page was not built, which needs Node 20.19, 22.12 or later: https://nodejs.org"
publish tools/LocalHost host
publish tools/CommandLine cli
lay_out_runtime
use_own_runtime
cp "$root/local.settings.json" "$stage/app/"
"$root/scripts/prune-libtorch.sh" "$stage/app" >&2
find "$stage" -name '*.pdb' -delete
cp "$root/LICENSE" "$root/tools/Archive/README.md" "$root/tools/Archive/run" "$stage/"
ln -s cli/rill "$stage/rill"
describe_packages
pack
