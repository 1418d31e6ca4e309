using System.Text.Json.Nodes;
using Rill.Models.Architectures.Hybrid;

namespace Rill.Models.Gguf;

/// <summary>
/// What GGUF files of architectures with a state have of their own. Of a delta net they hold -exp(A) in A's place, and for Qwen 3.5 its value
/// heads in an order in which queries and keys can be repeated as a whole.
/// </summary>
internal static class GgufHybrid
{
    private const int Sigmoid = 2;
    private const string Projections = "ssm_in", Gates = "ssm_ba";

    /// <summary>The names of delta nets; what is part of another matrix has none in the files.</summary>
    public static DeltaNetNames DeltaNetNames { get; } = new()
    {
        Gate = "attn_gate",
        Beta = "ssm_beta",
        Decay = "ssm_alpha",
        Convolution = "ssm_conv1d.weight",
        DecayRate = "ssm_a",
        DecayBias = "ssm_dt.bias",
        Norm = "ssm_norm.weight",
        Output = "ssm_out",
    };

    /// <summary>The names of short convolutions.</summary>
    public static ShortConvNames ShortConvNames { get; } =
        new() { Input = "shortconv.in_proj", Convolution = "shortconv.conv.weight", Output = "shortconv.out_proj" };

    /// <summary>An architecture with short convolutions where a layer has no heads of keys and values.</summary>
    /// <param name="name">The class name in config.json.</param>
    public static GgufArchitecture Convolutions(string name) => new(name)
    {
        FinalNorm = "token_embd_norm.weight",    // whatever its name says
        KeyValueHeads = KeyValueHeads,
        Members = new Dictionary<string, string>(StringComparer.Ordinal) { ["rms_norm_eps"] = "norm_eps" },
    };

    /// <summary>An architecture with delta nets.</summary>
    /// <inheritdoc cref="Convolutions"/>
    public static GgufArchitecture DeltaNets(string name) => new(name) { PartialRotary = true, FeedForwardNorm = "post_attention_norm.weight" };

    /// <summary>
    /// The matrices that join by key head what other files have apart: b and a in all files of Qwen3-Next, the other projections in its first ones.
    /// </summary>
    public static string[] JoinedParts(GgufFields fields) =>
        [.. ((string[])[Projections, Gates]).Where(part => fields.Has($"blk.0.{part}.weight"))];

    /// <summary>The mixer of a layer as the files have it.</summary>
    public static MixerSpec? Converted(MixerSpec? mixer, GgufArchitecture architecture) => mixer is DeltaNetSpec delta
        ? delta with { LogarithmicRates = false, TiledValueHeads = architecture.TiledValueHeads }
        : mixer;

    /// <summary>How a layer's projections are cut out of what files have in one matrix.</summary>
    /// <param name="spec">The decoder, with GGUF's names.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="joined">See <see cref="JoinedParts"/>.</param>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer, IReadOnlyList<string> joined) =>
        spec.MixerOf(layer) switch
        {
            null => DeltaNetLayers.GatedQuery(spec, layer),
            DeltaNetSpec delta =>
            [
                .. joined.Contains(Projections)
                    ? DeltaNetLayers.ByKeyHead(spec, delta, layer, Projections)
                    : DeltaNetLayers.QueryKeyValue(spec, delta, layer, "attn_qkv"),
                .. joined.Contains(Gates) ? DeltaNetLayers.BetaDecay(spec, delta, layer, Gates) : [],
            ],
            _ => [],
        };

    public static void Lfm2(GgufFields fields, JsonObject config)
    {
        config["block_auto_adjust_ff_dim"] = false;    // files hold the width that the class makes of its field
        ShortConvolutions(fields, config);
    }

    public static void Lfm2Moe(GgufFields fields, JsonObject config)
    {
        ShortConvolutions(fields, config);
        GgufExperts.Count(fields, config, "num_experts");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["num_dense_layers"] = fields.Whole("leading_dense_block_count") ?? 0;
        config["routed_scaling_factor"] = fields.Number("expert_weights_scale") is { } scale and not 0 ? scale : 1;
        if (fields.Required("expert_gating_func") is var gating && gating != Sigmoid)
        {
            throw fields.Metadata.Wrong(fields.Key("expert_gating_func"), $"is {gating}, which is not supported; only {Sigmoid} (sigmoid) is");
        }
    }

    public static void Qwen35(GgufFields fields, JsonObject config)
    {
        var (width, heads) = (fields.Required("ssm.inner_size"), fields.Required("ssm.time_step_rank"));
        config["linear_conv_kernel_dim"] = fields.Required("ssm.conv_kernel");
        config["linear_num_key_heads"] = fields.Required("ssm.group_count");
        config["linear_num_value_heads"] = heads;
        config["linear_key_head_dim"] = fields.Required("ssm.state_size");
        config["linear_value_head_dim"] = heads > 0 && width % heads == 0
            ? width / heads
            : throw fields.Metadata.Wrong(fields.Key("ssm.inner_size"), $"({width}) must be a multiple of ssm.time_step_rank ({heads})");
        if (fields.Whole("full_attention_interval") is { } interval)
        {
            config["full_attention_interval"] = interval;
        }
    }

    public static void Qwen35Moe(GgufFields fields, JsonObject config)
    {
        Qwen35(fields, config);
        GgufExperts.Qwen2Moe(fields, config);
    }

    public static void Qwen3Next(GgufFields fields, JsonObject config)
    {
        Qwen35Moe(fields, config);
        config["norm_topk_prob"] = true;
    }

    /// <summary>The heads of keys and values in the layers that have attention; the others have 0.</summary>
    private static long KeyValueHeads(GgufFields fields)
    {
        var counts = HeadCounts(fields).Where(count => count > 0).Distinct().ToList();
        return counts is [var only]
            ? only
            : throw fields.Metadata.Wrong(fields.Key("attention.head_count_kv"), "must have one positive number for all layers with attention");
    }

    private static void ShortConvolutions(GgufFields fields, JsonObject config)
    {
        config["conv_L_cache"] = fields.Required("shortconv.l_cache");
        config["layer_types"] = new JsonArray([.. HeadCounts(fields).Select(count => JsonValue.Create(count > 0 ? "full_attention" : "conv"))]);
        if (fields.Whole("attention.sliding_window") is > 0 and var window)
        {
            config["sliding_window"] = window;    // which the class does not know, so that it refuses the model
        }
    }

    private static IReadOnlyList<long> HeadCounts(GgufFields fields) => fields.WholesOfLayers("attention.head_count_kv")
        ?? throw fields.Metadata.Wrong(fields.Key("attention.head_count_kv"), "is missing");
}
