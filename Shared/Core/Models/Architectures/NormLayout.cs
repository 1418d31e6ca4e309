namespace Rill.Models.Architectures;

/// <summary>Where a layer's norms stand, under the names that several families share.</summary>
internal static class NormLayout
{
    /// <summary>Norms before and after both halves of a layer, under Gemma 2's names.</summary>
    public static DecoderSpec WithSandwichNorms(this DecoderSpec spec) => spec with
    {
        PostNorms = true,
        Names = spec.Names with
        {
            AttentionPostNormSuffix = "post_attention_layernorm.weight",
            FeedForwardNormSuffix = "pre_feedforward_layernorm.weight",
            FeedForwardPostNormSuffix = "post_feedforward_layernorm.weight",
        },
    };

    /// <summary>Norms only after attention and after the feed-forward, under OLMo 2's names.</summary>
    public static DecoderSpec WithPostNormsOnly(this DecoderSpec spec) => spec with
    {
        PreNorms = false,
        PostNorms = true,
        Names = spec.Names with
        {
            AttentionPostNormSuffix = "post_attention_layernorm.weight",
            FeedForwardPostNormSuffix = "post_feedforward_layernorm.weight",
        },
    };
}
