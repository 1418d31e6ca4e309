using Rill.Serving;
using TorchSharp;

namespace Rill.Torch.Decoding;

/// <summary>A decoder with its weights and KV cache, on one device. Called by one thread.</summary>
internal interface IDecoder : IDisposable
{
    /// <summary>
    /// Computes a step's rows, writes their keys and values to their slots, and returns the logits of the sampling rows,
    /// f32 [sampling rows, vocabulary], which the caller disposes before the next step; null when no row samples.
    /// </summary>
    torch.Tensor? Forward(StepPlan plan);

    /// <summary>Gives a slot's memory back.</summary>
    void ReleaseSlot(int slot);

    /// <summary>Gives a cached block's memory back.</summary>
    void ReleaseBlock(int block);

    /// <summary>Copies a cached block into a slot.</summary>
    void Restore(BlockCopy copy);

    /// <summary>Copies a block of a slot into the cache.</summary>
    void Save(BlockCopy copy);
}
