#!/usr/bin/env bash
# Names the image of this checkout by what it is built from, so that one tag means one image for ever. docs/adr/0062.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/image-tag.sh [--backend cuda|cpu] [--list]
  --backend cuda|cpu     what the image computes with (default cuda); the CPU's tag ends with -cpu
  --list                 prints the files that the image is built from, as .dockerignore lets them through, and ends
  Prints twelve digits of the commit; with changes that no commit holds, or without any commit, tree- and twelve digits of a hash of those files.
TEXT
}

backend=cuda list=false
while [ $# -gt 0 ]; do
  case "$1" in
    --backend) [[ ${2-} =~ ^(cuda|cpu)$ ]] || misuse "--backend takes cuda or cpu."; backend=$2; shift 2 ;;
    --list) list=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) misuse "$1 is unknown." ;;
  esac
done
need git "https://git-scm.com"
cd "$root"

# Docker's rules: the last pattern that matches a path, or a folder above it, decides. https://docs.docker.com/build/concepts/context/#dockerignore-files
# Character classes, which no line of ours uses, are refused rather than misread.
# shellcheck disable=SC2016 # awk's, not ours
let_through='
  function pattern_of(text,   i, two, one, made) {
    made = "^"
    for (i = 1; i <= length(text); i++) {
      one = substr(text, i, 1); two = substr(text, i, 2)
      if (two == "**") {
        i++
        if (substr(text, i + 1, 1) == "/") { made = made "(.*/)?"; i++ } else made = made ".*"
      }
      else if (one == "*") made = made "[^/]*"
      else if (one == "?") made = made "[^/]"
      else if (one ~ /[A-Za-z0-9_\/-]/) made = made one
      else made = made "[" one "]"
    }
    return made "(/.*)?$"
  }
  NR == FNR {
    sub(/[ \t\r]+$/, "")
    if ($0 == "" || $0 ~ /^#/) next
    if ($0 ~ /[][\\^]/) { print ".dockerignore: " $0 " is more than scripts/image-tag.sh understands." > "/dev/stderr"; failed = 1; exit 1 }
    kept[++patterns] = sub(/^!/, "")
    gsub(/^\/|\/$/, "")
    rule[patterns] = pattern_of($0)
    next
  }
  {
    through = 1
    for (i = 1; i <= patterns; i++) if ($0 ~ rule[i]) through = kept[i]
    if (through) print
  }'

files_of_image() {
  find . -path ./.git -prune -o \( -type f -o -type l \) -print | sed 's:^\./::' | LC_ALL=C sort | awk "$let_through" .dockerignore -
}

hash_of_files() {
  local files file modes=""
  files=$(files_of_image)
  while IFS= read -r file; do
    if [ -x "$file" ]; then modes+=$'x\n'; else modes+=$'-\n'; fi
  done <<<"$files"
  paste -d ' ' <(git hash-object --no-filters --stdin-paths <<<"$files") <(printf '%s' "$modes") <(printf '%s\n' "$files") | git hash-object --stdin
}

if $list; then files_of_image; exit; fi

# A folder above the checkout may be a repository too; its commit says nothing about ours.
commit=""
if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ] && [ -z "$(git status --porcelain)" ]; then
  commit=$(git rev-parse --verify --quiet HEAD) || commit=""
fi
if [ -n "$commit" ]; then
  tag=${commit:0:12}
else
  tag=$(hash_of_files)
  tag=tree-${tag:0:12}
fi
[ "$backend" = cuda ] || tag=$tag-cpu
echo "$tag"
