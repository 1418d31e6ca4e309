using System.Runtime.InteropServices;
using System.Text.Json;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Strings;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Schema;

/// <summary>Makes the rules of a schema.</summary>
internal sealed class SchemaCompiler
{
    private const int MostContained = 4;

    private static readonly (JsonKinds Kind, string Text)[] s_words = [(JsonKinds.Null, "null"), (JsonKinds.True, "true"), (JsonKinds.False, "false")];
    private static readonly Lazy<RuleDraft> s_anything = new(NewAnything);

    private readonly GrammarBudget _budget;
    private readonly AutomataOfFacets _automata;
    private readonly SchemaDocument _document;
    private readonly SchemaExpander _expander;
    private readonly MemberNames _names;
    private readonly RuleTable _rules;

    private SchemaCompiler(JsonElement schema, GrammarBudget budget, Lazy<RuleDraft>? anything)
    {
        budget.AddText(JsonMarshal.GetRawUtf8Value(schema).Length);
        JsonText.CheckUnicode(schema);
        _budget = budget;
        _automata = new(budget.Automata);
        _document = new(schema);
        _expander = new(_document, budget);
        _names = new(_expander, _automata, budget.Automata);
        _rules = new(budget, new(_document.Anything, Holds: true), anything);
    }

    /// <summary>The rule of all values that obey a schema.</summary>
    /// <exception cref="SchemaException">The schema is broken, needs what is not supported or more than the limits, or forbids every value.</exception>
    public static Rule Compile(JsonElement schema, GrammarBudget budget)
    {
        var compiler = new SchemaCompiler(schema, budget, s_anything);
        var root = compiler._rules.Of(new Claim(compiler._document.Root, Holds: true));
        compiler.Finish();
        return root.IsPossible ? root.Rule : throw NothingObeys();
    }

    /// <summary>The members of the objects that obey a schema, where there is one list of them.</summary>
    /// <exception cref="SchemaException">As of <see cref="Compile"/>; also when the objects cannot be told by their members one by one.</exception>
    public static IReadOnlyList<MemberRule> CompileMembers(JsonElement schema, GrammarBudget budget)
    {
        var compiler = new SchemaCompiler(schema, budget, s_anything);
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
        return ObjectsOf(root) switch
        {
            [] => throw NothingObeys(),
            [{ Values: null, Object: { MinProperties: 0, MaxProperties: int.MaxValue, Names.Count: 0 } facets }] => facets,
            _ => throw SchemaException.Unsupported(root.Pointer, "this schema", "has more than a list of members, and this model writes arguments one by one"),
        };
    }

    private List<Facets> ObjectsOf(SchemaNode node)
    {
        try
        {
            return [.. _expander.Expand([new(node, Holds: true)]).Where(way => (way.Kinds & JsonKinds.Object) != 0)];
        }
        catch (PatternSyntaxException exception)
        {
            throw Refusal(node, exception);
        }
    }

    private static SchemaException Refusal(SchemaNode node, PatternSyntaxException exception) =>
        SchemaException.Unsupported(node.Pointer, "this schema", $"cannot be enforced: {exception.Message}");

    /// <summary>Drafts all rules, finds out which have values, from those inside out, and makes the machines of these.</summary>
    private void Finish()
    {
        while (_rules.TryTake(out var draft, out var claims))
        {
            Draft(draft, claims);
        }

        _rules.Finish();
    }

    private static RuleDraft NewAnything()
    {
        var compiler = new SchemaCompiler(JsonElement.Parse("true"), new(new()), anything: null);
        var draft = compiler._rules.Of([]);
        compiler.Finish();
        return draft;
    }

    private void Draft(RuleDraft draft, IReadOnlyList<Claim> claims)
    {
        var node = claims[0].Node;
        try
        {
            foreach (var facets in _expander.Expand(claims))
            {
                _budget.AddAlternative();
                Add(draft, facets, node);
            }
        }
        catch (PatternSyntaxException exception)
        {
            throw Refusal(node, exception);
        }
    }

    private void Add(RuleDraft draft, Facets facets, SchemaNode node)
    {
        if (facets.Values is { } values)
        {
            draft.Literals.AddRange(values.Select(JsonText.Write));
            return;
        }

        foreach (var (kind, text) in s_words)
        {
            if ((facets.Kinds & kind) != 0)
            {
                draft.Literals.Add(text);
            }
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
                .Select(chosen => (chosen, _rules.Of([.. claims, .. facets.Contains.Where((_, bit) => (chosen >> bit & 1) != 0)]))),
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
        return new(MembersOf(facets, names), others, [.. claims.Select(list => _rules.Of(list))], facets);
    }

    private List<(string Name, RuleDraft Rule)> MembersOf(ObjectFacets facets, List<string> names)
    {
        var members = new List<(string Name, RuleDraft Rule)>(names.Count);
        foreach (var name in names)
        {
            if (facets.Names.Count == 0 || _names.AreAllowed(facets, name))
            {
                members.Add((name, facets.Members is [{ Patterns.Count: 0 } only] && only.Named.TryGetValue(name, out var claim)
                    ? _rules.Of(claim)
                    : _rules.Of(facets.Members.SelectMany(rules => rules.At(name)))));
            }
        }

        return members;
    }

    private static List<string> NamesOf(ObjectFacets facets) =>
        [.. facets.Members.SelectMany(rules => rules.Named.Keys).Concat(facets.Required).Distinct()];
}
