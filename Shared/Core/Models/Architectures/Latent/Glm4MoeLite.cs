namespace Rill.Models.Architectures.Latent;

/// <summary>GLM 4.7 Flash: DeepSeek V3's latent attention and experts, behind one dense layer or as mlp_layer_types says.</summary>
internal static class Glm4MoeLite
{
    public const string Name = "Glm4MoeLiteForCausalLM";

    private const string LayerTypes = "mlp_layer_types";
    private const string FirstDense = "first_k_dense_replace";

    private static readonly ConfigDefaults s_defaults = new() { NormEpsilon = 1e-5, Rotary = new() { Interleaved = true } };
    private static readonly BiasedExpertDefaults s_experts = new() { Experts = 64, Top = 4, Width = 1536, Scale = 1.8 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = LatentConfig.Read(Name, config, s_defaults, queryRank: 768);
        var experts = BiasedExpertConfig.Read(config, spec, s_experts);
        return spec with { Experts = [.. Sparse(config, spec.LayerCount).Select(isSparse => isSparse ? experts : null)] };
    }

    /// <summary>
    /// Whether each layer has experts. The class reads mlp_layer_types only; the published files say the same by first_k_dense_replace, and
    /// where the two differ it is not clear what was trained.
    /// </summary>
    private static List<bool> Sparse(ModelConfig config, int layerCount)
    {
        var sparse = config.Texts(LayerTypes) is { } types
            ? Named(types, layerCount)
            : [.. Enumerable.Range(0, layerCount).Select(layer => layer > 0)];
        var dense = config.Count(FirstDense, absent: 1);
        if (config.Has(FirstDense) && sparse.Where((isSparse, layer) => isSparse != layer >= dense).Any())
        {
            throw new ModelFormatException(
                $"config.json: {FirstDense} is {dense}, but {LayerTypes} (one dense layer where it is absent) says otherwise; "
                + "keep the one that is right.");
        }

        return sparse;
    }

    private static List<bool> Named(IReadOnlyList<string> types, int layerCount)
    {
        if (types.Count != layerCount)
        {
            throw new ModelFormatException($"config.json: {LayerTypes} has {types.Count} entries for {layerCount} layers.");
        }

        return [.. types.Select(type => type switch
        {
            "sparse" => true,
            "dense" => false,
            _ => throw new ModelFormatException($"config.json: {LayerTypes} has '{type}', which is not supported; dense and sparse are."),
        })];
    }
}
