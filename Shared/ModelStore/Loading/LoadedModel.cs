using Rill.Chat;
using Rill.Serving;

namespace Rill.ModelStore.Loading;

/// <summary>A model in memory, ready to serve.</summary>
/// <param name="Runner">What computes it.</param>
/// <param name="Chat">What the chat endpoint needs of it.</param>
/// <param name="Precision">The type that it computes in, for the log.</param>
public sealed record LoadedModel(IModelRunner Runner, ChatModel Chat, string Precision)
{
    /// <summary>What requests may name: the model, and its adapters while they are loaded.</summary>
    public ChatModelCollection Models { get; } = new(Chat);
}
