using System.Security.Cryptography;
using System.Text;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>scripts/collect-libtorch.sh: what is published is taken only if each library is whole.</summary>
public sealed class CollectLibtorchScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rill-collect-").FullName;

    public CollectLibtorchScriptTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The image is built on Linux.");
        Directory.CreateDirectory(Published());
        foreach (var name in (string[])["libLibTorchSharp.so", "libtorch.so", "libtorch_cpu.so", "libc10.so", "libc10_cuda.so", "libtorch_cuda.so"])
        {
            File.WriteAllText(Published(name), "the whole of " + name);
        }

        File.WriteAllText(Published("libtorch_cpu.so.sha"), Sum("the whole of libtorch_cpu.so"));
        File.WriteAllText(Published("libtorch_cuda.so.sha"), Sum("the whole of libtorch_cuda.so"));
        File.WriteAllText(Published("LibTorch.dll"), "no library");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Collect_MovesTheLibrariesAlone()
    {
        var run = Collect("cuda");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(
            ["libLibTorchSharp.so", "libc10.so", "libc10_cuda.so", "libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so"],
            Directory.EnumerateFiles(Path.Combine(_folder, "libtorch")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    /// <summary>What TorchSharp's packages leave when the pieces are not put together: the first piece, under the library's name.</summary>
    [SkippableFact]
    public void Collect_OfAPieceAlone_SaysWhichLibraryIsNotWhole()
    {
        File.WriteAllText(Published("libtorch_cuda.so"), "the who");

        var run = Collect("cuda");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            "collect-libtorch.sh: libtorch_cuda.so was not put together from its packages (7 bytes, and not the SHA-256 of libtorch_cuda.so.sha):"
            + " clear NuGet's packages and publish again.\n", run.Errors);
        Assert.False(Directory.Exists(Path.Combine(_folder, "libtorch")));
    }

    [SkippableTheory]
    [InlineData("cuda", "libtorch_cuda.so")]
    [InlineData("cuda", "libtorch_cuda.so.sha")]
    [InlineData("cpu", "libtorch_cpu.so")]
    public void Collect_WithoutANeededFile_NamesIt(string backend, string name)
    {
        File.Delete(Published(name));

        var run = Collect(backend);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"holds no {name}:", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Collect_ForAnUnknownBackend_IsRefused()
    {
        var run = Collect("rocm");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("collect-libtorch.sh: rocm is no backend of libtorch: cpu or cuda.\n", run.Errors);
    }

    private CommandResult Collect(string backend) =>
        Command.Run("bash", [Repository.Find("scripts", "collect-libtorch.sh"), backend, Published(), Path.Combine(_folder, "libtorch")]);

    private string Published(string name = "") => Path.Combine(_folder, "published", name);

    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
