using Rill.Models;
using Rill.Torch.Runtime;

namespace Rill.Torch.Kernels;

/// <summary>
/// Attention on the CPU for packed rows of any sequences: norms and rotates queries and keys, writes keys and values to the slots, and
/// lets each row attend to its slot. All rows' keys are written before any row attends, so a prompt's chunk sees itself.
/// </summary>
/// <typeparam name="T">Type of the KV cache.</typeparam>
internal sealed unsafe class CachedAttention<T> : IDisposable where T : IElements
{
    private readonly DecoderSpec _spec;
    private readonly KeyValueCache _cache;
    private readonly ThreadTeam _team;
    private readonly float[] _frequencies;
    private readonly float _scale;
    private readonly RowBuffer _cosines;
    private readonly RowBuffer _sines;
    private readonly RowBuffer _queries;
    private readonly Action<int> _place;
    private readonly Action<int> _attend;

    // The call that runs, for the delegates above.
    private TokenRow[] _rows = [];
    private RowBuffer _source = null!;
    private RowBuffer _target = null!;
    private HostVector? _queryNorm;
    private HostVector? _keyNorm;
    private int _layer;

    public CachedAttention(DecoderSpec spec, KeyValueCache cache, ThreadTeam team)
    {
        (_spec, _cache, _team) = (spec, cache, team);
        _frequencies = spec.Rotary.InverseFrequencies(spec.HeadDim);
        _scale = (float)(1 / Math.Sqrt(spec.HeadDim));
        _cosines = new(_frequencies.Length);
        _sines = new(_frequencies.Length);
        _queries = new(spec.HeadCount * spec.HeadDim);
        _place = Place;
        _attend = Attend;
    }

    private int KeyValueSize => _spec.KeyValueHeadCount * _spec.HeadDim;

    /// <summary>Prepares a step: the rotations of its rows, the same for all layers.</summary>
    public void Begin(TokenRow[] rows)
    {
        _rows = rows;
        _cosines.Ensure(rows.Length);
        _sines.Ensure(rows.Length);
        _queries.Ensure(rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            float* cosines = _cosines.Row(row), sines = _sines.Row(row);
            for (var pair = 0; pair < _frequencies.Length; pair++)
            {
                var (sine, cosine) = Math.SinCos(rows[row].Position * _frequencies[pair]);
                (cosines[pair], sines[pair]) = ((float)cosine, (float)sine);
            }
        }
    }

    /// <summary>Runs one layer's attention over the rows given to <see cref="Begin"/>.</summary>
    /// <param name="queryKeyValue">Rows of (heads + 2 key/value heads) * headDim.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="queryNorm">Over each query head; null for none.</param>
    /// <param name="keyNorm">Over each key head; null for none.</param>
    /// <param name="attended">Gets rows of heads * headDim.</param>
    public void Forward(RowBuffer queryKeyValue, int layer, HostVector? queryNorm, HostVector? keyNorm, RowBuffer attended)
    {
        (_source, _target, _layer, _queryNorm, _keyNorm) = (queryKeyValue, attended, layer, queryNorm, keyNorm);
        _team.Run(_rows.Length, (long)_rows.Length * _spec.QueryKeyValueSize * 4, _place);
        _team.Run(_rows.Length * _spec.KeyValueHeadCount, Cost(), _attend);
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
        _queries.Dispose();
    }

    private void Place(int row)
    {
        var token = _rows[row];
        float* source = _source.Row(row), queries = _queries.Row(row);
        var offset = (nint)token.Position * KeyValueSize * T.Size;
        byte* key = _cache.Keys(token.Slot, _layer) + offset, value = _cache.Values(token.Slot, _layer) + offset;
        for (var head = 0; head < _spec.HeadCount; head++, source += _spec.HeadDim)
        {
            Rotate<Float32Elements>(source, _queryNorm, row, _scale, queries + (head * _spec.HeadDim));
        }

        for (var head = 0; head < _spec.KeyValueHeadCount; head++, source += _spec.HeadDim)
        {
            Rotate<T>(source, _keyNorm, row, 1, key + (head * _spec.HeadDim * T.Size));
        }

        RowKernels.Narrow<T>(source, value, KeyValueSize);
    }

    /// <summary>Norms in place, then rotates.</summary>
    private void Rotate<TTarget>(float* head, HostVector? norm, int row, float scale, void* target) where TTarget : IElements
    {
        if (norm is not null)
        {
            RowKernels.RmsNorm(head, norm.Values, _spec.NormEpsilon, head, _spec.HeadDim);
        }

        RowKernels.Rotate<TTarget>(head, _cosines.Row(row), _sines.Row(row), scale, target, _spec.HeadDim);
    }

    /// <summary>One row and one key/value head.</summary>
    private void Attend(int unit)
    {
        // Later rows of a prompt attend to more positions: they come first, so that the threads end together.
        var (fromLast, head) = Math.DivRem(unit, _spec.KeyValueHeadCount);
        var row = _rows.Length - 1 - fromLast;
        var token = _rows[row];
        var first = Math.Max(0, token.Position + 1 - (_spec.AttentionWindows[_layer] ?? int.MaxValue));
        var offset = (((nint)first * KeyValueSize) + (head * _spec.HeadDim)) * T.Size;
        var group = _spec.HeadCount / _spec.KeyValueHeadCount;
        var queries = head * group * _spec.HeadDim;
        AttentionKernel.Attend<T>(
            _queries.Row(row) + queries, _cache.Keys(token.Slot, _layer) + offset, _cache.Values(token.Slot, _layer) + offset,
            token.Position + 1 - first, KeyValueSize, group, _spec.HeadDim, _target.Row(row) + queries);
    }

    private long Cost()
    {
        var positions = 0L;
        foreach (var row in _rows)
        {
            positions += Math.Min(row.Position + 1, _spec.AttentionWindows[_layer] ?? int.MaxValue);
        }

        return positions * _spec.HeadCount * _spec.HeadDim * 2;
    }
}
