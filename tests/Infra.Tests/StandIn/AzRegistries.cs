using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>The registry: its tags, and builds in it.</summary>
internal static class AzRegistries
{
    public static Dictionary<string, Func<AzCall, JsonNode?>> Handlers() => new()
    {
        ["acr repository list"] = call => new JsonArray([.. Open(call, "name").Repositories.Keys.Select(name => JsonValue.Create(name))]),
        ["acr repository show-tags"] = call => Open(call, "name").Repositories.TryGetValue(call["repository"], out var tags)
            ? new JsonArray([.. tags.Keys.Select(tag => JsonValue.Create(tag))])
            : throw new CommandFailure($"repository \"{call["repository"]}\" is not found. (RepositoryNotFound)"),
        ["acr repository update"] = call =>
        {
            var (repository, tag) = (call["image"].Split(':')[0], call["image"].Split(':')[1]);
            Open(call, "name").Repositories[repository][tag] = call["write-enabled"] == "false";
            return null;
        },
        ["acr artifact-streaming create"] = call => Open(call, "name").Repositories.ContainsKey(call["image"].Split(':')[0])
            ? null
            : throw new CommandFailure("The image was not found."),
        ["acr login"] = call =>
        {
            Open(call, "name");
            return null;
        },
        ["acr build"] = Build,
    };

    private static JsonNode? Build(AzCall call)
    {
        if (!call.Subscription.RegistriesBuild)
        {
            throw new CommandFailure("(TasksOperationsNotAllowed) ACR Tasks requests for the registry are not permitted. Please file an Azure support request for assistance.");
        }

        if (!File.Exists(call.Call.Find(call["file"])) || call.Line.Arguments is not [var source] || !Directory.Exists(call.Call.Find(source)))
        {
            throw new CommandFailure($"Unable to find '{call["file"]}'.");
        }

        if (call["build-arg"] is not ("TORCH_BACKEND=cpu" or "TORCH_BACKEND=cuda") || call["build-arg"].EndsWith("cpu", StringComparison.Ordinal) != call["image"].EndsWith("-cpu", StringComparison.Ordinal))
        {
            throw new CommandFailure($"The build of {call["image"]} with {call["build-arg"]} failed.");
        }

        Named(call, "registry").Push(call["image"]);
        return null;
    }

    private static Registry Named(AzCall call, string option) =>
        call.Subscription.Find(group => group.Registry?.Name == call[option] ? group.Registry : null, call[option]);

    private static Registry Open(AzCall call, string option)
    {
        var registry = Named(call, option);
        AzCall.Require(registry, $"Access to registry '{registry.Server}' was denied. Response code: 403. Please try running 'az acr login' again to refresh permissions.");
        return registry;
    }
}
