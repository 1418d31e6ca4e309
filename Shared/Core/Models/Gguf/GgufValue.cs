using System.Buffers.Binary;

namespace Rill.Models.Gguf;

/// <summary>Types of GGUF's metadata, by their numbers in the file.</summary>
internal enum GgufValueType : uint
{
    UInt8, Int8, UInt16, Int16, UInt32, Int32, Float32, Flag, Text, Array, UInt64, Int64, Float64,
}

/// <summary>Reads values of GGUF's metadata: whole numbers as long, others as double, and bool, string and <see cref="GgufArray"/>.</summary>
internal static class GgufValue
{
    /// <summary>Bytes of a value of a fixed size.</summary>
    /// <exception cref="ModelFormatException">The type is unknown, or an array, which no array may hold.</exception>
    public static int SizeOf(GgufValueType type, string file) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Flag => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => throw new ModelFormatException(
            $"{file}: the header has metadata of the unknown type {(uint)type}; the file is damaged, or newer than this version of Rill."),
    };

    /// <summary>Reads one value.</summary>
    public static object Read(GgufCursor cursor, GgufValueType type, string file) => type switch
    {
        GgufValueType.Text => cursor.Text(),
        GgufValueType.Array => new GgufArray(cursor, file),
        _ => ReadFixed(cursor.Take(SizeOf(type, file)), type),
    };

    private static object ReadFixed(ReadOnlySpan<byte> bytes, GgufValueType type) => type switch
    {
        GgufValueType.UInt8 => (long)bytes[0],
        GgufValueType.Int8 => (long)(sbyte)bytes[0],
        GgufValueType.UInt16 => (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        GgufValueType.Int16 => (long)BinaryPrimitives.ReadInt16LittleEndian(bytes),
        GgufValueType.UInt32 => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        GgufValueType.Int32 => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        GgufValueType.Float32 => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        GgufValueType.Flag => bytes[0] != 0,
        GgufValueType.UInt64 => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes), long.MaxValue),
        GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };
}
