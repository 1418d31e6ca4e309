using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rill.Models;

/// <summary>A safetensors file in memory, mapped or filled by a store, and checked; nothing is copied.</summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const int LengthPrefix = 8;
    private const long MostHeaderBytes = 32 << 20;    // the reference takes 100 MB, of which tens of bytes in memory for each byte may come

    private readonly FileMemory _memory;
    private readonly byte* _data;

    private SafetensorsFile(FileMemory memory, string name)
    {
        _memory = memory;
        var start = memory.Start;
        var length = memory.Length;
        if (length < LengthPrefix)
        {
            throw new ModelFormatException($"{name} has {length} bytes, too few for a safetensors file.");
        }

        memory.Await(0, LengthPrefix);
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(start, LengthPrefix));
        if (headerLength > MostHeaderBytes && headerLength <= length - LengthPrefix)
        {
            throw new ModelFormatException($"{name}: the header has {headerLength} bytes, but Rill reads at most {MostHeaderBytes}; split the weights into more files.");
        }

        if (headerLength < 2 || headerLength > length - LengthPrefix)
        {
            throw new ModelFormatException($"{name}: the header's length ({headerLength}) is impossible; the file is damaged or no safetensors file.");
        }

        memory.Await(LengthPrefix, headerLength);
        var header = new ReadOnlySpan<byte>(start + LengthPrefix, (int)headerLength).ToArray();
        _data = start + LengthPrefix + headerLength;
        Entries = SafetensorsHeader.Parse(header, length - LengthPrefix - headerLength, name).ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        HeaderHash = SHA256.HashData(header);
        Name = name;
    }

    /// <summary>The file's name without its folder.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the header: names, types, shapes.</summary>
    public byte[] HeaderHash { get; }

    internal IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>Names of the tensors in the file.</summary>
    public IEnumerable<string> TensorNames => Entries.Keys;

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="ModelFormatException">The file is missing, cut short or damaged.</exception>
    public static SafetensorsFile Open(string path) => Open(ModelFiles.InDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!), Path.GetFileName(path));

    /// <summary>Opens one of a model's files and checks its header.</summary>
    /// <exception cref="ModelFormatException">The file is missing, cut short or damaged.</exception>
    /// <exception cref="ModelFileException">The file cannot or must not be read.</exception>
    public static SafetensorsFile Open(ModelFiles files, string name) => WeightFile.Open(files, name, memory => new SafetensorsFile(memory, name));

    /// <summary>Finds a tensor of a type that Rill computes with.</summary>
    /// <exception cref="ModelFormatException">The file has no such tensor, or its type is not F32, BF16 or F16.</exception>
    public Weight Get(string name)
    {
        if (!Entries.TryGetValue(name, out var entry))
        {
            throw new ModelFormatException($"{Name} lacks the tensor {name}.");
        }

        var type = entry.Type switch
        {
            "F32" => WeightType.Float32,
            "BF16" => WeightType.BFloat16,
            "F16" => WeightType.Float16,
            var other => throw new ModelFormatException($"{Name}: {name} is of type {other}; only F32, BF16 and F16 weights are supported."),
        };
        return new(name, type, entry.Shape, (nint)(_data + entry.Begin), entry.End - entry.Begin);
    }

    /// <summary>Where a tensor's bytes begin, whatever its type.</summary>
    internal nint AddressOf(string name) => (nint)(_data + Entries[name].Begin);

    /// <summary>A tensor's first bytes, whatever its type; at most so many.</summary>
    internal ReadOnlySpan<byte> Sample(string name, int most) =>
        new(_data + Entries[name].Begin, (int)Math.Min(most, Entries[name].End - Entries[name].Begin));

    /// <inheritdoc cref="FileMemory.Evict"/>
    internal void Evict() => _memory.Evict();

    /// <summary>Tells the system how the file is read from here on.</summary>
    internal void Expect(ReadPattern pattern) => _memory.Expect(pattern);

    /// <summary>Waits until a tensor's part is there, see <see cref="FileMemory.Await"/>.</summary>
    /// <param name="name">A tensor that the file has.</param>
    /// <param name="offset">The part's first byte, from the tensor's.</param>
    /// <param name="length">Its number of bytes.</param>
    internal void Await(string name, long offset, long length) => _memory.Await((_data - _memory.Start) + Entries[name].Begin + offset, length);

    /// <inheritdoc cref="FileMemory.ArrivingHash"/>
    internal string? ArrivingHash => _memory.ArrivingHash;

    /// <summary>Passes all before a byte of a tensor, see <see cref="FileMemory.Pass"/>.</summary>
    internal void Pass(string name, long offset) => _memory.Pass((_data - _memory.Start) + Entries[name].Begin + offset);

    /// <inheritdoc cref="FileMemory.Complete"/>
    internal void Complete() => _memory.Complete();

    /// <summary>Gives the physical pages of a tensor's part back to the system, see <see cref="FileMemory.Release"/>.</summary>
    /// <param name="name">A tensor that the file has.</param>
    /// <param name="offset">The part's first byte, from the tensor's.</param>
    /// <param name="length">Its number of bytes.</param>
    internal void Release(string name, long offset, long length) => _memory.Release((_data - _memory.Start) + Entries[name].Begin + offset, length);

    /// <summary>Gives the file's memory back; its weights' addresses are invalid from then on.</summary>
    public void Dispose() => _memory.Dispose();
}
