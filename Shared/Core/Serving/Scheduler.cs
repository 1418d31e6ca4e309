namespace Rill.Serving;

/// <summary>
/// Keeps the books of all sequences and steps: who waits and runs, what each step computes (<see cref="StepPlanner"/>), what came of it, and what
/// becomes of the others when one fails. Not thread-safe: the engine's thread owns it.
/// </summary>
internal sealed class Scheduler
{
    private readonly BlockManager _blocks;
    private readonly bool _hasStates;
    private readonly SequenceQueues _queues;
    private readonly DraftPlanner _drafts;
    private readonly LookAhead _lookAhead;
    private readonly StepPlanner _planner;
    private readonly List<PlannedStep> _planned = [];         // not answered yet, oldest first: at most two
    private readonly ConstraintReadiness _constraints;
    private bool _holdReleases;

    public Scheduler(ModelLimits limits, EngineOptions options, IDraftSource? drafts = null, ConstraintReadiness? constraints = null)
    {
        _constraints = constraints ?? new ConstraintReadiness();
        _hasStates = limits.HasStates;
        _blocks = new BlockManager(limits, options.PrefixCache);
        _queues = new SequenceQueues(_blocks);
        var tokenBudget = options.TokenBudget ?? limits.TokenBudget;
        MaxRunning = Math.Min(Math.Min(options.MaxSequences, limits.SlotCount), tokenBudget);
        MaxLength = (int)Math.Min(limits.ContextLength, ((long)limits.BlockCount - limits.StateBlocks) * limits.BlockSize);
        _drafts = new DraftPlanner(_blocks, _constraints, _hasStates ? null : drafts ?? (limits.TakesDrafts ? new ConstraintDrafts() : null), MaxLength);
        _lookAhead = new LookAhead(limits is { Overlaps: true, HasStates: false }, guesses: drafts is not null, MaxLength);
        _planner = new StepPlanner(_queues, _blocks, _constraints, _drafts, _lookAhead)
        {
            TokenBudget = tokenBudget,
            MaxRunning = MaxRunning,
            LongestAlone = options.PrefixCache ? limits.BlockSize * (_hasStates ? StateCheckpoints.FewestBlocks : 1) : int.MaxValue,
        };
    }

    /// <summary>Most tokens of a sequence, prompt and completion: the context, or what the KV memory holds if that is less.</summary>
    public int MaxLength { get; }

    /// <summary>Most sequences that run at once: the setting, the runner's slots and the token budget, whichever is least.</summary>
    public int MaxRunning { get; }

    /// <summary>Sequences with a slot, oldest first.</summary>
    public IReadOnlyList<Sequence> Running => _queues.Running;

    /// <summary>Sequences without a slot, next first.</summary>
    public IReadOnlyCollection<Sequence> Waiting => _queues.Waiting;

    /// <summary>Preemptions so far.</summary>
    public long Preemptions => _queues.Preemptions;

    /// <summary>Memory accounts.</summary>
    public BlockManager Blocks => _blocks;

    /// <summary>Puts a sequence at the end of the queue.</summary>
    /// <exception cref="EngineFaultException">It can never run: its prompt is too long, or leaves no room for a token.</exception>
    public void Add(Sequence sequence)
    {
        ThrowIfTooLong(sequence.PromptLength, sequence.Work);
        _queues.Waiting.AddLast(sequence);
    }

    /// <summary>Throws when a prompt of this length can never run.</summary>
    public void ThrowIfTooLong(int promptTokens, SequenceWork work)
    {
        if (work == SequenceWork.Generate && promptTokens >= MaxLength)
        {
            throw new EngineFaultException(EngineFaultKind.TooLong,
                $"The prompt has {promptTokens} tokens, but prompt and completion together may have {MaxLength}.");
        }

        if (promptTokens > MaxLength)
        {
            throw new EngineFaultException(EngineFaultKind.TooLong, $"The input has {promptTokens} tokens, but it may have {MaxLength}.");
        }
    }

    /// <inheritdoc cref="SequenceQueues.Remove"/>
    public bool Remove(Sequence sequence) => _queues.Remove(sequence);

    /// <summary>
    /// The next step's work. While another step runs it is planned behind that one, as far as this needs none of its results, and costs no sequence
    /// its slot. Null when there is no work, or none before the results. Each batch is answered, in order, by Update, Drop or Fail.
    /// </summary>
    public StepBatch? Schedule()
    {
        var running = _planned.LastOrDefault()?.Batch;
        if (running is not null && !_lookAhead.CanPlanBehind(running))
        {
            return null;
        }

        _blocks.BeginStep();
        if (_planner.Plan(isBehind: running is not null) is not { } plan)
        {
            return null;
        }

        var steps = plan.Steps;
        var (saves, stateSaves) = Take(steps, running);
        if (steps.Count == 0 && saves.Count == 0 && (running is not null || !_blocks.HasReleases || _holdReleases))
        {
            return null;
        }

        var batch = new StepBatch
        {
            Steps = steps,
            Restores = plan.Restores,
            Saves = saves,
            Released = _blocks.TakeReleasedSlots(),
            ReleasedBlocks = _blocks.TakeReleasedBlocks(),
            StateRestores = plan.StateRestores,
            StateSaves = stateSaves,
            ReleasedStates = _blocks.TakeReleasedStates(),
        };
        _planned.Add(new PlannedStep(batch, _blocks.TakeSaved()));
        return batch;
    }

    /// <summary>
    /// Notes that the oldest batch was computed: takes its tokens and vectors in, and finishes sequences by what <see cref="StopRules"/>
    /// says; tokens after the one that ends a sequence are dropped, and so are results of sequences that ended while it ran. Returns what each
    /// result came to, in order.
    /// </summary>
    /// <exception cref="InvalidOperationException">The results do not fit the batch; nothing was taken in.</exception>
    public IReadOnlyList<SequenceUpdate> Update(IReadOnlyList<StepResult> results)
    {
        var planned = _planned[0];
        var answered = planned.Batch.Steps.Where(step => step.IsAnswered).ToList();
        ResultCheck.ThrowIfUnfit(answered, results);
        _holdReleases = false;
        var updates = new SequenceUpdate[results.Count];
        for (var i = 0; i < updates.Length; i++)
        {
            var sequence = answered[i].Sequence;
            updates[i] = sequence.HasEnded || planned.Void.Contains(sequence) ? SequenceUpdate.Wasted(sequence) : Take(answered[i], results[i]);
        }

        _planned.RemoveAt(0);
        _constraints.Begin(updates);
        return updates;
    }

    /// <summary>
    /// Takes a failed sequence out of the only batch that is not answered; the result, without what has ended or gone back, is to be executed instead of it. Null
    /// when nothing is left, and where slots have states, which the batch may have moved on: its other sequences are then computed anew from their
    /// beginnings.
    /// </summary>
    public StepBatch? Drop(Sequence failed)
    {
        var (planned, slot) = (_planned.Single(), failed.Slot);
        var batch = planned.Batch;
        Remove(failed);
        _blocks.UndoSaves(planned.Saved);
        _planned.Clear();
        if (_hasStates)
        {
            _blocks.ReleaseAgain(batch);
            _queues.ComputeAnew(batch);
            return null;
        }

        // The others' blocks may follow blocks that only the failed one would have saved. They are saved a block later.
        batch = batch with
        {
            Steps = [.. batch.Steps.Where(step => !step.Sequence.HasEnded && !planned.Void.Contains(step.Sequence))],
            Restores = [.. batch.Restores.Where(copy => copy.Slot != slot)],
            Saves = [],
        };
        if (batch.Steps.Count == 0)
        {
            _blocks.ReleaseAgain(batch);    // nobody runs the rest of it
            return null;
        }

        _planned.Add(new PlannedStep(batch, []));
        return batch;
    }

    /// <summary>
    /// The oldest batch failed as a whole: its sequences leave, and nothing that it computed is trusted. So those of a batch behind it, which may
    /// have begun with what it saved, are computed anew.
    /// </summary>
    public void Fail()
    {
        for (var i = _planned.Count - 1; i >= 0; i--)
        {
            _blocks.UndoSaves(_planned[i].Saved);
            _blocks.ReleaseAgain(_planned[i].Batch);
        }

        // Where the releases alone failed, they are tried again only with new work.
        _holdReleases = _planned.TrueForAll(planned => planned.Batch.Steps.Count == 0);
        foreach (var step in _planned[0].Batch.Steps)
        {
            Remove(step.Sequence);
        }

        _planned.Skip(1).ToList().ForEach(behind => _queues.ComputeAnew(behind.Batch));
        _planned.Clear();
    }

    /// <summary>True while a sequence that waits, runs or is computed by a planned step names an adapter.</summary>
    public bool Names(int adapter)
    {
        var computed = _planned.SelectMany(planned => planned.Batch.Steps).Select(step => step.Sequence);
        return _queues.Running.Concat(_queues.Waiting).Concat(computed).Any(sequence => sequence.Adapter == adapter);
    }

    /// <summary>
    /// Notes what steps compute and sample, and has blocks saved: also those of sequences that sit this step out which the step before could not name.
    /// </summary>
    private (List<BlockCopy> Saves, List<StateCopy> StateSaves) Take(List<SequenceStep> steps, StepBatch? running)
    {
        var (saves, stateSaves) = (new List<BlockCopy>(), new List<StateCopy>());
        foreach (var step in steps)
        {
            step.Sequence.ComputedTokens = step.Start + step.Count;
            step.Sequence.AwaitedTokens += step.Samples ? 1 : 0;
            _blocks.Save(step.Sequence, saves, stateSaves);
        }

        foreach (var step in running?.Steps ?? [])
        {
            if (!step.Sequence.HasEnded && step.Sequence.ComputedTokens == step.Start + step.Count)
            {
                _blocks.Save(step.Sequence, saves, stateSaves);
            }
        }

        return (saves, stateSaves);
    }

    private SequenceUpdate Take(SequenceStep step, StepResult result)
    {
        step.Sequence.Score(result.PromptLogprobs.Span);
        if (result.IsOvertaken)
        {
            return TakeBack(step);
        }

        step.Sequence.AwaitedTokens -= step.Samples ? 1 : 0;
        var update = SequenceUpdate.Take(step, result, MaxLength);
        NoteEnd(update, step.Drafts);
        return update;
    }

    /// <summary>A sequence goes back to before its last token was computed; what a step behind gives it counts for nothing.</summary>
    private SequenceUpdate TakeBack(SequenceStep step)
    {
        var sequence = step.Sequence;
        sequence.IsReadFirst = true;
        sequence.ComputedTokens = step.Start + step.Count - 1;
        sequence.AwaitedTokens = 0;
        foreach (var behind in _planned.Skip(1).Where(planned => planned.Batch.Steps.Any(other => other.Sequence == sequence)))
        {
            behind.Void.Add(sequence);
        }

        return SequenceUpdate.Wasted(sequence);
    }

    private void NoteEnd(SequenceUpdate update, int drafts)
    {
        var sequence = update.Sequence;
        if (sequence.Finish is not null || update.Fault is not null)
        {
            Remove(sequence);
        }
        else if (drafts > 0)
        {
            _drafts.EndStep(sequence);
        }
    }

    /// <summary>A batch that is not answered yet, and what it saves.</summary>
    private sealed record PlannedStep(StepBatch Batch, List<PrefixCache.Node> Saved)
    {
        /// <summary>Sequences whose results count for nothing: they went back while the step ran.</summary>
        public HashSet<Sequence> Void { get; } = [];
    }
}
