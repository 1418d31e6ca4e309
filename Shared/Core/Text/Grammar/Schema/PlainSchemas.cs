using System.Text.Json;
using Rill.Text.Grammar.Numbers;

namespace Rill.Text.Grammar.Schema;

/// <summary>Schemas as most are: they can be met in one way alone, and refer to no other schema of the same value.</summary>
internal sealed class PlainSchemas(KeywordReader read)
{
    /// <summary>What such a schema says; null for any other.</summary>
    public Facets? Find(SchemaNode node)
    {
        if (node.Value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (node.Has(KeywordGroups.NotPlain))
        {
            return PlainValues(node) is { } values ? new Facets { Values = values } : null;
        }

        var facets = KeywordReader.Types(node) is var (kinds, isWhole)
            ? new Facets { Kinds = kinds, Number = isWhole ? NumberFacets.Whole : NumberFacets.Any }
            : new Facets();
        facets = node.Has(KeywordGroups.Array) ? facets with { Array = With(facets.Array, node) } : facets;
        return node.Has(KeywordGroups.Object) ? facets with { Object = With(facets.Object, node) } : facets;
    }

    /// <summary>The values of a schema that says no more of them than their list and their type; null for any other.</summary>
    private static List<JsonElement>? PlainValues(SchemaNode node)
    {
        if (node.Has(KeywordGroups.All & ~KeywordGroups.Listed) || node.TryGet("$ref", out _) || node.TryGet("const", out _)
            || KeywordReader.Enumeration(node) is not { } values)
        {
            return null;
        }

        var (kinds, isWhole) = KeywordReader.Types(node) ?? (JsonKinds.All, false);
        var kept = new List<JsonElement>(values.Count);
        foreach (var value in values)
        {
            var (kind, number) = (SchemaEvaluator.KindOf(value), value.ValueKind == JsonValueKind.Number ? JsonNumber.Read(value) : null);
            if ((kind & (JsonKinds.Array | JsonKinds.Object)) != 0 || (kind == JsonKinds.Number && number is null))
            {
                return null;    // a number that is too large to be judged is refused where it is
            }

            if ((kinds & kind) != 0 && (number is null || !isWhole || number.Value.IsWhole))
            {
                kept.Add(value);
            }
        }

        return kept;
    }

    /// <summary>With what a schema says of items and their number.</summary>
    public ArrayFacets With(ArrayFacets array, SchemaNode node) => array with
    {
        MinItems = Math.Max(array.MinItems, KeywordReader.Count(node, "minItems") ?? 0),
        MaxItems = Math.Min(array.MaxItems, KeywordReader.Count(node, "maxItems") ?? int.MaxValue),
        Items = read.Items(node) is { } items ? [.. array.Items, items] : array.Items,
    };

    /// <summary>With what a schema says of members and which there must be.</summary>
    public ObjectFacets With(ObjectFacets members, SchemaNode node)
    {
        members = read.MembersOf(node) is { } rules ? members.With(rules) : members;
        return KeywordReader.Names(node, "required") is { } required ? members.Requiring(required) : members;
    }
}
