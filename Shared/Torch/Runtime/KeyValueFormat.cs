namespace Rill.Torch.Runtime;

/// <summary>How keys and values are stored.</summary>
/// <param name="ElementSize">Bytes of an element.</param>
/// <param name="ScaleSize">Bytes of the scale of a head's key or value; 0 without one.</param>
internal readonly record struct KeyValueFormat(int ElementSize, int ScaleSize = 0)
{
    /// <summary>The format of a type.</summary>
    /// <param name="type">Not <see cref="TorchDataType.Auto"/>.</param>
    public static KeyValueFormat Of(TorchDataType type) => type switch
    {
        TorchDataType.Float32 => new(sizeof(float)),
        TorchDataType.BFloat16 => new(sizeof(ushort)),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The KV cache does not come in this type."),
    };
}
