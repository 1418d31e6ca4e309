using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Reasoning on chat completions (contract B.16, cases 60 to 62). The scripted model's tokens are bytes, so that every mark is split.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class ReasoningTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Case60_Reasoning_ComesUnderBothNames_BeforeTheContent_WithoutItsMarks()
    {
        const string text = "!text <think>a 🌊</think>b";
        var transcript = await _server.StreamAsync(ChatJson.Streaming(text));
        var message = (await _server.PostAsync(ChatJson.Of(text))).AssertCompletion().GetProperty("choices")[0].GetProperty("message");

        Assert.Equal(("a 🌊", "a 🌊", "b"), (Joined(transcript, "reasoning_content"), Joined(transcript, "reasoning"), transcript.Text()));
        Assert.Equal(("a 🌊", "a 🌊", "b"), (
            message.GetProperty("reasoning_content").GetString(), message.GetProperty("reasoning").GetString(), message.GetProperty("content").GetString()));
        Assert.All(transcript.Choices(), choice => Assert.False(
            choice.GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() != "" && choice.GetProperty("delta").TryGetProperty("reasoning", out _)));
    }

    [Fact]
    public async Task Case61_ACutThought_IsAllReasoning_AndItsTokensAreCounted()
    {
        var completion = (await _server.PostAsync(ChatJson.Of("!text <think>abcdefghij</think>k", "\"max_tokens\":12"))).AssertCompletion();

        var choice = completion.GetProperty("choices")[0];
        Assert.Equal(("length", "", "abcde"), (
            choice.GetProperty("finish_reason").GetString(), choice.GetProperty("message").GetProperty("content").GetString(),
            choice.GetProperty("message").GetProperty("reasoning").GetString()));
        Assert.Equal(5, ReasoningTokens(completion.GetProperty("usage")));
    }

    [Fact]
    public async Task Usage_CountsReasoning_InStreamsToo_AndIsZeroWithoutIt()
    {
        const string usage = "\"stream_options\":{\"include_usage\":true}";

        Assert.True(ReasoningTokens((await _server.StreamAsync(ChatJson.Streaming("!text <think>ab</think>c", usage))).Usage) >= 2);
        Assert.Equal(0, ReasoningTokens((await _server.StreamAsync(ChatJson.Streaming("!text c", usage))).Usage));
    }

    [Fact]
    public async Task Case62_WithoutReasoning_NeitherItNorLogprobsAreTold()
    {
        const string members = "\"include_reasoning\":false,\"logprobs\":true";
        var transcript = await _server.StreamAsync(ChatJson.Streaming("!text <think>ab</think>c", members));
        var choice = (await _server.PostAsync(ChatJson.Of("!text <think>ab</think>c", members))).AssertCompletion().GetProperty("choices")[0];

        Assert.Equal(("", "c"), (Joined(transcript, "reasoning"), transcript.Text()));
        Assert.Equal("c", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.False(choice.GetProperty("message").TryGetProperty("reasoning", out _));
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        Assert.DoesNotContain(transcript.Choices(), other => other.GetProperty("logprobs").ValueKind != JsonValueKind.Null);
    }

    [Theory]
    [InlineData("\"reasoning_effort\":\"huge\"", "reasoning_effort")]
    [InlineData("\"thinking_token_budget\":-2", "thinking_token_budget")]
    public async Task AWishThatNoOneKnows_Is400(string members, string param) =>
        (await _server.PostAsync(ChatJson.Of("!text a", members))).AssertError(400, "invalid_value", param);

    private static int ReasoningTokens(JsonElement usage) => usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32();

    private static string Joined(SseTranscript transcript, string name) => string.Concat(transcript.Choices()
        .Select(choice => choice.GetProperty("delta").TryGetProperty(name, out var text) ? text.GetString() : ""));
}
