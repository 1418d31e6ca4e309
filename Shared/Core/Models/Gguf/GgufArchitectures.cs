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
        ["deepseek2"] = new("DeepseekV3ForCausalLM") { Write = GgufLatent.DeepSeek },
        ["ernie4_5"] = new("Ernie4_5ForCausalLM"),
        ["exaone4"] = new("Exaone4ForCausalLM") { Write = Window },
        ["gemma"] = new("GemmaForCausalLM"),
        ["gemma2"] = new("Gemma2ForCausalLM") { Write = (fields, config) => Gemma(fields, config, largestLayers: 46) },
        ["gemma3"] = new("Gemma3ForCausalLM") { Write = (fields, config) => Gemma(fields, config, largestLayers: 62) },
        ["gemma3n"] = new("Gemma3nForCausalLM") { Write = GgufGemma.Gemma3n },
        ["gemma4"] = new("Gemma4ForCausalLM") { LayersDiffer = true, DividesWithoutWindow = true, Write = GgufGemma.Gemma4 },
        ["glm4"] = new("Glm4ForCausalLM") { PartialRotary = true, FusedGateUp = true, Write = AttentionBias },
        ["glm4moe"] = new("Glm4MoeForCausalLM") { PartialRotary = true, FeedForwardNorm = AfterAttention, Write = GgufExperts.Glm4Moe },
        ["gpt-oss"] = new("GptOssForCausalLM") { FeedForwardNorm = AfterAttention, Write = GgufExperts.GptOss },
        ["gpt2"] = new("GPT2LMHeadModel") { FusedQueryKeyValue = true, Members = Gpt2Members },
        ["gptneox"] = new("GPTNeoXForCausalLM") { PartialRotary = true, FusedQueryKeyValue = true, Members = GptNeoXMembers, Write = ParallelResidual },
        ["granite"] = new("GraniteForCausalLM") { Interleaved = true, Write = Granite },
        ["granitemoe"] = new("GraniteMoeForCausalLM") { Interleaved = true, Write = GraniteMoe },
        ["hunyuan-dense"] = new("HunYuanDenseV1ForCausalLM"),
        ["internlm2"] = new("InternLM2ForCausalLM") { Interleaved = true, Write = InternLM2 },
        ["lfm2"] = GgufHybrid.Convolutions("Lfm2ForCausalLM") with { Write = GgufHybrid.Lfm2 },
        ["lfm2moe"] = GgufHybrid.Convolutions("Lfm2MoeForCausalLM") with { Write = GgufHybrid.Lfm2Moe },
        ["llama4"] = new("Llama4ForCausalLM") { Write = GgufExperts.Llama4 },
        ["minicpm"] = new("MiniCPMForCausalLM") { Interleaved = true, Write = MiniCPM },
        ["minimax-m2"] = new("MiniMaxM2ForCausalLM") { Write = (fields, config) => GgufExperts.Count(fields, config, "num_local_experts") },
        ["mistral3"] = new("Ministral3ForCausalLM") { Interleaved = true, Write = Ministral3 },
        ["nemotron"] = new("NemotronForCausalLM") { PartialRotary = true, Members = Epsilon("norm_eps"), Write = Nemotron },
        ["olmo2"] = new("Olmo2ForCausalLM") { Write = Olmo },
        ["olmoe"] = new("OlmoeForCausalLM") { Write = (fields, config) => GgufExperts.Count(fields, config, "num_experts") },
        ["phi2"] = new("PhiForCausalLM") { PartialRotary = true, FusedQueryKeyValue = true, Members = Epsilon("layer_norm_eps") },
        ["phi3"] = new("Phi3ForCausalLM") { FusedQueryKeyValue = true, FusedGateUp = true, Write = Phi3 },
        ["qwen2"] = new("Qwen2ForCausalLM"),
        ["qwen2moe"] = new("Qwen2MoeForCausalLM") { Write = GgufExperts.Qwen2Moe },
        ["qwen3"] = new("Qwen3ForCausalLM"),
        ["qwen35"] = GgufHybrid.DeltaNets("Qwen3_5ForCausalLM") with { TiledValueHeads = true, Write = GgufHybrid.Qwen35 },
        ["qwen35moe"] = GgufHybrid.DeltaNets("Qwen3_5MoeForCausalLM") with { TiledValueHeads = true, Write = GgufHybrid.Qwen35Moe },
        ["qwen3moe"] = new("Qwen3MoeForCausalLM") { Write = GgufExperts.Qwen3Moe },
        ["qwen3next"] = GgufHybrid.DeltaNets("Qwen3NextForCausalLM") with { Write = GgufHybrid.Qwen3Next },
        ["seed_oss"] = new("SeedOssForCausalLM") { FeedForwardNorm = AfterAttention, Write = AttentionBias },
        ["smollm3"] = new("SmolLM3ForCausalLM") { Interleaved = true },
        ["stablelm"] = new("StableLmForCausalLM") { PartialRotary = true, Members = Epsilon("layer_norm_eps"), Write = StableLm },
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
            GgufExperts.Count(fields, config, "num_local_experts");
            return;
        }

        AttentionBias(fields, config);
        config["mlp_bias"] = fields.Has("blk.0.ffn_gate.bias");
    }

    /// <summary>attention_bias, by whether there are such tensors.</summary>
    internal static void AttentionBias(GgufFields fields, JsonObject config) => config["attention_bias"] = fields.Has("blk.0.attn_q.bias");

    /// <summary>sliding_window; null where there is none.</summary>
    internal static void Window(GgufFields fields, JsonObject config) => config["sliding_window"] = fields.Whole("attention.sliding_window");

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

    private static void Nemotron(GgufFields fields, JsonObject config)
    {
        AttentionBias(fields, config);
        config["mlp_bias"] = fields.Has("blk.0.ffn_up.bias");
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

    private static void GraniteMoe(GgufFields fields, JsonObject config)
    {
        Granite(fields, config);
        GgufExperts.Count(fields, config, "num_local_experts");
        if (fields.Whole("expert_shared_feed_forward_length") is > 0 and var shared)
        {
            config["architectures"] = new JsonArray("GraniteMoeSharedForCausalLM");
            config["shared_intermediate_size"] = shared;
        }
    }

    /// <summary>config.json tells by what the residual stream's factor is divided, and the width at which logits have their size.</summary>
    private static void MiniCPM(GgufFields fields, JsonObject config)
    {
        AttentionBias(fields, config);
        config["scale_emb"] = RequiredNumber(fields, "embedding_scale");
        config["scale_depth"] = RequiredNumber(fields, "residual_scale") * Math.Sqrt(fields.Layers);
        config["dim_model_base"] = fields.Required("embedding_length") / RequiredNumber(fields, "logit_scale");
    }

    private static double RequiredNumber(GgufFields fields, string name) =>
        fields.Number(name) is { } number && number != 0 ? number : throw fields.Metadata.Wrong(fields.Key(name), "is missing or 0; convert the model anew");

    private static void Ministral3(GgufFields fields, JsonObject config)
    {
        if (fields.Number("attention.temperature_scale") is { } growth and not 0)
        {
            config["rope_scaling"] = config["rope_scaling"] is JsonObject scaling
                ? new JsonObject(scaling.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))) { ["llama_4_scaling_beta"] = growth }
                : throw fields.Metadata.Wrong(fields.Key("rope.scaling.type"), "must be yarn where attention.temperature_scale is there");
        }
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
        config["qk_layernorm"] = fields.Has("blk.0.attn_q_norm.weight");
    }

    private static void Phi3(GgufFields fields, JsonObject config)
    {
        if (fields.Whole("attention.sliding_window") is > 0 and var window)
        {
            config["sliding_window"] = window;
        }
    }
}
