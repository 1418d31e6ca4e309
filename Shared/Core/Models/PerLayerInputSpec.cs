namespace Rill.Models;

/// <summary>
/// Per-layer embeddings (Gemma 3n): beside the residual stream each layer gets a small vector of the token, e = (t + u) / sqrt(2) with
/// t = the token's row of a second embedding times sqrt(<see cref="Width"/>) and u = norm(projection of the scaled token embedding / sqrt(hidden)).
/// Its layer ends with norm(projection(act(gate x) * e)).
/// </summary>
/// <param name="Width">Elements of a layer's vector.</param>
/// <param name="Vocabulary">Rows of the second embedding; tokens beyond have its first row.</param>
public sealed record PerLayerInputSpec(int Width, int Vocabulary);
