namespace Rill.ModelStore.Transfers;

/// <summary>A file of weights that is read while it is fetched: addresses for all of it, and memory for the chunks that a <see cref="ChunkFlow"/> holds.</summary>
internal sealed class StreamedMemory : AnonymousMemory
{
    private readonly ChunkFlow _flow;

    /// <summary>Takes addresses for a file; its chunks are a flow's from a number on.</summary>
    /// <param name="file">The file.</param>
    /// <param name="described">How errors name it.</param>
    /// <param name="flow">Brings its chunks; ended with the memory.</param>
    /// <exception cref="StoreException">The system has no addresses for it.</exception>
    public StreamedMemory(ManifestFile file, string described, ChunkFlow flow)
        : base(file.Size, described, reserve: false)
    {
        (_flow, File, Described) = (flow, file, described);
        FirstChunk = flow.Add(this);
    }

    /// <summary>The file.</summary>
    public ManifestFile File { get; }

    /// <summary>How errors name it.</summary>
    public string Described { get; }

    /// <summary>The number of its first chunk among the flow's.</summary>
    public int FirstChunk { get; }

    public override string? ArrivingHash => File.Sha256 ?? File.GitId;

    public override void Await(long offset, long length)
    {
        if (length > 0)
        {
            _flow.Await(FirstChunk + (int)(offset / _flow.ChunkBytes), FirstChunk + (int)((offset + length - 1) / _flow.ChunkBytes));
        }
    }

    public override void Pass(long offset) => _flow.Pass(FirstChunk + (int)(offset / _flow.ChunkBytes));

    public override void Complete() => _flow.Complete();

    /// <summary>Gives the pages back that lie wholly in a chunk; the flow has the lock on it.</summary>
    public void Drop(Chunk chunk)
    {
        var (first, length) = WholePages(chunk.Offset, chunk.Length);
        base.ReleasePages(first, length);
    }

    /// <summary>Does nothing: the flow has to know what is there.</summary>
    protected override void ReleasePages(nint address, nuint length)
    {
    }

    protected override void Dispose(bool disposing)
    {
        _flow.Dispose();    // what is being read is written here
        base.Dispose(disposing);
    }
}
