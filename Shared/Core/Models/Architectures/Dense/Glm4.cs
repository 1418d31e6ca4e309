namespace Rill.Models.Architectures.Dense;

/// <summary>GLM-4 of 2025 (0414), dense: GLM with norms after both halves of a layer as well.</summary>
internal static class Glm4
{
    public const string Name = "Glm4ForCausalLM";

    public static DecoderSpec Read(ModelConfig config) => Glm.Read(Name, config) with
    {
        PostNorms = true,
        Names = new()
        {
            AttentionPostNormSuffix = "post_self_attn_layernorm.weight",
            FeedForwardPostNormSuffix = "post_mlp_layernorm.weight",
        },
    };
}
