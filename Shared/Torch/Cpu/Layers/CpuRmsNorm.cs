using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>RMS norms over rows, shared among threads.</summary>
internal sealed unsafe class CpuRmsNorm
{
    private readonly ThreadTeam _team;
    private readonly float _epsilon;
    private readonly Action<int> _row;

    // The call that runs, for the delegate above.
    private RowBuffer _source = null!;
    private RowBuffer _target = null!;
    private WeightVector _weight = null!;
    private int[]? _rows;

    /// <param name="team">The threads.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public CpuRmsNorm(ThreadTeam team, float epsilon)
    {
        (_team, _epsilon) = (team, epsilon);
        _row = Row;
    }

    /// <summary>target[i] = norm(source[i]) * weight for the first <paramref name="count"/> rows.</summary>
    public void Forward(RowBuffer source, WeightVector weight, RowBuffer target, int count)
    {
        (_source, _weight, _target, _rows) = (source, weight, target, null);
        _team.Run(count, 2L * count * source.Width, _row);
    }

    /// <summary>target[i] = norm(source[rows[i]]) * weight.</summary>
    public void Gather(RowBuffer source, int[] rows, WeightVector weight, RowBuffer target)
    {
        (_source, _weight, _target, _rows) = (source, weight, target, rows);
        _team.Run(rows.Length, 2L * rows.Length * source.Width, _row);
    }

    private void Row(int row) =>
        RowKernels.RmsNorm(_source.Row(_rows is null ? row : _rows[row]), _weight.Values, _epsilon, _target.Row(row), _source.Width);
}
