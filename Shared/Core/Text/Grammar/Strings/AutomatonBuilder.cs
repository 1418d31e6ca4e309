using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Strings;

/// <summary>Makes automata, within one budget of states and cells.</summary>
internal sealed class AutomatonBuilder(GrammarLimits limits)
{
    // What a cell costs where several automata run side by side, and what looking at lengths costs.
    private const int PartsOfACell = 4;
    private const int LengthsOfACell = 16;

    private static readonly ConcurrentDictionary<string, StringAutomaton> s_formats = [];

    private readonly Dictionary<string, StringAutomaton> _patterns = [];
    private int _cells;

    /// <summary>The texts in which a regular expression matches somewhere, or their complement's source.</summary>
    /// <exception cref="PatternSyntaxException">It is not understood, or is too large.</exception>
    public StringAutomaton Pattern(string source)
    {
        if (!_patterns.TryGetValue(source, out var automaton))
        {
            _patterns.Add(source, automaton = new PatternDeterminizer(RegexParser.Parse(source), limits.States, Spend).Build());
        }

        return automaton;
    }

    /// <summary>The texts that an expression matches as a whole.</summary>
    /// <exception cref="PatternSyntaxException">It is too large.</exception>
    public StringAutomaton Whole(RegexNode node) =>
        new PatternDeterminizer(new RegexSequence([new RegexAnchor(true), node, new RegexAnchor(false)]), limits.States, Spend).Build();

    /// <summary>The texts of a format, given as its expression: those are few, so they are made once for all.</summary>
    public static StringAutomaton Format(string source) => s_formats.GetOrAdd(
        source, static source => new PatternDeterminizer(RegexParser.Parse(source), int.MaxValue, _ => { }).Build().Shared());

    /// <summary>The texts of a list; the label of each is its index.</summary>
    public StringAutomaton Texts(IReadOnlyList<string> texts)
    {
        var (classes, next, labels) = Tree(texts);
        return StringAutomaton.Trim(classes, [.. next], [.. labels]);
    }

    private (CharacterClasses Classes, List<int> Next, List<int> Labels) Tree(IReadOnlyList<string> texts)
    {
        var classes = CharacterClasses.OfLetters(LettersOf(texts));
        var (next, labels) = (new List<int>(), new List<int>());
        NewState(classes.Count, next, labels);
        for (var index = 0; index < texts.Count; index++)
        {
            var state = 0;
            foreach (var rune in texts[index].EnumerateRunes())
            {
                var cell = (state * classes.Count) + classes.ClassOf(rune.Value);
                if (next[cell] == StringAutomaton.Dead)
                {
                    next[cell] = labels.Count;
                    NewState(classes.Count, next, labels);
                }

                state = next[cell];
            }

            labels[state] = index;
        }

        return (classes, next, labels);
    }

    /// <summary>The characters of texts, ascending, each once.</summary>
    private static List<int> LettersOf(IReadOnlyList<string> texts)
    {
        var (ascii, others) = (UInt128.Zero, (SortedSet<int>?)null);    // names are mostly ASCII
        foreach (var text in texts)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                if (rune.IsAscii)
                {
                    ascii |= UInt128.One << rune.Value;
                }
                else
                {
                    (others ??= []).Add(rune.Value);
                }
            }
        }

        var letters = new List<int>((int)UInt128.PopCount(ascii) + (others?.Count ?? 0));
        for (; ascii != 0; ascii &= ascii - 1)
        {
            letters.Add((int)UInt128.TrailingZeroCount(ascii));
        }

        letters.AddRange(others ?? []);
        return letters;
    }

    /// <summary>All texts but those of a list.</summary>
    public StringAutomaton AllBut(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return StringAutomaton.Any;
        }

        var (classes, next, labels) = Tree(texts);
        var others = labels.Count;
        NewState(classes.Count, next, labels);
        CollectionsMarshal.AsSpan(next).Replace(StringAutomaton.Dead, others);
        foreach (ref var label in CollectionsMarshal.AsSpan(labels))
        {
            label = label == StringAutomaton.Rejected ? 0 : StringAutomaton.Rejected;
        }

        return new(classes, [.. next], [.. labels]);
    }

    /// <summary>The texts with so many code points.</summary>
    public StringAutomaton Lengths(int least, int most)
    {
        var count = (most == int.MaxValue ? least : most) + 1;
        CheckStates(count);
        var next = Enumerable.Range(1, count).Select(state => state < count ? state : most == int.MaxValue ? count - 1 : StringAutomaton.Dead);
        var labels = Enumerable.Range(0, count).Select(state => state >= least ? 0 : StringAutomaton.Rejected);
        return StringAutomaton.Trim(CharacterClasses.One, [.. next], [.. labels]);
    }

    /// <summary>With how many more code points the texts of an automaton may end that have so many.</summary>
    public LengthReach Reach(StringAutomaton automaton, int least, int most)
    {
        var work = LengthReach.Work(automaton, least, most) / LengthsOfACell;
        Spend((int)Math.Min(work, limits.Cells + 1L));
        return new(automaton, least, most);
    }

    /// <summary>Runs automata side by side; the label of a text is made of what each of them says to it.</summary>
    public StringAutomaton Combine(IReadOnlyList<StringAutomaton> parts, Func<int[], int> label)
    {
        var classes = CharacterClasses.Combine([.. parts.Select(part => part.Classes)], out var partClasses);
        var (states, next, labels) = (new NumberedTuples(), new List<int>(), new List<int>());
        var (target, said) = (new int[parts.Count], new int[parts.Count]);
        for (var part = 0; part < parts.Count; part++)
        {
            target[part] = parts[part].IsEmpty ? StringAutomaton.Dead : 0;
        }

        Number();
        for (var state = 0; state < states.Count; state++)
        {
            Spend(classes.Count * (1 + (target.Length / PartsOfACell)));
            var tuple = states[state];
            foreach (var partClass in partClasses)
            {
                for (var part = 0; part < target.Length; part++)
                {
                    target[part] = parts[part].Next(tuple[part], partClass[part]);
                }

                next.Add(Number());
            }
        }

        return StringAutomaton.Trim(classes, [.. next], [.. labels]);

        int Number()
        {
            var number = states.NumberOf(target, out var isNew);
            if (isNew)
            {
                CheckStates(states.Count);
                for (var part = 0; part < target.Length; part++)
                {
                    said[part] = parts[part].Label(target[part]);
                }

                labels.Add(label(said));
            }

            return number;
        }
    }

    /// <summary>Makes the automaton whose states are what a step makes of them, beginning with one.</summary>
    /// <param name="classes">The classes of code points.</param>
    /// <param name="start">The first state.</param>
    /// <param name="step">The state after a code point, the first of its class; null where there is no way on.</param>
    /// <param name="accepts">Whether a text may end in a state.</param>
    public StringAutomaton Explore<TState>(CharacterClasses classes, TState start, Func<TState, int, TState?> step, Predicate<TState> accepts)
        where TState : struct
    {
        var firsts = new int[classes.Count];
        for (var interval = classes.Intervals - 1; interval >= 0; interval--)
        {
            firsts[classes.Interval(interval).Class] = classes.Interval(interval).First;
        }

        var (numbers, states, next) = (new Dictionary<TState, int> { [start] = 0 }, new List<TState> { start }, new List<int>());
        for (var state = 0; state < states.Count; state++)
        {
            Spend(classes.Count);
            foreach (var first in firsts)
            {
                next.Add(step(states[state], first) is { } target ? Number(target) : StringAutomaton.Dead);
            }
        }

        return StringAutomaton.Trim(classes, [.. next], [.. states.Select(state => accepts(state) ? 0 : StringAutomaton.Rejected)]);

        int Number(TState state)
        {
            if (!numbers.TryGetValue(state, out var number))
            {
                numbers.Add(state, number = states.Count);
                states.Add(state);
                CheckStates(states.Count);
            }

            return number;
        }
    }

    private void CheckStates(int count)
    {
        if (count > limits.States)
        {
            throw TooLarge();
        }
    }

    private void Spend(int cells)
    {
        _cells += cells;
        if (_cells > limits.Cells)
        {
            throw TooLarge();
        }
    }

    private static PatternSyntaxException TooLarge() => new("its automaton has too many states");

    private void NewState(int classes, List<int> next, List<int> labels)
    {
        Spend(classes);
        var first = next.Count;
        CollectionsMarshal.SetCount(next, first + classes);
        CollectionsMarshal.AsSpan(next)[first..].Fill(StringAutomaton.Dead);
        labels.Add(StringAutomaton.Rejected);
    }
}
