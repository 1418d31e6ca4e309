using Rill.Models;

namespace Rill.Chat.Embeddings;

/// <summary>How a model makes embeddings.</summary>
/// <param name="Pooling">What of the hidden states becomes the vector.</param>
/// <param name="Dimensions">Values of a vector that is not shortened: the hidden size.</param>
public sealed record EmbeddingModel(PoolingKind Pooling, int Dimensions);
