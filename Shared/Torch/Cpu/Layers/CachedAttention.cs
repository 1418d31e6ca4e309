using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Layers;

/// <summary>
/// Attention on the CPU for packed rows of any sequences: norms and rotates queries and keys, writes keys and values to the slots, and
/// lets each row attend to its slot. All rows' keys are written before any row attends, so a prompt's chunk sees itself.
/// </summary>
/// <typeparam name="T">Type of the KV cache.</typeparam>
internal sealed unsafe class CachedAttention<T> : IDisposable where T : ICacheElements
{
    [ThreadStatic]
    private static float[]? t_sums;

    private readonly DecoderSpec _spec;
    private readonly CpuKeyValueCache _cache;
    private readonly ThreadTeam _team;
    private readonly AttentionLayers _layers;
    private readonly RowBuffer _queries;            // [key/value head, row, group, headDim]
    private readonly NativeBuffer _parts = new();
    private readonly Action<int> _place;
    private readonly Action<int> _attend;

    // The call that runs, for the delegates above.
    private TokenRow[] _rows = [];
    private RowBuffer _source = null!;
    private RowBuffer _target = null!;
    private HeadNorms? _norms;
    private WeightVector? _sinks;
    private AttentionLayer _layer = null!;

    public CachedAttention(DecoderSpec spec, CpuKeyValueCache cache, ThreadTeam team)
    {
        (_spec, _cache, _team) = (spec, cache, team);
        _layers = new(spec, team.Threads);
        _queries = new(spec.HeadCount * _layers.WidestHead);
        _place = Place;
        _attend = Attend;
    }

    /// <summary>Prepares a step: the rotations of its rows, the same for all layers, and how its attention is shared out.</summary>
    public void Begin(TokenRow[] rows)
    {
        _rows = rows;
        _queries.Ensure(rows.Length);
        _layers.Begin(rows);
        _parts.Ensure((long)_layers.MostParts * _layers.PartSize * sizeof(float));
    }

    /// <summary>Runs one layer's attention over the rows given to <see cref="Begin"/>.</summary>
    /// <param name="queryKeyValue">
    /// Rows of (heads + 2 key/value heads) * headDim, or of heads * headDim where the layer reads another's keys and values; their content is lost.
    /// </param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="norms">Over queries and keys; null for none.</param>
    /// <param name="sinks">A logit for each query head that joins its sum; null for none.</param>
    /// <param name="attended">Gets rows of heads * headDim.</param>
    public void Forward(RowBuffer queryKeyValue, int layer, HeadNorms? norms, WeightVector? sinks, RowBuffer attended)
    {
        (_source, _target, _layer, _norms, _sinks) = (queryKeyValue, attended, _layers[layer], norms, sinks);
        _team.Run(_rows.Length, (long)_rows.Length * _spec.QueryKeyValueSizeOf(layer) * 4, _place);
        _layer.Plan.Restart();
        _team.Run(_layer.Plan.Units.Count * _layer.KeyValueHeads, _layer.Plan.Work * _spec.HeadCount * _layer.HeadDim * 2, _attend);
    }

    public void Dispose()
    {
        _layers.Dispose();
        _queries.Dispose();
        _parts.Dispose();
    }

    private float* Queries(int head, int row) => _queries.Row(0) + ((((nint)head * _rows.Length) + row) * _layer.Group * _layer.HeadDim);

    private void Place(int row)
    {
        var (token, size) = (_rows[row], _layer.HeadDim);
        var source = _source.Row(row);
        var scale = _layer.Scale * (_layer.Temperature?.At(token.Position) ?? 1);
        _norms?.WholeRow(source, source + (_spec.HeadCount * size));
        for (var head = 0; head < _spec.HeadCount; head++, source += size)
        {
            var (shared, own) = Math.DivRem(head, _layer.Group);
            Turn(source, head, isQuery: true, row, scale, Queries(shared, row) + (own * size));
        }

        if (_layer.Caches)
        {
            PlaceKeysAndValues(token, row, source);
        }
    }

    private void PlaceKeysAndValues(TokenRow token, int row, float* keys)
    {
        var value = keys + (_layer.KeyValueHeads * _layer.HeadDim);
        var projected = _layer.TakesValuesFromKeys ? keys : value;    // as keys are before their norm
        for (var head = 0; head < _layer.KeyValueHeads && !_spec.ValuesAreKeys; head++, value += _layer.HeadDim, projected += _layer.HeadDim)
        {
            PlaceValue(projected, value);
            Write(_cache.Chunk(token.Slot, token.Position, _layer.Source, head, values: true), token.Position, value);
        }

        for (var head = 0; head < _layer.KeyValueHeads; head++, keys += _layer.HeadDim)
        {
            Turn(keys, head, isQuery: false, row, 1, keys);
            Write(_cache.Chunk(token.Slot, token.Position, _layer.Source, head, values: false), token.Position, keys);
        }
    }

    private void PlaceValue(float* projected, float* target)
    {
        if (_spec.ValueNorm)
        {
            RowKernels.RmsNorm(projected, _spec.NormEpsilon, target, _layer.HeadDim);
        }
        else if (projected != target)
        {
            RowKernels.Copy(projected, target, _layer.HeadDim);
        }
    }

    /// <summary>Norms a head in place, rotates it and multiplies it with the scale.</summary>
    private void Turn(float* head, int number, bool isQuery, int row, float scale, float* target)
    {
        _norms?.Before(head, number, isQuery);
        var first = _norms is { FollowRotation: true } ? 1 : scale;
        if (_layer.Rotations is { } rotations)
        {
            rotations.Rotate(head, row, first, target);
        }
        else
        {
            RowKernels.Scale(head, first, target, _layer.HeadDim);
        }

        _norms?.After(target, scale, isQuery);
    }

    private void Write(byte* chunk, int position, float* vector)
    {
        position %= AttentionKernel.ChunkPositions;
        T.Write(vector, chunk + ((nint)position * _layer.HeadDim * T.Size), _layer.HeadDim, Scales(chunk) + position);
    }

    /// <summary>The scales behind a chunk's vectors, one for each position.</summary>
    private float* Scales(byte* chunk) => (float*)(chunk + ((nint)AttentionKernel.ChunkPositions * _layer.HeadDim * T.Size));

    /// <summary>One unit and one key/value head.</summary>
    private void Attend(int piece)
    {
        var plan = _layer.Plan;
        var (number, head) = Math.DivRem(piece, _layer.KeyValueHeads);
        var unit = plan.Units[number];
        var tile = plan.Tiles[unit.Tile];
        if (tile.IsSplit)
        {
            Compute(tile, unit.FirstChunk, head, Part(tile, unit.FirstChunk, head));
            if (!plan.FinishChunk(unit.Tile, head))
            {
                return;
            }
        }

        if (t_sums is null || t_sums.Length < 2 * _layers.PartSize)
        {
            t_sums = new float[2 * _layers.PartSize];
        }

        fixed (float* scratch = t_sums)
        {
            var whole = SumsOf(tile, scratch);
            whole.Clear();
            for (var chunk = tile.FirstChunk; chunk < tile.EndChunk; chunk++)
            {
                var next = tile.IsSplit ? Part(tile, chunk, head) : SumsOf(tile, scratch + _layers.PartSize);
                if (!tile.IsSplit)
                {
                    Compute(tile, chunk, head, next);
                }

                whole.Add(next);
            }

            Finish(tile, head, whole);
        }
    }

    private AttentionSums SumsOf(in AttentionTile tile, float* start) => new(start, tile.Rows * _layer.Group, _layer.HeadDim);

    private AttentionSums Part(in AttentionTile tile, int chunk, int head) =>
        SumsOf(tile, (float*)_parts.Start + ((((nint)tile.Part + chunk - tile.FirstChunk) * _layer.KeyValueHeads) + head) * _layers.PartSize);

    private void Compute(in AttentionTile tile, int chunk, int head, in AttentionSums sums)
    {
        var start = chunk * AttentionKernel.ChunkPositions;
        var keys = _cache.Chunk(tile.Slot, start, _layer.Source, head, values: false);
        var values = _cache.Chunk(tile.Slot, start, _layer.Source, head, values: true);
        AttentionKernel.Attend<T>(
            new AttentionChunk
            {
                Keys = keys,
                Values = values,
                KeyScales = T.HasScales ? Scales(keys) : null,
                ValueScales = T.HasScales ? Scales(values) : null,
                HeadDim = _layer.HeadDim,
                Queries = Queries(head, tile.FirstRow),
                Rows = tile.Rows,
                Group = _layer.Group,
                Position = tile.Position - start,
                Start = start,
                Reach = _layer.Plan.Reach,
                SoftCap = _spec.AttentionSoftCap ?? 0,
            },
            sums);
    }

    private void Finish(in AttentionTile tile, int head, in AttentionSums sums)
    {
        for (var input = 0; input < tile.Rows * _layer.Group; input++)
        {
            var (row, own) = Math.DivRem(input, _layer.Group);
            if (_sinks is not null)
            {
                sums.AddSink(input, _sinks.Values[(head * _layer.Group) + own]);
            }

            sums.Finish(input, _target.Row(tile.FirstRow + row) + (((head * _layer.Group) + own) * _layer.HeadDim));
        }
    }
}
