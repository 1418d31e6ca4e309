using Rill.Serving;
using Rill.Torch.Native;

namespace Rill.Torch.Cache;

/// <summary>
/// Keys and values on the CPU. Each slot is contiguous in virtual memory, so attention needs no block table; physical pages come as
/// positions fill and go back when the slot or the cached block is released (the idea of vAttention, arXiv 2405.04437).
/// <para>
/// A slot is [chunk, layer, head, key|value, position, headDim] (without values where these are the keys), a chunk being <see cref="ChunkPositions"/> positions: what
/// a thread reads at once follows one another in memory. A cached block is [layer, head, key|value, position, headDim]. Where elements have
/// scales, those of all positions follow the vectors of a head.
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

    /// <summary>Reserves the addresses.</summary>
    /// <param name="layout">The sizes.</param>
    /// <param name="parts">Owns the memory.</param>
    public CpuKeyValueCache(KeyValueLayout layout, DisposableStack parts)
    {
        _layout = layout;
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

    private int Planes => _layout.Vectors * _layout.LayerCount * _layout.HeadCount;

    private long PositionBytes => _layout.VectorBytes + _layout.Format.ScaleSize;

    /// <summary>The keys (or values) of a head in the chunk of positions that holds <paramref name="position"/>, from the chunk's first position on.</summary>
    public byte* Chunk(int slot, int position, int layer, int head, bool values) =>
        InSlot(slot, position, (((layer * _layout.HeadCount) + head) * _layout.Vectors) + (values && !_layout.ValuesAreKeys ? 1 : 0));

    /// <summary>Gives a slot's memory back.</summary>
    public void ReleaseSlot(int slot) => _slots.Release(slot * _slotStride, _slotStride);

    /// <summary>Gives a cached block's memory back.</summary>
    public void ReleaseBlock(int block) => _blocks.Release(block * _blockStride, _blockStride);

    /// <summary>Copies a cached block into a slot.</summary>
    public void Restore(BlockCopy copy) => Copy(copy, toSlot: true);

    /// <summary>Copies a block of a slot into the cache.</summary>
    public void Save(BlockCopy copy) => Copy(copy, toSlot: false);

    private byte* InSlot(int slot, int position, int plane) =>
        _slots.Start + (slot * _slotStride) + (position / ChunkPositions * _chunkStride) + (plane * ChunkPositions * PositionBytes);

    private void Copy(BlockCopy copy, bool toSlot)
    {
        for (var plane = 0; plane < Planes; plane++)
        {
            var block = _blocks.Start + (copy.Block * _blockStride) + (plane * _layout.BlockSize * PositionBytes);
            for (int done = 0, count; done < _layout.BlockSize; done += count)
            {
                var position = copy.Position + done;
                var chunk = InSlot(copy.Slot, position, plane);
                var inChunk = position % ChunkPositions;
                count = Math.Min(_layout.BlockSize - done, ChunkPositions - inChunk);
                Copy(chunk, ChunkPositions, inChunk, block, _layout.BlockSize, done, count, toSlot);
            }
        }
    }

    /// <summary>Copies the vectors of some positions, and their scales, between a chunk of a slot and a block.</summary>
    private void Copy(byte* chunk, int chunkSize, int inChunk, byte* block, int blockSize, int inBlock, int count, bool toSlot)
    {
        Move(chunk + (inChunk * _layout.VectorBytes), block + (inBlock * _layout.VectorBytes), count * _layout.VectorBytes);
        byte* chunkScales = chunk + (chunkSize * _layout.VectorBytes), blockScales = block + (blockSize * _layout.VectorBytes);
        var size = _layout.Format.ScaleSize;
        Move(chunkScales + (inChunk * size), blockScales + (inBlock * size), count * size);

        void Move(byte* inSlot, byte* inCache, long bytes) => Buffer.MemoryCopy(toSlot ? inCache : inSlot, toSlot ? inSlot : inCache, bytes, bytes);
    }
}
