using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance.Cases;

/// <summary>The endpoints beside chat.</summary>
internal static class EndpointCases
{
    private const string Prompt = "The river";

    /// <summary>The cases.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new(86, Severity.Normative, "completions stream as text_completion, 16 tokens by default", StreamAsync),
        new(87, Severity.Practice, "completions echo, and number choices prompt by prompt", EchoAsync),
        new(88, Severity.Normative, "a prompt of token ids is the prompt of their text", IdsAsync),
        new(97, Severity.Normative, "embeddings in base64 are the floats, bit for bit", EmbeddingsAsync),
        new(98, Severity.Own, "tokenize and detokenize give the text again", TokensAsync),
    ];

    private static JsonObject Completion(Probe probe, string members) =>
        probe.Request(new JsonObject { ["prompt"] = Prompt, ["temperature"] = 0 }, members);

    private static async Task StreamAsync(Probe probe)
    {
        var whole = await probe.PostAsync("completions", Completion(probe, ""));
        Expect.Supported(whole, "/v1/completions");
        var completion = Expect.Success(whole);
        var stream = await probe.StreamAsync(Completion(probe, "\"stream\":true"), "completions");
        Expect.That(stream.Head.Status == 200 && stream.IsDone, "a stream that ends with [DONE]", stream.Head.Body);
        Expect.That(stream.Chunks.All(chunk => chunk.Text("object") == "text_completion"), "object text_completion", stream.Chunks[0]);
        Expect.That(stream.Text() == completion.Choice().Text("text"), $"\"{Expect.Shorten(completion.Choice().Text("text"))}\"", $"\"{stream.Text()}\"");
        Expect.That(completion.At("usage").Int("completion_tokens") <= 16, "at most 16 tokens", completion.At("usage"));
        Expect.That(stream.Finish() == completion.Choice().Text("finish_reason"), "the same finish_reason", stream.Finish());
    }

    private static async Task EchoAsync(Probe probe)
    {
        var answer = await probe.PostAsync("completions", Completion(probe, "\"prompt\":[\"a\",\"b\"],\"n\":2,\"echo\":true,\"max_tokens\":0"));
        Expect.Supported(answer, "echo without tokens");
        var choices = Expect.Success(answer).Items("choices");
        Expect.That(choices.Select(choice => choice.Int("index")).SequenceEqual([0, 1, 2, 3]), "indices 0 to 3", string.Join(", ", choices.Select(choice => choice.Int("index"))));
        Expect.That(string.Concat(choices.Select(choice => choice.Text("text"))) == "aabb", "texts a, a, b, b", string.Join(", ", choices.Select(choice => choice.Text("text"))));
    }

    private static async Task IdsAsync(Probe probe)
    {
        var tokens = await TokenizeAsync(probe, Prompt);
        var byText = await probe.PostAsync("completions", Completion(probe, ""));
        Expect.Supported(byText, "/v1/completions");
        var byIds = Expect.Success(await probe.PostAsync("completions", Completion(probe, $"\"prompt\":{tokens.GetRawText()}")));
        var expected = Expect.Success(byText).Choice().Text("text");
        Expect.That(byIds.Choice().Text("text") == expected, $"\"{Expect.Shorten(expected)}\"", $"\"{byIds.Choice().Text("text")}\"");
    }

    private static async Task EmbeddingsAsync(Probe probe)
    {
        var request = probe.Request(new JsonObject { ["input"] = new JsonArray(Prompt, "A lake.") }, "");
        var answer = await probe.PostAsync("embeddings", request);
        Expect.Supported(answer, "/v1/embeddings");
        var floats = Expect.Success(answer).Items("data");
        request["encoding_format"] = "base64";
        var base64 = Expect.Success(await probe.PostAsync("embeddings", request)).Items("data");
        Expect.That(floats.Select(entry => entry.Int("index")).SequenceEqual([0, 1]) && base64.Count == 2, "two vectors in order", answer.Body);
        for (var i = 0; i < 2; i++)
        {
            var expected = floats[i].Items("embedding").Select(value => value.GetSingle()).ToArray();
            Expect.That(
                base64[i].At("embedding") is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out var bytes)
                    && MemoryMarshal.AsBytes<float>(expected).SequenceEqual(bytes),
                "the same bits in base64", base64[i].At("embedding"));
        }
    }

    private static async Task TokensAsync(Probe probe)
    {
        const string text = "Rivers, Grüße, 🌊.";
        var tokens = await TokenizeAsync(probe, text, "\"add_special_tokens\":false");
        var back = Expect.Success(await probe.PostAsync("/detokenize", probe.Request(new JsonObject { ["tokens"] = JsonNode.Parse(tokens.GetRawText()) }, "")));
        Expect.That(back.Text("prompt") == text, text, back.Text("prompt"));
        var chat = probe.Chat();
        var counted = Expect.Success(await probe.PostAsync("/tokenize", chat)).Int("count");
        var usage = Expect.Success(await probe.ChatAsync(chat)).At("usage").Int("prompt_tokens");
        Expect.That(counted == usage, $"{usage} tokens, as in usage", counted);
    }

    private static async Task<JsonElement> TokenizeAsync(Probe probe, string text, string members = "")
    {
        var answer = await probe.PostAsync("/tokenize", probe.Request(new JsonObject { ["prompt"] = text }, members));
        Expect.Supported(answer, "/tokenize");
        return Expect.Success(answer).At("tokens");
    }
}
