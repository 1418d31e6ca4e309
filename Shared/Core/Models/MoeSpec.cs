namespace Rill.Models;

/// <summary>How a router's scores become weights.</summary>
public enum RouterScore
{
    /// <summary>Softmax over all experts, then the best are taken.</summary>
    SoftmaxAll,

    /// <summary>The best logits are taken, then softmax over those only.</summary>
    SoftmaxTop,

    /// <summary>Sigmoid of each logit.</summary>
    Sigmoid,
}

/// <summary>How a group of experts is scored for the choice among groups.</summary>
public enum GroupScore
{
    /// <summary>Its best expert's score.</summary>
    Best,

    /// <summary>The sum of its two best experts' scores.</summary>
    SumOfTwoBest,
}

/// <summary>A feed-forward of experts, of which a router picks some for each token.</summary>
public sealed record MoeSpec
{
    /// <summary>Experts.</summary>
    public required int Experts { get; init; }

    /// <summary>Experts that a token goes through; at most <see cref="Experts"/>.</summary>
    public required int Top { get; init; }

    /// <summary>Width of an expert.</summary>
    public required int Width { get; init; }

    /// <summary>How scores are made.</summary>
    public RouterScore Score { get; init; }

    /// <summary>True when the weights of the chosen experts are divided by their sum.</summary>
    public bool Normalize { get; init; }

    /// <summary>Added to the sum by which <see cref="Normalize"/> divides.</summary>
    public float NormalizeEpsilon { get; init; }

    /// <summary>What weights are multiplied with after all else.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>A bias for each expert that counts in the choice only, not in the weights.</summary>
    public bool SelectionBias { get; init; }

    /// <summary>Groups into which the experts are cut for the choice; 1 for none.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Groups that may be chosen from.</summary>
    public int TopGroups { get; init; } = 1;

    /// <summary>How groups are scored.</summary>
    public GroupScore GroupScore { get; init; }

    /// <summary>True when a weight multiplies the expert's input and not its output.</summary>
    public bool ScaleInput { get; init; }

    /// <summary>A bias on the router's logits.</summary>
    public bool RouterBias { get; init; }

    /// <summary>Biases on the experts' projections.</summary>
    public bool ExpertBias { get; init; }

    /// <summary>Width of an expert that every token goes through; 0 for none.</summary>
    public int SharedWidth { get; init; }

    /// <summary>True when the shared expert's result is multiplied with a sigmoid of its own, of a projection [1, hidden].</summary>
    public bool SharedGate { get; init; }

    /// <summary>
    /// True when the layer has the dense feed-forward, too, and the result is n1(dense(input)) + n2(experts(n3(x))), x being the residual
    /// stream and n1 to n3 norms. The router sees norm(x) * scale / sqrt(hidden) with a scale for each element, and a chosen expert's weight is
    /// multiplied with a scale of the expert's own (Gemma 4).
    /// </summary>
    public bool BesideDense { get; init; }
}
