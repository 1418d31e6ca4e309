using System.Runtime.InteropServices;
using TorchSharp;

namespace Rill.Torch.Native;

/// <summary>
/// Two operators of libtorch's oneDNN backend that TorchSharp does not expose, through the plain-C functions that libtorch_cpu exports
/// for AOT Inductor. They take the same handles as TorchSharp's tensors.
/// </summary>
internal static unsafe partial class DispatcherShim
{
    private const string LibTorch = "torch_cpu";

    // A C string for the life of the process: the fused activation after a linear.
    private static readonly byte* s_noActivation = (byte*)Marshal.StringToCoTaskMemUTF8("none");

    /// <summary>Reorders a weight [out, in] into the blocks that oneDNN's kernels read; null where this build or CPU cannot.</summary>
    public static torch.Tensor? TryReorderLinearWeight(torch.Tensor weight, long expectedRows)
    {
        try
        {
            // The callee takes ownership of the handle and of the optional integer, which is a cell from malloc.
            if (aoti_torch_new_tensor_handle(weight.Handle, out var handle) != 0)
            {
                return null;
            }

            var rows = (long*)NativeMemory.Alloc(sizeof(long));
            *rows = expectedRows;
            var stack = stackalloc ulong[2] { (ulong)handle, (ulong)rows };
            return aoti_torch_call_dispatcher("mkldnn::_reorder_linear_weight", "", stack) == 0
                ? torch.Tensor.UnsafeCreateTensor((nint)stack[0])
                : null;
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
        return aoti_torch_cpu__linear_pointwise(
            input.Handle, reordered.Handle, bias is null ? null : &biasHandle, s_noActivation, scalars: null, 0, algorithm: null, out var result) == 0
            ? torch.Tensor.UnsafeCreateTensor(result)
            : null;
    }

    [LibraryImport(LibTorch)]
    private static partial int aoti_torch_new_tensor_handle(nint original, out nint copy);

    [LibraryImport(LibTorch, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int aoti_torch_call_dispatcher(string operatorName, string overload, ulong* stack);

    [LibraryImport(LibTorch)]
    private static partial int aoti_torch_cpu__linear_pointwise(
        nint input, nint weight, nint* bias, byte* activation, void** scalars, long scalarCount, byte** algorithm, out nint result);
}
