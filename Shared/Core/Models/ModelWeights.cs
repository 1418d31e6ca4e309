using System.Security.Cryptography;

namespace Rill.Models;

/// <summary>
/// The weights of a model: model.safetensors, or the shards that model.safetensors.index.json names. A decoder that was saved without its
/// head, as embedding models are (<c>layers.0...</c>), is shown under the names that it has with one (<c>model.layers.0...</c>).
/// </summary>
public sealed class ModelWeights : IDisposable
{
    private const string DecoderPrefix = "model.";

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, string Name)> _places;    // the name is the one in the file

    private ModelWeights(List<SafetensorsFile> files, Dictionary<string, SafetensorsFile> places)
    {
        var prefix = places.ContainsKey("embed_tokens.weight") && !places.Keys.Any(name => name.StartsWith(DecoderPrefix, StringComparison.Ordinal)) ? DecoderPrefix : "";
        _files = files;
        _places = places.ToDictionary(place => prefix + place.Key, place => (place.Value, place.Key), StringComparer.Ordinal);
    }

    /// <summary>Bytes of all weights.</summary>
    public long TotalBytes => _places.Keys.Sum(name => Entry(name).End - Entry(name).Begin);

    /// <summary>Number of parameters in all weights.</summary>
    public long ParameterCount => _places.Keys.Sum(name => Entry(name).Shape.Aggregate(1L, (product, dimension) => product * dimension));

    /// <summary>Names of the files that hold them, without a folder.</summary>
    public IReadOnlyList<string> FileNames => [.. _files.Select(file => file.Name)];

    /// <summary>The element types in the files, such as BF16, each with the bytes of its tensors.</summary>
    public IReadOnlyDictionary<string, long> BytesByType => _places.Keys.Select(Entry)
        .GroupBy(entry => entry.Type, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Sum(entry => entry.End - entry.Begin), StringComparer.Ordinal);

    /// <summary>Maps a directory's weights.</summary>
    /// <exception cref="ModelFormatException">No weights are there, or they are damaged or incomplete.</exception>
    public static ModelWeights Open(string directory) => Open(ModelFiles.InDirectory(directory));

    /// <summary>Opens a model's weights.</summary>
    /// <exception cref="ModelFormatException">No weights are there, or they are damaged or incomplete.</exception>
    public static ModelWeights Open(ModelFiles files)
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

    /// <summary>Names of all tensors.</summary>
    public IEnumerable<string> TensorNames => _places.Keys;

    /// <summary>True when the weights hold this tensor.</summary>
    public bool Has(string name) => _places.ContainsKey(name);

    /// <summary>Finds a tensor and checks its shape.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing, or has another shape or an unsupported type.</exception>
    public Weight Get(string name, params ReadOnlySpan<long> shape)
    {
        if (!_places.TryGetValue(name, out var place))
        {
            throw new ModelFormatException($"The weights lack the tensor {name}.");
        }

        var (file, own) = place;
        var weight = file.Get(own);
        return shape.SequenceEqual((long[])weight.Shape)
            ? weight
            : throw new ModelFormatException(
                $"{file.Name}: {own} has the shape [{string.Join(", ", weight.Shape)}], but config.json asks for [{string.Join(", ", shape.ToArray())}].");
    }

    /// <summary>Tells the system how the weights are read from here on, which decides how much a first touch reads from a disk.</summary>
    public void Expect(ReadPattern pattern) => _files.ForEach(file => file.Expect(pattern));

    /// <summary>Gives the physical pages of a tensor's part back to the system; whoever calls it has copied the part, or is done with it.</summary>
    /// <param name="name">A tensor that the weights hold.</param>
    /// <param name="offset">The part's first byte, from the tensor's.</param>
    /// <param name="length">Its number of bytes.</param>
    public void Release(string name, long offset, long length) => _places[name].File.Release(_places[name].Name, offset, length);

    /// <summary>A hash over names, types and shapes of all weights and over a sample of each tensor's bytes.</summary>
    public byte[] Hash()
    {
        const int sample = 4096;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in _files)
        {
            hash.AppendData(file.HeaderHash);
        }

        foreach (var name in _places.Keys.Order(StringComparer.Ordinal))
        {
            if (Entry(name).Type is "F32" or "BF16" or "F16")
            {
                var weight = GetAny(name);
                unsafe
                {
                    hash.AppendData(new ReadOnlySpan<byte>((void*)weight.Address, (int)Math.Min(sample, weight.ByteCount)));
                }
            }
        }

        return hash.GetHashAndReset();
    }

    /// <summary>The first tensor that holds an infinity or what is not a number, and its file; null where every value is finite.</summary>
    public (string File, string Tensor)? FirstNotFinite()
    {
        foreach (var (name, (file, own)) in _places.OrderBy(place => place.Key, StringComparer.Ordinal))
        {
            if (Entry(name).Type is "F32" or "BF16" or "F16" && !file.Get(own).IsFinite())
            {
                return (file.Name, own);
            }
        }

        return null;
    }

    /// <summary>Gives the memory of all files back.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private SafetensorsEntry Entry(string name) => _places[name].File.Entries[_places[name].Name];

    private Weight GetAny(string name) => _places[name].File.Get(_places[name].Name);

    private static ModelWeights OpenShards(ModelFiles source, IReadOnlyDictionary<string, string> map)
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
