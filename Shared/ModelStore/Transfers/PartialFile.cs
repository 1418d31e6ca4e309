using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Rill.ModelStore.Transfers;

/// <summary>
/// A file that is being pulled: NAME.partial with its bytes, and NAME.partial.chunks, whose first line says what it will be and which then
/// has one character a chunk, so that a broken-off pull goes on where it ended.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const byte Done = (byte)'x';
    private const byte Open = (byte)'.';

    private readonly SafeFileHandle _data;
    private readonly SafeFileHandle _marks;
    private readonly int _markStart;
    private readonly byte[] _done;

    /// <summary>Opens or creates the partial file in a directory.</summary>
    public PartialFile(string directory, ManifestFile file, int chunkBytes)
    {
        File = file;
        Path = System.IO.Path.Combine(directory, file.Name + ".partial");
        MarksPath = Path + ".chunks";
        var header = Encoding.ASCII.GetBytes($"{file.Sha256 ?? file.GitId} {file.Size} {chunkBytes}\n");
        _markStart = header.Length;
        _done = ReadMarks(header, (int)((file.Size + chunkBytes - 1) / chunkBytes));
        _data = System.IO.File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        _marks = System.IO.File.OpenHandle(MarksPath, FileMode.Create, FileAccess.Write, FileShare.None);
        RandomAccess.Write(_marks, [.. header, .. _done], 0);
    }

    /// <summary>What it will be.</summary>
    public ManifestFile File { get; }

    /// <summary>Where its bytes are.</summary>
    public string Path { get; }

    private string MarksPath { get; }

    /// <summary>Whether a chunk is there from before.</summary>
    public bool Has(Chunk chunk) => _done[chunk.Index] == Done;

    /// <summary>Writes a chunk, then notes that it is there.</summary>
    public async ValueTask WriteAsync(Chunk chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_data, bytes, chunk.Offset, cancellationToken).ConfigureAwait(false);
        RandomAccess.Write(_marks, [Done], _markStart + chunk.Index);
    }

    /// <summary>Gives the file its name.</summary>
    public void Publish(string path)
    {
        System.IO.File.Move(Path, path, overwrite: true);
        System.IO.File.Delete(MarksPath);
    }

    /// <summary>Removes what is there.</summary>
    public void Delete()
    {
        System.IO.File.Delete(Path);
        System.IO.File.Delete(MarksPath);
    }

    /// <summary>Closes the files; they stay.</summary>
    public void Dispose()
    {
        _data.Dispose();
        _marks.Dispose();
    }

    private byte[] ReadMarks(byte[] header, int count)
    {
        if (System.IO.File.Exists(Path) && System.IO.File.Exists(MarksPath) && System.IO.File.ReadAllBytes(MarksPath) is var marks
            && marks.Length == header.Length + count && marks.AsSpan().StartsWith(header))
        {
            return marks[header.Length..];
        }

        var none = new byte[count];
        Array.Fill(none, Open);
        return none;
    }
}
