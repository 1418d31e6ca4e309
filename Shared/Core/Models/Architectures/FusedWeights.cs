namespace Rill.Models.Architectures;

/// <summary>Recipes for matrices that families publish in one piece and the decoder takes apart.</summary>
internal static class FusedWeights
{
    /// <summary>Recipes of all layers.</summary>
    public static IReadOnlyDictionary<string, WeightRecipe> OfLayers(
        DecoderSpec spec, Func<int, IEnumerable<(string Name, WeightRecipe Recipe)>> ofLayer) =>
        Enumerable.Range(0, spec.LayerCount).SelectMany(ofLayer).ToDictionary(part => part.Name, part => part.Recipe, StringComparer.Ordinal);

    /// <summary>Rows [gate | up] of one matrix [2 * feedForward, hidden], which stands behind the layer's number.</summary>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> GateUp(DecoderSpec spec, int layer, string suffix = "mlp.gate_up_proj.weight")
    {
        var fused = $"{spec.Names.LayerPrefix}{layer}.{suffix}";
        yield return (spec.Names.Gate(layer) + ".weight", new(fused) { Rows = new(0) });
        yield return (spec.Names.Up(layer) + ".weight", new(fused) { Rows = new(spec.FeedForwardSize) });
    }

    /// <summary>
    /// The experts of one tensor of rows [gate | up], [experts, 2 * width, hidden], and one of their ways back, [experts, hidden, width].
    /// </summary>
    /// <param name="gateUp">The first one behind the layer's number.</param>
    /// <param name="down">The second one behind the layer's number.</param>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> Experts(DecoderSpec spec, MoeSpec experts, int layer, string gateUp, string down)
    {
        var (names, input, output) = (spec.Names, spec.Names.Of(layer, gateUp), spec.Names.Of(layer, down));
        for (var expert = 0; expert < experts.Experts; expert++)
        {
            yield return (names.ExpertGate(layer, expert) + ".weight", new(input) { Expert = expert, Rows = new(0) });
            yield return (names.ExpertUp(layer, expert) + ".weight", new(input) { Expert = expert, Rows = new(experts.Width) });
            yield return (names.ExpertDown(layer, expert) + ".weight", new(output) { Expert = expert });
        }
    }

    /// <summary>
    /// Rows [queries | keys | values] of one matrix: all at once where <paramref name="groups"/> is 1, else so many times in turn, each time
    /// for as many heads.
    /// </summary>
    /// <param name="fused">The published matrix, without ".weight" or ".bias".</param>
    /// <param name="transposed">True when it is published as [hidden, rows].</param>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> QueryKeyValue(
        DecoderSpec spec, int layer, string fused, int groups, bool transposed = false)
    {
        var query = (long)spec.HeadCount / groups * spec.HeadDim;
        var key = (long)spec.KeyValueHeadCount / groups * spec.HeadDim;
        var stride = query + key + key;
        (string Name, RowPattern Rows)[] parts =
        [
            (spec.Names.Query(layer), new(0, query, stride)),
            (spec.Names.Key(layer), new(query, key, stride)),
            (spec.Names.Value(layer), new(query + key, key, stride)),
        ];
        foreach (var (name, rows) in parts)
        {
            yield return (name + ".weight", new($"{fused}.weight") { Rows = rows, Transposed = transposed });
            if (spec.QueryKeyValueBias)
            {
                yield return (name + ".bias", new($"{fused}.bias") { Rows = rows });
            }
        }
    }
}
