#!/usr/bin/env bash
# Removes from a folder of libtorch what an inference server never loads: test libraries, Python's, and whatever else neither
# libLibTorchSharp needs, directly or through others, nor libtorch opens by name while it runs.
set -euo pipefail

usage() {
  echo "usage: scripts/prune-libtorch.sh [--dry-run] DIRECTORY"
  echo "  DIRECTORY holds libLibTorchSharp.so and libtorch beside one another. Prints what it removes."
}

dry_run=false directory=""
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --dry-run) dry_run=true; shift ;;
    -*) echo "prune-libtorch.sh: $1 is unknown." >&2; usage >&2; exit 2 ;;
    *) directory=$1; shift ;;
  esac
done
[ -n "$directory" ] || { usage >&2; exit 2; }
[ -f "$directory/libLibTorchSharp.so" ] || { echo "prune-libtorch.sh: $directory holds no libLibTorchSharp.so." >&2; exit 1; }
directory=$(cd "$directory" && pwd)

# Opened by name: the backends, cuDNN's engines, and the compiler of fused kernels.
by_name='^(libtorch\.so|libtorch_cuda\.so|libtorch_cuda_linalg\.so|libcaffe2_nvrtc\.so|libcudnn.*|libnvrtc.*|libnvJitLink.*)$'

roots=()
for library in "$directory"/*.so*; do
  name=${library##*/}
  if [ "$name" = libLibTorchSharp.so ] || [[ $name =~ $by_name ]]; then roots+=("$library"); fi
done

# The driver's library, which is not in the image, shows as not found.
needed=$(LD_LIBRARY_PATH=$directory ldd "${roots[@]}" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u)
removed=0
for library in "$directory"/*.so*; do
  name=${library##*/}
  if [ "$name" = libLibTorchSharp.so ] || [[ $name =~ $by_name ]] || grep -qxF -- "$library" <<<"$needed"; then continue; fi
  size=$(stat -L -c %s "$library")
  echo "removes $name ($((size / 1048576)) MiB)"
  $dry_run || rm "$library"
  removed=$((removed + size))
done
echo "removed $((removed / 1048576)) MiB"
