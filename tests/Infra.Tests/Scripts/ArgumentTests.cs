using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>Wrong command lines, which no script acts upon.</summary>
public sealed class ArgumentTests
{
    public ArgumentTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    [SkippableTheory]
    [InlineData("deploy.sh", "--location is needed", "--environment", "test")]
    [InlineData("deploy.sh", "lower-case letters", "--environment", "Bad_Name", "--location", "x")]
    [InlineData("deploy.sh", "short name", "--environment", "test", "--location", "Sweden Central")]
    [InlineData("deploy.sh", "--gpu takes none, t4 or a100", "--environment", "test", "--location", "x", "--gpu", "h100")]
    [InlineData("deploy.sh", "--build takes", "--environment", "test", "--location", "x", "--build", "here")]
    [InlineData("deploy.sh", "--deleted-vault takes", "--environment", "test", "--location", "x", "--deleted-vault", "keep")]
    [InlineData("deploy.sh", "--http-concurrency takes", "--environment", "test", "--location", "x", "--http-concurrency", "many")]
    [InlineData("deploy.sh", "--image takes", "--environment", "test", "--location", "x", "--image", "cr.example/rill:latest")]
    [InlineData("deploy.sh", "--image takes", "--environment", "test", "--location", "x", "--image", "cr.example/rill@sha256:00")]
    [InlineData("deploy.sh", "--image needs a value", "--image")]
    [InlineData("deploy.sh", "--gpus is unknown", "--gpus")]
    [InlineData("build-image.sh", "--environment is needed", "--gpu", "t4")]
    [InlineData("build-image.sh", "--build takes", "--environment", "test", "--build", "here")]
    [InlineData("image-tag.sh", "--backend takes", "--backend", "rocm")]
    [InlineData("rollback.sh", "--environment is needed")]
    [InlineData("outputs.sh", "one output at a time", "--environment", "test", "A", "B")]
    [InlineData("upload-model.sh", "a directory is needed", "--environment", "test")]
    [InlineData("github-login.sh", "--location is needed", "--environment", "test")]
    [InlineData("smoke.sh", "--url needs an address", "--url", "localhost")]
    public void WrongArguments_AreNamedWithTheUsage(string script, string message, params string[] arguments)
    {
        var variables = new Dictionary<string, string?> { ["AZURE_ENV_NAME"] = null, ["AZURE_LOCATION"] = null };

        var run = Command.Run("bash", [Repository.Find("scripts", script), .. arguments], variables);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Contains("usage: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("scripts/" + script, run.Errors, StringComparison.Ordinal);
    }
}
