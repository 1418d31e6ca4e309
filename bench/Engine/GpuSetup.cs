namespace Rill.Bench.Engine;

/// <summary>How Rill's engine is set up to be measured on a GPU: many sequences, whose prompts go in one step.</summary>
/// <param name="Device">Such as cuda; cpu for the GPU's decoder on the CPU's tensors.</param>
/// <param name="Graphs">Whether decoding steps are captured, where the device can.</param>
internal sealed record GpuSetup(string Device, bool Graphs)
{
    /// <summary>Sequences at once.</summary>
    public int MaxSequences { get; init; } = 256;

    /// <summary>Tokens of a step.</summary>
    public int TokenBudget { get; init; } = 16_384;

    /// <summary>Tokens of a sequence, so that so many fit and the longest prompt does.</summary>
    public int ContextLength { get; init; } = 2_304;
}
