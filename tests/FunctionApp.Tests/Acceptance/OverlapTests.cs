using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.FunctionApp.Tests.Acceptance.Harness;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Whether steps overlap or not, the answers are the same to the last field, the counts of tokens included.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class OverlapTests(ScriptedServer plain, OverlappingServer overlapping) : IClassFixture<OverlappingServer>
{
    // So that no other test's prompts are in the plain server's prefix cache, which is counted.
    private const string Own = "Steps that overlap.\n";

    public static TheoryData<string, string> Requests => new()
    {
        { "!text One \"two\" and three.", "" },
        { "!count to=60", "\"max_tokens\":17" },
        { "!count to=60", "\"stop\":[\"12\"]" },
        { "!count to=30", "\"n\":3,\"seed\":5" },
        { "!text short", "\"min_tokens\":12,\"max_tokens\":20" },
        { "!text abcabc", "\"logprobs\":true,\"top_logprobs\":2" },
        { "!text abcabc", "\"logit_bias\":{\"98\":-100},\"frequency_penalty\":0.5" },
        { "!text {}", "\"response_format\":{\"type\":\"json_object\"}" },
        { "!endless", "\"max_tokens\":300" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Answer_WhereStepsOverlap_IsThePlainRuns(string prompt, string fields)
    {
        var expected = (await plain.Server.PostAsync(ChatJson.Of(Own + prompt, fields))).AssertCompletion();
        var actual = (await overlapping.Server.PostAsync(ChatJson.Of(Own + prompt, fields))).AssertCompletion();

        Assert.Equal(WithoutIds(expected), WithoutIds(actual));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Stream_WhereStepsOverlap_IsThePlainRuns(string prompt, string fields)
    {
        var usage = string.Join(',', ((string[])[fields, "\"stream_options\":{\"include_usage\":true}"]).Where(field => field.Length > 0));
        var expected = await plain.Server.StreamAsync(ChatJson.Streaming(Own + prompt, usage));
        var actual = await overlapping.Server.StreamAsync(ChatJson.Streaming(Own + prompt, usage));

        StreamRules.AssertSound(actual);
        Assert.Equal(TextsOf(expected), TextsOf(actual));
        Assert.Equal(expected.Usage.ToString(), actual.Usage.ToString());
    }

    [Fact]
    public async Task Faults_WhereStepsOverlap_AreThePlainRuns()
    {
        var expected = await plain.Server.StreamAsync(ChatJson.Streaming("!fault after=3\n!text abcdef"));
        var actual = await overlapping.Server.StreamAsync(ChatJson.Streaming("!fault after=3\n!text abcdef"));

        Assert.Equal("abc", actual.Text());
        Assert.Equal(TextsOf(expected), TextsOf(actual));
    }

    private static string WithoutIds(JsonElement answer)
    {
        var fields = JsonNode.Parse(answer.GetRawText())!.AsObject();
        Assert.True(fields.Remove("id") && fields.Remove("created"));
        return fields.ToJsonString();
    }

    /// <summary>What each choice was given, and why it ended: how tokens are shared out among events is a matter of time.</summary>
    private static List<string> TextsOf(SseTranscript stream) =>
        [.. Enumerable.Range(0, 3).Select(choice => $"{stream.Text(choice)} [{string.Concat(stream.Choices(choice).Select(Reason))}]")];

    private static string Reason(JsonElement choice) =>
        choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String ? reason.GetString()! : "";
}
