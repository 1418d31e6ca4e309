namespace Rill.Image.Tests.Support;

/// <summary>
/// What is built of the Dockerfile as it stands: the image for the CPU, once for all tests that ask for it, and stages. Tests are skipped
/// where nothing can be built.
/// </summary>
public sealed class ImageFixture : IAsyncLifetime
{
    private const string Tag = "rill:cpu";

    private readonly string _folder = Directory.CreateTempSubdirectory("rill-image-").FullName;
    private readonly string? _missing = Requirements.Missing();
    private readonly Lazy<Task<ProcessResult>> _build;
    private readonly Buildah _buildah;
    private ImageSettings? _settings;

    public ImageFixture()
    {
        _buildah = new Buildah(_folder);
        _build = new(BuildAsync);
    }

    /// <summary>How the image is started.</summary>
    internal ImageSettings Settings => _settings!;

    public async Task InitializeAsync()
    {
        if (_missing is null)
        {
            await BaseImages.MakeAsync(_buildah);
        }
    }

    public async Task DisposeAsync()
    {
        if (_missing is null)
        {
            await _buildah.CheckAsync("rm", "--all");
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Skips the test where the image cannot be built, and fails it where the build has failed.</summary>
    internal async Task RequireImageAsync()
    {
        RequireBuilds();
        var build = await _build.Value;
        var log = build.Output + build.Error;
        Skip.If(log.Contains("Failed to fetch", StringComparison.Ordinal), "The step that installs tini needs Debian's packages, which cannot be reached.");
        Assert.True(build.ExitCode == 0, "The image did not build:\n" + log);
        _settings ??= await _buildah.SettingsOfAsync(Tag);
    }

    /// <summary>Skips the test where nothing can be built.</summary>
    internal void RequireBuilds() => Skip.If(_missing is not null, _missing);

    /// <summary>Builds the stage that makes CUDA's libtorch, from the packages of a folder below <paramref name="nuGet"/> named "feed" alone.</summary>
    internal Task<ProcessResult> BuildCudaLayerAsync(string tag, string nuGet, params string[] arguments)
    {
        NuGetSettings.WriteOnly(nuGet, "/root/.nuget/NuGet/feed", BaseImages.RestoredPackages);
        return _buildah.BuildAsync(new(tag, nuGet, ["TORCH_BACKEND=cuda", .. arguments], "libtorch"));
    }

    /// <summary>Builds an image that is nothing but the context, which .dockerignore lets through.</summary>
    internal async Task<ProcessResult> BuildContextAsync(string tag)
    {
        var dockerfile = Path.Combine(_folder, "Dockerfile");
        await File.WriteAllTextAsync(dockerfile, "FROM scratch\nCOPY . /context/\n");
        var nuGet = Directory.CreateDirectory(Path.Combine(_folder, "nuget"));
        return await _buildah.BuildAsync(new(tag, nuGet.FullName, [], Dockerfile: dockerfile));
    }

    /// <summary>A root of an image, the CPU's if it is not named, with a layer of its own to write in.</summary>
    internal Task<string> MountAsync(string tag = Tag) => _buildah.MountAsync(tag);

    /// <summary>Starts a container of the image.</summary>
    internal async Task<Container> StartAsync(ContainerOptions options) => new(await MountAsync(), Settings, options);

    private Task<ProcessResult> BuildAsync()
    {
        var nuGet = Path.Combine(_folder, "nuget");
        NuGetSettings.WriteMachines(nuGet, BaseImages.RestoredPackages);
        return _buildah.BuildAsync(new(Tag, nuGet, ["TORCH_BACKEND=cpu"]));
    }
}

