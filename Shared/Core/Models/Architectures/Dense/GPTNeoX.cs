namespace Rill.Models.Architectures.Dense;

/// <summary>GPT-NeoX and Pythia: attention and feed-forward side by side, each behind its own layer norm; heads' queries, keys and values in turn.</summary>
internal static class GPTNeoX
{
    public const string Name = "GPTNeoXForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        NormEpsilonName = "layer_norm_eps",
        NormEpsilon = 1e-5,
        Activation = Activation.GeluErf,
        Rotary = new() { ThetaName = "rotary_emb_base", ShareName = "rotary_pct", Share = 0.25 },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var bias = config.Flag("attention_bias", true);
        var spec = DecoderConfig.Read(Name, config, s_defaults) with
        {
            Norm = NormKind.Layer,
            NormBias = true,
            QueryKeyValueBias = bias,
            OutputBias = bias,
            FeedForwardBias = true,
            Gated = false,
            Residual = config.Flag("use_parallel_residual", true) ? ResidualKind.ParallelTwoNorms : ResidualKind.Sequential,
            Prefixes = [new("gpt_neox.", "embed_out.")],
            PassedOverEndings = [".attention.bias", ".attention.masked_bias"],
            Names = new()
            {
                Embedding = "model.embed_in.weight",
                FinalNorm = "model.final_layer_norm.weight",
                OutputSuffix = "attention.dense",
                UpSuffix = "mlp.dense_h_to_4h",
                DownSuffix = "mlp.dense_4h_to_h",
            },
        };
        return spec with
        {
            Recipes = FusedWeights.OfLayers(spec, layer =>
                FusedWeights.QueryKeyValue(spec, layer, $"{spec.Names.LayerPrefix}{layer}.attention.query_key_value", groups: spec.HeadCount)),
        };
    }
}
