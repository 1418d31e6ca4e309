using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>
/// Text as it was meant (contract B.1, B.6, B.7). Each token of the scripted model is one byte, so every character beyond ASCII and every stop string is
/// split over tokens.
/// </summary>
[Collection(nameof(ScriptedServer))]
public sealed class TextIntegrityTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData("characters of two to four bytes", "é ß Ж 世界 🌍🌊 ñ")]
    [InlineData("joined emoji", "👩‍👩‍👧 🏳️‍🌈 👍🏽 e\u0301")]
    [InlineData("what JSON and frames must escape", "say \"yes\" \\ a/b \u2028 \u2029 \0 \u0001 \t data: [DONE] : ping </script>")]
    public async Task Text_ArrivesUnharmed(string name, string text)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!delay ms=2\n!text " + text));

        StreamRules.AssertSound(stream);
        Assert.True(stream.Text() == text, name);
        Assert.All(stream.Deltas(), delta =>
        {
            Assert.DoesNotContain('\uFFFD', delta);
            Assert.False(delta.Length > 0 && (char.IsLowSurrogate(delta[0]) || char.IsHighSurrogate(delta[^1])));
        });
    }

    [Fact]
    public async Task Newlines_StayInsideTheirDataLine()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text a\\n\\ndata: [DONE]\\n\\nb"));

        StreamRules.AssertSound(stream);
        Assert.Equal("a\n\ndata: [DONE]\n\nb", stream.Text());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task TokenLimit_InsideACharacter_LeavesAtMostOneReplacement(int limit)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text 🌊🌊", $"\"max_tokens\":{limit}"));

        StreamRules.AssertSound(stream);
        Assert.Contains(stream.Text(), (string[])["", "\uFFFD"]);
        Assert.Equal("length", stream.FinishReason());
    }

    [Fact]
    public async Task StopString_OverSeveralTokens_IsNeverShown()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!delay ms=5\n!text before END after", "\"stop\":[\"END\"]"));

        StreamRules.AssertSound(stream);
        Assert.Equal("before ", stream.Text());
        Assert.All(stream.Deltas(), delta => Assert.DoesNotContain('E', delta));
        Assert.Equal("stop", stream.FinishReason());
        Assert.Equal("END", stream.FinishChoice().GetProperty("stop_reason").GetString());
    }

    [Theory]
    [InlineData("held back, then delivered at the end", "ab", "abc", "ab")]
    [InlineData("a false start before the match", "ababc", "abc", "ab")]
    [InlineData("An emoji as stop string", "a🌊b", "🌊", "a")]
    public async Task StopString_HoldsBackExactlyWhatMayBecomeIt(string name, string text, string stop, string expected)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text " + text, $"\"stop\":{JsonSerializer.Serialize(stop)}"));

        StreamRules.AssertSound(stream);
        Assert.True(stream.Text() == expected, $"{name}: {stream.Text()}");
        Assert.Equal("stop", stream.FinishReason());
    }

    [Fact]
    public Task StopString_ThatDoesNotBegin_HoldsNothingBack() => Eventually.MeasuresAsync(
        () => _server.StreamAsync(ChatJson.Streaming("!delay ms=40\n!text abcdefghijklmnopqrst", "\"stop\":[\"\\n\\n\"]")),

        // One chunk a token; a busy machine may merge a few, holding back would leave two or three.
        stream => Assert.InRange(stream.Deltas().Count(delta => delta.Length > 0), 10, 20));

    [Theory]
    [InlineData("\"cde\",\"bcd\"", "a", "bcd")]
    [InlineData("\"bcd\",\"cde\"", "a", "bcd")]
    [InlineData("\"d\",\"bcd\"", "a", "bcd")]
    [InlineData("\"bcd\",\"b\"", "a", "b")]
    public async Task TwoStopStrings_TheEarlierPositionWins(string stops, string expected, string reason)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text abcdef", $"\"stop\":[{stops}]"));

        Assert.Equal(expected, stream.Text());
        Assert.Equal(reason, stream.FinishChoice().GetProperty("stop_reason").GetString());
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("[\"a\",\"\"]")]
    [InlineData("[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\"]")]
    public async Task StopString_EmptyOrTooMany_Is400(string stop) =>
        (await _server.PostAsync(ChatJson.Of("!text a", $"\"stop\":{stop}"))).AssertError(400, "invalid_value", "stop");

    [Fact]
    public async Task StopToken_EndsThereAndIsKept()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text abcdef", $"\"stop_token_ids\":[{(int)'c'}]"));

        StreamRules.AssertSound(stream);
        Assert.Equal(("abc", "stop"), (stream.Text(), stream.FinishReason()));
        Assert.Equal('c', stream.FinishChoice().GetProperty("stop_reason").GetInt32());
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(-1)]
    public async Task StopToken_OutsideTheVocabulary_Is400(int id) =>
        (await _server.PostAsync(ChatJson.Of("!text a", $"\"stop_token_ids\":[{id}]"))).AssertError(400, "invalid_value", "stop_token_ids");

    [Fact]
    public async Task IgnoreEos_RunsToTheTokenLimit()
    {
        var stream = await _server.StreamAsync(
            ChatJson.Streaming("!text hello", "\"ignore_eos\":true,\"max_tokens\":50,\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream);
        Assert.Equal("length", stream.FinishReason());
        Assert.Equal(50, stream.Usage.GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task MinTokens_AreReached()
    {
        var stream = await _server.StreamAsync(
            ChatJson.Streaming("!text abc", "\"min_tokens\":10,\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream);
        Assert.InRange(stream.Usage.GetProperty("completion_tokens").GetInt32(), 10, 20);
    }

    [Fact]
    public async Task StopString_WithinMinTokens_IsNotFound()
    {
        var stream = await _server.StreamAsync(
            ChatJson.Streaming("!text Hey.ABCD", "\"stop\":[\".\"],\"min_tokens\":6,\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream);
        Assert.Equal(("Hey.ABCD", 9), (stream.Text(), stream.Usage.GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task MinTokens_AboveTheLimit_Is400() =>
        (await _server.PostAsync(ChatJson.Of("!text abc", "\"min_tokens\":11,\"max_tokens\":10"))).AssertError(400, "invalid_value", "min_tokens");
}
