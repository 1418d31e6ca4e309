using System.Text.Json;
using Rill.Text.Grammar.Numbers;

namespace Rill.Text.Grammar.Schema;

/// <summary>The ways in which a value does not obey a schema: it breaks at least one keyword.</summary>
internal sealed class SchemaNegation(SchemaDocument document, KeywordReader read)
{
    private static readonly string[] s_notNegated =
        ["patternProperties", "additionalProperties", "propertyNames", "uniqueItems", "minContains", "maxContains", "prefixItems", "additionalItems"];

    /// <summary>Adds the claim that a schema does not hold.</summary>
    public void Apply(Branch branch, SchemaNode node)
    {
        if (node.Value.ValueKind != JsonValueKind.Object)
        {
            branch.Allow(node.Value.ValueKind == JsonValueKind.True ? JsonKinds.None : JsonKinds.All);
            return;
        }

        KeywordReader.CheckSupported(node);
        branch.AddChoice([.. Ways(node)]);
    }

    private IEnumerable<Action<Branch>> Ways(SchemaNode node)
    {
        if (s_notNegated.FirstOrDefault(keyword => node.TryGet(keyword, out var value) && !SaysNothing(value, keyword)) is { } keyword)
        {
            throw node.Unsupported(keyword, "is not supported within not, oneOf or if");
        }

        return [.. OfKinds(node), .. OfNumbers(node), .. OfStrings(node), .. OfArrays(node), .. OfObjects(node), .. OfCombinators(node)];
    }

    /// <summary>True for a keyword that every value obeys, so that none breaks it.</summary>
    private static bool SaysNothing(JsonElement value, string keyword) => keyword == "uniqueItems"
        ? value.ValueKind == JsonValueKind.False
        : value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any());

    private static IEnumerable<Action<Branch>> OfKinds(SchemaNode node)
    {
        if (KeywordReader.Types(node) is var (kinds, isWhole))
        {
            yield return branch => branch.Allow(~kinds & JsonKinds.All);
            if (isWhole)
            {
                var one = JsonNumber.Read(JsonElement.Parse("1"))!.Value;
                yield return branch => branch.AllowNumber(number => number with { Multiples = [.. number.Multiples, (one, true)] });
            }
        }

        if (KeywordReader.Values(node) is { } values)
        {
            yield return branch => ExcludeAll(branch, node, values);
        }
    }

    /// <summary>The value is none of a list. What has the kind of a listed array or object has to be of another kind.</summary>
    private static void ExcludeAll(Branch branch, SchemaNode node, IReadOnlyList<JsonElement> values)
    {
        foreach (var value in values)
        {
            switch (SchemaEvaluator.KindOf(value))
            {
                case JsonKinds.Number:
                    var number = JsonNumber.Read(value) ?? throw node.Unsupported("enum", "with a number of such a size is not supported");
                    branch.AddChoice(
                    [
                        one => one.Allow(JsonKinds.All & ~JsonKinds.Number),
                        one => one.AllowNumber(facets => facets.With(new(number, true, true))),
                        one => one.AllowNumber(facets => facets.With(new(number, false, true))),
                    ]);
                    break;
                case JsonKinds.String:
                    branch.Exclude(value.GetString()!);
                    break;
                case JsonKinds.Array or JsonKinds.Object:
                    branch.Doubt(SchemaEvaluator.KindOf(value), node.Unsupported("enum", "with arrays or objects is not supported within not, oneOf or if"));
                    break;
                case var kind:
                    branch.Allow(JsonKinds.All & ~kind);
                    break;
            }
        }
    }

    private static IEnumerable<Action<Branch>> OfNumbers(SchemaNode node)
    {
        foreach (var bound in KeywordReader.Bounds(node))
        {
            yield return branch => branch.AllowNumber(number => number.With(bound.Negate()));
        }

        if (KeywordReader.Unit(node) is { } unit)
        {
            yield return branch => branch.AllowNumber(number => number with { Multiples = [.. number.Multiples, (unit, true)] });
        }
    }

    private IEnumerable<Action<Branch>> OfStrings(SchemaNode node)
    {
        if (KeywordReader.Count(node, "minLength") is { } least and > 0)
        {
            yield return branch => branch.AllowString(text => text with { MaxLength = Math.Min(text.MaxLength, least - 1) });
        }

        if (KeywordReader.Count(node, "maxLength") is { } most and < int.MaxValue)
        {
            yield return branch => branch.AllowString(text => text with { MinLength = Math.Max(text.MinLength, most + 1) });
        }

        if (node.TryGet("format", out _) && read.Patterns(node).Any())
        {
            // What a format leaves out here its specification may allow: the opposite would then allow too much.
            throw node.TryGet("pattern", out _) ? node.Unsupported("pattern", "is not supported within not beside format")
                : node.Unsupported("format", "is not supported within not, oneOf or if");
        }

        foreach (var pattern in read.Patterns(node))
        {
            yield return branch => branch.AllowString(text => text with { Patterns = [.. text.Patterns, (pattern, true)] });
        }
    }

    private IEnumerable<Action<Branch>> OfArrays(SchemaNode node)
    {
        if (KeywordReader.Count(node, "minItems") is { } least and > 0)
        {
            yield return branch => branch.AllowArray(array => array with { MaxItems = Math.Min(array.MaxItems, least - 1) });
        }

        if (KeywordReader.Count(node, "maxItems") is { } most and < int.MaxValue)
        {
            yield return branch => branch.AllowArray(array => array with { MinItems = Math.Max(array.MinItems, most + 1) });
        }

        if (read.Items(node) is { First: var first, Rest: { } rest })
        {
            yield return first.Count == 0
                ? branch => branch.AllowArray(array => array with { Contains = [.. array.Contains, rest.Negated] })
                : throw node.Unsupported("items", "as a list is not supported within not, oneOf or if");
        }

        if (read.Part(node, "contains") is { } contained)
        {
            yield return branch => branch.AllowArray(array => array with { Items = [.. array.Items, new([], contained.Negated)] });
        }
    }

    private IEnumerable<Action<Branch>> OfObjects(SchemaNode node)
    {
        foreach (var name in KeywordReader.Names(node, "required") ?? [])
        {
            yield return branch =>
            {
                branch.Allow(JsonKinds.Object);
                branch.Forbid(name, document.Nothing);
            };
        }

        foreach (var (name, claim) in read.MembersOf(node)?.Named ?? new Dictionary<string, Claim>())
        {
            yield return branch => branch.AllowObject(members => members.Requiring(name).With(MemberRules.Of(name, claim.Negated)));
        }

        if (KeywordReader.Count(node, "minProperties") is { } least and > 0)
        {
            yield return branch => branch.AllowObject(members => members with { MaxProperties = Math.Min(members.MaxProperties, least - 1) });
        }

        if (KeywordReader.Count(node, "maxProperties") is { } most and < int.MaxValue)
        {
            yield return branch => branch.AllowObject(members => members with { MinProperties = Math.Max(members.MinProperties, most + 1) });
        }

        foreach (var (name, needed) in read.Dependencies(node))
        {
            yield return branch => branch.Break(name, needed, document.Nothing);
        }
    }

    private IEnumerable<Action<Branch>> OfCombinators(SchemaNode node)
    {
        if (node.TryGet("$ref", out var reference))
        {
            var target = new Claim(document.Resolve(node, reference), Holds: false);
            yield return branch => branch.Add(target);
        }

        foreach (var claim in read.Parts(node, "allOf") ?? [])
        {
            yield return branch => branch.Add(claim.Negated);
        }

        if (read.Part(node, "not") is { } not)
        {
            yield return branch => branch.Add(not);
        }

        if (read.Parts(node, "anyOf") is { } any)
        {
            yield return branch => branch.AddAll([.. any.Select(claim => (Claim?)claim.Negated)]);
        }

        foreach (var way in OfOneOf(read.Parts(node, "oneOf")).Concat(OfCondition(node)))
        {
            yield return way;
        }
    }

    /// <summary>None of them holds, or two.</summary>
    private static IEnumerable<Action<Branch>> OfOneOf(IReadOnlyList<Claim>? claims)
    {
        if (claims is null)
        {
            yield break;
        }

        yield return branch => branch.AddAll([.. claims.Select(claim => (Claim?)claim.Negated)]);
        for (var first = 0; first < claims.Count; first++)
        {
            for (var second = first + 1; second < claims.Count; second++)
            {
                var (one, other) = (claims[first], claims[second]);
                yield return branch => branch.AddAll(one, other);
            }
        }
    }

    private IEnumerable<Action<Branch>> OfCondition(SchemaNode node)
    {
        if (read.Part(node, "if") is not { } condition)
        {
            yield break;
        }

        if (read.Part(node, "then") is { } then)
        {
            yield return branch => branch.AddAll(condition, then.Negated);
        }

        if (read.Part(node, "else") is { } otherwise)
        {
            yield return branch => branch.AddAll(condition.Negated, otherwise.Negated);
        }
    }
}
