using System.Security.Cryptography;

namespace Rill.Models;

/// <summary>Published tensors by their published names: of safetensors files or of others, unpacked where they are packed.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>Names of the files that hold them, without a folder.</summary>
    IReadOnlyList<string> FileNames { get; }

    /// <summary>What is known of each tensor without reading it.</summary>
    IReadOnlyDictionary<string, PublishedTensor> Tensors { get; }

    /// <summary>Bytes of the tensors that are unpacked at the moment, into memory that the source owns.</summary>
    long UnpackedBytes { get; }

    /// <summary>A tensor's elements in f32, bf16 or f16: where they lie in the file, or unpacked into memory that the source owns.</summary>
    /// <param name="name">A tensor of the source.</param>
    /// <param name="rows">The rows that are wanted, and alone unpacked, as a matrix; null for the whole tensor in its own shape.</param>
    /// <exception cref="ModelFormatException">Its type is not supported, or its parts do not fit one another.</exception>
    Weight Read(string name, RowRange? rows = null);

    /// <summary>
    /// Gives the physical pages of a tensor's part back to the system; whoever calls it has copied the part, or is done with it. What was
    /// unpacked is freed when as many bytes of it have come back as it has.
    /// </summary>
    /// <param name="name">A tensor of the source.</param>
    /// <param name="offset">The part's first byte, from that of what was read.</param>
    /// <param name="length">Its number of bytes.</param>
    /// <param name="rows">As they were read.</param>
    void Release(string name, long offset, long length, RowRange? rows = null);

    /// <summary>
    /// Waits until a tensor's part is there, where its file is still on its way: before a part is read of what <see cref="Read"/> gave without
    /// unpacking it.
    /// </summary>
    /// <param name="name">A tensor of the source.</param>
    /// <param name="offset">The part's first byte, from that of what was read.</param>
    /// <param name="length">Its number of bytes.</param>
    /// <param name="rows">As they were read.</param>
    void Await(string name, long offset, long length, RowRange? rows = null);

    /// <summary>
    /// Says that the reader is done with all that it has awaited and with what lies before a byte of a tensor, where its file is still on its
    /// way: see <see cref="FileMemory.Pass"/>.
    /// </summary>
    /// <param name="name">A tensor of the source.</param>
    /// <param name="offset">The byte, from that of what was read; of a packed tensor it counts as 0.</param>
    /// <param name="rows">As they were read.</param>
    void Pass(string name, long offset, RowRange? rows = null);

    /// <inheritdoc cref="FileMemory.Complete"/>
    void Complete();

    /// <summary>Tells the system how the tensors are read from here on.</summary>
    void Expect(ReadPattern pattern);

    /// <summary>Adds names, types, shapes and a sample of each tensor's bytes, or the hash of its file where that is still on its way.</summary>
    void AppendTo(IncrementalHash hash);
}

/// <summary>A tensor as published.</summary>
/// <param name="File">The name of its file, without a folder.</param>
/// <param name="Type">Its element type as the format spells it, such as BF16 or Q4_K.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="ByteCount">Bytes in the file.</param>
public sealed record PublishedTensor(string File, string Type, IReadOnlyList<long> Shape, long ByteCount)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Number of rows: of all dimensions but the last.</summary>
    public long RowCount => ElementCount / Math.Max(1, Shape[^1]);

    /// <summary>True where elements are made of other numbers, with scales beside them.</summary>
    public bool IsPacked => Type is not ("F32" or "BF16" or "F16");

    /// <summary>Where it, or the first of what it is made of, begins in the file's data, in bytes: it orders the tensors of a file.</summary>
    public long Begin { get; init; }

    /// <summary>
    /// Where a packed row's neighbours are whole multiples of a step that they share: the largest magnitude of such a multiple that the
    /// format can write. 0 for all other formats.
    /// </summary>
    public int LargestMultiple { get; init; }
}
