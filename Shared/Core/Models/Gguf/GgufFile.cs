using System.Security.Cryptography;

namespace Rill.Models.Gguf;

/// <summary>
/// A GGUF file in memory (ggml, docs/gguf.md), versions 2 and 3: its metadata and its table of tensors, both checked against the file's
/// size; tensors are not copied.
/// </summary>
internal sealed unsafe class GgufFile : IDisposable
{
    private const int MostTensors = 1 << 18;
    private const int FewestBytesOfATensor = 32;
    private const long DefaultAlignment = 32;
    private const long MostAlignment = 1 << 20;

    private readonly FileMemory _memory;
    private readonly long _dataStart;

    private GgufFile(FileMemory memory, string name)
    {
        (_memory, Name) = (memory, name);
        var cursor = new GgufCursor(memory.Start, memory.Length, name);
        CheckVersion(cursor, name);
        var (tensors, entries) = (cursor.UInt64(), cursor.UInt64());
        Metadata = new(cursor, (long)Math.Min(entries, long.MaxValue), name);
        Tensors = ReadTable(cursor, tensors, name);
        var alignment = Metadata.Whole("general.alignment", 1, MostAlignment) ?? DefaultAlignment;
        _dataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        foreach (var tensor in Tensors.Values)
        {
            if (tensor.Offset % alignment != 0 || tensor.Offset > memory.Length - _dataStart - tensor.ByteCount)
            {
                throw new ModelFormatException(
                    $"{name}: the data of {tensor.Name} lie beyond the file's end or at a wrong place; the file is cut short, download it again.");
            }
        }
    }

    /// <summary>The file's name without its folder.</summary>
    public string Name { get; }

    /// <summary>The file's metadata.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors by their names.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <summary>SHA-256 of all that stands before the data.</summary>
    public byte[] HeaderHash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long at = 0; at < Math.Min(_dataStart, _memory.Length); at += int.MaxValue)
            {
                hash.AppendData(new ReadOnlySpan<byte>(_memory.Start + at, (int)Math.Min(int.MaxValue, Math.Min(_dataStart, _memory.Length) - at)));
            }

            return hash.GetHashAndReset();
        }
    }

    /// <summary>Opens one of a model's files and checks its header.</summary>
    /// <exception cref="ModelFormatException">The file is missing, cut short or damaged, or needs what is not supported.</exception>
    /// <exception cref="ModelFileException">The file cannot or must not be read.</exception>
    public static GgufFile Open(ModelFiles files, string name) => WeightFile.Open(files, name, memory => new GgufFile(memory, name));

    /// <summary>Where a tensor's bytes begin.</summary>
    public nint AddressOf(GgufTensor tensor) => (nint)(_memory.Start + _dataStart + tensor.Offset);

    /// <inheritdoc cref="FileMemory.Evict"/>
    public void Evict() => _memory.Evict();

    /// <summary>Tells the system how the file is read from here on.</summary>
    public void Expect(ReadPattern pattern) => _memory.Expect(pattern);

    /// <summary>Waits until a tensor's part is there, see <see cref="FileMemory.Await"/>.</summary>
    public void Await(GgufTensor tensor, long offset, long length) => _memory.Await(_dataStart + tensor.Offset + offset, length);

    /// <summary>Passes all before a byte of a tensor, see <see cref="FileMemory.Pass"/>.</summary>
    public void Pass(GgufTensor tensor, long offset) => _memory.Pass(_dataStart + tensor.Offset + offset);

    /// <inheritdoc cref="FileMemory.Complete"/>
    public void Complete() => _memory.Complete();

    /// <summary>Gives the physical pages of a tensor's part back to the system, see <see cref="FileMemory.Release"/>.</summary>
    public void Release(GgufTensor tensor, long offset, long length) => _memory.Release(_dataStart + tensor.Offset + offset, length);

    /// <summary>Gives the file's memory back; its tensors' addresses are invalid from then on.</summary>
    public void Dispose() => _memory.Dispose();

    private static void CheckVersion(GgufCursor cursor, string name)
    {
        if (cursor.Remaining < 24 || !cursor.Take(4).SequenceEqual("GGUF"u8))
        {
            throw new ModelFormatException($"{name} does not begin as a GGUF file does; it is damaged or something else.");
        }

        if (cursor.UInt32() is var version and not (2 or 3))
        {
            throw new ModelFormatException(
                $"{name} is GGUF of version {version}, but only little-endian files of the versions 2 and 3 are supported; convert the model anew.");
        }
    }

    private static Dictionary<string, GgufTensor> ReadTable(GgufCursor cursor, ulong count, string name)
    {
        if (count > (ulong)Math.Min(MostTensors, cursor.Remaining / FewestBytesOfATensor))
        {
            throw new ModelFormatException(
                $"{name}: the header claims {count} tensors, which is more than the file can have; it is damaged, download it again.");
        }

        var tensors = new Dictionary<string, GgufTensor>((int)count, StringComparer.Ordinal);
        for (var index = 0; index < (int)count; index++)
        {
            var tensor = GgufTensor.Read(cursor, name);
            if (!tensors.TryAdd(tensor.Name, tensor))
            {
                throw new ModelFormatException($"{name}: the tensor {tensor.Name} occurs twice; the file is damaged.");
            }
        }

        return tensors;
    }
}
