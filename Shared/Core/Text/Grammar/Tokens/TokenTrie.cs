using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Tokens;

/// <summary>
/// Tokens by their bytes, as a tree laid out flat: the children of a node stand side by side, so that those on which a walk does not go are
/// passed over without a look at anything else of them.
/// </summary>
internal sealed class TokenTrie
{
    private const int None = -1;

    // Below it, the place in the list of those that have the same bytes.
    private const int FirstList = -2;

    private readonly List<int[]> _same = [];
    private readonly byte[] _bytes;
    private readonly int[] _tokens;
    private readonly (int First, int End)[] _children;
    private readonly uint[] _groups;
    private readonly int _roots;

    /// <summary>Of tokens with at least one byte each.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="groupsOf">The groups of each id's characters; null for a tree whose walks know of none.</param>
    public TokenTrie(IEnumerable<(int Id, byte[] Bytes)> tokens, uint[]? groupsOf = null)
    {
        var sorted = tokens.ToArray();
        Array.Sort(sorted, (one, other) => one.Bytes.AsSpan().SequenceCompareTo(other.Bytes));
        Depth = sorted.Select(token => token.Bytes.Length).DefaultIfEmpty(0).Max();
        var (bytes, ids, children, groups) = (new List<byte>(), new List<int>(), new List<(int First, int End)>(), new List<uint>());
        _roots = Lay(0, sorted.Length, 0);
        (_bytes, _tokens, _children, _groups) = ([.. bytes], [.. ids], [.. children], [.. groups]);

        // Lays out what comes at a depth in tokens that are equal before it; all of them are longer.
        int Lay(int from, int to, int depth)
        {
            var first = bytes.Count;
            for (var at = from; at < to; at = AfterGroup(at, to, depth))
            {
                bytes.Add(sorted[at].Bytes[depth]);
                ids.Add(None);
                children.Add(default);
                groups.Add(0);
            }

            var (end, node) = (bytes.Count, first);
            for (var at = from; at < to; node++)
            {
                var next = AfterGroup(at, to, depth);
                var longer = at;
                while (longer < next && sorted[longer].Bytes.Length == depth + 1)
                {
                    longer++;
                }

                groups[node] = longer > at ? groupsOf?[sorted[at].Id] ?? CharacterGroups.Other : 0;

                ids[node] = Number([.. sorted[at..longer].Select(token => token.Id)]);
                if (longer < next)
                {
                    var start = bytes.Count;
                    children[node] = (start, Lay(longer, next, depth + 1));
                    groups[node] = groups[start..children[node].End].Aggregate(groups[node], (all, child) => all | child);
                }

                at = next;
            }

            return end;
        }

        int AfterGroup(int at, int to, int depth)
        {
            var value = sorted[at].Bytes[depth];
            while (at < to && sorted[at].Bytes[depth] == value)
            {
                at++;
            }

            return at;
        }
    }

    /// <summary>Bytes of the longest token.</summary>
    public int Depth { get; }

    /// <summary>The children of the root: nodes from 0 to before this one.</summary>
    public int Roots => _roots;

    /// <summary>The last byte of each node.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The groups of characters of all tokens at and below each node.</summary>
    public ReadOnlySpan<uint> Groups => _groups;

    /// <summary>The nodes below a node, from the first to before the end.</summary>
    public (int First, int End) Children(int node) => _children[node];

    /// <summary>Sets the bits of the tokens that end at a node.</summary>
    public void Mark(int node, Span<uint> mask)
    {
        var number = _tokens[node];
        if (number >= 0)
        {
            mask[number >> 5] |= 1u << number;
            return;
        }

        foreach (var token in number == None ? [] : _same[FirstList - number])
        {
            mask[token >> 5] |= 1u << token;
        }
    }

    private int Number(int[] tokens)
    {
        if (tokens.Length < 2)
        {
            return tokens.Length == 0 ? None : tokens[0];
        }

        _same.Add(tokens);
        return FirstList - (_same.Count - 1);
    }
}
