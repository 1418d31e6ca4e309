using 'main.bicep'

// azd sets the AZURE_ and SERVICE_ variables, scripts/deploy.sh all of them; docs/deploy.md has the table.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'rill')
param location = readEnvironmentVariable('AZURE_LOCATION', 'swedencentral')
param gpu = readEnvironmentVariable('RILL_GPU', 't4')
param image = readEnvironmentVariable('SERVICE_API_IMAGE_NAME', '')
param model = readEnvironmentVariable('RILL_MODEL', 'rill-mini')
param minReplicas = int(readEnvironmentVariable('RILL_MIN_REPLICAS', '0'))
param maxReplicas = int(readEnvironmentVariable('RILL_MAX_REPLICAS', '1'))
param registrySku = readEnvironmentVariable('RILL_REGISTRY_SKU', 'Premium')
param contactEmails = filter(split(readEnvironmentVariable('RILL_CONTACT_EMAILS', ''), ','), email => !empty(email))
param monthlyBudget = int(readEnvironmentVariable('RILL_MONTHLY_BUDGET', '100'))
param budgetStart = readEnvironmentVariable('RILL_BUDGET_START', '')
param deployerPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerPrincipalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
