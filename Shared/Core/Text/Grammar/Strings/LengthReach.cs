using System.Numerics;

namespace Rill.Text.Grammar.Strings;

/// <summary>From each state of an automaton, with how many more code points a text may end: so lengths need no states of their own.</summary>
internal sealed class LengthReach
{
    private const int WordBits = 64;

    private readonly ulong[][] _ends;
    private readonly int _least;
    private readonly int _most;
    private readonly int _free;

    /// <summary>For texts of an automaton with so many code points; for most, int.MaxValue is no bound.</summary>
    public LengthReach(StringAutomaton automaton, int least, int most)
    {
        (_least, _most) = (least, most);
        var longest = (int)Longest(automaton, least, most);
        _ends = [.. Enumerable.Range(0, automaton.Count).Select(_ => new ulong[(longest / WordBits) + 1])];
        for (var length = 0; length <= longest; length++)
        {
            for (var state = 0; state < automaton.Count; state++)
            {
                if (length == 0 ? automaton.Label(state) != StringAutomaton.Rejected : LeadsTo(automaton, state, length - 1))
                {
                    _ends[state][length / WordBits] |= 1UL << length;
                }
            }
        }

        _free = _ends.Select(ends => First(ends, 0)).Max();
    }

    /// <summary>Cells that have to be looked at to find it out.</summary>
    public static long Work(StringAutomaton automaton, int least, int most) =>
        Longest(automaton, least, most) * automaton.Count * automaton.Classes.Count;

    /// <summary>True when a text that has come to a state with so many code points can still end.</summary>
    public bool CanEnd(int state, int count)
    {
        var length = First(_ends[state], Math.Max(0, _least - count));
        return length < int.MaxValue && (_most == int.MaxValue || length <= _most - count);
    }

    /// <summary>True when a text with so many code points, and with so many more, can end from whichever state it comes to.</summary>
    public bool IsFree(int count, int more) => count >= _least && _free < int.MaxValue && (_most == int.MaxValue || (long)count + more + _free <= _most);

    /// <summary>The first bit that is set, from a place on; int.MaxValue when none is.</summary>
    private static int First(ulong[] bits, int from)
    {
        for (var word = from / WordBits; word < bits.Length; word++)
        {
            var found = word == from / WordBits ? bits[word] & (ulong.MaxValue << from) : bits[word];
            if (found != 0)
            {
                return (word * WordBits) + BitOperations.TrailingZeroCount(found);
            }
        }

        return int.MaxValue;
    }

    /// <summary>Without a bound, what can be reached at all is reached within as many more as there are states.</summary>
    private static long Longest(StringAutomaton automaton, int least, int most) => most < int.MaxValue ? most : (long)least + automaton.Count;

    private bool LeadsTo(StringAutomaton automaton, int state, int length)
    {
        for (var characterClass = 0; characterClass < automaton.Classes.Count; characterClass++)
        {
            if (automaton.Next(state, characterClass) is var next and not StringAutomaton.Dead && (_ends[next][length / WordBits] >> length & 1) != 0)
            {
                return true;
            }
        }

        return false;
    }
}
