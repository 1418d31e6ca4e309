using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Build;

/// <summary>What .dockerignore lets through, by the rules of a program that builds images, and by those of <c>az acr build</c>.</summary>
[Collection(ImageBuilds.Name)]
public sealed class ContextTests(ImageFixture image)
{
    private const int MostBytes = 20_000_000;

    [SkippableFact]
    public async Task Context_HoldsSourcesAndTheDefaultModel_AndNothingElse()
    {
        image.RequireBuilds();

        var build = await image.BuildContextAsync("rill:context");

        Assert.True(build.ExitCode == 0, build.Output + build.Error);
        var context = Path.Combine(await image.MountAsync("rill:context"), "context");
        var files = Directory.EnumerateFiles(context, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(context, file), file => new FileInfo(file).Length);
        Assert.Equal(
            [
                ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "FunctionApp", "Shared", "global.json", "host.json", "local.settings.json",
                "models", "scripts", "tools",
            ],
            files.Keys.Select(file => file.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["models/rill-mini/model.safetensors"], files.Keys.Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal)));
        Assert.DoesNotContain(files.Keys, file => file.Split('/').Intersect(["bin", "obj", "tests", "node_modules"]).Any());
        Assert.InRange(files.Values.Sum(), 1, MostBytes);
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), RegistryContext.Of(Places.Root).Order(StringComparer.Ordinal)); // Azure's own reading of the file
    }
}
