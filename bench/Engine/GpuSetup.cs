namespace Rill.Bench.Engine;

/// <summary>How Rill's engine is set up to be measured on a GPU: many sequences, whose prompts go in one step.</summary>
/// <param name="Device">Such as cuda.</param>
/// <param name="Graphs">Whether decoding steps are captured.</param>
internal sealed record GpuSetup(string Device, bool Graphs)
{
    /// <summary>Sequences at once.</summary>
    public const int MaxSequences = 256;

    /// <summary>Tokens of a step.</summary>
    public const int TokenBudget = 16_384;

    /// <summary>Tokens of a sequence, so that so many fit.</summary>
    public const int ContextLength = 1_024;
}
