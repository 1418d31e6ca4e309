using Rill.Text.Grammar.Machines;
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

    /// <summary>Sets the bits of all tokens that a walk allows.</summary>
    /// <param name="walk">The automaton.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="mask">The bits.</param>
    /// <param name="known">Groups of characters: tokens of these alone are passed over.</param>
    public void Mark(GrammarAutomaton walk, Configuration start, Span<uint> mask, uint known = 0)
    {
        if (_roots == 0)
        {
            return;
        }

        var path = new Step[Depth];
        var (depth, era) = (0, walk.Era);
        path[0] = new(start, walk.Row(start), 0, _roots);
        while (depth >= 0)
        {
            ref var step = ref path[depth];
            if (step.Node == step.End)
            {
                depth--;
                continue;
            }

            var node = step.Node++;
            var number = step.Row[_bytes[node]];
            if (number == GrammarAutomaton.Dead || (_groups[node] & ~known) == 0)
            {
                continue;
            }

            var next = number == GrammarAutomaton.Unknown ? walk.Step(step.At, _bytes[node]) : walk[number];
            if (walk.Era != era)
            {
                era = walk.Era;
                Renew(path.AsSpan(0, depth + 1), walk);
            }

            if (next == Configuration.Dead)
            {
                continue;
            }

            Mark(_tokens[node], mask);
            var (first, end) = _children[node];
            if (first < end)
            {
                path[++depth] = new(next, walk.Row(next), first, end);
            }
        }
    }

    /// <summary>The rows are no longer what they were: the automaton has forgotten what it knew.</summary>
    private static void Renew(Span<Step> path, GrammarAutomaton walk)
    {
        foreach (ref var step in path)
        {
            step.Row = walk.Row(step.At);
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

    private void Mark(int number, Span<uint> mask)
    {
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

    /// <summary>A place on the way down, and which of the children there are still to be looked at.</summary>
    private struct Step(Configuration at, int[] row, int node, int end)
    {
        public readonly Configuration At = at;
        public readonly int End = end;
        public int[] Row = row;
        public int Node = node;
    }
}
