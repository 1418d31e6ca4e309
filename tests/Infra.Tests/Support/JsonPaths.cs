using System.Text.Json;

namespace Rill.Infra.Tests.Support;

/// <summary>Reading deep into JSON without a ladder of calls.</summary>
internal static class JsonPaths
{
    /// <summary>The element at <paramref name="path"/>, its names divided by dots; the test fails if it is absent.</summary>
    public static JsonElement At(this JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            Assert.True(element.TryGetProperty(name, out element), $"{path} is absent: no {name}.");
        }

        return element;
    }

    /// <summary>Whether there is something at <paramref name="name"/>.</summary>
    public static bool Has(this JsonElement element, string name) => element.TryGetProperty(name, out _);

    /// <summary>Every string inside, at any depth, property names included.</summary>
    public static IEnumerable<string> Strings(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(entry => entry.Value.Strings().Prepend(entry.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
