using System.Buffers;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// Merges a long word in O(n log n): the symbols form a linked list, and a heap holds the candidate merges by rank, then position. Without
/// it one request with a megabyte of the same letter would keep a core busy for hours.
/// </summary>
internal ref struct MergeByHeap
{
    private const int Removed = -1;

    private readonly MergeTable _merges;
    private readonly EncodingBudget _budget;
    private PositionHeap _candidates;
    private readonly Span<int> _symbols;
    private readonly Span<int> _previous;
    private readonly Span<int> _next;

    private MergeByHeap(MergeTable merges, Span<int> symbols, Span<int> links, EncodingBudget budget)
    {
        (_merges, _budget) = (merges, budget);
        _candidates = new(symbols.Length);
        _symbols = symbols;
        _previous = links[..symbols.Length];
        _next = links[symbols.Length..];
        for (var index = 0; index < symbols.Length; index++)
        {
            (_previous[index], _next[index]) = (index - 1, index + 1);
        }

        for (var index = 0; index < symbols.Length; index++)
        {
            Propose(index);
        }
    }

    /// <summary>Merges in place and returns the part of <paramref name="symbols"/> that holds the result.</summary>
    public static Span<int> Merge(MergeTable merges, Span<int> symbols, EncodingBudget budget)
    {
        var links = ArrayPool<int>.Shared.Rent(symbols.Length * 2);
        var merge = new MergeByHeap(merges, symbols, links.AsSpan(0, symbols.Length * 2), budget);
        merge.Run();
        merge._candidates.Return();
        ArrayPool<int>.Shared.Return(links);
        return Compact(symbols);
    }

    private void Run()
    {
        while (_candidates.TryPop(out var rank, out var left))
        {
            _budget.Spend(1);
            if (_symbols[left] == Removed || _next[left] == _symbols.Length)
            {
                continue;
            }

            // A candidate is stale when a neighbour has merged meanwhile: its pair then has another rank, or none.
            var merge = _merges.Find(_symbols[left], _symbols[_next[left]]);
            if (merge != MergeTable.None && MergeTable.Rank(merge) == rank)
            {
                Join(left, MergeTable.Token(merge));
            }
        }
    }

    private void Join(int left, int token)
    {
        var right = _next[left];
        (_symbols[left], _symbols[right]) = (token, Removed);
        _next[left] = _next[right];
        if (_next[left] < _symbols.Length)
        {
            _previous[_next[left]] = left;
        }

        Propose(left);
        if (_previous[left] >= 0)
        {
            Propose(_previous[left]);
        }
    }

    private void Propose(int left)
    {
        _budget.Spend(1);
        if (_next[left] == _symbols.Length)
        {
            return;
        }

        var merge = _merges.Find(_symbols[left], _symbols[_next[left]]);
        if (merge != MergeTable.None)
        {
            _candidates.Push(MergeTable.Rank(merge), left);
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
