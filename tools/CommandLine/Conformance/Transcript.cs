using System.Text.Json;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance;

/// <summary>A stream of events, read to its end.</summary>
/// <param name="Head">Status and headers; the body is the stream's text.</param>
/// <param name="IsWhole">False when the connection broke before the body's end.</param>
internal sealed record Transcript(Answer Head, bool IsWhole)
{
    private const string Done = "[DONE]";

    /// <summary>The frames between empty lines, comments too.</summary>
    public IReadOnlyList<string> Frames { get; } = [.. Head.Body.Split("\n\n").Where(frame => frame.Length > 0)];

    /// <summary>The data of each event.</summary>
    public IReadOnlyList<string> Data => [.. Frames.Where(frame => frame.StartsWith("data:", StringComparison.Ordinal)).Select(frame => frame["data:".Length..].TrimStart(' '))];

    /// <summary>True when the last event is the end mark.</summary>
    public bool IsDone => Data is [.., Done];

    /// <summary>The events but the end mark; what is no JSON object fails the case.</summary>
    public IReadOnlyList<JsonElement> Chunks => [.. Data.Where(data => data != Done).Select(data =>
        Answer.Parse(data) is { ValueKind: JsonValueKind.Object } chunk ? chunk : throw new UnmetException("a JSON object in each event", Expect.Shorten(data)))];

    /// <summary>The choices of all chunks, in order.</summary>
    public IReadOnlyList<JsonElement> Choices => [.. Chunks.SelectMany(chunk => chunk.Items("choices"))];

    /// <summary>All contents of a choice, joined.</summary>
    public string Text(int index = 0) => string.Concat(Choices.Where(choice => choice.Int("index") == index).Select(choice => choice.At("delta").Text("content") ?? choice.Text("text")));

    /// <summary>Why a choice ended; null where nothing says.</summary>
    public string? Finish(int index = 0) => Choices.Where(choice => choice.Int("index") == index).Select(choice => choice.Text("finish_reason")).LastOrDefault(reason => reason is not null);
}
