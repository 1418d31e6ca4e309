using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Rows of one sequence whose positions follow one another: keys and values are read once for all of them.</summary>
/// <param name="FirstRow">The first one's number in the step.</param>
/// <param name="Rows">How many.</param>
/// <param name="Slot">Their slot.</param>
/// <param name="Position">The first one's position.</param>
/// <param name="FirstChunk">The first chunk of positions that one of them attends to.</param>
/// <param name="EndChunk">The one after the last.</param>
/// <param name="Part">Where their chunks' sums lie when several threads compute them: the number of the first; -1 when one thread computes them all.</param>
internal readonly record struct AttentionTile(int FirstRow, int Rows, int Slot, int Position, int FirstChunk, int EndChunk, int Part = -1)
{
    /// <summary>True when each chunk is a unit of its own.</summary>
    public bool IsSplit => Part >= 0;

    /// <summary>Chunks.</summary>
    public int Chunks => EndChunk - FirstChunk;
}

/// <summary>Some chunks of a tile.</summary>
/// <param name="Tile">The tile's number.</param>
/// <param name="FirstChunk">The first of them.</param>
/// <param name="EndChunk">The one after the last.</param>
internal readonly record struct AttentionUnit(int Tile, int FirstChunk, int EndChunk);

/// <summary>
/// How a step's attention is shared out, for layers of one reach. A tile is one unit, except those so large beside the rest that threads
/// would wait for whoever computes them: of these each chunk is a unit. Which it is changes no bits (<see cref="AttentionSums"/>).
/// </summary>
/// <param name="reach">Which positions a row attends to.</param>
/// <param name="tileRows">Most rows of a tile.</param>
/// <param name="heads">Key/value heads: each unit exists once for each.</param>
/// <param name="threads">Threads that share the units.</param>
internal sealed class AttentionPlan(AttentionReach reach, int tileRows, int heads, int threads)
{
    private const int Fraction = 4;    // a unit should be at most a quarter of a thread's share

    private readonly List<AttentionTile> _tiles = [];
    private readonly List<AttentionUnit> _units = [];
    private int[] _unfinished = [];

    /// <summary>Which positions a row attends to.</summary>
    public AttentionReach Reach => reach;

    /// <summary>Tiles of the step.</summary>
    public IReadOnlyList<AttentionTile> Tiles => _tiles;

    /// <summary>Units of the step.</summary>
    public IReadOnlyList<AttentionUnit> Units => _units;

    /// <summary>Pairs of a row and a position.</summary>
    public long Work { get; private set; }

    /// <summary>Chunks of the tiles that are split, together.</summary>
    public int Parts { get; private set; }

    /// <summary>Lays out a step.</summary>
    public void Begin(TokenRow[] rows)
    {
        _tiles.Clear();
        _units.Clear();
        (Work, Parts) = (0, 0);
        for (var row = 0; row < rows.Length; row += _tiles[^1].Rows)
        {
            var tile = TileAt(rows, row);
            _tiles.Add(tile);
            Work += WorkOf(tile);
        }

        // Later rows of a prompt attend to more positions: they come first, so that the threads end together.
        for (var index = _tiles.Count - 1; index >= 0; index--)
        {
            Split(index);
        }

        _unfinished = _unfinished.Length >= _tiles.Count * heads ? _unfinished : new int[_tiles.Count * heads];
    }

    /// <summary>Before a layer: none of its chunks is computed.</summary>
    public void Restart()
    {
        for (var i = 0; i < _tiles.Count * heads; i++)
        {
            _unfinished[i] = _tiles[i / heads].Chunks;
        }
    }

    /// <summary>True for whoever has computed the last of a split tile's chunks; all threads' sums can then be read.</summary>
    public bool FinishChunk(int tile, int head) => Interlocked.Decrement(ref _unfinished[(tile * heads) + head]) == 0;

    private AttentionTile TileAt(TokenRow[] rows, int first)
    {
        var (position, slot) = (rows[first].Position, rows[first].Slot);
        var end = first + 1;
        while (end < rows.Length && end - first < tileRows && rows[end].Slot == slot && rows[end].Position == position + end - first)
        {
            end++;
        }

        return new(
            first, end - first, slot, position, reach.First(position) / AttentionKernel.ChunkPositions,
            ((position + end - first - 1) / AttentionKernel.ChunkPositions) + 1);
    }

    private long WorkOf(AttentionTile tile) => (long)tile.Rows * Math.Min(tile.Position + tile.Rows, Math.Min(reach.Window, reach.Stretch));

    private void Split(int index)
    {
        var tile = _tiles[index];
        if (tile.Chunks == 1 || threads == 1 || WorkOf(tile) * threads * Fraction <= Work * heads)
        {
            _units.Add(new(index, tile.FirstChunk, tile.EndChunk));
            return;
        }

        _tiles[index] = tile with { Part = Parts };
        Parts += tile.Chunks;
        for (var chunk = tile.FirstChunk; chunk < tile.EndChunk; chunk++)
        {
            _units.Add(new(index, chunk, chunk + 1));
        }
    }
}
