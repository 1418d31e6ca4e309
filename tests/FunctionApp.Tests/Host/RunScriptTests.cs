using System.Diagnostics;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>What <c>./run</c> says to a command line that it cannot serve.</summary>
public sealed class RunScriptTests
{
    [SkippableTheory]
    [InlineData("--port needs a number from 1 to 65535.", "--port", "x")]
    [InlineData("--port needs a number from 1 to 65535.", "--port", "65536")]
    [InlineData("--port needs a number from 1 to 65535.", "--port")]
    [InlineData("There is no model directory or GGUF file /no/such/folder.", "--model", "/no/such/folder")]
    [InlineData("--model needs a directory or a GGUF file.", "--model")]
    public async Task Run_WithABadArgument_SaysSoInOneSentence(string expected, params string[] arguments)
    {
        Skip.If(OperatingSystem.IsWindows(), "./run is a bash script.");

        var result = await RunAsync(arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(expected, result.Error.Trim());
    }

    [SkippableFact]
    public async Task Run_Help_NamesEveryOption()
    {
        Skip.If(OperatingSystem.IsWindows(), "./run is a bash script.");

        var result = await RunAsync("--help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("--port N", result.Output, StringComparison.Ordinal);
        Assert.Contains("--model MODEL", result.Output, StringComparison.Ordinal);
    }

    private static Task<ProcessResult> RunAsync(params string[] arguments) =>
        ProcessBounds.RunAsync(new ProcessStartInfo("bash", [BuiltPrograms.RunScript, .. arguments]), ProcessBounds.Patience);
}
