using System.Security.Cryptography;

namespace Rill.Models.Packed;

/// <summary>
/// Safetensors files whose weights are packed: it shows the tensors that a decoder knows, hides the parts that they are made of, and unpacks
/// a tensor to f32 when it is asked for.
/// </summary>
internal sealed class PackedSource : IWeightSource
{
    private readonly SafetensorsSource _files;
    private readonly Dictionary<string, PackedTensor> _packed;
    private readonly Dictionary<string, int> _users;    // by part: tensors that may still be made of it
    private readonly UnpackedTensors _unpacked = new();
    private readonly Dictionary<string, long> _left = new(StringComparer.Ordinal);    // by tensor: rows that nobody has read and given back

    private PackedSource(SafetensorsSource files, IPackedFormat format)
    {
        _files = files;
        _packed = new(StringComparer.Ordinal);
        foreach (var tensor in format.Find(new(files)))
        {
            var isThere = files.Tensors.ContainsKey(tensor.Name) && tensor.Parts.All(part => part.Name != tensor.Name);
            if (isThere || !_packed.TryAdd(tensor.Name, tensor))
            {
                throw new ModelFormatException($"The weights hold {tensor.Name} in more than one form; keep one.");
            }
        }

        _users = _packed.Values.SelectMany(tensor => tensor.Parts)
            .CountBy(part => part.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var shown = files.Tensors
            .Where(tensor => !_users.ContainsKey(tensor.Key) && !format.Ignores(tensor.Key))
            .ToDictionary(StringComparer.Ordinal);
        foreach (var (name, tensor) in _packed)
        {
            // Of parts that several tensors share, each has its share.
            var bytes = tensor.Parts.Sum(part => part.ByteCount / _users[part.Name]);
            var file = files.Tensors[tensor.Parts[0].Name].File;
            shown[name] = new(file, tensor.Type, tensor.Shape, bytes)
            {
                Begin = tensor.Parts.Min(part => files.Tensors[part.Name].Begin),
                LargestMultiple = tensor.LargestMultiple,
            };
        }

        Tensors = shown;
    }

    public IReadOnlyList<string> FileNames => _files.FileNames;

    public IReadOnlyDictionary<string, PublishedTensor> Tensors { get; }

    /// <summary>Opens a model's safetensors files, packed or not, as its config.json says.</summary>
    /// <exception cref="ModelFormatException">No weights are there, or they are damaged, incomplete or of an unknown format.</exception>
    public static IWeightSource Open(ModelFiles files)
    {
        var source = SafetensorsSource.Open(files);
        try
        {
            var format = files.Has(ModelFileNames.Config) ? PackedFormats.Of(ModelConfig.Load(files)) : null;
            return format is null ? source : new PackedSource(source, format);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public long UnpackedBytes => _unpacked.ByteCount;

    public Weight Read(string name, RowRange? rows = null)
    {
        if (!_packed.TryGetValue(name, out var tensor))
        {
            return _files.Read(name, rows);
        }

        foreach (var part in tensor.Parts)
        {
            _files.Await(part.Name, 0, part.ByteCount);    // of formats only their own code knows which bytes make which rows
        }

        return _unpacked.Get(name, rows, tensor.Shape, tensor.Unpack, tensor.RowsAtOnce);
    }

    public void Await(string name, long offset, long length, RowRange? rows = null)
    {
        if (!_packed.ContainsKey(name))
        {
            _files.Await(name, offset, length, rows);
        }
    }

    public void Pass(string name, long offset, RowRange? rows = null)
    {
        if (!_packed.TryGetValue(name, out var tensor))
        {
            _files.Pass(name, offset, rows);
        }
        else
        {
            _files.Pass(tensor.Parts.MinBy(part => _files.Tensors[part.Name].Begin)!.Name, 0);
        }
    }

    public void Complete() => _files.Complete();

    public void Release(string name, long offset, long length, RowRange? rows = null)
    {
        if (!_packed.TryGetValue(name, out var tensor))
        {
            _files.Release(name, offset, length, rows);
        }
        else if (_unpacked.Release(name, rows, length))
        {
            ReleaseParts(tensor, rows?.Count ?? Tensors[name].RowCount);
        }
    }

    public void Expect(ReadPattern pattern) => _files.Expect(pattern);

    public void AppendTo(IncrementalHash hash) => _files.AppendTo(hash);

    public void Dispose()
    {
        _unpacked.Dispose();
        _files.Dispose();
    }

    /// <summary>Gives the pages of a tensor's parts back once all of its rows have come back.</summary>
    private void ReleaseParts(PackedTensor tensor, long rows)
    {
        var left = _left.GetValueOrDefault(tensor.Name, Tensors[tensor.Name].RowCount);
        _left[tensor.Name] = Math.Max(0, left - rows);
        if (left == 0 || left > rows)
        {
            return;
        }

        foreach (var part in tensor.Parts)
        {
            if (--_users[part.Name] == 0)
            {
                _files.Release(part.Name, 0, part.ByteCount);
            }
        }
    }
}
