using Rill.Text.Grammar.Machines;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Strings;

/// <summary>
/// A deterministic automaton over code points. State 0 is the start; every state can still reach an accepting one. What it accepts bears a
/// label: 0 where nothing is told apart.
/// </summary>
internal sealed class StringAutomaton
{
    /// <summary>Where there is no way on.</summary>
    public const int Dead = -1;

    /// <summary>The label of a text that is not accepted.</summary>
    public const int Rejected = -1;

    private readonly int[] _next;
    private readonly int[] _labels;
    private PlainReach? _plain;
    private bool? _isTotal;

    /// <param name="classes">The classes of code points.</param>
    /// <param name="next">For each state and class the next state or <see cref="Dead"/>.</param>
    /// <param name="labels">For each state its label or <see cref="Rejected"/>.</param>
    public StringAutomaton(CharacterClasses classes, int[] next, int[] labels)
        => (Classes, _next, _labels) = (classes, next, labels);

    /// <summary>Accepts every text.</summary>
    public static StringAutomaton Any { get; } = new(CharacterClasses.One, [0], [0]) { IsShared = true };

    /// <summary>True for one that all grammars have in common: what is kept for it is kept for all of them, and it is never dropped.</summary>
    public bool IsShared { get; private init; }

    /// <summary>The same automaton, as one that all grammars have in common.</summary>
    public StringAutomaton Shared() => new(Classes, _next, _labels) { IsShared = true };

    /// <summary>The classes of code points.</summary>
    public CharacterClasses Classes { get; }

    /// <summary>Number of states; none when nothing is accepted.</summary>
    public int Count => _labels.Length;

    /// <summary>True when it accepts nothing.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>How many plain characters may follow in each state; found out once for all strings that have this automaton.</summary>
    public PlainReach Plain => _plain ??= new(this);

    /// <summary>True when every text can go on to one that is accepted, so that nothing is ever refused but an end.</summary>
    public bool IsTotal => _isTotal ??= !IsEmpty && !_next.AsSpan().Contains(Dead);

    /// <summary>The state after a code point, or <see cref="Dead"/>.</summary>
    public int Step(int state, int codePoint) => Next(state, Classes.ClassOf(codePoint));

    /// <summary>The state after a code point of a class, or <see cref="Dead"/>.</summary>
    public int Next(int state, int characterClass) => state == Dead ? Dead : _next[(state * Classes.Count) + characterClass];

    /// <summary>The bytes between two characters that lead from a state where one of them leads, or begin characters of one class as it does.</summary>
    public ByteSet Alike(int state, byte one)
    {
        if (one >= ClassesOfBytes.FirstOther)
        {
            return Classes.Bytes.Alike(one);
        }

        var (target, alike) = (Step(state, one), default(ByteSet));
        foreach (var (characterClass, members) in Classes.Bytes.Ascii)
        {
            alike |= Next(state, characterClass) == target ? members : default;
        }

        return alike;
    }

    /// <summary>The label of the texts that end in a state.</summary>
    public int Label(int state) => state == Dead ? Rejected : _labels[state];

    /// <summary>The label of a text.</summary>
    public int LabelOf(string text)
    {
        var state = IsEmpty ? Dead : 0;
        for (var at = 0; at < text.Length && state != Dead;)
        {
            state = Step(state, CodePoint.Read(text, at, out var length));
            at += length;
        }

        return Label(state);
    }

    /// <summary>True when a code point of the range, both ends included, leads on from a state, to one that passes the test if there is one.</summary>
    public bool LeadsOn(int state, int first, int last, Predicate<int>? test = null)
    {
        for (var at = Classes.IntervalOf(first); at < Classes.Intervals; at++)
        {
            var (start, characterClass) = Classes.Interval(at);
            if (start > last)
            {
                return false;
            }

            if (Next(state, characterClass) is var next and not Dead && (test is null || test(next)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The same automaton with other labels; those that become <see cref="Rejected"/> are no longer accepted.</summary>
    public StringAutomaton Relabel(Func<int, int> label) =>
        Trim(Classes, _next, [.. _labels.Select(old => old == Rejected ? Rejected : label(old))]);

    /// <summary>Drops the states from which nothing is accepted.</summary>
    public static StringAutomaton Trim(CharacterClasses classes, int[] next, int[] labels)
    {
        var alive = Alive(classes.Count, next, labels);
        if (labels.Length == 0 || !alive[0])
        {
            return new(classes, [], []);
        }

        var numbers = new int[labels.Length];
        var count = 0;
        for (var state = 0; state < labels.Length; state++)
        {
            numbers[state] = alive[state] ? count++ : Dead;
        }

        var (table, kept) = (new int[count * classes.Count], new int[count]);
        for (var state = 0; state < labels.Length; state++)
        {
            if (!alive[state])
            {
                continue;
            }

            kept[numbers[state]] = labels[state];
            for (var index = 0; index < classes.Count; index++)
            {
                var target = next[(state * classes.Count) + index];
                table[(numbers[state] * classes.Count) + index] = target == Dead ? Dead : numbers[target];
            }
        }

        return new(classes, table, kept);
    }

    private static bool[] Alive(int classes, int[] next, int[] labels)
    {
        var sources = new List<int>[labels.Length];
        for (var cell = 0; cell < next.Length; cell++)
        {
            if (next[cell] != Dead)
            {
                (sources[next[cell]] ??= []).Add(cell / classes);
            }
        }

        var alive = new bool[labels.Length];
        var open = new Stack<int>(Enumerable.Range(0, labels.Length).Where(state => labels[state] != Rejected));
        while (open.TryPop(out var state))
        {
            if (alive[state])
            {
                continue;
            }

            alive[state] = true;
            foreach (var source in sources[state] ?? [])
            {
                open.Push(source);
            }
        }

        return alive;
    }
}
