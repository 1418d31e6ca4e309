using Rill.Models;

namespace Rill.Torch.Cpu.Layers;

/// <summary>One layer's operations on the CPU.</summary>
internal sealed class CpuLayer
{
    public CpuLayer(CpuLayerFactory weights, DecoderSpec spec, int index)
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

    public CpuLinear QueryKeyValue { get; }

    public CpuLinear Output { get; }

    public CpuLinear GateUp { get; }

    public CpuLinear Down { get; }

    public WeightVector AttentionNorm { get; }

    public WeightVector FeedForwardNorm { get; }

    /// <summary>Over each query head; null where the architecture has none.</summary>
    public WeightVector? QueryNorm { get; }

    /// <summary>Over each key head; null where the architecture has none.</summary>
    public WeightVector? KeyNorm { get; }
}
