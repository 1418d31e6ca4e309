using '../main.bicep'

// Without a GPU, with the model in the image: no quota, nothing to upload. The quickest way to try it.
param environmentName = 'rill-cpu'
param location = 'northeurope' // where no serverless GPU is
param gpu = 'none'
param image = 'registry.example/rill:0123abc-cpu'
param currentMonth = '2026-11-01'
