using System.Text.Json;
using Rill.Text.Grammar.Numbers;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Schema;

/// <summary>Kinds of values; the two booleans are kinds of their own.</summary>
[Flags]
internal enum JsonKinds
{
    None = 0,
    Null = 1,
    True = 2,
    False = 4,
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
    Boolean = True | False,
    All = Null | Boolean | Number | String | Array | Object,
}

/// <summary>One way to obey a set of claims, all of whose parts hold at the same time: what a value of each kind must be.</summary>
internal sealed record Facets
{
    /// <summary>The kinds that a value may have.</summary>
    public JsonKinds Kinds { get; init; } = JsonKinds.All;

    /// <summary>The only values that are possible, before they are held against the claims; null for no such list.</summary>
    public IReadOnlyList<JsonElement>? Values { get; init; }

    /// <summary>Kinds of which it is not known whether a value may have them, each with what would have to be known.</summary>
    public IReadOnlyList<(JsonKinds Kinds, SchemaException Fault)> Unknown { get; init; } = [];

    /// <summary>Of numbers.</summary>
    public NumberFacets Number { get; init; } = NumberFacets.Any;

    /// <summary>Of strings.</summary>
    public StringFacets String { get; init; } = StringFacets.Any;

    /// <summary>Of arrays.</summary>
    public ArrayFacets Array { get; init; } = ArrayFacets.Any;

    /// <summary>Of objects.</summary>
    public ObjectFacets Object { get; init; } = ObjectFacets.Any;
}

/// <summary>What a number must be.</summary>
internal sealed record NumberFacets
{
    /// <summary>Of which nothing is asked.</summary>
    public static NumberFacets Any { get; } = new();

    /// <summary>Of which nothing is asked but to be whole.</summary>
    public static NumberFacets Whole { get; } = new() { IsWhole = true };

    /// <summary>True when it must be whole.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The least value.</summary>
    public NumberBound? Minimum { get; init; }

    /// <summary>The greatest.</summary>
    public NumberBound? Maximum { get; init; }

    /// <summary>Numbers of which it must be a multiple, or must not.</summary>
    public IReadOnlyList<(JsonNumber Unit, bool IsNegated)> Multiples { get; init; } = [];

    /// <summary>With one more bound.</summary>
    public NumberFacets With(NumberBound bound) => (bound.IsMinimum ? Minimum : Maximum) is { } known && !bound.IsTighterThan(known) ? this
        : bound.IsMinimum ? this with { Minimum = bound } : this with { Maximum = bound };

    /// <summary>True when no number has such bounds.</summary>
    public bool IsEmpty => Minimum is { } low && Maximum is { } high
        && (low.Value.CompareTo(high.Value) is var order && (order > 0 || (order == 0 && (low.IsExclusive || high.IsExclusive))));
}

/// <summary>What a string must be.</summary>
internal sealed record StringFacets
{
    /// <summary>Of which nothing is asked.</summary>
    public static StringFacets Any { get; } = new();

    /// <summary>Least code points.</summary>
    public int MinLength { get; init; }

    /// <summary>Most code points; int.MaxValue for no bound.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    /// <summary>What it must match, or must not.</summary>
    public IReadOnlyList<(StringAutomaton Automaton, bool IsNegated)> Patterns { get; init; } = [];

    /// <summary>Texts that it must not be.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];
}

/// <summary>What an array must be.</summary>
internal sealed record ArrayFacets
{
    /// <summary>Of which nothing is asked.</summary>
    public static ArrayFacets Any { get; } = new();

    /// <summary>Least items.</summary>
    public int MinItems { get; init; }

    /// <summary>Most items; int.MaxValue for no bound.</summary>
    public int MaxItems { get; init; } = int.MaxValue;

    /// <summary>What the items must be, as each schema says it.</summary>
    public IReadOnlyList<ItemRules> Items { get; init; } = [];

    /// <summary>What at least one item must be.</summary>
    public IReadOnlyList<Claim> Contains { get; init; } = [];

    /// <summary>The schema that wants all items to differ; null for none.</summary>
    public SchemaNode? Unique { get; init; }
}

/// <summary>What one schema says of the items: of the first ones each, and of the rest.</summary>
internal sealed record ItemRules(IReadOnlyList<Claim> First, Claim? Rest)
{
    /// <summary>What it says of the item at a place.</summary>
    public Claim? At(int index) => index < First.Count ? First[index] : Rest;
}

/// <summary>What an object must be.</summary>
internal sealed record ObjectFacets
{
    /// <summary>Of which nothing is asked.</summary>
    public static ObjectFacets Any { get; } = new();

    /// <summary>Names that it must have.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>What the members must be, as each schema says it.</summary>
    public IReadOnlyList<MemberRules> Members { get; init; } = [];

    /// <summary>What each name must be.</summary>
    public IReadOnlyList<Claim> Names { get; init; } = [];

    /// <summary>Least members.</summary>
    public int MinProperties { get; init; }

    /// <summary>Most members; int.MaxValue for no bound.</summary>
    public int MaxProperties { get; init; } = int.MaxValue;

    /// <summary>With one more rule.</summary>
    public ObjectFacets With(MemberRules rules) => this with { Members = [.. Members, rules] };

    /// <summary>With names that it must have.</summary>
    public ObjectFacets Requiring(params IReadOnlyList<string> names) => this with { Required = [.. Required, .. names.Except(Required)] };
}

/// <summary>What one schema says of the members: of names, of patterns of names, and of all others.</summary>
internal sealed record MemberRules(
    IReadOnlyDictionary<string, Claim> Named, IReadOnlyList<(StringAutomaton Pattern, Claim Claim)> Patterns, Claim? Others)
{
    /// <summary>A rule of names alone.</summary>
    public static MemberRules Of(string name, Claim claim) => new(new Dictionary<string, Claim> { [name] = claim }, [], null);

    /// <summary>What it says of the member with a name.</summary>
    public IEnumerable<Claim> At(string name)
    {
        var isKnown = false;
        if (Named.TryGetValue(name, out var claim))
        {
            isKnown = true;
            yield return claim;
        }

        foreach (var (pattern, patternClaim) in Patterns)
        {
            if (pattern.LabelOf(name) != StringAutomaton.Rejected)
            {
                isKnown = true;
                yield return patternClaim;
            }
        }

        if (!isKnown && Others is { } others)
        {
            yield return others;
        }
    }
}
