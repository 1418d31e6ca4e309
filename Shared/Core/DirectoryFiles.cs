using System.Globalization;

namespace Rill;

/// <summary>
/// The files of a directory. Only regular files are read, and links only where they stay inside, or lead to the blobs of the hub's cache that
/// the directory is a snapshot of: whoever wrote the files must not choose what else of this machine is read (docs/adr/0053).
/// </summary>
internal sealed class DirectoryFiles(string directory) : ModelFiles
{
    private readonly string _directory = Path.GetFullPath(directory);
    private readonly Lazy<string> _root = new(() => FinalPath.Of(directory));

    public override string Name => Path.GetFileName(_directory.TrimEnd(Path.DirectorySeparatorChar));

    public override DateTimeOffset Published => new(File.GetLastWriteTimeUtc(Describe(ModelFileNames.Config)));

    public override string? LocalDirectory => _directory;

    public override string Describe(string name) => Path.Combine(_directory, name);

    /// <summary>A link that leads nowhere counts: to pass over it would be to serve another model than the one that is meant.</summary>
    public override bool Has(string name) => Path.Exists(Describe(name)) || new FileInfo(Describe(name)).LinkTarget is not null;

    public override string Stamp(string name) => Try(name, path =>
    {
        var file = new FileInfo(path);
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes of {file.LastWriteTimeUtc.Ticks}");
    });

    public override FileMemory Open(string name) => Try(name, path => new MappedFile(path));

    public override string LocalPath(string name) => Try(name, path => path);

    protected override ReadOnlyMemory<byte> ReadAll(string name) => Try(name, path =>
    {
        ModelFileNames.CheckSize(name, new FileInfo(path).Length, Describe(name));
        return File.ReadAllBytes(path);
    });

    private T Try<T>(string name, Func<string, T> read)
    {
        try
        {
            return read(Find(name));
        }
        catch (FileNotFoundException error)
        {
            throw new ModelFileException($"{Describe(name)} does not exist.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"{Describe(name)} cannot be read: {error.Message.TrimEnd('.')}.", error);
        }
    }

    /// <summary>The path of a file behind its links.</summary>
    private string Find(string name)
    {
        var path = FinalPath.Of(Describe(name));
        if (!IsOfThisModel(path))
        {
            throw new ModelFileException($"{Describe(name)} is a link that leaves the model's directory, to {path}; put the file itself there.");
        }

        return FileKind.OfIrregular(path) is { } kind
            ? throw new ModelFileException($"{Describe(name)} is {kind} and not a regular file; put the model's own file there.")
            : path;
    }

    private bool IsOfThisModel(string path)
    {
        var (root, snapshots) = (_root.Value, Path.GetDirectoryName(_root.Value));
        var folder = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return path.StartsWith(folder, StringComparison.Ordinal)
            || (Path.GetFileName(snapshots) == "snapshots" && Path.GetDirectoryName(path) == Path.Combine(Path.GetDirectoryName(snapshots)!, "blobs"));
    }
}
