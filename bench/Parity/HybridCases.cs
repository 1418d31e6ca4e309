namespace Rill.Bench.Parity;

/// <summary>Architectures with a state among <see cref="ParityCases"/>.</summary>
internal static class HybridCases
{
    private const int Hidden = 64, KeyHeads = 2, Width = 16;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ParityCase> All { get; } =
    [
        Convolutions("lfm2"),
        ParityCases.Experts(Convolutions("lfm2moe")).With(
            ("leading_dense_block_count", 1), ("expert_feed_forward_length", 32), ("expert_gating_func", 2)),
        Apart("qwen35", valueHeads: 2),
        Apart("qwen35", valueHeads: 6) with { Variant = "more value heads" },
        Experts(Apart("qwen35moe", valueHeads: 4)),
        Experts(Apart("qwen3next", valueHeads: 2)),
        Experts(Apart("qwen3next", valueHeads: 6)) with { Variant = "more value heads" },
        Experts(Joined("qwen3next", valueHeads: 6)) with { Variant = "joined projections" },
    ];

    /// <summary>Short convolutions where there are no heads of keys.</summary>
    private static ParityCase Convolutions(string architecture) =>
        ParityCases.Plain(architecture, layers: 4).With(("attention.head_count_kv", (int[])[0, 2, 0, 2]), ("shortconv.l_cache", 3));

    /// <summary>Three delta nets and attention.</summary>
    private static ParityCase Delta(string architecture, int valueHeads) => ParityCases.Plain(architecture, layers: 4).With(
        ("ssm.conv_kernel", 4), ("ssm.inner_size", valueHeads * Width), ("ssm.state_size", Width), ("ssm.time_step_rank", valueHeads),
        ("ssm.group_count", KeyHeads), ("full_attention_interval", 4), ("rope.dimension_count", 8), ("rope.dimension_sections", (int[])[2, 1, 1, 0]));

    /// <summary>The gate has a matrix of its own.</summary>
    private static ParityCase Apart(string architecture, int valueHeads) => Delta(architecture, valueHeads).Besides(
        OfDeltaNets(("attn_qkv.weight", [((2 * KeyHeads) + valueHeads) * Width, Hidden]), ("attn_gate.weight", [valueHeads * Width, Hidden])));

    /// <summary>Queries, keys, values and gates are in one matrix, by key head.</summary>
    private static ParityCase Joined(string architecture, int valueHeads) => Delta(architecture, valueHeads).Besides(
        OfDeltaNets(("ssm_in.weight", [2 * (KeyHeads + valueHeads) * Width, Hidden])));

    private static ParityCase Experts(ParityCase model) =>
        ParityCases.Experts(model).With(("expert_feed_forward_length", 32), ("expert_shared_feed_forward_length", 48));

    private static (string Name, long[] Shape)[] OfDeltaNets(params (string Name, long[] Shape)[] tensors) =>
        [.. from layer in Enumerable.Range(0, 3) from tensor in tensors select ($"blk.{layer}.{tensor.Name}", tensor.Shape)];
}
