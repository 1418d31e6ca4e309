using '../main.bicep'

// Every switch set: a large model from the hub, two replicas, premium ingress, contacts with a budget, and a deployer.
param environmentName = 'rill-large'
param location = 'swedencentral'
param gpu = 'a100'
param image = 'registry.example/rill:0123abc'
param model = 'hf://Qwen/Qwen3-8B'
param maxReplicas = 2
param drainSeconds = 570
param readyWhen = 'model'
param contextLength = 16384
param maxSequences = 32
param dtype = 'bf16'
param settings = { Rill__MaxChoices: '4' }
param premiumIngress = true
param contactEmails = ['ops@example.com', 'owner@example.com']
param monthlyBudget = 500
param budgetStart = '2026-11-01'
param currentMonth = '2026-11-01'
param purgeProtection = true
param nameSalt = 'second'
param deployerPrincipalId = '00000000-0000-0000-0000-00000000000d'
param deployerPrincipalType = 'ServicePrincipal'
