using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>Deployments of infra/main.bicep: what they make, and how they fail.</summary>
internal static class AzDeployments
{
    /// <summary>The app's identity, whose roles may count late too.</summary>
    public const string AppIdentity = "app-identity";

    public static Dictionary<string, Func<AzCall, JsonNode?>> Handlers(Cloud cloud) => new()
    {
        ["deployment sub create"] = call =>
        {
            var template = Template.Read(call.Call, call["parameters"], call["location"]);
            Create(cloud, call.Subscription, call["name"], template, call.Call.Variable("AZURE_PRINCIPAL_ID"));
            return null;
        },
        ["deployment sub what-if"] = call =>
        {
            var template = Template.Read(call.Call, call["parameters"], call["location"]);
            return JsonValue.Create($"Resource changes: {template["environmentName"]} with {template["image"]}.");
        },
        ["deployment sub show"] = call =>
        {
            var deployment = call.Subscription.Deployments.GetValueOrDefault(call["name"])
                ?? throw new CommandFailure($"(DeploymentNotFound) Deployment '{call["name"]}' could not be found.", 3);
            return new JsonObject
            {
                ["properties"] = new JsonObject
                {
                    ["provisioningState"] = deployment.State,
                    ["outputs"] = new JsonObject(deployment.Outputs.Select(output =>
                        KeyValuePair.Create(AsAzureSpellsIt(output.Key), (JsonNode?)new JsonObject { ["type"] = "String", ["value"] = output.Value }))),
                },
            };
        },
        ["deployment operation sub list"] = _ => new JsonArray(),
    };

    /// <summary>Deploys; what is made stays though the deployment fails, and a failed one has no outputs.</summary>
    public static Deployment Create(Cloud cloud, Subscription subscription, string name, Template template, string deployer)
    {
        subscription.Deployments[name] = new Deployment("Failed", new Dictionary<string, string>());
        var group = MakeFoundation(cloud, subscription, template, deployer);
        FailHalfWay(cloud, "foundation");
        if (template["image"].Length > 0)
        {
            MakeApp(cloud, group, template, name: $"ca-api-{template.Token(subscription)}");
            FailHalfWay(cloud, "app");
        }

        return subscription.Deployments[name] = new Deployment("Succeeded", Outputs(subscription, group, template));
    }

    /// <summary>
    /// Azure makes names of outputs begin small, up to the last capital of the first word: AZURE_LOCATION is azurE_LOCATION
    /// (https://github.com/Azure/bicep/issues/9360; by a maintainer of azd in azure-dev issue 512 not each time).
    /// </summary>
    private static string AsAzureSpellsIt(string name)
    {
        var word = name.TakeWhile(char.IsUpper).Count();
        return name[..(word - 1)].ToLowerInvariant() + name[(word - 1)..];
    }

    private static void FailHalfWay(Cloud cloud, string step)
    {
        if (cloud.HalfWay.Remove(step))
        {
            throw new CommandFailure($"(DeploymentFailed) At least one resource deployment operation failed: InternalServerError, {step}.");
        }
    }

    private static ResourceGroup MakeFoundation(Cloud cloud, Subscription subscription, Template template, string deployer)
    {
        var name = "rg-" + template["environmentName"];
        var group = subscription.Groups.TryGetValue(name, out var found) ? found : subscription.Groups[name] = new ResourceGroup(name, template["location"]);
        if (group.Location != template["location"])
        {
            throw new CommandFailure($"(InvalidResourceGroupLocation) The Resource group already exists in location '{group.Location}'.");
        }

        group.Tags = new JsonObject
        {
            ["azd-env-name"] = template["environmentName"],
            ["rill-gpu"] = template["gpu"],
            ["rill-model"] = template["model"],
            ["rill-name-salt"] = template["nameSalt"],
        };
        var token = template.Token(subscription);
        group.Registry ??= new Registry("cr" + token);
        group.Models ??= new ModelStorage("stmodel" + token);
        if (subscription.DeletedVaults.Exists(deleted => deleted.Vault.Name == "kv-" + token))
        {
            throw new CommandFailure(
                "(ConflictError) A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault.");
        }

        group.Vault ??= new Vault("kv-" + token, template["purgeProtection"] == "true", template["nameSalt"]);
        group.BudgetStart ??= template["contactEmails"].Length == 0 ? null : template["budgetStart"] is { Length: > 0 } start ? start : "2026-11-01";
        group.Vault.Assign(AppIdentity, cloud.RefusalsOfNewRoles);
        foreach (var guarded in new Guarded[] { group.Registry, group.Models, group.Vault })
        {
            guarded.Assign(deployer, cloud.RefusalsOfNewRoles);
        }

        return group;
    }

    private static void MakeApp(Cloud cloud, ResourceGroup group, Template template, string name)
    {
        if (!group.Vault!.LetsIn(AppIdentity))
        {
            throw new CommandFailure(
                "(InvalidParameterValueInContainerTemplate) Field 'configuration.secrets' is invalid with details: 'api-key': Unable to get value using Managed identity for secret api-key.");
        }

        if (!group.Vault.Secrets.ContainsKey("api-key"))
        {
            throw new CommandFailure("(InvalidParameterValueInContainerTemplate) 'api-key': SecretNotFound.");
        }

        if (cloud.RefusesTemplateOverOwnRules && group.App?.HttpConcurrency is not null)
        {
            throw new CommandFailure("(FunctionAppCannotSetScaleRules) Can't switch to platform-controlled mode if non-empty rules exist to protect accidentally deleting customer defined scale rules.");
        }

        group.App ??= new ContainerApp(name, cloud, group.Registry!);
        group.App.Deploy(template.ForRevision);
    }

    private static Dictionary<string, string> Outputs(Subscription subscription, ResourceGroup group, Template template)
    {
        var known = new Dictionary<string, string>
        {
            ["AZURE_LOCATION"] = group.Location,
            ["AZURE_TENANT_ID"] = subscription.Tenant,
            ["AZURE_RESOURCE_GROUP"] = group.Name,
            ["AZURE_CONTAINER_REGISTRY_NAME"] = group.Registry!.Name,
            ["AZURE_CONTAINER_REGISTRY_ENDPOINT"] = group.Registry.Server,
            ["AZURE_KEY_VAULT_NAME"] = group.Vault!.Name,
            ["MODEL_STORAGE_ACCOUNT"] = group.Models!.Name,
            ["MODEL_CONTAINER_URI"] = $"https://{group.Models.Name}.blob.core.windows.net/models",
            ["RILL_TORCH_BACKEND"] = template["gpu"] == "none" ? "cpu" : "cuda",
            ["SERVICE_API_NAME"] = $"ca-api-{template.Token(subscription)}",
            ["SERVICE_API_URI"] = $"https://ca-api-{template.Token(subscription)}.example.{group.Location}.azurecontainerapps.io",
            ["SERVICE_API_IMAGE_NAME"] = template["image"],
        };
        // Only what infra/main.bicep puts out: a script that reads another one finds nothing.
        return Template.Outputs.ToDictionary(name => name, name => known.GetValueOrDefault(name, "not modelled"));
    }
}
