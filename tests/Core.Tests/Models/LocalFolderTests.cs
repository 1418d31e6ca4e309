namespace Rill.Core.Tests.Models;

public sealed class LocalFolderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public LocalFolderTests()
    {
        Directory.CreateDirectory(_directory.File("shelf/one"));
        Directory.CreateDirectory(_directory.File("shelfmate"));
        Directory.CreateSymbolicLink(_directory.File("shelf/out"), _directory.File("shelfmate"));
        Directory.CreateSymbolicLink(_directory.File("shelf/in"), "one");
        File.CreateSymbolicLink(_directory.File("shelf/circle"), "circle");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("one", "shelf/one")]
    [InlineData("in", "shelf/one")]
    [InlineData("./one/../one", "shelf/one")]
    [InlineData("new", "shelf/new")]
    [InlineData("", null)]
    [InlineData("..", null)]
    [InlineData("../shelfmate", null)]
    [InlineData("out", null)]
    [InlineData("circle", null)]
    [InlineData("/etc", null)]
    [InlineData("a\0b", null)]
    public void Resolve_OfANameInAFolder_StaysInIt(string name, string? expected) =>
        Assert.Equal(expected is null ? null : _directory.File(expected), LocalFolder.Resolve(_directory.File("shelf"), name));

    [Fact]
    public void Resolve_OfARootedPathBelowTheFolder_IsThatPath() =>
        Assert.Equal(_directory.File("shelf/one"), LocalFolder.Resolve(_directory.File("shelf"), _directory.File("shelf/one")));
}
