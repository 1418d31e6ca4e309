#!/usr/bin/env bash
# Tells of the NuGet packages that an archive bundles: their licences for people, or a bill of materials for programs.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/bundled-packages.sh --notices|--sbom DEPS_JSON|PACKAGE_FOLDER ...
  --notices       prints what each package says of itself, and each text of a licence once
  --sbom          prints a CycloneDX 1.6 document, with the SHA-512 of each package
  DEPS_JSON       an app's .deps.json: the packages that it was built with are taken from NuGet's folder
  PACKAGE_FOLDER  a package that no .deps.json names, e.g. ~/.nuget/packages/libtorch-cpu-linux-x64/2.10.0
A package that carries no text of its licence gets the one in tools/Archive/licences.
TEXT
}

form=${1-}
case "$form" in
  -h | --help) usage; exit 0 ;;
  --notices | --sbom) shift ;;
  *) misuse "--notices or --sbom comes first." ;;
esac
[ $# -gt 0 ] || misuse "nothing is named whose packages are to be told."

nuget=${NUGET_PACKAGES:-$HOME/.nuget/packages}
texts=$root/tools/Archive/licences

# The folders of all packages, each once. NuGet's folder names them in small letters.
folders() {
  local argument
  for argument in "$@"; do
    if [ -d "$argument" ]; then
      echo "$argument"
    elif [ -f "$argument" ]; then
      awk -F'"' -v nuget="$nuget" '/^    "[^"]+\/[^"]+": \{/ { name = tolower($2) } /"type": "package"/ { print nuget "/" name }' "$argument"
    else
      fail "there is no $argument."
    fi
  done | sort -u
}

# A line for each nuspec: folder, name, version, licence, copyright, address, divided by bars.
describe() {
  awk -v RS='<' -v FS='>' '
    function plain(text) { gsub(/[\r\n|]+/, " ", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&amp;/, "\\&", text); return text }
    function line() { if (file != "") print file "|" of["id"] "|" of["version"] "|" (of["license"] != "" ? of["license"] : of["licenseUrl"]) "|" of["copyright"] "|" of["projectUrl"] }
    FNR == 1 { line(); split("", of); file = FILENAME; sub(/\/[^\/]*$/, "", file) }
    { split($1, tag, /[ \t\r\n]/); if (tag[1] ~ /^(id|version|license|licenseUrl|copyright|projectUrl)$/ && !(tag[1] in of)) of[tag[1]] = plain($2) }
    END { line() }' "$@"
}

list=$(folders "$@")
mapfile -t packages <<<"$list"
nuspecs=() archives=()
for package in "${packages[@]}"; do
  nuspec=("$package"/*.nuspec) archive=("$package"/*.nupkg)
  [ -f "${nuspec[0]}" ] || fail "$package is no package: it has no .nuspec. Restore first: dotnet restore Functions.sln"
  nuspecs+=("${nuspec[0]}") archives+=("${archive[0]}")
done
declare -A name_of version_of licence_of copyright_of address_of
while IFS='|' read -r folder name version licence copyright address; do
  name_of[$folder]=$name version_of[$folder]=$version licence_of[$folder]=$licence copyright_of[$folder]=$copyright address_of[$folder]=$address
done < <(describe "${nuspecs[@]}")

# Texts that are the same, byte by byte, are printed once, with all whose they are.
print_texts() {
  local -A file_of owners_of has_text
  local hash file folder licence text
  while read -r hash file; do
    folder=${file%/*}
    [[ ${file##*/} != [Ll][Ii][Cc]* ]] || has_text[$folder]=true
    file_of[$hash]=$file owners_of[$hash]+="${name_of[$folder]} ${version_of[$folder]}, ${file##*/}"$'\n'
  done < <(find "${packages[@]}" -maxdepth 1 -type f \( -iname 'licen*' -o -iname 'third*party*' -o -iname '*notice*' \) -exec sha256sum {} + | sort -k2)
  for folder in "${packages[@]}"; do
    [ -z "${has_text[$folder]-}" ] || continue
    licence=${licence_of[$folder]}
    [ -f "$texts/$licence.txt" ] || fail "${name_of[$folder]} has the licence \"$licence\", whose text is missing: add $texts/$licence.txt"
    file_of[$licence]=$texts/$licence.txt owners_of[$licence]+="${name_of[$folder]} ${version_of[$folder]}, $licence"$'\n'
  done
  while read -r text; do
    printf '\n\n================================================================================\n%s' "${owners_of[$text]}"
    printf -- '--------------------------------------------------------------------------------\n\n'
    cat "${file_of[$text]}"
  done < <(printf '%s\n' "${!file_of[@]}" | sort)
}

print_notices() {
  local folder
  echo "Rill is distributed with the packages below. Their licences' texts follow."
  for folder in "${packages[@]}"; do
    printf '\n%s %s\n  licence    %s\n  copyright  %s\n  from       %s\n' \
      "${name_of[$folder]}" "${version_of[$folder]}" "${licence_of[$folder]}" "${copyright_of[$folder]}" "${address_of[$folder]}"
  done
  print_texts
}

json() { local text=${1//\\/\\\\}; printf '"%s"' "${text//\"/\\\"}"; }

# An expression of SPDX begins with a letter and has neither the dots of a file's name nor the colon of an address.
json_licence() {
  if [[ $1 =~ ^[A-Za-z][A-Za-z0-9.+-]*$ && $1 != *.txt && $1 != *.TXT ]]; then printf '{ "expression": %s }' "$(json "$1")"; else printf '{ "license": { "name": %s } }' "$(json "$1")"; fi
}

print_sbom() {
  local folder separator="" hash file rill
  local -A hash_of
  rill=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
  while read -r hash file; do hash_of[${file%/*}]=$hash; done < <(sha512sum "${archives[@]}")
  printf '{\n  "bomFormat": "CycloneDX",\n  "specVersion": "1.6",\n  "version": 1,\n'
  printf '  "metadata": { "component": { "type": "application", "name": "rill", "version": %s } },\n  "components": [' "$(json "$rill")"
  for folder in "${packages[@]}"; do
    printf '%s\n    { "type": "library", "name": %s, "version": %s, "purl": %s,\n      "licenses": [%s], "hashes": [{ "alg": "SHA-512", "content": "%s" }] }' "$separator" \
      "$(json "${name_of[$folder]}")" "$(json "${version_of[$folder]}")" "$(json "pkg:nuget/${name_of[$folder]}@${version_of[$folder]}")" \
      "$(json_licence "${licence_of[$folder]}")" "${hash_of[$folder]}"
    separator=,
  done
  printf '\n  ]\n}\n'
}

if [ "$form" = --notices ]; then print_notices; else print_sbom; fi
