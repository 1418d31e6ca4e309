using System.Text.Json.Nodes;

namespace Rill.Models.Gguf;

/// <summary>The GGUF architectures that Rill knows, by general.architecture.</summary>
internal static class GgufArchitectures
{
    private const string AfterAttention = "post_attention_norm.weight";

    // To add an architecture: its line here, if its class is in ArchitectureRegistry.
    private static readonly Dictionary<string, GgufArchitecture> s_architectures = new(StringComparer.Ordinal)
    {
        ["llama"] = new("LlamaForCausalLM") { Interleaved = true, Write = Llama },
        ["arcee"] = new("ArceeForCausalLM") { Interleaved = true },
        ["cohere2"] = new("Cohere2ForCausalLM") { Members = Epsilon("layer_norm_eps"), Write = Cohere2 },
        ["command-r"] = new("CohereForCausalLM") { Members = Epsilon("layer_norm_eps"), Write = Cohere },
        ["ernie4_5"] = new("Ernie4_5ForCausalLM"),
        ["exaone4"] = new("Exaone4ForCausalLM") { Write = Window },
        ["gemma"] = new("GemmaForCausalLM"),
        ["gemma2"] = new("Gemma2ForCausalLM") { Write = (fields, config) => Gemma(fields, config, largestLayers: 46) },
        ["gemma3"] = new("Gemma3ForCausalLM") { Write = (fields, config) => Gemma(fields, config, largestLayers: 62) },
        ["glm4"] = new("Glm4ForCausalLM") { FusedGateUp = true, Write = AttentionBias },
        ["glm4moe"] = new("Glm4MoeForCausalLM") { FeedForwardNorm = AfterAttention, Write = Glm4Moe },
        ["gpt-oss"] = new("GptOssForCausalLM") { FeedForwardNorm = AfterAttention, Write = GptOss },
        ["gpt2"] = new("GPT2LMHeadModel") { FusedQueryKeyValue = true, Members = Gpt2Members },
        ["gptneox"] = new("GPTNeoXForCausalLM") { FusedQueryKeyValue = true, Members = GptNeoXMembers, Write = ParallelResidual },
        ["granite"] = new("GraniteForCausalLM") { Interleaved = true, Write = Granite },
        ["hunyuan-dense"] = new("HunYuanDenseV1ForCausalLM"),
        ["internlm2"] = new("InternLM2ForCausalLM") { Interleaved = true, Write = InternLM2 },
        ["nemotron"] = new("NemotronForCausalLM") { Members = Epsilon("norm_eps"), Write = AttentionBias },
        ["olmo2"] = new("Olmo2ForCausalLM") { Write = Olmo },
        ["olmoe"] = new("OlmoeForCausalLM") { Write = (fields, config) => Experts(fields, config, "num_experts") },
        ["phi2"] = new("PhiForCausalLM") { FusedQueryKeyValue = true, Members = Epsilon("layer_norm_eps") },
        ["phi3"] = new("Phi3ForCausalLM") { FusedQueryKeyValue = true, FusedGateUp = true, Write = Phi3 },
        ["qwen2"] = new("Qwen2ForCausalLM"),
        ["qwen2moe"] = new("Qwen2MoeForCausalLM") { Write = Qwen2Moe },
        ["qwen3"] = new("Qwen3ForCausalLM"),
        ["qwen3moe"] = new("Qwen3MoeForCausalLM") { Write = Qwen3Moe },
        ["seed_oss"] = new("SeedOssForCausalLM") { FeedForwardNorm = AfterAttention, Write = AttentionBias },
        ["smollm3"] = new("SmolLM3ForCausalLM") { Interleaved = true },
        ["stablelm"] = new("StableLmForCausalLM") { Members = Epsilon("layer_norm_eps"), Write = StableLm },
        ["starcoder2"] = new("Starcoder2ForCausalLM") { Members = Epsilon("norm_epsilon") },
    };

    private static Dictionary<string, string> Gpt2Members => new(StringComparer.Ordinal)
    {
        ["hidden_size"] = "n_embd", ["num_hidden_layers"] = "n_layer", ["num_attention_heads"] = "n_head", ["intermediate_size"] = "n_inner",
        ["max_position_embeddings"] = "n_positions", ["rms_norm_eps"] = "layer_norm_epsilon", ["rope_theta"] = "", ["num_key_value_heads"] = "",
    };

    private static Dictionary<string, string> GptNeoXMembers => new(StringComparer.Ordinal)
    {
        ["rms_norm_eps"] = "layer_norm_eps", ["rope_theta"] = "rotary_emb_base", ["partial_rotary_factor"] = "rotary_pct",
        ["num_key_value_heads"] = "",
    };

    /// <summary>Finds an architecture; of Llama with experts it is Mixtral.</summary>
    /// <exception cref="ModelFormatException">It is not supported; the message names it.</exception>
    public static GgufArchitecture Of(string name) => s_architectures.TryGetValue(name, out var architecture)
        ? architecture
        : throw new ModelFormatException(
            $"GGUF files of the architecture {name} are not supported; supported are {string.Join(", ", s_architectures.Keys)}.");

    private static Dictionary<string, string> Epsilon(string name) => new(StringComparer.Ordinal) { ["rms_norm_eps"] = name };

    private static void Llama(GgufFields fields, JsonObject config)
    {
        if (fields.Whole("expert_count") > 0)
        {
            config["architectures"] = new JsonArray("MixtralForCausalLM");
            Experts(fields, config, "num_local_experts");
            return;
        }

        AttentionBias(fields, config);
        config["mlp_bias"] = fields.Has("blk.0.ffn_gate.bias");
    }

    private static void AttentionBias(GgufFields fields, JsonObject config) => config["attention_bias"] = fields.Has("blk.0.attn_q.bias");

    private static void Experts(GgufFields fields, JsonObject config, string countName)
    {
        config[countName] = fields.Required("expert_count");
        config["num_experts_per_tok"] = fields.Required("expert_used_count");
    }

    private static void Qwen3Moe(GgufFields fields, JsonObject config)
    {
        Experts(fields, config, "num_experts");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["norm_topk_prob"] = true;
    }

    private static void Qwen2Moe(GgufFields fields, JsonObject config)
    {
        Experts(fields, config, "num_experts");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["shared_expert_intermediate_size"] = fields.Required("expert_shared_feed_forward_length");
    }

    private static void Glm4Moe(GgufFields fields, JsonObject config)
    {
        Experts(fields, config, "n_routed_experts");
        AttentionBias(fields, config);
        config["use_qk_norm"] = fields.Has("blk.0.attn_q_norm.weight");
        config["moe_intermediate_size"] = fields.Required("expert_feed_forward_length");
        config["n_shared_experts"] = fields.Required("expert_shared_count");
        config["first_k_dense_replace"] = fields.Required("leading_dense_block_count");
        config["routed_scaling_factor"] = fields.Number("expert_weights_scale") ?? 1;
        config["norm_topk_prob"] = fields.Flag("expert_weights_norm") ?? true;
    }

    private static void GptOss(GgufFields fields, JsonObject config)
    {
        Experts(fields, config, "num_local_experts");
        config["intermediate_size"] = fields.Required("expert_feed_forward_length");
        Window(fields, config);
        if (config["rope_scaling"] is JsonObject scaling)
        {
            scaling["truncate"] = false;    // what the published models say, and no GGUF file can
        }
    }

    private static void Window(GgufFields fields, JsonObject config) => config["sliding_window"] = fields.Whole("attention.sliding_window");

    private static void Gemma(GgufFields fields, JsonObject config, int largestLayers)
    {
        // Files do not hold the scale of scores: it is the heads' width to the power -1/2, but in the largest size.
        config["query_pre_attn_scalar"] = fields.Layers == largestLayers
            ? fields.Required("embedding_length") / Math.Max(1, fields.Required("attention.head_count"))
            : fields.HeadDim;
        config["sliding_window"] = fields.Whole("attention.sliding_window") ?? 4096;
        foreach (var name in (string[])["attn_logit_softcapping", "final_logit_softcapping"])
        {
            if (fields.Number(name) is { } cap)
            {
                config[name] = cap;
            }
        }
    }

    private static void Cohere(GgufFields fields, JsonObject config)
    {
        config["logit_scale"] = fields.Number("logit_scale");
        config["use_qk_norm"] = fields.Has("blk.0.attn_q_norm.weight");
    }

    private static void Cohere2(GgufFields fields, JsonObject config)
    {
        config["logit_scale"] = fields.Number("logit_scale");
        Window(fields, config);
    }

    private static void Granite(GgufFields fields, JsonObject config)
    {
        AttentionBias(fields, config);
        config["embedding_multiplier"] = fields.Number("embedding_scale");
        config["residual_multiplier"] = fields.Number("residual_scale");
        config["attention_multiplier"] = fields.Number("attention.scale") ?? Math.Pow(fields.HeadDim, -0.5);
        config["logits_scaling"] = fields.Number("logit_scale");
    }

    private static void Olmo(GgufFields fields, JsonObject config)
    {
        if (fields.Whole("attention.sliding_window") is { } window)
        {
            config["architectures"] = new JsonArray("Olmo3ForCausalLM");
            config["sliding_window"] = window;
        }
    }

    private static void InternLM2(GgufFields fields, JsonObject config) => config["bias"] = fields.Has("blk.0.attn_q.bias");

    private static void ParallelResidual(GgufFields fields, JsonObject config) =>
        config["use_parallel_residual"] = fields.Flag("use_parallel_residual") ?? true;

    private static void StableLm(GgufFields fields, JsonObject config)
    {
        config["use_qkv_bias"] = fields.Has("blk.0.attn_q.bias");
        config["use_parallel_residual"] = fields.Flag("use_parallel_residual") ?? false;
    }

    private static void Phi3(GgufFields fields, JsonObject config)
    {
        if (fields.Whole("attention.sliding_window") is > 0 and var window)
        {
            config["sliding_window"] = window;
        }

        if (fields.Floats("rope_factors_short.weight") is { } shorts && fields.Floats("rope_factors_long.weight") is { } longs)
        {
            config["original_max_position_embeddings"] = fields.Required("rope.scaling.original_context_length");
            config["rope_scaling"] = new JsonObject
            {
                ["rope_type"] = "longrope",
                ["short_factor"] = new JsonArray([.. shorts.Select(factor => JsonValue.Create(factor))]),
                ["long_factor"] = new JsonArray([.. longs.Select(factor => JsonValue.Create(factor))]),
                ["attention_factor"] = fields.Number("rope.scaling.attn_factor") ?? 1,
            };
        }
    }
}
