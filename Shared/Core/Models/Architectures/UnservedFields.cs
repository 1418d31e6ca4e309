using System.Globalization;

namespace Rill.Models.Architectures;

/// <summary>
/// Fields that change what a decoder computes in some family. Where a family's reader has not asked for one, it must say what asks for
/// nothing: a model is never served as if a field of its config.json were absent. Fields that change no computation are not listed.
/// </summary>
internal static class UnservedFields
{
    private static readonly string[] s_none = [];
    private static readonly string[] s_false = ["false"];

    /// <summary>By name, the values as JSON that ask for nothing; null does so everywhere.</summary>
    private static readonly Dictionary<string, string[]> s_fields = new(StringComparer.Ordinal)
    {
        // biases
        ["attention_bias"] = s_false, ["attention_out_bias"] = s_false, ["attn_bias"] = s_false, ["mlp_bias"] = s_false,
        ["use_bias"] = s_false, ["bias"] = s_false, ["qkv_bias"] = s_false, ["use_qkv_bias"] = s_false, ["add_bias_linear"] = s_false,
        ["add_qkv_bias"] = s_false,

        // norms and the residual stream
        ["use_qk_norm"] = s_false, ["qk_norm"] = s_false, ["qk_layernorm"] = s_false, ["use_parallel_residual"] = s_false,
        ["parallel_attn"] = s_false, ["use_parallel_block"] = s_false, ["apply_residual_connection_post_layernorm"] = s_false,

        // positions
        ["alibi"] = s_false, ["use_alibi"] = s_false, ["position_embedding_type"] = ["\"rope\"", "\"rotary\""], ["rotary_pct"] = ["1"],
        ["rotary_percent"] = ["1"], ["rope_percent"] = ["1"], ["rotary_dim"] = s_none, ["rotary_emb_base"] = s_none,
        ["partial_rotary_factor"] = ["1"], ["no_rope_layers"] = ["[]"], ["rope_local_base_freq"] = s_none, ["rope_interleave"] = s_false,
        ["rope_interleaved"] = s_false, ["rope_theta"] = s_none, ["rope_scaling"] = s_none, ["rope_parameters"] = s_none,

        // attention
        ["clip_qkv"] = s_none, ["attn_logit_softcapping"] = s_none, ["attn_logit_softcap"] = s_none, ["query_pre_attn_scalar"] = s_none,
        ["attention_multiplier"] = s_none, ["attention_chunk_size"] = s_none, ["sliding_window"] = s_none, ["use_sliding_window"] = s_false,
        ["sliding_window_pattern"] = ["1"], ["_sliding_window_pattern"] = ["1"], ["attn_temperature_tuning"] = ["false", "0"],
        ["scale_attn_weights"] = ["true"], ["scale_attn_by_inverse_layer_idx"] = s_false, ["use_bidirectional_attention"] = s_false,
        ["multi_query"] = s_false, ["kv_lora_rank"] = s_none, ["q_lora_rank"] = s_none, ["num_kv_shared_layers"] = ["0"],
        ["attention_k_eq_v"] = s_false, ["use_cla"] = s_false, ["sparse_config"] = s_none,
        ["attn_output_gate"] = s_false,

        // scales
        ["embedding_multiplier"] = ["1"], ["residual_multiplier"] = ["1"], ["logits_scaling"] = ["1"], ["logit_scale"] = ["1"],
        ["lm_head_multiplier"] = ["1"], ["scale_emb"] = ["1"], ["scale_depth"] = s_none, ["final_logit_softcapping"] = s_none,
        ["final_logit_softcap"] = s_none, ["swiglu_limit"] = s_none,

        // layers with a state
        ["linear_num_key_heads"] = s_none, ["linear_num_value_heads"] = s_none, ["linear_conv_kernel_dim"] = s_none, ["conv_L_cache"] = s_none,
        ["conv_bias"] = s_false, ["full_attn_idxs"] = s_none, ["full_attention_interval"] = ["1"], ["use_pos_enc"] = ["true"],
        ["block_use_swiglu"] = ["true"], ["block_auto_adjust_ff_dim"] = s_false, ["block_ff_dim"] = s_none,

        // experts and other layers
        ["num_experts"] = ["0", "1"], ["num_local_experts"] = ["0", "1"], ["n_routed_experts"] = ["0", "1"],
        ["moe_intermediate_size"] = s_none, ["n_shared_experts"] = ["0"], ["num_shared_experts"] = ["0"],
        ["shared_intermediate_size"] = ["0"], ["enable_moe_block"] = s_false, ["scoring_func"] = s_none, ["routed_scaling_factor"] = ["1"],
        ["use_routing_bias"] = s_false, ["mlp_only_layers"] = ["[]"], ["mamba_d_state"] = s_none, ["hidden_size_per_layer_input"] = ["0"],
        ["altup_num_inputs"] = s_none, ["laurel_rank"] = s_none, ["activation_sparsity_pattern"] = s_none, ["use_double_wide_mlp"] = s_false,
        ["global_head_dim"] = s_none, ["num_global_key_value_heads"] = s_none, ["per_layer_config"] = s_none,
        ["moe_layer_freq"] = ["1"], ["mlp_layer_types"] = s_none, ["moe_num_experts"] = ["0"], ["n_group"] = ["0", "1"],
    };

    /// <summary>Refuses what no reader has asked for; to be called when the family's reader is done.</summary>
    /// <exception cref="ModelFormatException">A field asks for what this architecture is not served with; the message names it.</exception>
    public static void Refuse(string architecture, ModelConfig config)
    {
        foreach (var (name, json) in config.Unread)
        {
            if (s_fields.TryGetValue(name, out var neutral) && !neutral.Any(value => IsSame(value, json)))
            {
                throw new ModelFormatException(
                    $"config.json: {name} is {ModelConfig.Shorten(json)}, which is not supported for {architecture}; {Remedy(neutral)}");
            }
        }

        if (config.Unread.Any(field => field.Name == "layer_types")
            && config.Texts("layer_types")!.FirstOrDefault(type => type != "full_attention") is { } type)
        {
            throw new ModelFormatException(
                $"config.json: layer_types has '{type}', which is not supported for {architecture}; only full_attention is.");
        }
    }

    private static string Remedy(string[] neutral) => neutral.Length == 0
        ? "if the model was trained without it, remove the field."
        : $"only {string.Join(" and ", neutral)} is.";

    private static bool IsSame(string neutral, string json) => neutral == json
        || (double.TryParse(neutral, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted)
            && double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var given) && wanted == given);
}
