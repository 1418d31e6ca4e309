using System.Diagnostics;

namespace Rill.Serving;

/// <summary>
/// Has constraints prepared beside the steps. What is short is waited for; a sequence whose constraint takes longer sits the steps out until it is
/// ready, so that it delays no other. Used by the engine's thread.
/// </summary>
/// <param name="wake">Called by another thread when a sequence that sat out can go on; null for nothing.</param>
internal sealed class ConstraintReadiness(Action? wake = null)
{
    // All constraints together are waited for so long after a step: half of the millisecond that they may delay the next one.
    private static readonly long s_patience = Stopwatch.Frequency / 2_000;

    private const int SpinsAtOnce = 20;
    private static readonly bool s_isAlone = Environment.ProcessorCount == 1;

    private readonly ConstraintWorker _worker = new(wake);
    private long _waitUntil;

    /// <summary>Begins to prepare for the next step, when one was taken in.</summary>
    public void Begin(IReadOnlyList<SequenceUpdate> updates)
    {
        _waitUntil = Stopwatch.GetTimestamp() + s_patience;
        foreach (var update in updates)
        {
            if (!update.Sequence.HasEnded)
            {
                Find(update.Sequence);
            }
        }
    }

    /// <summary>True when a step may sample for a sequence now; it is prepared beside the steps where it may not.</summary>
    public bool IsReady(Sequence sequence) => Find(sequence) is not { } work || IsDone(work);

    /// <summary>
    /// How many of a ready sequence's drafts a step may verify now: those that no mask is missing behind. The others' are prepared beside it.
    /// </summary>
    public int CountReady(Sequence sequence, int drafts)
    {
        if (drafts == 0 || sequence.Constraint is not { } constraint)
        {
            return drafts;
        }

        try
        {
            var (works, most) = Follow(sequence, constraint, drafts);
            var ready = 0;
            while (ready < works.Count && (works[ready] is not { } work || IsDone(work)))
            {
                ready++;
            }

            AskAgain(constraint);
            return ready < works.Count ? ready : most;
        }
#pragma warning disable CA1031 // A guess is worth no sequence: a constraint that is broken fails it at its mask.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 0;
        }
    }

    /// <summary>What is left to prepare for a sequence's next token; null when it is not known of anything.</summary>
    private ConstraintWork? Find(Sequence sequence)
    {
        if (sequence.Constraint is not { } constraint || sequence.Preparation is { } asked && asked.Length == sequence.Length)
        {
            return sequence.Preparation;
        }

        return sequence.Preparation = Ask(sequence, constraint, sequence.Length);
    }

    /// <summary>What is missing behind each draft that may be a token, null where nothing is; and how many drafts are worth a row.</summary>
    private (List<ConstraintWork?> Works, int Most) Follow(Sequence sequence, ITokenConstraint constraint, int drafts)
    {
        var works = new List<ConstraintWork?>();
        var (accepted, last) = (0, TokenAcceptance.Accepted);
        try
        {
            while (works.Count < drafts && last == TokenAcceptance.Accepted)
            {
                last = constraint.Accept(sequence.Drafts[works.Count]);
                accepted += last == TokenAcceptance.Refused ? 0 : 1;
                if (last == TokenAcceptance.Accepted)
                {
                    works.Add(Ask(sequence, constraint, sequence.Length + accepted));
                }
            }

            return (works, accepted);
        }
        finally
        {
            constraint.RollBack(accepted);
        }
    }

    /// <summary>Once more for the step's own mask: a constraint may keep only what it was asked for last.</summary>
    private static void AskAgain(ITokenConstraint constraint)
    {
        for (var preparation = constraint.Prepare(); preparation?.Continue() == false;)
        {
            // it was done before, and is done anew only where many others came in between
        }
    }

    private ConstraintWork? Ask(Sequence sequence, ITokenConstraint constraint, int length)
    {
        try
        {
            if (constraint.Prepare() is not { } preparation)
            {
                return null;
            }

            var work = new ConstraintWork(sequence, length, preparation);
            _worker.Add(work);
            return work;
        }
#pragma warning disable CA1031 // The step asks the constraint again, and what it throws there fails its sequence alone.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    /// <summary>Waits for as long as patience lasts, which is less than a machine with other work gives to whom one yields.</summary>
    private bool IsDone(ConstraintWork work)
    {
        while (!work.IsDone && Stopwatch.GetTimestamp() < _waitUntil)
        {
            if (s_isAlone)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(SpinsAtOnce);
            }
        }

        return work.IsDone;
    }
}
