namespace Rill.Models.Architectures.Experts;

/// <summary>Granite with experts in every layer, and with one that every token goes through in the class that says "Shared".</summary>
internal static class GraniteMoe
{
    public const string Name = "GraniteMoeForCausalLM";
    public const string SharedName = "GraniteMoeSharedForCausalLM";

    private const string Block = "block_sparse_moe.";

    public static DecoderSpec Read(ModelConfig config) => WithExperts(config, Dense.Granite.Read(Name, config, new()), sharedWidth: 0);

    public static DecoderSpec ReadShared(ModelConfig config) =>
        WithExperts(config, Dense.Granite.Read(SharedName, config, new()), SharedWidth(config));

    /// <summary>The width of the expert that every token goes through; 0 for none.</summary>
    /// <exception cref="ModelFormatException">It is beyond bounds.</exception>
    public static int SharedWidth(ModelConfig config)
    {
        var width = config.Count("shared_intermediate_size", absent: 1024);
        return width <= DecoderConfig.MostWidth
            ? width
            : throw new ModelFormatException($"config.json: shared_intermediate_size must be at most {DecoderConfig.MostWidth}, but is {width}.");
    }

    /// <summary>The decoder with experts in every layer.</summary>
    public static DecoderSpec WithExperts(ModelConfig config, DecoderSpec spec, int sharedWidth)
    {
        var experts = ExpertConfig.Read(config, spec, "num_local_experts", count: 8, top: 2, width: spec.FeedForwardSize) with
        {
            Score = RouterScore.SoftmaxTop,
            SharedWidth = sharedWidth,
        };
        spec = spec with
        {
            Experts = [.. Enumerable.Repeat(experts, spec.LayerCount)],
            Names = new() { RouterSuffix = Block + "router.layer", ExpertPrefix = Block + "experts.", SharedDownSuffix = "shared_mlp.output_linear" },
        };
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, layer, experts)) };
    }

    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer, MoeSpec experts)
    {
        var routed = FusedWeights.Experts(spec, experts, layer, Block + "input_linear.weight", Block + "output_linear.weight");
        var shared = spec.Names.Of(layer, "shared_mlp.input_linear.weight");
        return experts.SharedWidth == 0 ? routed :
        [
            .. routed,
            (spec.Names.SharedGate(layer) + ".weight", new(shared) { Rows = new(0) }),
            (spec.Names.SharedUp(layer) + ".weight", new(shared) { Rows = new(experts.SharedWidth) }),
        ];
    }
}
