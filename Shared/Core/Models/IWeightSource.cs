using System.Security.Cryptography;

namespace Rill.Models;

/// <summary>Published tensors by their published names: of safetensors files or of others, unpacked where they are packed.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>Names of the files that hold them, without a folder.</summary>
    IReadOnlyList<string> FileNames { get; }

    /// <summary>What is known of each tensor without reading it.</summary>
    IReadOnlyDictionary<string, PublishedTensor> Tensors { get; }

    /// <summary>A tensor's elements in f32, bf16 or f16: where they lie in the file, or unpacked into memory that the source owns.</summary>
    /// <exception cref="ModelFormatException">Its type is not supported, or its parts do not fit one another.</exception>
    Weight Read(string name);

    /// <summary>Gives the physical pages of a tensor's part back to the system; whoever calls it has copied the part, or is done with it.</summary>
    /// <param name="name">A tensor of the source.</param>
    /// <param name="offset">The part's first byte, from the tensor's.</param>
    /// <param name="length">Its number of bytes.</param>
    void Release(string name, long offset, long length);

    /// <summary>Tells the system how the tensors are read from here on.</summary>
    void Expect(ReadPattern pattern);

    /// <summary>Adds names, types, shapes and a sample of each tensor's bytes.</summary>
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
}
