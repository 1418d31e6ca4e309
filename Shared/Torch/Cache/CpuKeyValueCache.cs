using Rill.Serving;
using Rill.Torch.Native;

namespace Rill.Torch.Cache;

/// <summary>
/// Keys and values on the CPU. Each slot is contiguous in virtual memory, so attention needs no block table; physical pages come as
/// positions fill and go back when the slot or the cached block is released (the idea of vAttention, arXiv 2405.04437).
/// <para>
/// A slot is [chunk, layer, head, key|value, position, headDim] (without values where these are the keys), a chunk being <see cref="ChunkPositions"/> positions: what
/// a thread reads at once follows one another in memory. A cached block is [layer, head, key|value, position, headDim]. Where elements have
/// scales, those of all positions follow the vectors of a head. Layers may differ in their heads; one that keeps nothing takes no memory.
/// </para>
/// </summary>
internal sealed unsafe class CpuKeyValueCache
{
    /// <summary>Positions of a chunk.</summary>
    public const int ChunkPositions = 256;

    // Long contexts are read faster from huge pages (M at 32k positions by a sixth). They take a whole chunk's memory with its first
    // position, some 10 MB for M, which the many short sequences of a busy server should not.
    private const int PlainChunks = 4;
    private readonly KeyValueLayout _layout;
    private readonly VirtualMemory _slots;
    private readonly VirtualMemory _blocks;
    private readonly long _chunkStride;
    private readonly long _slotStride;
    private readonly long _blockStride;
    private readonly LayerPlace[] _places;    // by layer

    /// <summary>Reserves the addresses.</summary>
    /// <param name="layout">The sizes.</param>
    /// <param name="parts">Owns the memory.</param>
    public CpuKeyValueCache(KeyValueLayout layout, DisposableStack parts)
    {
        _layout = layout;
        _places = Places(layout);
        _chunkStride = ChunkPositions * layout.TokenBytes;
        _slotStride = VirtualMemory.RoundUp(((long)layout.ContextLength + ChunkPositions - 1) / ChunkPositions * _chunkStride);
        _blockStride = VirtualMemory.RoundUp(layout.BlockBytes);
        _slots = parts.Own(new VirtualMemory(_slotStride * layout.SlotCount));
        _blocks = parts.Own(new VirtualMemory(_blockStride * layout.BlockCount));
        var plain = PlainChunks * _chunkStride;
        for (var slot = 0; slot < layout.SlotCount && plain < _slotStride; slot++)
        {
            _slots.AskForHugePages(VirtualMemory.RoundUp((slot * _slotStride) + plain), _slotStride - VirtualMemory.RoundUp(plain));
        }
    }

    /// <summary>
    /// The keys (or values) of a head in the chunk of positions that holds <paramref name="position"/>, from the chunk's first position on; of
    /// a layer that keeps some.
    /// </summary>
    public byte* Chunk(int slot, int position, int layer, int head, bool values)
    {
        ref readonly var place = ref _places[layer];
        return InSlot(slot, position, place.First + (((head * _layout.Vectors) + (values && !_layout.ValuesAreKeys ? 1 : 0)) * place.VectorBytes));
    }

    /// <summary>Gives a slot's memory back.</summary>
    public void ReleaseSlot(int slot) => _slots.Release(slot * _slotStride, _slotStride);

    /// <summary>Gives a cached block's memory back.</summary>
    public void ReleaseBlock(int block) => _blocks.Release(block * _blockStride, _blockStride);

    /// <summary>Copies a cached block into a slot.</summary>
    public void Restore(BlockCopy copy) => Copy(copy, toSlot: true);

    /// <summary>Copies a block of a slot into the cache.</summary>
    public void Save(BlockCopy copy) => Copy(copy, toSlot: false);

    private static LayerPlace[] Places(KeyValueLayout layout)
    {
        var places = new LayerPlace[layout.Layers.Count];
        var first = 0L;
        for (var layer = 0; layer < places.Length; layer++)
        {
            places[layer] = new(first, layout.VectorBytes(layer), layout.Vectors * layout.Layers[layer].HeadCount);
            first += layout.LayerBytes(layer);
        }

        return places;
    }

    /// <param name="slot">The slot.</param>
    /// <param name="position">A position of the chunk.</param>
    /// <param name="before">Bytes of what a position keeps before the plane.</param>
    private byte* InSlot(int slot, int position, long before) =>
        _slots.Start + (slot * _slotStride) + (position / ChunkPositions * _chunkStride) + (before * ChunkPositions);

    private void Copy(BlockCopy copy, bool toSlot)
    {
        foreach (var place in _places)
        {
            for (var plane = 0; plane < place.Planes; plane++)
            {
                CopyPlane(copy, place.First + (plane * place.VectorBytes), place.VectorBytes - _layout.Format.ScaleSize, toSlot);
            }
        }
    }

    /// <summary>Copies one head's keys (or values), each of <paramref name="vectorBytes"/> without its scale.</summary>
    private void CopyPlane(BlockCopy copy, long before, long vectorBytes, bool toSlot)
    {
        var block = _blocks.Start + (copy.Block * _blockStride) + (before * _layout.BlockSize);
        for (int done = 0, count; done < _layout.BlockSize; done += count)
        {
            var position = copy.Position + done;
            var chunk = InSlot(copy.Slot, position, before);
            var inChunk = position % ChunkPositions;
            count = Math.Min(_layout.BlockSize - done, ChunkPositions - inChunk);
            Copy(chunk, inChunk, block, done, count, vectorBytes, toSlot);
        }
    }

    /// <summary>Copies the vectors of some positions, and their scales, between a chunk of a slot and a block.</summary>
    private void Copy(byte* chunk, int inChunk, byte* block, int inBlock, int count, long vectorBytes, bool toSlot)
    {
        Move(chunk + (inChunk * vectorBytes), block + (inBlock * vectorBytes), count * vectorBytes);
        byte* chunkScales = chunk + (ChunkPositions * vectorBytes), blockScales = block + (_layout.BlockSize * vectorBytes);
        var size = _layout.Format.ScaleSize;
        Move(chunkScales + (inChunk * size), blockScales + (inBlock * size), count * size);

        void Move(byte* inSlot, byte* inCache, long bytes) => Buffer.MemoryCopy(toSlot ? inCache : inSlot, toSlot ? inSlot : inCache, bytes, bytes);
    }

    /// <summary>Where a layer's keys and values lie among all that a position keeps.</summary>
    /// <param name="First">Bytes of the layers before it.</param>
    /// <param name="VectorBytes">Bytes of a key (or value) with its scale.</param>
    /// <param name="Planes">Keys and values of its heads.</param>
    private readonly record struct LayerPlace(long First, long VectorBytes, int Planes);
}
