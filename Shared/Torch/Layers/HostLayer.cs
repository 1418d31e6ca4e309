using Rill.Models;
using Rill.Torch.Kernels;

namespace Rill.Torch.Layers;

/// <summary>The weights of one layer on the CPU; norms are f32, as their kernels want them.</summary>
internal sealed class HostLayer : IDisposable
{
    public HostLayer(DecoderSpec spec, WeightTensors weights, int index)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var attention = spec.HeadCount * spec.HeadDim;
        var keyValue = spec.KeyValueHeadCount * spec.HeadDim;
        ReadOnlySpan<(string, long)> queryKeyValue = [(names.Query(index), attention), (names.Key(index), keyValue), (names.Value(index), keyValue)];
        ReadOnlySpan<(string, long)> gateUp = [(names.Gate(index), spec.FeedForwardSize), (names.Up(index), spec.FeedForwardSize)];
        ReadOnlySpan<(string, long)> output = [(names.Output(index), hidden)];
        ReadOnlySpan<(string, long)> down = [(names.Down(index), hidden)];

        QueryKeyValue = new(weights.Stack(hidden, queryKeyValue), weights.StackBias(spec.QueryKeyValueBias, queryKeyValue));
        Output = new(weights.Stack(attention, output), weights.StackBias(spec.OutputBias, output));
        GateUp = new(weights.Stack(hidden, gateUp), weights.StackBias(spec.FeedForwardBias, gateUp));
        Down = new(weights.Stack(spec.FeedForwardSize, down), weights.StackBias(spec.FeedForwardBias, down));
        AttentionNorm = new(weights, names.AttentionNorm(index), hidden);
        FeedForwardNorm = new(weights, names.FeedForwardNorm(index), hidden);
        if (spec.QueryKeyNorm)
        {
            QueryNorm = new(weights, names.QueryNorm(index), spec.HeadDim);
            KeyNorm = new(weights, names.KeyNorm(index), spec.HeadDim);
        }
    }

    public HostLinear QueryKeyValue { get; }

    public HostLinear Output { get; }

    public HostLinear GateUp { get; }

    public HostLinear Down { get; }

    public HostNorm AttentionNorm { get; }

    public HostNorm FeedForwardNorm { get; }

    /// <summary>Over each query head; null where the architecture has none.</summary>
    public HostNorm? QueryNorm { get; }

    /// <summary>Over each key head; null where the architecture has none.</summary>
    public HostNorm? KeyNorm { get; }

    public void Dispose()
    {
        QueryKeyValue.Dispose();
        Output.Dispose();
        GateUp.Dispose();
        Down.Dispose();
        AttentionNorm.Dispose();
        FeedForwardNorm.Dispose();
        QueryNorm?.Dispose();
        KeyNorm?.Dispose();
    }
}
