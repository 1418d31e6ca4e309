using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Text;

namespace Rill.Chat;

/// <summary>A request's settings in the engine's terms, the model's defaults filled in.</summary>
/// <param name="Sampling">How tokens are drawn; the choice's index is set for each choice.</param>
/// <param name="StopStrings">Texts that end a choice.</param>
internal sealed record ChatSettings(SamplingParameters Sampling, IReadOnlyList<string> StopStrings)
{
    /// <summary>From a checked request. <paramref name="room"/> is what the context leaves after the prompt, at least 1.</summary>
    public static ChatSettings Of(ChatCompletionRequest request, ChatModel model, int room)
    {
        var sampling = new SamplingParameters
        {
            Temperature = request.Temperature ?? model.Sampling.Temperature,
            TopP = request.TopP ?? model.Sampling.TopP,
            TopK = request.TopK ?? model.Sampling.TopK,
            MinP = request.MinP ?? model.Sampling.MinP,
            FrequencyPenalty = request.FrequencyPenalty ?? 0,
            PresencePenalty = request.PresencePenalty ?? 0,
            RepetitionPenalty = request.RepetitionPenalty ?? model.Sampling.RepetitionPenalty,
            LogitBias = request.LogitBias,
            BadWords = [.. request.BadWords.SelectMany(word => SpellingsOf(word, model.Tokenizer))],
            Seed = request.Seed is { } seed and not -1 ? seed : Random.Shared.NextInt64(),
            MaxTokens = Math.Min(request.TokenLimit ?? int.MaxValue, room),
            MinTokens = request.MinTokens ?? 0,
            EosTokenIds = model.EosTokenIds,
            IgnoreEos = request.IgnoreEos,
            StopTokenIds = request.StopTokenIds,
            TopLogprobs = request.Logprobs ? request.TopLogprobs ?? 0 : null,
        };
        return new ChatSettings(sampling, request.Stop);
    }

    /// <summary>What a trace tells of these settings.</summary>
    public ChatSpanRequest ToSpan(int choices) => new()
    {
        Choices = choices,
        MaxTokens = Sampling.MaxTokens,
        Temperature = Sampling.Temperature,
        TopP = Sampling.TopP,
        TopK = Sampling.TopK,
        Seed = Sampling.Seed,
        FrequencyPenalty = Sampling.FrequencyPenalty,
        PresencePenalty = Sampling.PresencePenalty,
    };

    /// <summary>A bad word's token ids, with and without a leading space (vLLM's rule, contract C.1).</summary>
    private static IEnumerable<int[]> SpellingsOf(string word, ITokenizer tokenizer)
    {
        var bare = word.TrimStart();
        string[] spellings = [bare, " " + bare];
        return spellings.Select(text => tokenizer.Encode(PromptText.OfRequest(text)).ToArray()).Where(ids => ids.Length > 0);
    }
}
