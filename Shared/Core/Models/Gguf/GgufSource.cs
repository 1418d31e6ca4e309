using System.Security.Cryptography;
using Rill.Models.Packed;

namespace Rill.Models.Gguf;

/// <summary>
/// Tensors of a GGUF file, or of the parts into which a model was split, under the names that they have there. F32, F16 and BF16 lie where they
/// are; the others are unpacked to f32 when they are asked for.
/// </summary>
internal sealed class GgufSource : IWeightSource
{
    private const int SampleBytes = 4096;

    // A first touch brings up to 2 MB along: of a model with thousands of tensors nearly the whole file.
    private const int SampledAtOnce = 64;
    private const int MostParts = 99_999;    // as many as a part's name can count

    private readonly List<GgufFile> _files;
    private readonly Dictionary<string, (GgufFile File, GgufTensor Tensor)> _places = new(StringComparer.Ordinal);
    private readonly UnpackedTensors _unpacked = new();

    private GgufSource(List<GgufFile> files)
    {
        _files = files;
        foreach (var (file, tensor) in files.SelectMany(file => file.Tensors.Values.Select(tensor => (file, tensor))))
        {
            if (!_places.TryAdd(tensor.Name, (file, tensor)))
            {
                throw new ModelFormatException($"{file.Name}: the tensor {tensor.Name} is in another part, too; the parts are not of one model.");
            }
        }

        var count = Metadata.Whole("split.tensors.count", 0, long.MaxValue) ?? _places.Count;
        if (files.Count > 1 && count != _places.Count)
        {
            throw new ModelFormatException(
                $"{files[0].Name}: the parts hold {_places.Count} tensors, but split.tensors.count says {count}; download the parts again.");
        }

        Tensors = _places.ToDictionary(
            place => place.Key,
            place => Describe(place.Value.File, place.Value.Tensor),
            StringComparer.Ordinal);
    }

    /// <summary>The metadata; of a model in parts, the first part's.</summary>
    public GgufMetadata Metadata => _files[0].Metadata;

    public IReadOnlyList<string> FileNames => [.. _files.Select(file => file.Name)];

    public IReadOnlyDictionary<string, PublishedTensor> Tensors { get; }

    /// <summary>Opens a file, and the parts that follow it.</summary>
    /// <param name="files">The model's files.</param>
    /// <param name="name">The file, or the first part: X-00001-of-00003.gguf.</param>
    /// <exception cref="ModelFormatException">A file is missing, damaged, or needs what is not supported.</exception>
    /// <exception cref="ModelFileException">A file cannot or must not be read.</exception>
    public static GgufSource Open(ModelFiles files, string name)
    {
        var opened = new List<GgufFile>();
        try
        {
            opened.Add(GgufFile.Open(files, name));
            var parts = opened[0].Metadata.Whole("split.count", 0, MostParts) ?? 1;
            for (var part = 2; part <= parts; part++)
            {
                opened.Add(GgufFile.Open(files, GgufNames.PartOf(name, part, (int)parts) ?? throw WrongName(name, parts)));
            }

            return new(opened);
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    public long UnpackedBytes => _unpacked.ByteCount;

    public Weight Read(string name, RowRange? rows = null)
    {
        var (file, tensor) = _places.TryGetValue(name, out var place)
            ? place
            : throw new ModelFormatException($"{_files[0].Name} lacks the tensor {name}.");
        var address = file.AddressOf(tensor);
        if (tensor.Type.Decode is not null)
        {
            var (skipped, bytes) = Stretch(name, rows);
            file.Await(tensor, skipped, bytes);
            return _unpacked.Get(name, rows, tensor.Shape, tensor.Type.RowsFrom(address, tensor.Shape[^1]));
        }

        var type = tensor.Type.Name switch { "F32" => WeightType.Float32, "F16" => WeightType.Float16, _ => WeightType.BFloat16 };
        var whole = new Weight(name, type, tensor.Shape, address, tensor.ByteCount);
        return rows is { } some ? whole.Rows(some) : whole;
    }

    public void Await(string name, long offset, long length, RowRange? rows = null)
    {
        var (file, tensor) = _places[name];
        if (tensor.Type.Decode is null)
        {
            file.Await(tensor, Stretch(name, rows).First + offset, length);
        }
    }

    public void Pass(string name, long offset, RowRange? rows = null)
    {
        var (file, tensor) = _places[name];
        file.Pass(tensor, Stretch(name, rows).First + (tensor.Type.Decode is null ? offset : 0));
    }

    public void Complete() => _files.ForEach(file => file.Complete());

    public void Release(string name, long offset, long length, RowRange? rows = null)
    {
        var (file, tensor) = _places[name];
        var (first, bytes) = Stretch(name, rows);
        if (tensor.Type.Decode is null)
        {
            file.Release(tensor, first + offset, length);
        }
        else if (_unpacked.Release(name, rows, length))
        {
            file.Release(tensor, first, bytes);
        }
    }

    public void Expect(ReadPattern pattern) => _files.ForEach(file => file.Expect(pattern));

    public unsafe void AppendTo(IncrementalHash hash)
    {
        foreach (var file in _files)
        {
            hash.AppendData(file.HeaderHash);
        }

        foreach (var places in _places.OrderBy(place => place.Key, StringComparer.Ordinal).Select(place => place.Value).Chunk(SampledAtOnce))
        {
            foreach (var (file, tensor) in places)
            {
                hash.AppendData(new ReadOnlySpan<byte>((void*)file.AddressOf(tensor), (int)Math.Min(SampleBytes, tensor.ByteCount)));
            }

            _files.ForEach(file => file.Evict());
        }
    }

    public void Dispose()
    {
        _unpacked.Dispose();
        _files.ForEach(file => file.Dispose());
    }

    /// <summary>Where some rows of a tensor, or all, begin in it, and their bytes in the file.</summary>
    private (long First, long Bytes) Stretch(string name, RowRange? rows)
    {
        var tensor = Tensors[name];
        var rowBytes = tensor.ByteCount / tensor.RowCount;
        return rows is { } some ? (some.First * rowBytes, some.Count * rowBytes) : (0, tensor.ByteCount);
    }

    private static PublishedTensor Describe(GgufFile file, GgufTensor tensor) => new(file.Name, tensor.Type.Name, tensor.Shape, tensor.ByteCount)
    {
        Begin = tensor.Offset,
        LargestMultiple = tensor.Type.LargestMultiple,
    };

    private static ModelFormatException WrongName(string first, long parts) => new(
        $"{first} is one of {parts} parts (split.count), so that its name must end with -00001-of-{parts:D5}.gguf; "
        + "name the parts as they were published.");
}
