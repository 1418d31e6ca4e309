using Rill.Models;

namespace Rill.Torch.Cache;

/// <summary>How keys and values are stored.</summary>
/// <param name="ElementSize">Bytes of an element.</param>
/// <param name="ScaleSize">Bytes of the scale of a head's key or value; 0 without one.</param>
internal readonly record struct KeyValueFormat(int ElementSize, int ScaleSize = 0)
{
    /// <summary>The format of a type.</summary>
    /// <param name="type">Not <see cref="TorchDataType.Auto"/>.</param>
    /// <exception cref="ModelFormatException">Keys and values do not come in this type.</exception>
    public static KeyValueFormat Of(TorchDataType type) => type switch
    {
        TorchDataType.Float32 => new(sizeof(float)),
        TorchDataType.BFloat16 => new(sizeof(ushort)),
        TorchDataType.Q8 => new(sizeof(sbyte), ScaleSize: sizeof(float)),
        _ => throw new ModelFormatException($"Keys and values cannot be kept in {type}: choose auto, f32, bf16 or q8 (Rill__KvDtype)."),
    };
}
