using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// How the elements of activations and of the KV cache lie in memory. Kernels compute in f32 and take this as a type argument, so
/// that each gets its own straight code.
/// </summary>
internal unsafe interface IElements
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    /// <summary>TorchSharp's name of the type.</summary>
    static abstract torch.ScalarType ScalarType { get; }

    /// <summary>As many elements as the vector has lanes, from <paramref name="index"/> on.</summary>
    static abstract TLanes Load<TLanes>(void* elements, nint index) where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Sixteen elements from <paramref name="index"/> on.</summary>
    static abstract Vector512<float> Load(void* elements, nint index);

    /// <summary>One element.</summary>
    static abstract float LoadOne(void* elements, nint index);

    /// <summary>Stores sixteen elements, rounded to nearest even.</summary>
    static abstract void Store(Vector512<float> value, void* elements, nint index);

    /// <summary>Stores one element, rounded to nearest even.</summary>
    static abstract void StoreOne(float value, void* elements, nint index);
}

/// <summary>Single precision.</summary>
internal readonly unsafe struct Float32Elements : ICacheElements
{
    public static int Size => sizeof(float);

    public static torch.ScalarType ScalarType => torch.ScalarType.Float32;

    public static bool HasScales => false;

    public static void Write(float* vector, void* target, int size, float* scale) => RowKernels.Narrow<Float32Elements>(vector, target, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(void* elements, nint index) where TLanes : unmanaged, ILanes<TLanes> => TLanes.Load((float*)elements + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(void* elements, nint index) => Vector512.Load((float*)elements + index);

    public static float LoadOne(void* elements, nint index) => ((float*)elements)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, void* elements, nint index) => value.Store((float*)elements + index);

    public static void StoreOne(float value, void* elements, nint index) => ((float*)elements)[index] = value;
}

/// <summary>The upper half of single precision.</summary>
internal readonly unsafe struct BFloat16Elements : ICacheElements
{
    public static int Size => sizeof(ushort);

    public static torch.ScalarType ScalarType => torch.ScalarType.BFloat16;

    public static bool HasScales => false;

    public static void Write(float* vector, void* target, int size, float* scale) => RowKernels.Narrow<BFloat16Elements>(vector, target, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(void* elements, nint index) where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.LoadBFloat16((ushort*)elements + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(void* elements, nint index)
    {
        var bits = Vector256.Load((ushort*)elements + index);
        var wide = Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(bits) : Vector512.Create(Vector256.WidenLower(bits), Vector256.WidenUpper(bits)).AsInt32();
        return Vector512.ShiftLeft(wide, 16).AsSingle();
    }

    public static float LoadOne(void* elements, nint index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)elements)[index] << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, void* elements, nint index)
    {
        var bits = value.AsUInt32();
        var odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        var rounded = Vector512.ShiftRightLogical(bits + odd + Vector512.Create(0x7FFFu), 16);
        Vector256.Narrow(rounded.GetLower(), rounded.GetUpper()).Store((ushort*)elements + index);
    }

    public static void StoreOne(float value, void* elements, nint index)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        ((ushort*)elements)[index] = (ushort)((bits + ((bits >> 16) & 1) + 0x7FFF) >> 16);
    }
}
