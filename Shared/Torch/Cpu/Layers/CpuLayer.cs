using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>One layer's operations on the CPU.</summary>
internal sealed class CpuLayer
{
    /// <param name="weights">Makes operations.</param>
    /// <param name="spec">The model.</param>
    /// <param name="index">The layer's number.</param>
    /// <param name="feedForward">Its feed-forward.</param>
    /// <param name="latent">What stands around its latent attention; null where its queries, keys and values are projections.</param>
    /// <param name="laurel">Its augmented residual; null for none.</param>
    /// <param name="attended">Memory for what attention gives, by its width.</param>
    /// <param name="mixer">What it has in attention's place; null where it has attention.</param>
    public CpuLayer(
        CpuLayerFactory weights, DecoderSpec spec, int index, IFeedForward feedForward, LatentProjections? latent, Laurel? laurel, RowBuffers attended,
        IMixer? mixer)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var attention = spec.QuerySizeOf(index);
        Attended = attended.Of(attention);
        FeedForward = feedForward;
        (Latent, Laurel, Mixer) = (latent, laurel, mixer);
        Output = mixer?.Output
            ?? weights.Linear(spec.Latent is { } own ? spec.HeadCount * own.ValueWidth : attention, spec.OutputBias, (names.Output(index), hidden));
        if (mixer is null)
        {
            QueryKeyValue = latent is not null ? null : weights.Linear(hidden, spec.QueryKeyValueBias, Projections(spec, index));
            OutputGate = spec.OutputGate ? weights.Linear(hidden, spec.QueryKeyValueBias, (names.OutputGate(index), attention)) : null;
            HeadNorms = HeadNorms.Of(spec, weights, index);
            Sinks = spec.AttentionSinks ? weights.Elements(0, names.Sinks(index), spec.HeadCount) : null;
            AttentionSubNorm = spec.SubNorms ? new(weights.Elements(spec.NormOffset, names.AttentionSubNorm(index), attention)) : null;
        }

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

    /// <summary>What the layer has in attention's place; null where it has attention.</summary>
    public IMixer? Mixer { get; }

    /// <summary>
    /// Null where attention is latent, or where there is a mixer in its place; only the queries' where the layer reads another's keys and values.
    /// </summary>
    public CpuLinear? QueryKeyValue { get; }

    /// <summary>The projection to the gate of attention's result; null where the architecture has none.</summary>
    public CpuLinear? OutputGate { get; }

    /// <summary>What attention gives, before its output projection.</summary>
    public RowBuffer Attended { get; }

    /// <summary>What stands around latent attention; null for other attention.</summary>
    public LatentProjections? Latent { get; }

    /// <summary>The way of attention's or the mixer's result into the residual stream.</summary>
    public CpuLinear Output { get; }

    /// <summary>What joins attention's result; null where the architecture has none.</summary>
    public Laurel? Laurel { get; }

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

    private static (string Layer, long Outputs)[] Projections(DecoderSpec spec, int layer)
    {
        var (names, keyValue) = (spec.Names, (long)spec.KeyValueHeadsOf(layer) * spec.HeadDimOf(layer));
        (string, long) query = (names.Query(layer), spec.QuerySizeOf(layer));
        (string, long) key = (names.Key(layer), keyValue);
        return !spec.CachesKeyValues(layer) ? [query]
            : spec.TakesValuesFromKeys(layer) ? [query, key]
            : [query, key, (names.Value(layer), keyValue)];
    }
}
