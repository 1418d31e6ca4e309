using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>A type of elements in tensors, as kernels read and write it; they compute in f32. Kernels take it as a type argument.</summary>
/// <typeparam name="T">The type itself, as large as an element.</typeparam>
internal interface IKernelElement<T> where T : unmanaged
{
    /// <summary>The element in f32.</summary>
    float Value { get; }

    /// <summary>The nearest element; halves go to the even one.</summary>
    static abstract T Of(float value);
}

/// <summary>f32.</summary>
internal readonly struct Float32Element(float value) : IKernelElement<Float32Element>
{
    private readonly float _value = value;

    public float Value => _value;

    public static Float32Element Of(float value) => new(value);
}

/// <summary>f16.</summary>
internal readonly struct Float16Element(ILGPU.Half value) : IKernelElement<Float16Element>
{
    private readonly ILGPU.Half _value = value;

    public float Value => _value;

    public static Float16Element Of(float value) => new((ILGPU.Half)value);
}

/// <summary>bf16: the upper half of an f32.</summary>
internal readonly struct BFloat16Element(ushort bits) : IKernelElement<BFloat16Element>
{
    private const uint Infinity = 0x7F800000;
    private const ushort NotANumber = 0x7FC0;

    private readonly ushort _bits = bits;

    public float Value => Interop.IntAsFloat((uint)_bits << 16);

    public static BFloat16Element Of(float value)
    {
        var bits = Interop.FloatAsInt(value);
        var rounded = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        return new((bits & 0x7FFFFFFF) > Infinity ? NotANumber : rounded);    // the addition would carry a NaN into its sign
    }
}
