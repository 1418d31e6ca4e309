using System.Text.Json.Nodes;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance.Cases;

/// <summary>
/// Whether text comes through whole. What a model says cannot be chosen, except where the server holds answers to a schema: there a
/// constant has it say what is hard.
/// </summary>
internal static class TextCases
{
    private const char Replacement = '\uFFFD';

    /// <summary>The cases.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new(22, Severity.Normative, "characters of 2, 3 and 4 bytes come whole", probe => ConstantAsync(probe, "Grüße, 日本語, 🌊")),
        new(23, Severity.Normative, "a joined emoji comes exactly", probe => ConstantAsync(probe, "👩‍👩‍👧‍👦")),
        new(24, Severity.Own, "a cut within a character leaves one U+FFFD at most", CutAsync),
        new(25, Severity.Normative, "quotes, line ends and [DONE] are text", probe => ConstantAsync(probe, "a \"b\" \u2028 data: [DONE]\n\nc")),
        new(26, Severity.Normative, "a stop string ends the answer and is not in it", StopAsync),
        new(27, Severity.Practice, "text that only began a stop string is told", HeldTextAsync),
        new(32, Severity.Normative, "an empty stop string is 400", async probe =>
            Expect.Refusal(await probe.ChatAsync(probe.Chat("\"stop\":\"\"")), "stop \"\"", 400, 422)),
    ];

    private static string Constant(string text) =>
        $"\"max_tokens\":200,\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"name\":\"text\",\"strict\":true,\"schema\":{{\"type\":\"object\",\"properties\":{{\"text\":{{\"const\":{JsonValue.Create(text).ToJsonString()}}}}},\"required\":[\"text\"],\"additionalProperties\":false}}}}}}";

    private static async Task ConstantAsync(Probe probe, string text)
    {
        var whole = await probe.ChatAsync(probe.Chat(Constant(text)));
        Expect.Supported(whole, "json_schema with const");
        Expect.Ended(Expect.Success(whole));
        var stream = await StreamCases.OpenAsync(probe, Constant(text));
        foreach (var content in (string[])[Expect.Success(whole).Content(), stream.Text()])
        {
            Expect.That(!content.Contains(Replacement, StringComparison.Ordinal), "no U+FFFD", content);
            var said = (Answer.Parse(content) ?? throw new UnmetException("JSON that obeys the schema", Expect.Shorten(content))).Text("text");
            Expect.That(said == text, $"\"{text}\"", said);
        }

        Expect.That(stream.IsDone, "[DONE] at the end", stream.Data[^1]);
        Expect.That(stream.Choices.All(choice => choice.At("delta").Text("content")?.Contains(Replacement, StringComparison.Ordinal) != true), "no U+FFFD in a chunk", "one");
    }

    private static async Task CutAsync(Probe probe)
    {
        for (var most = 1; most <= 24; most++)
        {
            var members = Constant("🌊🌊").Replace("\"max_tokens\":200", $"\"max_tokens\":{most}", StringComparison.Ordinal);
            var answer = await probe.ChatAsync(probe.Chat(members));
            Expect.Supported(answer, "json_schema with const");
            var content = Expect.Success(answer).Content();
            Expect.That(content.IndexOf(Replacement, StringComparison.Ordinal) is var place && (place < 0 || place == content.Length - 1), "at most one U+FFFD, at the end", content);
        }
    }

    private static async Task StopAsync(Probe probe)
    {
        var text = await AnswerAsync(probe);
        var stop = text.Substring(text.Length / 2, 3);
        var expected = text[..text.IndexOf(stop, StringComparison.Ordinal)];
        var members = $"\"stop\":[{JsonValue.Create(stop).ToJsonString()}]";
        var whole = Expect.Success(await probe.ChatAsync(probe.Chat(members)));
        var stream = await StreamCases.OpenAsync(probe, members);
        foreach (var (content, reason) in new[] { (whole.Content(), whole.Choice().Text("finish_reason")), (stream.Text(), stream.Finish()) })
        {
            Expect.That(content == expected, $"stop \"{stop}\": \"{Expect.Shorten(expected)}\"", $"\"{content}\"");
            Expect.That(reason == "stop", "finish_reason stop", reason);
        }
    }

    private static async Task HeldTextAsync(Probe probe)
    {
        var text = await AnswerAsync(probe);
        var (middle, end) = ($"{text.AsSpan(text.Length / 2, 3)}\u0001", $"{text.AsSpan()[^3..]}\u0001");
        var members = $"\"stop\":[{JsonValue.Create(middle).ToJsonString()},{JsonValue.Create(end).ToJsonString()}]";
        var stream = await StreamCases.OpenAsync(probe, members);
        Expect.That(stream.Text() == text, $"\"{Expect.Shorten(text)}\"", $"\"{stream.Text()}\"");
    }

    private static async Task<string> AnswerAsync(Probe probe)
    {
        var text = Expect.Success(await probe.ChatAsync(probe.Chat())).Content();
        return text.Length >= 8 && !text.Any(char.IsSurrogate) ? text : throw new InconclusiveException($"The model's answer shows nothing: \"{Expect.Shorten(text)}\".");
    }
}
