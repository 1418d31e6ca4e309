using System.CommandLine;
using System.Text;
using Rill.CommandLine.Help;
using Rill.CommandLine.Inspect;
using Rill.CommandLine.Pipes;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill inspect</c>: what a model directory holds, and whether Rill can serve it.</summary>
internal static class InspectCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<string>("MODEL") { Description = "A model's directory, as its authors published it, or a GGUF file." };
        var json = new Option<bool>("--json") { Description = "One JSON object, for programs." };
        var command = new DocumentedCommand(
            "inspect",
            "What a model directory holds, the memory it takes, and whether Rill can serve it: exit code 0 if so, else 1 and a line for each problem. Weights are not read, only their headers.",
            "rill inspect models/rill-mini",
            "rill inspect models/rill-mini --json") { directory, json };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetRequiredValue(directory);
            if (!ModelFiles.IsThere(chosen))
            {
                throw new FailureException($"There is no directory or GGUF file {chosen}.");
            }

            var report = ModelInspector.Inspect(chosen);
            Write(report, parsed.GetValue(json));
            return report.Servable ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static void Write(ModelReport report, bool asJson)
    {
        if (!asJson && !Console.IsOutputRedirected)
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            ReportWriter.Table(report);
            return;
        }

        var output = StandardStreams.OpenOutput();
        output.Write(Encoding.UTF8.GetBytes(asJson ? ReportWriter.Json(report) : ReportWriter.Text(report)));
        output.Flush();
    }
}
