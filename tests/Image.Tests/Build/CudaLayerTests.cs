using System.IO.Compression;
using System.Security.Cryptography;
using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Build;

/// <summary>The stage that makes libtorch's layer for CUDA, run by the Dockerfile's own lines over made-up packages of the real ones' layout.</summary>
[Collection(ImageCollection.Name)]
public sealed class CudaLayerTests(ImageFixture image) : IDisposable
{
    private readonly string _nuGet = Directory.CreateTempSubdirectory("rill-cuda-").FullName;

    public void Dispose() => Directory.Delete(_nuGet, recursive: true);

    [SkippableFact]
    public async Task Layer_HoldsWholeLibraries_AndWhatIsLoadedOrAskedFor()
    {
        var sums = await MakePackagesAsync();

        var build = await image.BuildCudaLayerAsync("rill:cuda", _nuGet, "KEEP_LIBRARY=@(libtorch_cuda_linalg.so|libcudnn_adv*)");

        Assert.True(build.ExitCode == 0, build.Output + build.Error);
        var root = await image.MountAsync("rill:cuda");
        var libraries = Directory.GetFiles(Path.Combine(root, "libtorch")).ToDictionary(file => Path.GetFileName(file)!);
        Assert.Equal(
            [
                "libLibTorchSharp.so", "libc10.so", "libc10_cuda.so", "libcaffe2_nvrtc.so", "libcublas-031ce6c2.so.12", "libcublasLt-10b5e663.so.12",
                "libcudart-c3a75b33.so.12", "libcudnn.so.9", "libcudnn_adv.so.9", "libcupti-fccdc5fc.so.12", "libcusparseLt-0bb86669.so.0",
                "libgomp-98b21ff3.so.1", "libnvrtc-2bb82d1a.so.12", "libnvrtc-builtins.so", "libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so",
                "libtorch_cuda_linalg.so",
            ],
            libraries.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, file) in libraries.Where(library => sums.ContainsKey(library.Key)))
        {
            Assert.Equal(sums[name], Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))));
        }

        Assert.All(libraries.Values, file => Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(file)));
        var leftBehind = (string[])["published", "root/.nuget/packages", "root/.local/share/NuGet/http-cache", "src/tools/LibTorch/bin", "src/tools/LibTorch/obj"];
        Assert.DoesNotContain(leftBehind, folder => Path.Exists(Path.Combine(root, folder)) && Directory.EnumerateFileSystemEntries(Path.Combine(root, folder)).Any());
    }

    /// <summary>A piece is lost: the packages' own target says so in its output, and lets the build go on.</summary>
    [SkippableFact]
    public async Task Layer_OfAPackageWithoutItsContent_IsNotMade()
    {
        await MakePackagesAsync();
        using (var package = ZipFile.Open(Directory.GetFiles(Feed, "*part3-fragment2.*").Single(), ZipArchiveMode.Update))
        {
            package.Entries.Single(entry => entry.FullName.StartsWith("fragments/", StringComparison.Ordinal)).Delete();
        }

        var build = await image.BuildCudaLayerAsync("rill:broken", _nuGet);

        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains($"The pieces of {CudaPackages.LargestLibrary} do not fit.", build.Output, StringComparison.Ordinal);
        Assert.Contains($"collect-libtorch.sh: {CudaPackages.LargestLibrary} was not put together from its packages", build.Output + build.Error, StringComparison.Ordinal);
    }

    private string Feed => Path.Combine(_nuGet, "feed");

    private Task<IReadOnlyDictionary<string, string>> MakePackagesAsync()
    {
        image.RequireBuilds();
        Skip.IfNot(Shell.IsInstalled("gcc"), "gcc makes the tiny libraries of the made-up packages, and is not installed.");
        return CudaPackages.MakeAsync(Feed);
    }
}
