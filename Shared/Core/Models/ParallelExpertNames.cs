namespace Rill.Models;

/// <summary>The names of what <see cref="MoeSpec.BesideDense"/> needs, behind a layer's number.</summary>
public sealed record ParallelExpertNames
{
    /// <summary>What each element of the router's normed input is multiplied with, [hidden].</summary>
    public string RouterScaleSuffix { get; init; } = "router.scale";

    /// <summary>What an expert's weights are multiplied with, [experts].</summary>
    public string ExpertScalesSuffix { get; init; } = "router.per_expert_scale";

    /// <summary>The norm before the experts, [hidden].</summary>
    public string ExpertNormSuffix { get; init; } = "pre_feedforward_layernorm_2.weight";

    /// <summary>The norm over the dense feed-forward's result, [hidden].</summary>
    public string DensePostNormSuffix { get; init; } = "post_feedforward_layernorm_1.weight";

    /// <summary>The norm over the experts' result, [hidden].</summary>
    public string ExpertPostNormSuffix { get; init; } = "post_feedforward_layernorm_2.weight";
}
