using System.Text.Json;
using Rill.Text.Grammar.Numbers;
using Rill.Text.Grammar.Strings;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Schema;

/// <summary>What an object needs that has a certain member.</summary>
internal sealed record Dependency(IReadOnlyList<string> Names, Claim? Claim);

/// <summary>Reads the values of keywords, and says what is wrong with them.</summary>
internal sealed class KeywordReader(SchemaDocument document, AutomatonBuilder automata)
{
    private const int MostPatterns = 100;

    /// <summary>Keywords that say something of a value and that are not enforced.</summary>
    public static IReadOnlyList<string> Unsupported { get; } =
        ["unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef", "extends", "disallow", "divisibleBy"];

    /// <summary>The same in drafts before 2019-09, since which they are annotations.</summary>
    public static IReadOnlyList<string> UnsupportedInOldDrafts { get; } = ["contentMediaType", "contentEncoding"];

    /// <summary>Refuses a schema with a keyword that is not enforced. Keywords that no draft has are annotations.</summary>
    public static void CheckSupported(SchemaNode node)
    {
        if (!node.Has(KeywordGroups.Unsupported))
        {
            return;
        }

        foreach (var keyword in node.Resource.ReferenceHidesSiblings ? Unsupported.Concat(UnsupportedInOldDrafts) : Unsupported)
        {
            if (node.TryGet(keyword, out _))
            {
                throw node.Unsupported(keyword);
            }
        }
    }

    /// <summary>A count: a whole number from 0; what is larger than any text counts as no bound.</summary>
    public static int? Count(SchemaNode node, string keyword)
    {
        if (!node.TryGet(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is var count && count >= 0 && count == Math.Floor(count)
            ? (int)Math.Min(count, int.MaxValue)
            : throw node.Fault(keyword, "must be a whole number of at least 0");
    }

    /// <summary>A number.</summary>
    public static JsonNumber? Number(SchemaNode node, string keyword)
    {
        if (!node.TryGet(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number ? JsonNumber.Read(value) ?? throw node.Unsupported(keyword, "of such a size is not supported")
            : throw node.Fault(keyword, "must be a number");
    }

    /// <summary>The bounds of a number; the exclusive ones of draft 4 are booleans beside the others.</summary>
    public static IEnumerable<NumberBound> Bounds(SchemaNode node)
    {
        foreach (var (keyword, exclusive, isMinimum) in new[] { ("minimum", "exclusiveMinimum", true), ("maximum", "exclusiveMaximum", false) })
        {
            var isFlag = node.TryGet(exclusive, out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False;
            if (Number(node, keyword) is { } bound)
            {
                yield return new(bound, isMinimum, isFlag && flag.ValueKind == JsonValueKind.True);
            }

            if (!isFlag && Number(node, exclusive) is { } exclusiveBound)
            {
                yield return new(exclusiveBound, isMinimum, true);
            }
        }
    }

    /// <summary>The unit of multipleOf.</summary>
    public static JsonNumber? Unit(SchemaNode node) => Number(node, "multipleOf") is not { } unit ? null
        : unit.Unscaled.Sign > 0 ? unit : throw node.Fault("multipleOf", "must be more than 0");

    /// <summary>The kinds that type allows, and whether numbers must be whole; null when it is absent.</summary>
    public static (JsonKinds Kinds, bool IsWhole)? Types(SchemaNode node)
    {
        if (!node.TryGet("type", out var value))
        {
            return null;
        }

        var names = value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
                value.EnumerateArray().Select(item => item.GetString()!).ToArray(),
            _ => throw node.Fault("type", "must be a string or an array of strings"),
        };
        var kinds = names.Aggregate(JsonKinds.None, (all, name) => all | KindOf(node, name));
        return (kinds, names.Contains("integer") && !names.Contains("number"));
    }

    /// <summary>A list of strings.</summary>
    public static IReadOnlyList<string>? Names(SchemaNode node, string keyword) =>
        !node.TryGet(keyword, out var value) ? null : Names(node, keyword, value);

    /// <summary>A list of strings that was found under a keyword.</summary>
    public static IReadOnlyList<string> Names(SchemaNode node, string keyword, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!).Distinct()]
            : throw node.Fault(keyword, "must be an array of strings");

    /// <summary>The values of enum or const.</summary>
    public static IReadOnlyList<JsonElement>? Values(SchemaNode node) =>
        node.TryGet("const", out var constant) ? [constant] : Enumeration(node);

    /// <summary>The values of enum.</summary>
    public static IReadOnlyList<JsonElement>? Enumeration(SchemaNode node) => !node.TryGet("enum", out var list) ? null
        : list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()]
        : throw node.Fault("enum", "must be an array");

    /// <summary>True where enum is absent, or lists a value.</summary>
    public static bool MayBe(SchemaNode node, JsonElement value) => !node.TryGet("enum", out var list)
        || (list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
        : throw node.Fault("enum", "must be an array"));

    /// <summary>A claim of the schema under a keyword.</summary>
    public Claim? Part(SchemaNode node, string keyword) =>
        node.TryGet(keyword, out var value) ? new Claim(document.Child(node, value, keyword), Holds: true) : null;

    /// <summary>Claims of the schemas in a keyword's list.</summary>
    public IReadOnlyList<Claim>? Parts(SchemaNode node, string keyword) => node.TryGet(keyword, out var list)
        ? [.. document.Children(node, list, keyword).Select(child => new Claim(child, Holds: true))]
        : null;

    /// <summary>The members of a keyword's object.</summary>
    public static IEnumerable<JsonProperty> Members(SchemaNode node, string keyword) => !node.TryGet(keyword, out var value) ? []
        : value.ValueKind == JsonValueKind.Object ? value.EnumerateObject()
        : throw node.Fault(keyword, "must be an object");

    /// <summary>What a schema says of items; null for nothing.</summary>
    public ItemRules? Items(SchemaNode node)
    {
        var isList = node.TryGet("items", out var items) && items.ValueKind == JsonValueKind.Array;
        var first = Parts(node, isList ? "items" : "prefixItems") ?? [];
        var rest = Part(node, isList ? "additionalItems" : "items");
        return first.Count > 0 || rest is not null ? new(first, rest) : null;
    }

    /// <summary>What a schema says of members; null for nothing.</summary>
    public MemberRules? MembersOf(SchemaNode node)
    {
        var named = new Dictionary<string, Claim>();
        foreach (var member in Members(node, "properties"))
        {
            var name = member.Name;
            named[name] = new(document.Child(node, member.Value, "properties", name), Holds: true);
        }

        if (Members(node, "patternProperties").Skip(MostPatterns).Any())
        {
            throw node.Unsupported("patternProperties", $"with more than {MostPatterns} patterns is not supported");
        }

        var patterns = Members(node, "patternProperties").Select(member => (
            Pattern(node, "patternProperties", member.Name),
            new Claim(document.Child(node, member.Value, "patternProperties", member.Name), Holds: true))).ToList();
        var others = Part(node, "additionalProperties");
        return named.Count > 0 || patterns.Count > 0 || others is not null ? new(named, patterns, others) : null;
    }

    /// <summary>What members need beside them: other members, or a schema that the object obeys.</summary>
    public IEnumerable<(string Name, Dependency Needed)> Dependencies(SchemaNode node)
    {
        foreach (var keyword in new[] { "dependencies", "dependentRequired", "dependentSchemas" })
        {
            foreach (var member in Members(node, keyword))
            {
                yield return (member.Name, member.Value.ValueKind == JsonValueKind.Array
                    ? new(Names(node, keyword, member.Value), null)
                    : new([], new(document.Child(node, member.Value, keyword, member.Name), Holds: true)));
            }
        }
    }

    /// <summary>What a string must match: pattern, and a format that is known.</summary>
    public IEnumerable<StringAutomaton> Patterns(SchemaNode node)
    {
        if (node.TryGet("pattern", out var pattern))
        {
            yield return pattern.ValueKind == JsonValueKind.String ? Pattern(node, "pattern", pattern.GetString()!)
                : throw node.Fault("pattern", "must be a string");
        }

        if (node.TryGet("format", out var format) && format.ValueKind == JsonValueKind.String && StringFormats.Find(format.GetString()!) is { } known)
        {
            yield return known.Length > 0 ? AutomatonBuilder.Format(known)
                : throw node.Unsupported("format", $"{format.GetString()} is not supported");
        }
    }

    private StringAutomaton Pattern(SchemaNode node, string keyword, string source)
    {
        try
        {
            return automata.Pattern(source);
        }
        catch (PatternSyntaxException exception)
        {
            throw node.Unsupported(keyword, $"cannot be enforced: {exception.Message}");
        }
    }

    private static JsonKinds KindOf(SchemaNode node, string name) => name switch
    {
        "null" => JsonKinds.Null,
        "boolean" => JsonKinds.Boolean,
        "number" or "integer" => JsonKinds.Number,
        "string" => JsonKinds.String,
        "array" => JsonKinds.Array,
        "object" => JsonKinds.Object,
        "any" => JsonKinds.All,
        _ => throw node.Fault("type", $"must not be '{name}': it is null, boolean, integer, number, string, array or object"),
    };
}
