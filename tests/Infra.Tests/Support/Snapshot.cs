using System.Text.Json;

namespace Rill.Infra.Tests.Support;

/// <summary>
/// The resources that one parameter file makes, with every expression evaluated that needs no running deployment. The snapshots are
/// committed; <c>BicepTests</c> shows that they are what the templates give.
/// </summary>
internal sealed class Snapshot
{
    private readonly List<JsonElement> _resources;

    private Snapshot(JsonElement root) => _resources = [.. root.GetProperty("predictedResources").EnumerateArray()];

    /// <summary>The names of all snapshots, as theory data.</summary>
    public static TheoryData<string> Names => new() { "cpu", "t4", "a100" };

    /// <summary>Reads infra/snapshots/NAME.snapshot.json.</summary>
    public static Snapshot Load(string name) => Parse(Repository.Read("infra", "snapshots", name + ".snapshot.json"));

    /// <summary>Reads a snapshot's text.</summary>
    public static Snapshot Parse(string text) => new(JsonDocument.Parse(text).RootElement);

    /// <summary>All resources.</summary>
    public IReadOnlyList<JsonElement> All => _resources;

    /// <summary>All resources by their ids.</summary>
    public IReadOnlyDictionary<string, JsonElement> ById => _resources.ToDictionary(resource => resource.At("id").GetString()!);

    /// <summary>The function app.</summary>
    public JsonElement App => Only("Microsoft.App/containerApps");

    /// <summary>The app's only container.</summary>
    public JsonElement Container => Properties(App).GetProperty("template").GetProperty("containers").EnumerateArray().Single();

    /// <summary>The one resource of its type.</summary>
    public JsonElement Only(string type) => Assert.Single(Of(type));

    /// <summary>The resources of a type.</summary>
    public IReadOnlyList<JsonElement> Of(string type) => [.. _resources.Where(resource => CompiledTemplate.Type(resource) == type)];

    /// <summary>A resource's properties.</summary>
    public static JsonElement Properties(JsonElement resource) => resource.GetProperty("properties");
}
