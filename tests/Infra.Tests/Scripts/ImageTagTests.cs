using Rill.Infra.Tests.StandIn;

namespace Rill.Infra.Tests.Scripts;

/// <summary>What scripts/image-tag.sh names an image by: a commit, or the content that .dockerignore lets through.</summary>
public sealed class ImageTagTests : IDisposable
{
    private StandInAzure? _azure;

    public ImageTagTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure?.Dispose();

    [SkippableFact]
    public void Tag_OfACommit_IsItsDigits_AndTheCpusEndsSo()
    {
        _azure = new StandInAzure();

        Assert.Equal(_azure.Bash("git rev-parse --short=12 HEAD").Output, Tag());
        Assert.Equal(Tag().Trim() + "-cpu\n", Tag("--backend", "cpu"));
    }

    [SkippableFact]
    public void Tag_OfContent_ChangesWithWhatGoesIntoTheImage_AndWithNothingElse()
    {
        _azure = new StandInAzure(Checkout.WithoutGit);
        var first = Tag();

        Write("docs/new.md", "not in the image");
        Assert.Equal(first, Tag());

        Write("FunctionApp/bin/built.dll", "an output");
        Assert.Equal(first, Tag());

        Write("FunctionApp/New.cs", "a source");
        var second = Tag();
        Assert.NotEqual(first, second);

        File.Move(Path.Combine(_azure.Folder, "FunctionApp/New.cs"), Path.Combine(_azure.Folder, "FunctionApp/Newer.cs"));
        Assert.NotEqual(second, Tag()); // the name counts too
    }

    [SkippableFact]
    public void Tag_InAFolderOfAnotherRepository_IsNotThatRepositorysCommit()
    {
        _azure = new StandInAzure(Checkout.WithoutGit);
        _azure.Bash("cd .. && git init -q && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m other");

        Assert.StartsWith("tree-", Tag(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("*\n!a\n**/bin", "a/b/x a/x")] // the last line that matches decides; a folder's line counts for what is in it
    [InlineData("a/b", "a/bin/x a/x c/x d.md")]
    [InlineData("**/x", "d.md")]
    [InlineData("*/x\n!/c/", "a/b/x a/bin/x c/x d.md")]
    [InlineData("# a comment\n\n*.md\na/?/x", "a/bin/x a/x c/x")]
    [InlineData("**\n!a/b/**", "a/b/x")]
    public void Context_FollowsDockersRules(string rules, string through)
    {
        _azure = new StandInAzure(Checkout.WithoutGit);
        _azure.Bash("find . -mindepth 1 -maxdepth 1 ! -name scripts -exec rm -rf {} +");
        foreach (var path in new[] { "a/b/x", "a/bin/x", "a/x", "c/x", "d.md" })
        {
            Write(path, path);
        }

        Write(".dockerignore", rules + "\n.dockerignore\nscripts\n");

        Assert.Equal(through.Split(' '), _azure.Script("image-tag.sh", "--list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [SkippableFact]
    public void Context_WithALineThatIsNotUnderstood_IsRefused()
    {
        _azure = new StandInAzure(Checkout.WithoutGit);
        Write(".dockerignore", "[ab]c\n");

        var run = _azure.Script("image-tag.sh");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(".dockerignore: [ab]c", run.Errors, StringComparison.Ordinal);
    }

    private string Tag(params string[] arguments)
    {
        var run = _azure!.Script("image-tag.sh", arguments);
        Assert.True(run.ExitCode == 0, run.All);
        return run.Output;
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_azure!.Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
