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
        Assert.Throws<ModelFileException>(() => files.Open("b"));
        Assert.Throws<ModelFileException>(() => files.Open("c"));
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
        Assert.Throws<ModelFileException>(() => files.Stamp("b"));
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

    [SkippableTheory]
    [InlineData("/proc/self/environ")]
    [InlineData("/dev/zero")]
    [InlineData("../../../../../etc/hostname")]
    public void File_ThatIsALinkOutOfTheDirectory_IsNotRead(string target)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The targets are Linux's.");
        File.CreateSymbolicLink(_directory.File(ModelFileNames.ChatTemplate), target);
        var files = ModelFiles.InDirectory(_directory.Path);

        foreach (Action read in (Action[])[() => files.Read(ModelFileNames.ChatTemplate), () => files.Open(ModelFileNames.ChatTemplate), () => files.Stamp(ModelFileNames.ChatTemplate)])
        {
            var error = Assert.Throws<ModelFileException>(read);
            Assert.StartsWith($"{_directory.File(ModelFileNames.ChatTemplate)} is a link that leaves the model's directory, to /", error.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void File_BehindALinkedFolder_IsNotRead()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var other = new TemporaryDirectory();
        File.WriteAllText(other.File("tool_use.jinja"), "secret");
        Directory.CreateSymbolicLink(_directory.File("additional_chat_templates"), other.Path);

        var error = Assert.Throws<ModelFileException>(() => ModelFiles.InDirectory(_directory.Path).ReadText(ModelFileNames.ToolTemplate));

        Assert.Contains("leaves the model's directory", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void File_ThatIsAPipeADirectoryOrACircle_IsRefusedByNameAtOnce()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "mkfifo is needed.");
        System.Diagnostics.Process.Start("mkfifo", _directory.File(ModelFileNames.Config)).WaitForExit();
        Directory.CreateDirectory(_directory.File(ModelFileNames.Tokenizer));
        File.CreateSymbolicLink(_directory.File(ModelFileNames.ChatTemplate), ModelFileNames.ChatTemplate);
        File.CreateSymbolicLink(_directory.File(ModelFileNames.GenerationConfig), "nowhere");
        var files = ModelFiles.InDirectory(_directory.Path);

        Assert.Contains("config.json is a pipe", Refusal(ModelFileNames.Config), StringComparison.Ordinal);
        Assert.Contains("tokenizer.json is a directory", Refusal(ModelFileNames.Tokenizer), StringComparison.Ordinal);
        Assert.Contains("circle", Refusal(ModelFileNames.ChatTemplate), StringComparison.Ordinal);
        Assert.Contains("generation_config.json does not exist", Refusal(ModelFileNames.GenerationConfig), StringComparison.Ordinal);
        Assert.Throws<IOException>(() => new MappedFile(_directory.File(ModelFileNames.Config)));

        string Refusal(string name)
        {
            Assert.True(files.Has(name), $"{name} is there in some form.");
            return Assert.Throws<ModelFileException>(() => files.Read(name)).Message;
        }
    }

    [SkippableFact]
    public void File_OfAHubsCache_MayBeALinkToItsBlobs_AndToNothingElse()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var snapshot = Directory.CreateDirectory(Path.Combine(_directory.Path, "models--o--n", "snapshots", "c0ffee"));
        var blobs = Directory.CreateDirectory(Path.Combine(_directory.Path, "models--o--n", "blobs"));
        File.WriteAllText(Path.Combine(blobs.FullName, "b1"), "{}");
        File.WriteAllText(_directory.File("secret"), "secret");
        File.CreateSymbolicLink(Path.Combine(snapshot.FullName, ModelFileNames.Config), "../../blobs/b1");
        File.CreateSymbolicLink(Path.Combine(snapshot.FullName, ModelFileNames.ChatTemplate), "../../blobs/../../secret");
        Directory.CreateSymbolicLink(_directory.File("current"), snapshot.FullName);

        foreach (var directory in new[] { snapshot.FullName, _directory.File("current") })
        {
            var files = ModelFiles.InDirectory(directory);
            Assert.Equal("{}", files.ReadText(ModelFileNames.Config));
            Assert.Throws<ModelFileException>(() => files.ReadText(ModelFileNames.ChatTemplate));
        }
    }

    [SkippableFact]
    public void File_ThatIsALinkInsideTheDirectory_IsRead()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        Directory.CreateDirectory(_directory.File("..2026_11"));
        File.WriteAllText(Path.Combine(_directory.File("..2026_11"), ModelFileNames.Config), "{}");
        Directory.CreateSymbolicLink(_directory.File("..data"), "..2026_11");
        File.CreateSymbolicLink(_directory.File(ModelFileNames.Config), "..data/config.json");    // as Kubernetes mounts a volume

        Assert.Equal("{}", ModelFiles.InDirectory(_directory.Path).ReadText(ModelFileNames.Config));
    }

    [Fact]
    public void File_BeyondItsBound_IsRefusedUnread()
    {
        foreach (var name in ModelFileNames.Small)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_directory.File(name))!);
            using (var file = File.Create(_directory.File(name)))
            {
                file.SetLength(ModelFileNames.MostBytes(name) + 1);    // no bytes are written
            }

            var error = Assert.Throws<ModelFileException>(() => ModelFiles.InDirectory(_directory.Path).Read(name));
            Assert.Contains($"{name} has {ModelFileNames.MostBytes(name) + 1} bytes", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_OfANameThatStoresDoNotCarry_IsABug() =>
        Assert.Throws<ArgumentException>(() => ModelFiles.InDirectory(_directory.Path).Read("vocab.txt"));

    [Fact]
    public void Config_ThatIsMissing_IsNamedWithItsPlace()
    {
        var error = Assert.Throws<ModelFormatException>(() => ModelConfig.Load(ModelFiles.InDirectory(_directory.Path)));

        Assert.Contains(_directory.File("config.json"), error.Message, StringComparison.Ordinal);
    }
}
