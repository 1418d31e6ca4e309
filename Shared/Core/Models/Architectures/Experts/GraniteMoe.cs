namespace Rill.Models.Architectures.Experts;

/// <summary>Granite with experts in every layer, and with one that every token goes through in the class that says "Shared".</summary>
internal static class GraniteMoe
{
    public const string Name = "GraniteMoeForCausalLM";
    public const string SharedName = "GraniteMoeSharedForCausalLM";

    private const string Block = "block_sparse_moe.";

    public static DecoderSpec Read(ModelConfig config) => Read(Name, config, sharedWidth: 0);

    public static DecoderSpec ReadShared(ModelConfig config)
    {
        var width = config.Count("shared_intermediate_size", absent: 1024);
        return width <= DecoderConfig.MostWidth
            ? Read(SharedName, config, width)
            : throw new ModelFormatException($"config.json: shared_intermediate_size must be at most {DecoderConfig.MostWidth}, but is {width}.");
    }

    private static DecoderSpec Read(string architecture, ModelConfig config, int sharedWidth)
    {
        var spec = Dense.Granite.Read(architecture, config);
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
