using Rill.Models;
using Rill.Torch.Cpu.Adapters;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Quantization;
using Rill.Torch.Decoding;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Makes a decoder's operations on the CPU from its weights.</summary>
/// <param name="tensors">The weights, in the computing type.</param>
/// <param name="quantized">The matrices in q8 or q4; null to multiply with the tensors.</param>
/// <param name="team">The threads that the operations share.</param>
/// <param name="scratch">The memory that they share.</param>
/// <param name="pack">True to keep a second copy of each matrix, reordered for libtorch's products.</param>
/// <param name="parts">Owns what the operations read.</param>
/// <param name="adapters">Gets to know the linear layers that adapters may change.</param>
/// <param name="step">Which rows have which adapter.</param>
internal sealed unsafe class CpuLayerFactory(
    WeightTensors tensors, QuantizedWeights? quantized, ThreadTeam team, LinearScratch scratch, bool pack, DisposableStack parts,
    AdapterTable adapters, AdapterStep step)
{
    /// <summary>Linear layers over the same input, side by side.</summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="bias">True when the layers have biases.</param>
    /// <param name="layers">Name and outputs of each.</param>
    public CpuLinear Linear(long inputs, bool bias, params ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        var (weights, vector) = Load(inputs, bias, pack, layers);
        return new(team, scratch, weights, vector, Adapters(inputs, layers));
    }

    /// <summary>Linear layers over the same input of one expert.</summary>
    /// <inheritdoc cref="Linear"/>
    public ExpertWeights Expert(long inputs, bool bias, params ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        var (weights, vector) = Load(inputs, bias, packed: false, layers);
        return new(weights, vector);
    }

    /// <summary>The matrix that turns hidden rows into logits; never packed, as only rows that sample pass through it.</summary>
    /// <param name="name">The tensor: the head's own, or the embedding.</param>
    /// <param name="layer">The head's name among linear layers, which adapters use.</param>
    /// <param name="vocabulary">Its outputs.</param>
    /// <param name="hidden">Its inputs.</param>
    /// <param name="bias">The tensor of its bias; null for none.</param>
    public CpuLinear Head(string name, string layer, long vocabulary, long hidden, string? bias) => new(
        team, scratch, [Matrix(name, vocabulary, hidden, packed: false)], bias is null ? null : Vector(0, (bias, vocabulary)),
        Adapters(hidden, (layer, vocabulary)));

    /// <summary>A matrix that is small and must be exact: never quantized, never multiplied by libtorch.</summary>
    public CpuLinear Exact(string layer, long outputs, long inputs, bool bias) =>
        new(team, scratch, [parts.Own(new DenseWeight(Kept(layer + ".weight", outputs, inputs), fromMemory: false))],
            bias ? Vector(0, (layer + ".bias", outputs)) : null, Adapters(inputs, (layer, outputs)));

    /// <summary>The rows that positions stand for.</summary>
    public DenseEmbedding Positions(string name, long count, long hidden) => parts.Own(new DenseEmbedding(Kept(name, count, hidden)));

    /// <summary>The rows that token ids stand for.</summary>
    public IEmbedding Embedding(string name, long vocabulary, long hidden) => quantized is null
        ? parts.Own(new DenseEmbedding(tensors.ForKernels(name, vocabulary, hidden)))
        : new QuantizedEmbedding(quantized.Matrix(name));

    /// <summary>A norm over the residual stream.</summary>
    public NormWeight Norm(string name, DecoderSpec spec) => new(
        Vector(spec.NormOffset, (name, spec.HiddenSize)), spec.NormBias ? Vector(0, (WeightNames.BiasOf(name), spec.HiddenSize)) : null);

    /// <summary>A vector, or a matrix row by row, in f32.</summary>
    /// <param name="offset">Added to each element.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">Its shape.</param>
    public WeightVector Elements(float offset, string name, params ReadOnlySpan<long> shape) => parts.Own(new WeightVector(tensors.Elements(offset, name, shape)));

    /// <summary>A vector of which each element is multiplied with a factor.</summary>
    public WeightVector Scaled(float factor, string name, int size)
    {
        var vector = Elements(0, name, size);
        RowKernels.Scale(vector.Values, factor, vector.Values, size);
        return vector;
    }

    /// <summary>The weights of a convolution over each channel by itself, [channels, 1, taps] in the files, in f32 as [taps, channels].</summary>
    public WeightVector Convolution(string name, long channels, long taps)
    {
        using var published = tensors.Elements(0, name, channels, 1, taps);
        using var matrix = published.view(channels, taps);
        using var turned = matrix.t();
        return parts.Own(new WeightVector(turned.contiguous()));
    }

    private LinearAdapters Adapters(long inputs, params ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        var named = new (string, int)[layers.Length];
        for (var i = 0; i < named.Length; i++)
        {
            named[i] = (layers[i].Layer, (int)layers[i].Outputs);
        }

        return new(adapters.Register((int)inputs, named), (int)inputs, step, team);
    }

    private (LinearWeight[] Weights, WeightVector? Bias) Load(long inputs, bool bias, bool packed, ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        var weights = new LinearWeight[layers.Length];
        var biases = new (string, long)[layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            weights[i] = Matrix(layers[i].Layer + ".weight", layers[i].Outputs, inputs, packed);
            biases[i] = (layers[i].Layer + ".bias", layers[i].Outputs);
        }

        return (weights, bias ? Vector(0, biases) : null);
    }

    /// <summary>A matrix that is not quantized. Beside quantized ones it is a copy, as the files are closed then.</summary>
    private Tensor Kept(string name, long rows, long columns)
    {
        var matrix = tensors.ForKernels(name, rows, columns);
        if (quantized is null)
        {
            return matrix;
        }

        using (matrix)
        {
            return matrix.clone();
        }
    }

    private WeightVector Vector(float offset, params ReadOnlySpan<(string Name, long Size)> vectors) => parts.Own(new WeightVector(tensors.Vector(offset, vectors)));

    private LinearWeight Matrix(string name, long outputs, long inner, bool packed) => quantized is null
        ? parts.Own(new DenseWeight(tensors.ForKernels(name, outputs, inner), tensors.ExceedCaches, packed))
        : new QuantizedWeight(quantized.Matrix(name), team, scratch);
}
