using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Cpu.Layers;

/// <summary>A vector of weights in f32: of a norm, or the biases of linear layers side by side.</summary>
internal sealed unsafe class WeightVector : IDisposable
{
    private readonly torch.Tensor _tensor;

    /// <summary>Takes ownership of a contiguous f32 tensor.</summary>
    public WeightVector(torch.Tensor tensor)
    {
        _tensor = tensor;
        Values = (float*)TensorMemory.Address(tensor);
    }

    /// <summary>The first element.</summary>
    public float* Values { get; }

    public void Dispose() => _tensor.Dispose();
}
