using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace Rill.Torch.Kernels;

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
internal readonly unsafe struct Float32Elements : IElements
{
    public static int Size => sizeof(float);

    public static torch.ScalarType ScalarType => torch.ScalarType.Float32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(void* elements, nint index) => Vector512.Load((float*)elements + index);

    public static float LoadOne(void* elements, nint index) => ((float*)elements)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, void* elements, nint index) => value.Store((float*)elements + index);

    public static void StoreOne(float value, void* elements, nint index) => ((float*)elements)[index] = value;
}

/// <summary>The upper half of single precision.</summary>
internal readonly unsafe struct BFloat16Elements : IElements
{
    public static int Size => sizeof(ushort);

    public static torch.ScalarType ScalarType => torch.ScalarType.BFloat16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(void* elements, nint index)
    {
        var (lower, upper) = Vector256.Widen(Vector256.Load((ushort*)elements + index));
        return Vector512.ShiftLeft(Vector512.Create(lower, upper), 16).AsSingle();
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

/// <summary>IEEE half precision; weights may come in it, nothing is computed in it.</summary>
internal readonly unsafe struct Float16Elements : IElements
{
    private const int Lanes = 16;

    public static int Size => sizeof(ushort);

    public static torch.ScalarType ScalarType => torch.ScalarType.Float16;

    public static Vector512<float> Load(void* elements, nint index)
    {
        var values = stackalloc float[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            values[lane] = LoadOne(elements, index + lane);
        }

        return Vector512.Load(values);
    }

    public static float LoadOne(void* elements, nint index) => (float)((Half*)elements)[index];

    public static void Store(Vector512<float> value, void* elements, nint index)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            StoreOne(value[lane], elements, index + lane);
        }
    }

    public static void StoreOne(float value, void* elements, nint index) => ((Half*)elements)[index] = (Half)value;
}
