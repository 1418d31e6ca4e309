using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Tests.Gpu.Kernels;

public sealed class CudaStreamTests
{
    [SkippableFact]
    public void Create_WithoutCuda_GivesADeviceThatSaysWhyItCapturesNothing()
    {
        NativeTorch.Load();
        Skip.If(torch.cuda.is_available(), "This machine has a GPU.");

        using var device = CudaStream.Create(torch.CPU);

        Assert.Null(device.Enter());
        Assert.Null(device.FreeMemory());
        var failure = Assert.Throws<StepGraphException>(() => device.Capture(() => torch.ones(1)));
        Assert.Contains("the CUDA runtime cannot be reached", failure.Message, StringComparison.Ordinal);
        Assert.Contains("cudart", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FileIn_MappedLibraries_FindsTheOneOfThatNameWhateverItsHash()
    {
        string[] maps =
        [
            "7f00-7f10 r-xp 00000000 08:01 42                         /opt/app/libc10.so",
            "7f10-7f20 rw-p 00000000 00:00 0",
            "7f20-7f30 r-xp 00000000 08:01 43                         /opt/my app/libcudart-218eec4c.so.12",
            "7f30-7f40 r-xp 00000000 08:01 44                         /usr/lib/libcudart.so.13",
        ];

        Assert.Equal("/opt/my app/libcudart-218eec4c.so.12", LoadedLibrary.FileIn(maps, "libcudart"));
        Assert.Null(LoadedLibrary.FileIn(maps, "libcublas"));
    }

    [SkippableFact]
    public void Find_LibraryThatIsLoaded_GivesItsHandle()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Looks into /proc.");
        NativeTorch.Load();

        Assert.NotEqual(0, LoadedLibrary.Find("libtorch_cpu"));
        Assert.Equal(0, LoadedLibrary.Find("libno_such_library"));
    }
}
