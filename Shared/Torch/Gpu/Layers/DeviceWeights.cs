using Rill.Torch.Decoding;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Brings weights to a device. What is copied there leaves no tensor on the host behind.</summary>
/// <param name="tensors">The weights on the host, in the computing type.</param>
/// <param name="device">Where they are to lie.</param>
/// <param name="parts">Owns what is made.</param>
internal sealed class DeviceWeights(WeightTensors tensors, Device device, DisposableStack parts)
{
    /// <summary>One weight.</summary>
    public Tensor Get(string name, params ReadOnlySpan<long> shape) => Place(tensors.Get(name, shape));

    /// <summary>Several linear layers over the same input as one: their weights [out, in] and biases stacked.</summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="bias">True when the layers have biases.</param>
    /// <param name="layers">Name and outputs of each.</param>
    public (Tensor Weight, Tensor? Bias) Linear(long inputs, bool bias, params ReadOnlySpan<(string Layer, long Outputs)> layers) =>
        (Place(tensors.Stack(inputs, layers)), tensors.StackBias(bias, layers) is { } stacked ? Place(stacked) : null);

    private Tensor Place(Tensor tensor)
    {
        if (device.type == DeviceType.CPU)
        {
            return parts.Own(tensor);
        }

        using (tensor)
        {
            return parts.Own(tensor.to(device));
        }
    }
}
