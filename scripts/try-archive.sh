#!/usr/bin/env bash
# Unpacks an archive of scripts/package.sh and serves from it, in an environment in which no .NET can be found but the archive's own.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: scripts/try-archive.sh [--seconds N] ARCHIVE
  ARCHIVE      rill-VERSION-linux-x64.tar.gz or .tar; if SHA256SUMS lies beside it, its hash has to be the one in there
  --seconds N  most seconds until it is ready, and for the stream, and until it has ended (default 120)
Exit code 0 when it streams and loads nothing from elsewhere; else the last line says what was wrong.
TEXT
}

seconds=120 archive=""
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --seconds) [[ ${2-} =~ ^[1-9][0-9]{0,4}$ ]] || misuse "$1 needs a number."; seconds=$2; shift 2 ;;
    -*) misuse "$1 is unknown." ;;
    *) archive=$1; shift ;;
  esac
done
[ -n "$archive" ] || misuse "an archive is needed."
[ -f "$archive" ] || fail "there is no $archive."
need curl "https://curl.se"

work=$scratch
host=""
finish() {
  [ -z "$host" ] || kill -KILL "$host" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT

check_hash() {
  local sums=${archive%/*}/SHA256SUMS
  [[ $archive == */* ]] || sums=SHA256SUMS
  [ -f "$sums" ] || return 0
  (cd "$(dirname "$archive")" && sha256sum --check --status --ignore-missing SHA256SUMS) || fail "the hash of $archive is not that of SHA256SUMS; fetch it again."
  say "ok   its hash is that of SHA256SUMS"
}

# The programs of the system that the archive's own scripts call, and nothing else.
make_bare_path() {
  local tool
  mkdir "$work/bin" "$work/home"
  for tool in bash dirname readlink uname; do ln -s "$(command -v "$tool")" "$work/bin/$tool"; done
}

# A variable and not a function, so that what is started in the background has the process id that the shell tells.
bare=(env -i "PATH=$work/bin" "HOME=$work/home")

# Ends when the condition holds; not when the host has ended, or after the bound. $@: the condition
wait_until() {
  local deadline=$((SECONDS + seconds))
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] && kill -0 "$host" 2>/dev/null || return 1
    sleep 0.2
  done
}

is_ready() { grep -q '^Ready: ' "$work/log"; }

serve() {
  "${bare[@]}" "$folder/run" --port 0 >"$work/log" 2>&1 &
  host=$!
  wait_until is_ready || { cat "$work/log" >&2; fail "it did not become ready within $seconds s."; }
  url=$(sed -n 's/^Ready: //p' "$work/log")
  say "ok   ready at $url"
}

stream() {
  curl --silent --no-buffer --max-time "$seconds" "$url/chat/completions" --header 'Content-Type: application/json' \
    --data '{"stream":true,"max_tokens":20,"messages":[{"role":"user","content":"Tell me a story about a river."}]}' >"$work/stream" || true
  grep -q '"content":"' "$work/stream" || { cat "$work/stream" >&2; fail "the stream holds no text."; }
  [ "$(grep . "$work/stream" | tail -n 1)" = "data: [DONE]" ] || { tail -n 3 "$work/stream" >&2; fail "the stream does not end with [DONE]."; }
  say "ok   streams to [DONE]"
}

# What .NET and libtorch have in memory has to lie in the archive, in the host's process and in the worker's.
check_libraries() {
  local process libraries foreign count=0
  for process in "$host" $(cat /proc/"$host"/task/*/children); do
    libraries=$(sed -nE 's:^.* (/.*(\.dll|/lib(coreclr|hostfxr|hostpolicy|torch|torch_cpu|c10)\.so))$:\1:p' "/proc/$process/maps" | sort -u)
    [ -n "$libraries" ] || fail "process $process has loaded no .NET at all."
    foreign=$(grep -vF "$folder/" <<<"$libraries") && fail "process $process has loaded what is not in the archive: $foreign"
    count=$((count + $(grep -c . <<<"$libraries")))
  done
  grep -q libtorch_cpu <<<"$libraries" || fail "the worker has not loaded libtorch from the archive."
  say "ok   loads its $count libraries from the archive alone"
}

has_ended() { ! kill -0 "$host" 2>/dev/null; }

stop() {
  local status=0
  kill -TERM "$host"
  wait_until has_ended || has_ended || fail "it has not ended $seconds s after SIGTERM."
  wait "$host" || status=$?
  host=""
  [ "$status" -eq 0 ] || { tail -n 5 "$work/log" >&2; fail "it ended with exit code $status after SIGTERM."; }
  say "ok   ends by SIGTERM"
}

check_hash
make_bare_path
tar --extract --file "$archive" --directory "$work"
folder=$(echo "$work"/rill-*)
[ -x "$folder/run" ] || fail "$archive holds no rill-VERSION folder with an executable run."
"${bare[@]}" "$folder/run" --help >/dev/null || fail "./run --help fails."
"${bare[@]}" "$folder/rill" --help >/dev/null || fail "./rill --help fails."
say "ok   ./run --help and ./rill --help"
serve
stream
check_libraries
stop
