using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Run;

/// <summary>LocalHost's option for standing in for a host that does not tell its worker of a signal. What it does, <see cref="SignalTests"/> show.</summary>
public sealed class SilentHostTests
{
    [Fact]
    public async Task Start_WithAnUnknownWordForSignals_NamesTheTwoThatThereAre()
    {
        var run = await Shell.RunAsync(Places.LocalHost, "dotnet", "Rill.LocalHost.dll", "--signals", "both");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("--signals both is unknown: pass gives SIGTERM to the worker, keep does not.\n", run.Error);
    }
}
