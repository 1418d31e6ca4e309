using System.Text.Json;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance.Cases;

/// <summary>The shape of streams of chat.</summary>
internal static class StreamCases
{
    /// <summary>The cases.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new(1, Severity.Normative, "stream: true answers 200 with text/event-stream", ContentTypeAsync),
        new(2, Severity.Normative, "events end with [DONE], and the body then ends", FramesAsync),
        new(3, Severity.Normative, "all chunks share id, created, model and object", SharedMembersAsync),
        new(4, Severity.Normative, "the first chunk, and it alone, has the role", RoleAsync),
        new(5, Severity.Normative, "every choice has index, delta and finish_reason", ChoiceMembersAsync),
        new(6, Severity.Normative, "one finish_reason, in the choice's last chunk", OneFinishAsync),
        new(7, Severity.Own, "the finish chunk's delta is empty", EmptyFinishAsync),
        new(8, Severity.Normative, "the stream's content is the whole answer's", SameTextAsync),
        new(9, Severity.Normative, "no usage without stream_options", NoUsageAsync),
        new(10, Severity.Normative, "include_usage ends with a chunk of usage alone", UsageAsync),
        new(11, Severity.Practice, "continuous_usage_stats gives counts that never fall", ContinuousUsageAsync),
        new(13, Severity.Normative, "n: 3 gives three choices, one a chunk", ThreeChoicesAsync),
        new(20, Severity.Normative, "a stream comes in spite of Accept: application/json", AcceptAsync),
        new(21, Severity.Normative, "a stream is not compressed", NotCompressedAsync),
    ];

    /// <summary>A stream that began; its status is the first thing that is looked at.</summary>
    public static async Task<Transcript> OpenAsync(Probe probe, string members = "", params (string Name, string Value)[] headers)
    {
        var stream = await probe.StreamAsync(probe.Streamed(members), headers: headers);
        Expect.That(stream.Head.Status == 200, "status 200", $"{stream.Head.Status} {stream.Head.Body}");
        Expect.That(stream.Chunks.Count > 0, "events of data", stream.Head.Body);
        return stream;
    }

    private static async Task ContentTypeAsync(Probe probe)
    {
        var type = (await OpenAsync(probe)).Head.Headers.GetValueOrDefault("content-type");
        Expect.That(type?.StartsWith("text/event-stream", StringComparison.Ordinal) == true, "Content-Type text/event-stream", type);
    }

    private static async Task FramesAsync(Probe probe)
    {
        var stream = await OpenAsync(probe);
        var stray = stream.Frames.FirstOrDefault(frame => frame.Split('\n').Any(line => line.Length > 0 && line[0] != ':' && !IsField(line)));
        Expect.That(stray is null, "data: lines and comments alone", stray);
        Expect.That(stream.IsDone, "data: [DONE] as the last event", stream.Data[^1]);
        Expect.That(stream.IsWhole, "a body that ends", "a broken connection");
        Expect.That(stream.Head.Body.EndsWith("\n\n", StringComparison.Ordinal), "an empty line after the last event", "none");
    }

    private static bool IsField(string line) => line.StartsWith("data:", StringComparison.Ordinal) || line.StartsWith("id:", StringComparison.Ordinal)
        || line.StartsWith("event:", StringComparison.Ordinal) || line.StartsWith("retry:", StringComparison.Ordinal);

    private static async Task SharedMembersAsync(Probe probe)
    {
        var chunks = (await OpenAsync(probe)).Chunks;
        foreach (var name in (string[])["id", "model", "object", "created"])
        {
            var values = chunks.Select(chunk => chunk.At(name)).Select(value => value.ValueKind == JsonValueKind.Undefined ? "(absent)" : value.GetRawText()).Distinct().ToList();
            Expect.That(values.Count == 1 && values[0] != "(absent)", $"one {name} in all chunks", string.Join(", ", values));
        }

        Expect.That(chunks[0].Text("object") == "chat.completion.chunk", "object chat.completion.chunk", chunks[0].Text("object"));
        Expect.That(chunks[0].At("created").ValueKind == JsonValueKind.Number && chunks[0].At("created").TryGetInt64(out _), "created in whole seconds", chunks[0].At("created"));
    }

    private static async Task RoleAsync(Probe probe)
    {
        var choices = (await OpenAsync(probe)).Choices;
        var first = choices is [var begin, ..] ? begin : default;
        Expect.That(first.At("delta").Text("role") == "assistant", "role assistant in the first chunk", first);
        Expect.That(!choices.Skip(1).Any(choice => choice.At("delta").Text("role") is { } role && role != "assistant"), "no other role later", "one");
    }

    private static async Task ChoiceMembersAsync(Probe probe)
    {
        foreach (var chunk in (await OpenAsync(probe)).Chunks)
        {
            Expect.That(chunk.At("choices").ValueKind == JsonValueKind.Array, "choices as a list, empty perhaps", chunk);
            foreach (var choice in chunk.Items("choices"))
            {
                Expect.That(choice.Int("index") is not null, "a choice's index", choice);
                Expect.That(choice.At("delta").ValueKind == JsonValueKind.Object, "a choice's delta", choice);
                Expect.That(choice.At("finish_reason").ValueKind is JsonValueKind.Null or JsonValueKind.String, "a choice's finish_reason, null until the end", choice);
            }
        }
    }

    private static async Task OneFinishAsync(Probe probe)
    {
        var choices = (await OpenAsync(probe)).Choices;
        var reasons = choices.Select(choice => choice.Text("finish_reason")).ToList();
        Expect.That(reasons.Count(reason => reason is not null) == 1, "one finish_reason", $"{reasons.Count(reason => reason is not null)}");
        Expect.That(reasons[^1] is "stop" or "length", "stop or length in the last chunk", choices[^1]);
    }

    private static async Task EmptyFinishAsync(Probe probe)
    {
        var last = (await OpenAsync(probe)).Choices[^1];
        Expect.That(last.At("delta").ValueKind == JsonValueKind.Object && !last.At("delta").EnumerateObject().Any(), "delta {}", last);
    }

    private static async Task SameTextAsync(Probe probe)
    {
        var whole = Expect.Success(await probe.ChatAsync(probe.Chat()));
        var stream = await OpenAsync(probe);
        Expect.That(stream.Text() == whole.Content(), $"\"{Expect.Shorten(whole.Content())}\"", $"\"{stream.Text()}\"");
        Expect.That(stream.Finish() == whole.Choice().Text("finish_reason"), $"finish_reason {whole.Choice().Text("finish_reason")}", stream.Finish());
    }

    private static async Task NoUsageAsync(Probe probe)
    {
        var chunk = (await OpenAsync(probe)).Chunks.FirstOrDefault(chunk => chunk.Has("usage"));
        Expect.That(chunk.ValueKind == JsonValueKind.Undefined, "no usage", chunk);
    }

    private static async Task UsageAsync(Probe probe)
    {
        var chunks = (await OpenAsync(probe, "\"stream_options\":{\"include_usage\":true}")).Chunks;
        Expect.That(chunks[^1].Has("usage") && chunks[^1].Items("choices").Count == 0, "a last chunk with usage and choices []", chunks[^1]);
        Expect.That(!chunks.SkipLast(1).Any(chunk => chunk.Has("usage")), "usage in the last chunk alone", "an earlier one");
        UsageRules.Check(chunks[^1].At("usage"));
        var whole = Expect.Success(await probe.ChatAsync(probe.Chat())).At("usage");
        Expect.That(
            whole.Int("prompt_tokens") == chunks[^1].At("usage").Int("prompt_tokens") && whole.Int("completion_tokens") == chunks[^1].At("usage").Int("completion_tokens"),
            $"the whole answer's usage {Expect.Shorten(whole)}", chunks[^1].At("usage"));
    }

    private static async Task ContinuousUsageAsync(Probe probe)
    {
        var counts = (await OpenAsync(probe, "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}")).Chunks
            .Select(chunk => chunk.At("usage").Int("completion_tokens")).ToList();
        Expect.That(counts.All(count => count is not null), "usage in every chunk", "a chunk without");
        Expect.That(counts[0] == 0, "0 completion tokens in the first", counts[0]);
        Expect.That(counts.Zip(counts.Skip(1)).All(pair => pair.First <= pair.Second), "counts that never fall", string.Join(", ", counts));
    }

    private static async Task ThreeChoicesAsync(Probe probe)
    {
        var answer = await probe.StreamAsync(probe.Streamed("\"n\":3,\"temperature\":1,\"stream_options\":{\"include_usage\":true}"));
        Expect.Supported(answer.Head, "n");
        Expect.That(answer.Head.Status == 200, "status 200", answer.Head.Status);
        Expect.That(answer.Chunks.All(chunk => chunk.Items("choices").Count <= 1), "one choice a chunk", "more");
        for (var index = 0; index < 3; index++)
        {
            var own = answer.Choices.Where(choice => choice.Int("index") == index).ToList();
            Expect.That(own.Count > 0 && own[0].At("delta").Text("role") == "assistant", $"the role first for index {index}", own.FirstOrDefault());
            Expect.That(own.Count(choice => choice.Text("finish_reason") is not null) == 1, $"one finish_reason for index {index}", own.Count(choice => choice.Text("finish_reason") is not null));
        }

        UsageRules.Check(answer.Chunks[^1].At("usage"));
    }

    private static async Task AcceptAsync(Probe probe)
    {
        var stream = await OpenAsync(probe, "", ("Accept", "application/json"));
        Expect.That(stream.IsDone, "a stream of events", stream.Head.Body);
    }

    private static async Task NotCompressedAsync(Probe probe)
    {
        var stream = await probe.StreamAsync(probe.Streamed(), headers: ("Accept-Encoding", "gzip, br"));
        Expect.That(!stream.Head.Headers.TryGetValue("content-encoding", out var encoding) || encoding == "identity", "no Content-Encoding", encoding);
    }
}
