namespace Rill.Core.Tests.Models.Gguf;

/// <summary>GGUF files with changed metadata and tables of tensors.</summary>
public sealed class GgufFuzzTests : IDisposable
{
    // Metadata with the tokens, and the table of tensors: the vectors' headers have some twelve kilobytes.
    private const int Header = 14_000;
    private const string Written = "written here";

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Files => [Written, .. Vectors.Files("gguf", "*.gguf")];

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Read_OfAChangedFile_SucceedsOrSaysWhy(string name)
    {
        var file = name == Written ? GgufModels.Whole() : File.ReadAllBytes(Vectors.Path("gguf", name));
        Assert.True(Try(file, name));

        var random = new Random(name.Length * 131 + name[^6]);
        var read = 0;
        for (var change = 0; change < FuzzedModel.FilesOfEach; change++)
        {
            read += Try(BinaryDamage.Of(file, Header, random), $"{name}, change {change}") ? 1 : 0;
        }

        Assert.InRange(read, 0, FuzzedModel.FilesOfEach - 1);
    }

    private bool Try(byte[] file, string change)
    {
        File.WriteAllBytes(_directory.File("m.gguf"), file);
        return FuzzedModel.IsRead(_directory.File("m.gguf"), change);
    }
}
