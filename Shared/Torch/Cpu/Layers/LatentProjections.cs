using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>What stands around attention in a layer of latent attention: see <see cref="LatentSpec"/>.</summary>
internal sealed unsafe class LatentProjections
{
    private readonly DecoderSpec _spec;
    private readonly LatentSpec _latent;
    private readonly ThreadTeam _team;
    private readonly LatentScratch _scratch;
    private readonly CpuNorm _norm;
    private readonly CpuLinear? _queryDown;
    private readonly NormWeight? _queryNorm;
    private readonly CpuLinear _query;
    private readonly CpuLinear _down;
    private readonly NormWeight _keyNorm;
    private readonly ExpertWeights[] _keys;      // by head
    private readonly ExpertWeights[] _values;
    private readonly Action<int> _spread;
    private readonly Action<int> _absorb;
    private readonly Action<int> _gather;
    private readonly Action<int> _value;

    // The call that runs, for the delegates above.
    private RowBuffer _rows = null!;
    private int _count;

    /// <param name="spec">The model.</param>
    /// <param name="latent">Its attention.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="scratch">Shared with the other layers.</param>
    /// <param name="team">The threads.</param>
    public LatentProjections(DecoderSpec spec, LatentSpec latent, CpuLayerFactory weights, int layer, LatentScratch scratch, ThreadTeam team)
    {
        (_spec, _latent, _scratch, _team) = (spec, latent, scratch, team);
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        _norm = new(team, NormKind.Rms, latent.NormEpsilon);
        if (latent.QueryRank is { } rank)
        {
            _queryDown = weights.Linear(hidden, bias: false, (names.QueryDown(layer), rank));
            _queryNorm = new(weights.Elements(0, names.QueryDownNorm(layer), rank));
        }

        _query = weights.Linear(latent.QueryRank ?? hidden, bias: false, (names.LatentQuery(layer), (long)spec.HeadCount * latent.QueryWidth));
        _down = weights.Linear(hidden, bias: false, (names.LatentDown(layer), latent.KeyValueRank + latent.RotatedWidth));
        _keyNorm = new(weights.Elements(0, names.LatentNorm(layer), latent.KeyValueRank));
        _keys = [.. Enumerable.Range(0, spec.HeadCount).Select(head => weights.Expert(latent.PlainWidth, bias: false, (names.HeadKey(layer, head), latent.KeyValueRank)))];
        _values = [.. Enumerable.Range(0, spec.HeadCount).Select(head => weights.Expert(latent.KeyValueRank, bias: false, (names.HeadValue(layer, head), latent.ValueWidth)))];
        (_spread, _absorb, _gather, _value) = (Spread, Absorb, Gather, Value);
    }

    private int Heads => _spec.HeadCount;

    /// <summary>Makes rows of [queries of all heads | key], each of the key's width and not rotated yet.</summary>
    public void Project(RowBuffer hidden, RowBuffer queryKey, RowSplit rows)
    {
        _scratch.Ensure(rows.Count);
        (_rows, _count) = (queryKey, rows.Count);
        if (_queryDown is not null)
        {
            _queryDown.Forward(hidden, _scratch.QueryDown, rows);
            _norm.Forward(_scratch.QueryDown, _queryNorm!, _scratch.QueryDown, rows.Count);
        }

        _query.Forward(_queryDown is null ? hidden : _scratch.QueryDown, _scratch.Queries, rows);
        _down.Forward(hidden, _scratch.Down, rows);
        _team.Run(rows.Count, (long)rows.Count * queryKey.Width * 2, _spread);
        _team.Run(Heads, (long)Heads * rows.Count * _latent.PlainWidth * _latent.KeyValueRank, _absorb);
    }

    /// <summary>The values of all heads, of what attention made of the keys.</summary>
    public RowBuffer Collect(RowBuffer attended, RowSplit rows)
    {
        (_rows, _count) = (attended, rows.Count);
        _team.Run(rows.Count, (long)rows.Count * attended.Width, _gather);
        _team.Run(Heads, (long)Heads * rows.Count * _latent.ValueWidth * _latent.KeyValueRank, _value);
        return _scratch.Values;
    }

    /// <summary>Of one row: the rotated parts of queries and key to their places, the plain parts to their heads, and the norm of c.</summary>
    private void Spread(int row)
    {
        var target = _rows.Row(row);
        var query = _scratch.Queries.Row(row);
        for (var head = 0; head < Heads; head++, target += _latent.KeyWidth, query += _latent.QueryWidth)
        {
            RowKernels.Copy(query, _scratch.Plain.Row((head * _count) + row), _latent.PlainWidth);
            RowKernels.Copy(query + _latent.PlainWidth, target, _latent.RotatedWidth);
        }

        var down = _scratch.Down.Row(row);
        RowKernels.Copy(down + _latent.KeyValueRank, target, _latent.RotatedWidth);
        RowKernels.RmsNorm(down, _keyNorm.Weight.Values, _latent.NormEpsilon, target + _latent.RotatedWidth, _latent.KeyValueRank);
    }

    /// <summary>Multiplies one head's plain parts with its key matrix.</summary>
    private void Absorb(int head) => Multiply(
        _keys[head], _scratch.Plain, head, _rows.Row(0) + ((nint)head * _latent.KeyWidth) + _latent.RotatedWidth, _latent.KeyValueRank, _rows.Width);

    private void Gather(int row)
    {
        var source = _rows.Row(row) + _latent.RotatedWidth;
        for (var head = 0; head < Heads; head++, source += _latent.KeyWidth)
        {
            RowKernels.Copy(source, _scratch.Mixed.Row((head * _count) + row), _latent.KeyValueRank);
        }
    }

    private void Value(int head) => Multiply(
        _values[head], _scratch.Mixed, head, _scratch.Values.Row(0) + ((nint)head * _latent.ValueWidth), _latent.ValueWidth, _scratch.Values.Width);

    private void Multiply(ExpertWeights weights, RowBuffer source, int head, float* target, int outputs, int stride)
    {
        var quantized = _scratch.Quantized(head);
        if (weights.TakesQuantized)
        {
            quantized.Ensure(_count, source.Width);
            for (var row = 0; row < _count; row++)
            {
                quantized.Quantize(row, source.Row((head * _count) + row));
            }
        }

        weights.Multiply(0, 0, outputs, new LinearInput(source.Row(head * _count), _count, quantized), target, stride);
    }
}
