using System.Globalization;
using Rill.Core.Tests.Models;

namespace Rill.Core.Tests;

/// <summary>What of a mapped file is in memory.</summary>
public sealed class MappedFileTests : IDisposable
{
    private const int Size = 8 << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public unsafe void Evict_OfReadPages_TakesThemOutOfMemoryAndNotOutOfTheFile()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It takes Linux's maps of memory.");
        var path = _directory.File("weights.bin");
        var content = new byte[Size];
        new Random(5).NextBytes(content);
        File.WriteAllBytes(path, content);
        using var file = new MappedFile(path);

        Assert.Equal(content, new ReadOnlySpan<byte>(file.Start, Size).ToArray());
        Assert.Equal(Size / 1024, ResidentKiB(path));

        file.Evict();
        Assert.Equal(0, ResidentKiB(path));
        Assert.Equal(content, new ReadOnlySpan<byte>(file.Start, Size).ToArray());
    }

    private static int ResidentKiB(string path) => File.ReadLines("/proc/self/smaps")
        .SkipWhile(line => !line.EndsWith(path, StringComparison.Ordinal))
        .Where(line => line.StartsWith("Rss:", StringComparison.Ordinal))
        .Select(line => int.Parse(line["Rss:".Length..^"kB".Length], CultureInfo.InvariantCulture))
        .First();
}
