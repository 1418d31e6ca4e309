using Rill.Serving;
using TorchSharp;

namespace Rill.Torch.Decoding;

/// <summary>A decoder with its weights and KV cache, on one device. Called by one thread.</summary>
internal interface IDecoder
{
    /// <summary>Computes a step's rows, writes their keys and values to their slots, and returns what is wanted of them.</summary>
    StepOutput Forward(StepPlan plan);

    /// <summary>
    /// Queues that slots' sequences are given tokens, for a step that is launched before they are read (<see cref="StepPlan.Awaited"/>). Only where
    /// steps overlap.
    /// </summary>
    /// <param name="slots">Int64 on the device, each once.</param>
    /// <param name="tokens">Int64 on the device, as many as slots; negative where there is none yet.</param>
    void NoteSampled(torch.Tensor slots, torch.Tensor tokens) => throw new NotSupportedException("This decoder's steps do not overlap.");

    /// <summary>Gives a slot's memory back; where steps overlap, one that is queued may still use it, as with a block's.</summary>
    void ReleaseSlot(int slot);

    /// <summary>Gives a cached block's memory back.</summary>
    void ReleaseBlock(int block);

    /// <summary>Copies cached blocks into slots.</summary>
    void Restore(IReadOnlyList<BlockCopy> copies);

    /// <summary>Copies blocks of slots into the cache.</summary>
    void Save(IReadOnlyList<BlockCopy> copies);

    /// <summary>Gives the memory of a saved state back. Only where slots have states, as the next two.</summary>
    void ReleaseState(int state);

    /// <summary>Copies a saved state into a slot.</summary>
    void Restore(StateCopy copy);

    /// <summary>Saves the states of a slot.</summary>
    void Save(StateCopy copy);

    /// <summary>
    /// Says that a step failed, in the decoder or behind it, perhaps for want of memory: what was captured over memory that may have gone is
    /// forgotten.
    /// </summary>
    void Recover();

    /// <inheritdoc cref="IModelRunner.LoadAdapter"/>
    AdapterSummary LoadAdapter(int number, ModelFiles files);

    /// <summary>True when sequences may name this adapter.</summary>
    bool HasAdapter(int number);

    /// <inheritdoc cref="IModelRunner.UnloadAdapter"/>
    void UnloadAdapter(int number);
}

/// <summary>What a step computed. It lies over memory that the next step may overwrite: read and dispose it before.</summary>
/// <param name="Logits">Of the plan's rows whose logits are wanted, f32 [rows, vocabulary]; null when there are none.</param>
/// <param name="Hidden">Of the plan's pooling rows, after the final norm, f32 [pooling rows, hidden]; null when there are none.</param>
/// <param name="Slots">Where steps overlap: of the same rows, int64 [rows]; null when there are none.</param>
internal sealed record StepOutput(torch.Tensor? Logits, torch.Tensor? Hidden, torch.Tensor? Slots = null) : IDisposable
{
    public void Dispose()
    {
        Logits?.Dispose();
        Hidden?.Dispose();
        Slots?.Dispose();
    }
}
