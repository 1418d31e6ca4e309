using Rill.Serving;

namespace Rill.Torch.Runtime;

/// <summary>One row of a step: a token to compute.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Position">Its position in the sequence.</param>
/// <param name="Slot">The sequence's slot.</param>
internal readonly record struct TokenRow(int Token, int Position, int Slot);

/// <summary>The rows of a step: the tokens of all sequences one after the other, prompts and single tokens alike.</summary>
internal sealed class StepPlan
{
    /// <summary>A plan from its parts, which must fit one another.</summary>
    internal StepPlan(TokenRow[] rows, int[] samplingRows, Sequence[] sampling)
    {
        Rows = rows;
        SamplingRows = samplingRows;
        Sampling = sampling;
    }

    /// <summary>All tokens to compute.</summary>
    public TokenRow[] Rows { get; }

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
        var row = 0;
        foreach (var step in steps)
        {
            Check(step, limits);
            var tokens = step.Sequence.Tokens;
            for (var position = step.Start; position < step.Start + step.Count; position++)
            {
                rows[row++] = new(CheckToken(tokens[position], step.Sequence, limits), position, step.Sequence.Slot);
            }

            if (step.Samples)
            {
                samplingRows.Add(row - 1);
                sampling.Add(step.Sequence);
            }
        }

        return new(rows, [.. samplingRows], [.. sampling]);
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
