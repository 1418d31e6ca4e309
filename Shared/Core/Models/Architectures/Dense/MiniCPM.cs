namespace Rill.Models.Architectures.Dense;

/// <summary>MiniCPM 1, 2 and 4: Llama with factors for the embedding, the residual stream and the logits.</summary>
internal static class MiniCPM
{
    public const string Name = "MiniCPMForCausalLM";

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, new() { Tied = true }).WithAttentionBias(config);
        return spec with
        {
            EmbeddingScale = (float)config.Number("scale_emb", 1),
            ResidualScale = (float)(config.Number("scale_depth", 1) / Math.Sqrt(spec.LayerCount)),
            LogitScale = (float)(config.Number("dim_model_base", 1) / spec.HiddenSize),
        };
    }
}
