using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>The suite of <c>rill conformance</c>: Rill passes it, and what is wrong elsewhere is found by exactly the cases that are about it.</summary>
[Collection(nameof(ClientsServer))]
public sealed partial class ConformanceTests(ClientsServer profile)
{
    private readonly RillServer _server = profile.Server;

    public static TheoryData<string, int[]> Faults => new()
    {
        { "no role", [4, 13] },
        { "errors with status 200", [12, 16, 32, 44, 52, 56, 65] },
        { "errors that are text", [12, 16, 32, 44, 52, 56, 65, 66, 68] },
        { "a broken character", [8, 26, 27, 86] },
        { "a wrong total", [10, 13] },
        { "no finish reason", [6, 8, 13, 26, 86] },
        { "no end mark", [2, 20, 22, 23, 25, 86] },
        { "calls without an index", [53] },
        { "another object", [3] },
    };

    [Fact]
    public async Task Rill_FailsNoCase()
    {
        var (exitCode, results) = await RunAsync(_server.BaseUri);

        Assert.Equal("", Describe(results, "failed"));
        Assert.Equal(0, exitCode);
        Assert.Empty(new[] { 1, 8, 10, 13, 16, 22, 23, 25, 26, 53, 55, 65, 66, 68, 77, 86, 87, 88, 97, 98 }.Except(Numbers(results, "passed")));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task AServerWithAFault_FailsTheCasesThatAreAboutIt(string fault, int[] cases)
    {
        await using var faulty = await FaultyServer.StartAsync(_server, answer => Break(fault, answer));

        var (exitCode, results) = await RunAsync(faulty.Address);

        Assert.True(cases.SequenceEqual(Numbers(results, "failed")), Describe(results, "failed"));
        Assert.Equal(1, exitCode);
        Assert.All(results.Where(result => result.GetProperty("outcome").GetString() == "failed"), result =>
            Assert.Matches("expected .+; came .*", result.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task AServerThatIsNotRill_IsNotAskedForRillsOwnContract_UnlessToldSo()
    {
        await using var other = await FaultyServer.StartAsync(_server, answer => answer with { Body = answer.Body.Replace("\"owned_by\":\"rill\"", "\"owned_by\":\"other\"", StringComparison.Ordinal) });

        Assert.Contains(7, Numbers((await RunAsync(other.Address, "--only", "finish")).Results, "skipped"));
        Assert.Contains(7, Numbers((await RunAsync(other.Address, "--only", "finish", "--all")).Results, "passed"));
    }

    [Fact]
    public async Task AServerThatHangs_FailsWithinTheTimeOfTheCase()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();    // connects, and never answers
        var clock = Stopwatch.StartNew();

        var (exitCode, output, errors) = await ExecuteAsync(new Uri($"http://{listener.LocalEndpoint}"), "--seconds", "1");

        Assert.True(exitCode == 2, output + errors);
        Assert.Contains("no answer within 1 s", errors, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, RillServerRequests.Patience);
    }

    [Theory]
    [InlineData("http://localhost:1", "cannot be reached")]
    [InlineData("localhost", "--url must be an address")]
    [InlineData("http://localhost:1", "No case has", "--only", "no such case")]
    [InlineData("http://localhost:1", "--seconds must lie", "--seconds", "0")]
    public async Task WhatCannotBeTried_Is2(string url, string expected, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.Rill, "conformance", "--url", url, .. more]);

        var (exitCode, _, errors) = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);

        Assert.Equal(2, exitCode);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_HasALineForEachCase_AndTheSum()
    {
        var (exitCode, output, _) = await ExecuteAsync(_server.BaseUri, "--only", "12");

        Assert.Equal((0, "✓  12  normative  stream_options without stream is 400\n\n1 passed, 0 failed, 0 skipped\n"), (exitCode, output.ReplaceLineEndings("\n")));
    }

    internal static IEnumerable<int> Numbers(IEnumerable<JsonElement> results, string outcome) =>
        results.Where(result => result.GetProperty("outcome").GetString() == outcome).Select(result => result.GetProperty("number").GetInt32());

    internal static string Describe(IEnumerable<JsonElement> results, string outcome) => string.Join('\n', results
        .Where(result => result.GetProperty("outcome").GetString() == outcome)
        .Select(result => $"{result.GetProperty("number")}: {result.GetProperty("detail")}"));

    internal static async Task<(int ExitCode, IReadOnlyList<JsonElement> Results)> RunAsync(Uri url, params string[] more)
    {
        var (exitCode, output, errors) = await ExecuteAsync(url, ["--json", .. more]);
        Assert.True(exitCode is 0 or 1, errors);
        return (exitCode, [.. JsonElement.Parse(output).GetProperty("cases").EnumerateArray()]);
    }

    private static Task<ProcessResult> ExecuteAsync(Uri url, params string[] more) => ProcessBounds.RunAsync(
        new ProcessStartInfo("dotnet", [BuiltPrograms.Rill, "conformance", "--url", url.ToString(), .. more]), TimeSpan.FromMinutes(3));

    private static WholeAnswer Break(string fault, WholeAnswer answer) => (fault, answer) switch
    {
        ("no role", { IsStream: true }) => answer with { Body = answer.Body.Replace("\"role\":\"assistant\"", "\"refusal\":null", StringComparison.Ordinal) },
        ("errors with status 200", { Status: 400 }) => answer with { Status = 200 },
        ("errors that are text", { Status: >= 400 }) => answer with { Body = """{"error":"no"}""" },
        ("a broken character", { IsStream: true }) => answer with { Body = FirstLetter().Replace(answer.Body, "$1\uFFFD") },
        ("a wrong total", _) => answer with { Body = Total().Replace(answer.Body, total => total.Groups[1].Value + (1 + int.Parse(total.Groups[2].Value, CultureInfo.InvariantCulture))) },
        ("no finish reason", { IsStream: true }) => answer with { Body = Finish().Replace(answer.Body, "\"finish_reason\":null") },
        ("no end mark", { IsStream: true }) => answer with { Body = answer.Body.Replace("data: [DONE]\n\n", "", StringComparison.Ordinal) },
        ("calls without an index", { IsStream: true }) => answer with { Body = CallIndex().Replace(answer.Body, "\"tool_calls\":[{") },
        ("another object", { IsStream: true }) => answer with { Body = answer.Body.Replace("chat.completion.chunk", "chat.completion", StringComparison.Ordinal) },
        _ => answer,
    };

    [GeneratedRegex("(\"(?:content|text)\":\")T")]
    private static partial Regex FirstLetter();

    [GeneratedRegex("(\"total_tokens\":)(\\d+)")]
    private static partial Regex Total();

    [GeneratedRegex("\"finish_reason\":\"\\w+\"")]
    private static partial Regex Finish();

    [GeneratedRegex("\"tool_calls\":\\[\\{\"index\":\\d+,")]
    private static partial Regex CallIndex();
}

/// <summary>The suite against a model with random weights, which can be held to a constant.</summary>
[Collection(nameof(TinyModelServer))]
public sealed class ConformanceOfTextTests(TinyModelServer profile)
{
    [Fact]
    public async Task Rill_FailsNoCase()
    {
        var (exitCode, results) = await ConformanceTests.RunAsync(profile.Server.BaseUri);

        Assert.Equal("", ConformanceTests.Describe(results, "failed"));
        Assert.Equal(0, exitCode);
        Assert.Empty(new[] { 22, 23, 24, 25, 97 }.Except(ConformanceTests.Numbers(results, "passed")));
    }
}
