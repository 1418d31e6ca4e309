// Holds the API key. scripts/deploy.sh writes the first one; no template ever sees it.
metadata description = 'Key Vault with role-based access'

@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
param workspaceId string

@description('Keeps a deleted vault for seven days, in which nobody can delete it for good. Once on it cannot be switched off.')
param purgeProtection bool

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    enablePurgeProtection: purgeProtection ? true : null // false is refused
  }
}

#disable-next-line use-recent-api-versions // category groups need 2021-05-01-preview; no later version exists
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output uri string = vault.properties.vaultUri
