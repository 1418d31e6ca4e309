using System.Runtime.InteropServices;
using TorchSharp;

namespace Rill.Torch.Native;

/// <summary>Linear layers over reordered weights, of libtorch's oneDNN backend.</summary>
internal static unsafe class OneDnn
{
    // A C string for the life of the process: the fused activation after a linear.
    private static readonly byte* s_noActivation = (byte*)Marshal.StringToCoTaskMemUTF8("none");

    /// <summary>Reorders a weight [out, in] into the blocks that oneDNN's kernels read; null where this build or CPU cannot.</summary>
    public static torch.Tensor? TryReorderLinearWeight(torch.Tensor weight, long expectedRows)
    {
        try
        {
            return new OperatorCall("mkldnn::_reorder_linear_weight").Tensor(weight).OptionalInteger(expectedRows).TryInvoke(results: 1)?[0];
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    /// <summary>input · weightᵀ + bias with a reordered weight; null on failure.</summary>
    public static torch.Tensor? TryLinear(torch.Tensor input, torch.Tensor reordered, torch.Tensor? bias)
    {
        var biasHandle = bias?.Handle ?? 0;
        return AotInductor.aoti_torch_cpu__linear_pointwise(
            input.Handle, reordered.Handle, bias is null ? null : &biasHandle, s_noActivation, scalars: null, 0, algorithm: null, out var result) == 0
            ? torch.Tensor.UnsafeCreateTensor(result)
            : null;
    }
}
