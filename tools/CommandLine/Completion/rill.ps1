# Completion of rill's command line in PowerShell. In $PROFILE: rill completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName rill -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $program = $commandAst.CommandElements[0].ToString()
    $line = $commandAst.ToString().PadRight($cursorPosition - $commandAst.Extent.StartOffset)
    $rest = $line.Substring($program.Length)
    & $program "[suggest:$($rest.Length + 4)]" "rill$rest" 2>$null |
        Where-Object { $_ -like "$wordToComplete*" } |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
