using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>Logins, subscriptions, providers and resource groups.</summary>
internal static class AzAccounts
{
    public static Dictionary<string, Func<AzCall, JsonNode?>> Handlers(Cloud cloud) => new()
    {
        ["login"] = _ =>
        {
            (cloud.LoggedIn, cloud.LoginExpired) = (true, false);
            return null;
        },
        ["account show"] = call => new JsonObject
        {
            ["id"] = call.Subscription.Id,
            ["name"] = call.Subscription.Name,
            ["tenantId"] = call.Subscription.Tenant,
        },
        ["account get-access-token"] = call => new JsonObject { ["accessToken"] = "a-token", ["subscription"] = call.Subscription.Id },
        ["provider register"] = call => call["namespace"].StartsWith("Microsoft.", StringComparison.Ordinal)
            ? null
            : throw new CommandFailure($"(InvalidResourceNamespace) The resource namespace '{call["namespace"]}' is invalid."),
        ["ad signed-in-user show"] = _ => new JsonObject { ["id"] = Cloud.User },
        ["group create"] = call =>
        {
            call.Subscription.Groups.TryAdd(call["name"], new ResourceGroup(call["name"], call["location"]));
            return null;
        },
        ["group show"] = call => call.Subscription.Groups.TryGetValue(call["name"], out var group)
            ? new JsonObject { ["name"] = group.Name, ["location"] = group.Location, ["tags"] = group.Tags.DeepClone() }
            : throw new CommandFailure($"(ResourceGroupNotFound) Resource group '{call["name"]}' could not be found.", 3),
        ["group delete"] = call =>
        {
            Delete(call.Subscription, call["name"]);
            return null;
        },
    };

    /// <summary>Takes a group away; its vault stays behind, deleted.</summary>
    public static void Delete(Subscription subscription, string name)
    {
        if (!subscription.Groups.Remove(name, out var group))
        {
            throw new CommandFailure($"(ResourceGroupNotFound) Resource group '{name}' could not be found.", 3);
        }

        if (group.Vault is not null)
        {
            subscription.DeletedVaults.Add(new DeletedVault(group.Vault, name, group.Location));
        }
    }
}
