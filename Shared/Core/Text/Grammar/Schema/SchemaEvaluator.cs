using System.Text.Json;
using Rill.Text.Grammar.Numbers;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Schema;

/// <summary>Says whether a value obeys a schema: values that a schema lists need no automaton.</summary>
internal sealed class SchemaEvaluator(SchemaDocument document, KeywordReader read)
{
    private const int DeepestReference = 200;
    private const int MostWork = 300_000;
    private const int MostCompared = 1_000;

    private static readonly JsonElement[] s_single = [JsonElement.Parse("null"), JsonElement.Parse("true"), JsonElement.Parse("false")];

    private int _depth;
    private int _work;

    /// <summary>The kind of a value.</summary>
    public static JsonKinds KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonKinds.Null,
        JsonValueKind.True => JsonKinds.True,
        JsonValueKind.False => JsonKinds.False,
        JsonValueKind.Number => JsonKinds.Number,
        JsonValueKind.String => JsonKinds.String,
        JsonValueKind.Array => JsonKinds.Array,
        _ => JsonKinds.Object,
    };

    /// <summary>The values of those kinds that have one alone: null and the two booleans.</summary>
    public static IReadOnlyList<JsonElement> ValuesOf(JsonKinds kinds) => [.. s_single.Where(value => (KindOf(value) & kinds) != 0)];

    /// <summary>The values that one of the claims lists, by itself, through a reference or in allOf; null when none does.</summary>
    public IReadOnlyList<JsonElement>? FindValues(IReadOnlyList<Claim> claims)
    {
        if (!claims.Any(claim => claim.Holds && claim.Node.Has(KeywordGroups.Listed)))
        {
            return null;
        }

        var seen = new HashSet<int>();
        var open = new Stack<SchemaNode>(claims.Where(claim => claim.Holds).Select(claim => claim.Node));
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node.Id))
            {
                continue;
            }

            if (KeywordReader.Values(node) is { } values)
            {
                return values;
            }

            if (node.TryGet("$ref", out var reference))
            {
                open.Push(document.Resolve(node, reference));
            }

            foreach (var part in read.Parts(node, "allOf") ?? [])
            {
                open.Push(part.Node);
            }
        }

        return null;
    }

    /// <summary>True when a claim about a value is right.</summary>
    public bool Holds(Claim claim, JsonElement value) => claim.Holds == IsValid(claim.Node, value);

    /// <summary>True when a value obeys a schema.</summary>
    public bool IsValid(SchemaNode node, JsonElement value)
    {
        if (node.Value.ValueKind != JsonValueKind.Object)
        {
            return node.Value.ValueKind == JsonValueKind.True;
        }

        KeywordReader.CheckSupported(node);
        if (_depth == DeepestReference || ++_work > MostWork)
        {
            throw node.Unsupported(_depth == DeepestReference ? "$ref" : "enum", "takes too long to be looked at");
        }

        _depth++;
        try
        {
            return IsOfType(node, value) && IsListed(node, value) && Combined(node, value) && IsOfItsKind(node, value);
        }
        finally
        {
            _depth--;
        }
    }

    private static bool IsOfType(SchemaNode node, JsonElement value) => KeywordReader.Types(node) is not var (kinds, isWhole)
        || ((kinds & KindOf(value)) != 0 && (!isWhole || value.ValueKind != JsonValueKind.Number || Number(node, value).IsWhole));

    private static bool IsListed(SchemaNode node, JsonElement value) =>
        (!node.TryGet("const", out var constant) || JsonElement.DeepEquals(constant, value))
        && KeywordReader.MayBe(node, value);

    private bool Combined(SchemaNode node, JsonElement value)
    {
        if (node.TryGet("$ref", out var reference) && !IsValid(document.Resolve(node, reference), value))
        {
            return false;
        }

        if (read.Part(node, "not") is { } not && Holds(not, value))
        {
            return false;
        }

        if (read.Part(node, "if") is { } condition
            && read.Part(node, Holds(condition, value) ? "then" : "else") is { } consequence && !Holds(consequence, value))
        {
            return false;
        }

        return (read.Parts(node, "allOf") is not { } all || all.All(claim => Holds(claim, value)))
            && (read.Parts(node, "anyOf") is not { } any || any.Any(claim => Holds(claim, value)))
            && (read.Parts(node, "oneOf") is not { } exact || exact.Count(claim => Holds(claim, value)) == 1);
    }

    private bool IsOfItsKind(SchemaNode node, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => IsNumber(node, Number(node, value)),
        JsonValueKind.String => IsString(node, value.GetString()!),
        JsonValueKind.Array => IsArray(node, value),
        JsonValueKind.Object => IsObject(node, value),
        _ => true,
    };

    private static bool IsNumber(SchemaNode node, JsonNumber number) => KeywordReader.Bounds(node).All(bound => bound.Holds(number))
        && (KeywordReader.Unit(node) is not { } unit || number.IsMultipleOf(unit));

    private bool IsString(SchemaNode node, string text)
    {
        var length = text.EnumerateRunes().Count();
        return length >= (KeywordReader.Count(node, "minLength") ?? 0) && length <= (KeywordReader.Count(node, "maxLength") ?? int.MaxValue)
            && read.Patterns(node).All(pattern => pattern.LabelOf(text) != StringAutomaton.Rejected);
    }

    private bool IsArray(SchemaNode node, JsonElement array)
    {
        var items = array.EnumerateArray().ToList();
        var rules = read.Items(node);
        return items.Count >= (KeywordReader.Count(node, "minItems") ?? 0) && items.Count <= (KeywordReader.Count(node, "maxItems") ?? int.MaxValue)
            && items.Select((item, index) => rules?.At(index) is not { } claim || Holds(claim, item)).All(isRight => isRight)
            && (read.Part(node, "contains") is not { } contained || IsCount(node, items.Count(item => Holds(contained, item))))
            && (!node.TryGet("uniqueItems", out var unique) || unique.ValueKind != JsonValueKind.True || AreDistinct(node, items));
    }

    private static bool IsCount(SchemaNode node, int count) =>
        count >= (KeywordReader.Count(node, "minContains") ?? 1) && count <= (KeywordReader.Count(node, "maxContains") ?? int.MaxValue);

    private static bool AreDistinct(SchemaNode node, List<JsonElement> items) => items.Count <= MostCompared
        ? !items.Where((item, index) => items.Take(index).Any(earlier => JsonElement.DeepEquals(earlier, item))).Any()
        : throw node.Unsupported("uniqueItems", $"for lists of more than {MostCompared} items is not supported");

    private bool IsObject(SchemaNode node, JsonElement value)
    {
        var members = value.EnumerateObject().ToList();
        var rules = read.MembersOf(node);
        var names = read.Part(node, "propertyNames");
        return members.Count >= (KeywordReader.Count(node, "minProperties") ?? 0)
            && members.Count <= (KeywordReader.Count(node, "maxProperties") ?? int.MaxValue)
            && (KeywordReader.Names(node, "required") ?? []).All(name => value.TryGetProperty(name, out _))
            && members.All(member => rules is null || rules.At(member.Name).All(claim => Holds(claim, member.Value)))
            && (names is not { } named || members.All(member => Holds(named, JsonText.Element(member.Name))))
            && read.Dependencies(node).All(dependency => !value.TryGetProperty(dependency.Name, out _)
                || (dependency.Needed.Names.All(name => value.TryGetProperty(name, out _))
                    && (dependency.Needed.Claim is not { } claim || Holds(claim, value))));
    }

    private static JsonNumber Number(SchemaNode node, JsonElement value) =>
        JsonNumber.Read(value) ?? throw node.Unsupported("enum", "with a number of such a size is not supported");
}
