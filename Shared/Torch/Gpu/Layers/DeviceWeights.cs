using Rill.Models;
using Rill.Torch.Gpu.Loading;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Brings weights to a device. What is asked for gets its memory there at once, in the shape in which it will be used, and its content with
/// <see cref="Fill"/>: then all of it is copied in the order of the files, piece by piece, and nothing stays on the host.
/// </summary>
/// <param name="weights">The weights in their files; not needed any more after <see cref="Fill"/>.</param>
/// <param name="type">The computing type.</param>
/// <param name="place">Where they are to lie.</param>
/// <param name="parts">Owns what is made.</param>
internal sealed class DeviceWeights(ModelWeights weights, ScalarType type, GpuPlace place, DisposableStack parts)
{
    private readonly List<WeightPart> _pending = [];

    /// <summary>One weight.</summary>
    public Tensor Get(string name, params ReadOnlySpan<long> shape) => One(type, 0, name, shape);

    /// <summary>Several linear layers over the same input as one: their weights [out, in] and biases stacked.</summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="bias">True when the layers have biases.</param>
    /// <param name="layers">Name and outputs of each.</param>
    public (Tensor Weight, Tensor? Bias) Linear(long inputs, bool bias, params ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        var outputs = Outputs(layers);
        var weight = Empty(type, outputs, inputs);
        var biases = bias ? Empty(type, outputs) : null;
        Put(weight, biases, 0, inputs, layers);
        return (weight, biases);
    }

    /// <summary>The biases of the same layers, stacked; null where they have none.</summary>
    public Tensor? Bias(bool present, params ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        if (!present)
        {
            return null;
        }

        var biases = Empty(type, Outputs(layers));
        var first = 0L;
        foreach (var (layer, outputs) in layers)
        {
            _pending.Add(new(biases, first, layer + ".bias", [outputs]));
            first += outputs;
        }

        return biases;
    }

    /// <summary>One weight in f32: a router's, whose choices a rounding may turn.</summary>
    public Tensor Exact(string name, params ReadOnlySpan<long> shape) => One(ScalarType.Float32, 0, name, shape);

    /// <summary>A norm's weight with its offset, in the type that <see cref="GpuNorm.WeightType"/> tells.</summary>
    public Tensor NormWeight(DecoderSpec spec, string name, params ReadOnlySpan<long> shape) =>
        One(GpuNorm.WeightType(spec, type), spec.NormOffset, name, shape);

    /// <summary>A norm over the residual stream.</summary>
    public NormTensors Norm(DecoderSpec spec, string name) => new(
        NormWeight(spec, name, spec.HiddenSize),
        spec.NormBias ? One(GpuNorm.WeightType(spec, type), 0, WeightNames.BiasOf(name), spec.HiddenSize) : null);

    /// <summary>
    /// Linear layers of several groups, each group's over the same input and one below the other: weights [groups, rows, inputs] and biases
    /// [groups, rows].
    /// </summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="bias">True when the layers have biases.</param>
    /// <param name="groups">For each group the layers, by name and outputs; all groups have the same outputs.</param>
    public (Tensor Weight, Tensor? Bias) LinearGroups(long inputs, bool bias, IReadOnlyList<(string Layer, long Outputs)[]> groups)
    {
        var outputs = groups[0].Sum(layer => layer.Outputs);
        var weight = Empty(type, groups.Count, outputs, inputs);
        var biases = bias ? Empty(type, groups.Count, outputs) : null;
        foreach (var (group, layers) in groups.Index())
        {
            Put(weight, biases, group * outputs, inputs, layers);    // a group's rows follow those of the one before it
        }

        return (weight, biases);
    }

    /// <summary>Copies all that was asked for to its place, and waits for it.</summary>
    /// <exception cref="ModelFormatException">A weight is missing, or has another shape or an unsupported type, or does not fit f16.</exception>
    public void Fill()
    {
        using var staging = new StagingBuffers(place.Device, place.Stream, place.StagingBytes);
        new WeightCopy(weights, place.Device, staging).Run(_pending);
        _pending.Clear();
    }

    /// <summary>Layers one below the other.</summary>
    /// <param name="weight">Takes their weights, as rows of so many inputs.</param>
    /// <param name="biases">Takes their biases; null for none.</param>
    /// <param name="first">The row where they begin.</param>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="layers">Name and outputs of each.</param>
    private void Put(Tensor weight, Tensor? biases, long first, long inputs, ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        foreach (var (layer, outputs) in layers)
        {
            _pending.Add(new(weight, first * inputs, layer + ".weight", [outputs, inputs]));
            if (biases is not null)
            {
                _pending.Add(new(biases, first, layer + ".bias", [outputs]));
            }

            first += outputs;
        }
    }

    private static long Outputs(ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        var sum = 0L;
        foreach (var layer in layers)
        {
            sum += layer.Outputs;
        }

        return sum;
    }

    private Tensor One(ScalarType target, float offset, string name, params ReadOnlySpan<long> shape)
    {
        var placed = Empty(target, shape);
        _pending.Add(new(placed, 0, name, shape.ToArray()) { Offset = offset });
        return placed;
    }

    private Tensor Empty(ScalarType target, params ReadOnlySpan<long> shape) => parts.Own(empty(shape, target, place.Device));
}
