namespace Rill.Models.Architectures;

/// <summary>Llama 1 to 3.x, and SmolLM, TinyLlama and others that use its class.</summary>
internal static class Llama
{
    public const string Name = "LlamaForCausalLM";

    public static DecoderSpec Read(ModelConfig config)
    {
        var attentionBias = config.Flag("attention_bias", false);
        return LlamaFamily.Read(Name, config, new ConfigDefaults()) with
        {
            QueryKeyValueBias = attentionBias,
            OutputBias = attentionBias,
            FeedForwardBias = config.Flag("mlp_bias", false),
        };
    }
}
