using System.Diagnostics;

namespace Rill.Torch.Tests.Native;

public sealed class ExitGuardTests
{
    private const int EndedByAlarm = 128 + 14;

    [Theory]
    [InlineData("return")]
    [InlineData("exit")]
    public async Task End_WhileALoadGoesOn_WaitsForIt(string how)
    {
        var process = await RunAsync("busy", how);

        Assert.Equal(new ProcessResult(3, "done\n", ""), process);
    }

    [SkippableTheory]
    [InlineData("return")]
    [InlineData("exit")]
    public async Task End_ThatHangs_IsMade(string how)
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are Unix's.");

        var process = await RunAsync("hang", how);

        Assert.Equal(EndedByAlarm, process.ExitCode);
    }

    private static Task<ProcessResult> RunAsync(string what, string how) =>
        ProcessBounds.RunAsync(new ProcessStartInfo(Environment.ProcessPath!, [typeof(ExitGuardTests).Assembly.Location, what, how]), ProcessBounds.Patience);
}
