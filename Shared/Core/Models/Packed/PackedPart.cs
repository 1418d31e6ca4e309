using System.Buffers.Binary;

namespace Rill.Models.Packed;

/// <summary>A tensor of a file as its bytes; reads outside of it are refused.</summary>
internal sealed unsafe class PackedPart(string name, PublishedTensor tensor, nint address)
{
    /// <summary>Its name in the file.</summary>
    public string Name => name;

    /// <summary>Its element type as safetensors spells it.</summary>
    public string Type => tensor.Type;

    /// <summary>Its dimensions, outermost first.</summary>
    public IReadOnlyList<long> Shape => tensor.Shape;

    /// <summary>Its last dimension; 0 where it has none.</summary>
    public long Columns => Shape.Count == 0 ? 0 : Shape[^1];

    /// <summary>Its number of elements.</summary>
    public long Count => tensor.ElementCount;

    /// <summary>Its size.</summary>
    public long ByteCount => tensor.ByteCount;

    /// <summary>True when all of its bits are 0.</summary>
    public bool IsZero => ByteCount <= int.MaxValue && !Bytes(0, (int)ByteCount).ContainsAnyExcept((byte)0);

    /// <summary>A stretch of its bytes.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length) => offset >= 0 && length >= 0 && offset <= ByteCount - length
        ? new((byte*)address + offset, length)
        : throw Wrong("is too short for the tensor that it is a part of");

    /// <summary>An element of 4 bytes.</summary>
    public uint Word(long index) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(index * sizeof(uint), sizeof(uint)));

    /// <summary>An element of I32 or I64.</summary>
    public long Whole(long index) => Type == "I64"
        ? BinaryPrimitives.ReadInt64LittleEndian(Bytes(index * sizeof(long), sizeof(long)))
        : (int)Word(index);

    /// <summary>An element of a type that scales and offsets have.</summary>
    public float Number(long index) => Type switch
    {
        "F32" => BinaryPrimitives.ReadSingleLittleEndian(Bytes(index * sizeof(float), sizeof(float))),
        "BF16" => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(index * sizeof(ushort), sizeof(ushort))) << 16),
        "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(Bytes(index * sizeof(ushort), sizeof(ushort))),
        "F8_E4M3" => SmallFloats.E4M3[Bytes(index, 1)[0]],
        "I8" => (sbyte)Bytes(index, 1)[0],
        _ => throw Wrong($"is of type {Type}, where a number in F32, BF16 or F16 is expected"),
    };

    /// <summary>Refuses another type.</summary>
    public PackedPart OfType(params ReadOnlySpan<string> types) => types.Contains(Type)
        ? this
        : throw Wrong($"is of type {Type}, but this format has {string.Join(" or ", types.ToArray())} there");

    /// <summary>Refuses another shape.</summary>
    public PackedPart OfShape(params ReadOnlySpan<long> shape) => shape.SequenceEqual(Shape.ToArray())
        ? this
        : throw Wrong($"has the shape [{string.Join(", ", Shape)}], but [{string.Join(", ", shape.ToArray())}] would fit the tensors beside it");

    /// <summary>What to throw for a fault of this part; the text follows its name.</summary>
    public ModelFormatException Wrong(string fault) => new($"{tensor.File}: {name} {fault}; fetch the weights anew, or use unquantized ones.");
}
