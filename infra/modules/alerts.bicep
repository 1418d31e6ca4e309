// Three things that a user would notice first. The queries were not run offline; docs/deploy.md says how to try them.
metadata description = 'Alerts: waiting with no replica, error rate, time to first token'

param location string
param tags object
param workspaceId string
param appName string
param contactEmails string[]

@description('Part of the requests that may fail, in percent, before someone is told.')
@minValue(1)
@maxValue(100)
param errorPercent int = 5

@description('Mean time to the first token, in seconds, above which someone is told.')
@minValue(1)
param firstTokenSeconds int = 5

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(contactEmails)) {
  name: 'ag-${appName}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'rill'
    enabled: true
    emailReceivers: [
      for (email, i) in contactEmails: {
        name: 'email-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var alerts = [
  {
    name: 'waiting-without-replica'
    severity: 1
    window: 'PT30M'
    description: 'Requests waited and no replica served them: capacity or quota is short, or the image cannot be pulled. See docs/deploy.md, Troubles.'
    query: loadTextContent('../queries/waiting-without-replica.kql')
  }
  {
    name: 'error-rate'
    severity: 2
    window: 'PT15M'
    description: 'More than ${errorPercent} percent of the requests failed or broke off.'
    query: replace(loadTextContent('../queries/error-rate.kql'), 'ERROR_PERCENT', string(errorPercent))
  }
  {
    name: 'time-to-first-token'
    severity: 3
    window: 'PT15M'
    description: 'The mean time to the first token is above ${firstTokenSeconds} s.'
    query: replace(
      loadTextContent('../queries/time-to-first-token.kql'),
      'FIRST_TOKEN_SECONDS',
      string(firstTokenSeconds)
    )
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in alerts: {
    name: 'alert-${appName}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${appName}: ${replace(alert.name, '-', ' ')}'
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      // The tables appear with their first row, after the rules are made.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: replace(alert.query, 'APP_NAME', appName)
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: empty(contactEmails) ? [] : [people.id] }
    }
  }
]
