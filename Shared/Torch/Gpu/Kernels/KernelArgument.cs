using System.Runtime.InteropServices;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>
/// An argument of a kernel, as its bytes lie for PTX: of a view the address and a length, eight bytes each; of a number its own. ILGPU means
/// the length in elements, but what it compiles reads none, as nothing checks bounds there; here it is bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct KernelArgument
{
    private KernelArgument(long first, long second, bool isView) => (First, Second, IsView) = (first, second, isView);

    /// <summary>The address of a view, or a number's bits, the lowest first.</summary>
    public long First { get; }

    /// <summary>Bytes that a view reaches over.</summary>
    public long Second { get; }

    /// <summary>Whether it is a view.</summary>
    public bool IsView { get; }

    /// <summary>A view of a tensor from its first element on; strides are further arguments.</summary>
    public static unsafe implicit operator KernelArgument(Tensor tensor)
    {
        var reach = 1L;
        for (var dimension = 0; dimension < tensor.dim(); dimension++)
        {
            reach += (tensor.shape[dimension] - 1) * tensor.stride(dimension);
        }

        return new((nint)TensorMemory.Address(tensor), tensor.NumberOfElements == 0 ? 0 : reach * tensor.ElementSize, isView: true);
    }

    public static implicit operator KernelArgument(int value) => new((uint)value, 0, isView: false);

    public static implicit operator KernelArgument(long value) => new(value, 0, isView: false);

    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value), 0, isView: false);
}
