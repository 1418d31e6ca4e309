using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance.Cases;

/// <summary>How fields of a request are taken.</summary>
internal static class RequestCases
{
    /// <summary>The cases.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new(12, Severity.Normative, "stream_options without stream is 400", async probe =>
            Expect.Refusal(await probe.ChatAsync(probe.Chat("\"stream_options\":{\"include_usage\":true}")), "stream_options", 400)),
        new(14, Severity.Own, "greedy with n: 2 gives two equal choices", EqualChoicesAsync),
        new(15, Severity.Normative, "a token limit of 1 ends with length", OneTokenAsync),
        new(16, Severity.Practice, "a prompt beyond the context is 400", TooLongAsync),
        new(17, Severity.Normative, "ids differ from request to request", IdsAsync),
        new(18, Severity.Normative, "unknown fields change nothing", UnknownFieldsAsync),
        new(19, Severity.Normative, "null is absent", NullsAsync),
        new(36, Severity.Normative, "logprobs have an entry for each token", LogprobsAsync),
        new(40, Severity.Normative, "the same seed gives the same text", SeedAsync),
        new(44, Severity.Normative, "temperature outside of [0, 2] is 400", async probe =>
            Expect.Refusal(await probe.ChatAsync(probe.Chat("\"temperature\":-0.1")), "temperature -0.1", 400, 422)),
        new(52, Severity.Normative, "n: 0 is 400", async probe => Expect.Refusal(await probe.ChatAsync(probe.Chat("\"n\":0")), "n: 0", 400, 422)),
    ];

    private static async Task EqualChoicesAsync(Probe probe)
    {
        var answer = Expect.Success(await probe.ChatAsync(probe.Chat("\"n\":2")));
        Expect.That(answer.Items("choices").Count == 2 && answer.Content(0) == answer.Content(1), $"\"{Expect.Shorten(answer.Content(0))}\" twice", answer.Content(1));
    }

    private static async Task OneTokenAsync(Probe probe)
    {
        foreach (var members in (string[])["\"max_tokens\":1", "\"max_tokens\":null,\"max_completion_tokens\":1", "\"max_tokens\":9,\"max_completion_tokens\":1"])
        {
            var answer = Expect.Success(await probe.ChatAsync(probe.Chat(members)));
            Expect.That(answer.Choice().Text("finish_reason") == "length", $"{members}: finish_reason length", answer.Choice());
            Expect.That(answer.At("usage").Int("completion_tokens") == 1, $"{members}: one completion token", answer.At("usage"));
        }
    }

    private static async Task TooLongAsync(Probe probe)
    {
        if (probe.ContextLength is not (> 0 and <= 200_000 and var length))
        {
            throw new InconclusiveException("GET /v1/models tells no max_model_len, or one that is too large to try.");
        }

        var prompt = string.Join(' ', Enumerable.Range(0, length + 8).Select(number => (char)('a' + (number % 26))));
        Expect.Refusal(await probe.ChatAsync(probe.Chat("\"max_tokens\":1,\"stream\":true", prompt)), "a prompt beyond the context, streamed", 400, 413);
    }

    private static async Task IdsAsync(Probe probe)
    {
        var (first, second) = (Expect.Success(await probe.ChatAsync(probe.Chat())), Expect.Success(await probe.ChatAsync(probe.Chat())));
        Expect.That(first.Text("id") is { Length: > 0 } id && id != second.Text("id"), "two ids", first.Text("id"));
        Expect.That(first.Text("system_fingerprint") == second.Text("system_fingerprint"), "one system_fingerprint", second.Text("system_fingerprint"));
        Expect.That(first.Text("object") == "chat.completion", "object chat.completion", first.Text("object"));
    }

    private static async Task UnknownFieldsAsync(Probe probe)
    {
        var plain = Expect.Success(await probe.ChatAsync(probe.Chat()));
        var answer = Expect.Success(await probe.ChatAsync(probe.Chat("\"foo\":{\"bar\":1},\"user\":\"u\",\"metadata\":{},\"store\":false,\"service_tier\":\"auto\"")));
        Expect.That(answer.Content() == plain.Content(), $"\"{Expect.Shorten(plain.Content())}\"", answer.Content());
    }

    private static async Task NullsAsync(Probe probe) => Expect.Success(await probe.ChatAsync(probe.Chat(
        "\"seed\":null,\"top_p\":null,\"n\":null,\"stop\":null,\"logit_bias\":null,\"tools\":null,\"tool_choice\":null,\"response_format\":null,\"stream\":null,\"stream_options\":null,\"logprobs\":null,\"user\":null,\"presence_penalty\":null")));

    private static async Task LogprobsAsync(Probe probe)
    {
        var answer = await probe.ChatAsync(probe.Chat("\"logprobs\":true,\"top_logprobs\":2"));
        Expect.Supported(answer, "logprobs");
        var json = Expect.Success(answer);
        var entries = json.Choice().At("logprobs").Items("content");
        Expect.That(entries.Count > 0, "entries of logprobs", json.Choice().At("logprobs"));
        foreach (var entry in entries)
        {
            Expect.That(entry.Has("token") && entry.Has("logprob") && entry.At("logprob").GetDouble() <= 0, "a token with a logprob of at most 0", entry);
            Expect.That(entry.Items("top_logprobs").Count is > 0 and <= 2, "at most two alternatives", entry);
        }
    }

    private static async Task SeedAsync(Probe probe)
    {
        const string drawn = "\"temperature\":1,\"seed\":42";
        var (first, second) = (Expect.Success(await probe.ChatAsync(probe.Chat(drawn))), Expect.Success(await probe.ChatAsync(probe.Chat(drawn))));
        Expect.That(first.Content() == second.Content(), $"\"{Expect.Shorten(first.Content())}\" twice", second.Content());
    }
}
