using Rill.Models;
using Rill.Torch.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The weights of one layer as plain tensors on one device.</summary>
internal sealed class GpuLayer : IDisposable
{
    private readonly List<Tensor> _owned = [];

    public GpuLayer(DecoderSpec spec, WeightTensors weights, int index, Device device)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var attention = spec.HeadCount * spec.HeadDim;
        var keyValue = spec.KeyValueHeadCount * spec.HeadDim;
        QueryKeyValue = Linear(hidden, spec.QueryKeyValueBias, (names.Query(index), attention), (names.Key(index), keyValue), (names.Value(index), keyValue));
        Output = Linear(attention, spec.OutputBias, (names.Output(index), hidden));
        GateUp = Linear(hidden, spec.FeedForwardBias, (names.Gate(index), spec.FeedForwardSize), (names.Up(index), spec.FeedForwardSize));
        Down = Linear(spec.FeedForwardSize, spec.FeedForwardBias, (names.Down(index), hidden));
        AttentionNorm = Own(weights.Get(names.AttentionNorm(index), hidden));
        FeedForwardNorm = Own(weights.Get(names.FeedForwardNorm(index), hidden));
        QueryNorm = spec.QueryKeyNorm ? Own(weights.Get(names.QueryNorm(index), spec.HeadDim)) : null;
        KeyNorm = spec.QueryKeyNorm ? Own(weights.Get(names.KeyNorm(index), spec.HeadDim)) : null;

        (Tensor, Tensor?) Linear(long inputs, bool bias, params ReadOnlySpan<(string, long)> parts) =>
            (Own(weights.Stack(inputs, parts)), weights.StackBias(bias, parts) is { } stacked ? Own(stacked) : null);

        Tensor Own(Tensor tensor)
        {
            var placed = tensor.to(device);
            _owned.Add(tensor);
            if (!ReferenceEquals(placed, tensor))
            {
                _owned.Add(placed);
            }

            return placed;
        }
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

    public void Dispose() => _owned.ForEach(tensor => tensor.Dispose());
}
