namespace Rill.Serving;

/// <summary>
/// Which cached blocks have the states that belong behind them, where slots have states: only there a prompt can begin. A state is saved at
/// the last full block of a prompt, where the next turn of a chat goes on, and where a prompt leaves blocks that were known without a state,
/// as prompts with the same beginning do. Numbers only, like its owner, <see cref="BlockManager"/>.
/// </summary>
internal sealed class StateCheckpoints
{
    /// <summary>Fewer blocks than this are computed anew: a step that ends at a border costs more than they do.</summary>
    public const int FewestBlocks = 4;

    private readonly PrefixCache _cache;
    private readonly int _blockSize;
    private readonly (int Branch, int End)[] _borders;    // [slot] -> positions at which a step ends and states are saved; 0 for none
    private readonly PrefixCache.Node?[] _origins;        // [slot] -> the block whose state its own began with or was saved at
    private readonly Stack<int> _free = new();
    private readonly List<PrefixCache.Node> _savedThisStep = [];
    private readonly List<PrefixCache.Node> _followed = [];
    private List<int> _released = [];

    /// <param name="limits">The sizes; slots have states.</param>
    /// <param name="cache">The blocks.</param>
    public StateCheckpoints(ModelLimits limits, PrefixCache cache)
    {
        (_cache, _blockSize) = (cache, limits.BlockSize);
        _borders = new (int, int)[limits.SlotCount];
        _origins = new PrefixCache.Node?[limits.SlotCount];
        for (var state = (limits.BlockCount / limits.StateBlocks) - 1; state >= 0; state--)
        {
            _free.Push(state);
        }
    }

    /// <summary>True when memory waits to be given back.</summary>
    public bool HasReleases => _released.Count > 0;

    /// <summary>
    /// Begins a step. Of a chat that went on, the state of its turn before is not needed any more, unless others branched off there.
    /// </summary>
    public void BeginStep()
    {
        foreach (var node in _followed.Where(node => node is { IsCached: true, HasState: true, Children: 1 }))
        {
            Release(_cache.TakeState(node));
        }

        _followed.Clear();
        _savedThisStep.Clear();
    }

    /// <summary>A sequence gets a slot.</summary>
    /// <param name="sequence">The sequence, in its slot.</param>
    /// <param name="hits">The cached blocks that it begins with; the last one has a state.</param>
    /// <param name="known">Cached blocks of its beginning, with a state or without.</param>
    /// <param name="restores">Gets the copy of the state.</param>
    public void Begin(Sequence sequence, List<PrefixCache.Node> hits, int known, List<StateCopy> restores)
    {
        var (slot, end) = (sequence.Slot, sequence.Work == SequenceWork.Generate ? (sequence.PromptLength - 1) / _blockSize : 0);
        var branch = known < end && known - hits.Count >= FewestBlocks ? known : 0;
        end = end - Math.Max(branch, hits.Count) >= FewestBlocks ? end : 0;
        _borders[slot] = (branch * _blockSize, end * _blockSize);
        _origins[slot] = hits.LastOrDefault();
        if (_origins[slot] is { } origin)
        {
            restores.Add(new StateCopy(slot, hits.Count * _blockSize, origin.State));
        }
    }

    /// <summary>How many of so many tokens a step computes, so that it ends at the next border.</summary>
    public int Cut(Sequence sequence, int count)
    {
        var (branch, end) = _borders[sequence.Slot];
        var border = sequence.ComputedTokens < branch ? branch : end;
        return sequence.ComputedTokens < border ? Math.Min(count, border - sequence.ComputedTokens) : count;
    }

    /// <summary>True where a slot's states are to be saved once so many tokens are computed.</summary>
    public bool IsBorder(int slot, int computed) => computed > 0 && (computed == _borders[slot].Branch || computed == _borders[slot].End);

    /// <summary>Has a slot's states saved behind a block; there is memory for it.</summary>
    public void Save(int slot, int computed, PrefixCache.Node node, List<StateCopy> saves)
    {
        var state = _free.Pop();
        _cache.SetState(node, state);
        _savedThisStep.Add(node);
        saves.Add(new StateCopy(slot, computed, state));
        if (_origins[slot] is { } origin && origin != node)
        {
            _followed.Add(origin);
        }

        _origins[slot] = node;
    }

    /// <summary>What this step should have saved is not there.</summary>
    public void UndoSaves()
    {
        foreach (var node in _savedThisStep)
        {
            Release(_cache.TakeState(node));
        }

        _savedThisStep.Clear();
    }

    /// <summary>Gives a state back at the beginning of the next batch.</summary>
    public void Release(int state)
    {
        _free.Push(state);
        _released.Add(state);
    }

    /// <summary>What a failed batch should have released may still be held: the next batch names it again.</summary>
    public void ReleaseAgain(StepBatch batch) => _released.AddRange(batch.ReleasedStates);

    /// <summary>Hands over the states to give back.</summary>
    public List<int> TakeReleased() => Interlocked.Exchange(ref _released, []);
}
