# Completion of rill's command line in bash. In ~/.bashrc: source <(rill completion bash)
# A terminal that is no terminal: the runtime would put the real one into another mode while a line is being edited.
_rill() {
    local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT}
    local rest=${line#"${COMP_WORDS[0]}"}
    COMPREPLY=()
    [[ $word == [=:] ]] && word=
    local candidate
    while read -r candidate; do
        [[ $candidate == "$word"* ]] && COMPREPLY+=("$candidate")
    done < <(TERM=dumb "$1" "[suggest:$((${#rest} + 4))]" "rill$rest" 2>/dev/null)
}
complete -o default -o bashdefault -F _rill rill
