using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>One layer's learned augmented residual: see <see cref="DecoderSpec.LaurelRank"/>.</summary>
internal sealed unsafe class Laurel
{
    private const float HalfRoot = 0.70710678f;    // 1 / sqrt(2)

    private readonly ThreadTeam _team;
    private readonly CpuNorm _norm;
    private readonly CpuLinear _down;
    private readonly CpuLinear _up;
    private readonly NormWeight _postNorm;
    private readonly RowBuffer _inner;
    private readonly RowBuffer _branch;

    /// <param name="spec">The model.</param>
    /// <param name="rank">Its rank.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="inner">Memory for rows of the rank, shared with the other layers.</param>
    /// <param name="branch">Memory for rows of the hidden width, which is free between branches.</param>
    /// <param name="team">The threads.</param>
    public Laurel(DecoderSpec spec, int rank, CpuLayerFactory weights, int layer, RowBuffer inner, RowBuffer branch, ThreadTeam team)
    {
        (_team, _inner, _branch) = (team, inner, branch);
        var (names, hidden) = (spec.Names.AltUp, spec.HiddenSize);
        _norm = new(team, NormKind.Rms, spec.NormEpsilon);
        _down = weights.Linear(hidden, bias: false, (spec.Names.Of(layer, names.LaurelDownSuffix), rank));
        _up = weights.Linear(rank, bias: false, (spec.Names.Of(layer, names.LaurelUpSuffix), hidden));
        _postNorm = new(weights.Elements(0, spec.Names.Of(layer, names.LaurelNormSuffix), hidden));
    }

    /// <summary>residual = (residual + input + norm(up(down(input)))) / sqrt(2).</summary>
    public void Join(RowBuffer input, RowBuffer residual, RowSplit rows)
    {
        _inner.Ensure(rows.Count);
        _down.Forward(input, _inner, rows);
        _up.Forward(_inner, _branch, rows);
        _norm.Forward(_branch, _postNorm, _branch, rows.Count);
        _team.Run(rows.Count, 4L * rows.Count * residual.Width, row =>
        {
            var target = residual.Row(row);
            RowKernels.Add<Float32Elements>(target, input.Row(row), residual.Width);
            RowKernels.Add<Float32Elements>(target, _branch.Row(row), residual.Width);
            RowKernels.Scale(target, HalfRoot, target, residual.Width);
        });
    }
}
