using Rill.Serving;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// A step's sampling under way on the device. <see cref="GpuSampler.Read"/> waits for it, before anything else overwrites the logits.
/// </summary>
internal sealed class GpuSampling : IDisposable
{
    /// <summary>The steps, each with 1 + drafts rows.</summary>
    public required IReadOnlyList<SequenceStep> Steps { get; init; }

    /// <summary>Who is sampled where.</summary>
    public required SamplingRows Rows { get; init; }

    /// <summary>All rows as the model gave them, f32 [rows, vocabulary]; not disposed here.</summary>
    public required Tensor Logits { get; init; }

    /// <summary>The rows that are sampled here, with their changes, f32 [n, vocabulary]; null where there are none.</summary>
    public Tensor? Edited { get; init; }

    /// <summary>
    /// Their tokens, int64 [n, 1] on the device; negative where that is not settled without the host (<see cref="GpuDraw.Short"/>, or no token is
    /// possible). Null where there are none.
    /// </summary>
    public Tensor? Ids { get; init; }

    /// <summary>Reads <see cref="LogprobValues"/>; null where no row wants log-probabilities.</summary>
    public GpuLogprobs? Logprobs { get; init; }

    /// <summary>See <see cref="GpuLogprobs.Compute"/>.</summary>
    public Tensor? LogprobValues { get; init; }

    public void Dispose()
    {
        Edited?.Dispose();
        Ids?.Dispose();
        LogprobValues?.Dispose();
    }
}
