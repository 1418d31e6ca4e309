using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>Revisions, replicas and workload profiles.</summary>
internal static class AzContainerApps
{
    public static Dictionary<string, Func<AzCall, JsonNode?>> Handlers(Cloud cloud) => new()
    {
        ["containerapp env workload-profile list-supported"] = call => cloud.Regions.TryGetValue(call["location"], out var profiles)
            ? new JsonArray([.. profiles.Select(profile => new JsonObject { ["name"] = profile })])
            : throw new CommandFailure($"(NoRegisteredProviderFound) No registered resource provider found for location '{call["location"]}'."),
        ["containerapp revision list"] = call => new JsonArray([.. App(call).Revisions
            .Where(revision => revision.Active || call["all"].Length > 0)
            .Select(revision => revision.Describe())]),
        ["containerapp revision show"] = call =>
        {
            App(call).Tick();
            return App(call).Find(call["revision"]).Describe();
        },
        ["containerapp revision copy"] = call =>
        {
            App(call).Add(App(call).Find(call["from-revision"]).Template);
            return null;
        },
        ["containerapp revision activate"] = call =>
        {
            App(call).Activate(App(call).Find(call["revision"]));
            return null;
        },
        ["containerapp revision deactivate"] = call =>
        {
            App(call).Deactivate(App(call).Find(call["revision"]));
            return null;
        },
        ["containerapp revision restart"] = call => JsonValue.Create($"Restarted {App(call).Find(call["revision"]).Name}."),
        ["containerapp replica list"] = call => new JsonArray([.. App(call).Revisions
            .Where(revision => revision.Replicas > 0)
            .Select(revision => new JsonObject { ["name"] = revision.Name + "-replica" })]),
        ["containerapp logs show"] = call => JsonValue.Create($"Logs of {App(call).Name}."),
    };

    private static ContainerApp App(AzCall call) => call.Group.App is { } app && app.Name == call["name"]
        ? app
        : throw new CommandFailure($"The containerapp '{call["name"]}' does not exist.", 3);
}
