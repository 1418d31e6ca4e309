using System.Text.Json;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>The rules that every successful chat stream obeys, whatever it says (contract B.1, B.2).</summary>
internal static class StreamRules
{
    public static void AssertSound(SseTranscript stream, int choices = 1)
    {
        AssertFrames(stream);
        AssertSameInAllChunks(stream.Chunks);
        for (var index = 0; index < choices; index++)
        {
            AssertChoice([.. stream.Choices(index)]);
        }

        foreach (var chunk in stream.Chunks)
        {
            Assert.InRange(chunk.GetProperty("choices").GetArrayLength(), 0, 1);
        }
    }

    private static void AssertFrames(SseTranscript stream)
    {
        Assert.Equal(200, stream.Head.Status);
        Assert.Equal("text/event-stream; charset=utf-8", stream.Head.Headers["Content-Type"]);
        Assert.True(stream.IsDone, "The stream did not end with [DONE] and a clean end of the body.");
        Assert.All(stream.Comments, comment => Assert.StartsWith(": ", comment.Text, StringComparison.Ordinal));
    }

    private static void AssertSameInAllChunks(IReadOnlyList<JsonElement> chunks)
    {
        Assert.StartsWith("chatcmpl-", Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()!).Distinct()), StringComparison.Ordinal);
        Assert.True(Assert.Single(chunks.Select(chunk => chunk.GetProperty("created").GetRawText()).Distinct()).All(char.IsAsciiDigit));
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("model").GetString()).Distinct());
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString()));
    }

    private static void AssertChoice(IReadOnlyList<JsonElement> choice)
    {
        var first = choice[0].GetProperty("delta");
        Assert.Equal("assistant", first.GetProperty("role").GetString());
        Assert.Equal("", first.GetProperty("content").GetString());
        Assert.All(choice.Skip(1), part => Assert.False(part.GetProperty("delta").TryGetProperty("role", out _)));

        Assert.All(choice.SkipLast(1), part => Assert.Equal(JsonValueKind.Null, part.GetProperty("finish_reason").ValueKind));
        Assert.Contains(choice[^1].GetProperty("finish_reason").GetString(), (string[])["stop", "length"]);
        Assert.Empty(choice[^1].GetProperty("delta").EnumerateObject());
        Assert.All(choice.Skip(1).SkipLast(1), part => Assert.NotEqual("", part.GetProperty("delta").GetProperty("content").GetString()));
    }
}
