using Rill.Serving;

namespace Rill.Torch.Sampling;

/// <summary>What changes a row of logits before the temperature, in the order in which the sampler applies it (contract C.1, C.2).</summary>
internal static class LogitsProcessors
{
    private const int BitsPerWord = 32;

    /// <summary>True when at least one of the processors would change the row.</summary>
    public static bool Any(Sequence sequence)
    {
        var parameters = sequence.Parameters;
        return sequence.Constraint is not null || parameters.BadWords.Count > 0 || !parameters.MayEndWith(sequence.CompletionLength + 1)
            || parameters.LogitBias.Count > 0
            || parameters.RepetitionPenalty != 1 || parameters.FrequencyPenalty != 0 || parameters.PresencePenalty != 0;
    }

    /// <summary>Words of a mask over a vocabulary.</summary>
    public static int MaskLength(int vocabulary) => (vocabulary + BitsPerWord - 1) / BitsPerWord;

    /// <summary>Applies all processors that the sequence asks for.</summary>
    /// <param name="logits">A row.</param>
    /// <param name="sequence">Whose next token it is for.</param>
    /// <param name="mask">Memory of <see cref="MaskLength"/> words.</param>
    public static void Apply(Span<float> logits, Sequence sequence, Span<uint> mask)
    {
        Constrain(logits, sequence, mask);
        foreach (var token in Banned(sequence, logits.Length))
        {
            logits[token] = float.NegativeInfinity;
        }

        AddBias(logits, sequence.Parameters);
        PenalizeRepetition(logits, sequence);
        PenalizeOccurrence(logits, sequence);
    }

    /// <summary>What the sequence's constraint does not allow becomes impossible.</summary>
    private static void Constrain(Span<float> logits, Sequence sequence, Span<uint> mask)
    {
        if (sequence.Constraint is not { } constraint || !constraint.FillMask(mask))
        {
            return;
        }

        for (var word = 0; word < mask.Length; word++)
        {
            var (allowed, first) = (mask[word], word * BitsPerWord);
            var row = logits[first..Math.Min(first + BitsPerWord, logits.Length)];
            if (allowed == 0)
            {
                row.Fill(float.NegativeInfinity);
                continue;
            }

            for (var bit = 0; allowed != uint.MaxValue && bit < row.Length; bit++)
            {
                row[bit] = (allowed >> bit & 1) == 0 ? float.NegativeInfinity : row[bit];
            }
        }
    }

    /// <summary>
    /// Tokens that are impossible now, some perhaps twice: the last token of each bad word where the completion ends with the tokens before
    /// it; before min_tokens, the model's end tokens and the request's stop tokens.
    /// </summary>
    /// <param name="sequence">Whose next token it is.</param>
    /// <param name="vocabulary">
    /// Number of tokens. Of end tokens those beyond are left out, since a model's own list may name some that its embedding lacks.
    /// </param>
    public static IEnumerable<int> Banned(Sequence sequence, int vocabulary)
    {
        var parameters = sequence.Parameters;
        var words = parameters.BadWords.Where(word => word.Length > 0 && EndsWith(sequence, word.AsSpan()[..^1])).Select(word => word[^1]);
        return parameters.MayEndWith(sequence.CompletionLength + 1)
            ? words
            : words.Concat(parameters.EosTokenIds.Concat(parameters.StopTokenIds).Where(token => token < vocabulary));
    }

    private static bool EndsWith(Sequence sequence, ReadOnlySpan<int> tokens) => sequence.Tokens[sequence.PromptLength..].EndsWith(tokens);

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

        foreach (ref readonly var count in sequence.Counts.Entries)
        {
            if (count.Prompt + count.Completion > 0)
            {
                ref var logit = ref logits[count.Token];
                logit = logit > 0 ? logit / penalty : logit * penalty;
            }
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

        foreach (ref readonly var count in sequence.Counts.Entries)
        {
            if (count.Completion > 0)
            {
                logits[count.Token] -= (frequency * count.Completion) + presence;
            }
        }
    }
}
