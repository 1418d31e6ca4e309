using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Failures and waits of the Messages API (contract A.8).</summary>
[Collection(nameof(QuickServer))]
public sealed class MessageFailureTests(QuickServer profile)
{
    private const string Model = "scripted";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Fault_InAStream_EndsWithAnErrorEventAndACut()
    {
        var stream = await _server.StreamAtAsync(MessagesJson.Path, MessagesJson.Of("!text hello\n!fault after=3", "\"stream\":true", Model));
        var events = MessagesJson.Events(stream);

        Assert.False(stream.EndedCleanly);
        Assert.Equal("error", MessagesJson.Type(events[^1]));
        Assert.Equal("api_error", events[^1].GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(stream.Head.Headers["request-id"], events[^1].GetProperty("request_id").GetString());
        Assert.DoesNotContain(events, told => MessagesJson.Type(told) is "message_delta" or "message_stop");
    }

    [Fact]
    public async Task Fault_WithoutAStream_Is500() => MessagesJson.AssertError(
        await MessagesJson.PostAsync(_server, MessagesJson.Of("!text hello\n!fault after=3", model: Model)), 500, "api_error");

    [Fact]
    public Task SlowAnswer_WithoutAStream_SendsItsHeadersBeforeTheClientGivesUp() => Eventually.MeasuresAsync(
        async () =>
        {
            await using var connection = await RawConnection.ConnectAsync(_server.BaseUri);
            await connection.SendAsync("POST", MessagesJson.Path, MessagesJson.Of("!count to=60\n!delay ms=15", model: Model), ("X-Stainless-Timeout", "1"));
            var head = await connection.ReadHeadAsync(default);
            var headers = connection.Elapsed;
            var text = await connection.ReadTextAsync(head, default);

            Assert.Equal((200, "application/json; charset=utf-8"), (head.Status, head.Headers["Content-Type"]));
            Assert.Contains("58 59 60", text, StringComparison.Ordinal);
            return (text, headers, connection.Elapsed);
        },
        answer =>
        {
            var (text, headers, whole) = answer;
            Assert.Matches(@"^\n+\{", text);
            Assert.True(headers < whole / 2, $"The headers came after {headers} of {whole}.");
        });

    [Fact]
    public Task SlowFault_WithoutAStream_CutsTheAnswer() => Eventually.SucceedsAsync(async () =>
    {
        await using var connection = await RawConnection.ConnectAsync(_server.BaseUri);
        await connection.SendAsync(
            "POST", MessagesJson.Path, MessagesJson.Of("!endless\n!delay ms=25\n!fault after=60", model: Model), ("X-Stainless-Timeout", "1"));
        var head = await connection.ReadHeadAsync(default);

        Assert.Equal(200, head.Status);
        await Assert.ThrowsAnyAsync<IOException>(() => connection.ReadTextAsync(head, default));
    });

    [Fact]
    public Task SilentStream_IsKeptAliveByComments() => Eventually.MeasuresAsync(
        async () =>
        {
            var stream = await _server.StreamAtAsync(MessagesJson.Path, MessagesJson.Of("!text hi\n!prefill ms=1800", "\"stream\":true", Model));
            Assert.Equal("message_stop", MessagesJson.Type(MessagesJson.Events(stream)[^1]));
            return stream.Comments;
        },
        comments => Assert.NotEmpty(comments));
}
