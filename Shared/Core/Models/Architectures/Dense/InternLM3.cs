namespace Rill.Models.Architectures.Dense;

/// <summary>InternLM 3: Llama with biases on queries, keys and values (qkv_bias) or on the other projections (bias).</summary>
internal static class InternLM3
{
    public const string Name = "InternLM3ForCausalLM";

    public static DecoderSpec Read(ModelConfig config)
    {
        var bias = config.Flag("bias", false);
        return DecoderConfig.Read(Name, config, new ConfigDefaults()) with
        {
            QueryKeyValueBias = config.Flag("qkv_bias", false),
            OutputBias = bias,
            FeedForwardBias = bias,
        };
    }
}
