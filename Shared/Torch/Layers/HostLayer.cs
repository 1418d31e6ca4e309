using Rill.Models;
using Rill.Torch.Kernels;

namespace Rill.Torch.Layers;

/// <summary>One layer's operations on the CPU.</summary>
internal sealed class HostLayer : IDisposable
{
    public HostLayer(HostWeights weights, DecoderSpec spec, int index)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var attention = spec.HeadCount * spec.HeadDim;
        var keyValue = spec.KeyValueHeadCount * spec.HeadDim;
        QueryKeyValue = weights.Linear(hidden, spec.QueryKeyValueBias, (names.Query(index), attention), (names.Key(index), keyValue), (names.Value(index), keyValue));
        Output = weights.Linear(attention, spec.OutputBias, (names.Output(index), hidden));
        GateUp = weights.Linear(hidden, spec.FeedForwardBias, (names.Gate(index), spec.FeedForwardSize), (names.Up(index), spec.FeedForwardSize));
        Down = weights.Linear(spec.FeedForwardSize, spec.FeedForwardBias, (names.Down(index), hidden));
        AttentionNorm = weights.Norm(names.AttentionNorm(index), hidden);
        FeedForwardNorm = weights.Norm(names.FeedForwardNorm(index), hidden);
        if (spec.QueryKeyNorm)
        {
            QueryNorm = weights.Norm(names.QueryNorm(index), spec.HeadDim);
            KeyNorm = weights.Norm(names.KeyNorm(index), spec.HeadDim);
        }
    }

    public HostLinear QueryKeyValue { get; }

    public HostLinear Output { get; }

    public HostLinear GateUp { get; }

    public HostLinear Down { get; }

    public HostVector AttentionNorm { get; }

    public HostVector FeedForwardNorm { get; }

    /// <summary>Over each query head; null where the architecture has none.</summary>
    public HostVector? QueryNorm { get; }

    /// <summary>Over each key head; null where the architecture has none.</summary>
    public HostVector? KeyNorm { get; }

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
