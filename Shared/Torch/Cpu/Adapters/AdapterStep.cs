using Rill.Torch.Decoding;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Adapters;

/// <summary>Rows of a step that follow one another and have the same adapter.</summary>
/// <param name="Adapter">The adapter.</param>
/// <param name="First">The first row.</param>
/// <param name="Count">How many.</param>
internal readonly record struct AdapterRun(LoadedAdapter Adapter, int First, int Count);

/// <summary>Which rows of the running step have which adapter, and memory for their factors, which the linear layers use in turn.</summary>
internal sealed unsafe class AdapterStep(AdapterTable table) : IDisposable
{
    private readonly NativeBuffer _factors = new();
    private readonly List<AdapterRun> _runs = [];
    private LoadedAdapter?[] _ofStep = [];
    private LoadedAdapter?[] _ofRows = [];

    /// <summary>Runs of the rows that are computed, those of one adapter together, so that its matrices are read while a cache has them.</summary>
    public IReadOnlyList<AdapterRun> Runs => _runs;

    /// <summary>Elements from one row's factors to the next's.</summary>
    public int FactorStride { get; private set; }

    /// <summary>The adapter of a row; null for none.</summary>
    public LoadedAdapter? this[int row] => _runs.Count == 0 ? null : _ofRows[row];

    /// <summary>A row's factors.</summary>
    public float* Factors(int row) => (float*)_factors.Start + ((nint)row * FactorStride);

    /// <summary>Before a step: looks up its rows' adapters.</summary>
    public void Begin(TokenRow[] rows)
    {
        _ofStep = Array.Exists(rows, row => row.Adapter != 0) ? Array.ConvertAll(rows, row => table.Find(row.Adapter)) : [];
        Use(_ofStep);
    }

    /// <summary>From here on some of the step's rows are computed, in this order.</summary>
    public void Select(int[] rows)
    {
        if (_ofStep.Length > 0)
        {
            Use(Array.ConvertAll(rows, row => _ofStep[row]));
        }
    }

    public void Dispose() => _factors.Dispose();

    private void Use(LoadedAdapter?[] rows)
    {
        _ofRows = rows;
        _runs.Clear();
        for (int first = 0, end; first < rows.Length; first = end)
        {
            for (end = first + 1; end < rows.Length && rows[end] == rows[first];)
            {
                end++;
            }

            if (rows[first] is { } adapter)
            {
                _runs.Add(new(adapter, first, end - first));
            }
        }

        _runs.Sort((left, right) => (left.Adapter.Number, left.First).CompareTo((right.Adapter.Number, right.First)));
        FactorStride = _runs.Count == 0 ? 0 : _runs.Max(run => run.Adapter.MostRank);
        _factors.Ensure((long)rows.Length * FactorStride * sizeof(float));
    }
}
