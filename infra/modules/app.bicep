// The function app, as a native container app. Its scale rules belong to the platform: a template that names any is refused
// (FunctionAppCannotSetScaleRules). scripts/deploy.sh sets our own, where asked to, by PATCH afterwards. See docs/adr/0024.
metadata description = 'The function app'

param name string
param location string
param tags object
param environmentId string
param workloadProfileName string

@description('vCPUs of a replica; a GPU comes with the profile.')
param cpu int

@description('Where models run.')
@allowed(['cpu', 'cuda'])
param device string

@description('Memory of a replica, e.g. 28Gi.')
param memory string

@description('Image with a tag that names a commit. Artifact streaming works by tag, not by digest.')
param image string
param registryServer string
param identityId string
param identityClientId string
param hostStorageName string

@description('Vault secret that holds the API key, without a version, so that a new version is taken up by itself.')
param apiKeySecretUri string
param insightsConnectionString string

@description('Model: an address with ://, a path in the container of modelContainerUri, or empty for the one in the image.')
param model string
param modelContainerUri string

@minValue(0)
param minReplicas int

@minValue(1)
param maxReplicas int

@minValue(0)
param cooldownSeconds int

@minValue(0)
param drainSeconds int

@allowed(['host', 'model'])
param readyWhen string

@minValue(0)
param contextLength int

@minValue(0)
param maxSequences int

param dtype string

@description('Further settings of the app, name to value; see docs/settings.md. No secrets.')
param settings object

var apiKeySecret = 'api-key'
var port = 8080 // where FunctionApp/Dockerfile lets the host listen

// After the drain: the last error frames, and the host's own end.
var terminationGracePeriodSeconds = drainSeconds + 30

var fixedSettings = {
  FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'
  AzureWebJobsStorage__accountName: hostStorageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AZURE_CLIENT_ID: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // The host must outlive the worker's drain, which begins at the same signal (the image's entry point); its default is seconds.
  ASPNETCORE_SHUTDOWNTIMEOUTSECONDS: string(terminationGracePeriodSeconds - 10)
  Rill__Device: device
  Rill__DrainSeconds: string(drainSeconds)
  Rill__ReadyWhen: readyWhen == 'model' ? 'Model' : 'Host'
}

// Without the setting the app takes its default, which is the model in the image.
var modelSetting = empty(model) ? {} : { Rill__Model: contains(model, '://') ? model : '${modelContainerUri}/${model}' }

// Likewise: what is not chosen is left to the app.
var chosenSettings = union(
  contextLength == 0 ? {} : { Rill__ContextLength: string(contextLength) },
  maxSequences == 0 ? {} : { Rill__Engine__MaxSequences: string(maxSequences) },
  dtype == 'auto' ? {} : { Rill__Dtype: dtype }
)

// A replica knows only the responses that it gave itself, and a conversation may go on at another one: none is kept, and clients send it whole.
var replicaSetting = maxReplicas > 1 ? { Rill__MaxStoredResponses: '0' } : {}

resource app 'Microsoft.App/containerApps@2026-07-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: workloadProfileName
    configuration: {
      // Several active revisions would need a storage account and a GPU each.
      activeRevisionsMode: 'Single'
      maxInactiveRevisions: 10
      ingress: {
        external: true
        targetPort: port
        transport: 'auto'
        allowInsecure: false
        traffic: [{ latestRevision: true, weight: 100 }]
      }
      registries: [{ server: registryServer, identity: identityId }]
      secrets: [{ name: apiKeySecret, keyVaultUrl: apiKeySecretUri, identity: identityId }]
      identitySettings: [{ identity: identityId, lifecycle: 'Main' }]
    }
    template: {
      terminationGracePeriodSeconds: terminationGracePeriodSeconds
      containers: [
        {
          name: 'api'
          image: image
          resources: {
            cpu: cpu
            memory: memory
          }
          env: concat(
            map(
              items(union(fixedSettings, modelSetting, chosenSettings, replicaSetting, settings)),
              item => { name: item.key, value: item.value }
            ),
            [{ name: 'Rill__ApiKeys__0', secretRef: apiKeySecret }]
          )
          // The real host answers 4 to 6 s after its process's start (docs/adr/0060). No startup probe: while one fails, readiness is not
          // asked, and with ten failures at most its period would have to be long. So readiness asks at once and often, and may fail for
          // three times as long as that; where it waits for the model, for as long as ten failures allow, and notices it a little later.
          // Liveness is for a process that hangs: an image that streams in reads libtorch over the network at its start.
          probes: [
            {
              type: 'Liveness'
              httpGet: { path: '/health/live', port: port }
              initialDelaySeconds: 60
              periodSeconds: 30
              timeoutSeconds: 10
              failureThreshold: 10
            }
            {
              type: 'Readiness'
              httpGet: { path: '/health/ready', port: port }
              initialDelaySeconds: 1
              periodSeconds: readyWhen == 'model' ? 10 : 2
              timeoutSeconds: 5
              failureThreshold: 10
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        cooldownPeriod: cooldownSeconds
        pollingInterval: 30
      }
    }
  }
}
