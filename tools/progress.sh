# shellcheck shell=bash
# Sourced: says on standard error what goes on and how long it took. A live line in a terminal, plain lines in a log.

phase_log=""

# A line of its own; a live line starts again below it.
say() {
    [[ ! -t 2 ]] || printf '\r\033[K' >&2
    echo "$1" >&2
}

# Runs a command, whose output goes into $phase_log, and says how long it took. "Packages: fetching 250 MB" is told while it goes on; its
# time, as "Packages: 12 s".
#   phase TITLE COMMAND...
phase() {
    local title=$1 begun=$SECONDS ticker="" status=0; shift
    [[ -n $phase_log ]] || { phase_log=$(mktemp "${TMPDIR:-/tmp}/rill-progress-XXXXXX") && trap 'rm -f "$phase_log"' EXIT; }
    : >"$phase_log"
    if [[ -t 2 ]]; then
        live "$title" 0
        tick "$title" & ticker=$!
    else
        say "$title ..."
    fi
    "$@" >"$phase_log" 2>&1 || status=$?
    if [[ -n $ticker ]]; then
        kill "$ticker" 2>/dev/null
        wait "$ticker" 2>/dev/null
    fi
    ((status != 0)) || say "${title%%:*}: $((SECONDS - begun)) s"
    return "$status"
}

# The live line: title, seconds, and what else there is to say.
live() { printf '\r\033[K%s ... %d s%s' "$1" "$2" "${3-}" >&2; }

# Goes on with the live line every second, and with the project that was compiled last.
tick() {
    local begun=$SECONDS last
    while sleep 1 && kill -0 $$ 2>/dev/null; do    # Ctrl+C ends the script, and not what it has put into the background
        last=$(sed -n 's/^ *\([A-Za-z.]*\) -> .*/, \1 is done/p' "$phase_log" | tail -n 1)
        live "$1" $((SECONDS - begun)) "$last"
    done
}

# Why the last phase failed: the compiler's errors, or all that was said where it names none.
say_last_phase() { grep -E ': error ' "$phase_log" | sort -u >&2 || cat "$phase_log" >&2; }
