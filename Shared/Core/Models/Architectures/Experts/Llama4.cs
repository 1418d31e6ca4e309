namespace Rill.Models.Architectures.Experts;

/// <summary>
/// Llama 4, text only: three layers of four rotate neighbours and attend within stretches, the fourth has no positions, attends to
/// everything and lets queries grow; a token's one expert weighs its input, and another expert sees every token.
/// </summary>
internal static class Llama4
{
    public const string Name = "Llama4ForCausalLM";
    public const string WrapperName = "Llama4ForConditionalGeneration";

    private const string Block = "feed_forward.";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 8,
        NormEpsilon = 1e-5,
        FeedForwardSizeName = "intermediate_size_mlp",
        FeedForwardSize = 16_384,
        Rotary = new() { Theta = 500_000, Interleaved = true },
    };

    private static readonly WeightNames s_names = new()
    {
        GateSuffix = Block + "gate_proj",
        UpSuffix = Block + "up_proj",
        DownSuffix = Block + "down_proj",
        RouterSuffix = Block + "router",
        ExpertPrefix = Block + "experts.",
        SharedGateSuffix = Block + "shared_expert.gate_proj",
        SharedUpSuffix = Block + "shared_expert.up_proj",
        SharedDownSuffix = Block + "shared_expert.down_proj",
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config);
        var width = config.OptionalInt("intermediate_size", DecoderConfig.MostWidth) ?? 8192;
        var experts = ExpertConfig.Read(config, spec, "num_local_experts", count: 16, top: 1, width) with
        {
            Score = RouterScore.Sigmoid,
            ScaleInput = true,
            SharedWidth = width,
        };
        spec = Llama4Layers.Apply(config, spec) with { Experts = Layers(config, spec.LayerCount, experts), Names = s_names };
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, layer)) };
    }

    public static DecoderSpec ReadWrapper(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(WrapperName, text, Read(text));
    }

    /// <summary>Experts are in the layers that moe_layers names, else in every interleave_moe_layer_step-th.</summary>
    private static IReadOnlyList<MoeSpec?> Layers(ModelConfig config, int layerCount, MoeSpec experts)
    {
        var named = config.Counts("moe_layers");
        var step = config.OptionalInt("interleave_moe_layer_step") ?? 1;
        return [.. Enumerable.Range(0, layerCount).Select(layer => (named?.Contains(layer) ?? ((layer + 1) % step == 0)) ? experts : null)];
    }

    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer)
    {
        var (names, prefix) = (spec.Names, $"{spec.Names.LayerPrefix}{layer}.{Block}experts.");
        for (var expert = 0; spec.ExpertsOf(layer) is { } experts && expert < experts.Experts; expert++)
        {
            yield return (names.ExpertGate(layer, expert) + ".weight", new(prefix + "gate_up_proj") { Expert = expert, Transposed = true, Rows = new(0) });
            yield return (names.ExpertUp(layer, expert) + ".weight", new(prefix + "gate_up_proj") { Expert = expert, Transposed = true, Rows = new(experts.Width) });
            yield return (names.ExpertDown(layer, expert) + ".weight", new(prefix + "down_proj") { Expert = expert, Transposed = true });
        }
    }
}
