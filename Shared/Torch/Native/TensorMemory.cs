using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Native;

/// <summary>Tensors over memory of ours, and the memory of tensors: no copies either way.</summary>
internal static unsafe partial class TensorMemory
{
    private const string Bridge = "LibTorchSharp";

    /// <summary>
    /// A contiguous CPU tensor over memory that it does not own: the memory must outlive the tensor and all its views.
    /// TorchSharp's own frombuffer takes managed arrays only.
    /// </summary>
    public static Tensor Wrap(void* memory, ScalarType type, params ReadOnlySpan<long> shape)
    {
        fixed (long* dimensions = shape)
        {
            var handle = THSTensor_new((nint)memory, (nint)(delegate* unmanaged[Cdecl]<nint, void>)&KeepMemory,
                (nint)dimensions, shape.Length, (sbyte)type, (sbyte)type, deviceType: 0, deviceIndex: -1, requiresGrad: 0);
            return handle == 0 ? throw new InvalidOperationException("libtorch refused to wrap a buffer.") : Tensor.UnsafeCreateTensor(handle);
        }
    }

    /// <inheritdoc cref="Wrap(void*, ScalarType, ReadOnlySpan{long})"/>
    public static Tensor Wrap(nint memory, ScalarType type, params ReadOnlySpan<long> shape) => Wrap((void*)memory, type, shape);

    /// <summary>
    /// A contiguous tensor over a device's memory that it does not own: the addresses must outlive the tensor and all its views. Memory has
    /// to lie behind the first of them, and behind whatever is then read or written.
    /// </summary>
    /// <exception cref="InvalidOperationException">libtorch does not take the address for the device's.</exception>
    public static Tensor WrapOn(Device device, nint memory, ScalarType type, params ReadOnlySpan<long> shape)
    {
        Span<long> strides = stackalloc long[shape.Length];
        long stride = 1;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = stride;
            stride *= shape[dimension];
        }

        fixed (long* sizes = shape, steps = strides)
        {
            var index = device.type == DeviceType.CPU ? -1 : Math.Max(0, device.index);
            var error = AotInductor.aoti_torch_create_tensor_from_blob(
                memory, shape.Length, sizes, steps, 0, (int)type, (int)device.type, index, out var handle);
            return error == 0
                ? Tensor.UnsafeCreateTensor(handle)
                : throw new InvalidOperationException("libtorch refused to wrap a device's memory.");
        }
    }

    /// <summary>A row of a contiguous f32 matrix on the CPU.</summary>
    public static ReadOnlySpan<float> Row(Tensor matrix, int row)
    {
        var width = (int)matrix.shape[1];
        return new((float*)Address(matrix) + ((nint)row * width), width);
    }

    /// <summary>The elements of a contiguous tensor on the CPU, which are of this type.</summary>
    public static Span<T> Elements<T>(Tensor tensor) where T : unmanaged => new(Address(tensor), (int)tensor.NumberOfElements);

    /// <summary>The address of a contiguous CPU tensor's first element.</summary>
    public static void* Address(Tensor tensor) => (void*)THSTensor_data(tensor.Handle);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void KeepMemory(nint memory)
    {
    }

    [LibraryImport(Bridge)]
    private static partial nint THSTensor_new(
        nint data, nint deleter, nint dimensions, int dimensionCount, sbyte type, sbyte dtype, int deviceType, int deviceIndex, byte requiresGrad);

    [LibraryImport(Bridge)]
    private static partial nint THSTensor_data(nint handle);
}
