using System.Buffers;
using System.Diagnostics;
using System.Text;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

/// <summary>Requests for completions of text: the four forms of a prompt, and the fields that chat has otherwise.</summary>
public sealed class CompletionRequestReaderTests
{
    private static readonly ChatRequestLimits _limits = new(["m"], VocabularySize: 300);

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("\"\"", "")]
    [InlineData("""["a","b"]""", "a|b")]
    [InlineData("[1,2]", "1,2")]
    [InlineData("[[1,2],[3]]", "1,2|3")]
    [InlineData("""["a",[3]]""", "a|3")]
    public void TryRead_EveryFormOfAPrompt_IsRead(string json, string expected) =>
        Assert.Equal(expected, string.Join('|', Read($"\"prompt\":{json}").Prompts.Select(prompt => prompt.Text ?? string.Join(',', prompt.Ids!))));

    [Theory]
    [InlineData("\"x\":0", "prompt", "missing_required_parameter")]
    [InlineData("\"prompt\":null", "prompt", "missing_required_parameter")]
    [InlineData("\"prompt\":5", "prompt", "invalid_value")]
    [InlineData("\"prompt\":{}", "prompt", "invalid_value")]
    [InlineData("\"prompt\":[]", "prompt", "invalid_value")]
    [InlineData("\"prompt\":[[]]", "prompt[0]", "invalid_value")]
    [InlineData("\"prompt\":[1,\"a\"]", "prompt", "invalid_value")]
    [InlineData("\"prompt\":[1,-2]", "prompt", "invalid_value")]
    [InlineData("\"prompt\":[1,2.5]", "prompt", "invalid_value")]
    [InlineData("\"prompt\":[\"a\",2]", "prompt[1]", "invalid_value")]
    [InlineData("\"prompt\":[\"a\",null]", "prompt[1]", "invalid_value")]
    [InlineData("\"prompt\":\"\\ud83c\"", "prompt", "invalid_value")]
    [InlineData("\"prompt\":\"a\",\"echo\":1", "echo", "invalid_value")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":true", "logprobs", "invalid_value")]
    [InlineData("\"prompt\":\"a\",\"suffix\":\"b\"", "suffix", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"use_beam_search\":true", "use_beam_search", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"truncate_prompt_tokens\":5", "truncate_prompt_tokens", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"prompt_logprobs\":0", "prompt_logprobs", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]", "messages", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"top_logprobs\":2", "top_logprobs", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"tools\":[{}]", "tools", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"prompt_embeds\":\"AA==\"", "prompt_embeds", "unsupported_parameter")]
    public void TryRead_OfWhatCannotBe_NamesTheField(string members, string param, string code)
    {
        Assert.False(CompletionRequestReader.TryRead(Bytes(members), out _, out var error));
        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public void TryRead_OfTooManyPrompts_NamesThem()
    {
        var prompts = string.Join(',', Enumerable.Repeat("\"a\"", CompletionRequestRules.MaxPrompts + 1));

        Assert.False(CompletionRequestReader.TryRead(Bytes($"\"prompt\":[{prompts}]"), out _, out var error));
        Assert.Equal("prompt", error.Param);
    }

    [Theory]
    [InlineData("\"logprobs\":-1", "logprobs", "invalid_value")]
    [InlineData("\"logprobs\":21", "logprobs", "invalid_value")]
    [InlineData("\"best_of\":2", "best_of", "unsupported_parameter")]
    [InlineData("\"n\":2,\"best_of\":1", "best_of", "unsupported_parameter")]
    [InlineData("\"max_tokens\":-1", "max_tokens", "invalid_value")]
    [InlineData("\"max_completion_tokens\":-1", "max_completion_tokens", "invalid_value")]
    [InlineData("\"min_tokens\":17", "min_tokens", "invalid_value")]
    [InlineData("\"temperature\":3", "temperature", "invalid_value")]
    [InlineData("\"stream_options\":{}", "stream_options", "invalid_value")]
    [InlineData("\"n\":9", "n", "invalid_value")]
    [InlineData("\"stop_token_ids\":[300]", "stop_token_ids", "invalid_value")]
    public void Check_ValueOutsideItsRange_NamesTheField(string members, string param, string code)
    {
        var error = CompletionRequestRules.Check(Read($"\"prompt\":\"a\",{members}"), _limits);

        Assert.Equal((400, param, code), (error?.Status, error?.Param, error?.Code));
    }

    [Theory]
    [InlineData("\"max_tokens\":0,\"echo\":true", 0)]
    [InlineData("\"n\":2,\"best_of\":2", 16)]
    [InlineData("\"logprobs\":20,\"max_tokens\":300", 300)]
    [InlineData("\"echo\":false,\"suffix\":\"\",\"best_of\":null,\"add_special_tokens\":false,\"tools\":[],\"messages\":null", 16)]
    public void Check_OfARequestWithinItsRanges_Passes(string members, int tokenLimit)
    {
        var request = Read($"\"prompt\":\"a\",{members}");

        Assert.Null(CompletionRequestRules.Check(request, _limits));
        Assert.Equal(tokenLimit, request.TokenLimit);
    }

    [Fact]
    public void ToString_OfARequest_ShowsNoText()
    {
        var request = Read("\"prompt\":\"secret\"");

        Assert.DoesNotContain("secret", string.Concat(request, request.Prompts[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_OfAMillionIds_IsQuick()
    {
        var clock = Stopwatch.StartNew();
        Assert.True(CompletionRequestReader.TryRead(Bytes($"\"prompt\":[1{string.Concat(Enumerable.Repeat(",1", 1_000_000))}]"), out var request, out _));

        Assert.Equal(1_000_001, request.Prompts[0].Ids!.Count);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));    // a fraction of a second on a quiet machine
    }

    internal static ApiError ErrorWith(string members)
    {
        Assert.False(CompletionRequestReader.TryRead(Bytes($"\"prompt\":\"a\",{members}"), out _, out var error));
        return error;
    }

    private static CompletionRequest Read(string members)
    {
        Assert.True(CompletionRequestReader.TryRead(Bytes(members), out var request, out var error), error?.Message);
        return request;
    }

    private static ReadOnlySequence<byte> Bytes(string members) => new(Encoding.UTF8.GetBytes($"{{{members}}}"));
}
