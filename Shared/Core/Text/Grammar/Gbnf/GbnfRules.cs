using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Gbnf;

/// <summary>The rules of a grammar, checked: each name is defined, each rule ends, and none begins with itself.</summary>
internal sealed class GbnfRules
{
    // A repetition is spelt out in an automaton; what has more places than this is read by instructions, which count.
    private const int MostPlaces = 2_000;

    private readonly IReadOnlyDictionary<string, RegexNode> _rules;
    private readonly HashSet<string> _ending = [];
    private readonly HashSet<string> _empty = [];
    private readonly Dictionary<string, int> _places = [];

    /// <summary>Checks rules.</summary>
    /// <exception cref="GbnfException">One of them cannot be used.</exception>
    public GbnfRules(IReadOnlyDictionary<string, RegexNode> rules)
    {
        _rules = rules;
        CheckNames();
        Spread(_ending, CanEnd);
        if (rules.Keys.FirstOrDefault(name => !_ending.Contains(name)) is { } endless)
        {
            throw new GbnfException($"the rule '{endless}' never ends: each of its alternatives needs another one");
        }

        Spread(_empty, IsEmpty);
        CheckBeginnings();
    }

    /// <summary>The name of the rule that reads the whole text.</summary>
    public const string Root = "root";

    /// <summary>What a rule says.</summary>
    public RegexNode this[string name] => _rules[name];

    /// <summary>
    /// How many places the automaton of a node has, the rules that it names spelt out; int.MaxValue where it has none, because it
    /// names itself in the end or is too large.
    /// </summary>
    public int Places(RegexNode node) => node switch
    {
        RegexSet => 1,
        GbnfReference reference => PlacesOf(reference.Name),
        RegexRepeat repeat => Bound((long)Places(repeat.Body) * (repeat.Most == int.MaxValue ? repeat.Least + 1 : repeat.Most)),
        _ => Bound(Parts(node).Sum(part => (long)Places(part))),
    };

    /// <summary>The same node with the rules that it names spelt out.</summary>
    public RegexNode SpellOut(RegexNode node) => node switch
    {
        GbnfReference reference => SpellOut(_rules[reference.Name]),
        RegexRepeat repeat => repeat with { Body = SpellOut(repeat.Body) },
        RegexSequence sequence => new RegexSequence([.. sequence.Parts.Select(SpellOut)]),
        RegexChoice choice => new RegexChoice([.. choice.Choices.Select(SpellOut)]),
        _ => node,
    };

    private static int Bound(long places) => places > MostPlaces ? int.MaxValue : (int)places;

    private int PlacesOf(string name)
    {
        if (!_places.TryGetValue(name, out var places))
        {
            _places.Add(name, int.MaxValue);
            _places[name] = places = Places(_rules[name]);
        }

        return places;
    }

    private static IReadOnlyList<RegexNode> Parts(RegexNode node) => node switch
    {
        RegexRepeat repeat => [repeat.Body],
        RegexSequence sequence => sequence.Parts,
        RegexChoice choice => choice.Choices,
        _ => [],
    };

    private static IEnumerable<GbnfReference> References(RegexNode node) =>
        node is GbnfReference reference ? [reference] : Parts(node).SelectMany(References);

    private void CheckNames()
    {
        if (!_rules.ContainsKey(Root))
        {
            throw new GbnfException($"it has no rule '{Root}', which reads the whole text");
        }

        if (_rules.Values.SelectMany(References).FirstOrDefault(reference => !_rules.ContainsKey(reference.Name)) is { } unknown)
        {
            throw new GbnfException($"line {unknown.Line}: the rule '{unknown.Name}' is not defined");
        }
    }

    /// <summary>Adds the names of the rules that a test holds for, which may lean on those that are known already, until no more come.</summary>
    private void Spread(HashSet<string> known, Predicate<RegexNode> test)
    {
        int count;
        do
        {
            count = known.Count;
            known.UnionWith(_rules.Where(rule => !known.Contains(rule.Key) && test(rule.Value)).Select(rule => rule.Key).ToList());
        }
        while (known.Count > count);
    }

    private bool CanEnd(RegexNode node) => node switch
    {
        GbnfReference reference => _ending.Contains(reference.Name),
        RegexRepeat repeat => repeat.Least == 0 || CanEnd(repeat.Body),
        RegexChoice choice => choice.Choices.Any(CanEnd),
        _ => Parts(node).All(CanEnd),
    };

    private bool IsEmpty(RegexNode node) => node switch
    {
        RegexSet => false,
        GbnfReference reference => _empty.Contains(reference.Name),
        RegexRepeat repeat => repeat.Least == 0 || IsEmpty(repeat.Body),
        RegexChoice choice => choice.Choices.Any(IsEmpty),
        _ => Parts(node).All(IsEmpty),
    };

    /// <summary>The rules that a node may name before it has read anything.</summary>
    private IEnumerable<string> Beginnings(RegexNode node)
    {
        if (node is GbnfReference reference)
        {
            yield return reference.Name;
        }

        foreach (var part in Parts(node))
        {
            foreach (var name in Beginnings(part))
            {
                yield return name;
            }

            if (node is RegexSequence && !IsEmpty(part))
            {
                yield break;
            }
        }
    }

    private void CheckBeginnings()
    {
        var beginnings = _rules.ToDictionary(rule => rule.Key, rule => Beginnings(rule.Value).Distinct().ToList());
        foreach (var name in _rules.Keys)
        {
            var (open, seen) = (new Stack<string>(beginnings[name]), new HashSet<string>());
            while (open.TryPop(out var next))
            {
                if (next == name)
                {
                    throw new GbnfException($"the rule '{name}' begins with itself (left recursion): write it as a repetition");
                }

                if (seen.Add(next))
                {
                    beginnings[next].ForEach(open.Push);
                }
            }
        }
    }
}
