using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Strings;

/// <summary>Makes the automaton of the texts in which a regular expression matches somewhere.</summary>
internal sealed class PatternDeterminizer
{
    private const int MostPlaces = 50_000;

    // One cell costs more where a state has many places.
    private const int PlacesOfACell = 8;

    private readonly int _mostStates;
    private readonly Action<int> _spend;
    private readonly List<Place> _places = [];
    private readonly List<CodePointRanges> _sets = [CodePointRanges.All];
    private readonly int _match;
    private readonly int _start;
    private readonly int[] _visited;
    private readonly Stack<int> _open = [];
    private readonly List<int> _kept = [];
    private readonly List<int> _reached = [];
    private int _visit;
    private int _compiled;

    /// <param name="node">The expression.</param>
    /// <param name="mostStates">Most states of the automaton.</param>
    /// <param name="spend">Told of each row of cells; throws when there were too many.</param>
    public PatternDeterminizer(RegexNode node, int mostStates, Action<int> spend)
    {
        (_mostStates, _spend) = (mostStates, spend);
        _match = Add(new(PlaceKind.Match));
        var body = Compile(node, _match);
        _start = Add(new(PlaceKind.Split) { Next = body });
        _places[_start] = _places[_start] with { Other = Add(new(PlaceKind.Set) { Set = 0, Next = _start }) };
        _visited = new int[_places.Count];
    }

    private enum PlaceKind
    {
        Set,
        Split,
        Start,
        End,
        Match,
    }

    /// <summary>Builds it.</summary>
    public StringAutomaton Build()
    {
        var classes = CharacterClasses.Of(_sets);
        var inSet = _sets.Select(set => Members(classes, set)).ToArray();
        var (states, next, labels) = (new NumberedTuples(), new List<int>(), new List<int>());

        // The start alone may begin a text, so it stays apart: with a number in it that is no place.
        states.NumberOf([int.MaxValue], out _);
        var start = Close([_start], atStart: true);
        labels.Add(Label(start, atStart: true));
        for (var state = 0; state < states.Count; state++)
        {
            var members = state == 0 ? start : states[state];
            _spend(classes.Count * (1 + (members.Length / PlacesOfACell)));
            for (var index = 0; index < classes.Count; index++)
            {
                next.Add(Step(members, index));
            }
        }

        return StringAutomaton.Trim(classes, [.. next], [.. labels]);

        int Step(int[] members, int characterClass)
        {
            _reached.Clear();
            foreach (var member in members)
            {
                var place = _places[member];
                if (place.Kind == PlaceKind.Match || (place.Kind == PlaceKind.Set && inSet[place.Set][characterClass]))
                {
                    _reached.Add(place.Kind == PlaceKind.Match ? member : place.Next);
                }
            }

            var places = Close(_reached, atStart: false);
            if (places.Length == 0)
            {
                return StringAutomaton.Dead;
            }

            var number = states.NumberOf(places, out var isNew);
            if (isNew)
            {
                labels.Add(Label(places, atStart: false));
                if (states.Count > _mostStates)
                {
                    throw new PatternSyntaxException("its automaton has too many states");
                }
            }

            return number;
        }

        int Label(int[] places, bool atStart) => MatchesAtEnd(places, atStart) ? 0 : StringAutomaton.Rejected;
    }

    private static bool[] Members(CharacterClasses classes, CodePointRanges set)
    {
        var members = new bool[classes.Count];
        foreach (var member in classes.Of(set))
        {
            members[member] = true;
        }

        return members;
    }

    /// <summary>The places from which text goes on, without reading any: those of sets, ends and the match, which then stands for all.</summary>
    private int[] Close(IReadOnlyList<int> places, bool atStart)
    {
        var (open, kept, visit) = (_open, _kept, ++_visit);
        kept.Clear();
        open.Clear();
        foreach (var place in places)
        {
            open.Push(place);
        }

        while (open.TryPop(out var index))
        {
            if (_visited[index] == visit)
            {
                continue;
            }

            _visited[index] = visit;

            var place = _places[index];
            switch (place.Kind)
            {
                case PlaceKind.Match:
                    return [index];
                case PlaceKind.Set:
                case PlaceKind.End:
                    kept.Add(index);
                    break;
                case PlaceKind.Start when atStart:
                    open.Push(place.Next);
                    break;
                case PlaceKind.Split:
                    open.Push(place.Next);
                    open.Push(place.Other);
                    break;
            }
        }

        kept.Sort();
        return [.. kept];
    }

    private bool MatchesAtEnd(int[] places, bool atStart)
    {
        var (open, seen) = (new Stack<int>(places), new HashSet<int>());
        while (open.TryPop(out var index))
        {
            if (!seen.Add(index))
            {
                continue;
            }

            var place = _places[index];
            switch (place.Kind)
            {
                case PlaceKind.Match:
                    return true;
                case PlaceKind.End:
                case PlaceKind.Start when atStart:
                    open.Push(place.Next);
                    break;
                case PlaceKind.Split:
                    open.Push(place.Next);
                    open.Push(place.Other);
                    break;
            }
        }

        return false;
    }

    /// <summary>Adds the places of a node that goes on at another; returns the first.</summary>
    private int Compile(RegexNode node, int next)
    {
        if (++_compiled > MostPlaces)
        {
            throw TooMany();
        }

        return CompileKind(node, next);
    }

    private int CompileKind(RegexNode node, int next) => node switch
    {
        RegexSet set => Add(new(PlaceKind.Set) { Set = SetIndex(set.Set), Next = next }),
        RegexAnchor anchor => Add(new(anchor.IsStart ? PlaceKind.Start : PlaceKind.End) { Next = next }),
        RegexSequence sequence => sequence.Parts.Reverse().Aggregate(next, (after, part) => Compile(part, after)),
        RegexChoice choice => choice.Choices.Select(one => Compile(one, next)).ToArray()
            .Aggregate((first, second) => Add(new(PlaceKind.Split) { Next = first, Other = second })),
        RegexRepeat repeat => CompileRepeat(repeat, next),
        _ => throw new InvalidOperationException("A kind of node has no places."),
    };

    private int CompileRepeat(RegexRepeat repeat, int next)
    {
        var after = next;
        if (repeat.Most == int.MaxValue)
        {
            after = Add(new(PlaceKind.Split) { Next = next });
            _places[after] = _places[after] with { Other = Compile(repeat.Body, after) };
        }
        else
        {
            for (var count = repeat.Least; count < repeat.Most; count++)
            {
                after = Add(new(PlaceKind.Split) { Next = next, Other = Compile(repeat.Body, after) });
            }
        }

        for (var count = 0; count < repeat.Least; count++)
        {
            after = Compile(repeat.Body, after);
        }

        return after;
    }

    private int SetIndex(CodePointRanges set)
    {
        var index = _sets.FindIndex(known => known.Ranges.SequenceEqual(set.Ranges));
        if (index < 0)
        {
            index = _sets.Count;
            _sets.Add(set);
        }

        return index;
    }

    private int Add(Place place)
    {
        if (_places.Count == MostPlaces)
        {
            throw TooMany();
        }

        _places.Add(place);
        return _places.Count - 1;
    }

    private static PatternSyntaxException TooMany() => new("its repetitions are too many");

    private readonly record struct Place(PlaceKind Kind)
    {
        public int Set { get; init; }

        public int Next { get; init; }

        public int Other { get; init; }
    }
}
