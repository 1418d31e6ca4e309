using Rill.Serving;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// A step's sampling under way on the device. <see cref="GpuSampler.Read"/> reads it once it is done.
/// </summary>
internal sealed class GpuSampling : IDisposable
{
    /// <summary>The steps, each with 1 + drafts rows.</summary>
    public required IReadOnlyList<SequenceStep> Steps { get; init; }

    /// <summary>Who is sampled where.</summary>
    public required SamplingRows Rows { get; init; }

    /// <summary>All rows as the model gave them, f32 [rows, vocabulary]; not disposed here, and gone once another step is queued.</summary>
    public required Tensor Logits { get; init; }

    /// <summary>
    /// Which rows are sampled here, int64 [n] on the device, where the next launch overwrites them; null for all.
    /// </summary>
    public Tensor? Chosen { get; init; }

    /// <summary>The rows that are sampled here, with their changes, f32 [n, vocabulary]; null where there are none.</summary>
    public Tensor? Edited { get; init; }

    /// <summary>
    /// Their tokens, int64 [n, 1] on the device; negative where that is not settled without the host (<see cref="GpuDraw.Short"/>, or no token is
    /// possible). Null where there are none.
    /// </summary>
    public Tensor? Ids { get; init; }

    /// <summary>The same on the host, once the device is done.</summary>
    public Tensor? IdsOnHost { get; init; }

    /// <summary>Reads <see cref="LogprobsOnHost"/>; null where no row wants log-probabilities.</summary>
    public GpuLogprobs? Logprobs { get; init; }

    /// <summary>See <see cref="GpuLogprobs.Compute"/>; on the host, once the device is done.</summary>
    public Tensor? LogprobsOnHost { get; init; }

    public void Dispose()
    {
        Chosen?.Dispose();
        Edited?.Dispose();
        Ids?.Dispose();
        IdsOnHost?.Dispose();
        LogprobsOnHost?.Dispose();
    }
}
