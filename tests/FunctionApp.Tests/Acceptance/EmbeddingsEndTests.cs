using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>How requests for embeddings end before they are done (contract A.4, B.12, B.14).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class EmbeddingsEndTests(ScriptedServer profile)
{
    private const string Path = "v1/embeddings";

    /// <summary>Takes several steps, so that its end comes before its vector.</summary>
    private static readonly string _slow = $$"""{"input":["!prefill ms=600000\n{{new string('x', 2000)}}","b"]}""";

    private static readonly TimeSpan _soon = RillServerRequests.Patience;

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Deadline_Is504_AndFreesEverything()
    {
        var before = await DeadlinesAsync();
        var answer = _server.SendAsync(HttpMethod.Post, Path, _slow, ("X-Request-Timeout", "3"));
        await Eventually.BecomesTrueAsync(async () => answer.IsCompleted || await RunsAsync(), _soon, "the inputs run");

        (await answer).AssertError(504, "deadline_exceeded", null);

        await Eventually.IdleAsync(_server, _soon);
        await Eventually.BecomesTrueAsync(async () => await DeadlinesAsync() > before, _soon, "the sequences are counted as ended by the deadline");
    }

    [Fact]
    public async Task Close_FreesEverything()
    {
        await using (var connection = await RawConnection.ConnectAsync(_server.BaseUri))
        {
            await connection.SendAsync("POST", "/" + Path, _slow);
            await Eventually.BecomesTrueAsync(RunsAsync, _soon, "the inputs run");
        }

        await Eventually.IdleAsync(_server, _soon);
    }

    [Fact]
    public Task Usage_IsCountedAsPromptTokens() => Eventually.MeasuresAsync(
        async () =>
        {
            var (prompt, generated) = await TokensAsync();
            Assert.Equal(200, (await _server.SendAsync(HttpMethod.Post, Path, """{"input":["abc","de"]}""")).Status);
            var (promptThen, generatedThen) = await TokensAsync();
            return (promptThen - prompt, generatedThen - generated);
        },
        counted => Assert.Equal((5, 0), counted)); // the last step of a test before may be counted only now

    private async Task<bool> RunsAsync() => await _server.MetricAsync("vllm:num_requests_running") > 0;

    private async Task<(double Prompt, double Generated)> TokensAsync() =>
        (await _server.MetricAsync("vllm:prompt_tokens_total"), await _server.MetricAsync("vllm:generation_tokens_total"));

    private Task<double> DeadlinesAsync() => _server.MetricAsync("rill:stream_abort_total", ["cause=\"deadline\""]);
}

/// <summary>A model that makes no embeddings.</summary>
[Collection(nameof(QuickServer))]
public sealed class NoEmbeddingsTests(QuickServer profile)
{
    [Fact]
    public async Task Embeddings_OfAModelThatMakesNone_NamesTheSetting()
    {
        var error = (await profile.Server.SendAsync(HttpMethod.Post, "v1/embeddings", """{"input":"a"}""")).AssertError(400, "invalid_value", "model");

        Assert.Contains("Rill__Embeddings", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
