namespace Rill.Models;

/// <summary>
/// Alternating updates (AltUp, arXiv 2301.13310) as in Gemma 3n: several residual streams, of which each layer's branches compute on the
/// first. Before a layer all streams are predicted as linear combinations of one another, and after it they are corrected by what the layer
/// has changed in the first. After the last layer the answer is the streams' mean.
/// </summary>
/// <param name="Streams">Residual streams, at least 2.</param>
/// <param name="ScalesCorrected">True when the corrected first stream has a weight for each element where per-layer inputs see it.</param>
public sealed record AltUpSpec(int Streams, bool ScalesCorrected);
