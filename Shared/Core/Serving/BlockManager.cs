namespace Rill.Serving;

/// <summary>
/// Gives KV memory out in blocks: to slots of running sequences, and to the prefix cache, which saves what they compute. Both share one
/// <see cref="BlockBudget"/>. It knows numbers only: the runner does what the lists of <see cref="StepBatch"/> say, in their order.
/// </summary>
internal sealed class BlockManager
{
    private readonly int _blockSize;
    private readonly BlockBudget _budget;
    private readonly PrefixCache? _cache;
    private readonly StateCheckpoints? _states;      // null where slots have none, and without a prefix cache
    private readonly PrefixCache.Node?[] _lastCached; // [slot] -> the last block of its sequence that is known to be cached
    private readonly int[] _cachedBlocks;            // [slot] -> the number of blocks up to that one
    private readonly int[] _seenBlocks;              // [slot] -> the number of full blocks at the last save, cached or not
    private readonly Stack<int> _freeSlots = new();
    private List<PrefixCache.Node> _savedThisStep = [];
    private List<int> _releasedSlots = [];

    public BlockManager(ModelLimits limits, bool prefixCache)
    {
        _blockSize = limits.BlockSize;
        _cache = prefixCache ? new PrefixCache(limits.BlockSize, limits.StateBlocks) : null;
        _states = _cache is not null && limits.HasStates ? new StateCheckpoints(limits, _cache) : null;
        _budget = new BlockBudget(limits, _cache, _states);
        _lastCached = new PrefixCache.Node?[limits.SlotCount];
        _cachedBlocks = new int[limits.SlotCount];
        _seenBlocks = new int[limits.SlotCount];
        for (var slot = limits.SlotCount - 1; slot >= 0; slot--)
        {
            _freeSlots.Push(slot);
        }
    }

    /// <summary>Blocks of running slots.</summary>
    public int SlotBlocks => _budget.HeldBySlots;

    /// <summary>Blocks of the prefix cache.</summary>
    public int CachedBlocks => _budget.Cached;

    /// <summary>Blocks that nobody holds.</summary>
    public int FreeBlocks => _budget.Free;

    /// <summary>Part of the budget that running sequences hold, in [0, 1]; cached blocks count as free.</summary>
    public double Usage => _budget.Usage;

    /// <summary>True when memory waits to be given back.</summary>
    public bool HasReleases => _releasedSlots.Count > 0 || _budget.HasReleases || _states is { HasReleases: true };

    public void BeginStep()
    {
        _cache?.BeginStep();
        _states?.BeginStep();
    }

    /// <summary>
    /// Gives a waiting sequence a slot with room for all its tokens, and begins it with the cached blocks of its prefix. At least one
    /// token is left to compute, since the last one's logits are wanted; a mean needs the hidden states of all, and a prompt that is scored the
    /// logits of those whose are not known. False when slots or memory are short.
    /// </summary>
    public bool TryAdmit(Sequence sequence, List<BlockCopy> restores, List<StateCopy> stateRestores)
    {
        var hits = _cache?.Match(sequence.CacheSalt, sequence.Tokens, sequence.Reusable / _blockSize) ?? [];
        var known = hits.Count;
        KeepAffordable(hits, _budget.BlocksFor(sequence.Length));
        if (_freeSlots.Count == 0 || !_budget.TryGrow(_freeSlots.Peek(), sequence.Length))
        {
            return false;
        }

        sequence.Slot = _freeSlots.Pop();
        sequence.ComputedTokens = hits.Count * _blockSize;
        for (var i = 0; i < hits.Count; i++)
        {
            restores.Add(new BlockCopy(sequence.Slot, i * _blockSize, hits[i].Block));
        }

        (_lastCached[sequence.Slot], _cachedBlocks[sequence.Slot]) = (hits.LastOrDefault(), hits.Count);
        _seenBlocks[sequence.Slot] = hits.Count;
        _states?.Begin(sequence, hits, known, stateRestores);
        return true;
    }

    /// <summary>How many of so many tokens of a running sequence a step computes: fewer where its states are to be saved on the way.</summary>
    public int Cut(Sequence sequence, int count) => _states?.Cut(sequence, count) ?? count;

    /// <summary>Gives a running sequence memory for all its tokens, an awaited one included, and these drafts. False when memory is short.</summary>
    public bool TryGrow(Sequence sequence, int drafts = 0) => _budget.TryGrow(sequence.Slot, sequence.Length + sequence.AwaitedTokens + drafts);

    /// <summary>Takes back what a running sequence holds beyond its computed tokens: the memory of drafts that were not accepted.</summary>
    public void Shrink(Sequence sequence) => _budget.Shrink(sequence.Slot, sequence.ComputedTokens);

    /// <summary>Takes a sequence's slot away; its memory goes back at the beginning of the next batch.</summary>
    public void Release(Sequence sequence)
    {
        _releasedSlots.Add(sequence.Slot);
        _freeSlots.Push(sequence.Slot);
        _budget.Clear(sequence.Slot);
        sequence.Slot = -1;
        sequence.ComputedTokens = 0;
        sequence.AwaitedTokens = 0;
    }

    /// <summary>
    /// Caches the full blocks of a sequence that are computed when the planned steps are done, as far as its tokens are known and memory allows
    /// without touching a slot. Blocks of the completion are saved too: they begin the next turn's prompt. Where slots have states, blocks are
    /// saved only together with these.
    /// </summary>
    public void Save(Sequence sequence, List<BlockCopy> saves, List<StateCopy> stateSaves)
    {
        var (slot, computed) = (sequence.Slot, Math.Min(sequence.ComputedTokens, sequence.Length));
        if (_cache is null || computed / _blockSize == _seenBlocks[slot] || _states?.IsBorder(slot, computed) == false)
        {
            return;
        }

        _seenBlocks[slot] = computed / _blockSize;
        var last = _lastCached[slot];
        var first = _cachedBlocks[slot];
        if (last is { IsCached: false })    // evicted meanwhile: begin again at the root
        {
            (last, first) = (null, 0);
        }

        for (var i = first; i < computed / _blockSize; i++)
        {
            var tokens = sequence.Tokens.Slice(i * _blockSize, _blockSize);
            if (!_cache.TryFind(sequence.CacheSalt, last, tokens, out var node))
            {
                node = SaveBlock(sequence.CacheSalt, last, tokens);
                if (node is null)
                {
                    break;
                }

                saves.Add(new BlockCopy(slot, i * _blockSize, node.Block));
            }

            _cache.Use(node);
            (last, first) = (node, i + 1);
        }

        (_lastCached[slot], _cachedBlocks[slot]) = (last, first);
        if (_states is not null && first == computed / _blockSize && last is { HasState: false } && _budget.TryMakeRoomForStates())
        {
            _states.Save(slot, computed, last, stateSaves);
        }
    }

    /// <summary>Hands over what this step saves, in order, for <see cref="UndoSaves"/>.</summary>
    public List<PrefixCache.Node> TakeSaved() => Interlocked.Exchange(ref _savedThisStep, []);

    /// <summary>Hands over the saved states to give back.</summary>
    public List<int> TakeReleasedStates() => _states?.TakeReleased() ?? [];

    /// <summary>Hands over the slots to give back.</summary>
    public List<int> TakeReleasedSlots() => Interlocked.Exchange(ref _releasedSlots, []);

    /// <summary>Hands over the cached blocks to give back.</summary>
    public List<int> TakeReleasedBlocks() => _budget.TakeReleased();

    /// <summary>What a step should have saved is not in the cache. Of several steps the last one goes first.</summary>
    public void UndoSaves(List<PrefixCache.Node> saved)
    {
        _states?.UndoSaves();
        for (var i = saved.Count - 1; i >= 0; i--)    // children before their parents
        {
            if (saved[i].IsCached)    // not evicted for the step behind it
            {
                _cache!.Remove(saved[i]);
                _budget.Release(saved[i].Block);
            }
        }

        saved.Clear();
    }

    /// <summary>What a failed batch should have released may still be held: the next batch names it again.</summary>
    public void ReleaseAgain(StepBatch batch)
    {
        _releasedSlots.AddRange(batch.Released);
        _budget.ReleaseAgain(batch);
        _states?.ReleaseAgain(batch);
    }

    /// <summary>
    /// Pins the hits of a sequence, less the last ones where their memory is needed for the sequence itself, or where slots have states and none was
    /// saved behind them.
    /// </summary>
    private void KeepAffordable(List<PrefixCache.Node> hits, int wanted)
    {
        if (hits.Count == 0)
        {
            return;
        }

        var affordable = FreeBlocks + _cache!.Evictable - wanted;    // of the hits that nobody has pinned yet
        var unpinned = hits.Where(node => !_cache.IsPinned(node)).Sum(_cache.WeightOf);
        var kept = hits.Count;
        for (; kept > 0 && (unpinned > affordable || (_states is not null && !hits[kept - 1].HasState)); kept--)
        {
            unpinned -= _cache.IsPinned(hits[kept - 1]) ? 0 : _cache.WeightOf(hits[kept - 1]);
        }

        hits.RemoveRange(kept, hits.Count - kept);
        hits.ForEach(_cache.Use);
    }

    private PrefixCache.Node? SaveBlock(string salt, PrefixCache.Node? parent, ReadOnlySpan<int> tokens)
    {
        if (parent is not null)
        {
            _cache!.Use(parent);    // it must not be evicted for its own child
        }

        if (!_budget.TryTake(out var block))
        {
            return null;
        }

        var node = _cache!.Add(salt, parent, tokens, block);
        if (node is null)
        {
            _budget.Release(block);
        }
        else
        {
            _savedThisStep.Add(node);
        }

        return node;
    }
}
