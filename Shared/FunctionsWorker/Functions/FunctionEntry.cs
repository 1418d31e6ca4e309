using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;

namespace Rill.FunctionsWorker.Functions;

/// <summary>One method marked with <see cref="FunctionAttribute"/>, and its HTTP trigger.</summary>
internal sealed class FunctionEntry(string name, MethodInfo method, string triggerParameter, HttpTriggerAttribute trigger)
    : FunctionDefinition
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <summary>The name: unique in an app, so the host can know the function by it.</summary>
    public override string Id => name;

    /// <inheritdoc/>
    public override string EntryPoint => $"{method.DeclaringType!.FullName}.{method.Name}";

    /// <inheritdoc/>
    public override string PathToAssembly => method.Module.FullyQualifiedName;

    public MethodInfo Method => method;

    public string TriggerParameter => triggerParameter;

    public HttpTriggerAttribute Trigger => trigger;

    /// <summary>The trigger as the host wants to read it; routes, methods and keys are enforced from this alone.</summary>
    public JsonObject Binding()
    {
        var binding = new JsonObject
        {
            ["name"] = triggerParameter,
            ["direction"] = "In",
            ["type"] = "httpTrigger",
            ["authLevel"] = trigger.AuthLevel.ToString(),
        };
        if (trigger.Methods is { } methods)
        {
            binding["methods"] = new JsonArray([.. methods.Select(method => JsonValue.Create(method))]);
        }

        if (trigger.Route is { } route)
        {
            binding["route"] = route;
        }

        return binding;
    }

    /// <summary>The entry of a functions.metadata file, which <c>func pack</c> and deployment tools read.</summary>
    public JsonObject FileMetadata() => new()
    {
        ["name"] = name,
        ["scriptFile"] = Path.GetFileName(PathToAssembly),
        ["entryPoint"] = EntryPoint,
        ["language"] = "dotnet-isolated",
        ["properties"] = new JsonObject { ["IsCodeless"] = false },
        ["bindings"] = new JsonArray(Binding()),
    };

    /// <summary>The functions.metadata file of an app with these functions.</summary>
    public static string ToMetadataFile(IEnumerable<FunctionEntry> functions) =>
        new JsonArray([.. functions.Select(function => function.FileMetadata())])
            .ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
}
