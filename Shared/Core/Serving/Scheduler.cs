namespace Rill.Serving;

/// <summary>
/// Chooses what each step computes. There are no phases: a sequence's computed tokens catch up with its total, in chunks while it is a
/// prompt, one at a time while it decodes. Decoding sequences go first, so running streams never stall behind a prompt; what is left
/// of the token budget goes to prompts, oldest first, and then to drafts, which never cost another sequence its memory. Not thread-safe:
/// the engine's thread owns it.
/// </summary>
internal sealed class Scheduler
{
    private readonly BlockManager _blocks;
    private readonly int _tokenBudget;
    private readonly int _longestAlone;    // prompts beyond this many tokens wait for another choice that computes the same
    private readonly bool _hasStates;
    private readonly List<Sequence> _running = [];            // oldest first
    private readonly LinkedList<Sequence> _waiting = new();
    private readonly IDraftSource? _drafts;
    private readonly ConstraintReadiness _constraints;
    private StepBatch? _batch;
    private bool _holdReleases;

    public Scheduler(ModelLimits limits, EngineOptions options, IDraftSource? drafts = null, ConstraintReadiness? constraints = null)
    {
        _constraints = constraints ?? new ConstraintReadiness();
        _hasStates = limits.HasStates;
        _drafts = _hasStates ? null : drafts ?? (limits.TakesDrafts ? new ConstraintDrafts() : null);
        _longestAlone = options.PrefixCache ? limits.BlockSize * (_hasStates ? StateCheckpoints.FewestBlocks : 1) : int.MaxValue;
        _blocks = new BlockManager(limits, options.PrefixCache);
        _tokenBudget = options.TokenBudget ?? limits.TokenBudget;
        MaxRunning = Math.Min(Math.Min(options.MaxSequences, limits.SlotCount), _tokenBudget);
        MaxLength = (int)Math.Min(limits.ContextLength, ((long)limits.BlockCount - limits.StateBlocks) * limits.BlockSize);
    }

    /// <summary>Most tokens of a sequence, prompt and completion: the context, or what the KV memory holds if that is less.</summary>
    public int MaxLength { get; }

    /// <summary>Most sequences that run at once: the setting, the runner's slots and the token budget, whichever is least.</summary>
    public int MaxRunning { get; }

    /// <summary>Sequences with a slot, oldest first.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Sequences without a slot, next first.</summary>
    public IReadOnlyCollection<Sequence> Waiting => _waiting;

    /// <summary>Preemptions so far.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Memory accounts.</summary>
    public BlockManager Blocks => _blocks;

    /// <summary>Puts a sequence at the end of the queue.</summary>
    /// <exception cref="EngineFaultException">It can never run: its prompt is too long, or leaves no room for a token.</exception>
    public void Add(Sequence sequence)
    {
        ThrowIfTooLong(sequence.PromptLength, sequence.Work);
        _waiting.AddLast(sequence);
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

    /// <summary>Takes a sequence out, wherever it is; its memory goes back with the next batch. False when it had left already.</summary>
    public bool Remove(Sequence sequence)
    {
        if (sequence.HasEnded)
        {
            return false;
        }

        sequence.HasEnded = true;
        if (sequence.Slot < 0)
        {
            return _waiting.Remove(sequence);
        }

        _blocks.Release(sequence);
        return _running.Remove(sequence);
    }

    /// <summary>The next step's work; null when there is none. Each batch must be answered by Update, Drop or Fail.</summary>
    public StepBatch? Schedule()
    {
        _blocks.BeginStep();
        var steps = new List<SequenceStep>(_running.Count + 1);
        var (restores, stateRestores) = (new List<BlockCopy>(), new List<StateCopy>());
        var budget = ScheduleDecodes(steps, _tokenBudget);
        budget = ScheduleChunks(steps, budget);
        budget = Admit(steps, restores, stateRestores, budget);
        AddDrafts(steps, budget);

        if (steps.Count == 0 && (!_blocks.HasReleases || _holdReleases))
        {
            return _batch = null;
        }

        var (saves, stateSaves) = (new List<BlockCopy>(), new List<StateCopy>());
        foreach (var step in steps)
        {
            _blocks.Save(step.Sequence, step.Start + step.Count, saves, stateSaves);
        }

        return _batch = new StepBatch
        {
            Steps = steps,
            Restores = restores,
            Saves = saves,
            Released = _blocks.TakeReleasedSlots(),
            ReleasedBlocks = _blocks.TakeReleasedBlocks(),
            StateRestores = stateRestores,
            StateSaves = stateSaves,
            ReleasedStates = _blocks.TakeReleasedStates(),
        };
    }

    /// <summary>
    /// Notes that the last batch was computed: takes its tokens and vectors in, and finishes sequences by what <see cref="StopRules"/>
    /// says; tokens after the one that ends a sequence are dropped. Returns what each result came to, in order.
    /// </summary>
    /// <exception cref="InvalidOperationException">The results do not fit the batch; nothing was taken in.</exception>
    public IReadOnlyList<SequenceUpdate> Update(IReadOnlyList<StepResult> results)
    {
        var answered = _batch!.Steps.Where(step => step.Samples || step.Pools).ToList();
        ResultCheck.ThrowIfUnfit(answered, results);
        _holdReleases = false;
        foreach (var step in _batch.Steps)
        {
            step.Sequence.ComputedTokens = step.Start + step.Count;
        }

        var updates = new SequenceUpdate[results.Count];
        for (var i = 0; i < updates.Length; i++)
        {
            updates[i] = SequenceUpdate.Take(answered[i], results[i], MaxLength);
            NoteEnd(updates[i], answered[i].Drafts);
        }

        _constraints.Begin(updates);
        return updates;
    }

    /// <summary>
    /// Takes a failed sequence out of the last batch; the result is to be executed instead of it. Null when nothing is left, and where slots have
    /// states, which the batch may have moved on: its other sequences are then computed anew from their beginnings.
    /// </summary>
    public StepBatch? Drop(Sequence failed)
    {
        var slot = failed.Slot;
        Remove(failed);
        if (_hasStates)
        {
            _blocks.UndoSaves();
            _blocks.ReleaseAgain(_batch!);
            foreach (var step in _batch!.Steps.Where(step => step.Sequence != failed).Reverse())
            {
                _running.Remove(step.Sequence);
                Preempt(step.Sequence);
            }

            return null;
        }

        // The others' blocks may follow blocks that only the failed one would have saved. They are saved a block later.
        _blocks.UndoSaves();
        _batch = _batch! with
        {
            Steps = [.. _batch.Steps.Where(step => step.Sequence != failed)],
            Restores = [.. _batch.Restores.Where(copy => copy.Slot != slot)],
            Saves = [],
        };
        if (_batch.Steps.Count > 0)
        {
            return _batch;
        }

        _blocks.ReleaseAgain(_batch);    // nobody runs the rest of it
        return null;
    }

    /// <summary>The last batch failed as a whole: its sequences leave, and nothing that it computed is trusted.</summary>
    public void Fail()
    {
        _blocks.UndoSaves();
        _blocks.ReleaseAgain(_batch!);
        _holdReleases = _batch!.Steps.Count == 0;    // the releases alone failed: try them again only with new work
        foreach (var step in _batch.Steps)
        {
            Remove(step.Sequence);
        }
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
            sequence.ComputedTokens = sequence.Length - 1;
            _blocks.Shrink(sequence);
        }
    }

    private int ScheduleDecodes(List<SequenceStep> steps, int budget)
    {
        for (var i = 0; i < _running.Count && budget > 0; i++)
        {
            var sequence = _running[i];
            if (sequence.PendingTokens == 1 && !IsPaused(sequence) && TryGrowPreempting(sequence))
            {
                steps.Add(new SequenceStep(sequence, sequence.ComputedTokens, 1));
                budget--;
            }
        }

        return budget;
    }

    private int ScheduleChunks(List<SequenceStep> steps, int budget)
    {
        for (var i = 0; i < _running.Count && budget > 0; i++)
        {
            var sequence = _running[i];
            if (sequence.PendingTokens > 1 && !IsPaused(sequence))
            {
                budget -= AddChunk(steps, sequence, budget);
            }
        }

        return budget;
    }

    private int Admit(List<SequenceStep> steps, List<BlockCopy> restores, List<StateCopy> stateRestores, int budget)
    {
        // After a preemption the victim stands first and cannot fit, so a step that is short of memory admits nobody.
        var next = _waiting.First;
        while (next is not null && budget > 0 && _running.Count < MaxRunning)
        {
            var sequence = next.Value;
            var after = next.Next;
            if (!IsPaused(sequence) && !WaitsForPrompt(sequence))
            {
                if (!_blocks.TryAdmit(sequence, restores, stateRestores))
                {
                    return budget;
                }

                _waiting.Remove(next);
                _running.Add(sequence);
                sequence.NoteAdmission();
                budget -= AddChunk(steps, sequence, budget);
            }

            next = after;
        }

        return budget;
    }

    /// <summary>Lets the source guess what decoding sequences go on with, as far as budget, memory and their limits allow.</summary>
    private void AddDrafts(List<SequenceStep> steps, int budget)
    {
        for (var i = 0; i < steps.Count && budget > 0 && _drafts is not null; i++)
        {
            if (steps[i] is { Samples: true, Count: 1 } step && MostDrafts(step.Sequence, budget) is > 0 and var most)
            {
                var drafts = _constraints.CountReady(step.Sequence, step.Sequence.Draft(_drafts, most));
                if (drafts > 0 && _blocks.TryGrow(step.Sequence, drafts))
                {
                    steps[i] = step with { Drafts = drafts };
                    budget -= drafts;
                }
            }
        }
    }

    /// <summary>With one token sampled after the last draft, none may lie beyond the end of the context or the completion.</summary>
    private int MostDrafts(Sequence sequence, int budget)
        => Math.Min(budget, Math.Min(MaxLength - sequence.Length, sequence.Parameters.MaxTokens - sequence.CompletionLength) - 1);

    private int AddChunk(List<SequenceStep> steps, Sequence sequence, int budget)
    {
        var count = _blocks.Cut(sequence, Math.Min(sequence.PendingTokens, budget));
        steps.Add(new SequenceStep(sequence, sequence.ComputedTokens, count));
        return count;
    }

    /// <summary>
    /// Makes room for the next token, at the cost of the youngest sequence. Decoding sequences are scheduled oldest first, so the
    /// youngest is never one that this step computes already; it may be the sequence itself.
    /// </summary>
    private bool TryGrowPreempting(Sequence sequence)
    {
        while (!_blocks.TryGrow(sequence))
        {
            var youngest = _running[^1];
            _running.RemoveAt(_running.Count - 1);
            Preempt(youngest);
            if (youngest == sequence)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lets a sequence that has left the running ones wait before all others, to be computed anew.</summary>
    private void Preempt(Sequence sequence)
    {
        _blocks.Release(sequence);
        _waiting.AddFirst(sequence);
        Preemptions++;
    }

    /// <summary>True for a sequence that sits the step out: its reader is behind, or its constraint is not ready.</summary>
    private bool IsPaused(Sequence sequence) => sequence.Stream is { Mailbox.IsFull: true } || !_constraints.IsReady(sequence);

    private bool WaitsForPrompt(Sequence sequence)
        => sequence.PromptLength > _longestAlone && sequence.PromptSource is { HasEnded: false, CompletionLength: 0 };
}
