namespace Rill.CommandLine.Tests;

/// <summary>What --help promises.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Commands => ["tokenize", "detokenize", "render", "parse", "inspect", "logits", "completion"];

    [Fact]
    public async Task Help_OfTheProgram_NamesItsCommandsAndExitCodes()
    {
        var result = await RillProcess.RunAsync("", "--help");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.All<string>(["tokenize", "detokenize", "render", "parse", "inspect", "logits", "conformance", "chat", "bench", "top", "completion"], command => Assert.Contains($"\n  {command}", result.Text, StringComparison.Ordinal));
        Assert.Contains("\nExamples:\n", result.Text, StringComparison.Ordinal);
        Assert.Contains("\nExit codes:\n", result.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfEachCommand_HasExamplesThatRun(string command)
    {
        Skip.If(OperatingSystem.IsWindows(), "The examples are for bash.");
        using var directory = new TemporaryDirectory();
        var program = directory.File("rill");
        RillProcess.WriteScript(program, $"#!/bin/sh\nexec dotnet '{RillProcess.Assembly}' \"$@\"\n");
        var help = await RillProcess.RunAsync("", command, "--help");
        var examples = help.Lines.SkipWhile(line => line != "Examples:").Skip(1).TakeWhile(line => line.Length > 0).ToArray();

        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            using var process = RillProcess.Start(
                "bash", ["-c", $"set -o pipefail; {example}"], [KeyValuePair.Create("PATH", $"{directory.Path}:{Environment.GetEnvironmentVariable("PATH")}")]);
            var result = await RillProcess.FinishAsync(process, []);

            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Assert.NotEqual("", result.Text);
            Assert.DoesNotContain("\"error\"", result.Text, StringComparison.Ordinal);
        }
    }
}
