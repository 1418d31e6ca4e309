// What a replica is, by its GPU. On both GPUs less CPU and memory than the profile could give: on the A100 they cost more than the GPU.
// A model's weights go to the GPU piece by piece: they take 2 GiB of memory at most, however many they are, beside the processes' own 4
// (docs/adr/0090). The rest is for models whose files have to be in memory whole: GGUF, GPTQ, AWQ, of up to 10 and 26 GiB. Cores: the download.
// Without a GPU, the profile that every environment has; it takes 2 GiB to a vCPU, and 4 vCPUs at most. See docs/costs.md.

@export()
@description('Profile of the environment, vCPUs and memory of a replica, by the parameter gpu.')
var profiles = {
  none: {
    profileName: 'Consumption'
    profileType: 'Consumption'
    cpu: 2
    memory: '4Gi'
  }
  t4: {
    profileName: 'gpu-t4'
    profileType: 'Consumption-GPU-NC8as-T4'
    cpu: 4
    memory: '16Gi'
  }
  a100: {
    profileName: 'gpu-a100'
    profileType: 'Consumption-GPU-NC24-A100'
    cpu: 8
    memory: '32Gi'
  }
}
