using System.Collections;

namespace Rill.Text.Grammar.Strings;

/// <summary>From each state of an automaton, with how many more code points a text may end: so lengths need no states of their own.</summary>
internal sealed class LengthReach
{
    private readonly BitArray[] _ends;
    private readonly int _least;
    private readonly int _most;

    /// <summary>For texts of an automaton with so many code points; for most, int.MaxValue is no bound.</summary>
    public LengthReach(StringAutomaton automaton, int least, int most)
    {
        (_least, _most) = (least, most);
        var longest = (int)Longest(automaton, least, most);
        _ends = [.. Enumerable.Range(0, automaton.Count).Select(_ => new BitArray(longest + 1))];
        for (var length = 0; length <= longest; length++)
        {
            for (var state = 0; state < automaton.Count; state++)
            {
                _ends[state][length] = length == 0 ? automaton.Label(state) != StringAutomaton.Rejected : LeadsTo(automaton, state, length - 1);
            }
        }
    }

    /// <summary>Cells that have to be looked at to find it out.</summary>
    public static long Work(StringAutomaton automaton, int least, int most) =>
        Longest(automaton, least, most) * automaton.Count * automaton.Classes.Count;

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

    /// <summary>Without a bound, what can be reached at all is reached within as many more as there are states.</summary>
    private static long Longest(StringAutomaton automaton, int least, int most) => most < int.MaxValue ? most : (long)least + automaton.Count;

    private bool LeadsTo(StringAutomaton automaton, int state, int length)
    {
        for (var characterClass = 0; characterClass < automaton.Classes.Count; characterClass++)
        {
            if (automaton.Next(state, characterClass) is var next and not StringAutomaton.Dead && _ends[next][length])
            {
                return true;
            }
        }

        return false;
    }
}
