using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>
/// The plain-C functions that libtorch_cpu exports for AOT Inductor and extensions (torch/csrc/inductor/aoti_torch/c/shim.h), for what
/// TorchSharp does not expose. They take the same handles as TorchSharp's tensors, and return 0 when they did what they should.
/// </summary>
internal static unsafe partial class AotInductor
{
    private const string LibTorch = "torch_cpu";

    /// <summary>A further handle to a tensor, for a callee that takes ownership.</summary>
    [LibraryImport(LibTorch)]
    public static partial int aoti_torch_new_tensor_handle(nint original, out nint copy);

    /// <summary>
    /// A tensor over memory that it does not own, on any device. libtorch asks the driver whose the first address is, so that memory must be
    /// there. The type is c10's number, the device's type 0 for the CPU and 1 for CUDA.
    /// </summary>
    [LibraryImport(LibTorch)]
    public static partial int aoti_torch_create_tensor_from_blob(
        nint data, long dimensions, long* sizes, long* strides, long offset, int type, int deviceType, int deviceIndex, out nint tensor);

    /// <summary>Calls an operator by its name: see <see cref="OperatorCall"/>.</summary>
    [LibraryImport(LibTorch, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int aoti_torch_call_dispatcher(string operatorName, string overload, ulong* stack);

    [LibraryImport(LibTorch)]
    public static partial int torch_new_list_reserve_size(nuint size, out nint list);

    [LibraryImport(LibTorch)]
    public static partial int torch_list_push_back(nint list, ulong element);

    /// <summary>mkldnn::_linear_pointwise, whose arguments the dispatcher's words cannot hold.</summary>
    [LibraryImport(LibTorch)]
    public static partial int aoti_torch_cpu__linear_pointwise(
        nint input, nint weight, nint* bias, byte* activation, void** scalars, long scalarCount, byte** algorithm, out nint result);
}
