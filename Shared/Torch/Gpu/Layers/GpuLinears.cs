using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Makes a model's linear layers, from packed weights where it has them.</summary>
/// <param name="weights">Brings weights to the device.</param>
/// <param name="packed">The matrices in q8 or q4; null where they are elements of the computing type.</param>
internal sealed class GpuLinears(DeviceWeights weights, PackedWeights? packed)
{
    /// <summary>Several linear layers over the same input as one, their results side by side.</summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="bias">True when the layers have biases.</param>
    /// <param name="layers">Name and outputs of each.</param>
    public IGpuLinear Load(long inputs, bool bias, params ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        if (packed is not null)
        {
            return packed.Linear(weights, bias, layers);
        }

        var (weight, biases) = weights.Linear(inputs, bias, layers);
        return new DenseLinear(weight, biases);
    }

    /// <summary>A table whose rows ids name, and which may be multiplied with as well.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="width">Elements of a row.</param>
    public IGpuTable Table(string name, long rows, long width) => packed is not null
        ? new PackedTable(packed.Kernels, packed.Matrix(name))
        : new DenseTable(weights.Get(name, rows, width));
}

/// <summary>A table of the vocabulary.</summary>
internal interface IGpuTable
{
    /// <summary>The rows that ids int64 [N] name, [N, width], a new tensor.</summary>
    Tensor Gather(Tensor ids);

    /// <summary>The table as a linear layer, [N, width] to [N, rows].</summary>
    /// <param name="bias">[rows]; null for none.</param>
    IGpuLinear AsLinear(Tensor? bias);
}

/// <summary>A table of elements of the computing type.</summary>
/// <param name="Rows">[rows, width].</param>
internal sealed record DenseTable(Tensor Rows) : IGpuTable
{
    public Tensor Gather(Tensor ids) => Rows.index_select(0, ids);

    public IGpuLinear AsLinear(Tensor? bias) => new DenseLinear(Rows, bias);
}

/// <summary>A table in q8 or q4.</summary>
/// <param name="Kernels">Compute with it.</param>
/// <param name="Rows">[rows, width].</param>
internal sealed record PackedTable(PanelKernels Kernels, DevicePanels Rows) : IGpuTable
{
    public Tensor Gather(Tensor ids) => Kernels.Gather(Rows, ids);

    public IGpuLinear AsLinear(Tensor? bias) => new PackedLinear(Kernels, Rows, bias);
}
