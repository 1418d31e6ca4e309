using System.Text.Json.Nodes;

namespace Rill.Models.Gguf;

/// <summary>Writes the members of config.json of DeepSeek's architecture: V2, V3, and what has their classes.</summary>
internal static class GgufLatent
{
    private const int Softmax = 1, Sigmoid = 2;

    public static void DeepSeek(GgufFields fields, JsonObject config)
    {
        var rotated = fields.Required("rope.dimension_count");
        foreach (var member in (string[])["head_dim", "partial_rotary_factor"])
        {
            config.Remove(member);    // of the cached vector, where the class has them of projections
        }

        config["q_lora_rank"] = fields.Whole("attention.q_lora_rank") is > 0 and var rank ? rank : null;
        config["kv_lora_rank"] = fields.Required("attention.kv_lora_rank");
        config["qk_rope_head_dim"] = rotated;
        config["qk_nope_head_dim"] = fields.Required("attention.key_length_mla") - rotated;
        config["v_head_dim"] = fields.Required("attention.value_length_mla");
        Experts(fields, config);

        // Files hold a tenth of mscale_all_dim.
        if (config["rope_scaling"] is JsonObject scaling && fields.Number("rope.scaling.yarn_log_multiplier") is { } tenth and not 0)
        {
            scaling["mscale_all_dim"] = Math.Round(tenth * 10, 6);
        }
    }

    private static void Experts(GgufFields fields, JsonObject config)
    {
        GgufExperts.Count(fields, config, "n_routed_experts");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["n_shared_experts"] = fields.Required("expert_shared_count");
        config["first_k_dense_replace"] = fields.Required("leading_dense_block_count");
        config["routed_scaling_factor"] = fields.Number("expert_weights_scale") is { } scale and not 0 ? scale : 1;
        config["norm_topk_prob"] = fields.Flag("expert_weights_norm") ?? false;
        var hasGroups = fields.Whole("expert_group_count") is > 1;
        if (hasGroups)
        {
            config["n_group"] = fields.Required("expert_group_count");
            config["topk_group"] = fields.Required("expert_group_used_count");
        }

        switch (fields.Whole("expert_gating_func") ?? Softmax)
        {
            case Softmax:
                config["architectures"] = new JsonArray("DeepseekV2ForCausalLM");
                config["topk_method"] = hasGroups ? "group_limited_greedy" : "greedy";
                break;
            case Sigmoid:
                config["n_group"] ??= 1;
                config["topk_group"] ??= 1;
                break;
            case var other:
                throw fields.Metadata.Wrong(fields.Key("expert_gating_func"), $"is {other}, which is not supported; 1 (softmax) and 2 (sigmoid) are");
        }
    }
}
