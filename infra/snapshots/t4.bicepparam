using '../main.bicep'

// The smallest deployment, as docs/deploy.md makes it.
param environmentName = 'rill'
param location = 'swedencentral'
param gpu = 't4'
param image = 'registry.example/rill:0123abc'
param currentMonth = '2026-11-01'
