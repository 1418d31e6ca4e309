namespace Rill.Bench.Parity;

/// <summary>Gemma 3n and Gemma 4, whose layers differ.</summary>
internal static class GemmaCases
{
    private const int WideHead = 32;
    private const string Pattern = "attention.sliding_window_pattern";

    // Scores are not divided by the root of the heads' width, which trained norms make up for.
    private static readonly (string Pattern, float Factor) s_queryNorms = ("attn_q_norm", 0.25f);

    /// <summary>All of them.</summary>
    public static IEnumerable<ParityCase> All =>
    [
        Gemma4([true, true, false, true, true, false], layersWithValues: [0, 1, 2, 3, 4, 5]),
        Gemma4([true, true, false, true, true, false], layersWithValues: [0, 1, 3, 4]).With(
            ("attention.head_count_kv", (int[])[2, 2, 1, 2, 2, 1]), ("final_logit_softcapping", 0f)) with { Variant = "values are keys" },
        Gemma4([true, false, true, false], layersWithValues: [0, 1]).With(
            ("attention.shared_kv_layers", 2), ("embedding_length_per_layer_input", 8), ("feed_forward_length", (int[])[96, 96, 192, 192]),
            ("final_logit_softcapping", 20f)) with { Variant = "per-layer inputs, shared keys" },
        Gemma4Experts().Besides(
            ("blk.*.ffn_gate_up_exps.weight", [ParityCases.ExpertCount, 2 * 32, ParityCases.Hidden])) with { Variant = "experts, gates stacked" },
        Gemma4Experts().Besides(
            ("blk.*.ffn_gate_exps.weight", [ParityCases.ExpertCount, 32, ParityCases.Hidden]),
            ("blk.*.ffn_up_exps.weight", [ParityCases.ExpertCount, 32, ParityCases.Hidden])) with { Variant = "experts" },
        Gemma3n(),
    ];

    /// <summary>In a layer without the tensor attn_v values are what keys are before their norm.</summary>
    private static ParityCase Gemma4(bool[] slides, int[] layersWithValues) => ParityCases.Windows(ParityCases.Plain("gemma4", slides.Length)).With(
        (Pattern, slides), ("attention.key_length", WideHead), ("attention.value_length", WideHead), ("attention.key_length_swa", (int)ParityCases.Head),
        ("attention.value_length_swa", (int)ParityCases.Head), ("rope.dimension_count", WideHead), ("rope.dimension_count_swa", (int)ParityCases.Head),
        ("rope.freq_base", 1e6f), ("rope.freq_base_swa", 1e4f), ("embedding_length_per_layer_input", 0)) with
    {
        Beside =
        [
            ("blk.*.layer_output_scale.weight", [1]),
            .. layersWithValues.Select(layer => ($"blk.{layer}.attn_v.weight", (long[])[2 * (slides[layer] ? ParityCases.Head : WideHead), ParityCases.Hidden])),
        ],
        Smaller = [s_queryNorms],
        Deviation = (1e-5, ParityCases.Gelu),
    };

    private static ParityCase Gemma4Experts() => ParityCases.Experts(Gemma4([true, true, false], layersWithValues: [0, 1, 2]))
        .With(("expert_feed_forward_length", 32)).Besides(
            ("blk.*.ffn_gate_inp.weight", [ParityCases.ExpertCount, ParityCases.Hidden]), ("blk.*.ffn_gate_inp.scale", [ParityCases.Hidden]),
            ("blk.*.pre_ffw_norm_2.weight", [ParityCases.Hidden]), ("blk.*.post_ffw_norm_1.weight", [ParityCases.Hidden]),
            ("blk.*.post_ffw_norm_2.weight", [ParityCases.Hidden]), ("blk.*.ffn_down_exps.weight", [ParityCases.ExpertCount, ParityCases.Hidden, 32]),
            ("blk.*.ffn_down_exps.scale", [ParityCases.ExpertCount]));

    /// <summary>
    /// llama.cpp fixes that the first 20 layers have keys and the first 10 a cutoff. It takes the deviation of a sample where the published model
    /// takes a population's, and does not read the file's cutoffs: with some that are greater by as much, both compute the same.
    /// </summary>
    private static ParityCase Gemma3n()
    {
        const int layers = 25;
        var cutoff = 1.6448533535f * MathF.Sqrt((float)ParityCases.Inner / (ParityCases.Inner - 1));
        return ParityCases.Windows(ParityCases.Plain("gemma3n", layers)).With(
            (Pattern, Enumerable.Range(0, layers).Select(layer => layer % 5 != 4).ToArray()), ("attention.shared_kv_layers", layers - 20),
            ("embedding_length_per_layer_input", 256), ("altup.num_inputs", 4), ("altup.active_idx", 0), ("rope.freq_base", 1e6f),
            ("activation_sparsity_scale", Enumerable.Range(0, layers).Select(layer => layer < 10 ? cutoff : float.NegativeInfinity).ToArray())) with
        {
            Smaller = [s_queryNorms, ("post.*_norm", 0.2f)],
            Deviation = (1e-5, ParityCases.Gelu),
        };
    }
}
