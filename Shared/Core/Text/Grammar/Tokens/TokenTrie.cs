namespace Rill.Text.Grammar.Tokens;

/// <summary>
/// Tokens by their bytes, as a tree laid out flat: a node is followed by all below it, and knows where they end. Tokens with the same bytes
/// are chained.
/// </summary>
internal sealed class TokenTrie
{
    private const int None = -1;

    private readonly byte[] _bytes;
    private readonly int[] _ends;
    private readonly int[] _tokens;
    private readonly Dictionary<int, int> _same = [];

    /// <summary>Of tokens with at least one byte each.</summary>
    public TokenTrie(IEnumerable<(int Id, byte[] Bytes)> tokens)
    {
        var sorted = tokens.ToArray();
        Array.Sort(sorted, (one, other) => one.Bytes.AsSpan().SequenceCompareTo(other.Bytes));
        var (bytes, ends, ids, path) = (new List<byte>(), new List<int>(), new List<int>(), new Stack<int>());
        var previous = Array.Empty<byte>();
        foreach (var (id, text) in sorted)
        {
            var common = previous.AsSpan().CommonPrefixLength(text);
            Close(common);
            foreach (var next in text.AsSpan(common))
            {
                path.Push(bytes.Count);
                bytes.Add(next);
                ends.Add(0);
                ids.Add(None);
            }

            var node = path.Peek();
            if (ids[node] != None)
            {
                _same.Add(id, ids[node]);
            }

            ids[node] = id;
            previous = text;
        }

        Close(0);
        (_bytes, _ends, _tokens, Depth) = ([.. bytes], [.. ends], [.. ids], sorted.Select(token => token.Bytes.Length).DefaultIfEmpty(0).Max());

        void Close(int depth)
        {
            while (path.Count > depth)
            {
                ends[path.Pop()] = bytes.Count;
            }
        }
    }

    /// <summary>Bytes of the longest token.</summary>
    public int Depth { get; }

    /// <summary>Sets the bits of all tokens that a walk allows.</summary>
    /// <param name="walk">Where the walk stands after a byte; null where the byte is not allowed.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="mask">The bits.</param>
    public void Mark(Machines.GrammarAutomaton walk, Machines.Configuration start, Span<uint> mask)
    {
        var (bytes, ends, tokens) = (_bytes, _ends, _tokens);
        var places = new Machines.Configuration[Depth + 1];
        var limits = new int[Depth + 1];
        (places[0], limits[0]) = (start, bytes.Length);
        var depth = 0;
        for (var node = 0; node < bytes.Length;)
        {
            while (node >= limits[depth])
            {
                depth--;
            }

            var next = places[depth].Next[bytes[node]] ?? walk.Step(places[depth], bytes[node]);
            var end = ends[node];
            if (next == Machines.Configuration.Dead)
            {
                node = end;
                continue;
            }

            if (tokens[node] != None)
            {
                Mark(tokens[node], mask);
            }

            node++;
            if (end > node)
            {
                depth++;
                (places[depth], limits[depth]) = (next, end);
            }
        }
    }

    private void Mark(int token, Span<uint> mask)
    {
        do
        {
            mask[token >> 5] |= 1u << token;
        }
        while (_same.TryGetValue(token, out token));
    }
}
