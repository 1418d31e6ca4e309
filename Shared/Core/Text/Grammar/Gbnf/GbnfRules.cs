using System.Runtime.CompilerServices;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Gbnf;

/// <summary>The rules of a grammar, checked: each name is defined, each rule ends, and none begins with itself.</summary>
internal sealed class GbnfRules
{
    // A repetition is spelt out in an automaton; what has more places than this is read by instructions, which count.
    private const int MostPlaces = 2_000;

    // Spelt out, rules lie in one another: what goes through them recurs.
    private const int MostHeight = 200;

    private readonly IReadOnlyDictionary<string, RegexNode> _rules;
    private readonly HashSet<string> _ending = [];
    private readonly HashSet<string> _empty = [];
    private readonly ILookup<string, string> _users;    // by rule: those that name it
    private readonly Dictionary<string, (int Places, int Height)> _sizes = [];

    /// <summary>Checks rules.</summary>
    /// <exception cref="GbnfException">One of them cannot be used.</exception>
    public GbnfRules(IReadOnlyDictionary<string, RegexNode> rules)
    {
        _rules = rules;
        CheckNames();
        _users = rules.SelectMany(rule => References(rule.Value).Select(reference => reference.Name).Distinct().Select(name => (name, User: rule.Key)))
            .ToLookup(pair => pair.name, pair => pair.User);
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
    /// True where a node can be an automaton, with the rules that it names spelt out; false because it names itself in the end or is too
    /// large.
    /// </summary>
    public bool IsRegular(RegexNode node) => Size(node).Places != int.MaxValue;

    /// <summary>The same node with the rules that it names spelt out.</summary>
    public RegexNode SpellOut(RegexNode node) => node switch
    {
        GbnfReference reference => SpellOut(_rules[reference.Name]),
        RegexRepeat repeat => repeat with { Body = SpellOut(repeat.Body) },
        RegexSequence sequence => new RegexSequence([.. sequence.Parts.Select(SpellOut)]),
        RegexChoice choice => new RegexChoice([.. choice.Choices.Select(SpellOut)]),
        _ => node,
    };

    /// <summary>Places of a node's automaton, int.MaxValue for none, and how many nodes lie in one another.</summary>
    private (int Places, int Height) Size(RegexNode node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (node is RegexSet)
        {
            return (1, 1);
        }

        var (places, height) = (0L, 0);
        foreach (var part in node is GbnfReference reference ? [SizeOf(reference.Name)] : Parts(node).Select(Size))
        {
            (places, height) = (places + part.Places, Math.Max(height, part.Height));
        }

        places *= node is RegexRepeat repeat ? repeat.Most == int.MaxValue ? repeat.Least + 1 : repeat.Most : 1;
        return places > MostPlaces || height >= MostHeight ? (int.MaxValue, height) : ((int)places, height + 1);
    }

    private (int Places, int Height) SizeOf(string name)
    {
        if (!_sizes.TryGetValue(name, out var size))
        {
            _sizes.Add(name, (int.MaxValue, 0));
            _sizes[name] = size = Size(_rules[name]);
        }

        return size;
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

    /// <summary>
    /// Adds the names of the rules that a test holds for, which may lean on those that are known already: a rule is asked again when one that
    /// it names becomes known.
    /// </summary>
    private void Spread(HashSet<string> known, Predicate<RegexNode> test)
    {
        var open = new Queue<string>(_rules.Keys);
        while (open.TryDequeue(out var name))
        {
            if (!known.Contains(name) && test(_rules[name]))
            {
                known.Add(name);
                _users[name].Where(user => !known.Contains(user)).ToList().ForEach(open.Enqueue);
            }
        }
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
