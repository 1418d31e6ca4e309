# Completion of rill's command line in fish. Once: rill completion fish > ~/.config/fish/completions/rill.fish
# A terminal that is no terminal: the runtime would put the real one into another mode while a line is being edited.
function __rill_complete
    set -l line (commandline --cut-at-cursor)
    set -l program (commandline --tokens-expanded --current-process 2>/dev/null; or commandline -o)[1]
    set -l rest (string replace -- $program '' $line)
    set -l position (math (string length -- "$rest") + 4)
    env TERM=dumb $program "[suggest:$position]" "rill$rest" 2>/dev/null
end
complete -c rill -a '(__rill_complete)'
