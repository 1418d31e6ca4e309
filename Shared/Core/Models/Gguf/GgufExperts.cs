using System.Text.Json.Nodes;

namespace Rill.Models.Gguf;

/// <summary>Writes the members of config.json of architectures with experts.</summary>
internal static class GgufExperts
{
    /// <summary>How many there are, and how many see a token.</summary>
    /// <param name="fields">The file.</param>
    /// <param name="config">Gets the members.</param>
    /// <param name="countName">What the class calls the first of them.</param>
    public static void Count(GgufFields fields, JsonObject config, string countName)
    {
        config[countName] = fields.Required("expert_count");
        config["num_experts_per_tok"] = fields.Required("expert_used_count");
    }

    public static void Qwen3Moe(GgufFields fields, JsonObject config)
    {
        Count(fields, config, "num_experts");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["norm_topk_prob"] = true;
    }

    public static void Qwen2Moe(GgufFields fields, JsonObject config)
    {
        Count(fields, config, "num_experts");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["shared_expert_intermediate_size"] = fields.Required("expert_shared_feed_forward_length");
    }

    public static void Glm4Moe(GgufFields fields, JsonObject config)
    {
        Count(fields, config, "n_routed_experts");
        GgufArchitectures.AttentionBias(fields, config);
        config["use_qk_norm"] = fields.Has("blk.0.attn_q_norm.weight");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["n_shared_experts"] = fields.Required("expert_shared_count");
        config["first_k_dense_replace"] = fields.Required("leading_dense_block_count");
        config["routed_scaling_factor"] = fields.Number("expert_weights_scale") ?? 1;
        config["norm_topk_prob"] = fields.Flag("expert_weights_norm") ?? true;
    }

    public static void GptOss(GgufFields fields, JsonObject config)
    {
        Count(fields, config, "num_local_experts");
        config["intermediate_size"] = fields.Required("expert_feed_forward_length");
        GgufArchitectures.Window(fields, config);
        if (config["rope_scaling"] is JsonObject scaling)
        {
            scaling["truncate"] = false;    // what the published models say, and no GGUF file can
        }
    }

    /// <summary>
    /// Files do not hold what llama.cpp fixes: every fourth layer without positions, stretches of 8192 positions in the others, and no norm over
    /// queries and keys in the size with 128 experts.
    /// </summary>
    public static void Llama4(GgufFields fields, JsonObject config)
    {
        Count(fields, config, "num_local_experts");
        config["intermediate_size_mlp"] = config["intermediate_size"]?.DeepClone();
        config["intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["interleave_moe_layer_step"] = fields.Required("interleave_moe_layer_step");
        config["use_qk_norm"] = fields.Required("expert_count") != 128;
    }
}
