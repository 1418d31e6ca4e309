using Microsoft.Extensions.Time.Testing;
using Rill.LocalHost;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>Which ends of a worker are followed by another start, and when.</summary>
public sealed class RestartPolicyTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly RestartPolicy _policy;

    public RestartPolicyTests() => _policy = new RestartPolicy(_time);

    [Fact]
    public void Crash_IsFollowedAtOnce_ThenAfterTenSeconds_ThenNoMore()
    {
        Assert.Equal(TimeSpan.Zero, Crash());
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(7), Crash());
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.False(_policy.HasGivenUp);
        Assert.Null(Crash());
        Assert.True(_policy.HasGivenUp);
    }

    [Fact]
    public void Crash_HalfAnHourAfterTheLast_IsTheFirstAgain()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.NotNull(Crash());
            _time.Advance(TimeSpan.FromMinutes(31));
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(137, true)]
    public void End_InOrderOrByTheHost_CountsForNothing(int exitCode, bool wasStopped)
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.NotNull(_policy.AfterEnd(WorkerStage.Ready, exitCode, wasStopped));
        }
    }

    [Fact]
    public void End_WithOneBeforeReadiness_IsFinal()
    {
        Crash();

        Assert.Null(_policy.AfterEnd(WorkerStage.Loaded, 1, wasStopped: false));
        Assert.False(_policy.HasGivenUp);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(134)]
    public void End_OfTheFirstWorkerBeforeItsFunctionsAreLoaded_IsFinal(int exitCode) =>
        Assert.Null(_policy.AfterEnd(WorkerStage.Starting, exitCode, wasStopped: false));

    [Fact]
    public void End_InALaterStart_IsACrashWhateverItsCode()
    {
        Crash();
        Assert.NotNull(_policy.AfterEnd(WorkerStage.Starting, 0, wasStopped: false));

        Assert.Null(_policy.AfterEnd(WorkerStage.Starting, 0, wasStopped: false));
    }

    private TimeSpan? Crash() => _policy.AfterEnd(WorkerStage.Ready, 134, wasStopped: false);
}
