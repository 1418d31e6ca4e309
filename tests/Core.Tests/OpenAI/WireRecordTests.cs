using System.Text;
using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class WireRecordTests
{
    private static readonly ChatCompletionChunk _chunk = new("chatcmpl-1", 1700000000, "m", [new(0, ChatDelta.First)]);

    [Fact]
    public void Chunk_First_HasRoleAndTheRequiredNulls() =>
        AssertJson(_chunk,
            """{"object":"chat.completion.chunk","id":"chatcmpl-1","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}""");

    [Fact]
    public void Chunk_Finish_HasAnEmptyDeltaAndTheReasons() =>
        AssertJson(
            _chunk with
            {
                SystemFingerprint = "fp",
                Choices = [new(1, ChatDelta.Empty) { FinishReason = FinishReason.Stop, StopReason = StopReason.OfText("END") }],
            },
            """{"object":"chat.completion.chunk","system_fingerprint":"fp","id":"chatcmpl-1","created":1700000000,"model":"m","choices":[{"index":1,"delta":{},"logprobs":null,"finish_reason":"stop","stop_reason":"END"}]}""");

    [Fact]
    public void Chunk_WithUsagePending_WritesNull() =>
        Assert.EndsWith("],\"usage\":null}", Json(_chunk with { Choices = [], Usage = ChunkUsage.Null }), StringComparison.Ordinal);

    [Fact]
    public void Chunk_WithUsage_WritesCounts() =>
        Assert.EndsWith(
            ""","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":2}}}""",
            Json(_chunk with { Choices = [], Usage = ChunkUsage.Of(new Usage(3, 4) { PromptTokensDetails = new(2) }) }),
            StringComparison.Ordinal);

    [Fact]
    public void Completion_Whole_HasEveryRequiredKey()
    {
        var completion = new ChatCompletion("chatcmpl-1", 1, "m",
            [new ChatChoice(0, new AssistantMessage("hi"), FinishReason.Length) { StopReason = StopReason.OfToken(7) }], new Usage(1, 2));

        Assert.Equal(
            """{"id":"chatcmpl-1","created":1,"model":"m","choices":[{"index":0,"message":{"content":"hi","role":"assistant","refusal":null},"finish_reason":"length","logprobs":null,"stop_reason":7}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"object":"chat.completion"}""",
            JsonSerializer.Serialize(completion, OpenAIJson.Wire.ChatCompletion));
    }

    [Fact]
    public void Logprobs_OfPartOfACharacter_KeepBytesAndFloor()
    {
        var logprobs = new ChoiceLogprobs([new("\uFFFD", float.NegativeInfinity, [240, 159], [new("a", -0.5f, null)])]);
        var json = Json(_chunk with { Choices = [new(0, ChatDelta.Empty) { Logprobs = logprobs }] });

        using var expected = JsonDocument.Parse(
            """{"content":[{"token":"\uFFFD","logprob":-9999,"bytes":[240,159],"top_logprobs":[{"token":"a","logprob":-0.5,"bytes":null}]}],"refusal":null}""");
        using var actual = JsonDocument.Parse(json);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement.GetProperty("choices")[0].GetProperty("logprobs")), json);
    }

    [Fact]
    public void Models_List_HasTheKeysOfBothApis() =>
        Assert.Equal(
            """{"data":[{"id":"a/b","created":5,"owned_by":"rill","object":"model","type":"model","created_at":"1970-01-01T00:00:05Z","display_name":"a/b","max_model_len":128}],"object":"list","has_more":false,"first_id":"a/b","last_id":"a/b"}""",
            JsonSerializer.Serialize(new ModelList([new ModelCard("a/b", 5, "rill") { MaxModelLen = 128 }]), OpenAIJson.Wire.ModelList));

    [Theory]
    [InlineData("plain")]
    [InlineData("\"quoted\"\n\u2028 世界 👩‍👩‍👧")]
    public void DeltaTemplate_AnyText_EqualsTheSerializer(string text)
    {
        // A model whose name holds the bytes that the template looks for must not lead it astray.
        var chunk = _chunk with { Model = "\"content\":\"", Choices = [new(2, new ChatDelta(Content: ""))], Usage = ChunkUsage.Null };
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        new DeltaTemplate(chunk).Write(output, text);

        Assert.Equal(Json(chunk with { Choices = [new(2, new ChatDelta(Content: text))] }), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void DeltaTemplate_OfAChunkWithoutContent_Throws() =>
        Assert.Throws<ArgumentException>(() => new DeltaTemplate(_chunk with { Choices = [new(0, ChatDelta.Empty)] }));

    private static void AssertJson(ChatCompletionChunk chunk, string expected) => Assert.Equal(expected, Json(chunk));

    private static string Json(ChatCompletionChunk chunk) => JsonSerializer.Serialize(chunk, OpenAIJson.Wire.ChatCompletionChunk);
}
