namespace Rill.Text.Tokenization;

/// <summary>The merges of a byte-pair model: a pair of tokens gives a rank (lowest first) and the token that replaces it.</summary>
internal sealed class MergeTable
{
    /// <summary>The answer for a pair that never merges: larger than every merge.</summary>
    public const ulong None = ulong.MaxValue;

    private readonly ulong[] _pairs;
    private readonly ulong[] _merges;

    /// <summary>Creates a table for at most <paramref name="capacity"/> merges.</summary>
    public MergeTable(int capacity)
    {
        var size = 16;
        while (size < capacity * 2L)
        {
            size *= 2;
        }

        _pairs = new ulong[size];
        _merges = new ulong[size];
        Array.Fill(_pairs, None);
    }

    /// <summary>The rank of a merge that <see cref="Find"/> gave.</summary>
    public static uint Rank(ulong merge) => (uint)(merge >> 32);

    /// <summary>The token of a merge that <see cref="Find"/> gave.</summary>
    public static int Token(ulong merge) => (int)(uint)merge;

    /// <summary>Adds a merge; a pair added twice keeps the later rank, as the reference does.</summary>
    public void Add(int left, int right, int merged, int rank)
    {
        var slot = FindSlot(Pair(left, right));
        _pairs[slot] = Pair(left, right);
        _merges[slot] = (ulong)(uint)rank << 32 | (uint)merged;
    }

    /// <summary>The merge of a pair, which orders by rank, or <see cref="None"/>.</summary>
    public ulong Find(int left, int right)
    {
        var slot = FindSlot(Pair(left, right));
        return _pairs[slot] == None ? None : _merges[slot];
    }

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int FindSlot(ulong pair)
    {
        var slot = (int)(pair * 0x9E3779B97F4A7C15 >> 32) & (_pairs.Length - 1);
        while (_pairs[slot] != pair && _pairs[slot] != None)
        {
            slot = slot + 1 & (_pairs.Length - 1);
        }

        return slot;
    }
}
