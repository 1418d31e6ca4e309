namespace Rill.TrainModel.Export;

/// <summary>bfloat16, the upper half of a float32.</summary>
internal static class BrainFloat
{
    /// <summary>The nearest bfloat16; ties go to the even one.</summary>
    public static ushort FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The float32 of the same value.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
