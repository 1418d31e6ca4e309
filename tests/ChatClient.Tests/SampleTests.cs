using System.Diagnostics;
using Rill.FunctionApp.Tests.Host;

namespace Rill.ChatClient.Tests;

/// <summary>samples/InProcess, as a reader runs it.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Sample_StreamsAnAnswer_AndCallsAFunction()
    {
        var program = Path.Combine(BuiltPrograms.Sample, "InProcess.dll");

        var run = await ProcessBounds.RunAsync(new ProcessStartInfo("dotnet", [program]), ProcessBounds.Patience);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("Azure Function", run.Output, StringComparison.Ordinal);
        Assert.Contains("18 degrees", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_WithAModelThatIsNotThere_SaysSo()
    {
        var program = Path.Combine(BuiltPrograms.Sample, "InProcess.dll");

        var run = await ProcessBounds.RunAsync(new ProcessStartInfo("dotnet", [program, "no-such-model"]), ProcessBounds.Patience);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("The model 'no-such-model' does not exist", run.Error, StringComparison.Ordinal);
    }
}
