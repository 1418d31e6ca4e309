using System.Globalization;

namespace Rill;

/// <summary>The files of a directory. A name may hold no folder.</summary>
internal sealed class DirectoryFiles(string directory) : ModelFiles
{
    private readonly string _directory = Path.GetFullPath(directory);

    public override string Name => Path.GetFileName(_directory.TrimEnd(Path.DirectorySeparatorChar));

    public override DateTimeOffset Published => new(File.GetLastWriteTimeUtc(Describe("config.json")));

    public override string? LocalDirectory => _directory;

    public override string Describe(string name) => Path.Combine(_directory, name);

    public override bool Has(string name) => File.Exists(Describe(name));

    public override string Stamp(string name)
    {
        var file = new FileInfo(Describe(name));
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes of {file.LastWriteTimeUtc.Ticks}");
    }

    public override ReadOnlyMemory<byte> Read(string name) => File.ReadAllBytes(Describe(name));

    public override FileMemory Open(string name) => new MappedFile(Describe(name));
}
