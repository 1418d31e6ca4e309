using System.Text;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Logprobs, streamed and whole (contract B.5).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class LogprobsTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Logprobs_OneEntryPerGeneratedToken()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming(
            "!text hello", "\"logprobs\":true,\"top_logprobs\":5,\"stop\":[\"xyz\"],\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream);
        var entries = stream.Logprobs();
        Assert.Equal(stream.Usage.GetProperty("completion_tokens").GetInt32(), entries.Count);
        Assert.Equal("hello", string.Concat(entries.Take(5).Select(entry => entry.GetProperty("token").GetString())));
        Assert.All(entries, AssertEntry);
        Assert.All(
            stream.Choices().Select(choice => choice.GetProperty("logprobs")).Where(logprobs => logprobs.ValueKind == JsonValueKind.Object),
            logprobs => Assert.Equal(JsonValueKind.Null, logprobs.GetProperty("refusal").ValueKind));
    }

    [Fact]
    public async Task Logprobs_OfAWholeAnswer_EqualTheStreams()
    {
        const string members = "\"logprobs\":true,\"top_logprobs\":2";
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello", members));
        var whole = (await _server.PostAsync(ChatJson.Of("!text hello", members))).AssertCompletion();

        var entries = whole.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray();
        Assert.Equal(stream.Logprobs().Select(entry => entry.GetRawText()), entries.Select(entry => entry.GetRawText()));
    }

    [Theory]
    [InlineData("\"top_logprobs\":5")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":-1")]
    public async Task TopLogprobs_OutOfRange_Is400(string members) =>
        (await _server.PostAsync(ChatJson.Of("!text a", members))).AssertError(400, "invalid_value", "top_logprobs");

    [Fact]
    public async Task Bytes_OfSplitCharacters_ConcatenateToTheText()
    {
        const string text = "a🌊é";
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text " + text, "\"logprobs\":true"));

        StreamRules.AssertSound(stream);
        var bytes = stream.Logprobs().SelectMany(entry => entry.GetProperty("bytes").EnumerateArray()).Select(value => value.GetByte());
        Assert.Equal(Encoding.UTF8.GetBytes(text), bytes.Take(Encoding.UTF8.GetByteCount(text)));
    }

    private static void AssertEntry(JsonElement entry)
    {
        var alternatives = entry.GetProperty("top_logprobs").EnumerateArray().Select(Logprob).ToList();
        Assert.InRange(alternatives.Count, 1, 5);
        Assert.Equal(alternatives.OrderDescending(), alternatives);
        Assert.InRange(Logprob(entry), -9999, 0);
        Assert.All(alternatives, logprob => Assert.InRange(logprob, -9999, 0));
    }

    private static double Logprob(JsonElement entry) => entry.GetProperty("logprob").GetDouble();
}
