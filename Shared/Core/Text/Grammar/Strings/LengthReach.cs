using System.Collections;

namespace Rill.Text.Grammar.Strings;

/// <summary>From each state of an automaton, with how many more code points a text may end: so lengths need no states of their own.</summary>
internal sealed class LengthReach
{
    private readonly BitArray[] _ends;
    private readonly int _least;
    private readonly int _most;

    private LengthReach(BitArray[] ends, int least, int most) => (_ends, _least, _most) = (ends, least, most);

    /// <summary>For texts with so many code points; null when that takes too long to find out.</summary>
    /// <param name="automaton">The automaton.</param>
    /// <param name="least">Least code points.</param>
    /// <param name="most">Most; int.MaxValue for no bound.</param>
    /// <param name="mostWork">Most cells that may be looked at.</param>
    public static LengthReach? Of(StringAutomaton automaton, int least, int most, int mostWork)
    {
        // Without a bound, what can be reached at all is reached within as many more as there are states.
        var longest = most < int.MaxValue ? most : (long)least + automaton.Count;
        if (longest * automaton.Count * automaton.Classes.Count > mostWork)
        {
            return null;
        }

        var ends = Enumerable.Range(0, automaton.Count).Select(_ => new BitArray((int)longest + 1)).ToArray();
        for (var length = 0; length <= longest; length++)
        {
            for (var state = 0; state < automaton.Count; state++)
            {
                ends[state][length] = length == 0 ? automaton.Label(state) != StringAutomaton.Rejected : LeadsTo(state, length - 1);
            }
        }

        return new(ends, least, most);

        bool LeadsTo(int state, int length)
        {
            for (var characterClass = 0; characterClass < automaton.Classes.Count; characterClass++)
            {
                if (automaton.Next(state, characterClass) is var next and not StringAutomaton.Dead && ends[next][length])
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>True when a text that has come to a state with so many code points can still end.</summary>
    public bool CanEnd(int state, int count)
    {
        var ends = _ends[state];
        var last = _most < int.MaxValue ? _most - count : ends.Length - 1;
        for (var length = Math.Max(0, _least - count); length <= last; length++)
        {
            if (ends[length])
            {
                return true;
            }
        }

        return false;
    }
}
