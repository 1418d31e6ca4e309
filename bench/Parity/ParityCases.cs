namespace Rill.Bench.Parity;

/// <summary>The models that are compared: each architecture that both know, as small as llama.cpp allows.</summary>
internal static class ParityCases
{
    internal const string Gelu = "llama.cpp looks GELU up in a table of f16";
    internal const long Hidden = 64, KeyValue = 32, Inner = 96, Head = 16, ExpertCount = 8;

    private static readonly (string Name, long[] Shape)[] s_queryKeyValueBiases =
        [("blk.*.attn_q.bias", [Hidden]), ("blk.*.attn_k.bias", [KeyValue]), ("blk.*.attn_v.bias", [KeyValue])];

    private static readonly (string Name, long[] Shape)[] s_attentionBiases = [.. s_queryKeyValueBiases, ("blk.*.attn_output.bias", [Hidden])];
    private static readonly (string Name, long[] Shape)[] s_expertGates = [("blk.*.ffn_gate_exps.weight", [ExpertCount, Inner, Hidden])];
    private static readonly (string Name, long[] Shape)[] s_feedForwardNorm = [("blk.*.ffn_norm.weight", [Hidden]), ("blk.*.ffn_norm.bias", [Hidden])];
    private static readonly (string Name, long[] Shape)[] s_headNorms = [("blk.*.attn_q_norm.weight", [Head]), ("blk.*.attn_k_norm.weight", [Head])];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ParityCase> All { get; } =
    [
        Plain("llama"),
        Plain("llama") with
        {
            Variant = "biases, rope_freqs",
            Beside =
            [
                .. s_attentionBiases, ("blk.*.ffn_gate.bias", [Inner]), ("blk.*.ffn_up.bias", [Inner]), ("blk.*.ffn_down.bias", [Hidden]),
                ("rope_freqs.weight", [Head / 2]),
            ],
        },
        Plain("llama").With(("rope.scaling.type", "linear"), ("rope.scaling.factor", 4f)) with { Variant = "linear" },
        Experts(Plain("llama")) with { Variant = "experts", Beside = s_expertGates },
        Plain("arcee"),
        Plain("qwen2") with { Beside = s_queryKeyValueBiases },
        Yarn(Plain("qwen2")) with { Variant = "yarn", Beside = s_queryKeyValueBiases },
        Plain("qwen3"),
        Experts(Plain("qwen2moe")).With(("expert_feed_forward_length", 32), ("expert_shared_feed_forward_length", 64)) with { Beside = s_queryKeyValueBiases },
        Experts(Plain("qwen3moe")).With(("expert_feed_forward_length", 32)),
        Plain("gemma") with { Deviation = (1e-5, Gelu) },
        Windows(Plain("gemma2", layers: 4)).With(("attn_logit_softcapping", 50f), ("final_logit_softcapping", 30f)) with { Deviation = (1e-5, Gelu) },
        Windows(Plain("gemma3", layers: 6)) with { Deviation = (1e-5, Gelu) },
        .. GemmaCases.All,
        // YaRN by 1: llama.cpp rounds its bounds to whole pairs, and the published models do not.
        Windows(Experts(Plain("gpt-oss"))).With(("rope.scaling.type", "yarn"), ("rope.scaling.factor", 1f), ("rope.scaling.original_context_length", 64), ("expert_feed_forward_length", 32)) with
        {
            Beside =
            [
                .. s_attentionBiases, ("blk.*.ffn_gate_inp.bias", [ExpertCount]), ("blk.*.ffn_gate_exps.bias", [ExpertCount, 32]), ("blk.*.ffn_up_exps.bias", [ExpertCount, 32]),
                ("blk.*.ffn_down_exps.bias", [ExpertCount, Hidden]),
            ],
        },
        Fused(LayerNorm("phi2")) with { Deviation = (1e-5, Gelu) },
        Fused(Plain("phi3")),
        Fused(Plain("phi3")).With(("rope.scaling.type", "longrope"), ("rope.scaling.original_context_length", 32), ("rope.scaling.attn_factor", 1.1f)).Besides(
            ("rope_factors_long.weight", [Head / 2]), ("rope_factors_short.weight", [Head / 2])) with { Variant = "longrope" },
        Plain("glm4").With(("rope.dimension_count", 8)),
        Plain("glm4").With(("rope.dimension_count", 8)) with { Variant = "biases", Beside = s_queryKeyValueBiases },
        Glm4Moe(),
        Glm4Moe() with { Variant = "head norms, biases", Beside = [.. s_headNorms, .. s_queryKeyValueBiases] },
        Multipliers(Plain("granite")),
        Experts(Multipliers(Plain("granitemoe"))) with { Beside = s_expertGates },
        Experts(Multipliers(Plain("granitemoe"))).With(("expert_shared_feed_forward_length", 48)) with
        {
            Variant = "shared",
            Beside =
            [
                .. s_expertGates, ("blk.*.ffn_gate_shexp.weight", [48, Hidden]), ("blk.*.ffn_up_shexp.weight", [48, Hidden]), ("blk.*.ffn_down_shexp.weight", [Hidden, 48]),
            ],
        },
        LayerNorm("command-r").With(("logit_scale", 0.0625f)),
        Windows(LayerNorm("cohere2", layers: 4)).With(("logit_scale", 0.25f)),
        Plain("olmo2"),
        Yarn(Windows(Plain("olmo2", layers: 4))) with { Variant = "windows, yarn" },
        Plain("exaone4"),
        Plain("smollm3", layers: 4),
        LayerNorm("starcoder2") with { Beside = s_attentionBiases, Deviation = (1e-5, Gelu) },
        LayerNorm("stablelm").With(("rope.dimension_count", 8), ("use_parallel_residual", false)) with { Beside = s_feedForwardNorm },
        LayerNorm("stablelm").With(("rope.dimension_count", 8), ("use_parallel_residual", false)) with { Variant = "biases", Beside = [.. s_feedForwardNorm, .. s_queryKeyValueBiases] },
        LayerNorm("gptneox").With(("attention.head_count_kv", 4), ("rope.dimension_count", 8), ("use_parallel_residual", true)) with { Variant = "parallel", Deviation = (1e-5, Gelu) },
        LayerNorm("gptneox").With(("attention.head_count_kv", 4), ("rope.dimension_count", 8), ("use_parallel_residual", false)) with { Variant = "sequential", Deviation = (1e-5, Gelu) },
        LayerNorm("gpt2").With(("attention.head_count_kv", 4)) with { Deviation = (1e-5, Gelu) },
        LayerNorm("nemotron").With(("rope.dimension_count", 8)),
        LayerNorm("nemotron").With(("rope.dimension_count", 8)) with
        {
            Variant = "biases", Beside = [.. s_attentionBiases, ("blk.*.ffn_up.bias", [Inner]), ("blk.*.ffn_down.bias", [Hidden])],
        },
        Plain("internlm2"),
        Plain("seed_oss") with { Beside = s_queryKeyValueBiases },
        Plain("ernie4_5"),
        Plain("hunyuan-dense"),
        Experts(Plain("olmoe")).With(("attention.head_count_kv", 4)),
        Experts(Plain("minimax-m2")).With(("rope.dimension_count", 8), ("expert_feed_forward_length", 96), ("expert_gating_func", 2)),
        Multipliers(Plain("minicpm")),
        Yarn(Plain("mistral3")).With(("attention.temperature_scale", 0.1f), ("rope.scaling.yarn_log_multiplier", 1f)),
        Experts(Plain("llama4", layers: 4), used: 1).With(("interleave_moe_layer_step", 2), ("expert_feed_forward_length", 32)),
        DeepSeek(),
        Yarn(DeepSeek()).With(("rope.scaling.yarn_log_multiplier", 0.1f), ("expert_group_count", 4), ("expert_group_used_count", 2)) with { Variant = "yarn, groups" },
        Latent(Shared(Experts(Plain("deepseek2", layers: 27)))).Less("attention.q_lora_rank").With(("expert_gating_func", 1), ("expert_weights_norm", false)) with { Variant = "V2 Lite" },
        .. HybridCases.All,
    ];

    /// <summary>What all architectures have, with 4 heads of 16, 2 of them for keys and values.</summary>
    public static ParityCase Plain(string architecture, int layers = 2, string epsilon = "layer_norm_rms_epsilon") => new ParityCase(architecture).With(
        ("vocab_size", 128), ("context_length", 256), ("embedding_length", 64), ("block_count", layers), ("feed_forward_length", 96),
        ("attention.head_count", 4), ("attention.head_count_kv", 2), ("attention.key_length", 16), ("attention.value_length", 16),
        ($"attention.{epsilon}", 1e-5f), ("rope.dimension_count", 16), ("rope.freq_base", 10_000f));

    private static ParityCase LayerNorm(string architecture, int layers = 2) => Plain(architecture, layers, "layer_norm_epsilon");

    /// <summary>Queries, keys and values in one matrix.</summary>
    private static ParityCase Fused(ParityCase model)
    {
        var isPhi2 = model.Architecture == "phi2";
        var size = Hidden + (2 * (isPhi2 ? Hidden : KeyValue));
        return model.With(("attention.head_count_kv", isPhi2 ? 4 : 2)) with
        {
            Without = [@"attn_[qkv]\."],
            Beside = isPhi2 ? [("blk.*.attn_qkv.weight", [size, Hidden]), ("blk.*.attn_qkv.bias", [size])] : [("blk.*.attn_qkv.weight", [size, Hidden])],
        };
    }

    private static ParityCase Glm4Moe() => Shared(Experts(Plain("glm4moe", layers: 3)))
        .With(("rope.dimension_count", 8), ("leading_dense_block_count", 1), ("nextn_predict_layers", 0)) with { Beside = s_queryKeyValueBiases };

    private static ParityCase DeepSeek() => Latent(Shared(Experts(Plain("deepseek2", layers: 3))))
        .Besides(("blk.1.exp_probs_b.bias", [ExpertCount]), ("blk.2.exp_probs_b.bias", [ExpertCount]));

    /// <summary>A token is seen by some of eight experts.</summary>
    public static ParityCase Experts(ParityCase model, int used = 3) => model.With(("expert_count", 8), ("expert_used_count", used));

    private static ParityCase Shared(ParityCase model) => model.With(
        ("expert_shared_count", 1), ("expert_feed_forward_length", 32), ("expert_weights_scale", 1.5f), ("expert_weights_norm", true), ("expert_gating_func", 2));

    internal static ParityCase Windows(ParityCase model) => model.With(("attention.sliding_window", 8));

    private static ParityCase Yarn(ParityCase model) => model.With(
        ("rope.scaling.type", "yarn"), ("rope.scaling.factor", 4f), ("rope.scaling.original_context_length", 64));

    private static ParityCase Multipliers(ParityCase model) => model.With(
        ("embedding_scale", 6f), ("residual_scale", 0.3f), ("attention.scale", 0.2f), ("logit_scale", 4f));

    private static ParityCase Latent(ParityCase model) => model.With(
        ("leading_dense_block_count", 1), ("attention.head_count_kv", 1), ("attention.q_lora_rank", 24), ("attention.kv_lora_rank", 32),
        ("attention.key_length", 40), ("attention.value_length", 32), ("attention.key_length_mla", 24), ("attention.value_length_mla", 16), ("rope.dimension_count", 8));
}
