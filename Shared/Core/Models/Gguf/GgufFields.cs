using System.Runtime.InteropServices;
using Rill.Models.Architectures;

namespace Rill.Models.Gguf;

/// <summary>What a GGUF file says of its architecture: metadata that begin with the architecture's name, and small tensors.</summary>
internal sealed class GgufFields(GgufSource source)
{
    private const int MostFactors = 1 << 13;

    /// <summary>All metadata.</summary>
    public GgufMetadata Metadata => source.Metadata;

    /// <summary>The architecture's name, such as llama.</summary>
    public string Architecture => Metadata.Text("general.architecture") ?? throw Metadata.Wrong("general.architecture", "is missing");

    /// <summary>Number of layers, those that guess further tokens left out.</summary>
    public int Layers => (int)(Required("block_count") - (Whole("nextn_predict_layers") ?? 0));

    /// <summary>Width of a head.</summary>
    public int HeadDim =>
        (Whole("attention.key_length") ?? (Required("embedding_length") / Math.Max(1, Required("attention.head_count")))) is > 0 and var width
        ? (int)width
        : throw Metadata.Wrong(Key("attention.key_length"), "must be positive");

    /// <summary>Rows of the embedding.</summary>
    public long VocabularySize => RowsOf("token_embd.weight");

    /// <summary>Rows of a matrix.</summary>
    /// <exception cref="ModelFormatException">There is none of this name.</exception>
    public long RowsOf(string matrix) => source.Tensors.TryGetValue(matrix, out var found) && found.Shape.Count == 2
        ? found.Shape[0]
        : throw new ModelFormatException($"{source.FileNames[0]} lacks the matrix {matrix}.");

    /// <summary>True when there is such a tensor.</summary>
    public bool Has(string tensor) => source.Tensors.ContainsKey(tensor);

    /// <summary>A whole number, of which there may be one for each layer as long as they are all the same; null when absent.</summary>
    /// <exception cref="ModelFormatException">It is none, or differs from layer to layer.</exception>
    public long? Whole(string name)
    {
        var key = Key(name);
        if (!Metadata.IsArray(key))
        {
            return Metadata.Whole(key);
        }

        var items = Metadata.Items<long>(key)!.Distinct().ToList();
        return items is [>= 0 and <= int.MaxValue]
            ? items[0]
            : throw Metadata.Wrong(key, "differs from layer to layer, which is not supported");
    }

    /// <summary>A whole number for each layer, where the file holds one for all of them, too; null when absent.</summary>
    /// <exception cref="ModelFormatException">It is none, or there are more or fewer than layers.</exception>
    public IReadOnlyList<long>? WholesOfLayers(string name)
    {
        var key = Key(name);
        if (!Metadata.IsArray(key))
        {
            return Metadata.Whole(key) is { } same ? [.. Enumerable.Repeat(same, LayersOfLists)] : null;
        }

        var items = OfLayers<long>(key)!;
        return items.All(item => item is >= 0 and <= int.MaxValue)
            ? items
            : throw Metadata.Wrong(key, $"must hold whole numbers from 0 to {int.MaxValue}");
    }

    /// <summary>A switch for each layer; null when absent.</summary>
    /// <exception cref="ModelFormatException">It is no list of switches, or there are more or fewer than layers.</exception>
    public IReadOnlyList<bool>? FlagsOfLayers(string name) => OfLayers<bool>(Key(name));

    /// <summary>A whole number that must be there.</summary>
    public long Required(string name) => Whole(name) ?? throw Metadata.Wrong(Key(name), "is missing");

    /// <summary>A number; null when absent.</summary>
    public double? Number(string name) => Metadata.Number(Key(name));

    /// <summary>A text; null when absent.</summary>
    public string? Text(string name) => Metadata.Text(Key(name));

    /// <summary>A switch; null when absent.</summary>
    public bool? Flag(string name) => Metadata.Flag(Key(name));

    /// <summary>The key with the architecture's name in front.</summary>
    public string Key(string name) => $"{Architecture}.{name}";

    /// <summary>Number of layers, so few that there may be a list of them.</summary>
    private int LayersOfLists => Layers is > 0 and <= DecoderConfig.MostLayers
        ? Layers
        : throw Metadata.Wrong(Key("block_count"), $"must leave from 1 to {DecoderConfig.MostLayers} layers");

    private IReadOnlyList<T>? OfLayers<T>(string key) => Metadata.Items<T>(key) is not { } items ? null
        : items.Count == LayersOfLists ? items
        : throw Metadata.Wrong(key, $"has {items.Count} items for {Layers} layers");

    /// <summary>The elements of a short tensor in F32; null when absent.</summary>
    public unsafe float[]? Floats(string tensor)
    {
        if (!Has(tensor))
        {
            return null;
        }

        var weight = source.Read(tensor);
        return weight is { Type: WeightType.Float32, Shape.Count: 1, ElementCount: <= MostFactors } && weight.IsFinite()
            ? MemoryMarshal.Cast<byte, float>(new ReadOnlySpan<byte>((void*)weight.Address, (int)weight.ByteCount)).ToArray()
            : throw new ModelFormatException($"{source.FileNames[0]}: {tensor} must be a list of at most {MostFactors} finite numbers in F32.");
    }
}
