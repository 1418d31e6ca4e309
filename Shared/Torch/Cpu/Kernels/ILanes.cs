using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// A vector of f32 as wide as the processor's registers. Kernels take it as a type argument, so that each width gets its own straight
/// code; the default value is zero. Results differ in their last bits between widths, never on one machine.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>Registers enough for a tile of sixteen sums; else eight.</summary>
    static abstract bool HasManyRegisters { get; }

    /// <summary>Loads f32.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Loads bf16, the upper halves of f32.</summary>
    static abstract TSelf LoadBFloat16(ushort* source);

    /// <summary>Loads signed bytes.</summary>
    static abstract TSelf LoadInt8(sbyte* source);

    /// <summary>The same value in all lanes.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>Stores f32.</summary>
    static abstract void Store(TSelf lanes, float* target);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>left * right.</summary>
    static abstract TSelf Multiply(TSelf left, TSelf right);

    /// <summary>The larger of each two lanes.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>exp(lanes - offset).</summary>
    static abstract TSelf Exponential(TSelf lanes, TSelf offset);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(TSelf lanes);

    /// <summary>The sums of four vectors, bit for bit as <see cref="Sum(TSelf)"/> gives them, in a fraction of its instructions.</summary>
    static abstract Vector128<float> Sum(TSelf first, TSelf second, TSelf third, TSelf fourth);
}

/// <summary>AVX-512.</summary>
internal readonly unsafe struct Lanes16(Vector512<float> value) : ILanes<Lanes16>
{
    private readonly Vector512<float> _value = value;

    public static int Count => 16;

    public static bool HasManyRegisters => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 LoadBFloat16(ushort* source) => new(BFloat16Elements.Load(source, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 LoadInt8(sbyte* source) => new(Int8Elements.Load(source, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes16 lanes, float* target) => lanes._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Multiply(Lanes16 left, Lanes16 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Max(Lanes16 left, Lanes16 right) => new(Vector512.Max(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Exponential(Lanes16 lanes, Lanes16 offset) => new(Vector512.Exp(lanes._value - offset._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 MultiplyAdd(Lanes16 left, Lanes16 right, Lanes16 addend) =>
        new(Vector512.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes16 lanes)
    {
        var sums = lanes._value;
        sums += Vector512.Shuffle(sums, Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
        sums += Vector512.Shuffle(sums, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
        var half = sums.GetLower() + sums.GetUpper();
        return (half.GetLower() + half.GetUpper()).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sum(Lanes16 first, Lanes16 second, Lanes16 third, Lanes16 fourth)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector128.Create(Sum(first), Sum(second), Sum(third), Sum(fourth));
        }

        var (a, b, c, d) = (first._value, second._value, third._value, fourth._value);
        var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);    // quarters of (a0 + a2, b0 + b2, a1 + a3, b1 + b3)
        var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        var sums = Avx512F.UnpackLow(ab.AsDouble(), cd.AsDouble()).AsSingle() + Avx512F.UnpackHigh(ab.AsDouble(), cd.AsDouble()).AsSingle();
        var half = sums.GetLower() + sums.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}

/// <summary>AVX2.</summary>
internal readonly unsafe struct Lanes8(Vector256<float> value) : ILanes<Lanes8>
{
    private readonly Vector256<float> _value = value;

    public static int Count => 8;

    public static bool HasManyRegisters => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 LoadBFloat16(ushort* source)
    {
        var bits = Vector128.Load(source);
        var wide = Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bits) : Vector256.Create(Vector128.WidenLower(bits), Vector128.WidenUpper(bits)).AsInt32();
        return new(Vector256.ShiftLeft(wide, 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 LoadInt8(sbyte* source)
    {
        var bytes = Vector64.Load(source).ToVector128Unsafe();
        var halves = Vector128.WidenLower(bytes);
        var wide = Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bytes) : Vector256.Create(Vector128.WidenLower(halves), Vector128.WidenUpper(halves));
        return new(Vector256.ConvertToSingle(wide));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes8 lanes, float* target) => lanes._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Multiply(Lanes8 left, Lanes8 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Max(Lanes8 left, Lanes8 right) => new(Vector256.Max(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Exponential(Lanes8 lanes, Lanes8 offset) => new(Vector256.Exp(lanes._value - offset._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 MultiplyAdd(Lanes8 left, Lanes8 right, Lanes8 addend) =>
        new(Vector256.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes8 lanes)
    {
        var sums = lanes._value;
        sums += Vector256.Shuffle(sums, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5));
        sums += Vector256.Shuffle(sums, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6));
        return (sums.GetLower() + sums.GetUpper()).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sum(Lanes8 first, Lanes8 second, Lanes8 third, Lanes8 fourth)
    {
        if (!Avx.IsSupported)
        {
            return Vector128.Create(Sum(first), Sum(second), Sum(third), Sum(fourth));
        }

        var (a, b, c, d) = (first._value, second._value, third._value, fourth._value);
        var ab = Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);
        var cd = Avx.UnpackLow(c, d) + Avx.UnpackHigh(c, d);
        var sums = Avx.UnpackLow(ab.AsDouble(), cd.AsDouble()).AsSingle() + Avx.UnpackHigh(ab.AsDouble(), cd.AsDouble()).AsSingle();
        return sums.GetLower() + sums.GetUpper();
    }
}

/// <summary>Arm's AdvSimd.</summary>
internal readonly unsafe struct Lanes4(Vector128<float> value) : ILanes<Lanes4>
{
    private readonly Vector128<float> _value = value;

    public static int Count => 4;

    public static bool HasManyRegisters => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 LoadBFloat16(ushort* source) =>
        new(Vector128.ShiftLeft(Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe()), 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 LoadInt8(sbyte* source)
    {
        var bytes = Vector128.CreateScalarUnsafe(*(int*)source).AsSByte();
        return new(Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes4 lanes, float* target) => lanes._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Multiply(Lanes4 left, Lanes4 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Max(Lanes4 left, Lanes4 right) => new(Vector128.Max(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Exponential(Lanes4 lanes, Lanes4 offset) => new(Vector128.Exp(lanes._value - offset._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 MultiplyAdd(Lanes4 left, Lanes4 right, Lanes4 addend) =>
        new(Vector128.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes4 lanes) => Vector128.Sum(lanes._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sum(Lanes4 first, Lanes4 second, Lanes4 third, Lanes4 fourth) =>
        Vector128.Create(Sum(first), Sum(second), Sum(third), Sum(fourth));
}
