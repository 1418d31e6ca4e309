using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Sums of products of bytes: each of eight sums gains the products of its four weights with the same four inputs. Integers are exact, so
/// every way gives the same bits. Inputs are -127 to 127.
/// </summary>
internal interface IByteDot
{
    /// <summary>True when weights are taken as they are meant, -128 to 127; false for codes of 0 to 255, whose zero the caller takes off the sum.</summary>
    static abstract bool TakesSigned { get; }

    /// <summary>sums[i] += weights[4i] * inputs[4i] + ... + weights[4i + 3] * inputs[4i + 3].</summary>
    static abstract Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs);
}

/// <summary>AVX-VNNI: one instruction.</summary>
internal readonly struct VnniDot : IByteDot
{
    public static bool TakesSigned => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs) =>
        AvxVnni.MultiplyWideningAndAdd(sums, weights, inputs);
}

/// <summary>AVX2: products of absolute weights with inputs that take their signs; two of them fit 16 bits (2 * 128 * 127 = 32512).</summary>
internal readonly struct Avx2Dot : IByteDot
{
    public static bool TakesSigned => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs)
    {
        var signed = weights.AsSByte();
        var pairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(signed), Avx2.Sign(inputs, signed));
        return sums + Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);
    }
}

/// <summary>Arm's dot product.</summary>
internal readonly struct ArmDot : IByteDot
{
    public static bool TakesSigned => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs)
    {
        var signed = weights.AsSByte();
        return Vector256.Create(
            Dp.DotProduct(sums.GetLower(), signed.GetLower(), inputs.GetLower()), Dp.DotProduct(sums.GetUpper(), signed.GetUpper(), inputs.GetUpper()));
    }
}

/// <summary>Any processor with vectors: each of the four bytes in turn is widened to its whole lane.</summary>
internal readonly struct PortableDot : IByteDot
{
    public static bool TakesSigned => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs)
    {
        for (var left = 24; left >= 0; left -= 8)
        {
            sums += Widen(weights.AsInt32(), left) * Widen(inputs.AsInt32(), left);
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(Vector256<int> bytes, int left) => Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(bytes, left), 24);
}
