namespace Rill.Models.Architectures;

/// <summary>
/// What an architecture's configuration class in the transformers library takes for members that its config.json does not have at all;
/// a member that is null there is none. Null here: the number of heads, the width divided by the heads, no window.
/// </summary>
internal sealed record ConfigDefaults
{
    /// <summary>num_key_value_heads.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>head_dim.</summary>
    public int? HeadDim { get; init; }

    /// <summary>sliding_window.</summary>
    public int? SlidingWindow { get; init; }
}
