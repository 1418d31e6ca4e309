#compdef rill
# Completion of rill's command line in zsh. In ~/.zshrc, after compinit: source <(rill completion zsh)
# A terminal that is no terminal: the runtime would put the real one into another mode while a line is being edited.
_rill() {
    local line="${BUFFER[1,CURSOR]}"
    local rest="${line#*${words[1]}}"
    local -a candidates
    candidates=("${(@f)$(TERM=dumb "${words[1]}" "[suggest:$((${#rest} + 4))]" "rill$rest" 2>/dev/null)}")
    candidates=("${(@)candidates:#}")
    (( ${#candidates} )) && compadd -a candidates || _files
}
compdef _rill rill ./rill
