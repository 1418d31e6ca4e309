using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>
/// A file of quantized weights: opened only when it is whole and was made from these weights, and never seen half written. Several
/// processes may open and write it at once: each writes a file of its own and then gives it the name.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="table">The matrices that it holds.</param>
/// <param name="source">Identifies what they are made from, 32 bytes.</param>
/// <param name="report">Gets a sentence for the log when the file cannot be used or written.</param>
internal sealed unsafe class QuantizedFile(string path, QuantizedTable table, byte[] source, Action<string> report)
{
    private const string Unfinished = ".partial";

    // A writer holds its file locked, but for the moments between making and locking it, and between closing and renaming it.
    private static readonly TimeSpan s_longestUnlocked = TimeSpan.FromMinutes(1);

    /// <summary>Where the file is.</summary>
    public string Path => path;

    /// <summary>Maps the file after checking all of it; null when it is not there or does not do.</summary>
    /// <param name="team">The threads that check.</param>
    /// <param name="matrices">The first byte of the matrices in the mapped file.</param>
    /// <param name="repacked">What became of packed weights when they were made.</param>
    public FileMemory? TryOpen(ThreadTeam team, out nint matrices, out RepackCount repacked)
    {
        (matrices, repacked) = (0, default);
        if (!File.Exists(path))
        {
            return null;
        }

        MappedFile? file = null;
        string? fault;
        try
        {
            file = new(path);
            fault = FindFault(file, team, out matrices, out repacked);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            fault = $"it cannot be read ({error.Message.TrimEnd('.')})";
        }

        if (fault is null)
        {
            return file;
        }

        file?.Dispose();
        report($"The quantized weights in {path} are not used: {fault}; they are made anew.");
        return null;
    }

    /// <summary>Writes the file. Where that fails, a sentence is reported and nothing is left behind.</summary>
    /// <param name="matrices">The table's bytes.</param>
    /// <param name="repacked">What became of packed weights when they were made.</param>
    public void Write(nint matrices, RepackCount repacked)
    {
        var unfinished = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            DeleteUnfinished();
            Write((byte*)matrices, repacked, unfinished);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            report($"The quantized weights could not be kept in {path}, so the next start makes them again: {error.Message}");
            TryDelete(unfinished);
        }
    }

    private string? FindFault(MappedFile file, ThreadTeam team, out nint matrices, out RepackCount repacked)
    {
        repacked = default;
        var expected = QuantizedFileHeader.Write(table, source, default, []);
        matrices = (nint)file.Start + expected.Length;
        var wanted = expected.Length + table.ByteCount;
        if (file.Length < expected.Length)
        {
            return $"it has {file.Length} bytes instead of {wanted}";
        }

        var header = new ReadOnlySpan<byte>(file.Start, expected.Length);
        if (QuantizedFileHeader.Compare(header, expected) is { } fault)
        {
            return fault;
        }

        repacked = QuantizedFileHeader.RepackedOf(header);
        return file.Length != wanted ? $"it has {file.Length} bytes instead of {wanted}"
            : !Hash((byte*)matrices, repacked, team).AsSpan().SequenceEqual(QuantizedFileHeader.HashOf(header)) ? "its content is damaged"
            : null;
    }

    private byte[] Hash(byte* matrices, RepackCount repacked, ThreadTeam team)
    {
        var hash = new ChunkedHash(table.ByteCount);
        team.Run(hash.Count, chunk => hash.Add(chunk, hash.Chunk(matrices, chunk)));
        return hash.ToArray(repacked);
    }

    /// <summary>Writes the matrices, then the header with their hash, and has the system put them on the disk.</summary>
    private void Write(byte* matrices, RepackCount repacked, string target)
    {
        var headerBytes = QuantizedFileHeader.Write(table, source, repacked, []).Length;
        var hash = new ChunkedHash(table.ByteCount);
        using var file = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, preallocationSize: headerBytes + table.ByteCount);
        for (var chunk = 0; chunk < hash.Count; chunk++)
        {
            var bytes = hash.Chunk(matrices, chunk);
            hash.Add(chunk, bytes);
            RandomAccess.Write(file, bytes, headerBytes + ((long)chunk * ChunkedHash.ChunkBytes));
        }

        RandomAccess.Write(file, QuantizedFileHeader.Write(table, source, repacked, hash.ToArray(repacked)), 0);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Deletes what writers have left that were ended: files that are not locked and were not just written.</summary>
    private void DeleteUnfinished()
    {
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(path)!, $"{System.IO.Path.GetFileName(path)}.*{Unfinished}"))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) < s_longestUnlocked)
            {
                continue;
            }

            try
            {
                // To read as well, though nothing is read: a pipe of this name would wait for a reader.
                using (File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    // Nobody else has it.
                }

                File.Delete(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It is being written, or was just deleted or renamed by its writer.
            }
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Where it could not be written it may not be deletable either; the next writer tries again.
        }
    }
}
