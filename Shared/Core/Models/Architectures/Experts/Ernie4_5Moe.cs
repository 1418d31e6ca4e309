namespace Rill.Models.Architectures.Experts;

/// <summary>
/// ERNIE 4.5 with experts: chosen by softmax and a bias that does not count in the weights, beside shared ones, in a stretch of the layers.
/// </summary>
internal static class Ernie4_5Moe
{
    public const string Name = "Ernie4_5_MoeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 4,
        NormEpsilon = 1e-5,
        Tied = true,
        Rotary = new() { Theta = 500_000, Interleaved = true },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        if (config.Text("moe_gate_act") is { } activation and not "softmax")
        {
            throw new ModelFormatException($"config.json: moe_gate_act '{activation}' is not supported for {Name}; only softmax is.");
        }

        var spec = DecoderConfig.Read(Name, config, s_defaults);
        spec = spec with
        {
            Experts = Layers(config, spec.LayerCount, Experts(config, spec)),
            Names = BiasedExpertConfig.Names,
            PassedOver = ["model.mtp_", "mtp."],    // layers that guess further tokens
        };
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, layer)) };
    }

    private static MoeSpec Experts(ModelConfig config, DecoderSpec spec)
    {
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? 1536;
        return ExpertConfig.Read(config, spec, "moe_num_experts", count: 64, top: 6, width, "moe_k") with
        {
            SelectionBias = true,
            Normalize = true,
            NormalizeEpsilon = (float)config.Number("moe_norm_min", 1e-12),    // the sum's least value there: next to it, the same
            SharedWidth = ExpertConfig.SharedWidth(config, "moe_num_shared_experts", absent: 2, width),
        };
    }

    private static IReadOnlyList<MoeSpec?> Layers(ModelConfig config, int layerCount, MoeSpec experts)
    {
        var first = config.Count("moe_layer_start_index", absent: 1);
        var last = config.Is("moe_layer_end_index", -1) ? layerCount - 1 : config.Count("moe_layer_end_index", absent: layerCount - 1);
        var interval = config.OptionalInt("moe_layer_interval") ?? 1;
        return [.. Enumerable.Range(0, layerCount).Select(layer => layer >= first && layer <= last && (layer + 1) % interval == 0 ? experts : null)];
    }

    /// <summary>The bias of the choice stands in a matrix of one row.</summary>
    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer) => spec.ExpertsOf(layer) is null ? [] :
    [
        (spec.Names.SelectionBias(layer), new($"{spec.Names.LayerPrefix}{layer}.mlp.moe_statics.e_score_correction_bias") { Expert = 0 }),
    ];
}
