namespace Rill.Text.Grammar.Strings;

/// <summary>
/// From each state of an automaton, how many plain characters may follow, whichever they are: plain is what a JSON string holds as it is,
/// line ends of Unicode left out.
/// </summary>
internal sealed class PlainReach
{
    private readonly Lazy<int[]> _reach;

    /// <summary>For an automaton; computed when it is first asked.</summary>
    public PlainReach(StringAutomaton automaton) => _reach = new(() => Compute(automaton));

    /// <summary>True for a code point that is plain.</summary>
    public static bool IsPlain(int codePoint) => codePoint >= ' ' && codePoint is not ('"' or '\\' or 0x2028 or 0x2029 or (>= 0xD800 and <= 0xDFFF));

    /// <summary>How many, or int.MaxValue for any number.</summary>
    public int From(int state) => _reach.Value[state];

    /// <summary>Goes back from where a plain character is the end.</summary>
    private static int[] Compute(StringAutomaton automaton)
    {
        var plain = PlainClasses(automaton.Classes);
        var (reach, sources, open) = (new int[automaton.Count], new List<int>?[automaton.Count], new Queue<int>());
        Array.Fill(reach, int.MaxValue);
        for (var state = 0; state < automaton.Count; state++)
        {
            foreach (var characterClass in plain)
            {
                var next = automaton.Next(state, characterClass);
                if (next != StringAutomaton.Dead)
                {
                    (sources[next] ??= []).Add(state);
                }
                else if (reach[state] != 0)
                {
                    reach[state] = 0;
                    open.Enqueue(state);
                }
            }
        }

        while (open.TryDequeue(out var state))
        {
            foreach (var source in sources[state] ?? [])
            {
                if (reach[source] == int.MaxValue)
                {
                    reach[source] = reach[state] + 1;
                    open.Enqueue(source);
                }
            }
        }

        return reach;
    }

    private static List<int> PlainClasses(CharacterClasses classes)
    {
        var plain = new HashSet<int>();
        for (var interval = 0; interval < classes.Intervals; interval++)
        {
            var (first, characterClass) = classes.Interval(interval);
            var end = interval + 1 < classes.Intervals ? classes.Interval(interval + 1).First : CodePointRanges.Last + 1;
            for (var codePoint = first; codePoint < end && !plain.Contains(characterClass); codePoint++)
            {
                if (IsPlain(codePoint))
                {
                    plain.Add(characterClass);
                }
            }
        }

        return [.. plain];
    }
}
