using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Answers without a stream that take longer than clients and proxies bear silence (contract B.8).</summary>
[Collection(nameof(QuickServer))]
public sealed class WholeAnswerTests(QuickServer profile)
{
    private const string Slow = "!count to=60\\n!delay ms=25";

    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData("/v1/chat/completions", $$"""{"messages":[{"role":"user","content":"{{Slow}}"}]}""")]
    [InlineData("/v1/completions", $$"""{"prompt":"{{Slow}}","max_tokens":500}""")]
    [InlineData("/v1/responses", $$"""{"input":"{{Slow}}"}""")]
    [InlineData("/v1/messages", $$"""{"model":"scripted","max_tokens":500,"messages":[{"role":"user","content":"{{Slow}}"}]}""")]
    public Task SlowAnswer_SendsItsHeadersAndWhiteSpaceMeanwhile(string path, string body) => Eventually.MeasuresAsync(
        async () =>
        {
            await using var connection = await RawConnection.ConnectAsync(_server.BaseUri);
            await connection.SendAsync("POST", path, body);
            var head = await connection.ReadHeadAsync(default);
            var headers = connection.Elapsed;
            var text = await connection.ReadTextAsync(head, default);

            Assert.Equal((200, "application/json; charset=utf-8"), (head.Status, head.Headers["Content-Type"]));
            Assert.Contains("58 59 60", JsonElement.Parse(text).GetRawText(), StringComparison.Ordinal);
            return (text, headers, connection.Elapsed);
        },
        answer =>
        {
            var (text, headers, whole) = answer;
            Assert.StartsWith("\n\n", text, StringComparison.Ordinal);
            Assert.True(headers < whole - TimeSpan.FromSeconds(0.5), $"The headers came after {headers} of {whole}.");
        });

    [Fact]
    public Task FaultOfASlowAnswer_CutsTheConnection() => Eventually.SucceedsAsync(async () =>
    {
        await using var connection = await RawConnection.ConnectAsync(_server.BaseUri);
        await connection.SendAsync("POST", "/v1/chat/completions", ChatJson.Of("!endless\n!delay ms=25\n!fault after=120"));
        var head = await connection.ReadHeadAsync(default);

        Assert.Equal(200, head.Status);
        await Assert.ThrowsAnyAsync<IOException>(() => connection.ReadTextAsync(head, default));
    });
}
