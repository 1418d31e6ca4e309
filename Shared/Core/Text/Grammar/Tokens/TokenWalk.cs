using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar.Tokens;

/// <summary>
/// Goes over a tree of tokens and sets the bits of those that an automaton takes, in parts: what is long does not keep the automaton from
/// others. Between two parts it may be stepped, and may forget. Not thread-safe.
/// </summary>
internal sealed class TokenWalk
{
    // What computing a configuration costs, for each way in which the text before can be read, in nodes that are passed over.
    private const int StepCost = 32;

    private const int UsualDepth = 16;

    private readonly TokenTrie _trie;
    private readonly GrammarAutomaton _automaton;
    private readonly uint[] _mask;
    private readonly uint _known;
    private Place[] _path = new Place[UsualDepth];
    private int _depth;
    private int _era;

    /// <summary>At the tree's root.</summary>
    /// <param name="trie">The tokens.</param>
    /// <param name="automaton">What takes them.</param>
    /// <param name="start">Where it stands before each token.</param>
    /// <param name="mask">Where the bits are set.</param>
    /// <param name="known">Groups of characters: tokens of these alone are passed over.</param>
    public TokenWalk(TokenTrie trie, GrammarAutomaton automaton, Configuration start, uint[] mask, uint known = 0)
    {
        (_trie, _automaton, _mask, _known) = (trie, automaton, mask, known);
        _depth = trie.Roots == 0 ? -1 : 0;
        if (_depth == 0)
        {
            _path[0] = new(start, 0, trie.Roots);
        }

        _era = -1;
    }

    /// <summary>Goes on until all is seen, or so many nodes were passed over; a configuration that has to be computed counts for more.</summary>
    /// <returns>True when all is seen.</returns>
    public bool Continue(int nodes)
    {
        var bytes = _trie.Bytes;
        var groups = _trie.Groups;
        Renew();
        while (_depth >= 0 && nodes > 0)
        {
            ref var place = ref _path[_depth];
            if (place.Node == place.End)
            {
                _depth--;
                continue;
            }

            nodes--;
            var node = place.Node++;
            var number = place.Row[bytes[node]];
            if (number == GrammarAutomaton.Dead || (groups[node] & ~_known) == 0)
            {
                continue;
            }

            if (number == GrammarAutomaton.Unknown)
            {
                nodes -= StepCost * place.At.Frames.Length;
            }

            Descend(node, number == GrammarAutomaton.Unknown ? _automaton.Step(place.At, bytes[node]) : _automaton[number]);
        }

        return _depth < 0;
    }

    private void Descend(int node, Configuration next)
    {
        Renew();
        if (next == Configuration.Dead)
        {
            return;
        }

        _trie.Mark(node, _mask);
        var (first, end) = _trie.Children(node);
        if (first < end && next.Frames.Length > 0)    // behind the answer's end nothing follows
        {
            if (++_depth == _path.Length)
            {
                Array.Resize(ref _path, _depth * 2);
            }

            _path[_depth] = new(next, first, end) { Row = _automaton.Row(next) };
        }
    }

    /// <summary>The rows are no longer what they were when the automaton has forgotten what it knew.</summary>
    private void Renew()
    {
        if (_era == _automaton.Era)
        {
            return;
        }

        _era = _automaton.Era;
        foreach (ref var place in _path.AsSpan(0, _depth + 1))
        {
            place.Row = _automaton.Row(place.At);
        }
    }

    /// <summary>A place on the way down, and which of the children there are still to be looked at.</summary>
    private struct Place(Configuration at, int node, int end)
    {
        public readonly Configuration At = at;
        public readonly int End = end;
        public int[] Row = [];
        public int Node = node;
    }
}
