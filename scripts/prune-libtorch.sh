#!/usr/bin/env bash
# Removes from a folder of libtorch what an inference server never loads: test libraries, Python's, what only linear algebra and
# convolutions use, and whatever else neither libLibTorchSharp needs, directly or through others, nor libtorch opens by name while it runs.
# docs/image.md says of each what it is for, and by which source it can go.
set -euo pipefail

usage() {
  echo "usage: scripts/prune-libtorch.sh [--dry-run] [--keep PATTERN]... DIRECTORY"
  echo "  DIRECTORY holds libLibTorchSharp.so and libtorch beside one another. Prints what it removes."
  echo "  --keep: libraries that stay in any case, such as libtorch_cuda_linalg.so or 'libcudnn_*'."
}

fail() {
  echo "prune-libtorch.sh: $1" >&2
  exit 1
}

dry_run=false directory="" keep=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --dry-run) dry_run=true; shift ;;
    --keep) [ $# -ge 2 ] || { usage >&2; exit 2; }; keep+=("$2"); shift 2 ;;
    -*) echo "prune-libtorch.sh: $1 is unknown." >&2; usage >&2; exit 2 ;;
    *) directory=$1; shift ;;
  esac
done
[ -n "$directory" ] || { usage >&2; exit 2; }
[ -f "$directory/libLibTorchSharp.so" ] || fail "$directory holds no libLibTorchSharp.so."
directory=$(cd "$directory" && pwd)

# Opened by name: the backends, and the compiler of kernels.
by_name=(libLibTorchSharp.so libtorch.so libtorch_cuda.so libcaffe2_nvrtc.so 'libnvrtc*' 'libnvJitLink*')

# Whether a library is a root: opened by name, or kept by wish.
is_root() {
  local pattern
  for pattern in "${by_name[@]}" "${keep[@]}"; do
    # shellcheck disable=SC2053 # a pattern, not a string
    if [[ $1 == $pattern ]]; then return 0; fi
  done
  return 1
}

libraries=()
for library in "$directory"/*.so*; do
  # The sum of a library that came in pieces, and no library itself.
  [[ $library == *.sha ]] || libraries+=("$library")
done

needed=""
for library in "${libraries[@]}"; do
  is_root "${library##*/}" || continue
  # The driver's library, which is not in the image, shows as not found.
  links=$(LD_LIBRARY_PATH=$directory ldd "$library" 2>&1) || fail "ldd cannot read ${library##*/}, so it is no whole library: $links"
  needed+=$'\n'$(awk '$2 == "=>" && $3 ~ /^\// { print $3 }' <<<"$links")
done

removed=0
for library in "${libraries[@]}"; do
  name=${library##*/}
  if is_root "$name" || grep -qxF -- "$library" <<<"$needed"; then continue; fi
  size=$(stat -L -c %s "$library")
  echo "removes $name ($((size / 1048576)) MiB)"
  $dry_run || rm "$library"
  removed=$((removed + size))
done
echo "removed $((removed / 1048576)) MiB"
