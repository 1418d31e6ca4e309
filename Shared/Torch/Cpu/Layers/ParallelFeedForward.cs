using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>A dense feed-forward and experts side by side, each with norms of its own: see <see cref="MoeSpec.BesideDense"/>.</summary>
internal sealed unsafe class ParallelFeedForward : IFeedForward
{
    private readonly ThreadTeam _team;
    private readonly CpuNorm _norm;
    private readonly DenseFeedForward _dense;
    private readonly ExpertsFeedForward _experts;
    private readonly NormWeight _routerNorm;
    private readonly NormWeight _expertNorm;
    private readonly NormWeight _densePostNorm;
    private readonly NormWeight _expertPostNorm;
    private readonly RowBuffer _residual;
    private readonly ParallelScratch _scratch;

    /// <param name="spec">The model.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="dense">The dense feed-forward.</param>
    /// <param name="experts">The experts.</param>
    /// <param name="residual">The residual stream, which experts and router see through norms of their own.</param>
    /// <param name="scratch">Shared with the other layers.</param>
    /// <param name="team">The threads.</param>
    public ParallelFeedForward(
        DecoderSpec spec, CpuLayerFactory weights, int layer, DenseFeedForward dense, ExpertsFeedForward experts, RowBuffer residual,
        ParallelScratch scratch, ThreadTeam team)
    {
        (_dense, _experts, _residual, _scratch, _team) = (dense, experts, residual, scratch, team);
        var (names, parts) = (spec.Names, spec.Names.ParallelExperts);
        _norm = new(team, spec.Norm, spec.NormEpsilon);
        _routerNorm = new(weights.Scaled(1 / MathF.Sqrt(spec.HiddenSize), names.Of(layer, parts.RouterScaleSuffix), spec.HiddenSize));
        _expertNorm = weights.Norm(names.Of(layer, parts.ExpertNormSuffix), spec);
        _densePostNorm = weights.Norm(names.Of(layer, parts.DensePostNormSuffix), spec);
        _expertPostNorm = weights.Norm(names.Of(layer, parts.ExpertPostNormSuffix), spec);
    }

    public void Forward(RowBuffer input, RowBuffer output, RowSplit rows)
    {
        Compute(input, rows);
        _team.Run(rows.Count, 2L * rows.Count * output.Width, row =>
        {
            RowKernels.Copy(_scratch.Dense.Row(row), output.Row(row), output.Width);
            RowKernels.Add<Float32Elements>(output.Row(row), _scratch.Experts.Row(row), output.Width);
        });
    }

    public void AddTo(RowBuffer input, RowBuffer residual, RowSplit rows)
    {
        Compute(input, rows);
        _team.Run(rows.Count, 2L * rows.Count * residual.Width, row =>
        {
            RowKernels.Add<Float32Elements>(residual.Row(row), _scratch.Dense.Row(row), residual.Width);
            RowKernels.Add<Float32Elements>(residual.Row(row), _scratch.Experts.Row(row), residual.Width);
        });
    }

    private void Compute(RowBuffer input, RowSplit rows)
    {
        _scratch.Ensure(rows.Count);
        _dense.Forward(input, _scratch.Dense, rows);
        _norm.Forward(_scratch.Dense, _densePostNorm, _scratch.Dense, rows.Count);
        _norm.Forward(_residual, _routerNorm, _scratch.Routed, rows.Count);
        _norm.Forward(_residual, _expertNorm, _scratch.Normed, rows.Count);
        _experts.Forward(_scratch.Routed, _scratch.Normed, _scratch.Experts, rows);
        _norm.Forward(_scratch.Experts, _expertPostNorm, _scratch.Experts, rows.Count);
    }
}
