namespace Rill.Models.Architectures.Dense;

/// <summary>InternLM 2 and 2.5: Llama with names of its own, and one matrix that holds, group by group, queries, their key and their value.</summary>
internal static class InternLM2
{
    public const string Name = "InternLM2ForCausalLM";

    public static DecoderSpec Read(ModelConfig config)
    {
        var bias = config.Flag("bias", true);
        var spec = DecoderConfig.Read(Name, config, new ConfigDefaults()) with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            Names = new()
            {
                Embedding = "model.tok_embeddings.weight",
                Head = "output.weight",
                AttentionNormSuffix = "attention_norm.weight",
                FeedForwardNormSuffix = "ffn_norm.weight",
                OutputSuffix = "attention.wo",
                GateSuffix = "feed_forward.w1",
                UpSuffix = "feed_forward.w3",
                DownSuffix = "feed_forward.w2",
            },
        };
        return spec with
        {
            Recipes = FusedWeights.OfLayers(spec, layer =>
                FusedWeights.QueryKeyValue(spec, layer, $"{spec.Names.LayerPrefix}{layer}.attention.wqkv", groups: spec.KeyValueHeadCount)),
        };
    }
}
