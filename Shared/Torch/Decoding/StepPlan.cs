using Rill.Serving;

namespace Rill.Torch.Decoding;

/// <summary>One row of a step: a token to compute.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Position">Its position in the sequence.</param>
/// <param name="Slot">The sequence's slot.</param>
internal readonly record struct TokenRow(int Token, int Position, int Slot);

/// <summary>The rows of a step: tokens of prompts, sequence by sequence, then generated tokens, sequence by sequence.</summary>
internal sealed class StepPlan
{
    /// <summary>A plan from its parts, which must fit one another.</summary>
    internal StepPlan(TokenRow[] rows, int promptRows, int[] samplingRows, Sequence[] sampling)
    {
        Rows = rows;
        PromptRows = promptRows;
        SamplingRows = samplingRows;
        Sampling = sampling;
    }

    /// <summary>All tokens to compute.</summary>
    public TokenRow[] Rows { get; }

    /// <summary>
    /// How many of the rows, the first ones, are of prompts. Which kind a token is depends on its sequence alone, not on how the prompt
    /// was cut into chunks: so each kind may be computed in its own way, and a sequence still gets the same bits.
    /// </summary>
    public int PromptRows { get; }

    /// <summary>Indices of the rows whose logits are wanted, one for each of <see cref="Sampling"/>.</summary>
    public int[] SamplingRows { get; }

    /// <summary>The sequences that sample, in batch order.</summary>
    public Sequence[] Sampling { get; }

    /// <summary>Lays out a step.</summary>
    /// <exception cref="SequenceFaultException">A sequence holds an id outside the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A slot or position is outside the cache: a fault of the scheduler.</exception>
    public static StepPlan Create(IReadOnlyList<SequenceStep> steps, ModelLimits limits)
    {
        var rows = new TokenRow[steps.Sum(step => step.Count)];
        var samplingRows = new List<int>();
        var sampling = new List<Sequence>();
        var promptRows = steps.Sum(step => Math.Clamp(step.Sequence.PromptLength - step.Start, 0, step.Count));
        var (nextPrompt, nextGenerated) = (0, promptRows);
        foreach (var step in steps)
        {
            Check(step, limits);
            var tokens = step.Sequence.Tokens;
            var last = 0;
            for (var position = step.Start; position < step.Start + step.Count; position++)
            {
                last = position < step.Sequence.PromptLength ? nextPrompt++ : nextGenerated++;
                rows[last] = new(CheckToken(tokens[position], step.Sequence, limits), position, step.Sequence.Slot);
            }

            if (step.Samples)
            {
                samplingRows.Add(last);
                sampling.Add(step.Sequence);
            }
        }

        return new(rows, promptRows, [.. samplingRows], [.. sampling]);
    }

    private static void Check(SequenceStep step, ModelLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step.Count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(step.Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step.Start + step.Count, Math.Min(limits.ContextLength, step.Sequence.Length));
        ArgumentOutOfRangeException.ThrowIfNegative(step.Sequence.Slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step.Sequence.Slot, limits.SlotCount);
    }

    private static int CheckToken(int token, Sequence sequence, ModelLimits limits) => (uint)token < (uint)limits.VocabularySize
        ? token
        : throw new SequenceFaultException(sequence, $"The sequence holds the token id {token}, outside the vocabulary of {limits.VocabularySize}.");
}
