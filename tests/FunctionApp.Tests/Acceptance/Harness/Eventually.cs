using System.Diagnostics;
using Rill.FunctionApp.Tests.Host;
using Xunit.Sdk;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Waits for what must become true soon, and repeats what a machine that stands still may spoil.</summary>
internal static class Eventually
{
    private const int Attempts = 3;

    /// <summary>Asks again and again until the answer is yes; fails the test when that takes longer than the bound.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> BecomesTrueAsync(Func<Task<bool>> condition, TimeSpan bound, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < bound, $"After {clock.Elapsed.TotalSeconds:0.0} s still not true: {what}.");
            await Task.Delay(20);
        }

        return clock.Elapsed;
    }

    /// <summary>
    /// Expects something of how long things take. A machine that stands still for a moment fails that without any fault of ours, but not each
    /// time: so the measurement is repeated. What goes wrong while it is made is no matter of time, and fails at once.
    /// </summary>
    public static async Task MeasuresAsync<T>(Func<Task<T>> measure, Action<T> expect)
    {
        for (var attempt = 1; ; attempt++)
        {
            var measured = await measure();
            try
            {
                expect(measured);
                return;
            }
            catch (XunitException) when (attempt < Attempts)
            {
                // Perhaps the machine stood still.
            }
        }
    }

    /// <summary>Repeats a whole check that a machine at a standstill may spoil at any place, since a limit runs while it is made.</summary>
    public static async Task SucceedsAsync(Func<Task> check)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await check();
                return;
            }
            catch (Exception failure) when (attempt < Attempts && failure is not Xunit.SkipException)
            {
                // Perhaps the machine stood still.
            }
        }
    }

    /// <summary>Waits until nothing runs and nothing waits in the server's engine.</summary>
    public static Task<TimeSpan> IdleAsync(RillServer server, TimeSpan bound) => BecomesTrueAsync(
        async () => await server.MetricAsync("vllm:num_requests_running") + await server.MetricAsync("vllm:num_requests_waiting") == 0,
        bound,
        "the engine is idle");
}
