using System.Security.Cryptography;
using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Build;

/// <summary>The stage that makes libtorch's layer for CUDA, run by the Dockerfile's own lines over made-up packages of the real ones' layout.</summary>
[Collection(ImageBuilds.Name)]
public sealed class CudaLayerTests(ImageFixture image) : IDisposable
{
    private readonly string _nuGet = Directory.CreateTempSubdirectory("rill-cuda-").FullName;

    public void Dispose() => Directory.Delete(_nuGet, recursive: true);

    [SkippableFact]
    public async Task Layer_HoldsWholeLibraries_AndWhatIsLoadedOrAskedFor()
    {
        image.RequireBuilds();
        Skip.IfNot(Shell.IsInstalled("gcc"), CudaPackages.WithoutCompiler);
        var sums = await CudaPackages.MakeAsync(Path.Combine(_nuGet, "feed"));

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
}
