using Rill.Models;
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
        (Place(tensors.Stack(inputs, layers)), Bias(bias, layers));

    /// <summary>The biases of the same layers, stacked; null where they have none.</summary>
    public Tensor? Bias(bool present, params ReadOnlySpan<(string Layer, long Outputs)> layers) =>
        tensors.StackBias(present, layers) is { } stacked ? Place(stacked) : null;

    /// <summary>One weight in f32: a router's, whose choices a rounding may turn.</summary>
    public Tensor Exact(string name, params ReadOnlySpan<long> shape) => Place(tensors.Elements(0, name, shape));

    /// <summary>A norm's weight with its offset, in the type that <see cref="GpuNorm.WeightType"/> tells.</summary>
    public Tensor NormWeight(DecoderSpec spec, string name, params ReadOnlySpan<long> shape) =>
        spec.NormOffset == 0 ? Get(name, shape) : Place(tensors.Elements(spec.NormOffset, name, shape));

    /// <summary>A norm over the residual stream.</summary>
    public NormTensors Norm(DecoderSpec spec, string name) =>
        new(NormWeight(spec, name, spec.HiddenSize), spec.NormBias ? Place(NormBias(spec, name)) : null);

    /// <summary>
    /// Linear layers of several groups, each group's over the same input and one below the other: weights [groups, rows, inputs] and biases
    /// [groups, rows], copied to the device one by one.
    /// </summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="bias">True when the layers have biases.</param>
    /// <param name="groups">For each group the layers, by name and outputs; all groups have the same outputs.</param>
    public (Tensor Weight, Tensor? Bias) LinearGroups(long inputs, bool bias, IReadOnlyList<(string Layer, long Outputs)[]> groups) =>
        (Stack(groups, ".weight", inputs), bias ? Stack(groups, ".bias") : null);

    private Tensor Stack(IReadOnlyList<(string Layer, long Outputs)[]> groups, string ending, params long[] inner)
    {
        long[] shape = [groups.Count, groups[0].Sum(layer => layer.Outputs), .. inner];
        var stacked = parts.Own(empty(shape, tensors.Type, device));
        for (var group = 0; group < groups.Count; group++)
        {
            long first = 0;
            foreach (var (layer, outputs) in groups[group])
            {
                using var scope = NewDisposeScope();
                tensors.CopyTo(stacked.select(0, group).narrow(0, first, outputs), layer + ending, [outputs, .. inner]);
                first += outputs;
            }
        }

        return stacked;
    }

    private Tensor NormBias(DecoderSpec spec, string name)
    {
        var bias = tensors.Elements(0, WeightNames.BiasOf(name), spec.HiddenSize);
        var type = GpuNorm.WeightType(spec, tensors.Type);
        if (bias.dtype == type)
        {
            return bias;
        }

        using (bias)
        {
            return bias.to_type(type);
        }
    }

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
