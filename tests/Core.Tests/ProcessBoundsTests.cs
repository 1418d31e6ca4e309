using System.Diagnostics;

namespace Rill.Core.Tests;

/// <summary>What a test is told when a process that it waits for hangs.</summary>
public sealed class ProcessBoundsTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    public ProcessBoundsTests() => Skip.If(OperatingSystem.IsWindows(), "The programs are bash's.");

    [SkippableFact]
    public async Task Run_OfAProgramThatEnds_KeepsWhatItSaid()
    {
        var result = await ProcessBounds.RunAsync(Bash("echo out; echo err >&2; exit 3"), ProcessBounds.Patience);

        Assert.Equal(new ProcessResult(3, "out\n", "err\n"), result);
    }

    [SkippableFact]
    public async Task Run_OfAProgramThatHangs_NamesItAndEndsItsChildrenToo()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => ProcessBounds.RunAsync(Bash("trap '' TERM; sleep 1000 & echo $!; wait"), _limit));

        Assert.Contains("bash -c", failure.Message, StringComparison.Ordinal);
        Assert.Contains("has not ended within 2 s. It said last:\n", failure.Message, StringComparison.Ordinal);
        var child = failure.Message.TrimEnd().Split('\n')[^1];
        Assert.Equal("gone", await FateAsync(child));
    }

    [SkippableFact]
    public async Task Run_OfAProgramWhoseChildKeepsItsOutput_SaysThat()
    {
        var failure = await FailureOfAnEndedAsync(Bash("sleep 1000 & echo $!"));

        Assert.Contains("has ended, but something holds its output open", failure.Message, StringComparison.Ordinal);
        using var child = Process.GetProcessById(int.Parse(failure.Message.TrimEnd().Split('\n')[^1], System.Globalization.CultureInfo.InvariantCulture));
        child.Kill();
    }

    [SkippableFact]
    public async Task WithInterrupts_OfAnyProgram_LetsItHearThem()
    {
        var result = await ProcessBounds.RunAsync(Bash("kill -INT $$; echo deaf").WithInterrupts(), ProcessBounds.Patience);

        Assert.Equal("", result.Output);
    }

    // A busy machine may not come to the program's end within the limit: then a longer one is tried.
    private static async Task<TimeoutException> FailureOfAnEndedAsync(ProcessStartInfo start)
    {
        for (var limit = _limit; ; limit *= 5)
        {
            var failure = await Assert.ThrowsAsync<TimeoutException>(() => ProcessBounds.RunAsync(start, limit));
            if (limit * 5 > ProcessBounds.Patience || !failure.Message.Contains("has not ended", StringComparison.Ordinal))
            {
                return failure;
            }
        }
    }

    private static ProcessStartInfo Bash(string script) => new("bash", ["-c", script]);

    // A killed orphan may stay a zombie where nobody waits for orphans.
    private static async Task<string> FateAsync(string id)
    {
        var fate = "";
        for (var clock = Stopwatch.StartNew(); fate != "gone" && clock.Elapsed < ProcessBounds.Patience; await Task.Delay(20))
        {
            fate = (await ProcessBounds.RunAsync(Bash($"case $(ps -o stat= -p {id}) in ''|Z*) echo gone ;; *) echo there ;; esac"), ProcessBounds.Patience)).Output.Trim();
        }

        return fate;
    }
}
