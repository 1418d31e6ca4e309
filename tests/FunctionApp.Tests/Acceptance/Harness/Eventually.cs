using System.Diagnostics;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Waits for what must become true soon.</summary>
internal static class Eventually
{
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

    /// <summary>Waits until nothing runs and nothing waits in the server's engine.</summary>
    public static Task<TimeSpan> IdleAsync(RillServer server, TimeSpan bound) => BecomesTrueAsync(
        async () => await server.MetricAsync("vllm:num_requests_running") + await server.MetricAsync("vllm:num_requests_waiting") == 0,
        bound,
        "the engine is idle");
}
