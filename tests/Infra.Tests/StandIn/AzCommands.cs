namespace Rill.Infra.Tests.StandIn;

/// <summary>
/// The commands of az that the stand-in takes, with the options that scripts and documents give them. Each has its page of the reference,
/// https://learn.microsoft.com/cli/azure/PAGE; the options were taken from there, as far as stored copies showed them.
/// </summary>
internal static class AzCommands
{
    // Every command takes --subscription: azure-cli-core adds it to each that has none of its own
    // (src/azure-cli-core/azure/cli/core/commands/arm.py, register_global_subscription_argument).
    private const string Global = " subscription query output";

    public static IReadOnlyList<KnownCommand> All { get; } =
    [
        .. new KnownCommand[]
        {
            new("login", "tenant", "reference-index#az-login"),
            new("account show", "", "account#az-account-show"),
            new("account list", "", "account#az-account-list"),
            new("account get-access-token", "", "account#az-account-get-access-token"),
            new("provider register", "!namespace wait?", "provider#az-provider-register"),
            new("ad signed-in-user show", "", "ad/signed-in-user#az-ad-signed-in-user-show"),
            new("ad app create", "!display-name", "ad/app#az-ad-app-create"),
            new("ad app list", "display-name", "ad/app#az-ad-app-list"),
            new("ad app federated-credential create", "!id !parameters", "ad/app/federated-credential#az-ad-app-federated-credential-create"),
            new("ad app federated-credential list", "!id", "ad/app/federated-credential#az-ad-app-federated-credential-list"),
            new("ad sp create", "!id", "ad/sp#az-ad-sp-create"),
            new("ad sp list", "filter display-name", "ad/sp#az-ad-sp-list"),
            new("role assignment create", "!role !scope assignee-object-id assignee-principal-type condition condition-version", "role/assignment#az-role-assignment-create"),
            new("role definition create", "!role-definition", "role/definition#az-role-definition-create"),
            new("role definition list", "name custom-role-only", "role/definition#az-role-definition-list"),
            new("group create", "!name !location tags", "group#az-group-create"),
            new("group show", "!name", "group#az-group-show"),
            new("group delete", "!name yes? no-wait?", "group#az-group-delete"),
            new("resource list", "resource-group resource-type", "resource#az-resource-list"),
            new("resource show", "!resource-group !resource-type !name api-version", "resource#az-resource-show"),
            new("rest", "!method !url headers body", "reference-index#az-rest"),
            new("deployment sub create", "!location name parameters", "deployment/sub#az-deployment-sub-create"),
            new("deployment sub what-if", "!location name parameters validation-level", "deployment/sub#az-deployment-sub-what-if"),
            new("deployment sub show", "!name", "deployment/sub#az-deployment-sub-show"),
            new("deployment operation sub list", "!name", "deployment/operation/sub#az-deployment-operation-sub-list"),
            new("keyvault secret list", "!vault-name", "keyvault/secret#az-keyvault-secret-list"),
            new("keyvault secret show", "!vault-name !name", "keyvault/secret#az-keyvault-secret-show"),
            new("keyvault secret set", "!vault-name !name file encoding", "keyvault/secret#az-keyvault-secret-set"),
            new("keyvault list-deleted", "resource-type", "keyvault#az-keyvault-list-deleted"),
            new("keyvault recover", "!name location", "keyvault#az-keyvault-recover"),
            new("keyvault purge", "!name location", "keyvault#az-keyvault-purge"),
            new("storage blob list", "!container-name account-name prefix num-results auth-mode", "storage/blob#az-storage-blob-list"),
            new("acr repository list", "!name", "acr/repository#az-acr-repository-list"),
            new("acr repository show-tags", "!name !repository", "acr/repository#az-acr-repository-show-tags"),
            new("acr repository update", "!name image write-enabled", "acr/repository#az-acr-repository-update"),
            new("acr artifact-streaming create", "!name !image", "acr/artifact-streaming#az-acr-artifact-streaming-create"),
            new("acr build", "!registry <source> image file build-arg platform timeout", "acr#az-acr-build"),
            new("acr login", "!name", "acr#az-acr-login"),
            new("containerapp env workload-profile list-supported", "!location", "containerapp/env/workload-profile#az-containerapp-env-workload-profile-list-supported"),
            new("containerapp list-usages", "!location", "containerapp#az-containerapp-list-usages"),
            new("containerapp show", "name resource-group", "containerapp#az-containerapp-show"),
            new("containerapp revision list", "!name !resource-group all?", "containerapp/revision#az-containerapp-revision-list"),
            new("containerapp revision show", "!revision name resource-group", "containerapp/revision#az-containerapp-revision-show"),
            new("containerapp revision copy", "name resource-group from-revision", "containerapp/revision#az-containerapp-revision-copy"),
            new("containerapp revision activate", "!revision name resource-group", "containerapp/revision#az-containerapp-revision-activate"),
            new("containerapp revision deactivate", "!revision name resource-group", "containerapp/revision#az-containerapp-revision-deactivate"),
            new("containerapp revision restart", "!revision name resource-group", "containerapp/revision#az-containerapp-revision-restart"),
            new("containerapp replica list", "!name !resource-group revision", "containerapp/replica#az-containerapp-replica-list"),
            new("monitor log-analytics query", "!workspace !analytics-query", "monitor/log-analytics#az-monitor-log-analytics-query"),
            new("containerapp logs show", "!name !resource-group follow? type", "containerapp/logs#az-containerapp-logs-show"),
        }.Select(command => command with { Options = command.Options + Global }),
    ];
}
