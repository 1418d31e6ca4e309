namespace Rill.Models.Adapters;

/// <summary>A matrix of the decoder that is all or some rows of a module of the base.</summary>
/// <param name="Part">The name by which the decoder asks for it, without ".weight".</param>
/// <param name="Outputs">Its rows.</param>
/// <param name="Inputs">Its columns.</param>
/// <param name="Rows">Which rows of the module these are.</param>
internal sealed record AdapterTarget(string Part, long Outputs, long Inputs, AdapterRows Rows)
{
    /// <summary>The module's row after the last that is taken.</summary>
    public long EndRow => (Rows.Pattern?.At(Outputs - 1) ?? (Outputs - 1)) + 1;
}

/// <summary>The modules of a base that an adapter can change, by the names that the base's own class gives them.</summary>
internal sealed class AdapterModules
{
    private const string Ending = ".weight";

    private readonly DecoderSpec _published;
    private readonly Dictionary<string, List<AdapterTarget>> _modules = new(StringComparer.Ordinal);

    /// <summary>Takes every matrix that the decoder reads, and notes of which published module it is a part.</summary>
    public AdapterModules(DecoderSpec spec)
    {
        _published = spec.Published ?? spec;
        var (turned, tiled) = (TurnedParts(spec), TiledParts(spec));
        var cut = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ((name, shape), (own, _)) in Matrices(_published).Zip(Matrices(spec)))
        {
            var recipe = _published.Recipes.GetValueOrDefault(name) ?? new(name);
            if (recipe.FirstColumn is not null || recipe.Expert is not null || tiled.Contains(name) || !recipe.Name.EndsWith(Ending, StringComparison.Ordinal))
            {
                cut.Add(recipe.Name);    // B(A x) has no such form there
                continue;
            }

            _modules.TryAdd(recipe.Name, []);
            _modules[recipe.Name].Add(new(own[..^Ending.Length], shape[0], shape[1], new(recipe.Rows, turned.Contains(name) ? spec.HeadDim : 0)));
        }

        foreach (var module in cut)
        {
            _modules.Remove(module);
        }
    }

    /// <summary>The matrices that a module consists of; null for one that the base does not have, or not as a matrix.</summary>
    /// <param name="path">Its path in the base's class, such as transformer.h.0.attn.c_attn.</param>
    public IReadOnlyList<AdapterTarget>? Find(string path)
    {
        foreach (var name in PublishedNames.StandardsOf(path + Ending, _published))
        {
            if (_modules.TryGetValue(name, out var targets))
            {
                return targets;
            }
        }

        return null;
    }

    /// <summary>The matrices of queries and keys, where their rows are in another order since the files' rotations turn neighbours.</summary>
    private static HashSet<string> TurnedParts(DecoderSpec spec)
    {
        var names = spec.Published?.Names;
        return names is null || !Interleaves(spec) || Interleaves(spec.Published!)
            ? []
            : [.. Enumerable.Range(0, spec.LayerCount).SelectMany(layer => (string[])[names.Query(layer) + Ending, names.Key(layer) + Ending])];
    }

    /// <summary>The matrices of delta nets whose rows or columns are in another order than the class's, since the files' value heads are.</summary>
    private static HashSet<string> TiledParts(DecoderSpec spec)
    {
        var names = spec.Published?.Names;
        return names is null ? [] :
        [
            .. from layer in Enumerable.Range(0, spec.LayerCount)
               where spec.MixerOf(layer) is DeltaNetSpec { TiledValueHeads: true, Group: > 1 }
               from part in (string[])[names.DeltaNet.Value, names.DeltaNet.Gate, names.DeltaNet.Beta, names.DeltaNet.Decay, names.DeltaNet.Output]
               select names.Of(layer, part) + Ending,
        ];
    }

    private static bool Interleaves(DecoderSpec spec) => spec.Rotaries.Any(rotary => rotary is { Interleaved: true });

    /// <summary>A tied head is a module of its own, whose change leaves the embedding as it is.</summary>
    private static IEnumerable<(string Name, long[] Shape)> Matrices(DecoderSpec spec)
    {
        var matrices = DecoderTensors.Of(spec).Where(tensor => tensor.Shape.Length == 2 && tensor.Name.EndsWith(Ending, StringComparison.Ordinal));
        return spec.TiedEmbeddings ? matrices.Append((spec.Names.Head, [spec.VocabularySize, spec.HiddenSize])) : matrices;
    }
}
