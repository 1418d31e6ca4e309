# shellcheck shell=bash
# Sourced by ./run and ./rill: builds a project when one of its sources is newer than its last build.

# Asking find takes milliseconds; asking an incremental build takes seconds.
#   changed_since STAMP SOURCE...
changed_since() {
    local stamp=$1; shift
    [[ ! -e $stamp ]] ||
        find "$@" \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit | grep -q .
}

# Builds in Release, once at a time however many ask at once; messages go to standard error, the compiler's only when it fails. The stamp keeps the time at which the build
# began, so that a source that changes meanwhile counts as newer.
#   build_if_changed PROJECT STAMP AFTERWARDS SOURCE...      AFTERWARDS: a function to call after a build, or ":"
build_if_changed() {
    local project=$1 stamp=$2 afterwards=$3; shift 3
    changed_since "$stamp" "$@" || return 0
    mkdir -p "${stamp%/*}"
    (
        if command -v flock >/dev/null; then flock 9; fi
        changed_since "$stamp" "$@" || exit 0    # somebody else has built meanwhile
        echo "Building ..." >&2
        touch "$stamp.begun"
        # The lock is closed for the build: its compiler server lives on.
        output=$(dotnet build "$project" -c Release -v quiet -nologo 2>&1 9>&-) || { echo "$output" >&2; exit 1; }
        "$afterwards" && mv "$stamp.begun" "$stamp"
    ) 9>"$stamp.lock"
}
