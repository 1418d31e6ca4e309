using System.Globalization;
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
            place => new PublishedTensor(place.Value.File.Name, place.Value.Tensor.Type.Name, place.Value.Tensor.Shape, place.Value.Tensor.ByteCount),
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
                opened.Add(GgufFile.Open(files, NameOfPart(name, part, (int)parts)));
            }

            return new(opened);
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    public unsafe Weight Read(string name)
    {
        var (file, tensor) = _places.TryGetValue(name, out var place)
            ? place
            : throw new ModelFormatException($"{_files[0].Name} lacks the tensor {name}.");
        var address = file.AddressOf(tensor);
        if (tensor.Type.Decode is not { } decode)
        {
            var type = tensor.Type.Name switch { "F32" => WeightType.Float32, "F16" => WeightType.Float16, _ => WeightType.BFloat16 };
            return new(name, type, tensor.Shape, address, tensor.ByteCount);
        }

        var (elements, bytes) = (tensor.Type.Elements, tensor.Type.Bytes);
        var rowBytes = tensor.Shape[^1] / elements * bytes;
        return _unpacked.Get(name, tensor.Shape, (row, values) =>
        {
            var packed = new ReadOnlySpan<byte>((byte*)address + (row * rowBytes), (int)rowBytes);
            for (var block = 0; block < values.Length / elements; block++)
            {
                decode(packed.Slice(block * bytes, bytes), values.Slice(block * elements, elements));
            }
        });
    }

    public void Release(string name, long offset, long length)
    {
        var (file, tensor) = _places[name];
        if (tensor.Type.Decode is null)
        {
            file.Release(tensor, offset, length);
        }
        else if (_unpacked.Release(name, length))
        {
            file.Release(tensor, 0, tensor.ByteCount);
        }
    }

    public void Expect(ReadPattern pattern) => _files.ForEach(file => file.Expect(pattern));

    public unsafe void AppendTo(IncrementalHash hash)
    {
        foreach (var file in _files)
        {
            hash.AppendData(file.HeaderHash);
        }

        foreach (var (_, (file, tensor)) in _places.OrderBy(place => place.Key, StringComparer.Ordinal))
        {
            hash.AppendData(new ReadOnlySpan<byte>((void*)file.AddressOf(tensor), (int)Math.Min(SampleBytes, tensor.ByteCount)));
        }
    }

    public void Dispose()
    {
        _unpacked.Dispose();
        _files.ForEach(file => file.Dispose());
    }

    private static string NameOfPart(string first, int part, int parts)
    {
        var ending = string.Create(CultureInfo.InvariantCulture, $"-00001-of-{parts:D5}.gguf");
        return first.EndsWith(ending, StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"{first[..^ending.Length]}-{part:D5}-of-{parts:D5}.gguf")
            : throw new ModelFormatException(
                $"{first} is one of {parts} parts (split.count), so that its name must end with {ending}; name the parts as they were published.");
    }
}
