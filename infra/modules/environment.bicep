// Where replicas run: a consumption profile, with one GPU per replica or with none, billed by the second.
metadata description = 'Container Apps environment with the profile that the app runs on'

param name string
param location string
param tags object
param workspaceId string

@description('Name that the app uses for its profile.')
param profileName string

@allowed(['Consumption', 'Consumption-GPU-NC8as-T4', 'Consumption-GPU-NC24-A100'])
param profileType string

@description('Runs the ingress on two dedicated nodes, which lets a silent stream live for half an hour instead of 240 s. They are never scaled to zero.')
param premiumIngress bool

var ingressProfileName = 'ingress'

resource environment 'Microsoft.App/managedEnvironments@2026-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // Through a diagnostic setting rather than by workspace key; it is also the only way to the ingress's own log.
    appLogsConfiguration: { destination: 'azure-monitor' }
    peerTrafficConfiguration: { encryption: { enabled: true } }
    publicNetworkAccess: 'Enabled'
    workloadProfiles: concat(
      [{ name: 'Consumption', workloadProfileType: 'Consumption' }],
      profileType == 'Consumption' ? [] : [{ name: profileName, workloadProfileType: profileType }],
      premiumIngress ? [{ name: ingressProfileName, workloadProfileType: 'D4', minimumCount: 2, maximumCount: 2 }] : []
    )
    ingressConfiguration: premiumIngress
      ? {
          workloadProfileName: ingressProfileName
          requestIdleTimeout: 30 // minutes
          terminationGracePeriodSeconds: 480
        }
      : null
  }
}

#disable-next-line use-recent-api-versions // category groups need 2021-05-01-preview; no later version exists
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = environment.id
output defaultDomain string = environment.properties.defaultDomain
