using System.Diagnostics;
using Rill.Bench.Servers;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class ChildEndTests
{
    public ChildEndTests() => Skip.If(OperatingSystem.IsWindows(), "The programs are Unix's.");

    [SkippableFact]
    public void AwaitEnd_OfAChildThatHangs_NamesItAndEndsIt()
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", ["1000"]))!;

        var failure = Assert.Throws<InvalidOperationException>(() => child.AwaitEnd(TimeSpan.FromSeconds(1)));

        Assert.Contains($"sleep 1000 (process {child.Id}) has not ended within 1 s", failure.Message, StringComparison.Ordinal);
        Assert.True(child.HasExited);
    }

    [SkippableFact]
    public void AwaitLine_OfAChild_IsItsNextLineAndThenItsEnd()
    {
        using var child = Process.Start(new ProcessStartInfo("echo", ["hello"]) { RedirectStandardOutput = true })!;

        Assert.Equal("hello", child.AwaitLine());
        Assert.Null(child.AwaitLine());
        child.AwaitEnd(TimeSpan.FromSeconds(60));
    }

    [SkippableFact]
    public void AwaitLine_OfAChildThatIsSilent_NamesItAndWhatItWasAsked()
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", ["1000"]) { RedirectStandardOutput = true })!;

        var failure = Assert.Throws<InvalidOperationException>(() => child.AwaitLine("to decode", TimeSpan.FromSeconds(1)));

        Assert.Contains($"sleep 1000 (process {child.Id}) was asked to decode and has not answered within 1 s", failure.Message, StringComparison.Ordinal);
        Assert.True(child.HasExited);
    }
}
