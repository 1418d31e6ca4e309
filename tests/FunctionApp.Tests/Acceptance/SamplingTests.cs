using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Sampling (contract C.1 to C.3), on a tiny model whose tokens are bytes and whose logits lie close together.</summary>
[Collection(nameof(TinyModelServer))]
public sealed class SamplingTests(TinyModelServer profile)
{
    // The logits differ by tenths; a low temperature makes the draw depend on them as it would in a trained model.
    private const string Drawn = "\"temperature\":0.05,\"max_tokens\":24,\"ignore_eos\":true";
    private const string Greedy = "\"temperature\":0,\"max_tokens\":12,\"ignore_eos\":true";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Seed_DecidesTheText()
    {
        var first = await TokensAsync("Once upon a time", Drawn + ",\"seed\":1");

        Assert.Equal(first, await TokensAsync("Once upon a time", Drawn + ",\"seed\":1"));
        Assert.NotEqual(first, await TokensAsync("Once upon a time", Drawn + ",\"seed\":2"));
        Assert.NotEqual(await TokensAsync("Once upon a time", Drawn), await TokensAsync("Once upon a time", Drawn));
    }

    [Fact]
    public async Task Seed_OfTheFirstOfFourChoices_EqualsThatOfOne()
    {
        var four = await CompletionAsync("Once upon a time", Drawn + ",\"seed\":1,\"n\":4");

        Assert.Equal(await TokensAsync("Once upon a time", Drawn + ",\"seed\":1"), Tokens(four, 0));
        Assert.Equal(4, Enumerable.Range(0, 4).Select(index => string.Join(' ', Tokens(four, index))).Distinct().Count());
    }

    [Fact]
    public async Task Seed_GivesTheSameTextInCompany()
    {
        const string members = "\"temperature\":0.05,\"max_tokens\":60,\"ignore_eos\":true,\"seed\":11";
        var alone = await TokensAsync("a prompt of its own", members);
        var company = Enumerable.Range(0, 7).Select(index => TokensAsync(new string('q', 3 + (11 * index)), Drawn)).ToList();
        var together = await TokensAsync("a prompt of its own", members);
        await Task.WhenAll(company);

        Assert.Equal(alone, together);
    }

    [Fact]
    public async Task Seed_GivesTheSameTextFromAWarmCache()
    {
        var prompt = string.Concat(Enumerable.Range(0, 80).Select(number => $"{number}, "));
        var cold = await CompletionAsync(prompt, Drawn + ",\"seed\":3");
        var warm = await CompletionAsync(prompt, Drawn + ",\"seed\":3");

        Assert.Equal(0, CachedTokens(cold));
        Assert.InRange(CachedTokens(warm), 1, prompt.Length - 1);
        Assert.Equal(Tokens(cold), Tokens(warm));
    }

    [Theory]
    [InlineData("temperature 0", "\"temperature\":0,\"seed\":1")]
    [InlineData("temperature 0, another seed", "\"temperature\":0,\"seed\":2")]
    [InlineData("top_p 0", "\"temperature\":1,\"top_p\":0")]
    [InlineData("top_k 1", "\"temperature\":1,\"top_k\":1")]
    [InlineData("min_p 1", "\"temperature\":1,\"min_p\":1")]
    public async Task WhatLeavesOneToken_IsGreedy(string name, string members)
    {
        var greedy = await TokensAsync("The quick brown fox", Greedy);
        var other = await TokensAsync("The quick brown fox", members + ",\"max_tokens\":12,\"ignore_eos\":true");

        Assert.True(greedy.SequenceEqual(other), name);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(500)]
    public async Task LogitBias_Forces(int bias) => Assert.Equal(
        Enumerable.Repeat((int)'a', 12), await TokensAsync("bias", $"\"temperature\":1,\"max_tokens\":12,\"logit_bias\":{{\"{(int)'a'}\":{bias}}}"));

    [Fact]
    public async Task LogitBias_Bans()
    {
        var favourite = (await TokensAsync("bias", Greedy))[0];
        var banned = await TokensAsync("bias", Greedy + $",\"logit_bias\":{{\"{favourite}\":-100}}");

        Assert.DoesNotContain(favourite, banned);
    }

    [Fact]
    public async Task FrequencyPenalty_CountsEveryOccurrence()
    {
        // 11, 9, 7, 5, 3, 1, and then -1: six times, after which all others are more probable.
        var tokens = await TokensAsync("penalty", Greedy + $",\"frequency_penalty\":2,\"logit_bias\":{{\"{(int)'a'}\":11}}");

        Assert.Equal(Enumerable.Repeat((int)'a', 6), tokens.Take(6));
        Assert.DoesNotContain('a', tokens.Skip(6));
    }

    [Fact]
    public async Task PresencePenalty_CountsOnce() =>
        Assert.Equal("abaaaaaaaaaa", Text(await TokensAsync("penalty", Greedy + ",\"presence_penalty\":2," + Biases(21, 20))));

    [Theory]
    [InlineData("xyz", "abaaaaaaaaaa")] // 50 and 10; then 5 and 10; then 5 and 1
    [InlineData("xaz", "baaaaaaaaaaa")] // the prompt counts, too
    public async Task RepetitionPenalty_DividesWhatOccurred(string prompt, string expected) =>
        Assert.Equal(expected, Text(await TokensAsync(prompt, Greedy + ",\"repetition_penalty\":10," + Biases(50, 10))));

    [Theory]
    [InlineData("aaa", "aabaabaabaab")]
    [InlineData("a", "bbbbbbbbbbbb")]
    public async Task BadWords_AreNeverProduced(string word, string expected) =>
        Assert.Equal(expected, Text(await TokensAsync("words", Greedy + $",\"bad_words\":[\"{word}\"]," + Biases(50, 40))));

    [Fact]
    public async Task BadWords_OfASpecialToken_KeepItAway()
    {
        var completion = await CompletionAsync("words", Greedy + ",\"bad_words\":[\"<|end|>\"],\"logit_bias\":{\"256\":100}");

        Assert.Equal("length", completion.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task StopString_OfASpecialToken_StopsAtTheToken()
    {
        var completion = await CompletionAsync("stops", Greedy + ",\"stop\":[\"<|end|>\"],\"logit_bias\":{\"256\":100}");

        var choice = completion.GetProperty("choices")[0];
        Assert.Equal(("stop", "<|end|>"), (choice.GetProperty("finish_reason").GetString(), choice.GetProperty("stop_reason").GetString()));
        Assert.Equal(1, completion.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Logprobs_AreThoseOfTheRawDistribution()
    {
        var plain = await CompletionAsync("logprobs", Greedy + ",\"top_logprobs\":20");
        var changed = await CompletionAsync("logprobs", "\"temperature\":2,\"seed\":1,\"max_tokens\":1,\"top_logprobs\":20," + Biases(50, 10));

        Assert.Equal(FirstAlternatives(plain), FirstAlternatives(changed));
    }

    private static string Biases(int a, int b) => $"\"logit_bias\":{{\"{(int)'a'}\":{a},\"{(int)'b'}\":{b}}}";

    private static string Text(IEnumerable<int> tokens) => string.Concat(tokens.Select(token => (char)token));

    private static string FirstAlternatives(JsonElement completion) => completion.GetProperty("choices")[0]
        .GetProperty("logprobs").GetProperty("content")[0].GetProperty("top_logprobs").GetRawText();

    private static int CachedTokens(JsonElement completion) =>
        completion.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();

    private static List<int> Tokens(JsonElement completion, int index = 0) =>
        [.. completion.GetProperty("choices")[index].GetProperty("logprobs").GetProperty("content").EnumerateArray()
            .Select(entry => entry.GetProperty("bytes")[0].GetInt32())];

    private async Task<List<int>> TokensAsync(string prompt, string members) => Tokens(await CompletionAsync(prompt, members));

    /// <summary>Tokens are read from the logprobs, because most bytes are no text on their own.</summary>
    private async Task<JsonElement> CompletionAsync(string prompt, string members) =>
        (await _server.PostAsync(ChatJson.Of(prompt, members + ",\"logprobs\":true"))).AssertCompletion();
}
