using Rill.Models;

namespace Rill.Core.Tests.Models;

/// <summary>The files of a directory, as all readers of a model see them.</summary>
public sealed class ModelFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Directory_GivesItsFilesByName()
    {
        File.WriteAllText(_directory.File("config.json"), "\uFEFF{}");
        using var files = ModelFiles.InDirectory(_directory.Path);

        Assert.True(files.Has("config.json"));
        Assert.False(files.Has("tokenizer.json"));
        Assert.Equal("{}", files.ReadText("config.json"));
        Assert.Equal(_directory.File("config.json"), files.Describe("config.json"));
        Assert.Equal(Path.GetFileName(_directory.Path), files.Name);
    }

    [Fact]
    public unsafe void Open_MapsAFile_AndRefusesAnEmptyOne()
    {
        File.WriteAllBytes(_directory.File("a"), [1, 2, 3]);
        File.WriteAllBytes(_directory.File("b"), []);
        var files = ModelFiles.InDirectory(_directory.Path);

        using var memory = files.Open("a");

        Assert.Equal([1, 2, 3], new ReadOnlySpan<byte>(memory.Start, (int)memory.Length).ToArray());
        Assert.Throws<IOException>(() => files.Open("b"));
        Assert.Throws<FileNotFoundException>(() => files.Open("c"));
    }

    [Fact]
    public void Stamp_OfAFile_ChangesWithItsSizeAndItsTime()
    {
        File.WriteAllText(_directory.File("a"), "one");
        var files = ModelFiles.InDirectory(_directory.Path);
        var first = files.Stamp("a");
        var time = File.GetLastWriteTimeUtc(_directory.File("a"));

        File.SetLastWriteTimeUtc(_directory.File("a"), time.AddSeconds(1));
        var later = files.Stamp("a");
        File.WriteAllText(_directory.File("a"), "three");
        File.SetLastWriteTimeUtc(_directory.File("a"), time);

        Assert.Equal(3, new[] { first, later, files.Stamp("a") }.Distinct().Count());
        Assert.Throws<FileNotFoundException>(() => files.Stamp("b"));
        Assert.Equal(_directory.Path, files.LocalDirectory);
    }

    [Theory]
    [InlineData(0, 100_000)]
    [InlineData(1, 99_998)]
    [InlineData(5_000, 10)]
    [InlineData(100_000, 0)]
    public unsafe void Release_OfAPart_LeavesTheContent(int offset, int length)
    {
        var content = new byte[100_000];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(_directory.File("a"), content);
        using var memory = ModelFiles.InDirectory(_directory.Path).Open("a");

        memory.Expect(ReadPattern.Spots);
        memory.Release(offset, length);

        Assert.True(content.AsSpan().SequenceEqual(new ReadOnlySpan<byte>(memory.Start, content.Length)));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Release(offset, 100_001));
    }

    [Fact]
    public void Config_ThatIsMissing_IsNamedWithItsPlace()
    {
        var error = Assert.Throws<ModelFormatException>(() => ModelConfig.Load(ModelFiles.InDirectory(_directory.Path)));

        Assert.Contains(_directory.File("config.json"), error.Message, StringComparison.Ordinal);
    }
}
