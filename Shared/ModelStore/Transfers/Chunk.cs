namespace Rill.ModelStore.Transfers;

/// <summary>A range of a file.</summary>
internal readonly record struct Chunk(ManifestFile File, int Index, long Offset, int Length)
{
    /// <summary>All chunks of a file, in order.</summary>
    public static IEnumerable<Chunk> Of(ManifestFile file, int chunkBytes)
    {
        var index = 0;
        for (long offset = 0; offset < file.Size; offset += chunkBytes)
        {
            yield return new(file, index++, offset, (int)Math.Min(chunkBytes, file.Size - offset));
        }
    }
}
