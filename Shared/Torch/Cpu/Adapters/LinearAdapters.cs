using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Adapters;

/// <summary>
/// What adapters add to linear layers side by side, row by row: a row's sum has the same bits alone and in any batch, and a row without an
/// adapter is not touched.
/// </summary>
/// <param name="number">The linear layers' number.</param>
/// <param name="inputs">Elements of an input row.</param>
/// <param name="step">The rows' adapters.</param>
/// <param name="team">The threads.</param>
internal sealed unsafe class LinearAdapters(int number, int inputs, AdapterStep step, ThreadTeam team)
{
    private const int MostRows = 16;    // of a piece of work: a tile's inputs stay in the first cache

    private readonly List<AdapterRun> _pieces = [];
    private RowBuffer _input = null!;
    private Action<int>? _contract;

    /// <summary>Before the product: computes the factors of all rows whose adapters change these layers. False when there are none.</summary>
    public bool Prepare(RowBuffer input)
    {
        _pieces.Clear();
        var work = 0L;
        foreach (var run in step.Runs)
        {
            if (run.Adapter.Of(number) is not { } delta)
            {
                continue;
            }

            work += (long)run.Count * delta.Rank * inputs;
            for (var row = 0; row < run.Count; row += MostRows)
            {
                _pieces.Add(new(run.Adapter, run.First + row, Math.Min(MostRows, run.Count - row)));
            }
        }

        if (_pieces.Count == 0)
        {
            return false;
        }

        _input = input;
        team.Run(_pieces.Count, work, _contract ??= Contract);
        return true;
    }

    /// <summary>True where a row's adapter changes these layers.</summary>
    public bool Changes(int row) => step[row]?.Of(number) is not null;

    /// <summary>Adds to some outputs of some rows.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="endRow">The one after the last.</param>
    /// <param name="first">The first output.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="target">Where the first row's output 0 is.</param>
    /// <param name="stride">Elements from one row's outputs to the next's.</param>
    public void Add(int firstRow, int endRow, int first, int end, float* target, int stride)
    {
        foreach (var run in _pieces)
        {
            var delta = run.Adapter.Of(number)!;
            for (var row = Math.Max(firstRow, run.First); row < Math.Min(endRow, run.First + run.Count); row++)
            {
                delta.Expand(step.Factors(row), first, end, target + ((nint)(row - firstRow) * stride));
            }
        }
    }

    private void Contract(int piece)
    {
        var run = _pieces[piece];
        run.Adapter.Of(number)!.Contract(_input.Row(run.First), _input.Width, run.Count, step.Factors(run.First), step.FactorStride);
    }
}
