namespace Rill.Models.Architectures.Dense;

/// <summary>Llama 1 to 3.x, and Falcon 3, Yi, SmolLM, TinyLlama and others that use its class.</summary>
internal static class Llama
{
    public const string Name = "LlamaForCausalLM";

    public static DecoderSpec Read(ModelConfig config) => DecoderConfig.Read(Name, config, new ConfigDefaults()).WithAttentionBias(config) with
    {
        FeedForwardBias = config.Flag("mlp_bias", false),
    };
}
