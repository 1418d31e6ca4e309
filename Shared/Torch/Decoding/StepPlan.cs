using Rill.Serving;

namespace Rill.Torch.Decoding;

/// <summary>One row of a step: a token to compute.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Position">Its position in the sequence.</param>
/// <param name="Slot">The sequence's slot.</param>
/// <param name="Adapter">The number of the adapter that it is computed with; 0 for none.</param>
internal readonly record struct TokenRow(int Token, int Position, int Slot, int Adapter = 0);

/// <summary>
/// The rows of a step: tokens of prompts, sequence by sequence, then generated tokens and the drafts that follow them, sequence by sequence.
/// </summary>
internal sealed class StepPlan
{
    /// <summary>Stands for a token that the step before samples and the host has not read yet; it is its sequence's only row.</summary>
    public const int Awaited = -1;

    private Answer[] _answers = [];    // in batch order
    private int[]? _logitsRows;

    /// <summary>All tokens to compute.</summary>
    public required TokenRow[] Rows { get; init; }

    /// <summary>
    /// How many of the rows, the first ones, are of prompts. Which kind a token is depends on its sequence alone, not on how the prompt
    /// was cut into chunks: so each kind may be computed in its own way, and a sequence still gets the same bits.
    /// </summary>
    public int PromptRows { get; init; }

    /// <summary>The rows that are sampled: for each of <see cref="Sampling"/> its last token's and then its drafts'.</summary>
    public int[] SamplingRows { get; init; } = [];

    /// <summary>The rows that are scored, for one of <see cref="Scoring"/> after the other; none of them is sampled.</summary>
    public int[] ScoringRows { get; init; } = [];

    /// <summary>The rows whose logits are wanted: those that are sampled, then those that are scored.</summary>
    public int[] LogitsRows => _logitsRows ??= ScoringRows.Length == 0 ? SamplingRows : [.. SamplingRows, .. ScoringRows];

    /// <summary>The steps that sample, in batch order.</summary>
    public SequenceStep[] Sampling { get; init; } = [];

    /// <summary>The steps that score, in batch order, and how many tokens.</summary>
    public (SequenceStep Step, int Count)[] Scoring { get; init; } = [];

    /// <summary>The rows whose hidden states are wanted, for one of <see cref="Pooling"/> after the other: its last token's, or all of its tokens'.</summary>
    public int[] PoolingRows { get; init; } = [];

    /// <summary>The steps that pool, in batch order.</summary>
    public SequenceStep[] Pooling { get; init; } = [];

    /// <summary>Lays out a step.</summary>
    /// <exception cref="SequenceFaultException">A sequence holds an id outside the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A slot or position is outside the cache: a fault of the scheduler.</exception>
    public static StepPlan Create(IReadOnlyList<SequenceStep> steps, ModelLimits limits)
    {
        var rows = new TokenRow[steps.Sum(step => step.Count + step.Drafts)];
        var (samplingRows, scoringRows, poolingRows) = (new List<int>(), new List<int>(), new List<int>());
        var promptRows = steps.Sum(step => Math.Clamp(step.Sequence.PromptLength - step.Start, 0, step.Count));
        var (nextPrompt, nextGenerated) = (0, promptRows);
        foreach (var step in steps)
        {
            Check(step, limits);
            var last = step.Start + step.Count - 1;
            var scored = (From: step.FirstScored, To: step.FirstScored + step.Scored);
            for (var position = step.Start; position <= last + step.Drafts; position++)
            {
                var row = position < step.Sequence.PromptLength ? nextPrompt++ : nextGenerated++;
                rows[row] = new(TokenAt(position, step, limits), position, step.Sequence.Slot, step.Sequence.Adapter);
                if (step.Samples && position >= last)
                {
                    samplingRows.Add(row);
                }

                if (position >= scored.From && position < scored.To)
                {
                    scoringRows.Add(row);
                }

                if (step.Pools && (position == last || step.Sequence.Work == SequenceWork.EmbedMean))
                {
                    poolingRows.Add(row);
                }
            }
        }

        return new StepPlan
        {
            Rows = rows,
            PromptRows = promptRows,
            SamplingRows = [.. samplingRows],
            Sampling = [.. steps.Where(step => step.Samples)],
            ScoringRows = [.. scoringRows],
            Scoring = [.. steps.Where(step => step.Scored > 0).Select(step => (step, step.Scored))],
            PoolingRows = [.. poolingRows],
            Pooling = [.. steps.Where(step => step.Pools)],
            _answers = [.. steps.Where(step => step.IsAnswered).Select(step => new Answer(step.Sequence, step.Samples, step.Pools, step.Scored > 0))],
        };
    }

    /// <summary>Results of <see cref="Sampling"/> and of <see cref="Pooling"/>, with those of <see cref="Scoring"/>, in batch order.</summary>
    public StepResult[] InOrder(StepResult[] sampled, StepResult[] pooled, TokenLogprobs[][] scored)
    {
        var (nextSampled, nextPooled, nextScored) = (0, 0, 0);
        return Array.ConvertAll(_answers, answer =>
        {
            var result = answer.Samples ? sampled[nextSampled++] : answer.Pools ? pooled[nextPooled++] : new StepResult(answer.Sequence, default);
            return answer.Scores ? result with { PromptLogprobs = scored[nextScored++] } : result;
        });
    }

    private static void Check(SequenceStep step, ModelLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step.Count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(step.Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step.Start + step.Count, step.Sequence.Length + (limits.Overlaps && step.Count == 1 ? 1 : 0));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step.Start + step.Count + step.Drafts, limits.ContextLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step.Drafts, step.Samples ? step.Sequence.Drafts.Length : 0);
        ArgumentOutOfRangeException.ThrowIfNegative(step.Sequence.Slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step.Sequence.Slot, limits.SlotCount);
    }

    private static int TokenAt(int position, SequenceStep step, ModelLimits limits)
    {
        if (step.Awaits)
        {
            return Awaited;
        }

        var end = step.Start + step.Count;
        var token = position < end ? step.Sequence.Tokens[position] : step.DraftTokens[position - end];
        return (uint)token < (uint)limits.VocabularySize
            ? token
            : throw new SequenceFaultException(step.Sequence, $"The sequence holds the token id {token}, outside the vocabulary of {limits.VocabularySize}.");
    }

    /// <summary>What a step's result holds, as it was when it was laid out: its sequence goes on meanwhile.</summary>
    private readonly record struct Answer(Sequence Sequence, bool Samples, bool Pools, bool Scores);
}
