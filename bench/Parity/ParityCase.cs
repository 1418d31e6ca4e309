using System.Text.RegularExpressions;

namespace Rill.Bench.Parity;

/// <summary>A small model of one GGUF architecture, whose made-up weights are given to llama.cpp and to Rill.</summary>
/// <param name="Architecture">Its name in general.architecture.</param>
internal sealed record ParityCase(string Architecture)
{
    /// <summary>What tells it from others of the same architecture; empty where there is only one.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Metadata by their names without the architecture's: whole numbers, numbers, switches, texts, lists of the first three.</summary>
    public IReadOnlyDictionary<string, object> Facts { get; init; } = new Dictionary<string, object>();

    /// <summary>Patterns of the names of tensors that llama.cpp would take and the file does not hold.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>
    /// Tensors that files may hold beside those that llama.cpp must have, with their shapes, outermost dimension first; what begins with "blk.*"
    /// is in every layer.
    /// </summary>
    public IReadOnlyList<(string Name, long[] Shape)> Beside { get; init; } = [];

    /// <summary>
    /// Patterns of the names of tensors with smaller values than others have, and their factors: where any difference would grow from layer to
    /// layer.
    /// </summary>
    public IReadOnlyList<(string Pattern, float Factor)> Smaller { get; init; } = [];

    /// <summary>Where the two are known to differ: why, and by how much at most (the mean square of the differences beside that of the logits).</summary>
    public (double Most, string Why)? Deviation { get; init; }

    /// <summary>Its name in the table.</summary>
    public string Name => Variant.Length == 0 ? Architecture : $"{Architecture}, {Variant}";

    /// <summary>All tensors of the file.</summary>
    /// <param name="required">Those that llama.cpp must have.</param>
    public IEnumerable<PeerTensor> Tensors(IEnumerable<PeerTensor> required) => required
        .Where(tensor => !Without.Any(pattern => Regex.IsMatch(tensor.Name, pattern)))
        .Concat(Beside.SelectMany(tensor => Enumerable.Range(0, tensor.Name.Contains('*', StringComparison.Ordinal) ? (int)Facts["block_count"] : 1)
            .Select(layer => new PeerTensor(tensor.Name.Replace("*", $"{layer}", StringComparison.Ordinal), tensor.Shape))))
        .DistinctBy(tensor => tensor.Name);

    /// <summary>What a tensor's values are multiplied with.</summary>
    public float FactorOf(string tensor) => Smaller.Where(part => Regex.IsMatch(tensor, part.Pattern)).Aggregate(1f, (factor, part) => factor * part.Factor);

    /// <summary>The case with further metadata, which replace those of the same names.</summary>
    public ParityCase With(params ReadOnlySpan<(string Name, object Value)> facts)
    {
        var all = new Dictionary<string, object>(Facts, StringComparer.Ordinal);
        foreach (var (name, value) in facts)
        {
            all[name] = value;
        }

        return this with { Facts = all };
    }

    /// <summary>The case with further tensors beside the required ones.</summary>
    public ParityCase Besides(params (string Name, long[] Shape)[] tensors) => this with { Beside = [.. Beside, .. tensors] };

    /// <summary>The case without some of its metadata.</summary>
    public ParityCase Less(params string[] names) =>
        this with { Facts = Facts.Where(fact => !names.Contains(fact.Key)).ToDictionary(StringComparer.Ordinal) };
}
