using Rill.Serving;

namespace Rill.Torch.Runtime;

/// <summary>
/// Keys and values on the CPU. Each slot is contiguous in virtual memory, so attention needs no block table; physical pages come as
/// positions fill and go back when the slot or the cached block is released (the idea of vAttention, arXiv 2405.04437).
/// </summary>
internal sealed unsafe class KeyValueCache : IDisposable
{
    private readonly KeyValueLayout _layout;
    private readonly VirtualMemory _slots;
    private readonly VirtualMemory _blocks;
    private readonly long _slotStride;
    private readonly long _blockStride;

    public KeyValueCache(KeyValueLayout layout)
    {
        _layout = layout;
        _slotStride = VirtualMemory.RoundUp(2L * layout.LayerCount * layout.ContextLength * layout.TokenBytes);
        _blockStride = VirtualMemory.RoundUp(layout.BlockBytes);
        _slots = new(_slotStride * layout.SlotCount);
        _blocks = new(_blockStride * layout.BlockCount);
    }

    /// <summary>The slot's keys of a layer, from position 0 on.</summary>
    public byte* Keys(int slot, int layer) => Plane(slot, 2 * layer);

    /// <summary>The slot's values of a layer, from position 0 on.</summary>
    public byte* Values(int slot, int layer) => Plane(slot, (2 * layer) + 1);

    /// <summary>Gives a slot's memory back.</summary>
    public void ReleaseSlot(int slot) => _slots.Release(slot * _slotStride, _slotStride);

    /// <summary>Gives a cached block's memory back.</summary>
    public void ReleaseBlock(int block) => _blocks.Release(block * _blockStride, _blockStride);

    /// <summary>Copies a cached block into a slot.</summary>
    public void Restore(BlockCopy copy) => Copy(copy, toSlot: true);

    /// <summary>Copies a block of a slot into the cache.</summary>
    public void Save(BlockCopy copy) => Copy(copy, toSlot: false);

    public void Dispose()
    {
        _slots.Dispose();
        _blocks.Dispose();
    }

    private byte* Plane(int slot, int plane) =>
        _slots.Start + (slot * _slotStride) + (plane * _layout.ContextLength * _layout.TokenBytes);

    private void Copy(BlockCopy copy, bool toSlot)
    {
        var bytes = _layout.BlockSize * _layout.TokenBytes;
        for (var plane = 0; plane < 2 * _layout.LayerCount; plane++)
        {
            var inSlot = Plane(copy.Slot, plane) + (copy.Position * _layout.TokenBytes);
            var inBlock = _blocks.Start + (copy.Block * _blockStride) + (plane * bytes);
            Buffer.MemoryCopy(toSlot ? inBlock : inSlot, toSlot ? inSlot : inBlock, bytes, bytes);
        }
    }
}
