using System.Text.Json;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>A whole event stream and how it ended.</summary>
/// <param name="Head">Status and headers.</param>
/// <param name="Frames">Every frame, comments too.</param>
/// <param name="EndedCleanly">True after a terminal zero chunk, false when the connection was cut.</param>
/// <param name="Elapsed">When the end was seen.</param>
internal sealed record SseTranscript(RawHead Head, IReadOnlyList<SseFrame> Frames, bool EndedCleanly, TimeSpan Elapsed)
{
    public IEnumerable<SseFrame> Comments => Frames.Where(frame => frame.IsComment);

    /// <summary>The data frames without [DONE], parsed.</summary>
    public IReadOnlyList<JsonElement> Chunks =>
        field ??= [.. Frames.Where(frame => !frame.IsComment && !frame.IsDone).Select(frame => frame.Json)];

    /// <summary>True when the last frame is [DONE] and the body ended cleanly after it.</summary>
    public bool IsDone => EndedCleanly && Frames is [.., { IsDone: true }];

    /// <summary>The choices of one index, in order.</summary>
    public IEnumerable<JsonElement> Choices(int index = 0) =>
        Chunks.Where(chunk => chunk.TryGetProperty("choices", out _))
            .SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
            .Where(choice => choice.GetProperty("index").GetInt32() == index);

    /// <summary>The contents of one index's deltas, in order, the role chunk's empty one too.</summary>
    public IEnumerable<string> Deltas(int index = 0) =>
        Choices(index).Select(choice => choice.GetProperty("delta"))
            .Where(delta => delta.TryGetProperty("content", out _))
            .Select(delta => delta.GetProperty("content").GetString()!);

    public string Text(int index = 0) => string.Concat(Deltas(index));

    /// <summary>The one finish reason of an index; fails the test when there is not exactly one.</summary>
    public string FinishReason(int index = 0) => FinishChoice(index).GetProperty("finish_reason").GetString()!;

    /// <summary>The finish chunk's choice.</summary>
    public JsonElement FinishChoice(int index = 0) =>
        Assert.Single(Choices(index), choice => choice.GetProperty("finish_reason").ValueKind != JsonValueKind.Null);

    /// <summary>The counts of the usage chunk.</summary>
    public JsonElement Usage => Assert.Single(Chunks, chunk => chunk.GetProperty("choices").GetArrayLength() == 0).GetProperty("usage");

    /// <summary>Every logprob entry of an index, in order.</summary>
    public IReadOnlyList<JsonElement> Logprobs(int index = 0) =>
        [.. Choices(index).Select(choice => choice.GetProperty("logprobs"))
            .Where(logprobs => logprobs.ValueKind == JsonValueKind.Object)
            .SelectMany(logprobs => logprobs.GetProperty("content").EnumerateArray())];

    /// <summary>The error frame's error object.</summary>
    public JsonElement Error => Assert.Single(Chunks, chunk => chunk.TryGetProperty("error", out _)).GetProperty("error");
}
