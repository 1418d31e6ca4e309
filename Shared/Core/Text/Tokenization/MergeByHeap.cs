using System.Buffers;

namespace Rill.Text.Tokenization;

/// <summary>
/// Merges a long word in O(n log n): the symbols form a linked list, and a heap holds the candidate merges by rank, then position. Without
/// it one request with a megabyte of the same letter would keep a core busy for hours.
/// </summary>
internal static class MergeByHeap
{
    private const int Removed = -1;

    /// <summary>Merges in place and returns the part of <paramref name="symbols"/> that holds the result.</summary>
    public static Span<int> Merge(MergeTable merges, Span<int> symbols)
    {
        var count = symbols.Length;
        var rented = ArrayPool<int>.Shared.Rent(count * 2);
        var previous = rented.AsSpan(0, count);
        var next = rented.AsSpan(count, count);
        var candidates = new PositionHeap(count);
        for (var index = 0; index < count; index++)
        {
            previous[index] = index - 1;
            next[index] = index + 1;
        }

        for (var index = 0; index < count; index++)
        {
            Propose(merges, symbols, next, index, candidates);
        }

        while (candidates.TryPop(out var rank, out var left))
        {
            var right = symbols[left] == Removed ? count : next[left];
            if (right == count)
            {
                continue;
            }

            // A candidate is stale when a neighbour has merged meanwhile: its pair then has another rank, or none.
            var merge = merges.Find(symbols[left], symbols[right]);
            if (merge == MergeTable.None || MergeTable.Rank(merge) != rank)
            {
                continue;
            }

            symbols[left] = MergeTable.Token(merge);
            symbols[right] = Removed;
            next[left] = next[right];
            if (next[left] < count)
            {
                previous[next[left]] = left;
            }

            Propose(merges, symbols, next, left, candidates);
            if (previous[left] >= 0)
            {
                Propose(merges, symbols, next, previous[left], candidates);
            }
        }

        ArrayPool<int>.Shared.Return(rented);
        return Compact(symbols);
    }

    private static void Propose(MergeTable merges, Span<int> symbols, Span<int> next, int left, PositionHeap candidates)
    {
        if (next[left] == symbols.Length)
        {
            return;
        }

        var merge = merges.Find(symbols[left], symbols[next[left]]);
        if (merge != MergeTable.None)
        {
            candidates.Push(MergeTable.Rank(merge), left);
        }
    }

    private static Span<int> Compact(Span<int> symbols)
    {
        var kept = 0;
        foreach (var symbol in symbols)
        {
            if (symbol != Removed)
            {
                symbols[kept++] = symbol;
            }
        }

        return symbols[..kept];
    }
}
