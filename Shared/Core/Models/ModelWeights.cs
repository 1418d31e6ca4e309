using System.Security.Cryptography;
using Rill.Models.Gguf;
using Rill.Models.Packed;

namespace Rill.Models;

/// <summary>
/// A model's weights under the names by which its decoder asks for them, whatever their files call them and however they are cut there
/// (<see cref="DecoderSpec.Recipes"/>). A tensor is a view of the published one where its rows lie one after the other, else a copy.
/// </summary>
public sealed class ModelWeights : IDisposable
{
    private readonly IWeightSource _source;
    private readonly WeightLookup _lookup;
    private readonly Dictionary<string, MadeWeight> _made = new(StringComparer.Ordinal);
    private long _madeBytes;

    private ModelWeights(IWeightSource source, DecoderSpec? spec) => (_source, _lookup) = (source, new(source, spec));

    /// <summary>Bytes of all weights in their files.</summary>
    public long TotalBytes => _source.Tensors.Values.Sum(tensor => tensor.ByteCount);

    /// <summary>Number of parameters in all weights.</summary>
    public long ParameterCount => _source.Tensors.Values.Sum(tensor => tensor.ElementCount);

    /// <summary>Bits that a parameter has in the files, where most parameters are packed; null where they are not.</summary>
    public double? PackedBits
    {
        get
        {
            var plain = _source.Tensors.Values.Where(tensor => tensor.Type is "F32" or "BF16" or "F16").Sum(tensor => tensor.ElementCount);
            return plain * 2 < ParameterCount ? 8.0 * TotalBytes / ParameterCount : null;
        }
    }

    /// <summary>Bytes of the copies and of the unpacked tensors that there are.</summary>
    public long OwnBytes => _madeBytes + _source.UnpackedBytes;

    /// <summary>The most that <see cref="OwnBytes"/> has been: what loading has taken beside the files.</summary>
    public long MostOwnBytes { get; private set; }

    /// <summary>Names of the files that hold them, without a folder.</summary>
    public IReadOnlyList<string> FileNames => _source.FileNames;

    /// <summary>The element types in the files, such as BF16, each with the bytes of its tensors.</summary>
    public IReadOnlyDictionary<string, long> BytesByType => _source.Tensors.Values
        .GroupBy(tensor => tensor.Type, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Sum(tensor => tensor.ByteCount), StringComparer.Ordinal);

    /// <summary>The published tensors that no recipe takes anything from, each with the name that the decoder would have for it.</summary>
    public IEnumerable<string> UnusedNames(IEnumerable<string> used)
    {
        var taken = used.Select(_lookup.RecipeOf).SelectMany(recipe => recipe.Names).Select(_lookup.Names.Of).ToHashSet(StringComparer.Ordinal);
        return _source.Tensors.Keys.Where(name => !taken.Contains(name)).Select(_lookup.Names.StandardOf);
    }

    /// <summary>Maps a directory's weights.</summary>
    /// <exception cref="ModelFormatException">No weights are there, or they are damaged or incomplete.</exception>
    public static ModelWeights Open(string directory, DecoderSpec? spec = null) => Open(ModelFiles.InDirectory(directory), spec);

    /// <summary>Opens a model's weights.</summary>
    /// <param name="files">The model's files.</param>
    /// <param name="spec">What asks for them; null to see them under their published names.</param>
    /// <exception cref="ModelFormatException">No weights are there, or they are damaged or incomplete.</exception>
    public static ModelWeights Open(ModelFiles files, DecoderSpec? spec = null) =>
        new(files is GgufModelFiles gguf ? gguf.OpenWeights() : PackedSource.Open(files), spec);

    /// <summary>True when the weights hold this tensor, or that from which it is made.</summary>
    public bool Has(string name) => _source.Tensors.ContainsKey(_lookup.Names.Of(_lookup.RecipeOf(name).Name));

    /// <summary>Finds a tensor and checks its shape, without reading it.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing, or has another shape.</exception>
    public void Check(string name, params ReadOnlySpan<long> shape)
    {
        var recipe = _lookup.RecipeOf(name);
        if (recipe.NextRows.Count == 0)
        {
            _lookup.Find(name, shape);
            return;
        }

        foreach (var row in recipe.Names)
        {
            _lookup.Find(row, shape[1..]);
        }
    }

    /// <summary>Finds a tensor and checks its shape.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing, or has another shape or an unsupported type.</exception>
    public Weight Get(string name, params ReadOnlySpan<long> shape)
    {
        if (_lookup.RecipeOf(name) is { NextRows.Count: > 0 } rows)
        {
            return Stack(name, rows, shape.ToArray());
        }

        var (recipe, published) = _lookup.Find(name, shape);
        if (_made.TryGetValue(name, out var made))
        {
            return made.Weight;
        }

        var source = _source.Read(published, _lookup.RowsOf(recipe, published));
        MostOwnBytes = Math.Max(MostOwnBytes, OwnBytes);
        return WeightCut.TryView(source, recipe, name, shape) ?? Copy(source, recipe, published, name, shape.ToArray());
    }

    /// <summary>
    /// Some rows of a matrix, to be given back by <see cref="ReleaseRows"/>: of a packed one these alone are unpacked, where its rows follow one
    /// another; of others it is a part of what <see cref="Get"/> gives.
    /// </summary>
    /// <param name="name">The matrix.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="shape">The whole matrix's.</param>
    /// <exception cref="ModelFormatException">The tensor is missing, or has another shape or an unsupported type.</exception>
    public Weight GetRows(string name, RowRange rows, params ReadOnlySpan<long> shape)
    {
        if (_lookup.PackedRows(name, rows, shape) is not var (published, range))
        {
            return Get(name, shape).Rows(rows);
        }

        var unpacked = _source.Read(published, range) with { Name = name };
        MostOwnBytes = Math.Max(MostOwnBytes, OwnBytes);
        return unpacked;
    }

    /// <summary>Gives the memory of rows back; whoever calls it has copied them, or is done with them. Rows come back in ascending order.</summary>
    /// <inheritdoc cref="GetRows"/>
    public void ReleaseRows(string name, RowRange rows, params ReadOnlySpan<long> shape)
    {
        if (_lookup.PackedRows(name, rows, shape) is var (published, range))
        {
            _source.Release(published, 0, _source.Read(published, range).ByteCount, range);
            return;
        }

        var whole = Get(name, shape);
        var part = whole.Rows(rows);
        Release(whole, part.Address - whole.Address, part.ByteCount);
    }

    /// <summary>What is published of the tensor that a name's is made of.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing.</exception>
    public PublishedTensor Published(string name) => _lookup.Find(_lookup.RecipeOf(name)).Tensor;

    /// <inheritdoc cref="WeightLookup.PlaceOf"/>
    public (int File, long Begin, long Row) PlaceOf(string name) => _lookup.PlaceOf(name);

    /// <summary>Waits until a tensor's part is there, where its file is still on its way: before the part is read.</summary>
    /// <param name="weight">A tensor that <see cref="Get"/> gave.</param>
    /// <param name="offset">The part's first byte, from the tensor's.</param>
    /// <param name="length">Its number of bytes.</param>
    public void Await(Weight weight, long offset, long length)
    {
        if (!_made.ContainsKey(weight.Name))
        {
            var (published, rows, before) = InSource(weight);
            _source.Await(published, before + offset, length, rows);
        }
    }

    /// <summary>
    /// Says that the reader is done with all that it has read until now, and with what lies before a byte of a tensor, where the files are still on
    /// their way: see <see cref="FileMemory.Pass"/>.
    /// </summary>
    /// <param name="weight">A tensor that <see cref="Get"/> gave.</param>
    /// <param name="offset">The byte, from the tensor's first.</param>
    public void Pass(Weight weight, long offset)
    {
        if (!_made.ContainsKey(weight.Name))
        {
            var (published, rows, before) = InSource(weight);
            _source.Pass(published, before + offset, rows);
        }
    }

    /// <summary>As <see cref="Pass(Weight, long)"/>, of a tensor that was not read yet: with what lies before what it is made of.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing.</exception>
    public void Pass(string name)
    {
        var recipe = _lookup.RecipeOf(name);
        var published = _lookup.Find(recipe).Name;
        _source.Pass(published, 0, _lookup.RowsOf(recipe, published));
    }

    /// <inheritdoc cref="FileMemory.Complete"/>
    public void Complete() => _source.Complete();

    /// <summary>Tells the system how the weights are read from here on, which decides how much a first touch reads from a disk.</summary>
    public void Expect(ReadPattern pattern) => _source.Expect(pattern);

    /// <summary>Gives the memory of a tensor's part back to the system; whoever calls it has copied the part, or is done with it.</summary>
    /// <param name="weight">A tensor that <see cref="Get"/> gave.</param>
    /// <param name="offset">The part's first byte, from the tensor's; parts are given back in ascending order.</param>
    /// <param name="length">Its number of bytes.</param>
    public void Release(Weight weight, long offset, long length)
    {
        if (!_made.TryGetValue(weight.Name, out var made))
        {
            var (published, rows, before) = InSource(weight);
            _source.Release(published, before + offset, length, rows);
        }
        else if (offset + length == weight.ByteCount)
        {
            _made.Remove(weight.Name);
            _madeBytes -= weight.ByteCount;
            made.Dispose();
        }
    }

    /// <summary>A hash over names, types and shapes of all weights and over a sample of each tensor's bytes.</summary>
    public byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _source.AppendTo(hash);
        return hash.GetHashAndReset();
    }

    /// <summary>The first tensor that holds an infinity or what is not a number, and its file; null where every value is finite.</summary>
    public (string File, string Tensor)? FirstNotFinite()
    {
        foreach (var (name, tensor) in _source.Tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal))
        {
            if (tensor.Type is "F32" or "BF16" or "F16" && !_source.Read(name).IsFinite())
            {
                return (tensor.File, name);
            }
        }

        return null;
    }

    /// <summary>Gives the memory of all files and copies back.</summary>
    public void Dispose()
    {
        foreach (var made in _made.Values)
        {
            made.Dispose();
        }

        _made.Clear();
        _source.Dispose();
    }

    /// <summary>A matrix whose rows are published one by one.</summary>
    private Weight Stack(string name, WeightRecipe recipe, long[] shape)
    {
        if (!_made.TryGetValue(name, out var made))
        {
            Weight[] vectors = [.. recipe.Names.Select(row => Get(row, shape.AsSpan(1)))];
            Array.ForEach(vectors, vector => Await(vector, 0, vector.ByteCount));
            made = WeightCut.Stack(vectors, name, shape);
            _made.Add(name, made);
            _madeBytes += made.Weight.ByteCount;
        }

        return made.Weight;
    }

    /// <summary>Where a view lies: the published tensor, the rows as which it is read, and the view's first byte from theirs.</summary>
    private (string Published, RowRange? Rows, long Before) InSource(Weight weight)
    {
        var recipe = _lookup.RecipeOf(weight.Name);
        var published = _lookup.Names.Of(recipe.Name);
        var rows = _lookup.RowsOf(recipe, published);
        return (published, rows, weight.Address - _source.Read(published, rows).Address);
    }

    private Weight Copy(Weight source, WeightRecipe recipe, string published, string name, long[] shape)
    {
        _source.Await(published, 0, source.ByteCount, _lookup.RowsOf(recipe, published));
        var made = WeightCut.Copy(source, recipe, name, shape);
        _made.Add(name, made);
        _madeBytes += made.Weight.ByteCount;
        MostOwnBytes = Math.Max(MostOwnBytes, OwnBytes);
        if (_source.Tensors[published].IsPacked)
        {
            _source.Release(published, 0, made.Weight.ByteCount, _lookup.RowsOf(recipe, published));
        }

        return made.Weight;
    }
}
