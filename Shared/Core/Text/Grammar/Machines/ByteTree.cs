namespace Rill.Text.Grammar.Machines;

/// <summary>The beginnings of texts as a tree; node 0 is the empty one.</summary>
internal sealed class ByteTree
{
    private readonly List<SortedList<byte, int>?> _children = [null];
    private readonly List<int> _ends = [-1];
    private readonly List<List<int>> _below = [[]];

    /// <summary>Adds a text with its number; numbers ascend. A text that is there already keeps its first number.</summary>
    public void Add(ReadOnlySpan<byte> text, int number)
    {
        var node = 0;
        _below[0].Add(number);
        foreach (var next in text)
        {
            var children = _children[node] ??= [];
            if (!children.TryGetValue(next, out var child))
            {
                children.Add(next, child = _children.Count);
                _children.Add(null);
                _ends.Add(-1);
                _below.Add([]);
            }

            node = child;
            _below[node].Add(number);
        }

        _ends[node] = _ends[node] < 0 ? number : _ends[node];
    }

    /// <summary>The node after one more byte, or -1.</summary>
    public int Child(int node, byte next) => _children[node] is { } children && children.TryGetValue(next, out var child) ? child : -1;

    /// <summary>The bytes that lead on from a node.</summary>
    public ByteSet Next(int node)
    {
        var set = default(ByteSet);
        foreach (var next in _children[node]?.Keys ?? [])
        {
            set |= ByteSet.Of(next);
        }

        return set;
    }

    /// <summary>True when a text goes on from a node.</summary>
    public bool HasChildren(int node) => _children[node] is not null;

    /// <summary>The number of the text that ends at a node, or -1.</summary>
    public int EndAt(int node) => _ends[node];

    /// <summary>The numbers of all texts that begin as a node says, ascending.</summary>
    public List<int> Below(int node) => _below[node];
}
