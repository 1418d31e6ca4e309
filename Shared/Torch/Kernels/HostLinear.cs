using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Kernels;

/// <summary>
/// A linear layer on the CPU. Where oneDNN can, the weight is reordered once at load: measured 2 to 6 times as fast as libtorch's plain
/// linear, which reorders in every call, and with bits that do not depend on the number of rows. The plain one has bits that do, for
/// fewer than four rows; so callers pad their rows to a multiple of <see cref="RowMultiple"/>.
/// </summary>
internal sealed class HostLinear : IDisposable
{
    /// <summary>The number of input rows must be a multiple of this.</summary>
    public const int RowMultiple = 4;

    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly bool _reordered;

    /// <summary>Takes ownership of both tensors.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], of the weight's type.</param>
    /// <param name="reorder">False keeps to libtorch's plain linear, as on systems without oneDNN.</param>
    public HostLinear(Tensor weight, Tensor? bias, bool reorder = true)
    {
        _bias = bias;
        if (reorder && DispatcherShim.TryReorderLinearWeight(weight, RowMultiple) is { } reordered && Works(reordered, weight))
        {
            _weight = reordered;
            _reordered = true;
            weight.Dispose();
        }
        else
        {
            _weight = weight;
        }
    }

    /// <summary>The number of rows to give to <see cref="Forward"/> for this many.</summary>
    public static long PadRows(int count) => (count + RowMultiple - 1) / RowMultiple * RowMultiple;

    /// <summary>[rows, in] to [rows, out].</summary>
    public Tensor Forward(Tensor input) => _reordered
        ? DispatcherShim.TryLinear(input, _weight, _bias) ?? throw new InvalidOperationException("oneDNN's linear failed; libtorch wrote why to stderr.")
        : nn.functional.linear(input, _weight, _bias);

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    private bool Works(Tensor reordered, Tensor weight)
    {
        using var probe = zeros(RowMultiple, weight.shape[1], dtype: weight.dtype);
        using var result = DispatcherShim.TryLinear(probe, reordered, _bias);
        if (result is null)
        {
            reordered.Dispose();
        }

        return result is not null;
    }
}
