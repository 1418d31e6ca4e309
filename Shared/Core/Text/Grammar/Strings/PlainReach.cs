namespace Rill.Text.Grammar.Strings;

/// <summary>
/// From each state of an automaton, how many characters may follow, whichever they are: of those that a JSON string holds as they are, or
/// of those without Unicode's own line ends, which a dot in a pattern leaves out.
/// </summary>
internal sealed class PlainReach
{
    private readonly Lazy<int[]> _plain;
    private readonly Lazy<int[]> _unescaped;

    /// <summary>For an automaton; computed when it is first asked.</summary>
    public PlainReach(StringAutomaton automaton) =>
        (_plain, _unescaped) = (new(() => Compute(automaton, IsPlain)), new(() => Compute(automaton, IsUnescaped)));

    /// <summary>True for a code point that a string holds as it is, and a dot matches.</summary>
    public static bool IsPlain(int codePoint) => IsUnescaped(codePoint) && codePoint is not (0x2028 or 0x2029);

    /// <summary>True for a code point that a string holds as it is.</summary>
    public static bool IsUnescaped(int codePoint) => codePoint >= ' ' && codePoint is not ('"' or '\\' or (>= 0xD800 and <= 0xDFFF));

    /// <summary>How many plain ones, or int.MaxValue for any number.</summary>
    public int From(int state) => _plain.Value[state];

    /// <summary>True when any number of unescaped ones may follow.</summary>
    public bool IsOpen(int state) => _unescaped.Value[state] == int.MaxValue;

    /// <summary>Goes back from where such a character is the end.</summary>
    private static int[] Compute(StringAutomaton automaton, Predicate<int> isMeant)
    {
        var plain = ClassesOf(automaton.Classes, isMeant);
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

    private static List<int> ClassesOf(CharacterClasses classes, Predicate<int> isMeant)
    {
        var plain = new HashSet<int>();
        for (var interval = 0; interval < classes.Intervals; interval++)
        {
            var (first, characterClass) = classes.Interval(interval);
            var end = interval + 1 < classes.Intervals ? classes.Interval(interval + 1).First : CodePointRanges.Last + 1;
            for (var codePoint = first; codePoint < end && !plain.Contains(characterClass); codePoint++)
            {
                if (isMeant(codePoint))
                {
                    plain.Add(characterClass);
                }
            }
        }

        return [.. plain];
    }
}
