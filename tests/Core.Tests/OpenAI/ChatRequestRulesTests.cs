using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class ChatRequestRulesTests
{
    private static readonly ChatRequestLimits _limits = new(["m", "org/m"], VocabularySize: 300);

    [Theory]
    [InlineData("\"model\":\"org/m\"")]
    [InlineData("\"stream\":true,\"stream_options\":{}")]
    [InlineData("\"temperature\":0")]
    [InlineData("\"temperature\":2")]
    [InlineData("\"top_p\":0")]
    [InlineData("\"top_p\":1")]
    [InlineData("\"top_k\":-1")]
    [InlineData("\"top_k\":100000")]
    [InlineData("\"min_p\":0")]
    [InlineData("\"min_p\":1")]
    [InlineData("\"frequency_penalty\":-2,\"presence_penalty\":2")]
    [InlineData("\"repetition_penalty\":10")]
    [InlineData("\"repetition_penalty\":0.01")]
    [InlineData("\"logit_bias\":{\"299\":500,\"0\":-500}")]
    [InlineData("\"seed\":-1")]
    [InlineData("\"seed\":9223372036854775807")]
    [InlineData("\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\"]")]
    [InlineData("\"n\":1")]
    [InlineData("\"n\":8,\"temperature\":0")]
    [InlineData("\"max_tokens\":1,\"max_completion_tokens\":1")]
    [InlineData("\"max_tokens\":2147483647")]
    [InlineData("\"max_tokens\":3000000000")]
    [InlineData("\"max_completion_tokens\":1e300")]
    [InlineData("\"top_k\":9223372036854775808")]
    [InlineData("\"min_tokens\":10,\"max_tokens\":10")]
    [InlineData("\"min_tokens\":10,\"max_tokens\":5,\"max_completion_tokens\":10")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":20")]
    [InlineData("\"top_logprobs\":0")]
    [InlineData("\"stop_token_ids\":[0,299],\"bad_words\":[\"foo\"]")]
    public void Check_ValueWithinItsRange_IsAccepted(string members) =>
        Assert.Null(ChatRequestRules.Check(ChatRequestReaderTests.ReadWith(members), _limits));

    [Theory]
    [InlineData("\"stream_options\":{}", "stream_options")]
    [InlineData("\"stream\":false,\"stream_options\":{\"include_usage\":true}", "stream_options")]
    [InlineData("\"temperature\":-0.1", "temperature")]
    [InlineData("\"temperature\":2.1", "temperature")]
    [InlineData("\"top_p\":-0.1", "top_p")]
    [InlineData("\"top_p\":1.1", "top_p")]
    [InlineData("\"top_k\":-2", "top_k")]
    [InlineData("\"min_p\":-0.1", "min_p")]
    [InlineData("\"min_p\":1.5", "min_p")]
    [InlineData("\"frequency_penalty\":2.1", "frequency_penalty")]
    [InlineData("\"frequency_penalty\":-2.1", "frequency_penalty")]
    [InlineData("\"presence_penalty\":2.1", "presence_penalty")]
    [InlineData("\"presence_penalty\":-2.1", "presence_penalty")]
    [InlineData("\"repetition_penalty\":0", "repetition_penalty")]
    [InlineData("\"repetition_penalty\":10.1", "repetition_penalty")]
    [InlineData("\"logit_bias\":{\"300\":1}", "logit_bias")]
    [InlineData("\"stop\":\"\"", "stop")]
    [InlineData("\"stop\":[\"a\",\"\"]", "stop")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":9", "n")]
    [InlineData("\"n\":129", "n")]
    [InlineData("\"n\":3000000000", "n")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"max_tokens\":-3000000000", "max_tokens")]
    [InlineData("\"max_completion_tokens\":0", "max_completion_tokens")]
    [InlineData("\"max_completion_tokens\":-1", "max_completion_tokens")]
    [InlineData("\"min_tokens\":-1", "min_tokens")]
    [InlineData("\"min_tokens\":11,\"max_tokens\":10", "min_tokens")]
    [InlineData("\"top_logprobs\":5", "top_logprobs")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":-1", "top_logprobs")]
    [InlineData("\"stop_token_ids\":[-1]", "stop_token_ids")]
    [InlineData("\"stop_token_ids\":[300]", "stop_token_ids")]
    [InlineData("\"stop_token_ids\":[3000000000]", "stop_token_ids")]
    [InlineData("\"bad_words\":[\"\"]", "bad_words")]
    public void Check_ValueOutsideItsRange_NamesTheField(string members, string param)
    {
        var error = ChatRequestRules.Check(ChatRequestReaderTests.ReadWith(members), _limits);

        Assert.Equal((400, "invalid_request_error", param, "invalid_value"), (error?.Status, error?.Type, error?.Param, error?.Code));
        Assert.Contains(param, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TooLongAStop_NamesTheField() => Assert.Equal("stop", CheckWith($"\"stop\":\"{new string('x', 257)}\"")?.Param);

    [Fact]
    public void Check_TokenLimitBelowAnInt_TellsItsOwnRange() =>
        Assert.Equal("max_tokens must be at least 1.", CheckWith("\"max_tokens\":-3000000000")?.Message);

    [Fact]
    public void Check_NoMessages_NamesTheField() =>
        Assert.Equal("messages", ChatRequestRules.Check(new ChatCompletionRequest { Messages = [] }, _limits)?.Param);

    [Fact]
    public void Check_UnknownModel_Is404()
    {
        var error = CheckWith("\"model\":\"gpt-4\"");

        Assert.Equal((404, "model", "model_not_found"), (error?.Status, error?.Param, error?.Code));
    }

    [Fact]
    public void Check_WithAnotherLimitOfChoices_FollowsIt() =>
        Assert.Equal("n", ChatRequestRules.Check(ChatRequestReaderTests.ReadWith("\"n\":3"), _limits with { MaxChoices = 2 })?.Param);

    private static ApiError? CheckWith(string members) => ChatRequestRules.Check(ChatRequestReaderTests.ReadWith(members), _limits);
}
