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
    public void Config_ThatIsMissing_IsNamedWithItsPlace()
    {
        var error = Assert.Throws<ModelFormatException>(() => ModelConfig.Load(ModelFiles.InDirectory(_directory.Path)));

        Assert.Contains(_directory.File("config.json"), error.Message, StringComparison.Ordinal);
    }
}
