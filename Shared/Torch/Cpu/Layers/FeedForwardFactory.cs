using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Makes the feed-forwards of a decoder's layers, which share their memory.</summary>
/// <param name="spec">The model.</param>
/// <param name="weights">Makes their operations.</param>
/// <param name="residual">The residual stream.</param>
/// <param name="team">The threads.</param>
/// <param name="parts">Owns the memory.</param>
internal sealed class FeedForwardFactory(DecoderSpec spec, CpuLayerFactory weights, RowBuffer residual, ThreadTeam team, DisposableStack parts)
{
    private readonly RowBuffers _inner = parts.Own(new RowBuffers());
    private readonly CpuNorm _subNorm = new(team, NormKind.Rms, spec.NormEpsilon);
    private readonly Dictionary<MoeSpec, ExpertScratch> _expertScratches = [];
    private ParallelScratch? _parallelScratch;

    /// <summary>A layer's feed-forward.</summary>
    public IFeedForward Of(int layer)
    {
        if (spec.ExpertsOf(layer) is not { } experts)
        {
            return spec.GateCutoffOf(layer) is { } cutoff ? new CutoffFeedForward(spec, cutoff, weights, layer, _inner, team) : Dense(layer);
        }

        var routed = new ExpertsFeedForward(spec, experts, weights, layer, ScratchOf(experts), team);
        if (!experts.BesideDense)
        {
            return routed;
        }

        _parallelScratch ??= parts.Own(new ParallelScratch(spec.HiddenSize));
        return new ParallelFeedForward(spec, weights, layer, Dense(layer), routed, residual, _parallelScratch, team);
    }

    /// <summary>Makes room for a step's rows.</summary>
    public void Ensure(int rows) => _inner.Ensure(rows);

    private DenseFeedForward Dense(int layer) => new(spec, weights, layer, _inner.Of(spec.FeedForwardSizeOf(layer)), _subNorm);

    private ExpertScratch ScratchOf(MoeSpec experts) => _expertScratches.TryGetValue(experts, out var scratch) ? scratch
        : _expertScratches[experts] = parts.Own(new ExpertScratch(experts, spec.HiddenSize));
}
