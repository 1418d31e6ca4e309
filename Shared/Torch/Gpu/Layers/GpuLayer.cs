using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The weights of one layer as plain tensors on one device.</summary>
internal sealed class GpuLayer
{
    public GpuLayer(DecoderSpec spec, DeviceWeights weights, int index)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var attention = spec.HeadCount * spec.HeadDim;
        var keyValue = spec.KeyValueHeadCount * spec.HeadDim;
        QueryKeyValue = weights.Linear(hidden, spec.QueryKeyValueBias, (names.Query(index), attention), (names.Key(index), keyValue), (names.Value(index), keyValue));
        Output = weights.Linear(attention, spec.OutputBias, (names.Output(index), hidden));
        GateUp = weights.Linear(hidden, spec.FeedForwardBias, (names.Gate(index), spec.FeedForwardSize), (names.Up(index), spec.FeedForwardSize));
        Down = weights.Linear(spec.FeedForwardSize, spec.FeedForwardBias, (names.Down(index), hidden));
        AttentionNorm = weights.Get(names.AttentionNorm(index), hidden);
        FeedForwardNorm = weights.Get(names.FeedForwardNorm(index), hidden);
        QueryNorm = spec.QueryKeyNorm == QueryKeyNorm.Head ? weights.Get(names.QueryNorm(index), spec.HeadDim) : null;
        KeyNorm = spec.QueryKeyNorm == QueryKeyNorm.Head ? weights.Get(names.KeyNorm(index), spec.HeadDim) : null;
    }

    public (Tensor Weight, Tensor? Bias) QueryKeyValue { get; }

    public (Tensor Weight, Tensor? Bias) Output { get; }

    public (Tensor Weight, Tensor? Bias) GateUp { get; }

    public (Tensor Weight, Tensor? Bias) Down { get; }

    public Tensor AttentionNorm { get; }

    public Tensor FeedForwardNorm { get; }

    /// <summary>Over each query head; null where the architecture has none.</summary>
    public Tensor? QueryNorm { get; }

    /// <summary>Over each key head; null where the architecture has none.</summary>
    public Tensor? KeyNorm { get; }
}
