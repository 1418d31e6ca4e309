using Rill.Torch.Kernels;
using TorchSharp;

namespace Rill.Torch.Layers;

/// <summary>The weight of an RMS norm in f32.</summary>
internal sealed unsafe class HostNorm : IDisposable
{
    private readonly torch.Tensor _weight;

    public HostNorm(WeightTensors weights, string name, long size)
    {
        using var mapped = weights.Mapped(name, size);
        _weight = mapped.to_type(torch.ScalarType.Float32, copy: true);
        Weight = (float*)TensorMemory.Address(_weight);
    }

    /// <summary>As many elements as the norm is wide.</summary>
    public float* Weight { get; }

    public void Dispose() => _weight.Dispose();
}
