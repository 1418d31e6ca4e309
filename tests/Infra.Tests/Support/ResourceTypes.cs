using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Bicep.Types.Az;
using Azure.Bicep.Types.Concrete;
using Azure.Bicep.Types.Index;

namespace Rill.Infra.Tests.Support;

/// <summary>
/// Holds a resource of a snapshot against Azure's own type of it, more strictly than the compiler does: to the compiler the values that a
/// type lists are proposals, a resource's name is any string, and limits that a description states are text.
/// </summary>
internal static partial class ResourceTypes
{
    /// <summary>What says which resource it is; a type only repeats them, but for the name, which is looked at by itself.</summary>
    private static readonly string[] _identity = ["id", "type", "name", "apiVersion"];

    private static readonly AzTypeLoader _loader = new();
    private static readonly Lazy<TypeIndex> _index = new(_loader.LoadTypeIndex);
    private static readonly Lock _lock = new();

    /// <summary>What is wrong with a resource, each with the path to it; nothing if it fits its type.</summary>
    public static IReadOnlyList<string> Faults(JsonElement resource)
    {
        var type = $"{CompiledTemplate.Type(resource)}@{resource.At("apiVersion").GetString()}";
        if (!_index.Value.Resources.TryGetValue(type, out var reference))
        {
            return [$"{type} is unknown."];
        }

        lock (_lock) // the loader keeps what it has read, and does not say that threads may share it
        {
            var body = (ObjectType)_loader.LoadResourceType(reference).Body.Type;
            var own = resource.EnumerateObject().Where(property => !_identity.Contains(property.Name));
            return [.. OfName(resource, body), .. OfProperties(own, body.Properties, body.AdditionalProperties?.Type, type)];
        }
    }

    /// <summary>The versions of a resource type that are not previews, newest first.</summary>
    public static IReadOnlyList<string> StableVersions(string type) =>
    [
        .. _index.Value.Resources.Keys
            .Where(key => key.StartsWith(type + "@", StringComparison.OrdinalIgnoreCase) && !key.EndsWith("preview", StringComparison.Ordinal))
            .Select(key => key[(type.Length + 1)..])
            .OrderDescending(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> OfName(JsonElement resource, ObjectType body)
    {
        var name = resource.At("name").GetString()!.Split('/')[^1];
        return Of(JsonSerializer.SerializeToElement(name), body.Properties["name"].Type.Type, $"{CompiledTemplate.Type(resource)} name");
    }

    private static IEnumerable<string> Of(JsonElement value, TypeBase type, string path) => (value.ValueKind, type) switch
    {
        (JsonValueKind.Null, _) or (_, AnyType) => [], // a null leaves the property out
        (JsonValueKind.String, _) when value.GetString()!.StartsWith('[') => [], // an expression that only a deployment can evaluate
        (JsonValueKind.Object, ObjectType of) => OfProperties(value.EnumerateObject(), of.Properties, of.AdditionalProperties?.Type, path),
        (JsonValueKind.Object, DiscriminatedObjectType of) => OfDiscriminated(value, of, path),
        (JsonValueKind.Array, ArrayType of) => value.EnumerateArray().SelectMany((item, at) => Of(item, of.ItemType.Type, $"{path}[{at}]")),
        (JsonValueKind.String, StringType of) => OfString(value.GetString()!, of, path),
        (JsonValueKind.String, StringLiteralType of) => value.GetString() == of.Value ? [] : [$"{path} is {value}, and may be {of.Value} only."],
        (JsonValueKind.Number, IntegerType of) => OfNumber(value.GetDecimal(), of.MinValue, of.MaxValue, path),
        (JsonValueKind.True or JsonValueKind.False, BooleanType) => [],
        (_, UnionType of) => OfUnion(value, of, path),
        _ => [$"{path} is a {value.ValueKind}, and may be a {type.GetType().Name} only."],
    };

    private static IEnumerable<string> OfProperties(
        IEnumerable<JsonProperty> values, IReadOnlyDictionary<string, ObjectTypeProperty> properties, TypeBase? others, string path)
    {
        var given = values.ToList();
        foreach (var value in given)
        {
            var at = $"{path}.{value.Name}";
            if (properties.TryGetValue(value.Name, out var property))
            {
                foreach (var fault in OfProperty(value.Value, property, at))
                {
                    yield return fault;
                }
            }
            else if (others is null)
            {
                yield return $"{at} is unknown.";
            }
            else
            {
                foreach (var fault in Of(value.Value, others, at))
                {
                    yield return fault;
                }
            }
        }

        foreach (var (name, property) in properties)
        {
            var filledIn = property.Flags.HasFlag(ObjectTypePropertyFlags.DeployTimeConstant) && _identity.Contains(name);
            if (property.Flags.HasFlag(ObjectTypePropertyFlags.Required) && !filledIn && given.All(value => value.Name != name))
            {
                yield return $"{path}.{name} is absent.";
            }
        }
    }

    private static IEnumerable<string> OfProperty(JsonElement value, ObjectTypeProperty property, string path)
    {
        if (property.Flags.HasFlag(ObjectTypePropertyFlags.ReadOnly))
        {
            return [$"{path} can only be read."];
        }

        var limits = value.ValueKind == JsonValueKind.Number
            ? OfNumber(value.GetDecimal(), Stated("Minimum", property), Stated("Maximum", property), path)
            : [];
        return Of(value, property.Type.Type, path).Concat(limits);
    }

    private static IEnumerable<string> OfDiscriminated(JsonElement value, DiscriminatedObjectType type, string path)
    {
        var kind = value.At(type.Discriminator).GetString()!;
        if (!type.Elements.TryGetValue(kind, out var element))
        {
            return [$"{path}.{type.Discriminator} is {kind}, and may be one of {string.Join(", ", type.Elements.Keys)}."];
        }

        var of = (ObjectType)element.Type;
        var properties = type.BaseProperties.Concat(of.Properties).ToDictionary(entry => entry.Key, entry => entry.Value);
        return OfProperties(value.EnumerateObject(), properties, of.AdditionalProperties?.Type, path);
    }

    /// <summary>A list of words, of which the last may be any string; that one is not taken.</summary>
    private static IEnumerable<string> OfUnion(JsonElement value, UnionType type, string path)
    {
        var words = type.Elements.Select(element => element.Type).OfType<StringLiteralType>().Select(literal => literal.Value).ToList();
        if (words.Count > 0)
        {
            return words.Contains(value.ToString()) ? [] : [$"{path} is {value}, and may be one of {string.Join(", ", words)}."];
        }

        return type.Elements.Any(element => !Of(value, element.Type, path).Any()) ? [] : [$"{path} is {value}, and fits none of its types."];
    }

    private static IEnumerable<string> OfString(string value, StringType type, string path)
    {
        if (value.Length < (type.MinLength ?? 0) || value.Length > (type.MaxLength ?? long.MaxValue))
        {
            yield return $"{path} is {value}, and may have {type.MinLength} to {type.MaxLength} characters.";
        }

        if (type.Pattern is { } pattern && !Regex.IsMatch(value, pattern))
        {
            yield return $"{path} is {value}, and has to match {pattern}.";
        }
    }

    private static IEnumerable<string> OfNumber(decimal value, long? least, long? most, string path) =>
        value < least || value > most ? [$"{path} is {value}, and may be {least} to {most}."] : [];

    /// <summary>A limit that the description alone states, as in "Maximum value is 10."</summary>
    private static long? Stated(string limit, ObjectTypeProperty property) =>
        StatedLimits().Matches(property.Description ?? "").FirstOrDefault(match => match.Groups[1].Value == limit) is { } match
            ? long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex("(Minimum|Maximum) value is (\\d+)")]
    private static partial Regex StatedLimits();
}
