namespace Rill.CommandLine.Tests;

/// <summary><c>rill models</c>, as far as it needs no store: what the store does is tested beside it.</summary>
public sealed class ModelsTests
{
    [Fact]
    public async Task List_OfADirectoryOfModels_NamesThem()
    {
        var result = await RillProcess.RunAsync("", "models", "list", "models", "--files");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("rill-mini\t", result.Lines[0], StringComparison.Ordinal);
        Assert.Contains(result.Lines, line => line.StartsWith("  model.safetensors\t", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("models", "pull", "ftp://host/x", "out", "hf://ORG/NAME")]
    [InlineData("models", "push", "models/rill-mini", "hf://org/name", "is pushed to")]
    [InlineData("models", "push", "models/rill-mini", "blob://models/x", "Rill__Store__BlobConnection")]
    [InlineData("models", "verify", "models/rill-mini", "--against", "blob://models/x", "Rill__Store__BlobConnection")]
    [InlineData("models", "verify", "models/rill-mini", "--against", "blob://", "hf://ORG/NAME")]
    [InlineData("models", "verify", "models/rill-mini", null, null, "rill-manifest.json")]
    public async Task Command_ThatCannotWork_SaysWhyInOneSentence(params string?[] words)
    {
        var result = await RillProcess.RunAsync("", [.. words[..^1].OfType<string>()]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(words[^1]!, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Option_OutOfItsRange_IsACommandLineError()
    {
        var result = await RillProcess.RunAsync("", "models", "pull", "hf://a/b", "out", "--parallelism", "0");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("1 to 64", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_NamesTheFourCommands()
    {
        var result = await RillProcess.RunAsync("", "models", "--help");

        Assert.All<string>(["list", "verify", "pull", "push"], command => Assert.Contains($"\n  {command}", result.Text, StringComparison.Ordinal));
    }
}
