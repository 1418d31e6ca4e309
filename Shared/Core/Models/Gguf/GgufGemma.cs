using System.Text.Json.Nodes;
using Rill.Models.Architectures.PerLayer;

namespace Rill.Models.Gguf;

/// <summary>Writes the members of config.json of Gemma 3n and Gemma 4, whose layers differ from one another.</summary>
internal static class GgufGemma
{
    /// <summary>What per-layer inputs are called.</summary>
    public static PerLayerNames PerLayerNames { get; } = new()
    {
        Embedding = "per_layer_token_embd.weight",
        Projection = "per_layer_model_proj",
        ProjectionNorm = "per_layer_proj_norm.weight",
        GateSuffix = "inp_gate",
        BackSuffix = "proj",
        PostNormSuffix = "post_norm.weight",
    };

    /// <summary>What several residual streams are called.</summary>
    public static AltUpNames AltUpNames { get; } = new()
    {
        RouterSuffix = "altup_router",
        RouterNormSuffix = "altup_router_norm.weight",
        PredictionSuffix = "altup_predict_coef",
        CorrectionSuffix = "altup_correct_coef",
        CorrectedScaleSuffix = "altup_correct_scale.weight",
        LaurelDownSuffix = "laurel_l",
        LaurelUpSuffix = "laurel_r",
        LaurelNormSuffix = "laurel_post_norm.weight",
    };

    /// <summary>What experts beside a dense feed-forward are called.</summary>
    public static ParallelExpertNames ParallelExpertNames { get; } = new()
    {
        RouterScaleSuffix = "ffn_gate_inp.scale",
        ExpertScalesSuffix = "ffn_down_exps.scale",
        ExpertNormSuffix = "pre_ffw_norm_2.weight",
        DensePostNormSuffix = "post_ffw_norm_1.weight",
        ExpertPostNormSuffix = "post_ffw_norm_2.weight",
    };

    private const string Pattern = "attention.sliding_window_pattern";
    private const string KeyValueHeads = "attention.head_count_kv";
    private const string Widths = "feed_forward_length";
    private const string Sparsity = "activation_sparsity_scale";
    private const string SharedLayers = "attention.shared_kv_layers";
    private const string EmbeddingOfLayers = "per_layer_token_embd.weight";
    private const string Laurel = "blk.0.laurel_l.weight";

    private const double SlidingBase = 10_000;    // of rotations in layers with a window, where the file does not say
    private const double LogitCap = 30;           // the same

    // Of Gemma 3n, what llama.cpp fixes.
    private const int LayersWithKeys = 20, Streams = 4;

    public static void Gemma4(GgufFields fields, JsonObject config)
    {
        var slides = fields.FlagsOfLayers(Pattern) ?? throw fields.Metadata.Wrong(fields.Key(Pattern), "is missing");
        if (slides[^1])
        {
            throw fields.Metadata.Wrong(fields.Key(Pattern), "is true for the last layer, which is not supported: it attends to everything");
        }

        var shared = fields.Whole(SharedLayers) ?? 0;
        config["layer_types"] = LayerTypes(slides);
        config["num_kv_shared_layers"] = shared;
        GgufArchitectures.Window(fields, config);
        Heads(fields, config, slides);
        Rotaries(fields, config);
        FeedForwards(fields, config, fields.Layers - shared);
        PerLayerInputs(fields, config, fields.Whole("embedding_length_per_layer_input") ?? 0);
        config["final_logit_softcapping"] = fields.Number("final_logit_softcapping") switch { null => LogitCap, 0 => null, var cap => cap };
        if (fields.Whole("expert_count") > 0)
        {
            config["enable_moe_block"] = true;
            config["num_experts"] = fields.Required("expert_count");
            config["top_k_experts"] = fields.Required("expert_used_count");
            config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        }
    }

    public static void Gemma3n(GgufFields fields, JsonObject config)
    {
        if (fields.FlagsOfLayers(Pattern) is { } slides)
        {
            config["layer_types"] = LayerTypes(slides);
        }

        GgufArchitectures.Window(fields, config);
        config["rope_local_base_freq"] = fields.Number("rope.freq_base_swa") ?? SlidingBase;
        config["num_kv_shared_layers"] = fields.Whole(SharedLayers) ?? Math.Max(0, fields.Layers - LayersWithKeys);
        config["final_logit_softcapping"] = fields.Number("final_logit_softcapping") ?? LogitCap;
        config["altup_active_idx"] = fields.Whole("altup.active_idx") ?? 0;
        config["altup_num_inputs"] = fields.Whole("altup.num_inputs") ?? Streams;
        PerLayerInputs(fields, config, fields.Required("embedding_length_per_layer_input"));
        if (fields.Metadata.Items<double>(fields.Key(Sparsity)) is { } cutoffs)
        {
            config["activation_sparsity_pattern"] = new JsonArray([.. cutoffs.Select(cutoff => JsonValue.Create(Share(fields, cutoff)))]);
        }

        if (fields.Has(Laurel))
        {
            config["laurel_rank"] = fields.RowsOf(Laurel);
        }
    }

    /// <summary>The streams' projections of a model with several, which GGUF files stack.</summary>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> StreamRecipes(DecoderSpec spec) =>
        from stream in Enumerable.Range(0, (spec.AltUp?.Streams ?? 1) - 1)
        from part in ((string Prefix, string Stack)[])
            [(spec.Names.AltUp.ProjectionPrefix, "altup_proj.weight"), (spec.Names.AltUp.UnembedPrefix, "altup_unembd_proj.weight")]
        select ($"{part.Prefix}{stream}.weight", new WeightRecipe(part.Stack) { Expert = stream });

    private static JsonArray LayerTypes(IEnumerable<bool> slides) =>
        new([.. slides.Select(slide => JsonValue.Create(slide ? "sliding_attention" : "full_attention"))]);

    /// <summary>Files hold the width of heads without a window as that of all, and values only where they are not keys.</summary>
    private static void Heads(GgufFields fields, JsonObject config, IReadOnlyList<bool> slides)
    {
        config["global_head_dim"] = fields.HeadDim;
        config["head_dim"] = fields.Required("attention.key_length_swa");
        var counts = fields.WholesOfLayers(KeyValueHeads) ?? [.. slides.Select(_ => fields.Required("attention.head_count"))];
        var (sliding, full) = (Kind(slide: true), Kind(slide: false));
        var firstFull = slides.TakeWhile(slide => slide).Count();
        var valuesAreKeys = !fields.Has($"blk.{firstFull}.attn_v.weight");
        if (sliding is [var some] && some != full[0] && !valuesAreKeys)
        {
            throw fields.Metadata.Wrong(
                fields.Key(KeyValueHeads),
                "differs between layers with and without a sliding window, which is supported only where these have no attn_v");
        }

        config["num_key_value_heads"] = sliding is [var count] ? count : full[0];
        config["num_global_key_value_heads"] = full[0];
        config["attention_k_eq_v"] = valuesAreKeys;

        List<long> Kind(bool slide)
        {
            var found = counts.Where((_, layer) => slides[layer] == slide).Distinct().ToList();
            return found.Count <= 1
                ? found
                : throw fields.Metadata.Wrong(fields.Key(KeyValueHeads), "differs among layers of one kind, which is not supported");
        }
    }

    /// <summary>Which pairs of a head turn without a window, rope_freqs.weight tells.</summary>
    private static void Rotaries(GgufFields fields, JsonObject config)
    {
        if (!fields.Has("rope_freqs.weight"))
        {
            throw new ModelFormatException(
                "The file lacks the tensor rope_freqs.weight, which tells how heads turn where there is no sliding window; convert the model anew.");
        }

        var full = new JsonObject { ["rope_type"] = "default", ["rope_theta"] = config["rope_theta"]?.DeepClone() };
        var sliding = new JsonObject { ["rope_type"] = "default", ["rope_theta"] = fields.Number("rope.freq_base_swa") ?? SlidingBase };
        if (config["partial_rotary_factor"] is { } share)
        {
            full["partial_rotary_factor"] = share.DeepClone();
        }

        var width = fields.Required("attention.key_length_swa");
        if (fields.Whole("rope.dimension_count_swa") is { } rotated && rotated != width)
        {
            throw fields.Metadata.Wrong(
                fields.Key("rope.dimension_count_swa"), $"is {rotated}, but only attention.key_length_swa ({width}) is supported");
        }

        config.Remove("rope_theta");
        config.Remove("partial_rotary_factor");
        config["rope_parameters"] = new JsonObject { ["full_attention"] = full, ["sliding_attention"] = sliding };
    }

    /// <summary>Layers that read the keys and values of others may have twice the width.</summary>
    private static void FeedForwards(GgufFields fields, JsonObject config, long ownLayers)
    {
        var widths = fields.WholesOfLayers(Widths) ?? throw fields.Metadata.Wrong(fields.Key(Widths), "is missing");
        var isDouble = widths[0] != widths[^1];
        if (widths.Where((width, layer) => width != (isDouble && layer >= ownLayers ? 2 * widths[0] : widths[0])).Any())
        {
            throw fields.Metadata.Wrong(
                fields.Key(Widths),
                "differs from layer to layer, which is supported only where layers that share keys and values have twice the width");
        }

        config["use_double_wide_mlp"] = isDouble;
    }

    private static void PerLayerInputs(GgufFields fields, JsonObject config, long width)
    {
        config["hidden_size_per_layer_input"] = width;
        if (width > 0)
        {
            config["vocab_size_per_layer_input"] = fields.RowsOf(EmbeddingOfLayers);
        }
    }

    /// <summary>Files hold the cutoff in standard deviations, which is minus infinity where there is none.</summary>
    private static double Share(GgufFields fields, double cutoff) => double.IsNaN(cutoff)
        ? throw fields.Metadata.Wrong(fields.Key(Sparsity), "has an item that is not a number")
        : cutoff > 0 ? NormalQuantile.ShareBelow(cutoff) : 0;
}
