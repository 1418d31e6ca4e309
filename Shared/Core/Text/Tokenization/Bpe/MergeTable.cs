using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// The merges of a byte-pair model: a pair of tokens gives a rank (lowest first) and the token that replaces it. An open hash table whose
/// slots hold pair and merge side by side: to look up a pair costs one access to memory.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The answer for a pair that never merges: larger than every merge.</summary>
    public const ulong None = ulong.MaxValue;

    private const ulong Empty = 0;

    private readonly Slot[] _slots;
    private readonly int _shift;

    /// <summary>Creates a table for at most <paramref name="capacity"/> merges.</summary>
    public MergeTable(int capacity)
    {
        // A third of the slots at least stays empty.
        var size = BitOperations.RoundUpToPowerOf2((ulong)capacity * 3 / 2 + 1);
        _slots = new Slot[size];
        _shift = 64 - BitOperations.Log2(size);
    }

    /// <summary>The rank of a merge that <see cref="Find"/> gave.</summary>
    public static uint Rank(ulong merge) => (uint)(merge >> 32);

    /// <summary>The token of a merge that <see cref="Find"/> gave.</summary>
    public static int Token(ulong merge) => (int)(uint)merge;

    /// <summary>Adds a merge; a pair added twice keeps the later rank, as the reference does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int left, int right, int merged, int rank)
    {
        var key = Key(left, right);
        var index = First(key);
        while (_slots[index].Key != key && _slots[index].Key != Empty)
        {
            index = Next(index);
        }

        _slots[index] = new(key, (ulong)(uint)rank << 32 | (uint)merged);
    }

    /// <summary>The merge of a pair, which orders by rank, or <see cref="None"/>.</summary>
    public ulong Find(int left, int right)
    {
        var key = Key(left, right);
        var slots = _slots;
        for (var index = First(key); ; index = Next(index))
        {
            ref readonly var slot = ref slots[index];
            if (slot.Key == key)
            {
                return slot.Merge;
            }

            if (slot.Key == Empty)
            {
                return None;
            }
        }
    }

    /// <summary>True when some merge takes one of these tokens.</summary>
    public bool Takes(IReadOnlySet<int> tokens)
    {
        foreach (var slot in _slots)
        {
            if (slot.Key != Empty && (tokens.Contains((int)((slot.Key - 1) >> 32)) || tokens.Contains((int)(uint)(slot.Key - 1))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A pair as one number, never <see cref="Empty"/>.</summary>
    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32 | (uint)right) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int First(ulong key) => (int)(key * 0x9E3779B97F4A7C15 >> _shift) & (_slots.Length - 1);

    private int Next(int index) => index + 1 & (_slots.Length - 1);

    private readonly record struct Slot(ulong Key, ulong Merge);
}
