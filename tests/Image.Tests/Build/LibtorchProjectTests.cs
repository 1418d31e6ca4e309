using System.Diagnostics;
using System.IO.Compression;
using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Build;

/// <summary>tools/LibTorch published as the Dockerfile does it, into a folder that can be looked at, over made-up packages of CUDA's layout.</summary>
public sealed class LibtorchProjectTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rill-publish-").FullName;

    public LibtorchProjectTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The image is built on Linux.");
        Skip.IfNot(Shell.IsInstalled("gcc"), CudaPackages.WithoutCompiler);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Gigabytes would otherwise lie on the disk twice.</summary>
    [SkippableFact]
    public async Task Publish_LinksEveryLibrary_ToItsPackage()
    {
        await CudaPackages.MakeAsync(Feed);

        var publish = await PublishAsync();

        Assert.True(publish.ExitCode == 0, publish.Output);
        var links = await Shell.CheckAsync(Published, "find", ".", "-name", "lib*", "-links", "1", "-print");
        Assert.Equal("", links);
    }

    /// <summary>A piece is lost: the packages' own target says so in its output, and lets the build go on; the next line of the step does not.</summary>
    [SkippableFact]
    public async Task Publish_WithAPieceLost_IsRefusedByWhatCollects()
    {
        await CudaPackages.MakeAsync(Feed);
        using (var package = ZipFile.Open(Directory.GetFiles(Feed, "*part3-fragment2.*").Single(), ZipArchiveMode.Update))
        {
            package.Entries.Single(entry => entry.FullName.StartsWith("fragments/", StringComparison.Ordinal)).Delete();
        }

        var publish = await PublishAsync();
        var collect = await Shell.RunAsync(_folder, "bash", Path.Combine(Places.Root, "scripts/collect-libtorch.sh"), "cuda", Published, Path.Combine(_folder, "libtorch"));

        Assert.True(publish.ExitCode == 0, publish.Output);
        Assert.Contains($"The pieces of {CudaPackages.LargestLibrary} do not fit.", publish.Output, StringComparison.Ordinal);
        Assert.Equal(1, collect.ExitCode);
        Assert.StartsWith($"collect-libtorch.sh: {CudaPackages.LargestLibrary} was not put together from its packages", collect.Error, StringComparison.Ordinal);
    }

    private string Feed => Path.Combine(_folder, "feed");

    private string Published => Path.Combine(_folder, "published");

    private Task<ProcessResult> PublishAsync()
    {
        foreach (var file in (string[])["global.json", "Directory.Build.props", "Directory.Packages.props", "tools/LibTorch/LibTorch.csproj"])
        {
            var copy = Path.Combine(_folder, "src", file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(Places.Root, file), copy);
        }

        NuGetSettings.WriteOnly(_folder, Feed, Places.NuGetPackages);
        var publish = new ProcessStartInfo("dotnet", ["publish", "tools/LibTorch", "-c", "Release", "-r", "linux-x64", "--no-self-contained", "-p:TorchBackend=cuda", "-o", Published])
        {
            WorkingDirectory = Path.Combine(_folder, "src"),
        };
        publish.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "packages");
        return ProcessBounds.RunAsync(publish, TimeSpan.FromMinutes(5));
    }
}
