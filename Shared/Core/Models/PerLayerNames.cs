namespace Rill.Models;

/// <summary>The names of what <see cref="PerLayerInputSpec"/> needs; those that end in "Suffix" stand behind a layer's number.</summary>
public sealed record PerLayerNames
{
    /// <summary>The second embedding, [vocabulary, layers * width].</summary>
    public string Embedding { get; init; } = "model.embed_tokens_per_layer.weight";

    /// <summary>From the scaled token embedding to the vectors of all layers, [layers * width, hidden], without ".weight".</summary>
    public string Projection { get; init; } = "model.per_layer_model_projection";

    /// <summary>The norm over each of these vectors, [width].</summary>
    public string ProjectionNorm { get; init; } = "model.per_layer_projection_norm.weight";

    /// <summary>From the residual stream, [width, hidden].</summary>
    public string GateSuffix { get; init; } = "per_layer_input_gate";

    /// <summary>Back into it, [hidden, width].</summary>
    public string BackSuffix { get; init; } = "per_layer_projection";

    /// <summary>The norm over the way back, [hidden].</summary>
    public string PostNormSuffix { get; init; } = "post_per_layer_input_norm.weight";
}
