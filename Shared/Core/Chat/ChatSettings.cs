using System.Globalization;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Text;

namespace Rill.Chat;

/// <summary>A request's settings in the engine's terms, the model's defaults filled in.</summary>
/// <param name="Sampling">How tokens are drawn; the choice's index is set for each choice.</param>
/// <param name="StopStrings">Texts that end a choice.</param>
/// <param name="StopTokens">
/// Those of them that are an added token's content, by its id: such a token often has no text to be found, and clients send
/// <c>"stop": ["&lt;|im_end|&gt;"]</c> by habit.
/// </param>
internal sealed record ChatSettings(SamplingParameters Sampling, IReadOnlyList<string> StopStrings, IReadOnlyDictionary<int, string> StopTokens)
{
    /// <summary>Makes what limits the tokens of one choice; null for any text.</summary>
    public Func<ITokenConstraint>? NewConstraint { get; init; }

    /// <summary>What of the request's wishes is not fulfilled; null when all are.</summary>
    public string? Warning { get; init; }

    /// <summary>From a checked request. <paramref name="room"/> is what the context leaves after the shortest prompt, at least 1.</summary>
    public static ChatSettings Of(GenerationRequest request, ChatModel model, int room)
    {
        var stopTokens = StopTokensOf(request, model.Tokenizer);
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
            StopTokenIds = [.. request.StopTokenIds, .. stopTokens.Keys],
            TopLogprobs = request.Alternatives,
            ScoresPrompt = request.ScoresPrompt,
        };
        return new ChatSettings(sampling, request.Stop, stopTokens);
    }

    /// <summary>The same for a prompt that leaves <paramref name="room"/> of the context.</summary>
    public ChatSettings Within(int room) => this with { Sampling = Sampling with { MaxTokens = Math.Min(Sampling.MaxTokens, room) } };

    /// <summary>What in these settings the model, whose embedding has so many rows, cannot do; null when it can do all.</summary>
    public ApiError? Check(int vocabularySize) =>
        Sampling.BadWords.Any(spelling => spelling.Any(id => id >= vocabularySize))
            ? ApiError.InvalidValue("bad_words", string.Create(
                CultureInfo.InvariantCulture,
                $"bad_words holds a word with a token id that the model does not have: it knows those below {vocabularySize}. Leave the word out."))
            : null;

    /// <summary>What the request itself named that has ended a sequence; null for the model's own end and for length.</summary>
    public StopReason? StopOf(SequenceFinish finish) => finish.StopTokenId switch
    {
        null => null,
        { } id when StopTokens.TryGetValue(id, out var text) => StopReason.OfText(text),
        { } id => StopReason.OfToken(id),
    };

    /// <summary>What a trace tells of these settings.</summary>
    public ChatSpanRequest ToSpan(string operation, int choices) => new()
    {
        Operation = operation,
        Choices = choices,
        MaxTokens = Sampling.MaxTokens,
        Temperature = Sampling.Temperature,
        TopP = Sampling.TopP,
        TopK = Sampling.TopK,
        Seed = Sampling.Seed,
        FrequencyPenalty = Sampling.FrequencyPenalty,
        PresencePenalty = Sampling.PresencePenalty,
    };

    /// <summary>An id that the request lists as well is told as the id.</summary>
    private static Dictionary<int, string> StopTokensOf(GenerationRequest request, ITokenizer tokenizer)
    {
        var tokens = new Dictionary<int, string>();
        foreach (var stop in request.Stop)
        {
            if (tokenizer.FindToken(stop) is { } id && !request.StopTokenIds.Contains(id))
            {
                tokens[id] = stop;
            }
        }

        return tokens;
    }

    /// <summary>
    /// A bad word's token ids, with and without a leading space (vLLM's rule, contract C.1), and the added token whose content it is.
    /// </summary>
    private static IEnumerable<int[]> SpellingsOf(string word, ITokenizer tokenizer)
    {
        var bare = word.TrimStart();
        string[] texts = [bare, " " + bare];
        var spellings = texts.Select(text => tokenizer.Encode(PromptText.OfRequest(text)).ToArray()).Where(ids => ids.Length > 0);
        return tokenizer.FindToken(word) is { } id ? spellings.Append([id]) : spellings;
    }
}
