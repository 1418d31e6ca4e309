namespace Rill.Text.Grammar.Strings;

/// <summary>Which groups of characters may follow in a state of an automaton in any order, as many as a token has.</summary>
internal static class GroupReach
{
    // Where more states are reached than are looked at, nothing is said.
    private const int MostStates = 1_000;

    /// <summary>The bits of such groups: texts of them lead on. There may be more; none where those that are wanted are not among them.</summary>
    public static uint From(StringAutomaton automaton, int state, uint wanted = 0)
    {
        var kept = Taken(automaton, state);
        for (var before = 0u; kept != before && (kept & wanted) == wanted;)
        {
            before = kept;
            kept = Closed(automaton, state, kept);
        }

        return (kept & wanted) == wanted ? kept : 0;
    }

    /// <summary>Those of some groups that lead on from each state to which they lead.</summary>
    private static uint Closed(StringAutomaton automaton, int state, uint groups)
    {
        var (seen, now, kept) = (new HashSet<int> { state }, new List<int> { state }, groups);
        for (var length = 1; length < CharacterGroups.LongestToken && now.Count > 0; length++)
        {
            var next = new List<int>();
            foreach (var from in now)
            {
                AddTargets(automaton, from, groups, seen, next);
            }

            if (seen.Count > MostStates)
            {
                return 0;
            }

            foreach (var reached in next)
            {
                kept &= Taken(automaton, reached);
            }

            now = next;
        }

        return kept;
    }

    private static void AddTargets(StringAutomaton automaton, int from, uint groups, HashSet<int> seen, List<int> targets)
    {
        foreach (var (group, classes) in automaton.Classes.Groups.Index())
        {
            foreach (var characterClass in (groups >> group & 1) != 0 ? classes : [])
            {
                if (automaton.Next(from, characterClass) is var to and not StringAutomaton.Dead && seen.Add(to))
                {
                    targets.Add(to);
                }
            }
        }
    }

    /// <summary>The groups of which each character leads on.</summary>
    private static uint Taken(StringAutomaton automaton, int state)
    {
        var taken = 0u;
        foreach (var (group, classes) in automaton.Classes.Groups.Index())
        {
            var leads = true;
            foreach (var characterClass in classes)
            {
                leads &= automaton.Next(state, characterClass) != StringAutomaton.Dead;
            }

            taken |= leads ? 1u << group : 0;
        }

        return taken;
    }
}
