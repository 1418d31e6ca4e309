using System.Diagnostics;
using System.Formats.Tar;
using System.Runtime.InteropServices;

namespace Rill.Release.Tests;

/// <summary>An archive, packed once from what is built: without compression and machine code made ahead, which would take a minute.</summary>
public sealed class ArchiveFixture : IDisposable
{
    // Seconds on an idle machine: three builds' outputs are copied, and half a gigabyte is packed.
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _output = Directory.CreateTempSubdirectory("rill-archive-");
    private readonly Lazy<string> _path;

    public ArchiveFixture() => _path = new Lazy<string>(Pack);

    /// <summary>Where it lies. The first to ask has it packed.</summary>
    public string Path
    {
        get
        {
            Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "Archives are made on Linux x64.");
            return _path.Value;
        }
    }

    /// <summary>The bill of materials beside it.</summary>
    public string BillOfMaterials => System.IO.Path.ChangeExtension(Path, ".cdx.json");

    /// <summary>What it holds, without the names' first folder.</summary>
    public IReadOnlyDictionary<string, TarEntry> Entries()
    {
        var entries = new Dictionary<string, TarEntry>();
        using var reader = new TarReader(File.OpenRead(Path));
        while (reader.GetNextEntry() is { } entry)
        {
            entries.Add(entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..].TrimEnd('/'), entry);
        }

        return entries;
    }

    /// <summary>The text of a file in it.</summary>
    public string Read(string name)
    {
        using var reader = new TarReader(File.OpenRead(Path));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name.EndsWith("/" + name, StringComparison.Ordinal))
            {
                return new StreamReader(entry.DataStream!).ReadToEnd();
            }
        }

        throw new FileNotFoundException($"The archive holds no {name}.");
    }

    public void Dispose() => _output.Delete(recursive: true);

    private string Pack()
    {
        var start = new ProcessStartInfo("bash", [Repository.Find("scripts", "package.sh"), "--no-build", "--no-compression", "--output", _output.FullName]);
        var run = ProcessBounds.RunAsync(start, _limit).GetAwaiter().GetResult();
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run.Output.Trim();
    }
}
