using Rill.Serving;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Cache;

/// <summary>
/// Keys and values on one device, as many in each layer: [slot, position, layer, key|value, element], so that all of a token lies together.
/// Attention kernels take any distance from row to row, memory comes behind a slot as its sequence grows, and a cached block is one
/// contiguous copy.
/// <para>
/// Where the device maps memory, slots and blocks are reserved addresses, and nobody may read or write a position of a slot before
/// <see cref="Use"/> said that it is used. Elsewhere they are ordinary tensors, which take their memory at once and for good.
/// </para>
/// </summary>
internal sealed class GpuKeyValueCache
{
    private readonly KeyValueLayout _layout;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly DisposableStack _parts;
    private readonly IDeviceMemory? _memory;
    private readonly long _elements;             // of a key (or value) of all heads of a layer
    private readonly DevicePages? _pages;
    private readonly DeviceRegions? _slotMemory;
    private readonly Tensor _slots;              // [row, layer, key|value, element]
    private DeviceRegions? _blockMemory;
    private BlockPlaces? _places;
    private Tensor? _blocks;                     // [row, layer, key|value, element]

    /// <summary>Takes the slots' addresses, or memory. The blocks' come with <see cref="AddBlocks"/>.</summary>
    /// <param name="layout">The sizes; all layers keep the same.</param>
    /// <param name="type">Of keys and values.</param>
    /// <param name="device">Where they lie.</param>
    /// <param name="parts">Owns the memory.</param>
    /// <param name="memory">Maps memory as it is used; null for ordinary tensors.</param>
    /// <exception cref="InsufficientMemoryException">There are no such addresses, or not the first page.</exception>
    public GpuKeyValueCache(KeyValueLayout layout, ScalarType type, Device device, DisposableStack parts, IDeviceMemory? memory = null)
    {
        (_layout, _type, _device, _parts, _memory) = (layout, type, device, parts, memory);
        _elements = layout.Layers.Select(layer => layer.TokenElements).Distinct().Single();
        SlotStride = memory is null ? layout.ContextLength : DeviceRows.OfSlot(layout, memory.PageBytes);
        if (memory is null)
        {
            _slots = parts.Own(empty(Shape(Rows), type, device));
            return;
        }

        _slotMemory = Reserve(memory, layout.SlotCount, SlotStride * layout.TokenBytes);
        _pages = new DevicePages(_slotMemory, () => _blockMemory, CloseRanks);
        _pages.Use(_slotMemory, 0, 1);    // the tensor is made over memory that is there
        _slots = parts.Own(TensorMemory.WrapOn(device, _slotMemory.Start, type, Shape(Rows)));
    }

    /// <summary>Rows from one slot to the next: the row of a position in <see cref="RowsOf"/> is slot * stride + position.</summary>
    public long SlotStride { get; }

    /// <summary>Rows of all slots together.</summary>
    public long Rows => SlotStride * _layout.SlotCount;

    /// <summary>Bytes of the keys (or values) of so many positions in one layer.</summary>
    public long BytesOf(int positions) => positions * _elements * _layout.Format.ElementSize;

    /// <summary>Adds the prefix cache's blocks, once, and bounds the memory of slots and blocks together.</summary>
    /// <param name="count">Number of blocks.</param>
    /// <param name="mostBytes">Bytes of all of them; of no account where slots are ordinary tensors.</param>
    public void AddBlocks(int count, long mostBytes)
    {
        var rows = (long)count * _layout.BlockSize;
        if (_memory is null)
        {
            _blocks = _parts.Own(empty(Shape(rows), _type, _device));
            return;
        }

        _places = new BlockPlaces(count);
        _blockMemory = Reserve(_memory, 1, DeviceRows.WholePages(rows * _layout.TokenBytes, _memory.PageBytes));
        _pages!.Use(_blockMemory, 0, 1);
        _blocks = _parts.Own(TensorMemory.WrapOn(_device, _blockMemory.Start, _type, Shape(rows)));
        _pages.Most = mostBytes;
    }

    /// <summary>Puts memory behind the first positions of a slot, which are what its sequence has from now on.</summary>
    /// <exception cref="InsufficientMemoryException">The device has none.</exception>
    public void Use(int slot, int positions) => _pages?.Use(_slotMemory!, slot, positions * _layout.TokenBytes);

    /// <summary>
    /// The keys (or values) of a layer in all slots, [row, element], a view: the position p of slot s is its row s * SlotStride + p.
    /// </summary>
    public Tensor RowsOf(int layer, bool keys) => _slots.select(1, layer).select(1, keys ? 0 : 1);

    /// <summary>Writes keys and values, each [N, elements], to the rows int64 [N] of a layer. The caller's scope owns what it makes.</summary>
    public void Write(int layer, Tensor rows, Tensor keys, Tensor values)
    {
        RowsOf(layer, keys: true).index_copy_(0, rows, keys);
        RowsOf(layer, keys: false).index_copy_(0, rows, values);
    }

    /// <summary>The keys (or values) of consecutive positions of a slot, [positions, elements]; a view.</summary>
    public Tensor Read(int slot, int layer, bool keys, int start, int count) => RowsOf(layer, keys).narrow(0, (slot * SlotStride) + start, count);

    /// <summary>The keys (or values) of rows int64 [N] of a layer, [N, elements]; a copy.</summary>
    public Tensor ReadRows(Tensor rows, int layer, bool keys) => RowsOf(layer, keys).index_select(0, rows);

    /// <summary>Ends the use of a slot. Its memory stays for the next sequence, until others need it.</summary>
    public void ReleaseSlot(int slot) => _slotMemory?.Use(slot, 0);

    /// <summary>Ends the use of a cached block.</summary>
    public void ReleaseBlock(int block) => _places?.Release(block);

    /// <summary>Copies cached blocks into slots.</summary>
    public void Restore(IReadOnlyList<BlockCopy> copies)
    {
        foreach (var copy in copies)
        {
            var end = (copy.Position + _layout.BlockSize) * _layout.TokenBytes;
            _pages?.Use(_slotMemory!, copy.Slot, Math.Max(end, _slotMemory!.UsedBy(copy.Slot)));    // moves blocks where memory is short
        }

        Copy(copies, toSlot: true);
    }

    /// <summary>Copies blocks of slots into the cache.</summary>
    public void Save(IReadOnlyList<BlockCopy> copies)
    {
        foreach (var copy in copies)
        {
            Place(copy.Block);
        }

        Copy(copies, toSlot: false);
    }

    private DeviceRegions Reserve(IDeviceMemory memory, int count, long bytes)
    {
        try
        {
            return _parts.Own(new DeviceRegions(memory, count, bytes));
        }
        catch (DeviceMemoryException failure)
        {
            throw new InsufficientMemoryException(
                $"Could not reserve {count * bytes} bytes of the device's addresses for the KV cache ({failure.Message}); " +
                "lower the context length or the number of sequences.");
        }
    }

    /// <summary>Gives a block a place with memory behind it.</summary>
    private void Place(int block)
    {
        if (_places is null)
        {
            return;
        }

        var end = _places.End;
        if (_places.Take(block) < end)
        {
            return;    // it had one, or fills a gap
        }

        try
        {
            _pages!.Use(_blockMemory!, 0, (end + 1) * _layout.BlockBytes);
        }
        catch
        {
            _places.Release(block);    // what lies at the end has no memory, and must not be moved
            throw;
        }
    }

    private long[] Shape(long rows) => [rows, _layout.Layers.Count, 2, _elements];

    private void Copy(IReadOnlyList<BlockCopy> copies, bool toSlot)
    {
        using var scope = NewDisposeScope();
        foreach (var run in BlockRun.Of(copies, copy => _places?.Of(copy.Block) ?? copy.Block, _layout.BlockSize, SlotStride))
        {
            var (slot, block) = (_slots.narrow(0, run.SlotRow, run.Rows), _blocks!.narrow(0, run.BlockRow, run.Rows));
            _ = toSlot ? slot.copy_(block) : block.copy_(slot);
        }
    }

    /// <summary>Moves cached blocks together: two blocks never overlap.</summary>
    private void CloseRanks()
    {
        if (_places is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        while (_places.TryMoveLast(out var move))
        {
            Block(move.To).copy_(Block(move.From));
        }

        _blockMemory!.Use(0, _places.End * _layout.BlockBytes);

        Tensor Block(int place) => _blocks!.narrow(0, (long)place * _layout.BlockSize, _layout.BlockSize);
    }
}
