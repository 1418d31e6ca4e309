namespace Rill.Torch.Cache;

/// <summary>How keys and values are stored.</summary>
/// <param name="ElementSize">Bytes of an element.</param>
/// <param name="ScaleSize">Bytes of the scale of a head's key or value; 0 without one.</param>
internal readonly record struct KeyValueFormat(int ElementSize, int ScaleSize = 0)
{
    /// <summary>As f32.</summary>
    public static KeyValueFormat Float32 => new(sizeof(float));

    /// <summary>As bf16.</summary>
    public static KeyValueFormat BFloat16 => new(sizeof(ushort));

    /// <summary>As f16.</summary>
    public static KeyValueFormat Float16 => new(sizeof(ushort));

    /// <summary>As signed bytes, with a scale in f32 for each key and value of a head.</summary>
    public static KeyValueFormat Q8 => new(sizeof(sbyte), ScaleSize: sizeof(float));
}
