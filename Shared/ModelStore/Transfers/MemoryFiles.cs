using Rill.Models.Gguf;
using Rill.ModelStore.Sources;

namespace Rill.ModelStore.Transfers;

/// <summary>A remote model's files in memory: weights in <see cref="AnonymousMemory"/>, the small ones in arrays.</summary>
internal sealed class MemoryFiles(ModelSource source) : ModelFiles
{
    private readonly Dictionary<string, byte[]> _small = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _stamps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AnonymousMemory> _weights = new(StringComparer.Ordinal);
    private readonly ModelAddress _address = source.Address;

    public override string Name => _address.Name;

    public override DateTimeOffset Published { get; } = source.Published;

    public override string Describe(string name) => $"{_address}/{name}";

    public override bool Has(string name) => _small.ContainsKey(name) || _weights.ContainsKey(name);

    public override string Stamp(string name) => _stamps.TryGetValue(name, out var hash)
        ? hash
        : throw new ModelFileException($"{Describe(name)} does not exist.");

    protected override ReadOnlyMemory<byte> ReadAll(string name) => _small.TryGetValue(name, out var content)
        ? content
        : throw new ModelFileException($"{Describe(name)} does not exist.");

    public override unsafe FileMemory Open(string name) =>
        !_weights.TryGetValue(name, out var memory) ? throw new ModelFileException($"{Describe(name)} does not exist.")
        : memory.Start is null ? throw new ModelFileException($"{Describe(name)} is not in memory any more.")
        : memory;

    /// <summary>These files, or of a GGUF file what its metadata say in their place, once all rooms are made.</summary>
    public ModelFiles AsModel() => GgufModelFiles.Over(this, () => _weights.Keys);

    /// <summary>Makes room for a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="flow">Brings the chunks of a file of weights while it is read; null where it is filled before.</param>
    /// <exception cref="StoreException">The system has not so much memory.</exception>
    public void Allocate(ManifestFile file, ChunkFlow? flow = null)
    {
        _stamps[file.Name] = (file.Sha256 ?? file.GitId)!;
        if (file.IsWeights)
        {
            _weights.Add(file.Name, flow is null ? new AnonymousMemory(file.Size, Describe(file.Name)) : new StreamedMemory(file, Describe(file.Name), flow));
        }
        else
        {
            _small.Add(file.Name, GC.AllocateUninitializedArray<byte>((int)file.Size));    // the manifest has bounded it
        }
    }

    /// <summary>Where a chunk belongs.</summary>
    public Memory<byte> Slice(Chunk chunk) => _weights.TryGetValue(chunk.File.Name, out var memory)
        ? memory.Slice(chunk.Offset, chunk.Length)
        : _small[chunk.File.Name].AsMemory((int)chunk.Offset, chunk.Length);

    public override void Dispose()
    {
        foreach (var memory in _weights.Values)
        {
            memory.Dispose();
        }

        base.Dispose();
    }
}
