# shellcheck shell=bash
# Sourced by ./run and ./rill, which say in $root where the repository is: builds what they start when one of its sources is newer than its
# last build, and says what it does meanwhile. For the bash 3.2 of macOS too.
: "${root:?}"

# shellcheck source=tools/progress.sh
source "$root/tools/progress.sh"
bin=$root/tools/CommandLine/bin
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}

# What ./rill is built from, and ./run too.
# shellcheck disable=SC2034
rill_sources=("$root"/{rill,tools/CommandLine,tools/build-if-changed.sh,tools/progress.sh,Shared/Core,Shared/ModelStore,Shared/Torch,Directory.Build.props,Directory.Packages.props,global.json})

# Asking find takes milliseconds; asking an incremental build takes seconds.
#   changed_since STAMP SOURCE...
changed_since() {
    local stamp=$1; shift
    [[ ! -e $stamp ]] ||
        find "$@" \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name dist.next \) -prune -o -type f -newer "$stamp" -print -quit | grep -q .
}

# One build at a time, however many ask at once. The stamp keeps the time at which the build began, so that a source that changes meanwhile
# counts as newer.
#   build_if_changed BUILD STAMP SOURCE...      BUILD: a function that builds
build_if_changed() {
    local build=$1 stamp=$2; shift 2
    changed_since "$stamp" "$@" || return 0
    mkdir -p "${stamp%/*}" "$bin"
    (
        if command -v flock >/dev/null; then flock 9; fi
        changed_since "$stamp" "$@" || exit 0    # somebody else has built meanwhile
        touch "$stamp.begun"
        # The lock is closed for the build: its compiler server lives on.
        "$build" 9>&- && mv "$stamp.begun" "$stamp"
    ) 9>"$bin/.lock"
}

# Fetches the packages of a project or solution and compiles it in Release.
#   restore_and_compile PROJECT
restore_and_compile() {
    check_sdk && check_disk || return
    local what=Packages
    [[ -d $packages/torchsharp ]] || what="Packages: fetching about 250 MB, of which libtorch is 128"
    phase "$what" dotnet restore "$1" -nologo || { explain_restore; return 1; }
    # Nothing here looks at warnings: the analyzers, two fifths of the compiler's work, belong to ./test. The compiler ends before code of an
    # instrumented tier would pay, and has more to gain from fewer collections than from a small heap (one for each core: on many, a large one).
    local garbage=0x8000000
    (($(getconf _NPROCESSORS_ONLN) <= 4)) || garbage=0
    DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 DOTNET_GCgen0size=$garbage \
        phase Compiling dotnet build "$1" -c Release --no-restore -v minimal -nologo -clp:NoSummary -p:UseSharedCompilation=true \
        -p:RunAnalyzers=false || { say_last_phase; say "The build failed."; return 1; }
    sed -n 's/^ *\(The web page was not built.*\)/\1/p' "$phase_log" | sort -u >&2
}

check_sdk() {
    (cd "$root" && dotnet --version >/dev/null 2>&1) ||
        { say "Rill needs the .NET 10 SDK, and dotnet finds none here: https://dot.net"; return 1; }
}

# Packages and what is compiled of them take 1.2 GB.
check_disk() {
    [[ ! -d $packages/torchsharp ]] || return 0
    local place=$packages free
    until [[ -d $place ]]; do place=$(dirname "$place"); done
    free=$(df -Pk "$place" | awk 'NR == 2 { print int($4 / 1024) }')
    ((free >= 1500)) || { say "$place has $free MB left, and the first build needs 1,500: free some, or set NUGET_PACKAGES to a folder on another disk."; return 1; }
}

explain_restore() {
    local why
    why=$(sed -n 's/.*error \(NU[0-9]*: [^[]*\).*/\1/p' "$phase_log" | head -n 1)
    case $why in
        NU1301*) say "The packages cannot be fetched: ${why#*: }" ;;
        *) say_last_phase; say "The packages cannot be restored." ;;
    esac
}

# Runs of ./rill start from a copy of the build, which another one never overwrites: processes of the old one keep their files.
keep_copy() {
    local copy=copies/$$.$RANDOM
    mkdir -p "$bin/copies"
    find "$bin/copies" -mindepth 1 -maxdepth 1 -mtime +1 -exec rm -rf {} +
    cp -R "$bin/Release/net10.0" "$bin/$copy" && echo "$copy" >"$bin/current.next" && mv "$bin/current.next" "$bin/current"
}
