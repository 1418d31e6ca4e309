namespace Rill.Models;

/// <summary>
/// The names of what <see cref="AltUpSpec"/> and <see cref="DecoderSpec.LaurelRank"/> need; those that end in "Suffix" stand behind a layer's
/// number.
/// </summary>
public sealed record AltUpNames
{
    /// <summary>From the first stream to another, [hidden, hidden]; the stream's number less 1 follows.</summary>
    public string ProjectionPrefix { get; init; } = "model.altup_projections.";

    /// <summary>Back from another stream, [hidden, hidden]; the stream's number less 1 follows.</summary>
    public string UnembedPrefix { get; init; } = "model.altup_unembed_projections.";

    /// <summary>From a stream to what coefficients are made of, [streams, hidden].</summary>
    public string RouterSuffix { get; init; } = "altup.modality_router";

    /// <summary>The norm before it, [hidden].</summary>
    public string RouterNormSuffix { get; init; } = "altup.router_norm.weight";

    /// <summary>To the coefficients of the prediction, [streams * streams, streams].</summary>
    public string PredictionSuffix { get; init; } = "altup.prediction_coefs";

    /// <summary>To the coefficients of the correction, [streams, streams].</summary>
    public string CorrectionSuffix { get; init; } = "altup.correction_coefs";

    /// <summary>What the corrected first stream is multiplied with, [hidden].</summary>
    public string CorrectedScaleSuffix { get; init; } = "altup.correct_output_scale";

    /// <summary>The augmented residual's way to its rank, [rank, hidden].</summary>
    public string LaurelDownSuffix { get; init; } = "laurel.linear_left";

    /// <summary>Its way back, [hidden, rank].</summary>
    public string LaurelUpSuffix { get; init; } = "laurel.linear_right";

    /// <summary>The norm over it, [hidden].</summary>
    public string LaurelNormSuffix { get; init; } = "laurel.post_laurel_norm.weight";
}
