using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rill.Infra.Tests.StandIn;

/// <summary>Resources by type, the vault with its secrets, and the storage of models.</summary>
internal static partial class AzResources
{
    // As the services word them; scripts tell by these words that a role is missing.
    private const string VaultRefusal = "(Forbidden) Caller is not authorized to perform action on resource.\nCode: Forbidden\nInner error: ForbiddenByRbac";
    private const string StorageRefusal = "\nYou do not have the required permissions needed to perform this operation.\nDepending on your operation, you may need to be assigned one of the following roles: \"Storage Blob Data Contributor\"";

    public static Dictionary<string, Func<AzCall, JsonNode?>> Handlers(Cloud cloud) => new()
    {
        ["resource list"] = ListApps,
        ["resource show"] = Show,
        ["rest"] = Patch,
        ["keyvault secret list"] = call => new JsonArray([.. VaultOf(call).Secrets.Keys.Select(name => new JsonObject { ["name"] = name })]),
        ["keyvault secret show"] = call => new JsonObject
        {
            ["value"] = VaultOf(call).Secrets.GetValueOrDefault(call["name"]) ?? throw new CommandFailure("(SecretNotFound) A secret with (name/id) api-key was not found in this key vault.", 3),
        },
        ["keyvault secret set"] = call =>
        {
            VaultOf(call).Secrets[call["name"]] = File.ReadAllText(call.Call.Find(call["file"]));
            return null;
        },
        ["keyvault list-deleted"] = ListDeleted,
        ["keyvault recover"] = call =>
        {
            var deleted = Deleted(call);
            var group = call.Subscription.Groups.GetValueOrDefault(deleted.Group)
                ?? throw new CommandFailure($"(ResourceGroupNotFound) Resource group '{deleted.Group}' could not be found.", 3);
            group.Vault = deleted.Vault;
            call.Subscription.DeletedVaults.Remove(deleted);
            return null;
        },
        ["keyvault purge"] = call =>
        {
            var deleted = Deleted(call);
            if (deleted.Vault.PurgeProtection)
            {
                throw new CommandFailure("(MethodNotAllowed) Operation 'DeletedVaultPurge' is not allowed.");
            }

            call.Subscription.DeletedVaults.Remove(deleted);
            return null;
        },
        ["storage blob list"] = call =>
        {
            var models = call.Subscription.Find(group => group.Models?.Name == call["account-name"] ? group.Models : null, call["account-name"]);
            if (call["auth-mode"] != "login" || call["container-name"] != "models")
            {
                throw new CommandFailure("Key based authentication is not permitted on this storage account.");
            }

            AzCall.Require(models, StorageRefusal);
            return new JsonArray([.. models.Blobs.Where(blob => blob.StartsWith(call["prefix"], StringComparison.Ordinal)).Select(blob => new JsonObject { ["name"] = blob })]);
        },
    };

    private static Vault VaultOf(AzCall call)
    {
        var vault = call.Subscription.Find(group => group.Vault?.Name == call["vault-name"] ? group.Vault : null, call["vault-name"]);
        AzCall.Require(vault, VaultRefusal);
        return vault;
    }

    private static DeletedVault Deleted(AzCall call) => call.Subscription.DeletedVaults.Find(deleted => deleted.Vault.Name == call["name"] && deleted.Location == call["location"])
        ?? throw new CommandFailure($"No deleted Vault or HSM was found with name '{call["name"]}'.");

    private static JsonArray ListDeleted(AzCall call) => new([.. call.Subscription.DeletedVaults.Select(deleted => new JsonObject
    {
        ["name"] = deleted.Vault.Name,
        ["properties"] = new JsonObject
        {
            ["vaultId"] = $"/subscriptions/{call.Subscription.Id}/resourceGroups/{deleted.Group}/providers/Microsoft.KeyVault/vaults/{deleted.Vault.Name}",
            ["location"] = deleted.Location,
            ["tags"] = deleted.Vault.Salt.Length == 0 ? new JsonObject { ["azd-env-name"] = "any" } : new JsonObject { ["rill-name-salt"] = deleted.Vault.Salt },
            ["purgeProtectionEnabled"] = deleted.Vault.PurgeProtection ? true : null,
            ["scheduledPurgeDate"] = "2026-12-07T00:00:00+00:00",
        },
    })]);

    private static JsonArray ListApps(AzCall call)
    {
        var app = call.Group.App;
        return app is null || call["resource-type"] != "Microsoft.App/containerApps" ? [] : [app.Describe()];
    }

    private static JsonObject Show(AzCall call)
    {
        if (call["resource-type"] == "Microsoft.App/containerApps" && call.Group.App is { } app && app.Name == call["name"])
        {
            app.Tick();
            return app.Describe();
        }

        if (call["resource-type"] == "Microsoft.Consumption/budgets" && call.Group.BudgetStart is { } start)
        {
            return new JsonObject { ["properties"] = new JsonObject { ["timePeriod"] = new JsonObject { ["startDate"] = start + "T00:00:00Z" } } };
        }

        throw new CommandFailure($"(ResourceNotFound) The Resource '{call["resource-type"]}/{call["name"]}' was not found.", 3);
    }

    /// <summary>The PATCH that sets or gives back scale rules: with the override there have to be rules, without it none.</summary>
    private static JsonNode? Patch(AzCall call)
    {
        var url = Url().Match(call["url"]);
        if (!url.Success || call["method"] != "PATCH" || url.Groups["subscription"].Value != call.Subscription.Id)
        {
            throw new CommandFailure($"Not Found({call["method"]} {call["url"]})");
        }

        var app = call.Subscription.Groups[url.Groups["group"].Value].App!;
        var scale = JsonNode.Parse(call["body"])!["properties"]!["template"]!["scale"]!;
        var concurrency = scale["rules"]!.AsArray().FirstOrDefault()?["http"]!["metadata"]!["concurrentRequests"]!.GetValue<string>();
        if (scale["allowScalingRuleOverride"]!.GetValue<bool>() != concurrency is not null)
        {
            throw new CommandFailure("Bad Request(FunctionAppCannotSetScaleRules)");
        }

        app.Scale(concurrency);
        return null;
    }

    [GeneratedRegex("^/subscriptions/(?<subscription>[^/]+)/resourceGroups/(?<group>[^/]+)/providers/Microsoft\\.App/containerApps/[^/]+\\?api-version=2026-07-01$")]
    private static partial Regex Url();
}
