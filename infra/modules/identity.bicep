// The one identity of the app: it pulls the image, reads weights and keys, keeps the host's state and sends telemetry.
metadata description = 'User-assigned identity of the app'

param name string
param location string
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
