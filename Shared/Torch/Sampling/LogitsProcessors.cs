using System.Runtime.InteropServices;
using Rill.Serving;

namespace Rill.Torch.Sampling;

/// <summary>What changes a row of logits before the temperature, in the order in which the sampler applies it (contract C.1, C.2).</summary>
internal static class LogitsProcessors
{
    /// <summary>True when at least one of the processors would change the row.</summary>
    public static bool Any(Sequence sequence)
    {
        var parameters = sequence.Parameters;
        return parameters.BadWords.Count > 0 || !parameters.MayEndWith(sequence.CompletionLength + 1) || parameters.LogitBias.Count > 0
            || parameters.RepetitionPenalty != 1 || parameters.FrequencyPenalty != 0 || parameters.PresencePenalty != 0;
    }

    /// <summary>Applies all processors that the sequence asks for.</summary>
    public static void Apply(Span<float> logits, Sequence sequence)
    {
        BanBadWords(logits, sequence);
        BanEndTokens(logits, sequence);
        AddBias(logits, sequence.Parameters);
        PenalizeRepetition(logits, sequence);
        PenalizeOccurrence(logits, sequence);
    }

    /// <summary>The last token of each bad word becomes impossible where the completion ends with the tokens before it.</summary>
    private static void BanBadWords(Span<float> logits, Sequence sequence)
    {
        var completion = sequence.Tokens[sequence.PromptLength..];
        foreach (var word in sequence.Parameters.BadWords)
        {
            if (word is [.. var beginning, var last] && completion.EndsWith(beginning))
            {
                logits[last] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>Before min_tokens, neither the model's end tokens nor the request's stop tokens are possible.</summary>
    private static void BanEndTokens(Span<float> logits, Sequence sequence)
    {
        var parameters = sequence.Parameters;
        if (parameters.MayEndWith(sequence.CompletionLength + 1))
        {
            return;
        }

        foreach (var token in parameters.EosTokenIds.Concat(parameters.StopTokenIds))
        {
            if (token < logits.Length)    // a model's own list may name tokens that its embedding lacks
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }

    private static void AddBias(Span<float> logits, SamplingParameters parameters)
    {
        foreach (var (token, bias) in parameters.LogitBias)
        {
            logits[token] += bias;
        }
    }

    /// <summary>For each distinct token of prompt and completion: positive logits are divided, others multiplied.</summary>
    private static void PenalizeRepetition(Span<float> logits, Sequence sequence)
    {
        var penalty = sequence.Parameters.RepetitionPenalty;
        if (penalty == 1)
        {
            return;
        }

        foreach (var token in new HashSet<int>(sequence.Tokens.ToArray()))
        {
            logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
        }
    }

    /// <summary>For each token of the completion: minus frequency times its count, minus presence once.</summary>
    private static void PenalizeOccurrence(Span<float> logits, Sequence sequence)
    {
        var (frequency, presence) = (sequence.Parameters.FrequencyPenalty, sequence.Parameters.PresencePenalty);
        if (frequency == 0 && presence == 0)
        {
            return;
        }

        var counts = new Dictionary<int, int>();
        foreach (var token in sequence.Tokens[sequence.PromptLength..])
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, token, out _)++;
        }

        foreach (var (token, count) in counts)
        {
            logits[token] -= (frequency * count) + presence;
        }
    }
}
