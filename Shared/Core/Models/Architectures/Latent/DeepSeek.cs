using Rill.Models.Rotary;

namespace Rill.Models.Architectures.Latent;

/// <summary>
/// DeepSeek V2, V3 and R1, and Kimi-K2, which has V3's class: latent attention, dense layers first and experts behind them. V2 scores
/// experts by softmax, V3 by sigmoid with a bias of the choice.
/// </summary>
internal static class DeepSeek
{
    public const string NameV2 = "DeepseekV2ForCausalLM";
    public const string NameV3 = "DeepseekV3ForCausalLM";

    // Each head of each layer has matrices of its own: DeepSeek's largest model has 8 thousand heads in all.
    private const int MostHeadsOfAllLayers = 1 << 16;

    private static readonly ConfigDefaults s_defaults = new() { Rotary = new() { Interleaved = true } };

    public static DecoderSpec ReadV2(ModelConfig config)
    {
        var spec = Read(NameV2, config);
        if (config.Text("scoring_func") is { } score && score != "softmax")
        {
            throw new ModelFormatException($"config.json: scoring_func '{score}' is not supported for {NameV2}; only softmax is.");
        }

        return WithExperts(config, spec, Experts(config, spec) with { Normalize = config.Flag("norm_topk_prob", false) }, config.Text("topk_method") switch
        {
            null or "greedy" => null,
            "group_limited_greedy" => GroupScore.Best,
            var other => throw new ModelFormatException($"config.json: topk_method '{other}' is not supported for {NameV2}; greedy and group_limited_greedy are."),
        }, dense: 0);
    }

    public static DecoderSpec ReadV3(ModelConfig config)
    {
        var spec = Read(NameV3, config);
        if (config.Text("scoring_func") is { } score && score != "sigmoid")
        {
            throw new ModelFormatException($"config.json: scoring_func '{score}' is not supported for {NameV3}; only sigmoid is.");
        }

        if (config.Text("topk_method") is { } method && method != "noaux_tc")
        {
            throw new ModelFormatException($"config.json: topk_method '{method}' is not supported for {NameV3}; only noaux_tc is.");
        }

        var experts = Experts(config, spec) with
        {
            Score = RouterScore.Sigmoid,
            SelectionBias = true,
            Normalize = config.Flag("norm_topk_prob", true),
            NormalizeEpsilon = 1e-20f,
        };
        return WithExperts(config, spec, experts, GroupScore.SumOfTwoBest, dense: 3);
    }

    /// <summary>All but the experts.</summary>
    private static DecoderSpec Read(string name, ModelConfig config)
    {
        var spec = DecoderConfig.Read(name, config, s_defaults);
        if ((long)spec.HeadCount * spec.LayerCount > MostHeadsOfAllLayers)
        {
            throw new ModelFormatException(
                $"config.json: num_attention_heads times num_hidden_layers is {(long)spec.HeadCount * spec.LayerCount}, but at most {MostHeadsOfAllLayers} heads are supported.");
        }

        var latent = new LatentSpec
        {
            QueryRank = config.OptionalInt("q_lora_rank", DecoderConfig.MostWidth),
            KeyValueRank = config.Int("kv_lora_rank", DecoderConfig.MostWidth),
            PlainWidth = config.Int("qk_nope_head_dim", DecoderConfig.MostHeadDim),
            RotatedWidth = config.Int("qk_rope_head_dim", DecoderConfig.MostHeadDim),
            ValueWidth = config.Int("v_head_dim", DecoderConfig.MostHeadDim),
            NormEpsilon = 1e-6f,    // the class's norms in here have its own default, whatever rms_norm_eps says
        };
        DecoderConfig.CheckHeadDim(latent.RotatedWidth);
        var rotary = spec.Rotaries[0]! with { Dimensions = latent.RotatedWidth, Interleaved = config.Flag("rope_interleave", true) };
        spec = spec with
        {
            Latent = latent,
            KeyValueHeadCount = 1,
            HeadDim = latent.KeyWidth,
            Rotaries = [.. Enumerable.Repeat(rotary, spec.LayerCount)],
            AttentionScale = Scale(config, latent, rotary),
            Names = new()
            {
                LatentQuerySuffix = latent.QueryRank is null ? "self_attn.q_proj" : "self_attn.q_b_proj",
                SharedGateSuffix = "mlp.shared_experts.gate_proj",
                SharedUpSuffix = "mlp.shared_experts.up_proj",
                SharedDownSuffix = "mlp.shared_experts.down_proj",
            },
        };
        config.PassOver("moe_layer_freq", "num_key_value_heads");    // 1 in all that is published; and one key is shared by all heads
        if (config.Count("moe_layer_freq", absent: 1) != 1)
        {
            throw new ModelFormatException("config.json: moe_layer_freq must be 1; others are not supported.");
        }

        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, latent, layer)) };
    }

    /// <summary>1 / sqrt(query width), times the square of YaRN's magnitude for mscale_all_dim.</summary>
    private static float Scale(ModelConfig config, LatentSpec latent, RotarySpec rotary)
    {
        var section = config.Section("rope_scaling") ?? config.Section("rope_parameters");
        var magnitude = rotary.Scaling is YarnRotaryScaling yarn && section?.OptionalNumber("mscale_all_dim", absent: null) is { } scale
            ? YarnRotaryScaling.MagnitudeOf(yarn.Factor, scale)
            : 1;
        return (float)(magnitude * magnitude / Math.Sqrt(latent.QueryWidth));
    }

    private static MoeSpec Experts(ModelConfig config, DecoderSpec spec)
    {
        var width = config.Int("moe_intermediate_size", DecoderConfig.MostWidth);
        return ExpertConfig.Read(config, spec, "n_routed_experts", count: 256, top: 8, width) with
        {
            Scale = (float)config.Number("routed_scaling_factor", 1),
            SharedWidth = ExpertConfig.SharedWidth(config, "n_shared_experts", absent: 1, width),
        };
    }

    private static DecoderSpec WithExperts(ModelConfig config, DecoderSpec spec, MoeSpec experts, GroupScore? groups, int dense)
    {
        var chosen = groups is { } score ? ExpertConfig.WithGroups(config, experts, score) : experts;
        config.PassOver("n_group", "topk_group");    // without a choice among groups they say nothing
        var first = config.Count("first_k_dense_replace", dense);
        return spec with { Experts = [.. Enumerable.Range(0, spec.LayerCount).Select(layer => layer < first ? null : chosen)] };
    }

    /// <summary>kv_b_proj has for each head its key's rows and then its value's.</summary>
    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, LatentSpec latent, int layer)
    {
        var fused = $"{spec.Names.LayerPrefix}{layer}.self_attn.kv_b_proj.weight";
        for (var head = 0; head < spec.HeadCount; head++)
        {
            var first = (long)head * (latent.PlainWidth + latent.ValueWidth);
            yield return (spec.Names.HeadKey(layer, head) + ".weight", new(fused) { Transposed = true, FirstColumn = first });
            yield return (spec.Names.HeadValue(layer, head) + ".weight", new(fused) { Rows = new(first + latent.PlainWidth) });
        }
    }
}
