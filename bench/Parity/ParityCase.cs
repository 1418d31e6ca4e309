namespace Rill.Bench.Parity;

/// <summary>A small model of one GGUF architecture, whose made-up weights are given to llama.cpp and to Rill.</summary>
/// <param name="Architecture">Its name in general.architecture.</param>
internal sealed record ParityCase(string Architecture)
{
    /// <summary>What tells it from others of the same architecture; empty where there is only one.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Metadata by their names without the architecture's: whole numbers, numbers, switches, texts, lists of whole numbers.</summary>
    public IReadOnlyDictionary<string, object> Facts { get; init; } = new Dictionary<string, object>();

    /// <summary>
    /// Patterns of the names of tensors that files of the architecture need not hold and these do not: asked for the tensors of a model,
    /// llama.cpp names all that it would take.
    /// </summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Where the two are known to differ: why, and by how much at most (the mean square of the differences beside that of the logits).</summary>
    public (double Most, string Why)? Deviation { get; init; }

    /// <summary>Its name in the table.</summary>
    public string Name => Variant.Length == 0 ? Architecture : $"{Architecture}, {Variant}";

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

    /// <summary>The case without some of its metadata.</summary>
    public ParityCase Less(params string[] names) =>
        this with { Facts = Facts.Where(fact => !names.Contains(fact.Key)).ToDictionary(StringComparer.Ordinal) };
}
