namespace Rill.Models;

/// <summary>The names of a delta net's tensors behind a layer's number: see <see cref="DeltaNetSpec"/>. The defaults are Qwen 3.5's.</summary>
public sealed record DeltaNetNames
{
    /// <summary>The projection to queries, [keyHeads * keyWidth, hidden], by recipe.</summary>
    public string Query { get; init; } = "linear_attn.q_proj";

    /// <summary>The projection to keys, [keyHeads * keyWidth, hidden], by recipe.</summary>
    public string Key { get; init; } = "linear_attn.k_proj";

    /// <summary>The projection to values, [valueHeads * valueWidth, hidden], by recipe.</summary>
    public string Value { get; init; } = "linear_attn.v_proj";

    /// <summary>The projection to the output's gate z, [valueHeads * valueWidth, hidden].</summary>
    public string Gate { get; init; } = "linear_attn.in_proj_z";

    /// <summary>The projection to b, [valueHeads, hidden].</summary>
    public string Beta { get; init; } = "linear_attn.in_proj_b";

    /// <summary>The projection to a, [valueHeads, hidden].</summary>
    public string Decay { get; init; } = "linear_attn.in_proj_a";

    /// <summary>The convolution over [queries | keys | values], [channels, 1, taps], the current token's tap last.</summary>
    public string Convolution { get; init; } = "linear_attn.conv1d.weight";

    /// <summary>A, or what <see cref="DeltaNetSpec.LogarithmicRates"/> says, [valueHeads].</summary>
    public string DecayRate { get; init; } = "linear_attn.A_log";

    /// <summary>The bias of a, [valueHeads].</summary>
    public string DecayBias { get; init; } = "linear_attn.dt_bias";

    /// <summary>The norm over each head's result, [valueWidth]; never with an offset.</summary>
    public string Norm { get; init; } = "linear_attn.norm.weight";

    /// <summary>The output projection, [hidden, valueHeads * valueWidth].</summary>
    public string Output { get; init; } = "linear_attn.out_proj";
}

/// <summary>The names of a short convolution's tensors behind a layer's number: see <see cref="ShortConvSpec"/>. They are LFM2's.</summary>
public sealed record ShortConvNames
{
    /// <summary>The projection to [B | C | u], [3 * hidden, hidden].</summary>
    public string Input { get; init; } = "conv.in_proj";

    /// <summary>The convolution, [hidden, 1, taps], the current token's tap last.</summary>
    public string Convolution { get; init; } = "conv.conv.weight";

    /// <summary>The output projection, [hidden, hidden].</summary>
    public string Output { get; init; } = "conv.out_proj";
}
