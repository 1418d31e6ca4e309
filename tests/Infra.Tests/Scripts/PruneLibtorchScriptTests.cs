using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>scripts/prune-libtorch.sh over the CPU's libtorch, linked into a folder: CUDA's is pruned by the same rule.</summary>
public sealed class PruneLibtorchScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rill-libtorch-").FullName;

    public PruneLibtorchScriptTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "ldd reads Linux libraries.");
        foreach (var package in new[] { "libtorch-cpu-linux-x64", "torchsharp" })
        {
            var versions = Path.Combine(Repository.Metadata("NuGetPackages"), package);
            Skip.IfNot(Directory.Exists(versions), $"{package} is not restored; build Shared/Torch first.");
            foreach (var library in Directory.EnumerateFiles(Path.Combine(Directory.GetDirectories(versions)[0], "runtimes", "linux-x64", "native")))
            {
                File.CreateSymbolicLink(Path.Combine(_folder, Path.GetFileName(library)), library);
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Prune_KeepsWhatIsLoadedAndRemovesTheRest()
    {
        var run = Prune(_folder);

        Assert.True(run.ExitCode == 0, run.All);
        var left = Directory.EnumerateFiles(_folder).Select(Path.GetFileName).ToList();
        Assert.Superset(new HashSet<string?> { "libLibTorchSharp.so", "libtorch.so", "libtorch_cpu.so", "libc10.so" }, left.ToHashSet());
        Assert.Contains(left, name => name!.StartsWith("libgomp", StringComparison.Ordinal));
        Assert.DoesNotContain("libtorch_python.so", left);
        Assert.DoesNotContain("libtorchbind_test.so", left);
    }

    [SkippableFact]
    public void DryRun_RemovesNothing()
    {
        var before = Directory.GetFiles(_folder).Length;

        var run = Prune("--dry-run", _folder);

        Assert.Contains("removes libtorch_python.so", run.Output, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(_folder).Length);
    }

    /// <summary>TorchSharp's packages carry the sum of a library beside it.</summary>
    [SkippableFact]
    public void Prune_LeavesSumsAlone()
    {
        File.WriteAllText(Path.Combine(_folder, "libcudnn_cnn.so.9.sha"), "0123");

        var run = Prune(_folder);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.DoesNotContain("libcudnn_cnn", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Keep_KeepsWhatThePatternNames()
    {
        var run = Prune("--keep", "libtorchbind*", "--keep", "libshm.so", _folder);

        Assert.True(run.ExitCode == 0, run.All);
        var left = Directory.EnumerateFiles(_folder).Select(Path.GetFileName).ToList();
        Assert.Contains("libtorchbind_test.so", left);
        Assert.Contains("libshm.so", left);
        Assert.DoesNotContain("libjitbackend_test.so", left);
    }

    [SkippableFact]
    public void Prune_OfABrokenLibrary_SaysWhich()
    {
        File.WriteAllText(Path.Combine(_folder, "libnvrtc.so.12"), "no library");

        var run = Prune(_folder);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("prune-libtorch.sh: ldd cannot read libnvrtc.so.12", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Prune_OfAnotherFolder_IsRefused()
    {
        var run = Prune(Repository.Find("docs"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("holds no libLibTorchSharp.so", run.Errors, StringComparison.Ordinal);
    }

    private static CommandResult Prune(params string[] arguments) => Command.Run("bash", [Repository.Find("scripts", "prune-libtorch.sh"), .. arguments]);
}
