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
    private const int Unlimited = 1 << 30;

    [ThreadStatic]
    private static float[]? t_sums;

    private readonly DecoderSpec _spec;
    private readonly CpuKeyValueCache _cache;
    private readonly ThreadTeam _team;
    private readonly float _scale;
    private readonly int _group;
    private readonly AttentionPlan[] _plans;        // one for each reach
    private readonly AttentionPlan[] _layerPlans;   // the same by layer
    private readonly RotaryTable[] _tables;         // one for each kind of positions
    private readonly RotaryTable?[] _layerTables;   // the same by layer; null for one without positions
    private readonly int _partSize;
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
    private RotaryTable? _table;
    private QueryTemperature? _temperature;
    private AttentionPlan _plan;
    private int _layer;

    public CachedAttention(DecoderSpec spec, CpuKeyValueCache cache, ThreadTeam team)
    {
        (_spec, _cache, _team) = (spec, cache, team);
        _scale = spec.AttentionScale ?? (float)(1 / Math.Sqrt(spec.HeadDim));
        _group = spec.HeadCount / spec.KeyValueHeadCount;
        var tileRows = Math.Max(1, AttentionKernel.GoodInputs / _group);
        var reaches = Enumerable.Range(0, spec.LayerCount)
            .Select(layer => new AttentionReach(spec.AttentionWindows[layer] ?? Unlimited, (spec.AttentionChunks.Count == 0 ? null : spec.AttentionChunks[layer]) ?? Unlimited)).ToArray();
        _plans = [.. reaches.Distinct().Select(reach => new AttentionPlan(reach, tileRows, spec.KeyValueHeadCount, team.Threads))];
        _layerPlans = [.. reaches.Select(reach => _plans.Single(plan => plan.Reach == reach))];
        var byRotary = spec.Rotaries.OfType<RotarySpec>().Distinct().ToDictionary(rotary => rotary, rotary => new RotaryTable(rotary, spec.HeadDim));
        _tables = [.. byRotary.Values];
        _layerTables = [.. spec.Rotaries.Select(rotary => rotary is null ? null : byRotary[rotary])];
        _plan = _plans[0];
        _partSize = AttentionSums.Size(tileRows * _group, spec.HeadDim);
        _queries = new(spec.HeadCount * spec.HeadDim);
        _place = Place;
        _attend = Attend;
    }

    /// <summary>Prepares a step: the rotations of its rows, the same for all layers, and how its attention is shared out.</summary>
    public void Begin(TokenRow[] rows)
    {
        _rows = rows;
        _queries.Ensure(rows.Length);
        Array.ForEach(_tables, table => table.Begin(rows));

        foreach (var plan in _plans)
        {
            plan.Begin(rows);
            _parts.Ensure((long)plan.Parts * _spec.KeyValueHeadCount * _partSize * sizeof(float));
        }
    }

    /// <summary>Runs one layer's attention over the rows given to <see cref="Begin"/>.</summary>
    /// <param name="queryKeyValue">Rows of (heads + 2 key/value heads) * headDim; their content is lost.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="norms">Over queries and keys; null for none.</param>
    /// <param name="sinks">A logit for each query head that joins its sum; null for none.</param>
    /// <param name="attended">Gets rows of heads * headDim.</param>
    public void Forward(RowBuffer queryKeyValue, int layer, HeadNorms? norms, WeightVector? sinks, RowBuffer attended)
    {
        (_source, _target, _layer, _norms, _sinks) = (queryKeyValue, attended, layer, norms, sinks);
        (_plan, _table, _temperature) = (_layerPlans[layer], _layerTables[layer], _spec.QueryTemperatures.Count == 0 ? null : _spec.QueryTemperatures[layer]);
        _team.Run(_rows.Length, (long)_rows.Length * _spec.QueryKeyValueSize * 4, _place);
        _plan.Restart();
        _team.Run(_plan.Units.Count * _spec.KeyValueHeadCount, _plan.Work * _spec.HeadCount * _spec.HeadDim * 2, _attend);
    }

    public void Dispose()
    {
        Array.ForEach(_tables, table => table.Dispose());
        _queries.Dispose();
        _parts.Dispose();
    }

    private float* Queries(int head, int row) => _queries.Row(0) + ((((nint)head * _rows.Length) + row) * _group * _spec.HeadDim);

    private void Place(int row)
    {
        var (token, size) = (_rows[row], _spec.HeadDim);
        var source = _source.Row(row);
        var scale = _scale * (_temperature?.At(token.Position) ?? 1);
        _norms?.WholeRow(source, source + (_spec.HeadCount * size));
        for (var head = 0; head < _spec.HeadCount; head++, source += size)
        {
            var (shared, own) = Math.DivRem(head, _group);
            Turn(source, head, isQuery: true, row, scale, Queries(shared, row) + (own * size));
        }

        for (var head = 0; head < _spec.KeyValueHeadCount; head++, source += size)
        {
            Turn(source, head, isQuery: false, row, 1, source);
            Write(_cache.Chunk(token.Slot, token.Position, _layer, head, values: false), token.Position, source);
        }

        for (var head = 0; head < _spec.KeyValueHeadCount; head++, source += size)
        {
            Write(_cache.Chunk(token.Slot, token.Position, _layer, head, values: true), token.Position, source);
        }
    }

    /// <summary>Norms a head in place, rotates it and multiplies it with the scale.</summary>
    private void Turn(float* head, int number, bool isQuery, int row, float scale, float* target)
    {
        _norms?.Before(head, number, isQuery);
        var first = _norms is { FollowRotation: true } ? 1 : scale;
        if (_table is not null)
        {
            _table.Rotate(head, row, first, target);
        }
        else
        {
            RowKernels.Scale(head, first, target, _spec.HeadDim);
        }

        _norms?.After(target, scale, isQuery);
    }

    private void Write(byte* chunk, int position, float* vector)
    {
        position %= AttentionKernel.ChunkPositions;
        T.Write(vector, chunk + ((nint)position * _spec.HeadDim * T.Size), _spec.HeadDim, Scales(chunk) + position);
    }

    /// <summary>The scales behind a chunk's vectors, one for each position.</summary>
    private float* Scales(byte* chunk) => (float*)(chunk + ((nint)AttentionKernel.ChunkPositions * _spec.HeadDim * T.Size));

    /// <summary>One unit and one key/value head.</summary>
    private void Attend(int piece)
    {
        var (number, head) = Math.DivRem(piece, _spec.KeyValueHeadCount);
        var unit = _plan.Units[number];
        var tile = _plan.Tiles[unit.Tile];
        if (tile.IsSplit)
        {
            Compute(tile, unit.FirstChunk, head, Part(tile, unit.FirstChunk, head));
            if (!_plan.FinishChunk(unit.Tile, head))
            {
                return;
            }
        }

        if (t_sums is null || t_sums.Length < 2 * _partSize)
        {
            t_sums = new float[2 * _partSize];
        }

        fixed (float* scratch = t_sums)
        {
            var whole = SumsOf(tile, scratch);
            whole.Clear();
            for (var chunk = tile.FirstChunk; chunk < tile.EndChunk; chunk++)
            {
                var next = tile.IsSplit ? Part(tile, chunk, head) : SumsOf(tile, scratch + _partSize);
                if (!tile.IsSplit)
                {
                    Compute(tile, chunk, head, next);
                }

                whole.Add(next);
            }

            Finish(tile, head, whole);
        }
    }

    private AttentionSums SumsOf(in AttentionTile tile, float* start) => new(start, tile.Rows * _group, _spec.HeadDim);

    private AttentionSums Part(in AttentionTile tile, int chunk, int head) =>
        SumsOf(tile, (float*)_parts.Start + ((((nint)tile.Part + chunk - tile.FirstChunk) * _spec.KeyValueHeadCount) + head) * _partSize);

    private void Compute(in AttentionTile tile, int chunk, int head, in AttentionSums sums)
    {
        var start = chunk * AttentionKernel.ChunkPositions;
        byte* keys = _cache.Chunk(tile.Slot, start, _layer, head, values: false), values = _cache.Chunk(tile.Slot, start, _layer, head, values: true);
        AttentionKernel.Attend<T>(
            new AttentionChunk
            {
                Keys = keys,
                Values = values,
                KeyScales = T.HasScales ? Scales(keys) : null,
                ValueScales = T.HasScales ? Scales(values) : null,
                HeadDim = _spec.HeadDim,
                Queries = Queries(head, tile.FirstRow),
                Rows = tile.Rows,
                Group = _group,
                Position = tile.Position - start,
                Start = start,
                Reach = _plan.Reach,
                SoftCap = _spec.AttentionSoftCap ?? 0,
            },
            sums);
    }

    private void Finish(in AttentionTile tile, int head, in AttentionSums sums)
    {
        for (var input = 0; input < tile.Rows * _group; input++)
        {
            var (row, own) = Math.DivRem(input, _group);
            if (_sinks is not null)
            {
                sums.AddSink(input, _sinks.Values[(head * _group) + own]);
            }

            sums.Finish(input, _target.Row(tile.FirstRow + row) + (((head * _group) + own) * _spec.HeadDim));
        }
    }
}
