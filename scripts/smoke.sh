#!/usr/bin/env bash
# Asks a running endpoint whether it lives, streams without being held back, and keeps a stream longer than the ingress's 240 s.
# The key comes from RILL_API_KEY.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: RILL_API_KEY=KEY scripts/smoke.sh --url URL [options]
  --url URL             the endpoint, e.g. https://ca-api-xyz.REGION.azurecontainerapps.io or http://localhost:7071
  --cold-seconds N      most seconds from nothing to the first token (default 300: pull, start, weights)
  --warm-seconds N      most seconds to the first token once it runs (default 15)
  --gap-seconds N       largest pause between two lines of a stream, comments included (default 20; the app comments every 10)
  --long-seconds N      length of the long stream (default 250: more than the ingress's 240); 0 leaves it out
  --prompt TEXT         what is asked
  --dry-run             prints the requests
Needs bash 5 and curl. Exit code 0 when all is well; else the last line says what was not.
TEXT
}

url="" cold=300 warm=15 gap=20 long=250 prompt="Tell me a long story about a river."
while [ $# -gt 0 ]; do
  case "$1" in
    --url | --prompt) [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    --cold-seconds | --warm-seconds | --gap-seconds | --long-seconds) [[ ${2-} =~ ^[0-9]{1,6}$ ]] || misuse "$1 needs a number." ;;&
    -h | --help) usage; exit 0 ;;
    --url) url=${2%/}; shift 2 ;;
    --cold-seconds) cold=$2; shift 2 ;;
    --warm-seconds) warm=$2; shift 2 ;;
    --gap-seconds) gap=$2; shift 2 ;;
    --long-seconds) long=$2; shift 2 ;;
    --prompt) prompt=$2; shift 2 ;;
    --dry-run) dry_run=true; shift ;;
    *) misuse "$1 is unknown." ;;
  esac
done
[[ $url =~ ^https?:// ]] || misuse "--url needs an address that begins with http."
[ -n "${EPOCHREALTIME-}" ] || fail "bash 5 is needed."
need curl "https://curl.se"

# Times are whole microseconds.
second=1000000
now() { echo "${EPOCHREALTIME/[.,]/}"; }
seconds() { printf '%d.%02d s' $(($1 / second)) $(($1 % second / 10000)); }
begin=$(now)

# The key goes to curl through a file that only we can read, never on a command line.
work=$scratch
[ -z "${RILL_API_KEY-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$RILL_API_KEY" >"$work/key"
[ -f "$work/key" ] || : >"$work/key"

status_of() { curl --silent --output /dev/null --write-out '%{http_code}' --max-time "$1" "${@:3}" "$url$2" || true; }

json_string() { printf '%s' "$1" | tr '\n\t' '  ' | sed 's/\\/\\\\/g; s/"/\\"/g'; }

# From nothing the platform holds the request until a replica can answer, or gives it up; then we ask again.
check_live() {
  local status=none left
  if $dry_run; then echo "GET $url/health/live"; return; fi
  while left=$((cold - ($(now) - begin) / second)) && [ "$left" -gt 0 ]; do
    status=$(status_of "$left" /health/live)
    if [ "$status" = 200 ]; then
      say "ok   live after $(seconds $(($(now) - begin)))"
      return 0
    fi
    sleep 1
  done
  fail "/health/live did not answer 200 within $cold s (last: $status); see why: az containerapp logs show --type system ..."
}

check_key_is_needed() {
  local status
  [ -n "${RILL_API_KEY-}" ] || { say "note no RILL_API_KEY given; the endpoint has to be open"; return 0; }
  if $dry_run; then echo "GET $url/v1/models, without the key"; return; fi
  status=$(status_of 60 /v1/models)
  [ "$status" = 401 ] || fail "/v1/models without a key answered $status instead of 401; the endpoint is open to everyone."
  say "ok   no key, no answer"
}

# Reads a stream to its end. Sets first (time to the first text or event), spread (from the first line to the last), total, largest
# (pause between two lines), chunks and code, all times in microseconds.
# $1: name, $2: most seconds in all, $3: what counts as text, as a pattern; then curl's arguments
read_stream() {
  local name=$1 limit=$2 text=$3 line then="" begun="" moment start done_seen=false
  shift 3
  first=0 spread=0 total=0 largest=0 chunks=0 code=""
  start=$(now)
  while IFS= read -r line; do
    case "$line" in
      'status='*) code=${line#status=}; continue ;;
      '') continue ;;
    esac
    moment=${EPOCHREALTIME/[.,]/} # no subshell: lines come by the thousand
    ((moment - ${then:-$moment} <= largest)) || largest=$((moment - then))
    then=$moment begun=${begun:-$moment}
    case "$line" in
      'data: [DONE]'*) done_seen=true ;;
      'data: {"error"'*) fail "$name: the stream failed: $line" ;;
      *'"content":""'*) ;; # the role's chunk
      *"$text"*)
        ((chunks++)) || first=$((moment - start)) ;;
    esac
  done < <(curl --silent --show-error --no-buffer --max-time "$limit" --config "$work/key" --write-out '\nstatus=%{http_code}\n' "$@" 2>&1 ||
    echo "status=a broken connection")
  total=$(($(now) - start)) spread=$((${then:-0} - ${begun:-0}))
  [ "$code" = 200 ] || fail "$name: the request ended with $code after $(seconds "$total") and $chunks chunks of text."
  [ "$chunks" -gt 0 ] || fail "$name: no text arrived."
  $done_seen || fail "$name: the stream ended without [DONE]."
  [ "$largest" -le $((gap * second)) ] || fail "$name: a pause of $(seconds "$largest"), more than $gap s; something on the way holds lines back."
}

# Streams one completion. $1: name, $2: most seconds to the first text, $3: its most tokens
check_completion() {
  local body
  body="{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"$(json_string "$prompt")\"}],\"max_tokens\":$3}"
  if $dry_run; then echo "POST $url/v1/chat/completions $body"; return; fi
  read_stream "$1" $(($2 + 300)) '"content":"' --header 'Content-Type: application/json' --data-binary "$body" "$url/v1/chat/completions"
  [ "$first" -le $(($2 * second)) ] || fail "$1: the first text took $(seconds "$first"), more than $2 s."
  say "ok   $1: first text $(seconds "$first"), $chunks chunks in $(seconds "$total"), largest pause $(seconds "$largest"), [DONE]"
}

# Streams events that the app sends at known times, whatever the model's speed. $1: name, $2: events, $3: milliseconds between them
check_probe() {
  local address="$url/health/stream?count=$2&interval_ms=$3" lasting=$((($2 - 1) * $3 * 1000))
  if $dry_run; then echo "GET $address"; return; fi
  read_stream "$1" $((lasting / second + 60)) '"index":' "$address"
  [ "$chunks" -eq "$2" ] || fail "$1: $chunks of $2 events arrived."
  [ "$spread" -ge $((lasting / 2)) ] || fail "$1: all events came within $(seconds "$spread"), though they were sent over $(seconds "$lasting"); something on the way buffers."
  say "ok   $1: $chunks events over $(seconds "$spread"), largest pause $(seconds "$largest"), [DONE]"
}

check_live
check_key_is_needed
check_completion cold $((cold - ($(now) - begin) / second)) 16
check_completion warm "$warm" 64
check_probe unbuffered 20 50
# As many events as a stream with heartbeats would have; the first comes at once.
[ "$long" -eq 0 ] || check_probe long 26 $((long * 1000 / 25))
say "All is well."
