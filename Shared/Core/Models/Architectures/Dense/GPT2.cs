namespace Rill.Models.Architectures.Dense;

/// <summary>GPT-2: learned positions instead of rotary ones, layer norms, biases everywhere, matrices stored as [in, out].</summary>
internal static class GPT2
{
    public const string Name = "GPT2LMHeadModel";

    private static readonly ConfigDefaults s_defaults = new()
    {
        HiddenSizeName = "n_embd",
        LayersName = "n_layer",
        HeadsName = "n_head",
        FeedForwardSizeName = "n_inner",
        ContextLengthName = "n_positions",
        NormEpsilonName = "layer_norm_epsilon",
        NormEpsilon = 1e-5,
        Tied = true,
        Activation = Activation.GeluTanh,
        ActivationNames = ["activation_function"],
        Rotary = null,
    };

    private static readonly WeightNames s_names = new()
    {
        Embedding = "model.wte.weight",
        Positions = "model.wpe.weight",
        FinalNorm = "model.ln_f.weight",
        LayerPrefix = "model.h.",
        AttentionNormSuffix = "ln_1.weight",
        FeedForwardNormSuffix = "ln_2.weight",
        OutputSuffix = "attn.c_proj",
        UpSuffix = "mlp.c_fc",
        DownSuffix = "mlp.c_proj",
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var width = config.Int(s_defaults.HiddenSizeName, DecoderConfig.MostWidth / 4);
        var spec = DecoderConfig.Read(Name, config, s_defaults with { FeedForwardSize = 4 * width }) with
        {
            Norm = NormKind.Layer,
            NormBias = true,
            LearnedPositions = true,
            QueryKeyValueBias = true,
            OutputBias = true,
            FeedForwardBias = true,
            Gated = false,
            Prefixes = [new("transformer.", "lm_head.")],
            PassedOverEndings = [".attn.bias", ".attn.masked_bias"],
            Names = s_names,
        };
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, layer)) };
    }

    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer) =>
    [
        .. FusedWeights.QueryKeyValue(spec, layer, $"{spec.Names.LayerPrefix}{layer}.attn.c_attn", groups: 1, transposed: true),
        .. ((string[])[spec.Names.Output(layer), spec.Names.Up(layer), spec.Names.Down(layer)])
            .Select(name => ($"{name}.weight", new WeightRecipe($"{name}.weight") { Transposed = true })),
    ];
}
