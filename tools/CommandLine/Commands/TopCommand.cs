using System.CommandLine;
using Rill.CommandLine.Client;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.CommandLine.Top;
using Spectre.Console;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill top</c>: what an engine does, from its metrics.</summary>
internal static class TopCommand
{
    private const double DefaultSeconds = 2;
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var server = new ServerOptions();
        var interval = NumberOption.New("--interval", "Seconds between two readings. [default: 2]", 0.1, 3600, "S");
        var once = new Option<bool>("--once") { Description = "One reading over one interval; so it is without a terminal, too." };
        var json = new Option<bool>("--json") { Description = "A line of JSON for each reading." };
        var command = new DocumentedCommand(
            "top",
            "Shows what an engine does, live: running and waiting sequences, KV cache, tokens a second, times, outcomes. "
            + "It reads /metrics of Rill or vLLM; Ctrl+C leaves.",
            "rill top",
            "rill top --url http://localhost:7071 --once --json") { server.Url, server.Key, interval, once, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.NewClient(parsed);
            var watch = new EngineWatch(client, TimeSpan.FromSeconds(parsed.GetValue(interval) ?? DefaultSeconds));
            try
            {
                return await RunAsync(client, watch, parsed.GetValue(once), parsed.GetValue(json), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCode.Success;    // the way to leave it
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(ApiClient client, EngineWatch watch, bool once, bool json, CancellationToken cancellationToken)
    {
        var first = await client.ExplainAsync(() => watch.NextAsync(cancellationToken));
        if (json)
        {
            for (var reading = first; ; reading = await NextAsync(watch, failure => Console.Error.WriteLine($"rill: {failure}"), cancellationToken))
            {
                StandardStreams.WriteText(ReadingWriter.Json(reading));
                if (once)
                {
                    return ExitCode.Success;
                }
            }
        }

        if (once || Console.IsOutputRedirected)
        {
            StandardStreams.WriteText(ReadingWriter.Text(first));
            return ExitCode.Success;
        }

        await AnsiConsole.Live(ReadingWriter.Panel(first)).StartAsync(context => ShowAsync(context, watch, first, cancellationToken));
        return ExitCode.Success;
    }

    /// <summary>Shows one reading after another.</summary>
    private static async Task ShowAsync(LiveDisplayContext context, EngineWatch watch, EngineReading reading, CancellationToken cancellationToken)
    {
        while (true)
        {
            context.UpdateTarget(ReadingWriter.Panel(reading));
            var last = reading;
            reading = await NextAsync(watch, failure => context.UpdateTarget(ReadingWriter.Panel(last, failure)), cancellationToken);
        }
    }

    /// <summary>The next reading. A server that is away is waited for, and told of once.</summary>
    private static async Task<EngineReading> NextAsync(EngineWatch watch, Action<string> tell, CancellationToken cancellationToken)
    {
        for (string? told = null; ;)
        {
            try
            {
                return await watch.NextAsync(cancellationToken);
            }
            catch (ServerException failure)
            {
                if (failure.Message != told)
                {
                    tell(told = failure.Message);
                }

                await Task.Delay(s_pauseAfterFailure, cancellationToken);
            }
        }
    }
}
