namespace Rill.Serving;

/// <summary>
/// Who holds how many blocks of the one budget: the slots of running sequences, and the prefix cache, whose blocks have numbers and give way
/// when slots grow. What is taken from the cache waits in a list until the next batch gives it back.
/// </summary>
internal sealed class BlockBudget
{
    private readonly int _blockSize;
    private readonly int _blockCount;
    private readonly int _stateBlocks;
    private readonly PrefixCache? _cache;
    private readonly StateCheckpoints? _states;
    private readonly int[] _held;    // [slot] -> blocks
    private readonly Stack<int> _freeCacheBlocks = new();
    private List<int> _released = [];

    /// <param name="limits">The sizes.</param>
    /// <param name="cache">The cached blocks; null without a prefix cache.</param>
    /// <param name="states">The states behind them; null where slots have none.</param>
    public BlockBudget(ModelLimits limits, PrefixCache? cache, StateCheckpoints? states)
    {
        (_blockSize, _blockCount, _stateBlocks) = (limits.BlockSize, limits.BlockCount, limits.StateBlocks);
        (_cache, _states) = (cache, states);
        _held = new int[limits.SlotCount];
        for (var block = limits.BlockCount - 1; block >= 0; block--)
        {
            _freeCacheBlocks.Push(block);
        }
    }

    /// <summary>Blocks of running slots.</summary>
    public int HeldBySlots { get; private set; }

    /// <summary>Blocks of the prefix cache.</summary>
    public int Cached => _cache?.Count ?? 0;

    /// <summary>Blocks that nobody holds.</summary>
    public int Free => _blockCount - HeldBySlots - Cached;

    /// <summary>Part of the budget that running sequences hold, in [0, 1]; cached blocks count as free.</summary>
    public double Usage => (double)HeldBySlots / _blockCount;

    /// <summary>True when cached blocks wait to be given back.</summary>
    public bool HasReleases => _released.Count > 0;

    /// <summary>Blocks of a slot with so many tokens, its states' among them.</summary>
    public int BlocksFor(int tokens) => _stateBlocks + ((tokens + _blockSize - 1) / _blockSize);

    /// <summary>Gives a slot room for so many tokens in all, where there is room; it keeps what it has beyond them.</summary>
    public bool TryGrow(int slot, int tokens)
    {
        var wanted = BlocksFor(tokens) - _held[slot];
        if (wanted <= 0)
        {
            return true;
        }

        if (!TryMakeRoom(wanted))
        {
            return false;
        }

        Hold(slot, wanted);
        return true;
    }

    /// <summary>Takes back what a slot has beyond so many tokens.</summary>
    public void Shrink(int slot, int tokens) => Hold(slot, BlocksFor(tokens) - _held[slot]);

    /// <summary>Takes back all that a slot has.</summary>
    public void Clear(int slot) => Hold(slot, -_held[slot]);

    /// <summary>True once the states behind a cached block have room.</summary>
    public bool TryMakeRoomForStates() => TryEvictFor(_stateBlocks);

    /// <summary>A block for the cache to save into; one that is evicted for it is not released, since the save overwrites its memory.</summary>
    public bool TryTake(out int block)
    {
        if (Free == 0)
        {
            if (!_cache!.TryEvict(out var evicted))
            {
                block = -1;
                return false;
            }

            _freeCacheBlocks.Push(evicted.Block);
            ReleaseState(evicted);
        }

        block = _freeCacheBlocks.Pop();
        return true;
    }

    /// <summary>Gives back a block that the cache does not hold any more.</summary>
    public void Release(int block)
    {
        _freeCacheBlocks.Push(block);
        _released.Add(block);
    }

    /// <summary>Hands over the cached blocks to give back.</summary>
    public List<int> TakeReleased() => Interlocked.Exchange(ref _released, []);

    /// <summary>What a failed batch should have released may still be held: the next batch names it again.</summary>
    public void ReleaseAgain(StepBatch batch) => _released.AddRange(batch.ReleasedBlocks);

    /// <summary>True once so many blocks are free; cached ones are evicted for them, but only where that is enough.</summary>
    private bool TryMakeRoom(int blocks) => Free + (_cache?.Evictable ?? 0) >= blocks && TryEvictFor(blocks);

    private void Hold(int slot, int blocks)
    {
        _held[slot] += blocks;
        HeldBySlots += blocks;
    }

    /// <summary>Evicts cached blocks until so many are free; false when this step uses the others.</summary>
    private bool TryEvictFor(int blocks)
    {
        while (Free < blocks)
        {
            if (_cache is null || !_cache.TryEvict(out var evicted))
            {
                return false;
            }

            Release(evicted.Block);
            ReleaseState(evicted);
        }

        return true;
    }

    private void ReleaseState(PrefixCache.Node evicted)
    {
        if (evicted.HasState)
        {
            _states!.Release(evicted.State);
        }
    }
}
