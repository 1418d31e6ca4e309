// A GPU that fails to scale to zero costs as much in a night as in a month of use: somebody has to hear of it.
metadata description = 'Monthly budget of the resource group'

param name string

@description('First day of the month in which the budget was first deployed, e.g. 2026-11-01; it cannot be moved later.')
param startDate string

@minValue(1)
param monthlyAmount int
param contactEmails string[]

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    timeGrain: 'Monthly'
    amount: monthlyAmount
    timePeriod: { startDate: startDate }
    notifications: {
      Forecast100: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: contactEmails
      }
      Actual80: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: contactEmails
      }
    }
  }
}
