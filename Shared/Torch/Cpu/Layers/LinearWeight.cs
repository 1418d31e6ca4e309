using TorchSharp;

namespace Rill.Torch.Cpu.Layers;

/// <summary>A weight matrix [outputs, inner] in some form, and the ways to multiply with it.</summary>
/// <param name="outputs">Rows of the matrix.</param>
/// <param name="inner">Columns of the matrix.</param>
internal abstract unsafe class LinearWeight(int outputs, int inner)
{
    /// <summary>Rows of the matrix.</summary>
    public int Outputs => outputs;

    /// <summary>Columns of the matrix.</summary>
    public int Inner => inner;

    /// <summary>True when <see cref="Multiply"/> takes its input quantized.</summary>
    public abstract bool TakesQuantized { get; }

    /// <summary>Computes some outputs of some rows with our kernels, bit for bit the same for any choice of both.</summary>
    /// <param name="first">The first output.</param>
    /// <param name="count">How many.</param>
    /// <param name="input">The rows.</param>
    /// <param name="target">Where the first row's first output goes.</param>
    /// <param name="stride">Elements from one row's outputs to the next's.</param>
    public abstract void Multiply(int first, int count, in LinearInput input, float* target, int stride);

    /// <summary>All outputs through libtorch, which needs the matrix in bf16 for it: [rows, inner] to [rows, outputs], both bf16.</summary>
    public abstract torch.Tensor MultiplyByTorch(torch.Tensor input);
}
