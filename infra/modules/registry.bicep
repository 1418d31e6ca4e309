// Premium is the default with a GPU, because a cold start then pulls gigabytes: it is the tier with the highest bandwidth and with
// artifact streaming.
metadata description = 'Container registry, reached with identities only'

@minLength(5)
@maxLength(50)
param name string
param location string
param tags object

@description('Basic, Standard or Premium.')
param sku string
param workspaceId string

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    policies: {
      // Container Apps pulls with a token for the resource manager's audience; with this policy off the pull is refused.
      azureADAuthenticationAsArmPolicy: { status: 'enabled' }
    }
  }
}

#disable-next-line use-recent-api-versions // category groups need 2021-05-01-preview; no later version exists
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: registry
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output loginServer string = registry.properties.loginServer
