using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.CommandLine.Client;
using Rill.CommandLine.Help;
using Rill.CommandLine.LoadTest;
using Rill.CommandLine.Pipes;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill bench</c>: a load test of a server.</summary>
internal sealed class BenchCommand
{
    private static readonly double[] s_concurrency = [1, 4, 16];
    private const int DefaultSeconds = 10;
    private const int DefaultPromptTokens = 128;

    private readonly ServerOptions _server = new();
    private readonly Option<double[]?> _concurrency =
        NumberOption.NewList(
            "--concurrency",
            "Streams at once, each of which asks again when it has its answer; a test for each number. [default: 1,4,16]", 1, 4096, whole: true);
    private readonly Option<double[]?> _rate =
        NumberOption.NewList(
            "--rate",
            "In place of streams: requests a second, sent at their times whatever becomes of the others.", 0.001, 10_000, whole: false);
    private readonly Option<double?> _requests = NumberOption.New("--requests", "Requests of each test.", 1, 1_000_000, whole: true);
    private readonly Option<double?> _duration =
        NumberOption.New("--duration", "In place of --requests: seconds of each test. [default: 10]", 0.1, 86_400, "S");
    private readonly Option<int> _promptTokens = NumberOption.New("--prompt-tokens", "Tokens of a prompt.", 1, 1_000_000, DefaultPromptTokens);
    private readonly Option<int> _sharedPrefix =
        NumberOption.New("--shared-prefix", "Of these, tokens that all prompts begin with; the rest of each is its own.", 0, 1_000_000, 0);
    private readonly Option<int> _maxTokens = NumberOption.New("--max-tokens", "Most tokens of an answer.", 1, 1_000_000, 64);
    private readonly Option<bool> _ignoreEos =
        new("--ignore-eos") { Description = "Ask for answers that go on to --max-tokens (Rill, vLLM and others know how)." };
    private readonly Option<JsonObject?> _body =
        new("--body") { Description = """Further members of each request, such as '{"temperature":0}'.""", HelpName = "JSON", CustomParser = ParseBody };
    private readonly Option<double?> _warmUp =
        NumberOption.New("--warm-up", "Requests before each test that are not counted. [default: one for each stream]", 0, 100_000, whole: true);
    private readonly Option<int> _timeout = NumberOption.New("--timeout", "Seconds that a request may take.", 1, 86_400, 300);
    private readonly Option<int> _seed = NumberOption.New("--seed", "Chooses the prompts' words; 0 for others each time.", 0, int.MaxValue, 0);
    private readonly Option<string?> _json =
        new("--json") { Description = "Write the figures as JSON to a file; - for standard output.", HelpName = "FILE" };
    private readonly Option<string?> _plot = new("--plot") { Description = "Draw them into an HTML file.", HelpName = "FILE.html" };

    /// <summary>The command.</summary>
    public static Command Create() => new BenchCommand().Build();

    private DocumentedCommand Build()
    {
        var command = new DocumentedCommand(
            "bench",
            "Tests a server of OpenAI's API under load: throughput, time to the first token, between tokens and to the end, failures by kind. "
            + "What is measured and how: docs/load-test.md.",
            "rill bench --url http://localhost:7071 --concurrency 1,4 --duration 2",
            "rill bench --url http://localhost:7071 --rate 20 --requests 100 --json figures.json --plot figures.html")
        {
            _server.Url, _server.Key, _server.Model, _concurrency, _rate, _requests, _duration, _promptTokens, _sharedPrefix,
            _maxTokens, _ignoreEos, _body, _warmUp, _timeout, _seed, _json, _plot,
        };
        command.Validators.Add(Validate);
        command.SetAction(RunAsync);
        return command;
    }

    private void Validate(CommandResult result)
    {
        foreach (var (one, other) in new (Option One, Option Other)[] { (_concurrency, _rate), (_requests, _duration) })
        {
            if (result.GetResult(one) is { Implicit: false } && result.GetResult(other) is { Implicit: false })
            {
                result.AddError($"{one.Name} and {other.Name} exclude one another.");
            }
        }

        var promptTokens = result.GetResult(_promptTokens) is null ? DefaultPromptTokens : result.GetValue(_promptTokens);
        if (result.GetResult(_sharedPrefix) is not null && result.GetValue(_sharedPrefix) >= promptTokens)
        {
            result.AddError("--shared-prefix must be less than --prompt-tokens.");
        }

        if (result.GetResult(_plot) is not null && result.GetValue(_plot) is { } file && !file.EndsWith(".html", StringComparison.OrdinalIgnoreCase))
        {
            result.AddError("--plot writes HTML: the file's name must end with .html.");
        }
    }

    private static JsonObject? ParseBody(ArgumentResult result)
    {
        try
        {
            if (JsonNode.Parse(result.Tokens[0].Value) is JsonObject body)
            {
                return body;
            }
        }
        catch (JsonException)
        {
            // as for JSON that is no object
        }

        result.AddError("--body must be a JSON object.");
        return null;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _server.NewClient(parsed);
        try
        {
            var report = await client.ExplainAsync(() => MeasureAsync(client, parsed, cancellationToken));
            Write(report, parsed.GetValue(_json), parsed.GetValue(_plot));
            return report.Levels.All(level => level.Failed < level.Requests) ? ExitCode.Success : ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private async Task<LoadReport> MeasureAsync(ApiClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        var started = DateTimeOffset.UtcNow;
        var status = StatusLine.New();
        status.Show($"waiting for {ServerAddress.Show(client.Api)}");
        try
        {
            var plan = PlanOf(parsed, parsed.GetValue(_server.Model) ?? await client.WithinAsync(TimeoutOf(parsed), client.FirstModelAsync, cancellationToken));
            return new LoadReport
            {
                Url = ServerAddress.Show(client.Api), Model = plan.Model, Started = started, Levels = await MeasureAsync(client, plan, status, cancellationToken),
                PromptTokens = plan.PromptTokens, SharedPrefix = plan.SharedPrefix, MaxTokens = plan.MaxTokens, Seed = plan.Seed,
            };
        }
        finally
        {
            status.Clear();
        }
    }

    private TimeSpan TimeoutOf(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_timeout));

    private LoadPlan PlanOf(ParseResult parsed, string model)
    {
        var body = parsed.GetValue(_body) ?? [];
        if (parsed.GetValue(_ignoreEos))
        {
            body["ignore_eos"] = true;
        }

        return new LoadPlan
        {
            Model = model,
            Levels = parsed.GetValue(_rate) is { Length: > 0 } rates
                ? [.. rates.Select(rate => new LoadLevel(null, rate))]
                : [.. (parsed.GetValue(_concurrency) is { Length: > 0 } streams ? streams : s_concurrency).Select(count => new LoadLevel((int)count, null))],
            Requests = (int?)parsed.GetValue(_requests),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(_duration) ?? DefaultSeconds),
            WarmUp = (int?)parsed.GetValue(_warmUp),
            PromptTokens = parsed.GetValue(_promptTokens),
            SharedPrefix = parsed.GetValue(_sharedPrefix),
            MaxTokens = parsed.GetValue(_maxTokens),
            Body = body,
            Timeout = TimeoutOf(parsed),
            Seed = parsed.GetValue(_seed) is > 0 and var seed ? seed : Random.Shared.Next(1, int.MaxValue),
        };
    }

    private static async Task<List<LevelReport>> MeasureAsync(ApiClient client, LoadPlan plan, StatusLine status, CancellationToken cancellationToken)
    {
        var load = new LoadClient(client, plan.Timeout);
        var prompts = new PromptMaker(plan);
        await prompts.CalibrateAsync(load, cancellationToken);
        var levels = new List<LevelReport>();
        foreach (var level in plan.Levels)
        {
            var run = new LoadRun(load, prompts, plan, level);
            var measured = run.RunAsync(cancellationToken);
            while (await Task.WhenAny(measured, Task.Delay(TimeSpan.FromMilliseconds(250), CancellationToken.None)) != measured)
            {
                status.Show($"{level.Title}: {run.Ended} answers, {run.Failed} failed");
            }

            status.Clear();
            levels.Add(await measured);
        }

        return levels;
    }

    /// <summary>The figures first, so that a file that cannot be written loses none.</summary>
    private static void Write(LoadReport report, string? json, string? plot)
    {
        if (json == "-")
        {
            StandardStreams.WriteText(report.ToJson());
        }
        else if (Console.IsOutputRedirected)
        {
            StandardStreams.WriteText(ReportWriter.Text(report));
        }
        else
        {
            ReportWriter.Table(report);
        }

        if (json is not null and not "-")
        {
            File.WriteAllText(json, report.ToJson());
        }

        if (plot is not null)
        {
            File.WriteAllText(plot, ReportPlot.Html(report));
        }
    }
}
