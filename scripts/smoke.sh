#!/usr/bin/env bash
# Asks a running endpoint whether it lives, streams, and keeps a stream longer than the ingress's 240 s. The key comes from RILL_API_KEY.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
usage: RILL_API_KEY=KEY scripts/smoke.sh --url URL [options]
  --url URL             the endpoint, e.g. https://ca-api-xyz.REGION.azurecontainerapps.io or http://localhost:7071
  --cold-seconds N      most seconds from nothing to the first token (default 300: pull, start, weights)
  --warm-seconds N      most seconds to the first token once it runs (default 15)
  --gap-seconds N       largest pause between two lines of a stream, comments included (default 20; the app comments every 10)
  --long-seconds N      least length of the long stream (default 250: more than the ingress's 240); 0 leaves it out
  --long-tokens N       tokens asked of the long stream (default: what the model's context holds)
  --prompt TEXT         what is asked
  --dry-run             prints the requests
Needs bash 5 and curl. Exit code 0 when all is well; else the last line says what was not.
TEXT
}

url="" cold=300 warm=15 gap=20 long=250 long_tokens="" prompt="Tell me a long story about a river."
while [ $# -gt 0 ]; do
  case "$1" in
    --url | --prompt) [ -n "${2-}" ] || misuse "$1 needs a value." ;;&
    --cold-seconds | --warm-seconds | --gap-seconds | --long-seconds | --long-tokens) [[ ${2-} =~ ^[0-9]{1,6}$ ]] || misuse "$1 needs a number." ;;&
    -h | --help) usage; exit 0 ;;
    --url) url=${2%/}; shift 2 ;;
    --cold-seconds) cold=$2; shift 2 ;;
    --warm-seconds) warm=$2; shift 2 ;;
    --gap-seconds) gap=$2; shift 2 ;;
    --long-seconds) long=$2; shift 2 ;;
    --long-tokens) long_tokens=$2; shift 2 ;;
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
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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

# Most tokens that a completion may have: the context, less room for the prompt.
context_tokens() {
  local context
  context=$(curl --silent --max-time 60 --config "$work/key" "$url/v1/models" | sed -n 's/.*"max_model_len": *\([0-9]*\).*/\1/p')
  [ -n "$context" ] || fail "/v1/models does not tell the model's context; give --long-tokens."
  echo $((context - 64 > 0 ? context - 64 : 1))
}

# Streams one completion. Sets first (time to the first text), total, largest (pause between lines), chunks and done_seen.
# $1: name, $2: most seconds to the first text, $3: most seconds in all, $4: more of the request, as JSON members
stream() {
  local line then="" moment start body code=""
  first=0 total=0 largest=0 chunks=0 done_seen=false
  body="{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"$(json_string "$prompt")\"}]${4-}}"
  if $dry_run; then echo "POST $url/v1/chat/completions $body"; return; fi
  start=$(now)
  while IFS= read -r line; do
    moment=${EPOCHREALTIME/[.,]/} # no subshell: lines come by the thousand
    ((moment - ${then:-$moment} <= largest)) || largest=$((moment - then))
    then=$moment
    case "$line" in
      'data: [DONE]'*) done_seen=true ;;
      'data: {"error"'*) fail "$1: the stream failed: $line" ;;
      *'"content":""'*) ;; # the role's chunk
      *'"content":"'*)
        ((chunks++)) || first=$((moment - start)) ;;
      'status='*) code=${line#status=} ;;
    esac
  done < <(curl --silent --show-error --no-buffer --max-time "$3" --config "$work/key" --header 'Content-Type: application/json' \
    --data-binary "$body" --write-out '\nstatus=%{http_code}\n' "$url/v1/chat/completions" 2>&1 || echo "status=a broken connection")
  total=$(($(now) - start))
  [ "$code" = 200 ] || fail "$1: the request ended with $code after $(seconds "$total") and $chunks chunks of text."
  [ "$chunks" -gt 0 ] || fail "$1: no text arrived."
  [ "$first" -le $(($2 * second)) ] || fail "$1: the first text took $(seconds "$first"), more than $2 s."
  $done_seen || fail "$1: the stream ended without [DONE]."
  [ "$largest" -le $((gap * second)) ] || fail "$1: a pause of $(seconds "$largest"), more than $gap s; something on the way holds lines back."
  say "ok   $1: first text $(seconds "$first"), $chunks chunks in $(seconds "$total"), largest pause $(seconds "$largest"), [DONE]"
}

check_live
check_key_is_needed
stream cold $((cold - ($(now) - begin) / second)) $((cold + 300)) ',"max_tokens":16'
stream warm "$warm" $((warm + 300)) ',"max_tokens":64'
if [ "$long" -gt 0 ]; then
  $dry_run || long_tokens=${long_tokens:-$(context_tokens)}
  stream long "$warm" $((long * 4 + 600)) ",\"ignore_eos\":true,\"max_tokens\":${long_tokens:-MOST}"
  $dry_run || [ "$total" -ge $((long * second)) ] ||
    fail "long: the model was done after $(seconds "$total"), before $long s; give a slower model or a larger --long-tokens, or leave it out with --long-seconds 0."
fi
say "All is well."
