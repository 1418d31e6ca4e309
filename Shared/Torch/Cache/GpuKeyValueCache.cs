using Rill.Serving;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Cache;

/// <summary>
/// Keys and values as ordinary tensors on one device, as many in each layer. All memory is taken at the start, since libtorch offers no
/// reserved address ranges; releasing therefore does nothing.
/// </summary>
internal sealed class GpuKeyValueCache
{
    private readonly KeyValueLayout _layout;
    private readonly Tensor _slots;     // [slot, layer, key|value, position, element]
    private readonly Tensor _blocks;    // [block, layer, key|value, position, element]
    private readonly Tensor _rows;      // the slots once more, as [row, element]

    /// <summary>Takes the memory.</summary>
    /// <param name="layout">The sizes; all layers keep the same.</param>
    /// <param name="type">Of keys and values.</param>
    /// <param name="device">Where they lie.</param>
    /// <param name="parts">Owns the memory.</param>
    public GpuKeyValueCache(KeyValueLayout layout, ScalarType type, Device device, DisposableStack parts)
    {
        _layout = layout;
        var elements = layout.Layers.Select(layer => layer.TokenElements).Distinct().Single();
        _slots = parts.Own(zeros([layout.SlotCount, layout.Layers.Count, 2, layout.ContextLength, elements], type, device));
        _blocks = parts.Own(zeros([layout.BlockCount, layout.Layers.Count, 2, layout.BlockSize, elements], type, device));
        _rows = parts.Own(_slots.view(-1, elements));
    }

    /// <summary>Rows from one slot to the next: the row of a position in <see cref="RowsOf"/> is slot * stride + position.</summary>
    public long SlotStride => 2L * _layout.Layers.Count * _layout.ContextLength;

    /// <summary>Bytes of the keys (or values) of so many positions in one layer.</summary>
    public long BytesOf(int positions) => positions * _layout.LayerBytes(0) / _layout.Vectors;

    /// <summary>Rows of all slots together.</summary>
    public long Rows => _rows.shape[0];

    /// <summary>
    /// The keys (or values) of a layer in all slots, [row, element], a view: the position p of slot s is its row s * SlotStride + p;
    /// what lies between belongs to other layers.
    /// </summary>
    public Tensor RowsOf(int layer, bool keys) =>
        _rows.narrow(0, Plane(layer, keys) * (long)_layout.ContextLength, ((_layout.SlotCount - 1) * SlotStride) + _layout.ContextLength);

    /// <summary>Writes keys and values, each [N, elements], to the rows int64 [N] of a layer. The caller's scope owns what it makes.</summary>
    public void Write(int layer, Tensor rows, Tensor keys, Tensor values)
    {
        RowsOf(layer, keys: true).index_copy_(0, rows, keys);
        RowsOf(layer, keys: false).index_copy_(0, rows, values);
    }

    /// <summary>The keys (or values) of consecutive positions of a slot, [positions, elements]; a view.</summary>
    public Tensor Read(int slot, int layer, bool keys, int start, int count) => RowsOf(layer, keys).narrow(0, (slot * SlotStride) + start, count);

    /// <summary>The keys (or values) of the first positions of slots int64 [N], [N, positions, elements]; a copy.</summary>
    public Tensor ReadSlots(Tensor slots, int layer, bool keys, int count) =>
        _slots.select(1, layer).select(1, Plane(0, keys)).narrow(1, 0, count).index_select(0, slots);

    /// <summary>Copies a cached block into a slot.</summary>
    public void Restore(BlockCopy copy)
    {
        using var scope = NewDisposeScope();
        InSlot(copy).copy_(_blocks.select(0, copy.Block));
    }

    /// <summary>Copies a block of a slot into the cache.</summary>
    public void Save(BlockCopy copy)
    {
        using var scope = NewDisposeScope();
        _blocks.select(0, copy.Block).copy_(InSlot(copy));
    }

    private static int Plane(int layer, bool keys) => (2 * layer) + (keys ? 0 : 1);

    private Tensor InSlot(BlockCopy copy) => _slots.select(0, copy.Slot).narrow(2, copy.Position, _layout.BlockSize);
}
