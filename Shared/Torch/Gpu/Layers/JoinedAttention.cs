using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention of a step's single tokens and of its prompts, each in the way that suits it: a kernel that knows of single queries lets the heads of a
/// group share their keys, and shares out long texts.
/// </summary>
/// <param name="singles">Of the first rows.</param>
/// <param name="count">How many those are.</param>
/// <param name="runs">Of the others.</param>
internal sealed class JoinedAttention(IGpuAttention singles, int count, IGpuAttention runs) : IGpuAttention
{
    public Tensor Forward(Tensor queries, int layer, Tensor? sinks) => cat(
        [
            singles.Forward(queries.narrow(0, 0, count), layer, sinks),
            runs.Forward(queries.narrow(0, count, queries.shape[0] - count), layer, sinks),
        ], 0);
}
