using System.Security.Cryptography;
using System.Text;

namespace Rill.Models;

/// <summary>Tensors of model.safetensors, or of the shards that model.safetensors.index.json names.</summary>
internal sealed class SafetensorsSource : IWeightSource
{
    private const int SampleBytes = 4096;

    // A first touch brings up to 2 MB along: of a model with thousands of tensors nearly the whole file.
    private const int SampledAtOnce = 64;

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _places;

    private SafetensorsSource(List<SafetensorsFile> files, Dictionary<string, SafetensorsFile> places)
    {
        (_files, _places) = (files, places);
        Tensors = places.ToDictionary(
            place => place.Key,
            place => place.Value.Entries[place.Key] is var entry
                ? new PublishedTensor(place.Value.Name, entry.Type, entry.Shape, entry.End - entry.Begin) { Begin = entry.Begin }
                : null!,
            StringComparer.Ordinal);
    }

    public IReadOnlyList<string> FileNames => [.. _files.Select(file => file.Name)];

    public IReadOnlyDictionary<string, PublishedTensor> Tensors { get; }

    /// <summary>Opens a model's weights.</summary>
    /// <exception cref="ModelFormatException">No weights are there, or they are damaged or incomplete.</exception>
    public static SafetensorsSource Open(ModelFiles files)
    {
        if (files.Has(ModelFileNames.SingleWeights))
        {
            var file = SafetensorsFile.Open(files, ModelFileNames.SingleWeights);
            return new([file], file.TensorNames.ToDictionary(name => name, _ => file, StringComparer.Ordinal));
        }

        return files.Has(ModelFileNames.WeightIndex)
            ? OpenShards(files, WeightIndex.Parse(files.Read(ModelFileNames.WeightIndex)))
            : throw new ModelFormatException($"{files.Describe(ModelFileNames.SingleWeights)} does not exist, and neither does {ModelFileNames.WeightIndex}.");
    }

    public long UnpackedBytes => 0;

    public Weight Read(string name, RowRange? rows = null) => rows is { } some ? _places[name].Get(name).Rows(some) : _places[name].Get(name);

    /// <summary>Where a tensor's bytes begin, whatever its type.</summary>
    public nint AddressOf(string name) => _places[name].AddressOf(name);

    public void Await(string name, long offset, long length, RowRange? rows = null) =>
        _places[name].Await(name, Skipped(name, rows) + offset, length);

    public void Pass(string name, long offset, RowRange? rows = null) => _places[name].Pass(name, Skipped(name, rows) + offset);

    public void Complete() => _files.ForEach(file => file.Complete());

    public void Release(string name, long offset, long length, RowRange? rows = null) =>
        _places[name].Release(name, Skipped(name, rows) + offset, length);

    public void Expect(ReadPattern pattern) => _files.ForEach(file => file.Expect(pattern));

    public void AppendTo(IncrementalHash hash)
    {
        foreach (var file in _files)
        {
            hash.AppendData(file.HeaderHash);
            if (file.ArrivingHash is { } known)
            {
                hash.AppendData(Encoding.ASCII.GetBytes(known));
            }
        }

        foreach (var names in _places.Where(place => place.Value.ArrivingHash is null).Select(place => place.Key).Order(StringComparer.Ordinal).Chunk(SampledAtOnce))
        {
            Array.ForEach(names, name => hash.AppendData(_places[name].Sample(name, SampleBytes)));
            _files.ForEach(file => file.Evict());
        }
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    /// <summary>Bytes of a tensor before some of its rows.</summary>
    private long Skipped(string name, RowRange? rows) => rows is { } some ? some.First * (Tensors[name].ByteCount / Tensors[name].RowCount) : 0;

    private static SafetensorsSource OpenShards(ModelFiles source, IReadOnlyDictionary<string, string> map)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            files.AddRange(map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(shard => SafetensorsFile.Open(source, shard)));
            var byName = files.ToDictionary(file => file.Name, StringComparer.Ordinal);
            foreach (var (tensor, shard) in map)
            {
                if (!byName[shard].Entries.ContainsKey(tensor))
                {
                    throw new ModelFormatException($"{ModelFileNames.WeightIndex} places {tensor} in {shard}, which lacks it.");
                }
            }

            return new(files, map.ToDictionary(pair => pair.Key, pair => byName[pair.Value], StringComparer.Ordinal));
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }
}
