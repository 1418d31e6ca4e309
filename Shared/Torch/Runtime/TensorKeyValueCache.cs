using Rill.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Runtime;

/// <summary>
/// Keys and values as ordinary tensors on one device. All memory is taken at the start, since libtorch offers no reserved address
/// ranges; releasing therefore does nothing.
/// </summary>
internal sealed class TensorKeyValueCache : IDisposable
{
    private readonly KeyValueLayout _layout;
    private readonly Tensor _slots;     // [slot, layer, key|value, position, element]
    private readonly Tensor _blocks;    // [block, layer, key|value, position, element]

    public TensorKeyValueCache(KeyValueLayout layout, ScalarType type, Device device)
    {
        _layout = layout;
        _slots = zeros([layout.SlotCount, layout.LayerCount, 2, layout.ContextLength, layout.TokenElements], type, device);
        _blocks = zeros([layout.BlockCount, layout.LayerCount, 2, layout.BlockSize, layout.TokenElements], type, device);
    }

    /// <summary>Writes consecutive positions of a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="start">The first position.</param>
    /// <param name="keys">[positions, elements].</param>
    /// <param name="values">[positions, elements].</param>
    public void Write(int slot, int layer, int start, Tensor keys, Tensor values)
    {
        using var scope = NewDisposeScope();
        Plane(slot, layer, 0).narrow(0, start, keys.shape[0]).copy_(keys);
        Plane(slot, layer, 1).narrow(0, start, values.shape[0]).copy_(values);
    }

    /// <summary>The keys or values of consecutive positions, [positions, elements]; a view.</summary>
    public Tensor Read(int slot, int layer, bool keys, int start, int count) => Plane(slot, layer, keys ? 0 : 1).narrow(0, start, count);

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

    public void Dispose()
    {
        _slots.Dispose();
        _blocks.Dispose();
    }

    private Tensor Plane(int slot, int layer, int plane) => _slots.select(0, slot).select(0, layer).select(0, plane);

    private Tensor InSlot(BlockCopy copy) => _slots.select(0, copy.Slot).narrow(2, copy.Position, _layout.BlockSize);
}
