using System.Diagnostics;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>What <c>./run</c> says to a command line that it cannot serve.</summary>
public sealed class RunScriptTests
{
    [SkippableTheory]
    [InlineData("--port needs a number from 1 to 65535.", "--port", "x")]
    [InlineData("--port needs a number from 1 to 65535.", "--port", "65536")]
    [InlineData("--port needs a number from 1 to 65535.", "--port")]
    [InlineData("There is no model directory /no/such/folder.", "--model", "/no/such/folder")]
    [InlineData("--model needs a directory.", "--model")]
    public async Task Run_WithABadArgument_SaysSoInOneSentence(string expected, params string[] arguments)
    {
        Skip.If(OperatingSystem.IsWindows(), "./run is a bash script.");

        var (exitCode, error) = await RunAsync(arguments);

        Assert.Equal(1, exitCode);
        Assert.Equal(expected, error.Trim());
    }

    [SkippableFact]
    public async Task Run_Help_NamesEveryOption()
    {
        Skip.If(OperatingSystem.IsWindows(), "./run is a bash script.");

        using var process = Start(["--help"]);
        var help = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("--port N", help, StringComparison.Ordinal);
        Assert.Contains("--model DIR", help, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(string[] arguments)
    {
        using var process = Start(arguments);
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }

    private static Process Start(string[] arguments) =>
        Process.Start(new ProcessStartInfo("bash", [BuiltPrograms.RunScript, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
