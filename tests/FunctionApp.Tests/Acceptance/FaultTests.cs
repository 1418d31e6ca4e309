using System.ClientModel;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>How a stream that fails after its headers ends (contract B.8).</summary>
[Collection(nameof(QuickServer))]
public sealed class FaultTests(QuickServer profile)
{
    private const string Faulty = "!text hello\n!fault after=3";

    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData(Faulty, "hel")]
    [InlineData("!text hello\n!fault after=0", "")]
    [InlineData("!text hello\n!crash after=3", "hel")]
    public async Task Fault_InAStream_EndsWithAnErrorFrameAndACut(string prompt, string text)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming(prompt));

        Assert.Equal(200, stream.Head.Status);
        Assert.False(stream.EndedCleanly);
        Assert.DoesNotContain(stream.Frames, frame => frame.IsDone);
        Assert.Equal(text, stream.Text());
        Assert.All(stream.Choices(), choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("finish_reason").ValueKind));
        Assert.Equal(["message", "type", "param", "code"], stream.Error.EnumerateObject().Select(member => member.Name));
        Assert.Equal("internal_error", stream.Error.GetProperty("code").GetString());
    }

    [SkippableFact]
    public async Task Fault_IsThrownByTheNpmClientEveryTime()
    {
        var runs = await NodeClient.RunAsync(_server, "stream.mjs", ChatJson.Of(Faulty), "10");

        Assert.Equal(10, runs.Count);
        Assert.All(runs, run =>
        {
            Assert.Equal("APIError", run.GetProperty("error").GetString());
            Assert.NotEmpty(run.GetProperty("message").GetString()!);
            Assert.NotEqual("terminated", run.GetProperty("message").GetString());
        });
    }

    [Fact]
    public async Task Fault_IsThrownByTheDotNetClientEveryTime()
    {
        var client = DotNetClient.For(_server, "scripted");
        for (var run = 0; run < 10; run++)
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await foreach (var update in client.CompleteChatStreamingAsync(Faulty))
                {
                    Assert.Null(update.FinishReason);
                }
            });
        }
    }

    [Theory]
    [InlineData(Faulty)]
    [InlineData("!text hello\n!crash after=3")]
    public async Task Fault_WithoutAStream_Is500(string prompt) =>
        (await _server.PostAsync(ChatJson.Of(prompt))).AssertError(500, "internal_error", null);

    [Fact]
    public async Task Fault_OfOneRequest_LeavesTheOthersAlone()
    {
        var neighbour = _server.StreamAsync(ChatJson.Streaming("!count to=60\n!delay ms=10"));
        for (var i = 0; i < 5; i++)
        {
            await _server.StreamAsync(ChatJson.Streaming("!text hello\n!delay ms=10\n!fault after=3"));
        }

        StreamRules.AssertSound(await neighbour);
        Assert.Equal(string.Concat(Enumerable.Range(1, 60).Select(number => $"{number} ")), (await neighbour).Text());
    }

    [Fact]
    public async Task FaultInPrefill_AfterTheHeaders_IsAnErrorFrame()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!prefill ms=300\n!text hello\n!fault after=0"));

        Assert.Equal((200, false), (stream.Head.Status, stream.EndedCleanly));
        Assert.Equal("internal_error", stream.Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Deadline_InAStream_IsAnErrorFrame()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!endless\n!delay ms=20"), ("X-Request-Timeout", "3"));    // by when its headers are out

        Assert.False(stream.EndedCleanly);
        Assert.Equal("deadline_exceeded", stream.Error.GetProperty("code").GetString());
        Assert.InRange(stream.Elapsed, TimeSpan.FromSeconds(2.9), RillServerRequests.Patience);
        await Eventually.IdleAsync(_server, RillServerRequests.Patience);
    }

    [Fact]
    public async Task Deadline_WithoutAStream_Is504() =>
        (await _server.PostAsync(ChatJson.Of("!endless\n!delay ms=20"), ("X-Request-Timeout", "0.5"))).AssertError(504, "deadline_exceeded", null);

    [Fact]
    public async Task NpmClientsOwnTimeout_EndsNoStreamThatHasBegun()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!count to=60\n!delay ms=15"), ("X-Stainless-Timeout", "1"));

        Assert.True(stream.EndedCleanly);
        Assert.EndsWith(" 60", stream.Text().TrimEnd(), StringComparison.Ordinal);
        Assert.True(stream.Elapsed > TimeSpan.FromSeconds(1), "It was over before its time.");
    }

    [Fact]
    public async Task NpmClientsOwnTimeout_IsADeadlineForAWholeAnswer() =>
        (await _server.PostAsync(ChatJson.Of("!endless\n!delay ms=20"), ("X-Stainless-Timeout", "1"))).AssertError(504, "deadline_exceeded", null);
}
