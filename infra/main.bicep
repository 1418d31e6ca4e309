// Rill on Azure: one resource group with everything that the endpoint needs.
//
// Deployed twice the first time. Without an image it makes the foundation (registry, vault, storage, environment, roles): the app
// cannot be there yet, since its image has to be pushed into the registry and its key put into the vault first. With an image it
// makes the app too. scripts/deploy.sh does all of it; docs/deploy.md tells the steps.
metadata description = 'Rill: a serverless LLM endpoint on Azure Functions in Container Apps'

targetScope = 'subscription'

import { checkedLocation, checkedName } from 'checks.bicep'
import { profiles } from 'profiles.bicep'

@description('Name of this deployment; part of every name. Lower-case letters, digits and hyphens.')
@minLength(1)
@maxLength(20)
param environmentName string

@description('Region. With a GPU it must offer the profile: az containerapp env workload-profile list-supported --location REGION.')
param location string

@description('Refuses a region that is not in infra/gpu-regions.json. To be switched off where Azure offers the GPU by now.')
param checkRegion bool = true

@description('GPU of a replica: t4 (16 GB), a100 (80 GB), or none: then models run on the processor, and no GPU quota is needed.')
@allowed(['none', 't4', 'a100'])
param gpu string

@description('Image of the app, REGISTRY/NAME:TAG, or empty while there is none: then only the foundation is made.')
param image string = ''

@description('Model: hf://ORG/NAME[@REVISION], https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH, or a path in this deployment\'s own container. Empty for the small one that the image holds.')
param model string = ''

@description('Replicas that always run. Zero is the point of it; one costs the price of an hour, each hour.')
@minValue(0)
@maxValue(30)
param minReplicas int = 0

@description('Most replicas, each with a GPU of its own. The quota has to allow them.')
@minValue(1)
@maxValue(30)
param maxReplicas int = 1

@description('Seconds without requests after which a replica is given back. They are paid for.')
@minValue(0)
@maxValue(3600)
param cooldownSeconds int = 300

@description('Seconds that running streams may go on when a replica stops. Container Apps ends it 30 s later, after 600 s at most.')
@minValue(0)
@maxValue(570)
param drainSeconds int = 300

@description('When a replica takes requests: host, as soon as it can answer, so that a waiting client sees comments while the model loads; or model, when the model is loaded.')
@allowed(['host', 'model'])
param readyWhen string = 'host'

@description('Most tokens of prompt and answer together. 0 for as many as the model was made for, as far as the memory goes.')
@minValue(0)
param contextLength int = 0

@description('Most sequences that run at once on a replica. 0 for the app\'s own default.')
@minValue(0)
@maxValue(1024)
param maxSequences int = 0

@description('What models compute in: auto, as their files and the GPU suit each other; or bf16, f16 (GPU), f32, q8, q4.')
@allowed(['auto', 'bf16', 'f16', 'f32', 'q8', 'q4'])
param dtype string = 'auto'

@description('Further settings of the app, e.g. { Rill__Engine__MaxSequences: \'32\' }; see docs/settings.md.')
param settings object = {}

@description('Lets a silent stream live for 30 minutes at the ingress, instead of 240 s, at the price of two D4 nodes around the clock.')
param premiumIngress bool = false

@description('Tier of the registry. Premium pulls fastest and alone has artifact streaming; Basic is the cheapest. Empty for Premium with a GPU, Basic without: its image is small.')
@allowed(['', 'Basic', 'Standard', 'Premium'])
param registrySku string = ''

@description('Most gigabytes of logs and telemetry a day.')
@minValue(1)
param logQuotaGb int = 1

@description('Who is told of alerts and of the budget. Empty for nobody; then there is no budget.')
param contactEmails string[] = []

@description('Dollars (or the subscription\'s currency) a month of which the contacts are told.')
@minValue(1)
param monthlyBudget int = 100

@description('First day of the month in which the budget was first deployed; empty for the current one. It cannot be moved later.')
param budgetStart string = ''

@description('Not to be set: the default of budgetStart.')
param currentMonth string = utcNow('yyyy-MM-01')

@description('Keeps a deleted vault for seven days, in which nobody can delete it for good. Once on it cannot be switched off.')
param purgeProtection bool = false

@description('Changes the names of all resources, for when a deleted vault still holds the name. Must stay the same afterwards.')
@maxLength(20)
param nameSalt string = ''

@description('Who deploys: may push images, upload models and set keys. Empty for nobody.')
param deployerPrincipalId string = ''

@description('What deployerPrincipalId is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param deployerPrincipalType string = 'User'

var profile = profiles[gpu]
var torchBackend = gpu == 'none' ? 'cpu' : 'cuda'
var region = toLower(replace(location, ' ', '')) // 'Sweden Central' is the same deployment as swedencentral
var token = empty(nameSalt)
  ? uniqueString(subscription().id, environmentName, region)
  : uniqueString(subscription().id, environmentName, region, nameSalt)
var tags = { 'azd-env-name': environmentName }
// By it scripts/deploy.sh tells whether a deleted vault has the name that the next one would have.
var vaultTags = union(tags, empty(nameSalt) ? {} : { 'rill-name-salt': nameSalt })
var names = {
  identity: 'id-${token}'
  workspace: 'log-${token}'
  insights: 'appi-${token}'
  hostStorage: 'sthost${token}'
  modelStorage: 'stmodel${token}'
  registry: 'cr${token}'
  vault: 'kv-${token}'
  environment: 'cae-${token}'
  app: 'ca-api-${token}'
}
var modelContainer = 'models'
var modelContainerUri = 'https://${names.modelStorage}.blob.${az.environment().suffixes.storage}/${modelContainer}'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  // Checked here, where everything begins, and nowhere else: the group's name is part of every expression that follows.
  location: checkRegion ? checkedLocation(location, gpu) : location
  tags: union(tags, {
    'azd-env-name': checkedName(environmentName)
    // scripts/deploy.sh keeps these until it is given others.
    'rill-gpu': gpu
    'rill-model': model
    'rill-name-salt': nameSalt
  })
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    dailyQuotaGb: logQuotaGb
  }
}

module hostStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.hostStorage
    location: location
    tags: tags
  }
}

module modelStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.modelStorage
    location: location
    tags: tags
    containers: [modelContainer]
  }
}

module registry 'modules/registry.bicep' = {
  scope: group
  params: {
    name: names.registry
    location: location
    tags: tags
    sku: empty(registrySku) ? (gpu == 'none' ? 'Basic' : 'Premium') : registrySku
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: vaultTags
    workspaceId: monitoring.outputs.workspaceId
    purgeProtection: purgeProtection
  }
}

module environment 'modules/environment.bicep' = {
  scope: group
  params: {
    name: names.environment
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    profileName: profile.profileName
    profileType: profile.profileType
    premiumIngress: premiumIngress
  }
}

module roles 'modules/roles.bicep' = {
  scope: group
  params: {
    identityName: names.identity
    registryName: names.registry
    hostStorageName: names.hostStorage
    modelStorageName: names.modelStorage
    vaultName: names.vault
    insightsName: names.insights
    deployerPrincipalId: deployerPrincipalId
    deployerPrincipalType: deployerPrincipalType
  }
  dependsOn: [identity, registry, hostStorage, modelStorage, vault, monitoring]
}

module app 'modules/app.bicep' = if (!empty(image)) {
  scope: group
  params: {
    name: names.app
    location: location
    tags: tags
    environmentId: environment.outputs.id
    workloadProfileName: profile.profileName
    cpu: profile.cpu
    memory: profile.memory
    device: torchBackend
    image: image
    registryServer: registry.outputs.loginServer
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostStorageName: names.hostStorage
    apiKeySecretUri: '${vault.outputs.uri}secrets/api-key'
    insightsConnectionString: monitoring.outputs.connectionString
    model: model
    modelContainerUri: modelContainerUri
    minReplicas: minReplicas
    maxReplicas: maxReplicas
    cooldownSeconds: cooldownSeconds
    drainSeconds: drainSeconds
    readyWhen: readyWhen
    contextLength: contextLength
    maxSequences: maxSequences
    dtype: dtype
    settings: settings
  }
  dependsOn: [roles]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appName: names.app
    contactEmails: contactEmails
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'modules/budget.bicep' = if (!empty(contactEmails)) {
  scope: group
  params: {
    name: 'budget-${environmentName}'
    startDate: empty(budgetStart) ? currentMonth : budgetStart
    monthlyAmount: monthlyBudget
    contactEmails: contactEmails
  }
}

// Upper case, as azd reads them into its environment. None of them is a secret.
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_NAME string = names.registry
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer
output AZURE_CONTAINER_APPS_ENVIRONMENT_ID string = environment.outputs.id
output AZURE_CONTAINER_APPS_ENVIRONMENT_NAME string = names.environment
output AZURE_KEY_VAULT_NAME string = names.vault
output MODEL_STORAGE_ACCOUNT string = names.modelStorage
output MODEL_BLOB_ENDPOINT string = modelStorage.outputs.blobEndpoint
output MODEL_CONTAINER_URI string = modelContainerUri
output MODEL_CONTAINER string = modelContainer
output RILL_TORCH_BACKEND string = torchBackend
output SERVICE_API_NAME string = names.app
output SERVICE_API_URI string = 'https://${names.app}.${environment.outputs.defaultDomain}'
output SERVICE_API_IMAGE_NAME string = image
output SERVICE_API_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
