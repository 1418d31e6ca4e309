namespace Rill.Models.Architectures.Hybrid;

/// <summary>
/// LFM2, dense or with experts: short convolutions in most layers, attention with a norm over each head in the others. The first published
/// files spell several fields in another way, which the class still reads.
/// </summary>
internal static class Lfm2
{
    public const string Name = "Lfm2ForCausalLM";
    public const string MoeName = "Lfm2MoeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 8,
        ContextLength = 128_000,
        NormEpsilonName = "norm_eps",
        NormEpsilon = 1e-5,
        Tied = true,
        Rotary = new() { Theta = 1e6 },
    };

    private static readonly WeightNames s_names = new()
    {
        FinalNorm = "model.embedding_norm.weight",
        AttentionNormSuffix = "operator_norm.weight",
        FeedForwardNormSuffix = "ffn_norm.weight",
        QueryNormSuffix = "self_attn.q_layernorm.weight",
        KeyNormSuffix = "self_attn.k_layernorm.weight",
        OutputSuffix = "self_attn.out_proj",
        GateSuffix = "feed_forward.w1",
        UpSuffix = "feed_forward.w3",
        DownSuffix = "feed_forward.w2",
        RouterSuffix = "feed_forward.gate",
        SelectionBiasSuffix = "feed_forward.expert_bias",
        ExpertPrefix = "feed_forward.experts.",
        ExpertGateSuffix = "w1",
        ExpertUpSuffix = "w3",
        ExpertDownSuffix = "w2",
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = Read(Name, config, config.Has("block_ff_dim") ? s_defaults with { FeedForwardSizeName = "block_ff_dim" } : s_defaults);
        return spec with { FeedForwardSize = FeedForwardSize(config, spec.FeedForwardSize) };
    }

    public static DecoderSpec ReadMoe(ModelConfig config)
    {
        var spec = Read(MoeName, config, s_defaults);
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? 1792;
        var experts = ExpertConfig.Read(config, spec, "num_experts", count: 32, top: 4, width) with
        {
            Score = RouterScore.Sigmoid,
            SelectionBias = config.Flag("use_expert_bias", true),
            Normalize = config.Flag("norm_topk_prob", true),
            NormalizeEpsilon = 1e-6f,
            Scale = (float)config.Number("routed_scaling_factor", 1),
        };
        var dense = config.Count("num_dense_layers", absent: 2);
        return spec with { Experts = [.. Enumerable.Range(0, spec.LayerCount).Select(layer => layer < dense ? null : experts)] };
    }

    private static DecoderSpec Read(string architecture, ModelConfig config, ConfigDefaults defaults)
    {
        var rotary = config.Has("theta") ? defaults.Rotary! with { ThetaName = "theta" } : defaults.Rotary;
        var spec = DecoderConfig.Read(architecture, config, defaults with { Rotary = rotary });
        foreach (var name in (string[])["block_dim", "conv_dim", "conv_dim_out"])
        {
            if (config.OptionalInt(name) is { } width && width != spec.HiddenSize)
            {
                throw new ModelFormatException($"config.json: {name} ({width}) must be hidden_size ({spec.HiddenSize}).");
            }
        }

        var mixer = new ShortConvSpec(spec.HiddenSize)
        {
            Taps = DeltaNetLayers.Taps(config, "conv_L_cache", absent: 3),
            Bias = config.Flag("conv_bias", false),
        };
        var attention = config.Counts("full_attn_idxs");
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            Mixers = MixerLayers.Read(config, spec.LayerCount, mixer, "conv", layer => attention?.Contains(layer) ?? true),
            TiedEmbeddings = config.Flag("tie_embedding", spec.TiedEmbeddings),
            Names = s_names,
        };
    }

    /// <summary>The class makes the width from the field: two thirds of it, times a factor, rounded up to a multiple.</summary>
    private static int FeedForwardSize(ModelConfig config, int size)
    {
        var multiple = config.OptionalInt("block_multiple_of", DecoderConfig.MostWidth) ?? 256;
        var factor = config.OptionalNumber("block_ffn_dim_multiplier", absent: 1);
        if (!config.Flag("block_auto_adjust_ff_dim", true))
        {
            return size;
        }

        var adjusted = 2L * size / 3;
        if (factor is { } by)
        {
            var scaled = Math.Min(Math.Truncate(by * adjusted), DecoderConfig.MostWidth + 1.0);
            adjusted = ((long)scaled + multiple - 1) / multiple * multiple;
        }

        return adjusted is > 0 and <= DecoderConfig.MostWidth
            ? (int)adjusted
            : throw new ModelFormatException(
                $"config.json: block_ffn_dim_multiplier and block_multiple_of make a feed-forward of {adjusted} rows, "
                + $"but it must be from 1 to {DecoderConfig.MostWidth}.");
    }
}
