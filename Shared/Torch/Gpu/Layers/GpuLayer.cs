using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The weights of one layer as plain tensors on one device.</summary>
internal sealed class GpuLayer
{
    /// <param name="spec">The model.</param>
    /// <param name="linears">Makes linear layers.</param>
    /// <param name="weights">Brings weights to the device.</param>
    /// <param name="norm">Computes norms.</param>
    /// <param name="kernels">Compute what can be fused.</param>
    /// <param name="index">The layer's number.</param>
    public GpuLayer(DecoderSpec spec, GpuLinears linears, DeviceWeights weights, GpuNorm norm, IFusedKernels kernels, int index)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var attention = spec.HeadCount * spec.HeadDim;
        var keyValue = spec.KeyValueHeadCount * spec.HeadDim;
        QueryKeyValue = linears.Load(
            hidden, spec.QueryKeyValueBias, (names.Query(index), attention), (names.Key(index), keyValue), (names.Value(index), keyValue));
        Output = linears.Load(attention, spec.OutputBias, (names.Output(index), hidden));
        FeedForward = spec.ExpertsOf(index) is { } experts
            ? new GpuExpertsFeedForward(spec, experts, weights, index)
            : new GpuDenseFeedForward(spec, linears, weights, norm, kernels, index);
        HeadNorms = GpuHeadNorms.Of(spec, weights, norm, index);
        Sinks = spec.AttentionSinks ? weights.Exact(names.Sinks(index), spec.HeadCount) : null;
        AttentionSubNorm = spec.SubNorms ? weights.NormWeight(spec, names.AttentionSubNorm(index), attention) : null;
        if (spec.PreNorms)
        {
            AttentionNorm = weights.Norm(spec, names.AttentionNorm(index));
            FeedForwardNorm = spec.Residual == ResidualKind.ParallelOneNorm ? null : weights.Norm(spec, names.FeedForwardNorm(index));
        }

        if (spec.PostNorms)
        {
            AttentionPostNorm = weights.Norm(spec, names.AttentionPostNorm(index));
            FeedForwardPostNorm = weights.Norm(spec, names.FeedForwardPostNorm(index));
        }
    }

    public IGpuLinear QueryKeyValue { get; }

    public IGpuLinear Output { get; }

    public IGpuFeedForward FeedForward { get; }

    /// <summary>Over queries and keys; null where the architecture has none.</summary>
    public GpuHeadNorms? HeadNorms { get; }

    /// <summary>Logits that join the softmax's sums, f32; null where the architecture has none.</summary>
    public Tensor? Sinks { get; }

    /// <summary>Before attention; null where the architecture has none.</summary>
    public NormTensors? AttentionNorm { get; }

    /// <summary>Before the feed-forward; null where the architecture has none of its own there.</summary>
    public NormTensors? FeedForwardNorm { get; }

    /// <summary>Over attention's result; null where the architecture has none.</summary>
    public NormTensors? AttentionPostNorm { get; }

    /// <summary>Over the feed-forward's result; null where the architecture has none.</summary>
    public NormTensors? FeedForwardPostNorm { get; }

    /// <summary>An RMS norm before attention's output projection; null where the architecture has none.</summary>
    public Tensor? AttentionSubNorm { get; }
}
