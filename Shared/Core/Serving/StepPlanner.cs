namespace Rill.Serving;

/// <summary>
/// Chooses what a step computes. There are no phases: a sequence's computed tokens catch up with its total, in chunks while it is a prompt,
/// one at a time while it decodes. Decoding sequences go first, so running streams never stall behind a prompt; what is left of the token
/// budget goes to prompts, oldest first, and then to drafts, which never cost another sequence its memory.
/// </summary>
/// <param name="queues">Who runs and who waits.</param>
/// <param name="blocks">Memory accounts.</param>
/// <param name="constraints">Says whose constraint is ready.</param>
/// <param name="drafts">Adds drafts.</param>
/// <param name="lookAhead">Says who ends with a token that is not read yet.</param>
internal sealed class StepPlanner(
    SequenceQueues queues, BlockManager blocks, ConstraintReadiness constraints, DraftPlanner drafts, LookAhead lookAhead)
{
    /// <summary>Most tokens of a step.</summary>
    public required int TokenBudget { get; init; }

    /// <summary>Most sequences that run at once.</summary>
    public required int MaxRunning { get; init; }

    /// <summary>Prompts beyond this many tokens wait for another choice that computes the same.</summary>
    public required int LongestAlone { get; init; }

    private int _scores;    // tokens that the step may still score

    /// <summary>The next step's work; null when memory is short while a step runs, which may be about to give some back.</summary>
    /// <param name="isBehind">Whether a step runs: then no sequence is preempted.</param>
    public StepWork? Plan(bool isBehind)
    {
        _scores = ModelLimits.MostScored;
        var plan = new StepWork(new(queues.Running.Count + 1), [], []);
        if (AddDecodes(plan.Steps, TokenBudget, isBehind) is not { } budget)
        {
            return null;
        }

        budget = AddChunks(plan.Steps, budget);
        budget = Admit(plan, budget);
        drafts.AddDrafts(plan.Steps, budget);
        return plan;
    }

    /// <summary>What it leaves of the budget; null when memory is short while a step runs, which may be about to give some back.</summary>
    private int? AddDecodes(List<SequenceStep> steps, int budget, bool isBehind)
    {
        for (var i = 0; i < queues.Running.Count && budget > 0; i++)
        {
            var sequence = queues.Running[i];
            if (sequence.PendingTokens != 1 || IsPaused(sequence) || lookAhead.EndsWithAwaited(sequence))
            {
                continue;
            }

            if (isBehind ? blocks.TryGrow(sequence) : queues.TryGrowPreempting(sequence))
            {
                steps.Add(new SequenceStep(sequence, sequence.ComputedTokens, 1));
                budget--;
            }
            else if (isBehind)
            {
                return null;
            }
        }

        return budget;
    }

    private int AddChunks(List<SequenceStep> steps, int budget)
    {
        for (var i = 0; i < queues.Running.Count && budget > 0; i++)
        {
            var sequence = queues.Running[i];
            if (sequence.PendingTokens > 1 && !IsPaused(sequence))
            {
                budget -= AddChunk(steps, sequence, budget);
            }
        }

        return budget;
    }

    private int Admit(StepWork plan, int budget)
    {
        // After a preemption the victim stands first and cannot fit, so a step that is short of memory admits nobody.
        var next = queues.Waiting.First;
        while (next is not null && budget > 0 && queues.Running.Count < MaxRunning)
        {
            var sequence = next.Value;
            var after = next.Next;
            if (!IsPaused(sequence) && !WaitsForPrompt(sequence) && !(sequence.Parameters.ScoresPrompt && _scores == 0))
            {
                if (!blocks.TryAdmit(sequence, plan.Restores, plan.StateRestores))
                {
                    return budget;
                }

                queues.Waiting.Remove(next);
                queues.Running.Add(sequence);
                sequence.NoteAdmission();
                budget -= AddChunk(plan.Steps, sequence, budget);
            }

            next = after;
        }

        return budget;
    }

    private int AddChunk(List<SequenceStep> steps, Sequence sequence, int budget)
    {
        var step = WithinScores(new SequenceStep(sequence, sequence.ComputedTokens, Math.Min(sequence.PendingTokens, budget)));
        if (step.Count == 0)
        {
            return 0;
        }

        step = step with { Count = blocks.Cut(sequence, step.Count) };
        _scores -= step.Scored;
        steps.Add(step);
        return step.Count;
    }

    /// <summary>The step, shorter where it would score more tokens than are left; of no tokens where none are.</summary>
    private SequenceStep WithinScores(SequenceStep step) =>
        step.Scored <= _scores ? step : step with { Count = step.FirstScored + _scores - step.Start };

    /// <summary>True for a sequence that sits the step out: its reader is behind, or its constraint is not ready.</summary>
    private bool IsPaused(Sequence sequence) => sequence.Stream?.Mailbox.IsFullWith(sequence.AwaitedTokens) == true || !constraints.IsReady(sequence);

    private bool WaitsForPrompt(Sequence sequence)
        => sequence.PromptLength > LongestAlone && sequence.PromptSource is { HasEnded: false, CompletionLength: 0, AwaitedTokens: 0 };
}

/// <summary>What a step computes, and what is copied from the prefix cache before.</summary>
internal sealed record StepWork(List<SequenceStep> Steps, List<BlockCopy> Restores, List<StateCopy> StateRestores);
