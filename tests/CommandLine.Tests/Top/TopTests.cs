using System.Text.Json;
using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests.Top;

/// <summary><c>rill top</c>: what it makes of a server's metrics.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class TopTests(ScriptedServer rill)
{
    private const string Labels = """{model_name="a \"quoted\" model",engine="0"}""";

    [Fact]
    public async Task Top_AsJson_IsWhatHappenedInTheInterval()
    {
        await using var server = await OtherServer.StartAsync((_, _) => Task.CompletedTask, Metrics);

        var result = await RillProcess.RunAsync("", "top", "--url", server.Url, "--once", "--json", "--interval", "0.5");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var reading = JsonElement.Parse(Assert.Single(result.Lines));
        Assert.Equal("a \"quoted\" model", reading.GetProperty("model").GetString());
        Assert.Equal((3, 2, 0.25), (Number(reading, "running"), Number(reading, "waiting"), Number(reading, "kv_cache_usage")));
        Assert.Equal(0.4, Number(reading, "prefix_hits"));
        var seconds = Number(reading, "seconds");
        Assert.InRange(seconds, 0.49, 60);    // a timer's clock is coarser
        Assert.Equal(1000 / seconds, Number(reading, "output_tokens_per_second"), tolerance: 5);
        Assert.Equal(500 / seconds, Number(reading, "input_tokens_per_second"), tolerance: 5);
        Assert.Equal("""{"stop":4,"length":0,"abort":0,"error":1}""", reading.GetProperty("ended").GetRawText());
        Assert.Equal("""{"stop":14,"length":2,"abort":0,"error":1}""", reading.GetProperty("ended_in_all").GetRawText());
        Assert.Equal(5 << 20, Number(reading, "memory_bytes"));

        // Ten values came between 0.1 and 0.2 s, and none elsewhere: the median lies in the middle.
        Assert.Equal(150, Number(reading.GetProperty("ttft_ms"), "p50"), tolerance: 0.001);
        Assert.Equal(190, Number(reading.GetProperty("ttft_ms"), "p90"), tolerance: 0.001);
        Assert.Equal(JsonValueKind.Null, reading.GetProperty("itl_ms").ValueKind);
    }

    [Fact]
    public async Task Top_OfRill_InAPipe_IsOneReading()
    {
        await RillProcess.RunAsync("hi", "chat", "--url", rill.Url);

        var result = await RillProcess.RunAsync("", "top", "--url", rill.Url, "--interval", "0.2");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(
            "^scripted at http://localhost:\\d+/v1\nuntil +.*\nrunning +\\d+\nwaiting +\\d+\nKV cache +[\\d.]+ %\nprefix hits .*\ntokens in +[\\d.]+/s\ntokens out +[\\d.]+/s\n"
            + "first token .*\nbetween tokens .*\nended +stop .*\nended in all +stop [1-9].*\nmemory +[1-9]\\d+ MiB\n$",
            result.Text);
    }

    [SkippableFact]
    public async Task Top_AtATerminal_GoesOnUntilCtrlC()
    {
        PseudoTerminal.SkipUnlessThere();
        await using var terminal = PseudoTerminal.StartRill("top", "--url", rill.Url, "--interval", "0.2");

        for (var reading = 0; reading < 3; reading++)
        {
            await terminal.SeeAsync("╭");
            await terminal.SeeAsync("tokens out");
            await terminal.SeeAsync("╯");
        }

        await terminal.TypeAsync(PseudoTerminal.CtrlC);
        Assert.Equal(0, await terminal.EndAsync());
    }

    [SkippableFact]
    public async Task Top_ForAReaderThatLeaves_EndsQuietly()
    {
        Skip.If(OperatingSystem.IsWindows(), "The pipe is made by bash.");
        using var process = RillProcess.Start(
            "bash", ["-c", $"dotnet '{RillProcess.Assembly}' top --url {rill.Url} --json --interval 0.1 | head -n 1; echo ${{PIPESTATUS[0]}}"], []);

        var result = await RillProcess.FinishAsync(process, []);

        Assert.Equal(("0", ""), (result.Lines[^1], result.Error));
        Assert.Equal(2, result.Lines.Length);
    }

    [SkippableFact]
    public async Task Top_AsJson_WaitsForAServerThatIsAway_AndSaysSoOnce()
    {
        Skip.If(OperatingSystem.IsWindows(), "The pipe is made by bash.");
        await using var server = await OtherServer.StartAsync(
            (_, _) => Task.CompletedTask, reading => reading is 2 or 3 ? throw new InvalidOperationException() : Metrics(reading));
        using var process = RillProcess.Start(
            "bash", ["-c", $"dotnet '{RillProcess.Assembly}' top --url {server.Url} --json --interval 0.1 | head -n 2; echo ${{PIPESTATUS[0]}}"], []);

        var result = await RillProcess.FinishAsync(process, []);

        Assert.Equal((3, "0"), (result.Lines.Length, result.Lines[^1]));
        Assert.InRange(Number(JsonElement.Parse(result.Lines[1]), "seconds"), 2, 60);    // two failures, and a second after each
        Assert.Equal("rill: The server answered 500 and said nothing that is understood.\n", result.Error);
    }

    [Fact]
    public async Task Top_OfSeveralEngines_AddsTheirSequences_AndTakesTheMeanOfTheirCaches()
    {
        await using var server = await OtherServer.StartAsync((_, _) => Task.CompletedTask, _ => """
            vllm:num_requests_running{engine="0"} 3
            vllm:num_requests_running{engine="1"} 4
            vllm:kv_cache_usage_perc{engine="0"} 0.75
            vllm:kv_cache_usage_perc{engine="1"} 0.5
            """);

        var result = await RillProcess.RunAsync("", "top", "--url", server.Url, "--once", "--json", "--interval", "0.1");

        var reading = JsonElement.Parse(Assert.Single(result.Lines));
        Assert.Equal((7, 0.625), (Number(reading, "running"), Number(reading, "kv_cache_usage")));
    }

    [Fact]
    public async Task Top_OfAServerThatFails_SaysSo()
    {
        await using var server = await OtherServer.StartAsync((_, _) => Task.CompletedTask, _ => throw new InvalidOperationException());

        var result = await RillProcess.RunAsync("", "top", "--url", server.Url, "--once");

        Assert.Equal((1, "rill: The server answered 500 and said nothing that is understood.\n"), (result.ExitCode, result.Error));
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static string Metrics(int reading)
    {
        var later = reading > 0 ? 1 : 0;
        return $"""
            # HELP vllm:num_requests_running Sequences that run.
            # TYPE vllm:num_requests_running gauge
            vllm:num_requests_running{Labels} 3
            vllm:num_requests_waiting{Labels} 2 1700000000000
            vllm:kv_cache_usage_perc{Labels} 0.25
            vllm:generation_tokens_total{Labels} {5000 + (1000 * later)}
            vllm:prompt_tokens_total{Labels} {900 + (500 * later)}
            vllm:prefix_cache_queries_total{Labels} {100 + (50 * later)}
            vllm:prefix_cache_hits_total{Labels} {7 + (20 * later)}
            vllm:request_success_total{Label("finished_reason", "stop")} {10 + (4 * later)}
            vllm:request_success_total{Label("finished_reason", "length")} 2
            vllm:request_success_total{Label("finished_reason", "error")} {later}
            vllm:time_to_first_token_seconds_bucket{Label("le", "0.1")} 50
            vllm:time_to_first_token_seconds_bucket{Label("le", "0.2")} {60 + (10 * later)}
            vllm:time_to_first_token_seconds_bucket{Label("le", "+Inf")} {61 + (10 * later)}
            process_resident_memory_bytes {5 << 20}
            """;
    }

    private static string Label(string name, string value) => Labels.Replace("}", $",{name}=\"{value}\"}}", StringComparison.Ordinal);
}
