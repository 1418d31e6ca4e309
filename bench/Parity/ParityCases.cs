namespace Rill.Bench.Parity;

/// <summary>The models that are compared: each architecture that both know, as small as llama.cpp allows.</summary>
internal static class ParityCases
{
    private const string Biases = @"\.bias$", AttentionBiases = @"attn_.*\.bias$", FeedForwardBiases = @"ffn_.*\.bias$", Divisors = "^rope_f", HeadNorms = "attn_[qk]_norm";
    private const string Gelu = "llama.cpp looks GELU up in a table of f16";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ParityCase> All { get; } =
    [
        Plain("llama") with { Without = [Biases, Divisors] },
        Plain("llama") with { Variant = "biases, rope_freqs" },
        Plain("llama").With(("rope.scaling.type", "linear"), ("rope.scaling.factor", 4f)) with { Variant = "linear", Without = [Biases, Divisors] },
        Experts(Plain("llama")) with { Variant = "experts", Without = [Biases, Divisors] },
        Plain("arcee") with { Without = [Biases, Divisors] },
        Plain("qwen2") with { Without = [@"output\.bias$"] },
        Yarn(Plain("qwen2")) with { Variant = "yarn", Without = [@"output\.bias$"] },
        Plain("qwen3") with { Without = [Biases] },
        Experts(Plain("qwen2moe")).With(("expert_feed_forward_length", 32), ("expert_shared_feed_forward_length", 64)),
        Experts(Plain("qwen3moe")).With(("expert_feed_forward_length", 32)) with { Without = [Biases] },
        Plain("gemma") with { Deviation = (1e-5, Gelu) },
        Windows(Plain("gemma2", layers: 4)).With(("attn_logit_softcapping", 50f), ("final_logit_softcapping", 30f)) with { Deviation = (1e-5, Gelu) },
        Windows(Plain("gemma3", layers: 6)) with { Without = [Biases], Deviation = (1e-5, Gelu) },
        Yarn(Windows(Experts(Plain("gpt-oss")))).With(("expert_feed_forward_length", 32)) with { Deviation = (1e-5, "llama.cpp rounds yarn's bounds to whole pairs") },
        Plain("phi2", epsilon: "layer_norm_epsilon").With(("attention.head_count_kv", 4)) with { Without = [@"attn_[qkv]\."], Deviation = (1e-5, Gelu) },
        Windows(Plain("phi3")) with { Without = [Divisors, @"attn_[qkv]\.", Biases] },
        Windows(Plain("phi3")).With(("rope.scaling.type", "longrope"), ("rope.scaling.original_context_length", 32), ("rope.scaling.attn_factor", 1.1f))
            with { Variant = "longrope", Without = ["^rope_freqs", @"attn_[qkv]\.", Biases] },
        Plain("glm4").With(("rope.dimension_count", 8)) with { Without = [@"attn_qkv", Biases] },
        Plain("glm4").With(("rope.dimension_count", 8)) with { Variant = "biases", Without = [@"attn_qkv", @"attn_output\.bias", FeedForwardBiases] },
        Shared(Experts(Plain("glm4moe", layers: 3))).With(("rope.dimension_count", 8), ("leading_dense_block_count", 1), ("nextn_predict_layers", 0))
            with { Without = [HeadNorms, Biases.Replace(@"\.", @"attn_.*\.", StringComparison.Ordinal)] },
        Shared(Experts(Plain("glm4moe", layers: 3))).With(("rope.dimension_count", 8), ("leading_dense_block_count", 1), ("nextn_predict_layers", 0))
            with { Variant = "head norms, biases", Without = [@"attn_output\.bias"] },
        Multipliers(Plain("granite")) with { Without = [Biases, Divisors] },
        Experts(Multipliers(Plain("granitemoe"))) with { Without = [Biases, Divisors, "shexp"] },
        Experts(Multipliers(Plain("granitemoe"))).With(("expert_shared_feed_forward_length", 48)) with { Variant = "shared", Without = [Biases, Divisors] },
        Plain("command-r", epsilon: "layer_norm_epsilon").With(("logit_scale", 0.0625f)) with { Without = [HeadNorms, Biases] },
        Windows(Plain("cohere2", layers: 4, epsilon: "layer_norm_epsilon")).With(("logit_scale", 0.25f)) with { Without = [Biases] },
        Plain("olmo2"),
        Yarn(Windows(Plain("olmo2", layers: 4))) with { Variant = "windows, yarn" },
        Plain("exaone4") with { Without = [Divisors] },
        Plain("smollm3", layers: 4) with { Without = [Biases, Divisors] },
        Plain("starcoder2", epsilon: "layer_norm_epsilon") with { Deviation = (1e-5, Gelu) },
        Plain("stablelm", epsilon: "layer_norm_epsilon").With(("rope.dimension_count", 8), ("use_parallel_residual", false)) with { Without = [HeadNorms, AttentionBiases] },
        Plain("stablelm", epsilon: "layer_norm_epsilon").With(("rope.dimension_count", 8), ("use_parallel_residual", false)) with { Variant = "biases", Without = [HeadNorms, @"attn_output\.bias"] },
        Plain("gptneox", epsilon: "layer_norm_epsilon").With(("attention.head_count_kv", 4), ("rope.dimension_count", 8), ("use_parallel_residual", true)) with { Without = [@"attn_[qkv]\."], Variant = "parallel", Deviation = (1e-5, Gelu) },
        Plain("gptneox", epsilon: "layer_norm_epsilon").With(("attention.head_count_kv", 4), ("rope.dimension_count", 8), ("use_parallel_residual", false)) with { Without = [@"attn_[qkv]\."], Variant = "sequential", Deviation = (1e-5, Gelu) },
        Plain("gpt2", epsilon: "layer_norm_epsilon").With(("attention.head_count_kv", 4)) with { Without = [@"attn_[qkv]\."], Deviation = (1e-5, Gelu) },
        Plain("nemotron", epsilon: "layer_norm_epsilon").With(("rope.dimension_count", 8)) with { Without = [AttentionBiases, FeedForwardBiases] },
        Plain("internlm2") with { Without = [Biases] },
        Plain("seed_oss") with { Without = [@"attn_output\.bias", FeedForwardBiases] },
        Plain("ernie4_5") with { Without = [Biases] },
        Plain("hunyuan-dense") with { Without = [Biases] },
        Experts(Plain("olmoe")).With(("attention.head_count_kv", 4)),
        Experts(Plain("minimax-m2")).With(("rope.dimension_count", 8), ("expert_feed_forward_length", 32), ("expert_gating_func", 2)),
        Multipliers(Plain("minicpm")) with { Without = [Biases, Divisors] },
        Yarn(Plain("mistral3")).With(("attention.temperature_scale", 0.1f), ("rope.scaling.yarn_log_multiplier", 1f)) with { Without = [Biases, Divisors] },
        Experts(Plain("llama4", layers: 4), used: 1).With(("interleave_moe_layer_step", 2), ("expert_feed_forward_length", 32)) with { Without = [Divisors, Biases] },
        Latent(Shared(Experts(Plain("deepseek2", layers: 3)))),
        Yarn(Latent(Shared(Experts(Plain("deepseek2", layers: 3))))).With(("rope.scaling.yarn_log_multiplier", 0.1f), ("expert_group_count", 4), ("expert_group_used_count", 2))
            with { Variant = "yarn, groups" },
        Latent(Shared(Experts(Plain("deepseek2", layers: 27)))).Less("attention.q_lora_rank").With(("expert_gating_func", 1), ("expert_weights_norm", false))
            with { Variant = "V2 Lite", Without = ["exp_probs_b"] },
    ];

    private static ParityCase Plain(string architecture, int layers = 2, string epsilon = "layer_norm_rms_epsilon") => new ParityCase(architecture).With(
        ("vocab_size", 128), ("context_length", 256), ("embedding_length", 64), ("block_count", layers), ("feed_forward_length", 96),
        ("attention.head_count", 4), ("attention.head_count_kv", 2), ("attention.key_length", 16), ("attention.value_length", 16),
        ($"attention.{epsilon}", 1e-5f), ("rope.dimension_count", 16), ("rope.freq_base", 10_000f));

    private static ParityCase Experts(ParityCase model, int used = 3) => model.With(("expert_count", 8), ("expert_used_count", used));

    private static ParityCase Shared(ParityCase model) => model.With(
        ("expert_shared_count", 1), ("expert_feed_forward_length", 32), ("expert_weights_scale", 1.5f), ("expert_weights_norm", true), ("expert_gating_func", 2));

    private static ParityCase Windows(ParityCase model) => model.With(("attention.sliding_window", 8));

    private static ParityCase Yarn(ParityCase model) => model.With(
        ("rope.scaling.type", "yarn"), ("rope.scaling.factor", 4f), ("rope.scaling.original_context_length", 64));

    private static ParityCase Multipliers(ParityCase model) => model.With(
        ("embedding_scale", 6f), ("residual_scale", 0.3f), ("attention.scale", 0.2f), ("logit_scale", 4f));

    private static ParityCase Latent(ParityCase model) => model.With(
        ("leading_dense_block_count", 1), ("attention.head_count_kv", 1), ("attention.q_lora_rank", 24), ("attention.kv_lora_rank", 32),
        ("attention.key_length", 40), ("attention.value_length", 32), ("attention.key_length_mla", 24), ("attention.value_length_mla", 16), ("rope.dimension_count", 8));
}
