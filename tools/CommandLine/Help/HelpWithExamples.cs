using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Rill.CommandLine.Help;

/// <summary>A command's help: what the library writes, then examples and exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in ExamplesOf(parseResult.CommandResult.Command))
        {
            output.WriteLine($"  {example}");
        }

        output.WriteLine();
        output.WriteLine("Exit codes:");
        output.WriteLine("  0  success");
        output.WriteLine("  1  the work or at least one line failed, or the model cannot be served; standard error or the line says why");
        output.WriteLine("  2  the command line is wrong");
        return ExitCode.Success;
    }

    /// <summary>The command's own examples; of a group of commands, the first one of each.</summary>
    private static IEnumerable<string> ExamplesOf(Command command) => command is DocumentedCommand { Examples.Count: > 0 } documented
        ? documented.Examples
        : command.Subcommands.SelectMany(subcommand => ExamplesOf(subcommand).Take(1));
}
