#!/usr/bin/env bash
# Takes libtorch's libraries out of a published folder, once each is known to be whole. The largest come in pieces, each piece in a
# package of its own, and are put together while the project builds; TorchSharp's task for that reports a failure as a line of output and
# lets the build succeed. Beside such a library its package has the SHA-256 of the whole.
set -euo pipefail

usage() {
  echo "usage: scripts/collect-libtorch.sh cpu|cuda PUBLISHED DIRECTORY"
  echo "  Moves the libraries of PUBLISHED, made with -p:TorchBackend of that name, into DIRECTORY, which it makes."
}

fail() {
  echo "collect-libtorch.sh: $1" >&2
  exit 1
}

if [ "${1-}" = -h ] || [ "${1-}" = --help ]; then usage; exit 0; fi
[ $# -eq 3 ] || { usage >&2; exit 2; }
backend=$1 published=$2 directory=$3

needed=(libLibTorchSharp.so libtorch.so libtorch_cpu.so libc10.so)
case "$backend" in
  cpu) ;;
  # The sums are asked for too: without them nothing would show that the pieces were put together.
  cuda) needed+=(libtorch_cuda.so libc10_cuda.so libtorch_cuda.so.sha libtorch_cpu.so.sha) ;;
  *) fail "$backend is no backend of libtorch: cpu or cuda." ;;
esac
[ -d "$published" ] || fail "$published is no directory: publish tools/LibTorch with -o $published first."
for name in "${needed[@]}"; do
  [ -f "$published/$name" ] || fail "$published holds no $name: the packages for $backend are not laid out as this script knows them."
done

for sum in "$published"/*.sha; do
  [ -e "$sum" ] || continue
  library=${sum%.sha}
  [ -f "$library" ] || fail "$published holds ${sum##*/} without its library."
  read -r actual _ < <(sha256sum "$library")
  [ "$actual" = "$(tr -d '[:space:]' <"$sum")" ] ||
    fail "${library##*/} was not put together from its packages ($(stat -c %s "$library") bytes, and not the SHA-256 of ${sum##*/}): clear NuGet's packages and publish again."
done

mkdir -p "$directory"
find "$published" -name '*.so*' ! -name '*.sha' -exec mv -t "$directory" {} +
