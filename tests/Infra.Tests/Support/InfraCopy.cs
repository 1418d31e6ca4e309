namespace Rill.Infra.Tests.Support;

/// <summary>A copy of infra/ in a temporary folder, to format or to break.</summary>
internal sealed class InfraCopy : IDisposable
{
    public InfraCopy()
    {
        var source = Repository.Find("infra");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Find(Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The copy's folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("rill-infra-").FullName;

    /// <summary>A path inside the copy.</summary>
    public string Find(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Replaces text of a file of the copy; it has to be there.</summary>
    public void Replace(string file, string text, string by)
    {
        var before = File.ReadAllText(Find(file));
        Assert.Contains(text, before, StringComparison.Ordinal);
        File.WriteAllText(Find(file), before.Replace(text, by, StringComparison.Ordinal));
    }

    /// <summary>Makes the snapshot of one parameter file of the copy anew.</summary>
    public BicepSnapshot MakeSnapshot(string name) => BicepCompiler.Snapshot(Find("snapshots", name + ".bicepparam"));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
