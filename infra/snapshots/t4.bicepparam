using '../main.bicep'

// A model of the deployment's own container on one T4.
param environmentName = 'rill'
param location = 'swedencentral'
param gpu = 't4'
param image = 'registry.example/rill:0123abc'
param model = 'qwen3-4b'
param currentMonth = '2026-11-01'
