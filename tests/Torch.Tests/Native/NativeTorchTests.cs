using System.Reflection;
using System.Runtime.InteropServices;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Tests.Native;

public sealed class NativeTorchTests
{
    [Fact]
    public void Load_BeforeFirstUse_LetsTorchSharpCompute()
    {
        NativeTorch.Load();
        NativeTorch.Load();

        using var sum = torch.ones(2, 3).sum();

        Assert.Equal(6f, sum.ToSingle());
    }

    [Fact]
    public void Load_FromPackages_CopiesNothing()
    {
        NativeTorch.Load();
        using var one = torch.ones(1);

        Assert.Empty(Directory.GetFiles(AppContext.BaseDirectory, "*torch_cpu*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")));
    }

    [SkippableFact]
    public void Load_OnLinux_LetsOpenMPThreadsSleep()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only libgomp spins.");
        NativeTorch.Load();

        Assert.Equal(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") ?? "PASSIVE", Marshal.PtrToStringUTF8(GetNativeEnvironment("OMP_WAIT_POLICY\0"u8.ToArray())));
    }

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint GetNativeEnvironment(byte[] name);

    [SkippableFact]
    public void TryApply_BridgeThatWantsGcc13_RenamesVersionAndSymbolOnly()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The flaw is the Linux library's.");
        var original = File.ReadAllBytes(BridgePath());

        var mended = LibStdCxxMend.TryApply((byte[])original.Clone());

        Assert.NotNull(mended);
        Assert.Equal(original.Length, mended.Length);
        Assert.InRange(original.Where((value, index) => value != mended[index]).Count(), 1, 60);
        Assert.Null(LibStdCxxMend.TryApply(mended));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a library, and longer than the header of one, so that the length is no reason to refuse")]
    public void TryApply_SomethingElse_ReturnsNull(string content) =>
        Assert.Null(LibStdCxxMend.TryApply(System.Text.Encoding.ASCII.GetBytes(content)));

    private static string BridgePath() => typeof(NativeTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "NativeTorchFolders").Value!.Split('|')
        .Select(folder => Path.Combine(folder, "libLibTorchSharp.so")).Single(File.Exists);
}
