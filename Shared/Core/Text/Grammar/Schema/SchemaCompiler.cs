using System.Runtime.InteropServices;
using System.Text.Json;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Strings;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Schema;

/// <summary>
/// Makes the rules of a schema. A rule stands for a set of claims that one value must obey; equal sets are one rule, so recursion ends.
/// </summary>
internal sealed class SchemaCompiler
{
    private const int MostContained = 4;

    private static readonly Lazy<RuleDraft> s_anything = new(NewAnything);

    private readonly GrammarBudget _budget;
    private readonly AutomataOfFacets _automata;
    private readonly SchemaDocument _document;
    private readonly SchemaExpander _expander;
    private readonly MemberNames _names;
    private readonly Dictionary<int, RuleDraft> _ofOne = [];
    private readonly Dictionary<string, RuleDraft> _ofSeveral = [];
    private readonly List<RuleDraft> _drafts = [];
    private readonly Queue<(RuleDraft Draft, IReadOnlyList<Claim> Claims)> _open = [];
    private bool _hasAnything;
    private bool _makesAnything;

    private SchemaCompiler(JsonElement schema, GrammarBudget budget)
    {
        budget.AddText(JsonMarshal.GetRawUtf8Value(schema).Length);
        JsonText.CheckUnicode(schema);
        _budget = budget;
        _automata = new(budget.Automata);
        _document = new(schema);
        _expander = new(_document, budget);
        _names = new(_expander, _automata, budget.Automata);
    }

    /// <summary>The rule of all values that obey a schema.</summary>
    /// <exception cref="SchemaException">The schema is broken, needs what is not supported or more than the limits, or forbids every value.</exception>
    public static Rule Compile(JsonElement schema, GrammarBudget budget)
    {
        var compiler = new SchemaCompiler(schema, budget);
        var root = compiler.RuleOf([new(compiler._document.Root, Holds: true)]);
        compiler.Finish();
        return root.IsPossible ? root.Rule : throw NothingObeys();
    }

    /// <summary>The members of the objects that obey a schema, where there is one list of them.</summary>
    /// <exception cref="SchemaException">As of <see cref="Compile"/>; also when the objects cannot be told by their members one by one.</exception>
    public static IReadOnlyList<MemberRule> CompileMembers(JsonElement schema, GrammarBudget budget)
    {
        var compiler = new SchemaCompiler(schema, budget);
        var facets = compiler.OnlyObjects();
        var required = facets.Required.ToHashSet();
        var members = compiler.MembersOf(facets, NamesOf(facets));
        compiler.Finish();
        return required.All(name => members.Any(member => member.Name == name && member.Rule.IsPossible))
            ? [.. members.Where(member => member.Rule.IsPossible).Select(member => MemberRule.Of(member.Name, required.Contains(member.Name), member.Rule))]
            : throw NothingObeys();
    }

    private static SchemaException NothingObeys() => new("no value obeys the schema");

    private ObjectFacets OnlyObjects()
    {
        var root = _document.Root;
        var ways = Guarded(root, () => _expander.Expand([new(root, Holds: true)])).Where(way => (way.Kinds & JsonKinds.Object) != 0).ToList();
        return ways switch
        {
            [] => throw NothingObeys(),
            [{ Values: null, Object: { MinProperties: 0, MaxProperties: int.MaxValue, Names.Count: 0 } facets }] => facets,
            _ => throw SchemaException.Unsupported(root.Pointer, "this schema", "has more than a list of members, and this model writes arguments one by one"),
        };
    }

    private static void Guarded(SchemaNode node, Action read) => Guarded(node, () =>
    {
        read();
        return true;
    });

    private static T Guarded<T>(SchemaNode node, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PatternSyntaxException exception)
        {
            throw SchemaException.Unsupported(node.Pointer, "this schema", $"cannot be enforced: {exception.Message}");
        }
    }

    /// <summary>Drafts all rules, finds out which have values, from those inside out, and makes the machines of these.</summary>
    private void Finish()
    {
        while (_open.TryDequeue(out var next))
        {
            Draft(next.Draft, next.Claims);
        }

        for (var found = true; found;)
        {
            found = false;
            for (var at = _drafts.Count - 1; at >= 0; at--)
            {
                if (!_drafts[at].IsPossible && _drafts[at].FindPossible())
                {
                    _drafts[at].IsPossible = found = true;
                }
            }
        }

        for (var at = _drafts.Count - 1; at >= 0; at--)
        {
            if (_drafts[at].IsPossible)
            {
                _drafts[at].Finish();
            }
        }
    }

    private RuleDraft RuleOf(IEnumerable<Claim> claims)
    {
        var kept = claims.Where(claim => !IsTrivial(claim)).DistinctBy(claim => claim.Key).OrderBy(claim => claim.Key).ToList();
        if (kept.Count < 2)
        {
            return kept.Count == 0 ? Anything() : RuleOfOne(kept[0]);
        }

        var key = string.Join(',', kept.Select(claim => claim.Key));
        if (!_ofSeveral.TryGetValue(key, out var draft))
        {
            _ofSeveral.Add(key, draft = NewDraft(kept));
        }

        return draft;
    }

    /// <summary>The rule of one claim, as most members have.</summary>
    private RuleDraft RuleOf(Claim claim) => IsTrivial(claim) ? Anything() : RuleOfOne(claim);

    private RuleDraft RuleOfOne(Claim claim)
    {
        if (!_ofOne.TryGetValue(claim.Key, out var draft))
        {
            _ofOne.Add(claim.Key, draft = NewDraft([claim]));
        }

        return draft;
    }

    /// <summary>What any value obeys: made once for all schemas, and counted as if each had made its own.</summary>
    private RuleDraft Anything()
    {
        if (_makesAnything)
        {
            return RuleOfOne(new(_document.Anything, Holds: true));
        }

        if (!_hasAnything)
        {
            _hasAnything = true;
            _budget.AddRule();
            _budget.AddAlternative();
        }

        return s_anything.Value;
    }

    private static RuleDraft NewAnything()
    {
        var compiler = new SchemaCompiler(JsonElement.Parse("true"), new(new())) { _makesAnything = true };
        var draft = compiler.Anything();
        compiler.Finish();
        return draft;
    }

    private RuleDraft NewDraft(IReadOnlyList<Claim> claims)
    {
        _budget.AddRule();
        var draft = new RuleDraft();
        _drafts.Add(draft);
        _open.Enqueue((draft, claims));
        return draft;
    }

    /// <summary>True for a claim that every value fulfils, at a glance.</summary>
    private static bool IsTrivial(Claim claim) => claim.Node.Value.ValueKind switch
    {
        JsonValueKind.True => claim.Holds,
        JsonValueKind.False => !claim.Holds,
        _ => claim.Holds && claim.Node.IsEmpty,
    };

    private void Draft(RuleDraft draft, IReadOnlyList<Claim> claims)
    {
        var node = claims[0].Node;
        foreach (var facets in Guarded(node, () => _expander.Expand(claims)))
        {
            _budget.AddAlternative();
            Guarded(node, () => Add(draft, facets, node));
        }
    }

    private void Add(RuleDraft draft, Facets facets, SchemaNode node)
    {
        if (facets.Values is { } values)
        {
            draft.Literals.AddRange(values.Select(JsonText.Write));
            return;
        }

        foreach (var (kind, text) in new[] { (JsonKinds.Null, "null"), (JsonKinds.True, "true"), (JsonKinds.False, "false") })
        {
            draft.Literals.AddRange((facets.Kinds & kind) != 0 ? [text] : []);
        }

        if ((facets.Kinds & JsonKinds.Number) != 0 && _automata.Number(facets.Number, node) is { } number)
        {
            draft.Scalars.Add(number);
        }

        if ((facets.Kinds & JsonKinds.String) != 0 && _automata.String(facets.String) is { } text2)
        {
            draft.Scalars.Add(text2);
        }

        if ((facets.Kinds & JsonKinds.Array) != 0 && facets.Array.MinItems <= facets.Array.MaxItems)
        {
            draft.Structures.Add(facets.Array is { Unique: { } unique, MaxItems: > 1 }
                ? DistinctOf(facets.Array, unique)
                : ArrayOf(facets.Array, node));
        }

        if ((facets.Kinds & JsonKinds.Object) != 0)
        {
            draft.Structures.Add(ObjectOf(facets.Object, node));
        }
    }

    /// <summary>An array whose items differ: only where they are of a few values can it be told which were there.</summary>
    private DistinctDraft DistinctOf(ArrayFacets facets, SchemaNode unique)
    {
        List<Claim> claims = [.. facets.Items.Select(rules => rules.At(int.MaxValue)).OfType<Claim>(), new(_document.Anything, Holds: true)];
        return facets.Contains.Count == 0 && facets.Items.All(rules => rules.First.Count == 0) && FewValues(claims) is { } values
            ? new([.. values.Select(JsonText.Write)], facets)
            : throw unique.Unsupported(
                "uniqueItems", $"is not supported, except where all items are of one list of at most {DistinctItems.MostValues} values");
    }

    /// <summary>The values that obey claims, each once; null where they are many, or none that a schema lists.</summary>
    private List<JsonElement>? FewValues(IReadOnlyList<Claim> claims)
    {
        const JsonKinds Listed = JsonKinds.Null | JsonKinds.Boolean;
        var values = new List<JsonElement>();
        foreach (var way in _expander.Expand(claims))
        {
            if (way.Values is null && (way.Kinds & ~Listed) != 0)
            {
                return null;
            }

            foreach (var value in way.Values ?? SchemaEvaluator.ValuesOf(way.Kinds))
            {
                if (!values.Exists(known => JsonElement.DeepEquals(known, value)))
                {
                    values.Add(value);
                }
            }

            if (values.Count > DistinctItems.MostValues)
            {
                return null;
            }
        }

        return values;
    }

    private ArrayDraft ArrayOf(ArrayFacets facets, SchemaNode node)
    {
        if (facets.Contains.Count > MostContained || (facets.Contains.Count > 0 && facets.MaxItems is > 1_000 and < int.MaxValue))
        {
            throw node.Unsupported("contains", "is supported only with few others and without a large maxItems");
        }

        var first = facets.Items.Select(rules => rules.First.Count).DefaultIfEmpty(0).Max();
        return new(
            [.. Enumerable.Range(0, Math.Min(first, facets.MaxItems)).Select(index => ItemsAt(facets, index))],
            facets.MaxItems > first ? ItemsAt(facets, int.MaxValue) : [],
            facets);
    }

    /// <summary>What may stand at a place, for each choice of the things that must be contained.</summary>
    private IReadOnlyList<(int Contained, RuleDraft Rule)> ItemsAt(ArrayFacets facets, int index)
    {
        var claims = facets.Items.Select(rules => rules.At(index)).OfType<Claim>().ToList();
        return
        [
            .. Enumerable.Range(0, 1 << facets.Contains.Count)
                .Select(chosen => (chosen, RuleOf([.. claims, .. facets.Contains.Where((_, bit) => (chosen >> bit & 1) != 0)]))),
        ];
    }

    private ObjectDraft ObjectOf(ObjectFacets facets, SchemaNode node)
    {
        if (facets.MaxProperties is > ObjectPlan.LargestBound and < int.MaxValue)
        {
            throw node.Unsupported("maxProperties", $"of more than {ObjectPlan.LargestBound} is not supported");
        }

        var names = NamesOf(facets);
        var (others, claims) = _names.Others(facets, names);
        return new(MembersOf(facets, names), others, [.. claims.Select(list => RuleOf(list))], facets);
    }

    private List<(string Name, RuleDraft Rule)> MembersOf(ObjectFacets facets, List<string> names)
    {
        var members = new List<(string Name, RuleDraft Rule)>(names.Count);
        foreach (var name in names)
        {
            if (facets.Names.Count == 0 || _names.AreAllowed(facets, name))
            {
                members.Add((name, facets.Members is [{ Patterns.Count: 0 } only] && only.Named.TryGetValue(name, out var claim)
                    ? RuleOf(claim)
                    : RuleOf(facets.Members.SelectMany(rules => rules.At(name)))));
            }
        }

        return members;
    }

    private static List<string> NamesOf(ObjectFacets facets) =>
        [.. facets.Members.SelectMany(rules => rules.Named.Keys).Concat(facets.Required).Distinct()];
}
