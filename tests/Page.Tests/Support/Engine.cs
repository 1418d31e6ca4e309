using System.Diagnostics;
using System.Globalization;
using Rill.FunctionApp.Tests.Host;

namespace Rill.Page.Tests.Support;

/// <summary>What a server's engine is doing, by its own metrics.</summary>
internal static class Engine
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    /// <summary>Sequences that run.</summary>
    public static async Task<int> RunningAsync(RillServer server)
    {
        var metrics = await server.Client.GetStringAsync(new Uri("metrics", UriKind.Relative));
        return (int)metrics.Split('\n').Where(line => line.StartsWith("vllm:num_requests_running", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until nothing runs.</summary>
    public static Task BecomesIdleAsync(RillServer server) => BecomesAsync(server, 0);

    /// <summary>Waits until so many sequences run.</summary>
    public static async Task BecomesAsync(RillServer server, int running)
    {
        for (var clock = Stopwatch.StartNew(); await RunningAsync(server) is var now && now != running; await Task.Delay(20))
        {
            Assert.True(clock.Elapsed < s_patience, $"The engine works on {now} answers, not on {running}.");
        }
    }
}
