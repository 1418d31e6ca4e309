// What Azure would refuse only when half of it is made, or after minutes. A failed check ends the deployment before it begins.

var nameLetters = 'abcdefghijklmnopqrstuvwxyz0123456789-'

@export()
@description('The name of an environment, if it may be part of every resource\'s name.')
func checkedName(name string) string =>
  empty(filter(map(range(0, length(name)), at => substring(name, at, 1)), letter => !contains(nameLetters, letter)))
    ? name
    : fail('The environment\'s name ${name} has characters other than lower-case letters, digits and hyphens; choose another one')

var gpuRegions = loadJsonContent('gpu-regions.json')

@export()
@description('A region, if it offers the GPU as far as infra/gpu-regions.json knows.')
func checkedLocation(location string, gpu string) string =>
  gpu == 'none' || contains(gpuRegions[gpu], toLower(replace(location, ' ', '')))
    ? location
    : fail('Region ${location} had no serverless ${gpu} on ${gpuRegions.generated}; these had: ${join(gpuRegions[gpu], ', ')}. Take one of them, or RILL_GPU=none; where Azure offers it by now, set RILL_CHECK_REGION=false')
