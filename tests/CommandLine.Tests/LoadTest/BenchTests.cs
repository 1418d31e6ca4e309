using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests.LoadTest;

/// <summary><c>rill bench</c>: what it sends, and what it makes of the answers.</summary>
[Collection(nameof(ScriptedServer))]
public sealed partial class BenchTests(ScriptedServer rill)
{
    private const int CalibrationRequests = 2;
    private const int TemplateTokens = 20;

    [Fact]
    public async Task Bench_OfRill_CountsWhatTheServerCounts()
    {
        var levels = await LevelsAsync(rill.Url, "--concurrency", "1,3", "--requests", "6", "--prompt-tokens", "200", "--max-tokens", "9", "--ignore-eos");

        Assert.Equal([1, 3], levels.Select(level => level.GetProperty("concurrency").GetInt32()));
        Assert.All(levels, level =>
        {
            Assert.Equal((6, 0), (Int(level, "requests"), Int(level, "failed")));
            Assert.Equal("usage", level.GetProperty("tokens_counted_by").GetString());
            Assert.Equal(9, level.GetProperty("completion_tokens_mean").GetDouble());
            Assert.InRange(level.GetProperty("prompt_tokens_mean").GetDouble(), 180, 220);    // its tokens are bytes, and words are what is sent
            Assert.InRange(level.GetProperty("cached_part").GetDouble(), 0, 0.05);    // another run's prompt of this number may begin alike
            Assert.Equal(6, Int(level.GetProperty("ttft_ms"), "count"));
            Assert.Equal(6, Int(level.GetProperty("e2e_ms"), "count"));
            var least = level.GetProperty("seconds").GetDouble() - 0.0005;    // it is rounded
            Assert.InRange(level.GetProperty("output_tokens_per_second").GetDouble(), 1, 6 * 9 / least * 1.01);
            Assert.True(level.GetProperty("e2e_ms").GetProperty("p50").GetDouble() >= level.GetProperty("ttft_ms").GetProperty("p50").GetDouble());
        });
    }

    [Fact]
    public async Task Bench_WithASharedPrefix_FindsItInTheCache()
    {
        var levels = await LevelsAsync(
            rill.Url, "--concurrency", "1", "--requests", "4", "--prompt-tokens", "400", "--shared-prefix", "60", "--max-tokens", "1", "--seed", "7");

        // Its tokens are bytes, its cache goes by blocks of sixteen, and the first digits of the prompts' numbers are alike.
        var tokens = levels[0].GetProperty("prompt_tokens_mean").GetDouble();
        Assert.InRange(tokens, 360, 440);
        Assert.InRange(levels[0].GetProperty("cached_part").GetDouble() * tokens, 40, 85);
    }

    [Fact]
    public async Task Bench_WithASharedPrefix_SendsTheTokensThatItReports()
    {
        await using var server = await StartWithWordsForTokensAsync();

        var levels = await LevelsAsync(server.Url, "--concurrency", "1", "--requests", "4", "--prompt-tokens", "128", "--shared-prefix", "64");

        Assert.Equal(128, levels[0].GetProperty("prompt_tokens_mean").GetDouble());
        var prompts = Prompts(server).Skip(CalibrationRequests).Select(prompt => prompt.Split(' ')).ToList();
        Assert.Single(prompts.Select(prompt => string.Join(' ', prompt[..64])).Distinct());
        Assert.Equal(prompts.Count, prompts.Select(prompt => prompt[64]).Distinct().Count());
    }

    [Fact]
    public async Task Bench_WithASharedPrefixThatLeavesNoRoom_SaysWhy()
    {
        await using var server = await StartWithWordsForTokensAsync();

        var result = await RillProcess.RunAsync("", "bench", "--url", server.Url, "--prompt-tokens", "128", "--shared-prefix", "120");

        Assert.Equal(
            (1, "rill: --shared-prefix 120 is too long: of a prompt of 128 tokens, 21 are its number and the model's template.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Seed_ChoosesTheSameWordsInEveryProcess()
    {
        var first = await PromptsOfSeedAsync("7");
        var again = await PromptsOfSeedAsync("7");
        var other = await PromptsOfSeedAsync("8");

        Assert.Equal(first, again);
        Assert.Empty(first.Intersect(other));
    }

    [Fact]
    public async Task Bench_SendsPromptsThatAreAllDifferent_AndWarmsUpFirst()
    {
        await using var server = await OtherServer.StartAsync(async (http, number) =>
        {
            OtherServer.BeginStream(http);
            await OtherServer.SendTextAsync(http, "a");
            await OtherServer.SendEndAsync(http, completion: number < CalibrationRequests + 3 ? 90 : 2);    // many tokens only until it is warm
        });

        var levels = await LevelsAsync(server.Url, "--concurrency", "2", "--requests", "5", "--warm-up", "3", "--body", """{"temperature":0}""");

        Assert.Equal(CalibrationRequests + 3 + 5, server.Requests.Count);
        Assert.Equal(5, Int(levels[0], "requests"));
        Assert.Equal(2, levels[0].GetProperty("completion_tokens_mean").GetDouble());
        var prompts = Prompts(server);
        Assert.Equal(prompts.Count, prompts.Select(prompt => prompt[..10]).Distinct().Count());
        Assert.All(server.Requests, request => Assert.Equal(0, request.GetProperty("temperature").GetInt32()));
    }

    [Fact]
    public async Task Bench_AtARate_SendsOnTime_AndCountsFromThen()
    {
        // One answer after another, 150 ms each, asked for every 50 ms: the last one has waited for all before it.
        using var one = new SemaphoreSlim(1);
        await using var server = await OtherServer.StartAsync(async (http, _) =>
        {
            await one.WaitAsync();
            await Task.Delay(150);
            one.Release();
            await OtherServer.AnswerAsync(http, "a", "b");
        });

        var levels = await LevelsAsync(server.Url, "--rate", "20", "--requests", "10", "--warm-up", "0");

        Assert.Equal(20, levels[0].GetProperty("rate").GetDouble());
        Assert.Equal(JsonValueKind.Null, levels[0].GetProperty("concurrency").ValueKind);
        Assert.InRange(levels[0].GetProperty("ttft_ms").GetProperty("max").GetDouble(), (10 * 150) - (9 * 50) - 100, 60_000);
    }

    [Fact]
    public async Task Bench_CountsFailuresByKind_AndTheOthersTimes()
    {
        await using var server = await OtherServer.StartAsync((http, number) => (number < CalibrationRequests ? 0 : number % 3) switch
        {
            0 => OtherServer.AnswerAsync(http, "a", "b"),
            1 => OtherServer.RefuseAsync(http, 503, "server_is_overloaded", "Busy."),
            _ => CutAsync(http),
        });

        var result = await RillProcess.RunAsync("", "bench", "--url", server.Url, "--concurrency", "1", "--requests", "9", "--warm-up", "0", "--json", "-");

        Assert.Equal(0, result.ExitCode);
        var level = JsonElement.Parse(result.Text).GetProperty("levels")[0];
        Assert.Equal((3, 3), (Int(level.GetProperty("errors"), "stream cut"), Int(level.GetProperty("errors"), "503 server_is_overloaded")));
        Assert.Equal((9, 6, 3), (Int(level, "requests"), Int(level, "failed"), Int(level.GetProperty("e2e_ms"), "count")));
    }

    [Fact]
    public async Task Bench_OfAServerThatRefusesAll_SaysWhy()
    {
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.RefuseAsync(http, 401, "invalid_api_key", "The API key is wrong."));

        var result = await RillProcess.RunAsync("", "bench", "--url", server.Url);

        Assert.Equal((1, "rill: The API key is wrong. (request id req-of-the-test) The key is given by --key or by the variable RILL_API_KEY.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Bench_InAPipe_WritesATable_AndAPageWithPlotsThatNeedsNothingElse()
    {
        using var directory = new TemporaryDirectory();
        var result = await RillProcess.RunAsync(
            "", "bench", "--url", rill.Url, "--concurrency", "1,2", "--duration", "0.3", "--max-tokens", "4",
            "--json", directory.File("figures.json"), "--plot", directory.File("figures.html"));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches("^ +1 at once +2 at once\nrequests +\\d+ +\\d+\nfailed +0 +0\nseconds +0\\.30 +0\\.30\n", result.Text);
        Assert.Equal("rill-bench/1", JsonElement.Parse(await File.ReadAllTextAsync(directory.File("figures.json"))).GetProperty("schema").GetString());
        var page = await File.ReadAllTextAsync(directory.File("figures.html"));
        var plots = Picture().Matches(page).Select(match => Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value))).ToList();
        Assert.Equal(4, plots.Count);
        Assert.All(plots, plot => Assert.Contains("<svg", plot, StringComparison.Ordinal));
        Assert.Contains(">p99<", plots[1], StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_HasTheMembersThatTheDocumentSays()
    {
        var result = await RillProcess.RunAsync("", "bench", "--url", rill.Url, "--concurrency", "1", "--requests", "2", "--max-tokens", "2", "--json", "-");
        var document = await File.ReadAllTextAsync(Path.Combine(Vectors.RepositoryRoot(), "docs", "load-test.md"));

        var said = Member().Matches(document).Select(match => match.Groups[1].Value).ToHashSet();
        var written = Names(JsonElement.Parse(result.Text)).ToHashSet();

        Assert.Empty(written.Except(said));
        Assert.Empty(said.Except(written));
    }

    [Theory]
    [InlineData("--concurrency and --rate exclude", "--rate", "1", "--concurrency", "2")]
    [InlineData("--requests and --duration exclude", "--requests", "1", "--duration", "2")]
    [InlineData("--requests must lie in [1, 1000000] and be a whole number.", "--requests", "1.5")]
    [InlineData("must end with .html", "--plot", "figures.png")]
    [InlineData("--concurrency must lie in [1, 4096] and be a whole number.", "--concurrency", "1,x")]
    [InlineData("--body must be a JSON object.", "--body", "[1]")]
    [InlineData("--shared-prefix must be less than --prompt-tokens.", "--shared-prefix", "128")]
    [InlineData("--shared-prefix must be less than --prompt-tokens.", "--shared-prefix", "60", "--prompt-tokens", "50")]
    public async Task Bench_OfAWrongCommandLine_Is2(string expected, params string[] arguments)
    {
        var result = await RillProcess.RunAsync("", ["bench", "--url", rill.Url, .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static async Task<List<JsonElement>> LevelsAsync(string url, params string[] arguments)
    {
        var result = await RillProcess.RunAsync("", ["bench", "--url", url, .. arguments, "--json", "-"]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return [.. JsonElement.Parse(result.Text).GetProperty("levels").EnumerateArray()];
    }

    private static async Task<List<string>> PromptsOfSeedAsync(string seed)
    {
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "a", "b"));
        await LevelsAsync(server.Url, "--seed", seed, "--concurrency", "1", "--requests", "3");
        return Prompts(server);
    }

    /// <summary>A server that counts a token for each word, and some for its template.</summary>
    private static async Task<OtherServer> StartWithWordsForTokensAsync()
    {
        OtherServer? server = null;
        server = await OtherServer.StartAsync(async (http, number) =>
        {
            OtherServer.BeginStream(http);
            await OtherServer.SendTextAsync(http, "a");
            await OtherServer.SendEndAsync(http, prompt: TemplateTokens + Prompts(server!)[number].Split(' ').Length);
        });
        return server;
    }

    private static List<string> Prompts(OtherServer server) =>
        [.. server.Requests.Select(request => request.GetProperty("messages")[0].GetProperty("content").GetString()!)];

    private static async Task CutAsync(Microsoft.AspNetCore.Http.HttpContext http)
    {
        OtherServer.BeginStream(http);
        await OtherServer.SendTextAsync(http, "a");
        await Task.Delay(300);    // what was sent arrives
        http.Abort();
    }

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Names(member.Value).Prepend(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        _ => [],
    };

    [GeneratedRegex("src=\"data:image/svg\\+xml;base64,([^\"]+)\"")]
    private static partial Regex Picture();

    [GeneratedRegex("^\\| `(\\w+)`", RegexOptions.Multiline)]
    private static partial Regex Member();
}
