namespace Rill.Models.Architectures.Dense;

/// <summary>Qwen 3, dense: a norm over each head of queries and keys, biases only where attention_bias says so.</summary>
internal static class Qwen3
{
    public const string Name = "Qwen3ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 32, HeadDim = 128, SlidingWindow = 4096 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config);
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            AttentionWindows = Qwen2.Windows(config, spec.LayerCount, s_defaults),
        };
    }
}
