namespace Rill.Models.Architectures.Dense;

/// <summary>Seed-OSS: Llama with biases on queries, keys and values.</summary>
internal static class SeedOss
{
    public const string Name = "SeedOssForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 8, HeadDim = 128 };

    public static DecoderSpec Read(ModelConfig config) => DecoderConfig.Read(Name, config, s_defaults) with
    {
        QueryKeyValueBias = config.Flag("attention_bias", true),
        OutputBias = config.Flag("attention_out_bias", false),
        FeedForwardBias = config.Flag("mlp_bias", false),
    };
}
