using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Signed bytes, symmetric around zero, with one scale for each vector of the KV cache: element = byte * scale. Loading gives the bytes as
/// they are; whoever uses them multiplies what he computed with the scale.
/// </summary>
internal readonly unsafe struct Int8Elements : ICacheElements
{
    private const float Largest = 127;

    public static int Size => sizeof(sbyte);

    public static torch.ScalarType ScalarType => torch.ScalarType.Int8;

    public static bool HasScales => true;

    /// <summary>Rounds to the nearest of 255 values between the vector's largest magnitude and its negative. A vector of zeros has the scale 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(float* vector, void* target, int size, float* scale)
    {
        var largest = 0f;
        for (var i = 0; i < size; i++)
        {
            largest = MathF.Max(largest, MathF.Abs(vector[i]));
        }

        *scale = largest / Largest;
        var inverse = *scale == 0 ? 0 : 1 / *scale;
        var inverses = Vector512.Create(inverse);
        nint index = 0;
        for (; index <= size - Vector512<float>.Count; index += Vector512<float>.Count)
        {
            Store(Vector512.Load(vector + index) * inverses, target, index);
        }

        for (; index < size; index++)
        {
            StoreOne(vector[index] * inverse, target, index);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(void* elements, nint index) where TLanes : unmanaged, ILanes<TLanes> => TLanes.LoadInt8((sbyte*)elements + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(void* elements, nint index)
    {
        var bytes = Vector128.Load((sbyte*)elements + index);
        if (Avx512F.IsSupported)
        {
            return Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(bytes));
        }

        var (lower, upper) = (Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes));
        return Vector512.ConvertToSingle(Vector512.Create(
            Vector256.Create(Vector128.WidenLower(lower), Vector128.WidenUpper(lower)), Vector256.Create(Vector128.WidenLower(upper), Vector128.WidenUpper(upper))));
    }

    public static float LoadOne(void* elements, nint index) => ((sbyte*)elements)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, void* elements, nint index)
    {
        var bounded = Vector512.Min(Vector512.Max(Vector512.Round(value), Vector512.Create(-Largest)), Vector512.Create(Largest));
        var integers = Vector512.ConvertToInt32(bounded);
        var halves = Vector256.Narrow(integers.GetLower(), integers.GetUpper());
        Vector128.Narrow(halves.GetLower(), halves.GetUpper()).Store((sbyte*)elements + index);
    }

    public static void StoreOne(float value, void* elements, nint index) => ((sbyte*)elements)[index] = (sbyte)Math.Clamp(MathF.Round(value), -Largest, Largest);
}
