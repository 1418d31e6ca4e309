// Logs of the platform and telemetry of the app end in one workspace. Nothing may write with a key.
metadata description = 'Log Analytics workspace and Application Insights'

param workspaceName string
param insightsName string
param location string
param tags object

@description('Most gigabytes a day that the workspace takes; more is dropped until the next day.')
@minValue(1)
param dailyQuotaGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    features: { disableLocalAuth: true }
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

output workspaceId string = workspace.id

@description('Where telemetry goes. Not a secret: local authentication is off, so that only an identity with the role can send.')
output connectionString string = insights.properties.ConnectionString
