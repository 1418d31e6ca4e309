namespace Rill.ModelStore.Transfers;

/// <summary>Where a chunk is.</summary>
internal enum ChunkState
{
    /// <summary>In the store.</summary>
    Absent,

    /// <summary>Being read.</summary>
    OnItsWay,

    /// <summary>In memory.</summary>
    There,
}

/// <summary>A chunk of a <see cref="ChunkFlow"/>, which guards what changes.</summary>
/// <param name="chunk">Which part of the file.</param>
/// <param name="memory">The file's memory.</param>
/// <param name="hash">The file's hash, which sees chunks in order; null where each chunk has its own, which was compared when it was read.</param>
internal sealed class FlowingChunk(Chunk chunk, StreamedMemory memory, ArrivingHash? hash)
{
    public Chunk Chunk => chunk;

    public StreamedMemory Memory => memory;

    public ArrivingHash? Hash => hash;

    /// <summary>Its number among the flow's.</summary>
    public required int Number { get; init; }

    public ChunkState State { get; set; }

    /// <summary>True once it has been read, even if it is not there any more.</summary>
    public bool WasRead { get; set; }

    /// <summary>True while the reader may read it.</summary>
    public bool IsPinned { get; set; }

    /// <summary>True when nothing is left to be compared.</summary>
    public bool IsChecked => hash is null || hash.Front > chunk.Index;
}
