using Rill.Models;

namespace Rill.Torch.Cpu.Layers;

/// <summary>One layer's operations on the CPU.</summary>
internal sealed class CpuLayer
{
    /// <param name="weights">Makes operations.</param>
    /// <param name="spec">The model.</param>
    /// <param name="index">The layer's number.</param>
    /// <param name="feedForward">Its feed-forward.</param>
    public CpuLayer(CpuLayerFactory weights, DecoderSpec spec, int index, IFeedForward feedForward)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var attention = spec.HeadCount * spec.HeadDim;
        var keyValue = spec.KeyValueHeadCount * spec.HeadDim;
        QueryKeyValue = weights.Linear(hidden, spec.QueryKeyValueBias, (names.Query(index), attention), (names.Key(index), keyValue), (names.Value(index), keyValue));
        Output = weights.Linear(attention, spec.OutputBias, (names.Output(index), hidden));
        FeedForward = feedForward;
        HeadNorms = HeadNorms.Of(spec, weights, index);
        Sinks = spec.AttentionSinks ? weights.Elements(0, names.Sinks(index), spec.HeadCount) : null;
        AttentionSubNorm = spec.SubNorms ? new(weights.Elements(spec.NormOffset, names.AttentionSubNorm(index), attention)) : null;
        if (spec.PreNorms)
        {
            AttentionNorm = weights.Norm(names.AttentionNorm(index), spec);
            FeedForwardNorm = spec.Residual == ResidualKind.ParallelOneNorm ? null : weights.Norm(names.FeedForwardNorm(index), spec);
        }

        if (spec.PostNorms)
        {
            AttentionPostNorm = weights.Norm(names.AttentionPostNorm(index), spec);
            FeedForwardPostNorm = weights.Norm(names.FeedForwardPostNorm(index), spec);
        }
    }

    public CpuLinear QueryKeyValue { get; }

    public CpuLinear Output { get; }

    public IFeedForward FeedForward { get; }

    /// <summary>Over queries and keys; null where the architecture has none.</summary>
    public HeadNorms? HeadNorms { get; }

    /// <summary>Logits that join the softmax's sums; null where the architecture has none.</summary>
    public WeightVector? Sinks { get; }

    /// <summary>Before attention; null where the architecture has none.</summary>
    public NormWeight? AttentionNorm { get; }

    /// <summary>Before the feed-forward; null where the architecture has none of its own there.</summary>
    public NormWeight? FeedForwardNorm { get; }

    /// <summary>Over attention's result; null where the architecture has none.</summary>
    public NormWeight? AttentionPostNorm { get; }

    /// <summary>Over the feed-forward's result; null where the architecture has none.</summary>
    public NormWeight? FeedForwardPostNorm { get; }

    /// <summary>Before attention's output projection; null where the architecture has none.</summary>
    public NormWeight? AttentionSubNorm { get; }
}
