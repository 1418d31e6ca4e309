namespace Rill.Models.Architectures.Dense;

/// <summary>Granite 3: Llama with factors for the embedding, the scores, the residual stream and the logits.</summary>
internal static class Granite
{
    public const string Name = "GraniteForCausalLM";

    public static DecoderSpec Read(ModelConfig config) => Read(Name, config, new()) with { FeedForwardBias = config.Flag("mlp_bias", false) };

    /// <summary>What the dense model and those with experts have alike.</summary>
    public static DecoderSpec Read(string architecture, ModelConfig config, ConfigDefaults defaults) =>
        DecoderConfig.Read(architecture, config, defaults).WithAttentionBias(config) with
        {
            EmbeddingScale = (float)config.Number("embedding_multiplier", 1),
            AttentionScale = (float)config.Number("attention_multiplier", 1),
            ResidualScale = (float)config.Number("residual_multiplier", 1),
            LogitScale = (float)(1 / config.Number("logits_scaling", 1)),
        };
}
