using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Bodies that come late, slowly, too many at once, or not to their end.</summary>
public sealed class UploadTests(UploadServer profile) : IClassFixture<UploadServer>
{
    private static readonly TimeSpan _patience = RillServerRequests.Patience;

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Deadline_WhileTheBodyIsRead_Is504()
    {
        var before = await DeadlinesAsync();
        await using var connection = await BeginAsync(1_000, ("X-Request-Timeout", "1"));
        await connection.SendBytesAsync(Spaces(400));
        await Eventually.BecomesTrueAsync(async () => await DeadlinesAsync() > before, _patience, "the deadline has passed");
        await connection.SendBytesAsync(Spaces(600));    // the host's proxy reads an answer only behind the whole body

        Assert.Equal((504, "deadline_exceeded"), await AnswerAsync(connection));
        Assert.Equal(200, (await _server.PostAsync(ChatJson.Of("!text next"))).Status);
    }

    [Fact]
    public async Task Body_ThatComesTooSlowly_Is408()
    {
        await using var connection = await BeginAsync(100_000);
        using var limit = new CancellationTokenSource(_patience);
        var answer = connection.ReadHeadAsync(limit.Token);
        while (!answer.IsCompleted)
        {
            try
            {
                await connection.SendBytesAsync(Spaces(1));
            }
            catch (IOException)
            {
                break;    // the server reads no more
            }

            await Task.WhenAny(answer, Task.Delay(100));
        }

        Assert.Equal(408, (await answer).Status);
    }

    /// <summary>As curl sends large bodies. Kestrel gives a body five seconds to begin: what waited for it would take as long.</summary>
    [Fact]
    public async Task Body_ThatIsTooLarge_OfAClientThatAsksFirst_IsRefusedWhole_AndNotWaitedFor()
    {
        var quickest = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 3 && quickest > TimeSpan.FromSeconds(4); attempt++)    // a machine may stall once
        {
            await using var connection = await BeginAsync(5_000_000, ("Expect", "100-continue"));
            Assert.Equal((413, "request_too_large"), await AnswerAsync(connection));
            quickest = connection.Elapsed < quickest ? connection.Elapsed : quickest;
        }

        Assert.InRange(quickest, TimeSpan.Zero, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Client_ThatLeavesDuringItsUpload_IsNoFailure()
    {
        for (var i = 0; i < 20; i++)
        {
            await using var connection = await BeginAsync(100_000);
            await connection.SendBytesAsync(Spaces(20_000));
            await Task.Delay(10 * (i % 3));
            connection.Close();
        }

        Assert.Equal(200, (await _server.PostAsync(ChatJson.Of("!text next"))).Status);
        await Task.Delay(500);
        var failures = string.Join('\n', _server.Output.Where(line => line.StartsWith("fail: Function", StringComparison.Ordinal)));
        Assert.True(failures.Length == 0, failures);
    }

    [Fact]
    public async Task Client_ThatLeavesItsStream_IsCountedAsOne()
    {
        var before = await AbortsAsync("client");
        for (var i = 0; i < 20; i++)
        {
            await using var stream = await SseStream.OpenAsync(_server, ChatJson.Streaming("!endless\n!delay ms=1"));
            await stream.TakeAsync(1 + (i % 4));
        }

        await Eventually.IdleAsync(_server, _patience);
        await Eventually.BecomesTrueAsync(async () => await AbortsAsync("client") + await AbortsAsync("error") >= before + 20, _patience, "all of them are counted");
        Assert.Equal((20, 0), (await AbortsAsync("client") - before, await AbortsAsync("error")));
    }

    [Fact]
    public async Task Bodies_BeyondTheirMemory_Are503BeforeTheyAreRead_AndSmallOnesPass()
    {
        await using var first = await BeginAsync(900_000);
        await first.SendBytesAsync(Spaces(800_000));
        var refusals = await RefusalsAsync();
        await Eventually.BecomesTrueAsync(async () =>
        {
            await using var second = await BeginAsync(900_000);
            await second.SendBytesAsync(Spaces(900_000));
            using var limit = new CancellationTokenSource(_patience);
            var head = await second.ReadHeadAsync(limit.Token);
            return head.Status == 503 && head.Headers["Retry-After"] == "1";    // else the first one's bytes were still on their way
        }, _patience, "a second large body is refused");

        Assert.True(await RefusalsAsync() > refusals);
        Assert.Equal(200, (await _server.PostAsync(ChatJson.Of("!text small"))).Status);

        await first.SendBytesAsync(Spaces(100_000));
        Assert.Equal((400, "invalid_json"), await AnswerAsync(first));
        var third = await _server.PostAsync(ChatJson.Of("!text large") + new string(' ', 900_000));
        Assert.Equal(200, third.Status);
    }

    [Fact]
    public async Task Answer_ToAnotherOrigin_LetsItsScriptsReadIdAndRetryAfter()
    {
        var cross = await _server.SendAsync(HttpMethod.Get, "v1/models", null, ("Origin", "http://page.example"));
        var messages = await _server.SendAsync(HttpMethod.Post, "v1/messages", "{}", ("Origin", "http://page.example"));
        var own = await _server.GetAsync("v1/models");

        Assert.Equal("x-request-id, Retry-After", Assert.Single(cross.Headers.GetValues("Access-Control-Expose-Headers")));
        Assert.Equal("x-request-id, request-id, Retry-After", Assert.Single(messages.Headers.GetValues("Access-Control-Expose-Headers")));
        Assert.False(own.Headers.Contains("Access-Control-Expose-Headers"));
    }

    private static byte[] Spaces(int count) => [.. Enumerable.Repeat((byte)' ', count)];

    private async Task<RawConnection> BeginAsync(int length, params (string Name, string Value)[] headers)
    {
        var connection = await RawConnection.ConnectAsync(_server.BaseUri);
        await connection.SendAsync(
            "POST", ChatJson.Path, json: null, [("Content-Type", "application/json"), ("Content-Length", $"{length}"), .. headers]);
        return connection;
    }

    private static async Task<(int Status, string? Code)> AnswerAsync(RawConnection connection)
    {
        using var limit = new CancellationTokenSource(_patience);
        var head = await connection.ReadHeadAsync(limit.Token);
        var answer = JsonElement.Parse(await connection.ReadTextAsync(head, limit.Token));
        return (head.Status, answer.GetProperty("error").GetProperty("code").GetString());
    }

    private Task<double> AbortsAsync(string cause) => _server.MetricAsync("rill:stream_abort_total", [$"cause=\"{cause}\""]);

    private Task<double> DeadlinesAsync() => _server.MetricAsync("rill:deadline_exceeded_total");

    private Task<double> RefusalsAsync() => _server.MetricAsync("rill:queue_rejected_total", ["reason=\"bodies_full\""]);
}

/// <summary>Little memory for bodies.</summary>
public sealed class UploadServer() : ServerProfile(
    BuiltPrograms.ScriptedApp, ("Rill__MaxBodiesMiB", "1"), ("Scripted__ContextLength", "1048576"));
