using System.Text.Json;

namespace Rill.Infra.Tests.Support;

/// <summary>infra/main.bicep as Azure Resource Manager gets it: JSON with expressions, modules as nested deployments.</summary>
internal static class CompiledTemplate
{
    private static readonly Lazy<BicepBuild> _build = new(() => BicepCompiler.Build(Repository.Find("infra", "main.bicep")));
    private static readonly Lazy<JsonElement> _root = new(() => JsonDocument.Parse(Text).RootElement);

    /// <summary>How the one build went that all tests share.</summary>
    public static BicepBuild Build => _build.Value;

    /// <summary>The whole template.</summary>
    public static JsonElement Root => _root.Value;

    /// <summary>The whole template as text.</summary>
    public static string Text => _build.Value.Template ?? throw new InvalidOperationException(_build.Value.Diagnostics);

    /// <summary>The template and every template nested in it.</summary>
    public static IEnumerable<JsonElement> Templates() => Nested(Root);

    /// <summary>Every resource but the deployments and the references to existing ones.</summary>
    public static IEnumerable<JsonElement> Resources() => Templates().SelectMany(Own).Where(resource =>
        Type(resource) != "Microsoft.Resources/deployments"
        && !(resource.TryGetProperty("existing", out var existing) && existing.GetBoolean()));

    /// <summary>Resources of one type; there has to be one.</summary>
    public static IReadOnlyList<JsonElement> ResourcesOf(string type)
    {
        var found = Resources().Where(resource => Type(resource) == type).ToList();
        Assert.NotEmpty(found);
        return found;
    }

    /// <summary>The resource's type.</summary>
    public static string Type(JsonElement resource) => resource.GetProperty("type").GetString()!;

    private static IEnumerable<JsonElement> Nested(JsonElement template) => Own(template)
        .Where(resource => Type(resource) == "Microsoft.Resources/deployments")
        .SelectMany(deployment => Nested(deployment.GetProperty("properties").GetProperty("template")))
        .Prepend(template);

    /// <summary>A template's resources: a map from symbolic names, or a list.</summary>
    private static IEnumerable<JsonElement> Own(JsonElement template)
    {
        var resources = template.GetProperty("resources");
        return resources.ValueKind == JsonValueKind.Object
            ? resources.EnumerateObject().Select(entry => entry.Value)
            : resources.EnumerateArray();
    }
}
