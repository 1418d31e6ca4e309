#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a release, and refuses a tag that is not the version of everything else.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/release-notes.sh vX.Y.Z
  vX.Y.Z  the tag; Version in Directory.Build.props and the template's in azure.yaml have to be X.Y.Z, and CHANGELOG.md has to have a
          section [X.Y.Z] with its date and something in it
TEXT
}

tag=${1-}
case "$tag" in -h | --help) usage; exit 0 ;; esac
[[ $# -eq 1 && $tag =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]] || misuse "a tag is needed that is v and three numbers, such as v1.2.3."
version=${tag#v}

built=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
[ "$built" = "$version" ] || fail "Version in Directory.Build.props is $built: set it to $version, or tag v$built."
template=$(sed -n 's/^ *template: rill@//p' "$root/azure.yaml")
[ "$template" = "$version" ] || fail "the template in azure.yaml is rill@$template: set it to rill@$version."
grep -qE "^## \[${version//./\\.}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" "$root/CHANGELOG.md" ||
  fail "CHANGELOG.md has no line \"## [$version] - YEAR-MONTH-DAY\": give [Unreleased] that name, and begin a new [Unreleased] above it."

# From behind the section's heading to the next one.
notes=$(awk -v heading="## [$version] " '/^## / { inside = index($0, heading) == 1; next } inside' "$root/CHANGELOG.md" | sed -e '/./,$!d')
[ -n "$notes" ] || fail "CHANGELOG.md says nothing of $version."
printf '%s\n' "$notes"
