// The dashboard, beside the logs that it shows.
metadata description = 'Azure workbook over the workspace'

param location string
param tags object
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'rill')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Rill'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: loadTextContent('../dashboards/workbook.json')
  }
}
