namespace Rill.Models.Architectures;

/// <summary>
/// What an architecture's configuration class in the transformers library takes for members that its config.json does not have at all,
/// and how that class spells some of them; a member that is null there is none.
/// </summary>
internal sealed record ConfigDefaults
{
    /// <summary>The member for hidden_size.</summary>
    public string HiddenSizeName { get; init; } = "hidden_size";

    /// <summary>Its value; null: must be there.</summary>
    public int? HiddenSize { get; init; }

    /// <summary>The member for num_hidden_layers.</summary>
    public string LayersName { get; init; } = "num_hidden_layers";

    /// <summary>Its value; null: must be there.</summary>
    public int? Layers { get; init; }

    /// <summary>The member for num_attention_heads.</summary>
    public string HeadsName { get; init; } = "num_attention_heads";

    /// <summary>Its value; null: must be there.</summary>
    public int? Heads { get; init; }

    /// <summary>num_key_value_heads; null: as many as heads.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>head_dim; null: the width divided by the heads.</summary>
    public int? HeadDim { get; init; }

    /// <summary>The member for intermediate_size.</summary>
    public string FeedForwardSizeName { get; init; } = "intermediate_size";

    /// <summary>Its value; null: must be there.</summary>
    public int? FeedForwardSize { get; init; }

    /// <summary>True where the class also takes a list of one for each layer.</summary>
    public bool FeedForwardSizeByLayer { get; init; }

    /// <summary>vocab_size; null: must be there.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>The member for max_position_embeddings.</summary>
    public string ContextLengthName { get; init; } = "max_position_embeddings";

    /// <summary>Its value; null: must be there.</summary>
    public int? ContextLength { get; init; }

    /// <summary>sliding_window; null: none.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>tie_word_embeddings.</summary>
    public bool Tied { get; init; }

    /// <summary>The member that holds the norms' epsilon.</summary>
    public string NormEpsilonName { get; init; } = "rms_norm_eps";

    /// <summary>Its value.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>The members that name the feed-forward's activation; the first that is there holds.</summary>
    public string[] ActivationNames { get; init; } = ["hidden_act"];

    /// <summary>The activation.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>What holds for rotary positions; null: the class has none, or its reader sees to them itself.</summary>
    public RotaryDefaults? Rotary { get; init; } = new();
}

/// <summary>What an architecture's class takes for rotary members that are absent, and how it spells and reads them.</summary>
internal sealed record RotaryDefaults
{
    /// <summary>The member that holds the base of the frequencies.</summary>
    public string ThetaName { get; init; } = "rope_theta";

    /// <summary>The base.</summary>
    public double Theta { get; init; } = 10_000;

    /// <summary>The member that holds which share of a head is rotated.</summary>
    public string ShareName { get; init; } = "partial_rotary_factor";

    /// <summary>That share; null: the class rotates whole heads and knows no share.</summary>
    public double? Share { get; init; }

    /// <summary>True when the class rotates neighbours against each other.</summary>
    public bool Interleaved { get; init; }

    /// <summary>True when the class calls "yarn" what others call longrope: Phi-3's first configurations.</summary>
    public bool YarnIsLongRope { get; init; }

    /// <summary>
    /// True when the class turns stretches of a head by positions in time, height and width (mrope, arXiv 2409.12191), which in a text are one.
    /// </summary>
    public bool MultiSection { get; init; }

    /// <summary>Members of a rotary section beside those of its type that the class reads itself, or that it writes and never reads.</summary>
    public string[] OwnMembers { get; init; } = [];
}
