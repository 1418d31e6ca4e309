using System.Text.Json;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Schema;

/// <summary>Turns claims into the ways in which all of them hold, each as facets.</summary>
internal sealed class SchemaExpander
{
    private readonly SchemaDocument _document;
    private readonly KeywordReader _read;
    private readonly PlainSchemas _plain;
    private readonly SchemaEvaluator _evaluator;
    private readonly SchemaNegation _negation;
    private readonly GrammarBudget _budget;
    private readonly Dictionary<(int, int), bool> _disjoint = [];
    private bool _isComparing;

    /// <summary>For the schemas of a document.</summary>
    public SchemaExpander(SchemaDocument document, GrammarBudget budget)
    {
        (_document, _budget) = (document, budget);
        _read = new(document, budget.Automata);
        _plain = new(_read);
        _evaluator = new(document, _read);
        _negation = new(document, _read);
    }

    /// <summary>Whether values obey schemas.</summary>
    public SchemaEvaluator Evaluator => _evaluator;

    /// <summary>The ways; none when the claims cannot hold together.</summary>
    /// <exception cref="SchemaException">A schema is broken, or needs what is not supported.</exception>
    public IReadOnlyList<Facets> Expand(IReadOnlyList<Claim> claims)
    {
        _budget.Work++;
        if (claims is [{ Holds: true } only] && _plain.Find(only.Node) is { } plain)
        {
            Count(claims, _budget.Work);
            return plain.Kinds == JsonKinds.None || plain.Values is { Count: 0 } ? [] : [plain];
        }

        if (_evaluator.FindValues(claims) is { } values)
        {
            var kept = values.Where(value => claims.All(claim => _evaluator.Holds(claim, value))).ToList();
            return kept.Count > 0 ? [new Facets { Values = kept }] : [];
        }

        var ways = new List<Facets>();
        var first = _budget.Work;
        var open = new Stack<Branch>([new Branch(claims)]);
        while (open.TryPop(out var branch))
        {
            Count(claims, first);
            while (!branch.IsImpossible && branch.TryTake(out var claim))
            {
                Apply(branch, claim);
            }

            if (branch.IsImpossible)
            {
                continue;
            }

            if (branch.Split() is { } branches)
            {
                foreach (var next in branches.Reverse())
                {
                    open.Push(next);
                }
            }
            else if (Settle(branch) is { } facets)
            {
                ways.Add(facets);
            }
        }

        return ways;
    }

    /// <summary>Counts one more alternative of some claims.</summary>
    /// <exception cref="SchemaException">They are too many, of these claims or in all.</exception>
    private void Count(IReadOnlyList<Claim> claims, int first)
    {
        if (++_budget.Work - first > _budget.Limits.AlternativesOfOne || _budget.Work > _budget.Limits.Work)
        {
            throw SchemaException.Unsupported(claims[0].Node.Pointer, "anyOf", "and its like multiply to too many alternatives here");
        }
    }

    /// <summary>A branch's facets, its values held against all claims; null when none is left.</summary>
    private Facets? Settle(Branch branch)
    {
        var facets = branch.Facets;
        if (facets.Values is { } values)
        {
            var kept = values.Where(value => branch.Seen.All(claim => _evaluator.Holds(claim, value))
                && (facets.Kinds & SchemaEvaluator.KindOf(value)) != 0).ToList();
            return kept.Count > 0 ? facets with { Values = kept } : null;
        }

        return facets.Unknown.FirstOrDefault(unknown => (unknown.Kinds & facets.Kinds) != 0) is { Fault: { } fault } ? throw fault : facets;
    }

    private void Apply(Branch branch, Claim claim)
    {
        if (!claim.Holds)
        {
            _negation.Apply(branch, claim.Node);
            return;
        }

        var node = claim.Node;
        if (node.Value.ValueKind != JsonValueKind.Object)
        {
            branch.Allow(node.Value.ValueKind == JsonValueKind.True ? JsonKinds.All : JsonKinds.None);
            return;
        }

        KeywordReader.CheckSupported(node);
        if (node.TryGet("$ref", out var reference))
        {
            branch.Add(new(_document.Resolve(node, reference), Holds: true));
        }

        ApplyKinds(branch, node);
        ApplyIf(KeywordGroups.Number | KeywordGroups.String, ApplyScalars);
        ApplyIf(KeywordGroups.Array, ApplyArray);
        ApplyIf(KeywordGroups.Object, ApplyObject);
        ApplyIf(KeywordGroups.Combined, ApplyCombinators);

        void ApplyIf(KeywordGroups groups, Action<Branch, SchemaNode> apply)
        {
            if (node.Has(groups))
            {
                apply(branch, node);
            }
        }
    }

    private static void ApplyKinds(Branch branch, SchemaNode node)
    {
        if (KeywordReader.Types(node) is var (kinds, isWhole))
        {
            branch.Allow(kinds);
            branch.Facets = isWhole ? branch.Facets with { Number = branch.Facets.Number with { IsWhole = true } } : branch.Facets;
        }

        if (KeywordReader.Values(node) is { } values)
        {
            branch.Allow(values);
        }
    }

    private void ApplyScalars(Branch branch, SchemaNode node)
    {
        var number = KeywordReader.Bounds(node).Aggregate(branch.Facets.Number, (facets, bound) => facets.With(bound));
        if (KeywordReader.Unit(node) is { } unit)
        {
            number = number with { Multiples = [.. number.Multiples, (unit, false)] };
        }

        var text = branch.Facets.String;
        text = text with
        {
            MinLength = Math.Max(text.MinLength, KeywordReader.Count(node, "minLength") ?? 0),
            MaxLength = Math.Min(text.MaxLength, KeywordReader.Count(node, "maxLength") ?? int.MaxValue),
            Patterns = [.. text.Patterns, .. _read.Patterns(node).Select(pattern => (pattern, false))],
        };
        branch.Facets = branch.Facets with { Number = number, String = text };
    }

    private void ApplyArray(Branch branch, SchemaNode node)
    {
        var array = _plain.With(branch.Facets.Array, node) with
        {
            Unique = node.TryGet("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True ? node : branch.Facets.Array.Unique,
        };
        if (_read.Part(node, "contains") is { } contained)
        {
            var least = KeywordReader.Count(node, "minContains") ?? 1;
            if (least > 1 || KeywordReader.Count(node, "maxContains") is not null)
            {
                throw node.Unsupported(least > 1 ? "minContains" : "maxContains");
            }

            array = least == 1 ? array with { Contains = [.. array.Contains, contained] } : array;
        }

        branch.Facets = branch.Facets with { Array = array };
    }

    private void ApplyObject(Branch branch, SchemaNode node)
    {
        var members = branch.Facets.Object;
        members = members with
        {
            MinProperties = Math.Max(members.MinProperties, KeywordReader.Count(node, "minProperties") ?? 0),
            MaxProperties = Math.Min(members.MaxProperties, KeywordReader.Count(node, "maxProperties") ?? int.MaxValue),
            Names = _read.Part(node, "propertyNames") is { } names ? [.. members.Names, names] : members.Names,
        };
        branch.Facets = branch.Facets with { Object = _plain.With(members, node) };
        foreach (var (name, needed) in _read.Dependencies(node))
        {
            branch.AddChoice([one => one.Forbid(name, _document.Nothing), one => one.Need(name, needed)]);
        }
    }

    private void ApplyCombinators(Branch branch, SchemaNode node)
    {
        foreach (var claim in (_read.Parts(node, "allOf") ?? []).Reverse())
        {
            branch.Add(claim);
        }

        if (_read.Part(node, "not") is { } not)
        {
            branch.Add(not.Negated);
        }

        if (_read.Parts(node, "anyOf") is { } any)
        {
            branch.AddChoice([.. any.Select(claim => (Action<Branch>)(one => one.Add(claim)))]);
        }

        if (_read.Parts(node, "oneOf") is { } exact)
        {
            branch.AddChoice([.. exact.Select(claim => (Action<Branch>)(one => AddOnly(one, claim, exact)))]);
        }

        if (_read.Part(node, "if") is { } condition)
        {
            var (then, otherwise) = (_read.Part(node, "then"), _read.Part(node, "else"));
            if (then is not null || otherwise is not null)
            {
                branch.AddChoice([one => one.AddAll(condition, then), one => one.AddAll(condition.Negated, otherwise)]);
            }
        }
    }

    /// <summary>One of several schemas holds, and none of the others that could hold beside it.</summary>
    private void AddOnly(Branch branch, Claim only, IReadOnlyList<Claim> all)
    {
        branch.Add(only);
        foreach (var other in all.Where(other => !_isComparing && other != only && !AreDisjoint(only, other)))
        {
            branch.Add(other.Negated);
        }
    }

    /// <summary>
    /// True when it is plain that no value obeys both: in kind, in values, or in a member that both require. Meanwhile oneOf counts as anyOf,
    /// which allows more.
    /// </summary>
    private bool AreDisjoint(Claim one, Claim other)
    {
        var key = (Math.Min(one.Key, other.Key), Math.Max(one.Key, other.Key));
        if (!_disjoint.TryGetValue(key, out var areDisjoint))
        {
            _isComparing = true;
            try
            {
                areDisjoint = IsImpossible([one, other], depth: 2);
            }
            catch (SchemaException fault) when (fault.IsUnsupported && _budget.Work <= _budget.Limits.Work)
            {
                areDisjoint = false;
            }
            finally
            {
                _isComparing = false;
            }

            _disjoint.Add(key, areDisjoint);
        }

        return areDisjoint;
    }

    private bool IsImpossible(IReadOnlyList<Claim> claims, int depth) => Expand(claims).All(facets => facets.Values is null
        && facets.Kinds == JsonKinds.Object && depth > 0
        && facets.Object.Required.Any(name => IsImpossible(
            [.. facets.Object.Members.SelectMany(rules => rules.At(name)), new(_document.Anything, Holds: true)], depth - 1)));
}
