using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Run;

/// <summary>The image for the CPU, started as it says it is started.</summary>
[Collection(ImageBuilds.Name)]
public sealed class CpuImageTests(ImageFixture image)
{
    private const string App = "home/site/wwwroot";
    private const string Worker = "Rill.FunctionApp.dll";

    [SkippableFact]
    public async Task Container_WithoutAnySetting_StreamsFromTheDefaultModel()
    {
        await image.RequireImageAsync();
        await using var container = await image.StartAsync(new());
        await container.WaitUntilReadyAsync();

        using var stream = await ChatStream.OpenAsync(container.Client, "Tell me a story about a river.");
        var events = await stream.RestAsync();

        Assert.Equal("[DONE]", events[^1]);
        Assert.NotEmpty(string.Concat(events[..^1].Select(ChatStream.TextOf)));
        Assert.Contains("model rill-mini from /home/site/wwwroot/models/rill-mini", container.Output, StringComparison.Ordinal);
        Assert.Contains("on cpu", container.Output, StringComparison.Ordinal);
        Assert.All(container.UsersOf(Worker), user => Assert.Equal(["Uid:", "1654", "1654", "1654", "1654"], user.Split('\t')));
        Assert.Contains("CERTIFICATES_WERE_SEEN_TO=yes", container.EnvironmentsOf(Worker).First()); // set by what the base image's start script sources
        var written = await Shell.CheckAsync(container.Root, "find", "home", "-path", App, "-prune", "-o", "-type", "f", "-print");
        Assert.Equal("", written); // no key for data protection, nor anything else, is made at a start
    }

    /// <summary>What scripts/prune-libtorch.sh removes is opened when an operator of its own is called; the engine names none of them.</summary>
    [SkippableFact]
    public async Task Engine_CallsNoOperatorOfARemovedLibrary()
    {
        await image.RequireImageAsync();
        using var file = File.OpenRead(Path.Combine(await image.MountAsync(), App, "Rill.Torch.dll"));
        using var reader = new PEReader(file);

        var names = TorchMembers.Of(reader.GetMetadataReader());

        Assert.Contains("scaled_dot_product_attention", names);
        Assert.Empty(names.Intersect(TorchMembers.OfRemovedLibraries));
    }

    [SkippableFact]
    public async Task App_CannotBeWrittenByItself()
    {
        await image.RequireImageAsync();
        var root = await image.MountAsync();

        var found = await Shell.CheckAsync(root, "find", App, "(", "!", "-user", "0", "-o", "-perm", "/022", ")", "-print");

        Assert.Equal("", found);
    }

    [SkippableFact]
    public async Task App_HoldsWhatTheHostNeeds_AndNoLeftovers()
    {
        await image.RequireImageAsync();
        var app = Path.Combine(await image.MountAsync(), App);

        Assert.All(
            (string[])["host.json", "worker.config.json", "extensions.json", "functions.metadata", "page/index.html", "Rill.FunctionApp.dll", "libtorch_cpu.so", "libLibTorchSharp.so"],
            name => Assert.True(File.Exists(Path.Combine(app, name)), name));
        var files = Directory.EnumerateFiles(app, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(app, file)).ToList();
        Assert.DoesNotContain(files, name => name.EndsWith(".sha", StringComparison.Ordinal) || name == "local.settings.json" || name.Contains("test", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(["models/rill-mini/model.safetensors"], files.Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal)));
    }

    /// <summary>Ahead of time: the header of what was compiled by ReadyToRun names its native code.</summary>
    [SkippableTheory]
    [InlineData("Rill.FunctionApp.dll")]
    [InlineData("Rill.Torch.dll")]
    [InlineData("Microsoft.Azure.Functions.Worker.Core.dll")]
    [InlineData("TorchSharp.dll")]
    public async Task Assembly_IsCompiledAheadOfTime(string name)
    {
        await image.RequireImageAsync();
        using var file = File.OpenRead(Path.Combine(await image.MountAsync(), App, name));
        using var reader = new PEReader(file);

        Assert.True(reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0);
    }

    /// <summary>What differs between two builds from the same sources makes a layer anew: libtorch's has no times.</summary>
    [SkippableFact]
    public async Task Libtorch_HasNoTimeOfTheBuild()
    {
        await image.RequireImageAsync();
        var app = Path.Combine(await image.MountAsync(), App);

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(Path.Combine(app, "libtorch_cpu.so")));
    }

    [SkippableFact]
    public async Task Settings_AreTheImagesOwn()
    {
        await image.RequireImageAsync();

        Assert.Equal("1654", image.Settings.User);
        Assert.Equal(8080, image.Settings.Port);
        Assert.Equal("http://+:" + image.Settings.Port.ToString(CultureInfo.InvariantCulture), image.Settings.Environment["ASPNETCORE_URLS"]);
        Assert.Equal("/azure-functions-host", image.Settings.Environment["ASPNETCORE_CONTENTROOT"]); // the base image's, still there
    }
}
