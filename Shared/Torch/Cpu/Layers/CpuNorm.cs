using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Norms over rows of the residual stream, shared among threads.</summary>
internal sealed unsafe class CpuNorm
{
    private readonly ThreadTeam _team;
    private readonly NormKind _kind;
    private readonly float _epsilon;
    private readonly Action<int> _row;

    // The call that runs, for the delegate above.
    private RowBuffer _source = null!;
    private RowBuffer _target = null!;
    private NormWeight _weight = null!;
    private int[]? _rows;

    /// <param name="team">The threads.</param>
    /// <param name="kind">Which norm.</param>
    /// <param name="epsilon">Added to the mean square, or to the variance.</param>
    public CpuNorm(ThreadTeam team, NormKind kind, float epsilon)
    {
        (_team, _kind, _epsilon) = (team, kind, epsilon);
        _row = Row;
    }

    /// <summary>target[i] = norm(source[i]) for the first <paramref name="count"/> rows; both may be the same.</summary>
    public void Forward(RowBuffer source, NormWeight weight, RowBuffer target, int count)
    {
        (_source, _weight, _target, _rows) = (source, weight, target, null);
        _team.Run(count, 2L * count * source.Width, _row);
    }

    /// <summary>target[i] = norm(source[rows[i]]).</summary>
    public void Gather(RowBuffer source, int[] rows, NormWeight weight, RowBuffer target)
    {
        (_source, _weight, _target, _rows) = (source, weight, target, rows);
        _team.Run(rows.Length, 2L * rows.Length * source.Width, _row);
    }

    private void Row(int row)
    {
        var source = _source.Row(_rows is null ? row : _rows[row]);
        if (_kind == NormKind.Rms)
        {
            RowKernels.RmsNorm(source, _weight.Weight.Values, _epsilon, _target.Row(row), _source.Width);
        }
        else
        {
            RowKernels.LayerNorm(source, _weight.Weight.Values, _weight.Bias is null ? null : _weight.Bias.Values, _epsilon, _target.Row(row), _source.Width);
        }
    }
}
