using System.Text.Json.Nodes;

namespace Rill.Models.Gguf;

/// <summary>Writes a GGUF file's metadata as the config.json of its class, so that one reader knows each architecture.</summary>
internal static class GgufConfig
{
    /// <summary>The member that tells that the tensors are GGUF's: see <see cref="GgufSpec"/>.</summary>
    public const string Section = "gguf";

    /// <summary>In it: the architecture.</summary>
    public const string Architecture = "architecture";

    /// <summary>In it: the elements of rope_freqs.weight, where there are any.</summary>
    public const string RotaryDivisors = "rope_divisors";

    /// <summary>In it: what delta nets have joined, where there is any: see <see cref="GgufHybrid.JoinedParts"/>.</summary>
    public const string JoinedParts = "joined_parts";

    /// <summary>In it: true where the gates of all experts are stacked in one tensor with what they multiply.</summary>
    public const string FusedExperts = "fused_experts";

    /// <summary>Writes config.json.</summary>
    /// <exception cref="ModelFormatException">The architecture is not supported, or a value is missing or wrong; the message names it.</exception>
    public static JsonObject Of(GgufFields fields)
    {
        var architecture = GgufArchitectures.Of(fields.Architecture);
        var config = Common(fields, architecture);
        if ((LongRope(fields, config) ?? Scaling(fields)) is { } scaling)
        {
            config["rope_scaling"] = scaling;
        }

        architecture.Write?.Invoke(fields, config);
        foreach (var (standard, member) in architecture.Members)
        {
            var value = config[standard];
            config.Remove(standard);
            if (member.Length > 0 && value is not null)
            {
                config[member] = value;
            }
        }

        config[Section] = Marks(fields);
        return config;
    }

    private static JsonObject Common(GgufFields fields, GgufArchitecture architecture)
    {
        var (heads, headDim) = (fields.Required("attention.head_count"), fields.HeadDim);
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(architecture.Class),
            ["hidden_size"] = fields.Required("embedding_length"),
            ["num_hidden_layers"] = fields.Layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = architecture.KeyValueHeads?.Invoke(fields) ?? OfAll("attention.head_count_kv") ?? heads,
            ["head_dim"] = headDim,
            ["intermediate_size"] = OfAll("feed_forward_length") ?? fields.Required("expert_feed_forward_length"),
            ["vocab_size"] = fields.VocabularySize,
            ["max_position_embeddings"] = fields.Required("context_length"),
            ["rms_norm_eps"] = fields.Number("attention.layer_norm_rms_epsilon") ?? fields.Number("attention.layer_norm_epsilon")
                ?? throw fields.Metadata.Wrong(fields.Key("attention.layer_norm_rms_epsilon"), "is missing"),
            ["rope_theta"] = fields.Number("rope.freq_base") ?? 10_000,
            ["tie_word_embeddings"] = !fields.Has("output.weight"),
        };
        if (fields.Whole("nextn_predict_layers") is { } guessing)
        {
            config["num_nextn_predict_layers"] = guessing;
        }

        // Whole heads turn where nothing is said. A quarter of an element keeps the share times the width from being rounded down to one less.
        var rotated = fields.Whole("rope.dimension_count") ?? headDim;
        if (rotated != headDim || architecture.PartialRotary)
        {
            config["partial_rotary_factor"] = rotated == headDim ? 1 : (rotated + 0.25) / headDim;
        }

        return config;

        long? OfAll(string name) => architecture.LayersDiffer ? fields.WholesOfLayers(name)?[0] : fields.Whole(name);
    }

    /// <summary>Factors for texts within the original length and for longer ones, which are tensors; null where there are none.</summary>
    private static JsonObject? LongRope(GgufFields fields, JsonObject config)
    {
        if (fields.Floats("rope_factors_short.weight") is not { } shorts || fields.Floats("rope_factors_long.weight") is not { } longs)
        {
            return fields.Has("rope_factors_short.weight") || fields.Has("rope_factors_long.weight")
                ? throw new ModelFormatException("The file holds one of rope_factors_short.weight and rope_factors_long.weight without the other; convert the model anew.")
                : null;
        }

        config["original_max_position_embeddings"] = fields.Required("rope.scaling.original_context_length");
        return new()
        {
            ["rope_type"] = "longrope",
            ["short_factor"] = new JsonArray([.. shorts.Select(factor => JsonValue.Create(factor))]),
            ["long_factor"] = new JsonArray([.. longs.Select(factor => JsonValue.Create(factor))]),
            ["attention_factor"] = fields.Number("rope.scaling.attn_factor") ?? 1,
        };
    }

    private static JsonObject? Scaling(GgufFields fields)
    {
        var type = fields.Text("rope.scaling.type");
        switch (type)
        {
            case null or "none" or "longrope":    // longrope is told by its tensors
                return null;
            case "linear":
                return new() { ["rope_type"] = type, ["factor"] = Factor(fields) };
            case "yarn":
                return Yarn(fields, Factor(fields));
            default:
                throw fields.Metadata.Wrong(
                    fields.Key("rope.scaling.type"), $"is '{type}', which is not supported; only none, linear, yarn and longrope are");
        }
    }

    private static double Factor(GgufFields fields) =>
        fields.Number("rope.scaling.factor") ?? throw fields.Metadata.Wrong(fields.Key("rope.scaling.factor"), "is missing");

    private static JsonObject Yarn(GgufFields fields, double factor)
    {
        var magnitude = fields.Number("rope.scaling.yarn_log_multiplier") is > 0 || factor <= 1 ? 1 : (0.1 * Math.Log(factor)) + 1;
        var scaling = new JsonObject
        {
            ["rope_type"] = "yarn",
            ["factor"] = factor,
            ["original_max_position_embeddings"] = fields.Whole("rope.scaling.original_context_length") ?? fields.Required("context_length"),
            ["attention_factor"] = magnitude * (fields.Number("rope.scaling.attn_factor") ?? 1),
        };
        foreach (var member in (string[])["beta_fast", "beta_slow"])
        {
            if (fields.Number($"rope.scaling.yarn_{member}") is { } beta)
            {
                scaling[member] = beta;
            }
        }

        return scaling;
    }

    private static JsonObject Marks(GgufFields fields)
    {
        var marks = new JsonObject { [Architecture] = fields.Architecture };
        if (fields.Floats("rope_freqs.weight") is { } divisors)
        {
            marks[RotaryDivisors] = new JsonArray([.. divisors.Select(divisor => JsonValue.Create(divisor))]);
        }

        if (GgufHybrid.JoinedParts(fields) is { Length: > 0 } joined)
        {
            marks[JoinedParts] = new JsonArray([.. joined.Select(part => JsonValue.Create(part))]);
        }

        // Where only some layers have experts, the last one has.
        marks[FusedExperts] = fields.Has($"blk.{fields.Layers - 1}.ffn_gate_up_exps.weight");
        return marks;
    }
}
